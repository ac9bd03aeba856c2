//! Outages with one cause: an operator of MX hosts, the sender itself, or one domain alone.
//!
//! `libero.it, virgilio.it, blu.it and 2 more at once: no connection from about 23 Jan 16:00, …`
//!
//! Three questions, asked in this order:
//! 1. Did many unrelated operators fail at once, or all of them from some of our hosts only? Then the fault is on
//!    our side (`own_fault.rs`), and no receiver is blamed for it.
//! 2. Did the destinations of one operator fail together? They are judged as one, so that those with too little
//!    traffic to be judged alone are seen too (`pooled.rs`).
//! 3. Did destinations whose MX hosts do not show one operator have one pattern, the same answers at the same
//!    times (`correlation.rs`)?
//!
//! What is left are outages of one destination each.
//!
//! Pure functions over merged counts: no clock, no input, no knowledge of any incident.

mod correlation;
mod counts;
mod hosts;
mod own_fault;
mod pooled;
mod votes;

use std::collections::HashSet;

use rayon::prelude::*;

use crate::address::Domain;
use crate::operator::{Operator, Operators};
use crate::outage::{Findings, Outage, OutageType, Weak};
use crate::tally::Destination;
use crate::time::Timestamp;

/// What the outages of an incident have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Nothing: there is one.
    Domain,
    /// The operator of the MX hosts.
    Operator,
    /// Our own side.
    Sender,
}

impl Scope {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Domain => "domain",
            Scope::Operator => "operator",
            Scope::Sender => "sender",
        }
    }
}

/// How outages are known to have something in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// There is one, or their MX hosts (or the user) say so.
    Operator,
    /// They gave the same answers at the same times.
    SamePattern,
    /// Unrelated operators failed at once.
    Operators,
    /// They were seen from some of our hosts only.
    Hosts,
}

impl Basis {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Basis::Operator => "operator",
            Basis::SamePattern => "same_pattern",
            Basis::Operators => "operators",
            Basis::Hosts => "hosts",
        }
    }
}

/// An outage by the index of its destination and its own among those of the destination.
pub type OutageIndex = (usize, usize);

/// Outages with one cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// What they have in common.
    pub scope: Scope,
    /// How that is known.
    pub basis: Basis,
    /// Destinations concerned, in order of their names; some may have had too little traffic for an outage of
    /// their own.
    pub domains: Vec<Domain>,
    /// How many destinations of the same operator (operators, where our side failed) had attempts meanwhile.
    pub active: usize,
    /// Hosts of ours that it was seen from, when others that were sending meanwhile did not see it; else empty.
    pub from_hosts: Vec<Box<[u8]>>,
    /// Their outages, in order.
    pub outages: Vec<OutageIndex>,
    /// All of it as one outage. Its domain is the name of the operator or the destination; of the sender it is empty.
    pub total: Outage,
}

/// What [`judge`] found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Incidents {
    /// Every outage belongs to one of them. In order of their beginnings, then of names.
    pub all: Vec<Incident>,
    /// The operators of the destinations, in order of their names.
    pub operators: Vec<Operator>,
}

/// Adds the outages that only one host of ours saw, and that do not show among the attempts of all hosts. To be called
/// with what [`find_among`](crate::outage::find_among) says of the destinations, before [`judge`].
pub fn add_outages_of_hosts(
    destinations: &[Destination],
    findings: &mut [Findings],
    log: (Timestamp, Timestamp),
) {
    hosts::add_outages(destinations, findings, log);
}

