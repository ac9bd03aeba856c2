//! When exactly one state gave way to the next: the split of single attempts that explains them best.
//!
//! Around a change of state the attempts are split into those before and those after. Every split that is
//! nearly as likely as the best one belongs to the answer, which is therefore an interval: the change came
//! after the last attempt before the earliest split and before the first attempt after the latest.

use crate::tally::Slot;

use super::Boundary;
use super::attempts::Attempt;

/// Splits within this many nats of the best one are believed: a likelihood ratio of 20.
const BELIEVED: f64 = 3.0;

/// A split of the attempts: those before `at` belong to the first state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// The most likely one.
    pub(super) at: usize,
    /// The earliest believed one.
    pub(super) earliest: usize,
    /// The latest believed one.
    pub(super) latest: usize,
}

/// Finds the split of `attempts[range]` between states with these log-probabilities by slot.
pub(super) fn split(
    attempts: &[Attempt],
    range: std::ops::Range<usize>,
    before: &[f64; Slot::COUNT],
    after: &[f64; Slot::COUNT],
) -> Cut {
    // Gain of the split at k over the split at the start of the range.
    let mut gains = vec![0.0];
    let mut gain = 0.0;
    for attempt in attempts.get(range.clone()).unwrap_or_default() {
        gain += f64::from(attempt.weight) * (before[attempt.slot] - after[attempt.slot]);
        gains.push(gain);
    }
    let mut best = 0;
    for (k, &gain) in gains.iter().enumerate() {
        if gain > gains[best] {
            best = k;
        }
    }
    let believed = |gain: &f64| *gain >= gains[best] - BELIEVED;
    let earliest = gains.iter().position(believed).unwrap_or(best);
    let latest = gains.iter().rposition(believed).unwrap_or(best);
    Cut {
        at: range.start + best,
        earliest: range.start + earliest,
        latest: range.start + latest,
    }
}

impl Cut {
    /// As times: half way between the last attempt before and the first one after.
    pub(super) fn boundary(self, attempts: &[Attempt]) -> Option<Boundary> {
        let time = |k: usize| attempts.get(k).or(attempts.last()).map(|a| a.time);
        let (before, after) = (time(self.at.saturating_sub(1))?, time(self.at)?);
        let guess = before.midpoint(after);
        Some(Boundary {
            time: guess,
            earliest: time(self.earliest.saturating_sub(1))?.min(guess),
            latest: time(self.latest)?.max(guess),
        })
    }
}
