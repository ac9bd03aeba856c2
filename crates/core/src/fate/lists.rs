//! Lists to act on: whom to send to again, whom to take back, whom to leave off, what will expire.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cause, End, Fate, Grade, Judged, Judgement, Ledger};
use crate::evidence::Class;
use crate::reason::{Blame, Reason};
use crate::time::Timestamp;

/// An address and its refusals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The address, in lower case.
    pub address: Box<[u8]>,
    /// Messages that were refused for it.
    pub refusals: u64,
    /// The first refusal.
    pub first: Timestamp,
    /// The last one.
    pub last: Timestamp,
    /// What speaks for it; `None` in the list of genuine ones.
    pub grade: Option<Grade>,
}

/// A recipient whose message is still queued.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending<'a> {
    /// The recipient of the message.
    pub fate: Fate<'a>,
    /// What is judged of it.
    pub judged: Judged,
    /// When the message will be given up.
    pub expires: Timestamp,
}

/// Messages that an outage bounced or let expire, in order of arrival. Bounces of bounces are left out.
pub fn resend<'a>(ledger: &'a Ledger, judgement: &Judgement) -> Vec<(Fate<'a>, Judged)> {
    let refused_elsewhere = addresses(ledger, judgement, Refusals::Own);
    judged(ledger, judgement)
        .filter(|(fate, judged)| {
            judged.cause == Cause::Outage
                && matches!(fate.end, End::Bounced | End::Expired)
                && fate.sender.is_none_or(|sender| !sender.is_empty())
                && !refused_elsewhere.contains_key(&fate.mailed().to_ascii_lowercase()[..])
        })
        .collect()
}

/// Addresses that only an outage refused, in order of their names.
pub fn reinstate(ledger: &Ledger, judgement: &Judgement) -> Vec<Listed> {
    let own = addresses(ledger, judgement, Refusals::Own);
    addresses(ledger, judgement, Refusals::OfOutages)
        .into_values()
        .filter(|listed| !own.contains_key(&listed.address))
        .collect()
}

/// How many of the addresses to reinstate each outage refused, by the places of its destination and its own.
pub fn reinstate_by_outage(
    ledger: &Ledger,
    judgement: &Judgement,
) -> BTreeMap<(usize, usize), u64> {
    let own = addresses(ledger, judgement, Refusals::Own);
    let mut all: BTreeMap<(usize, usize), BTreeSet<Box<[u8]>>> = BTreeMap::new();
    for (fate, judged) in judged(ledger, judgement) {
        let place = judged.place.filter(|_| judged.cause == Cause::Outage);
        if let Some(place) = place
            && fate.end == End::Bounced
        {
            let address = fate.mailed().to_ascii_lowercase().into_boxed_slice();
            if !own.contains_key(&address) {
                let place = (place.destination, place.outage);
                all.entry(place).or_default().insert(address);
            }
        }
    }
    all.into_iter()
        .map(|(place, addresses)| (place, addresses.len() as u64))
        .collect()
}

/// Addresses that were refused outside of any outage, in words or by a code that say that the recipient, or its
/// domain, does not exist or takes no mail; in order of their names.
pub fn genuine(ledger: &Ledger, judgement: &Judgement) -> Vec<Listed> {
    addresses(ledger, judgement, Refusals::Blaming)
        .into_values()
        .collect()
}

/// Recipients whose messages are still queued, the next to expire first. `lifetime_s` is how long the
/// sending MTA keeps trying, in seconds.
pub fn pending<'a>(ledger: &'a Ledger, judgement: &Judgement, lifetime_s: f64) -> Vec<Pending<'a>> {
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    let lifetime = (lifetime_s * 1000.0) as i64;
    let mut all: Vec<Pending<'_>> = judged(ledger, judgement)
        .filter(|(fate, _)| fate.end == End::Pending)
        .map(|(fate, judged)| {
            let arrival = fate.arrival.unwrap_or(fate.first);
            let expires = Timestamp::from_millis(arrival.as_millis().saturating_add(lifetime));
            Pending {
                fate,
                judged,
                expires,
            }
        })
        .collect();
    all.sort_by_key(|pending| pending.expires);
    all
}

fn judged<'a>(
    ledger: &'a Ledger,
    judgement: &Judgement,
) -> impl Iterator<Item = (Fate<'a>, Judged)> {
    ledger.iter().zip(judgement.fates.iter().copied())
}

/// Which refusals of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusals {
    /// Outages' doing.
    OfOutages,
    /// Those of them that blame the recipient or its domain.
    Blaming,
    /// Of the recipient itself as far as can be seen, outside of outages.
    Own,
}

fn is_own(fate: &Fate<'_>, judged: &Judged) -> bool {
    judged.place.is_none() && fate.class == Some(Class::PermRcpt)
}

fn blames_recipient(fate: &Fate<'_>) -> bool {
    let blame = fate.reason.map(Reason::blame);
    matches!(blame, Some(Blame::Recipient | Blame::RecipientDomain))
}

fn addresses(
    ledger: &Ledger,
    judgement: &Judgement,
    which: Refusals,
) -> BTreeMap<Box<[u8]>, Listed> {
    let mut all: BTreeMap<Box<[u8]>, Listed> = BTreeMap::new();
    for (fate, judged) in judged(ledger, judgement) {
        let counts = fate.end == End::Bounced
            && match which {
                Refusals::OfOutages => judged.cause == Cause::Outage,
                Refusals::Blaming => is_own(&fate, &judged) && blames_recipient(&fate),
                Refusals::Own => is_own(&fate, &judged),
            };
        if !counts {
            continue;
        }
        let address = fate.mailed().to_ascii_lowercase().into_boxed_slice();
        let listed = all.entry(address.clone()).or_insert(Listed {
            address,
            refusals: 0,
            first: fate.last,
            last: fate.last,
            grade: judged.grade,
        });
        listed.refusals += 1;
        listed.first = listed.first.min(fate.last);
        listed.last = listed.last.max(fate.last);
        listed.grade = listed.grade.min(judged.grade);
    }
    all
}
