//! Outages and what else is told of single destinations.

use mailgap_core::analysis::{AnalyzedOutage, LastAttempt, Length, Waiting};
use mailgap_core::fate::Counts;
use mailgap_core::outage::{self, Boundary, Confidence, HostCount, Kind, OutageId, OutageType};
use mailgap_core::reply::ReplyCode;
use mailgap_core::time::Timestamp;
use serde::Serialize;

use super::words::{lossy, names, rounded, time, word};
use super::{Advice, Chart, advice};
use crate::words::times::Moments;
use crate::words::verdict::{Ends, introduction, verdict};

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outage {
    pub(crate) id: usize,
    pub(crate) domain: String,
    /// Who runs its MX hosts; the destination itself when that is not known.
    pub(crate) operator: Option<String>,
    pub(crate) mx: Vec<String>,
    /// Those that took mail meanwhile, when others clearly did not.
    pub(crate) mx_working: Vec<String>,
    #[serde(rename = "type", serialize_with = "word")]
    pub(crate) kind: OutageType,
    pub(crate) before_log: bool,
    pub(crate) ongoing: bool,
    /// Nothing was sent after its last failure: nothing shows when it ended.
    pub(crate) silent_end: bool,
    pub(crate) start: Boundary,
    pub(crate) end: Option<Boundary>,
    pub(crate) normal_again: Option<Boundary>,
    /// How long mail was not accepted; of slow delivery alone, how long it was slow.
    pub(crate) length_s: Length,
    pub(crate) attempts: u64,
    pub(crate) failures: u64,
    pub(crate) messages: u64,
    pub(crate) recipients: u64,
    pub(crate) log_bayes_factor: f64,
    #[serde(serialize_with = "word")]
    pub(crate) confidence: Confidence,
    pub(crate) windows: Vec<Window>,
    pub(crate) fates: Option<Fates>,
    /// Messages of it that are still queued at the end of the log.
    pub(crate) waiting: Option<Waiting>,
    pub(crate) verdict: String,
    /// What to do, the most urgent first.
    pub(crate) advice: Vec<Advice>,
    /// What its charts are drawn from; `None` when none are wanted.
    #[serde(skip)]
    pub(crate) chart: Option<Chart>,
    /// What hosts of ours saw of it, where they clearly differ; else empty.
    #[serde(rename = "hosts")]
    pub(crate) by_host: Vec<HostCount>,
    /// How many hosts of ours report attempts to it.
    #[serde(skip)]
    pub(crate) hosts: usize,
    /// The last attempt at its destination, or at any destination of an incident.
    #[serde(skip)]
    pub(super) last_attempt: Option<LastAttempt>,
    /// The index of its destination among all.
    #[serde(skip)]
    pub(super) destination: usize,
}

/// What became of the messages that failed in an outage or a window.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Fates {
    pub(crate) delivered: u64,
    pub(crate) delivered_late: u64,
    pub(crate) bounced_by_outage: u64,
    pub(crate) bounced: u64,
    pub(crate) expired: u64,
    pub(crate) pending: u64,
    pub(crate) median_delay_s: Option<f64>,
    pub(crate) p90_delay_s: Option<f64>,
}

impl Fates {
    pub(super) fn new(counts: &Counts) -> Fates {
        Fates {
            delivered: counts.delivered,
            delivered_late: counts.delivered_late,
            bounced_by_outage: counts.bounced_by_outage,
            bounced: counts.bounced,
            expired: counts.expired,
            pending: counts.pending,
            median_delay_s: counts.delay_s(0.5).map(f64::round),
            p90_delay_s: counts.delay_s(0.9).map(f64::round),
        }
    }

