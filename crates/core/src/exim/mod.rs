//! Exim main log lines, 4.80 to 4.100.
//!
//! `1pJyXx-0004Qk-2A => a@d R=dnslookup T=remote_smtp H=mx.example [192.0.2.1] C="250 2.0.0 Ok"`
//!
//! Every line about a message holds its id, then a flag or words. Source: the "Log files" chapter of the
//! specification, `deliver.c`, `receive.c`, `log.c` and `transports/smtp.c` by tag. The stamp is read
//! elsewhere; here a line begins behind it, with `[pid] ` where `+pid` is selected. Fields that say nothing
//! about what became of a message (routers, TLS, sizes) are stepped over. The reject log and the panic log are
//! other files; their lines look like lines of this one without a message id.
#![deny(clippy::indexing_slicing)]

mod address;
mod delivery;
mod fields;
mod message_id;
mod queue;
pub mod split;
mod text;

#[cfg(test)]
mod tests;

use crate::event::{Fact, Line, Odd, QueueFact, Source};
use crate::time::Timestamp;
use delivery::Flag;

/// What a line does not say itself.
#[derive(Debug, Clone, Copy)]
pub struct EximContext<'b> {
    /// Its stamp, in UTC.
    pub time: Timestamp,
    /// The host whose log it is.
    pub host: &'b [u8],
}

/// Ends a line that was longer than Exim's buffer (`log.c`); a quote may have been left open.
const OVERFLOW: &[u8] = b"**** log string overflowed log buffer ****";

/// Bytes of a line that are read: twice Exim's own buffer (`LOG_BUFFER_SIZE`). Lines are written by strangers
/// too, and scanning forwards and backwards in one without end would take its time squared.
const MAX_LINE: usize = 16 * 1024;

/// Reads a line, given without its stamp and line end. Columns are offsets into `rest`.
///
/// Lines without a message id (sessions, daemons, queue runs, rejected recipients) are
/// [`Line::Foreign`]: no mail of ours hangs on them.
pub fn parse<'b>(rest: &'b [u8], context: &EximContext<'b>) -> Line<'b> {
    let mut line = rest.get(..MAX_LINE).unwrap_or(rest).trim_ascii_end();
    if let Some(cut) = line.strip_suffix(OVERFLOW) {
        line = cut.trim_ascii_end();
    }
    let mut body = line;
    if let Some(piece) = split::Piece::parse(body) {
        if piece.number > 1 {
            return Line::Foreign; // the rest of a text; its first piece was counted
        }
        body = piece.text;
    }
    let body = strip_pid(body);
    let mut message = Message {
        id: &[],
        line,
        context: *context,
    };
    let Some((id, words)) = message_id::split(body) else {
        let mut words = body.splitn(3, |byte| *byte == b' ');
        return match (words.next(), words.next()) {
            (Some(broken), Some(b"=>" | b"->" | b">>" | b"*>" | b"==" | b"**" | b"<=" | b"(="))
                if message_id::resembles(broken) =>
            {
                message.malformed("expected a message id before the flag", body)
            }
            _ => Line::Foreign,
        };
    };
    message.id = id;
    let words = words.strip_prefix(b" ").unwrap_or(words);
    let (flag, operand) = match words {
        [a, b] => ([*a, *b], &[][..]),
        [a, b, b' ', operand @ ..] => ([*a, *b], operand),
        _ => return queue::other(words, &message),
    };
    match &flag {
        b"=>" | b"->" | b">>" => delivery::parse(Flag::Delivered, operand, &message),
        b"*>" => delivery::parse(Flag::DryRun, operand, &message),
        b"==" => delivery::parse(Flag::Deferred, operand, &message),
        b"**" => delivery::parse(Flag::Failed, operand, &message),
        b"<=" | b"(=" => queue::arrival(operand, &message),
        _ => queue::other(words, &message),
    }
}

/// Beginnings of lines without a message id that no other program writes into a mail log.
const OWN: &[&[u8]] = &[
    b"Connection from [",
    b"End queue run: ",
    b"Exim configuration error",
    b"H=",
    b"SMTP call from ",
    b"SMTP command timeout on connection from ",
    b"SMTP connection from ",
    b"SMTP data timeout ",
    b"SMTP protocol ",
    b"SMTP syntax error in ",
    b"Start queue run: ",
    b"TLS error on connection ",
    b"U=",
    b"cwd=",
    b"no MAIL in SMTP connection from ",
    b"no host name found for IP address ",
    b"refused connection from ",
    b"rejected EHLO or HELO ",
    b"rejected HELO from ",
    b"unexpected disconnection while reading SMTP command from ",
];

/// True for what stands behind the stamp of an Exim log: a message id, or words that only Exim uses.
pub fn looks_like(rest: &[u8]) -> bool {
    let rest = split::Piece::parse(rest).map_or(rest, |piece| piece.text);
    let rest = strip_pid(rest);
    message_id::split(rest).is_some()
        || OWN.iter().any(|start| rest.starts_with(start))
        || rest.starts_with(b"exim ") && memchr::memmem::find(rest, b" daemon started: ").is_some()
        || memchr::memmem::find(rest, b" authenticator failed for ").is_some()
}

/// True when a message id stands first: a quick look, for lines that look like something else too.
pub fn begins_with_message_id(rest: &[u8]) -> bool {
    rest.get(6) == Some(&b'-') && message_id::split(rest).is_some()
}

/// True when a message id and the flag of a delivery or an arrival stand first, which is nobody's but Exim's.
pub(crate) fn begins_with_flagged_id(rest: &[u8]) -> bool {
    let flag = message_id::split(strip_pid(rest)).and_then(|(_, rest)| rest.strip_prefix(b" "));
    flag.is_some_and(|rest| {
        matches!(
            rest,
            [b'=' | b'-' | b'>' | b'*', b'>', b' ', ..]
                | [b'=' | b'<' | b'(', b'=', b' ', ..]
                | [b'*', b'*', b' ', ..]
        ) || rest == b"Completed"
    })
}

/// `[9876] `, with `+pid`.
fn strip_pid(rest: &[u8]) -> &[u8] {
    let Some(inner) = rest.strip_prefix(b"[") else {
        return rest;
    };
    let digits = inner
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    match inner.get(digits..) {
        Some([b']', b' ', after @ ..]) if digits > 0 => after,
        _ => rest,
    }
}

/// The message a line is about, and what its results need.
struct Message<'b> {
    id: &'b [u8],
    /// The whole line, for columns.
    line: &'b [u8],
    context: EximContext<'b>,
}

impl<'b> Message<'b> {
    fn time(&self) -> Timestamp {
        self.context.time
    }

    fn host(&self) -> &'b [u8] {
        self.context.host
    }

    fn queue(&self, fact: Fact<'b>) -> Line<'b> {
        Line::Queue(QueueFact {
            time: self.time(),
            source: Source::Exim,
            host: self.host(),
            instance: &[],
            queue_id: self.id,
            fact,
            times: 1,
        })
    }

    /// `at` is the end of the line from where it stopped making sense.
    fn odd(&self, why: &'static str, at: &[u8]) -> Odd {
        Odd {
            why,
            column: self.line.len().saturating_sub(at.len()),
        }
    }

    fn malformed(&self, why: &'static str, at: &[u8]) -> Line<'b> {
        Line::Malformed(self.odd(why, at))
    }

    fn unknown(&self, why: &'static str, at: &[u8]) -> Line<'b> {
        Line::Unknown(self.odd(why, at))
    }
}
