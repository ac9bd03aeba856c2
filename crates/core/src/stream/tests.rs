//! What a watcher says of made-up logs, in and out of order.

use std::collections::BTreeMap;

use crate::envelope::Scratch;
use crate::event::{Delivery, Line};
use crate::line::LineParser;
use crate::outage::{Findings, Kind, find};
use crate::reason::Classifier;
use crate::stamp::StampContext;
use crate::tally::{Destination, Tally};
use crate::time::Timestamp;

use super::{Record, Watcher};

/// 2023-01-19T00:00Z, in seconds.
const START: i64 = 1_674_086_400;
const HOUR: i64 = 3600;

const TAKEN: &str =
    "relay=mx.TO[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)";
const DOWN: &str = "relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, \
    status=deferred (connect to mx.TO[192.0.2.1]:25: Connection timed out)";
const FULL: &str = "relay=mx.TO[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=4.2.2, \
    status=deferred (host mx.TO[192.0.2.1] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))";
const UNKNOWN: &str = "relay=mx.TO[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, \
    status=bounced (host mx.TO[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))";

/// A line, and the second at which it was written.
type Written = (i64, String);

fn line(host: &str, second: i64, recipient: u64, domain: &str, said: &str) -> Written {
    let time = Timestamp::from_seconds(second);
    let said = said.replace("TO", domain);
    let text = format!(
        "{time} {host} postfix/smtp[1]: A{recipient:09X}: to=<u{recipient}@{domain}>, {said}"
    );
    (second, text)
}

/// Numbers from 0 to 1 (xorshift64*).
fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let bits = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40;
        bits as f64 / f64::from(1 << 24)
    }
}

/// Six days of two destinations, one of them without connection for some hours and then with full mailboxes.
fn lines(seed: u64, per_hour: f64) -> Vec<Written> {
    let mut random = random(seed);
    let down = 60 + i64::try_from(seed % 24).unwrap();
    let (mut lines, mut second, mut recipient) = (Vec::new(), 0.0, 0);
    while second < 6.0 * 24.0 * HOUR as f64 {
        second -= (1.0 - random()).ln() * HOUR as f64 / per_hour;
        #[expect(clippy::cast_possible_truncation, reason = "six days")]
        let offset = second as i64;
        recipient += 1;
        let domain = if random() < 0.7 {
            "down.example"
        } else {
            "fine.example"
        };
        // Some recipients are tried again and again.
        let who = if random() < 0.2 {
            recipient % 7
        } else {
            recipient
        };
        let hour = offset / HOUR - down;
        let said = match (domain, hour) {
            ("down.example", 0..8) => DOWN,
            ("down.example", 8..16) => FULL,
            _ if random() < 0.03 => UNKNOWN,
            _ => TAKEN,
        };
        lines.push(line("mx1", START + offset, who, domain, said));
    }
    lines
}

