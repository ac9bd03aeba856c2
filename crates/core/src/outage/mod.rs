//! From evidence to outages: when a destination was not taking mail.
//!
//! Pure functions over [`Evidence`]: no clock, no input, no knowledge of any incident.

mod assemble;
mod attempts;
mod baseline;
mod boundary;
mod decode;
mod gamma;
mod gate;
mod label;
mod model;
mod standing;

use crate::address::Domain;
use crate::evidence::Class;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::tally::Evidence;
use crate::time::Timestamp;

use assemble::{Phase, Run};
use attempts::Attempts;
use baseline::{Fit, Normal};

/// A moment that is known only as well as the traffic shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary {
    /// The best single guess.
    pub time: Timestamp,
    /// It was not before this.
    pub earliest: Timestamp,
    /// It was not after this.
    pub latest: Timestamp,
}

/// The kind of answer that a destination mostly gave during a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Temporary failures of the receiving system.
    Deferred,
    /// Mail was taken, but slowly.
    Delayed,
    /// The name service did not answer.
    DnsFailure,
    /// Recipients refused for now.
    MailboxDeferred,
    /// Several kinds, none of them prevailing.
    Mixed,
    /// No connection.
    NoConnection,
    /// Refused for what the receiver thinks of the sender.
    Policy,
    /// Recipients refused for good.
    RecipientRejected,
    /// Refused for good for a fault of the receiving system.
    Rejected,
}

impl Kind {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Deferred => "deferred",
            Kind::Delayed => "delayed",
            Kind::DnsFailure => "dns_failure",
            Kind::MailboxDeferred => "mailbox_deferred",
            Kind::Mixed => "mixed",
            Kind::NoConnection => "no_connection",
            Kind::Policy => "policy",
            Kind::RecipientRejected => "recipient_rejected",
            Kind::Rejected => "rejected",
        }
    }
}

/// A stretch of time in which a destination mostly gave one kind of answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// That kind.
    pub kind: Kind,
    /// Short, for people: `no connection`, `550 5.1.1`, `452`, `DNS failure`, `mixed`.
    pub label: String,
    /// The reply code that prevailed, if any did.
    pub reply_code: Option<ReplyCode>,
    /// The enhanced status that prevailed, if any did.
    pub enhanced_status: Option<EnhancedStatus>,
    /// The reason that prevailed.
    pub reason: Reason,
    /// When it began.
    pub start: Boundary,
    /// When it ended; `None` when it goes on at the end of the log.
    pub end: Option<Boundary>,
    /// Attempts, neutral ones included.
    pub attempts: u64,
    /// Those that failed, neutral ones included.
    pub failures: u64,
    /// Share of the telling attempts (not neutral) that failed, 0 to 1.
    pub share: f64,
    /// MX hosts that failed in it, by name.
    pub mx: Vec<Box<[u8]>>,
    /// One real answer.
    pub sample: Option<Box<[u8]>>,
}

/// What an outage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OutageType {
    /// The destination was not taking mail.
    Outage,
    /// The destination was not taking ours.
    Policy,
    /// Our own side failed.
    Sender,
}

impl OutageType {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            OutageType::Outage => "outage",
            OutageType::Policy => "policy",
            OutageType::Sender => "sender",
        }
    }
}

/// The log Bayes factor in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// 7 nats or more.
    Likely,
    /// 15 nats or more.
    Strong,
    /// 30 nats or more.
    Certain,
}

impl Confidence {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Confidence::Likely => "likely",
            Confidence::Strong => "strong",
            Confidence::Certain => "certain",
        }
    }
}

/// Consecutive windows of one destination, from the last good attempt to recovery.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    /// The destination.
    pub domain: Domain,
    /// Whose refusal it is.
    pub kind: OutageType,
    /// True when the log begins inside it: its start is then the first stamp of the log.
    pub before_log: bool,
    /// True when the log ends inside it: it then has no end.
    pub ongoing: bool,
    /// When it began.
    pub start: Boundary,
    /// When refusals ended.
    pub end: Option<Boundary>,
    /// Attempts within it, neutral ones included.
    pub attempts: u64,
    /// Those that failed.
    pub failures: u64,
    /// Distinct messages that failed in it (an estimate beyond some hundreds).
    pub messages: u64,
    /// Distinct recipients that failed in it (likewise).
    pub recipients: u64,
    /// Reporting hosts that sent to the destination.
    pub hosts: usize,
    /// MX hosts that failed in it, by name.
    pub mx: Vec<Box<[u8]>>,
    /// Evidence for "not healthy" against "healthy", in nats.
    pub log_bayes_factor: f64,
    /// The same in words.
    pub confidence: Confidence,
    /// At least one; they follow each other without overlap.
    pub windows: Vec<Window>,
}

