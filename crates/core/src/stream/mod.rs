//! Outages as they happen, from a log that is still being written.
//!
//! A [`Watcher`] is given events as they come and says when an outage begins, changes, ends and is settled.
//! It keeps what [`crate::survey`] would keep, so that [`Watcher::flush`] gives exactly what
//! [`crate::outage::find`] gives for the same events; and for each destination that ever failed the same
//! model one minute at a time.
//!
//! ```
//! use mailgap_core::event::Line;
//! use mailgap_core::envelope::Scratch;
//! use mailgap_core::line::LineParser;
//! use mailgap_core::reason::Classifier;
//! use mailgap_core::stamp::StampContext;
//! use mailgap_core::stream::Watcher;
//! use mailgap_core::time::Timestamp;
//!
//! let context = StampContext { zone: chrono_tz::UTC, year: None, reference: Timestamp::default() };
//! let (mut parser, mut scratch) = (LineParser::new(context), Scratch::default());
//! let (classifier, mut watcher) = (Classifier::default(), Watcher::new());
//! let mut said = Vec::new();
//! for minute in 0..60 {
//!     let line = format!("2023-01-23T16:{minute:02}:00+00:00 mx1 postfix/smtp[101]: 4P1Xr72{minute:02}: \
//!         to=<u{minute}@libero.it>, relay=none, delay=30, delays=0.1/0/30/0, dsn=4.4.1, status=deferred \
//!         (connect to smtp-in.libero.it[213.209.1.129]:25: Connection timed out)");
//!     if let Line::Delivery(event) = parser.parse(line.as_bytes(), &mut scratch) {
//!         said.extend(watcher.add(&event, classifier.classify(&event)));
//!     }
//! }
//! assert_eq!(said[0].as_str(), "open");
//! assert_eq!(said[0].kind().unwrap().as_str(), "no_connection");
//! ```
//!
//! Time is that of the stamps: a minute closes when stamps are later than its end by the lateness that is
//! allowed (5 minutes unless told otherwise), and [`Watcher::advance`] says that time has passed in silence.
//! An event that comes later still is counted, and when it changes what was said, that is revised.
//!
//! A destination that never failed costs what the tally keeps of it. One that did costs some ten kilobytes
//! more, its open minutes, and a hundred bytes for each minute that later ones may still change, 4,096 at
//! most. The tally grows with minutes of traffic, which [`Watcher::forget_before`] bounds, and by eight bytes for
//! each recipient that took mail.
//!
//! Whether a refused recipient took mail at another time (`tally/known.rs`) is known of the past only: what is said
//! of a minute rests on acceptances up to the last that is closed, so that no order within the lateness shows.
//!
//! A watcher that knows nothing yet takes the dead and the mistyped for outages that have begun, and withdraws
//! them after days: give it the logs of some weeks first.
//!
//! Left out: sender-side incidents and what several destinations have in common, which need all of them.

mod clock;
mod record;
#[cfg(test)]
mod tests;
mod watched;

pub use record::Record;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hashbrown::HashMap;

use crate::address::Domain;
use crate::event::Delivery;
use crate::evidence::{Class, class_of};
use crate::outage::{Findings, Prior, find_among};
use crate::reason::Verdict;
use crate::span::Days;
use crate::tally::{Destination, Evidence, Known, Tally, minute_of};
use crate::time::Timestamp;

use clock::Clock;
use watched::Watched;

/// Events may come this much later than others: five minutes.
pub const LATENESS: Duration = Duration::from_mins(5);

/// Minutes of a history after which a look at it, for late events, waits a minute longer.
const LOOK_WAITS: usize = 6000;

/// Follows the destinations of a log.
#[derive(Debug)]
pub struct Watcher {
    lateness_ms: i64,
    clock: Clock,
    days: Days,
    tally: Tally,
    /// Recipients that took mail in minutes that are closed,
    known: Known,
    /// and in each that is open.
    known_soon: BTreeMap<i64, Known>,
    /// Destinations that failed at least once, by their number in the tally.
    watched: HashMap<u32, Watched>,
    /// What is to be done when a minute closes, and for which destination.
    due: BTreeSet<(i64, u32, Due)>,
    /// The first minute that is open.
    open: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// That minute is to be taken in.
    Close,
    /// Events came too late.
    Look,
}

impl Default for Watcher {
    fn default() -> Watcher {
        Watcher::with_lateness(LATENESS)
    }
}

impl Watcher {
    /// Allows events to come [`LATENESS`] late.
    pub fn new() -> Watcher {
        Watcher::default()
    }

    /// Allows events to come so late: whatever the order of events within that time, the same is said. The
    /// longer, the later everything is said.
    pub fn with_lateness(lateness: Duration) -> Watcher {
        Watcher {
            lateness_ms: i64::try_from(lateness.as_millis()).unwrap_or(i64::MAX),
            clock: Clock::default(),
            days: Days::default(),
            tally: Tally::new(),
            known: Known::default(),
            known_soon: BTreeMap::new(),
            watched: HashMap::new(),
            due: BTreeSet::new(),
            open: i64::MIN,
        }
    }

    /// Takes in an event of a log, with the verdict of the classifier, and says what is new.
    pub fn add(&mut self, event: &Delivery<'_>, verdict: Option<Verdict>) -> Vec<Record> {
        if let Some(class) = class_of(event, verdict)
            && let Some(destination) = self.tally.destination_of(event)
        {
            self.watch(destination, event, class);
        }
        self.tally.add(event, verdict);
        let minute = minute_of(event.time);
        self.tally.move_known(if minute < self.open {
            &mut self.known
        } else {
            self.known_soon.entry(minute).or_default()
        });
        self.see(event.time)
    }

