//! Attempts and what they say of a destination or of a host of ours.

use std::collections::BTreeMap;

use crate::evidence::Class;
use crate::tally::{Many, Slot};

/// Attempts of a reporting host that say whether it failed,
const LEAST_ATTEMPTS: u64 = 5;

/// with this share of failures at least,
const HOST_FAILS: f64 = 0.6;

/// or this at most.
pub(super) const HOST_WORKS: f64 = 0.3;

/// How much better (nats) two shares of failures must explain what two groups of hosts saw than one does.
const LEAST_APART: f64 = 7.0;

pub(super) fn add(sum: &mut Many, more: &Many) {
    for (sum, n) in sum.iter_mut().zip(more) {
        *sum += n;
    }
}

/// Attempts that say something of a host or the way to it: refused recipients are their own affair, and what a
/// receiver thinks of our mail is no fault of either.
pub(super) fn informative(counts: &Many) -> u64 {
    counts.iter().sum::<u64>() - counts[Slot::Neutral.index()] - counts[Class::Policy.index()]
}

/// Failures that are no recipient's own: those of policy too.
pub(super) fn refused(counts: &Many) -> u64 {
    counts.iter().sum::<u64>() - counts[Slot::Neutral.index()] - counts[Class::Ok.index()]
}

/// What is counted where hosts of ours are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostCounts {
    /// Faults of the receiver or of the way to it.
    Faults,
    /// Refusals for what the receiver thinks of us as well.
    Refusals,
}

impl HostCounts {
    /// Failures, and attempts that say something.
    fn of(self, counts: &Many) -> (u64, u64) {
        match self {
            HostCounts::Faults => (failed(counts), informative(counts)),
            HostCounts::Refusals => {
                let refused = refused(counts);
                (refused, refused + counts[Class::Ok.index()])
            }
        }
    }
}

/// Failures among the informative attempts.
fn failed(counts: &Many) -> u64 {
    informative(counts) - counts[Class::Ok.index()]
}

/// True when at least that share of the informative attempts failed, and one at least.
pub(super) fn fails(counts: &Many, share: f64) -> bool {
    let failed = failed(counts);
    failed > 0 && failed as f64 >= share * informative(counts) as f64
}

/// The hosts of ours that failed, when others worked; none when all failed or too little is known.
pub(super) fn seen_from<'h>(
    counts: impl Iterator<Item = (&'h [u8], Many)>,
    what: HostCounts,
) -> Vec<Box<[u8]>> {
    let mut sums: BTreeMap<&[u8], Many> = BTreeMap::new();
    for (host, counts) in counts {
        add(sums.entry(host).or_default(), &counts);
    }
    let hosts: Vec<(&[u8], (u64, u64))> = sums
        .iter()
        .map(|(&host, counts)| (host, what.of(counts)))
        .filter(|&(_, (_, all))| all >= LEAST_ATTEMPTS)
        .collect();
    let share = |(failed, all): (u64, u64)| failed as f64 / all.max(1) as f64;
    let fails = |counts: (u64, u64)| share(counts) >= HOST_FAILS;
    let works = |counts: (u64, u64)| share(counts) < HOST_WORKS;
    let sum = |wanted: &dyn Fn((u64, u64)) -> bool| {
        let wanted = hosts.iter().map(|it| it.1).filter(|&counts| wanted(counts));
        wanted.fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1))
    };
    if apart(sum(&fails), sum(&works)) < LEAST_APART {
        return Vec::new();
    }
    let failing = hosts.iter().filter(|it| fails(it.1));
    failing.map(|&(host, _)| host.into()).collect()
}

/// How much better two shares explain two counts (of so many) than one does, in nats.
fn apart(a: (u64, u64), b: (u64, u64)) -> f64 {
    let likelihood = |(k, n): (u64, u64), (of, all): (u64, u64)| {
        let share = of as f64 / all.max(1) as f64;
        let term = |k: u64, share: f64| if k == 0 { 0.0 } else { k as f64 * share.ln() };
        term(k, share) + term(n - k, 1.0 - share)
    };
    let both = (a.0 + b.0, a.1 + b.1);
    likelihood(a, a) + likelihood(b, b) - likelihood(a, both) - likelihood(b, both)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(ok: u64, failed: u64) -> Many {
        let mut counts = Many::default();
        counts[Class::Ok.index()] = ok;
        counts[Class::Conn.index()] = failed;
        counts[Slot::Neutral.index()] = 3;
        counts
    }

    #[test]
    fn a_host_fails_alone_when_others_work() {
        let cases: [(&[(u64, u64)], usize); 6] = [
            (&[(0, 9), (9, 0)], 1),
            (&[(0, 9), (0, 9), (12, 1)], 2),
            (&[(0, 9), (0, 9)], 0),
            (&[(0, 9), (4, 0)], 0), // too little is known of the second
            (&[(2, 4), (5, 2)], 0), // chance
            (&[(5, 5), (9, 0)], 0), // neither fails nor works
        ];
        assert_eq!(cases.len(), 6);
        for (hosts, expected) in cases {
            let names: Vec<String> = (0..hosts.len()).map(|n| format!("h{n}")).collect();
            let seen = names.iter().zip(hosts);
            let seen = seen.map(|(name, &(ok, failed))| (name.as_bytes(), counts(ok, failed)));
            let found = seen_from(seen, HostCounts::Faults);
            assert_eq!(found.len(), expected, "{hosts:?}");
        }
    }
}
