//! What an input holds, by its first bytes: log lines, one message, or a mailbox of many.
//!
//! ```text
//! Return-Path: <>
//! From MAILER-DAEMON Wed Jan 25 19:46:09 2023
//! ```
//!
//! A message begins with header fields (RFC 5322), a mailbox in mbox format (RFC 4155) with a `From ` line
//! and then header fields. No log line does either: stamps hold spaces or digits before their first colon.

use super::mbox;
use crate::dsn::headers::is_usual;

/// Bytes that are looked at: the first fields of a message, long ones too.
pub(super) const HEAD_BYTES: usize = 16 << 10;

/// Bytes before the header within them: a separator of a mailbox, blank lines.
const SLACK: usize = 1 << 10;

/// What an input holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Lines of logs.
    Lines,
    /// Messages in mbox format.
    Mbox,
    /// One message.
    Message,
}

/// Fields that must stand in a row, one of them usual. A text of two lines may look like two fields.
const MIN_FIELDS: usize = 3;

/// What an input holds that is neither log nor mail, and what to do about it.
///
/// Sources: the documentation of each format; for tar POSIX's ustar, for UTF-16 Unicode's byte order mark.
pub(super) fn no_text(head: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 12] = [
        (b"PK\x03\x04", "a zip archive: unpack it first"),
        (b"PK\x05\x06", "a zip archive with nothing in it"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
        (b"Rar!\x1a\x07", "a rar archive: unpack it first"),
        (b"\x7fELF", "a program, no log"),
        (b"MZ\x90\0", "a program, no log"),
        (b"%PDF-", "a PDF document, no log"),
        (b"SQLite format 3\0", "a SQLite database, no log"),
        (b"PAR1", "a Parquet file, no log"),
        (
            b"LPKSHHRH",
            "a journal of systemd: pipe it in with journalctl --file FILE -o export",
        ),
        (b"\xff\xfe", UTF_16),
        (b"\xfe\xff", UTF_16),
    ];
    const UTF_16: &str = "text in UTF-16: make it UTF-8 first (iconv -f UTF-16 -t UTF-8)";
    /// Where a tar archive says so.
    const USTAR: usize = 257;
    if is_tally(head) {
        return Some("counts of mailgap tally, no log: mailgap report FILE reads them");
    }
    if head.get(USTAR..).is_some_and(|at| at.starts_with(b"ustar")) {
        return Some("a tar archive: unpack it first");
    }
    if is_utf16_without_mark(head) {
        return Some(UTF_16);
    }
    MAGIC
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|&(_, what)| what)
}

/// True for what begins like a row of a tally: `{"schema":"mailgap.tally/1",`, of any version.
pub fn is_tally(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    for token in [&b"{"[..], b"\"schema\"", b":", b"\"mailgap.tally/"] {
        let Some(after) = rest.trim_ascii_start().strip_prefix(token) else {
            return false;
        };
        rest = after;
    }
    true
}

/// Latin text in UTF-16: every other byte is zero, and no other.
fn is_utf16_without_mark(head: &[u8]) -> bool {
    const LEAST: usize = 64;
    let Some(head) = head.get(..LEAST) else {
        return false;
    };
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|&&byte| byte == 0);
    let (even, odd) = (zeros(0).count(), zeros(1).count());
    (even == 0 && odd == LEAST / 2) || (odd == 0 && even == LEAST / 2)
}

/// Judges the first bytes of an input.
pub(crate) fn recognise(head: &[u8]) -> Kind {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let head = head.trim_ascii_start();
    if mbox::is_separator(head) && is_header(after_line(head)) {
        Kind::Mbox
    } else if is_header(head) {
        Kind::Message
    } else {
        Kind::Lines
    }
}

/// What follows the first line.
pub(super) fn after_line(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
    let rest = bytes.get(end..).unwrap_or_default();
    rest.strip_prefix(b"\r\n")
        .or_else(|| rest.get(1..))
        .unwrap_or_default()
}

/// True when a header of a message begins here. Lines may end in CR alone.
fn is_header(rest: &[u8]) -> bool {
    is_header_after(rest, 0, rest.len() + SLACK >= HEAD_BYTES)
}

/// `odd`: lines before that were no fields; `cut`: the input is longer than what is here.
fn is_header_after(mut rest: &[u8], odd: usize, cut: bool) -> bool {
    /// Lines that are no fields, at most: some gateways break folds.
    const MAX_ODD: usize = 3;
    if odd > MAX_ODD {
        return false;
    }
    let (mut fields, mut usual) = (0, false);
    while fields < MIN_FIELDS {
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or_default();
        if rest.is_empty() && !cut {
            return false; // lines that look like fields, and no blank line behind them
        }
        if line.is_empty() {
            break; // a short header
        }
        let folded = (fields > 0 || odd > 0) && matches!(line.first(), Some(b' ' | b'\t'));
        if !folded && !line.starts_with(b">From ") {
            let Some(name) = field_name(line) else {
                // A fold that lost its indent; no log begins with a usual field.
                return usual && is_header_after(after_line(rest), odd + 1, cut);
            };
            fields += 1;
            usual |= is_usual(name);
        }
        rest = after_line(rest);
    }
    // A message may have three fields that nobody else has, and then the usual ones.
    fields > 0 && (usual || (fields == MIN_FIELDS && next_usual(rest)))
}

