//! Outages of one operator: its destinations judged as one.

use std::collections::HashSet;

use super::counts::{HostCounts, add, fails, seen_from};
use super::{Basis, Incident, MOST, OutageIndex, Scope, View, part_within};
use crate::evidence::Class;
use crate::operator::Operator;
use crate::outage::{self, Findings, Kind, Outage, OutageType};
use crate::tally::{Destination, Many};
use crate::time::Timestamp;

/// Destinations that must fail before it is their operator's fault,
const LEAST_DOMAINS: usize = 2;

/// and the part of those with attempts meanwhile.
const LEAST_SHARE: f64 = 0.3;

/// A destination is concerned when this share of its attempts fails.
const FAILS: f64 = 0.5;

/// Refusals of recipients without which a destination is not concerned.
const LEAST_REFUSED: u64 = 2;

/// The incidents of one operator, those of single destinations included. `own` are extents in which our own side
/// failed; `is_free` says whether an outage belongs to no incident yet.
pub(super) fn find(
    all: &View<'_>,
    operator: &Operator,
    findings: &[Findings],
    own: &[(Timestamp, Timestamp)],
    is_free: &(dyn Fn(OutageIndex) -> bool + Sync),
) -> Vec<Incident> {
    let mut free: Vec<(OutageIndex, &Outage)> = Vec::new();
    for &index in &operator.members {
        let found = findings.get(index).into_iter().flat_map(|it| &it.outages);
        free.extend(found.enumerate().map(|(n, outage)| ((index, n), outage)));
    }
    free.retain(|&(index, _)| is_free(index));
    let mut incidents = Vec::new();
    let members: Vec<(usize, &Destination)> = all.informative(operator).collect();
    if members.len() >= LEAST_DOMAINS {
        let destinations: Vec<&Destination> = members.iter().map(|&(_, it)| it).collect();
        let pooled = Destination::pool(operator.name.clone(), &destinations);
        for total in outage::find_pooled(&pooled, all.log) {
            let extent = all.extent(&total);
            let is_own = own.iter().any(|&own| part_within(extent, own) >= MOST);
            // What only some of our hosts saw is their own fault.
            let seen = destinations
                .iter()
                .flat_map(|it| it.between(extent.0, extent.1));
            if is_own || total.is_slow_only() || !seen_from(seen, HostCounts::Faults).is_empty() {
                continue;
            }
            incidents.extend(together(all, &members, total, &mut free));
        }
    }
    incidents.extend(overlapping(all, operator, free));
    incidents
}

/// An outage of the operator as an incident, if several destinations had part in it; takes their outages from
/// those that are free.
fn together(
    all: &View<'_>,
    members: &[(usize, &Destination)],
    total: Outage,
    free: &mut Vec<(OutageIndex, &Outage)>,
) -> Option<Incident> {
    let extent = all.extent(&total);
    let concerned = |outage: &Outage| {
        let own = all.extent(outage);
        !outage.is_slow_only()
            && (part_within(own, extent) >= MOST || part_within(extent, own) >= MOST)
    };
    let with_outage: HashSet<usize> = free
        .iter()
        .filter(|(_, outage)| concerned(outage))
        .map(|&((index, _), _)| index)
        .collect();
    let (mut active, mut domains) = (0, Vec::new());
    for &(index, destination) in members {
        let mut counts = Many::default();
        for (_, seen) in destination.between(extent.0, extent.1) {
            add(&mut counts, &seen);
        }
        let attempts: u64 = counts.iter().sum();
        active += usize::from(attempts > 0);
        let failed = if total.kind == OutageType::Policy || is_of_recipients(&total) {
            attempts - counts[Class::Ok.index()] >= LEAST_REFUSED && !takes(&counts, 1.0 - FAILS)
        } else {
            fails(&counts, FAILS)
        };
        if failed || with_outage.contains(&index) {
            domains.push(destination.domain().clone());
        }
    }
    if domains.len() < LEAST_DOMAINS || (domains.len() as f64) < LEAST_SHARE * active as f64 {
        return None;
    }
    domains.sort_unstable();
    let mut outages = Vec::new();
    free.retain(|&(index, outage)| {
        let is_part = outage.kind == total.kind && concerned(outage);
        if is_part {
            outages.push(index);
        }
        !is_part
    });
    Some(Incident {
        scope: Scope::Operator,
        basis: Basis::Operator,
        domains,
        active,
        from_hosts: Vec::new(),
        outages,
        total,
    })
}

/// True when recipients were refused: elsewhere a refused recipient says nothing of the operator.
fn is_of_recipients(outage: &Outage) -> bool {
    outage.windows.iter().any(|window| {
        matches!(
            window.kind,
            Kind::MailboxDeferred | Kind::Mixed | Kind::RecipientRejected
        )
    })
}

/// True when more than that share of all attempts was accepted.
fn takes(counts: &Many, share: f64) -> bool {
    counts[Class::Ok.index()] as f64 > share * counts.iter().sum::<u64>() as f64
}

/// Outages of single destinations: those of one operator that lie mostly within each other are one incident.
fn overlapping(
    all: &View<'_>,
    operator: &Operator,
    mut free: Vec<(OutageIndex, &Outage)>,
) -> Vec<Incident> {
    // The longest first, so that the others find what they lie within.
    free.sort_by_key(|&(index, outage)| {
        let (from, to) = all.extent(outage);
        (from.as_millis().saturating_sub(to.as_millis()), index)
    });
    let mut incidents: Vec<Incident> = Vec::new();
    for (index, outage) in free {
        let own = all.extent(outage);
        let Some(destination) = all.destinations.get(index.0) else {
            continue;
        };
        let domain = destination.domain();
        let same = incidents.iter_mut().find(|known| {
            let extent = all.extent(&known.total);
            known.total.kind == outage.kind
                && known.total.is_slow_only() == outage.is_slow_only()
                && !known.domains.contains(domain)
                && part_within(own, extent) >= MOST
                && part_within(extent, own) >= MOST
        });
        match same {
            Some(incident) => {
                incident.scope = Scope::Operator;
                incident.total.domain = operator.name.clone();
                count_in(&mut incident.total, outage);
                incident.domains.push(domain.clone());
                incident.active += 1;
                incident.outages.push(index);
            }
            None => incidents.push(Incident {
                scope: Scope::Domain,
                basis: Basis::Operator,
                domains: vec![domain.clone()],
                active: 1,
                from_hosts: Vec::new(),
                outages: vec![index],
                total: outage.clone(),
            }),
        }
    }
    for incident in &mut incidents {
        incident.domains.sort_unstable();
        incident.outages.sort_unstable();
    }
    incidents
}

/// Adds what stands behind another outage. Windows and boundaries stay those of the longest one.
fn count_in(total: &mut Outage, outage: &Outage) {
    total.attempts += outage.attempts;
    total.failures += outage.failures;
    total.messages += outage.messages;
    total.recipients += outage.recipients;
    total.hosts = total.hosts.max(outage.hosts);
    total.mx.extend(outage.mx.iter().cloned());
    total.mx.sort_unstable();
    total.mx.dedup();
}
