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
mod found;
mod incident;
mod outage;
mod tables;
mod words;

use std::collections::HashMap;

use chrono_tz::Tz;
use mailgap_core::coverage as core_coverage;
use mailgap_core::incident::{Incidents, Scope};
use serde::Serialize;

use crate::config::zone::ZoneSource;
use crate::words::calendar::Calendar;
use crate::words::times::Moments;
use crate::words::verdict::{Ends, introduction, verdict};

pub(crate) use advice::Advice;
pub(crate) use announcements::CheckedAnnouncement;
pub(crate) use availability::{Availability, Estimate};
pub(crate) use charts::{Chart, Charts};
pub(crate) use coverage::Coverage;
use found::FatesByOutage;
pub(crate) use found::{Expiring, Found, LastAttempt, ToDo};
pub(crate) use incident::Incident;
pub(crate) use outage::{Boundary, Fates, HostCount, Length, Outage, Standing, Waiting, Window};
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

impl Judged {
    /// One more destination, with so many attempts.
    const fn add(&mut self, attempts: u64) {
        self.attempts += attempts;
        self.destinations += (attempts > 0) as u64;
    }
}

impl Report {
    /// Puts together what was read and what was found in it.
    pub(crate) fn new(
        found: Vec<Found>,
        incidents: &Incidents,
        coverage: &core_coverage::Coverage,
        zone: Tz,
    ) -> Report {
        let read = Coverage::new(coverage);
        let moments = Moments::of_log(zone, read.known_span());
        let ends = Ends {
            // What comes before --since is known: outages have their true start.
            since: coverage.cut_before && coverage.history.is_none(),
            until: coverage.cut_after,
        };
        let mut judged = Judged::default();
        let mut outages = Vec::new();
        let (mut unreachable, mut chronic, mut minor) = (Vec::new(), Vec::new(), Vec::new());
        let mut destination = 0;
        let operators = incident::operators_by_place(incidents);
        let mut all_fates = FatesByOutage::new();
        let mut all_tried = Vec::new();
        let mut last_attempts = HashMap::new();
        for (destination_place, found) in found.into_iter().enumerate() {
            let Found {
                findings,
                attempts,
                domain,
                last_attempt,
                tried,
                fates,
                ..
            } = found;
            judged.add(attempts);
            all_tried.push(tried);
            last_attempts.extend(last_attempt.map(|last| (domain, last)));
            let mut fates = fates.into_iter();
            let outages_before = outages.len();
            let last_place = findings.outages.len();
            for (place, outage) in findings.outages.into_iter().enumerate() {
                let fates = fates.next();
                let told = fates
                    .as_ref()
                    .map(|(fates, to_do)| (Fates::new(&fates.total), *to_do));
                let subject = outage.domain.to_string();
                let opening = (&*subject, introduction(outage.kind));
                let verdict = verdict(opening, &outage, last_attempt, told, ends, moments);
                let to_do = told.map(|(_, to_do)| to_do).unwrap_or_default();
                let only = advice::restriction(&subject);
                let is_past = place + 1 < last_place;
                let last = (is_past, last_attempt.is_some_and(|last| last.accepted));
                let advice = advice::of(&outage, &to_do, last, &only, moments);
                if let Some((fates, _)) = &fates {
                    all_fates.insert((destination_place, place), (fates.total.clone(), to_do));
                }
                let mut outage = Outage::new(outage, last_attempt, verdict);
                outage.advice = advice;
                outage.waiting = Waiting::new(&to_do);
                outage.place = (destination, place);
                outage.found_at = (destination_place, place);
                outage.operator = operators.get(&destination_place).cloned();
                if let (Some((fates, _)), Some((total, _))) = (fates, told) {
                    outage.fates = Some(total);
                    for (window, counts) in outage.windows.iter_mut().zip(&fates.windows) {
                        window.fates = Some(Fates::new(counts));
                    }
                }
                outages.push(outage);
            }
            destination += usize::from(outages.len() > outages_before);
            unreachable.extend(findings.unreachable.map(Standing::unreachable));
            chronic.extend(findings.chronic.map(Standing::chronic));
            minor.extend(findings.minor.into_iter().map(Standing::chronic));
        }
        outages.sort_by(|a, b| a.rank().cmp(&b.rank()));
        for (id, outage) in (1..).zip(&mut outages) {
            outage.id = id;
        }
        let availability = match coverage.span {
            Some(span) => {
                let calendar = Calendar::of(span, zone);
                let operators = incident::members_by_operator(incidents);
                availability::of(&outages, &all_tried, &operators, &calendar)
            }
            None => Vec::new(),
        };
        let known = (&all_fates, &last_attempts);
        let incidents = incident::incidents_of(incidents, &outages, known, ends, moments);
        for standings in [&mut unreachable, &mut chronic, &mut minor] {
            standings.sort_by(|a, b| a.rank().cmp(&b.rank()));
        }
        Report {
            schema: "mailgap.report/1",
            timezone: zone,
            coverage: read,
            outages,
            incidents,
            unreachable,
            chronic,
            minor,
            availability,
            announcements: Vec::new(),
            tables: None,
            judged,
            restrictions: Vec::new(),
            ends,
            zone_source: ZoneSource::Flag,
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

    /// Says where the zone comes from.
    pub(crate) fn with_zone_source(self, zone_source: ZoneSource) -> Report {
        Report {
            zone_source,
            ..self
        }
    }

    /// Adds what charts are drawn from.
    pub(crate) fn with_charts(mut self, mut charts: Charts) -> Report {
        for outage in &mut self.outages {
            outage.chart = charts.outages.remove(&outage.found_at);
        }
        for incident in &mut self.incidents {
            incident.whole.chart = charts.incidents.remove(&incident.found_at);
        }
        self
    }

    /// Says what the flags left out.
    pub(crate) fn with_restrictions(self, restrictions: Vec<String>) -> Report {
        Report {
            restrictions,
            ..self
        }
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
