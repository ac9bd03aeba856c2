//! Tables of the whole log: attempts by hour and what became of them, the commonest replies, the destinations with
//! most failures.
//!
//! Each destination gives a few rows; they are summed by group in `frame.rs`. JSON: `tables`, null when this build
//! cannot make them, or when the format does not show them.

use std::collections::{BTreeMap, HashMap};

use mailgap_core::address::Domain;
use mailgap_core::evidence::Class;
use mailgap_core::reply::ReplyCode;
use mailgap_core::tally::{Evidence, Slot};
use mailgap_core::time::Timestamp;
use serde::Serialize;

use super::words::time;
use crate::tables::columns::{Data, Field, Kind, Table};
use crate::tables::frame;

/// Rows of a list of the commonest: more are no table but a haystack.
const MOST: usize = 20;

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// The tables of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tables {
    /// Attempts by hour, in order of time; hours without any are left out.
    pub(crate) hours: Vec<HourRow>,
    /// The commonest answers to attempts that failed: at most 20.
    pub(crate) replies: Vec<ReplyRow>,
    /// The destinations with most failed attempts: at most 20, none that has no failure.
    pub(crate) domains: Vec<DomainRow>,
}

/// Attempts of one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct HourRow {
    /// Its begin; hours are those of UTC.
    #[serde(serialize_with = "time")]
    pub(crate) hour: Timestamp,
    pub(crate) delivered: u64,
    pub(crate) deferred: u64,
    pub(crate) bounced: u64,
}

/// An answer to attempts that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ReplyRow {
    pub(crate) reply_code: Option<u32>,
    pub(crate) enhanced_status: Option<String>,
    pub(crate) reason: String,
    pub(crate) attempts: u64,
    /// How many destinations gave it.
    pub(crate) domains: u64,
    /// One real text, of the destination that gave it most.
    pub(crate) sample: String,
}

/// Attempts to one destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DomainRow {
    pub(crate) domain: String,
    pub(crate) delivered: u64,
    pub(crate) deferred: u64,
    pub(crate) bounced: u64,
}

/// What one destination has to say in the tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traffic {
    /// Delivered, deferred and bounced by hour since 1970.
    hours: BTreeMap<i64, [u64; 3]>,
    /// Attempts by answer, and a text.
    replies: BTreeMap<Answer, (u64, Box<[u8]>)>,
}

