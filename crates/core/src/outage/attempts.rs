//! Single attempts in order of time, as far as the counts of a minute still show them.
//!
//! A minute keeps the count and the first and last time of each slot: up to two attempts of a slot are
//! exact, more are spread evenly between the first and the last. Large counts are kept as a few points
//! with weights, so that memory grows with minutes and not with mail.

use super::Kind;
use crate::evidence::Class;
use crate::tally::{Bucket, Slot};
use crate::time::Timestamp;

/// Points that stand for the attempts of one slot in one minute, at most.
const POINTS: u32 = 8;

const MILLIS_PER_MINUTE: i64 = 60_000;

/// One attempt, or several that cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    /// When.
    pub(super) time: Timestamp,
    /// What came of it, by [`Slot::index`].
    pub(super) slot: usize,
    /// How many.
    pub(super) weight: u32,
}

/// The attempts of all minutes.
#[derive(Debug)]
pub(super) struct Attempts {
    /// In order of time.
    pub(super) all: Vec<Attempt>,
    /// Where each minute begins in `all`, and the end of the last one.
    pub(super) starts: Vec<usize>,
}

impl Attempts {
    /// Takes the minutes apart.
    pub(super) fn of(buckets: &[Bucket]) -> Attempts {
        let (mut all, mut starts) = (Vec::new(), Vec::with_capacity(buckets.len() + 1));
        let mut floor = Timestamp::from_millis(i64::MIN);
        for bucket in buckets {
            let begin = all.len();
            starts.push(begin);
            spread(bucket, &mut all);
            all[begin..].sort_by_key(|attempt| attempt.time);
            // Whatever the spans say, the sequence is in order of time.
            for attempt in &mut all[begin..] {
                floor = floor.max(attempt.time);
                attempt.time = floor;
            }
        }
        starts.push(all.len());
        Attempts { all, starts }
    }
}

/// Adds the attempts of one minute, by slot.
fn spread(bucket: &Bucket, all: &mut Vec<Attempt>) {
    for (slot, &count) in bucket.counts.iter().enumerate().take(Slot::COUNT) {
        if count == 0 {
            continue;
        }
        let (first, last) = span(bucket, slot);
        let points = count.min(POINTS);
        for point in 0..points {
            let part = |k: u32| u64::from(count) * u64::from(k) / u64::from(points);
            let weight = u32::try_from(part(point + 1) - part(point)).unwrap_or(u32::MAX);
            let length = i128::from(last) - i128::from(first);
            let offset = if points == 1 {
                0
            } else {
                length * i128::from(point) / i128::from(points - 1)
            };
            let time = i64::try_from(i128::from(first) + offset).unwrap_or(last);
            all.push(Attempt {
                time: Timestamp::from_millis(time),
                slot,
                weight,
            });
        }
    }
}

/// First and last time of a slot in milliseconds; the middle of the minute where they are missing.
fn span(bucket: &Bucket, slot: usize) -> (i64, i64) {
    if let Some(span) = bucket.spans.get(slot).copied().flatten() {
        let (a, b) = (span.first.as_millis(), span.last.as_millis());
        return (a.min(b), a.max(b));
    }
    let middle = bucket
        .minute
        .saturating_mul(MILLIS_PER_MINUTE)
        .saturating_add(MILLIS_PER_MINUTE / 2);
    (middle, middle)
}

/// Middle of the attempts of a minute, in seconds.
pub(super) fn middle(bucket: &Bucket) -> f64 {
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    for (slot, &count) in bucket.counts.iter().enumerate() {
        if count > 0 {
            let (a, b) = span(bucket, slot);
            (first, last) = (first.min(a), last.max(b));
        }
    }
    if first > last {
        return bucket.minute as f64 * 60.0;
    }
    (first as f64 / 2.0 + last as f64 / 2.0) / 1000.0
}

/// What an attempt shows of the bounds of a stretch of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// The destination did not work.
    Failure,
    /// Mail was accepted; or its host answered, where it is out of reach in the stretch.
    Works,
    /// Neither: a refusal of one recipient repeated, where others are what fails.
    Nothing,
}

/// What an attempt shows where a stretch begins or ends with answers of that kind.
pub(super) fn shows(attempt: &Attempt, kind: Kind) -> Shows {
    let recipient = [Class::TmpRcpt, Class::PermRcpt].map(Class::index);
    let out_of_reach = matches!(kind, Kind::NoConnection | Kind::DnsFailure);
    let slot = attempt.slot;
    if slot == Class::Ok.index() {
        return Shows::Works;
    }
    if slot == Slot::Neutral.index() {
        return match kind {
            _ if out_of_reach => Shows::Works,
            Kind::MailboxDeferred => Shows::Failure,
            _ => Shows::Nothing,
        };
    }
    if out_of_reach && recipient.contains(&slot) {
        return Shows::Works;
    }
    Shows::Failure
}
