//! The report as GitHub-flavoured Markdown, for tickets and wikis: what the text report says, without its pictures.
//!
//! All text of strangers goes through [`escape`] here; replies and lines of logs stand as code.

mod escape;

use std::fmt::Write;

use self::escape::{code, text};
use super::moments::Moments;
use super::numbers::{count, counted, share};
use super::parts::answers::answers;
use super::parts::coverage::{MOST_INPUTS, MOST_SAMPLES, facts, not_understood};
use super::parts::outage::{
    FATES, WINDOW, evidence, fates, mx, on_one_line, replies, stretch, window,
};
use super::parts::{
    By, MOST_DETAILS, MOST_ROWS, MOST_SENTENCES, Section, availability, said, sections, tables,
};
use super::table::{Column, Lean};
use crate::escape::fit;
use crate::grep;
use crate::report::{Announcement, Availability, Incident, Outage, Report, Standing, Tables};

/// Columns of a reply, of a line of a log and of what was announced; longer ones are cut.
const REPLY_COLUMNS: usize = 300;
const TEXT_COLUMNS: usize = 400;

/// The whole report, ending in a line end.
pub(crate) fn render(report: &Report, by: By) -> String {
    let mut page = Page {
        report,
        moments: report.moments(),
        text: "# Mail that was not taken\n".to_owned(),
    };
    page.answers(by);
    for section in sections(report, by) {
        match section {
            Section::Incidents(heading, all) => page.incidents(heading, &all),
            Section::Outages(heading, all) => page.outages(heading, &all),
            Section::Standings(heading, meaning, all) => page.standings(heading, meaning, all),
            Section::Availability(heading, rows) => page.availability(heading, &rows),
            Section::Announcements(heading, said) => page.announcements(heading, said),
            Section::Tables(heading, tables) => page.tables(heading, tables),
        }
    }
    page.coverage();
    page.text
}

