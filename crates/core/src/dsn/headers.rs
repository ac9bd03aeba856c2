//! The header of a message or of a MIME part: `Name: value`, folded over lines (RFC 5322 section 2.2).
//!
//! Values stay as they stand, folds and all; [`unfold`] joins them. Encoded words (RFC 2047) are decoded where
//! people wrote: in subjects and names.

use std::borrow::Cow;

use mail_parser::parsers::MessageStream;
use memchr::memchr;

use super::deviation::{Deviation, Deviations};

/// Bytes of a header that are read. Real ones reach 100 KB (long chains of signatures); the rest is passed
/// over.
pub(super) const MAX_HEADER_BYTES: usize = 1 << 20;

/// Fields of a header that are kept. Real ones have a few dozen.
pub(super) const MAX_HEADER_FIELDS: usize = 2000;

/// Bytes of an unfolded value that are kept: replies of servers end at 64 KB at the latest.
pub(super) const MAX_VALUE: usize = 64 << 10;

/// The fields of a header.
#[derive(Debug, Clone, Default)]
pub(super) struct Headers<'m> {
    fields: Vec<(&'m [u8], &'m [u8])>,
}

impl<'m> Headers<'m> {
    /// Splits a message or a part into its header and its body.
    pub(super) fn split(message: &'m [u8], deviations: &mut Deviations) -> (Headers<'m>, &'m [u8]) {
        let mut headers = Headers::default();
        let mut rest = skip_leading_junk(message);
        let mut read = 0;
        let mut late = None;
        loop {
            let (line, after) = cut_line(rest);
            if line.is_empty() {
                return (headers, after);
            }
            let Some((name, _)) = field(line) else {
                if line.starts_with(b" ") || line.starts_with(b"\t") || is_envelope_line(line) {
                    rest = after; // a fold of nothing, or the mark of a mailbox
                    continue;
                }
                if header_goes_on(after) {
                    deviations.add(Deviation::Line); // a fold that lost its indent
                    rest = after;
                    continue;
                }
                // No blank line: the body begins with the first line that is no field.
                return (headers, rest);
            };
            let mut end = rest.len() - after.len();
            while let Some([b' ' | b'\t', ..]) = rest.get(end..) {
                let (fold, next) = cut_line(rest.get(end..).unwrap_or_default());
                if fold.trim_ascii().is_empty() {
                    break; // a line of blanks ends the header, as it does for most readers
                }
                end = rest.len() - next.len();
            }
            read += end;
            let value = rest.get(name.len()..end).unwrap_or_default();
            let colon = memchr(b':', value).map_or(value.len(), |at| at + 1);
            let value = value.get(colon..).unwrap_or_default();
            if read <= MAX_HEADER_BYTES && headers.fields.len() < MAX_HEADER_FIELDS {
                headers.fields.push((name, value));
            } else {
                deviations.add(Deviation::HeaderTooLong);
                late.get_or_insert_with(|| headers.lacking())
                    .take(&mut headers, name, value);
            }
            rest = rest.get(end..).unwrap_or_default();
            if rest
                .first()
                .is_some_and(|&byte| byte == b' ' || byte == b'\t')
            {
                let (_, after) = cut_line(rest);
                return (headers, after);
            }
        }
    }

    /// The usual fields that are not among those kept.
    fn lacking(&self) -> Lacking {
        Lacking(USUAL.map(|name| !self.has(name)))
    }

    /// The first field of that name, as it stands.
    pub(super) fn raw(&self, name: &[u8]) -> Option<&'m [u8]> {
        self.all(name).next()
    }

    /// The first field of that name, unfolded.
    pub(super) fn value(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.raw(name).map(unfold)
    }

    /// The first field of that name as people read it: encoded words decoded, in lower case; empty when there
    /// is none.
    pub(super) fn words(&self, name: &[u8]) -> String {
        /// Subjects and names are short; decoding is slow.
        const MAX_WORDS: usize = 4096;
        let Some(mut value) = self.value(name) else {
            return String::new();
        };
        value.truncate(MAX_WORDS);
        if memchr::memmem::find(&value, b"=?").is_none() {
            return String::from_utf8_lossy(&value).to_lowercase();
        }
        value.push(b'\n'); // the end that the parser looks for
        let decoded = MessageStream::new(&value).parse_unstructured();
        decoded
            .as_text()
            .map_or_else(|| String::from_utf8_lossy(&value), Cow::Borrowed)
            .to_lowercase()
    }

    /// Every field of that name, in their order, as they stand.
    pub(super) fn all(&self, name: &[u8]) -> impl Iterator<Item = &'m [u8]> {
        self.fields
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|&(_, value)| value)
    }

    /// True when there is a field of that name.
    pub(super) fn has(&self, name: &[u8]) -> bool {
        self.raw(name).is_some()
    }
}

/// Usual fields that a header does not have within its limits: each is taken once, wherever it stands, so
/// that a message is told for what it is.
struct Lacking([bool; USUAL.len()]);

impl Lacking {
    fn take<'m>(&mut self, headers: &mut Headers<'m>, name: &'m [u8], value: &'m [u8]) {
        let place = USUAL
            .iter()
            .position(|known| name.eq_ignore_ascii_case(known));
        if let Some(lacks) = place.and_then(|place| self.0.get_mut(place))
            && std::mem::take(lacks)
        {
            let value = value.get(..MAX_VALUE).unwrap_or(value);
            headers.fields.push((name, value));
        }
    }
}

