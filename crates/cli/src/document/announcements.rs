//! What the operator said beside what the log shows: after a claim of recovery, for how long did failures go on?
//!
//! A statement concerns the outages of the destination that it names, else every incident that began before it and
//! was not over for more than a day: our own faults, refusals by policy and slow delivery alone are not spoken of.

use std::fmt::Write;

use mailgap_core::incident::Scope;
use mailgap_core::outage::{Kind, OutageType};
use mailgap_core::time::Timestamp;
use serde::Serialize;

use super::words::{Word, time, word};
use super::{Estimate, Outage, Report};
use crate::config::announcements::{Claim, Said};
use crate::words::numbers::length;
use crate::words::times::Moments;
use mailgap_core::outage::Boundary;

/// A statement so long after the end still speaks of it.
const SHORTLY_S: f64 = 86_400.0;
/// An end that is known less well than this is "about".
const ABOUT_S: f64 = 20.0 * 60.0;

/// One statement.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Announcement {
    #[serde(serialize_with = "time")]
    pub(crate) time: Timestamp,
    pub(crate) source: String,
    pub(crate) text: String,
    /// What it claims.
    #[serde(serialize_with = "word")]
    pub(crate) claims: Claim,
    /// The claim is guessed from the text.
    pub(crate) guessed: bool,
    /// As given; `None` speaks of whatever failed then.
    pub(crate) domain: Option<String>,
    /// What it speaks of, the most important first.
    pub(crate) concerns: Vec<Concern>,
}

/// An incident, or one outage of it where a destination is named, that a statement speaks of.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Concern {
    /// Its id.
    pub(crate) incident: Option<usize>,
    /// Where a destination is named.
    pub(crate) outage: Option<usize>,
    /// Of the incident or of the destination.
    pub(crate) name: String,
    /// For people: `libero.it and virgilio.it`.
    #[serde(skip)]
    pub(crate) title: String,
    /// Seconds from the best guess of the beginning to the statement.
    pub(crate) after_start_s: f64,
    /// What went on after it; of claims of recovery only.
    pub(crate) went_on: Vec<WentOn>,
    /// The same in words; of claims of recovery only.
    pub(crate) verdict: Option<String>,
}

/// One sort of failure that went on.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WentOn {
    /// `no_connection`, `dns_failure`, `refused`, `policy`, `delayed`.
    pub(crate) kind: &'static str,
    /// `None` when it still did at the end of the log.
    pub(crate) until: Option<Boundary>,
    /// Seconds from the statement on; of what has no end in the log, at the least to its last failed attempt and at the
    /// most to the end of the log.
    pub(crate) seconds: Estimate,
    #[serde(skip)]
    words: &'static str,
}

impl Word for Claim {
    fn as_word(&self) -> &'static str {
        self.as_str()
    }
}

/// What a reader calls a kind, and the order of telling.
const SORTS: [(&str, &str); 5] = [
    ("no_connection", "failing connections"),
    ("dns_failure", "DNS failures"),
    ("refused", "refusals"),
    ("policy", "refusals by policy"),
    ("delayed", "slow delivery"),
];

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
    /// Lays what was said beside what was found.
    pub(crate) fn with_announcements(mut self, said: Vec<Said>) -> Report {
        let announcements = said.into_iter().map(|said| Announcement {
            concerns: self.concerns(&said),
            time: said.time,
            source: said.source,
            text: said.text,
            claims: said.claim,
            guessed: said.guessed,
            domain: said.domain,
        });
        self.announcements = announcements.collect();
        self
    }

    fn concerns(&self, said: &Said) -> Vec<Concern> {
        let last = self.coverage.last.unwrap_or(said.time);
        let moments = self.moments();
        if let Some(domain) = &said.domain {
            let outages = self.outages.iter();
            let outages = outages.filter(|outage| {
                outage.kind != OutageType::Sender
                    && is_named(&outage.domain, domain)
                    && is_spoken_of(outage, said.time, last)
            });
            return outages
                .map(|outage| Concern {
                    incident: self
                        .incidents
                        .iter()
                        .find(|incident| incident.outages.contains(&outage.id))
                        .map(|incident| incident.id),
                    outage: Some(outage.id),
                    ..concern(outage, &outage.domain, said, last, moments)
                })
                .collect();
        }
        let incidents = self.incidents.iter();
        let incidents = incidents.filter(|incident| {
            incident.scope != Scope::Sender
                && incident.whole.kind == OutageType::Outage
                && !incident.whole.is_slow_only()
                && is_spoken_of(&incident.whole, said.time, last)
        });
        incidents
            .map(|incident| Concern {
                incident: Some(incident.id),
                title: incident.title(),
                ..concern(&incident.whole, &incident.name, said, last, moments)
            })
            .collect()
    }
}

