//! The most likely sequence of states: Viterbi's recursion with rates of change per time.
//!
//! Minutes come at irregular times; the longer the time between two of them, the more a change between
//! them costs as little as staying. All changes to another cause cost the same, so a step takes time in
//! proportion to the number of states.

use super::model::{BAD_LIST, ByState, ENTRIES, GROUPS, HEALTHY, STATES};

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// Mean time (seconds) in health before something goes wrong. Not how often it does: a penalty that asks
/// for some 17 nats per outage at one attempt a minute and 10 at one an hour.
const TIME_HEALTHY: f64 = 7.0 * DAY;

/// Mean time (seconds) before a failing state ends in health.
const TIME_FAILING: f64 = 3.0 * HOUR;

/// Mean time (seconds) before a failing state turns into another cause.
const TIME_PHASE: f64 = 12.0 * HOUR;

/// Mean time (seconds) before the severity changes: often, it is the least of the changes.
const TIME_SEVERITY: f64 = TIME_PHASE / 4.0;

/// Times between minutes are taken as at least and at most this (seconds): beyond a day nothing is known
/// of what lay between.
const STEP: (f64, f64) = (1.0, DAY);

/// Bursts of bad addresses are commoner than any one kind of outage, by this many nats.
const BAD_LIST_BONUS: f64 = 2.0;

/// Probability of health at the first attempt.
const HEALTHY_AT_FIRST: f64 = 0.99;

/// The best path.
#[derive(Debug)]
pub(super) struct Path {
    /// State of each minute.
    pub(super) states: Vec<u8>,
    /// Its log-probability together with that of the counts, but for a constant.
    pub(super) score: f64,
}

/// Costs of the changes over one step, as log-probabilities.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    stay_healthy: f64,
    stay_failing: f64,
    fail: f64,
    recover: f64,
    phase: f64,
    severity: f64,
}

impl Step {
    /// Over this many seconds.
    pub(super) fn over(seconds: f64) -> Step {
        let t = if seconds.is_finite() {
            seconds.clamp(STEP.0, STEP.1)
        } else {
            STEP.1
        };
        let others = ENTRIES as f64;
        let within = |mean: f64| (-(-t / mean).exp_m1()).ln();
        Step {
            stay_healthy: -t / TIME_HEALTHY,
            stay_failing: -t / TIME_FAILING - t / TIME_PHASE,
            fail: within(TIME_HEALTHY) - others.ln(),
            recover: within(TIME_FAILING),
            phase: within(TIME_PHASE) - (others - 1.0).ln(),
            severity: within(TIME_SEVERITY),
        }
    }
}

/// The steps between minutes at these times (seconds, from any origin).
pub(super) fn steps(times: &[f64]) -> Vec<Step> {
    times
        .windows(2)
        .map(|pair| Step::over(pair[1] - pair[0]))
        .collect()
}

/// Where each state of a minute came from.
pub(super) type Back = [u8; STATES.len()];

/// Decodes minutes with these likelihoods and the steps between them. `back` is room to work in: what it
/// holds before and after does not matter.
pub(super) fn viterbi(likelihoods: &[ByState], steps: &[Step], back: &mut Vec<Back>) -> Path {
    let Some((first, rest)) = likelihoods.split_first() else {
        return Path {
            states: Vec::new(),
            score: 0.0,
        };
    };
    let mut score = begin(first);
    back.clear();
    for (likelihood, step) in rest.iter().zip(steps) {
        back.push(advance(&mut score, likelihood, step));
    }
    let best = best_of(&score, 0..STATES.len());
    let mut states = vec![index(best); likelihoods.len()];
    let mut state = best;
    for (b, from) in back.iter().enumerate().rev() {
        state = usize::from(from[state]);
        states[b] = index(state);
    }
    Path {
        states,
        score: score[best],
    }
}

/// What the changes of a path cost against staying healthy over the same minutes, in nats (at most about 0).
pub(super) fn changes(states: &[u8], steps: &[Step]) -> f64 {
    let mut cost = 0.0;
    for (pair, step) in states.windows(2).zip(steps) {
        let (from, to) = (usize::from(pair[0]), usize::from(pair[1]));
        let bonus = if to >= BAD_LIST { BAD_LIST_BONUS } else { 0.0 };
        cost -= step.stay_healthy;
        cost += match (from == HEALTHY, to == HEALTHY) {
            (true, true) => step.stay_healthy,
            (true, false) => step.fail + bonus,
            (false, true) => step.recover,
            (false, false) if from == to => step.stay_failing,
            (false, false) if same_cause(from, to) => step.severity,
            (false, false) => step.phase,
        };
    }
    cost
}

/// The scores after the first minute.
pub(super) fn begin(likelihood: &ByState) -> ByState {
    let mut score = [f64::NEG_INFINITY; STATES.len()];
    score[HEALTHY] = HEALTHY_AT_FIRST.ln();
    for (begin, end, tail) in GROUPS {
        for value in &mut score[begin + usize::from(tail)..end] {
            *value = ((1.0 - HEALTHY_AT_FIRST) / ENTRIES as f64).ln();
        }
    }
    for (value, likelihood) in score.iter_mut().zip(likelihood) {
        *value += likelihood;
    }
    score
}

/// One step of the recursion: replaces the scores and says where each state came from.
pub(super) fn advance(score: &mut ByState, likelihood: &ByState, step: &Step) -> Back {
    let failing = best_of(score, HEALTHY + 1..STATES.len());
    let mut next = [0.0; STATES.len()];
    let mut back = [0; STATES.len()];
    let (stay, recover) = (
        score[HEALTHY] + step.stay_healthy,
        score[failing] + step.recover,
    );
    (next[HEALTHY], back[HEALTHY]) = if stay >= recover {
        (stay, index(HEALTHY))
    } else {
        (recover, index(failing))
    };
    let from_healthy = score[HEALTHY] + step.fail;
    let from_failing = score[failing] + step.phase;
    for (begin, end, tail) in GROUPS {
        // Of the other severities only the best can be where a state came from; for the best, the second.
        let (mut first, mut second) = (begin, None);
        for s in begin + 1..end {
            if score[s] > score[first] {
                (first, second) = (s, Some(first));
            } else if second.is_none_or(|second: usize| score[s] > score[second]) {
                second = Some(s);
            }
        }
        for s in begin..end {
            let bonus = if s >= BAD_LIST { BAD_LIST_BONUS } else { 0.0 };
            let mut best = (score[s] + step.stay_failing, s);
            let mut consider = |value: f64, from: usize| {
                if value > best.0 {
                    best = (value, from);
                }
            };
            if !(tail && s == begin) {
                consider(from_healthy + bonus, HEALTHY);
                consider(from_failing, failing);
            }
            if let Some(other) = if s == first { second } else { Some(first) } {
                consider(score[other] + step.severity, other);
            }
            (next[s], back[s]) = (best.0, index(best.1));
        }
    }
    for (s, value) in score.iter_mut().enumerate() {
        *value = next[s] + likelihood[s];
    }
    back
}

/// True for two severities of one cause.
fn same_cause(a: usize, b: usize) -> bool {
    STATES[a].cause == STATES[b].cause
}

/// The first of the best.
pub(super) fn best_of(score: &ByState, range: std::ops::Range<usize>) -> usize {
    let mut best = range.start;
    for s in range {
        if score[s] > score[best] {
            best = s;
        }
    }
    best
}

/// The number of a state as it is kept: there are fewer than 256.
#[expect(clippy::cast_possible_truncation, reason = "fewer than 256 states")]
pub(super) fn index(state: usize) -> u8 {
    state as u8
}
