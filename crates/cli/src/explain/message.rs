//! A message, explained: what it is, then each recipient of a bounce.
//!
//! The fields of a status part are shown as they stand, then what they were taken for.

use mailgap_core::dsn::{Deviation, Deviations, Field, NotBounce, Reading, Recipient, Report};
use mailgap_core::event::Delivery;
use mailgap_core::survey::{Located, ReadMessage, Record};

use super::{Explanation, Known, Part, delivery, lossy, odd, verdict};
use crate::tables::event_row;
use crate::words::terms;

/// What to do about a bounce of which nobody is found.
const REPORT_IT: [&str; 2] = [
    "If a person who reads it can tell whose mail failed, it is a gap of mailgap's: report it, with the message.",
    "It holds addresses and host names of other people: put others of the same shape in their place first \
     (user@domain.example), and look that the explanation stays the same.",
];

/// Hands the explanation of the message to `each`, then one for each recipient.
pub(crate) fn explain(
    read: &ReadMessage<'_>,
    known: &Known<'_>,
    each: &mut dyn FnMut(&Explanation<'_>),
) {
    let mut explanation = Explanation {
        kind: "message",
        input: read.input.name(),
        line: read.number,
        text: "".into(),
        taken_for: "",
        summary: String::new(),
        parts: Vec::new(),
        odd: None,
        evidence_class: None,
        hints: Vec::new(),
        row: None,
        rows: 0,
    };
    match read.reading {
        Reading::Report(report) => {
            explanation.taken_for = "bounce";
            explanation.summary = match report.recipients.len() {
                1 => "a bounce of one recipient".to_owned(),
                more => format!("a bounce of {more} recipients"),
            };
            explanation.parts = of_report(report);
            each(&explanation);
            let all = report.recipients.len();
            let deliveries = report.deliveries(read.input.reference());
            for (n, (recipient, event)) in report.recipients.iter().zip(deliveries).enumerate() {
                each(&of_recipient(read, (n + 1, all), recipient, &event, known));
            }
        }
        Reading::NotBounce(kind) => {
            explanation.taken_for = kind.as_str();
            explanation.summary = format!("no bounce: {}", terms::not_bounce(*kind));
            let evidence = Part::new("evidence", "none");
            explanation.parts.push(evidence.note(match kind {
                NotBounce::ForwardedBounce => "what it holds befell the mail of somebody else",
                NotBounce::SuccessNotice => "nothing failed",
                _ => "it does not say what became of a message",
            }));
            each(&explanation);
        }
        Reading::Unknown(place) => {
            explanation.taken_for = "unknown";
            explanation.summary = String::from(
                "unknown: it looks like a bounce but names no recipient in a way that mailgap knows; it was \
                 counted and left out",
            );
            // The place is the whole message: no caret would help.
            explanation.odd = Some(odd::place(*place, b""));
            explanation.hints.extend(REPORT_IT);
            each(&explanation);
        }
    }
}

/// The fields about the message as a whole, and what follows from them.
fn of_report(report: &Report) -> Vec<Part> {
    let mut parts =
        vec![Part::new("format", report.format.as_str()).note(terms::format(report.format))];
    parts.extend(fields(&report.fields));
    let said = |name, value: &[u8]| (!value.is_empty()).then(|| Part::new(name, lossy(value)));
    parts.extend(
        said("reporting mta", &report.reporting_mta)
            .map(|part| part.note("the host that gave up or waits")),
    );
    parts.extend(said("queue id", &report.queue_id).map(|part| {
        part.note("a logged failure of this id and recipient is the same one, and counts once")
    }));
    parts.extend(said(
        "message id",
        report.message_id.as_deref().unwrap_or_default(),
    ));
    match report.sender.as_deref() {
        Some(b"") => {
            parts.push(Part::new("sender", "<>").note("the message was itself a notification"));
        }
        Some(sender) => parts.push(Part::new("sender", lossy(sender))),
        None => {}
    }
    if let Some(arrival) = report.arrival {
        parts.push(Part::new("arrival", arrival.to_string()).note("queueing began"));
    }
    if let Some(date) = report.date {
        parts.push(Part::new("date", date.to_string()).note("the bounce was written"));
    }
    parts.extend(deviations(report.deviations));
    parts
}

fn of_recipient<'b>(
    read: &ReadMessage<'b>,
    (number, all): (usize, usize),
    recipient: &Recipient,
    event: &'b Delivery<'b>,
    known: &Known<'_>,
) -> Explanation<'b> {
    let mut parts = fields(&recipient.fields);
    parts.push(Part::new("time", event.time.to_string()).note(time_of(event, recipient)));
    parts.extend(delivery::parts(event));
    let judged = known.classifier().classify(event);
    if let Some(judged) = judged {
        parts.push(verdict::reason(event, judged, known));
    }
    let (class, evidence) = verdict::evidence_of_bounce(event, judged);
    parts.push(evidence);
    parts.extend(deviations(recipient.deviations));
    let located = Located {
        input: read.input.name(),
        line: read.number,
        record: Record::Delivery(event, judged),
    };
    Explanation {
        kind: "recipient",
        input: read.input.name(),
        line: read.number,
        text: "".into(),
        taken_for: "delivery",
        summary: format!("recipient {number} of {all}"),
        parts,
        odd: None,
        evidence_class: class,
        hints: Vec::new(),
        row: Some(event_row::row_of(&located)),
        rows: event_row::times_of(&located),
    }
}

/// Where the time of the event comes from.
fn time_of(event: &Delivery<'_>, recipient: &Recipient) -> &'static str {
    let report = event.dsn.map(|dsn| dsn.report);
    if recipient.last_attempt.is_some() {
        "the last attempt"
    } else if report.is_some_and(|report| report.date.is_some()) {
        "the date of the bounce: the last attempt is not named"
    } else if report.is_some_and(|report| report.arrival.is_some()) {
        "the arrival: no later time is named"
    } else {
        "the input's time of change: the bounce names no time"
    }
}

/// Fields as they stand.
fn fields(fields: &[Field]) -> Vec<Part> {
    let field = |field: &Field| {
        Part::new(
            "field",
            format!("{}: {}", lossy(&field.name), lossy(&field.value)),
        )
    };
    fields.iter().map(field).collect()
}

fn deviations(deviations: Deviations) -> Vec<Part> {
    let part = |deviation: Deviation| {
        Part::new("deviation", deviation.as_str()).note(terms::deviation(deviation))
    };
    deviations.iter().map(part).collect()
}