/// Joins the outages of all destinations to incidents, and looks for those that no destination shows alone.
///
/// `findings` are those of the destinations, in the same order, and come back as they are known in the light of all:
/// outages that are our own fault are of the type [`OutageType::Sender`], and failures of too few messages are outages
/// where others of the same incident failed with them. `log` is the first and the last stamp of everything read.
pub fn judge(
    destinations: &[Destination],
    mut findings: Vec<Findings>,
    operators: &Operators,
    log: (Timestamp, Timestamp),
) -> (Vec<Findings>, Incidents) {
    let operators = operators.of(destinations);
    let all = View::new(destinations, &findings, log);
    let unrelated = correlation::unrelated(&all, &operators, &findings);
    let mut incidents = own_fault::find(&all, &unrelated, &findings);
    mark_own_faults(&incidents, &mut findings);
    let own_extents: Vec<(Timestamp, Timestamp)> = incidents
        .iter()
        .filter(|incident| incident.from_hosts.is_empty())
        .map(|incident| all.extent(&incident.total))
        .collect();
    let assigned: HashSet<OutageIndex> = incidents
        .iter()
        .flat_map(|incident| incident.outages.iter().copied())
        .collect();
    let is_free = |index: OutageIndex| !assigned.contains(&index);
    let of_operators: Vec<Vec<Incident>> = operators
        .par_iter()
        .map(|operator| pooled::find(&all, operator, &findings, &own_extents, &is_free))
        .collect();
    let of_operators = of_operators.into_iter().flatten().collect();
    incidents.extend(correlated(&all, &operators, of_operators));
    corroborate(&all, &mut incidents, &mut findings);
    hosts::compare(&all, &mut findings);
    compare_hosts(&all, &mut incidents);
    incidents.sort_by(|a, b| {
        let key = |it: &Incident| (it.total.start.time, it.scope);
        key(a).cmp(&key(b)).then_with(|| a.domains.cmp(&b.domains))
    });
    let incidents = Incidents {
        all: incidents,
        operators,
    };
    (findings, incidents)
}

/// Gives the outages of our own faults their type.
fn mark_own_faults(own_faults: &[Incident], findings: &mut [Findings]) {
    for &(destination, outage) in own_faults.iter().flat_map(|incident| &incident.outages) {
        let found = findings.get_mut(destination);
        let outage = found.and_then(|found| found.outages.get_mut(outage));
        if let Some(outage) = outage.filter(|outage| outage.kind == OutageType::Outage) {
            outage.kind = OutageType::Sender;
        }
    }
}

/// Joins incidents with the same answers at the same times. Joined, their boundaries are sharper, so that others may be
/// seen to fit: it goes on until nothing changes.
fn correlated(all: &View<'_>, operators: &[Operator], incidents: Vec<Incident>) -> Vec<Incident> {
    let mut incidents = correlation::join(all, operators, incidents);
    loop {
        let before = incidents.len();
        incidents = correlation::join(all, operators, incidents);
        if incidents.len() == before {
            return incidents;
        }
    }
}

/// Notes what each of our hosts saw of the incidents, where there are several hosts.
fn compare_hosts(all: &View<'_>, incidents: &mut [Incident]) {
    let destinations = all.destinations;
    if !destinations.iter().any(|it| it.hosts().nth(1).is_some()) {
        return;
    }
    for incident in incidents {
        // Destinations come in order of their names.
        let members = incident.domains.iter().filter_map(|domain| {
            let by_name = destinations.binary_search_by(|it| it.domain().cmp(domain));
            destinations.get(by_name.ok()?)
        });
        let members: Vec<&Destination> = members.collect();
        incident.total.by_host = hosts::differing(all, &incident.total, &members);
    }
}

/// Makes outages of what too few messages or recipients saw where others of the same incident saw it too; what is left
/// is minor.
fn corroborate(all: &View<'_>, incidents: &mut [Incident], findings: &mut [Findings]) {
    let shared: Vec<usize> = (0..incidents.len())
        .filter(|&n| incidents[n].scope != Scope::Domain)
        .collect();
    for (destination, found) in findings.iter_mut().enumerate() {
        let mut added: Vec<(Outage, usize)> = Vec::new();
        for Weak { outage, minor } in std::mem::take(&mut found.weak) {
            let own = all.extent(&outage);
            let incident = shared.iter().copied().find(|&n| {
                let incident = &incidents[n];
                incident.domains.binary_search(&outage.domain).is_ok()
                    && (incident.total.kind == outage.kind || incident.scope == Scope::Sender)
                    && part_within(own, all.extent(&incident.total)) >= MOST
            });
            match incident {
                Some(incident) => added.push((outage, incident)),
                None => found.minor.push(minor),
            }
        }
        found.minor.sort_by_key(|minor| minor.first);
        if added.is_empty() {
            continue;
        }
        // They come in between: those that are known get other numbers.
        let known = std::mem::take(&mut found.outages).into_iter();
        let mut outages: Vec<(Outage, Result<usize, usize>)> = known
            .enumerate()
            .map(|(number, outage)| (outage, Ok(number)))
            .collect();
        outages.extend(added.into_iter().map(|(mut outage, incident)| {
            if incidents[incident].scope == Scope::Sender {
                outage.kind = OutageType::Sender;
            }
            (outage, Err(incident))
        }));
        outages.sort_by_key(|(outage, _)| outage.start.time);
        for incident in &mut *incidents {
            for index in incident.outages.iter_mut().filter(|it| it.0 == destination) {
                let is_it = |(_, from): &(Outage, Result<usize, usize>)| *from == Ok(index.1);
                index.1 = outages.iter().position(is_it).unwrap_or(index.1);
            }
        }
        for (number, (_, from)) in outages.iter().enumerate() {
            if let Err(incident) = *from
                && let Some(incident) = incidents.get_mut(incident)
            {
                incident.outages.push((destination, number));
                incident.outages.sort_unstable();
            }
        }
        found.outages = outages.into_iter().map(|(outage, _)| outage).collect();
    }
}

