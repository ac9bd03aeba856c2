//! The captured Libero incident by its bounces: beside the log, in place of a part of it, and alone.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use std::collections::BTreeMap;
use std::io::Read;

use chrono::{DateTime, FixedOffset};
use common::{input, read, rome, survey_parts, testdata};
use mailgap_core::fate::Ledger;
use mailgap_core::outage::{Boundary, Findings, Kind, find};
use mailgap_core::survey::{Options, survey};
use mailgap_core::time::Timestamp;

const LOG: &str = "incidents/libero/mail-iso.log.gz";
const BOUNCES: &str = "incidents/libero/bounces.mbox.xz";

/// Attempts, bounces read, findings by destination, and fates.
type Found = (u64, u64, BTreeMap<String, Findings>, Ledger);

fn found_in(parts: &[(&str, &[u8])]) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, bytes): &(&str, &[u8])| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        input(&path)
    };
    let inputs: Vec<_> = parts.iter().map(write).collect();
    let options = Options {
        jobs: 2,
        block_bytes: Some(1 << 20),
        ..rome()
    };
    let survey = survey(&inputs, &options, &());
    let span = survey.coverage.span.unwrap();
    let mut attempts = 0;
    let mut findings = BTreeMap::new();
    for destination in survey.destinations {
        let domain = destination.domain().to_string();
        let evidence = destination.evidence();
        let counts = evidence.buckets.iter().flat_map(|bucket| bucket.counts);
        attempts += counts.map(u64::from).sum::<u64>();
        findings.insert(domain, find(&evidence, span));
    }
    (
        attempts,
        survey.coverage.bounces.reports,
        findings,
        survey.fates,
    )
}

