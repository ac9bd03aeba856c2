#![expect(
    clippy::float_cmp,
    reason = "binary fractions, or rounded as the document has them"
)]

use std::fmt::Write;

use chrono_tz::Tz;
use mailgap_core::address::Domain;
use mailgap_core::analysis::{LastAttempt, Length};
use mailgap_core::outage::{self, Boundary, Kind, OutageType};
use mailgap_core::reason::Reason;
use mailgap_core::source::Input;
use mailgap_core::survey::{Options, survey};

use super::*;
use crate::document::Outage;
use crate::testing::{libero, policy, window};
use crate::words::parse_time;

/// No part of availability.
const NO_LENGTH: Length = Length {
    least_s: 0.0,
    most_s: None,
};

const ZONE: Tz = Tz::Europe__Rome;

fn at(text: &str) -> Timestamp {
    parse_time::instant(text, ZONE).unwrap()
}

fn sharp(text: &str) -> Boundary {
    around(text, text, text)
}

fn around(earliest: &str, time: &str, latest: &str) -> Boundary {
    Boundary {
        time: at(time),
        earliest: at(earliest),
        latest: at(latest),
    }
}

fn part(kind: Kind, failures: u64, start: Boundary, end: Option<Boundary>) -> outage::Window {
    let reason = Reason::Unspecified;
    window(kind, "x", reason, (start, end), (100, failures), b"")
}

/// An outage of the destination at that place, with these windows.
fn outage(place: usize, domain: &str, kind: OutageType, windows: Vec<outage::Window>) -> Outage {
    let (first, last) = (&windows[0], &windows[windows.len() - 1]);
    let outage = outage::Outage {
        domain: Domain::new(domain.as_bytes()),
        kind,
        start: first.start,
        end: last.end,
        ongoing: last.end.is_none(),
        silent_end: false,
        windows,
        ..libero()
    };
    let mut outage = Outage::of_figures(&outage, NO_LENGTH, None);
    outage.destination = place;
    outage
}

fn tries(all: &[(usize, u64, u64)]) -> Vec<Tried> {
    let tried = all.iter().map(|&(month, attempts, failures)| Tried {
        month,
        attempts,
        failures,
    });
    tried.collect()
}

/// `name month observed: not taking, partly, slow, policy, own side` in hours, best (least to most).
fn lines(rows: &[Availability]) -> Vec<String> {
    let hours = |it: Estimate| {
        let it = it.map(|seconds| seconds / 3600.0);
        if it.least == it.best && it.best == it.most {
            format!("{}", it.best)
        } else {
            format!("{} ({} to {})", it.best, it.least, it.most)
        }
    };
    let line = |row: &Availability| {
        format!(
            "{} {} {}: {}, {}, {}, {}, {}; {}/{}",
            row.name,
            row.month,
            row.observed_s / 3600.0,
            hours(row.not_taking_s),
            hours(row.partly_s),
            hours(row.slow_s),
            hours(row.policy_s),
            hours(row.own_side_s),
            row.failures,
            row.attempts
        )
    };
    rows.iter().map(line).collect()
}

fn calendar(first: &str, last: &str) -> Calendar {
    Calendar::of((at(first), at(last)), ZONE)
}

#[test]
fn an_outage_over_the_end_of_a_month_is_told_in_both() {
    let outages = [outage(
        0,
        "a.example",
        OutageType::Outage,
        vec![part(
            Kind::NoConnection,
            100,
            around("2023-01-31 20:00", "2023-01-31 21:00", "2023-01-31 22:00"),
            Some(around(
                "2023-01-31 23:30",
                "2023-02-01 02:00",
                "2023-02-01 03:00",
            )),
        )],
    )];
    let tried = [tries(&[(0, 50, 10), (1, 30, 6)])];
    let calendar = calendar("2023-01-30 00:00", "2023-02-03 00:00");
    let rows = of(&outages, &tried, &[], &calendar);
    assert_eq!(
        lines(&rows),
        [
            "a.example 2023-01 48: 3 (1.5 to 4), 0, 0, 0, 0; 10/50",
            "a.example 2023-02 48: 2 (0 to 3), 0, 0, 0, 0; 6/30",
        ]
    );
    let [january, february] = &rows[..] else {
        panic!()
    };
    assert_eq!(january.availability.best, 0.9375);
    assert_eq!(january.availability.least, 0.916_667);
    assert_eq!(january.availability.most, 0.96875);
    assert_eq!(january.share, Some(0.2));
    assert_eq!(february.availability.most, 1.0);
}

