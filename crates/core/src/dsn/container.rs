//! The parts of a message that matter here: words for people, status, what was returned (RFC 6522).
//!
//! `Content-Type: multipart/report; report-type=delivery-status; boundary="x"`. Only the outer levels are
//! walked: the returned message is never opened, so that its cost is one search for the boundary and its
//! nesting costs nothing. mail-parser reads the fields of MIME and decodes; it does not cut the parts,
//! because it descends into every returned message and keeps a stack frame for each.
//!
//! Left out: parts of `message/partial` and `message/external-body`.

use std::borrow::Cow;

use mail_parser::ContentType;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::html::html_to_text;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;
use memchr::memmem;

use super::deviation::{Deviation, Deviations};
use super::headers::{Headers, cut_line, field};

/// Multiparts within multiparts that are walked. Reports wrapped by lists and gateways have three.
const MAX_DEPTH: usize = 8;

/// Parts that are looked at. A report has three.
const MAX_PARTS: usize = 1000;

/// Bytes of a text for people that are decoded: bounces say what they have to say at the start, and HTML
/// is slow.
const MAX_TEXT: usize = 256 << 10;

/// What a message is made of.
#[derive(Debug, Default)]
pub(super) struct Parts<'m> {
    /// The first text for people.
    pub(super) text: Option<Cow<'m, [u8]>>,
    /// Its source was HTML.
    from_html: bool,
    /// The status parts, decoded.
    pub(super) status: Vec<Cow<'m, [u8]>>,
    /// The returned message, or its header.
    pub(super) returned: Option<Cow<'m, [u8]>>,
    /// Other texts: the status fields may stand there.
    pub(super) texts: Vec<Cow<'m, [u8]>>,
    /// The outermost `report-type`, in lower case.
    pub(super) report_type: Option<String>,
    /// The message itself is a `multipart/report`.
    pub(super) is_report: bool,
    /// The fields of a disposition notification.
    pub(super) disposition: Option<Cow<'m, [u8]>>,
    /// The first part that says which other kind of report this is.
    pub(super) other: Option<Other>,
    /// What was odd.
    pub(super) deviations: Deviations,
    seen: usize,
}

/// A report of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Other {
    /// RFC 5965.
    Feedback,
    /// RFC 8098.
    Disposition,
    /// RFC 8460.
    Tls,
    /// RFC 7489: a compressed file or XML, named by its rule (section 7.2.1.1).
    Dmarc,
}

