//! What one worker makes of one input, a block of lines or of messages at a time.

use std::borrow::Cow;

use super::count::Count;
use super::history::Earlier;
use super::{Item, Options, ReadLine, ReadMessage};
use crate::dsn::{self, Reading};
use crate::envelope::Scratch;
use crate::event::{Contact, Delivery, Line};
use crate::exim::split::{self, Join};
use crate::fate::{Keep, Scribe, Stretch};
use crate::line::{LineParser, Lines};
use crate::parallel::{Block, Shard};
use crate::reason::{Recent, Verdict};
use crate::redact::Redacted;
use crate::source::Input;
use crate::source::kind::Kind;
use crate::source::mbox::Messages;
use crate::source::reader::MAX_LINE;
use crate::tally::{Bounced, Known, Tally};

/// What one worker folds of one input.
pub(super) struct Part {
    /// `None` never happens: inputs are numbered by their list.
    parser: Option<LineParser>,
    scratch: Scratch,
    pub(super) sum: Sum,
}

/// What lines and bounces amount to.
pub(super) struct Sum {
    recent: Recent,
    pub(super) count: Count,
    pub(super) tally: Tally,
    pub(super) bounced: Bounced,
    /// What is history, as it is earlier than what is asked for.
    pub(super) earlier: Earlier,
    /// `None` when no fates are asked for.
    scribe: Option<Scribe>,
    room: Redacted,
}

impl Sum {
    /// Of nothing yet.
    pub(super) fn new(fates: Option<Keep>) -> Sum {
        Sum {
            recent: Recent::default(),
            count: Count::default(),
            tally: Tally::new(),
            bounced: Bounced::default(),
            earlier: Earlier::default(),
            scribe: fates.map(Scribe::new),
            room: Redacted::default(),
        }
    }

    /// Takes in what a line says, after it was counted. Failures of logs are noted to `join` them with bounces.
    pub(super) fn add_line(&mut self, line: &Line<'_>, options: &Options, join: bool) {
        match line {
            Line::Delivery(event) => {
                let Sum { recent, room, .. } = self;
                let mut classify = || recent.classify(&options.classifier, event);
                let to: Books<'_> = if options.takes(event) {
                    (&mut self.tally, &mut self.bounced, self.scribe.as_mut())
                } else if options.is_history(event) {
                    (&mut self.earlier.tally, &mut self.earlier.bounced, None)
                } else {
                    return;
                };
                match &options.redactor {
                    Some(redactor) => {
                        // The reason first: a rule may ask for words that are hidden then.
                        let verdict = classify();
                        add_delivery(&redactor.delivery(event, room), || verdict, join, to);
                    }
                    None => add_delivery(event, classify, join, to),
                }
            }
            // Who sent it is told before the time that is asked for.
            Line::Queue(fact) if options.until.is_none_or(|until| fact.time < until) => {
                if let Some(scribe) = &mut self.scribe {
                    match &options.redactor {
                        Some(redactor) => scribe.queue(&redactor.queue_fact(fact, &mut self.room)),
                        None => scribe.queue(fact),
                    }
                }
            }
            _ => {}
        }
    }

    /// Counts and keeps an event of a bounce.
    pub(super) fn add_bounce(&mut self, event: &Delivery<'_>, options: &Options) {
        let bounced = if self.count.add_bounced(event, options) {
            &mut self.bounced
        } else if options.is_history(event) {
            &mut self.earlier.bounced
        } else {
            return;
        };
        let verdict = options.classifier.classify(event);
        match &options.redactor {
            Some(redactor) => {
                let hidden = redactor.delivery(event, &mut self.room);
                bounced.add_bounce(&hidden, verdict);
            }
            None => bounced.add_bounce(event, verdict),
        }
    }

    /// Moves the recipients that took mail to a set that several workers share.
    pub(super) fn move_known(&mut self, to: &mut Known) {
        self.tally.move_known(to);
        self.earlier.move_known(to);
    }

    /// What these lines, since the last time, say of fates, where those are asked for.
    pub(super) fn close(&mut self) -> Option<Stretch> {
        self.scribe.as_mut().map(Scribe::close)
    }

    /// Takes in what other lines of the same input amount to.
    pub(super) fn merge(&mut self, other: Sum) {
        self.count.merge(other.count);
        self.tally.merge(other.tally);
        self.bounced.merge(other.bounced);
        self.earlier.merge(other.earlier);
    }
}

/// Where an event of a log goes: counts, what bounces are compared with, and fates.
type Books<'s> = (&'s mut Tally, &'s mut Bounced, Option<&'s mut Scribe>);

