//! From inputs to evidence: the main pass.
//!
//! Each block of lines is parsed, its failures are classified, and all is folded into a tally and the
//! coverage. [`events`] runs the same lines through a formatter instead.

use std::collections::{BTreeSet, HashMap};
use std::io;

use chrono_tz::Tz;

use crate::address::Domain;
use crate::coverage::{Coverage, Duplicate, Sample, Unread};
use crate::envelope::Scratch;
use crate::event::{Contact, Delivery, Fact, Line, Odd, QueueFact, Source};
use crate::line::{LineParser, Lines};
use crate::parallel::{self, Block, Ended, Plan, Shard};
use crate::reason::{Classifier, Recent, Verdict};
use crate::source::Input;
use crate::source::reader::{BLOCK_BYTES, MAX_LINE, Total};
use crate::stamp::StampContext;
use crate::tally::{Destination, Tally};
use crate::time::Timestamp;

pub use crate::source::reader::Progress;

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
    /// Every destination, in order of their names; [`Destination::into_evidence`] says what is known of it.
    pub destinations: Vec<Destination>,
}

/// Reads all inputs and counts attempts per destination.
///
/// Inputs with the same bytes are counted once. What cannot be read is told in the coverage.
pub fn survey(inputs: &[Input], options: &Options, progress: &dyn Progress) -> Survey {
    // The order of files must not matter: those with the same bytes are told apart by their names.
    let mut inputs: Vec<&Input> = inputs.iter().collect();
    inputs.sort_by_key(|input| (input.name(), input.reference()));
    let inputs: Vec<Input> = inputs.into_iter().cloned().collect();

    let mut whole = Whole::default();
    let mut tally = Tally::new();
    let new = |n: usize| Part {
        parser: inputs.get(n).map(|input| options.parser(input)),
        count: Count::default(),
        tally: Tally::new(),
        scratch: Scratch::default(),
        recent: Recent::default(),
    };
    let step = |part: &mut Part, block: &Block| {
        let Part {
            parser,
            count,
            tally,
            scratch,
            recent,
        } = part;
        let Some(parser) = parser else { return };
        for_each_line(block, |number, text| {
            let line = parser.parse(text, scratch);
            count.add(number, text, &line, options);
            if let Line::Delivery(event) = &line
                && options.takes(event)
            {
                // Only what a host answered now is evidence; the reason of an echo was that of its failure.
                let verdict = if event.contact == Contact::Fresh {
                    recent.classify(&options.classifier, event)
                } else {
                    None
                };
                tally.add(event, verdict);
            }
        });
    };
    let mut ended = |ended: Ended<Part>| {
        let name = inputs.get(ended.input).map_or("", Input::name);
        let Some(part) = whole.end(name, &ended.total, ended.error, ended.shard) else {
            return;
        };
        whole.count.merge_named(part.count, name);
        tally.merge(part.tally);
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
        whole.coverage.unread.push(Unread {
            input: "(all)".into(),
            why: error.to_string(),
        });
    }
    Survey {
        coverage: whole.into_coverage(),
        destinations: tally.into_destinations(),
    }
}

/// A record and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Located<'b> {
    /// Name of the input.
    pub input: &'b str,
    /// Line number, from 1.
    pub line: u64,
    /// What the line says.
    pub record: Record<'b>,
}

/// A line about a message.
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
    let format = |line: &ReadLine<'_>, out: &mut Vec<u8>| {
        let record = match line.said {
            Line::Delivery(event) if options.takes(event) => Record::Delivery(event, line.verdict),
            Line::Queue(fact) if options.takes_time(fact.time) => Record::Queue(fact),
            _ => return,
        };
        let located = Located {
            input: line.input.name(),
            line: line.number,
            record,
        };
        format(&located, out);
    };
    lines(inputs, options, progress, &format, sink)
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

