//! What text, Markdown and HTML all say: which parts a report has, in what order, and their words.

pub(crate) mod answers;
pub(crate) mod availability;
pub(crate) mod coverage;
pub(crate) mod outage;
pub(crate) mod said;
pub(crate) mod tables;

use mailgap_core::incident::Scope;
use mailgap_core::outage::OutageType;

use crate::report::{Announcement, Availability, Incident, Outage, Report, Standing, Tables};

/// Sentences, detailed outages and rows of a table that are shown; `-f json` has all of them.
pub(crate) const MOST_SENTENCES: usize = 40;
pub(crate) const MOST_DETAILS: usize = 12;
pub(crate) const MOST_ROWS: usize = 15;

/// What a report is arranged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum By {
    /// Each destination by itself
    #[default]
    Domain,
    /// Destinations of one operator of MX hosts together, and what was our own fault
    Operator,
}

/// One part of a report, between the answer and the coverage, after its heading.
pub(crate) enum Section<'r> {
    Incidents(&'static str, Vec<&'r Incident>),
    Outages(&'static str, Vec<&'r Outage>),
    /// With what they have in common.
    Standings(&'static str, &'static str, &'r [Standing]),
    Availability(&'static str, Vec<&'r Availability>),
    Announcements(&'static str, &'r [Announcement]),
    Tables(&'static str, &'r Tables),
}

/// The parts that hold something, in their order.
pub(crate) fn sections(report: &Report, by: By) -> Vec<Section<'_>> {
    let outages = |heading, wanted: fn(&Outage) -> bool| {
        let outages = report.outages.iter();
        let outages: Vec<&Outage> = outages.filter(|outage| wanted(outage)).collect();
        (!outages.is_empty()).then_some(Section::Outages(heading, outages))
    };
    let incidents = |heading, wanted: fn(&Incident) -> bool| {
        let incidents = report.incidents.iter();
        let incidents: Vec<&Incident> = incidents.filter(|it| wanted(it)).collect();
        (!incidents.is_empty()).then_some(Section::Incidents(heading, incidents))
    };
    let mut all = Vec::new();
    match by {
        By::Domain => {
            all.extend(incidents("Our own side", |incident| {
                incident.scope == Scope::Sender
            }));
            all.extend(outages("Outages", |outage| {
                outage.kind == OutageType::Outage && !outage.is_slow_only()
            }));
            all.extend(outages(
                "Slow, but mail was taken (not outages)",
                Outage::is_slow_only,
            ));
        }
        By::Operator => all.extend(incidents("Incidents", |_| true)),
    }
    if !report.announcements.is_empty() {
        all.push(Section::Announcements(
            "What was announced",
            &report.announcements,
        ));
    }
    let rows: Vec<&Availability> = report
        .availability
        .iter()
        .filter(|row| row.is_told())
        .collect();
    if !rows.is_empty() {
        all.push(Section::Availability(
            "Time not taking mail, by month",
            rows,
        ));
    }
    all.extend(standings(report));
    if by == By::Domain {
        all.extend(outages("Refused by policy (not outages)", |outage| {
            outage.kind == OutageType::Policy && !outage.is_slow_only()
        }));
    }
    let tables = report
        .tables
        .iter()
        .filter(|tables| !tables.hours.is_empty());
    all.extend(tables.map(|tables| Section::Tables("The whole log", tables)));
    all
}

/// Destinations that never worked, and those that fail at a steady share.
fn standings(report: &Report) -> impl Iterator<Item = Section<'_>> {
    let (heading, meaning) = if report.coverage.bounces_alone() {
        (
            "Failing from first to last",
            "one kind of failure throughout: mistyped, dead, or taking no mail; whether any mail was accepted is not \
             known",
        )
    } else {
        (
            "Never reached",
            "not one attempt in the whole log worked: mistyped, dead, or taking no mail",
        )
    };
    let all: [(&str, &str, &[Standing]); 2] = [
        (heading, meaning, &report.unreachable),
        (
            "Failing throughout",
            "a steady share fails from the first day of the log to the last: not an outage",
            &report.chronic,
        ),
    ];
    let all = all
        .into_iter()
        .filter(|(_, _, standings)| !standings.is_empty());
    all.map(|(heading, meaning, standings)| Section::Standings(heading, meaning, standings))
}