#[test]
fn months_in_which_clocks_change_are_counted_by_time_that_passed() {
    let outages = [outage(
        0,
        "a.example",
        OutageType::Outage,
        vec![part(
            Kind::NoConnection,
            100,
            sharp("2023-03-25 12:00"),
            Some(sharp("2023-03-26 12:00")),
        )],
    )];
    let rows = of(
        &outages,
        &[Vec::new()],
        &[],
        &calendar("2023-02-20 00:00", "2023-04-20 00:00"),
    );
    assert_eq!(lines(&rows), ["a.example 2023-03 743: 23, 0, 0, 0, 0; 0/0"]);
    assert_eq!(rows[0].share, None);
}

#[test]
fn each_sort_of_window_has_its_own_time() {
    let starts = [
        sharp("2023-01-10 00:00"),
        around("2023-01-10 09:00", "2023-01-10 10:00", "2023-01-10 11:00"),
        sharp("2023-01-10 20:00"),
        sharp("2023-01-11 00:00"),
        sharp("2023-01-11 06:00"),
    ];
    let refused = outage(
        0,
        "a.example",
        OutageType::Outage,
        vec![
            part(Kind::NoConnection, 100, starts[0], Some(starts[1])),
            // What kind gave way to what other is no doubt about failing.
            part(Kind::RecipientRejected, 50, starts[1], Some(starts[2])),
            part(Kind::MailboxDeferred, 49, starts[2], Some(starts[3])),
            part(Kind::Delayed, 0, starts[3], Some(starts[4])),
        ],
    );
    let by_policy = outage(
        1,
        "b.example",
        OutageType::Policy,
        vec![part(Kind::Policy, 90, starts[0], Some(starts[2]))],
    );
    let own = outage(
        2,
        "c.example",
        OutageType::Sender,
        vec![part(Kind::NoConnection, 100, starts[0], Some(starts[3]))],
    );
    let rows = of(
        &[refused, by_policy, own],
        &[],
        &[],
        &calendar("2023-01-01 00:00", "2023-01-31 00:00"),
    );
    assert_eq!(
        lines(&rows),
        [
            "a.example 2023-01 720: 20, 4, 6, 0, 0; 0/0",
            "b.example 2023-01 720: 0, 0, 0, 20, 0; 0/0",
            "c.example 2023-01 720: 0, 0, 0, 0, 24; 0/0",
        ]
    );
    assert_eq!(rows[1].availability.best, 1.0);
}

#[test]
fn what_is_older_than_the_log_or_goes_on_is_counted_within_the_log() {
    let mut old = outage(
        0,
        "a.example",
        OutageType::Outage,
        vec![part(
            Kind::NoConnection,
            100,
            sharp("2023-01-10 00:00"),
            Some(sharp("2023-01-11 00:00")),
        )],
    );
    old.before_log = true;
    let mut going_on = outage(
        0,
        "a.example",
        OutageType::Outage,
        vec![part(Kind::Deferred, 100, sharp("2023-01-30 00:00"), None)],
    );
    // What the log shows of it ends with its last failed attempt.
    going_on.last_attempt = Some(LastAttempt {
        time: at("2023-02-02 08:00"),
        accepted: true,
        failed: Some(at("2023-02-02 06:00")),
    });
    let calendar = calendar("2023-01-10 00:00", "2023-02-02 12:00");
    let rows = of(&[old, going_on], &[], &[], &calendar);
    assert_eq!(
        lines(&rows),
        [
            "a.example 2023-01 528: 72, 0, 0, 0, 0; 0/0",
            "a.example 2023-02 36: 36 (30 to 36), 0, 0, 0, 0; 0/0",
        ]
    );
    assert_eq!(rows[1].availability.best, 0.0);
    assert_eq!(rows[1].availability.most, 0.166_667);
}

