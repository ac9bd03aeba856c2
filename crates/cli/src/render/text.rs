//! The report for people: the answer first, then its evidence, then how much was read.
//!
//! Every text of a stranger goes through [`escape`] here, so that nothing but our own colours reaches the
//! terminal as a control.

mod coverage;
mod fates;
mod outages;
mod overview;
mod standings;

use mailgap_core::incident::Scope;
use mailgap_core::outage::OutageType;

use super::moments::Moments;
use super::numbers::{count, counted};
use super::standing;
use crate::escape;
use crate::report::{Incident, Outage, Report};
use crate::style::{Style, Tone};

/// Sentences, detailed outages and rows of a table that are shown; `-f json` has all of them.
const MOST_SENTENCES: usize = 40;
const MOST_DETAILS: usize = 12;
const MOST_ROWS: usize = 15;

/// What a report is arranged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum By {
    /// Each destination by itself
    #[default]
    Domain,
    /// Destinations of one operator of MX hosts together, and what was our own fault
    Operator,
}

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
    match by {
        By::Domain => {
            page.incidents("Our own side", |incident| incident.scope == Scope::Sender);
            page.outages("Outages", |outage| {
                outage.kind == OutageType::Outage && !outage.is_slow_only()
            });
        }
        By::Operator => page.incidents("Incidents", |_| true),
    }
    if by == By::Domain {
        page.outages(
            "Slow, but mail was taken (not outages)",
            Outage::is_slow_only,
        );
    }
    let (heading, meaning) = standing::never_reached(report);
    page.standings(heading, meaning, &report.unreachable);
    let (heading, meaning) = standing::CHRONIC;
    page.standings(heading, meaning, &report.chronic);
    if by == By::Domain {
        page.outages("Refused by policy (not outages)", |outage| {
            outage.kind == OutageType::Policy && !outage.is_slow_only()
        });
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
        let coverage = &self.report.coverage;
        if coverage.understood() == 0 {
            return self.nothing_understood();
        }
        if !self.report.has_outage() {
            let attempts = counted(self.report.judged.attempts, "attempt");
            let destinations = counted(self.report.judged.destinations, "destination");
            let answer = format!("no outage found in {attempts} to {destinations}");
            let answer = self.style.paint(Tone::Strong, answer).into_owned();
            self.line(&answer);
            if self.report.judged.attempts == 0 {
                let hint = if !self.report.restrictions.is_empty() {
                    "the flags leave out all that was read, see Coverage: try without them (stamps \
                     without a year may have got another one than you think: --year)"
                } else if coverage.events == 0 {
                    "the log holds no delivery: name the log of the host that sends to the outside"
                } else {
                    "the log holds deliveries, but no attempt at a remote host that says something \
                     about its destination"
                };
                self.paragraph("hint: ", hint);
            }
        }
        let report = self.report;
        // What was our own fault is said once, not of each receiver.
        let own: Vec<usize> = report
            .shared_incidents()
            .filter(|incident| incident.scope == Scope::Sender)
            .flat_map(|incident| incident.outages.iter().copied())
            .collect();
        let sentences: Vec<(&str, &str)> = match self.by {
            By::Operator => report.incidents.iter().map(Incident::sentence).collect(),
            By::Domain => {
                let outages = report.outages.iter();
                let outages = outages.filter(|outage| !own.contains(&outage.id));
                report
                    .shared_incidents()
                    .map(Incident::sentence)
                    .chain(outages.map(|outage| (&*outage.domain, &*outage.verdict)))
                    .collect()
            }
        };
        for &(subject, verdict) in sentences.iter().take(MOST_SENTENCES) {
            self.sentence(subject, verdict);
        }
        self.and_more(sentences.len(), MOST_SENTENCES, "");
        self.doubts();
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

/// A reply of several lines on one: Exim logs the ends of lines as a backslash and an n.
pub(crate) fn on_one_line(reply: &str) -> String {
    reply
        .replace("\\n", " ")
        .replace("\r\n", " ")
        .replace('\n', " ")
}

#[cfg(test)]
mod tests;
