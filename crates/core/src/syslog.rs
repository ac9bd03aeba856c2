//! The header that syslog puts before a record.
//!
//! `Jan 23 16:00:01 mx1 postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@libero.it>, ...`
//!
//! RFC 3164 with any stamp of [`crate::stamp`], with or without a priority (`<22>`); RFC 5424 (`<22>1
//! 2023-01-23T16:00:01Z mx1 postfix/smtp 101 - - text`); the message id of Solaris. "message repeated N
//! times: [ ... ]" (rsyslog) is taken apart here: the record stands for N. What wraps whole lines
//! (docker, Kubernetes, journald) is in [`crate::envelope`]; headers of other shapes are read by `line/unusual.rs`.
//! A level where the host should stand (`INFO`, `mail.info`) is no host.
#![deny(clippy::indexing_slicing)]

use crate::event::Odd;
use crate::near;
use crate::stamp::{Stamp, Stamps};
use crate::time::Timestamp;

/// A line without its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'b> {
    /// When, in UTC.
    pub time: Timestamp,
    /// The reporting host.
    pub host: &'b [u8],
    /// Program name as logged, without the process id: `postfix/smtp`.
    pub tag: &'b [u8],
    /// The rest of the line.
    pub text: &'b [u8],
    /// How many records the line stands for; at least 1.
    pub times: u32,
}

/// What the start of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header<'b> {
    /// A header and what it heads; and all that follows the stamp.
    Record(Record<'b>, &'b [u8]),
    /// A stamp, but no host and program after it.
    Bare(Timestamp, &'b [u8]),
    /// A header with a broken stamp.
    Malformed(Odd),
    /// No header that we know.
    Unknown(Odd),
}

/// Reads the header of one line.
pub fn read<'b>(line: &'b [u8], stamps: &mut Stamps) -> Header<'b> {
    let (version, text) = priority(line);
    let odd = |why, rest: &[u8]| Odd {
        why,
        column: line.len() - rest.len(),
    };
    let (time, rest) = match stamps.read(text) {
        Stamp::At(time, rest) => (time, rest),
        Stamp::Broken => return Header::Malformed(odd("no such date or time", text)),
        Stamp::None => return Header::Unknown(odd("expected a time stamp", text)),
    };
    let Some(rest) = rest.strip_prefix(b" ") else {
        return Header::Unknown(odd("expected a space after the time stamp", rest));
    };
    if version {
        return match structured(rest) {
            Some((host, tag, text)) => Header::Record(
                Record {
                    time,
                    host,
                    tag,
                    text,
                    times: 1,
                },
                rest,
            ),
            None => Header::Malformed(odd("expected the header of RFC 5424", rest)),
        };
    }
    match host_and_tag(rest, time) {
        Some(record) => Header::Record(record, rest),
        None => Header::Bare(time, rest),
    }
}

/// Drops `<22>`, or `<22>1 ` of RFC 5424; says whether it was the latter.
pub(crate) fn priority(line: &[u8]) -> (bool, &[u8]) {
    let rest = match line {
        [b'<', a, b'>', rest @ ..] if a.is_ascii_digit() => rest,
        [b'<', a, b, b'>', rest @ ..] if [a, b].iter().all(|d| d.is_ascii_digit()) => rest,
        [b'<', a, b, c, b'>', rest @ ..] if [a, b, c].iter().all(|d| d.is_ascii_digit()) => rest,
        _ => return (false, line),
    };
    rest.strip_prefix(b"1 ")
        .map_or((false, rest), |rest| (true, rest))
}

/// RFC 5424 section 6 after its stamp: `mx1 postfix/smtp 101 - [data a="b"] text`.
fn structured(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (host, rest) = split_at_byte(text, b' ')?;
    let (tag, rest) = split_at_byte(rest, b' ')?;
    let (_process, rest) = split_at_byte(rest, b' ')?;
    let (_message_id, mut rest) = split_at_byte(rest, b' ')?;
    if let Some(after) = rest.strip_prefix(b"-") {
        rest = after;
    } else {
        while let Some(element) = rest.strip_prefix(b"[") {
            rest = after_element(element)?;
        }
    }
    let text = rest.strip_prefix(b" ").unwrap_or(rest);
    // The text may begin with the byte order mark of UTF-8.
    Some((
        if host == b"-" { b"" } else { host },
        tag,
        text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
    ))
}

/// What follows a structured data element whose `[` is gone; `]` may stand in quotes.
fn after_element(text: &[u8]) -> Option<&[u8]> {
    let (mut at, mut quoted) = (0, false);
    loop {
        match text.get(at)? {
            b'"' => quoted = !quoted,
            b'\\' if quoted => at += 1,
            b']' if !quoted => return text.get(at + 1..),
            _ => {}
        }
        at += 1;
    }
}

