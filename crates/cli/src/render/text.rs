//! The report for people: the answer first, then its evidence, then how much was read.
//!
//! Every text of a stranger goes through [`escape`] here, so that nothing but our own colours reaches the
//! terminal as a control.

mod announcements;
mod availability;
mod coverage;
mod failing;
mod fates;
mod incidents;
mod outages;
mod overview;
mod standings;

use super::parts::answers::{Answers, answers};
use super::parts::incidents::failures;
use super::parts::{
    AS_DATA, By, ELSEWHERE, MOST_LISTED, MOST_SENTENCES, Section, and_more, is_list, sections,
};
use crate::document::Report;
use crate::term::escape;
use crate::term::style::{Style, Tone};
use crate::words::times::Moments;

/// The whole report in so many columns, ending in a line end.
pub(crate) fn render(report: &Report, by: By, style: Style, columns: usize) -> String {
    let mut page = Page {
        report,
        moments: report.moments(),
        style,
        columns,
        text: String::new(),
    };
    let answers = answers(report);
    page.headline(&answers);
    page.failing();
    page.failures();
    for note in &answers.notes {
        page.paragraph("note: ", note);
    }
    let is_list = is_list(report);
    if !is_list {
        page.overview();
    }
    for section in sections(report, by) {
        match section {
            Section::Incidents(..) | Section::Outages(..) if is_list => {}
            Section::Incidents(heading, incidents) => page.incidents(heading, &incidents),
            Section::Outages(heading, outages) => page.outages(heading, &outages),
            Section::Brief(heading, incidents) => page.brief(heading, &incidents, is_list),
            Section::Standings(standings) => page.standings(&standings),
            Section::Availability(heading, rows) => page.availability(heading, &rows),
            Section::Announcements(heading, all) => page.announcements(heading, all),
            Section::Tables(..) => {} // not made for this format: more than a screen holds
        }
    }
    page.coverage();
    page.text
}

struct Page<'r> {
    report: &'r Report,
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
        self.title(heading);
    }

    fn title(&mut self, heading: &str) {
        for line in escape::wrap(heading, self.columns) {
            let line = self.style.paint(Tone::Strong, line).into_owned();
            self.line(&line);
        }
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

    /// That there is no outage, or nothing to answer from.
    fn headline(&mut self, answers: &Answers) {
        if let Some(headline) = &answers.headline {
            let headline = self.style.paint(Tone::Strong, &**headline).into_owned();
            self.line(&headline);
        }
        if let Some(hint) = answers.hint {
            self.paragraph("hint: ", hint);
        }
    }

    /// The answer: what failed.
    fn failures(&mut self) {
        let failures = failures(self.report);
        if failures.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.heading("What failed");
        }
        self.incident_list(&failures, MOST_SENTENCES, MOST_LISTED, false);
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
        if let Some(more) = and_more(all, shown, ELSEWHERE) {
            self.paragraph(indent, &more);
        }
    }

    /// The same of what the page for a browser cuts off, too.
    fn and_more_as_data(&mut self, all: usize, shown: usize, indent: &str) {
        if let Some(more) = and_more(all, shown, AS_DATA) {
            self.paragraph(indent, &more);
        }
    }
}

#[cfg(test)]
mod tests;
