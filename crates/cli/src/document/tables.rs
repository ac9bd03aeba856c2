//! Tables of the whole log: attempts by hour and what became of them, the most frequent replies,
//! and the destinations with most failures. They are the object `tables` of the JSON.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use mailgap_core::address::Domain;
use mailgap_core::evidence::Class;
use mailgap_core::reply::ReplyCode;
use mailgap_core::tally::{Evidence, Slot};
use mailgap_core::time::Timestamp;
use serde::Serialize;

use super::words::time;

/// The rows that a table of the most frequent replies or of failing destinations has at most.
const MOST: usize = 20;

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// The tables of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tables {
    /// Attempts by hour, in order of time; hours without attempts are left out.
    pub(crate) hours: Vec<HourRow>,
    /// The most frequent replies to attempts that failed, 20 at most.
    pub(crate) replies: Vec<ReplyRow>,
    /// The destinations with most failed attempts, 20 at most.
    pub(crate) domains: Vec<DomainRow>,
}

/// The attempts of one hour, by what the MTA decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct HourRow {
    /// The begin of the hour, which is one of UTC.
    #[serde(serialize_with = "time")]
    pub(crate) hour: Timestamp,
    pub(crate) delivered: u64,
    pub(crate) deferred: u64,
    pub(crate) bounced: u64,
}

/// A reply to attempts that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ReplyRow {
    pub(crate) reply_code: Option<u16>,
    pub(crate) enhanced_status: Option<String>,
    pub(crate) reason: String,
    pub(crate) attempts: u64,
    /// How many destinations gave this reply.
    pub(crate) domains: u64,
    /// The text of the reply, as the destination wrote it that gave it most often.
    pub(crate) sample: String,
}

/// The attempts to one destination, by what the MTA decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DomainRow {
    pub(crate) domain: String,
    pub(crate) delivered: u64,
    pub(crate) deferred: u64,
    pub(crate) bounced: u64,
}

/// What one destination adds to the tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traffic {
    /// Attempts by hour since 1970.
    hours: BTreeMap<i64, Outcomes>,
    /// For each reply how many attempts it failed, and one text of it.
    replies: BTreeMap<ReplyKey, (u64, Box<[u8]>)>,
}

/// Numbers of attempts that were delivered, deferred and bounced.
type Outcomes = [u64; 3];

