//! What was announced beside what the log shows.

use super::Page;
use crate::document::CheckedAnnouncement;
use crate::render::parts::MOST_ROWS;
use crate::render::parts::announcements::{MOST_ANNOUNCEMENTS, claim, verdicts};
use crate::term::escape;

/// Lines of the page that one announcement may fill.
const MOST_LINES: usize = 4;

impl Page<'_> {
    pub(super) fn announcements(&mut self, heading: &str, all: &[CheckedAnnouncement]) {
        self.heading(heading);
        for checked in all.iter().take(MOST_ANNOUNCEMENTS) {
            let announcement = &checked.announcement;
            let when = self.moments.exact(announcement.time);
            let source = escape::fit(&announcement.source, self.columns / 3);
            let claim = claim(announcement.claim);
            self.paragraph("  ", &format!("{when}, {source}{claim}:"));
            let text = escape::fit(&announcement.text, MOST_LINES * self.columns);
            self.paragraph("    ", &format!("\u{201c}{text}\u{201d}"));
            let verdicts = verdicts(checked);
            for (title, verdict) in verdicts.iter().take(MOST_ROWS) {
                self.paragraph("    ", &format!("{title}: {verdict}"));
            }
            self.and_more_as_data(verdicts.len(), MOST_ROWS, "    ");
        }
        self.and_more_as_data(all.len(), MOST_ANNOUNCEMENTS, "  ");
    }
}
