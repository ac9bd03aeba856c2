//! Refusals that are sent as disposition notifications (RFC 5429 section 2.1, RFC 8098).
//!
//! ```text
//! Your message to <a@libero.example> was automatically rejected: Quota exceeded
//! Disposition: automatic-action/MDN-sent-automatically; deleted
//! ```
//!
//! Mail stores refuse mail this way after they have taken it. A receipt tells of what a person did.

use super::container::Parts;
use super::deviation::Deviations;
use super::headers::Headers;
use super::sender::{Author, Sender};

/// Parts of words for a refusal, in the languages of mail stores, in lower case.
const WORDS: [&str; 22] = [
    "abgelehnt",
    "abgewiesen",
    "afgewezen",
    "avvis",
    "avvisats",
    "could not be delivered",
    "discarded by",
    "geweigerd",
    "hylätty",
    "odrzuc",
    "odmítnut",
    "over quota",
    "quota exceeded",
    "recusad",
    "refus",
    "reject",
    "rechaz",
    "rejeit",
    "respint",
    "rifiutat",
    "verweigert",
    "отклон",
];

/// True for a disposition notification by which a message was refused.
pub(super) fn is_told(headers: &Headers<'_>, parts: &Parts<'_>, subject: &str) -> bool {
    /// They say it in their first lines.
    const MAX_SEARCH: usize = 2048;
    let Some(notification) = &parts.disposition else {
        return false;
    };
    let (fields, _) = Headers::split(notification, &mut Deviations::default());
    let disposition = fields.words(b"disposition");
    let Some((mode, kind)) = disposition.split_once(';') else {
        return false;
    };
    // `displayed` and `processed` tell of a message that was taken, `dispatched` of one that went elsewhere.
    let gone = ["deleted", "denied", "failed"]
        .iter()
        .any(|word| kind.trim_start().starts_with(word));
    if !gone || mode.starts_with("manual-action") {
        return false;
    }
    let daemon = matches!(
        Sender::of(headers).author,
        Author::MailerDaemon | Author::Postmaster
    );
    let text = parts.text.as_deref().unwrap_or_default();
    let text = text.get(..MAX_SEARCH).unwrap_or(text);
    let text = String::from_utf8_lossy(text).to_lowercase();
    daemon
        || WORDS
            .iter()
            .any(|word| subject.contains(word) || text.contains(word))
}
