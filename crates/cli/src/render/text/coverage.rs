//! How much was read and understood, and what was not: silence about it makes "all quiet" a lie.

use super::Page;
use crate::render::parts::coverage::{MOST_INPUTS, MOST_SAMPLES, facts, not_understood};
use crate::term::escape;
use crate::term::style::Tone;

/// Columns of the names before the values.
const NAME_COLUMNS: usize = 16;

impl Page<'_> {
    pub(super) fn coverage(&mut self) {
        self.heading("Coverage");
        for fact in facts(self.report, self.moments) {
            self.list(fact.name, &fact.values);
        }
        self.samples();
    }

    /// A name and its value, which may hold text of strangers.
    fn fact(&mut self, name: &str, value: &str) {
        self.paragraph(&format!("  {name:NAME_COLUMNS$}"), value);
    }

    fn list(&mut self, name: &str, values: &[String]) {
        let all = values.len();
        for (place, value) in values.iter().take(MOST_INPUTS).enumerate() {
            self.fact(if place == 0 { name } else { "" }, value);
        }
        self.and_more_as_data(all, MOST_INPUTS, &" ".repeat(2 + NAME_COLUMNS));
    }

    fn samples(&mut self) {
        let coverage = &self.report.coverage;
        let Some(odd) = not_understood(coverage) else {
            return;
        };
        self.fact("not understood", &odd);
        let indent = 2 + NAME_COLUMNS;
        let room = self.columns.saturating_sub(indent);
        for sample in coverage.samples.iter().take(MOST_SAMPLES) {
            let place = format!("{}:{}: {}", sample.input, sample.line, sample.why);
            self.paragraph(&" ".repeat(indent), &place);
            let text = escape::fit(&sample.text, room.saturating_sub(2));
            let text = self.style.paint(Tone::Dim, text);
            self.line(&format!("{:indent$}  {text}", ""));
        }
    }
}
