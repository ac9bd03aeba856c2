//! Makes text of strangers safe to show.
//!
//! Replies, addresses and file names are written by others. `\x1b]0;owned\x07` in a reply must not reach a
//! terminal, and neither must the controls that turn the direction of writing (the Trojan Source attack,
//! <https://trojansource.codes>): what is shown is then not what is there.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

/// Text as one line that any terminal shows as it stands: controls as `\n`, `\x1b`, `\u{202e}`.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if is_unsafe(char) {
            push_escaped(&mut safe, char);
        } else {
            safe.push(char);
        }
    }
    Cow::Owned(safe)
}

/// The same, cut to so many columns; a cut is shown by `…`.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let text = line(text);
    let mut kept = String::new();
    let mut used = 0;
    for char in text.chars() {
        let width = char.width().unwrap_or(0);
        if used + width > columns {
            // Room for the mark is made by taking back what is too much.
            while used + 1 > columns {
                let Some(last) = kept.pop() else { break };
                used -= last.width().unwrap_or(0);
            }
            kept.push('…');
            return kept;
        }
        used += width;
        kept.push(char);
    }
    kept
}

/// Breaks text into safe lines of at most so many columns, at spaces where there are any, but not
/// between a number and its unit: `25 Jan` and `61 attempts` stay together.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let text = line(text);
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut used = 0;
    let mut rest = &*text;
    while let Some((word, after)) = next_words(rest) {
        rest = after;
        let width = width(word);
        if used > 0 && used + 1 + width > columns {
            lines.push(std::mem::take(&mut current));
            used = 0;
        } else if used > 0 {
            current.push(' ');
            used += 1;
        }
        for char in word.chars() {
            let width = char.width().unwrap_or(0);
            if used + width > columns {
                lines.push(std::mem::take(&mut current));
                used = 0;
            }
            current.push(char);
            used += width;
        }
    }
    lines.push(current);
    lines
}

/// What stands before the next space where a line may break, and what follows that space.
fn next_words(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let mut from = 0;
    for (space, _) in text.match_indices(' ') {
        let word = text.get(from..space).unwrap_or_default();
        let number = word.trim_start_matches('(');
        let is_number = !number.is_empty()
            && number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b',');
        if !is_number {
            return Some((text.get(..space)?, text.get(space + 1..)?));
        }
        from = space + 1;
    }
    Some((text, ""))
}

/// Columns that a safe text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|char| char.width().unwrap_or(0)).sum()
}

/// JSON that means the same and is safe on a terminal: JSON itself lets DEL, the C1 controls and the
/// controls of direction stand unescaped. They only ever stand inside of strings.
pub(crate) fn json(json: String) -> String {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    if json.bytes().all(is_plain) || !json.chars().any(is_unsafe_in_json) {
        return json;
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        if is_unsafe_in_json(char) {
            // All of them lie in the basic plane: four digits are enough.
            let _ = write!(safe, "\\u{:04x}", u32::from(char));
        } else {
            safe.push(char);
        }
    }
    safe
}

/// Line ends of the JSON text itself are its layout; those inside of strings are escaped already.
fn is_unsafe_in_json(char: char) -> bool {
    char != '\n' && is_unsafe(char)
}

fn is_unsafe(char: char) -> bool {
    char.is_control()
        || is_bidi_control(char)
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// The property `Bidi_Control` of Unicode.
const fn is_bidi_control(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn push_escaped(safe: &mut String, char: char) {
    let _ = match char {
        '\n' => write!(safe, "\\n"),
        '\r' => write!(safe, "\\r"),
        '\t' => write!(safe, "\\t"),
        '\0'..='\u{ff}' => write!(safe, "\\x{:02x}", u32::from(char)),
        _ => write!(safe, "\\u{{{:x}}}", u32::from(char)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that must never be seen raw, and some that must.
    const HOSTILE: [(&str, &str); 9] = [
        ("550 \x1b]0;owned\x07 no", "550 \\x1b]0;owned\\x07 no"),
        ("a\r\nb\tc\0", "a\\r\\nb\\tc\\x00"),
        ("\u{7f}\u{9b}31m", "\\x7f\\x9b31m"),
        ("user\u{202e}moc.live@", "user\\u{202e}moc.live@"),
        ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ("\u{200e}\u{200f}\u{61c}", "\\u{200e}\\u{200f}\\u{61c}"),
        ("one\u{2028}two", "one\\u{2028}two"),
        ("Łódź 東京 ✉", "Łódź 東京 ✉"),
        ("", ""),
    ];

    #[test]
    fn controls_are_shown_and_not_sent() {
        for (text, safe) in HOSTILE {
            assert_eq!(line(text), safe);
            assert!(!line(text).chars().any(is_unsafe), "{text:?}");
        }
    }

    #[test]
    fn json_keeps_its_meaning_and_holds_no_control() {
        for (text, _) in HOSTILE {
            let safe = json(serde_json::to_string(text).unwrap());
            assert!(!safe.chars().any(is_unsafe), "{safe:?}");
            assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        }
    }

    #[test]
    fn fitted_text_keeps_its_width() {
        let cases = [
            ("short", 10, "short"),
            ("exactly ten", 11, "exactly ten"),
            ("one too many", 11, "one too ma…"),
            ("東京東京", 5, "東京…"),
            ("東京東京", 4, "東…"),
            ("\x1b\x1b\x1b", 6, "\\x1b\\…"),
        ];
        for (text, columns, kept) in cases {
            assert_eq!(fit(text, columns), kept);
            assert!(width(&fit(text, columns)) <= columns);
        }
    }

    #[test]
    fn wrapped_text_breaks_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("abcdefghijkl m", 8), ["abcdefgh", "ijkl m"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(
            wrap("until 25 Jan 16:00 (61 attempts)", 13),
            ["until 25 Jan", "16:00", "(61 attempts)"]
        );
        assert_eq!(wrap("12345 67890 12345", 8), ["12345 67", "890 1234", "5"]);
    }
}
