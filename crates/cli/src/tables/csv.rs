//! Cells of a CSV file (RFC 4180), safe to open in a spreadsheet.
//!
//! `"550 5.1.1 <u@libero.it>, unknown",'=cmd()`: cells with a comma or a quote are quoted, quotes doubled. A
//! text that a spreadsheet would run as a formula gets a `'` before it
//! (<https://owasp.org/www-community/attacks/CSV_Injection>). Controls are escaped as everywhere
//! ([`crate::term::escape`]), so that a row is one line and safe on a terminal too. Lines end with LF: the tools
//! that cut columns in a shell would take the CR of RFC 4180 for a part of the last one.

use crate::term::escape;

/// Appends the cells as one line.
pub(crate) fn append_row<'c>(cells: impl IntoIterator<Item = Cell<'c>>, rows: &mut Vec<u8>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            rows.push(b',');
        }
        match cell {
            Cell::Empty => {}
            Cell::Number(number) => rows.extend_from_slice(number.as_bytes()),
            Cell::Text(text) => append_text(text, rows),
        }
    }
    rows.push(b'\n');
}

/// What one cell holds.
#[derive(Debug, Clone)]
pub(crate) enum Cell<'c> {
    /// Not known.
    Empty,
    /// Digits of ours: a minus begins no formula.
    Number(String),
    /// Maybe written by strangers.
    Text(&'c str),
}

fn append_text(text: &str, rows: &mut Vec<u8>) {
    let formula = text.starts_with(is_formula_start);
    let text = escape::line(text);
    let quoted = text.contains([',', '"']);
    if quoted {
        rows.push(b'"');
    }
    if formula {
        rows.push(b'\'');
    }
    for byte in text.bytes() {
        if byte == b'"' {
            rows.push(b'"');
        }
        rows.push(byte);
    }
    if quoted {
        rows.push(b'"');
    }
}

/// By the list of OWASP; the wide forms are what East Asian input methods write.
const fn is_formula_start(char: char) -> bool {
    matches!(
        char,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_and_are_no_formulas() {
        let cases = [
            ("plain", "plain"),
            ("a, b", "\"a, b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""),
            ("+39 06", "'+39 06"),
            ("-1+1", "'-1+1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "'\\t=1"),
            ("\r=1", "'\\r=1"),
            ("＝1", "'＝1"),
            ("two\r\nlines", "two\\r\\nlines"),
            ("\x1b[2J", "\\x1b[2J"),
            ("a=b", "a=b"),
            ("", ""),
        ];
        for (text, cell) in cases {
            let mut row = Vec::new();
            append_row([Cell::Text(text)], &mut row);
            assert_eq!(String::from_utf8(row).unwrap(), format!("{cell}\n"));
        }
    }

    #[test]
    fn numbers_stand_as_they_are_and_the_unknown_is_empty() {
        let mut row = Vec::new();
        let cells = [Cell::Number("-0.5".into()), Cell::Empty, Cell::Text("x")];
        append_row(cells, &mut row);
        assert_eq!(row, b"-0.5,,x\n");
    }
}
