//! How much was read and understood.

use mailgap_core::coverage;
use mailgap_core::time::Timestamp;
use serde::Serialize;

use super::words::{lossy, time, time_or_null};

#[derive(Debug, Serialize)]
pub(crate) struct Coverage {
    pub(crate) inputs: u64,
    /// Counts of `mailgap tally` that were summed: then fates are null.
    pub(crate) tallies: u64,
    pub(crate) bytes: u64,
    pub(crate) lines: Lines,
    pub(crate) bounces: Mail,
    pub(crate) messages: u64,
    pub(crate) events: u64,
    pub(crate) attempts: u64,
    pub(crate) echoes: u64,
    pub(crate) duplicate_inputs: Vec<Duplicate>,
    pub(crate) counted_twice: Vec<Twice>,
    pub(crate) overlapping_inputs: Vec<Overlap>,
    pub(crate) unread: Vec<Unread>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) odd_inputs: u64,
    /// Nothing in them was understood: no mail logs, or of a kind that is not known.
    pub(crate) strange_inputs: u64,
    pub(crate) strange_lines: u64,
    /// Judged by the time of change of a file: the stamps name none.
    pub(crate) guessed_years: Vec<i32>,
    /// No acceptance is known: grades of addresses to reinstate are `plausible` only.
    pub(crate) plausible_only: bool,
    #[serde(serialize_with = "time_or_null")]
    pub(crate) first: Option<Timestamp>,
    #[serde(serialize_with = "time_or_null")]
    pub(crate) last: Option<Timestamp>,
    /// Lines with stamps far from all others, which `first` and `last` leave out.
    pub(crate) stray_stamps: u64,
    /// What is known from before `first`, or from other inputs; null without `--history` and `--since`.
    pub(crate) history: Option<History>,
}

/// What is known and not reported.
#[derive(Debug, Serialize)]
pub(crate) struct History {
    /// Those of `--history`; 0 where it is only what the inputs hold from before `--since`.
    pub(crate) inputs: u64,
    #[serde(serialize_with = "time_or_null")]
    pub(crate) first: Option<Timestamp>,
    #[serde(serialize_with = "time_or_null")]
    pub(crate) last: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Lines {
    pub(crate) total: u64,
    pub(crate) delivery: u64,
    pub(crate) queue: u64,
    pub(crate) foreign: u64,
    pub(crate) unknown: u64,
    pub(crate) malformed: u64,
}

/// Messages of mailboxes by what they are.
#[derive(Debug, Serialize)]
pub(crate) struct Mail {
    pub(crate) messages: u64,
    pub(crate) reports: u64,
    pub(crate) events: u64,
    pub(crate) repeated: u64,
    pub(crate) added: u64,
    pub(crate) not_bounces: u64,
    pub(crate) unknown: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Duplicate {
    pub(crate) input: String,
    pub(crate) same_as: String,
}

/// An input that two tallies hold, or a tally and a log.
#[derive(Debug, Serialize)]
pub(crate) struct Twice {
    pub(crate) input: String,
    pub(crate) tally: String,
    pub(crate) other: String,
}

/// Two inputs that may hold the same mail.
#[derive(Debug, Serialize)]
pub(crate) struct Overlap {
    pub(crate) input: String,
    pub(crate) other: String,
    pub(crate) host: String,
    #[serde(serialize_with = "time")]
    pub(crate) first: Timestamp,
    #[serde(serialize_with = "time")]
    pub(crate) last: Timestamp,
    pub(crate) attempts: u64,
}

impl Overlap {
    pub(crate) fn new(overlap: &coverage::Overlap) -> Overlap {
        Overlap {
            input: overlap.input.clone(),
            other: overlap.other.clone(),
            host: lossy(&overlap.host),
            first: overlap.first,
            last: overlap.last,
            attempts: overlap.attempts,
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Unread {
    pub(crate) input: String,
    pub(crate) why: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Sample {
    pub(crate) input: String,
    pub(crate) line: u64,
    pub(crate) why: String,
    pub(crate) text: String,
}

impl Coverage {
    pub(crate) fn new(coverage: &coverage::Coverage) -> Coverage {
        let lines = coverage.lines;
        Coverage {
            inputs: coverage.inputs,
            tallies: coverage.tallies,
            bytes: coverage.bytes,
            lines: Lines {
                total: lines.total(),
                delivery: lines.delivery,
                queue: lines.queue,
                foreign: lines.foreign,
                unknown: lines.unknown,
                malformed: lines.malformed,
            },
            bounces: Mail {
                messages: coverage.bounces.messages,
                reports: coverage.bounces.reports,
                events: coverage.bounces.events,
                repeated: coverage.bounces.repeated,
                added: coverage.bounces.added,
                not_bounces: coverage.bounces.not_bounces,
                unknown: coverage.bounces.unknown,
            },
            messages: coverage.messages,
            events: coverage.events,
            attempts: coverage.attempts,
            echoes: coverage.echoes,
            duplicate_inputs: coverage
                .duplicates
                .iter()
                .map(|duplicate| Duplicate {
                    input: duplicate.input.clone(),
                    same_as: duplicate.same_as.clone(),
                })
                .collect(),
            counted_twice: coverage
                .twice
                .iter()
                .map(|twice| Twice {
                    input: twice.input.clone(),
                    tally: twice.tally.clone(),
                    other: twice.other.clone(),
                })
                .collect(),
            stray_stamps: coverage.strays,
            overlapping_inputs: coverage.overlaps.iter().map(Overlap::new).collect(),
            unread: coverage
                .unread
                .iter()
                .map(|unread| Unread {
                    input: unread.input.clone(),
                    why: unread.why.clone(),
                })
                .collect(),
            plausible_only: false,
            samples: coverage
                .samples
                .iter()
                .map(|sample| Sample {
                    input: sample.input.clone(),
                    line: sample.line,
                    why: sample.why.clone(),
                    text: lossy(&sample.text),
                })
                .collect(),
            odd_inputs: coverage.odd_inputs,
            strange_inputs: coverage.strange_inputs,
            strange_lines: coverage.strange_lines,
            guessed_years: coverage.guessed_years.iter().copied().collect(),
            first: coverage.span.map(|(first, _)| first),
            last: coverage.span.map(|(_, last)| last),
            history: coverage.history.as_ref().map(|history| History {
                inputs: history.inputs,
                first: history.span.map(|(first, _)| first),
                last: history.span.map(|(_, last)| last),
            }),
        }
    }

    /// The first and the last stamp of all that is known.
    pub(crate) fn known_span(&self) -> Option<(Timestamp, Timestamp)> {
        let history = self.history.as_ref();
        let history = history.and_then(|history| history.first.zip(history.last));
        let (first, last) = self.first.zip(self.last)?;
        let (from, until) = history.unwrap_or((first, last));
        Some((first.min(from), last.max(until)))
    }

    /// Lines of a mail system, and bounces, that were not understood.
    pub(crate) const fn odd(&self) -> u64 {
        self.lines.unknown + self.lines.malformed + self.bounces.unknown
    }

    /// True when what was accepted is not known.
    pub(crate) const fn bounces_alone(&self) -> bool {
        self.lines.delivery == 0 && self.bounces.reports > 0
    }

    /// Lines and messages of which something was understood.
    pub(crate) const fn understood(&self) -> u64 {
        self.lines.delivery + self.lines.queue + self.bounces.reports
    }
}