/// Blank lines, a byte order mark and the `From ` line of a mailbox may stand before a header.
fn skip_leading_junk(message: &[u8]) -> &[u8] {
    let mut rest = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
    while let Some(after) = rest
        .strip_prefix(b"\n")
        .or_else(|| rest.strip_prefix(b"\r\n"))
    {
        rest = after;
    }
    // A part that begins with a blank line has no header at all.
    if rest.len() < message.len() && field(cut_line(rest).0).is_none() && !is_envelope_line(rest) {
        return message;
    }
    rest
}

/// True when a fold or a well-known field follows a line that is no field.
fn header_goes_on(rest: &[u8]) -> bool {
    let (line, after) = cut_line(rest);
    match line.first() {
        Some(b' ' | b'\t') => !line.trim_ascii().is_empty() && header_goes_on_directly(after),
        _ => header_goes_on_directly(rest),
    }
}

fn header_goes_on_directly(rest: &[u8]) -> bool {
    let (line, _) = cut_line(rest);
    matches!(line.first(), Some(b' ' | b'\t'))
        || field(line).is_some_and(|(name, _)| {
            let begins = |start: &[u8]| {
                name.get(..start.len())
                    .is_some_and(|name| name.eq_ignore_ascii_case(start))
            };
            is_usual(name) || begins(b"x-") || begins(b"content-")
        })
}

/// Fields of which every message has one among its first.
const USUAL: [&[u8]; 17] = [
    b"authentication-results",
    b"content-type",
    b"date",
    b"delivered-to",
    b"dkim-signature",
    b"envelope-to",
    b"from",
    b"message-id",
    b"mime-version",
    b"received",
    b"received-spf",
    b"reply-to",
    b"return-path",
    b"subject",
    b"to",
    b"x-apparently-to",
    b"x-original-to",
];

/// True for one of the [`USUAL`] fields.
pub(crate) fn is_usual(name: &[u8]) -> bool {
    USUAL.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn is_envelope_line(line: &[u8]) -> bool {
    line.starts_with(b"From ") || line.starts_with(b">From ")
}

/// Cuts off the first line; gives it without its line end, and what follows.
pub(super) fn cut_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match memchr(b'\n', bytes) {
        Some(end) => (
            bytes.get(..end).unwrap_or_default(),
            bytes.get(end + 1..).unwrap_or_default(),
        ),
        None => (bytes, &b""[..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

/// A line as `name: value`; space before the colon is forgiven. `None` when it is no field.
pub(super) fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    /// No field name is longer.
    const MAX_NAME: usize = 100;
    let colon = memchr(b':', line.get(..MAX_NAME).unwrap_or(line))?;
    let (name, value) = line.split_at_checked(colon)?;
    let name = name.trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(|&byte| matches!(byte, 33..=126));
    is_name.then(|| (name, value.get(1..).unwrap_or_default()))
}

/// Joins the lines of a folded value: each fold becomes one space. Cut at [`MAX_VALUE`].
pub(super) fn unfold(raw: &[u8]) -> Vec<u8> {
    let mut value = Vec::new();
    let mut rest = raw;
    while !rest.is_empty() && value.len() < MAX_VALUE {
        let (line, after) = cut_line(rest);
        let line = line.trim_ascii();
        if !line.is_empty() {
            if !value.is_empty() {
                value.push(b' ');
            }
            let room = MAX_VALUE - value.len().min(MAX_VALUE);
            value.extend_from_slice(line.get(..room).unwrap_or(line));
        }
        rest = after;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(message: &str) -> (Headers<'_>, &[u8]) {
        Headers::split(message.as_bytes(), &mut Deviations::default())
    }

    #[test]
    fn fields_are_folded_and_end_at_the_blank_line() {
        let (headers, body) =
            split("From x Mon\nSubject: a\n b\r\n\tc\nX-Empty:\nTo : me\n\nbody\n");
        assert_eq!(headers.value(b"subject").unwrap(), b"a b c");
        assert_eq!(headers.value(b"x-empty").unwrap(), b"");
        assert_eq!(headers.value(b"TO").unwrap(), b"me");
        assert_eq!(body, b"body\n");
    }

    #[test]
    fn a_header_without_a_blank_line_ends_at_the_first_other_line() {
        let (headers, body) = split("Received: a\n(b) c\n d\nFrom: x\n\nbody");
        assert!(headers.has(b"from"));
        assert_eq!(body, b"body");
        let (headers, body) = split("To: me\nThis is text\n");
        assert!(headers.has(b"to"));
        assert_eq!(body, b"This is text\n");
        assert_eq!(split("\n\nplain text\n").1, b"\nplain text\n");
        assert_eq!(split("").1, b"");
    }

    #[test]
    fn long_headers_are_cut_and_the_body_is_found() {
        let message = format!("{}\nbody", "X-A: b\n".repeat(200_000));
        let mut deviations = Deviations::default();
        let (headers, body) = Headers::split(message.as_bytes(), &mut deviations);
        assert_eq!(headers.fields.len(), MAX_HEADER_FIELDS);
        assert_eq!(body, b"body");
        assert!(deviations.has(Deviation::HeaderTooLong));
        let folded = format!("A: {}", "x\n ".repeat(100_000));
        assert!(split(&folded).0.value(b"a").unwrap().len() <= MAX_VALUE);
    }
}
