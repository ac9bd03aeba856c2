//! The values of status fields: `rfc822; a@libero.it`, `failed (mailbox gone)`, `smtp; 550 5.1.1 no`.
//!
//! RFC 3464 sections 2.1.2 and 2.3, RFC 3463, RFC 6533 section 3 (addresses of type utf-8). Nothing is
//! repaired: what a field does not say stays unsaid.

use memchr::{memchr, memmem};

use crate::reply::{EnhancedStatus, ReplyCode};

/// What the reporting MTA did for a recipient (RFC 3464 section 2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Not delivered yet; it goes on trying.
    Delayed,
    /// The address was probed and would take mail (`sendmail -bv`).
    Deliverable,
    /// Delivered to the recipient.
    Delivered,
    /// Handed on to several addresses behind an alias.
    Expanded,
    /// Given up.
    Failed,
    /// Handed to a host that reports nothing.
    Relayed,
}

impl Action {
    /// Every action, in the order of the names.
    pub const ALL: [Action; 6] = [
        Action::Delayed,
        Action::Deliverable,
        Action::Delivered,
        Action::Expanded,
        Action::Failed,
        Action::Relayed,
    ];

    /// The word of the standard.
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Delayed => "delayed",
            Action::Deliverable => "deliverable",
            Action::Delivered => "delivered",
            Action::Expanded => "expanded",
            Action::Failed => "failed",
            Action::Relayed => "relayed",
        }
    }

    /// Reads a field: the word in any case, maybe followed by a comment or by more words.
    pub(super) fn parse(value: &[u8]) -> Option<Action> {
        let word = word_of(value);
        Action::ALL
            .into_iter()
            .find(|action| word.eq_ignore_ascii_case(action.as_str().as_bytes()))
    }
}

/// The letters at the start.
pub(super) fn word_of(value: &[u8]) -> &[u8] {
    let n = value.iter().take_while(|byte| byte.is_ascii_alphabetic());
    value.get(..n.count()).unwrap_or_default()
}

/// `type; value` → both; no type when there is none.
pub(super) fn typed(value: &[u8]) -> (Option<&[u8]>, &[u8]) {
    /// `X400-something`, `x-local`: types are short words.
    const MAX_TYPE: usize = 40;
    let start = value.get(..MAX_TYPE).unwrap_or(value);
    let Some(end) = memchr(b';', start) else {
        return (None, value.trim_ascii());
    };
    let (kind, rest) = value.split_at_checked(end).unwrap_or((b"", value));
    let kind = kind.trim_ascii();
    let is_type = kind
        .iter()
        .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/' | b'_' | b' '));
    if !is_type {
        return (None, value.trim_ascii());
    }
    (Some(kind), rest.get(1..).unwrap_or_default().trim_ascii())
}

/// An address as a field shows it → as an envelope has it: without brackets, comment and `mailto:`.
pub(super) fn address(value: &[u8], kind: Option<&[u8]>) -> Vec<u8> {
    let mut address = value.trim_ascii();
    // `Name <a@b>` and `<a@b> (comment)`: what the brackets hold.
    if let Some(open) = memchr(b'<', address)
        && let Some(inner) = address.get(open + 1..)
        && let Some(close) = memchr(b'>', inner)
    {
        address = inner.get(..close).unwrap_or_default().trim_ascii();
    } else if address.ends_with(b")")
        && let Some(open) = memmem::find(address, b" (")
    {
        address = address.get(..open).unwrap_or_default().trim_ascii();
    }
    let address = address.strip_prefix(b"<").unwrap_or(address);
    let address = address.strip_suffix(b">").unwrap_or(address);
    if kind.is_some_and(|kind| kind.eq_ignore_ascii_case(b"utf-8")) {
        return decode_utf8_type(address);
    }
    address.to_vec()
}

/// RFC 6533 section 3: `\x{HEX}` stands for one letter. What is no letter stays as it is.
fn decode_utf8_type(address: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(address.len());
    let mut rest = address;
    while let Some(at) = memmem::find(rest, b"\\x{") {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, b""));
        decoded.extend_from_slice(before);
        let inner = escape.get(3..).unwrap_or_default();
        let letter = memchr(b'}', inner.get(..7).unwrap_or(inner)).and_then(|end| {
            let digits = std::str::from_utf8(inner.get(..end)?).ok()?;
            if digits.starts_with('+') {
                return None;
            }
            let letter = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
            (!letter.is_control()).then_some((letter, inner.get(end + 1..)?))
        });
        if let Some((letter, after)) = letter {
            decoded.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            rest = after;
        } else {
            decoded.extend_from_slice(escape.get(..3).unwrap_or_default());
            rest = inner;
        }
    }
    decoded.extend_from_slice(rest);
    decoded
}

