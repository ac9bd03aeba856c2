//! From evidence to outages: when a destination was not taking mail.
//!
//! Pure functions over [`Evidence`]: no clock, no input, no knowledge of any incident.

mod attempts;
mod baseline;
mod bounces;
mod boundary;
mod counts;
mod decode;
mod delay;
mod describe;
mod gamma;
mod label;
mod model;
mod online;
mod relays;
mod segments;
mod significance;
mod standing;
#[cfg(test)]
mod tests;

use std::fmt;
use std::num::NonZeroU32;

use crate::address::Domain;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::tally::Evidence;
use crate::time::Timestamp;

use attempts::Attempts;
use baseline::Normal;
use describe::Case;
pub(crate) use online::Online;
use standing::NeverWorked;
pub use standing::Prior;

/// A moment that is known only as well as the traffic shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
    /// Share of the attempts that failed, 0 to 1.
    pub share: f64,
    /// MX hosts that failed in it, by name.
    pub mx: Vec<Box<[u8]>>,
    /// One real answer.
    pub sample: Option<Box<[u8]>>,
    /// How slow, where the kind is [`Kind::Delayed`].
    pub slow: Option<Slow>,
}

/// How long a destination took to accept mail, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slow {
    /// Median of the window's attempts.
    pub median_s: f64,
    /// Median of all other times.
    pub normal_s: f64,
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

/// The number of an outage among all of a report, from 1: the outage that concerns most people is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutageId(NonZeroU32);

impl OutageId {
    /// The first number.
    pub const FIRST: OutageId = OutageId(NonZeroU32::MIN);

    /// The number of the outage at this index of the list of all.
    pub(crate) fn of_index(index: usize) -> OutageId {
        let before = u32::try_from(index).unwrap_or(u32::MAX);
        OutageId(NonZeroU32::MIN.saturating_add(before))
    }

    /// Its index in the list of all, from 0.
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The number, from 1.
    pub const fn get(self) -> usize {
        self.0.get() as usize
    }
}

impl fmt::Display for OutageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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
    /// True when nothing was sent after its last failure for much longer than the gaps between its attempts: its
    /// `end` then is that failure at the earliest and the end of the log at the latest.
    pub silent_end: bool,
    /// When it began.
    pub start: Boundary,
    /// When refusals ended; where there were none, when slow delivery did.
    pub end: Option<Boundary>,
    /// When slow delivery after it ended; `None` when there was none, or when it went on at the end of the log
    /// or at the next outage.
    pub normal_again: Option<Boundary>,
    /// Attempts from its start to its end, neutral ones included: those of slow delivery after it are in its
    /// window only.
    pub attempts: u64,
    /// Those that failed.
    pub failures: u64,
    /// Distinct messages that failed in it (an estimate beyond some hundreds).
    pub messages: u64,
    /// Distinct recipients that failed in it (likewise).
    pub recipients: u64,
    /// Reporting hosts that sent to the destination.
    pub hosts: usize,
    /// What each of them saw during the outage, the most refused first, where they clearly differ; else none.
    pub by_host: Vec<HostCount>,
    /// MX hosts that failed in it, by name.
    pub mx: Vec<Box<[u8]>>,
    /// MX hosts that took mail all the while, when those that failed clearly did not; else none.
    pub mx_working: Vec<Box<[u8]>>,
    /// Evidence for "not healthy" against "healthy", in nats.
    pub log_bayes_factor: f64,
    /// The same in words.
    pub confidence: Confidence,
    /// At least one; they follow each other without overlap. Those of slow delivery come last, and may begin
    /// some time after the end of refusals.
    pub windows: Vec<Window>,
}

impl Outage {
    /// True when an attempt after it showed that it was over.
    pub fn has_recovered(&self) -> bool {
        self.end.is_some() && !self.silent_end
    }

    /// True when mail was taken all the time, only slowly.
    pub fn is_slow_only(&self) -> bool {
        let mut windows = self.windows.iter();
        windows.all(|window| window.kind == Kind::Delayed)
    }
}

/// Attempts of one reporting host during an outage.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HostCount {
    /// Its name.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::json::text"))]
    pub host: Box<[u8]>,
    /// Attempts, neutral ones included.
    pub attempts: u64,
    /// Those that failed, neutral ones included.
    pub failures: u64,
}

/// A destination that never once worked in the whole log, that fails at a steady share throughout, or of whose
/// failures too little is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The destination.
    pub domain: Domain,
    /// False where the log cannot decide: a destination that never worked may be dead or down.
    pub certain: bool,
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
    /// Failures of too few messages or recipients to tell what was wrong. In order of time.
    pub minor: Vec<Standing>,
    /// Such failures before it is known what others of the same cause saw: [`crate::incident::judge`] makes outages of
    /// them, or leaves them in `minor`. In order of time.
    pub weak: Vec<Weak>,
}

/// Failures of too few messages or recipients to tell what was wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Weak {
    /// What they are where others of the same cause failed with them.
    pub outage: Outage,
    /// What they are otherwise.
    pub minor: Standing,
}

