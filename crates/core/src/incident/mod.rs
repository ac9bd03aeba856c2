//! Outages with one cause: an operator of MX hosts, the sender itself, or one domain alone.
//!
//! `libero.it, virgilio.it, blu.it and 2 more at once: no connection from about 23 Jan 16:00, …`
//!
//! Three questions, asked in this order:
//! 1. Did many unrelated operators fail at once, or all of them from some of our hosts only? Then the fault is on
//!    our side (`sender.rs`), and no receiver is blamed for it.
//! 2. Did the destinations of one operator fail together? They are judged as one, so that those with too little
//!    traffic to be judged alone are seen too (`shared.rs`).
//! 3. Did destinations whose MX hosts do not tell of one operator have one story, the same answers at the same
//!    times (`story.rs`)?
//!
//! What is left are outages of one destination each.
//!
//! Pure functions over merged counts: no clock, no input, no knowledge of any incident.

mod counts;
mod hosts;
mod sender;
mod shared;
mod story;
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
    Story,
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
            Basis::Story => "story",
            Basis::Operators => "operators",
            Basis::Hosts => "hosts",
        }
    }
}

/// An outage by the place of its destination and its own among those of the destination.
pub type OutagePlace = (usize, usize);

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
    pub outages: Vec<OutagePlace>,
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
/// `findings` are those of the destinations, at the same places. Outages that turn out to be our own fault become
/// outages of the type [`OutageType::Sender`]. `log` is the first and the last stamp of everything read.
pub fn judge(
    destinations: &[Destination],
    findings: &mut [Findings],
    operators: &Operators,
    log: (Timestamp, Timestamp),
) -> Incidents {
    let operators = operators.of(destinations);
    // Where nothing at all was accepted, the fault may well be ours.
    let nothing_works = !destinations.iter().any(Destination::has_accepted);
    let all = View {
        destinations,
        log,
        // What never took mail, or always fails in part, says nothing of the others.
        telling: destinations
            .iter()
            .zip(&*findings)
            .map(|(destination, found)| {
                let works = found.unreachable.is_none()
                    && found.chronic.is_none()
                    && destination.has_accepted();
                (works || nothing_works) && !destination.is_known_from_bounces_alone()
            })
            .collect(),
    };
    let unrelated = story::unrelated(&all, &operators, findings);
    let mut incidents = sender::find(&all, &unrelated, findings);
    for incident in &incidents {
        for &(destination, outage) in &incident.outages {
            let outage = findings
                .get_mut(destination)
                .and_then(|found| found.outages.get_mut(outage));
            if let Some(outage) = outage
                && outage.kind == OutageType::Outage
            {
                outage.kind = OutageType::Sender;
            }
        }
    }
    let own: Vec<(Timestamp, Timestamp)> = incidents
        .iter()
        .filter(|incident| incident.from_hosts.is_empty())
        .map(|incident| all.stretch(&incident.total))
        .collect();
    let found: &[Findings] = findings;
    let taken: HashSet<OutagePlace> = incidents
        .iter()
        .flat_map(|incident| incident.outages.iter().copied())
        .collect();
    let is_free = |place: OutagePlace| !taken.contains(&place);
    let shared: Vec<Vec<Incident>> = operators
        .par_iter()
        .map(|operator| shared::find(&all, operator, found, &own, &is_free))
        .collect();
    let shared: Vec<Incident> = shared.into_iter().flatten().collect();
    // Told together their boundaries are sharper, and others may be seen to fit.
    let mut told = story::join(&all, &operators, shared);
    loop {
        let before = told.len();
        told = story::join(&all, &operators, told);
        if told.len() == before {
            break;
        }
    }
    incidents.extend(told);
    corroborate(&all, &mut incidents, findings);
    hosts::compare(&all, findings);
    let several_hosts = destinations.iter().any(|it| it.hosts().nth(1).is_some());
    for incident in incidents.iter_mut().filter(|_| several_hosts) {
        // Destinations come in order of their names.
        let members = incident.domains.iter().filter_map(|domain| {
            let by_name = destinations.binary_search_by(|it| it.domain().cmp(domain));
            destinations.get(by_name.ok()?)
        });
        let members: Vec<&Destination> = members.collect();
        incident.total.by_host = hosts::differing(&all, &incident.total, &members);
    }
    incidents.sort_by(|a, b| {
        let key = |it: &Incident| (it.total.start.time, it.scope);
        key(a).cmp(&key(b)).then_with(|| a.domains.cmp(&b.domains))
    });
    Incidents {
        all: incidents,
        operators,
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
            let own = all.stretch(&outage);
            let incident = shared.iter().copied().find(|&n| {
                let incident = &incidents[n];
                incident.domains.binary_search(&outage.domain).is_ok()
                    && (incident.total.kind == outage.kind || incident.scope == Scope::Sender)
                    && part_within(own, all.stretch(&incident.total)) >= MOST
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
            for place in incident.outages.iter_mut().filter(|it| it.0 == destination) {
                let is_it = |(_, from): &(Outage, Result<usize, usize>)| *from == Ok(place.1);
                place.1 = outages.iter().position(is_it).unwrap_or(place.1);
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
    /// Of each destination, whether it tells of others.
    telling: Vec<bool>,
}

impl<'d> View<'d> {
    /// The destinations of an operator that tell of others, with their places.
    fn telling(&self, operator: &'d Operator) -> impl Iterator<Item = (usize, &'d Destination)> {
        let destinations = self.destinations;
        operator
            .members
            .iter()
            .filter(|&&place| self.telling.get(place).copied().unwrap_or(false))
            .filter_map(move |&place| Some((place, destinations.get(place)?)))
    }

    /// All destinations that tell of others.
    fn all_telling(&self) -> impl Iterator<Item = &'d Destination> {
        let all = self.destinations.iter().zip(&self.telling);
        all.filter(|&(_, &telling)| telling).map(|(it, _)| it)
    }

    /// From when to when an outage lasted; to the end of the log when it goes on.
    fn stretch(&self, outage: &Outage) -> (Timestamp, Timestamp) {
        stretch(outage, self.log)
    }
}

/// From when to when an outage lasted; to the end of the log when it goes on.
fn stretch(outage: &Outage, log: (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    let end = outage.end.map_or(log.1, |end| end.time);
    (outage.start.time, end.max(outage.start.time))
}

/// From the last moment at which an outage may have begun to the first at which it may have ended: what is sure of
/// it, with little traffic much less than its stretch.
fn core_of(all: &View<'_>, outage: &Outage) -> (Timestamp, Timestamp) {
    let end = outage.end.map_or(all.log.1, |end| end.earliest);
    if outage.start.latest < end {
        (outage.start.latest, end)
    } else {
        all.stretch(outage)
    }
}

/// How much of the stretch `of` lies within the other, 0 to 1; a moment lies within or not.
fn part_within(of: (Timestamp, Timestamp), within: (Timestamp, Timestamp)) -> f64 {
    let from = of.0.max(within.0).as_millis();
    let to = of.1.min(within.1).as_millis();
    let length = of.1.as_millis().saturating_sub(of.0.as_millis());
    if length <= 0 {
        return f64::from(u8::from(from <= to));
    }
    to.saturating_sub(from).max(0) as f64 / length as f64
}

/// An outage belongs to a stretch when this part of it lies within.
const MOST: f64 = 0.5;
