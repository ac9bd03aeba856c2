//! Which recipient-scope failures are news: outages design note, sections 14 and 15.
//!
//! A failure that may be a property of one recipient (mailbox full, unknown user) is *fresh*
//! - when the same recipient showed the same class at no time within the 24 hours before; or,
//! - of a recipient who took mail at another time, when it answers the first attempt of a message and no other
//!   such failure came within the [`OPENING`] before. Messages come to a mailbox whether it works or not, so the
//!   share of them that fail says how many mailboxes do; their retries come only to those that fail; or,
//! - of such a recipient, once more in each [`HALF_DAY`] of a day on which far more of them were put off than
//!   usual. A few people with full mailboxes are everyday life, however often their mail is tried again.
//!
//! A log that is cut out of a longer time begins with a full queue: a message that arrived before the log and is put
//! off again was most likely put off before for the same reason. Such a failure is not fresh; of a recipient who took
//! mail at another time only the first attempts of new messages are.
//!
//! The first and the last failure of each (recipient, class, stretch of time), and the arrival of the oldest message
//! that was put off again in it, decide that; they merge by min, max and min.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::event::{Delivery, Outcome};
use crate::evidence::Class;
use crate::tally::IsKnown;
use crate::tally::cells::{DAY, HOUR, MINUTE};
use crate::time::Timestamp;

const HALF_DAY: i64 = 12 * HOUR;

/// Messages to one mailbox that come oftener than this tell nothing new: a job that mails a dead one hourly.
const OPENING: i64 = 2 * HOUR;

/// No MTA tries a message again sooner: the least backoff of Postfix; Exim's is 15 minutes. Seconds.
const RETRY_S: f64 = 300.0;

/// More recipients than usual were put off on a day when there were this many,
const LEAST_PUT_OFF: usize = 3;

/// and this many times the median of all days more.
const TIMES_USUAL: usize = 3;

/// A failure that is news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fresh {
    pub(crate) time: Timestamp,
    pub(crate) class: Class,
    recipient: u64,
    /// True when the recipient took mail at another time.
    pub(crate) known: bool,
}

/// First and last failures by recipient, class and stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recipients {
    all: Stretches<HALF_DAY>,
    /// First attempts of messages only.
    openings: Stretches<OPENING>,
}

/// First and last failure of a recipient within one stretch, as they travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub(super) minute: i64,
    pub(super) recipient: u64,
    pub(super) class: Class,
    /// Milliseconds after the minute.
    pub(super) span: (u32, u32),
    /// When the oldest message that was put off again arrived, in seconds since 1970.
    pub(super) arrival: Option<u32>,
}

impl Recipients {
    /// All failures by stretches, in order of time.
    pub(super) fn stretches(&self) -> Vec<Stretch> {
        self.all.ordered()
    }

    /// The same of first attempts of messages.
    pub(super) fn opening_stretches(&self) -> Vec<Stretch> {
        self.openings.ordered()
    }

    /// Takes in one of these; `None` when no stretch of the recipient begins then, or it is shorter.
    pub(super) fn add_stretch(&mut self, stretch: &Stretch, opening: bool) -> Option<()> {
        if opening {
            self.openings.add_stretch(stretch)
        } else {
            self.all.add_stretch(stretch)
        }
    }

    /// Notes a failure.
    pub(crate) fn add(&mut self, recipient: u64, class: Class, time: Timestamp, attempt: Attempt) {
        let arrival = match attempt {
            Attempt::First => NEVER,
            Attempt::Again(arrival) => arrival,
        };
        self.all.add(recipient, class, time.as_millis(), arrival);
        if attempt == Attempt::First {
            self.openings.add(recipient, class, time.as_millis(), NEVER);
        }
    }

    /// Forgets when messages arrived, but for whether that was before the log of their host, which began then
    /// (seconds since 1970): recipients of several hosts can be merged afterwards.
    pub(super) fn settle_arrivals(&mut self, began: u32) {
        for span in self.all.0.values_mut() {
            span.arrival = if span.arrival < began { 0 } else { NEVER };
        }
    }

    /// Takes in what others saw.
    pub(crate) fn merge(&mut self, other: Recipients) {
        self.all.merge(other.all);
        self.openings.merge(other.openings);
    }

