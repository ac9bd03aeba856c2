//! From what was read to what is reported: outages, and what became of the messages.

use std::collections::{HashMap, HashSet};
use std::mem;

use chrono_tz::Tz;
use mailgap_core::address::Domain;
use mailgap_core::coverage::Coverage;
use mailgap_core::fate::{
    Case, Judged, Judgement, Ledger, OutageFates, Pending, Place, judge, pending,
    reinstate_by_outage, resend,
};
use mailgap_core::incident::{self, Incidents};
use mailgap_core::outage::{Findings, Prior};
use mailgap_core::period::Period;
use mailgap_core::survey::Survey;
use mailgap_core::tally::{Destination, Evidence};
use mailgap_core::time::Timestamp;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::config::settings::{Judging, Settings};
use crate::document::{Charts, Expiring, Found, Report, Tables, ToDo, Traffic, charts};
use crate::exit::Result;
use crate::words::calendar::Calendar;

/// What the logs say.
pub(crate) struct Analysis {
    pub(crate) report: Report,
    pub(crate) fates: Ledger,
    pub(crate) judgement: Judgement,
}

impl Analysis {
    /// Judges what was read.
    pub(crate) fn of(survey: Survey, settings: &Settings, judging: &Judging) -> Result<Analysis> {
        let Survey {
            coverage,
            destinations,
            known_span,
            reported,
            fates,
            ..
        } = survey;
        let threads = ThreadPoolBuilder::new()
            .num_threads(settings.options.jobs)
            .build()?;
        let zone = settings.options.zone;
        let surveyed = coverage.span.map(|span| Surveyed {
            destinations: &destinations,
            reported: reported.as_deref(),
            span,
            known_span: known_span.unwrap_or(span),
        });
        let (mut found, traffic, incidents) = match &surveyed {
            Some(surveyed) => threads.install(|| {
                let (mut found, traffic) = surveyed.find(zone, judging);
                let incidents = surveyed.judge(&mut found, judging);
                (found, traffic, incidents)
            }),
            None => Default::default(),
        };
        let charts = match &surveyed {
            Some(surveyed) if judging.charts => threads.install(|| {
                let evidence = |destination: &Destination| {
                    let reported = surveyed.reported_evidence(destination);
                    reported.unwrap_or_else(|| destination.evidence())
                };
                let destinations = (surveyed.destinations, &evidence as _);
                charts::collect(&incidents, destinations, &fates, surveyed.span, zone)
            }),
            _ => Charts::default(),
        };
        drop(destinations);
        let cases: Vec<Case> = found
            .iter_mut()
            .filter_map(|found| found.case.take())
            .collect();
        let judgement = judge(&fates, &cases);
        let followed = settings.options.fates.is_some() && coverage.tallies == 0;
        let expiring = expiring(&fates, &judgement, judging.lifetime_s, &coverage);
        let mut to_resend: HashMap<(usize, usize), u64> = HashMap::new();
        for (_, judged) in resend(&fates, &judgement) {
            if let Some(place) = judged.place {
                *to_resend
                    .entry((place.destination, place.outage))
                    .or_default() += 1;
            }
        }
        let to_reinstate = reinstate_by_outage(&fates, &judgement);
        let with_outages = found.iter_mut().filter(|found| found.has_outage());
        // Where messages were not followed it is not known what became of them, which is not nothing.
        let told = judgement.outages.iter().filter(|_| followed);
        for (destination, (found, outages)) in with_outages.zip(told).enumerate() {
            let fates = outages.iter().enumerate().map(|(outage, fates)| {
                let place = (destination, outage);
                let to_do = ToDo {
                    resend: to_resend.get(&place).copied().unwrap_or_default(),
                    reinstate: to_reinstate.get(&place).copied().unwrap_or_default(),
                    expiring: expiring.get(&place).copied(),
                };
                (OutageFates::clone(fates), to_do)
            });
            found.fates = fates.collect();
        }
        let mut report = Report::new(found, &incidents, &coverage, zone)
            .with_zone_source(settings.zone_source)
            .with_charts(charts);
        if judging.tables {
            report.tables = Some(Tables::new(&traffic));
        }
        report.coverage.plausible_only =
            !fates.knows_accepted() && judgement.fates.iter().any(|judged| judged.grade.is_some());
        Ok(Analysis {
            report,
            fates,
            judgement,
        })
    }

    /// The ids of the report's outages, by their places.
    pub(crate) fn ids(&self) -> Ids {
        let outages = self.report.outages.iter();
        Ids(outages.map(|outage| (outage.place, outage.id)).collect())
    }
}

/// What is known of the destinations, and which part of it the report is about.
struct Surveyed<'s> {
    /// In order of their names, with all that is known.
    destinations: &'s [Destination],
    /// The part that the report is about, where that is not all; in order of their names.
    reported: Option<&'s [Destination]>,
    /// First and last stamp of what the report is about.
    span: (Timestamp, Timestamp),
    /// First and last stamp of all that is known.
    known_span: (Timestamp, Timestamp),
}