/// A destination that never once worked in the whole log, or that fails at a steady share throughout.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The destination.
    pub domain: Domain,
    /// What it mostly answered.
    pub kind: Kind,
    /// Short, for people.
    pub label: String,
    /// Share of the telling attempts that failed, 0 to 1; 1 for a destination that never worked.
    pub share: f64,
    /// Attempts.
    pub attempts: u64,
    /// Distinct messages that failed.
    pub messages: u64,
    /// Distinct recipients that failed.
    pub recipients: u64,
    /// First attempt.
    pub first: Timestamp,
    /// Last attempt.
    pub last: Timestamp,
    /// One real answer.
    pub sample: Option<Box<[u8]>>,
}

/// What the evidence of one destination says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Findings {
    /// In order of time.
    pub outages: Vec<Outage>,
    /// Set when it never once worked.
    pub unreachable: Option<Standing>,
    /// Set when it fails at a steady share from first to last.
    pub chronic: Option<Standing>,
}

/// An outage is one of policy when more than this share of its failures are.
const POLICY: f64 = 0.6;

/// Silence this long (milliseconds) at the head of the log says that an outage seen at the first attempt
/// may as well have begun in the log.
const SILENCE: i64 = 24 * 60 * 60 * 1000;

/// Finds the outages of one destination. `log` is the first and the last stamp of everything read.
///
/// A pure function; the time it takes grows with the minutes that have attempts. A destination without
/// failures costs one pass over them.
pub fn find(evidence: &Evidence, log: (Timestamp, Timestamp)) -> Findings {
    let buckets = &evidence.buckets;
    let counts = standing::whole(buckets);
    if assemble::failures(&counts) == 0 {
        return Findings::default();
    }
    let attempts = Attempts::of(buckets);
    let (Some(first), Some(last)) = (attempts.all.first(), attempts.all.last()) else {
        return Findings::default();
    };
    let span = (first.time, last.time);
    let never_worked = standing::never_worked(&counts);
    if never_worked && standing::is_unreachable(evidence, &counts, span, log) {
        return Findings {
            unreachable: Some(standing::standing(evidence, &counts, span)),
            ..Findings::default()
        };
    }
    if assemble::failures(&counts) < gate::LEAST_FAILURES {
        return Findings::default();
    }
    let times: Vec<f64> = buckets.iter().map(attempts::middle).collect();
    let capped = baseline::fit(buckets, &times, Normal::Capped);
    if gate::share(&counts) >= standing::LEAST_STEADY {
        let steady = baseline::fit(buckets, &times, Normal::Steady);
        if standing::is_steady(buckets, &attempts.all, &steady, &capped) {
            let chronic = standing::system_share(&steady.base) >= standing::LEAST_STEADY;
            return Findings {
                outages: outages(
                    evidence,
                    &attempts,
                    &steady,
                    log,
                    gate::LEAST_EVIDENCE_CHRONIC,
                ),
                unreachable: None,
                chronic: chronic.then(|| standing::standing(evidence, &counts, span)),
            };
        }
    }
    Findings {
        outages: outages(evidence, &attempts, &capped, log, gate::LEAST_EVIDENCE),
        ..Findings::default()
    }
}

/// The stretches of failure of a fitted path that pass the gate.
fn outages(
    evidence: &Evidence,
    attempts: &Attempts,
    fit: &Fit,
    log: (Timestamp, Timestamp),
    least_evidence: f64,
) -> Vec<Outage> {
    let runs = assemble::runs(fit, attempts);
    assemble::stretches(&runs, &attempts.all)
        .into_iter()
        .filter_map(|stretch| {
            let stretch = runs.get(stretch)?;
            outage(evidence, attempts, fit, stretch, log, least_evidence)
        })
        .collect()
}

