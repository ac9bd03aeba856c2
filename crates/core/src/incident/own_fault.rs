//! Our own fault: many unrelated operators fail at once, or fail only from some of our hosts.
//!
//! An extent of failure over the weights of all operators ([`super::votes`]) is a candidate. It is ours when so many
//! of the operators with attempts in its first hours fail that chance cannot explain it: with N operators of which
//! f fail, f at least 3 and 30 % of N, and P(at least f of N) below 1 in 10,000 were each to fail by chance: 3 % of
//! the time, or twice the usual share of this log. Refused recipients and refusals by policy are not counted.
//! The same is asked of each reporting host alone where there are several. What is left are outages of one
//! destination that were seen from some of our hosts only, while others delivered to it.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::counts::{HOST_WORKS, HostCounts, add, fails, informative, seen_from};
use super::{Basis, Incident, MOST, OutageIndex, Scope, View, core_of, part_within, votes};
use crate::address::Domain;
use crate::binomial::at_least;
use crate::evidence::Class;
use crate::operator::Operator;
use crate::outage::{self, Findings, Outage, OutageType};
use crate::tally::{Destination, Evidence, Many};
use crate::time::Timestamp;

/// Operators without which nothing can be said of our side.
const LEAST_OPERATORS: usize = 3;

/// Share of the active operators that must fail.
const LEAST_SHARE: f64 = 0.3;

/// An operator fails when this share of its attempts does.
const FAILS: f64 = 0.5;

/// Chance that an operator is seen to fail at any time: most have few attempts in the hours looked at.
const BY_CHANCE: f64 = 0.03;

/// And so many times the share of failing weights in the whole log: where many fail all the time, some more say little.
const TIMES_USUAL: f64 = 2.0;

/// So many failing operators must be less likely than this.
const LEAST_LIKELY: f64 = 1e-4;

/// Only the beginning of a candidate is looked at (milliseconds): later, each operator has a pattern of its own.
const CORE: i64 = 6 * 60 * 60 * 1000;

/// Incidents of our own side.
pub(super) fn find(all: &View<'_>, operators: &[Operator], findings: &[Findings]) -> Vec<Incident> {
    let mut found: Vec<Incident> = Vec::new();
    let seen = votes::seen_by_all(all, operators);
    if seen.len() >= LEAST_OPERATORS {
        let weights = votes::of(&seen);
        let chance = chance(&weights);
        for outage in outage::find_pooled(&weights, all.log) {
            found.extend(judge(all, operators, findings, outage, None, chance));
        }
    }
    let mut hosts = votes::seen_by_hosts(all, operators);
    if hosts.len() < 2 {
        return found;
    }
    hosts.retain(|_, seen| seen.len() >= LEAST_OPERATORS);
    let mut of_hosts: Vec<Incident> = Vec::new();
    for (host, seen) in &hosts {
        let weights = votes::of(seen);
        // What is usual is what the other hosts see.
        let chance = LazyCell::new(|| chance(&votes::of(&votes::seen_by_others(&hosts, host))));
        for outage in outage::find_pooled(&weights, all.log) {
            let extent = all.extent(&outage);
            let is_known = found
                .iter()
                .any(|known| part_within(extent, all.extent(&known.total)) >= MOST);
            if is_known {
                continue;
            }
            let Some(incident) = judge(all, operators, findings, outage, Some(host), *chance)
            else {
                continue;
            };
            // Several hosts that fail together have one cause.
            let same = of_hosts
                .iter_mut()
                .find(|known| part_within(extent, all.extent(&known.total)) >= MOST);
            match same {
                Some(same) => same.join(incident),
                None => of_hosts.push(incident),
            }
        }
    }
    for mut incident in of_hosts {
        // What every host of ours saw that was sending is no host's own.
        let (from, to) = all.extent(&incident.total);
        let seen = all.all_informative().flat_map(|it| it.between(from, to));
        let mut others = seen.filter(|(host, counts)| {
            informative(counts) > 0 && !incident.from_hosts.iter().any(|it| **it == **host)
        });
        if others.next().is_none() {
            incident.from_hosts.clear();
            incident.basis = Basis::Operators;
        }
        all.recount(&mut incident);
        found.push(incident);
    }
    let taken: BTreeSet<OutageIndex> = found.iter().flat_map(|it| it.outages.clone()).collect();
    found.extend(alone(all, findings, &taken));
    found
}

