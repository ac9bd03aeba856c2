//! Makes text of strangers plain text in GitHub-flavoured Markdown.
//!
//! `<u@libero.it> [click](http://evil.example) | @everyone` must come out as these very characters. What would begin
//! markup gets a backslash; what a table or a backslash could read (`|`, `\`) is written as a character reference;
//! after an `@` or a `#` stands a space of no width, since addresses, mentions and numbers of issues are made links
//! after Markdown was read, when no backslash is left. Controls are shown as everywhere ([`crate::term::escape`]).

use crate::term::escape;

/// Text that stands in a line or a cell.
pub(crate) fn text(text: &str) -> String {
    let safe = escape::line(text);
    let mut out = String::with_capacity(safe.len() + 16);
    let mut chars = safe.chars().peekable();
    let mut before = [' '; 3];
    let mut only_digits = true;
    while let Some(char) = chars.next() {
        let next = chars.peek().copied();
        let at_start = out.is_empty();
        match char {
            '\\' => out.push_str("&#92;"),
            '|' => out.push_str("&#124;"),
            ' ' if at_start || next.is_none() || before[2] == ' ' => out.push_str("&#32;"),
            '@' | '#' => {
                out.push('\\');
                out.push(char);
                out.push('\u{200b}');
            }
            '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '$' | '^' | '&' | '!' | '{' | '}' => {
                out.push('\\');
                out.push(char);
            }
            // Not between the digits of a time, nor at the end of a word: schemes of addresses, and signs of feeling.
            ':' if next.is_some_and(|next| !next.is_whitespace())
                && !(before[2].is_ascii_digit()
                    && next.is_some_and(|next| next.is_ascii_digit())) =>
            {
                out.push_str("\\:");
            }
            '.' if before.iter().all(|char| matches!(char, 'w' | 'W')) => out.push_str("\\."),
            // Lists, headings and rules, where a line begins.
            '-' | '+' | '=' if at_start => {
                out.push('\\');
                out.push(char);
            }
            '.' | ')' if only_digits && !at_start => {
                out.push('\\');
                out.push(char);
            }
            _ => out.push(char),
        }
        only_digits &= char.is_ascii_digit();
        before = [before[1], before[2], char];
    }
    out
}

/// A reply or a line of a log as code, in which nothing is markup; as text where a table would cut it.
pub(crate) fn code(code: &str) -> String {
    let safe = escape::line(code);
    let safe = safe.trim();
    if safe.is_empty() {
        return String::new();
    }
    if safe.contains('|') {
        return text(safe);
    }
    let runs = safe.split(|char| char != '`');
    let longest = runs.map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if safe.starts_with('`') || safe.ends_with('`') {
        format!("{fence} {safe} {fence}")
    } else {
        format!("{fence}{safe}{fence}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_markup_is_none() {
        let cases = [
            (
                "libero.it: 550 from 23 Jan 16:00",
                "libero.it: 550 from 23 Jan 16:00",
            ),
            ("a|b\\c", "a&#124;b&#92;c"),
            ("1. one", "1\\. one"),
            ("- one", "\\- one"),
            ("mx-1.example", "mx-1.example"),
            ("@all #12", "\\@\u{200b}all \\#\u{200b}12"),
            ("http://x www.x", "http\\://x www\\.x"),
            ("[a](b)", "\\[a\\](b)"),
            ("    code", "&#32;&#32;&#32;&#32;code"),
            ("a\nb\u{202e}", "a&#92;nb&#92;u\\{202e\\}"),
            ("", ""),
        ];
        for (given, expected) in cases {
            assert_eq!(text(given), expected);
        }
    }

    #[test]
    fn code_ends_where_it_ends() {
        let cases = [
            ("550 <u@x>", "`550 <u@x>`"),
            ("a `` b", "```a `` b```"),
            ("`a`", "`` `a` ``"),
            ("  ", ""),
            ("a|`b`", "a&#124;\\`b\\`"),
        ];
        for (given, expected) in cases {
            assert_eq!(code(given), expected);
        }
    }
}