/// One stretch of failure as an outage, if it is worth one.
fn outage(
    evidence: &Evidence,
    attempts: &Attempts,
    fit: &Fit,
    stretch: &[Run],
    log: (Timestamp, Timestamp),
    least_evidence: f64,
) -> Option<Outage> {
    let (head, tail) = (stretch.first()?, stretch.last()?);
    let range = head.attempts.start..tail.attempts.end;
    let own = attempts.all.get(range.clone())?;
    let (first, last) = (own.first()?.time, own.last()?.time);
    let minutes = evidence.buckets.get(head.buckets.start..tail.buckets.end)?;
    let (messages, recipients) = gate::distinct(minutes);
    let weight = gate::Weight {
        counts: assemble::count(own),
        messages,
        recipients,
        duration: last.as_millis().saturating_sub(first.as_millis()),
        evidence: gate::evidence(stretch, &fit.likelihoods),
    };
    if !gate::passes(&weight, least_evidence) {
        return None;
    }
    let before_log = range.start == 0 && silence(log.0, first) <= SILENCE;
    let ongoing = range.end >= attempts.all.len();
    let start = match head.start.filter(|_| range.start > 0) {
        Some(cut) => cut.boundary(&attempts.all)?,
        None => from_the_first(log.0.min(first), first, before_log),
    };
    let end = match tail.end {
        Some(cut) if !ongoing => Some(cut.boundary(&attempts.all)?),
        _ => None,
    };
    let phases = assemble::phases(stretch, &attempts.all, &fit.base);
    let windows = windows(evidence, attempts, &phases, start, end);
    let (all, failures) = gate::totals(&weight.counts);
    let policy = weight.counts[Class::Policy.index()] as f64;
    Some(Outage {
        domain: evidence.domain.clone(),
        kind: if policy > POLICY * assemble::failures(&weight.counts) as f64 {
            OutageType::Policy
        } else {
            OutageType::Outage
        },
        before_log,
        ongoing,
        start,
        end,
        attempts: all,
        failures,
        messages,
        recipients,
        hosts: evidence.hosts,
        mx: label::failing_mx(evidence, first, last),
        log_bayes_factor: weight.evidence,
        confidence: gate::confidence(weight.evidence),
        windows,
    })
}

fn silence(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millis().saturating_sub(from.as_millis())
}

/// The beginning of an outage that is there at the first attempt.
fn from_the_first(log: Timestamp, first: Timestamp, before_log: bool) -> Boundary {
    Boundary {
        time: if before_log { log } else { first },
        earliest: log,
        latest: first,
    }
}

/// Phases as windows that follow each other.
fn windows(
    evidence: &Evidence,
    attempts: &Attempts,
    phases: &[Phase],
    start: Boundary,
    end: Option<Boundary>,
) -> Vec<Window> {
    let starts: Vec<Boundary> = phases
        .iter()
        .enumerate()
        .map(|(p, phase)| {
            phase
                .start
                .filter(|_| p > 0)
                .and_then(|cut| cut.boundary(&attempts.all))
                .unwrap_or(start)
        })
        .collect();
    let ends = starts.iter().skip(1).copied().map(Some).chain([end]);
    phases
        .iter()
        .zip(&starts)
        .zip(ends)
        .map(|((phase, &start), end)| {
            let own = attempts.all.get(phase.attempts.clone()).unwrap_or_default();
            let counts = assemble::count(own);
            let (all, failures) = gate::totals(&counts);
            let (from, to) = match own {
                [first, .., last] => (first.time, last.time),
                [only] => (only.time, only.time),
                [] => (start.time, start.time),
            };
            let answer = label::answer(evidence, phase.kind, from, to);
            Window {
                kind: phase.kind,
                label: answer.label,
                reply_code: answer.reply_code,
                enhanced_status: answer.enhanced_status,
                reason: answer.reason,
                start,
                end,
                attempts: all,
                failures,
                share: gate::share(&counts),
                mx: label::failing_mx(evidence, from, to),
                sample: answer.sample,
            }
        })
        .collect()
}
