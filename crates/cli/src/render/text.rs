//! The report for people: the answer first, then its evidence, then how much was read.
//!
//! Every text of a stranger goes through [`escape`] here, so that nothing but our own colours reaches the
//! terminal as a control.

mod coverage;

use mailgap_core::outage::{Confidence, OutageType};

use super::moments::Moments;
use super::numbers::{count, counted, length, percent, share};
use super::table::{self, Lean};
use super::timeline::{self, HEALTHY, Timeline, UNSURE};
use crate::escape;
use crate::report::{Outage, Report, Standing, Window};
use crate::style::{Style, Tone};

/// Sentences, detailed outages and rows of a table that are shown; `-f json` has all of them.
const MOST_SENTENCES: usize = 40;
const MOST_DETAILS: usize = 12;
const MOST_ROWS: usize = 15;
/// MX hosts named of an outage.
const MOST_MX: usize = 4;
/// Columns of a domain in a table; longer ones are cut.
const DOMAIN_COLUMNS: usize = 32;

/// The whole report in so many columns, ending in a line end.
pub(crate) fn render(report: &Report, style: Style, columns: usize) -> String {
    let mut page = Page {
        report,
        moments: report.moments(),
        style,
        columns,
        text: String::new(),
    };
    page.answers();
    page.outages("Outages", |kind| kind != OutageType::Policy);
    page.standings(
        "Never reached",
        "not one attempt in the whole log worked: mistyped, dead, or taking no mail",
        &report.unreachable,
    );
    page.standings(
        "Failing throughout",
        "a steady share fails from the first day of the log to the last: not an outage",
        &report.chronic,
    );
    page.outages("Refused by policy (not outages)", |kind| {
        kind == OutageType::Policy
    });
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
            let attempts = counted(coverage.attempts, "attempt");
            let destinations = counted(self.report.destinations as u64, "destination");
            let answer = format!("no outage found in {attempts} to {destinations}");
            let answer = self.style.paint(Tone::Strong, answer).into_owned();
            self.line(&answer);
            if coverage.attempts == 0 && coverage.events > 0 {
                self.line("hint: the log holds deliveries, but none of them to a remote host");
            }
        }
        let outages = &self.report.outages;
        for outage in outages.iter().take(MOST_SENTENCES) {
            self.sentence(outage);
        }
        self.and_more(outages.len(), MOST_SENTENCES, "");
        self.doubts();
    }

    fn sentence(&mut self, outage: &Outage) {
        let lines = escape::wrap(&outage.verdict, self.columns.saturating_sub(2));
        for (place, line) in lines.iter().enumerate() {
            if place > 0 {
                self.line(&format!("  {line}"));
                continue;
            }
            let domain = escape::line(&outage.domain).into_owned();
            match line.strip_prefix(&*domain) {
                Some(rest) => {
                    let domain = self.style.paint(Tone::Strong, domain);
                    let line = format!("{domain}{rest}");
                    self.line(&line);
                }
                None => self.line(line), // a domain longer than the line
            }
        }
    }

    fn and_more(&mut self, all: usize, shown: usize, indent: &str) {
        if let Some(more) = all.checked_sub(shown).filter(|&more| more > 0) {
            let more = count(more as u64);
            self.line(&format!(
                "{indent}and {more} more (mailgap report -f json has all)"
            ));
        }
    }

    fn outages(&mut self, heading: &str, wanted: impl Fn(OutageType) -> bool) {
        let report = self.report;
        let outages: Vec<&Outage> = report
            .outages
            .iter()
            .filter(|outage| wanted(outage.kind))
            .collect();
        if outages.is_empty() {
            return;
        }
        self.heading(heading);
        for (place, outage) in outages.iter().take(MOST_DETAILS).enumerate() {
            if place > 0 {
                self.line("");
            }
            self.outage(outage);
        }
        self.and_more(outages.len(), MOST_DETAILS, "  ");
    }

    /// What stands behind one sentence: its size, its picture, its windows, and what was answered.
    fn outage(&mut self, outage: &Outage) {
        let title = format!(
            "{} {}",
            outage.id,
            escape::fit(&outage.domain, self.columns / 2)
        );
        let title = self.style.paint(Tone::Strong, title);
        self.line(&format!("{title}  {}", self.stretch(outage)));
        self.paragraph("  ", &evidence(outage));
        if !outage.mx.is_empty() {
            self.paragraph("  ", &mx(outage));
        }
        let coverage = &self.report.coverage;
        if let Some(log) = coverage.first.zip(coverage.last) {
            let columns = self.columns.saturating_sub(4);
            let timeline = timeline::draw(outage, log, self.moments, columns, self.style);
            self.line("");
            self.line(&format!("  {}", timeline.strip));
            self.line(&format!("  {}", timeline.axis));
            self.line("");
            self.windows(outage);
            self.legend(&timeline);
        }
        self.replies(outage);
    }

    /// `23 Jan 16:00 to 27 Jan 21:40, 4 days 6 h`
    fn stretch(&self, outage: &Outage) -> String {
        let start = if outage.before_log {
            "before the log begins".to_owned()
        } else {
            self.moments.cell(&outage.start)
        };
        let (end, last) = match (&outage.end, outage.ongoing) {
            (Some(end), false) => (self.moments.cell(end), Some(end.time)),
            _ => ("after the log ends".to_owned(), self.report.coverage.last),
        };
        let least = if outage.before_log || outage.ongoing {
            "at least "
        } else {
            ""
        };
        match last {
            Some(last) => {
                let length = length(last.seconds_since(outage.start.time));
                format!("{start} to {end}, {least}{length}")
            }
            None => format!("{start} to {end}"),
        }
    }

    fn windows(&mut self, outage: &Outage) {
        let rows = outage
            .windows
            .iter()
            .map(|window| {
                vec![
                    escape::fit(&window.label, 24),
                    if outage.before_log && window.start.time == outage.start.time {
                        "before the log".to_owned()
                    } else {
                        self.moments.cell(&window.start)
                    },
                    match &window.end {
                        Some(end) => self.moments.cell(end),
                        None => "after the log".to_owned(),
                    },
                    count(window.attempts),
                    count(window.failures),
                    share(window.share),
                    window.mx.len().to_string(),
                ]
            })
            .collect();
        let columns = [
            ("answer", Lean::Left),
            ("from", Lean::Left),
            ("until", Lean::Left),
            ("attempts", Lean::Right),
            ("failed", Lean::Right),
            ("share", Lean::Right),
            ("MX", Lean::Right),
        ];
        let lines = table::lines(&columns, rows);
        let marks = outage.windows.iter().map(|window| {
            let (mark, tone) = timeline::mark(window.kind);
            self.style
                .paint(tone, mark.to_string().repeat(2))
                .into_owned()
        });
        let marks: Vec<String> = std::iter::once("  ".to_owned()).chain(marks).collect();
        for (mark, line) in marks.iter().zip(&lines) {
            self.line(&format!("  {mark}  {line}"));
        }
    }

    fn legend(&mut self, timeline: &Timeline) {
        let mut legend = Vec::new();
        if timeline.has_healthy {
            legend.push(format!("{HEALTHY}{HEALTHY}  mail is taken"));
        }
        if timeline.has_unsure {
            legend.push(format!("{UNSURE}{UNSURE}  the change lies somewhere here"));
        }
        for line in legend {
            let line = self.style.paint(Tone::Dim, line).into_owned();
            self.line(&format!("  {line}"));
        }
    }

    /// One real answer for each window; the same one is not said twice.
    fn replies(&mut self, outage: &Outage) {
        let mut said: Vec<(&str, &str)> = Vec::new();
        for window in &outage.windows {
            if let Some(reply) = reply(window)
                && !said.contains(&reply)
            {
                said.push(reply);
            }
        }
        if said.is_empty() {
            return;
        }
        self.line("");
        let label_columns = said
            .iter()
            .map(|(label, _)| escape::width(&escape::fit(label, 24)))
            .max()
            .unwrap_or(0);
        for (label, sample) in said {
            let label = escape::fit(label, 24);
            let gap = label_columns - escape::width(&label);
            self.paragraph(
                &format!("  {label}{:gap$}  ", ""),
                &escape::fit(sample, 3 * self.columns),
            );
        }
    }

    fn standings(&mut self, heading: &str, meaning: &str, standings: &[Standing]) {
        if standings.is_empty() {
            return;
        }
        self.heading(&format!(
            "{heading}: {}",
            counted(standings.len() as u64, "destination")
        ));
        self.paragraph("  ", meaning);
        let is_chronic = standings.iter().any(|standing| standing.share.is_some());
        let mut columns = vec![
            ("destination", Lean::Left),
            ("answer", Lean::Left),
            ("attempts", Lean::Right),
            ("messages", Lean::Right),
            ("recipients", Lean::Right),
        ];
        if is_chronic {
            columns.insert(3, ("failed", Lean::Right));
        }
        let rows = standings
            .iter()
            .take(MOST_ROWS)
            .map(|standing| {
                let mut row = vec![
                    escape::fit(&standing.domain, DOMAIN_COLUMNS),
                    escape::fit(&standing.label, 24),
                    count(standing.attempts),
                    count(standing.messages),
                    count(standing.recipients),
                ];
                if is_chronic {
                    row.insert(3, share(standing.share.unwrap_or(1.0)));
                }
                row
            })
            .collect();
        let lines = table::lines(&columns, rows);
        let used = lines
            .iter()
            .map(|line| escape::width(line))
            .max()
            .unwrap_or(0)
            + 4;
        // What is left of the line holds the beginning of one real answer.
        let room = self.columns.saturating_sub(used);
        let samples = standings
            .iter()
            .map(|standing| standing.sample.as_deref().unwrap_or(""));
        for (line, sample) in lines.iter().zip(std::iter::once("").chain(samples)) {
            if room < 16 || sample.is_empty() {
                self.line(&format!("  {line}"));
                continue;
            }
            let gap = used - 2 - escape::width(line);
            let sample = self.style.paint(Tone::Dim, escape::fit(sample, room));
            self.line(&format!("  {line}{:gap$}{sample}", ""));
        }
        self.and_more(standings.len(), MOST_ROWS, "  ");
    }
}