impl<'m> Parts<'m> {
    /// Walks the outer levels of a message with this header and body.
    pub(super) fn of(headers: &Headers<'m>, body: &'m [u8]) -> Parts<'m> {
        let mut parts = Parts::default();
        let kind = content_type(headers);
        let report_type = kind
            .as_ref()
            .and_then(|kind| kind.attribute("report-type"))
            .map(str::to_ascii_lowercase);
        let is_report = kind
            .as_ref()
            .is_some_and(|kind| is(kind, "multipart", "report"));
        parts.report_type = report_type;
        parts.is_report = is_report;
        if !is_report || parts.report_type.as_deref() != Some("delivery-status") {
            parts.deviations.add(Deviation::Container); // dropped again where there is no status
        }
        parts.take(headers, kind.as_ref(), body, 0);
        parts
    }

    /// One part, or the message itself.
    fn take(
        &mut self,
        headers: &Headers<'m>,
        kind: Option<&ContentType<'_>>,
        body: &'m [u8],
        depth: usize,
    ) {
        if self.seen == MAX_PARTS {
            self.deviations.add(Deviation::PartsTooMany);
            return;
        }
        self.seen += 1;
        let Some(kind) = kind else {
            return self.take_text(headers, None, body);
        };
        let subtype = kind.subtype().unwrap_or_default().to_ascii_lowercase();
        match kind.ctype().to_ascii_lowercase().as_str() {
            "multipart" => self.take_multipart(headers, kind, body, depth),
            "message" | "text"
                if matches!(&*subtype, "delivery-status" | "global-delivery-status") =>
            {
                let status = self.decoded(headers, body);
                self.status.push(status);
            }
            "message" if subtype == "feedback-report" => self.set_other(Other::Feedback),
            "message" if subtype.ends_with("disposition-notification") => {
                self.set_other(Other::Disposition);
                if self.disposition.is_none() {
                    let fields = self.decoded(headers, body);
                    self.disposition = Some(fields);
                }
            }
            "message" => match &*subtype {
                "rfc822" | "global" | "rfc822-headers" | "global-headers" => {
                    self.take_returned(headers, body);
                }
                _ => {}
            },
            "text" => match &*subtype {
                "rfc822-headers" | "rfc822" => self.take_returned(headers, body),
                _ => self.take_text(headers, Some(kind), body),
            },
            "application" if subtype.starts_with("tlsrpt") => self.set_other(Other::Tls),
            "application" if is_dmarc_file(headers, kind) => self.set_other(Other::Dmarc),
            _ => {}
        }
    }

    fn set_other(&mut self, other: Other) {
        self.other.get_or_insert(other);
    }

    fn take_returned(&mut self, headers: &Headers<'m>, body: &'m [u8]) {
        if self.returned.is_none() {
            // Some senders encode it, which RFC 2046 forbids.
            let returned = self.decoded(headers, body);
            self.returned = Some(returned);
        }
    }

    fn take_text(&mut self, headers: &Headers<'m>, kind: Option<&ContentType<'_>>, body: &'m [u8]) {
        let html = kind.is_some_and(|kind| is(kind, "text", "html"));
        let decoded = self.decoded(headers, body);
        let charset = kind.and_then(|kind| kind.attribute("charset"));
        let text = in_utf8(decoded, charset, html);
        if self.text.is_none() || (self.from_html && !html) {
            self.from_html = html;
            if let Some(first) = self.text.replace(text) {
                self.texts.push(first);
            }
        } else if !html {
            self.texts.push(text);
        }
    }

    fn take_multipart(
        &mut self,
        headers: &Headers<'m>,
        kind: &ContentType<'_>,
        body: &'m [u8],
        depth: usize,
    ) {
        if depth == MAX_DEPTH {
            self.deviations.add(Deviation::NestedTooDeep);
            return;
        }
        let declared = kind.attribute("boundary").unwrap_or_default().as_bytes();
        let mut cut = Cut::new(body, declared);
        if cut.is_none() {
            cut = guess_boundary(body).and_then(|boundary| Cut::new(body, boundary));
            self.deviations.add(Deviation::BoundaryGuessed);
        }
        let Some(mut cut) = cut else {
            // No parts at all: one text.
            return self.take_text(headers, None, body);
        };
        for part in &mut cut {
            let (headers, body) = Headers::split(part, &mut self.deviations);
            let kind = content_type(&headers);
            self.take(&headers, kind.as_ref(), body, depth + 1);
            if self.deviations.has(Deviation::PartsTooMany) {
                return;
            }
        }
        if !cut.closed {
            self.deviations.add(Deviation::BoundaryNotClosed);
        }
    }

    /// A body without its transfer encoding.
    fn decoded(&mut self, headers: &Headers<'m>, body: &'m [u8]) -> Cow<'m, [u8]> {
        let Some(encoding) = headers.value(b"content-transfer-encoding") else {
            return Cow::Borrowed(body);
        };
        let decoded = if encoding.eq_ignore_ascii_case(b"base64") {
            base64_decode(body.trim_ascii())
        } else if encoding.eq_ignore_ascii_case(b"quoted-printable") {
            quoted_printable_decode(body)
        } else {
            return Cow::Borrowed(body);
        };
        if let Some(bytes) = decoded {
            return Cow::Owned(bytes);
        }
        self.deviations.add(Deviation::Encoding);
        Cow::Borrowed(body)
    }
}

/// A text for people in UTF-8.
fn in_utf8<'m>(bytes: Cow<'m, [u8]>, charset: Option<&str>, html: bool) -> Cow<'m, [u8]> {
    let start = bytes.get(..MAX_TEXT).unwrap_or(&bytes);
    // ISO-2022 hides other letters behind ASCII bytes; of the rest, ASCII is ASCII.
    let plain = start.is_ascii() && !start.contains(&0x1b);
    let decoder = if plain {
        None
    } else {
        charset.and_then(|charset| charset_decoder(charset.as_bytes()))
    };
    let text = decoder.map(|decode| decode(start));
    if html {
        let text = text.unwrap_or_else(|| String::from_utf8_lossy(start).into_owned());
        return Cow::Owned(html_to_text(&text).into_bytes());
    }
    match text {
        Some(text) => Cow::Owned(text.into_bytes()),
        None => bytes,
    }
}

