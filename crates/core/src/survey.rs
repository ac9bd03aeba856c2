//! From inputs to evidence: the main pass.
//!
//! Each block of lines or of messages is parsed, its failures are classified, and all is folded into a tally
//! and the coverage. [`events`] runs the same records through a formatter instead. [`Recorder`] takes events that
//! were read before, or by somebody else, through the same fold.

mod count;
mod part;
mod record;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, PoisonError};

use chrono_tz::Tz;

use crate::address::Domain;
use crate::coverage::{Coverage, Unread};
use crate::dsn::Reading;
use crate::event::{Delivery, Line, QueueFact};
use crate::fate::{Fates, Keep, Ledger, Ribbons, Scribe, Stretch};
use crate::line::LineParser;
use crate::overlap::Overlaps;
use crate::parallel::{self, Block, Ended, Plan};
use crate::reason::{Classifier, Verdict};
use crate::redact::Redactor;
use crate::source::Input;
use crate::source::reader::{BLOCK_BYTES, Total};
use crate::stamp::StampContext;
use crate::tally::{Bounced, Destination, Known, News, Tally};
use crate::time::Timestamp;

use count::Whole;
use part::{Part, Sum, for_each_event};

pub use crate::source::reader::Progress;
pub use record::{Origin, Recorded, Recorder};

/// What to read and how to understand it.
#[derive(Debug, Clone)]
pub struct Options {
    /// For stamps without a zone.
    pub zone: Tz,
    /// For stamps without a year; `None`: judged by the input's time of change, see [`crate::stamp`].
    pub year: Option<i32>,
    /// Leave out events before this.
    pub since: Option<Timestamp>,
    /// Leave out events at or after this.
    pub until: Option<Timestamp>,
    /// Leave out events of other destinations.
    pub domains: DomainFilter,
    /// Worker threads.
    pub jobs: usize,
    /// Finds reasons.
    pub classifier: Classifier,
    /// Which fates [`survey`] keeps; `None`: it looks for none.
    pub fates: Option<Keep>,
    /// Gives people pseudonyms before anything is counted or shown; `None`: they stand as they are.
    pub redactor: Option<Redactor>,
    /// Bytes of a block of lines, for tests; `None`: what is fast.
    pub block_bytes: Option<usize>,
}

impl Options {
    /// Everything, with this zone.
    pub fn new(zone: Tz) -> Options {
        Options {
            zone,
            year: None,
            since: None,
            until: None,
            domains: DomainFilter::default(),
            jobs: 1,
            classifier: Classifier::default(),
            fates: Some(Keep::default()),
            redactor: None,
            block_bytes: None,
        }
    }

    /// A parser for the lines of that input.
    pub fn parser(&self, input: &Input) -> LineParser {
        let context = StampContext {
            zone: self.zone,
            year: self.year,
            reference: input.reference(),
        };
        LineParser::new(context)
    }

    fn takes_time(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    fn takes(&self, event: &Delivery<'_>) -> bool {
        self.takes_time(event.time) && self.domains.takes(event.domain())
    }

    /// Text of which no record is known, without its people.
    fn redacted<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match &self.redactor {
            Some(redactor) => redactor.text(text, &[]),
            None => Cow::Borrowed(text),
        }
    }

    fn plan(&self, ordered: bool) -> Plan {
        Plan {
            jobs: self.jobs.max(1),
            block_bytes: self.block_bytes.unwrap_or(BLOCK_BYTES),
            ordered,
        }
    }
}

/// Destinations to look at.
#[derive(Debug, Clone, Default)]
pub struct DomainFilter {
    exact: BTreeSet<Domain>,
    /// With the leading dot.
    suffixes: Vec<Domain>,
}

impl DomainFilter {
    /// `libero.it` takes that domain, `.libero.it` its subdomains along; none at all takes everything.
    pub fn new<I: IntoIterator<Item = S>, S: AsRef<str>>(domains: I) -> DomainFilter {
        let mut filter = DomainFilter::default();
        for domain in domains {
            let domain = domain.as_ref().as_bytes();
            if let Some(parent) = domain.strip_prefix(b".") {
                filter.exact.insert(Domain::new(parent));
                filter.suffixes.push(Domain::new(domain));
            } else {
                filter.exact.insert(Domain::new(domain));
            }
        }
        filter
    }

