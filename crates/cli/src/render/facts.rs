//! What every format says of an outage in the same words.

use mailgap_core::outage::Confidence;

use super::numbers::{count, counted, delay, length, percent};
use crate::report::{Outage, Report, Window};

/// MX hosts named of an outage.
const MOST_MX: usize = 4;

/// `23 Jan 16:00 to 27 Jan 21:40, 4 days 6 h`
pub(crate) fn stretch(report: &Report, outage: &Outage) -> String {
    let moments = report.moments();
    let start = if outage.before_log {
        report.ends.before_cell().to_owned()
    } else {
        moments.cell(&outage.start)
    };
    let (end, last) = match (&outage.end, outage.ongoing) {
        (Some(end), false) => (moments.cell(end), Some(end.time)),
        _ => (report.ends.beyond_cell().to_owned(), report.coverage.last),
    };
    let least = if outage.before_log || outage.ongoing {
        "at least "
    } else {
        ""
    };
    match last {
        Some(last) => {
            let length = length(last.seconds_since(outage.start.time));
            let normal = match &outage.normal_again {
                Some(again) if !outage.is_slow_only() => {
                    format!("; normal again {}", moments.cell(again))
                }
                _ => String::new(),
            };
            format!("{start} to {end}, {least}{length}{normal}")
        }
        None => format!("{start} to {end}"),
    }
}

/// Begin and end of a window, in the cells of a table.
pub(crate) fn from_until(report: &Report, outage: &Outage, window: &Window) -> (String, String) {
    let moments = report.moments();
    let from = if outage.before_log && window.start.time == outage.start.time {
        report.ends.before_cell().to_owned()
    } else {
        moments.cell(&window.start)
    };
    let until = match &window.end {
        Some(end) => moments.cell(end),
        None => report.ends.beyond_cell().to_owned(),
    };
    (from, until)
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

/// `MX a.example, b.example and 3 more; c.example went on working`
pub(crate) fn mx(outage: &Outage) -> String {
    let list = |hosts: &[String]| {
        let named: Vec<&str> = hosts.iter().take(MOST_MX).map(String::as_str).collect();
        let more = match hosts.len().saturating_sub(MOST_MX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}", named.join(", "))
    };
    let failing = list(&outage.mx);
    if outage.mx_working.is_empty() {
        return format!("MX {failing}");
    }
    format!("MX {failing}; {} went on working", list(&outage.mx_working))
}
