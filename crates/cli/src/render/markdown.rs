//! The report as GitHub-flavoured Markdown, for tickets and wikis: what the text report says, without its pictures.
//!
//! All text of strangers goes through [`escape`] here; replies and lines of logs stand as code.

mod escape;

use std::fmt::Write;

use self::escape::{code, text};
use super::parts::announcements::{self, MOST_ANNOUNCEMENTS};
use super::parts::answers::answers;
use super::parts::coverage::{MOST_INPUTS, MOST_SAMPLES, facts, not_understood};
use super::parts::failing::{FAILING, HEADING, failing};
use super::parts::incidents::{ROW, failures, members, row, without_outage};
use super::parts::outage::{
    FATES, WINDOW, evidence, fates, mx, on_one_line, replies, stretch, window,
};
use super::parts::{
    AS_DATA, By, ELSEWHERE, MOST_BRIEF, MOST_BRIEF_ROWS, MOST_DETAILS, MOST_LISTED, MOST_MEMBERS,
    MOST_ROWS, MOST_SENTENCES, Section, Standings, and_more, availability, is_list, sections,
    standings, tables,
};
use super::table::{Column, Lean};
use crate::document::{Availability, CheckedAnnouncement, Incident, Outage, Report, Tables};
use crate::term::escape::fit;
use crate::words::numbers::counted;
use crate::words::times::Moments;

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
    page.answers();
    let is_list = is_list(report);
    for section in sections(report, by) {
        match section {
            Section::Incidents(..) | Section::Outages(..) if is_list => {}
            Section::Incidents(heading, all) => page.incidents(heading, &all),
            Section::Outages(heading, all) => page.outages(heading, &all),
            Section::Brief(heading, all) => {
                page.heading(heading);
                let sentences = if is_list { 0 } else { MOST_BRIEF };
                page.incident_list(&all, sentences, MOST_BRIEF_ROWS, true);
            }
            Section::Standings(standings) => page.standings(&standings),
            Section::Availability(heading, rows) => page.availability(heading, &rows),
            Section::Announcements(heading, all) => page.announcements(heading, all),
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
        if let Some(more) = and_more(all, shown, ELSEWHERE) {
            let _ = writeln!(self.text, "\n{more}");
        }
    }

    /// The same of what the page for a browser cuts off, too.
    fn and_more_as_data(&mut self, all: usize, shown: usize) {
        if let Some(more) = and_more(all, shown, AS_DATA) {
            let _ = writeln!(self.text, "\n{more}");
        }
    }

    /// Cells must be Markdown.
    fn table(&mut self, columns: &[Column], rows: Vec<impl AsRef<[String]>>) {
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
            self.line(&format!("| {} |", row.as_ref().join(" | ")));
        }
        self.line("");
    }

    fn answers(&mut self) {
        self.line("");
        let answers = answers(self.report);
        if let Some(headline) = &answers.headline {
            self.line(&format!("**{}**", text(headline)));
        }
        if let Some(hint) = answers.hint {
            self.line(&format!("\n> hint: {}", text(hint)));
        }
        let failing = failing(self.report);
        if !failing.is_empty() {
            self.heading(HEADING);
            let mut columns = FAILING.to_vec();
            columns.push(Column::words("an answer"));
            let rows = failing.iter().map(|it| {
                let mut row = it.cells.clone().map(|it| text(&it)).to_vec();
                row.push(code(&fit(&it.sample, REPLY_COLUMNS)));
                row
            });
            self.table(&columns, rows.collect());
        }
        let failures = failures(self.report);
        if !failures.is_empty() {
            self.heading("What failed");
            self.incident_list(&failures, MOST_SENTENCES, MOST_LISTED, false);
        }
        for note in &answers.notes {
            self.line(&format!("\n> note: {}", text(note)));
        }
    }

    /// Incidents of which so many have a sentence, and so many others a row.
    fn incident_list(
        &mut self,
        incidents: &[&Incident],
        sentences: usize,
        most: usize,
        is_brief: bool,
    ) {
        let report = self.report;
        for incident in incidents.iter().take(sentences) {
            let (subject, verdict) = incident.sentence();
            match verdict.strip_prefix(subject) {
                Some(rest) if !subject.trim().is_empty() => {
                    self.line(&format!("- **{}**{}", text(subject), text(rest)));
                }
                _ => self.line(&format!("- {}", text(verdict))),
            }
            if is_brief {
                let outage = &incident.whole;
                self.line(&format!("  - {}", text(&evidence(outage))));
                for advice in &outage.advice {
                    self.line(&format!("  - **to do:** {}", text(&advice.text)));
                }
                self.replies("  ", outage);
            }
            let (columns, rows) = members(report, incident, self.moments);
            if rows.is_empty() {
                continue;
            }
            let all = rows.len();
            let rows = rows.into_iter().take(MOST_MEMBERS);
            let rows = rows.map(|row| row.iter().map(|cell| text(cell)).collect::<Vec<_>>());
            self.table(&columns, rows.collect());
            self.and_more(all, MOST_MEMBERS);
            let others = without_outage(report, incident).len();
            if others > 0 {
                self.line(&format!(
                    "{others} more with too few attempts to be judged alone\n"
                ));
            }
        }
        let rest = incidents.get(sentences..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
        let rows = rest.iter().take(most).map(|incident| {
            let row = row(report, &incident.title(), &incident.whole, self.moments);
            row.map(|cell| text(&cell))
        });
        self.table(&ROW, rows.collect());
        self.and_more(rest.len(), most);
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
        self.replies("", outage);
        self.line("");
    }

    /// One real reply of each kind.
    fn replies(&mut self, indent: &str, outage: &Outage) {
        for (label, reply) in replies(outage) {
            let reply = code(&fit(&reply, REPLY_COLUMNS));
            self.line(&format!("{indent}- {}: {reply}", text(label)));
        }
    }

    fn standings(&mut self, standings: &Standings<'_>) {
        let Standings {
            heading,
            meaning,
            all,
            most,
        } = standings;
        self.heading(heading);
        let destinations = counted(all.len() as u64, "destination");
        self.line(&text(&format!("{destinations}: {meaning}")));
        let mut columns = standings::columns(all);
        columns.push(Column::words("an answer"));
        let rows = all.iter().take(*most).map(|standing| {
            let row = standings::row(standing, self.moments);
            let mut row: Vec<String> = row.iter().map(|cell| text(cell)).collect();
            let sample = on_one_line(standing.sample.as_deref().unwrap_or_default());
            row.push(code(&fit(&sample, REPLY_COLUMNS)));
            row
        });
        self.table(&columns, rows.collect());
        self.and_more(all.len(), *most);
    }

    fn availability(&mut self, heading: &str, rows: &[&Availability]) {
        self.heading(heading);
        self.line(&text(availability::MEANING));
        let cells = rows.iter().take(MOST_ROWS);
        let cells = cells.map(|row| availability::row(row).map(|it| text(&it)));
        self.table(&availability::AVAILABILITY, cells.collect());
        self.and_more_as_data(rows.len(), MOST_ROWS);
    }

    fn announcements(&mut self, heading: &str, all: &[CheckedAnnouncement]) {
        self.heading(heading);
        for checked in all.iter().take(MOST_ANNOUNCEMENTS) {
            let announcement = &checked.announcement;
            let when = self.moments.exact(announcement.time);
            let source = text(&announcement.source);
            let claim = announcements::claim(announcement.claim);
            self.line(&format!("- {when}, {source}{claim}:"));
            self.line(&format!(
                "  “{}”",
                text(&fit(&announcement.text, TEXT_COLUMNS))
            ));
            let verdicts = announcements::verdicts(checked);
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
        self.and_more_as_data(all.len(), MOST_ANNOUNCEMENTS);
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
    }
}

#[cfg(test)]
mod tests;
