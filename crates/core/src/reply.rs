//! Reply codes and enhanced status codes: `550 5.1.1`.
//!
//! RFC 5321 section 4.2 (reply codes), RFC 3463 and the IANA registry (enhanced codes). Unknown
//! codes are kept as numbers; nothing here judges.
#![deny(clippy::indexing_slicing)]

use std::fmt;
use std::str::FromStr;

/// A three-digit SMTP reply code, 200 to 599.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplyCode(u16);

impl ReplyCode {
    /// `None` outside 200 to 599.
    pub const fn new(code: u16) -> Option<ReplyCode> {
        if code >= 200 && code < 600 {
            Some(ReplyCode(code))
        } else {
            None
        }
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The first digit: 2 accepted, 3 go on, 4 try again, 5 refused.
    #[expect(clippy::cast_possible_truncation, reason = "at most 5")]
    pub const fn class(self) -> u8 {
        (self.0 / 100) as u8
    }

    /// Reads a code at the start of a reply: three digits followed by a space, `-` or the end.
    pub fn parse_prefix(text: &[u8]) -> Option<(ReplyCode, &[u8])> {
        let (digits, rest) = text.split_at_checked(3)?;
        let mut code = 0;
        for &digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            code = code * 10 + u16::from(digit - b'0');
        }
        match rest.first() {
            None | Some(b' ' | b'-') => Some((ReplyCode::new(code)?, rest)),
            _ => None,
        }
    }
}

impl fmt::Debug for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An enhanced status code, `class.subject.detail` (RFC 3463): 5.1.1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnhancedStatus {
    class: u8,
    subject: u16,
    detail: u16,
}

impl EnhancedStatus {
    /// `None` unless class is 2, 4 or 5 and the others are below 1000.
    pub const fn new(class: u8, subject: u16, detail: u16) -> Option<EnhancedStatus> {
        if matches!(class, 2 | 4 | 5) && subject < 1000 && detail < 1000 {
            Some(EnhancedStatus {
                class,
                subject,
                detail,
            })
        } else {
            None
        }
    }

    /// 2 success, 4 try again, 5 permanent.
    pub const fn class(self) -> u8 {
        self.class
    }

    /// The second number: what it is about (1 address, 2 mailbox, 3 system, 4 network, ...).
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The third number.
    pub const fn detail(self) -> u16 {
        self.detail
    }

    /// True for x.0.0, which says nothing beyond its class.
    pub const fn is_generic(self) -> bool {
        self.subject == 0 && self.detail == 0
    }

    /// Reads a code at the start of the text, by Postfix's rule (`dsn_valid`): one digit 2, 4 or 5, two
    /// groups of one to three digits, then white space or the end.
    pub fn parse_prefix(text: &[u8]) -> Option<(EnhancedStatus, &[u8])> {
        let (status, rest) = EnhancedStatus::parse_digits(text)?;
        match rest.first() {
            None => Some((status, rest)),
            Some(byte) if byte.is_ascii_whitespace() => Some((status, rest)),
            _ => None,
        }
    }

    /// Reads `d.ddd.ddd` at the start of the text whatever follows, but another digit or a dot and a digit.
    pub fn parse_digits(text: &[u8]) -> Option<(EnhancedStatus, &[u8])> {
        let (&class, rest) = text.split_first()?;
        let rest = rest.strip_prefix(b".")?;
        let (subject, rest) = up_to_three_digits(rest)?;
        let rest = rest.strip_prefix(b".")?;
        let (detail, rest) = up_to_three_digits(rest)?;
        if let [b'.', next, ..] = rest
            && next.is_ascii_digit()
        {
            return None; // an IP address
        }
        Some((
            EnhancedStatus::new(class.wrapping_sub(b'0'), subject, detail)?,
            rest,
        ))
    }
}

fn up_to_three_digits(text: &[u8]) -> Option<(u16, &[u8])> {
    let n = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if n == 0 || n > 3 {
        return None;
    }
    let (digits, rest) = text.split_at_checked(n)?;
    Some((
        digits
            .iter()
            .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')),
        rest,
    ))
}

impl FromStr for EnhancedStatus {
    type Err = InvalidStatus;

    fn from_str(text: &str) -> Result<EnhancedStatus, InvalidStatus> {
        match EnhancedStatus::parse_digits(text.as_bytes()) {
            Some((status, [])) => Ok(status),
            _ => Err(InvalidStatus),
        }
    }
}

/// The text is no enhanced status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidStatus;

impl fmt::Display for InvalidStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an enhanced status code such as 5.1.1")
    }
}

impl std::error::Error for InvalidStatus {}

impl fmt::Debug for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// True when a content filter says that it threw the message away, or keeps it back, instead of passing it on:
/// `250 2.7.0 Ok, discarded, id=15303-02 - spam`, `250 2.5.0 Ok, quarantined`, `250 2.7.0 BLOCKED (1A2B)`.
pub(crate) fn is_of_discarded(reply: &[u8]) -> bool {
    const WORDS: [&[u8]; 4] = [b"discard", b"quarantin", b"blocked", b"blackhole"];
    let says = |word: &[u8]| {
        let word = word.trim_ascii();
        let starts = |it: &&[u8]| {
            word.get(..it.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(it))
        };
        WORDS.iter().any(starts)
    };
    // An address may hold any word.
    reply
        .split(|byte| byte.is_ascii_whitespace() || *byte == b',')
        .any(|word| !word.contains(&b'@') && says(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Option<String> {
        EnhancedStatus::parse_prefix(text.as_bytes()).map(|(status, _)| status.to_string())
    }

    #[test]
    fn enhanced_status_ends_at_space_or_end() {
        assert_eq!(status("5.1.1 no such user").as_deref(), Some("5.1.1"));
        assert_eq!(status("5.7.509").as_deref(), Some("5.7.509"));
        assert_eq!(status("5.1.1:"), None);
        assert_eq!(status("3.1.1 x"), None);
        assert_eq!(status("5.1.1000"), None);
        assert_eq!(status("5.1.2.3 is an address"), None);
        assert_eq!(status("5.1"), None);
    }

    #[test]
    fn enhanced_status_round_trips() {
        for text in ["2.0.0", "4.2.2", "5.999.999"] {
            assert_eq!(text.parse::<EnhancedStatus>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn reply_code_is_three_digits_then_space_dash_or_end() {
        let code =
            |text: &str| ReplyCode::parse_prefix(text.as_bytes()).map(|(code, _)| code.get());
        assert_eq!(code("550 no"), Some(550));
        assert_eq!(code("550-5.1.1 no"), Some(550));
        assert_eq!(code("421"), Some(421));
        assert_eq!(code("5500"), None);
        assert_eq!(code("999 x"), None);
        assert_eq!(code("55"), None);
    }
}