impl Surveyed<'_> {
    /// What the report is about of a destination; `None` where that is all that is known.
    fn reported_evidence(&self, destination: &Destination) -> Option<Evidence> {
        let all = self.reported?;
        let domain = destination.domain();
        let by_name = all.binary_search_by(|it| it.domain().cmp(domain));
        let found = by_name.ok().and_then(|place| all.get(place));
        Some(found.map_or_else(
            || Destination::pool(domain.clone(), &[]),
            Destination::evidence,
        ))
    }

    /// What is found about each destination, and what it has to say in tables where these are wanted.
    fn find(&self, zone: Tz, judging: &Judging) -> (Vec<Found>, Vec<(Domain, Traffic)>) {
        let calendar = Calendar::of(self.span, zone);
        let prior = Prior::of(self.destinations);
        let (found, traffic): (Vec<Found>, Vec<Option<(Domain, Traffic)>>) = self
            .destinations
            .par_iter()
            .map(|destination| {
                let evidence = destination.evidence();
                let reported = self.reported_evidence(destination);
                let reported = reported.as_ref().unwrap_or(&evidence);
                let traffic = judging.tables.then(|| Traffic::of(reported));
                let traffic = traffic.map(|traffic| (evidence.domain.clone(), traffic));
                let found = Found::new(&evidence, reported, self.known_span, prior, &calendar);
                (found, traffic)
            })
            .unzip();
        (found, traffic.into_iter().flatten().collect())
    }

    /// Joins the outages that the report is about, and drops what else was found.
    fn judge(&self, found: &mut [Found], judging: &Judging) -> Incidents {
        let period = Period {
            first: self.span.0,
            last: self.span.1,
        };
        // Without a history everything that is known is reported.
        let period = self.reported.map(|_| period);
        let (destinations, operators) = (self.destinations, &judging.operators);
        let take = |found: &mut Found| mem::take(&mut found.findings);
        let mut findings: Vec<Findings> = found.iter_mut().map(take).collect();
        incident::add_outages_of_hosts(destinations, &mut findings, self.known_span);
        for (found, findings) in found.iter_mut().zip(findings) {
            found.findings = findings;
            if let Some(period) = &period {
                found.limit_outages(period);
            }
        }
        let mut findings: Vec<Findings> = found.iter_mut().map(take).collect();
        let mut incidents =
            incident::judge(destinations, &mut findings, operators, self.known_span);
        for (found, findings) in found.iter_mut().zip(findings) {
            found.findings = findings;
        }
        let with_outages = destinations.par_iter().zip(&mut *found);
        let with_outages = with_outages.filter(|(_, found)| found.has_outage());
        with_outages.for_each(|(destination, found)| {
            let evidence = destination.evidence();
            let reported = self.reported_evidence(destination);
            found.set_case(&evidence, reported.as_ref().unwrap_or(&evidence));
        });
        let Some(period) = period else {
            return incidents;
        };
        for found in &mut *found {
            let has_attempts = found.has_attempts();
            period.limit_standings(&mut found.findings, has_attempts);
        }
        period.limit_incidents(&mut incidents, |domain| {
            let by_name = destinations.binary_search_by(|it| it.domain().cmp(domain));
            let found = by_name.ok().and_then(|place| found.get(place));
            found.is_some_and(Found::has_attempts)
        });
        incidents
    }
}

/// Ids of outages by the places of the destination and of the outage.
pub(crate) struct Ids(HashMap<(usize, usize), usize>);

impl Ids {
    /// The id of the outage that a fate belongs to.
    pub(crate) fn of(&self, judged: &Judged) -> Option<usize> {
        let Place {
            destination,
            outage,
            ..
        } = judged.place?;
        self.0.get(&(destination, outage)).copied()
    }
}

/// What will expire of each outage, and when; not before the end of the log.
fn expiring(
    fates: &Ledger,
    judgement: &Judgement,
    lifetime_s: f64,
    coverage: &Coverage,
) -> HashMap<(usize, usize), Expiring> {
    let last = coverage.span.map(|(_, last)| last).unwrap_or_default();
    // What expires makes a bounce: of which none came by then was delivered, or is not told of.
    let bounces_alone = coverage.lines.delivery == 0;
    let mut all: HashMap<(usize, usize), Expiring> = HashMap::new();
    let mut messages = HashSet::new();
    for Pending {
        fate,
        judged,
        expires,
    } in pending(fates, judgement, lifetime_s)
    {
        let Some(place) = judged.place else { continue };
        if bounces_alone && expires <= last {
            continue;
        }
        let place = (place.destination, place.outage);
        let expiring = all.entry(place).or_insert(Expiring {
            first: expires.max(last), // they come in order of time
            messages: 0,
        });
        let recipient = if fate.queue_id.is_empty() {
            fate.recipient // of a bounce: nothing tells its message from others
        } else {
            b""
        };
        let is_new = messages.insert((place, fate.host, fate.queue_id, recipient));
        expiring.messages += u64::from(is_new);
    }
    all
}
