//! When something happened, where several stamps stand before it.
//!
//! `Sep 11 14:45:44 mx1 exim[7]: 2023-09-11 17:45:44.123 +0300 1qfiAa-000NXb-1K => ...`
//!
//! The innermost stamp was written closest to the event, but it may name neither year nor zone; then one further out
//! says more. Times are compared within a single line only.

use crate::time::Timestamp;

/// What a stamp names itself, and so needs no [`super::StampContext`] for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) year: bool,
    pub(crate) zone: bool,
}

/// A time, and what of it its stamp named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) time: Timestamp,
    pub(crate) named: Named,
    /// The year that was judged to be its, where neither the stamp nor the context named one.
    pub(crate) guessed_year: Option<i32>,
}

/// How far a log server's stamp may lie from that of a program whose zone is known, at most. Beyond it the program's
/// clock shows another zone: those differ by a quarter of an hour at least.
const SAME_ZONE_MS: u64 = 5 * 60 * 1000;

impl Moment {
    /// A time with year and zone, such as a collector gives it in a field of its own.
    pub(crate) fn complete(time: Timestamp) -> Moment {
        Moment {
            time,
            named: Named {
                year: true,
                zone: true,
            },
            guessed_year: None,
        }
    }

    /// True when `inner`, which stands closer to the record, is the time of the event.
    pub(crate) fn yields_to(&self, inner: &Moment) -> bool {
        let apart = self
            .time
            .as_millis()
            .saturating_sub(inner.time.as_millis())
            .unsigned_abs();
        inner.named.year && (inner.named.zone || !self.named.zone || apart <= SAME_ZONE_MS)
    }

    /// The time of the event, of this and of a stamp that stands closer to the record.
    pub(crate) fn or_inner(self, inner: Moment) -> Moment {
        if self.yields_to(&inner) { inner } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_stamp_counts_that_names_enough() {
        let at = |seconds, year, zone| Moment {
            time: Timestamp::from_seconds(seconds),
            named: Named { year, zone },
            guessed_year: None,
        };
        // Outer, inner, whether the inner one counts.
        let cases = [
            (at(0, false, false), at(9, true, true), true),
            (at(0, false, false), at(9, true, false), true),
            (at(0, false, false), at(9, false, false), false),
            (at(0, true, false), at(9, true, false), true),
            (at(0, true, true), at(9000, true, true), true),
            (at(0, true, true), at(-9, true, false), true),
            (at(0, true, true), at(3600, true, false), false),
            (at(0, true, true), at(0, false, false), false),
        ];
        for (outer, inner, expected) in cases {
            assert_eq!(outer.yields_to(&inner), expected, "{outer:?} {inner:?}");
            let time = if expected { inner.time } else { outer.time };
            assert_eq!(outer.or_inner(inner).time, time);
        }
    }
}