/// A leading dot takes subdomains along.
fn is_named(domain: &str, named: &str) -> bool {
    let (domain, named) = (domain.to_lowercase(), named.to_lowercase());
    match named.strip_prefix('.') {
        Some(parent) => domain == parent || domain.ends_with(&named),
        None => domain == named,
    }
}

fn is_spoken_of(outage: &Outage, time: Timestamp, last: Timestamp) -> bool {
    let ends = outage.windows.iter();
    let end = ends
        .map(|window| window.end.map_or(last, |end| end.latest))
        .max();
    let goes_on = outage.windows.iter().any(|window| window.end.is_none());
    outage.start.earliest <= time
        && (goes_on || end.is_some_and(|end| time.seconds_since(end) <= SHORTLY_S))
}

fn concern(outage: &Outage, name: &str, said: &Said, last: Timestamp, moments: Moments) -> Concern {
    let mut went_on = Vec::new();
    let mut verdict = None;
    if said.claim.is_of_recovery() {
        went_on = what_went_on(outage, said.time, last);
        verdict = Some(sentence(said, outage, &went_on, moments));
    }
    Concern {
        incident: None,
        outage: None,
        name: name.to_owned(),
        title: name.to_owned(),
        after_start_s: said.time.seconds_since(outage.start.time).round(),
        went_on,
        verdict,
    }
}

/// By sort, what had not surely ended at that time.
fn what_went_on(outage: &Outage, time: Timestamp, last: Timestamp) -> Vec<WentOn> {
    let of = |place: usize, (kind, words): (&'static str, &'static str)| {
        let mut windows = outage.windows.iter();
        let window = windows.rfind(|window| sort(window.kind) == place)?;
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
        (seconds.most > 0.0).then_some(WentOn {
            kind,
            until: window.end,
            seconds,
            words,
        })
    };
    let all = SORTS.into_iter().enumerate();
    all.filter_map(|(place, sort)| of(place, sort)).collect()
}

/// `announced as solved 26 Jan 14:40; refusals went on for 1 day 4 h, slow delivery for 2 days 21 h`
fn sentence(said: &Said, outage: &Outage, went_on: &[WentOn], moments: Moments) -> String {
    let solved = match said.claim {
        Claim::PartialRecovery => "partly solved",
        Claim::Recovery | Claim::Problem | Claim::Other => "solved",
    };
    let mut sentence = format!("announced as {solved} {}; ", moments.exact(said.time));
    for (place, it) in went_on.iter().enumerate() {
        let seconds = it.seconds;
        let went = if place == 0 { " went on" } else { "" };
        // Writing to a String cannot fail.
        let _ = match place {
            0 => Ok(()),
            _ => write!(sentence, ", "),
        };
        let _ = if it.until.is_none() {
            let least = length(seconds.least);
            write!(
                sentence,
                "{}{went} for at least {least}, to the end of the log",
                it.words
            )
        } else if outage.silent_end && seconds.least > 0.0 {
            let least = length(seconds.least);
            write!(
                sentence,
                "{}{went} for at least {least}, nothing was sent after that",
                it.words
            )
        } else if seconds.best <= 0.0 {
            write!(
                sentence,
                "{}{went} for up to {}, if at all",
                it.words,
                length(seconds.most)
            )
        } else {
            let about = if seconds.most - seconds.least > ABOUT_S {
                "about "
            } else {
                ""
            };
            write!(
                sentence,
                "{}{went} for {about}{}",
                it.words,
                length(seconds.best)
            )
        };
    }
    if went_on.is_empty() {
        let end = outage
            .windows
            .iter()
            .filter_map(|window| window.end.as_ref())
            .next_back();
        let _ = match end {
            Some(end) => write!(sentence, "it was over by then ({})", moments.cell(end)),
            None => write!(sentence, "it was over by then"),
        };
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{full_report, rome};

    fn said(time: &str, claim: Claim, domain: Option<&str>) -> Said {
        Said {
            time: rome(time),
            source: "press".to_owned(),
            text: "It works".to_owned(),
            claim,
            guessed: false,
            domain: domain.map(str::to_owned),
        }
    }

    fn told(said: Said) -> Vec<String> {
        let report = full_report().with_announcements(vec![said]);
        let [announcement] = &report.announcements[..] else {
            panic!("one announcement")
        };
        let concerns = announcement.concerns.iter();
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
                told(said(time, claim, domain)),
                expected,
                "{time} {domain:?}"
            );
        }
    }

    #[test]
    fn an_end_that_is_not_known_well_is_said_so() {
        let cases = [
            ("24 18:00", "about 2 h 45 min"),
            ("24 22:00", "up to 1 h 10 min, if at all"),
        ];
        for (time, length) in cases {
            let told = told(said(time, Claim::Recovery, Some(".example")));
            assert!(told.iter().any(|it| it.ends_with(length)), "{told:?}");
        }
    }
}
