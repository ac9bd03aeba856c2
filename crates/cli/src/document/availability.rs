//! How long each destination was not taking mail, by month: what a claim of compensation rests on.
//!
//! For a destination with outages and each month (of the calendar of the report's zone) that they touch:
//!
//! - *observed*: the part of the month from the first to the last stamp of the log. Nothing is said of the rest.
//! - *not taking*: the windows in which at least half of the attempts failed, whatever the kind of failure.
//! - *partly*: the windows in which fewer did: mail was taken with difficulty. Not counted as not taking.
//! - *slow*: mail was taken, but slowly.
//! - *policy*: our mail was refused for what the receiver thinks of us. *own side*: we did not send. Neither is laid
//!   on the receiver.
//! - *availability*: one minus not taking, as a share of the observed time.
//! - *attempts*, *failures*: all of the month, inside of outages and outside, whatever the cause. Echoes are none.
//!
//! Each length is the best guess, with the least and the most that the log allows: from the latest possible beginning
//! to the earliest possible end, and the other way round. What goes on at the end of the log is the least to its last
//! failed attempt, and the most to the end of the log. Consecutive windows of one sort are one stretch, since
//! where one kind of failure gave way to another is no doubt about failing. What overlaps counts once.
//!
//! An operator has the *mean* of its destinations with attempts in that month, each counted alike; those without an
//! outage count as not failing. So neither the one small domain that failed (as the union would have it) nor the one
//! that is retried most (as attempts would) speaks for all; attempts and failures are sums. Whoever claims for one
//! domain takes its own row.

use std::collections::{BTreeMap, BTreeSet};

use mailgap_core::operator::Operator;
use mailgap_core::outage::{Kind, OutageType};
use mailgap_core::tally::Evidence;
use mailgap_core::time::Timestamp;
use serde::Serialize;

use super::Outage;
use super::words::{rounded, time};
use crate::words::calendar::{Calendar, Observed};

/// From this share of failed attempts on, mail was mostly not taken.
const MOSTLY: f64 = 0.5;

/// One destination or operator in one month.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_field_names, reason = "the keys of the document")]
pub(crate) struct Availability {
    /// `operator` or `domain`.
    pub(crate) scope: &'static str,
    pub(crate) name: String,
    /// `2023-01`
    pub(crate) month: String,
    #[serde(serialize_with = "time")]
    pub(crate) from: Timestamp,
    #[serde(serialize_with = "time")]
    pub(crate) until: Timestamp,
    pub(crate) observed_s: f64,
    /// Destinations that the row is of: 1, or those of an operator with attempts.
    pub(crate) domains: usize,
    pub(crate) not_taking_s: Estimate,
    pub(crate) partly_s: Estimate,
    pub(crate) slow_s: Estimate,
    pub(crate) policy_s: Estimate,
    pub(crate) own_side_s: Estimate,
    pub(crate) attempts: u64,
    pub(crate) failures: u64,
    /// `None` without attempts.
    pub(crate) share: Option<f64>,
    pub(crate) availability: Estimate,
}

impl Availability {
    /// True where the receiver did not take mail well: refusals by policy and our own faults are told elsewhere.
    pub(crate) fn is_told(&self) -> bool {
        self.not_taking_s.most > 0.0 || self.partly_s.most > 0.0
    }
}

/// A number with its doubt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Estimate {
    pub(crate) best: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Estimate {
    fn map(self, with: impl Fn(f64) -> f64) -> Estimate {
        Estimate {
            best: with(self.best),
            least: with(self.least),
            most: with(self.most),
        }
    }

    fn plus(self, other: Estimate) -> Estimate {
        Estimate {
            best: self.best + other.best,
            least: self.least + other.least,
            most: self.most + other.most,
        }
    }
}

/// Attempts of one month, by its place in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tried {
    month: usize,
    attempts: u64,
    failures: u64,
}

