//! Incidents in their order: the first in a sentence each, the next as rows of a table, and how many more there are.

use super::Page;
use crate::document::Incident;
use crate::render::parts::incidents::{BRIEF_ROW, ROW, members, row, without_outage};
use crate::render::parts::{MOST_BRIEF, MOST_BRIEF_ROWS, MOST_MEMBERS, outage as parts};
use crate::render::table::{self, Column};
use crate::term::escape;

impl Page<'_> {
    /// Incidents that are no failures; of a report that is a list they have rows alone.
    pub(super) fn brief(&mut self, heading: &str, incidents: &[&Incident], is_list: bool) {
        self.heading(heading);
        let sentences = if is_list { 0 } else { MOST_BRIEF };
        self.incident_list(incidents, sentences, MOST_BRIEF_ROWS, true);
    }

    /// Incidents of which so many have a sentence, and so many others a row.
    pub(super) fn incident_list(
        &mut self,
        incidents: &[&Incident],
        sentences: usize,
        most: usize,
        is_brief: bool,
    ) {
        let report = self.report;
        for incident in incidents.iter().take(sentences) {
            let (subject, verdict) = incident.sentence();
            self.sentence(subject, verdict);
            if is_brief {
                self.behind(incident);
            }
            let (columns, rows) = members(report, incident, self.moments);
            if rows.is_empty() {
                continue;
            }
            let all = rows.len();
            self.rows(&columns, rows, MOST_MEMBERS, 4);
            self.and_more(all, MOST_MEMBERS, "    ");
            let others = without_outage(report, incident).len();
            if others > 0 {
                self.paragraph(
                    "    ",
                    &format!("{others} more with too few attempts to be judged alone"),
                );
            }
        }
        let rest = incidents.get(sentences..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
        if sentences > 0 {
            self.line("");
        }
        let rows = rest
            .iter()
            .take(most)
            .map(|incident| row(report, &incident.title(), &incident.whole, self.moments).into());
        let columns = if is_brief { &BRIEF_ROW } else { &ROW };
        self.rows(columns, rows.collect(), most, 2);
        self.and_more(rest.len(), most, "  ");
    }

    /// How many people are concerned, what to do, and one real reply of each kind.
    fn behind(&mut self, incident: &Incident) {
        let outage = &incident.whole;
        self.paragraph("  ", &parts::evidence(outage));
        for advice in &outage.advice {
            self.paragraph("  to do: ", &advice.text);
        }
        for (_, sample) in parts::replies(outage) {
            self.paragraph("  ", &escape::fit(&sample, 2 * self.columns));
        }
    }

    /// A table of incidents or of outages, whose names and answers may hold hostile text.
    fn rows(&mut self, columns: &[Column], rows: Vec<Vec<String>>, most: usize, indent: usize) {
        let name_columns = self.columns / 3;
        let label_columns = self.label_columns();
        let answers = columns.iter().position(|column| column.name == "answers");
        let rows = rows.into_iter().take(most).map(|mut row| {
            for (number, cell) in row.iter_mut().enumerate() {
                if number == 0 {
                    *cell = escape::fit(cell, name_columns);
                } else if Some(number) == answers {
                    *cell = escape::fit(cell, label_columns);
                }
            }
            row
        });
        let room = self.columns.saturating_sub(indent);
        for line in table::fitted(columns, rows.collect(), room).lines {
            self.line(&format!("{:indent$}{line}", ""));
        }
    }
}
