//! A message that a content filter gave back has two queue ids and one fate.
//!
//! `4P1Xr7: to=<a@libero.it>, relay=127.0.0.1[127.0.0.1]:10024, ..., status=sent (250 2.0.0 from
//! MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4P1Xr8)` goes on as `4P1Xr8: to=<a@libero.it>, ...`.
//!
//! A filter that does not name the second id gives the message back before it answers: the same Message-ID and
//! recipient arrive in the queue between the arrival of the first part and the filter's answer.

use std::cmp::Reverse;

use hashbrown::{HashMap, HashSet};
use rayon::slice::ParallelSliceMut;

use super::entry::Entry;
use super::packed::Packed;
use super::row::{Moment, is_success};
use crate::tally::fingerprint;

/// Stands for the queue id behind a filter that does not name it. No queue id looks like it.
pub(super) const UNNAMED: &[u8] = b"?";

/// Host, what the parts have in common, and recipient.
type Id<'l> = (Option<&'l [u8]>, Link<'l>, u64);

/// By what the later part of a filtered message is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Link<'l> {
    /// The queue id that the filter names.
    QueueId(&'l [u8]),
    /// The Message-ID, where it names none: before and after its last `@`.
    MessageId(&'l [u8], Option<&'l [u8]>),
}

impl<'l> Link<'l> {
    /// What an earlier part tells of the later one; `None` when that is nothing.
    fn ahead(entry: &Entry<'l>) -> Option<Link<'l>> {
        match entry.filtered {
            b"" => None,
            UNNAMED if entry.message_id.0.is_empty() => None,
            UNNAMED => Some(Link::MessageId(entry.message_id.0, entry.message_id.1)),
            id => Some(Link::QueueId(id)),
        }
    }
}

/// By what the part behind the filter is found.
fn ahead<'l>(entry: &Entry<'l>) -> Option<Id<'l>> {
    Some((
        entry.host,
        Link::ahead(entry)?,
        fingerprint(entry.recipient),
    ))
}

/// A part of a message that may be a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Later {
    last: Moment,
    arrival: Moment,
    /// It is given to a filter, too.
    goes_on: bool,
    place: usize,
}

/// The fates with those of filtered messages joined, in order of arrival.
pub(super) fn joined(entries: &Packed) -> Packed {
    let (whole, gone) = join(entries);
    let start = |entry: &Entry<'_>| entry.arrival.min(entry.first);
    let mut order: Vec<(Moment, usize)> = entries
        .iter()
        .filter(|(place, _)| !gone.contains(place))
        .map(|(place, entry)| (start(&entry), place))
        .collect();
    let rest = |place: usize| {
        let entry = entries.at(place)?;
        let names = (entry.host, entry.queue_id, entry.recipient, entry.original);
        // Bounces may name nothing and come at one time: all that is told of them is compared.
        let more = (entry.message_id, entry.sender, entry.filtered);
        let tries = (entry.first_attempt, entry.last_attempt, entry.attempts);
        let end = (entry.outcome, entry.failed, entry.echoes, entry.reasons);
        let why = entry.failure;
        let why = (why.code, why.status, why.reason, why.class, why.text);
        Some(((names, entry.first, entry.last), more, tries, end, why))
    };
    order.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| rest(a.1).cmp(&rest(b.1))));
    let mut all = Packed::default();
    for (_, place) in order {
        if let Some(entry) = whole.get(&place).copied().or_else(|| entries.at(place)) {
            all.push(&entry);
        }
    }
    all.shrink();
    all
}

/// Fates of filtered messages as they ended, by the place of the first part; and the places of later parts.
fn join(entries: &Packed) -> (HashMap<usize, Entry<'_>>, HashSet<usize>) {
    let (mut whole, mut gone) = (HashMap::new(), HashSet::new());
    let before: Vec<(usize, Entry<'_>)> = entries
        .iter()
        .filter(|(_, entry)| Link::ahead(entry).is_some() && is_success(entry.outcome))
        .collect();
    if before.is_empty() {
        return (whole, gone);
    }
    let mut after: HashMap<Id<'_>, Vec<Later>> = before
        .iter()
        .filter_map(|(_, entry)| Some((ahead(entry)?, Vec::new())))
        .collect();
    for (place, entry) in entries.iter() {
        let (last, arrival) = (entry.last, entry.arrival.min(entry.first));
        let (head, domain) = entry.message_id;
        for link in [Link::QueueId(entry.queue_id), Link::MessageId(head, domain)] {
            if let Some(parts) = after.get_mut(&(entry.host, link, fingerprint(entry.recipient))) {
                parts.push(Later {
                    last,
                    arrival,
                    goes_on: Link::ahead(&entry).is_some(),
                    place,
                });
            }
        }
    }
    // The later part, and of the earlier one what tells which it is, and its place.
    let mut pairs: HashMap<usize, (Moment, &[u8], usize)> = HashMap::new();
    for (place, entry) in before {
        let Some(id) = ahead(&entry) else {
            continue;
        };
        // Ids are used again: the first that came afterwards (stamps are exact to a second).
        let arrival = entry.arrival.min(entry.first);
        let follows = |other: &&Later| match id.1 {
            _ if other.place == place => false,
            Link::QueueId(_) => other.last >= entry.last,
            // In one second a part that goes on may be the one before.
            Link::MessageId(..) => {
                let comes_later =
                    other.arrival > arrival || other.arrival == arrival && !other.goes_on;
                comes_later && other.arrival <= entry.last
            }
        };
        let second = after.get(&id).into_iter().flatten().filter(follows).min();
        if let Some(later) = second {
            let first = (entry.first, entry.queue_id, place);
            let known = pairs.entry(later.place).or_insert(first);
            *known = first.min(*known);
        }
    }
    // A message may pass several filters: the last one first.
    let mut order: Vec<_> = pairs.into_iter().collect();
    order.sort_by_key(|&(second, first)| (Reverse(first), second));
    for (second, (_, _, first)) in order {
        let now = |place| whole.get(&place).copied().or_else(|| entries.at(place));
        let (Some(mut entry), Some(after)) = (now(first), now(second)) else {
            continue;
        };
        entry.last_attempt = entry.last_attempt.max(after.last_attempt);
        entry.last = after.last;
        entry.outcome = after.outcome;
        entry.failed |= after.failed;
        entry.attempts = entry.attempts.saturating_add(after.attempts);
        entry.echoes = entry.echoes.saturating_add(after.echoes);
        entry.reasons |= after.reasons;
        if after.failed {
            entry.failure = after.failure;
            entry.failed_at = after.failed_at;
        }
        whole.insert(first, entry);
        gone.insert(second);
    }
    (whole, gone)
}
