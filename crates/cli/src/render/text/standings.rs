//! Destinations that never worked, or that fail at a steady share: neither is an outage.

use super::Page;
use crate::escape;
use crate::render::numbers::{count, counted, share};
use crate::render::parts::{MOST_ROWS, outage::on_one_line};
use crate::render::table::{self, Column};
use crate::report::Standing;
use crate::style::Tone;

/// Columns of a domain and of a label; longer ones are cut.
const DOMAIN_COLUMNS: usize = 32;
const LABEL_COLUMNS: usize = 24;
/// Fewer columns than this hold no answer worth reading.
const LEAST_SAMPLE: usize = 16;

impl Page<'_> {
    /// One table of them, headed by what they have in common.
    pub(super) fn standings(&mut self, heading: &str, meaning: &str, standings: &[Standing]) {
        self.heading(&format!(
            "{heading}: {}",
            counted(standings.len() as u64, "destination")
        ));
        self.paragraph("  ", meaning);
        let is_chronic = standings.iter().any(|standing| standing.share.is_some());
        let mut columns = vec![
            Column::words("destination"),
            Column::words("answer"),
            Column::numbers("attempts", 3),
            Column::numbers("messages", 1),
            Column::numbers("recipients", 2),
        ];
        if is_chronic {
            columns.insert(3, Column::numbers("failed", 0));
        }
        let domain_columns = DOMAIN_COLUMNS.min(self.columns * 2 / 5);
        let label_columns = LABEL_COLUMNS.min(self.columns / 4);
        let rows = standings
            .iter()
            .take(MOST_ROWS)
            .map(|standing| {
                let mut row = vec![
                    escape::fit(&standing.domain, domain_columns),
                    escape::fit(&standing.label, label_columns),
                    count(standing.attempts),
                    count(standing.messages),
                    count(standing.recipients),
                ];
                if is_chronic {
                    row.insert(3, share(standing.share.unwrap_or(1.0)));
                }
                row
            })
            .collect();
        let table::Lines { header, lines } =
            table::fitted(&columns, rows, self.columns.saturating_sub(2));
        let used = lines
            .iter()
            .map(|line| escape::width(line))
            .max()
            .unwrap_or(0)
            + 4;
        // What is left of the line holds the beginning of one real answer.
        let room = self.columns.saturating_sub(used);
        let samples = standings
            .iter()
            .map(|standing| standing.sample.as_deref().unwrap_or(""));
        let samples = std::iter::repeat_n("", header).chain(samples);
        for (line, sample) in lines.iter().zip(samples) {
            if room < LEAST_SAMPLE || sample.is_empty() {
                self.line(&format!("  {line}"));
                continue;
            }
            let gap = used - 2 - escape::width(line);
            let sample = self
                .style
                .paint(Tone::Dim, escape::fit(&on_one_line(sample), room));
            self.line(&format!("  {line}{:gap$}{sample}", ""));
        }
        self.and_more(standings.len(), MOST_ROWS, "  ");
    }
}