/// The code of a Status field: a comment may follow it.
pub(super) fn status(value: &[u8]) -> Option<EnhancedStatus> {
    let value = value.trim_ascii();
    EnhancedStatus::parse_digits(value).map(|(status, _)| status)
}

/// What a diagnostic says, as offsets into it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) code: Option<ReplyCode>,
    pub(super) status: Option<EnhancedStatus>,
    /// Where the reply of the remote side begins; the whole length when there is none.
    pub(super) reply: usize,
}

/// Reads a diagnostic of this type. `smtp; 550 5.1.1 <a@b> unknown` begins with the reply; others put
/// words of their own before it: `host mx[192.0.2.1] said: 550 ...`, `#5.1.1 smtp;550 ...`.
pub(super) fn diagnostic(text: &[u8]) -> Said {
    // `554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.2 Connection timed out>`: the
    // last real reply is the inner one.
    if let Some(status) = reply_at(text, 0).and_then(|said| said.status)
        && (status.subject(), status.detail()) == (4, 7)
        && let Some(inner) = memmem::rfind(text, b"<")
        && let Some(said) = reply_at(text, inner + 1)
    {
        return said;
    }
    if let Some(said) = reply_at(text, 0) {
        return said;
    }
    if let Some(said) = first_reply(text) {
        return said;
    }
    Said {
        code: None,
        status: first_status(text),
        reply: text.len(),
    }
}

/// The code that stands exactly here, and what follows it: `550 no`, `550-no`, `550: no` (Yahoo).
fn code_at(text: &[u8], at: usize) -> Option<(ReplyCode, &[u8])> {
    let rest = text.get(at..)?;
    if let Some(found) = ReplyCode::parse_prefix(rest) {
        return Some(found);
    }
    // `connect to mx[192.0.2.1]:465: timed out`: a port stands right behind its colon.
    let before = text.get(..at)?.last();
    let begins = before.is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'(');
    let (digits, behind) = rest.split_at_checked(3)?;
    if !begins || !behind.starts_with(b": ") {
        return None;
    }
    let (code, _) = ReplyCode::parse_prefix(digits)?;
    Some((code, behind))
}

/// A reply that begins exactly here.
fn reply_at(text: &[u8], at: usize) -> Option<Said> {
    let (code, rest) = code_at(text, at)?;
    let words = rest.get(1..).unwrap_or_default();
    let words = words.trim_ascii_start();
    let status = words.strip_prefix(b"#").unwrap_or(words);
    let status = EnhancedStatus::parse_digits(status)
        .map(|(status, _)| status)
        .or_else(|| first_status(words));
    Some(Said {
        code: Some(code),
        status,
        reply: at,
    })
}

/// The first thing within a text that is surely a reply: after words that lead to one, or a code before an
/// enhanced code.
fn first_reply(text: &[u8]) -> Option<Said> {
    /// Replies stand near the start; a long text is not searched through.
    const MAX_SEARCH: usize = 4096;
    let searched = text.get(..MAX_SEARCH).unwrap_or(text);
    for at in memchr::memchr3_iter(b'4', b'5', b'2', searched) {
        let before = searched.get(..at)?;
        let word = before.trim_ascii_end();
        let leads = before.is_empty()
            || [
                &b":"[..],
                b";",
                b"#",
                b"<",
                b"\"",
                b"'",
                b"said",
                b"error",
                b"code",
                b"-",
            ]
            .iter()
            .any(|lead| word.ends_with(lead))
            || (before.ends_with(b"(") && !counts(text, at));
        let stands_alone = before
            .last()
            .is_none_or(|&byte| !byte.is_ascii_alphanumeric() && byte != b'.');
        if !stands_alone {
            continue;
        }
        let Some(said) = reply_at(text, at) else {
            continue;
        };
        let code_follows = text
            .get(at + 4..)
            .and_then(|rest| EnhancedStatus::parse_digits(rest.strip_prefix(b"#").unwrap_or(rest)))
            .is_some_and(|(status, _)| {
                said.code.is_some_and(|code| code.class() == status.class())
            });
        if (leads && said.code.is_some_and(|code| code.class() >= 4)) || code_follows {
            return Some(said);
        }
    }
    None
}

/// True where a number counts something: `(450 seconds)`.
fn counts(text: &[u8], at: usize) -> bool {
    const UNITS: [&[u8]; 14] = [
        b"b", b"byte", b"day", b"hour", b"kb", b"kib", b"mail", b"mb", b"message", b"mib", b"min",
        b"ms", b"s", b"sec",
    ];
    let word = word_of(text.get(at + 4..).unwrap_or_default()).to_ascii_lowercase();
    let one = word
        .strip_suffix(b"s")
        .filter(|one| !one.is_empty())
        .unwrap_or(&word);
    UNITS.contains(&one) || matches!(&*word, b"minutes" | b"seconds" | b"minute" | b"second")
}