/// Reply code, enhanced status code, reason.
type Answer = (Option<u16>, Option<String>, &'static str);

const HOURS: [Field; 5] = [
    ("domain", Kind::Text),
    ("hour", Kind::Int),
    ("delivered", Kind::Int),
    ("deferred", Kind::Int),
    ("bounced", Kind::Int),
];

const REPLIES: [Field; 5] = [
    ("reply_code", Kind::UInt),
    ("enhanced_status", Kind::Text),
    ("reason", Kind::Text),
    ("attempts", Kind::Int),
    ("domains", Kind::Int),
];

const OUTCOMES: [&str; 3] = ["delivered", "deferred", "bounced"];

impl Traffic {
    /// Of all that the logs say about a destination.
    pub(crate) fn of(evidence: &Evidence) -> Traffic {
        let mut traffic = Traffic::default();
        let ok = Slot::Class(Class::Ok).index();
        for bucket in &evidence.buckets {
            let accepted = bucket.counts.get(ok).copied().unwrap_or_default();
            if accepted > 0 {
                let [delivered, ..] = traffic
                    .hours
                    .entry(bucket.minute.div_euclid(60))
                    .or_default();
                *delivered += u64::from(accepted);
            }
        }
        for reply in &evidence.replies {
            let [_, deferred, bounced] = traffic.hours.entry(reply.hour).or_default();
            *deferred += reply.count.saturating_sub(reply.given_up);
            *bounced += reply.given_up;
            let answer = (
                reply.reply_code.map(ReplyCode::get),
                reply.enhanced_status.map(|status| status.to_string()),
                reply.reason.as_str(),
            );
            let known = traffic.replies.entry(answer).or_default();
            known.0 += reply.count;
            if known.1.is_empty() {
                known.1.clone_from(&reply.sample);
            }
        }
        traffic
    }
}

impl Tables {
    /// Of all destinations; `None` when this build cannot.
    pub(crate) fn new(all: &[(Domain, Traffic)]) -> Option<Tables> {
        if !frame::IS_HERE {
            return None;
        }
        let mut hours = Table::new(&HOURS);
        let mut replies = Table::new(&REPLIES);
        // Of each answer the text of the destination that gave it most; the first one of equals.
        let mut samples: HashMap<Answer, (u64, &[u8])> = HashMap::new();
        for (domain, traffic) in all {
            let name = domain.to_string();
            for (&hour, counts) in &traffic.hours {
                let mut row = hours.row();
                row.text(Some(&name));
                row.int(Some(hour));
                for &count in counts {
                    row.int(i64::try_from(count).ok());
                }
            }
            for (answer, (attempts, sample)) in &traffic.replies {
                let mut row = replies.row();
                row.uint(answer.0.map(u32::from));
                row.text(answer.1.as_deref());
                row.text(Some(answer.2));
                row.int(i64::try_from(*attempts).ok());
                row.int(Some(1));
                let best = samples.entry(answer.clone()).or_default();
                if *attempts > best.0 {
                    *best = (*attempts, sample);
                }
            }
        }
        // Sums over columns of this file's own: nothing can fail.
        Some(Tables {
            hours: by_hour(&hours).unwrap_or_default(),
            replies: by_answer(&replies, &samples).unwrap_or_default(),
            domains: by_domain(&hours).unwrap_or_default(),
        })
    }
}

fn by_hour(rows: &Table) -> Option<Vec<HourRow>> {
    let sums = frame::sums_by(rows, &["hour"], &OUTCOMES).ok()?;
    let mut hours: Vec<(i64, [u64; 3])> = (0..sums.len())
        .filter_map(|row| Some((int(&sums, "hour", row)?, outcomes(&sums, row)?)))
        .collect();
    hours.sort_unstable();
    let rows = hours
        .into_iter()
        .map(|(hour, [delivered, deferred, bounced])| HourRow {
            hour: Timestamp::from_millis(hour.saturating_mul(MILLIS_PER_HOUR)),
            delivered,
            deferred,
            bounced,
        });
    Some(rows.collect())
}

fn by_domain(rows: &Table) -> Option<Vec<DomainRow>> {
    let sums = frame::sums_by(rows, &["domain"], &OUTCOMES).ok()?;
    let mut domains: Vec<DomainRow> = (0..sums.len())
        .filter_map(|row| {
            let [delivered, deferred, bounced] = outcomes(&sums, row)?;
            Some(DomainRow {
                domain: text(&sums, "domain", row)?.to_owned(),
                delivered,
                deferred,
                bounced,
            })
        })
        .filter(|row| row.deferred + row.bounced > 0)
        .collect();
    domains.sort_by(|a, b| {
        let failed = |row: &DomainRow| row.deferred + row.bounced;
        failed(b)
            .cmp(&failed(a))
            .then_with(|| a.domain.cmp(&b.domain))
    });
    domains.truncate(MOST);
    Some(domains)
}

fn by_answer(rows: &Table, samples: &HashMap<Answer, (u64, &[u8])>) -> Option<Vec<ReplyRow>> {
    let by = ["reply_code", "enhanced_status", "reason"];
    let sums = frame::sums_by(rows, &by, &["attempts", "domains"]).ok()?;
    let mut samples: Vec<_> = samples.iter().collect();
    samples.sort_unstable();
    let mut replies: Vec<ReplyRow> = (0..sums.len())
        .filter_map(|row| {
            let reply_code = uint(&sums, "reply_code", row);
            let enhanced_status = text(&sums, "enhanced_status", row);
            let reason = text(&sums, "reason", row)?;
            let key = (reply_code, enhanced_status, reason);
            let found = samples.binary_search_by(|(answer, _)| {
                (answer.0.map(u32::from), answer.1.as_deref(), answer.2).cmp(&key)
            });
            let sample = found.ok().and_then(|place| samples.get(place));
            Some(ReplyRow {
                reply_code,
                enhanced_status: enhanced_status.map(str::to_owned),
                reason: reason.to_owned(),
                attempts: count(&sums, "attempts", row)?,
                domains: count(&sums, "domains", row)?,
                sample: sample.map_or_else(String::new, |(_, (_, text))| {
                    String::from_utf8_lossy(text).into_owned()
                }),
            })
        })
        .collect();
    replies.sort_by(|a, b| {
        let key = |row: &ReplyRow| {
            (
                row.reply_code,
                row.enhanced_status.clone(),
                row.reason.clone(),
            )
        };
        b.attempts
            .cmp(&a.attempts)
            .then_with(|| key(a).cmp(&key(b)))
    });
    replies.truncate(MOST);
    Some(replies)
}

fn outcomes(sums: &Table, row: usize) -> Option<[u64; 3]> {
    let [delivered, deferred, bounced] = OUTCOMES.map(|name| count(sums, name, row));
    Some([delivered?, deferred?, bounced?])
}

fn int(table: &Table, name: &str, row: usize) -> Option<i64> {
    match table.column(name)? {
        Data::Int(values) => *values.get(row)?,
        _ => None,
    }
}

fn count(table: &Table, name: &str, row: usize) -> Option<u64> {
    u64::try_from(int(table, name, row)?).ok()
}

fn uint(table: &Table, name: &str, row: usize) -> Option<u32> {
    match table.column(name)? {
        Data::UInt(values) => *values.get(row)?,
        _ => None,
    }
}

fn text<'t>(table: &'t Table, name: &str, row: usize) -> Option<&'t str> {
    match table.column(name)? {
        Data::Text(texts) => texts.get(row),
        _ => None,
    }
}

#[cfg(all(test, feature = "polars"))]
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
        let tables = Tables::new(&all).unwrap();
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
    fn lists_of_the_commonest_are_short() {
        let all: Vec<_> = (0..50_u16)
            .map(|n| {
                let name = format!("d{n:02}.example");
                let answer = [(400 + n, "", u64::from(n) + 1, "no")];
                let hours = [(0, [0, u64::from(n) + 1, 0])];
                (Domain::new(name.as_bytes()), traffic(&hours, &answer))
            })
            .collect();
        let tables = Tables::new(&all).unwrap();
        assert_eq!((tables.replies.len(), tables.domains.len()), (MOST, MOST));
        assert_eq!(tables.domains[0].domain, "d49.example");
        assert_eq!(tables.replies[0].reply_code, Some(449));
        assert_eq!(Tables::new(&[]), Some(Tables::default()));
    }
}