    fn takes(&self, domain: Option<&[u8]>) -> bool {
        if self.exact.is_empty() {
            return true;
        }
        let Some(domain) = domain.map(Domain::new) else {
            return false;
        };
        self.exact.contains(&domain)
            || self
                .suffixes
                .iter()
                .any(|suffix| domain.as_bytes().ends_with(suffix.as_bytes()))
    }
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// How much of it was understood.
    pub coverage: Coverage,
    /// Every destination, in order of their names; [`Destination::evidence`] says what is known of it.
    pub destinations: Vec<Destination>,
    /// What became of the recipients of its messages; empty when that was not asked for.
    pub fates: Ledger,
}

/// Reads all inputs, counts attempts per destination and follows messages to their fates.
///
/// Inputs with the same bytes are counted once. What cannot be read is told in the coverage.
pub fn survey(inputs: &[Input], options: &Options, progress: &dyn Progress) -> Survey {
    survey_with(inputs, std::iter::empty(), options, progress)
}

/// Like [`survey`], with inputs whose events came from elsewhere beside those that are read: see [`Recorder`].
///
/// They are asked for one after the other, before anything is read, and held no longer than it takes to add them
/// up. An input that has the bytes of a recorded one is not counted again.
pub fn survey_with(
    inputs: &[Input],
    recorded: impl Iterator<Item = Recorded>,
    options: &Options,
    progress: &dyn Progress,
) -> Survey {
    // The order of files must not matter: those with the same bytes are told apart by their names.
    let mut inputs: Vec<&Input> = inputs.iter().collect();
    inputs.sort_by_key(|input| (input.name(), input.reference()));
    let inputs: Vec<Input> = inputs.into_iter().cloned().collect();

    let mut recorded = recorded.peekable();
    let has_recorded = recorded.peek().is_some();
    // Failures of logs are noted only where there may be bounces that repeat them.
    let join = has_recorded || (inputs.len() > 1 && inputs.iter().any(Input::may_be_mail));
    let mut all = All {
        several: has_recorded || inputs.len() > 1,
        ..All::default()
    };
    for Recorded {
        name,
        total,
        sum,
        stretch,
    } in recorded
    {
        all.add(&name, &total, None, Some(sum), stretch);
    }
    let ribbons = Ribbons::default();
    let known = Mutex::new(Known::default());
    let new = |n: usize| Part::new(inputs.get(n), options, options.fates);
    let step = |part: &mut Part, block: &Block| {
        let Some(input) = inputs.get(block.input) else {
            return;
        };
        if let Some(stretch) = part.count(block, input, options, join) {
            ribbons.add(block.input, block.sequence, stretch);
        }
        // One set for all workers: most recipients come to each of them.
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        part.sum.tally.move_known(&mut known);
    };
    let mut ended = |ended: Ended<Part>| {
        let name = inputs.get(ended.input).map_or("", Input::name);
        let stretch = ribbons.take(ended.input);
        let sum = ended.shard.map(|part| part.sum);
        all.add(name, &ended.total, ended.error, sum, stretch);
    };
    // Nothing is emitted, so nothing can fail but the start of the threads.
    if let Err(error) = parallel::fold(
        &inputs,
        options.plan(false),
        progress,
        &new,
        &step,
        &mut |()| Ok(()),
        &mut ended,
    ) {
        all.whole.coverage.unread.push(Unread {
            input: "(all)".into(),
            why: error.to_string(),
        });
    }
    let known = known.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.tally.add_known(known);
    all.finish(options)
}

/// All inputs, added up.
#[derive(Default)]
struct All {
    whole: Whole,
    tally: Tally,
    bounces: Bounced,
    overlaps: Overlaps,
    fates: Fates,
    /// There is more than one input.
    several: bool,
}