fn events(lines: &[Written], mut each: impl FnMut(&Delivery<'_>)) {
    let context = StampContext {
        zone: chrono_tz::UTC,
        year: None,
        reference: Timestamp::default(),
    };
    let (mut parser, mut scratch) = (LineParser::new(context), Scratch::default());
    for (_, text) in lines {
        let Line::Delivery(event) = parser.parse(text.as_bytes(), &mut scratch) else {
            panic!("no delivery: {text}");
        };
        each(&event);
    }
}

fn batch(lines: &[Written]) -> BTreeMap<String, Findings> {
    let (mut tally, classifier) = (Tally::new(), Classifier::default());
    let mut log: Option<(Timestamp, Timestamp)> = None;
    events(lines, |event| {
        tally.add(event, classifier.classify(event));
        let (first, last) = log.unwrap_or((event.time, event.time));
        log = Some((first.min(event.time), last.max(event.time)));
    });
    let found = |to: Destination| {
        let evidence = to.evidence();
        (evidence.domain.to_string(), find(&evidence, log.unwrap()))
    };
    tally.into_destinations().into_iter().map(found).collect()
}

fn watch(watcher: &mut Watcher, lines: &[Written]) -> Vec<Record> {
    let (mut records, classifier) = (Vec::new(), Classifier::default());
    events(lines, |event| {
        records.extend(watcher.add(event, classifier.classify(event)));
    });
    records
}

fn watched(lines: &[Written]) -> (Vec<Record>, BTreeMap<String, Findings>) {
    let mut watcher = Watcher::new();
    let mut records = watch(&mut watcher, lines);
    records.extend(watcher.finish());
    let found = watcher
        .flush()
        .map(|(domain, found)| (domain.to_string(), found));
    (records, found.collect())
}

/// What records say, but for samples: those are of all lines that came.
fn said(records: &[Record]) -> Vec<String> {
    let one = |record: &Record| {
        let outage = record.outage().map(|outage| {
            let kinds: Vec<_> = outage.windows.iter().map(|w| w.kind.as_str()).collect();
            (
                outage.start,
                outage.end,
                outage.attempts,
                outage.failures,
                kinds,
            )
        });
        format!("{} {} {outage:?}", record.time(), record.as_str())
    };
    records.iter().map(one).collect()
}

#[test]
fn an_outage_opens_changes_closes_and_is_final() {
    let mut cases = 0;
    for (seed, per_hour) in [(1, 10.0), (2, 20.0), (3, 60.0), (4, 120.0)] {
        let lines = lines(seed, per_hour);
        let (records, found) = watched(&lines);
        let words: Vec<_> = records.iter().map(Record::as_str).collect();
        assert_eq!(words, ["open", "phase", "close", "final"], "seed {seed}");
        let kinds: Vec<_> = records
            .iter()
            .filter_map(Record::kind)
            .map(Kind::as_str)
            .collect();
        assert_eq!(kinds[..2], ["no_connection", "mailbox_deferred"]);
        let down = 60 + i64::try_from(seed % 24).unwrap();
        for (record, hour) in records.iter().zip([down, down + 8, down + 16]) {
            let delay = record
                .time()
                .seconds_since(Timestamp::from_seconds(START + hour * HOUR));
            assert!(
                (0.0..3600.0 + 150_000.0 / per_hour).contains(&delay),
                "{record:?}"
            );
        }
        let last = records[3].outage().unwrap();
        let batch = &found["down.example"].outages[0];
        assert_eq!((last.start, last.end), (batch.start, batch.end));
        cases += 1;
    }
    assert_eq!(cases, 4);
}

#[test]
fn flush_is_the_batch_and_the_same_is_said_whatever_the_order_within_the_lateness() {
    let mut said_at_all = 0;
    for seed in 1..=8 {
        let lines = lines(
            seed,
            [10.0, 40.0, 200.0][usize::try_from(seed % 3).unwrap()],
        );
        let batch = batch(&lines);
        let (records, found) = watched(&lines);
        assert_eq!(found, batch, "seed {seed}");
        said_at_all += records.len();
        let mut random = random(seed + 100);
        let mut late: Vec<(f64, &Written)> = lines
            .iter()
            .map(|line| (line.0 as f64 + 240.0 * random(), line))
            .collect();
        late.sort_by(|a, b| a.0.total_cmp(&b.0));
        let disordered: Vec<Written> = late.into_iter().map(|(_, line)| line.clone()).collect();
        assert_ne!(disordered, lines);
        let (again, found) = watched(&disordered);
        assert_eq!(found, batch, "seed {seed}");
        assert_eq!(said(&again), said(&records), "seed {seed}");
    }
    assert!(said_at_all >= 8 * 4, "{said_at_all}");
}

#[test]
fn events_that_come_hours_late_revise_what_was_said() {
    let mut cases = 0;
    for seed in 1..=4 {
        let all = lines(seed, 40.0);
        let down = START + (60 + i64::try_from(seed % 24).unwrap()) * HOUR;
        let missing = |&(second, _): &Written| (down..down + 16 * HOUR).contains(&second);
        // The lines of the outage come six hours after its end.
        let (late, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(missing);
        let back = rest.partition_point(|line| line.0 < down + 22 * HOUR);
        let all = [&rest[..back], &late, &rest[back..]].concat();
        let (records, found) = watched(&all);
        assert_eq!(found, batch(&all));
        let first = records.first().unwrap();
        assert!(
            matches!(
                first,
                Record::Revised {
                    said: None,
                    outage: Some(_),
                    ..
                }
            ),
            "{first:?}"
        );
        assert_eq!(records.len(), 2, "{:?}", said(&records));
        assert_eq!(records[1].as_str(), "final");
        cases += 1;
    }
    assert_eq!(cases, 4);
}

#[test]
fn an_outage_that_late_lines_show_to_be_none_is_withdrawn() {
    let mut lines: Vec<Written> = (0..48 * 6)
        .map(|n| line("mx1", START + n * 600, n.unsigned_abs(), "a.example", TAKEN))
        .collect();
    let end = START + 48 * HOUR;
    let failed: Vec<Written> = (0..8)
        .map(|n| {
            line(
                "mx1",
                end + n * 300,
                1000 + n.unsigned_abs(),
                "a.example",
                DOWN,
            )
        })
        .collect();
    lines.extend(failed);
    let mut watcher = Watcher::new();
    let mut records = watch(&mut watcher, &lines);
    records.extend(watcher.advance(Timestamp::from_seconds(end + HOUR)));
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(records[0].as_str(), "open");
    let taken: Vec<Written> = (0..1200)
        .map(|n| {
            line(
                "mx2",
                end + n * 2,
                2000 + n.unsigned_abs(),
                "a.example",
                TAKEN,
            )
        })
        .collect();
    records = watch(&mut watcher, &taken);
    records.extend(watcher.advance(Timestamp::from_seconds(end + 2 * HOUR)));
    assert_eq!(records.len(), 1, "{records:?}");
    assert!(
        matches!(
            &records[0],
            Record::Revised {
                said: Some(_),
                outage: None,
                ..
            }
        ),
        "{records:?}"
    );
}

#[test]
fn minutes_close_when_time_passes_in_silence() {
    let lines: Vec<Written> = (0..12)
        .map(|n| line("mx1", START + n * 60, n.unsigned_abs(), "a.example", DOWN))
        .collect();
    let taken = |n: i64| {
        line(
            "mx1",
            START - n * 60,
            99 + n.unsigned_abs(),
            "a.example",
            TAKEN,
        )
    };
    let taken: Vec<Written> = (1..60).rev().map(taken).collect();
    let mut watcher = Watcher::new();
    assert!(watch(&mut watcher, &taken).is_empty());
    assert!(watch(&mut watcher, &lines[..4]).is_empty());
    let after = |minutes: i64| Timestamp::from_seconds(START + minutes * 60);
    assert!(watcher.advance(after(5)).is_empty());
    let records = watcher.advance(after(9));
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(records[0].time(), after(4)); // after an hour of accepted mail four failures are enough
}

#[test]
fn what_never_failed_is_not_watched_and_what_is_forgotten_is_gone() {
    let lines = lines(5, 40.0);
    let fine: Vec<Written> = lines
        .iter()
        .filter(|line| line.1.contains("sent"))
        .cloned()
        .collect();
    let mut watcher = Watcher::new();
    assert!(watch(&mut watcher, &fine).is_empty());
    assert!(watcher.watched.is_empty());

    let mut watcher = Watcher::new();
    watch(&mut watcher, &lines);
    let from = START + 5 * 24 * HOUR;
    watcher.forget_before(Timestamp::from_seconds(from));
    let later: Vec<Written> = lines
        .iter()
        .filter(|line| line.0 >= from)
        .cloned()
        .collect();
    let mut alone = Watcher::new();
    watch(&mut alone, &later);
    let buckets = |watcher: &Watcher| {
        let evidence = watcher
            .evidence(&crate::address::Domain::new(b"fine.example"))
            .unwrap();
        evidence
            .buckets
            .iter()
            .map(|b| (b.minute, b.counts.iter().sum()))
            .collect::<Vec<(i64, u32)>>()
    };
    assert!(buckets(&watcher).len() > 100);
    assert_eq!(buckets(&watcher), buckets(&alone));
}

#[test]
fn who_takes_mail_minutes_later_is_not_known_before() {
    let end = START + 48 * HOUR;
    let to = "a.example";
    let mut all: Vec<Written> = (0..48 * 6)
        .map(|n| line("mx1", START + n * 600, n.unsigned_abs(), to, TAKEN))
        .collect();
    // A recipient is refused twice: the second time is news only if it is known to take mail.
    all.insert(
        all.len() - 30,
        line("mx1", end - 5 * HOUR - 30, 9999, to, FULL),
    );
    all.extend((0..20).map(|n| line("mx1", end + n * 60, 1000 + n.unsigned_abs(), to, DOWN)));
    all.push(line("mx1", end + 90, 9999, to, FULL));
    all.sort();
    let late = |by: i64| {
        let taken = line("mx1", end + 8 * 60, 9999, to, TAKEN);
        let mut lines = all.clone();
        let place = lines.partition_point(|line| line.0 <= taken.0 + by);
        lines.insert(place, taken);
        lines
    };
    let records = |lines: &[Written]| said(&watch(&mut Watcher::new(), lines));
    let (in_order, disordered) = (records(&late(0)), records(&late(240)));
    assert_eq!(in_order.len(), 1, "{in_order:?}");
    assert_eq!(in_order, disordered);
}
