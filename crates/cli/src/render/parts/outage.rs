//! What stands behind a sentence, in words: when, on what evidence, its windows, what was answered.

use mailgap_core::outage::Confidence;

use super::length;
use crate::document::{Fates, Outage, Report, Window};
use crate::render::table::Column;
use crate::words::numbers::{self, count, counted, delay, percent, share};
use crate::words::times::Moments;
use mailgap_core::outage::Boundary;

/// MX hosts named of an outage.
const MOST_MX: usize = 4;

/// `23 Jan 16:00 to 27 Jan 21:40, 4 days 6 h`
pub(crate) fn stretch(report: &Report, outage: &Outage, moments: Moments) -> String {
    let normal = match &outage.normal_again {
        Some(again) if !outage.is_slow_only() => {
            format!("; normal again {}", moments.cell(again))
        }
        _ => String::new(),
    };
    let (to, silence) = if outage.silent_end {
        (",", ", nothing sent since")
    } else {
        (" to", "")
    };
    format!(
        "{}{to} {}{silence}, {}{normal}",
        from(report, outage, moments),
        until(report, outage, moments),
        length::words(outage.length_s)
    )
}

/// When an outage began, in the cell of a table.
pub(crate) fn from(report: &Report, outage: &Outage, moments: Moments) -> String {
    if outage.before_log {
        report.ends.before_cell().to_owned()
    } else {
        moments.cell(&outage.start)
    }
}

/// When an outage ended, in the cell of a table.
pub(crate) fn until(report: &Report, outage: &Outage, moments: Moments) -> String {
    end_cell(
        report,
        outage,
        outage.end.filter(|_| !outage.ongoing),
        moments,
    )
}

/// `last failed 25 Jan 14:20` where the end is only silence.
fn end_cell(report: &Report, outage: &Outage, end: Option<Boundary>, moments: Moments) -> String {
    let is_last = |end: &Boundary| outage.end.is_some_and(|of| of.earliest == end.earliest);
    match end {
        Some(end) if outage.silent_end && is_last(&end) => {
            format!("last failed {}", moments.exact(end.earliest))
        }
        Some(end) => moments.cell(&end),
        None => report.ends.beyond_cell().to_owned(),
    }
}

/// `1,234 attempts, 1,230 failed (99 %); 400 messages to 380 recipients; certain (log Bayes factor 1,234)`
pub(crate) fn evidence(outage: &Outage) -> String {
    let hosts = match outage.hosts {
        0 | 1 => String::new(),
        hosts => format!(", seen by {hosts} hosts"),
    };
    let confidence = match outage.confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
        Confidence::Strong => "strong evidence",
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and what is negative is no outage"
    )]
    let nats = outage.log_bayes_factor.round() as u64;
    format!(
        "{}, {} failed ({}): {} to {}{hosts}; {confidence} (log Bayes factor {})",
        counted(outage.attempts, "attempt"),
        count(outage.failures),
        percent(outage.failures, outage.attempts),
        counted(outage.messages, "message"),
        counted(outage.recipients, "recipient"),
        count(nats),
    )
}

/// Of slow delivery, how slow.
pub(crate) fn label(window: &Window) -> String {
    match &window.delay_s {
        Some(slow) => format!("{} ({})", window.label, delay(slow.median)),
        None => window.label.clone(),
    }
}

/// `MX a, b; c went on working`; empty where none is known.
pub(crate) fn mx(outage: &Outage) -> String {
    let list = |hosts: &[String]| {
        let named: Vec<&str> = hosts.iter().take(MOST_MX).map(String::as_str).collect();
        let more = match hosts.len().saturating_sub(MOST_MX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}", named.join(", "))
    };
    if outage.mx.is_empty() {
        return String::new();
    }
    let failing = list(&outage.mx);
    if outage.mx_working.is_empty() {
        return format!("MX {failing}");
    }
    format!("MX {failing}; {} went on working", list(&outage.mx_working))
}

/// One real answer for each window, with the window's label; the same one is not said twice.
pub(crate) fn replies(outage: &Outage) -> Vec<(&str, String)> {
    let mut said: Vec<(&str, String)> = Vec::new();
    for window in &outage.windows {
        let Some(sample) = window.sample.as_deref().filter(|sample| !sample.is_empty()) else {
            continue;
        };
        let reply = (&*window.label, on_one_line(sample));
        if !said.contains(&reply) {
            said.push(reply);
        }
    }
    said
}

/// A reply of several lines on one: Exim logs the ends of lines as a backslash and an n.
pub(crate) fn on_one_line(reply: &str) -> String {
    reply
        .replace("\\n", " ")
        .replace("\r\n", " ")
        .replace('\n', " ")
}

/// Begin and end of a window, in the cells of a table.
pub(crate) fn from_until(
    report: &Report,
    outage: &Outage,
    window: &Window,
    moments: Moments,
) -> (String, String) {
    let from = if outage.before_log && window.start.time == outage.start.time {
        report.ends.before_cell().to_owned()
    } else {
        moments.cell(&window.start)
    };
    (from, end_cell(report, outage, window.end, moments))
}

/// The columns of [`window`].
pub(crate) const WINDOW: [Column; 7] = [
    Column::words("answer"),
    Column::words("from"),
    // Where the next window begins.
    Column {
        spare: 4,
        ..Column::words("until")
    },
    Column::numbers("attempts", 3),
    Column::numbers("failed", 2),
    Column::numbers("share", 0),
    Column::numbers("MX", 1),
];

/// A window as a row; its label may hold text of strangers.
pub(crate) fn window(
    report: &Report,
    outage: &Outage,
    window: &Window,
    moments: Moments,
) -> [String; 7] {
    let (from, until) = from_until(report, outage, window, moments);
    [
        label(window),
        from,
        until,
        count(window.attempts),
        count(window.failures),
        share(window.share),
        window.mx.len().to_string(),
    ]
}

/// The columns of [`fates`].
pub(crate) const FATES: [Column; 7] = [
    Column::words("failed in"),
    Column::numbers("delivered late", 0),
    Column::numbers("median", 1),
    Column::numbers("bounced by it", 0),
    Column::numbers("of their own", 2),
    Column::numbers("expired", 0),
    Column::numbers("queued", 0),
];

/// What became of the messages that failed in each window, and in all of them; labels may hold text of strangers.
/// Empty when no message failed, or when nobody looked.
pub(crate) fn fates(outage: &Outage) -> Vec<[String; 7]> {
    let Some(total) = outage.fates.as_ref().filter(|fates| fates.failed() > 0) else {
        return Vec::new();
    };
    let windows = outage.windows.iter();
    let mut rows: Vec<[String; 7]> = windows
        .filter_map(|window| Some(fates_row(window.label.clone(), window.fates.as_ref()?)))
        .collect();
    // Of an incident nobody laid them into windows.
    if rows.len() != 1 {
        rows.push(fates_row("all".to_owned(), total));
    }
    rows
}

fn fates_row(label: String, fates: &Fates) -> [String; 7] {
    [
        label,
        count(fates.delivered_late),
        fates.median_delay_s.map_or("-".to_owned(), numbers::length),
        count(fates.bounced_by_outage),
        count(fates.bounced),
        count(fates.expired),
        count(fates.pending),
    ]
}
