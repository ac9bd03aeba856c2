//! Postfix log records, 2.3 to 3.12.
//!
//! `postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@libero.it>, relay=..., delay=1.2, ..., status=sent (250 ok)`
//!
//! One file per kind of record: `delivery` (what became of a recipient; `log_adhoc.c` writes it),
//! `queue` (what is said of a message), `text` (the words in parentheses). Lines that concern no
//! queued message (sessions of smtpd, TLS, caches, warnings) are foreign.
#![deny(clippy::indexing_slicing)]

mod delivery;
mod queue;
mod text;

use crate::event::{Line, Odd, Outcome, Stage};
use crate::syslog::Record;

/// Splits a program name as logged into the instance (`syslog_name`) and the program:
/// `postfix/submission/smtpd` → (`postfix/submission`, `smtpd`). `None` when it has no `/`.
pub fn program_of(tag: &[u8]) -> Option<(&[u8], &[u8])> {
    let slash = tag.iter().rposition(|&byte| byte == b'/')?;
    let (instance, program) = (tag.get(..slash)?, tag.get(slash + 1..)?);
    (!instance.is_empty() && !program.is_empty()).then_some((instance, program))
}

/// Understands a record whose header has been cut off.
///
/// Any instance name is accepted when the record has the shape of one of Postfix's: names made up by the
/// operator are common. Columns are counted from the start of `record.text`.
pub fn parse<'b>(record: &Record<'b>) -> Line<'b> {
    let Some((instance, program)) = program_of(record.tag) else {
        return Line::Foreign;
    };
    let Some((queue_id, text)) = queue_id(record.text) else {
        return Line::Foreign;
    };
    let record = QueueRecord {
        record,
        instance,
        program,
        queue_id,
        text,
    };
    if text.starts_with(b"to=") {
        return match delivery::parse(&record) {
            Ok(delivery) => Line::Delivery(delivery),
            Err(odd) => Line::Malformed(odd),
        };
    }
    match queue::parse(&record) {
        Some(fact) => Line::Queue(fact),
        // Made-up instance names are ours only when the record proves it.
        None if !instance.starts_with(b"postfix") => Line::Foreign,
        None => Line::Unknown(Odd {
            why: "unknown shape after the queue id",
            column: queue_id.len() + 2,
        }),
    }
}

/// How far an attempt came, by the words that Postfix has for a failure: bounces repeat those of the log.
pub(crate) fn stage_of(text: &[u8]) -> Option<Stage> {
    text::read(text, Outcome::Bounced).stage
}

/// A record about a queued message.
#[derive(Debug, Clone, Copy)]
struct QueueRecord<'r, 'b> {
    record: &'r Record<'b>,
    instance: &'b [u8],
    program: &'b [u8],
    queue_id: &'b [u8],
    /// What follows the queue id.
    text: &'b [u8],
}

impl QueueRecord<'_, '_> {
    /// What is wrong at the start of `rest`, which is a tail of the record.
    fn odd(&self, why: &'static str, rest: &[u8]) -> Odd {
        Odd {
            why,
            column: self.record.text.len().saturating_sub(rest.len()),
        }
    }
}

/// `4P1Xr72xkCz9vwX: rest` → the id and the rest.
///
/// Short ids are upper-case hexadecimal; long ones have digits and letters without vowels. So the words
/// that stand in the same place (`warning: `, `statistics: `, `NOQUEUE: `) are none.
fn queue_id(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut n, mut kinds) = (0, SHORT | LONG);
    for &byte in text.iter().take(MAX_QUEUE_ID + 1) {
        let kind = QUEUE_ID.get(usize::from(byte)).copied().unwrap_or(0);
        if kind == 0 {
            break;
        }
        kinds &= kind;
        n += 1;
    }
    if kinds & (SHORT | LONG) == 0 || !(MIN_QUEUE_ID..=MAX_QUEUE_ID).contains(&n) {
        return None;
    }
    let (id, rest) = text.split_at_checked(n)?;
    Some((id, rest.strip_prefix(b": ")?))
}

/// A letter or digit.
const WORD: u8 = 1;
/// May stand in a short queue id.
const SHORT: u8 = 2;
/// May stand in a long one.
const LONG: u8 = 4;

/// Which of these each byte is.
#[expect(clippy::indexing_slicing, reason = "at compile time")]
const QUEUE_ID: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let mut kind = 0;
        if byte.is_ascii_alphanumeric() {
            kind |= WORD;
            if matches!(byte, b'0'..=b'9' | b'A'..=b'F') {
                kind |= SHORT;
            }
            if !matches!(byte | 0x20, b'a' | b'e' | b'i' | b'o' | b'u') {
                kind |= LONG;
            }
        }
        kinds[byte as usize] = kind;
        byte += 1;
    }
    kinds
};

/// The decimal number at the start and what follows it; `None` when there is none, or it is too large.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let (mut number, mut rest) = (0_u64, text);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        number = number
            .checked_mul(10)?
            .checked_add(u64::from(digit - b'0'))?;
        rest = after;
    }
    (rest.len() < text.len()).then_some((number, rest))
}

/// Five hexadecimal digits of microseconds and an inode.
const MIN_QUEUE_ID: usize = 6;
/// Longer than any file system's inode makes it.
const MAX_QUEUE_ID: usize = 32;

#[cfg(test)]
mod tests;