fn next_usual(mut rest: &[u8]) -> bool {
    /// Fields of gateways and filters come first, in dozens.
    const MAX_LINES: usize = 200;
    for _ in 0..MAX_LINES {
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or_default();
        if line.is_empty() {
            return false;
        }
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            let Some(name) = field_name(line) else {
                return false;
            };
            if is_usual(name) {
                return true;
            }
        }
        rest = after_line(rest);
    }
    true // fields and nothing else: no log looks so
}

/// `Name` of `Name: value`: letters, digits and dashes, a letter first.
pub(super) fn field_name(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', line.get(..100).unwrap_or(line))?;
    let name = line.get(..colon)?.trim_ascii_end();
    let is_name = name.first().is_some_and(u8::is_ascii_alphabetic)
        && name
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_told_by_their_first_bytes() {
        let cases = [
            ("Return-Path: <>\nTo: a@b\nSubject: x\n\nx", Kind::Message),
            (
                "Return-Path: <>\r\nTo: a@b\r\nSubject: x\r\n\r\nx",
                Kind::Message,
            ),
            ("Return-Path: <>\rTo: a@b\rSubject: x\r\rx", Kind::Message),
            (
                "\nX-One: a\nX-Two: b\n c\nX-Three: c\nX-Four: d\nFrom: me\n\n",
                Kind::Message,
            ),
            ("From: a@b\n\nx", Kind::Message),
            (
                "Received: from x\n(1.2.3.4) by y\n z\nFrom: a\n\n",
                Kind::Message,
            ),
            (
                "From () 2019-10-02 05:04:34 +0000\nDelivered-To: a\n\n",
                Kind::Mbox,
            ),
            (
                "From MAILER-DAEMON Wed Jan 25 19:46:09 2023\nReturn-Path: <a>\n\n",
                Kind::Mbox,
            ),
            (
                "From - Wed Jan 25 19:46:09 2023\r\nReturn-Path: <a>\r\n\r\n",
                Kind::Mbox,
            ),
            ("From here to there\nFrom: a\n\n", Kind::Lines),
            (
                "Jan 23 16:00:01 mx1 postfix/smtp[1]: 4ABC: to=<a@b>\n",
                Kind::Lines,
            ),
            (
                "2023-01-23T16:00:01.123456+01:00 mx1 postfix/smtp[1]: 4ABC: removed\n",
                Kind::Lines,
            ),
            ("2023-01-23 16:00:01 1pJU5U-0005Ge-13 => a@b\n", Kind::Lines),
            ("{\"log\":\"x\"}\n", Kind::Lines),
            ("mail-1  | 2023-01-23T15:00:01.123Z mx1 x: y\n", Kind::Lines),
            ("postfix: started\nto: x\n", Kind::Lines),
            ("", Kind::Lines),
        ];
        for (head, expected) in cases {
            assert_eq!(recognise(head.as_bytes()), expected, "{head}");
        }
        assert_eq!(cases.len(), 17);
    }

    #[test]
    fn what_is_no_text_is_told_by_its_first_bytes() {
        let tar = [&[b'a'; 257][..], b"ustar\x0000"].concat();
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let line = "Jan 23 16:00:01 mx1 postfix/smtp[1]: 4ABC: to=<a@b>, relay=none\r\n";
        let cases: [(&[u8], Option<&str>); 13] = [
            (b"PK\x03\x04\x14\0", Some("a zip")),
            (&tar, Some("a tar")),
            (b"\x7fELF\x02\x01", Some("a program")),
            (b"%PDF-1.7\n", Some("a PDF")),
            (b"LPKSHHRH\0\0", Some("a journal")),
            (b"\xff\xfeJ\0a\0n\0", Some("text in UTF-16")),
            (&utf16(line, u16::to_le_bytes), Some("text in UTF-16")),
            (&utf16(line, u16::to_be_bytes), Some("text in UTF-16")),
            (line.as_bytes(), None),
            (b"PKG installed\n", None),
            // A log that was cut while its writer went on.
            (&[0; 4096], None),
            (b"\xef\xbb\xbfJan 23 16:00:01 mx1", None),
            (b"", None),
        ];
        for (head, expected) in cases {
            let found = no_text(head);
            let matches = match (found, expected) {
                (Some(found), Some(expected)) => found.starts_with(expected),
                (found, expected) => found == expected,
            };
            assert!(matches, "{found:?} {expected:?}");
        }
    }
}
