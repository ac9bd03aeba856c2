//! Compares what operators announced with what the log shows: for how long failures went on after
//! an operator claimed that mail works again.
//!
//! An announcement that names a destination is about that destination's outages. Any other is about
//! every incident that had begun by then and was over for a day at most, except faults of the
//! sender itself, refusals by policy and incidents that were nothing but slow delivery.

use std::fmt::Write;

use mailgap_core::incident::Scope;
use mailgap_core::outage::{Kind, OutageType};
use mailgap_core::time::Timestamp;
use serde::Serialize;

use super::{Estimate, Outage, Report};
use crate::config::announcements::{Announcement, Claim};
use crate::words::numbers::length;
use crate::words::times::Moments;
use mailgap_core::outage::Boundary;

/// Seconds after the end of an outage within which an announcement is still about it.
const SHORTLY_S: f64 = 86_400.0;
/// Seconds; where the end of a failure is known less well than this, its length is called "about".
const ABOUT_S: f64 = 20.0 * 60.0;

/// An announcement, and what the log shows of the outages that it is about.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CheckedAnnouncement {
    #[serde(flatten)]
    pub(crate) announcement: Announcement,
    /// The incidents or outages that it is about, the most important first.
    pub(crate) concerns: Vec<Concern>,
}

/// An incident, or one outage of a destination, that an announcement is about.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Concern {
    /// The id of the incident.
    pub(crate) incident: Option<usize>,
    /// The id of the outage, where the announcement names a destination.
    pub(crate) outage: Option<usize>,
    /// The name of the incident or of the destination.
    pub(crate) name: String,
    /// A heading for people: `libero.it and virgilio.it`.
    #[serde(skip)]
    pub(crate) title: String,
    /// Seconds from the most likely start of the outage to the announcement.
    pub(crate) after_start_s: f64,
    /// The failures that went on after a claim of recovery; empty for any other claim.
    pub(crate) went_on: Vec<OngoingFailure>,
    /// [`Concern::went_on`] as a sentence; of claims of recovery only.
    pub(crate) verdict: Option<String>,
}

/// One sort of failure that went on after an operator claimed that mail works again.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OngoingFailure {
    /// `no_connection`, `dns_failure`, `refused`, `policy` or `delayed`.
    pub(crate) kind: &'static str,
    /// When it ended; `None` where it still went on at the end of the log.
    pub(crate) until: Option<Boundary>,
    /// Seconds from the announcement to the end. Where the log shows no end, they reach at least to
    /// the last failed attempt and at most to the end of the log.
    pub(crate) seconds: Estimate,
    #[serde(skip)]
    words: &'static str,
}

/// The sorts of failures that are told apart: the word of the JSON, and that of the sentence, in
/// its order.
const SORTS: [(&str, &str); 5] = [
    ("no_connection", "failing connections"),
    ("dns_failure", "DNS failures"),
    ("refused", "refusals"),
    ("policy", "refusals by policy"),
    ("delayed", "slow delivery"),
];

/// The index in [`SORTS`] of a window of that kind.
const fn sort(kind: Kind) -> usize {
    match kind {
        Kind::NoConnection => 0,
        Kind::DnsFailure => 1,
        Kind::Deferred
        | Kind::MailboxDeferred
        | Kind::Mixed
        | Kind::RecipientRejected
        | Kind::Rejected => 2,
        Kind::Policy => 3,
        Kind::Delayed => 4,
    }
}

impl Report {
    /// Adds what operators announced, each compared with the outages that it is about.
    pub(crate) fn with_announcements(mut self, announcements: Vec<Announcement>) -> Report {
        let checked = announcements
            .into_iter()
            .map(|announcement| CheckedAnnouncement {
                concerns: self.concerns(&announcement),
                announcement,
            });
        self.announcements = checked.collect();
        self
    }