/// Reply code, enhanced status code and reason: what makes replies the same.
type ReplyKey = (Option<u16>, Option<String>, &'static str);

impl Traffic {
    /// The attempts of one destination, as the logs show them.
    pub(crate) fn of(evidence: &Evidence) -> Traffic {
        let mut traffic = Traffic::default();
        let ok = Slot::Class(Class::Ok).index();
        for bucket in &evidence.buckets {
            let accepted = bucket.counts.get(ok).copied().unwrap_or_default();
            if accepted > 0 {
                let hour = bucket.minute.div_euclid(60);
                let [delivered, ..] = traffic.hours.entry(hour).or_default();
                *delivered += u64::from(accepted);
            }
        }
        for reply in &evidence.replies {
            let [_, deferred, bounced] = traffic.hours.entry(reply.hour).or_default();
            *deferred += reply.count.saturating_sub(reply.given_up);
            *bounced += reply.given_up;
            let key = (
                reply.reply_code.map(ReplyCode::get),
                reply.enhanced_status.map(|status| status.to_string()),
                reply.reason.as_str(),
            );
            let (attempts, sample) = traffic.replies.entry(key).or_default();
            *attempts += reply.count;
            if sample.is_empty() {
                sample.clone_from(&reply.sample);
            }
        }
        traffic
    }
}

/// The sum over all destinations of one reply.
#[derive(Debug, Default)]
struct ReplySum<'t> {
    attempts: u64,
    domains: u64,
    /// The text of the destination that gave the reply most often, and how often; the first of
    /// equals.
    most_frequent: (u64, &'t [u8]),
}

impl Tables {
    /// Sums what each destination adds.
    pub(crate) fn new(destinations: &[(Domain, Traffic)]) -> Tables {
        let mut hours: BTreeMap<i64, Outcomes> = BTreeMap::new();
        let mut replies: BTreeMap<&ReplyKey, ReplySum<'_>> = BTreeMap::new();
        let mut domains = Vec::new();
        for (domain, traffic) in destinations {
            let mut of_domain = Outcomes::default();
            for (&hour, outcomes) in &traffic.hours {
                add(&mut of_domain, outcomes);
                add(hours.entry(hour).or_default(), outcomes);
            }
            let [delivered, deferred, bounced] = of_domain;
            if deferred + bounced > 0 {
                domains.push(DomainRow {
                    domain: domain.to_string(),
                    delivered,
                    deferred,
                    bounced,
                });
            }
            for (key, (attempts, sample)) in &traffic.replies {
                let sum = replies.entry(key).or_default();
                sum.attempts += attempts;
                sum.domains += 1;
                if *attempts > sum.most_frequent.0 {
                    sum.most_frequent = (*attempts, sample);
                }
            }
        }
        let hours = hours
            .into_iter()
            .map(|(hour, [delivered, deferred, bounced])| HourRow {
                hour: Timestamp::from_millis(hour.saturating_mul(MILLIS_PER_HOUR)),
                delivered,
                deferred,
                bounced,
            });
        domains.sort_by(|a, b| {
            let failed = |row: &DomainRow| Reverse(row.deferred + row.bounced);
            (failed(a), &a.domain).cmp(&(failed(b), &b.domain))
        });
        domains.truncate(MOST);
        let mut replies: Vec<_> = replies.into_iter().collect();
        // Those with the same number of attempts stay in the order of their keys.
        replies.sort_by_key(|(_, sum)| Reverse(sum.attempts));
        replies.truncate(MOST);
        let replies = replies.into_iter().map(|(key, sum)| {
            let (reply_code, enhanced_status, reason) = key;
            ReplyRow {
                reply_code: *reply_code,
                enhanced_status: enhanced_status.clone(),
                reason: (*reason).to_owned(),
                attempts: sum.attempts,
                domains: sum.domains,
                sample: String::from_utf8_lossy(sum.most_frequent.1).into_owned(),
            }
        });
        Tables {
            hours: hours.collect(),
            replies: replies.collect(),
            domains,
        }
    }
}

fn add(sums: &mut Outcomes, outcomes: &Outcomes) {
    for (sum, count) in sums.iter_mut().zip(outcomes) {
        *sum += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(hours: &[(i64, [u64; 3])], replies: &[(u16, &str, u64, &str)]) -> Traffic {
        let replies = replies.iter().map(|&(code, status, attempts, text)| {
            let status = (!status.is_empty()).then(|| status.to_owned());
            let answer = ((code > 0).then_some(code), status, "MailboxFull");
            (answer, (attempts, text.as_bytes().into()))
        });
        Traffic {
            hours: hours.iter().copied().collect(),
            replies: replies.collect(),
        }
    }

    #[test]
    fn destinations_add_up() {
        let all = [
            (
                Domain::new(b"a.example"),
                traffic(
                    &[(10, [5, 1, 0]), (11, [0, 2, 2])],
                    &[(452, "4.2.2", 3, "452 full"), (0, "", 2, "timed out")],
                ),
            ),
            (
                Domain::new(b"b.example"),
                traffic(&[(11, [1, 4, 0])], &[(452, "4.2.2", 4, "452 is full")]),
            ),
            (Domain::new(b"c.example"), traffic(&[(9, [7, 0, 0])], &[])),
        ];
        let tables = Tables::new(&all);
        let hours: Vec<_> = tables
            .hours
            .iter()
            .map(|row| {
                let hour = row.hour.as_millis() / MILLIS_PER_HOUR;
                (hour, row.delivered, row.deferred, row.bounced)
            })
            .collect();
        assert_eq!(hours, [(9, 7, 0, 0), (10, 5, 1, 0), (11, 1, 6, 2)]);
        let domains: Vec<_> = tables
            .domains
            .iter()
            .map(|row| row.domain.as_str())
            .collect();
        assert_eq!(domains, ["a.example", "b.example"]);
        let replies: Vec<_> = tables
            .replies
            .iter()
            .map(|row| {
                (
                    row.reply_code,
                    row.attempts,
                    row.domains,
                    row.sample.as_str(),
                )
            })
            .collect();
        assert_eq!(
            replies,
            [(Some(452), 7, 2, "452 is full"), (None, 2, 1, "timed out")]
        );
    }

    #[test]
    fn lists_are_short() {
        let all: Vec<_> = (0..50_u16)
            .map(|n| {
                let name = format!("d{n:02}.example");
                let answer = [(400 + n, "", u64::from(n) + 1, "no")];
                let hours = [(0, [0, u64::from(n) + 1, 0])];
                (Domain::new(name.as_bytes()), traffic(&hours, &answer))
            })
            .collect();
        let tables = Tables::new(&all);
        assert_eq!((tables.replies.len(), tables.domains.len()), (MOST, MOST));
        assert_eq!(tables.domains[0].domain, "d49.example");
        assert_eq!(tables.replies[0].reply_code, Some(449));
        assert_eq!(Tables::new(&[]), Tables::default());
    }
}
