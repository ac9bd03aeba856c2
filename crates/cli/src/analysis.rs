//! From what was read to what is reported: outages, and what became of the messages.

use std::collections::HashMap;

use mailgap_core::fate::{Case, Judged, Judgement, Ledger, OutageFates, Place, judge, pending};
use mailgap_core::survey::Survey;
use mailgap_core::time::Timestamp;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::exit::Result;
use crate::report::{Expiring, Found, Report};
use crate::settings::Settings;

/// What the logs say.
pub(crate) struct Analysis {
    pub(crate) report: Report,
    pub(crate) fates: Ledger,
    pub(crate) judgement: Judgement,
}

impl Analysis {
    /// `lifetime_s`: how long the sending mail system keeps trying, in seconds.
    pub(crate) fn of(survey: Survey, settings: &Settings, lifetime_s: f64) -> Result<Analysis> {
        let Survey {
            coverage,
            destinations,
            fates,
        } = survey;
        let threads = ThreadPoolBuilder::new()
            .num_threads(settings.options.jobs)
            .build()?;
        let mut found: Vec<Found> = match coverage.span {
            Some(span) => threads.install(|| {
                destinations
                    .into_par_iter()
                    .map(|destination| Found::new(&destination.into_evidence(), span))
                    .collect()
            }),
            None => Vec::new(),
        };
        let cases: Vec<Case> = found
            .iter_mut()
            .filter_map(|found| found.case.take())
            .collect();
        let judgement = judge(&fates, &cases);
        let last = coverage.span.map(|(_, last)| last).unwrap_or_default();
        let expiring = expiring(&fates, &judgement, lifetime_s, last);
        let with_outages = found.iter_mut().filter(|found| found.has_outage());
        for (destination, (found, outages)) in with_outages.zip(&judgement.outages).enumerate() {
            let fates = outages.iter().enumerate().map(|(outage, fates)| {
                let expiring = expiring.get(&(destination, outage)).copied();
                (OutageFates::clone(fates), expiring)
            });
            found.fates = fates.collect();
        }
        let report = Report::new(found, &coverage, settings.options.zone)
            .with_zone_source(settings.zone_source);
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

/// When the first message of each outage will expire; not before the end of the log.
fn expiring(
    fates: &Ledger,
    judgement: &Judgement,
    lifetime_s: f64,
    last: Timestamp,
) -> HashMap<(usize, usize), Expiring> {
    let mut first: HashMap<(usize, usize), Expiring> = HashMap::new();
    for pending in pending(fates, judgement, lifetime_s) {
        if let Some(place) = pending.judged.place {
            let time = pending.expires.max(last);
            first
                .entry((place.destination, place.outage))
                .or_insert(Expiring { first: time }); // they come in order of time
        }
    }
    first
}
