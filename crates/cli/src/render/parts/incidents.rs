//! Incidents in a few words: a row of a table for each, and the destinations of one.

use std::collections::BTreeSet;

use mailgap_core::outage::{Kind, OutageType};

use super::length;
use super::outage::{from, until};
use crate::document::{Incident, Outage, Report};
use crate::render::table::Column;
use crate::words::numbers::count;
use crate::words::times::Moments;

/// Incidents in which mail failed, those that concern most people first.
pub(crate) fn failures(report: &Report) -> Vec<&Incident> {
    of(report, Outage::is_failure)
}

/// Incidents in which our mail was refused by policy.
pub(crate) fn refused_by_policy(report: &Report) -> Vec<&Incident> {
    of(report, |outage| outage.kind == OutageType::Policy)
}

/// Incidents in which mail was accepted, but slowly.
pub(crate) fn slow(report: &Report) -> Vec<&Incident> {
    of(report, |outage| {
        outage.kind != OutageType::Policy && outage.is_slow_only()
    })
}

fn of(report: &Report, is_wanted: fn(&Outage) -> bool) -> Vec<&Incident> {
    let incidents = report.incidents.iter();
    incidents.filter(|it| is_wanted(&it.whole)).collect()
}

/// The columns of [`row`].
pub(crate) const ROW: [Column; 8] = [
    Column::words("destination"),
    Column {
        spare: 6,
        ..Column::words("from")
    },
    Column {
        spare: 5,
        ..Column::words("until")
    },
    Column {
        spare: 1,
        ..Column::words("length")
    },
    Column {
        spare: 4,
        ..Column::words("answers")
    },
    Column::numbers("attempts", 2),
    Column::numbers("failed", 3),
    Column::numbers("recipients", 0),
];

/// The columns of [`row`] for incidents that are no failures: how much was refused or slow matters more than when.
pub(crate) const BRIEF_ROW: [Column; 8] = [
    Column::words("destination"),
    Column {
        spare: 3,
        ..Column::words("from")
    },
    Column {
        spare: 2,
        ..Column::words("until")
    },
    Column {
        spare: 1,
        ..Column::words("length")
    },
    Column::words("answers"),
    Column::numbers("attempts", 0),
    Column::numbers("failed", 0),
    Column::numbers("recipients", 0),
];

/// Columns of [`ROW`] that say nothing where all destinations of an incident have the same there.
const SHARED: [usize; 4] = [1, 2, 3, 4];

/// A row for an incident, or for one outage of it; names and answers may hold hostile text.
pub(crate) fn row(report: &Report, name: &str, outage: &Outage, moments: Moments) -> [String; 8] {
    [
        name.to_owned(),
        from(report, outage, moments),
        until(report, outage, moments),
        length::words(outage.length_s),
        answers(outage),
        count(outage.attempts),
        count(outage.failures),
        count(outage.recipients),
    ]
}

/// The outages of an incident of several destinations as rows under their columns, without the columns in which they do
/// not differ; no rows for an incident of one destination.
pub(crate) fn members(
    report: &Report,
    incident: &Incident,
    moments: Moments,
) -> (Vec<Column>, Vec<Vec<String>>) {
    let mut columns = ROW.to_vec();
    let mut rows: Vec<Vec<String>> = Vec::new();
    if incident.domains.len() > 1 {
        let outages = report.outages_of(incident);
        rows.extend(outages.map(|it| row(report, &it.domain, it, moments).into()));
    }
    for number in SHARED.into_iter().rev() {
        let cells: BTreeSet<Option<&String>> = rows.iter().map(|row| row.get(number)).collect();
        if rows.len() > 1 && cells.len() == 1 {
            columns.remove(number);
            for row in &mut rows {
                row.remove(number);
            }
        }
    }
    (columns, rows)
}

/// Destinations of an incident that had too few attempts for an outage of their own.
pub(crate) fn without_outage<'r>(report: &'r Report, incident: &'r Incident) -> Vec<&'r str> {
    let with: BTreeSet<&str> = report.outages_of(incident).map(|it| &*it.domain).collect();
    let all = incident.domains.iter().map(|domain| &**domain);
    all.filter(|domain| incident.domains.len() > 1 && !with.contains(domain))
        .collect()
}

/// What was answered, one label after the other: `no connection, 550, 452`.
fn answers(outage: &Outage) -> String {
    let is_meant = |kind| kind != Kind::Delayed || outage.is_slow_only();
    let windows = outage.windows.iter();
    let labels = windows.filter(|window| is_meant(window.kind));
    let mut labels: Vec<&str> = labels.map(|window| &*window.label).collect();
    labels.dedup();
    labels.join(", ")
}
