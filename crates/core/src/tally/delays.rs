//! How long accepted mail took: the whole log by steps of two, and what was slow by ten minutes.
//!
//! What counts is the time of the attempt itself, which only the receiver can lengthen: Postfix
//! `delays=a/b/c/d` gives it as connection set-up and transmission (c + d), Exim as `DT=`. The whole delay
//! (`delay=`, `QT=`) is long after every outage, when a backlog is delivered at full speed, and after every
//! wait in the sender's own queue. It stands in only where the attempt is not timed and the message is too
//! young to have been tried before.
//!
//! Left out: how long failing attempts took, and local deliveries.

use crate::event::Delivery;
use crate::tally::cells::MINUTE;
use crate::tally::evidence::{Delays, SlowCount};
use crate::tally::series::{Cell, Series};
use crate::time::Timestamp;

/// Milliseconds of a slot of [`SlowCount`].
const SLOT: i64 = Delays::SLOT_MINUTES * MINUTE;

/// A message younger than this (seconds) is at its first attempt: the default retry of Exim.
const FIRST_ATTEMPT_S: f64 = 900.0;

/// How long accepted attempts to one destination took.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    whole: [u32; Delays::STEPS],
    /// Of these, told by the age of the message.
    aged: u32,
    slow: Series<Slow>,
}

impl Taken {
    /// Counts an accepted attempt.
    pub(super) fn add(&mut self, event: &Delivery<'_>) {
        let young = |age: &f64| *age < FIRST_ATTEMPT_S;
        let took = event.attempt_s.or_else(|| {
            let age = event.delay_s.filter(young);
            if age.is_some() {
                self.aged = self.aged.saturating_add(event.times);
            }
            age
        });
        let step = took.map(Delays::step_of);
        if let Some(step) = step {
            if let Some(count) = self.whole.get_mut(usize::from(step)) {
                *count = count.saturating_add(event.times);
            }
            if step < Delays::SLOW {
                return;
            }
        }
        let key = (slot(event.time), step);
        let cell = self.slow.at(key, || Slow { key, count: 0 });
        cell.count = cell.count.saturating_add(event.times);
    }

    /// Counts accepted attempts of the whole log by a step below [`Delays::STEPS`].
    pub(super) fn add_whole(&mut self, step: u8, count: u32) {
        if let Some(sum) = self.whole.get_mut(usize::from(step)) {
            *sum = sum.saturating_add(count);
        }
    }

    /// Counts those that the age of the message told.
    pub(super) fn add_aged(&mut self, count: u32) {
        self.aged = self.aged.saturating_add(count);
    }

    /// Counts attempts of a slot that were slow, or of which nothing is known.
    pub(super) fn add_slow(&mut self, slot: i64, step: Option<u8>, count: u32) {
        let key = (slot, step);
        self.slow.add(Slow { key, count });
    }

    pub(super) fn merge(&mut self, other: Taken) {
        for (mine, other) in self.whole.iter_mut().zip(other.whole) {
            *mine = mine.saturating_add(other);
        }
        self.aged = self.aged.saturating_add(other.aged);
        self.slow.merge(other.slow);
    }

    /// Puts the cells in order of time, for good.
    pub(super) fn order(&mut self) {
        self.slow.order();
    }

    /// Forgets when attempts were slow before the slot of `time`; how long all took stays known.
    pub(super) fn forget_before(&mut self, time: Timestamp) {
        let first = slot(time);
        self.slow.retain(|cell| cell.key.0 >= first);
    }

    pub(super) fn delays(&self) -> Delays {
        let cells = self.slow.cells().iter();
        Delays {
            whole: self.whole.map(u64::from),
            aged: u64::from(self.aged),
            slow: cells
                .map(|cell| SlowCount {
                    slot: cell.key.0,
                    step: cell.key.1,
                    count: cell.count,
                })
                .collect(),
        }
    }
}

fn slot(time: Timestamp) -> i64 {
    time.as_millis().div_euclid(SLOT)
}

/// Slow attempts of one step, and those of which nothing is known, in ten minutes: 16 bytes.
#[derive(Debug, Clone)]
struct Slow {
    key: (i64, Option<u8>),
    count: u32,
}

impl Cell for Slow {
    type Key = (i64, Option<u8>);

    fn key(&self) -> (i64, Option<u8>) {
        self.key
    }

    fn moment((slot, _): (i64, Option<u8>)) -> i64 {
        slot
    }

    fn absorb(&mut self, other: Slow) {
        self.count = self.count.saturating_add(other.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_of_two() {
        let cases = [
            (-1.0, 0),
            (0.0, 0),
            (0.99, 0),
            (1.0, 1),
            (1.99, 1),
            (2.0, 2),
            (31.9, 5),
            (32.0, 6),
            (1023.0, 10),
            (1024.0, 11),
            (1e300, 11),
            (f64::NAN, 0),
        ];
        assert_eq!(cases.len(), 12);
        for (seconds, step) in cases {
            assert_eq!(Delays::step_of(seconds), step, "{seconds}");
        }
        for step in 0..12 {
            assert_eq!(Delays::step_of(Delays::seconds_of(step)), step);
        }
        assert_eq!(Delays::step_of(31.99) + 1, Delays::SLOW);
    }
}
