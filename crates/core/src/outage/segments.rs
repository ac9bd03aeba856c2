//! From the path of states to stretches of failure and their phases.
//!
//! The path is cut into runs of one state; runs that are not healthy, and short healthy ones between them,
//! form one stretch (a flapping service is one outage). Within it, neighbouring runs of one kind form a
//! phase, and phases too small for a reader to want are joined to their neighbours.

use std::ops::Range;

use crate::evidence::Class;

use super::attempts::{Attempt, Attempts, Shows, shows};
use super::baseline::Fit;
use super::boundary::{Cut, split};
use super::counts::{Counts, count, failures, prevailing_kind};
use super::model::{BAD_LIST, ByState, Cause, HEALTHY, STATES, Shares};
use super::significance::LEAST_RECIPIENTS;
use super::{Kind, millis};

/// A healthy stretch up to this long (milliseconds, between its own attempts) is part of the outage around it.
const BRIDGE: i64 = 90 * 60 * 1000;

/// So is one up to this long (milliseconds) in which less than the share [`HARDLY`] was accepted.
const SILENT_BRIDGE: i64 = 24 * 60 * 60 * 1000;
const HARDLY: f64 = 0.1;

/// Minutes (those with attempts) on either side of a change of state in which its moment is sought.
const SEARCH: usize = 20;

/// Phases with fewer failures are crumbs: they belong to a neighbour.
const CRUMB: u64 = 3;

/// A phase between two of one kind belongs to them when it has less than this share of their failures,
const SANDWICH: f64 = 0.1;

/// or when it is short against them: less than this share of their time,
const SANDWICH_TIME: f64 = 0.25;

/// up to this long (milliseconds), and less than this share of their failures.
const SANDWICH_LONGEST: i64 = 60 * 60 * 1000;
const SANDWICH_FAILURES: f64 = 0.4;

/// A run of one state.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// Index of the state.
    pub(super) state: usize,
    /// Its minutes.
    pub(super) buckets: Range<usize>,
    /// Its attempts.
    pub(super) attempts: Range<usize>,
    /// How it began; `None` at the start of the log.
    pub(super) start: Option<Cut>,
    /// How it ended; `None` at the end of the log.
    pub(super) end: Option<Cut>,
}

/// A stretch of one kind of failure.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    /// Its kind.
    pub(super) kind: Kind,
    /// Its attempts.
    pub(super) attempts: Range<usize>,
    /// How it began; `None` at the start of the log.
    pub(super) start: Option<Cut>,
    /// Failures by class in it.
    counts: Counts,
}

/// Cuts the path into runs, each change refined on single attempts.
pub(super) fn runs(fit: &Fit, attempts: &Attempts) -> Vec<Run> {
    let states: Vec<usize> = fit
        .path
        .states
        .iter()
        .map(|&state| match usize::from(state) {
            BAD_LIST.. => HEALTHY,
            state => state,
        })
        .collect();
    let mut runs: Vec<Run> = Vec::new();
    let mut begin = 0;
    for chunk in states.chunk_by(|a, b| a == b) {
        let end = begin + chunk.len();
        runs.push(Run {
            state: chunk[0],
            buckets: begin..end,
            attempts: attempts.starts[begin]..attempts.starts[end],
            start: None,
            end: None,
        });
        begin = end;
    }
    for r in 1..runs.len() {
        let (before, after) = (&runs[r - 1], &runs[r]);
        let change = after.buckets.start;
        let from = change.saturating_sub(SEARCH).max(before.buckets.start);
        let to = (change + SEARCH).min(after.buckets.end);
        // The split before this one may have moved into the range.
        let low = attempts.starts[from].max(before.attempts.start);
        let cut = split(
            &attempts.all,
            low..attempts.starts[to].max(low),
            &fit.model.single(before.state),
            &fit.model.single(after.state),
        );
        runs[r - 1].attempts.end = cut.at;
        runs[r - 1].end = Some(cut.clone());
        runs[r].attempts.start = cut.at;
        runs[r].start = Some(cut);
    }
    runs.retain(|run| !run.attempts.is_empty());
    runs
}

