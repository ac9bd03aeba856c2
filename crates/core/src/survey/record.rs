//! Events that come from elsewhere: a store of them, or a program's own log.
//!
//! They go through the same fold as those of lines, so that they say the same.

use super::Options;
use super::part::Sum;
use crate::coverage::Coverage;
use crate::event::{Delivery, Line, QueueFact, Source};
use crate::fate::Stretch;
use crate::source::reader::Total;

/// Events after which what they say of fates is put together: as many as stand in a block of lines.
const STRETCH: u32 = 4096;

/// Takes the events of one input, in the order of its lines: what is said of fates depends on it.
///
/// ```
/// use mailgap_core::event::Line;
/// use mailgap_core::survey::{Beside, Options, Origin, Recorder, survey_with};
/// # use mailgap_core::{envelope::Scratch, line::LineParser, stamp::StampContext, time::Timestamp};
/// # let context = StampContext { zone: chrono_tz::UTC, year: None, reference: Timestamp::default() };
/// # let line = b"2023-01-26T13:00:01Z mx1 postfix/smtp[1]: 4P1Xr72xkCz9vwX: to=<a@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)";
/// # let mut scratch = Scratch::default();
/// # let Line::Delivery(event) = LineParser::new(context).parse(line, &mut scratch) else { panic!() };
///
/// let options = Options::new(chrono_tz::UTC);
/// let mut recorder = Recorder::new(&options);
/// recorder.delivery(&event); // and so on, one after the other
/// let recorded = recorder.finish(Origin::named("my log"));
///
/// let survey = survey_with(&[], Beside::of_recorded([recorded].into_iter()), &options, &());
/// assert_eq!(survey.destinations[0].domain().as_bytes(), b"b.example");
/// assert_eq!(survey.coverage.attempts, 1);
/// ```
#[must_use]
pub struct Recorder<'o> {
    options: &'o Options,
    sum: Sum,
    stretch: Option<Stretch>,
    since_close: u32,
}

impl<'o> Recorder<'o> {
    /// Nothing yet. The options say which events are left out, and why one failed.
    pub fn new(options: &'o Options) -> Recorder<'o> {
        Recorder {
            options,
            sum: Sum::new(options.fates),
            stretch: None,
            since_close: 0,
        }
    }

    /// Takes what happened to a recipient. What a bounce tells ([`Source::Dsn`]) counts unless a log tells it too.
    pub fn delivery(&mut self, event: &Delivery<'_>) {
        if event.source == Source::Dsn {
            self.sum.add_bounce(event, self.options);
        } else {
            self.line(&Line::Delivery(event.clone()));
        }
    }

    /// Takes what is said of a message as a whole.
    pub fn queue(&mut self, fact: &QueueFact<'_>) {
        self.line(&Line::Queue(fact.clone()));
    }

    fn line(&mut self, line: &Line<'_>) {
        self.sum.count.add(0, b"", line, None, self.options);
        self.sum.add_line(line, self.options, true);
        self.since_close += 1;
        if self.since_close >= STRETCH {
            self.close();
        }
    }

    fn close(&mut self) {
        self.since_close = 0;
        let next = self.sum.close();
        self.stretch = joined(self.stretch.take(), next);
    }

    /// These were all.
    pub fn finish(self, origin: Origin) -> Recorded {
        self.part().with_origin(origin)
    }

    /// These were all of a part of an input: see [`Recorded::then`].
    pub fn part(mut self) -> Recorded {
        self.close();
        Recorded {
            name: String::new(),
            total: Total {
                bytes: 0,
                fingerprint: 0,
            },
            sum: self.sum,
            stretch: self.stretch,
        }
    }
}

/// What is known of an input beside its events.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// How it is told of.
    pub name: String,
    /// Its bytes after decompression; with 0 it is never taken for another one's duplicate.
    pub bytes: u64,
    /// Equal for equal bytes: [`super::ReadInput`] tells it.
    pub fingerprint: u128,
    /// Of this, what the events that were handed in do not tell: lines by kind, messages, samples and guessed years,
    /// and whether events were left out as too early or too late.
    pub coverage: Coverage,
}

impl Origin {
    /// Only a name.
    pub fn named(name: &str) -> Origin {
        Origin {
            name: name.into(),
            ..Origin::default()
        }
    }
}

/// The events of an input, counted and followed: see [`super::survey_with`].
#[must_use]
pub struct Recorded {
    pub(super) name: String,
    pub(super) total: Total,
    pub(super) sum: Sum,
    pub(super) stretch: Option<Stretch>,
}

impl Recorded {
    /// These events and those that follow them in the same input, so that parts may be taken at one time. Where they
    /// come from is said of the whole.
    pub fn then(mut self, next: Recorded) -> Recorded {
        self.sum.merge(next.sum);
        self.stretch = joined(self.stretch, next.stretch);
        self
    }

    /// Says where they come from.
    pub fn with_origin(mut self, origin: Origin) -> Recorded {
        self.sum.count.take_rest(&origin.coverage);
        Recorded {
            name: origin.name,
            total: Total {
                bytes: origin.bytes,
                fingerprint: origin.fingerprint,
            },
            ..self
        }
    }
}

fn joined(first: Option<Stretch>, next: Option<Stretch>) -> Option<Stretch> {
    match (first, next) {
        (Some(first), Some(next)) => Some(first.then(next)),
        (first, next) => first.or(next),
    }
}

impl std::fmt::Debug for Recorder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorded")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
