//! The report for people: the answer first, then its evidence, then how much was read.
//!
//! Every text of a stranger goes through [`escape`] here, so that nothing but our own colours reaches the
//! terminal as a control.

mod availability;
mod coverage;
mod fates;
mod outages;
mod overview;
mod said;
mod standings;

use super::moments::Moments;
use super::numbers::count;
use super::parts::{By, MOST_SENTENCES, Section, answers::answers, sections};
use crate::escape;
use crate::report::Report;
use crate::style::{Style, Tone};

/// The whole report in so many columns, ending in a line end.
pub(crate) fn render(report: &Report, by: By, style: Style, columns: usize) -> String {
    let mut page = Page {
        report,
        by,
        moments: report.moments(),
        style,
        columns,
        text: String::new(),
    };
    page.answers();
    page.overview();
    for section in sections(report, by) {
        match section {
            Section::Incidents(heading, incidents) => page.incidents(heading, &incidents),
            Section::Outages(heading, outages) => page.outages(heading, &outages),
            Section::Standings(heading, meaning, standings) => {
                page.standings(heading, meaning, standings);
            }
            Section::Availability(heading, rows) => page.availability(heading, &rows),
            Section::Announcements(heading, said) => page.announcements(heading, said),
            Section::Tables(..) => {} // not made for this format: more than a screen holds
        }
    }
    page.coverage();
    page.text
}

struct Page<'r> {
    report: &'r Report,
    by: By,
    moments: Moments,
    style: Style,
    columns: usize,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        let heading = self.style.paint(Tone::Strong, heading).into_owned();
        self.line(&heading);
    }

    /// Unsafe text, wrapped; all lines but the first stand under the text of the first.
    fn paragraph(&mut self, first: &str, text: &str) {
        let indent = escape::width(first);
        let lines = escape::wrap(text, self.columns.saturating_sub(indent));
        for (place, line) in lines.iter().enumerate() {
            if place == 0 {
                self.line(&format!("{first}{line}"));
            } else {
                self.line(&format!("{:indent$}{line}", ""));
            }
        }
    }

    /// One sentence for each outage, or that there is none, and on how much evidence.
    fn answers(&mut self) {
        let answers = answers(self.report, self.by);
        if let Some(headline) = answers.headline {
            let headline = self.style.paint(Tone::Strong, headline).into_owned();
            self.line(&headline);
        }
        if let Some(hint) = answers.hint {
            self.paragraph("hint: ", hint);
        }
        for &(subject, verdict) in answers.sentences.iter().take(MOST_SENTENCES) {
            self.sentence(subject, verdict);
        }
        self.and_more(answers.sentences.len(), MOST_SENTENCES, "");
        for note in &answers.notes {
            self.paragraph("note: ", note);
        }
    }

    /// A sentence that begins with its subject.
    fn sentence(&mut self, subject: &str, verdict: &str) {
        let lines = escape::wrap(verdict, self.columns.saturating_sub(2));
        for (place, line) in lines.iter().enumerate() {
            if place > 0 {
                self.line(&format!("  {line}"));
                continue;
            }
            let subject = escape::line(subject).into_owned();
            match line.strip_prefix(&*subject) {
                Some(rest) => {
                    let subject = self.style.paint(Tone::Strong, subject);
                    let line = format!("{subject}{rest}");
                    self.line(&line);
                }
                None => self.line(line), // a subject longer than the line
            }
        }
    }

    fn and_more(&mut self, all: usize, shown: usize, indent: &str) {
        if let Some(more) = all.checked_sub(shown).filter(|&more| more > 0) {
            let more = count(more as u64);
            self.paragraph(
                indent,
                &format!("and {more} more (mailgap report -f json has all)"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
