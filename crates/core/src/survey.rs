//! From inputs to evidence: the main pass.
//!
//! Each block of lines or of messages is parsed, its failures are classified, and all is folded into a tally
//! and the coverage. [`events`] runs the same records through a formatter instead. [`Recorder`] takes events that
//! were read before, or by somebody else, through the same fold.

mod count;
mod part;
mod record;
mod tallied;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, PoisonError};

use chrono_tz::Tz;

use crate::address::Domain;
use crate::coverage::{Coverage, Duplicate, Twice, Unread};
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
pub use tallied::Tallied;

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

    /// The domains, those with a leading dot too, in order; none where everything is taken.
    fn names(&self) -> Vec<String> {
        let all = self.exact.iter().chain(&self.suffixes);
        let mut names: Vec<String> = all.map(ToString::to_string).collect();
        names.sort_unstable();
        names.dedup();
        names
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
#[non_exhaustive]
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
    survey_with(inputs, Beside::default(), options, progress)
}

/// What is taken in beside the inputs that are read. Each is asked for when it is added up, before anything is read,
/// and held no longer.
pub struct Beside<'b> {
    /// Inputs whose events came from elsewhere: see [`Recorder`].
    pub recorded: Box<dyn Iterator<Item = Recorded> + 'b>,
    /// Counts of other hosts. Of two that were made of the same inputs the first is counted.
    pub tallied: Box<dyn Iterator<Item = Tallied> + 'b>,
}

impl<'b> Beside<'b> {
    /// Events from elsewhere, and nothing else.
    pub fn of_recorded(recorded: impl Iterator<Item = Recorded> + 'b) -> Beside<'b> {
        Beside {
            recorded: Box::new(recorded),
            ..Beside::default()
        }
    }
}

impl Default for Beside<'_> {
    fn default() -> Self {
        Beside {
            recorded: Box::new(std::iter::empty()),
            tallied: Box::new(std::iter::empty()),
        }
    }
}

impl std::fmt::Debug for Beside<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Beside").finish_non_exhaustive()
    }
}

/// Like [`survey`], with what is known from elsewhere beside the inputs that are read.
///
/// An input that has the bytes of a recorded one, or of one that a tally was made of, is not counted again.
pub fn survey_with(
    inputs: &[Input],
    beside: Beside<'_>,
    options: &Options,
    progress: &dyn Progress,
) -> Survey {
    read(inputs, beside, options, progress).into_survey()
}

/// The same pass for its counts alone, as they are sent to where the counts of many hosts are summed.
pub fn tally(
    inputs: &[Input],
    beside: Beside<'_>,
    options: &Options,
    progress: &dyn Progress,
) -> Tallied {
    let options = Options {
        fates: None,
        ..options.clone()
    };
    read(inputs, beside, &options, progress).into_tallied()
}

/// The pass.
fn read<'o>(
    inputs: &[Input],
    beside: Beside<'_>,
    options: &'o Options,
    progress: &dyn Progress,
) -> All<'o> {
    // The order of files must not matter: those with the same bytes are told apart by their names.
    let mut inputs: Vec<&Input> = inputs.iter().collect();
    inputs.sort_by_key(|input| (input.name(), input.reference()));
    let inputs: Vec<Input> = inputs.into_iter().cloned().collect();

    let (mut recorded, mut tallied) = (beside.recorded.peekable(), beside.tallied.peekable());
    let has_recorded = recorded.peek().is_some();
    let has_more = has_recorded || tallied.peek().is_some();
    // Failures of logs are noted only where there may be bounces that repeat them.
    let join = has_recorded || (inputs.len() > 1 && inputs.iter().any(Input::may_be_mail));
    let mut all = All::new(options, has_more || inputs.len() > 1);
    for tallied in tallied {
        all.add_tallied(tallied);
    }
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
    all
}

/// All inputs, added up.
struct All<'o> {
    options: &'o Options,
    whole: Whole,
    /// What was counted, by the fingerprints of the bytes and of the restrictions.
    inputs: BTreeMap<u128, String>,
    tally: Tally,
    bounces: Bounced,
    overlaps: Overlaps,
    fates: Fates,
    /// There is more than one input.
    several: bool,
}

