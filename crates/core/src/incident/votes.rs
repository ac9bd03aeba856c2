//! All operators as one destination, in which each has one voice.
//!
//! Counted by attempts, the largest operator would be all that is seen; so each operator counts once for each kind
//! of answer that it gave in a minute. What is left is the share of operators that fail: near nothing on any day,
//! most of them when our own side fails.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::View;
use crate::address::Domain;
use crate::operator::Operator;
use crate::tally::{Bucket, Delays, Evidence, Few, MINUTE, Minute, Slot, Span};
use crate::time::Timestamp;

/// What the operators said in each minute, as evidence about our own side; of one reporting host, or of all.
/// Refused recipients are no concern of our side: they are neutral.
pub(super) fn of(all: &View<'_>, operators: &[Operator], host: Option<&[u8]>) -> Evidence {
    let minutes = operators
        .par_iter()
        .fold(HashMap::new, |mut minutes, operator| {
            add(&mut minutes, all, operator, host);
            minutes
        })
        .reduce(HashMap::new, |mut all, other| {
            if all.is_empty() {
                return other;
            }
            for (minute, bucket) in other {
                match all.get_mut(&minute) {
                    Some(sum) => join(sum, &bucket),
                    None => {
                        all.insert(minute, bucket);
                    }
                }
            }
            all
        });
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
fn add(
    minutes: &mut HashMap<i64, Bucket>,
    all: &View<'_>,
    operator: &Operator,
    host: Option<&[u8]>,
) {
    let mut cells: Vec<&[Minute]> = Vec::new();
    for (_, destination) in all.telling(operator) {
        let of_hosts = destination.minutes();
        let wanted = of_hosts.filter(|&(name, _)| host.is_none_or(|host| host == name));
        cells.extend(wanted.map(|(_, cells)| cells));
    }
    if let [cells] = cells[..] {
        for cell in cells {
            vote(minutes, cell.number, &[cell]);
        }
        return;
    }
    let mut cells: Vec<&Minute> = cells.into_iter().flatten().collect();
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