    fn concerns(&self, announcement: &Announcement) -> Vec<Concern> {
        let last = self.coverage.last.unwrap_or(announcement.time);
        let moments = self.moments();
        if let Some(domain) = &announcement.domain {
            let outages = self.outages.iter();
            let outages = outages.filter(|outage| {
                outage.kind != OutageType::Sender
                    && is_named(&outage.domain, domain)
                    && is_about(outage, announcement.time, last)
            });
            return outages
                .map(|outage| Concern {
                    incident: self
                        .incidents
                        .iter()
                        .find(|incident| incident.outages.contains(&outage.id))
                        .map(|incident| incident.id),
                    outage: Some(outage.id),
                    ..concern(outage, &outage.domain, announcement, last, moments)
                })
                .collect();
        }
        let incidents = self.incidents.iter();
        let incidents = incidents.filter(|incident| {
            incident.scope != Scope::Sender
                && incident.whole.kind == OutageType::Outage
                && !incident.whole.is_slow_only()
                && is_about(&incident.whole, announcement.time, last)
        });
        incidents
            .map(|incident| Concern {
                incident: Some(incident.id),
                title: incident.title(),
                ..concern(&incident.whole, &incident.name, announcement, last, moments)
            })
            .collect()
    }
}

/// True where `named` is that domain, or begins with a dot and is that domain or a parent of it.
fn is_named(domain: &str, named: &str) -> bool {
    let (domain, named) = (domain.to_lowercase(), named.to_lowercase());
    match named.strip_prefix('.') {
        Some(parent) => domain == parent || domain.ends_with(&named),
        None => domain == named,
    }
}

/// True where an announcement at `time` can be about the outage: it had begun, and was not over for
/// more than a day.
fn is_about(outage: &Outage, time: Timestamp, last: Timestamp) -> bool {
    let ends = outage.windows.iter();
    let end = ends
        .map(|window| window.end.map_or(last, |end| end.latest))
        .max();
    let goes_on = outage.windows.iter().any(|window| window.end.is_none());
    outage.start.earliest <= time
        && (goes_on || end.is_some_and(|end| time.seconds_since(end) <= SHORTLY_S))
}

fn concern(
    outage: &Outage,
    name: &str,
    announcement: &Announcement,
    last: Timestamp,
    moments: Moments,
) -> Concern {
    let mut went_on = Vec::new();
    let mut verdict = None;
    if announcement.claim.is_some_and(Claim::is_of_recovery) {
        went_on = what_went_on(outage, announcement.time, last);
        verdict = Some(sentence(announcement, outage, &went_on, moments));
    }
    Concern {
        incident: None,
        outage: None,
        name: name.to_owned(),
        title: name.to_owned(),
        after_start_s: announcement.time.seconds_since(outage.start.time).round(),
        went_on,
        verdict,
    }
}

/// The sorts of failures that may have gone on after `time`, in the order of [`SORTS`].
fn what_went_on(outage: &Outage, time: Timestamp, last: Timestamp) -> Vec<OngoingFailure> {
    let ongoing = |index: usize, (kind, words): (&'static str, &'static str)| {
        let mut windows = outage.windows.iter();
        let window = windows.rfind(|window| sort(window.kind) == index)?;
        let (best, least, most) = match window.end {
            Some(end) => (end.time, end.earliest, end.latest),
            None => (last, outage.last_shown(window.kind == Kind::Delayed), last),
        };
        let seconds = |end: Timestamp| end.seconds_since(time).max(0.0).round();
        let seconds = Estimate {
            best: seconds(best),
            least: seconds(least),
            most: seconds(most),
        };
        (seconds.most > 0.0).then_some(OngoingFailure {
            kind,
            until: window.end,
            seconds,
            words,
        })
    };
    let sorts = SORTS.into_iter().enumerate();
    sorts
        .filter_map(|(index, sort)| ongoing(index, sort))
        .collect()
}

/// `announced as solved 26 Jan 14:40; refusals went on for 1 day 4 h, slow delivery for 3 days`
fn sentence(
    announcement: &Announcement,
    outage: &Outage,
    went_on: &[OngoingFailure],
    moments: Moments,
) -> String {
    let solved = match announcement.claim {
        Some(Claim::PartialRecovery) => "partly solved",
        _ => "solved",
    };
    let mut sentence = format!(
        "announced as {solved} {}; ",
        moments.exact(announcement.time)
    );
    for (index, failure) in went_on.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        let verb = if index == 0 { " went on" } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(
            sentence,
            "{separator}{}{verb} for {}",
            failure.words,
            failure.length(outage.silent_end)
        );
    }
    if went_on.is_empty() {
        sentence.push_str("it was over by then");
        let mut ends = outage
            .windows
            .iter()
            .filter_map(|window| window.end.as_ref());
        if let Some(end) = ends.next_back() {
            let _ = write!(sentence, " ({})", moments.cell(end));
        }
    }
    sentence
}