impl Incident {
    /// Takes in what another host of ours saw of the same.
    fn join(&mut self, other: Incident) {
        self.domains.extend(other.domains);
        self.domains.sort_unstable();
        self.domains.dedup();
        self.from_hosts.extend(other.from_hosts);
        self.from_hosts.sort_unstable();
        self.from_hosts.dedup();
        self.outages.extend(other.outages);
        self.outages.sort_unstable();
        self.outages.dedup();
        self.active = self.active.max(other.active);
    }
}

/// The chance that an operator is seen to fail when nothing is wrong with our side.
fn chance(weights: &Evidence) -> f64 {
    let mut sum = Many::default();
    for bucket in &weights.buckets {
        for (sum, &n) in sum.iter_mut().zip(&bucket.counts) {
            *sum += u64::from(n);
        }
    }
    let informative = informative(&sum).max(1) as f64;
    let failed = informative - sum[Class::Ok.index()] as f64;
    BY_CHANCE.max(TIMES_USUAL * failed / informative).min(FAILS)
}

/// A candidate as an incident, if it is our own fault; `host` when it was seen by that host alone. `chance` is that
/// of an operator to fail at any time.
fn judge(
    all: &View<'_>,
    operators: &[Operator],
    findings: &[Findings],
    outage: Outage,
    host: Option<&[u8]>,
    chance: f64,
) -> Option<Incident> {
    let extent = all.extent(&outage);
    if outage.kind != OutageType::Outage {
        return None; // what receivers think of our mail is said of each of them
    }
    let core = (
        extent.0,
        Timestamp::from_millis(extent.0.as_millis().saturating_add(CORE)).min(extent.1),
    );
    let (mut active, mut failing) = (0_usize, 0_usize);
    let mut domains: Vec<Domain> = Vec::new();
    for operator in operators {
        let mut sum = Many::default();
        let mut own: Vec<&Domain> = Vec::new();
        for (_, destination) in all.informative(operator) {
            let mut counts = Many::default();
            let seen = destination.between(core.0, core.1);
            for (_, seen) in seen.filter(|&(name, _)| host.is_none_or(|host| host == name)) {
                add(&mut counts, &seen);
            }
            if fails(&counts, FAILS) {
                own.push(destination.domain());
            }
            add(&mut sum, &counts);
        }
        active += usize::from(informative(&sum) > 0);
        if fails(&sum, FAILS) {
            failing += 1;
            domains.extend(own.into_iter().cloned());
        }
    }
    let likely = failing >= LEAST_OPERATORS
        && failing as f64 >= LEAST_SHARE * active as f64
        && at_least(failing, active, chance) < LEAST_LIKELY;
    if !likely {
        return None;
    }
    domains.sort_unstable();
    let from_hosts = if let Some(host) = host {
        vec![host.into()]
    } else {
        let seen = all
            .all_informative()
            .flat_map(|it| it.between(core.0, core.1));
        seen_from(seen, HostCounts::Faults)
    };
    let outages = indexes(findings, |(destination, _), outage| {
        outage.kind == OutageType::Outage
            && (part_within(core_of(all, outage), extent) >= MOST
                || all.failures_within(destination, outage, extent) >= MOST)
    });
    let outages = outages
        .into_iter()
        .filter(|&(destination, outage)| {
            // Of a host's fault, what failed from elsewhere too is not part.
            let found = findings
                .get(destination)
                .and_then(|it| it.outages.get(outage));
            from_hosts.is_empty()
                || found.is_some_and(|found| all.is_from(destination, found, &from_hosts))
        })
        .collect();
    let mut incident = Incident {
        scope: Scope::Sender,
        basis: if from_hosts.is_empty() {
            Basis::Operators
        } else {
            Basis::Hosts
        },
        domains,
        active,
        from_hosts,
        outages,
        total: Outage {
            kind: OutageType::Sender,
            ..outage
        },
    };
    all.recount(&mut incident);
    Some(incident)
}