struct Page<'r> {
    report: &'r Report,
    moments: Moments,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        let _ = writeln!(self.text, "\n## {heading}\n");
    }

    fn and_more(&mut self, all: usize, shown: usize) {
        if let Some(more) = all.checked_sub(shown).filter(|&more| more > 0) {
            let more = count(more as u64);
            let _ = writeln!(
                self.text,
                "\nand {more} more (mailgap report -f json has all)"
            );
        }
    }

    /// Cells must be Markdown.
    fn table<const N: usize>(&mut self, columns: &[Column; N], rows: Vec<[String; N]>) {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let leans = columns.iter().map(|column| match column.lean {
            Lean::Left => "---",
            Lean::Right => "---:",
        });
        let leans: Vec<&str> = leans.collect();
        self.line("");
        self.line(&format!("| {} |", names.join(" | ")));
        self.line(&format!("| {} |", leans.join(" | ")));
        for row in rows {
            self.line(&format!("| {} |", row.join(" | ")));
        }
        self.line("");
    }

    fn answers(&mut self, by: By) {
        self.line("");
        let answers = answers(self.report, by);
        if let Some(headline) = &answers.headline {
            self.line(&format!("**{}**", text(headline)));
        }
        if let Some(hint) = answers.hint {
            self.line(&format!("\n> hint: {}", text(hint)));
        }
        for &(subject, verdict) in answers.sentences.iter().take(MOST_SENTENCES) {
            match verdict.strip_prefix(subject) {
                Some(rest) if !subject.trim().is_empty() => {
                    self.line(&format!("- **{}**{}", text(subject), text(rest)));
                }
                _ => self.line(&format!("- {}", text(verdict))),
            }
        }
        self.and_more(answers.sentences.len(), MOST_SENTENCES);
        for note in &answers.notes {
            self.line(&format!("\n> note: {}", text(note)));
        }
    }

    fn outages(&mut self, heading: &str, outages: &[&Outage]) {
        self.heading(heading);
        for outage in outages.iter().take(MOST_DETAILS) {
            self.details(&format!("{} {}", outage.id, outage.domain), outage);
        }
        self.and_more(outages.len(), MOST_DETAILS);
    }

    fn incidents(&mut self, heading: &str, incidents: &[&Incident]) {
        self.heading(heading);
        for incident in incidents.iter().take(MOST_DETAILS) {
            let title = format!("{} {}", incident.id, incident.title());
            self.details(&title, &incident.whole);
            let report = self.report;
            if incident.outages.len() > 1 {
                let members = report.outages_of(incident).take(MOST_ROWS).map(|outage| {
                    let stretch = stretch(report, outage, self.moments);
                    [text(&outage.domain), text(&stretch), outage.id.to_string()]
                });
                let columns = [
                    Column::words("destination"),
                    Column::words("outage"),
                    Column::numbers("number", 0),
                ];
                self.table(&columns, members.collect());
                self.and_more(incident.outages.len(), MOST_ROWS);
            }
        }
        self.and_more(incidents.len(), MOST_DETAILS);
    }

    /// What stands behind an outage.
    fn details(&mut self, title: &str, outage: &Outage) {
        let report = self.report;
        self.line(&format!("### {}\n", text(title)));
        self.line(&format!(
            "- {}",
            text(&stretch(report, outage, self.moments))
        ));
        self.line(&format!("- {}", text(&evidence(outage))));
        let mx = mx(outage);
        if !mx.is_empty() {
            self.line(&format!("- {}", text(&mx)));
        }
        for advice in &outage.advice {
            self.line(&format!("- **to do:** {}", text(&advice.text)));
        }
        let windows = outage.windows.iter();
        let windows =
            windows.map(|it| window(report, outage, it, self.moments).map(|it| text(&it)));
        self.table(&WINDOW, windows.collect());
        let fates = fates(outage);
        if !fates.is_empty() {
            let cells = fates.into_iter().map(|row| row.map(|it| text(&it)));
            self.table(&FATES, cells.collect());
        }
        for (label, reply) in replies(outage) {
            self.line(&format!(
                "- {}: {}",
                text(label),
                code(&fit(&reply, REPLY_COLUMNS))
            ));
        }
        self.line("");
    }

    fn standings(&mut self, heading: &str, meaning: &str, standings: &[Standing]) {
        let destinations = counted(standings.len() as u64, "destination");
        self.heading(&format!("{heading}: {destinations}"));
        self.line(&text(meaning));
        let columns = [
            Column::words("destination"),
            Column::words("answer"),
            Column::numbers("attempts", 0),
            Column::numbers("failed", 0),
            Column::numbers("messages", 0),
            Column::numbers("recipients", 0),
            Column::words("an answer"),
        ];
        let rows = standings.iter().take(MOST_ROWS).map(|standing| {
            let sample = on_one_line(standing.sample.as_deref().unwrap_or(""));
            [
                text(&standing.domain),
                text(&standing.label),
                count(standing.attempts),
                share(standing.share.unwrap_or(1.0)),
                count(standing.messages),
                count(standing.recipients),
                code(&fit(&sample, REPLY_COLUMNS)),
            ]
        });
        self.table(&columns, rows.collect());
        self.and_more(standings.len(), MOST_ROWS);
    }

    fn availability(&mut self, heading: &str, rows: &[&Availability]) {
        self.heading(heading);
        self.line(&text(availability::MEANING));
        let cells = rows.iter().take(MOST_ROWS);
        let cells = cells.map(|row| availability::row(row, true).map(|it| text(&it)));
        self.table(&availability::AVAILABILITY, cells.collect());
        self.and_more(rows.len(), MOST_ROWS);
    }

    fn announcements(&mut self, heading: &str, all: &[Announcement]) {
        self.heading(heading);
        for said in all.iter().take(MOST_SENTENCES) {
            let when = self.moments.exact(said.time);
            let claims = said::claims(said);
            self.line(&format!("- {when}, {}, {claims}:", text(&said.source)));
            self.line(&format!("  “{}”", text(&fit(&said.text, TEXT_COLUMNS))));
            let verdicts = said::verdicts(said);
            for (title, verdict) in verdicts.iter().take(MOST_ROWS) {
                self.line(&format!("  - **{}**: {}", text(title), text(verdict)));
            }
            if let Some(more) = verdicts
                .len()
                .checked_sub(MOST_ROWS)
                .filter(|&more| more > 0)
            {
                self.line(&format!("  - and {more} more"));
            }
        }
        self.and_more(all.len(), MOST_SENTENCES);
    }

    /// The hours of the log are too many for a ticket.
    fn tables(&mut self, heading: &str, tables: &Tables) {
        self.heading(heading);
        self.line(tables::REPLIES);
        let replies = tables.replies.iter().map(|row| {
            let mut cells = tables::reply(row);
            let [code, .., sample] = &mut cells;
            *code = text(code);
            *sample = self::code(&fit(sample, REPLY_COLUMNS));
            cells
        });
        self.table(&tables::REPLY, replies.collect());
        self.line(tables::DOMAINS);
        let domains = tables.domains.iter();
        let domains = domains.map(|row| tables::domain(row).map(|it| text(&it)));
        self.table(&tables::DOMAIN, domains.collect());
    }

    fn coverage(&mut self) {
        self.heading("Coverage");
        let coverage = &self.report.coverage;
        let mut rows = Vec::new();
        for fact in facts(self.report, self.moments) {
            for (place, value) in fact.values.iter().take(MOST_INPUTS).enumerate() {
                let name = if place == 0 { fact.name } else { "" };
                rows.push([name.to_owned(), text(value)]);
            }
            if let Some(more) = fact
                .values
                .len()
                .checked_sub(MOST_INPUTS)
                .filter(|&it| it > 0)
            {
                rows.push([String::new(), format!("and {more} more")]);
            }
        }
        let odd = not_understood(coverage);
        if let Some(odd) = &odd {
            rows.push(["not understood".to_owned(), odd.clone()]);
        }
        self.table(&[Column::words("what"), Column::words("how much")], rows);
        if odd.is_none() {
            return;
        }
        for sample in coverage.samples.iter().take(MOST_SAMPLES) {
            let place = format!("{}:{}: {}", sample.input, sample.line, sample.why);
            let line = code(&fit(&sample.text, REPLY_COLUMNS));
            self.line(&format!("- {}: {line}", text(&place)));
        }
        let mut samples = coverage.samples.iter();
        if samples.any(|sample| grep::names_a_file(sample.text.as_bytes())) {
            self.line(&format!("\n> hint: {}", text(grep::HINT)));
        }
    }
}

#[cfg(test)]
mod tests;
