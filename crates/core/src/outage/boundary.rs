//! When exactly one state gave way to the next: the split of single attempts that explains them best.
//!
//! Around a change of state the attempts are split into those before and those after. Every split that is
//! nearly as likely as the best one belongs to the answer, which is therefore an interval: the change came
//! after the last attempt before the earliest split and before the first attempt after the latest.

use crate::tally::Slot;

use super::assemble::{Shows, shows};
use super::attempts::Attempt;
use super::{Boundary, Kind};

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

/// When a stretch of failure began whose first failing attempt is `first`, with answers of that kind: after an attempt
/// that worked and before one that failed. The doubt of the cut is kept, but for splits between attempts that failed.
/// `None` when nothing worked before it; attempts before `floor` are another stretch's.
pub(super) fn start(
    cut: Cut,
    attempts: &[Attempt],
    first: usize,
    floor: usize,
    kind: Kind,
) -> Option<Boundary> {
    let shown = |n: usize| attempts.get(n).map(|attempt| shows(attempt, kind));
    let works_before = |k: usize| {
        let before = (floor..k.min(attempts.len())).rev();
        before.into_iter().find(|&n| shown(n) == Some(Shows::Works))
    };
    let works = works_before(first).or_else(|| floor.checked_sub(1))?;
    let earliest = works_before(cut.earliest.min(first)).unwrap_or(works);
    // The latest split that is believed, at the beginning of its run of failures.
    let after = works_before(cut.latest.max(first)).map_or(first, |n| n + 1);
    let latest = (after.max(first)..attempts.len())
        .find(|&n| shown(n) == Some(Shows::Failure))
        .filter(|&n| n <= cut.latest.max(first))
        .unwrap_or(first);
    between(attempts, [earliest, works, first, latest])
}

/// When a stretch of failure ended whose attempts end at `end`, with answers of that kind: the mirror image of
/// [`start`].
pub(super) fn end(
    cut: Option<Cut>,
    attempts: &[Attempt],
    end: usize,
    kind: Kind,
) -> Option<Boundary> {
    let shown = |n: usize| attempts.get(n).map(|attempt| shows(attempt, kind));
    let works_after = |k: usize| (k..attempts.len()).find(|&n| shown(n) == Some(Shows::Works));
    let last = end.checked_sub(1)?;
    let works = works_after(end)?;
    let cut = cut.unwrap_or(Cut {
        at: end,
        earliest: end,
        latest: end,
    });
    let latest = works_after(cut.latest.max(end)).unwrap_or(works);
    // The earliest split that is believed, at the end of its run of failures.
    let before = works_after(cut.earliest.min(end)).map_or(end, |n| n.min(end));
    let earliest = (0..before)
        .rev()
        .find(|&n| shown(n) == Some(Shows::Failure))
        .filter(|&n| n + 1 >= cut.earliest.min(end))
        .unwrap_or(last);
    between(attempts, [earliest, last, works, latest])
}

/// A boundary between the second and the third of these attempts, with the first and the last as its doubt.
fn between(attempts: &[Attempt], places: [usize; 4]) -> Option<Boundary> {
    let [earliest, before, after, latest] = places.map(|n| attempts.get(n).map(|a| a.time));
    let time = before?.midpoint(after?);
    Some(Boundary {
        time,
        earliest: earliest?.min(time),
        latest: latest?.max(time),
    })
}
