//! Destinations of which there is little to say, one line each.

use super::Page;
use crate::render::parts::Standings;
use crate::render::parts::outage::on_one_line;
use crate::render::parts::standings::{columns, row};
use crate::render::table::{self, Column};
use crate::term::escape;
use crate::term::style::Tone;
use crate::words::numbers::counted;

/// Columns of a domain and of a label; longer ones are cut.
const DOMAIN_COLUMNS: usize = 32;
const LABEL_COLUMNS: usize = 24;
/// Fewer columns than this hold no answer worth reading.
const LEAST_SAMPLE: usize = 16;

impl Page<'_> {
    /// One table of them, headed by what they have in common.
    pub(super) fn standings(&mut self, standings: &Standings<'_>) {
        let Standings {
            heading,
            meaning,
            all,
            most,
        } = standings;
        self.heading(heading);
        let destinations = counted(all.len() as u64, "destination");
        self.paragraph("  ", &format!("{destinations}: {meaning}"));
        let domain_columns = DOMAIN_COLUMNS.min(self.columns * 2 / 5);
        let label_columns = LABEL_COLUMNS.min(self.columns / 4);
        let shown = all.get(..*most).unwrap_or(all);
        let rows = shown.iter().map(|standing| {
            let mut row = row(standing, self.moments);
            let [domain, label, ..] = &mut row[..] else {
                return row;
            };
            *domain = escape::fit(domain, domain_columns);
            *label = escape::fit(label, label_columns);
            row
        });
        let rows = rows.collect();
        let samples = shown
            .iter()
            .map(|standing| on_one_line(standing.sample.as_deref().unwrap_or_default()));
        let samples: Vec<String> = samples.collect();
        let samples: Vec<&str> = samples.iter().map(String::as_str).collect();
        self.with_samples(&columns(all), rows, &samples);
        self.and_more(all.len(), *most, "  ");
    }

    /// A table, with the beginning of one real answer for each row in what is left of the line.
    pub(super) fn with_samples(
        &mut self,
        columns: &[Column],
        rows: Vec<Vec<String>>,
        samples: &[&str],
    ) {
        let table::Lines { header, lines } =
            table::fitted(columns, rows, self.columns.saturating_sub(2));
        let widths = lines.iter().map(|line| escape::width(line));
        let used = widths.max().unwrap_or(0) + 4;
        let room = self.columns.saturating_sub(used);
        let samples = std::iter::repeat_n("", header).chain(samples.iter().copied());
        for (line, sample) in lines.iter().zip(samples) {
            if room < LEAST_SAMPLE || sample.is_empty() {
                self.line(&format!("  {line}"));
                continue;
            }
            let gap = used - 2 - escape::width(line);
            let sample = self.style.paint(Tone::Dim, escape::fit(sample, room));
            self.line(&format!("  {line}{:gap$}{sample}", ""));
        }
    }
}
