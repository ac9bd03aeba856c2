//! What failed, all of it: a table of incidents, and a section for each that several destinations share.

use mailgap_core::incident::Scope;
use maud::{Markup, html};

use super::table::{Listed, listed};
use super::{incident as parts, safe};
use crate::document::{Incident, Report};
use crate::render::parts::By;
use crate::render::parts::incidents::{ROW, failures, row};

/// The heading of the table.
pub(super) const HEADING: &str = "What failed";
/// The heading of what several destinations share.
pub(super) const SHARED: &str = "Several destinations at once";

/// Nothing when nothing failed. By operator each incident has its section elsewhere.
pub(super) fn section(report: &Report, by: By) -> Markup {
    let failures = failures(report);
    if failures.is_empty() {
        return html! {};
    }
    let moments = report.moments();
    let mut rows: Vec<Listed> = Vec::new();
    for incident in &failures {
        rows.push(Listed {
            anchor: None,
            is_member: false,
            search: searched(incident),
            cells: row(report, &incident.title(), &incident.whole, moments).into(),
        });
        if incident.domains.len() > 1 {
            rows.extend(report.outages_of(incident).map(|outage| Listed {
                anchor: None,
                is_member: true,
                search: format!("{} {}", outage.domain, incident.title()),
                cells: row(report, &outage.domain, outage, moments).into(),
            }));
        }
    }
    let shared = shared(&failures, by);
    html! {
        section class="chapter" {
            h2 { (HEADING) }
            (listed(HEADING, &ROW, &rows))
        }
        @if !shared.is_empty() {
            section class="chapter" {
                h2 { (SHARED) }
                @for incident in shared { (article(report, incident)) }
            }
        }
    }
}

/// Incidents of several destinations; what is our own fault stands apart.
fn shared<'r>(failures: &[&'r Incident], by: By) -> Vec<&'r Incident> {
    let failures = failures.iter().copied();
    failures
        .filter(|incident| incident.scope == Scope::Operator && by == By::Domain)
        .collect()
}

/// Its title and the names of its destinations.
fn searched(incident: &Incident) -> String {
    format!("{} {}", incident.title(), incident.domains.join(" "))
}

/// The sentence of an incident, and its destinations with what differs between them.
fn article(report: &Report, incident: &Incident) -> Markup {
    let whole = &incident.whole;
    html! {
        article id={ "incident-" (incident.id) } data-name=(safe(&searched(incident))) {
            (parts::head(report, &incident.title(), whole))
            p class="verdict" { (safe(&whole.verdict)) }
            (parts::members_table(report, incident))
            (parts::hosts(whole))
            (parts::to_do(&whole.advice))
        }
    }
}
