//! Brings a reply into one plain form, so that a rule needs few phrases.
//!
//! `550-5.1.1 <a@b.example>: User unknown` → ` @ : user unknown `. Letters become lower case and lose their
//! accents, white space and brackets become one space, codes are dropped (so that the joined lines of a
//! long reply read on). Addresses become `@`, and host names become upper case, so that no rule for words fires on
//! `spam@b.example` or `mx.blocklist.example`; a phrase that is a host name itself (`spamhaus.org`) still
//! finds host names, and only those. Of a URL the scheme and the host name are left. What was unprintable may have become `?` in the log and stays so.

use crate::near;

/// Longest folded text, in bytes. Postfix cuts its records at 2000 bytes, and no reply says its reason later.
pub(super) const CAPACITY: usize = 2048;

/// A folded text, on the stack.
#[derive(Debug)]
pub(super) struct Folded {
    bytes: [u8; CAPACITY],
    len: usize,
    /// Where the first sentence ends; 0 when no end of a sentence was seen.
    sentence: usize,
}

impl Folded {
    /// Folds the text; what does not fit is left out.
    pub(super) fn new(text: &[u8]) -> Folded {
        let mut folded = Folded {
            bytes: [b' '; CAPACITY],
            len: 1,
            sentence: 0,
        };
        let mut words = 0;
        for word in text.split(|&byte| is_space(byte)) {
            let before = folded.len;
            // Exim writes the line ends of a reply as the two characters `\n`.
            let mut rest = word;
            while let Some(at) = near::find_pair(*b"\\n", rest) {
                let (head, tail) = rest.split_at(at);
                folded.word(head);
                rest = tail.get(2..).unwrap_or_default();
            }
            folded.word(rest);
            words += usize::from(folded.len > before);
            if folded.sentence == 0 && words >= SENTENCE && ends_a_sentence(word) {
                folded.sentence = folded.len;
            }
        }
        folded
    }

    /// The first sentence, when others follow it: it says why, and they say what to do about it, or whom to ask.
    pub(super) fn first_sentence(&self) -> Option<&[u8]> {
        let sentence = self.bytes.get(..self.sentence)?;
        (self.sentence > 0 && self.sentence < self.len).then_some(sentence)
    }

    /// The folded text, with one space before the first word and after the last one.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// One word between white space and brackets.
    fn word(&mut self, word: &[u8]) {
        if let Some(host) = host_of_url(word) {
            for byte in host {
                self.push(byte.to_ascii_uppercase());
            }
            self.letters(b"/ ");
        } else if memchr::memchr(b'@', word).is_some() {
            self.letters(b"@");
            let after = memchr::memrchr(b':', word).and_then(|at| word.split_at_checked(at));
            match after {
                // `a@b.example:550` or `a@b.example:`
                Some((head, tail)) if memchr::memchr(b'@', head).is_some() => {
                    self.letters(b": ");
                    self.word(tail.get(1..).unwrap_or_default());
                }
                _ => self.push(b' '),
            }
        } else if is_host(word) {
            for byte in word {
                self.push(byte.to_ascii_uppercase());
            }
            self.push(b' ');
        } else {
            for part in word.split(|byte| *byte == b'-') {
                self.part(part);
            }
        }
    }

    /// One part of a hyphenated word.
    fn part(&mut self, word: &[u8]) {
        if word.is_empty() || is_code(word) {
            return;
        }
        let start = self.len;
        let mut bytes = word.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\'' | b'"' | b'`' | b'*' => {}
                b'A'..=b'Z' => self.push(byte.to_ascii_lowercase()),
                0xC3 => match bytes.next_if(|next| (0x80..=0xBF).contains(next)) {
                    Some(next) => self.letters(latin(next)),
                    None => self.push(byte),
                },
                // Cyrillic capitals: U+0410 to U+041F, U+0420 to U+042F.
                0xD0 => match bytes.next_if(|next| (0x90..=0xAF).contains(next)) {
                    Some(next) if next < 0xA0 => self.letters(&[0xD0, next + 0x20]),
                    Some(next) => self.letters(&[0xD1, next - 0x20]),
                    None => self.push(byte),
                },
                // A typographic apostrophe, U+2019.
                0xE2 if bytes.clone().take(2).eq([0x80, 0x99]) => {
                    bytes.next();
                    bytes.next();
                }
                _ => self.push(byte),
            }
        }
        if self.len > start {
            self.push(b' ');
        }
    }

    fn letters(&mut self, letters: &[u8]) {
        for &letter in letters {
            self.push(letter);
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(free) = self.bytes.get_mut(self.len) {
            *free = byte;
            self.len += 1;
        }
    }
}

/// A first sentence has at least so many words: `Error.` and `Sorry!` say nothing, `User unknown.` does.
const SENTENCE: usize = 2;

/// A word of letters with a full stop: neither `5.1.1.` nor `...` nor the host name of another system.
fn ends_a_sentence(word: &[u8]) -> bool {
    match word {
        [rest @ .., before, b'.' | b'!'] => {
            before.is_ascii_alphabetic() && rest.len() >= 2 && memchr::memchr(b'.', rest).is_none()
        }
        _ => false,
    }
}

