//! Destinations that never worked, or that fail at a steady share: neither is an outage.

use super::{MOST_ROWS, Page};
use crate::escape;
use crate::render::numbers::{count, counted, share};
use crate::render::table::{self, Lean};
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
        if standings.is_empty() {
            return;
        }
        self.heading(&format!(
            "{heading}: {}",
            counted(standings.len() as u64, "destination")
        ));
        self.paragraph("  ", meaning);
        let is_chronic = standings.iter().any(|standing| standing.share.is_some());
        let mut columns = vec![
            ("destination", Lean::Left),
            ("answer", Lean::Left),
            ("attempts", Lean::Right),
            ("messages", Lean::Right),
            ("recipients", Lean::Right),
        ];
        if is_chronic {
            columns.insert(3, ("failed", Lean::Right));
        }
        let rows = standings
            .iter()
            .take(MOST_ROWS)
            .map(|standing| {
                let mut row = vec![
                    escape::fit(&standing.domain, DOMAIN_COLUMNS),
                    escape::fit(&standing.label, LABEL_COLUMNS),
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
        let lines = table::lines(&columns, rows);
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
        for (line, sample) in lines.iter().zip(std::iter::once("").chain(samples)) {
            if room < LEAST_SAMPLE || sample.is_empty() {
                self.line(&format!("  {line}"));
                continue;
            }
            let gap = used - 2 - escape::width(line);
            let sample = self.style.paint(Tone::Dim, escape::fit(sample, room));
            self.line(&format!("  {line}{:gap$}{sample}", ""));
        }
        self.and_more(standings.len(), MOST_ROWS, "  ");
    }
}
