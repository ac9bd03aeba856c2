//! How many attempts there were of each class, and which kind of answer they amount to.

use crate::evidence::Class;
use crate::tally::{Bucket, Distinct, Slot};

use super::Kind;
use super::attempts::Attempt;
use super::model::Shares;

/// A kind prevails when it has this share of the failures beyond the normal ones.
const PREVAILS: f64 = 0.6;

/// Attempts by slot.
pub(super) type Counts = [u64; Slot::COUNT];

/// Counts attempts by slot.
pub(super) fn count(attempts: &[Attempt]) -> Counts {
    let mut counts = [0; Slot::COUNT];
    for attempt in attempts {
        counts[attempt.slot] += u64::from(attempt.weight);
    }
    counts
}

/// Telling failures: not accepted and not neutral.
pub(super) fn failures(counts: &Counts) -> u64 {
    counts[..Class::COUNT].iter().sum::<u64>() - counts[Class::Ok.index()]
}

/// Distinct messages and recipients that failed in these minutes.
pub(super) fn distinct(buckets: &[Bucket]) -> (u64, u64) {
    (
        Distinct::union_of(buckets.iter().map(|bucket| &bucket.messages)).count(),
        Distinct::union_of(buckets.iter().map(|bucket| &bucket.recipients)).count(),
    )
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

/// The kind of answer that prevails in these counts, beyond what is normal.
pub(super) fn prevailing_kind(counts: &Counts, base: &Shares) -> Kind {
    let telling = (failures(counts) + counts[Class::Ok.index()]) as f64;
    let excess = |class: Class| {
        let n = counts[class.index()] as f64;
        (n - base[class.index()] * telling).max(0.0)
    };
    let failing = || Class::ALL.into_iter().filter(|&class| class != Class::Ok);
    let total: f64 = failing().map(excess).sum();
    failing()
        .find(|&class| total > 0.0 && excess(class) >= PREVAILS * total)
        .map_or(Kind::Mixed, kind_of)
}

/// The kind of window that goes with a class.
pub(super) const fn kind_of(class: Class) -> Kind {
    match class {
        Class::Conn => Kind::NoConnection,
        Class::Dns => Kind::DnsFailure,
        Class::Ok | Class::TmpSys | Class::Grey => Kind::Deferred,
        Class::TmpRcpt => Kind::MailboxDeferred,
        Class::PermRcpt => Kind::RecipientRejected,
        Class::PermSys => Kind::Rejected,
        Class::Policy => Kind::Policy,
    }
}
