//! The report as a document: what every format renders, and what `-f json` writes.
//!
//! Schema "mailgap.report/1"; changes only add. Times are RFC 3339 in UTC with milliseconds. What is
//! not computed yet is null or an empty list, never missing. Text of strangers stands here as it came
//! (bytes that are no UTF-8 as U+FFFD): renderers escape it.

mod advice;
mod announcements;
mod availability;
pub(crate) mod charts;
mod coverage;
mod incident;
mod outage;
mod tables;
mod words;

use chrono_tz::Tz;
use mailgap_core::analysis::Analysis;
use mailgap_core::incident::Scope;
use serde::Serialize;

use crate::config::zone::ZoneSource;
use crate::words::calendar::Calendar;
use crate::words::times::Moments;
use crate::words::verdict::Ends;

pub(crate) use advice::Advice;
pub(crate) use announcements::CheckedAnnouncement;
pub(crate) use availability::{Availability, Estimate, Tried, tried};
pub(crate) use charts::{Chart, Charts};
pub(crate) use coverage::Coverage;
pub(crate) use incident::Incident;
pub(crate) use outage::{Fates, Outage, Standing, Window};
pub(crate) use tables::{DomainRow, HourRow, ReplyRow, Tables, Traffic};
use words::zone_name;

/// The document.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) schema: &'static str,
    #[serde(serialize_with = "zone_name")]
    pub(crate) timezone: Tz,
    pub(crate) coverage: Coverage,
    /// Those that concern most people first.
    pub(crate) outages: Vec<Outage>,
    /// Every outage belongs to one. In the order of the outages.
    pub(crate) incidents: Vec<Incident>,
    pub(crate) unreachable: Vec<Standing>,
    pub(crate) chronic: Vec<Standing>,
    /// Failures of too few messages or recipients to tell what was wrong.
    pub(crate) minor: Vec<Standing>,
    /// By month, of what had an outage; operators first.
    pub(crate) availability: Vec<Availability>,
    /// In order of time; empty without `--announcements`.
    pub(crate) announcements: Vec<CheckedAnnouncement>,
    /// Tables of the whole log; `None` where the format shows none.
    pub(crate) tables: Option<Tables>,
    /// What the answer rests on: attempts to these destinations, the restrictions observed.
    #[serde(skip)]
    pub(crate) judged: Judged,
    /// What the flags left out, in words.
    #[serde(skip)]
    pub(crate) restrictions: Vec<String>,
    /// Whether they cut the log at its ends.
    #[serde(skip)]
    pub(crate) ends: Ends,
    #[serde(skip)]
    pub(crate) zone_source: ZoneSource,
}

/// How much evidence there was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Judged {
    pub(crate) attempts: u64,
    pub(crate) destinations: u64,
}

/// What a report shows beside the analysis itself.
#[derive(Debug)]
pub(crate) struct Beside {
    pub(crate) zone: Tz,
    pub(crate) zone_source: ZoneSource,
    /// The attempts at each destination by month, in the order of the destinations.
    pub(crate) tried: Vec<Vec<Tried>>,
    pub(crate) charts: Charts,
    pub(crate) tables: Option<Tables>,
    /// What the flags left out, in words.
    pub(crate) restrictions: Vec<String>,
}

impl Report {
    /// The document of an analysis.
    pub(crate) fn new(analysis: &Analysis, beside: Beside) -> Report {
        let Beside {
            zone,
            zone_source,
            tried,
            mut charts,
            tables,
            restrictions,
        } = beside;
        let mut coverage = Coverage::new(&analysis.coverage);
        let has_graded = analysis.attributions.iter().any(|it| it.grade.is_some());
        coverage.plausible_only = !analysis.fates.knows_accepted() && has_graded;
        let moments = Moments::of_log(zone, coverage.known_span());
        let ends = Ends {
            // What comes before --since is known: outages have their true start.
            since: analysis.coverage.cut_before && analysis.coverage.history.is_none(),
            until: analysis.coverage.cut_after,
        };
        let outages = analysis.outages.iter();
        let outages: Vec<Outage> = outages
            .map(|outage| {
                let chart = charts.outages.remove(&outage.id);
                Outage::new(outage, chart, ends, moments)
            })
            .collect();
        let incidents = analysis.incidents.iter();
        let incidents: Vec<Incident> = incidents
            .map(|incident| {
                let chart = charts.incidents.remove(&incident.id);
                Incident::new(incident, &outages, chart, ends, moments)
            })
            .collect();
        let availability = match analysis.coverage.span {
            Some(span) => {
                let calendar = Calendar::of(span, zone);
                availability::of(&outages, &tried, &analysis.operators, &calendar)
            }
            None => Vec::new(),
        };
        let standings = |all: &[mailgap_core::outage::Standing], has_share: bool| {
            let standings = all.iter();
            standings
                .map(|standing| Standing::new(standing, has_share))
                .collect()
        };
        Report {
            schema: "mailgap.report/1",
            timezone: zone,
            coverage,
            outages,
            incidents,
            unreachable: standings(&analysis.unreachable, false),
            chronic: standings(&analysis.chronic, true),
            minor: standings(&analysis.minor, true),
            availability,
            announcements: Vec::new(),
            tables,
            judged: Judged {
                attempts: analysis.attempts,
                destinations: analysis.attempted,
            },
            restrictions,
            ends,
            zone_source,
        }
    }

    /// Incidents that no outage of a destination alone tells of.
    pub(crate) fn shared_incidents(&self) -> impl Iterator<Item = &Incident> {
        let incidents = self.incidents.iter();
        incidents.filter(|incident| incident.scope != Scope::Domain)
    }

    /// The outages of an incident.
    pub(crate) fn outages_of(&self, incident: &Incident) -> impl Iterator<Item = &Outage> {
        // Ids count from 1 in the order of the outages.
        let places = incident.outages.iter().map(|id| id.wrapping_sub(1));
        places.filter_map(|place| self.outages.get(place))
    }

    /// True when mail was not taken, or not sent: neither refusals by policy nor slow delivery are outages.
    pub(crate) fn has_outage(&self) -> bool {
        self.failures().next().is_some()
    }

    /// True when mail is not taken, or not sent, at the end of the log.
    pub(crate) fn has_ongoing_outage(&self) -> bool {
        self.failures().any(|outage| outage.ongoing)
    }

    /// The outages and the incidents that are neither refusals by policy nor slow delivery.
    fn failures(&self) -> impl Iterator<Item = &Outage> {
        let wholes = self.incidents.iter().map(|incident| &incident.whole);
        let all = self.outages.iter().chain(wholes);
        all.filter(|outage| outage.is_failure())
    }

    /// How times are shown.
    pub(crate) fn moments(&self) -> Moments {
        Moments::of_log(self.timezone, self.coverage.known_span())
    }
}

#[cfg(test)]
mod tests;
