//! What is failing at the end of the log: the first question of whoever runs the sending side.

use mailgap_core::outage::OutageType;

use super::outage::from;
use crate::document::{Incident, Outage, Report};
use crate::render::table::Column;
use crate::words::numbers::count;
use crate::words::times::Moments;
use mailgap_core::analysis::Waiting;

/// The heading.
pub(crate) const HEADING: &str = "Failing now";

/// The columns of [`Failing::cells`].
pub(crate) const FAILING: [Column; 5] = [
    Column::words("destination"),
    Column::words("answers now"),
    Column {
        spare: 1,
        ..Column::words("since")
    },
    Column::numbers("waiting", 0),
    Column {
        spare: 2,
        ..Column::words("first expires")
    },
];

/// A destination, or several of one incident, with an outage that goes on at the end of the log.
pub(crate) struct Failing {
    /// Name, current answer, begin, number of waiting messages, and when the first of these expires. They may hold
    /// hostile text.
    pub(crate) cells: [String; 5],
    /// One real reply.
    pub(crate) sample: String,
}

/// What is failing, what expires first on top, refusals by policy last.
pub(crate) fn failing(report: &Report) -> Vec<Failing> {
    let moments = report.moments();
    let incidents = report.incidents.iter();
    let mut rows: Vec<(bool, i64, Failing)> = incidents
        .filter_map(|incident| of_incident(report, incident, moments))
        .collect();
    // What is equal stays in the order of incidents.
    rows.sort_by_key(|(is_policy, expires, _)| (*is_policy, *expires));
    rows.into_iter().map(|(_, _, failing)| failing).collect()
}

fn of_incident(
    report: &Report,
    incident: &Incident,
    moments: Moments,
) -> Option<(bool, i64, Failing)> {
    let whole = &incident.whole;
    let is_failing = |outage: &&Outage| outage.ongoing && !outage.is_slow_only();
    let members: Vec<&Outage> = report.outages_of(incident).filter(is_failing).collect();
    let own = report
        .outages_of(incident)
        .filter(|outage| !outage.is_slow_only());
    let is_part = !whole.ongoing || own.count() > members.len();
    let (name, outage, waiting) = match members[..] {
        [only] if is_part || incident.domains.len() == 1 => {
            (only.domain.clone(), only, only.waiting)
        }
        [] if !is_failing(&whole) => return None,
        [first, ..] if is_part => {
            let (some, all) = (members.len() as u64, incident.domains.len() as u64);
            let name = format!(
                "{}: {} of {} destinations",
                incident.name,
                count(some),
                count(all)
            );
            let waiting = members.iter().filter_map(|member| member.waiting);
            (name, first, Waiting::sum(waiting))
        }
        _ => (incident.title(), whole, whole.waiting),
    };
    let window = outage.windows.last()?;
    let is_counted = outage.fates.is_some();
    let (number, expires) = match waiting {
        Some(waiting) => (
            count(waiting.messages),
            moments.exact(waiting.first_expires),
        ),
        None if is_counted => ("0".to_owned(), "-".to_owned()),
        None => ("-".to_owned(), "-".to_owned()),
    };
    let first_expires = waiting.map(|waiting| waiting.first_expires.as_millis());
    Some((
        outage.kind == OutageType::Policy,
        first_expires.unwrap_or(i64::MAX),
        Failing {
            cells: [
                name,
                window.label.clone(),
                from(report, outage, moments),
                number,
                expires,
            ],
            sample: super::outage::on_one_line(window.sample.as_deref().unwrap_or_default()),
        },
    ))
}
