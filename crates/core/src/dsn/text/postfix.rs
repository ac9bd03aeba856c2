//! The text of Postfix (`bounce_notify_util.c`), which it also puts before its status part.
//!
//! ```text
//! This is the Postfix program at host dinsdale.python.org.
//!
//! <gone@local.example>: host mail.local.example[192.0.2.9] said: 550 5.1.1
//!     <gone@local.example>: User unknown (in reply to RCPT TO command)
//! ```
//!
//! Paragraphs that begin with `<recipient>:`, or `<recipient> (expanded from <alias>):`; folds are indented.

use memchr::memmem;

use super::{Said, append_folded, bracketed};
use crate::dsn::headers::cut_line;

/// Every recipient of a text in this format; none when it is another one.
pub(super) fn read(text: &[u8]) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let start = text.get(..1000).unwrap_or(text);
    let ours = [
        &b"This is the Postfix program at host "[..],
        b"This is the mail system at host ",
    ];
    if !ours
        .iter()
        .any(|words| memmem::find(start, words).is_some())
    {
        return said;
    }
    let (mut rest, mut within) = (text, false);
    while !rest.is_empty() {
        let (line, after) = cut_line(rest);
        rest = after;
        if line.trim_ascii().is_empty() {
            within = false;
        } else if let Some(one) = recipient(line) {
            said.push(one);
            within = true;
        } else if within && let Some(last) = said.last_mut() {
            append_folded(&mut last.text, line);
        }
    }
    said
}

/// The first line of a recipient.
fn recipient(line: &[u8]) -> Option<Said> {
    let (address, rest) = bracketed(line)?;
    let mut one = Said::new(address);
    let reply = if let Some(reply) = rest.strip_prefix(b":") {
        reply
    } else {
        let alias = rest.strip_prefix(b" (expanded from ")?;
        let end = memmem::find(alias, b"):")?;
        let name = alias.get(..end)?;
        let name = name.strip_prefix(b"<").unwrap_or(name);
        one.original = Some(name.strip_suffix(b">").unwrap_or(name).to_vec());
        alias.get(end + 2..)?
    };
    append_folded(&mut one.text, reply);
    Some(one)
}
