//! Rows as CSV (RFC 4180): `address,refusals,first,last`.
//!
//! A spreadsheet takes `=cmd()` for a formula, and strangers write addresses and replies: what begins like one
//! gets a `'` in front (<https://owasp.org/www-community/attacks/CSV_Injection>).

use super::Cell;
use crate::escape;

/// The names of the columns.
pub(crate) fn head(columns: &[&str]) -> String {
    format!("{}\n", columns.join(","))
}

/// Appends one row.
pub(crate) fn append(row: &[Cell], out: &mut String) {
    for (place, cell) in row.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        match cell {
            Cell::Null => {}
            Cell::Number(number) => out.push_str(&number.to_string()),
            Cell::Seconds(seconds) => out.push_str(&format!("{seconds:.0}")),
            Cell::Text(text) => push_text(text, out),
            Cell::Time(time) => out.push_str(&time.to_string()),
        }
    }
    out.push('\n');
}

fn push_text(text: &str, out: &mut String) {
    let text = escape::line(text);
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = text.contains(['"', ',', '\n']) || formula;
    if !quoted {
        out.push_str(&text);
        return;
    }
    out.push('"');
    if formula {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        let cases = [
            (Cell::Null, ""),
            (Cell::Number(7), "7"),
            (Cell::Seconds(1.4), "1"),
            (Cell::Text("a@b.example".into()), "a@b.example"),
            (
                Cell::Text("550 \"no\", go".into()),
                "\"550 \"\"no\"\", go\"",
            ),
            (Cell::Text("=1+1@x".into()), "\"'=1+1@x\""),
            (Cell::Text("\x1b[2J".into()), "\\x1b[2J"),
        ];
        for (cell, expected) in cases {
            let mut out = String::new();
            append(&[cell.clone(), Cell::Null], &mut out);
            assert_eq!(out, format!("{expected},\n"), "{cell:?}");
        }
    }
}