fn is(kind: &ContentType<'_>, main: &str, sub: &str) -> bool {
    kind.ctype().eq_ignore_ascii_case(main)
        && kind
            .subtype()
            .is_some_and(|known| known.eq_ignore_ascii_case(sub))
}

/// The Content-Type field; `None` when there is none, or none that can be read.
fn content_type(headers: &Headers<'_>) -> Option<ContentType<'static>> {
    let mut value = headers.value(b"content-type")?;
    value.push(b'\n'); // the end that the parser looks for
    let value = MessageStream::new(&value).parse_content_type().into_owned();
    value.into_content_type()
}

/// `receiver!domain!begin!end.xml.gz`
fn is_dmarc_file(headers: &Headers<'_>, kind: &ContentType<'_>) -> bool {
    let disposition = headers.value(b"content-disposition").unwrap_or_default();
    let names = [
        kind.attribute("name").unwrap_or_default().as_bytes(),
        &disposition,
    ];
    names.iter().any(|name| {
        memchr::memchr_iter(b'!', name).count() >= 3
            && (memmem::find(name, b".xml").is_some() || memmem::find(name, b".zip").is_some())
    })
}

/// The parts between boundary lines.
struct Cut<'m, 'b> {
    rest: Option<&'m [u8]>,
    boundary: Cow<'b, [u8]>,
    closed: bool,
}

impl<'m, 'b> Cut<'m, 'b> {
    /// Starts behind the first boundary line; `None` when there is none.
    fn new(body: &'m [u8], boundary: &'b [u8]) -> Option<Cut<'m, 'b>> {
        // RFC 2046 forbids blanks at its end; some quote them all the same.
        let boundary = boundary.trim_ascii_end();
        if boundary.is_empty() {
            return None;
        }
        let mut delimiter = b"--".to_vec();
        delimiter.extend_from_slice(boundary);
        let mut cut = Cut {
            rest: None,
            boundary: Cow::Owned(delimiter),
            closed: false,
        };
        let (_, rest) = cut.find(body)?;
        cut.rest = (!cut.closed).then_some(rest);
        cut.rest.is_some().then_some(cut)
    }

    /// What stands before the next boundary line and behind it.
    fn find(&mut self, bytes: &'m [u8]) -> Option<(&'m [u8], &'m [u8])> {
        let mut from = 0;
        while let Some(found) = memmem::find(bytes.get(from..)?, &self.boundary) {
            let at = from + found;
            let starts_line = at == 0 || bytes.get(at - 1) == Some(&b'\n');
            let (line, rest) = cut_line(bytes.get(at + self.boundary.len()..)?);
            let line = line.trim_ascii();
            if starts_line && (line.is_empty() || line == b"--") {
                self.closed |= line == b"--";
                return Some((bytes.get(..at)?, rest));
            }
            from = at + self.boundary.len();
        }
        None
    }
}

impl<'m> Iterator for Cut<'m, '_> {
    type Item = &'m [u8];

    fn next(&mut self) -> Option<&'m [u8]> {
        if self.closed {
            return None;
        }
        let bytes = self.rest.take()?;
        match self.find(bytes) {
            Some((part, rest)) => {
                self.rest = Some(rest);
                Some(part)
            }
            None => Some(bytes), // not closed: the last part goes to the end
        }
    }
}

/// The boundary that a body seems to use: a line of `--` and more, and then a field of MIME.
fn guess_boundary(body: &[u8]) -> Option<&[u8]> {
    /// Where it must begin: preambles are short.
    const MAX_PREAMBLE_LINES: usize = 200;
    let mut rest = body;
    for _ in 0..MAX_PREAMBLE_LINES {
        if rest.is_empty() {
            return None;
        }
        let (line, after) = cut_line(rest);
        if let Some(boundary) = line.strip_prefix(b"--")
            && !boundary.trim_ascii().is_empty()
            && let Some((name, _)) = field(cut_line(after).0)
            && name.len() > 8
            && name.get(..8)?.eq_ignore_ascii_case(b"content-")
        {
            return Some(boundary);
        }
        rest = after;
    }
    None
}
