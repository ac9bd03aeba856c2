//! The report as one page for a browser: no other file, no network, and readable without its script.
//!
//! Every text of a stranger goes through [`safe`] (controls and the controls of direction become visible) and
//! through maud, which escapes what means something to HTML. Pictures are SVG with places in percent, so that their
//! text keeps its size on any page; each has a table of the same numbers below it.

mod chart;
mod coverage;
mod delays;
mod incident;
mod kinds;
mod opening;
mod page;
mod replies;
mod standings;
mod table;
mod timeline;

use std::borrow::Cow;

use mailgap_core::incident::Scope;
use mailgap_core::outage::OutageType;
use maud::{Markup, html};

use super::numbers::count;
use super::parts::By;
use crate::escape;
use crate::report::{Outage, Report};

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
        @for chapter in chapters(report, by) {
            (chapter.markup(report))
        }
        (standings::standings(report))
        (coverage::coverage(report))
    }
}

/// Incidents of one sort under one heading.
struct Chapter<'r> {
    heading: &'static str,
    subjects: Vec<Subject<'r>>,
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

/// The chapters of the report, without those that are empty.
fn chapters(report: &Report, by: By) -> Vec<Chapter<'_>> {
    let outages = |heading, wanted: fn(&Outage) -> bool| Chapter {
        heading,
        subjects: report
            .outages
            .iter()
            .filter(|outage| wanted(outage))
            .map(|outage| Subject {
                anchor: anchor(outage),
                title: outage.domain.clone(),
                whole: outage,
                members: Vec::new(),
            })
            .collect(),
    };
    let incidents = |heading, wanted: fn(Scope) -> bool| Chapter {
        heading,
        subjects: report
            .incidents
            .iter()
            .filter(|incident| wanted(incident.scope))
            .map(|incident| Subject {
                anchor: format!("incident-{}", incident.id),
                title: incident.title(),
                whole: &incident.whole,
                members: match incident.scope {
                    Scope::Domain => Vec::new(),
                    Scope::Operator | Scope::Sender => report.outages_of(incident).collect(),
                },
            })
            .collect(),
    };
    let mut chapters = match by {
        By::Operator => vec![incidents("Incidents", |_| true)],
        By::Domain => vec![
            incidents("Our own side", |scope| scope == Scope::Sender),
            outages("Outages", |outage| {
                outage.kind == OutageType::Outage && !outage.is_slow_only()
            }),
            outages("Slow, but mail was taken (not outages)", |outage| {
                outage.kind != OutageType::Sender && outage.is_slow_only()
            }),
            outages("Refused by policy (not outages)", |outage| {
                outage.kind == OutageType::Policy && !outage.is_slow_only()
            }),
        ],
    };
    chapters.retain(|chapter| !chapter.subjects.is_empty());
    chapters
}

impl Chapter<'_> {
    fn markup(&self, report: &Report) -> Markup {
        let more = self.subjects.len().saturating_sub(MOST_INCIDENTS);
        html! {
            section class="chapter" {
                h2 { (self.heading) }
                @for subject in self.subjects.iter().take(MOST_INCIDENTS) {
                    (incident::section(report, subject))
                }
                @if more > 0 {
                    p class="more" { (and_more(more)) }
                }
            }
        }
    }
}

/// Where the section of an outage stands.
fn anchor(outage: &Outage) -> String {
    format!("outage-{}", outage.id)
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