/// `mx1 postfix/smtp[101]: text`
fn host_and_tag(rest: &[u8], time: Timestamp) -> Option<Record<'_>> {
    let (host, rest) = near::split(rest, b' ')?;
    let host = if is_level(host) || host == b"-" {
        b""
    } else {
        host
    };
    let rest = rest.trim_ascii_start();
    // rsyslog puts the count before the program's name, or after it.
    if let Some((times, inner)) = repeated(rest) {
        let (tag, text) = tag_of(inner).unwrap_or((b"", inner));
        return Some(Record {
            time,
            host,
            tag,
            text,
            times,
        });
    }
    let (tag, text) = tag_of(rest)?;
    let text = after_solaris_id(text);
    let (times, text) = repeated(text).unwrap_or((1, text));
    Some(Record {
        time,
        host,
        tag,
        text,
        times,
    })
}

/// `postfix/smtp[101]: text` → (`postfix/smtp`, `text`).
pub(crate) fn tag_of(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text
        .iter()
        .position(|byte| matches!(byte, b'[' | b':' | b' '))?;
    let (tag, rest) = text.split_at_checked(end)?;
    if tag.is_empty() {
        return None;
    }
    let rest = match rest.first() {
        Some(b'[') => {
            let (_, rest) = near::split(rest, b']')?;
            rest.strip_prefix(b":")?
        }
        Some(b':') => rest.get(1..)?,
        _ => return None,
    };
    Some((tag, rest.trim_ascii_start()))
}

/// Levels of syslog and of loggers that have words of their own, in small letters.
const LEVELS: [&[u8]; 17] = [
    b"alert",
    b"crit",
    b"critical",
    b"debug",
    b"emerg",
    b"emergency",
    b"err",
    b"error",
    b"fatal",
    b"info",
    b"information",
    b"informational",
    b"notice",
    b"panic",
    b"trace",
    b"warn",
    b"warning",
];

/// Facilities of syslog, in small letters.
const FACILITIES: [&[u8]; 23] = [
    b"auth",
    b"authpriv",
    b"console",
    b"cron",
    b"daemon",
    b"ftp",
    b"kern",
    b"local0",
    b"local1",
    b"local2",
    b"local3",
    b"local4",
    b"local5",
    b"local6",
    b"local7",
    b"lpr",
    b"mail",
    b"news",
    b"ntp",
    b"security",
    b"syslog",
    b"user",
    b"uucp",
];

/// True for a level, alone or behind a facility, and for a priority: `notice`, `INFO`, `[warn]`, `mail.info`,
/// `<mail:info>`, `<22>`.
pub(crate) fn is_level(word: &[u8]) -> bool {
    // Nearly every name of a host ends in another byte.
    if !matches!(
        word.last().map(u8::to_ascii_lowercase),
        Some(
            b'c' | b'e'
                | b'g'
                | b'l'
                | b'n'
                | b'o'
                | b'r'
                | b't'
                | b'y'
                | b']'
                | b'>'
                | b')'
                | b':'
        )
    ) {
        return false;
    }
    if word.ends_with(b">") && priority(word).1.is_empty() {
        return true;
    }
    let word = match word {
        [b'[', inner @ .., b']']
        | [b'<', inner @ .., b'>']
        | [b'(', inner @ .., b')']
        | [inner @ .., b':'] => inner,
        _ => word,
    };
    let is_in = |words: &[&[u8]], word: &[u8]| words.iter().any(|w| w.eq_ignore_ascii_case(word));
    let is_separator = |byte: &u8| matches!(byte, b'.' | b':' | b'/' | b'|');
    match word.iter().position(is_separator) {
        Some(at) => {
            let (facility, level) = word.split_at_checked(at).unwrap_or_default();
            is_in(&FACILITIES, facility) && is_in(&LEVELS, level.get(1..).unwrap_or_default())
        }
        None => is_in(&LEVELS, word),
    }
}

/// True for a facility, which stands alone in some tables: `Mail`.
pub(crate) fn is_facility(word: &[u8]) -> bool {
    FACILITIES.iter().any(|w| w.eq_ignore_ascii_case(word))
}

/// Drops `[ID 197553 mail.info] `, which Solaris and illumos put before the text.
fn after_solaris_id(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"[ID ")
        .and_then(|rest| split_at_byte(rest, b']'))
        .and_then(|(_, rest)| rest.strip_prefix(b" "))
        .unwrap_or(text)
}

/// `message repeated 3 times: [ text]` → (3, `text`).
fn repeated(text: &[u8]) -> Option<(u32, &[u8])> {
    let rest = text.strip_prefix(b"message repeated ")?;
    let (count, rest) = split_at_byte(rest, b' ')?;
    let inner = rest.strip_prefix(b"times: [")?.trim_ascii_start();
    let inner = inner.strip_suffix(b"]").unwrap_or(inner);
    let count = std::str::from_utf8(count).ok()?.parse().ok()?;
    (1..=MAX_REPEAT).contains(&count).then_some((count, inner))
}