impl<'o> All<'o> {
    fn new(options: &'o Options, several: bool) -> All<'o> {
        All {
            options,
            whole: Whole::default(),
            inputs: BTreeMap::new(),
            tally: Tally::new(),
            bounces: Bounced::default(),
            overlaps: Overlaps::default(),
            fates: Fates::default(),
            several,
        }
    }

    /// Adds the counts of another host, unless all its inputs were counted before.
    fn add_tallied(&mut self, mut tallied: Tallied) {
        let name = tallied.name.clone();
        self.whole.coverage.tallies += 1;
        let seen = &mut self.whole.seen;
        let before: BTreeMap<&String, &String> = tallied
            .inputs
            .iter()
            .filter_map(|(fingerprint, input)| Some((seen.get(fingerprint)?, input)))
            .collect();
        if !before.is_empty() && tallied.inputs.keys().all(|it| seen.contains_key(it)) {
            let names: Vec<&str> = before.keys().map(|name| name.as_str()).collect();
            self.whole.coverage.duplicates.push(Duplicate {
                input: name,
                same_as: names.join(", "),
            });
            return;
        }
        let twice = before.into_iter().map(|(other, input)| Twice {
            input: input.clone(),
            tally: name.clone(),
            other: other.clone(),
        });
        self.whole.coverage.twice.extend(twice);
        for fingerprint in tallied.inputs.keys() {
            seen.entry(*fingerprint).or_insert_with(|| name.clone());
        }
        let (coverage, days) = tallied.take_coverage();
        self.whole.take(coverage, days);
        self.inputs.append(&mut tallied.inputs);
        self.overlaps.note(&name, tallied.tally.hours());
        self.tally.merge(tallied.tally);
    }

    /// Adds an input, unless its bytes were counted before.
    fn add(
        &mut self,
        name: &str,
        total: &Total,
        error: Option<io::Error>,
        sum: Option<Sum>,
        stretch: Option<Stretch>,
    ) {
        let total = Total {
            fingerprint: self.options.fingerprint(total.fingerprint),
            ..*total
        };
        let Some(sum) = self.whole.end(name, &total, error, sum) else {
            return;
        };
        if total.bytes > 0 {
            self.inputs.insert(total.fingerprint, name.to_owned());
        }
        self.whole.count.merge_named(sum.count, name);
        if self.several {
            self.overlaps.note(name, sum.tally.hours());
        }
        self.tally.merge(sum.tally);
        self.bounces.merge(sum.bounced);
        self.fates.add(stretch);
    }

    /// The counts, and what became of the messages of bounces.
    fn close(self) -> (Tallied, Fates, Option<Stretch>) {
        let All {
            whole,
            mut tally,
            bounces,
            overlaps,
            fates,
            inputs,
            options,
            ..
        } = self;
        let (news, repeated) = bounces.into_news();
        news.count_into(&mut tally);
        let told = options.fates.map(|keep| told_by(&news, keep));
        let (mut coverage, days) = whole.into_coverage_and_days();
        coverage.bounces.repeated += repeated;
        coverage.bounces.added += news.len();
        coverage.overlaps.extend(overlaps.into_found());
        // What comes from stores and tallies stands as it was read there.
        if let Some(redactor) = &options.redactor {
            tally.redact(redactor);
        }
        for sample in &mut coverage.samples {
            sample.text = options.redacted(&sample.text).into();
        }
        let tallied = Tallied {
            name: String::new(),
            tally,
            coverage,
            days,
            inputs,
        };
        (tallied, fates, told)
    }

    fn into_tallied(self) -> Tallied {
        self.close().0
    }

    fn into_survey(self) -> Survey {
        let keep = self.options.fates.unwrap_or_default();
        let (tallied, fates, told) = self.close();
        let (span, strays) = tallied.days.span();
        let (destinations, known) = tallied.tally.into_destinations_and_known();
        Survey {
            coverage: Coverage {
                span,
                strays,
                ..tallied.coverage
            },
            destinations,
            fates: fates.finish(keep, told, known),
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
#[non_exhaustive]
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