/// Groups runs into stretches of failure, short healthy runs between them included.
pub(super) fn stretches(runs: &[Run], attempts: &[Attempt]) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for (r, run) in runs.iter().enumerate() {
        if run.state == HEALTHY {
            continue;
        }
        if let Some(last) = stretches.last_mut()
            && runs[last.end..r].iter().all(|gap| is_bridge(gap, attempts))
        {
            last.end = r + 1;
        } else {
            stretches.push(r..r + 1);
        }
    }
    stretches
}

/// A stretch without a head of a few refused recipients: those are everyday life before the outage proper.
pub(super) fn without_weak_head<'r>(stretch: &'r [Run], attempts: &[Attempt]) -> &'r [Run] {
    let refused = |run: &Run| match STATES[run.state].cause {
        Cause::Class(class) => class.is_recipient_scope(),
        Cause::Healthy => true,
        Cause::BadList | Cause::Mixed => false,
    };
    let head = stretch.iter().take_while(|run| refused(run)).count();
    let (Some(first), Some(next)) = (stretch.first(), stretch.get(head)) else {
        return stretch;
    };
    let own = attempts.get(first.attempts.start..next.attempts.start);
    if failures(&count(own.unwrap_or_default())) < LEAST_RECIPIENTS {
        return stretch.get(head..).unwrap_or(stretch);
    }
    stretch
}

/// True for a healthy run that does not part two outages: a short one, or one in which hardly anything was
/// accepted and only old failures were repeated.
fn is_bridge(run: &Run, attempts: &[Attempt]) -> bool {
    let own = attempts.get(run.attempts.clone()).unwrap_or_default();
    let [first, .., last] = own else {
        return true;
    };
    let length = millis(first.time, last.time);
    let counts = count(own);
    let all: u64 = counts.iter().sum();
    let accepted = counts[Class::Ok.index()] as f64;
    length <= BRIDGE || length <= SILENT_BRIDGE && accepted < HARDLY * all as f64
}

/// From the first to the last failing attempt of a stretch. It is widened so that no failing attempt lies between it and
/// the nearest good one on either side, but does not reach back before `floor`. With it come the kinds of its answers at
/// both ends.
pub(super) fn failing_range(
    attempts: &[Attempt],
    run: Range<usize>,
    floor: usize,
    (first, last): (Kind, Kind),
) -> Option<Range<usize>> {
    let shown = |n: usize, kind| attempts.get(n).map(|attempt| shows(attempt, kind));
    let mut start = run.start;
    // Backward over failures that the path left to health, else forward to the first one.
    for n in (floor..run.start).rev() {
        match shown(n, first)? {
            Shows::Failure => start = n,
            Shows::Works => break,
            Shows::Nothing => {}
        }
    }
    while start < run.end && shown(start, first)? != Shows::Failure {
        start += 1;
    }
    let mut end = run.end;
    for n in run.end..attempts.len() {
        match shown(n, last)? {
            Shows::Failure => end = n + 1,
            Shows::Works => break,
            Shows::Nothing => {}
        }
    }
    while end > start && shown(end - 1, last)? != Shows::Failure {
        end -= 1;
    }
    (start < end).then_some(start..end)
}

/// Makes phases begin and end with the range of their stretch.
pub(super) fn clip(phases: &mut [Phase], range: &Range<usize>) {
    if let Some(first) = phases.first_mut() {
        first.attempts.start = range.start;
    }
    if let Some(last) = phases.last_mut() {
        last.attempts.end = range.end;
    }
}

