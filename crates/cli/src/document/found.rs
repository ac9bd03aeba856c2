//! What was found about one destination, and what is to be done about its messages.

use std::collections::HashMap;

use mailgap_core::address::Domain;
use mailgap_core::fate::{Case, Counts, OutageFates};
use mailgap_core::incident::OutagePlace;
use mailgap_core::outage::{Findings, Outage, Prior, find_among};
use mailgap_core::period::Period;
use mailgap_core::tally::Evidence;
use mailgap_core::time::Timestamp;

use super::availability::{self, Tried};
use crate::words::calendar::Calendar;

/// What was found about one destination.
pub(crate) struct Found {
    /// Its name.
    pub(super) domain: Domain,
    pub(crate) findings: Findings,
    /// Outages before the time that the report is about: they say what is not normal.
    pub(super) past: Vec<Outage>,
    /// Attempts that say something about it.
    pub(super) attempts: u64,
    /// Its last attempt in the log.
    pub(super) last_attempt: Option<LastAttempt>,
    /// Its attempts by month.
    pub(super) tried: Vec<Tried>,
    /// What its fates are judged by; `None` when it had no outage.
    pub(crate) case: Option<Case>,
    /// Of each outage, what became of its messages; empty when that was not looked for.
    pub(crate) fates: Vec<(OutageFates, ToDo)>,
}

/// What is to be done about the messages of an outage.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ToDo {
    /// Rows of the list `resend`.
    pub(crate) resend: u64,
    /// Addresses of the list `reinstate`.
    pub(crate) reinstate: u64,
    /// `None` when nothing is queued.
    pub(crate) expiring: Option<Expiring>,
}

impl ToDo {
    /// Of several outages together.
    pub(super) fn sum<'t>(all: impl Iterator<Item = &'t ToDo>) -> ToDo {
        all.fold(ToDo::default(), |sum, to_do| ToDo {
            resend: sum.resend + to_do.resend,
            reinstate: sum.reinstate + to_do.reinstate,
            expiring: match (sum.expiring, to_do.expiring) {
                (Some(a), Some(b)) => Some(Expiring {
                    first: a.first.min(b.first),
                    messages: a.messages + b.messages,
                }),
                (a, b) => a.or(b),
            },
        })
    }
}

/// The last attempt at a destination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastAttempt {
    pub(crate) time: Timestamp,
    /// It was accepted.
    pub(crate) accepted: bool,
    /// The last attempt that failed, which may be an earlier one.
    pub(crate) failed: Option<Timestamp>,
}

impl LastAttempt {
    /// When an attempt last showed that something goes on: the last one for slow delivery, else the last that failed.
    pub(super) const fn shows(self, is_slow: bool) -> Option<Timestamp> {
        if is_slow {
            Some(self.time)
        } else {
            self.failed
        }
    }

    /// The last attempt at any of several destinations.
    pub(super) fn latest(all: impl Iterator<Item = LastAttempt>) -> Option<LastAttempt> {
        all.reduce(|a, b| LastAttempt {
            time: a.time.max(b.time),
            accepted: if a.time < b.time {
                b.accepted
            } else {
                a.accepted
            },
            failed: a.failed.max(b.failed),
        })
    }
}

/// Messages of an outage that are still queued and will be given up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expiring {
    /// When the first of them will be.
    pub(crate) first: Timestamp,
    /// How many messages, whatever the number of their recipients.
    pub(crate) messages: u64,
}

impl Found {
    /// Looks for outages of one destination in all that is known of it. `reported` is the part of it that the report
    /// is about, `known` the first and the last stamp of all that is known, `prior` what the other destinations show,
    /// `calendar` the months of the report.
    pub(crate) fn new(
        evidence: &Evidence,
        reported: &Evidence,
        known: (Timestamp, Timestamp),
        prior: Prior,
        calendar: &Calendar,
    ) -> Found {
        let last = evidence.buckets.last();
        let findings = find_among(evidence, known, prior);
        let failed = evidence.buckets.iter().rev().find_map(|bucket| {
            let [_ok, failures @ ..] = &bucket.spans;
            failures.iter().flatten().map(|span| span.last).max()
        });
        Found {
            domain: evidence.domain.clone(),
            case: None,
            findings,
            past: Vec::new(),
            tried: availability::tried(reported, calendar),
            attempts: reported
                .buckets
                .iter()
                .flat_map(|bucket| bucket.counts)
                .map(u64::from)
                .sum(),
            last_attempt: last.and_then(|bucket| {
                let spans = bucket.spans.iter().flatten();
                let time = spans.map(|span| span.last).max()?;
                let [ok, ..] = &bucket.spans;
                let accepted = ok.is_some_and(|span| span.last == time);
                Some(LastAttempt {
                    time,
                    accepted,
                    failed,
                })
            }),
            fates: Vec::new(),
        }
    }

    /// True when the report is about an attempt at it.
    pub(crate) const fn has_attempts(&self) -> bool {
        self.attempts > 0
    }

    /// Puts the outages aside that are no part of the report.
    pub(crate) fn limit_outages(&mut self, period: &Period) {
        let has_attempts = self.has_attempts();
        self.past = period.limit_outages(&mut self.findings, has_attempts);
    }

    /// Notes what its fates are judged by, once its outages are known; the arguments are those of [`Found::new`].
    pub(crate) fn set_case(&mut self, evidence: &Evidence, reported: &Evidence) {
        let past = std::mem::take(&mut self.past).into_iter();
        let mut all: Vec<(Outage, bool)> = past.map(|outage| (outage, false)).collect();
        let own = self.findings.outages.iter().cloned();
        all.extend(own.map(|outage| (outage, true)));
        all.sort_by_key(|(outage, _)| outage.start.time);
        let is_reported: Vec<bool> = all.iter().map(|it| it.1).collect();
        let findings = Findings {
            outages: all.into_iter().map(|it| it.0).collect(),
            ..Findings::default()
        };
        let case = Case::new(evidence, &findings).map(|case| case.reporting(reported));
        self.case = case.and_then(|case| {
            case.limited(|number| is_reported.get(number).copied().unwrap_or(false))
        });
    }

    pub(crate) const fn has_outage(&self) -> bool {
        !self.findings.outages.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn known(findings: Findings, last_attempt: Timestamp) -> Found {
        let domain = findings.outages.first().map(|outage| outage.domain.clone());
        Found {
            domain: domain.unwrap_or_else(|| Domain::new(b"none.example")),
            findings,
            past: Vec::new(),
            attempts: 100,
            last_attempt: Some(LastAttempt {
                time: last_attempt,
                accepted: false,
                failed: Some(last_attempt),
            }),
            tried: Vec::new(),
            case: None,
            fates: Vec::new(),
        }
    }
}

/// What became of the messages of outages, and what is to be done, by their places.
pub(super) type FatesByOutage = HashMap<OutagePlace, (Counts, ToDo)>;