/// Finds the outages of one destination of which no others are known: see [`find_among`].
pub fn find(evidence: &Evidence, log: (Timestamp, Timestamp)) -> Findings {
    find_among(evidence, log, Prior::default())
}

/// Finds the outages of one destination. `log` is the first and the last stamp of everything read, `prior` what the
/// other destinations show of how common dead ones are.
///
/// A pure function; the time it takes grows with the minutes that have attempts. A destination with hardly
/// a failure costs one pass over their counts.
pub fn find_among(evidence: &Evidence, log: (Timestamp, Timestamp), prior: Prior) -> Findings {
    let mut findings = refusals(evidence, log, Some(prior));
    delay::add(&mut findings, evidence, log);
    findings
}

/// Finds the outages of several destinations taken as one, which may all be out of reach: nothing is said of dead ones.
pub(crate) fn find_pooled(evidence: &Evidence, log: (Timestamp, Timestamp)) -> Vec<Outage> {
    let mut findings = refusals(evidence, log, None);
    delay::add(&mut findings, evidence, log);
    findings.outages
}

/// What refusals alone say; without a `prior` a destination that never worked is not called unreachable.
fn refusals(evidence: &Evidence, log: (Timestamp, Timestamp), prior: Option<Prior>) -> Findings {
    let buckets = &evidence.buckets;
    let counts = standing::whole(buckets);
    let failures = counts::failures(&counts);
    let never_worked = standing::never_worked(&counts);
    let is_little = failures < significance::LEAST_FAILURES;
    if is_little && !never_worked {
        return Findings::default();
    }
    let attempts = Attempts::of(buckets);
    let (Some(first), Some(last)) = (attempts.all.first(), attempts.all.last()) else {
        return Findings::default();
    };
    let span = (first.time, last.time);
    if evidence.bounces_only {
        return bounces::find(evidence, log);
    }
    if never_worked
        && let Some(prior) = prior
        && let Some(findings) = never_worked_findings(evidence, &counts, span, prior)
    {
        return findings;
    }
    if is_little {
        return Findings::default();
    }
    let times: Vec<f64> = buckets.iter().map(attempts::middle).collect();
    let steps = decode::steps(&times);
    let case = Case {
        evidence,
        attempts: &attempts,
        steps: &steps,
        log,
    };
    let normal = if standing::is_down(evidence, &counts, span, prior) {
        Normal::Down
    } else {
        Normal::Capped
    };
    let capped = baseline::fit(buckets, &steps, normal);
    if counts::share(&counts) >= standing::LEAST_STEADY {
        let steady = baseline::fit(buckets, &steps, Normal::Steady);
        if let Some(judged) = standing::steady(evidence, &attempts.all, &steady, &capped, prior) {
            if counts::share(&counts) > standing::MOST_STEADY {
                // Hardly anything was accepted: dead for others, or down, but not flaky. What others of the same
                // cause saw decides.
                return Findings {
                    weak: case.weak(&capped, significance::LEAST_EVIDENCE),
                    ..Findings::default()
                };
            }
            let is_chronic = standing::system_share(&steady.base) >= standing::LEAST_STEADY;
            let (outages, weak) = case.outages(&steady, significance::LEAST_EVIDENCE_CHRONIC);
            if !is_chronic {
                return Findings {
                    outages,
                    weak,
                    ..Findings::default()
                };
            }
            let chronic = Standing {
                certain: judged.certain,
                ..standing::standing(evidence, &counts, span)
            };
            return if chronic.messages < significance::LEAST_MESSAGES {
                Findings {
                    outages,
                    minor: vec![Standing {
                        certain: false,
                        ..chronic
                    }],
                    ..Findings::default()
                }
            } else {
                Findings {
                    outages,
                    chronic: Some(chronic),
                    ..Findings::default()
                }
            };
        }
    }
    let (outages, weak) = case.outages(&capped, significance::LEAST_EVIDENCE);
    Findings {
        outages,
        weak,
        ..Findings::default()
    }
}

/// What is said of a destination that never worked; `None` when it is to be looked at like any other.
fn never_worked_findings(
    evidence: &Evidence,
    counts: &counts::Counts,
    span: (Timestamp, Timestamp),
    prior: Prior,
) -> Option<Findings> {
    let standing = |certain| Standing {
        certain,
        ..standing::standing(evidence, counts, span)
    };
    let is_little = counts::failures(counts) < significance::LEAST_FAILURES;
    match standing::judge_never_worked(evidence, counts, span, prior) {
        NeverWorked::Unreachable { certain } => Some(Findings {
            unreachable: Some(standing(certain)),
            ..Findings::default()
        }),
        NeverWorked::Outage if !is_little => None,
        NeverWorked::OneRecipient | NeverWorked::Outage => Some(Findings {
            minor: vec![standing(false)],
            ..Findings::default()
        }),
    }
}

/// From the one moment to the other, in milliseconds.
fn millis(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millis().saturating_sub(from.as_millis())
}
