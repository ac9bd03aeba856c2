//! From inputs to evidence: the main pass.
//!
//! Each block of lines or of messages is parsed, its failures are classified, and all is folded into a tally
//! and the coverage. [`events`] runs the same records through a formatter instead. [`Recorder`] takes events that
//! were read before, or by somebody else, through the same fold.

mod count;
mod history;
mod part;
mod record;
mod tallied;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::{Mutex, PoisonError};

use chrono_tz::Tz;

use crate::address::Domain;
use crate::coverage::{Coverage, Duplicate, HistoryCoverage, Twice, Unread};
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
use crate::span::Days;
use crate::stamp::StampContext;
use crate::tally::{Bounced, Destination, Known, News, Tally};
use crate::time::Timestamp;

use count::Whole;
use history::Earlier;
use part::{Part, Sum, for_each_event};

pub use crate::source::reader::Progress;
pub use history::History;
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
    /// Events before `since` are history for a survey: see [`survey_with_history`]. `false`: they say nothing.
    pub history_before_since: bool,
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
            history_before_since: false,
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

    /// True for an event that is not reported but counted as history.
    fn is_history(&self, event: &Delivery<'_>) -> bool {
        self.history_before_since
            && self.since.is_some_and(|since| event.time < since)
            && self.until.is_none_or(|until| event.time < until)
            && self.domains.takes(event.domain())
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

    /// True where not everything is taken.
    fn is_restricted(&self) -> bool {
        !self.exact.is_empty()
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
        if !self.is_restricted() {
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
    /// Every destination, in order of their names; [`Destination::evidence`] says what is known of it, the history
    /// included.
    pub destinations: Vec<Destination>,
    /// First and last stamp of all that is known, the history included; [`Coverage::span`] is that of the inputs.
    pub known_span: Option<(Timestamp, Timestamp)>,
    /// The destinations with what the inputs say of them, without the history; `None` where there is no history, and
    /// `destinations` are just that.
    pub reported: Option<Vec<Destination>>,
    /// What became of the recipients of its messages; empty when that was not asked for.
    pub fates: Ledger,
    /// True when the messages of all that was counted were followed to their fates: that was asked for, and nothing came
    /// from a tally.
    pub follows_messages: bool,
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
    survey_with_history(inputs, beside, None, options, progress)
}

/// Like [`survey_with`], with what is known from before.
///
/// The evidence of the destinations then holds the history too. The coverage, the fates and
/// [`Survey::reported`] are those of the inputs alone. An input that is part of the history too is counted once, as
/// an input. [`Period`](crate::period::Period) limits what is found to the time of the inputs.
pub fn survey_with_history(
    inputs: &[Input],
    beside: Beside<'_>,
    history: Option<History<'_>>,
    options: &Options,
    progress: &dyn Progress,
) -> Survey {
    let mut all = All::new(options);
    all.several = history.is_some();
    let mut all = read(inputs, beside, progress, all);
    let history = history.map(|history| {
        let options = options.for_history();
        let before = all.history(&options);
        read(history.inputs, history.beside, progress, before).into_tallied()
    });
    all.into_survey(history)
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
        history_before_since: false,
        ..options.clone()
    };
    read(inputs, beside, progress, All::new(&options)).into_tallied()
}

/// The pass: adds these inputs to what was read before.
fn read<'o>(
    inputs: &[Input],
    beside: Beside<'_>,
    progress: &dyn Progress,
    mut all: All<'o>,
) -> All<'o> {
    let options = all.options;
    // The order of files must not matter: those with the same bytes are told apart by their names.
    let mut inputs: Vec<&Input> = inputs.iter().collect();
    inputs.sort_by_key(|input| (input.name(), input.reference()));
    let inputs: Vec<Input> = inputs.into_iter().cloned().collect();

    let (mut recorded, mut tallied) = (beside.recorded.peekable(), beside.tallied.peekable());
    let has_recorded = recorded.peek().is_some();
    let has_more = has_recorded || tallied.peek().is_some();
    // Failures of logs are noted only where there may be bounces that repeat them.
    let join = has_recorded || (inputs.len() > 1 && inputs.iter().any(Input::may_be_mail));
    all.several |= has_more || inputs.len() > 1;
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
        part.sum.move_known(&mut known);
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
    /// The same by the fingerprints of the bytes alone.
    bytes: HashMap<u128, String>,
    tally: Tally,
    bounces: Bounced,
    earlier: Earlier,
    overlaps: Overlaps,
    fates: Fates,
    /// There is more than one input.
    several: bool,
    /// All of it is history.
    is_history: bool,
}