/// How many records a line may stand for. rsyslog flushes its count far below this; a forged one must not make
/// a billion events of a line.
pub const MAX_REPEAT: u32 = 10_000;

/// Splits at the first such byte and drops it.
pub(crate) fn split_at_byte(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(byte, text)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::StampContext;

    fn parts(line: &str) -> String {
        let mut stamps = Stamps::new(StampContext {
            zone: chrono_tz::Tz::UTC,
            year: Some(2023),
            reference: Timestamp::from_seconds(0),
        });
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match read(line.as_bytes(), &mut stamps) {
            Header::Record(r, _) => {
                format!(
                    "{}|{}|{}|{}",
                    text(r.host),
                    text(r.tag),
                    text(r.text),
                    r.times
                )
            }
            Header::Bare(_, rest) => format!("bare {}", text(rest)),
            Header::Malformed(odd) => format!("malformed {odd}"),
            Header::Unknown(odd) => format!("unknown {odd}"),
        }
    }

    #[test]
    fn header_shapes() {
        let cases = [
            (
                "Jan 23 16:00:01 mx1 postfix/smtp[101]: text",
                "mx1|postfix/smtp|text|1",
            ),
            (
                "<22>Jan 23 16:00:01 mx1 postfix/smtp[101]: text",
                "mx1|postfix/smtp|text|1",
            ),
            (
                "Jan 23 16:00:01 mx1 outbound1/smtp: text: x",
                "mx1|outbound1/smtp|text: x|1",
            ),
            (
                "2023-01-23T16:00:01Z mx1 postfix-mx1.a.example/smtp[1]: t",
                "mx1|postfix-mx1.a.example/smtp|t|1",
            ),
            (
                "Jan 23 16:00:01 a/b postfix/smtp[1]: t",
                "a/b|postfix/smtp|t|1",
            ),
            (
                "Jan 23 16:00:01 mx1 postfix/smtp[1]: [ID 197553 mail.info] t",
                "mx1|postfix/smtp|t|1",
            ),
            (
                "<22>1 2023-01-23T16:00:01.1Z mx1 postfix/smtp 101 - - t: x",
                "mx1|postfix/smtp|t: x|1",
            ),
            (
                "<22>1 2023-01-23T16:00:01Z mx1 a/b 1 ID [x@1 a=\"]\\\"\"][y b=\"\"] \u{feff}t",
                "mx1|a/b|t|1",
            ),
            (
                "<22>1 2023-01-23T16:00:01Z mx1 a/b 1 ID [x",
                "malformed column 28: expected the header of RFC 5424",
            ),
            (
                "Jan 23 16:00:01 mx1 last message repeated 3 times",
                "bare mx1 last message repeated 3 times",
            ),
            (
                "Jan 23 16:00:01 mx1 message repeated 3 times: [ postfix/smtp[1]: Q: t]",
                "mx1|postfix/smtp|Q: t|3",
            ),
            (
                "Jan 23 16:00:01 mx1 postfix/smtp[1]: message repeated 2 times: [ Q: t]",
                "mx1|postfix/smtp|Q: t|2",
            ),
            (
                "Jan 23 16:00:01 mx1 message repeated 999999999 times: [ a: b]",
                "bare mx1 message repeated 999999999 times: [ a: b]",
            ),
            ("Jan 23 16:00:01 INFO    a/b[1]: t", "|a/b|t|1"),
            ("Jan 23 16:00:01 mail.notice a/b[1]: t", "|a/b|t|1"),
            ("Jan 23 16:00:01 <Local0:Err> a/b[1]: t", "|a/b|t|1"),
            ("Jan 23 16:00:01 <22> a/b[1]: t", "|a/b|t|1"),
            ("Jan 23 16:00:01 - a/b[1]: t", "|a/b|t|1"),
            ("Jan 23 16:00:01 mail/info a/b[1]: t", "|a/b|t|1"),
            ("Jan 23 16:00:01 <2222> a/b[1]: t", "<2222>|a/b|t|1"),
            ("Jan 23 16:00:01 info.mail a/b[1]: t", "info.mail|a/b|t|1"),
            ("Jan 23 16:00:01 mail a/b[1]: t", "mail|a/b|t|1"),
            ("Jan 23 16:00:01 relay.info a/b[1]: t", "relay.info|a/b|t|1"),
            ("<22>1 2023-01-23T16:00:01Z - a/b 1 - - t", "|a/b|t|1"),
            (
                "Feb 30 16:00:01 mx1 a: b",
                "malformed column 1: no such date or time",
            ),
            ("hello", "unknown column 1: expected a time stamp"),
            ("<22>hello", "unknown column 5: expected a time stamp"),
            (
                "Jan 23 16:00:01",
                "unknown column 16: expected a space after the time stamp",
            ),
            ("Jan 23 16:00:01 mx1", "bare mx1"),
        ];
        for (line, expected) in cases {
            assert_eq!(parts(line), expected, "{line}");
        }
    }
}