/// The scheme and the host of a URL, as `https://b.example`: what its path says is no word of the reply
/// (`http://b.example/blocked#spam`).
fn host_of_url(word: &[u8]) -> Option<&[u8]> {
    let start = near::find_pair(*b":/", word)?;
    let rest = word.get(start..)?.strip_prefix(b"://")?;
    let host = memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
    let host = rest.get(..host)?;
    let trailing = host
        .iter()
        .rev()
        .take_while(|byte| !byte.is_ascii_alphanumeric());
    let length = start + 3 + host.len() - trailing.count();
    word.get(..length)
}

fn is_space(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\r' | b'\n' | b'(' | b')' | b'[' | b']' | b'<' | b'>' | b'{' | b'}'
    )
}

/// `550`, `5.1.1`, `#5.1.1`, each maybe with a colon.
fn is_code(word: &[u8]) -> bool {
    let word = word.strip_prefix(b"#").unwrap_or(word);
    let word = word.strip_suffix(b":").unwrap_or(word);
    match word {
        [b'4' | b'5', a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
        [b'4' | b'5', b'.', rest @ ..] => {
            rest.len() <= 7
                && rest
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || *byte == b'.')
                && rest.split(|byte| *byte == b'.').count() == 2
        }
        _ => false,
    }
}

/// `mx.b.example`, `'b.example'`, `b.example:`; but not `RESOLVER.ADR.RecipNotFound`, `exist.Please` or a URL.
fn is_host(word: &[u8]) -> bool {
    let mut word = word;
    if word.starts_with(b"err.") || word.starts_with(b"error.") {
        return false; // names of errors: `err.nosuchuser`
    }
    while let Some((first, rest)) = word.split_first()
        && !first.is_ascii_alphanumeric()
    {
        word = rest;
    }
    while let Some((last, rest)) = word.split_last()
        && !last.is_ascii_alphanumeric()
    {
        word = rest;
    }
    let mut labels = word.rsplit(|byte| *byte == b'.');
    let top = labels.next().unwrap_or_default();
    let mut n = 0;
    for label in labels {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if label.is_empty() || !label.iter().all(plain) {
            return false;
        }
        n += 1;
    }
    n > 0 && top.len() >= 2 && top.iter().all(u8::is_ascii_lowercase)
}

/// The letters for U+00C0 to U+00FF by their second byte in UTF-8, without accents.
fn latin(second: u8) -> &'static [u8] {
    if second == 0x9F {
        return b"ss";
    }
    match second | 0x20 {
        0xA0..=0xA5 => b"a",
        0xA7 => b"c",
        0xA8..=0xAB => b"e",
        0xAC..=0xAF => b"i",
        0xB1 => b"n",
        0xB2..=0xB6 | 0xB8 => b"o",
        0xB9..=0xBC => b"u",
        0xBD | 0xBF => b"y",
        _ => b"?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_addresses_case_accents_and_line_ends_are_folded() {
        let cases = [
            (
                "550-5.1.1 The email account that you tried to reach 550-5.1.1 does not 550 5.1.1 exist",
                " the email account that you tried to reach does not exist ",
            ),
            (r"550-5.7.1 likely\n550 5.7.1 spam", " likely spam "),
            ("550 <spam@b.example>: User  unknown", " @ : user unknown "),
            (
                "550 <spam@b.example>... User unknown",
                " @ ... user unknown ",
            ),
            (
                "550 Boîte PLEINE, n’existe pas, Groß",
                " boite pleine, nexiste pas, gross ",
            ),
            ("550 Bo?te inconnue", " bo?te inconnue "),
            ("550 ПОЛЬЗОВАТЕЛЬ не найден", " пользователь не найден "),
            ("e-mail from 1.2.3.4 [421]", " e mail from 1.2.3.4 "),
            (
                "554-mx.blocklist.example: 'spam.b.example' (x)",
                " 554-MX.BLOCKLIST.EXAMPLE: 'SPAM.B.EXAMPLE' x ",
            ),
            (
                "5.1.1 RESOLVER.ADR.RecipNotFound; see https://b.example/?p=Full.",
                " resolver.adr.recipnotfound; see HTTPS://B.EXAMPLE/ ",
            ),
            ("e-mail of no-such-user@no-mail.example", " e mail of @ "),
            ("", " "),
        ];
        for (text, folded) in cases {
            assert_eq!(
                String::from_utf8_lossy(Folded::new(text.as_bytes()).as_bytes()),
                folded
            );
        }
        assert_eq!(cases.len(), 12);
    }

    #[test]
    fn the_first_sentence_ends_at_a_full_stop_after_a_word() {
        let cases = [
            (
                "550-5.7.1 This message is not compliant. To reduce 550 5.7.1 spam",
                Some(" this message is not compliant. "),
            ),
            ("550 <a@b.example>... User unknown", None),
            ("550 mx.b.example. 5.1.1. 192.0.2.1. no", None),
            (
                "550 Sorry! No such user here. Ask us.",
                Some(" sorry! no such user here. "),
            ),
            ("550 All of it is one sentence.", None),
        ];
        for (text, sentence) in cases {
            let folded = Folded::new(text.as_bytes());
            let found = folded.first_sentence().map(String::from_utf8_lossy);
            assert_eq!(found.as_deref(), sentence, "{text}");
        }
        assert_eq!(cases.len(), 5);
    }

    #[test]
    fn long_text_is_cut() {
        let folded = Folded::new(&[b'x'; 3 * CAPACITY]);
        assert_eq!(folded.as_bytes().len(), CAPACITY);
    }
}
