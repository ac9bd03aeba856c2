//! Mailboxes in mbox format: messages one after the other, each behind a `From ` line (RFC 4155).
//!
//! `From MAILER-DAEMON Wed Jan 25 19:46:09 2023`
//!
//! The variants differ in how a body keeps lines that begin like that: mboxo writes `>From `, mboxrd one
//! more `>` before any number of them, mboxcl and mboxcl2 tell the length of the body in Content-Length.
//! All are read: a length counts when a `From ` line or the end follows it, else the next `From ` line that
//! has a date and a header behind it is the border. The quotes stay in the text. A mailbox whose lines end
//! in CR alone is read as one message.

use memchr::{memchr, memmem};

use super::kind::{after_line, field_name};

/// As asctime(3) writes them.
const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// True when the text begins with a separator: `From `, an address, a date and a time.
pub(crate) fn is_separator(text: &[u8]) -> bool {
    /// No address and date are longer.
    const MAX_SEPARATOR: usize = 400;
    let Some(rest) = text.strip_prefix(b"From ") else {
        return false;
    };
    let rest = rest.get(..MAX_SEPARATOR).unwrap_or(rest);
    let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    let line = rest.get(..end).unwrap_or_default();
    let has_month = MONTHS
        .iter()
        .any(|month| memmem::find(line, month).is_some());
    let has_time = line.windows(4).any(|four| {
        matches!(four, [a, b':', b, c] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()))
    });
    let has_date = has_month
        || line.windows(7).any(|seven| {
            let (digits, dash) = (b"0000-00", b'-');
            seven.iter().zip(digits).all(|(&byte, &like)| {
                if like == dash {
                    byte == dash
                } else {
                    byte.is_ascii_digit()
                }
            })
        });
    has_date && has_time
}

/// The messages of a block that begins at a border and ends at one, without their `From ` lines.
#[derive(Debug, Clone)]
pub(crate) struct Messages<'b> {
    rest: &'b [u8],
}

impl<'b> Messages<'b> {
    /// The messages of these bytes.
    pub(crate) fn new(block: &'b [u8]) -> Messages<'b> {
        Messages { rest: block }
    }
}

impl<'b> Iterator for Messages<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        if self.rest.trim_ascii().is_empty() {
            return None;
        }
        let end = match next_border(self.rest, true) {
            Border::At(end) => end,
            Border::None | Border::Unknown => self.rest.len(),
        };
        let (message, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        if !message.starts_with(b"From ") {
            return Some(message);
        }
        Some(after_line(message))
    }
}

/// Where the last whole message of these bytes ends, which begin at a border and go on; `None` when not
/// even the first one is known to end.
pub(crate) fn last_border(bytes: &[u8]) -> Option<usize> {
    let mut last = None;
    let mut at = 0;
    while let Border::At(next) = next_border(bytes.get(at..)?, false) {
        at += next;
        last = Some(at);
    }
    last
}

/// The first separator in bytes that begin anywhere.
pub(crate) fn first_separator(bytes: &[u8]) -> Option<usize> {
    match scan(bytes, 0) {
        Border::At(at) => Some(at),
        Border::None | Border::Unknown => None,
    }
}

/// Where the first message ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Border {
    At(usize),
    /// Nowhere in these bytes.
    None,
    /// Its length points beyond these bytes.
    Unknown,
}

/// `complete`: what follows these bytes is another message, or nothing.
fn next_border(bytes: &[u8], complete: bool) -> Border {
    if let Some((body, length)) = content_length(bytes) {
        let end = body.saturating_add(length);
        // One or two line ends stand between the body and the separator.
        match bytes.get(end..) {
            None if !complete && length <= crate::dsn::MAX_MESSAGE => {
                // Beyond what is here; but the separator of a wrong length may be.
                return match scan(bytes, 1) {
                    Border::None => Border::None,
                    Border::At(_) | Border::Unknown => Border::Unknown,
                };
            }
            None => {}
            Some(rest) => {
                let blanks = rest
                    .iter()
                    .take(4)
                    .take_while(|byte| matches!(byte, b'\n' | b'\r'))
                    .count();
                let next = rest.get(blanks..).unwrap_or_default();
                if is_border(next) {
                    return Border::At(end + blanks);
                }
                if next.is_empty() {
                    return Border::None;
                }
            }
        }
    }
    scan(bytes, 1)
}

/// The next separator at or behind `from`, by its looks.
fn scan(bytes: &[u8], from: usize) -> Border {
    if from == 0 && is_border(bytes) {
        return Border::At(0);
    }
    let mut at = 0;
    while let Some(found) = memmem::find(bytes.get(at..).unwrap_or_default(), b"\nFrom ") {
        at += found + 1;
        if is_border(bytes.get(at..).unwrap_or_default()) {
            return Border::At(at);
        }
    }
    Border::None
}