    /// The fresh failures up to that minute, in order of time. `days` are the UTC days with attempts, in order; the log
    /// of the host began at `began`, in seconds since 1970.
    pub(crate) fn fresh(
        &self,
        is_known: IsKnown<'_>,
        days: &[i64],
        until: i64,
        began: u32,
    ) -> Vec<Fresh> {
        let told = |failure: &Failure| Fresh {
            time: Timestamp::from_millis(failure.time),
            class: failure.class,
            recipient: failure.recipient,
            known: is_known(failure.recipient),
        };
        let is_in_time = |failure: &Failure| failure.time.div_euclid(MINUTE) <= until;
        let mut fresh = Vec::new();
        let mut again = Vec::new();
        for failure in self.all.first_ones().filter(is_in_time) {
            if failure.arrival < began {
                continue;
            }
            if self.all.is_after_silence(&failure, DAY) {
                fresh.push(told(&failure));
            } else if failure.class == Class::TmpRcpt && is_known(failure.recipient) {
                again.push(told(&failure));
            }
        }
        if !again.is_empty() {
            let crowded = crowded(fresh.iter().chain(&again).filter(|told| told.known), days);
            again.retain(|told| {
                let from = crowded.get(&day_of(told.time));
                from.is_some_and(|&from| told.time >= from)
            });
            fresh.append(&mut again);
        }
        for failure in self.openings.first_ones().filter(is_in_time) {
            if self.openings.is_after_silence(&failure, OPENING) && is_known(failure.recipient) {
                fresh.push(told(&failure));
            }
        }
        fresh.sort_unstable();
        fresh.dedup();
        fresh
    }

    /// The first two rules for one failure that was noted, as far as those before it are known; `None` when it
    /// is not fresh.
    pub(crate) fn fresh_one(
        &self,
        recipient: u64,
        class: Class,
        time: Timestamp,
        is_known: IsKnown<'_>,
    ) -> Option<Fresh> {
        let millis = time.as_millis();
        let known = is_known(recipient);
        let is_fresh = self.all.is_news(recipient, class, millis, DAY)
            || known && self.openings.is_news(recipient, class, millis, OPENING);
        is_fresh.then_some(Fresh {
            time,
            class,
            recipient,
            known,
        })
    }

    /// Forgets days (since 1970, UTC) before this one: they must not matter any more.
    pub(crate) fn forget_before(&mut self, day: i64) {
        self.all.forget_before(day.saturating_mul(DAY));
        self.openings.forget_before(day.saturating_mul(DAY));
    }
}

/// The days on which far more recipients were put off than on most, with the time from which on they were more than
/// usual: from the beginning where the day before was such a day.
fn crowded<'f>(put_off: impl Iterator<Item = &'f Fresh>, days: &[i64]) -> BTreeMap<i64, Timestamp> {
    // The first time of each recipient on each day.
    let mut firsts: Vec<(i64, u64, Timestamp)> = put_off
        .filter(|told| told.class == Class::TmpRcpt)
        .map(|told| (day_of(told.time), told.recipient, told.time))
        .collect();
    firsts.sort_unstable();
    firsts.dedup_by_key(|(day, recipient, _)| (*day, *recipient));
    let mut times: BTreeMap<i64, Vec<Timestamp>> =
        days.iter().map(|&day| (day, Vec::new())).collect();
    for (day, _, time) in firsts {
        times.entry(day).or_default().push(time);
    }
    let mut ordered: Vec<usize> = times.values().map(Vec::len).collect();
    ordered.sort_unstable();
    let usual = ordered.get(ordered.len() / 2).copied().unwrap_or_default();
    let mut crowded: BTreeMap<i64, Timestamp> = BTreeMap::new();
    for (day, mut times) in times {
        if times.len() < LEAST_PUT_OFF + TIMES_USUAL * usual {
            continue;
        }
        times.sort_unstable();
        let goes_on = crowded.contains_key(&(day - 1));
        let first = times.get(if goes_on { 0 } else { usual });
        crowded.extend(first.map(|&first| (day, first)));
    }
    crowded
}

/// First and last times by recipient, class and stretch of `LENGTH` milliseconds.
///
/// The stretches of each recipient begin at a minute of its own: at no moment they all begin anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Stretches<const LENGTH: i64>(HashMap<Key, Span>);

