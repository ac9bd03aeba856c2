//! When exactly one state gave way to the next: the split of single attempts that explains them best.
//!
//! Around a change of state the attempts are split into those before and those after. Every split that is
//! nearly as likely as the best one belongs to the answer, which is therefore an interval: the change came
//! after the last attempt before the earliest split and before the first attempt after the latest.

use crate::tally::Slot;

use super::attempts::{Attempt, Shows, shows};

use super::{Boundary, Kind, millis};
use crate::time::Timestamp;

/// Splits within this many nats of the best one are believed: a likelihood ratio of 55.
const BELIEVED: f64 = 4.0;

/// A split of the attempts: those before `at` belong to the first state.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cut {
    /// The most likely one.
    pub(super) at: usize,
    /// The earliest believed one.
    pub(super) earliest: usize,
    /// The latest believed one.
    pub(super) latest: usize,
    /// Log-likelihood (nats) of each believed one, from `earliest` to `latest`, against the most likely one.
    gains: Vec<f64>,
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
    let among = gains.get(earliest..=latest).unwrap_or_default();
    Cut {
        at: range.start + best,
        earliest: range.start + earliest,
        latest: range.start + latest,
        gains: among.iter().map(|gain| gain - gains[best]).collect(),
    }
}

impl Cut {
    /// As times: half way between the last attempt before and the first one after.
    pub(super) fn boundary(&self, attempts: &[Attempt]) -> Option<Boundary> {
        let time = |k: usize| attempts.get(k).or(attempts.last()).map(|a| a.time);
        let (before, after) = (time(self.at.saturating_sub(1))?, time(self.at)?);
        let guess = before.midpoint(after);
        Some(Boundary {
            time: guess,
            earliest: time(self.earliest.saturating_sub(1))?.min(guess),
            latest: time(self.latest)?.max(guess),
        })
    }

    /// The median of the time of the change, when all times are alike before anything is seen: over the gaps before the
    /// attempts of these numbers. `None` when none of them is believed.
    fn median(
        &self,
        attempts: &[Attempt],
        splits: impl Iterator<Item = usize>,
    ) -> Option<Timestamp> {
        let gap = |k: usize| {
            let (from, to) = (attempts.get(k.checked_sub(1)?)?.time, attempts.get(k)?.time);
            let gain = self.gains.get(k.checked_sub(self.earliest)?)?;
            // Of attempts at one moment some stand before the change.
            let length = millis(from, to).max(1) as f64;
            Some((from, length, gain.exp() * length))
        };
        let gaps: Vec<(Timestamp, f64, f64)> = splits.filter_map(gap).collect();
        let mut left = gaps.iter().map(|(_, _, weight)| weight).sum::<f64>() / 2.0;
        for &(from, length, weight) in &gaps {
            if left <= weight && weight > 0.0 {
                #[expect(clippy::cast_possible_truncation, reason = "within the gap")]
                let after = (left / weight * length) as i64;
                return Some(Timestamp::from_millis(
                    from.as_millis().saturating_add(after),
                ));
            }
            left -= weight;
        }
        None
    }
}

/// When a stretch of failure began whose first failing attempt is `first`, with answers of that kind: after an attempt
/// that worked and before one that failed. The doubt of the cut is kept, but for splits between attempts that failed.
/// `None` when nothing worked before it; attempts before `floor` are another stretch's.
pub(super) fn start(
    cut: &Cut,
    attempts: &[Attempt],
    first: usize,
    floor: usize,
    kind: Kind,
) -> Option<Boundary> {
    let shown = |n: usize| attempts.get(n).map(|attempt| shows(attempt, kind));
    let works_before = |k: usize| {
        let mut before = (floor..k.min(attempts.len())).rev();
        before.find(|&n| shown(n) == Some(Shows::Works))
    };
    let works = works_before(first).or_else(|| floor.checked_sub(1))?;
    let earliest = works_before(cut.earliest.min(first)).unwrap_or(works);
    let after_what_works = |k: usize| {
        let mut before = (floor..k).rev().filter_map(shown);
        before.find(|&it| it != Shows::Nothing) == Some(Shows::Works)
    };
    let latest = (first..=cut.latest.min(attempts.len().saturating_sub(1)))
        .rev()
        .find(|&k| after_what_works(k))
        .unwrap_or(first);
    let splits = (cut.earliest.max(floor + 1)..=first).filter(|&k| after_what_works(k));
    let guess = cut.median(attempts, splits);
    between(attempts, [earliest, works, first, latest], guess)
}

/// When a stretch of failure ended whose attempts end at `end`, with answers of that kind: the mirror image of
/// [`start`].
pub(super) fn end(
    cut: Option<&Cut>,
    attempts: &[Attempt],
    end: usize,
    kind: Kind,
) -> Option<Boundary> {
    let shown = |n: usize| attempts.get(n).map(|attempt| shows(attempt, kind));
    let works_after = |k: usize| (k..attempts.len()).find(|&n| shown(n) == Some(Shows::Works));
    let last = end.checked_sub(1)?;
    let works = works_after(end)?;
    let (from, to) = cut.map_or((end, end), |cut| (cut.earliest, cut.latest));
    let latest = works_after(to.max(end)).unwrap_or(works);
    let before_what_works = |k: usize| {
        let mut after = (k..attempts.len()).filter_map(shown);
        after.find(|&it| it != Shows::Nothing) == Some(Shows::Works)
    };
    let earliest = (from.max(1)..=end).find(|&k| before_what_works(k));
    let earliest = earliest.map_or(last, |k| k - 1);
    let splits = (end..=to.max(end)).filter(|&k| before_what_works(k));
    let guess = cut.and_then(|cut| cut.median(attempts, splits));
    between(attempts, [earliest, last, works, latest], guess)
}

/// A boundary that is best guessed so, else half way between the second and the third of these attempts; the first and
/// the last are its doubt.
fn between(attempts: &[Attempt], bounds: [usize; 4], guess: Option<Timestamp>) -> Option<Boundary> {
    let [earliest, before, after, latest] = bounds.map(|n| attempts.get(n).map(|a| a.time));
    let (earliest, latest) = (earliest?, latest?);
    let time = guess.unwrap_or(before?.midpoint(after?));
    Some(Boundary {
        time,
        earliest: earliest.min(time),
        latest: latest.max(time),
    })
}