fn bounces() -> Vec<u8> {
    let file = std::fs::read(testdata(BOUNCES)).unwrap();
    let mut plain = Vec::new();
    lzma_rust2::XzReader::new(&file[..], true)
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

fn rome_time(text: &str) -> Timestamp {
    let time: DateTime<FixedOffset> =
        DateTime::parse_from_rfc3339(&format!("2023-01-{text}:00+01:00")).unwrap();
    Timestamp::from(time.to_utc())
}

#[test]
fn a_bounce_that_repeats_a_logged_failure_counts_once_and_changes_nothing() {
    let (log, bounces) = (read(LOG), bounces());
    let alone = found_in(&[("log", &log)]);
    let joined = found_in(&[("log", &log), ("mail", &bounces)]);
    assert_eq!((joined.1, alone.1), (1242, 0));
    assert_eq!((joined.0, &joined.2), (alone.0, &alone.2));
    assert!(!alone.3.is_empty() && joined.3 == alone.3);

    // Without queue ids: by the recipient and the day.
    let text = String::from_utf8_lossy(&bounces);
    let nameless = text
        .replace("X-Postfix-Queue-ID", "X-Other")
        .replace(" id ", " as ");
    let joined = found_in(&[("log", &log), ("mail", nameless.as_bytes())]);
    assert_eq!((joined.0, &joined.2), (alone.0, &alone.2));
    assert!(joined.3 == alone.3);
}

#[test]
fn bounces_tell_what_a_log_lacks() {
    let log = read(LOG);
    let holed: Vec<&[u8]> = log
        .split_inclusive(|&byte| byte == b'\n')
        .filter(|line| !contains(line, b"status=bounced"))
        .collect();
    let holed = holed.concat();
    let windows = |(_, _, findings, _): &Found| -> Vec<Kind> {
        let outage = &findings["libero.it"].outages[0];
        outage.windows.iter().map(|window| window.kind).collect()
    };
    let whole = found_in(&[("log", &log)]);
    let without = found_in(&[("log", &holed)]);
    let joined = found_in(&[("log", &holed), ("mail", &bounces())]);
    assert!(without.0 < whole.0);
    assert!(!windows(&without).contains(&Kind::RecipientRejected));
    assert_eq!(windows(&joined), windows(&whole));
    // Not all: some senders want no bounces.
    assert!(joined.0 > without.0 && joined.0 <= whole.0);
}

fn contains(line: &[u8], words: &[u8]) -> bool {
    line.windows(words.len()).any(|part| part == words)
}

#[test]
fn bounces_alone_show_the_outages_and_no_others() {
    let (attempts, reports, findings, _) = found_in(&[("mail", &bounces())]);
    assert_eq!(reports, 1242);
    assert!(attempts > 1000);
    let with_outages: Vec<&str> = findings
        .iter()
        .filter(|(_, findings)| !findings.outages.is_empty())
        .map(|(domain, _)| domain.as_str())
        .collect();
    assert_eq!(
        with_outages,
        ["blu.it", "inwind.it", "iol.it", "libero.it", "virgilio.it"]
    );
    // The change lies within the interval, give or take half an hour, and the interval says something.
    let holds = |boundary: Boundary, scripted: &str| {
        let scripted = rome_time(scripted);
        let hours = |from: Timestamp, to: Timestamp| to.seconds_since(from) / 3600.0;
        assert!(hours(boundary.earliest, scripted) > -0.5, "{boundary:?}");
        assert!(hours(scripted, boundary.latest) > -0.5, "{boundary:?}");
        assert!(
            hours(boundary.earliest, boundary.latest) < 5.0,
            "{boundary:?}"
        );
    };
    for domain in ["libero.it", "virgilio.it"] {
        let outages = &findings[domain].outages;
        assert_eq!(outages.len(), 1, "{domain}");
        let outage = &outages[0];
        assert_eq!(outage.windows[0].kind, Kind::NoConnection);
        assert_eq!(outage.windows[1].kind, Kind::RecipientRejected);
        // Arrival-Date tells the start; the first word of a delay comes four hours later.
        holds(outage.start, "23T16:00");
        holds(outage.windows[1].start, "25T20:00");
        // The 452 that followed hardly ever made a bounce.
        holds(outage.windows[1].end.unwrap(), "26T13:00");
        for window in &outage.windows {
            assert_eq!(
                window.attempts, window.failures,
                "what was accepted is not known"
            );
        }
    }
    // Never worked, by one kind of failure from first to last.
    assert!(findings["dead.example"].unreachable.is_some());
    assert!(findings["nxdomain.example"].unreachable.is_some());
    assert!(findings["gmail.com"].unreachable.is_none());
}

#[test]
fn jobs_blocks_files_and_their_order_do_not_show() {
    let mailbox = read("dsn/captured.mbox.gz");
    let log = b"2023-01-25T20:01:01+01:00 mta1 postfix/smtp[1]: 4P1Xr72xkCz9vwX: to=<a@libero.it>, relay=none, delay=1, \
                dsn=4.4.1, status=deferred (connect to smtp-in.libero.it[127.10.1.1]:25: Connection refused)\n";
    let reference = survey_parts(&[("log", log), ("mail", &mailbox)], &rome());
    assert_eq!(reference.coverage.bounces.events, 97);
    assert!(reference.evidence.len() > 5);
    assert!(reference.fates.len() > 20);
    for jobs in [1, 2, 7] {
        for block in [1, 1000, 1 << 20] {
            let options = Options {
                jobs,
                block_bytes: Some(block),
                ..rome()
            };
            let said = survey_parts(&[("log", log), ("mail", &mailbox)], &options);
            assert_eq!(said, reference, "{jobs} {block}");
        }
    }
    let borders: Vec<usize> = memchr::memmem::find_iter(&mailbox, b"\nFrom ")
        .map(|at| at + 1)
        .collect();
    assert_eq!(borders.len(), 39);
    for &border in borders.iter().step_by(5) {
        let (a, b) = mailbox.split_at(border);
        for parts in [
            [("a", a), ("b", b), ("log", &log[..])],
            [("b", a), ("a", b), ("0", &log[..])],
            // A copy of a part counts once, whatever file it is in.
            [("a", &mailbox[..]), ("b", b), ("log", &log[..])],
        ] {
            let said = survey_parts(&parts, &rome());
            assert_eq!(said.evidence, reference.evidence, "{border}");
            assert!(said.fates == reference.fates, "{border}");
        }
    }
}