    /// Of how many messages there is more to say than that they were accepted at once.
    pub(crate) const fn failed(&self) -> u64 {
        self.delivered_late + self.bounced_by_outage + self.bounced + self.expired + self.pending
    }
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Window {
    #[serde(serialize_with = "word")]
    pub(crate) kind: Kind,
    pub(crate) label: String,
    pub(crate) reply_code: Option<u16>,
    pub(crate) enhanced_status: Option<String>,
    pub(crate) reason: &'static str,
    pub(crate) start: Boundary,
    pub(crate) end: Option<Boundary>,
    pub(crate) attempts: u64,
    pub(crate) failures: u64,
    pub(crate) share: f64,
    pub(crate) mx: Vec<String>,
    pub(crate) sample: Option<String>,
    /// Of slow delivery only.
    pub(crate) delay_s: Option<Slow>,
    pub(crate) fates: Option<Fates>,
}

/// Seconds that accepted mail took.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Slow {
    pub(crate) median: f64,
    pub(crate) normal: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Standing {
    pub(crate) domain: String,
    /// False where the log cannot tell a dead destination from one that was down.
    pub(crate) certain: bool,
    #[serde(serialize_with = "word")]
    pub(crate) kind: Kind,
    pub(crate) label: String,
    /// Of the chronic ones; the others failed always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) share: Option<f64>,
    pub(crate) attempts: u64,
    pub(crate) messages: u64,
    pub(crate) recipients: u64,
    #[serde(serialize_with = "time")]
    pub(crate) first: Timestamp,
    #[serde(serialize_with = "time")]
    pub(crate) last: Timestamp,
    pub(crate) sample: Option<String>,
}

impl Outage {
    /// An outage of one destination.
    pub(super) fn new(
        found: &AnalyzedOutage,
        chart: Option<Chart>,
        ends: Ends,
        moments: Moments,
    ) -> Outage {
        let outage = &found.outage;
        let subject = outage.domain.to_string();
        let told = found.fates.as_ref();
        let told = told.map(|fates| (&fates.total, found.aftermath));
        let opening = (&*subject, introduction(outage.kind));
        let verdict = verdict(opening, outage, found.last_attempt, told, ends, moments);
        let last = (
            found.is_past,
            found.last_attempt.is_some_and(|last| last.accepted),
        );
        let only = advice::restriction(&subject);
        let mut document = Outage {
            id: found.id.get(),
            operator: found.operator.as_ref().map(ToString::to_string),
            destination: found.destination,
            fates: told.map(|(total, _)| Fates::new(total)),
            waiting: found.aftermath.waiting,
            verdict,
            advice: advice::of(outage, &found.aftermath, last, &only, moments),
            chart,
            ..Outage::of_figures(outage, found.length, found.last_attempt)
        };
        if let Some(fates) = &found.fates {
            for (window, counts) in document.windows.iter_mut().zip(&fates.windows) {
                window.fates = Some(Fates::new(counts));
            }
        }
        document
    }

    /// An outage, or an incident as one, without number, words and messages.
    pub(super) fn of_figures(
        outage: &outage::Outage,
        length: Length,
        last_attempt: Option<LastAttempt>,
    ) -> Outage {
        Outage {
            length_s: length,
            id: OutageId::FIRST.get(),
            domain: outage.domain.to_string(),
            operator: None,
            mx: names(&outage.mx),
            mx_working: names(&outage.mx_working),
            kind: outage.kind,
            before_log: outage.before_log,
            ongoing: outage.ongoing,
            silent_end: outage.silent_end,
            start: outage.start,
            end: outage.end,
            normal_again: outage.normal_again,
            attempts: outage.attempts,
            failures: outage.failures,
            messages: outage.messages,
            recipients: outage.recipients,
            log_bayes_factor: rounded(outage.log_bayes_factor, 100.0),
            confidence: outage.confidence,
            windows: outage.windows.iter().map(Window::new).collect(),
            fates: None,
            waiting: None,
            verdict: String::new(),
            advice: Vec::new(),
            chart: None,
            by_host: outage.by_host.clone(),
            hosts: outage.hosts,
            last_attempt,
            destination: 0,
        }
    }

    /// True when mail was taken all the time, only slowly.
    pub(crate) fn is_slow_only(&self) -> bool {
        let mut windows = self.windows.iter();
        windows.all(|window| window.kind == Kind::Delayed)
    }

    /// When an attempt last showed that it, or its slow delivery, goes on; for what has no end in the log.
    pub(super) fn last_shown(&self, is_slow: bool) -> Timestamp {
        let shown = self.last_attempt.and_then(|last| last.shows(is_slow));
        shown.unwrap_or(self.start.latest)
    }

    /// True when mail fails: neither slow delivery alone nor refusals by policy.
    pub(crate) fn is_failure(&self) -> bool {
        self.kind != OutageType::Policy && !self.is_slow_only()
    }
}

impl Window {
    fn new(window: &outage::Window) -> Window {
        Window {
            kind: window.kind,
            label: window.label.clone(),
            reply_code: window.reply_code.map(ReplyCode::get),
            enhanced_status: window.enhanced_status.map(|status| status.to_string()),
            reason: window.reason.as_str(),
            start: window.start,
            end: window.end,
            attempts: window.attempts,
            failures: window.failures,
            share: rounded(window.share, 10_000.0),
            mx: names(&window.mx),
            sample: window.sample.as_deref().map(lossy),
            delay_s: window.slow.map(|slow| Slow {
                median: rounded(slow.median_s, 10.0),
                normal: rounded(slow.normal_s, 10.0),
            }),
            fates: None,
        }
    }
}

impl Standing {
    pub(super) fn new(standing: &outage::Standing, has_share: bool) -> Standing {
        Standing {
            domain: standing.domain.to_string(),
            certain: standing.certain,
            kind: standing.kind,
            label: standing.label.clone(),
            share: has_share.then(|| rounded(standing.share, 10_000.0)),
            attempts: standing.attempts,
            messages: standing.messages,
            recipients: standing.recipients,
            first: standing.first,
            last: standing.last,
            sample: standing.sample.as_deref().map(lossy),
        }
    }
}