/// Outages of one destination that were seen from some of our hosts only.
fn alone(all: &View<'_>, findings: &[Findings], taken: &BTreeSet<OutageIndex>) -> Vec<Incident> {
    let candidates = indexes(findings, |index, outage| {
        outage.kind == OutageType::Outage && outage.hosts > 1 && !taken.contains(&index)
    });
    let mut found = Vec::new();
    for index in candidates {
        let Some((destination, outage)) = all.outage(findings, index) else {
            continue;
        };
        let (from, to) = all.extent(outage);
        let from_hosts = seen_from(destination.between(from, to), HostCounts::Faults);
        if !from_hosts.is_empty() {
            found.push(Incident {
                scope: Scope::Sender,
                basis: Basis::Hosts,
                domains: vec![destination.domain().clone()],
                active: 1,
                from_hosts,
                outages: vec![index],
                total: Outage {
                    kind: OutageType::Sender,
                    ..outage.clone()
                },
            });
        }
    }
    found
}

/// Places of the outages that are wanted, in order. Slow delivery alone is none.
fn indexes(
    findings: &[Findings],
    wanted: impl Fn(OutageIndex, &Outage) -> bool,
) -> Vec<OutageIndex> {
    let mut indexes = Vec::new();
    for (destination, found) in findings.iter().enumerate() {
        for (index, outage) in found.outages.iter().enumerate() {
            if !outage.is_slow_only() && wanted((destination, index), outage) {
                indexes.push((destination, index));
            }
        }
    }
    indexes
}

impl View<'_> {
    fn outage<'f>(
        &self,
        findings: &'f [Findings],
        (destination, outage): OutageIndex,
    ) -> Option<(&Destination, &'f Outage)> {
        let found = findings.get(destination)?.outages.get(outage)?;
        Some((self.destinations.get(destination)?, found))
    }

    /// Counts the attempts at the destinations of an incident: weights of operators are not what a reader wants.
    fn recount(&self, incident: &mut Incident) {
        let members: Vec<&Destination> = self
            .all_informative()
            .filter(|it| incident.domains.binary_search(it.domain()).is_ok())
            .collect();
        let hosts = &incident.from_hosts;
        let count = |from: Timestamp, to: Timestamp| {
            let mut sum = Many::default();
            for (host, counts) in members.iter().flat_map(|it| it.between(from, to)) {
                if hosts.is_empty() || hosts.iter().any(|known| **known == *host) {
                    add(&mut sum, &counts);
                }
            }
            let attempts: u64 = sum.iter().sum();
            (attempts, attempts - sum[Class::Ok.index()])
        };
        let total = &mut incident.total;
        let (from, to) = self.extent(total);
        (total.attempts, total.failures) = count(from, to);
        total.hosts = hosts.len().max(1);
        for window in &mut total.windows {
            let end = window.end.map_or(to, |end| end.time);
            (window.attempts, window.failures) = count(window.start.time, end);
            window.share = window.failures as f64 / window.attempts.max(1) as f64;
        }
    }

    /// The part of the failures of an outage that lies within an extent, 0 to 1.
    fn failures_within(
        &self,
        destination: usize,
        outage: &Outage,
        extent: (Timestamp, Timestamp),
    ) -> f64 {
        let own = self.extent(outage);
        let (from, to) = (own.0.max(extent.0), own.1.min(extent.1));
        let destination = self.destinations.get(destination).filter(|_| from <= to);
        let seen = destination.into_iter().flat_map(|it| it.between(from, to));
        let failed = seen.map(|(_, counts)| counts.iter().sum::<u64>() - counts[Class::Ok.index()]);
        failed.sum::<u64>() as f64 / outage.failures.max(1) as f64
    }

    /// True when an outage was seen from these hosts, and not from the others.
    fn is_from(&self, destination: usize, outage: &Outage, hosts: &[Box<[u8]>]) -> bool {
        let (from, to) = self.extent(outage);
        let mut others = Many::default();
        let destination = self.destinations.get(destination);
        for (host, counts) in destination.into_iter().flat_map(|it| it.between(from, to)) {
            if !hosts.iter().any(|known| **known == *host) {
                add(&mut others, &counts);
            }
        }
        !fails(&others, HOST_WORKS)
    }
}