impl<'o> All<'o> {
    fn new(options: &'o Options) -> All<'o> {
        All {
            options,
            whole: Whole::default(),
            inputs: BTreeMap::new(),
            bytes: HashMap::new(),
            tally: Tally::new(),
            bounces: Bounced::default(),
            earlier: Earlier::default(),
            overlaps: Overlaps::default(),
            fates: Fates::default(),
            several: false,
            is_history: false,
        }
    }

    /// To add up the history of what was read here: it leaves out what was counted already. Whether two inputs look
    /// the same is said by the history then.
    fn history<'h>(&mut self, options: &'h Options) -> All<'h> {
        let mut history = All::new(options);
        history.several = true;
        history.is_history = true;
        history.overlaps = std::mem::take(&mut self.overlaps);
        let seen = &mut history.whole.seen;
        seen.clone_from(&self.whole.seen);
        seen.extend(std::mem::take(&mut self.bytes));
        history
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
        if self.is_history && !self.restrict(&mut tallied) {
            return;
        }
        let seen = &mut self.whole.seen;
        let before = tallied
            .inputs
            .iter()
            .filter_map(|(fingerprint, input)| Some((seen.get(fingerprint)?, input)));
        let twice = before.map(|(other, input)| Twice {
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

    /// Leaves out of a tally what the options do; `false` when nothing is left of it. Its counts have no parts that
    /// could be told apart by time: one that reaches beyond the end is not read.
    fn restrict(&mut self, tallied: &mut Tallied) -> bool {
        let until = self.options.until;
        if let Some((until, (first, last))) = until.zip(tallied.days.ends()) {
            if first >= until {
                return false;
            }
            if last >= until {
                self.whole.coverage.unread.push(Unread {
                    input: tallied.name.clone(),
                    why: format!(
                        "its counts reach to {last}, beyond the end that is asked for ({until}), and cannot be cut \
                         there; nothing of it was counted"
                    ),
                });
                return false;
            }
        }
        let domains = &self.options.domains;
        if domains.is_restricted() {
            let keep = |domain: &[u8]| domains.takes(Some(domain));
            tallied.tally.retain_domains(keep);
        }
        true
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
        let bytes = total.fingerprint;
        let total = Total {
            // What was counted without restrictions holds every part of the same bytes.
            fingerprint: if self.whole.seen.contains_key(&bytes) {
                bytes
            } else {
                self.options.fingerprint(bytes)
            },
            ..*total
        };
        let Some(sum) = self.whole.end(name, &total, error, sum) else {
            return;
        };
        if total.bytes > 0 {
            self.inputs.insert(total.fingerprint, name.to_owned());
            self.bytes.insert(bytes, name.to_owned());
        }
        self.whole.count.merge_named(sum.count, name);
        if self.several {
            self.overlaps.note(name, sum.tally.hours());
        }
        self.tally.merge(sum.tally);
        self.bounces.merge(sum.bounced);
        self.earlier.merge(sum.earlier);
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

    /// What is known from before, that of other inputs and that of these: counts, days, and the number of other
    /// inputs; `None` where there is nothing. What is to be said of the other inputs goes to the coverage.
    fn take_history(&mut self, history: Option<Tallied>) -> Option<(Tally, Days, u64)> {
        let mut tally = std::mem::take(&mut self.earlier).into_tally();
        if let Some(redactor) = &self.options.redactor {
            tally.redact(redactor);
        }
        let mut days = std::mem::take(&mut self.whole.count.earlier);
        let Some(history) = history else {
            return days.ends().map(|_| (tally, days, 0));
        };
        tally.merge(history.tally);
        days.merge(history.days);
        let coverage = &mut self.whole.coverage;
        coverage.duplicates.extend(history.coverage.duplicates);
        coverage.twice.extend(history.coverage.twice);
        coverage.overlaps.extend(history.coverage.overlaps);
        coverage.unread.extend(history.coverage.unread);
        Some((tally, days, history.inputs.len() as u64))
    }

    fn into_survey(mut self, history: Option<Tallied>) -> Survey {
        let follows = self.options.fates.is_some();
        let keep = self.options.fates.unwrap_or_default();
        let history = self.take_history(history);
        let (tallied, fates, told) = self.close();
        let (span, strays) = tallied.days.span();
        let mut coverage = Coverage {
            span,
            strays,
            ..tallied.coverage
        };
        let mut tally = tallied.tally;
        let (mut known_span, mut reported) = (span, None);
        if let Some((earlier, days, inputs)) = history {
            reported = Some(tally.clone().into_destinations());
            tally.merge(earlier);
            let (span, _) = days.span();
            coverage.history = Some(HistoryCoverage { inputs, span });
            known_span = match (known_span, span) {
                (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
                (a, b) => a.or(b),
            };
        }
        let (destinations, known) = tally.into_destinations_and_known();
        let follows_messages = follows && coverage.tallies == 0;
        Survey {
            follows_messages,
            coverage,
            destinations,
            known_span,
            reported,
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