impl All {
    /// Adds an input, unless its bytes were counted before.
    fn add(
        &mut self,
        name: &str,
        total: &Total,
        error: Option<io::Error>,
        sum: Option<Sum>,
        stretch: Option<Stretch>,
    ) {
        let Some(sum) = self.whole.end(name, total, error, sum) else {
            return;
        };
        self.whole.count.merge_named(sum.count, name);
        if self.several {
            self.overlaps.note(name, sum.tally.hours());
        }
        self.tally.merge(sum.tally);
        self.bounces.merge(sum.bounced);
        self.fates.add(stretch);
    }

    fn finish(self, options: &Options) -> Survey {
        let All {
            whole,
            mut tally,
            bounces,
            overlaps,
            fates,
            ..
        } = self;
        let (news, repeated) = bounces.into_news();
        news.count_into(&mut tally);
        let told = options.fates.map(|keep| told_by(&news, keep));
        let mut coverage = whole.into_coverage();
        coverage.bounces.repeated = repeated;
        coverage.bounces.added = news.len();
        coverage.overlaps = overlaps.into_found();
        // Those of a store stand as they were read.
        for sample in &mut coverage.samples {
            sample.text = options.redacted(&sample.text).into();
        }
        let (destinations, known) = tally.into_destinations_and_known();
        Survey {
            coverage,
            destinations,
            fates: fates.finish(options.fates.unwrap_or_default(), told, known),
        }
    }
}

/// What became of the messages of these bounces.
fn told_by(news: &News, keep: Keep) -> Stretch {
    let mut scribe = Scribe::new(keep);
    news.tell(&mut scribe);
    scribe.close()
}

/// A record and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Located<'b> {
    /// Name of the input.
    pub input: &'b str,
    /// Number of the line, or of the message in its mailbox, from 1.
    pub line: u64,
    /// What the line says, or the message of one recipient.
    pub record: Record<'b>,
}

/// A line about a message, or one recipient of a bounce.
#[derive(Debug, Clone, Copy)]
pub enum Record<'b> {
    /// What happened to a recipient, and why it failed if it did.
    Delivery(&'b Delivery<'b>, Option<Verdict>),
    /// What is said of the message as a whole.
    Queue(&'b QueueFact<'b>),
}

