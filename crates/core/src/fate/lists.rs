//! Lists to act on: whom to send to again, whom to take back, whom to leave off, what will expire.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attribution, Cause, End, Fate, Grade, Ledger};
use crate::evidence::Class;
use crate::outage::OutageId;
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
    /// Which outage it belongs to.
    pub attribution: Attribution,
    /// When the message will be given up.
    pub expires: Timestamp,
}

/// Messages that an outage bounced or let expire, in order of arrival. Bounces of bounces are left out.
pub fn resend<'a>(
    ledger: &'a Ledger,
    attributions: &[Attribution],
) -> Vec<(Fate<'a>, Attribution)> {
    let refused_elsewhere = addresses(ledger, attributions, Refusals::Own);
    attributed(ledger, attributions)
        .filter(|(fate, attribution)| {
            attribution.cause == Cause::Outage
                && matches!(fate.end, End::Bounced | End::Expired)
                && fate.sender.is_none_or(|sender| !sender.is_empty())
                && !refused_elsewhere.contains_key(&fate.mailed().to_ascii_lowercase()[..])
        })
        .collect()
}

/// Addresses that only an outage refused, in order of their names.
pub fn reinstate(ledger: &Ledger, attributions: &[Attribution]) -> Vec<Listed> {
    let own = addresses(ledger, attributions, Refusals::Own);
    addresses(ledger, attributions, Refusals::OfOutages)
        .into_values()
        .filter(|listed| !own.contains_key(&listed.address))
        .collect()
}

/// How many of the addresses to reinstate each outage refused, by the number of the outage.
pub fn reinstate_by_outage(
    ledger: &Ledger,
    attributions: &[Attribution],
) -> BTreeMap<OutageId, u64> {
    let own = addresses(ledger, attributions, Refusals::Own);
    let mut all: BTreeMap<OutageId, BTreeSet<Box<[u8]>>> = BTreeMap::new();
    for (fate, attribution) in attributed(ledger, attributions) {
        let id = attribution
            .outage
            .filter(|_| attribution.cause == Cause::Outage);
        if let Some(id) = id
            && fate.end == End::Bounced
        {
            let address = fate.mailed().to_ascii_lowercase().into_boxed_slice();
            if !own.contains_key(&address) {
                all.entry(id).or_default().insert(address);
            }
        }
    }
    all.into_iter()
        .map(|(id, addresses)| (id, addresses.len() as u64))
        .collect()
}

/// Addresses that were refused outside of any outage, in words or by a code that say that the recipient, or its
/// domain, does not exist or takes no mail; in order of their names.
pub fn genuine(ledger: &Ledger, attributions: &[Attribution]) -> Vec<Listed> {
    addresses(ledger, attributions, Refusals::Blaming)
        .into_values()
        .collect()
}

/// Recipients whose messages are still queued, the next to expire first. `lifetime_s` is how long the
/// sending MTA keeps trying, in seconds.
pub fn pending<'a>(
    ledger: &'a Ledger,
    attributions: &[Attribution],
    lifetime_s: f64,
) -> Vec<Pending<'a>> {
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    let lifetime = (lifetime_s * 1000.0) as i64;
    let mut all: Vec<Pending<'_>> = attributed(ledger, attributions)
        .filter(|(fate, _)| fate.end == End::Pending)
        .map(|(fate, attribution)| {
            let arrival = fate.arrival.unwrap_or(fate.first);
            let expires = Timestamp::from_millis(arrival.as_millis().saturating_add(lifetime));
            Pending {
                fate,
                attribution,
                expires,
            }
        })
        .collect();
    all.sort_by_key(|pending| pending.expires);
    all
}

fn attributed<'a>(
    ledger: &'a Ledger,
    attributions: &[Attribution],
) -> impl Iterator<Item = (Fate<'a>, Attribution)> {
    ledger.iter().zip(attributions.iter().copied())
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

fn is_own(fate: &Fate<'_>, attribution: Attribution) -> bool {
    attribution.outage.is_none() && fate.class == Some(Class::PermRcpt)
}

fn blames_recipient(fate: &Fate<'_>) -> bool {
    let blame = fate.reason.map(Reason::blame);
    matches!(blame, Some(Blame::Recipient | Blame::RecipientDomain))
}

fn addresses(
    ledger: &Ledger,
    attributions: &[Attribution],
    which: Refusals,
) -> BTreeMap<Box<[u8]>, Listed> {
    let mut all: BTreeMap<Box<[u8]>, Listed> = BTreeMap::new();
    for (fate, attribution) in attributed(ledger, attributions) {
        let counts = fate.end == End::Bounced
            && match which {
                Refusals::OfOutages => attribution.cause == Cause::Outage,
                Refusals::Blaming => is_own(&fate, attribution) && blames_recipient(&fate),
                Refusals::Own => is_own(&fate, attribution),
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
            grade: attribution.grade,
        });
        listed.refusals += 1;
        listed.first = listed.first.min(fate.last);
        listed.last = listed.last.max(fate.last);
        listed.grade = listed.grade.min(attribution.grade);
    }
    all
}
