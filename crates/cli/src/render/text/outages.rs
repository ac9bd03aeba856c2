//! What stands behind each sentence: its size, its picture, its windows, and what was answered.

use mailgap_core::incident::Scope;
use mailgap_core::outage::Confidence;
use mailgap_core::time::Timestamp;

use super::overview::rows;
use super::{MOST_DETAILS, Page, on_one_line};
use crate::escape;
use crate::render::numbers::{count, counted, delay, length, percent, share};
use crate::render::table::{self, Column};
use crate::render::timeline::{self, HEALTHY, Scale, UNSURE};
use crate::report::{Outage, Window};
use crate::style::Tone;

/// MX hosts named of an outage.
const MOST_MX: usize = 4;
/// Columns of a window's mark and the spaces around it.
const MARK_COLUMNS: usize = 6;
/// Columns of a label; longer ones are cut.
const LABEL_COLUMNS: usize = 24;

impl Page<'_> {
    pub(super) fn outages(&mut self, heading: &str, wanted: impl Fn(&Outage) -> bool) {
        let report = self.report;
        let outages: Vec<&Outage> = report
            .outages
            .iter()
            .filter(|outage| wanted(outage))
            .collect();
        if outages.is_empty() {
            return;
        }
        self.heading(heading);
        for (place, outage) in outages.iter().take(MOST_DETAILS).enumerate() {
            if place > 0 {
                self.line("");
            }
            self.outage(outage);
        }
        self.and_more(outages.len(), MOST_DETAILS, "  ");
    }

    fn outage(&mut self, outage: &Outage) {
        self.details(&format!("{} {}", outage.id, outage.domain), outage, &[]);
    }

    /// The incidents, each with the strips of its destinations below its own.
    pub(super) fn incidents(&mut self) {
        let report = self.report;
        if report.incidents.is_empty() {
            return;
        }
        self.heading("Incidents");
        for (place, incident) in report.incidents.iter().take(MOST_DETAILS).enumerate() {
            if place > 0 {
                self.line("");
            }
            let title = format!("{} {}", incident.id, incident.title());
            let members: Vec<&Outage> = match incident.scope {
                Scope::Domain => Vec::new(),
                Scope::Operator | Scope::Sender => report.outages_of(incident).collect(),
            };
            self.details(&title, &incident.whole, &members);
        }
        self.and_more(report.incidents.len(), MOST_DETAILS, "  ");
    }

    /// What stands behind an outage, or behind an incident with the outages that are its members.
    fn details(&mut self, title: &str, outage: &Outage, members: &[&Outage]) {
        let title = escape::fit(title, self.columns / 2);
        let title = (
            self.style.paint(Tone::Strong, title.as_str()).into_owned(),
            title,
        );
        let stretch = self.stretch(outage);
        let one = escape::width(&title.1) + 2 + escape::width(&stretch) <= self.columns;
        if one {
            self.line(&format!("{}  {stretch}", title.0));
        } else {
            self.line(&title.0);
            self.paragraph("  ", &stretch);
        }
        self.paragraph("  ", &evidence(outage));
        if !outage.mx.is_empty() {
            self.paragraph("  ", &mx(outage));
        }
        let coverage = &self.report.coverage;
        if let Some(log) = coverage.first.zip(coverage.last) {
            let columns = self.columns.saturating_sub(4);
            let scale = Scale::over([outage], log, columns);
            let strip = timeline::strip(&[outage], &scale, self.style);
            self.line("");
            self.line(&format!("  {}", strip.text));
            self.line(&format!("  {}", timeline::axis(&scale, self.moments)));
            self.line("");
            self.windows(outage);
            self.legend(strip.has_healthy, strip.has_unsure);
            self.members(members, log);
        }
        self.fates(outage);
        self.replies(outage);
    }

    /// A strip for each destination of an incident.
    fn members(&mut self, members: &[&Outage], log: (Timestamp, Timestamp)) {
        let rows = rows(members.iter().copied());
        if rows.is_empty() {
            return;
        }
        self.line("");
        self.strips(&rows, log);
    }

    /// `23 Jan 16:00 to 27 Jan 21:40, 4 days 6 h`
    fn stretch(&self, outage: &Outage) -> String {
        let start = if outage.before_log {
            self.report.ends.before_cell().to_owned()
        } else {
            self.moments.cell(&outage.start)
        };
        let (end, last) = match (&outage.end, outage.ongoing) {
            (Some(end), false) => (self.moments.cell(end), Some(end.time)),
            _ => (
                self.report.ends.beyond_cell().to_owned(),
                self.report.coverage.last,
            ),
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
                        format!("; normal again {}", self.moments.cell(again))
                    }
                    _ => String::new(),
                };
                format!("{start} to {end}, {least}{length}{normal}")
            }
            None => format!("{start} to {end}"),
        }
    }

    /// Columns of a label, fewer where there are few.
    pub(super) fn label_columns(&self) -> usize {
        LABEL_COLUMNS.min(self.columns / 4)
    }

    fn windows(&mut self, outage: &Outage) {
        let rows = outage
            .windows
            .iter()
            .map(|window| {
                vec![
                    escape::fit(&label(window), self.label_columns()),
                    if outage.before_log && window.start.time == outage.start.time {
                        self.report.ends.before_cell().to_owned()
                    } else {
                        self.moments.cell(&window.start)
                    },
                    match &window.end {
                        Some(end) => self.moments.cell(end),
                        None => self.report.ends.beyond_cell().to_owned(),
                    },
                    count(window.attempts),
                    count(window.failures),
                    share(window.share),
                    window.mx.len().to_string(),
                ]
            })
            .collect();
        let columns = [
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
        self.marked(outage, &columns, rows);
    }

    /// A head, a row for each window after the window's mark, and what else there is.
    pub(super) fn marked(&mut self, outage: &Outage, columns: &[Column], rows: Vec<Vec<String>>) {
        let table::Lines { header, lines } =
            table::fitted(columns, rows, self.columns.saturating_sub(MARK_COLUMNS));
        let marks = outage.windows.iter().map(|window| {
            let (mark, tone) = timeline::mark(window.kind);
            self.style
                .paint(tone, mark.to_string().repeat(2))
                .into_owned()
        });
        let none = || "  ".to_owned();
        let marks = std::iter::repeat_with(none)
            .take(header)
            .chain(marks)
            .chain(std::iter::repeat_with(none));
        let lines: Vec<String> = marks
            .zip(&lines)
            .map(|(mark, line)| format!("  {mark}  {line}"))
            .collect();
        for line in lines {
            self.line(&line);
        }
    }

    fn legend(&mut self, has_healthy: bool, has_unsure: bool) {
        let mut legend = Vec::new();
        if has_healthy {
            legend.push(format!("{HEALTHY}{HEALTHY}  mail is taken"));
        }
        if has_unsure {
            legend.push(format!("{UNSURE}{UNSURE}  the change lies somewhere here"));
        }
        for line in legend {
            let line = self.style.paint(Tone::Dim, line).into_owned();
            self.line(&format!("  {line}"));
        }
    }

    /// One real answer for each window; the same one is not said twice.
    fn replies(&mut self, outage: &Outage) {
        let mut said: Vec<(&str, &str)> = Vec::new();
        for window in &outage.windows {
            if let Some(reply) = reply(window)
                && !said.contains(&reply)
            {
                said.push(reply);
            }
        }
        if said.is_empty() {
            return;
        }
        self.line("");
        let label_columns = said
            .iter()
            .map(|(label, _)| escape::width(&escape::fit(label, self.label_columns())))
            .max()
            .unwrap_or(0);
        for (label, sample) in said {
            let label = escape::fit(label, self.label_columns());
            let gap = label_columns - escape::width(&label);
            self.paragraph(
                &format!("  {label}{:gap$}  ", ""),
                &escape::fit(&on_one_line(sample), 3 * self.columns),
            );
        }
    }
}

/// `1,234 attempts, 1,230 failed (99 %); 400 messages to 380 recipients; certain (log Bayes factor 1,234)`
fn evidence(outage: &Outage) -> String {
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
fn label(window: &Window) -> String {
    match &window.delay_s {
        Some(slow) => format!("{} ({})", window.label, delay(slow.median)),
        None => window.label.clone(),
    }
}

fn mx(outage: &Outage) -> String {
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

fn reply(window: &Window) -> Option<(&str, &str)> {
    let sample = window
        .sample
        .as_deref()
        .filter(|sample| !sample.is_empty())?;
    Some((&window.label, sample))
}
