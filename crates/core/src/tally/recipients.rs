//! Which recipient-scope failures are news: outages design note, section 14.
//!
//! A failure that may be a property of one recipient (mailbox full, unknown user) is *fresh* when the same
//! recipient showed the same class at no time within the 24 hours before. The first and the last failure of
//! each (recipient, class, UTC day) decide that exactly, and merge by min and max.

use hashbrown::HashMap;

use crate::evidence::Class;
use crate::time::Timestamp;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A recipient (by fingerprint), a class and a UTC day.
type Key = (u64, Class, i64);

/// First and last failures by recipient, class and day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recipients {
    days: HashMap<Key, (i64, i64)>,
}

impl Recipients {
    /// Notes a failure.
    pub(crate) fn add(&mut self, recipient: u64, class: Class, time: Timestamp) {
        let (time, day) = (time.as_millis(), day_of(time));
        self.widen((recipient, class, day), (time, time));
    }

    fn widen(&mut self, key: Key, (first, last): (i64, i64)) {
        let span = self.days.entry(key).or_insert((first, last));
        *span = (span.0.min(first), span.1.max(last));
    }

    /// Takes in what others saw.
    pub(crate) fn merge(&mut self, other: Recipients) {
        if self.days.is_empty() {
            *self = other;
            return;
        }
        for (key, span) in other.days {
            self.widen(key, span);
        }
    }

    /// The fresh failures, in order of time.
    pub(crate) fn fresh(&self) -> Vec<(Timestamp, Class)> {
        let mut fresh: Vec<_> = self
            .days
            .iter()
            .map(|(&(recipient, class, _), &(first, _))| {
                (recipient, class, Timestamp::from_millis(first))
            })
            .filter(|&(recipient, class, first)| self.is_fresh(recipient, class, first))
            .map(|(_, class, first)| (first, class))
            .collect();
        fresh.sort_unstable();
        fresh
    }

    /// True when a failure that was noted is fresh, as far as those before it are known.
    pub(crate) fn is_fresh(&self, recipient: u64, class: Class, time: Timestamp) -> bool {
        let (time, day) = (time.as_millis(), day_of(time));
        let of_day = |day| self.days.get(&(recipient, class, day));
        of_day(day).is_some_and(|&(first, _)| first == time)
            && of_day(day - 1).is_none_or(|&(_, last)| time - last > DAY)
    }

    /// Forgets days (since 1970, UTC) before this one: they must not matter any more.
    pub(crate) fn forget_before(&mut self, day: i64) {
        self.days.retain(|&(_, _, of), _| of >= day);
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

    const HOUR: i64 = 3_600_000;

    /// The rule read literally: one pass in order of time.
    fn naive(mut events: Vec<(i64, u64, Class)>) -> Vec<(Timestamp, Class)> {
        events.sort_by_key(|event| event.0);
        let mut fresh = Vec::new();
        for (n, &(time, recipient, class)) in events.iter().enumerate() {
            let known = events[..n]
                .iter()
                .any(|&(t, r, c)| r == recipient && c == class && time - t <= DAY);
            if !known {
                fresh.push((Timestamp::from_millis(time), class));
            }
        }
        fresh.sort_unstable();
        fresh
    }

    proptest! {
        #[test]
        fn any_split_and_order_agrees_with_one_pass_in_order_of_time(
            events in prop::collection::vec((0..240_i64, 0..3_u64, 0..2_u8, 0..4_u8), 0..60)
        ) {
            let mut parts: [Recipients; 4] = Default::default();
            let mut all = Vec::new();
            for (hours, recipient, class, part) in events {
                let class = if class == 0 { Class::TmpRcpt } else { Class::PermRcpt };
                let time = hours * HOUR + i64::from(part);
                parts[usize::from(part)].add(recipient, class, Timestamp::from_millis(time));
                all.push((time, recipient, class));
            }
            let merged = parts.into_iter().rev().reduce(|mut sum, part| { sum.merge(part); sum }).unwrap();
            all.sort_unstable_by_key(|event| event.0);
            all.dedup();
            prop_assert_eq!(merged.fresh(), naive(all));
        }
    }
}
