//! What became of the messages that failed in each window.

use super::Page;
use crate::document::Outage;
use crate::render::parts;

impl Page<'_> {
    pub(super) fn fates(&mut self, outage: &Outage) {
        let rows = parts::outage::fates(outage);
        if rows.is_empty() {
            return;
        }
        self.line("");
        let rows = self.fitted_labels(rows);
        self.marked(outage, &parts::outage::FATES, rows);
    }
}
