//! A line of a log, explained.

use mailgap_core::envelope::Scratch;
use mailgap_core::event::Line;
use mailgap_core::survey::{Located, ReadLine, Record};

use super::{Explanation, Known, delivery, head, lossy, odd, queue, verdict};
use crate::tables::event_row;

/// What to do about a line that should have been understood.
const REPORT_IT: [&str; 2] = [
    "If a mail server wrote this line as it stands here, it is a gap of mailgap's: report it, with this explanation.",
    "It holds addresses and host names of other people: put others of the same shape in their place first \
     (user@domain.example), and look that the explanation stays the same.",
];

/// What to do about a text that no mail server wrote.
const NO_LOG_LINE: &str = "This does not look like a line of a log. mailgap reads the logs of Postfix and Exim, and bounces.";

/// What to do about a line of unknown shape.
fn hints(line: &[u8]) -> &'static [&'static str] {
    if looks_like_log(line) {
        &REPORT_IT
    } else {
        &[NO_LOG_LINE]
    }
}

/// A time of day near the start, the name of a mail server, or JSON.
fn looks_like_log(line: &[u8]) -> bool {
    /// Bytes in which stamps stand.
    const HEAD: usize = 200;
    let head = line.get(..HEAD).unwrap_or(line);
    let has = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    let is_time = |part: &[u8]| {
        part.iter().enumerate().all(|(place, byte)| match place {
            2 | 5 => *byte == b':',
            _ => byte.is_ascii_digit(),
        })
    };
    head.starts_with(b"{") || has(b"postfix") || has(b"exim") || head.windows(8).any(is_time)
}

/// Explains one line.
pub(crate) fn explain<'b>(read: &'b ReadLine<'b>, known: &Known<'_>) -> Explanation<'b> {
    let mut scratch = Scratch::default();
    let head = known
        .settings
        .options
        .parser(read.input)
        .head(read.text, &mut scratch);
    let mut explanation = Explanation {
        kind: "line",
        input: read.input.name(),
        line: read.number,
        text: lossy(read.text),
        taken_for: "",
        summary: String::new(),
        parts: head::parts(&head, read.input, known),
        odd: None,
        evidence_class: None,
        hints: Vec::new(),
        row: None,
        rows: 0,
    };
    match read.said {
        Line::Delivery(event) => {
            let judged = read.verdict;
            explanation.taken_for = "delivery";
            explanation.summary = format!(
                "a delivery line of {}: what became of one recipient of one message",
                mta(event.source.as_str())
            );
            explanation.parts.extend(delivery::parts(event));
            if let Some(judged) = judged {
                explanation
                    .parts
                    .push(verdict::reason(event, judged, known));
            }
            let (class, evidence) = verdict::evidence(event, judged);
            explanation.evidence_class = class;
            explanation.parts.push(evidence);
            with_row(&mut explanation, read, Record::Delivery(event, judged));
        }
        Line::Queue(fact) => {
            explanation.taken_for = "queue";
            explanation.summary = format!(
                "a queue line of {}: something about a message as a whole",
                mta(fact.source.as_str())
            );
            explanation.parts.extend(queue::parts(fact));
            with_row(&mut explanation, read, Record::Queue(fact));
        }
        Line::Foreign => {
            explanation.taken_for = "foreign";
            explanation.summary = format!("foreign: {}", head::why_foreign(&head));
        }
        Line::Unknown(place) => {
            explanation.taken_for = "unknown";
            explanation.summary = String::from(
                "unknown: a line whose shape mailgap does not know; it was counted and left out",
            );
            explanation.odd = Some(odd::place(*place, head.line));
            explanation.hints.extend(hints(read.text));
        }
        Line::Malformed(place) => {
            explanation.taken_for = "malformed";
            explanation.summary = String::from(
                "malformed: the shape is known, but a field is broken; it was counted and left out",
            );
            explanation.odd = Some(odd::place(*place, head.line));
            explanation.hints.extend(REPORT_IT);
        }
    }
    explanation
}

fn with_row<'b>(explanation: &mut Explanation<'b>, read: &ReadLine<'b>, record: Record<'b>) {
    let located = Located {
        input: read.input.name(),
        line: read.number,
        record,
    };
    explanation.rows = event_row::times_of(&located);
    explanation.row = Some(event_row::row_of(&located));
}

/// By its own spelling.
fn mta(source: &str) -> String {
    let mut letters = source.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
