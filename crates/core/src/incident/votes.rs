//! All operators as one destination, in which each has one voice.
//!
//! Counted by attempts, the largest operator would be all that is seen; so each operator counts once for each kind
//! of answer that it gave in a minute. What is left is the share of operators that fail: near nothing on any day,
//! most of them when our own side fails.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::View;
use crate::address::Domain;
use crate::evidence::Class;
use crate::operator::Operator;
use crate::tally::{Bucket, Delays, Evidence, Few, MINUTE, Minute, Slot, Span};
use crate::time::Timestamp;

/// The minutes of each operator, as one reporting host saw them or as all did.
pub(super) type Seen<'d> = BTreeMap<usize, Vec<&'d [Minute]>>;

/// What all hosts of ours saw of each operator.
pub(super) fn seen_by_all<'d>(all: &View<'d>, operators: &'d [Operator]) -> Seen<'d> {
    let mut seen = Seen::new();
    for (place, operator) in operators.iter().enumerate() {
        for (_, destination) in all.telling(operator) {
            let cells = destination.minutes().map(|(_, cells)| cells);
            seen.entry(place).or_default().extend(cells);
        }
    }
    seen
}

/// What each host of ours saw of each operator.
pub(super) fn seen_by_hosts<'d>(
    all: &View<'d>,
    operators: &'d [Operator],
) -> BTreeMap<&'d [u8], Seen<'d>> {
    let mut hosts: BTreeMap<&[u8], Seen<'d>> = BTreeMap::new();
    for (place, operator) in operators.iter().enumerate() {
        for (_, destination) in all.telling(operator) {
            for (host, cells) in destination.minutes() {
                let seen = hosts.entry(host).or_default();
                seen.entry(place).or_default().push(cells);
            }
        }
    }
    hosts
}

/// Parts that are counted at once, at most: each has its own map of all minutes.
const MOST_PARTS: usize = 4;

/// What the operators said in each minute, as evidence about our own side. Refused recipients and what receivers
/// think of our mail are no concern of it: they are neutral.
pub(super) fn of(seen: &Seen<'_>) -> Evidence {
    let operators: Vec<&Vec<&[Minute]>> = seen.values().collect();
    let parts = operators.par_chunks(operators.len().div_ceil(MOST_PARTS).max(1));
    let parts: Vec<HashMap<i64, Bucket>> = parts
        .map(|part| {
            let mut minutes = HashMap::new();
            for cells in part {
                add(&mut minutes, cells);
            }
            minutes
        })
        .collect();
    let mut minutes: HashMap<i64, Bucket> = HashMap::new();
    for part in parts {
        if minutes.is_empty() {
            minutes = part;
            continue;
        }
        for (minute, bucket) in part {
            match minutes.get_mut(&minute) {
                Some(sum) => join(sum, &bucket),
                None => {
                    minutes.insert(minute, bucket);
                }
            }
        }
    }
    let mut buckets: Vec<Bucket> = minutes.into_values().collect();
    buckets.sort_unstable_by_key(|bucket| bucket.minute);
    Evidence {
        domain: Domain::new(b""),
        hosts: 1,
        buckets,
        replies: Vec::new(),
        relays: Vec::new(),
        delays: Delays::default(),
        echoes: 0,
        bounces_only: false,
    }
}

/// Adds the voice of one operator in each minute.
fn add(minutes: &mut HashMap<i64, Bucket>, cells: &[&[Minute]]) {
    if let [cells] = cells {
        for cell in *cells {
            vote(minutes, cell.number, &[cell]);
        }
        return;
    }
    let mut cells: Vec<&Minute> = cells.iter().copied().flatten().collect();
    cells.sort_by_key(|cell| cell.number);
    for same in cells.chunk_by(|a, b| a.number == b.number) {
        if let Some(first) = same.first() {
            vote(minutes, first.number, same);
        }
    }
}

/// One voice for each kind of answer in the cells of one minute.
fn vote(minutes: &mut HashMap<i64, Bucket>, minute: i64, cells: &[&Minute]) {
    let sum = minutes.entry(minute).or_insert_with(|| Bucket {
        minute,
        counts: [0; Slot::COUNT],
        spans: [None; Slot::COUNT],
        strangers: 0,
        messages: Few::default(),
        recipients: Few::default(),
    });
    if let [cell] = cells
        && cell.failed.is_none()
    {
        // Nearly all minutes of nearly all operators: mail was taken and nothing failed.
        let [n, ..] = &mut sum.counts;
        let [span, ..] = &mut sum.spans;
        let own = cell.accepted();
        *n = n.saturating_add(u32::from(own.is_some()));
        *span = match (*span, own) {
            (Some(a), Some(b)) => Some(wider(a, b)),
            (a, b) => a.or(b),
        };
        return;
    }
    let mut said = [None::<Span>; Slot::COUNT];
    for cell in cells {
        let start = cell.number.saturating_mul(MINUTE);
        let at = |offset: u16| Timestamp::from_millis(start.saturating_add(i64::from(offset)));
        for ((n, offsets), said) in cell.counts().into_iter().zip(cell.offsets()).zip(&mut said) {
            if n > 0 {
                let own = Span {
                    first: at(offsets.first),
                    last: at(offsets.last),
                };
                *said = Some(said.map_or(own, |known| wider(known, own)));
            }
        }
        if let Some(failed) = &cell.failed {
            sum.messages.merge(&failed.messages);
            sum.recipients.merge(&failed.recipients);
        }
    }
    let (policy, neutral) = (Class::Policy.index(), Slot::Neutral.index());
    said[neutral] = match (said[neutral], said[policy].take()) {
        (Some(a), Some(b)) => Some(wider(a, b)),
        (a, b) => a.or(b),
    };
    for ((count, span), said) in sum.counts.iter_mut().zip(&mut sum.spans).zip(said) {
        if let Some(said) = said {
            *count = count.saturating_add(1);
            *span = Some(span.map_or(said, |known| wider(known, said)));
        }
    }
}

fn join(sum: &mut Bucket, other: &Bucket) {
    for (n, more) in sum.counts.iter_mut().zip(other.counts) {
        *n = n.saturating_add(more);
    }
    for (span, more) in sum.spans.iter_mut().zip(other.spans) {
        *span = match (*span, more) {
            (Some(a), Some(b)) => Some(wider(a, b)),
            (a, b) => a.or(b),
        };
    }
    sum.messages.merge(&other.messages);
    sum.recipients.merge(&other.recipients);
}

fn wider(a: Span, b: Span) -> Span {
    Span {
        first: a.first.min(b.first),
        last: a.last.max(b.last),
    }
}
