//! Outages with one pattern: the same answers, changing at the same times.
//!
//! One operator may have a name of its own for each of its domains (`smtp-in.libero.it`, `smtp-in.virgilio.it`), so
//! that MX hosts do not tell. But when two destinations went from no connection to 550 and on to 452 at the same
//! times, chance is no explanation. Two outages have one pattern when they lie mostly within each other, changes from the
//! same kind to the same kind coincide, and all that coincides is less likely by chance than 1 in 50 among all outages
//! that might have: each end by its doubt against the whole log, and so many changes within by the binomial law, since
//! a flapping host has many that may fit. Times alone (both began and ended together, of one kind) are not
//! enough: that may as well be the network between.

use super::{Basis, Incident, MOST, Scope, View, part_within};
use crate::address::Domain;
use crate::binomial::at_least;
use crate::operator::Operator;
use crate::outage::{self, Boundary, Findings, Kind, Outage};
use crate::tally::Destination;

/// Coincidences must be less likely than this.
const BY_CHANCE: f64 = 0.02;

/// And the changes within, whatever is said of the ends.
const BY_CHANCE_WITHIN: f64 = 0.1;

/// A boundary known better than this (milliseconds) may as well be known to this.
const SHARPEST: f64 = 60_000.0;

/// Joins the incidents of single destinations or operators that have one pattern.
pub(super) fn join(
    all: &View<'_>,
    operators: &[Operator],
    mut incidents: Vec<Incident>,
) -> Vec<Incident> {
    let candidates = incidents.len();
    // The one with the most mail is known best, and gives its name.
    incidents.sort_by(|a, b| {
        let key = |it: &Incident| (it.total.messages, it.total.failures);
        key(b).cmp(&key(a)).then_with(|| a.domains.cmp(&b.domains))
    });
    let mut patterns: Vec<Vec<Incident>> = Vec::new();
    // Most outages are of one kind, and alike to none.
    let (incidents, plain): (Vec<Incident>, Vec<Incident>) = incidents
        .into_iter()
        .partition(|incident| incident.total.windows.len() > 1);
    for incident in incidents {
        let same = patterns.iter_mut().find(|pattern| {
            pattern.first().is_some_and(|first| {
                are_alike(all, &first.total, &incident.total, candidates)
                    && !incident.domains.iter().any(|it| first.domains.contains(it))
            })
        });
        match same {
            Some(pattern) => pattern.push(incident),
            None => patterns.push(vec![incident]),
        }
    }
    patterns
        .into_iter()
        .filter_map(|pattern| merged(all, operators, pattern))
        .chain(plain)
        .collect()
}

/// Operators, those with outages of one pattern as one: where the number of unrelated ones matters.
pub(super) fn unrelated(
    all: &View<'_>,
    operators: &[Operator],
    findings: &[Findings],
) -> Vec<Operator> {
    let mut outages: Vec<(usize, &Outage)> = Vec::new();
    for (index, operator) in operators.iter().enumerate() {
        let found = operator.members.iter().filter_map(|&it| findings.get(it));
        let own = found
            .flat_map(|found| &found.outages)
            .filter(|outage| outage.windows.len() > 1);
        outages.extend(own.map(|outage| (index, outage)));
    }
    let candidates = outages.len();
    // What is alike begins within the first of both.
    outages.sort_by_key(|&(index, outage)| (outage.start.time, index));
    let mut first_of: Vec<usize> = (0..operators.len()).collect();
    for (n, &(index, outage)) in outages.iter().enumerate() {
        let end = all.extent(outage).1;
        let during = outages.iter().skip(n + 1);
        for &(other, late) in during.take_while(|(_, late)| late.start.time <= end) {
            let (a, b) = (root(&first_of, index), root(&first_of, other));
            if a != b && are_alike(all, outage, late, candidates) {
                first_of[a.max(b)] = a.min(b);
            }
        }
    }
    let mut unrelated: Vec<Operator> = operators.to_vec();
    for index in (0..operators.len()).rev() {
        let first = root(&first_of, index);
        if first != index {
            let members = std::mem::take(&mut unrelated[index].members);
            unrelated[first].members.extend(members);
        }
    }
    unrelated.retain(|operator| !operator.members.is_empty());
    unrelated
}

/// The first of those that an index was found to belong to.
fn root(first_of: &[usize], mut index: usize) -> usize {
    while first_of[index] != index {
        index = first_of[index];
    }
    index
}