/// What is known of one recipient, class and stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    /// First and last failure, in milliseconds after its beginning.
    first: u32,
    last: u32,
    /// When the oldest message that was put off again arrived, in seconds since 1970; [`NEVER`] without one.
    arrival: u32,
}

impl Span {
    fn widen(&mut self, other: Span) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.arrival = self.arrival.min(other.arrival);
    }
}

/// No message arrives then (seconds since 1970): the year 2106.
const NEVER: u32 = u32::MAX;

/// Which attempt of its message a failure answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// The first, or the only one.
    First,
    /// A later one. The message arrived at that second since 1970, [`NEVER`] where that is not known.
    Again(u32),
}

impl Attempt {
    /// That of an event.
    pub(crate) fn of(event: &Delivery<'_>) -> Attempt {
        match event.delay_s {
            _ if event.outcome == Outcome::Bounced => Attempt::First,
            Some(delay) if delay < RETRY_S => Attempt::First,
            Some(delay) => Attempt::Again(second(event.time.as_millis() as f64 / 1000.0 - delay)),
            None => Attempt::Again(NEVER),
        }
    }
}

/// A time as whole seconds since 1970, within the years 1970 to 2106.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
pub(super) fn second(seconds: f64) -> u32 {
    seconds as u32
}

/// A recipient (by fingerprint), and the number of its stretch with the class as lowest bit.
type Key = (u64, i32);

/// The class within the second half of a key.
const fn class_of_key(key: i32) -> Class {
    if key & 1 == 1 {
        Class::PermRcpt
    } else {
        Class::TmpRcpt
    }
}

/// The first failure of a stretch.
#[derive(Debug, Clone, Copy)]
struct Failure {
    recipient: u64,
    class: Class,
    stretch: i32,
    time: i64,
    /// As in [`Span`].
    arrival: u32,
}

impl<const LENGTH: i64> Stretches<LENGTH> {
    /// Where the stretches of a recipient begin.
    fn shift(recipient: u64) -> i64 {
        let minutes = (LENGTH / MINUTE).unsigned_abs();
        (recipient % minutes).cast_signed() * MINUTE
    }

    fn key(recipient: u64, class: Class, stretch: i32) -> Key {
        (
            recipient,
            stretch.wrapping_mul(2) + i32::from(class == Class::PermRcpt),
        )
    }

    /// The stretch of a moment, and where it lies within.
    fn place(recipient: u64, time: i64) -> (i32, u32) {
        let time = time.saturating_add(Self::shift(recipient));
        // Stamps have years of four digits: 40 million stretches at most.
        let stretch = i32::try_from(time.div_euclid(LENGTH)).unwrap_or_default();
        let offset = u32::try_from(time.rem_euclid(LENGTH)).unwrap_or_default(); // some hours
        (stretch, offset)
    }

    fn add(&mut self, recipient: u64, class: Class, time: i64, arrival: u32) {
        let (stretch, offset) = Self::place(recipient, time);
        let span = Span {
            first: offset,
            last: offset,
            arrival,
        };
        self.widen(Self::key(recipient, class, stretch), span);
    }

    /// Every stretch in order of time.
    fn ordered(&self) -> Vec<Stretch> {
        let stretches = self.0.iter().map(|(&(recipient, key), &span)| Stretch {
            minute: Self::time(recipient, key >> 1, 0) / MINUTE,
            recipient,
            class: class_of_key(key),
            span: (span.first, span.last),
            arrival: (span.arrival != NEVER).then_some(span.arrival),
        });
        let mut all: Vec<Stretch> = stretches.collect();
        all.sort_unstable();
        all
    }

    fn add_stretch(&mut self, stretch: &Stretch) -> Option<()> {
        let &Stretch {
            minute,
            recipient,
            class,
            span: (first, last),
            arrival,
        } = stretch;
        let (number, offset) = Self::place(recipient, minute.checked_mul(MINUTE)?);
        if offset != 0 || i64::from(last) >= LENGTH {
            return None;
        }
        let span = Span {
            first,
            last,
            arrival: arrival.unwrap_or(NEVER),
        };
        self.widen(Self::key(recipient, class, number), span);
        Some(())
    }

    fn widen(&mut self, key: Key, span: Span) {
        self.0.entry(key).or_insert(span).widen(span);
    }

