//! What became of the messages that failed in each window.

use super::Page;
use crate::escape;
use crate::render::numbers::{count, length};
use crate::render::table::Column;
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
                let label = escape::fit(&window.label, self.label_columns());
                Some(row(label, window.fates.as_ref()?))
            })
            .collect();
        if rows.len() > 1 {
            rows.push(row("all".to_owned(), total));
        }
        let columns = [
            Column::words("failed in"),
            Column::numbers("delivered late", 0),
            Column::numbers("median", 1),
            Column::numbers("bounced by it", 0),
            Column::numbers("of their own", 2),
            Column::numbers("expired", 0),
            Column::numbers("queued", 0),
        ];
        self.line("");
        self.marked(outage, &columns, rows);
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