/// True when two outages, of so many, have one pattern.
fn are_alike(all: &View<'_>, a: &Outage, b: &Outage, candidates: usize) -> bool {
    let length = all.log.1.seconds_since(all.log.0) * 1000.0;
    let (own, other) = (all.extent(a), all.extent(b));
    a.kind == b.kind && part_within(own, other) >= MOST && part_within(other, own) >= MOST && {
        let both = own.1.max(other.1).seconds_since(own.0.min(other.0)) * 1000.0;
        by_chance(a, b, length, both).is_some_and(|chance| chance * (candidates as f64) < BY_CHANCE)
    }
}

/// The chance that what coincides in two outages does so by accident; `None` when no change of kind does.
/// `length` is that of the log, `both` that of the two outages, in milliseconds.
fn by_chance(a: &Outage, b: &Outage, length: f64, both: f64) -> Option<f64> {
    let mut chance = 1.0;
    for (a, b) in [(start(a), start(b)), (a.end, b.end)] {
        if let (Some(a), Some(b)) = (a, b)
            && coincide(&a, &b)
        {
            chance *= (width(&a, &b) / length.max(SHARPEST)).min(1.0);
        }
    }
    let (mut a, mut b) = (changes(a), changes(b));
    if a.len() > b.len() {
        std::mem::swap(&mut a, &mut b);
    }
    let (mut known, mut usual) = (0, 0.0);
    let mut free = b.clone();
    for (change, at) in &a {
        let alike = b.iter().filter(|(other, _)| other == change);
        // Any change of that kind may lie beside this one by accident.
        let chances = alike.map(|(_, there)| doubt(at) + doubt(there));
        usual += (chances.sum::<f64>() / both.max(SHARPEST)).min(1.0);
        let same = free
            .iter()
            .position(|(other, there)| other == change && coincide(at, there));
        if let Some(index) = same {
            free.remove(index);
            known += 1;
        }
    }
    let usual = (usual / a.len().max(1) as f64).clamp(1e-9, 1.0);
    let within = at_least(known, a.len(), usual);
    (known > 0 && within < BY_CHANCE_WITHIN).then_some(chance * within)
}

fn coincide(a: &Boundary, b: &Boundary) -> bool {
    a.earliest <= b.latest && b.earliest <= a.latest
}

/// The extent that two boundaries leave open, in milliseconds.
fn width(a: &Boundary, b: &Boundary) -> f64 {
    let (from, to) = (a.earliest.min(b.earliest), a.latest.max(b.latest));
    (to.seconds_since(from) * 1000.0).max(SHARPEST)
}

fn doubt(at: &Boundary) -> f64 {
    (at.latest.seconds_since(at.earliest) * 1000.0).max(SHARPEST)
}

/// When an outage began, if that is in the log.
fn start(outage: &Outage) -> Option<Boundary> {
    (!outage.before_log).then_some(outage.start)
}

/// From what kind to what other, and when.
type Change = ((Kind, Kind), Boundary);

fn changes(outage: &Outage) -> Vec<Change> {
    // Slow delivery comes after the end of refusals.
    let refusals = outage.windows.iter();
    let refusals = refusals.filter(|window| window.kind != Kind::Delayed);
    let after = refusals.clone().skip(1);
    refusals
        .zip(after)
        .map(|(before, after)| ((before.kind, after.kind), after.start))
        .collect()
}

/// The incidents of one pattern as one, judged together.
fn merged(all: &View<'_>, operators: &[Operator], pattern: Vec<Incident>) -> Option<Incident> {
    let mut pattern = pattern.into_iter();
    let mut first = pattern.next()?;
    // One that was merged before has its name.
    let alone = (first.scope == Scope::Domain).then(|| first.outages.first());
    let index = alone.flatten().map(|&(destination, _)| destination);
    let is_alone = pattern.len() == 0;
    for other in pattern {
        first.domains.extend(other.domains);
        first.outages.extend(other.outages);
        first.active += other.active;
    }
    if is_alone {
        return Some(first);
    }
    first.domains.sort_unstable();
    first.outages.sort_unstable();
    first.scope = Scope::Operator;
    first.basis = Basis::SamePattern;
    let members: Vec<&Destination> = all
        .destinations
        .iter()
        .filter(|it| first.domains.binary_search(it.domain()).is_ok())
        .collect();
    let of = operators
        .iter()
        .find(|operator| index.is_some_and(|index| operator.members.contains(&index)));
    let name: Domain = of.map_or_else(|| first.total.domain.clone(), |of| of.name.clone());
    let extent = all.extent(&first.total);
    let together = outage::find_pooled(&Destination::pool(name.clone(), &members), all.log);
    let together = together.into_iter().find(|total| {
        let own = all.extent(total);
        total.kind == first.total.kind
            && part_within(own, extent) >= MOST
            && part_within(extent, own) >= MOST
    });
    first.total = together.unwrap_or(first.total);
    first.total.domain = name;
    Some(first)
}