/// What was tried in each month with attempts.
pub(crate) fn tried(evidence: &Evidence, calendar: &Calendar) -> Vec<Tried> {
    const MINUTE_MS: i64 = 60_000;
    let months = calendar.months();
    let mut all: Vec<Tried> = Vec::new();
    let mut month = 0;
    for bucket in &evidence.buckets {
        // The last month holds its end, too.
        let minute = Timestamp::from_millis(bucket.minute.saturating_mul(MINUTE_MS));
        while month + 1 < months.len() && months.get(month).is_some_and(|it| minute >= it.until) {
            month += 1;
        }
        let attempts: u64 = bucket.counts.iter().copied().map(u64::from).sum();
        let [accepted, ..] = bucket.counts;
        let failures = attempts.saturating_sub(accepted.into());
        match all.last_mut() {
            Some(last) if last.month == month => {
                last.attempts += attempts;
                last.failures += failures;
            }
            _ => all.push(Tried {
                month,
                attempts,
                failures,
            }),
        }
    }
    all
}

/// What a window says about taking mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    NotTaking,
    Partly,
    Slow,
    Policy,
    OwnSide,
}

const SORTS: usize = 5;

fn sort(outage: &Outage, kind: Kind, share: f64) -> Sort {
    match outage.kind {
        OutageType::Sender => Sort::OwnSide,
        _ if kind == Kind::Delayed => Sort::Slow,
        OutageType::Policy => Sort::Policy,
        OutageType::Outage if kind == Kind::Policy => Sort::Policy,
        OutageType::Outage if share < MOSTLY => Sort::Partly,
        OutageType::Outage => Sort::NotTaking,
    }
}

/// Milliseconds from and until.
type Stretch = (i64, i64);

/// The stretches of one sort of one destination: the best guess, the least, the most.
#[derive(Debug, Default)]
struct Stretches([Vec<Stretch>; 3]);

impl Stretches {
    /// Of what overlaps, once; within that month.
    fn within(&self, month: &Observed) -> Estimate {
        let [best, least, most] = &self.0;
        let seconds = |stretches: &[Stretch]| {
            let mut covered = 0;
            let mut from = month.from.as_millis();
            let last = month.until.as_millis();
            for &(start, end) in stretches {
                let (start, end) = (start.max(from), end.min(last));
                if start < end {
                    covered += end - start;
                    from = end;
                }
            }
            covered as f64 / 1000.0
        };
        Estimate {
            best: seconds(best),
            least: seconds(least),
            most: seconds(most),
        }
    }
}

/// All sorts of one destination.
fn stretches(outages: &[&Outage], last: Timestamp) -> [Stretches; SORTS] {
    let mut all: [Stretches; SORTS] = Default::default();
    for outage in outages {
        let mut windows = outage.windows.iter().peekable();
        while let Some(window) = windows.next() {
            let kind = sort(outage, window.kind, window.share);
            let mut end = window.end;
            while let Some(next) = windows.next_if(|next| {
                sort(outage, next.kind, next.share) == kind
                    && end.is_some_and(|end| end.time == next.start.time)
            }) {
                end = next.end;
            }
            let start = window.start;
            let (time, earliest, latest) = match end {
                Some(end) => (end.time, end.earliest, end.latest),
                None => (last, outage.last_shown(kind == Sort::Slow), last),
            };
            let three = [
                (start.time, time),
                (start.latest, earliest),
                (start.earliest, latest),
            ];
            for (list, (start, end)) in all[kind as usize].0.iter_mut().zip(three) {
                list.push((start.as_millis(), end.as_millis()));
            }
        }
    }
    for list in all.iter_mut().flat_map(|stretches| &mut stretches.0) {
        list.sort_unstable();
    }
    all
}

/// A destination or an operator in one month, before it is written down.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sorts: [Estimate; SORTS],
    attempts: u64,
    failures: u64,
}

impl Sums {
    fn is_empty(&self) -> bool {
        self.sorts.iter().all(|sort| sort.most <= 0.0)
    }
}

