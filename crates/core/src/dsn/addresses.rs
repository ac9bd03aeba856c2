//! Who failed, where the fields alone do not say it.
//!
//! Exim's Final-Recipient is the alias that was mailed; the address that failed stands in X-Failed-Recipients
//! and in the text (`debian@box.example (generated from root@box.example)`). `CommuniGate` writes a
//! Final-Recipient without a domain. A message that was cut off may end within its last address.

use super::headers::Headers;
use super::report::Recipient;
use super::text::{Families, Said, addresses};

/// Recipients that are compared with each other: it costs their product.
const MAX_COMPARED: usize = 200;

/// Completes the addresses of recipients by the header of the bounce, its text, and the header of the returned
/// message.
pub(super) fn complete(
    recipients: &mut [Recipient],
    headers: &Headers<'_>,
    families: &Families,
    returned: Option<&Headers<'_>>,
) {
    if recipients.len() > MAX_COMPARED {
        return;
    }
    let said: &[Said] = families.as_ref().map_or(&[], |(_, said)| said);
    let said = said.get(..MAX_COMPARED).unwrap_or(said);
    let failed = all_in(headers.value(b"x-failed-recipients"));
    let mailed = all_in(returned.and_then(|returned| returned.value(b"to")));
    let known: Vec<&[u8]> = said
        .iter()
        .map(|said| &*said.address)
        .chain(failed.iter().map(Vec::as_slice))
        .chain(mailed.iter().map(Vec::as_slice))
        .take(MAX_COMPARED)
        .collect();
    for recipient in recipients.iter_mut() {
        add_domain(recipient, &known);
    }
    // What the returned message follows was not cut.
    if returned.is_none()
        && let Some(last) = recipients.last_mut()
    {
        finish_cut(last, &known);
    }
    name_failed(recipients, said);
    if let [recipient] = recipients
        && let [failed] = &*failed
        && recipient.original.is_none()
        && recipient.address.contains(&b'@')
        && !same(failed, &recipient.address)
    {
        let mailed_is_failed = mailed.iter().any(|mailed| same(mailed, failed));
        let address = std::mem::take(&mut recipient.address);
        if mailed_is_failed {
            recipient.set_address(address, Some(failed.clone()));
        } else {
            recipient.set_address(failed.clone(), Some(address));
        }
    }
}

fn all_in(value: Option<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    addresses(&value.unwrap_or_default(), &mut |address| {
        if all.len() < MAX_COMPARED {
            all.push(address.to_vec());
        }
    });
    all
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// `f.b` → `f.b@libero.example`, where an address with the same local part is named.
fn add_domain(recipient: &mut Recipient, known: &[&[u8]]) {
    if recipient.address.is_empty() || recipient.address.contains(&b'@') {
        return;
    }
    let agrees = |address: &[u8]| {
        address
            .rsplitn(2, |&byte| byte == b'@')
            .nth(1)
            .is_some_and(|name| same(name, &recipient.address))
    };
    let original = recipient.original.as_deref();
    let found = original
        .into_iter()
        .chain(known.iter().copied())
        .find(|address| agrees(address));
    if let Some(found) = found.map(<[u8]>::to_vec) {
        let original = recipient.original.take();
        recipient.set_address(found, original);
    }
}

/// The last address of a message that ends within it: nothing follows it, and its field ends the group.
fn finish_cut(recipient: &mut Recipient, known: &[&[u8]]) {
    let is_last = recipient.fields.last().is_some_and(|field| {
        [&b"final-recipient"[..], b"original-recipient"]
            .iter()
            .any(|name| same(name, &field.name))
    });
    if !is_last || recipient.address.is_empty() {
        return;
    }
    let begins = |address: &[u8]| {
        address.len() > recipient.address.len()
            && address
                .get(..recipient.address.len())
                .is_some_and(|start| same(start, &recipient.address))
    };
    let is_known = known
        .iter()
        .any(|address| same(address, &recipient.address));
    if let Some(whole) = known.iter().find(|address| begins(address))
        && !is_known
    {
        let original = recipient.original.take();
        recipient.set_address(whole.to_vec(), original);
    }
}

/// Where a recipient is the alias that others came from, those that failed take its place, in their order.
fn name_failed(recipients: &mut [Recipient], said: &[Said]) {
    let mut taken = vec![false; said.len()];
    for recipient in recipients.iter_mut().filter(|one| one.original.is_none()) {
        if said
            .iter()
            .any(|said| same(&said.address, &recipient.address))
        {
            continue;
        }
        let found = said.iter().zip(&mut taken).find(|(said, taken)| {
            !**taken
                && said
                    .original
                    .as_ref()
                    .is_some_and(|original| same(original, &recipient.address))
        });
        if let Some((said, taken)) = found {
            *taken = true;
            let alias = std::mem::take(&mut recipient.address);
            recipient.set_address(said.address.clone(), Some(alias));
        }
    }
}
