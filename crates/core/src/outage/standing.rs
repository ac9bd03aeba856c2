//! Destinations whose trouble has no beginning and no end in the log.
//!
//! *Unreachable*: nothing was ever accepted. With nothing good to compare with, this is told from an outage
//! by time and by constancy. A domain is listed when
//! - the name service said for good that it does not exist or takes no mail; or
//! - it refused recipients only, at least [`LEAST_REFUSED`] different ones (one dead mailbox says nothing
//!   about the rest of the domain); or
//! - its host always answered with a refusal (policy, a permanent fault) to at least [`LEAST_REFUSALS`]
//!   messages; or
//! - temporary failures lasted [`LASTING`] or more, longer than nearly every outage; or
//! - there was one kind of temporary failure only, and it has been given up: no attempt in the last
//!   [`SETTLED`] of the log. One or two attempts are enough then.
//!
//! What is left, a short series of temporary failures that goes on at the end of the log, may be an outage.
//!
//! *Chronic*: one composition with a high share of failures explains the whole log at least as well as
//! health with outages does, from the first third of the time to the last.

use crate::evidence::Class;
use crate::reason::Reason;
use crate::tally::{Bucket, Evidence, Slot};
use crate::time::Timestamp;

use super::assemble::{Counts, count, failures, kind};
use super::attempts::Attempt;
use super::baseline::Fit;
use super::gate::{distinct, share, totals};
use super::label::answer;
use super::model::HEALTHY;
use super::{Kind, Standing, millis};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Temporary failures this long (milliseconds) are no outage when nothing was ever accepted.
const LASTING: i64 = 2 * DAY;

/// Without an attempt for this long (milliseconds) before the end of the log the sender has given up.
const SETTLED: i64 = DAY;

/// Share of one class among the failures that are of one kind only.
const CONSTANT: f64 = 0.9;

/// Distinct recipients, all refused, that make a domain unreachable.
const LEAST_REFUSED: u64 = 4;

/// Distinct messages, all refused by its host, that make a domain unreachable.
const LEAST_REFUSALS: u64 = 3;

/// A steady share of failures (recipients of their own apart) below this is everyday life.
pub(super) const LEAST_STEADY: f64 = 0.15;

/// A steady share must have been seen for this long (milliseconds).
const LEAST_STEADY_TIME: i64 = 3 * DAY;

/// Each third of that time must have at least this many failures,
const LEAST_FAILURES_PER_THIRD: u64 = 2;

/// and at least this part of the steady share, so that nothing began or ended.
const LEAST_PART: f64 = 0.5;

/// Part of the minutes that the steady state must hold.
const LEAST_HELD: f64 = 0.6;

/// True when nothing was ever accepted.
pub(super) fn never_worked(counts: &Counts) -> bool {
    counts[Class::Ok.index()] == 0 && failures(counts) > 0
}

/// True when a destination that never worked is to be listed as unreachable (see the head of this file).
pub(super) fn is_unreachable(
    evidence: &Evidence,
    counts: &Counts,
    span: (Timestamp, Timestamp),
    log: (Timestamp, Timestamp),
) -> bool {
    let failures = failures(counts);
    let of = |class: Class| counts[class.index()];
    if is_said_for_good(evidence, failures) {
        return true;
    }
    let (messages, recipients) = distinct(&evidence.buckets);
    if of(Class::TmpRcpt) + of(Class::PermRcpt) == failures {
        return recipients >= LEAST_REFUSED;
    }
    if of(Class::Policy) + of(Class::PermSys) + of(Class::PermRcpt) == failures {
        return messages >= LEAST_REFUSALS;
    }
    let largest = Class::ALL.map(of).into_iter().max().unwrap_or(0);
    let constant = largest as f64 >= CONSTANT * failures as f64;
    let (lasted, since) = (millis(span.0, span.1), millis(span.1, log.1));
    lasted >= LASTING || constant && since >= SETTLED
}

/// True when the name service said for good that the domain does not exist or takes no mail.
pub(super) fn is_said_for_good(evidence: &Evidence, failures: u64) -> bool {
    let said: u64 = evidence
        .replies
        .iter()
        .filter(|group| {
            matches!(
                group.reason,
                Reason::NoSuchDomain | Reason::DomainRefusesMail
            ) && group.class == Class::Dns
        })
        .map(|group| group.count)
        .sum();
    said > 0 && said as f64 >= CONSTANT * failures as f64
}

/// Share of the failures that are no recipient's own, in a composition by class.
pub(super) fn system_share(shares: &[f64]) -> f64 {
    Class::ALL
        .into_iter()
        .filter(|&class| class != Class::Ok && !class.is_recipient_scope())
        .filter_map(|class| shares.get(class.index()))
        .sum()
}

/// True when the steady fit describes the destination from first to last better than health with outages.
pub(super) fn is_steady(
    buckets: &[Bucket],
    attempts: &[Attempt],
    steady: &Fit,
    capped: &Fit,
) -> bool {
    let (Some(first), Some(last)) = (attempts.first(), attempts.last()) else {
        return false;
    };
    let length = millis(first.time, last.time);
    if length < LEAST_STEADY_TIME || steady.path.score < capped.path.score {
        return false;
    }
    let held = steady
        .path
        .states
        .iter()
        .filter(|&&state| usize::from(state) == HEALTHY)
        .count();
    if (held as f64) < LEAST_HELD * buckets.len() as f64 {
        return false;
    }
    let whole = share(&count(attempts));
    (0..3).all(|third| {
        let edge = |k: i64| first.time.as_millis().saturating_add(length / 3 * k);
        let from = attempts.partition_point(|a| a.time.as_millis() < edge(third));
        let to = if third == 2 {
            attempts.len()
        } else {
            attempts.partition_point(|a| a.time.as_millis() < edge(third + 1))
        };
        let counts = count(attempts.get(from..to).unwrap_or_default());
        failures(&counts) >= LEAST_FAILURES_PER_THIRD && share(&counts) >= LEAST_PART * whole
    })
}

/// Describes a destination over the whole log.
pub(super) fn standing(
    evidence: &Evidence,
    counts: &Counts,
    span: (Timestamp, Timestamp),
) -> Standing {
    let kind: Kind = kind(counts, &[0.0; Class::COUNT]);
    let answer = answer(evidence, kind, span.0, span.1);
    let (messages, recipients) = distinct(&evidence.buckets);
    Standing {
        domain: evidence.domain.clone(),
        certain: true,
        kind,
        label: answer.label,
        share: share(counts),
        attempts: totals(counts).0,
        messages,
        recipients,
        first: span.0,
        last: span.1,
        sample: answer.sample,
    }
}

/// Attempts of the whole log by slot.
pub(super) fn whole(buckets: &[Bucket]) -> Counts {
    let mut counts = [0; Slot::COUNT];
    for bucket in buckets {
        for (sum, &n) in counts.iter_mut().zip(&bucket.counts) {
            *sum += u64::from(n);
        }
    }
    counts
}