    fn merge(&mut self, other: Self) {
        if self.0.is_empty() {
            *self = other;
            return;
        }
        for (key, span) in other.0 {
            self.widen(key, span);
        }
    }

    fn time(recipient: u64, stretch: i32, offset: u32) -> i64 {
        i64::from(stretch) * LENGTH + i64::from(offset) - Self::shift(recipient)
    }

    /// The first of each stretch, in no order.
    fn first_ones(&self) -> impl Iterator<Item = Failure> {
        self.0.iter().map(|(&(recipient, key), span)| {
            let stretch = key >> 1;
            Failure {
                recipient,
                class: class_of_key(key),
                stretch,
                time: Self::time(recipient, stretch, span.first),
                arrival: span.arrival,
            }
        })
    }

    /// True when no failure like this came within so many milliseconds (whole stretches) before it.
    fn is_after_silence(&self, failure: &Failure, silence: i64) -> bool {
        let &Failure {
            recipient,
            class,
            stretch,
            time,
            ..
        } = failure;
        let back = i32::try_from(silence / LENGTH).unwrap_or_default();
        let last = |before: i32| {
            let span = self.0.get(&Self::key(recipient, class, before))?;
            Some(Self::time(recipient, before, span.last))
        };
        (1..=back).all(|n| last(stretch - n).is_none_or(|last| time - last > silence))
    }

    /// True when this failure, which was noted, is the first after so many milliseconds without one like it.
    fn is_news(&self, recipient: u64, class: Class, time: i64, silence: i64) -> bool {
        let (stretch, offset) = Self::place(recipient, time);
        let span = self.0.get(&Self::key(recipient, class, stretch));
        let failure = Failure {
            recipient,
            class,
            stretch,
            time,
            arrival: NEVER,
        };
        span.is_some_and(|span| span.first == offset) && self.is_after_silence(&failure, silence)
    }

    /// Forgets stretches whose last failure came before this time.
    fn forget_before(&mut self, time: i64) {
        self.0
            .retain(|&(recipient, key), span| Self::time(recipient, key >> 1, span.last) >= time);
    }
}

