//! What is failing at the end of the log, as a table that is never cut.

use super::Page;
use crate::render::parts::failing::{FAILING, HEADING, failing};
use crate::term::escape;

impl Page<'_> {
    /// Nothing when nothing is failing.
    pub(super) fn failing(&mut self) {
        let failing = failing(self.report);
        if failing.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.line("");
        }
        self.title(HEADING);
        let name_columns = self.columns / 3;
        let label_columns = self.label_columns();
        let rows = failing.iter().map(|it| {
            let mut cells = it.cells.clone();
            let [name, label, ..] = &mut cells;
            *name = escape::fit(name, name_columns);
            *label = escape::fit(label, label_columns);
            cells.into()
        });
        let samples: Vec<&str> = failing.iter().map(|it| &*it.sample).collect();
        self.with_samples(&FAILING, rows.collect(), &samples);
    }
}
