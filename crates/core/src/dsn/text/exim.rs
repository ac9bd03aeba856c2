//! The text of Exim (`deliver.c`, `moan.c`).
//!
//! ```text
//! This message was created automatically by mail delivery software.
//!
//! A message that you sent could not be delivered to one or more of its
//! recipients. This is a permanent error. The following address(es) failed:
//!
//!   kijitora@example.org
//!     host mail.example.org [192.0.2.222]
//!     SMTP error from remote mail server after RCPT TO:<kijitora@example.org>:
//!     550 5.1.1 User unknown
//! ```
//!
//! A recipient is indented, what is said of it is indented further. An address that came out of an alias
//! is followed by `(generated from a@b)`; the words for people are left out.

use super::{Said, append_folded, bracketed, is_address};
use crate::dsn::headers::cut_line;

/// Every recipient of a text in this format; none when it is another one.
pub(super) fn read(text: &[u8]) -> Vec<Said> {
    let start = text.trim_ascii_start();
    let ours = [
        &b"This message was created automatically by mail delivery software"[..],
        b"This message was created automatically by the mail",
    ];
    if !ours.iter().any(|words| start.starts_with(words)) {
        return Vec::new();
    }
    let mut said: Vec<Said> = Vec::new();
    let (mut rest, mut depth, mut within) = (text, 0, false);
    while !rest.is_empty() {
        let (line, after) = cut_line(rest);
        rest = after;
        let indent = line
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let words = line.trim_ascii();
        if words.is_empty() {
            within = false;
            continue;
        }
        if (!within || indent <= depth)
            && let Some((address, reply)) = recipient(words)
        {
            let mut text = Vec::new();
            append_folded(&mut text, reply);
            said.push(Said {
                address: address.to_vec(),
                text,
            });
            (depth, within) = (indent, true);
        } else if within
            && indent > depth
            && let Some(last) = said.last_mut()
        {
            if !is_alias_note(words) {
                append_folded(&mut last.text, words);
            }
        } else {
            within = false;
        }
    }
    said
}

/// A line that holds an address alone, or an address, a colon and what is said.
fn recipient(words: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some((address, rest)) = bracketed(words) {
        return Some((address, rest.strip_prefix(b":").unwrap_or(rest)));
    }
    let end = words
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(words.len());
    let (address, rest) = words.split_at_checked(end)?;
    let (address, colon) = match address.strip_suffix(b":") {
        Some(address) => (address, true),
        None => (address, false),
    };
    (is_address(address) && (colon || rest.is_empty())).then_some((address, rest))
}

fn is_alias_note(words: &[u8]) -> bool {
    words.starts_with(b"(generated from ") || words.starts_with(b"(ultimately generated from ")
}
