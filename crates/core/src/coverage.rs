//! What was read and how much of it was understood.

use std::collections::BTreeSet;

use crate::time::Timestamp;

/// Lines by what they are. Their sum is [`LineCounts::total`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// Something happened to a recipient.
    pub delivery: u64,
    /// Something is said about a queued message.
    pub queue: u64,
    /// Says nothing about a queued message.
    pub foreign: u64,
    /// Shape not known.
    pub unknown: u64,
    /// Shape known, a field broken.
    pub malformed: u64,
}

impl LineCounts {
    /// All lines read.
    pub fn total(&self) -> u64 {
        self.delivery + self.queue + self.foreign + self.unknown + self.malformed
    }
}

/// Messages by what they are: a mailbox has no lines. They are not among [`LineCounts`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BounceCounts {
    /// Messages read, from mailboxes, folders and single files.
    pub messages: u64,
    /// Of these, bounces that were understood.
    pub reports: u64,
    /// Events in them: one for each recipient of a bounce.
    pub events: u64,
    /// Failures told by bounces, copies left out, that a log tells too; known to [`survey`](crate::survey::survey)
    /// alone.
    pub repeated: u64,
    /// Failures that no log tells: these were counted.
    pub added: u64,
    /// Of the messages, those that are no bounce: ordinary mail, automatic replies, reports of other kinds.
    pub not_bounces: u64,
    /// Of the messages, those that look like a bounce but name no recipient in a way that we know.
    pub unknown: u64,
}

/// A line, or a message, that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// Name of the input.
    pub input: String,
    /// Number of the line, or of the message in its mailbox, from 1.
    pub line: u64,
    /// What was expected, and where.
    pub why: String,
    /// The line, cut at [`Sample::MAX_TEXT`] bytes.
    pub text: Box<[u8]>,
}

impl Sample {
    /// Bytes of a line that are kept.
    pub const MAX_TEXT: usize = 400;
}

/// An input that could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Name of the input.
    pub input: String,
    /// What went wrong and where.
    pub why: String,
}

/// Two inputs with the same bytes after decompression: the second was not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The one left out.
    pub input: String,
    /// The one counted.
    pub same_as: String,
}

/// Two inputs that may hold the same mail: both were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The one.
    pub input: String,
    /// The other.
    pub other: String,
    /// The reporting host that stands in both; empty for Exim's own log, which names none.
    pub host: Box<[u8]>,
    /// Begin of the first hour that both have.
    pub first: Timestamp,
    /// End of the last hour that both have.
    pub last: Timestamp,
    /// Attempts of the one in these hours.
    pub attempts: u64,
}

/// A log of which two tallies tell: both were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    /// The log.
    pub input: String,
    /// The tally whose counts hold it once more.
    pub tally: String,
    /// What was counted before: a tally, or the log itself.
    pub other: String,
}

/// What is known from before the inputs of a report, or from before the time that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryCoverage {
    /// Inputs that were read for it and counted; those that tallies were made of among them, those of the report not.
    pub inputs: u64,
    /// First and last stamp of its lines about messages.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// What was read, for the reader of a report to judge it by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Inputs opened, duplicates included; those that tallies were made of among them.
    pub inputs: u64,
    /// Tallies taken in, duplicates included. What became of messages is not known then.
    pub tallies: u64,
    /// Bytes after decompression, duplicates left out.
    pub bytes: u64,
    /// Lines by what they are.
    pub lines: LineCounts,
    /// Messages by what they are, where the input is mail and no log.
    pub bounces: BounceCounts,
    /// Messages whose arrival was seen.
    pub messages: u64,
    /// Delivery events (a line may stand for several).
    pub events: u64,
    /// Events in which a remote host was contacted.
    pub attempts: u64,
    /// Events that repeat an earlier failure. The rest of the events is of this host alone.
    pub echoes: u64,
    /// Inputs left out because another has the same bytes.
    pub duplicates: Vec<Duplicate>,
    /// Inputs that are counted twice, as two tallies were made of them and of others.
    pub twice: Vec<Twice>,
    /// Inputs that look as if they held the same mail in other bytes.
    pub overlaps: Vec<Overlap>,
    /// Inputs that could not be read, or not to their end.
    pub unread: Vec<Unread>,
    /// Lines that were not understood, a few of each input.
    pub samples: Vec<Sample>,
    /// Lines about messages, or bounces, were left out as earlier than what was asked for.
    pub cut_before: bool,
    /// The same, as later.
    pub cut_after: bool,
    /// Years that were judged by the time of change of a file, for lines about messages whose stamps name none.
    pub guessed_years: BTreeSet<i32>,
    /// Inputs that hold lines or messages that were not understood.
    pub odd_inputs: u64,
    /// Of these, inputs in which nothing was understood: no logs of a mail sender, or of one that is not known.
    pub strange_inputs: u64,
    /// Lines and messages of the strange inputs that were not understood.
    pub strange_lines: u64,
    /// First and last stamp of the lines about messages.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Lines about messages with stamps far before or after all others, which the span leaves out.
    pub strays: u64,
    /// What is known from before; it is in no other figure here. `None` where nothing was to be read for it.
    pub history: Option<HistoryCoverage>,
}