/// A separator and then, in full, the first line of a header. Blank lines may stand between: some writers
/// keep what stood before the header.
fn is_border(bytes: &[u8]) -> bool {
    /// More blank lines stand before no header.
    const MAX_BLANK: usize = 4;
    if !is_separator(bytes) {
        return false;
    }
    let mut rest = bytes;
    for _ in 0..=MAX_BLANK {
        let Some(next) = memchr(b'\n', rest).and_then(|end| rest.get(end + 1..)) else {
            return false;
        };
        let Some(line) = memchr(b'\n', next).and_then(|end| next.get(..end)) else {
            return false;
        };
        if !line.trim_ascii().is_empty() {
            return line.starts_with(b">From ") || field_name(line).is_some();
        }
        rest = next;
    }
    false
}

/// Where the body of the first message begins, and its length as the header says.
fn content_length(bytes: &[u8]) -> Option<(usize, usize)> {
    /// Headers longer than this have no length that counts.
    const MAX_HEADER: usize = 64 << 10;
    let head = bytes.get(..MAX_HEADER).unwrap_or(bytes);
    // No header goes beyond the next separator.
    let head = head.get(..memmem::find(head, b"\nFrom ").map_or(head.len(), |at| at + 1))?;
    let unix = memmem::find(head, b"\n\n").map(|at| at + 2);
    let dos = memmem::find(head.get(..unix.unwrap_or(head.len()))?, b"\n\r\n").map(|at| at + 3);
    let body = dos.or(unix)?;
    let header = head.get(..body)?;
    for at in memchr::memchr2_iter(b'c', b'C', header) {
        if header.get(at.wrapping_sub(1)) == Some(&b'\n')
            && header
                .get(at..at + 15)?
                .eq_ignore_ascii_case(b"content-length:")
        {
            let line = header.get(at + 15..)?;
            let line = line.get(..memchr(b'\n', line)?)?.trim_ascii();
            return std::str::from_utf8(line)
                .ok()?
                .parse()
                .ok()
                .map(|length| (body, length));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "From a@b Wed Jan 25 19:46:09 2023";

    fn split(mbox: &str) -> Vec<String> {
        Messages::new(mbox.as_bytes())
            .map(|message| String::from_utf8_lossy(message).into_owned())
            .collect()
    }

    #[test]
    fn every_variant_of_quoting_gives_the_same_messages() {
        let variants = [
            // mboxo, mboxrd: quoted.
            format!("{FROM}\nTo: x\n\n>From here Jan 1 10:00\n\n{FROM}\nTo: y\n\nbye\n"),
            // A line that is no separator: no date.
            format!("{FROM}\nTo: x\n\nFrom here\n\n{FROM}\nTo: y\n\nbye\n"),
            // A line with a date, but no header behind it.
            format!("{FROM}\nTo: x\n\n{FROM}\n\n\n{FROM}\nTo: y\n\nbye\n"),
            // CRLF.
            format!("{FROM}\r\nTo: x\r\n\r\nhi\r\n\r\n{FROM}\r\nTo: y\r\n\r\nbye\r\n"),
            // No blank line between.
            format!("{FROM}\nTo: x\n\nhi\n{FROM}\nTo: y\n\nbye\n"),
        ];
        for mbox in &variants {
            let messages = split(mbox);
            assert_eq!(messages.len(), 2, "{mbox}");
            assert!(messages[0].starts_with("To: x") && messages[1].starts_with("To: y"));
        }
        assert_eq!(variants.len(), 5);
    }

    #[test]
    fn a_length_counts_when_a_separator_or_the_end_follows() {
        let inner = format!("{FROM}\nTo: inner\n\nquoted by nobody\n");
        let length = inner.len();
        let right =
            format!("{FROM}\nTo: x\nContent-Length: {length}\n\n{inner}\n{FROM}\nTo: y\n\nbye\n");
        assert_eq!(split(&right).len(), 2);
        let wrong = format!("{FROM}\nTo: x\ncontent-length: 3\n\n{inner}\n{FROM}\nTo: y\n\nbye\n");
        assert_eq!(split(&wrong).len(), 3);
        let beyond = format!(
            "{FROM}\nTo: x\nContent-Length: 99999999999999\n\nhi\n\n{FROM}\nTo: y\n\nbye\n"
        );
        assert_eq!(split(&beyond).len(), 2);
        let last = format!("{FROM}\nTo: x\nContent-Length: {length}\n\n{inner}");
        assert_eq!(split(&last).len(), 1);
    }
}