impl OngoingFailure {
    /// For how long it went on: `about 2 h 45 min`. `silent_end` is that of the outage.
    fn length(&self, silent_end: bool) -> String {
        let Estimate { best, least, most } = self.seconds;
        if self.until.is_none() {
            format!("at least {}, to the end of the log", length(least))
        } else if silent_end && least > 0.0 {
            format!("at least {}, nothing was sent after that", length(least))
        } else if best <= 0.0 {
            format!("up to {}, if at all", length(most))
        } else if most - least > ABOUT_S {
            format!("about {}", length(best))
        } else {
            length(best)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{full_report, rome};

    fn announced(
        time: &str,
        claim: impl Into<Option<Claim>>,
        domain: Option<&str>,
    ) -> Announcement {
        Announcement {
            time: rome(time),
            source: "press".to_owned(),
            text: "It works".to_owned(),
            claim: claim.into(),
            domain: domain.map(str::to_owned),
        }
    }

    fn verdicts(announcement: Announcement) -> Vec<String> {
        let report = full_report().with_announcements(vec![announcement]);
        let [checked] = &report.announcements[..] else {
            panic!("one announcement")
        };
        let concerns = checked.concerns.iter();
        concerns
            .map(|it| format!("{}: {}", it.name, it.verdict.as_deref().unwrap_or("-")))
            .collect()
    }

    #[test]
    fn after_a_claim_of_recovery_it_is_said_what_went_on() {
        use Claim::{PartialRecovery, Problem, Recovery};
        let cases: [(&str, Claim, Option<&str>, &[&str]); 9] = [
            (
                "25 10:00",
                Recovery,
                None,
                &[
                    "italiaonline.example: announced as solved 25 Jan 10:00; failing connections went on for 10 h 3 min, refusals for 2 days 11 h",
                ],
            ),
            (
                "26 14:40",
                PartialRecovery,
                Some("LIBERO.it"),
                &[
                    "libero.it: announced as partly solved 26 Jan 14:40; refusals went on for 1 day 7 h",
                ],
            ),
            ("26 14:40", Problem, None, &["italiaonline.example: -"]),
            (
                "27 22:00",
                Recovery,
                None,
                &[
                    "italiaonline.example: announced as solved 27 Jan 22:00; it was over by then (27 Jan 21:40)",
                ],
            ),
            ("28 22:00", Recovery, None, &[]),
            ("23 15:00", Recovery, None, &[]),
            (
                "28 22:00",
                Recovery,
                Some("virgilio.it"),
                &[
                    "virgilio.it: announced as solved 28 Jan 22:00; refusals went on for at least 2 days 1 h, to the end of the log",
                ],
            ),
            (
                "24 20:00",
                Recovery,
                Some("strict.example"),
                &[
                    "strict.example: announced as solved 24 Jan 20:00; refusals by policy went on for about 45 min",
                ],
            ),
            ("26 14:40", Recovery, Some("other.example"), &[]),
        ];
        for (time, claim, domain, expected) in cases {
            assert_eq!(
                verdicts(announced(time, claim, domain)),
                expected,
                "{time} {domain:?}"
            );
        }
    }

    #[test]
    fn nothing_is_measured_against_an_announcement_without_a_claim() {
        assert_eq!(
            verdicts(announced("26 14:40", None, None)),
            ["italiaonline.example: -"]
        );
    }

    #[test]
    fn an_end_that_is_not_known_well_is_said_so() {
        let cases = [
            ("24 18:00", "about 2 h 45 min"),
            ("24 22:00", "up to 1 h 10 min, if at all"),
        ];
        for (time, length) in cases {
            let verdicts = verdicts(announced(time, Claim::Recovery, Some(".example")));
            assert!(
                verdicts.iter().any(|it| it.ends_with(length)),
                "{verdicts:?}"
            );
        }
    }
}
