//! The report as one page for a browser: no other file, no network, and readable without its script.
//!
//! Every text of a stranger goes through [`safe`] (controls and the controls of direction become visible) and
//! through maud, which escapes what means something to HTML. Pictures are SVG with places in percent, so that their
//! text keeps its size on any page; each has a table of the same numbers below it.

mod announcements;
mod availability;
mod chart;
mod coverage;
mod delays;
mod failing;
mod failures;
mod incident;
mod kinds;
mod opening;
mod page;
mod replies;
mod standings;
mod table;
mod timeline;
mod whole_log;

use std::borrow::Cow;

use mailgap_core::incident::Scope;
use maud::{Markup, html};

use self::table::Listed;
use super::parts::incidents::{ROW, row};
use super::parts::{AS_DATA, By, Section, and_more, sections};
use crate::document::{Incident, Outage, Report};
use crate::term::escape;

/// Incidents that are shown in full; the others are rows of a table.
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
        (failures::section(report, by))
        @for section in sections(report, by) {
            (chapter(report, by, section))
        }
        (coverage::coverage(report))
    }
}

fn chapter(report: &Report, by: By, section: Section<'_>) -> Markup {
    match section {
        Section::Incidents(heading, all) => {
            subjects(report, heading, all.iter().map(|it| Subject::incident(it)))
        }
        Section::Outages(heading, all) => subjects(
            report,
            heading,
            all.iter().map(|it| Subject::outage(report, it)),
        ),
        Section::Brief(heading, all) => match by {
            By::Domain => {
                let outages = all.iter().flat_map(|it| report.outages_of(it));
                subjects(
                    report,
                    heading,
                    outages.map(|it| Subject::outage(report, it)),
                )
            }
            By::Operator => subjects(report, heading, all.iter().map(|it| Subject::incident(it))),
        },
        Section::Standings(standings) => standings::standings(report, &standings),
        Section::Availability(heading, rows) => availability::availability(heading, &rows),
        Section::Announcements(heading, all) => announcements::announcements(report, heading, all),
        Section::Tables(heading, tables) => whole_log::whole_log(report, heading, tables),
    }
}

/// What a section tells of: an outage of one destination, or an incident with its outages.
struct Subject<'r> {
    /// Where links lead to: `outage-1`, `incident-1`.
    anchor: String,
    title: String,
    whole: &'r Outage,
    /// The incident, where it is one of several destinations.
    incident: Option<&'r Incident>,
    /// Of an outage that shares its cause with others, the incident, whose sentence is not repeated.
    part_of: Option<&'r Incident>,
}

impl<'r> Subject<'r> {
    fn outage(report: &'r Report, outage: &'r Outage) -> Subject<'r> {
        let mut shared = report.shared_incidents();
        Subject {
            anchor: anchor(outage),
            title: outage.domain.clone(),
            whole: outage,
            incident: None,
            part_of: shared.find(|incident| incident.outages.contains(&outage.id)),
        }
    }

    fn incident(incident: &'r Incident) -> Subject<'r> {
        Subject {
            anchor: format!("incident-{}", incident.id),
            title: incident.title(),
            whole: &incident.whole,
            incident: (incident.scope != Scope::Domain).then_some(incident),
            part_of: None,
        }
    }
}

/// Incidents of one sort under one heading: the first in full, the others in a table.
fn subjects<'r>(
    report: &'r Report,
    heading: &str,
    subjects: impl Iterator<Item = Subject<'r>>,
) -> Markup {
    let mut subjects = subjects;
    let full = subjects.by_ref().take(MOST_INCIDENTS);
    let full: Vec<Markup> = full.map(|it| incident::section(report, &it)).collect();
    let moments = report.moments();
    let rest = subjects.map(|it| Listed {
        cells: row(report, &it.title, it.whole, moments).into(),
        anchor: Some(it.anchor),
        is_member: false,
        search: it.title,
    });
    let rest: Vec<Listed> = rest.collect();
    html! {
        section class="chapter" {
            h2 { (heading) }
            @for article in &full { (article) }
            (table::others(heading, &ROW, &rest))
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
        @if let Some(more) = and_more(all, shown, AS_DATA) {
            p class="more" { (more) }
        }
    }
}

/// Text of strangers without controls: what is shown is what is there. maud escapes the rest.
fn safe(text: &str) -> Cow<'_, str> {
    escape::line(text)
}

#[cfg(test)]
mod tests;