    /// Takes in the stamp of a line that is no delivery: it tells the time too.
    ///
    /// A stamp is believed when three lines are as late, so that one wrong clock does not close minutes
    /// early.
    pub fn see(&mut self, time: Timestamp) -> Vec<Record> {
        self.clock.see(time);
        self.days.add(time);
        self.close()
    }

    /// Says that it is now at least that late, so that minutes close though no line comes.
    pub fn advance(&mut self, now: Timestamp) -> Vec<Record> {
        self.clock.tell(now);
        self.close()
    }

    /// Closes every minute: nothing more will come.
    pub fn finish(&mut self) -> Vec<Record> {
        self.close_before(i64::MAX)
    }

    /// First and last stamp of everything that came, without strays; `None` when nothing did.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.days.clone().span().0
    }

    /// All that is known of a destination; `None` when nothing is.
    pub fn evidence(&self, domain: &Domain) -> Option<Evidence> {
        let is_known = |recipient| {
            let mut soon = self.known_soon.values();
            self.known.contains(recipient) || soon.any(|known| known.contains(recipient))
        };
        let number = self.tally.number_of(domain)?;
        self.tally.evidence_of(number, i64::MAX, &is_known)
    }

    /// What everything that came says of each destination, as for a log that is read at once.
    pub fn flush(mut self) -> impl Iterator<Item = (Domain, Findings)> {
        let log = self.span().unwrap_or_default();
        self.learn(i64::MAX);
        self.tally.add_known(self.known);
        let destinations = self.tally.into_destinations();
        let prior = Prior::of(&destinations);
        destinations
            .into_iter()
            .map(move |destination: Destination| {
                let domain = destination.domain().clone();
                let mut findings = find_among(&destination.evidence(), log, prior);
                let weak = std::mem::take(&mut findings.weak).into_iter();
                findings.minor.extend(weak.map(|weak| weak.minor));
                (domain, findings)
            })
    }

    /// Forgets what happened before the hour of `time`, so that memory does not grow without end. Outages
    /// that reach back further are then seen from there on only. Who took mail is kept (eight bytes for each
    /// recipient): it does not age.
    pub fn forget_before(&mut self, time: Timestamp) {
        self.tally.forget_before(time);
    }

    /// Counts an event for the recursion of its destination, once that failed. Before the tally does.
    fn watch(&mut self, destination: u32, event: &Delivery<'_>, class: Class) {
        if class != Class::Ok && !self.watched.contains_key(&destination) {
            self.begin(destination);
        }
        let Some(watched) = self.watched.get_mut(&destination) else {
            return;
        };
        let minute = minute_of(event.time);
        let is_open = minute > watched.closed();
        watched.recent.add(event, class, is_open);
        if is_open {
            self.due.insert((minute, destination, Due::Close));
        } else if watched.note_late(minute) {
            // Soon, but the longer the history, the more others should share the look.
            let more = i64::try_from(watched.length() / LOOK_WAITS).unwrap_or(i64::MAX);
            let wait = (self.lateness_ms / 60_000).saturating_add(more);
            let at = self.open.saturating_add(wait);
            self.due.insert((at, destination, Due::Look));
        }
    }

    /// Watches a destination from its first failure on.
    fn begin(&mut self, destination: u32) {
        // Nothing was refused yet.
        let evidence = self.tally.evidence_of(destination, i64::MAX, &|_| false);
        let buckets = evidence.map_or_else(Vec::new, |evidence| evidence.buckets);
        let closed = buckets.partition_point(|bucket| bucket.minute < self.open);
        let (closed, open) = buckets.split_at(closed);
        let mut watched = Watched::new(closed);
        for bucket in open {
            watched.recent.add_accepted(bucket);
            self.due.insert((bucket.minute, destination, Due::Close));
        }
        self.watched.insert(destination, watched);
    }

    fn close(&mut self) -> Vec<Record> {
        let Some(now) = self.clock.now() else {
            return Vec::new();
        };
        let past = now.as_millis().saturating_sub(self.lateness_ms);
        self.close_before(minute_of(Timestamp::from_millis(past)))
    }

    /// Closes the minutes before this one.
    fn close_before(&mut self, minute: i64) -> Vec<Record> {
        let mut records = Vec::new();
        self.open = self.open.max(minute);
        while let Some(&(minute, destination, due)) = self.due.first()
            && minute < self.open
        {
            self.due.pop_first();
            self.learn(minute);
            self.settle(minute, destination, due, &mut records);
        }
        self.learn(self.open.saturating_sub(1));
        records
    }

    /// Knows who took mail up to this minute: it is closed.
    fn learn(&mut self, minute: i64) {
        while let Some(first) = self.known_soon.first_entry()
            && *first.key() <= minute
        {
            self.known.merge(first.remove());
        }
    }

    fn settle(&mut self, minute: i64, destination: u32, due: Due, records: &mut Vec<Record>) {
        let Some(watched) = self.watched.get_mut(&destination) else {
            return;
        };
        let is_known = |recipient| self.known.contains(recipient);
        let is_cause = match due {
            Due::Close => watched
                .recent
                .close(minute, &is_known)
                .is_some_and(|bucket| watched.push(&bucket)),
            Due::Look => watched.is_late(),
        };
        if !is_cause {
            return;
        }
        let closed = watched.closed();
        let Some(evidence) = self.tally.evidence_of(destination, closed, &is_known) else {
            return;
        };
        let first = self.days.clone().span().0.unwrap_or_default().0;
        watched.look(&evidence, first, records);
    }
}
