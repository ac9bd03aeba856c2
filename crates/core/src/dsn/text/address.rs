//! Addresses in running text, and where they begin and end.
//!
//! ```text
//! Delivery failed for “bob@libero.example”: 550 User unknown
//! 您发送给bob@libero.example的邮件被退回。
//! ```
//!
//! Punctuation of any script parts words. Scripts that put no blanks between words touch addresses with their
//! letters: there the ASCII letters around the `@` are the address. A letter with an accent, or a Greek or
//! Cyrillic one, belongs to the word: `δοκιμή@παράδειγμα.example` is an address.

use memchr::memmem;

/// Hands every address in a text to `each`.
pub(in crate::dsn) fn addresses(text: &[u8], each: &mut dyn FnMut(&[u8])) {
    addresses_behind(text, &mut |_, address| each(address));
}

/// Hands every address in a text to `each`, and the word before it.
pub(super) fn addresses_behind(text: &[u8], each: &mut dyn FnMut(&[u8], &[u8])) {
    let (mut before, mut rest) = (&b""[..], text);
    while !rest.is_empty() {
        let (word, after) = cut_word(rest);
        rest = after.get(separator(after)..).unwrap_or_default();
        let mut word = word;
        while let [start @ .., b':' | b'.' | b'!' | b'?'] = word {
            word = start;
        }
        if let Some(at) = memchr::memrchr(b'@', word) {
            let address = within(between_colons(word, at));
            if is_address(address) {
                // 您发送给a@b: what touches the address stands before it.
                let glued = memmem::find(word, address).and_then(|at| word.get(..at));
                each(
                    glued.filter(|glued| !glued.is_ascii()).unwrap_or(before),
                    address,
                );
            }
        }
        if !word.is_empty() {
            before = word;
        }
    }
}

/// `mailto:a@b`, `TO:a@b:550` → `a@b`; `at`: where its `@` stands.
fn between_colons(word: &[u8], at: usize) -> &[u8] {
    let (name, rest) = word.split_at_checked(at).unwrap_or((word, b""));
    let start = memchr::memrchr(b':', name).map_or(0, |colon| colon + 1);
    let end = memchr::memchr(b':', rest).map_or(word.len(), |colon| at + colon);
    word.get(start..end).unwrap_or(word)
}

/// Cuts off the bytes up to the first separator.
pub(super) fn cut_word(text: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    while let Some(rest) = text.get(end..)
        && !rest.is_empty()
        && separator(rest) == 0
    {
        end += letter(rest).map_or(1, char::len_utf8);
    }
    text.split_at_checked(end).unwrap_or((text, b""))
}

/// The length of the separator that a text begins with; 0 when it begins with none.
pub(super) fn separator(text: &[u8]) -> usize {
    match text.first() {
        None => 0,
        Some(byte) if byte.is_ascii() => usize::from(
            byte.is_ascii_whitespace()
                || matches!(
                    byte,
                    b'<' | b'>' | b'(' | b')' | b',' | b';' | b'"' | b'[' | b']' | b'\'' | b'`'
                ),
        ),
        // Bytes that are no UTF-8 are no letters.
        Some(_) => letter(text).map_or(1, |letter| {
            if is_mark(letter) {
                letter.len_utf8()
            } else {
                0
            }
        }),
    }
}

/// True for blanks, punctuation and symbols outside ASCII: marks of full width, quotation marks, dashes, ellipses.
fn is_mark(letter: char) -> bool {
    let alone = matches!(
        letter,
        '\u{d7}'
            | '\u{f7}'
            | '\u{37e}'
            | '\u{387}'
            | '\u{589}'
            | '\u{5be}'
            | '\u{5c0}'
            | '\u{5c3}'
            | '\u{5f3}'
            | '\u{5f4}'
            | '\u{60c}'
            | '\u{61b}'
            | '\u{61f}'
            | '\u{6d4}'
            | '\u{964}'
            | '\u{965}'
            | '\u{e4f}'
            | '\u{e5a}'
            | '\u{e5b}'
            | '\u{10fb}'
            | '\u{30fb}'
            | '\u{feff}'
            | '\u{fffd}'
    );
    let in_block = matches!(
        letter,
        '\u{80}'..='\u{bf}'
            | '\u{2000}'..='\u{200b}'
            | '\u{200e}'..='\u{209f}'
            | '\u{2190}'..='\u{2bff}'
            | '\u{2e00}'..='\u{2e7f}'
            | '\u{3000}'..='\u{3004}'
            | '\u{3008}'..='\u{3020}'
            | '\u{3030}'..='\u{303f}'
            | '\u{fe10}'..='\u{fe1f}'
            | '\u{fe30}'..='\u{fe6f}'
            | '\u{ff00}'..='\u{ff0f}'
            | '\u{ff1a}'..='\u{ff20}'
            | '\u{ff3b}'..='\u{ff40}'
            | '\u{ff5b}'..='\u{ff65}'
            | '\u{ffe0}'..='\u{ffef}'
            | '\u{1f000}'..='\u{1faff}'
    );
    alone || (in_block && !matches!(letter, 'ª' | 'µ' | 'º'))
}