/// The first enhanced code that stands alone: `(#5.1.1)`, `5.1.1 smtp;...`.
pub(super) fn first_status(text: &[u8]) -> Option<EnhancedStatus> {
    /// As for replies.
    const MAX_SEARCH: usize = 4096;
    let searched = text.get(..MAX_SEARCH).unwrap_or(text);
    for at in memchr::memchr2_iter(b'4', b'5', searched) {
        let alone = at == 0
            || searched
                .get(at - 1)
                .is_some_and(|&byte| !byte.is_ascii_alphanumeric() && byte != b'.');
        if alone
            && let Some((status, rest)) = EnhancedStatus::parse_digits(searched.get(at..)?)
            && !rest.first().is_some_and(u8::is_ascii_alphanumeric)
        {
            return Some(status);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_end_at_the_first_semicolon_and_may_be_missing() {
        let cases: [(&str, Option<&str>, &str); 6] = [
            ("rfc822; a@b", Some("rfc822"), "a@b"),
            ("RFC822;a@b", Some("RFC822"), "a@b"),
            ("a@b", None, "a@b"),
            ("smtp; 550 no; really", Some("smtp"), "550 no; really"),
            ("550 <a;b> no", None, "550 <a;b> no"),
            ("; a@b", Some(""), "a@b"),
        ];
        for (value, kind, rest) in cases {
            let expected = (kind.map(str::as_bytes), rest.as_bytes());
            assert_eq!(typed(value.as_bytes()), expected, "{value}");
        }
    }

    #[test]
    fn addresses_lose_their_wrapping_and_nothing_else() {
        let cases = [
            ("rfc822", "<a@b.example>", "a@b.example"),
            ("rfc822", "Name <a@b.example> (gone)", "a@b.example"),
            ("rfc822", "a@b.example (gone)", "a@b.example"),
            ("rfc822", "a+2B@x.example", "a+2B@x.example"),
            ("rfc822", "|/usr/bin/filter", "|/usr/bin/filter"),
            ("rfc822", "root", "root"),
            ("utf-8", "g\\x{F6}ran@x.example", "göran@x.example"),
            (
                "utf-8",
                "a\\x{D800}\\x{0A}\\x{110000}\\x{}@x",
                "a\\x{D800}\\x{0A}\\x{110000}\\x{}@x",
            ),
            ("rfc822", "g\\x{F6}@x", "g\\x{F6}@x"),
        ];
        for (kind, value, expected) in cases {
            let got = address(value.as_bytes(), Some(kind.as_bytes()));
            assert_eq!(String::from_utf8_lossy(&got), expected);
        }
        assert_eq!(cases.len(), 9);
    }

    #[test]
    fn actions_may_have_comments() {
        assert_eq!(Action::parse(b"FAILED"), Some(Action::Failed));
        assert_eq!(
            Action::parse(b"relayed (to non-DSN-aware mailer)"),
            Some(Action::Relayed)
        );
        assert_eq!(Action::parse(b"failure"), None);
        assert_eq!(Action::parse(b""), None);
    }

    #[test]
    fn diagnostics_hold_a_code_an_enhanced_code_and_a_reply() {
        let cases = [
            ("550 5.1.1 <a@b> unknown", "550 5.1.1 0"),
            ("550-5.1.1 one 550 5.1.1 two", "550 5.1.1 0"),
            ("550 unknown (#5.1.1)", "550 5.1.1 0"),
            (
                "#5.1.10 smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound",
                "550 5.1.10 13",
            ),
            ("host mx[192.0.2.1] said: 550 no", "550 - 25"),
            (
                "554 4.4.7 Message expired. <421 4.4.2 timed out>",
                "421 4.4.2 28",
            ),
            ("connect to h[192.0.2.1]:25: Connection refused", "- - none"),
            ("x 450 seconds", "- - none"),
            ("550: 5.1.1 <a@b>: User unknown", "550 5.1.1 0"),
            ("554: delivery error: no account [0]", "554 - 0"),
            ("connect to h[192.0.2.1]:465: timed out", "- - none"),
            ("(550 user unknown)", "550 - 1"),
            ("no (552 mailbox full)", "552 - 4"),
            ("no (450 seconds)", "- - none"),
            ("too large (550 KB)", "- - none"),
            ("unknown user", "- - none"),
            ("5.7.1 smtp", "- 5.7.1 none"),
        ];
        for (text, expected) in cases {
            let said = diagnostic(text.as_bytes());
            let code = said.code.map_or("-".into(), |code| code.to_string());
            let status = said.status.map_or("-".into(), |status| status.to_string());
            let reply = if said.reply == text.len() {
                "none".into()
            } else {
                said.reply.to_string()
            };
            assert_eq!(format!("{code} {status} {reply}"), expected, "{text}");
        }
        assert_eq!(cases.len(), 17);
    }
}
