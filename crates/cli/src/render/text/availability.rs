//! How long mail was not taken, by month.

use super::Page;
use crate::document::Availability;
use crate::render::parts::MOST_ROWS;
use crate::render::parts::availability::{AVAILABILITY, MEANING, row};
use crate::render::table;
use crate::term::escape;

impl Page<'_> {
    pub(super) fn availability(&mut self, heading: &str, rows: &[&Availability]) {
        self.heading(heading);
        self.paragraph("  ", MEANING);
        let name_columns = self.columns / 3 - 3;
        let cells = rows.iter().take(MOST_ROWS).map(|it| {
            let mut row = row(it);
            let [name, ..] = &mut row;
            *name = escape::fit(name, name_columns);
            row.into()
        });
        let room = self.columns.saturating_sub(2);
        let table = table::fitted(&AVAILABILITY, cells.collect(), room);
        for line in table.lines {
            self.line(&format!("  {line}"));
        }
        self.and_more_as_data(rows.len(), MOST_ROWS, "  ");
    }
}
