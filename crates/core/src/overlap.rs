//! Inputs that may hold the same mail twice.
//!
//! The same lines in two stamp styles, or a log and an extract of it, differ in their bytes and cannot be
//! told from two busy hosts of one name. So they are counted, and said: two inputs carry attempts of the
//! same reporting host in the same hours, in near-equal numbers.

use std::collections::BTreeMap;

use crate::coverage::Overlap;
use crate::time::Timestamp;

/// Fewer attempts in common hours say nothing.
const LEAST_ATTEMPTS: u64 = 20;

/// The common hours hold at least this share of the attempts of the smaller input: rotated logs share the
/// hour of their rotation and no more.
const LEAST_COMMON: f64 = 0.8;

/// Counts of an hour are near-equal when the smaller one is at least this share of the larger.
const LEAST_EQUAL: f64 = 0.9;

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// Attempts by hour (since 1970).
pub(crate) type Hours = BTreeMap<i64, u64>;

/// What was seen of each reporting host in each input.
#[derive(Debug, Default)]
pub(crate) struct Overlaps {
    /// By host: the inputs in which it stands.
    hosts: BTreeMap<Box<[u8]>, Vec<(String, Hours)>>,
    found: Vec<Overlap>,
}

impl Overlaps {
    /// Notes what an input has of each host, and which of the inputs before it look the same.
    pub(crate) fn note(&mut self, input: &str, hosts: BTreeMap<Box<[u8]>, Hours>) {
        for (host, hours) in hosts {
            let others = self.hosts.entry(host.clone()).or_default();
            for (other, theirs) in &*others {
                if let Some((first, last, attempts)) = common(&hours, theirs) {
                    self.found.push(Overlap {
                        input: input.into(),
                        other: other.clone(),
                        host: host.clone(),
                        first: Timestamp::from_millis(first.saturating_mul(MILLIS_PER_HOUR)),
                        last: Timestamp::from_millis(
                            last.saturating_add(1).saturating_mul(MILLIS_PER_HOUR),
                        ),
                        attempts,
                    });
                }
            }
            others.push((input.into(), hours));
        }
    }

    /// What was found, in the order of the inputs.
    pub(crate) fn into_found(self) -> Vec<Overlap> {
        self.found
    }
}

/// First and last hour that both have, and the attempts of the first in them; `None` unless they look like
/// the same mail.
fn common(a: &Hours, b: &Hours) -> Option<(i64, i64, u64)> {
    let range = *a.keys().next()?..=*a.keys().next_back()?;
    let both = b
        .range(range)
        .filter_map(|(hour, &theirs)| Some((*hour, *a.get(hour)?, theirs)));
    let (mut first, mut last, mut mine, mut theirs, mut near) = (None, 0, 0, 0, 0);
    for (hour, m, t) in both {
        first.get_or_insert(hour);
        last = hour;
        mine += m;
        theirs += t;
        if m.min(t) as f64 >= LEAST_EQUAL * m.max(t) as f64 {
            near += m.min(t);
        }
    }
    let smaller = a.values().sum::<u64>().min(b.values().sum());
    let enough = near >= LEAST_ATTEMPTS
        && near as f64 >= LEAST_COMMON * mine.max(theirs) as f64
        && near as f64 >= LEAST_COMMON * smaller as f64;
    enough.then_some((first?, last, mine))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(counts: &[(i64, u64)]) -> Hours {
        counts.iter().copied().collect()
    }

    #[test]
    fn the_same_hours_in_near_equal_numbers_overlap() {
        let day = hours(&[(1, 30), (2, 50), (3, 20)]);
        let cases = [
            (
                "the same",
                hours(&[(1, 30), (2, 50), (3, 20)]),
                Some((1, 3, 100)),
            ),
            (
                "a few lines less",
                hours(&[(1, 29), (2, 50), (3, 19)]),
                Some((1, 3, 100)),
            ),
            (
                "an extract of one hour",
                hours(&[(2, 50)]),
                Some((2, 2, 50)),
            ),
            (
                "the next of a rotated set",
                hours(&[(3, 25), (4, 60)]),
                None,
            ),
            (
                "the same hours of other traffic",
                hours(&[(1, 60), (2, 20), (3, 70)]),
                None,
            ),
            ("another day", hours(&[(25, 30), (26, 50)]), None),
            ("too few", hours(&[(3, 19)]), None),
            ("nothing", hours(&[]), None),
        ];
        assert_eq!(cases.len(), 8);
        for (name, other, expected) in cases {
            assert_eq!(common(&day, &other), expected, "{name}");
        }
    }
}
