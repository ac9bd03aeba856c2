//! The report as one page for a browser: no other file, no network, and readable without its script.
//!
//! Every text of a stranger goes through [`safe`] (controls and the controls of direction become visible) and
//! through maud, which escapes what means something to HTML. Pictures are SVG with places in percent, so that their
//! text keeps its size on any page; each has a table of the same numbers below it.

mod availability;
mod chart;
mod coverage;
mod delays;
mod incident;
mod kinds;
mod opening;
mod page;
mod replies;
mod said;
mod standings;
mod table;
mod timeline;
mod whole_log;

use std::borrow::Cow;

use mailgap_core::incident::Scope;
use maud::{Markup, html};

use super::numbers::count;
use super::parts::{By, Section, sections};
use crate::escape;
use crate::report::{Incident, Outage, Report};

/// Incidents that are shown in full; `-f json` has all of them.
const MOST_INCIDENTS: usize = 40;

/// The whole page, ending in a line end.
pub(crate) fn render(report: &Report, by: By) -> String {
    let mut page = page::page(report, &body(report, by)).into_string();
    page.push('\n');
    page
}

fn body(report: &Report, by: By) -> Markup {
    html! {
        (opening::opening(report, by))
        @for section in sections(report, by) {
            (chapter(report, section))
        }
        (coverage::coverage(report))
    }
}

fn chapter(report: &Report, section: Section<'_>) -> Markup {
    match section {
        Section::Incidents(heading, all) => {
            subjects(report, heading, &all, |it| Subject::incident(report, it))
        }
        Section::Outages(heading, all) => subjects(report, heading, &all, Subject::outage),
        Section::Standings(heading, meaning, all) => standings::standings(heading, meaning, all),
        Section::Availability(heading, rows) => availability::availability(heading, &rows),
        Section::Announcements(heading, all) => said::said(report, heading, all),
        Section::Tables(heading, tables) => whole_log::whole_log(report, heading, tables),
    }
}

/// What a section tells of: an outage of one destination, or an incident with its outages.
struct Subject<'r> {
    /// Where links lead to: `outage-1`, `incident-1`.
    anchor: String,
    title: String,
    whole: &'r Outage,
    /// Outages of an incident of several destinations; else none.
    members: Vec<&'r Outage>,
}

impl<'r> Subject<'r> {
    fn outage(outage: &'r Outage) -> Subject<'r> {
        Subject {
            anchor: anchor(outage),
            title: outage.domain.clone(),
            whole: outage,
            members: Vec::new(),
        }
    }

    fn incident(report: &'r Report, incident: &'r Incident) -> Subject<'r> {
        Subject {
            anchor: format!("incident-{}", incident.id),
            title: incident.title(),
            whole: &incident.whole,
            members: match incident.scope {
                Scope::Domain => Vec::new(),
                Scope::Operator | Scope::Sender => report.outages_of(incident).collect(),
            },
        }
    }
}

/// Incidents of one sort under one heading.
fn subjects<'r, T>(
    report: &'r Report,
    heading: &str,
    all: &[&'r T],
    subject: impl Fn(&'r T) -> Subject<'r>,
) -> Markup {
    html! {
        section class="chapter" {
            h2 { (heading) }
            @for it in all.iter().take(MOST_INCIDENTS) {
                (incident::section(report, &subject(it)))
            }
            (more(all.len(), MOST_INCIDENTS))
        }
    }
}

/// Where the section of an outage stands.
fn anchor(outage: &Outage) -> String {
    format!("outage-{}", outage.id)
}

/// What is left out of a long list.
fn more(all: usize, shown: usize) -> Markup {
    html! {
        @if let Some(more) = all.checked_sub(shown).filter(|&more| more > 0) {
            p class="more" { (and_more(more)) }
        }
    }
}

fn and_more(more: usize) -> String {
    format!(
        "and {} more (mailgap report -f json has all)",
        count(more as u64)
    )
}

/// Text of strangers without controls: what is shown is what is there. maud escapes the rest.
fn safe(text: &str) -> Cow<'_, str> {
    escape::line(text)
}

#[cfg(test)]
mod tests;