#[inline]
fn add_delivery(
    event: &Delivery<'_>,
    mut classify: impl FnMut() -> Option<Verdict>,
    join: bool,
    (tally, bounced, scribe): Books<'_>,
) {
    // Only what a host answered now is evidence; the reason of an echo was that of its failure.
    let fresh = event.contact == Contact::Fresh;
    let verdict = if fresh { classify() } else { None };
    tally.add(event, verdict);
    if join {
        bounced.add_logged(event);
    }
    if let Some(scribe) = scribe {
        scribe.delivery(event, verdict, classify);
    }
}

impl Part {
    /// Nothing of that input yet.
    pub(super) fn new(input: Option<&Input>, options: &Options, fates: Option<Keep>) -> Part {
        Part {
            parser: input.map(|input| options.parser(input)),
            scratch: Scratch::default(),
            sum: Sum::new(fates),
        }
    }

    /// Counts a block; gives its stretch of fates where they are asked for. Failures of logs are noted to
    /// `join` them with bounces.
    pub(super) fn count(
        &mut self,
        block: &Block,
        input: &Input,
        options: &Options,
        join: bool,
    ) -> Option<Stretch> {
        let parser = self.parser.as_mut()?;
        for_each_line(block, |number, text| {
            let line = parser.parse(text, &mut self.scratch);
            let guessed = parser.guessed_year();
            self.sum.count.add(number, text, &line, guessed, options);
            self.sum.add_line(&line, options, join);
        });
        for_each_message(block, |number, message| {
            let reading = dsn::read(message);
            self.sum
                .count
                .add_message(number, message, &reading, options);
            for_each_event(&reading, input, |event| self.sum.add_bounce(event, options));
        });
        self.sum.close()
    }

    /// Shows every line and message of a block, and counts what was understood.
    pub(super) fn show(
        &mut self,
        block: &Block,
        input: &Input,
        options: &Options,
        show: &mut dyn FnMut(&Item<'_>),
    ) {
        let Some(parser) = &mut self.parser else {
            return;
        };
        for_each_line(block, |number, text| {
            let said = parser.parse(text, &mut self.scratch);
            let guessed = parser.guessed_year();
            self.sum.count.add(number, text, &said, guessed, options);
            let verdict = match &said {
                Line::Delivery(event) if options.takes(event) => {
                    self.sum.recent.classify(&options.classifier, event)
                }
                _ => None,
            };
            let mut show = |text: &[u8], said: &Line<'_>| {
                show(&Item::Line(ReadLine {
                    input,
                    number,
                    text,
                    said,
                    verdict,
                }));
            };
            match &options.redactor {
                Some(redactor) => {
                    let hidden = redactor.line(text, &said);
                    show(&hidden, &parser.parse(&hidden, &mut self.scratch));
                }
                None => show(text, &said),
            }
        });
        for_each_message(block, |number, message| {
            let reading = dsn::read(message);
            self.sum
                .count
                .add_message(number, message, &reading, options);
            for_each_event(&reading, input, |event| {
                self.sum.count.add_bounced(event, options);
            });
            let hidden = options
                .redactor
                .as_ref()
                .map(|redactor| (redactor.text(message, &[]), redactor.reading(&reading)));
            let (message, reading) = match hidden {
                Some((message, reading)) => (message, reading),
                None => (Cow::Borrowed(message), reading),
            };
            show(&Item::Message(ReadMessage {
                input,
                number,
                text: &message,
                reading: &reading,
            }));
        });
    }
}

impl Shard for Part {
    fn merge(&mut self, other: Part) {
        self.sum.merge(other.sum);
    }
}

/// Every line with its number. A line that came in pieces is whole where the first of them stands.
fn for_each_line(block: &Block, mut each: impl FnMut(u64, &[u8])) {
    if block.kind != Kind::Lines {
        return;
    }
    let in_pieces = split::may_begin_in(&block.bytes);
    let mut whole = Vec::new();
    let mut lines = Lines::new(&block.bytes);
    let mut number = block.first_line;
    while let Some(line) = lines.next() {
        let line = line.get(..MAX_LINE).unwrap_or(line);
        if in_pieces && split::join(line, lines.rest(), &mut whole) == Join::Whole {
            each(number, &whole);
        } else {
            each(number, line);
        }
        number += 1;
    }
}

/// Every message with its number.
fn for_each_message(block: &Block, mut each: impl FnMut(u64, &[u8])) {
    match block.kind {
        Kind::Lines => {}
        Kind::Message => each(block.first_line, &block.bytes),
        Kind::Mbox => {
            for (number, message) in (block.first_line..).zip(Messages::new(&block.bytes)) {
                each(number, message);
            }
        }
    }
}

/// Every recipient of a bounce.
pub(super) fn for_each_event(
    reading: &Reading,
    input: &Input,
    mut each: impl FnMut(&Delivery<'_>),
) {
    if let Reading::Report(report) = reading {
        for event in report.deliveries(input.reference()) {
            each(&event);
        }
    }
}
