//! The captured Libero incident, against what was scripted.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use common::{input, read, rome, testdata};
use mailgap_core::outage::{Boundary, Findings, Kind, OutageType, find};
use mailgap_core::survey::{Options, Survey, survey};
use mailgap_core::time::Timestamp;

/// A log and what was found in it, by destination.
type Found = (Survey, BTreeMap<String, Findings>);

fn found_in(log: &str) -> Found {
    let options = Options {
        jobs: 2,
        block_bytes: Some(1 << 20),
        ..rome()
    };
    let mut survey = survey(&[input(&testdata(log))], &options, &());
    let span = survey.coverage.span.unwrap();
    let findings = std::mem::take(&mut survey.destinations)
        .into_iter()
        .map(|to| (to.domain().to_string(), find(&to.evidence(), span)))
        .collect();
    (survey, findings)
}

static FOUND: LazyLock<[Found; 2]> = LazyLock::new(|| {
    [
        "incidents/libero/mail-iso.log.gz",
        "incidents/libero/mail.log.gz",
    ]
    .map(found_in)
});

/// The script: (domain, kind, start, end).
fn script() -> Vec<(String, String, Timestamp, Timestamp)> {
    let table = String::from_utf8(read("incidents/libero/windows.tsv")).unwrap();
    let time =
        |text: &str| Timestamp::from(chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc());
    let rows: Vec<_> = table
        .lines()
        .skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.split('\t').collect();
            (
                cells[0].into(),
                cells[1].into(),
                time(cells[2]),
                time(cells[3]),
            )
        })
        .collect();
    assert_eq!(rows.len(), 24);
    rows
}

fn near_or_inside(boundary: &Boundary, truth: Timestamp) -> bool {
    let off = boundary.time.seconds_since(truth).abs();
    off <= 15.0 * 60.0 || (boundary.earliest <= truth && truth <= boundary.latest)
}

#[test]
fn every_line_is_understood() {
    for (survey, _) in &*FOUND {
        let coverage = &survey.coverage;
        assert_eq!((coverage.lines.unknown, coverage.lines.malformed), (0, 0));
        assert_eq!(coverage.lines.total(), 86_797);
        assert_eq!(coverage.lines.delivery, 25_817);
        assert_eq!((coverage.messages, coverage.echoes), (5332, 6467));
    }
}

#[test]
fn the_windows_of_the_family_begin_where_the_script_says() {
    let mut cases = 0;
    for (_, found) in &*FOUND {
        for (domain, kind, start, _) in script() {
            // The late recovery shows in delays, not in refusals; dnsflap and the others are no family.
            if kind == "delayed"
                || !["libero.it", "virgilio.it", "inwind.it", "iol.it", "blu.it"]
                    .contains(&&*domain)
            {
                continue;
            }
            let outages = &found[&domain].outages;
            assert_eq!(outages.len(), 1, "{domain}");
            let window = outages[0]
                .windows
                .iter()
                .find(|window| window.kind.as_str() == kind);
            // Three refusals a day are too few to see the 452 in.
            let Some(window) = window else {
                assert_eq!((&*domain, &*kind), ("iol.it", "mailbox_deferred"));
                continue;
            };
            assert!(
                near_or_inside(&window.start, start),
                "{domain} {kind}: {:?}",
                window.start
            );
            cases += 1;
        }
    }
    assert_eq!(cases, 28);
}

#[test]
fn libero_fades_out_in_the_evening_of_27_january() {
    for (_, found) in &*FOUND {
        let outage = &found["libero.it"].outages[0];
        let kinds: Vec<Kind> = outage.windows.iter().map(|window| window.kind).collect();
        assert_eq!(
            kinds,
            [
                Kind::NoConnection,
                Kind::RecipientRejected,
                Kind::MailboxDeferred,
                Kind::Delayed
            ]
        );
        let end = outage.end.unwrap();
        let evening = Timestamp::from_seconds(1_674_838_800); // 27 Jan 18:00 in Rome
        let midnight = Timestamp::from_seconds(1_674_860_400); // when the script lets the last of them in
        assert!(end.latest >= evening && end.earliest <= midnight, "{end:?}");
        assert!(!outage.ongoing && !outage.before_log);
    }
}

#[test]
fn delivery_is_slow_from_28_to_29_january() {
    let mut cases = 0;
    for (_, found) in &*FOUND {
        for (domain, kind, start, end) in script() {
            if kind != "delayed" || !["libero.it", "virgilio.it"].contains(&&*domain) {
                continue;
            }
            let outage = &found[&domain].outages[0];
            let window = outage.windows.last().unwrap();
            assert_eq!(window.kind, Kind::Delayed, "{domain}");
            for (boundary, truth) in [(window.start, start), (window.end.unwrap(), end)] {
                let off = boundary.time.seconds_since(truth).abs() / 3600.0;
                assert!(off < 2.0, "{domain}: {boundary:?}");
                assert!(boundary.earliest.seconds_since(truth) < 600.0, "{domain}");
                assert!(boundary.latest.seconds_since(truth) > -600.0, "{domain}");
            }
            let slow = window.slow.unwrap();
            assert!(slow.median_s > 200.0 && slow.normal_s < 10.0, "{slow:?}");
            assert_eq!(outage.normal_again, window.end);
            cases += 1;
        }
    }
    assert_eq!(cases, 4);
    let elsewhere = FOUND.iter().flat_map(|(_, found)| found.values());
    let outages = elsewhere.flat_map(|found| &found.outages);
    assert_eq!(outages.filter(|outage| outage.is_slow_only()).count(), 0);
}

#[test]
fn hosts_that_never_worked_and_hosts_that_fail_throughout_are_no_outages() {
    for (_, found) in &*FOUND {
        let unreachable: BTreeSet<_> = found
            .iter()
            .filter(|(_, f)| f.unreachable.is_some())
            .map(|(d, _)| &**d)
            .collect();
        for domain in [
            "dead.example",
            "unreach.example",
            "servfail.example",
            "nxdomain.example",
            "nullmx.example",
            "tlsonly.example",
        ] {
            assert!(unreachable.contains(domain), "{domain}");
        }
        for domain in ["drops.example", "badtls.example", "stalls.example"] {
            assert!(found[domain].chronic.is_some(), "{domain}");
            assert!(found[domain].outages.is_empty(), "{domain}");
        }
        let scripted: BTreeSet<String> = script().into_iter().map(|row| row.0).collect();
        let elsewhere: Vec<&String> = found
            .iter()
            .filter(|(domain, f)| {
                !scripted.contains(*domain)
                    && f.outages.iter().any(|o| o.kind == OutageType::Outage)
            })
            .map(|(domain, _)| domain)
            .collect();
        assert!(elsewhere.len() <= 2, "{elsewhere:?}");
    }
}
