//! What became of the messages that failed in each window.

use super::Page;
use crate::escape;
use crate::render::numbers::{count, length};
use crate::render::table::{self, Lean};
use crate::report::{Fates, Outage};

impl Page<'_> {
    pub(super) fn fates(&mut self, outage: &Outage) {
        let Some(total) = &outage.fates else { return };
        if total.failed() == 0 {
            return;
        }
        let windows = outage.windows.iter();
        let mut rows: Vec<Vec<String>> = windows
            .filter_map(|window| {
                let label = escape::fit(&window.label, super::outages::LABEL_COLUMNS);
                Some(row(label, window.fates.as_ref()?))
            })
            .collect();
        if rows.len() > 1 {
            rows.push(row("all".to_owned(), total));
        }
        let columns = [
            ("failed in", Lean::Left),
            ("delivered late", Lean::Right),
            ("median", Lean::Right),
            ("bounced by it", Lean::Right),
            ("of their own", Lean::Right),
            ("expired", Lean::Right),
            ("queued", Lean::Right),
        ];
        let lines = table::lines(&columns, rows);
        self.line("");
        self.marked(outage, &lines);
    }
}

fn row(label: String, fates: &Fates) -> Vec<String> {
    vec![
        label,
        count(fates.delivered_late),
        fates.median_delay_s.map_or("-".to_owned(), length),
        count(fates.bounced_by_outage),
        count(fates.bounced),
        count(fates.expired),
        count(fates.pending),
    ]
}