fn holds_separator(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| !byte.is_ascii()) {
        rest = rest.get(at..).unwrap_or_default();
        if separator(rest) > 0 {
            return true;
        }
        let length = letter(rest).map_or(1, char::len_utf8);
        rest = rest.get(length..).unwrap_or_default();
    }
    false
}

/// The letter of UTF-8 that a text begins with.
fn letter(text: &[u8]) -> Option<char> {
    let start = text.get(..4).unwrap_or(text);
    start.utf8_chunks().next()?.valid().chars().next()
}

/// The letter of UTF-8 that a text ends with.
fn last_letter(text: &[u8]) -> Option<char> {
    let start = (1..=4)
        .filter_map(|length| text.len().checked_sub(length))
        .find(|&at| text.get(at).is_some_and(|byte| byte & 0xc0 != 0x80))?;
    letter(text.get(start..)?)
}

/// The address within a word without separators.
pub(super) fn within(word: &[u8]) -> &[u8] {
    let Some(at) = memchr::memrchr(b'@', word) else {
        return word;
    };
    let (name, rest) = word.split_at_checked(at).unwrap_or((word, b""));
    let domain = rest.get(1..).unwrap_or_default();
    let end = domain
        .iter()
        .position(|&byte| byte.is_ascii() && !is_of_domain(byte) && byte != b'_')
        .unwrap_or(domain.len());
    // Markup: `*a@b*`, `|a@b|`.
    let lead = name
        .iter()
        .take_while(|byte| matches!(byte, b'*' | b'=' | b'|' | b'~' | b'{'))
        .count();
    let word = word.get(lead..=at + end).unwrap_or(word);
    core(word, at - lead).unwrap_or(word)
}

/// The ASCII letters around an `@`, where letters that no word of Latin, Greek or Cyrillic letters has touch them.
fn core(word: &[u8], at: usize) -> Option<&[u8]> {
    if word.is_ascii() {
        return None;
    }
    let (name, domain) = (word.get(..at)?, word.get(at + 1..)?);
    let of_name = |byte: &&u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
    };
    let start = at - name.iter().rev().take_while(of_name).count();
    let end = at
        + 1
        + domain
            .iter()
            .take_while(|&&byte| is_of_domain(byte))
            .count();
    let (before, behind) = (word.get(..start)?, word.get(end..)?);
    let core = word.get(start..end)?;
    let belongs = |letter: char| {
        letter.is_lowercase() || letter.is_uppercase() || ('\u{300}'..='\u{36f}').contains(&letter)
    };
    // `例.a@b.example` goes on behind its dot.
    let goes_on = (!before.is_empty() && !core.first()?.is_ascii_alphanumeric())
        || (!behind.is_empty() && !core.last()?.is_ascii_alphanumeric())
        || last_letter(before).is_some_and(belongs)
        || letter(behind).is_some_and(belongs);
    (start < at && !goes_on && is_plausible(word.get(at + 1..end)?)).then_some(core)
}

const fn is_of_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

/// True for a domain that ends in a top-level domain.
fn is_plausible(domain: &[u8]) -> bool {
    let mut labels = domain.rsplit(|&byte| byte == b'.');
    let top = labels.next().unwrap_or_default();
    let is_top = top.starts_with(b"xn--") || top.iter().all(u8::is_ascii_alphabetic);
    top.len() > 1 && is_top && labels.next().is_some_and(|label| !label.is_empty())
}