/// The UTC day of a moment, since 1970.
pub(crate) fn day_of(time: Timestamp) -> i64 {
    time.as_millis().div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Event = (i64, u64, Class, bool);

    fn attempt(opens: bool) -> Attempt {
        if opens {
            Attempt::First
        } else {
            Attempt::Again(NEVER)
        }
    }

    /// The rule read literally: one pass in order of time. Recipients with even numbers are known.
    fn naive(events: &[Event]) -> Vec<(i64, u64, Class)> {
        let is_news = |n: usize, &(time, recipient, class, opens): &Event| {
            let within = |period: i64, openings_only: bool| {
                events[..n].iter().any(|&(t, r, c, o)| {
                    r == recipient && c == class && time - t <= period && (o || !openings_only)
                })
            };
            !within(DAY, false) || is_known(recipient) && opens && !within(OPENING, true)
        };
        let news = events
            .iter()
            .enumerate()
            .filter(|&(n, event)| is_news(n, event));
        news.map(|(_, &(time, recipient, class, _))| (time, recipient, class))
            .collect()
    }

    fn is_known(recipient: u64) -> bool {
        recipient.is_multiple_of(2)
    }

    fn expected_order(events: &[Event]) -> Vec<(i64, u64, Class)> {
        let mut all: Vec<_> = events
            .iter()
            .map(|&(time, recipient, class, _)| (time, recipient, class))
            .collect();
        all.sort_unstable_by_key(|&(time, recipient, class)| (time, class, recipient));
        all
    }

    proptest! {
        #[test]
        fn any_split_and_order_agrees_with_one_pass_in_order_of_time(
            events in prop::collection::vec((0..480_i64, 0..2_u64, 0..2_u8, 0..4_u8, any::<bool>()), 0..60)
        ) {
            let mut parts: [Recipients; 4] = Default::default();
            let mut all = Vec::new();
            for (halves, recipient, class, part, opens) in events {
                let class = if class == 0 { Class::TmpRcpt } else { Class::PermRcpt };
                let time = halves * HOUR / 2 + i64::from(part);
                parts[usize::from(part)].add(recipient, class, Timestamp::from_millis(time), attempt(opens));
                all.push((time, recipient, class, opens));
            }
            let merged = parts.into_iter().rev().reduce(|mut sum, part| { sum.merge(part); sum }).unwrap();
            all.sort_unstable();
            // Of two at one moment the one that opens counts.
            all.reverse();
            all.dedup_by_key(|event| (event.0, event.1, event.2));
            all.reverse();
            let fresh: Vec<_> = merged.fresh(&is_known, &[], i64::MAX, 0).iter().map(|f| (f.time.as_millis(), f.recipient, f.class)).collect();
            let mut expected = naive(&all);
            expected.sort_unstable_by_key(|&(time, recipient, class)| (time, class, recipient));
            prop_assert_eq!(&fresh, &expected);
            // One by one; and what is forgotten matters no more.
            let one_by_one = |merged: &Recipients, from: i64| -> Vec<_> {
                let asked = expected_order(&all).into_iter().filter(|event| event.0 >= from);
                asked.filter(|&(time, recipient, class)| {
                    merged.fresh_one(recipient, class, Timestamp::from_millis(time), &is_known).is_some()
                }).collect()
            };
            prop_assert_eq!(&one_by_one(&merged, 0), &expected);
            let mut later = merged.clone();
            later.forget_before(3);
            expected.retain(|event| event.0 >= 4 * DAY);
            prop_assert_eq!(one_by_one(&later, 4 * DAY), expected);
        }
    }

    /// Each of these recipients is tried again every hour for two days, from that day on.
    fn retried(recipients: impl Iterator<Item = u64> + Clone, day: i64) -> Recipients {
        let mut all = Recipients::default();
        for (recipient, hour) in recipients.flat_map(|r| (0..48).map(move |hour| (r, hour))) {
            let time = Timestamp::from_millis(day * DAY + hour * HOUR);
            all.add(recipient, Class::TmpRcpt, time, Attempt::Again(NEVER));
        }
        all
    }

    #[test]
    fn retries_count_again_where_more_known_recipients_than_usual_are_put_off() {
        let days: Vec<i64> = (0..12).collect();
        let count = |recipients: &Recipients| recipients.fresh(&is_known, &days, i64::MAX, 0).len();
        assert_eq!(count(&retried([0].into_iter(), 4)), 1);
        assert_eq!(count(&retried([0, 2].into_iter(), 4)), 2);
        assert_eq!(count(&retried([1, 3, 5, 7].into_iter(), 4)), 4, "strangers");
        let many = count(&retried([0, 2, 4, 6].into_iter(), 4));
        assert!((4 * 4..=4 * 5).contains(&many), "{many}");
        // Where so many always are, it is usual.
        let mut always = Recipients::default();
        for day in (0..12).step_by(2) {
            always.merge(retried([0, 2, 4, 6].into_iter(), day));
        }
        assert_eq!(count(&always), 4);
    }

    #[test]
    fn what_was_queued_before_the_log_began_is_no_first_refusal() {
        const BEGAN: u32 = 40 * 86_400;
        let time = |hours: i64| Timestamp::from_millis(i64::from(BEGAN) * 1000 + hours * HOUR);
        let put_off = |recipient: u64, arrival: u32| {
            let mut all = Recipients::default();
            for hour in [1, 2, 9] {
                let again = Attempt::Again(arrival);
                all.add(recipient, Class::TmpRcpt, time(hour), again);
            }
            all
        };
        let count = |all: &Recipients| all.fresh(&is_known, &[], i64::MAX, BEGAN).len();
        let cases = [
            (1, BEGAN - 5, 0),
            (1, BEGAN, 1),
            (1, NEVER, 1), // nothing is known of the message
        ];
        assert_eq!(cases.len(), 3);
        for (recipient, arrival, fresh) in cases {
            let mut all = put_off(recipient, arrival);
            assert_eq!(count(&all), fresh, "{recipient} {arrival}");
            // Hosts whose logs began at other times are merged when that is settled.
            all.settle_arrivals(BEGAN);
            assert_eq!(count(&all), fresh, "{recipient} {arrival}, settled");
        }
        // A new message is news of somebody who took mail at another time, of nobody else.
        for (recipient, fresh) in [(1, 0), (2, 1)] {
            let mut both = put_off(recipient, BEGAN - 5);
            both.add(recipient, Class::TmpRcpt, time(0), Attempt::First);
            assert_eq!(count(&both), fresh);
        }
    }
}