/// Hands every record to `format`, which appends to a buffer; the buffers go to `sink` in the order of the
/// inputs and their lines. `format` runs in parallel. Nothing is dropped: an input given twice comes twice.
///
/// # Errors
/// Those of `sink`. What cannot be read is told in the coverage.
pub fn events(
    inputs: &[Input],
    options: &Options,
    progress: &dyn Progress,
    format: &(dyn Fn(&Located<'_>, &mut Vec<u8>) + Sync),
    sink: &mut (dyn FnMut(&[u8]) -> io::Result<()> + Send),
) -> io::Result<Coverage> {
    let mut sink = |_: usize, rows: Vec<u8>| if rows.is_empty() { Ok(()) } else { sink(&rows) };
    events_into(inputs, options, progress, format, &mut sink, &mut |_| {})
}

/// Like [`events`], into rows of any type: each block of an input gives one `T`. `sink` gets the number of the
/// input with it, and `ended` each input that was read; its last blocks may come to `sink` later.
///
/// # Errors
/// Those of `sink`. What cannot be read is told in the coverage.
pub fn events_into<T: Default + Send>(
    inputs: &[Input],
    options: &Options,
    progress: &dyn Progress,
    format: &(dyn Fn(&Located<'_>, &mut T) + Sync),
    sink: &mut (dyn FnMut(usize, T) -> io::Result<()> + Send),
    ended: &mut (dyn FnMut(ReadInput) + Send),
) -> io::Result<Coverage> {
    let format = |item: &Item<'_>, out: &mut T| {
        let mut tell = |input: &Input, line, record: Record<'_>| {
            let located = Located {
                input: input.name(),
                line,
                record,
            };
            format(&located, out);
        };
        match *item {
            Item::Line(line) => match line.said {
                Line::Delivery(event) if options.takes(event) => {
                    let record = Record::Delivery(event, line.verdict);
                    tell(line.input, line.number, record);
                }
                Line::Queue(fact) if options.takes_time(fact.time) => {
                    tell(line.input, line.number, Record::Queue(fact));
                }
                _ => {}
            },
            Item::Message(message) => for_each_event(message.reading, message.input, |event| {
                if options.takes(event) {
                    let record = Record::Delivery(event, options.classifier.classify(event));
                    tell(message.input, message.number, record);
                }
            }),
        }
    };
    show(inputs, options, progress, &format, sink, ended)
}

/// An input that [`events_into`] has read.
#[derive(Debug, Clone)]
pub struct ReadInput {
    /// Its number in the list of inputs.
    pub number: usize,
    /// Bytes after decompression.
    pub bytes: u64,
    /// Equal for equal bytes after decompression.
    pub fingerprint: u128,
    /// Why it was not read to its end.
    pub error: Option<String>,
    /// What was read of it.
    pub coverage: Coverage,
}

/// A line or a message as it was read, and what it says.
#[derive(Debug, Clone, Copy)]
pub enum Item<'b> {
    /// A line of a log.
    Line(ReadLine<'b>),
    /// A message.
    Message(ReadMessage<'b>),
}

/// A line as it was read, and what it says.
#[derive(Debug, Clone, Copy)]
pub struct ReadLine<'b> {
    /// Where it stands.
    pub input: &'b Input,
    /// Line number, from 1.
    pub number: u64,
    /// The line, without its end.
    pub text: &'b [u8],
    /// How it is understood.
    pub said: &'b Line<'b>,
    /// Why it failed, for a failed delivery that the options take.
    pub verdict: Option<Verdict>,
}

/// A message as it was read, and what it says.
#[derive(Debug, Clone, Copy)]
pub struct ReadMessage<'b> {
    /// Where it stands.
    pub input: &'b Input,
    /// Its number in the mailbox, from 1.
    pub number: u64,
    /// The message, without the `From ` line of a mailbox.
    pub text: &'b [u8],
    /// How it is understood.
    pub reading: &'b Reading,
}

/// Like [`events`], for every line and every message, understood or not; none is left out by its time or
/// destination.
///
/// # Errors
/// Those of `sink`. What cannot be read is told in the coverage.
pub fn items(
    inputs: &[Input],
    options: &Options,
    progress: &dyn Progress,
    format: &(dyn Fn(&Item<'_>, &mut Vec<u8>) + Sync),
    sink: &mut (dyn FnMut(&[u8]) -> io::Result<()> + Send),
) -> io::Result<Coverage> {
    let mut sink = |_: usize, rows: Vec<u8>| if rows.is_empty() { Ok(()) } else { sink(&rows) };
    show(inputs, options, progress, format, &mut sink, &mut |_| {})
}

fn show<T: Default + Send>(
    inputs: &[Input],
    options: &Options,
    progress: &dyn Progress,
    format: &(dyn Fn(&Item<'_>, &mut T) + Sync),
    sink: &mut (dyn FnMut(usize, T) -> io::Result<()> + Send),
    tell: &mut (dyn FnMut(ReadInput) + Send),
) -> io::Result<Coverage> {
    let mut whole = Whole {
        keep_duplicates: true,
        ..Whole::default()
    };
    let new = |n: usize| Part::new(inputs.get(n), options, None);
    let step = |part: &mut Part, block: &Block| {
        let mut out = T::default();
        if let Some(input) = inputs.get(block.input) {
            part.show(block, input, options, &mut |item| format(item, &mut out));
        }
        (block.input, out)
    };
    let mut emit = |(input, out): (usize, T)| sink(input, out);
    let mut ended = |ended: Ended<Part>| {
        let name = inputs.get(ended.input).map_or("", Input::name);
        let count = ended.shard.as_ref().map(|part| &part.sum.count);
        tell(ReadInput {
            number: ended.input,
            bytes: ended.total.bytes,
            fingerprint: ended.total.fingerprint,
            error: ended.error.as_ref().map(ToString::to_string),
            coverage: count.map_or_else(Coverage::default, |count| count.of_input(name)),
        });
        if let Some(part) = whole.end(name, &ended.total, ended.error, ended.shard) {
            whole.count.merge_named(part.sum.count, name);
        }
    };
    parallel::fold(
        inputs,
        options.plan(true),
        progress,
        &new,
        &step,
        &mut emit,
        &mut ended,
    )?;
    Ok(whole.into_coverage())
}
