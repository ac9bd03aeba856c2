//! Which stretches of failure are worth a reader's time, and how sure we are.

use crate::evidence::Class;

use super::Confidence;
use super::counts::{Counts, failures};

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

/// Messages that must fail: retries of one are one story, however many.
pub(super) const LEAST_MESSAGES: u64 = 3;

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
    /// Evidence against "healthy", in nats, when every attempt is a witness of its own.
    pub(super) evidence: f64,
    /// What the changes of state cost, in nats (not above 0).
    pub(super) changes: f64,
    /// Evidence of a burst of bad addresses against "healthy", and what its changes of state cost, in nats.
    pub(super) bad_list: (f64, f64),
}

/// What a stretch of failure is worth to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// An outage.
    Outage,
    /// Failures that mean something, of too few messages or recipients to tell what.
    Minor,
    /// Everyday life.
    Nothing,
}

impl Weight {
    /// Evidence against "healthy", in nats: each message is one witness, however often it was tried again.
    pub(super) fn evidence(&self) -> f64 {
        self.evidence * self.witnesses()
    }

    /// Messages for each failure, at most 1.
    fn witnesses(&self) -> f64 {
        let failures = failures(&self.counts).max(1) as f64;
        (self.messages as f64 / failures).min(1.0)
    }

    /// What the stretch is worth.
    pub(super) fn rank(&self, least_evidence: f64) -> Rank {
        let failures = failures(&self.counts);
        let odds = self.evidence + self.changes;
        let (bad_list, changes) = self.bad_list;
        let unsure = odds < LEAST_ODDS || odds - bad_list - changes < LEAST_ODDS_BAD_LIST;
        if unsure || self.evidence < least_evidence || failures < LEAST_FAILURES {
            return Rank::Nothing;
        }
        let is_minor = self.messages < LEAST_MESSAGES
            || self.evidence() < least_evidence
            || !self.is_general(failures);
        if is_minor { Rank::Minor } else { Rank::Outage }
    }

    /// True when the failures are no matter of single recipients.
    fn is_general(&self, failures: u64) -> bool {
        let top = Class::ALL
            .into_iter()
            .filter(|&class| class != Class::Ok)
            .max_by_key(|&class| (self.counts[class.index()], std::cmp::Reverse(class)));
        // Recipients whose failures were all neutral say nothing.
        let recipients = self.recipients.min(failures);
        match top {
            Some(Class::Conn | Class::Dns) => true,
            Some(Class::TmpRcpt | Class::PermRcpt | Class::Grey) => recipients >= LEAST_RECIPIENTS,
            Some(Class::TmpSys | Class::PermSys | Class::Policy | Class::Ok) | None => {
                recipients >= LEAST_FAILURES || recipients >= 2 && self.duration >= HOUR
            }
        }
    }
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