/// Like [`events`], for every line, understood or not; no line is left out by its time or destination.
///
/// # Errors
/// Those of `sink`. What cannot be read is told in the coverage.
pub fn lines(
    inputs: &[Input],
    options: &Options,
    progress: &dyn Progress,
    format: &(dyn Fn(&ReadLine<'_>, &mut Vec<u8>) + Sync),
    sink: &mut (dyn FnMut(&[u8]) -> io::Result<()> + Send),
) -> io::Result<Coverage> {
    let mut whole = Whole {
        keep_duplicates: true,
        ..Whole::default()
    };
    let new = |n: usize| Part {
        parser: inputs.get(n).map(|input| options.parser(input)),
        count: Count::default(),
        tally: Tally::new(),
        scratch: Scratch::default(),
        recent: Recent::default(),
    };
    let step = |part: &mut Part, block: &Block| {
        let mut out = Vec::new();
        let (
            Part {
                parser: Some(parser),
                count,
                scratch,
                recent,
                ..
            },
            Some(input),
        ) = (part, inputs.get(block.input))
        else {
            return out;
        };
        for_each_line(block, |number, text| {
            let said = parser.parse(text, scratch);
            count.add(number, text, &said, options);
            let verdict = match &said {
                Line::Delivery(event) if options.takes(event) => {
                    recent.classify(&options.classifier, event)
                }
                _ => None,
            };
            let line = ReadLine {
                input,
                number,
                text,
                said: &said,
                verdict,
            };
            format(&line, &mut out);
        });
        out
    };
    let mut emit = |out: Vec<u8>| if out.is_empty() { Ok(()) } else { sink(&out) };
    let mut ended = |ended: Ended<Part>| {
        let name = inputs.get(ended.input).map_or("", Input::name);
        if let Some(part) = whole.end(name, &ended.total, ended.error, ended.shard) {
            whole.count.merge_named(part.count, name);
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

fn for_each_line(block: &Block, mut each: impl FnMut(u64, &[u8])) {
    for (number, line) in (block.first_line..).zip(Lines::new(&block.bytes)) {
        each(number, line.get(..MAX_LINE).unwrap_or(line));
    }
}

/// What one worker folds of one input.
struct Part {
    /// `None` never happens: inputs are numbered by their list.
    parser: Option<LineParser>,
    count: Count,
    tally: Tally,
    scratch: Scratch,
    recent: Recent,
}

impl Shard for Part {
    fn merge(&mut self, other: Part) {
        self.count.merge(other.count);
        self.tally.merge(other.tally);
    }
}

/// Lines that were not understood, kept of each input; and of all inputs together.
const SAMPLES: usize = 5;

/// The coverage of some lines of one input.
#[derive(Debug, Clone, Default)]
struct Count {
    coverage: Coverage,
    /// The first lines of the input that were not understood, in order of their numbers.
    odd: Vec<(u64, Odd, Box<[u8]>)>,
}

impl Count {
    fn add(&mut self, number: u64, text: &[u8], line: &Line<'_>, options: &Options) {
        let coverage = &mut self.coverage;
        let (odd, time) = match line {
            Line::Delivery(event) => {
                coverage.lines.delivery += 1;
                if options.takes(event) {
                    let times = u64::from(event.times);
                    coverage.events += times;
                    match event.contact {
                        Contact::Fresh => coverage.attempts += times,
                        Contact::Echo => coverage.echoes += times,
                        Contact::None => {}
                    }
                }
                (None, Some(event.time))
            }
            Line::Queue(fact) => {
                coverage.lines.queue += 1;
                // Each message passes cleanup(8) once; Exim writes one line of arrival.
                let arrival = match fact.fact {
                    Fact::MessageId(_) => true,
                    Fact::Arrival { .. } => fact.source == Source::Exim,
                    _ => false,
                };
                if arrival && options.takes_time(fact.time) {
                    coverage.messages += u64::from(fact.times);
                }
                (None, Some(fact.time))
            }
            Line::Foreign => {
                coverage.lines.foreign += 1;
                (None, None)
            }
            Line::Unknown(odd) => {
                coverage.lines.unknown += 1;
                (Some(*odd), None)
            }
            Line::Malformed(odd) => {
                coverage.lines.malformed += 1;
                (Some(*odd), None)
            }
        };
        if let Some(time) = time.filter(|&time| options.takes_time(time)) {
            widen(&mut coverage.span, (time, time));
        }
        if let Some(odd) = odd
            && self.odd.len() < SAMPLES
        {
            self.odd.push((
                number,
                odd,
                text.get(..Sample::MAX_TEXT).unwrap_or(text).into(),
            ));
        }
    }

    fn merge(&mut self, other: Count) {
        let (mine, theirs) = (&mut self.coverage, other.coverage);
        mine.lines.delivery += theirs.lines.delivery;
        mine.lines.queue += theirs.lines.queue;
        mine.lines.foreign += theirs.lines.foreign;
        mine.lines.unknown += theirs.lines.unknown;
        mine.lines.malformed += theirs.lines.malformed;
        mine.messages += theirs.messages;
        mine.events += theirs.events;
        mine.attempts += theirs.attempts;
        mine.echoes += theirs.echoes;
        mine.samples.extend(theirs.samples);
        if let Some(span) = theirs.span {
            widen(&mut mine.span, span);
        }
        self.odd.extend(other.odd);
        self.odd.sort_by_key(|odd| odd.0);
        self.odd.truncate(SAMPLES);
    }

    /// Takes in a whole input under its name.
    fn merge_named(&mut self, mut other: Count, name: &str) {
        other.coverage.samples = std::mem::take(&mut other.odd)
            .into_iter()
            .map(|(line, odd, text)| Sample {
                input: name.into(),
                line,
                why: odd.to_string(),
                text,
            })
            .collect();
        self.merge(other);
    }
}

fn widen(span: &mut Option<(Timestamp, Timestamp)>, (first, last): (Timestamp, Timestamp)) {
    *span = Some(span.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
}

/// All inputs together.
#[derive(Debug, Default)]
struct Whole {
    count: Count,
    coverage: Coverage,
    /// Which input had these bytes first.
    seen: HashMap<u128, String>,
    keep_duplicates: bool,
}

impl Whole {
    /// Notes an input that was read; gives back what it had, unless its bytes were counted before.
    fn end(
        &mut self,
        name: &str,
        total: &Total,
        error: Option<io::Error>,
        part: Option<Part>,
    ) -> Option<Part> {
        self.coverage.inputs += 1;
        if let Some(error) = error {
            let why = if total.bytes == 0 {
                error.to_string()
            } else {
                format!("{error} (after {} bytes, which were read)", total.bytes)
            };
            self.coverage.unread.push(Unread {
                input: name.into(),
                why,
            });
        }
        if total.bytes > 0 && !self.keep_duplicates {
            if let Some(first) = self.seen.get(&total.fingerprint) {
                let duplicate = Duplicate {
                    input: name.into(),
                    same_as: first.clone(),
                };
                self.coverage.duplicates.push(duplicate);
                return None;
            }
            self.seen.insert(total.fingerprint, name.into());
        }
        self.coverage.bytes += total.bytes;
        part
    }

    fn into_coverage(self) -> Coverage {
        let Whole {
            count: Count {
                coverage: counted, ..
            },
            coverage,
            ..
        } = self;
        let mut samples = counted.samples;
        samples.sort();
        samples.truncate(SAMPLES * 4);
        Coverage {
            samples,
            inputs: coverage.inputs,
            bytes: coverage.bytes,
            duplicates: coverage.duplicates,
            unread: coverage.unread,
            ..counted
        }
    }
}
