//! What text, Markdown and HTML all say: which parts a report has, in what order, and their words.

pub(crate) mod announcements;
pub(crate) mod answers;
pub(crate) mod availability;
pub(crate) mod coverage;
pub(crate) mod failing;
pub(crate) mod hosts;
pub(crate) mod incidents;
pub(crate) mod length;
pub(crate) mod outage;
pub(crate) mod standings;
pub(crate) mod tables;

use mailgap_core::incident::Scope;

use crate::document::{
    Availability, CheckedAnnouncement, Incident, Outage, Report, Standing, Tables,
};
use crate::words::numbers;

/// Where text and Markdown stop; HTML, CSV and JSON have all of it.
///
/// Incidents that have a sentence. A report with more of them is a list: it has no pictures and shows no outage in
/// detail.
pub(crate) const MOST_SENTENCES: usize = 8;
/// Incidents that have a row of a table after those.
pub(crate) const MOST_LISTED: usize = 12;
/// Destinations named below the sentence of their incident.
pub(crate) const MOST_MEMBERS: usize = 6;
/// Outages shown in detail.
pub(crate) const MOST_DETAILS: usize = 3;
/// Incidents that are no failures (slow delivery, refusals by policy): those that have a sentence and their replies, and
/// those that have a row after them.
pub(crate) const MOST_BRIEF: usize = 3;
pub(crate) const MOST_BRIEF_ROWS: usize = 5;
/// Rows of any other table.
pub(crate) const MOST_ROWS: usize = 8;

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
    /// Incidents in detail.
    Incidents(&'static str, Vec<&'r Incident>),
    /// Outages in detail.
    Outages(&'static str, Vec<&'r Outage>),
    /// Incidents that are no failures, in brief.
    Brief(&'static str, Vec<&'r Incident>),
    Standings(Standings<'r>),
    Availability(&'static str, Vec<&'r Availability>),
    Announcements(&'static str, &'r [CheckedAnnouncement]),
    Tables(&'static str, &'r Tables),
}

/// Destinations of which there is little to say.
pub(crate) struct Standings<'r> {
    pub(crate) heading: &'static str,
    /// What they have in common.
    pub(crate) meaning: &'static str,
    pub(crate) all: Vec<&'r Standing>,
    /// How many text and Markdown show.
    pub(crate) most: usize,
}

/// The parts that hold something, in their order.
pub(crate) fn sections(report: &Report, by: By) -> Vec<Section<'_>> {
    let mut all = Vec::new();
    let failures = incidents::failures(report);
    match by {
        By::Domain => {
            let (own, others): (Vec<&Incident>, Vec<&Incident>) = failures
                .into_iter()
                .partition(|incident| incident.scope == Scope::Sender);
            all.extend(filled(own).map(|own| Section::Incidents("Our own side", own)));
            let mut outages: Vec<&Outage> = others
                .into_iter()
                .flat_map(|incident| report.outages_of(incident))
                .collect();
            outages.sort_by_key(|outage| outage.id);
            all.extend(filled(outages).map(|outages| Section::Outages("Outages", outages)));
        }
        By::Operator => {
            all.extend(filled(failures).map(|all| Section::Incidents("Incidents", all)));
        }
    }
    let brief = [
        ("Refused by policy", incidents::refused_by_policy(report)),
        (
            "Slow, but mail was taken (not outages)",
            incidents::slow(report),
        ),
    ];
    for (heading, incidents) in brief {
        all.extend(filled(incidents).map(|incidents| Section::Brief(heading, incidents)));
    }
    all.extend(standings(report).map(Section::Standings));
    if !report.announcements.is_empty() {
        all.push(Section::Announcements(
            "What was announced",
            &report.announcements,
        ));
    }
    let rows = report.availability.iter().filter(|row| row.is_told());
    let rows = filled(rows.collect());
    all.extend(rows.map(|rows| Section::Availability("Time not taking mail, by month", rows)));
    let tables = report
        .tables
        .iter()
        .filter(|tables| !tables.hours.is_empty());
    all.extend(tables.map(|tables| Section::Tables("The whole log", tables)));
    all
}

fn filled<T>(all: Vec<T>) -> Option<Vec<T>> {
    (!all.is_empty()).then_some(all)
}

/// True of a report with so many incidents that text and Markdown only list them.
pub(crate) fn is_list(report: &Report) -> bool {
    incidents::failures(report).len() > MOST_SENTENCES
}

/// Destinations without an outage of which something is to be said.
fn standings(report: &Report) -> impl Iterator<Item = Standings<'_>> {
    let unreachable = |certain| {
        let all = report.unreachable.iter();
        all.filter(|it| it.certain == certain).collect()
    };
    let certain = if report.coverage.bounces_alone() {
        Standings {
            heading: "Failing from first to last",
            meaning: "one kind of failure throughout: mistyped, dead, or taking no mail; whether any mail was accepted \
                      is not known",
            all: unreachable(true),
            most: MOST_ROWS,
        }
    } else {
        Standings {
            heading: "Never reached",
            meaning: "not one attempt worked, for long or by the word of the name service: mistyped, dead, or taking no mail",
            all: unreachable(true),
            most: MOST_ROWS,
        }
    };
    let all = [
        Standings {
            heading: "No success in this log: dead, mistyped or down, cannot be told",
            meaning: "not one attempt worked, and too little is known to say why",
            all: unreachable(false),
            most: MOST_ROWS,
        },
        certain,
        Standings {
            heading: "Steady failures",
            meaning: "a steady share fails from the first attempt to the last: not an outage",
            all: report.chronic.iter().collect(),
            most: 3,
        },
        Standings {
            heading: "Too little to tell",
            meaning: "failures of too few messages or recipients to say what was wrong",
            all: report.minor.iter().collect(),
            most: 3,
        },
    ];
    all.into_iter()
        .filter(|standings| !standings.all.is_empty())
}

/// What is cut off a long list; `elsewhere` are the formats that have all of it.
pub(crate) fn and_more(all: usize, shown: usize, elsewhere: &str) -> Option<String> {
    let more = all.checked_sub(shown).filter(|&more| more > 0)?;
    let more = numbers::count(more as u64);
    Some(format!("and {more} more: -f {elsewhere} has them all"))
}

/// The formats that have what text and Markdown cut off.
pub(crate) const ELSEWHERE: &str = "html, csv or json";
/// The formats that have what HTML cuts off as well.
pub(crate) const AS_DATA: &str = "csv or json";
