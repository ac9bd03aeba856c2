//! What stands behind each sentence: its size, its picture, its windows, and what was answered.

use std::collections::BTreeSet;

use mailgap_core::incident::Scope;
use mailgap_core::time::Timestamp;

use super::Page;
use super::overview::rows;
use crate::document::{Incident, Outage};
use crate::render::parts::{self, MOST_DETAILS};
use crate::render::table::{self, Column};
use crate::render::timeline::{self, HEALTHY, Scale, UNSURE};
use crate::term::escape;
use crate::term::style::Tone;

/// Columns of a window's mark and the spaces around it.
const MARK_COLUMNS: usize = 6;
/// Columns of a label; longer ones are cut.
const LABEL_COLUMNS: usize = 24;

impl Page<'_> {
    pub(super) fn outages(&mut self, heading: &str, outages: &[&Outage]) {
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

    /// Incidents, each with the strips of its destinations below its own.
    pub(super) fn incidents(&mut self, heading: &str, incidents: &[&Incident]) {
        let report = self.report;
        self.heading(heading);
        for (place, incident) in incidents.iter().take(MOST_DETAILS).enumerate() {
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
        self.and_more(incidents.len(), MOST_DETAILS, "  ");
    }

    /// What stands behind an outage, or behind an incident with the outages that are its members.
    fn details(&mut self, title: &str, outage: &Outage, members: &[&Outage]) {
        let title = escape::fit(title, self.columns / 2);
        let title = (
            self.style.paint(Tone::Strong, title.as_str()).into_owned(),
            title,
        );
        let stretch = parts::outage::stretch(self.report, outage, self.moments);
        let one = escape::width(&title.1) + 2 + escape::width(&stretch) <= self.columns;
        if one {
            self.line(&format!("{}  {stretch}", title.0));
        } else {
            self.line(&title.0);
            self.paragraph("  ", &stretch);
        }
        self.paragraph("  ", &parts::outage::evidence(outage));
        if !outage.mx.is_empty() {
            self.paragraph("  ", &parts::outage::mx(outage));
        }
        for (place, advice) in outage.advice.iter().enumerate() {
            let first = if place == 0 { "  to do: " } else { "         " };
            self.paragraph(first, &advice.text);
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
        let domains: BTreeSet<&str> = members.iter().map(|outage| &*outage.domain).collect();
        self.and_more(domains.len(), rows.len(), "  ");
    }

    /// Columns of a label, fewer where there are few.
    pub(super) fn label_columns(&self) -> usize {
        LABEL_COLUMNS.min(self.columns / 4)
    }

    fn windows(&mut self, outage: &Outage) {
        let rows = outage
            .windows
            .iter()
            .map(|window| parts::outage::window(self.report, outage, window, self.moments));
        let rows = self.fitted_labels(rows.collect());
        self.marked(outage, &parts::outage::WINDOW, rows);
    }

    /// The rows with their first cells, which may be text of strangers, made safe and short.
    pub(super) fn fitted_labels(&self, rows: Vec<[String; 7]>) -> Vec<Vec<String>> {
        rows.into_iter()
            .map(|mut row| {
                let [label, ..] = &mut row;
                *label = escape::fit(label, self.label_columns());
                row.into()
            })
            .collect()
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
        let said = parts::outage::replies(outage);
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
                &escape::fit(&sample, 3 * self.columns),
            );
        }
    }
}
