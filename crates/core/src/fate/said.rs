//! What a line says in its words: the instance, the reply to keep, the id behind a content filter.

use std::borrow::Cow;

use super::pool::{Arena, NONE, Store, Word};
use super::row::{RAW, RECIPIENT};
use crate::event::Delivery;
use crate::near;

/// Bytes that are kept of a reply: as much as a reader reads.
const TEXT_BYTES: usize = 400;

/// `postfix/relay` → `postfix`: services of one instance share its queue.
pub(super) fn instance_of(name: &[u8]) -> &[u8] {
    let end = near::find(b'/', name).unwrap_or(name.len());
    name.get(..end).unwrap_or(name)
}

/// What the remote side said, or what the MTA says of it, with a mark for the recipient. A text that has the
/// mark's byte in it is kept as it is, behind [`RAW`].
pub(super) fn text_of(event: &Delivery<'_>, arena: &mut Arena) -> Word {
    if event.text.is_empty() {
        return NONE;
    }
    let text = if event.reply.is_empty() {
        event.text
    } else {
        event.reply
    };
    let text = text.get(..TEXT_BYTES).unwrap_or(text);
    if memchr::memchr(RECIPIENT, text).is_some() {
        return arena.take(&[RAW, text].concat());
    }
    let Some(at) = near::find_name(event.recipient, text) else {
        return arena.take(text);
    };
    let mut marked = Vec::with_capacity(text.len());
    let (before, after) = text.split_at(at);
    marked.extend_from_slice(before);
    marked.push(RECIPIENT);
    marked.extend_from_slice(after.get(event.recipient.len()..).unwrap_or_default());
    arena.take(&marked)
}

/// A kept text with the recipient back in its place.
pub(super) fn unmarked<'a>(text: &'a [u8], recipient: &[u8]) -> Cow<'a, [u8]> {
    if let Some(text) = text.strip_prefix(RAW) {
        return Cow::Borrowed(text);
    }
    match memchr::memchr(RECIPIENT, text) {
        Some(at) => {
            let (before, after) = text.split_at(at);
            Cow::Owned([before, recipient, after.get(1..).unwrap_or_default()].concat())
        }
        None => Cow::Borrowed(text),
    }
}

/// `250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 9E2A13F` → the id.
pub(super) fn queued_as(text: &[u8]) -> Option<&[u8]> {
    const WORDS: &[u8] = b"queued as ";
    let at = memchr::memmem::rfind(text, WORDS)?;
    let id = text.get(at + WORDS.len()..)?;
    let end = id
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(id.len());
    id.get(..end).filter(|id| !id.is_empty())
}
