//! The text of qmail-send and of those who write like it: QSBMF, the qmail-send bounce message format
//! (cr.yp.to/proto/qsbmf.txt).
//!
//! ```text
//! Hi. This is the qmail-send program at nq.example.jp.
//! I'm afraid I wasn't able to deliver your message to the following addresses.
//!
//! <userunknown@libsisimai.net>:
//! 192.0.2.25 does not like recipient.
//! ```
//!
//! Paragraphs: the first one says who speaks, each of the next begins with `<recipient>:`, one that begins
//! with `-` ends them. The recipient may stand behind a virtual domain's prefix, which is left as it is.

use super::{Said, append_folded, bracketed};
use crate::dsn::headers::cut_line;

/// Every recipient of a text in this format; none when it is another one.
pub(super) fn read(text: &[u8]) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    if !text.trim_ascii_start().starts_with(b"Hi. This is ") {
        return said;
    }
    let mut rest = text.trim_ascii_start();
    let (mut starts_paragraph, mut within) = (true, false);
    while !rest.is_empty() {
        let (line, after) = cut_line(rest);
        rest = after;
        if line.trim_ascii().is_empty() {
            starts_paragraph = true;
            continue;
        }
        if starts_paragraph {
            if line.starts_with(b"-") {
                break;
            }
            let recipient = bracketed(line).and_then(|(address, rest)| {
                let rest = rest.strip_prefix(b":")?;
                Some((address, rest))
            });
            if let Some((address, reply)) = recipient {
                let mut one = Said::new(address);
                append_folded(&mut one.text, reply);
                said.push(one);
                within = true;
                starts_paragraph = false;
                continue;
            }
            starts_paragraph = false;
        }
        // A remote reply may hold blank lines: what follows them still belongs to the recipient.
        if within && let Some(last) = said.last_mut() {
            append_folded(&mut last.text, line);
        }
    }
    said
}