/// An address of mail as people and programs write it in a text.
pub(super) fn is_address(text: &[u8]) -> bool {
    /// RFC 5321 section 4.5.3.1.3.
    const MAX_ADDRESS: usize = 254;
    let Some(at) = memchr::memrchr(b'@', text) else {
        return false;
    };
    let (name, domain) = (
        text.get(..at).unwrap_or_default(),
        text.get(at + 1..).unwrap_or_default(),
    );
    let quoted = name.starts_with(b"\"") && name.ends_with(b"\"") && name.len() > 2;
    let plain = |&byte: &u8| {
        !byte.is_ascii_whitespace()
            && !byte.is_ascii_control()
            && !matches!(
                byte,
                b'<' | b'>' | b'(' | b')' | b',' | b';' | b'"' | b'[' | b']'
            )
    };
    text.len() <= MAX_ADDRESS
        && (quoted || !holds_separator(text))
        && !name.is_empty()
        && (quoted || name.iter().all(plain))
        && domain.len() > 1
        && domain.iter().all(|&byte| {
            byte.is_ascii_alphanumeric()
                || byte >= 0x80
                || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']' | b':')
        })
        && domain
            .first()
            .is_some_and(|&byte| byte != b'.' && byte != b'-')
        && !domain.ends_with(b":")
        && memmem::find(domain, b"..").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_no_address_goes_on() {
        let cases = [
            ("宛先：bob@libero.example", "bob@libero.example"),
            ("수신자：bob@libero.example입니다", "bob@libero.example"),
            (
                "很抱歉，您发送给bob@libero.example的邮件被退回。",
                "bob@libero.example",
            ),
            ("邮件地址（bob@libero.example）不存在", "bob@libero.example"),
            ("メールbob@libero.exampleは届きません", "bob@libero.example"),
            ("ถึงbob@libero.exampleไม่สำเร็จ", "bob@libero.example"),
            ("إلى bob@libero.example، فشل", "bob@libero.example"),
            ("for “bob@libero.example”: 550", "bob@libero.example"),
            ("an „bob@libero.example“ nicht", "bob@libero.example"),
            ("à «bob@libero.example» — non", "bob@libero.example"),
            ("à «\u{a0}bob@libero.example\u{a0}»", "bob@libero.example"),
            ("bob@libero.example… was", "bob@libero.example"),
            ("bob@libero.example—no", "bob@libero.example"),
            ("•bob@libero.example", "bob@libero.example"),
            ("→bob@libero.example\u{200b}", "bob@libero.example"),
            ("【bob@libero.example】", "bob@libero.example"),
            ("*bob@libero.example* no", "bob@libero.example"),
            ("bob@libero.example/Inbox", "bob@libero.example"),
            ("bob@libero.example|550", "bob@libero.example"),
            ("RCPT TO:bob@libero.example:550", "bob@libero.example"),
            ("SRS0=x=b=c@libero.example", "SRS0=x=b=c@libero.example"),
            ("an δοκιμή@παράδειγμα.gr ging", "δοκιμή@παράδειγμα.gr"),
            ("destinataire-é@dest.example", "destinataire-é@dest.example"),
            ("éric@dest.example", "éric@dest.example"),
            ("почта@пример.рф:", "почта@пример.рф"),
            ("用户@例子.中国", "用户@例子.中国"),
            ("to 用户@例子.example:", "用户@例子.example"),
            ("to rené@libero.example.", "rené@libero.example"),
            (
                "地址（bob@libero.example）不存在，无法送达。",
                "bob@libero.example",
            ),
            ("to bob@libero.example… was", "bob@libero.example"),
            ("bob@例子.中国", "bob@例子.中国"),
            ("bob@mail.example.中国", "bob@mail.example.中国"),
            ("例.bob@libero.example", "例.bob@libero.example"),
            ("परीक्षा@उदाहरण.भारत", "परीक्षा@उदाहरण.भारत"),
            ("ü@bücher.example", "ü@bücher.example"),
        ];
        for (text, expected) in cases {
            let mut found = Vec::new();
            addresses(text.as_bytes(), &mut |address| {
                found.push(String::from_utf8_lossy(address).into_owned());
            });
            assert_eq!(found, [expected], "{text}");
        }
        assert_eq!(cases.len(), 35);
        let mut found = Vec::new();
        addresses(b"\xca\xd5bob@libero.example\xb5\xc4 \xe9", &mut |address| {
            found.push(address.to_vec());
        });
        assert_eq!(found, [b"bob@libero.example"]);
    }
}
