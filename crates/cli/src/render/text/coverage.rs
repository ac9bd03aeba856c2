//! How much was read and understood, and what was not: silence about it makes "all quiet" a lie.

use super::Page;
use crate::escape;
use crate::render::coverage;
use crate::style::Tone;

/// Lines that were not understood that are shown.
const MOST_SAMPLES: usize = 8;
/// Columns of the names before the values.
const NAME_COLUMNS: usize = 16;

impl Page<'_> {
    /// Instead of an answer: there is nothing to answer from.
    pub(super) fn nothing_understood(&mut self) {
        let (answer, what_to_do) = coverage::nothing_understood(self.report);
        let answer = self.style.paint(Tone::Strong, answer).into_owned();
        self.line(&answer);
        self.paragraph("hint: ", what_to_do);
    }

    /// What makes the answer less than it seems, right under it.
    pub(super) fn doubts(&mut self) {
        for note in coverage::doubts(self.report) {
            self.paragraph("note: ", &note);
        }
    }

    pub(super) fn coverage(&mut self) {
        self.heading("Coverage");
        for (name, value) in coverage::facts(self.report) {
            self.fact(name, &value);
        }
        self.samples();
    }

    /// A name and its value, which may hold text of strangers.
    fn fact(&mut self, name: &str, value: &str) {
        self.paragraph(&format!("  {name:NAME_COLUMNS$}"), value);
    }

    fn samples(&mut self) {
        let Some((odd, hint)) = coverage::not_understood(self.report) else {
            return;
        };
        self.fact("not understood", &odd);
        let indent = 2 + NAME_COLUMNS;
        let room = self.columns.saturating_sub(indent);
        for sample in self.report.coverage.samples.iter().take(MOST_SAMPLES) {
            let place = format!("{}:{}: {}", sample.input, sample.line, sample.why);
            self.paragraph(&" ".repeat(indent), &place);
            let text = escape::fit(&sample.text, room.saturating_sub(2));
            let text = self.style.paint(Tone::Dim, text);
            self.line(&format!("{:indent$}  {text}", ""));
        }
        if let Some(hint) = hint {
            self.paragraph(&" ".repeat(indent), &format!("hint: {hint}"));
        }
    }
}
