//! All outages under one axis: what failed together, and what followed what.

use mailgap_core::outage::{Kind, OutageType};
use mailgap_core::time::Timestamp;

use super::Page;
use crate::document::Outage;
use crate::render::parts::MOST_ROWS;
use crate::render::timeline::{self, Scale};
use crate::term::escape;

/// Columns of a kind in the legend, at most: `██ recipient rejected   `.
const KIND_COLUMNS: usize = 23;
/// Kinds in one line of a legend; all nine would not fit.
const KINDS_IN_LINE: usize = 3;

impl Page<'_> {
    /// Nothing for a single destination: its own picture follows.
    pub(super) fn overview(&mut self) {
        let report = self.report;
        let outages = report.outages.iter();
        let destinations = rows(outages.filter(|outage| outage.kind != OutageType::Policy));
        let log = report.coverage.first.zip(report.coverage.last);
        let (Some(log), true) = (log, destinations.len() > 1) else {
            return;
        };
        self.heading("At a glance");
        let columns = self.strips(&destinations, log);
        let name_columns = self.columns.saturating_sub(columns + 6);
        let shown = destinations
            .iter()
            .flat_map(|(_, outages)| outages.iter().copied());
        let mut kinds: Vec<Kind> = Vec::new();
        for window in shown.flat_map(|outage| &outage.windows) {
            if !kinds.contains(&window.kind) {
                kinds.push(window.kind);
            }
        }
        self.line("");
        for kinds in kinds.chunks((columns / KIND_COLUMNS).clamp(1, KINDS_IN_LINE)) {
            let words = kinds.iter().map(|&kind| {
                let (mark, tone) = timeline::mark(kind);
                let mark = self.style.paint(tone, mark.to_string().repeat(2));
                let words = match kind {
                    Kind::Delayed => "slow", // as its windows are labelled
                    _ => kind.as_str(),
                };
                format!("{mark} {}", words.replace('_', " "))
            });
            let line = words.collect::<Vec<_>>().join("   ");
            self.line(&format!("  {:name_columns$}  {line}", ""));
        }
    }

    /// A line for each destination, and one axis under all; returns the columns of a strip.
    pub(super) fn strips(
        &mut self,
        destinations: &[(&str, Vec<&Outage>)],
        log: (Timestamp, Timestamp),
    ) -> usize {
        let names: Vec<String> = destinations
            .iter()
            .map(|(domain, _)| escape::fit(domain, self.columns / 4))
            .collect();
        let name_columns = names
            .iter()
            .map(|name| escape::width(name))
            .max()
            .unwrap_or(0);
        let columns = self.columns.saturating_sub(name_columns + 6);
        let shown = destinations
            .iter()
            .flat_map(|(_, outages)| outages.iter().copied());
        let scale = Scale::over(shown, log, columns);
        for (name, (_, outages)) in names.iter().zip(destinations) {
            let gap = name_columns - escape::width(name);
            let strip = timeline::strip(outages, &scale, self.style).text;
            self.line(&format!("  {name}{:gap$}  {strip}", ""));
        }
        let axis = timeline::axis(&scale, self.moments);
        self.line(&format!("  {:name_columns$}  {axis}", ""));
        columns
    }
}

/// Outages by their destinations, as many as there is room for.
pub(super) fn rows<'o>(
    outages: impl Iterator<Item = &'o Outage>,
) -> Vec<(&'o str, Vec<&'o Outage>)> {
    let mut destinations: Vec<(&str, Vec<&Outage>)> = Vec::new();
    for outage in outages {
        let known = destinations
            .iter_mut()
            .find(|(domain, _)| *domain == outage.domain);
        if let Some((_, outages)) = known {
            outages.push(outage);
        } else if destinations.len() < MOST_ROWS {
            destinations.push((&outage.domain, vec![outage]));
        }
    }
    destinations
}