/// All destinations.
#[derive(Debug)]
struct View<'d> {
    destinations: &'d [Destination],
    /// First and last stamp of everything read.
    log: (Timestamp, Timestamp),
    /// Whether each destination says something about others: one that never took mail, or always fails in part, does not.
    informative: Vec<bool>,
}

impl<'d> View<'d> {
    fn new(
        destinations: &'d [Destination],
        findings: &[Findings],
        log: (Timestamp, Timestamp),
    ) -> View<'d> {
        // Where nothing at all was accepted, the fault may well be ours.
        let nothing_works = !destinations.iter().any(Destination::has_accepted);
        let informative = |(destination, found): (&Destination, &Findings)| {
            let works = found.unreachable.is_none()
                && found.chronic.is_none()
                && destination.has_accepted();
            (works || nothing_works) && !destination.is_known_from_bounces_alone()
        };
        View {
            destinations,
            log,
            informative: destinations.iter().zip(findings).map(informative).collect(),
        }
    }

    /// The destinations of an operator that say something about others, with their indexes.
    fn informative(
        &self,
        operator: &'d Operator,
    ) -> impl Iterator<Item = (usize, &'d Destination)> {
        let destinations = self.destinations;
        operator
            .members
            .iter()
            .filter(|&&index| self.informative.get(index).copied().unwrap_or(false))
            .filter_map(move |&index| Some((index, destinations.get(index)?)))
    }

    /// All destinations that say something about others.
    fn all_informative(&self) -> impl Iterator<Item = &'d Destination> {
        let all = self.destinations.iter().zip(&self.informative);
        all.filter(|&(_, &informative)| informative)
            .map(|(it, _)| it)
    }

    /// From when to when an outage lasted; to the end of the log when it goes on.
    fn extent(&self, outage: &Outage) -> (Timestamp, Timestamp) {
        extent(outage, self.log)
    }
}

/// From when to when an outage lasted; to the end of the log when it goes on.
fn extent(outage: &Outage, log: (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    let end = outage.end.map_or(log.1, |end| end.time);
    (outage.start.time, end.max(outage.start.time))
}

/// From the last moment at which an outage may have begun to the first at which it may have ended: what is sure of
/// it, with little traffic much less than its extent.
fn core_of(all: &View<'_>, outage: &Outage) -> (Timestamp, Timestamp) {
    let end = outage.end.map_or(all.log.1, |end| end.earliest);
    if outage.start.latest < end {
        (outage.start.latest, end)
    } else {
        all.extent(outage)
    }
}

/// How much of the extent `of` lies within the other, 0 to 1; a moment lies within or not.
fn part_within(of: (Timestamp, Timestamp), within: (Timestamp, Timestamp)) -> f64 {
    let from = of.0.max(within.0).as_millis();
    let to = of.1.min(within.1).as_millis();
    let length = of.1.as_millis().saturating_sub(of.0.as_millis());
    if length <= 0 {
        return f64::from(u8::from(from <= to));
    }
    to.saturating_sub(from).max(0) as f64 / length as f64
}

/// An outage belongs to an extent when this part of it lies within.
const MOST: f64 = 0.5;
