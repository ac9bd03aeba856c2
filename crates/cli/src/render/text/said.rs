//! What was announced beside what the log shows.

use super::Page;
use crate::document::Announcement;
use crate::render::parts::MOST_ROWS;
use crate::render::parts::said::{MOST_STATEMENTS, claims, verdicts};
use crate::term::escape;

/// Lines of the page that one statement may fill.
const MOST_LINES: usize = 4;

impl Page<'_> {
    pub(super) fn announcements(&mut self, heading: &str, all: &[Announcement]) {
        self.heading(heading);
        for said in all.iter().take(MOST_STATEMENTS) {
            let when = self.moments.exact(said.time);
            let source = escape::fit(&said.source, self.columns / 3);
            self.paragraph("  ", &format!("{when}, {source}, {}:", claims(said)));
            let text = escape::fit(&said.text, MOST_LINES * self.columns);
            self.paragraph("    ", &format!("\u{201c}{text}\u{201d}"));
            let verdicts = verdicts(said);
            for (title, verdict) in verdicts.iter().take(MOST_ROWS) {
                self.paragraph("    ", &format!("{title}: {verdict}"));
            }
            self.and_more_as_data(verdicts.len(), MOST_ROWS, "    ");
        }
        self.and_more_as_data(all.len(), MOST_STATEMENTS, "  ");
    }
}
