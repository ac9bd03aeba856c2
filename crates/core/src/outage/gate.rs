//! Which stretches of failure are worth a reader's time, and how sure we are.

use crate::evidence::Class;
use crate::tally::{Bucket, Distinct, Slot};

use super::Confidence;
use super::assemble::{Counts, Run, failures};
use super::model::{ByState, HEALTHY};

/// Least evidence (nats) against "healthy": a likelihood ratio of 1100 to 1.
pub(super) const LEAST_EVIDENCE: f64 = 7.0;

/// Least odds (nats) of the outage against a healthy destination, with the costs of the changes of state:
/// ten to one.
const LEAST_ODDS: f64 = 2.3;

/// The same against a healthy destination with a bad list: three to one. Four recipients refused in a row
/// at a destination of eight messages a day cannot show more.
const LEAST_ODDS_BAD_LIST: f64 = 1.1;

/// What a window on top of a steady share of failures must show (nats).
pub(super) const LEAST_EVIDENCE_CHRONIC: f64 = 30.0;

/// From here on (nats) the evidence is called strong, and certain.
const STRONG: f64 = 15.0;
const CERTAIN: f64 = 30.0;

/// Least failures of any outage.
pub(super) const LEAST_FAILURES: u64 = 3;

/// Recipients that must be refused before it is not their own fault.
pub(super) const LEAST_RECIPIENTS: u64 = 4;

/// One hour in milliseconds: failures spread over it are not one hiccup.
const HOUR: i64 = 60 * 60 * 1000;

/// One message alone, answered by nothing but faults of the system, is believed after this many attempts
const ALONE_FAILURES: u64 = 5;

/// over this time (milliseconds), when nothing else was accepted meanwhile.
const ALONE_TIME: i64 = 2 * HOUR;

/// How much is behind a stretch of failure.
#[derive(Debug)]
pub(super) struct Weight {
    /// Attempts by slot.
    pub(super) counts: Counts,
    /// Distinct messages that failed.
    pub(super) messages: u64,
    /// Distinct recipients that failed.
    pub(super) recipients: u64,
    /// From the first to the last attempt, in milliseconds.
    pub(super) duration: i64,
    /// Evidence against "healthy", in nats.
    pub(super) evidence: f64,
    /// The same less the costs of the changes of state.
    pub(super) odds: f64,
    /// The same against a burst of bad addresses.
    pub(super) odds_bad_list: f64,
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

/// Distinct messages and recipients that failed in these minutes.
pub(super) fn distinct(buckets: &[Bucket]) -> (u64, u64) {
    (
        Distinct::union_of(buckets.iter().map(|bucket| &bucket.messages)).count(),
        Distinct::union_of(buckets.iter().map(|bucket| &bucket.recipients)).count(),
    )
}

/// True when a stretch is to be reported.
pub(super) fn passes(weight: &Weight, least_evidence: f64) -> bool {
    let failures = failures(&weight.counts);
    let unsure = weight.odds < LEAST_ODDS || weight.odds_bad_list < LEAST_ODDS_BAD_LIST;
    if unsure || weight.evidence < least_evidence || failures < LEAST_FAILURES {
        return false;
    }
    let top = Class::ALL
        .into_iter()
        .filter(|&class| class != Class::Ok)
        .max_by_key(|&class| (weight.counts[class.index()], std::cmp::Reverse(class)));
    // Recipients whose failures were all neutral say nothing.
    let recipients = weight.recipients.min(failures);
    match top {
        Some(Class::Conn | Class::Dns) => {
            weight.messages >= 2 || failures >= 4 && weight.duration >= HOUR
        }
        Some(Class::TmpRcpt | Class::PermRcpt | Class::Grey) => recipients >= LEAST_RECIPIENTS,
        Some(Class::TmpSys | Class::PermSys | Class::Policy | Class::Ok) | None => {
            recipients >= LEAST_FAILURES
                || recipients >= 2 && weight.duration >= HOUR
                || failures >= ALONE_FAILURES
                    && weight.duration >= ALONE_TIME
                    && weight.counts[Class::Ok.index()] == 0
        }
    }
}

/// Attempts, and those that failed; neutral ones failed too.
pub(super) fn totals(counts: &Counts) -> (u64, u64) {
    let all: u64 = counts.iter().sum();
    (all, all - counts[Class::Ok.index()])
}

/// Share of the telling attempts that failed, 0 to 1.
pub(super) fn share(counts: &Counts) -> f64 {
    let telling: u64 = counts.iter().sum::<u64>() - counts[Slot::Neutral.index()];
    failures(counts) as f64 / telling.max(1) as f64
}

/// The evidence in words.
pub(super) fn confidence(evidence: f64) -> Confidence {
    if evidence >= CERTAIN {
        Confidence::Certain
    } else if evidence >= STRONG {
        Confidence::Strong
    } else {
        Confidence::Likely
    }
}