/// The rows: operators first, then destinations, in the order of their most important outages, then by month.
///
/// `tried` are the attempts at each destination by month, in the order of the destinations.
pub(super) fn of(
    outages: &[Outage],
    tried: &[Vec<Tried>],
    operators: &[Operator],
    calendar: &Calendar,
) -> Vec<Availability> {
    let Some(last) = calendar.months().last().map(|month| month.until) else {
        return Vec::new();
    };
    let mut places: Vec<usize> = Vec::new();
    let mut by_place: BTreeMap<usize, Vec<&Outage>> = BTreeMap::new();
    for outage in outages {
        let place = outage.destination;
        let own = by_place.entry(place).or_default();
        if own.is_empty() {
            places.push(place);
        }
        own.push(outage);
    }
    let sums: BTreeMap<usize, Vec<Sums>> = by_place
        .iter()
        .map(|(&place, outages)| {
            let stretches = stretches(outages, last);
            let months = calendar.months().iter().enumerate();
            let sums = months.map(|(number, month)| {
                let attempts = attempts(tried, place, number);
                Sums {
                    sorts: std::array::from_fn(|sort| stretches[sort].within(month)),
                    attempts: attempts.map_or(0, |tried| tried.attempts),
                    failures: attempts.map_or(0, |tried| tried.failures),
                }
            });
            (place, sums.collect())
        })
        .collect();
    let mut rows = Vec::new();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let operator_of: BTreeMap<usize, usize> = operators
        .iter()
        .enumerate()
        .filter(|(_, operator)| operator.members.len() > 1)
        .flat_map(|(number, operator)| {
            let members = operator.members.iter();
            members.map(move |&place| (place, number))
        })
        .collect();
    for place in &places {
        let operator = operator_of
            .get(place)
            .filter(|&&number| told.insert(number));
        let Some(Operator { name, members }) = operator.and_then(|&number| operators.get(number))
        else {
            continue;
        };
        for (number, month) in calendar.months().iter().enumerate() {
            let (sums, domains) = of_operator(members, &sums, tried, number);
            rows.extend(row("operator", &name.to_string(), month, &sums, domains));
        }
    }
    for place in &places {
        let name = by_place
            .get(place)
            .and_then(|own| Some(&own.first()?.domain));
        let (Some(name), Some(sums)) = (name, sums.get(place)) else {
            continue;
        };
        for (month, sums) in calendar.months().iter().zip(sums) {
            rows.extend(row("domain", name, month, sums, 1));
        }
    }
    rows
}

fn attempts(tried: &[Vec<Tried>], place: usize, month: usize) -> Option<&Tried> {
    tried.get(place)?.iter().find(|tried| tried.month == month)
}

/// The mean of its destinations with attempts in that month (or with an outage that lasts through it).
fn of_operator(
    members: &[usize],
    sums: &BTreeMap<usize, Vec<Sums>>,
    tried: &[Vec<Tried>],
    month: usize,
) -> (Sums, usize) {
    let mut all = Sums::default();
    let mut domains = 0;
    for &member in members {
        let tried = attempts(tried, member, month);
        let own = sums.get(&member).and_then(|sums| sums.get(month));
        if tried.is_none() && own.is_none_or(Sums::is_empty) {
            continue;
        }
        domains += 1;
        all.attempts += tried.map_or(0, |tried| tried.attempts);
        all.failures += tried.map_or(0, |tried| tried.failures);
        for (sum, own) in all
            .sorts
            .iter_mut()
            .zip(own.iter().flat_map(|own| own.sorts))
        {
            *sum = sum.plus(own);
        }
    }
    for sum in &mut all.sorts {
        *sum = sum.map(|seconds| seconds / domains.max(1) as f64);
    }
    (all, domains)
}

/// `None` where nothing was the matter.
fn row(
    scope: &'static str,
    name: &str,
    month: &Observed,
    sums: &Sums,
    domains: usize,
) -> Option<Availability> {
    let observed_s = month.until.seconds_since(month.from);
    if sums.is_empty() || observed_s <= 0.0 {
        return None;
    }
    let seconds = |sort: Sort| sums.sorts[sort as usize].map(f64::round);
    let not_taking = sums.sorts[Sort::NotTaking as usize];
    let taken = |seconds: f64| rounded(1.0 - seconds / observed_s, 1_000_000.0);
    let share = sums.failures as f64 / sums.attempts as f64;
    Some(Availability {
        scope,
        name: name.to_owned(),
        month: month.month.to_string(),
        from: month.from,
        until: month.until,
        observed_s: observed_s.round(),
        domains,
        not_taking_s: seconds(Sort::NotTaking),
        partly_s: seconds(Sort::Partly),
        slow_s: seconds(Sort::Slow),
        policy_s: seconds(Sort::Policy),
        own_side_s: seconds(Sort::OwnSide),
        attempts: sums.attempts,
        failures: sums.failures,
        share: (sums.attempts > 0).then(|| rounded(share, 10_000.0)),
        availability: Estimate {
            best: taken(not_taking.best),
            least: taken(not_taking.most),
            most: taken(not_taking.least),
        },
    })
}

#[cfg(test)]
mod tests;
