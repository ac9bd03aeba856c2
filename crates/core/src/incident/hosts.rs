//! What single hosts of ours saw of a destination.
//!
//! `330 of 378 attempts from relay3 failed, 1 of 1,919 from the 4 others`: an address of ours that is refused where the
//! others are accepted hides among their attempts. Where several hosts send to a destination, one that failed often
//! enough is judged by what it alone saw.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::counts::{HostCounts, refused, seen_from};
use super::{View, extent};
use crate::evidence::Class;
use crate::outage::{self, Findings, HostCount, Outage, OutageType};
use crate::tally::Destination;
use crate::time::Timestamp;

/// Failures of one host at a destination that are worth a look.
const LEAST_FAILURES: u64 = 5;

/// Adds the outages that only one host of ours saw, so that they do not show in the attempts of all.
pub(super) fn add_outages(
    destinations: &[Destination],
    findings: &mut [Findings],
    log: (Timestamp, Timestamp),
) {
    destinations
        .par_iter()
        .zip(findings)
        .filter(|(destination, found)| {
            found.unreachable.is_none() && destination.hosts().nth(1).is_some()
        })
        .for_each(|(destination, found)| {
            for (host, counts) in destination.between(log.0, log.1) {
                if refused(&counts) < LEAST_FAILURES {
                    continue;
                }
                let alone = outage::find_pooled(&destination.evidence_from(host), log);
                let news = alone.into_iter().filter(|outage| {
                    let (from, to) = extent(outage, log);
                    let overlaps = |known: &Outage| {
                        let (begin, end) = extent(known, log);
                        !known.is_slow_only() && begin <= to && from <= end
                    };
                    !outage.is_slow_only()
                        && !found.outages.iter().any(overlaps)
                        && is_from(destination, host, outage, (from, to))
                });
                let news: Vec<Outage> = news.collect();
                found.outages.extend(news.into_iter().map(|outage| Outage {
                    hosts: destination.hosts().count(),
                    ..outage
                }));
            }
            found.outages.sort_by_key(|outage| outage.start.time);
        });
}

/// True when an outage was seen from this host, while others were accepted.
fn is_from(
    destination: &Destination,
    host: &[u8],
    outage: &Outage,
    (from, to): (Timestamp, Timestamp),
) -> bool {
    let seen = seen_from(destination.between(from, to), measure(outage));
    seen.iter().any(|it| **it == *host)
}

/// What counts as a failure of a host in an outage.
fn measure(outage: &Outage) -> HostCounts {
    match outage.kind {
        OutageType::Policy => HostCounts::Refusals,
        OutageType::Outage | OutageType::Sender => HostCounts::Faults,
    }
}

/// Says what each host of ours saw during each outage, where they clearly differ.
pub(super) fn compare(all: &View<'_>, findings: &mut [Findings]) {
    for (destination, found) in all.destinations.iter().zip(findings) {
        for outage in found.outages.iter_mut().filter(|outage| outage.hosts > 1) {
            outage.by_host = differing(all, outage, &[destination]);
        }
    }
}

/// Attempts by host during an outage of these destinations, the most refused first; none where they do not differ.
pub(super) fn differing(
    all: &View<'_>,
    outage: &Outage,
    destinations: &[&Destination],
) -> Vec<HostCount> {
    let (from, to) = all.extent(outage);
    let seen = || destinations.iter().flat_map(|it| it.between(from, to));
    if outage.is_slow_only() || seen_from(seen(), measure(outage)).is_empty() {
        return Vec::new();
    }
    let mut hosts: BTreeMap<&[u8], (u64, u64)> = BTreeMap::new();
    for (host, counts) in seen() {
        let attempts: u64 = counts.iter().sum();
        let sum = hosts.entry(host).or_default();
        sum.0 += attempts;
        sum.1 += attempts - counts[Class::Ok.index()];
    }
    hosts.retain(|_, &mut (attempts, _)| attempts > 0);
    let mut counts: Vec<HostCount> = hosts
        .into_iter()
        .map(|(host, (attempts, failures))| HostCount {
            host: host.into(),
            attempts,
            failures,
        })
        .collect();
    let share = |it: &HostCount| it.failures as f64 / it.attempts.max(1) as f64;
    counts.sort_by(|a, b| share(b).total_cmp(&share(a)));
    counts
}