/// `1,234 attempts, 1,230 failed (99 %); 400 messages to 380 recipients; certain (log Bayes factor 1,234)`
fn evidence(outage: &Outage) -> String {
    let hosts = match outage.hosts {
        0 | 1 => String::new(),
        hosts => format!(", seen by {hosts} hosts"),
    };
    let confidence = match outage.confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
        Confidence::Strong => "strong evidence",
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and what is negative is no outage"
    )]
    let nats = outage.log_bayes_factor.round() as u64;
    format!(
        "{}, {} failed ({}): {} to {}{hosts}; {confidence} (log Bayes factor {})",
        counted(outage.attempts, "attempt"),
        count(outage.failures),
        percent(outage.failures, outage.attempts),
        counted(outage.messages, "message"),
        counted(outage.recipients, "recipient"),
        count(nats),
    )
}

fn mx(outage: &Outage) -> String {
    let named: Vec<&str> = outage.mx.iter().take(MOST_MX).map(String::as_str).collect();
    let more = match outage.mx.len().saturating_sub(MOST_MX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("MX {}{more}", named.join(", "))
}

fn reply(window: &Window) -> Option<(&str, &str)> {
    let sample = window
        .sample
        .as_deref()
        .filter(|sample| !sample.is_empty())?;
    Some((&window.label, sample))
}

#[cfg(test)]
mod tests;
