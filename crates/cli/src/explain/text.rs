//! An explanation for people: labels at the left, what they mean beside them.

use super::{Explanation, OddPlace, Part};
use crate::term::escape;
use crate::term::style::{Style, Tone};

/// Columns of labels, with two before them.
const LABELS: usize = 14;

/// Appends the explanation and an empty line.
pub(crate) fn append(
    explanation: &Explanation<'_>,
    style: Style,
    columns: usize,
    out: &mut String,
) {
    let place = format!("{}:{}: ", explanation.input, explanation.line);
    let title = escape::wrap(&format!("{place}{}", explanation.summary), columns);
    for line in title {
        push_line(out, 0, &style.paint(Tone::Strong, line));
    }
    if !explanation.text.is_empty() || explanation.kind == "line" {
        for line in escape::wrap(&explanation.text, columns.saturating_sub(4)) {
            push_line(out, 4, &style.paint(Tone::Dim, line));
        }
    }
    for part in &explanation.parts {
        append_part(part, 0, style, columns, out);
    }
    if let Some(odd) = &explanation.odd {
        append_odd(odd, style, columns, out);
    }
    for hint in &explanation.hints {
        for (n, line) in escape::wrap(&format!("hint: {hint}"), columns.saturating_sub(4))
            .into_iter()
            .enumerate()
        {
            push_line(out, if n == 0 { 2 } else { 4 }, &line);
        }
    }
    if let Some(row) = &explanation.row
        && let Ok(row) = serde_json::to_string(row)
    {
        let times = match explanation.rows {
            1 => String::new(),
            rows => format!(", {rows} times"),
        };
        let all = if explanation.taken_for == "queue" {
            " --all"
        } else {
            ""
        };
        push_line(out, 2, &format!("row of mailgap events{all}{times}"));
        // One piece, to be copied.
        push_line(out, 4, &style.paint(Tone::Dim, escape::json(row)));
    }
    out.push('\n');
}

fn append_part(part: &Part, depth: usize, style: Style, columns: usize, out: &mut String) {
    let indent = 2 + 2 * depth;
    let width = (LABELS - 2 * depth).max(part.name.len() + 1);
    let beside = indent + width;
    let room = columns.saturating_sub(beside).max(20);
    let mut lines = escape::wrap(&part.value, room);
    let mut notes = part.notes.as_slice();
    // A short note stands behind a short value.
    if let ([value], [note, others @ ..]) = (lines.as_mut_slice(), notes)
        && escape::width(value) + 3 + escape::width(&escape::line(note)) <= room
    {
        value.push_str(" – ");
        value.push_str(&escape::line(note));
        notes = others;
    }
    let mut lines = lines.into_iter();
    out.push_str(&" ".repeat(indent));
    out.push_str(&style.paint(Tone::Cyan, part.name));
    out.push_str(&" ".repeat(width - part.name.len()));
    out.push_str(&lines.next().unwrap_or_default());
    out.push('\n');
    for line in lines {
        push_line(out, beside, &line);
    }
    for note in notes {
        // A little in, so that notes are told from the value without colour.
        for line in escape::wrap(note, room.saturating_sub(2)) {
            push_line(out, beside + 2, &style.paint(Tone::Dim, line));
        }
    }
    for part in &part.parts {
        append_part(part, depth + 1, style, columns, out);
    }
}

/// The line around the place, and a caret below it.
fn append_odd(odd: &OddPlace, style: Style, columns: usize, out: &mut String) {
    if odd.before.is_empty() && odd.after.is_empty() {
        push_line(out, 2, odd.why);
        return;
    }
    push_line(out, 2, "it stopped making sense here");
    let room = columns.saturating_sub(4).max(20);
    let before = tail(&escape::line(&odd.before), room * 2 / 3);
    let caret = escape::width(&before);
    let after = escape::fit(&odd.after, room.saturating_sub(caret));
    push_line(out, 4, &format!("{before}{after}"));
    push_line(out, 4 + caret, &style.paint(Tone::Red, "^"));
    for line in escape::wrap(&format!("column {}: {}", odd.column, odd.why), room) {
        push_line(out, 4, &line);
    }
}

/// The end of a safe text, in so many columns; a cut is shown by `…`.
fn tail(text: &str, columns: usize) -> String {
    if escape::width(text) <= columns {
        return text.to_owned();
    }
    let mut from = text.len();
    for (at, _) in text.char_indices().rev() {
        if escape::width(text.get(at..).unwrap_or_default()) >= columns {
            break;
        }
        from = at;
    }
    format!("…{}", text.get(from..).unwrap_or_default())
}

fn push_line(out: &mut String, indent: usize, text: &str) {
    out.push_str(&" ".repeat(indent));
    out.push_str(text);
    out.push('\n');
}
