//! Where an address ends in a sentence that puts no ASCII character around it.
//!
//! `您发送给bob@b.example的邮件被退回。`, `宛先：bob@b.example`, `„bob@b.example“` name `bob@b.example`: neither the
//! punctuation of other scripts nor the letters of scripts that write without spaces are part of it. Addresses with
//! letters of their own (RFC 6531, `δοκιμή@παράδειγμα.example`, `用户@例子.example`) stay as they are.

use std::borrow::Cow;

/// The text with blanks around the addresses in it that stand between characters of other scripts.
pub(super) fn spaced(text: &[u8]) -> Cow<'_, [u8]> {
    if text.is_ascii() || memchr::memchr(b'@', text).is_none() {
        return Cow::Borrowed(text);
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return Cow::Borrowed(text);
    };
    let mut spaced = String::with_capacity(text.len() + 64);
    for word in text.split_inclusive(|letter: char| letter.is_ascii_whitespace()) {
        if word.is_ascii() || !word.contains('@') {
            spaced.push_str(word);
        } else {
            part(word, &mut spaced);
        }
    }
    Cow::Owned(spaced.into_bytes())
}

fn part(word: &str, spaced: &mut String) {
    let mut before = ' ';
    for letter in word.chars() {
        let touch = before.is_ascii_alphanumeric() && is_unspaced(letter)
            || is_unspaced(before) && letter.is_ascii_alphanumeric();
        if touch {
            spaced.push(' ');
        }
        match letter {
            '\u{FF1A}' => spaced.push_str(": "), // a full-width colon
            _ if is_punctuation(letter) => spaced.push(' '),
            _ => spaced.push(letter),
        }
        before = letter;
    }
}

/// Quotation marks, dashes and ellipses of Latin and Cyrillic print, and the punctuation of East Asia.
const fn is_punctuation(letter: char) -> bool {
    matches!(
        letter,
        '\u{A0}' | '\u{A1}' | '\u{AB}' | '\u{BB}' | '\u{BF}'
            | '\u{2010}'..='\u{206F}'
            | '\u{3000}'..='\u{3020}'
            | '\u{FF01}'..='\u{FF0F}'
            | '\u{FF1A}'..='\u{FF1F}'
            | '\u{FF5F}'..='\u{FF65}'
    )
}

/// Letters of Chinese, Japanese and Korean.
const fn is_unspaced(letter: char) -> bool {
    matches!(
        letter,
        '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_other_scripts_begin() {
        let cases = [
            ("您发送给bob@b.example的邮件被退回。", "bob@b.example"),
            ("宛先：bob@b.example", "bob@b.example"),
            (
                "地址（bob@b.example）不存在，邮件无法送达。",
                "bob@b.example",
            ),
            ("to „bob@b.example“: 550", "bob@b.example"),
            ("to “bob@b.example”", "bob@b.example"),
            ("«bob@b.example» — нет", "bob@b.example"),
            ("to bob@b.example… was", "bob@b.example"),
            ("수신자：bob@b.example", "bob@b.example"),
            // Letters of the address itself.
            ("to δοκιμή@παράδειγμα.example", "δοκιμή@παράδειγμα.example"),
            ("to 用户@例子.example:", "用户@例子.example:"),
            ("to rené@b.example.", "rené@b.example."),
        ];
        for (text, address) in cases {
            let spaced = spaced(text.as_bytes());
            let spaced = std::str::from_utf8(&spaced).unwrap();
            let mut words = spaced.split_whitespace();
            let found = words.find(|word| word.contains('@'));
            assert_eq!(
                found.map(|word| word.trim_end_matches(':')),
                Some(address.trim_end_matches(':')),
                "{spaced}"
            );
        }
        assert_eq!(cases.len(), 11);
    }

    #[test]
    fn what_needs_no_blanks_is_borrowed() {
        for text in [
            &b"to <a@b.example>: 550 no"[..],
            "Größe".as_bytes(),
            b"\xFF@\x80",
        ] {
            assert!(matches!(spaced(text), Cow::Borrowed(_)));
        }
    }
}