#[test]
fn doubts_that_overlap_count_once() {
    let around = |hour: u32| {
        around(
            &format!("2023-01-10 {:02}:00", hour - 2),
            &format!("2023-01-10 {hour:02}:00"),
            &format!("2023-01-10 {:02}:00", hour + 2),
        )
    };
    let two = [(4, 8), (10, 14)].map(|(start, end)| {
        let windows = vec![part(Kind::Deferred, 100, around(start), Some(around(end)))];
        outage(0, "a.example", OutageType::Outage, windows)
    });
    let rows = of(
        &two,
        &[],
        &[],
        &calendar("2023-01-10 00:00", "2023-01-11 00:00"),
    );
    // At most from 2 to 10 and from 8 to 16; at the least each is a point.
    assert_eq!(
        lines(&rows),
        ["a.example 2023-01 24: 8 (0 to 14), 0, 0, 0, 0; 0/0"]
    );
}

#[test]
fn an_operator_has_the_mean_of_its_destinations() {
    let down = |place, domain: &str, until: &str| {
        let end = Some(sharp(until));
        let windows = vec![part(
            Kind::NoConnection,
            100,
            sharp("2023-01-10 00:00"),
            end,
        )];
        outage(place, domain, OutageType::Outage, windows)
    };
    let outages = [
        down(3, "b.example", "2023-01-11 00:00"),
        down(1, "a.example", "2023-01-10 12:00"),
        down(0, "alone.example", "2023-01-10 01:00"),
    ];
    let tried = [
        tries(&[(0, 7, 1)]),
        tries(&[(0, 100, 60)]),
        tries(&[(0, 300, 3)]),
        tries(&[(0, 10, 5)]),
        tries(&[(1, 10, 5)]), // nothing in January
    ];
    let operators =
        [("alone.example", vec![0]), ("op.example", vec![1, 2, 3, 4])].map(|(name, members)| {
            Operator {
                name: Domain::new(name.as_bytes()),
                members,
            }
        });
    let calendar = calendar("2023-01-01 00:00", "2023-02-10 00:00");
    let rows = of(&outages, &tried, &operators, &calendar);
    assert_eq!(
        lines(&rows),
        [
            "op.example 2023-01 744: 12, 0, 0, 0, 0; 68/410",
            "b.example 2023-01 744: 24, 0, 0, 0, 0; 5/10",
            "a.example 2023-01 744: 12, 0, 0, 0, 0; 60/100",
            "alone.example 2023-01 744: 1, 0, 0, 0, 0; 1/7",
        ]
    );
    assert_eq!((rows[0].scope, rows[0].domains), ("operator", 3));
    assert_eq!((rows[1].scope, rows[1].domains), ("domain", 1));
}

#[test]
fn attempts_belong_to_the_month_of_their_minute() {
    let mut log = String::new();
    for (time, status, id) in [
        ("2023-01-31T23:59:59+01:00", "deferred", "A1B2C3"),
        ("2023-02-01T00:00:00+01:00", "sent", "A1B2C4"),
        ("2023-02-01T00:00:00+01:00", "deferred", "A1B2C5"),
    ] {
        writeln!(
            log,
            "{time} mx1 postfix/smtp[7]: {id}: to=<u{id}@a.example>, relay=mx.a.example[192.0.2.1]:25, delay=1, \
             delays=0/0/0/1, dsn=4.0.0, status={status} (451 4.3.0 try later)"
        )
        .unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    std::fs::write(&path, log).unwrap();
    let input = Input::file(&path, at("2023-02-01 12:00")).unwrap();
    let survey = survey(&[input], &Options::new(ZONE), &());
    let calendar = Calendar::of(survey.coverage.span.unwrap(), ZONE);
    let [destination] = &survey.destinations[..] else {
        panic!()
    };
    let tried = tried(&destination.evidence(), &calendar);
    assert_eq!(tried, tries(&[(0, 1, 1), (1, 2, 1)]));
}

#[test]
fn refusals_by_policy_within_an_outage_are_policy() {
    let mut outage = Outage::of_figures(&policy(), NO_LENGTH, None);
    outage.kind = OutageType::Outage;
    let calendar = calendar("2023-01-21 00:00", "2023-01-31 00:00");
    let rows = of(&[outage], &[], &[], &calendar);
    assert_eq!(rows[0].not_taking_s, Estimate::default());
    assert!(rows[0].policy_s.best > 10.0 * 3600.0);
}
