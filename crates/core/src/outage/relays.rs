//! Which MX hosts failed, and which went on working beside them.

use std::collections::BTreeMap;

use super::label::hours;
use crate::tally::Evidence;
use crate::time::Timestamp;

/// A host failed when its share of failures is at least this part of that of all hosts.
const FAILED: f64 = 0.5;

/// Attempts of a host that say whether it went on working,
const LEAST_ATTEMPTS: u64 = 5;

/// with this share of failures at most,
const WORKS: f64 = 0.3;

/// while that of others was this at least.
const FAILS: f64 = 0.6;

/// Hours at the edges hold attempts of before and after: of so many hours they are left out.
const MANY_HOURS: i64 = 4;

/// MX hosts during a stretch of failure, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Mx {
    /// Those that failed. A host that had a failure or two while the others were down is not among them.
    pub(super) failing: Vec<Box<[u8]>>,
    /// Those that went on working, when others clearly did not; else none.
    pub(super) working: Vec<Box<[u8]>>,
}

/// The MX hosts from the first to the last attempt of a window or an outage.
pub(super) fn during(evidence: &Evidence, from: Timestamp, to: Timestamp) -> Mx {
    let hours = hours(from, to);
    let (first, last) = (*hours.start(), *hours.end());
    let whole = counts(evidence, first, last);
    let inner = if last - first >= MANY_HOURS {
        counts(evidence, first + 1, last - 1)
    } else {
        whole.clone()
    };
    let works = |failed: u64, all: u64| failed as f64 <= WORKS * all as f64;
    let fails = |failed: u64, all: u64| failed as f64 >= FAILS * all as f64;
    let known = |wanted: &dyn Fn(u64, u64) -> bool| -> Vec<Box<[u8]>> {
        inner
            .iter()
            .filter(|&(_, &(failed, all))| all >= LEAST_ATTEMPTS && wanted(failed, all))
            .map(|(&host, _)| host.into())
            .collect()
    };
    let working = if known(&fails).is_empty() {
        Vec::new()
    } else {
        known(&works)
    };
    let (failed, all) = whole
        .values()
        .fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
    let least = FAILED * failed as f64 / all.max(1) as f64;
    let failing = whole
        .into_iter()
        .filter(|&(_, (failed, all))| failed > 0 && failed as f64 >= least * all as f64)
        .map(|(host, _)| Box::from(host))
        .filter(|host| !working.contains(host));
    Mx {
        failing: failing.collect(),
        working,
    }
}

/// Failures and attempts by host in these hours.
fn counts(evidence: &Evidence, first: i64, last: i64) -> BTreeMap<&[u8], (u64, u64)> {
    let relays = &evidence.relays;
    let begin = relays.partition_point(|relay| relay.hour < first);
    let end = relays.partition_point(|relay| relay.hour <= last);
    let mut hosts: BTreeMap<&[u8], (u64, u64)> = BTreeMap::new();
    for relay in relays.get(begin..end).unwrap_or_default() {
        let host = hosts.entry(&relay.host).or_default();
        host.0 += relay.failed;
        host.1 += relay.accepted + relay.failed;
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Domain;
    use crate::tally::{Delays, Few, RelayCount};

    fn relay(hour: i64, host: &str, accepted: u64, failed: u64) -> RelayCount {
        RelayCount {
            hour,
            host: host.as_bytes().into(),
            accepted,
            failed,
        }
    }

    fn evidence(relays: Vec<RelayCount>) -> Evidence {
        Evidence {
            bounces_only: false,
            domain: Domain::new(b"target.example"),
            hosts: 1,
            buckets: Vec::new(),
            replies: Vec::new(),
            relays,
            delays: Delays::default(),
            oldest: None,
            echoed: Few::default(),
            echoes: 0,
        }
    }

    #[test]
    fn hosts_that_failed_within_the_hours() {
        let evidence = evidence(vec![
            relay(4, "mx4", 0, 9),
            relay(5, "mx1", 0, 20),
            relay(5, "mx2", 19, 1),
            relay(6, "mx1", 2, 18),
            relay(6, "mx3", 5, 5),
            relay(7, "mx5", 0, 9),
        ]);
        let at = |minutes: i64| Timestamp::from_seconds(minutes * 60);
        let hosts = during(&evidence, at(5 * 60 + 59), at(6 * 60)).failing;
        assert_eq!(hosts, [Box::from(&b"mx1"[..]), Box::from(&b"mx3"[..])]);
    }

    #[test]
    fn one_of_two_may_go_on_working() {
        let at = |hour: i64| Timestamp::from_seconds(hour * 3600 + 60);
        let name = |name: &str| Box::from(name.as_bytes());
        // The hours at the edges are half healthy.
        let mut relays = vec![relay(5, "mx1", 10, 1), relay(5, "mx2", 10, 0)];
        for hour in 6..10 {
            relays.extend([relay(hour, "mx1", 0, 9), relay(hour, "mx2", 9, 1)]);
        }
        let found = during(&evidence(relays.clone()), at(5), at(9));
        assert_eq!(found.failing, [name("mx1")]);
        assert_eq!(found.working, [name("mx2")]);
        // Both fail in part: neither works.
        for relay in &mut relays {
            (relay.accepted, relay.failed) = (5, 5);
        }
        let found = during(&evidence(relays), at(5), at(9));
        assert_eq!(found.failing, [name("mx1"), name("mx2")]);
        assert_eq!(found.working, [] as [Box<[u8]>; 0]);
    }
}