/// The phases of one stretch, crumbs joined to their neighbours. At least one.
pub(super) fn phases(stretch: &[Run], attempts: &[Attempt], base: &Shares) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for run in stretch {
        let counts = count(attempts.get(run.attempts.clone()).unwrap_or_default());
        match phases.last_mut() {
            // A healthy run inside an outage belongs to what came before it.
            Some(last) if run.state == HEALTHY => last.extend(&run.attempts, &counts),
            _ => phases.push(Phase {
                kind: prevailing_kind(&counts, base),
                attempts: run.attempts.clone(),
                start: run.start.clone(),
                counts,
            }),
        }
    }
    join_equal(&mut phases);
    while let Some(small) = smallest_unwanted(&phases, attempts) {
        absorb(&mut phases, small, base);
        join_equal(&mut phases);
    }
    phases
}

impl Phase {
    fn extend(&mut self, attempts: &Range<usize>, counts: &Counts) {
        self.attempts.end = attempts.end;
        for (sum, n) in self.counts.iter_mut().zip(counts) {
            *sum += n;
        }
    }
}

/// Joins neighbours of one kind.
fn join_equal(phases: &mut Vec<Phase>) {
    phases.dedup_by(|next, last| {
        let same = next.kind == last.kind;
        if same {
            last.extend(&next.attempts, &next.counts);
        }
        same
    });
}

/// The phase with the fewest failures among those that no reader wants; the first of several.
fn smallest_unwanted(phases: &[Phase], attempts: &[Attempt]) -> Option<usize> {
    if phases.len() < 2 {
        return None;
    }
    let unwanted = |p: usize| {
        let own = failures(&phases[p].counts);
        let around = p
            .checked_sub(1)
            .and_then(|before| phases.get(before..p + 2));
        own < CRUMB || around.is_some_and(|around| is_filling(around, attempts))
    };
    (0..phases.len())
        .filter(|&p| unwanted(p))
        .min_by_key(|&p| failures(&phases[p].counts))
}

/// True when the middle one of three phases is too little to part the two around it.
fn is_filling(phases: &[Phase], attempts: &[Attempt]) -> bool {
    let [before, middle, after] = phases else {
        return false;
    };
    // Old failures repeated count here: they show what was going on.
    let failed = |phase: &Phase| phase.counts.iter().sum::<u64>() - phase.counts[Class::Ok.index()];
    let share = failed(middle) as f64 / (failed(before) + failed(after)).max(1) as f64;
    let length = |phase: &Phase| match attempts.get(phase.attempts.clone()) {
        Some([first, .., last]) => millis(first.time, last.time),
        _ => 0,
    };
    let own = length(middle);
    let around = length(before).saturating_add(length(after));
    before.kind == after.kind
        && (share < SANDWICH
            || share < SANDWICH_FAILURES
                && own <= SANDWICH_LONGEST
                && (own as f64) < SANDWICH_TIME * around as f64)
}

/// Joins a phase to the larger of its neighbours.
fn absorb(phases: &mut Vec<Phase>, small: usize, base: &Shares) {
    let weight = |p: Option<usize>| {
        p.and_then(|p| phases.get(p))
            .map(|phase| failures(&phase.counts))
    };
    let (before, after) = (weight(small.checked_sub(1)), weight(Some(small + 1)));
    let first = if before >= after {
        small.saturating_sub(1)
    } else {
        small
    };
    if first + 1 >= phases.len() {
        return;
    }
    let larger = if first == small { first + 1 } else { first };
    let fallback = phases[larger].kind;
    let next = phases.remove(first + 1);
    let joined = &mut phases[first];
    joined.extend(&next.attempts, &next.counts);
    joined.kind = match prevailing_kind(&joined.counts, base) {
        Kind::Mixed => fallback,
        kind => kind,
    };
}

/// Evidence against "healthy" of these runs, in nats.
pub(super) fn evidence(runs: &[Run], likelihoods: &[ByState]) -> f64 {
    runs.iter()
        .flat_map(|run| {
            likelihoods
                .get(run.buckets.clone())
                .unwrap_or_default()
                .iter()
                .map(|by_state| by_state[run.state] - by_state[HEALTHY])
        })
        .sum()
}
