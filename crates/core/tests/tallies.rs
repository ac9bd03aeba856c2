//! A report from tallies is the report from the logs.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use std::borrow::Cow;

use common::{input, read, rome};
use mailgap_core::outage::find;
use mailgap_core::source::Input;
use mailgap_core::survey::{Beside, Options, Survey, Tallied, survey, survey_with, tally};
use mailgap_core::tally::{Number, TallyRow, Text};

fn options() -> Options {
    Options {
        jobs: 2,
        fates: None,
        block_bytes: Some(1 << 20),
        ..rome()
    }
}

/// The captured log in five parts, line by line, as if five hosts had sent the mail.
fn parts() -> Vec<Vec<u8>> {
    let log = read("incidents/libero/mail-iso.log.gz");
    let mut parts = vec![Vec::new(); 5];
    for (n, line) in log.split_inclusive(|&byte| byte == b'\n').enumerate() {
        parts[n % 5].extend_from_slice(line);
    }
    parts
}

fn inputs(folder: &std::path::Path, parts: &[Vec<u8>]) -> Vec<Input> {
    let write = |(n, bytes): (usize, &Vec<u8>)| {
        let path = folder.join(format!("{n}.log"));
        std::fs::write(&path, bytes).unwrap();
        input(&path)
    };
    parts.iter().enumerate().map(write).collect()
}

fn owned(row: &TallyRow<'_>) -> TallyRow<'static> {
    let mut owned = TallyRow::new(row.record);
    for column in Text::ALL {
        owned.set_text(
            column,
            row.text(column).map(|text| Cow::Owned(text.to_owned())),
        );
    }
    for column in Number::ALL {
        owned.set_number(column, row.number(column));
    }
    owned
}

/// There and back.
fn sent(mut tallied: Tallied, name: &str) -> Tallied {
    let mut rows = Vec::new();
    tallied.rows(&mut |row| rows.push(owned(row)));
    assert!(rows.len() > 1000);
    let mut read = Tallied::new(name.to_owned());
    for row in rows.iter().rev() {
        read.add_row(row).unwrap();
    }
    let mut again = Vec::new();
    read.rows(&mut |row| again.push(owned(row)));
    assert!(again == rows, "rows come back as they were");
    read
}

fn summed(tallied: Vec<Tallied>, logs: &[Input]) -> Survey {
    let beside = Beside {
        tallied: Box::new(tallied.into_iter()),
        ..Beside::default()
    };
    survey_with(logs, beside, &options(), &())
}

/// Everything that is found rests on the evidence and the span; gives the number of outages.
fn assert_same(expected: &Survey, found: &Survey) -> usize {
    assert_eq!(found.coverage.span, expected.coverage.span);
    assert_eq!(found.coverage.lines, expected.coverage.lines);
    assert_eq!(found.coverage.bytes, expected.coverage.bytes);
    assert_eq!(found.coverage.attempts, expected.coverage.attempts);
    assert_eq!(found.coverage.messages, expected.coverage.messages);
    assert_eq!(found.destinations.len(), expected.destinations.len());
    let span = expected.coverage.span.unwrap();
    let mut outages = 0;
    for (found, expected) in found.destinations.iter().zip(&expected.destinations) {
        let evidence = expected.evidence();
        assert_eq!(found.evidence(), evidence);
        assert!(found.hosts().eq(expected.hosts()));
        outages += find(&evidence, span).outages.len();
    }
    outages
}

#[test]
fn five_tallies_are_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let logs = inputs(folder.path(), &parts());
    let whole = survey(&logs, &options(), &());
    let one = |log: &Input| {
        let tallied = tally(
            std::slice::from_ref(log),
            Beside::default(),
            &options(),
            &(),
        );
        sent(tallied, log.name())
    };
    let tallied: Vec<Tallied> = logs.iter().map(one).collect();
    assert!(assert_same(&whole, &summed(tallied.clone(), &[])) >= 6);
    // The other way round, in two steps, and beside logs.
    let backwards = tallied.iter().rev().cloned().collect();
    assert_same(&whole, &summed(backwards, &[]));
    let beside = Beside {
        tallied: Box::new(tallied[..3].iter().cloned()),
        ..Beside::default()
    };
    let three = tally(&logs[3..4], beside, &options(), &());
    let steps = vec![sent(three, "sum"), tallied[4].clone()];
    let survey = summed(steps, &[]);
    assert_same(&whole, &survey);
    assert_eq!((survey.coverage.tallies, survey.coverage.inputs), (2, 5));
    assert_same(&whole, &summed(tallied[..2].to_vec(), &logs[2..]));
}

#[test]
fn nothing_is_counted_twice() {
    let folder = tempfile::tempdir().unwrap();
    let logs = inputs(folder.path(), &parts()[..3]);
    let whole = survey(&logs, &options(), &());
    let of =
        |logs: &[Input], name: &str| sent(tally(logs, Beside::default(), &options(), &()), name);
    let [sum, first, second] = [
        of(&logs[..2], "sum"),
        of(&logs[..1], "first"),
        of(&logs[1..2], "second"),
    ];
    // A tally twice, its parts beside a sum, and a log beside its tally.
    let found = summed(
        vec![sum.clone(), sum.clone(), first.clone(), second.clone()],
        &logs,
    );
    assert_eq!(found.coverage.duplicates.len(), 5);
    assert_eq!(found.coverage.attempts, whole.coverage.attempts);
    assert_eq!(found.coverage.twice, []);
    for (found, expected) in found.destinations.iter().zip(&whole.destinations) {
        assert_eq!(found.evidence(), expected.evidence());
    }
    // Parts before their sum: what was counted twice is said.
    let found = summed(vec![first, sum], &[]);
    assert_eq!(found.coverage.twice.len(), 1);
    assert_eq!(found.coverage.twice[0].tally, "sum");
}

#[test]
fn two_stretches_of_one_log_are_two_things() {
    let folder = tempfile::tempdir().unwrap();
    let logs = inputs(folder.path(), &parts()[..1]);
    let (first, last) = survey(&logs, &options(), &()).coverage.span.unwrap();
    let middle = Some(first.midpoint(last));
    let of = |since, until| {
        let options = Options {
            since,
            until,
            ..options()
        };
        sent(tally(&logs, Beside::default(), &options, &()), "part")
    };
    let found = summed(vec![of(None, middle), of(middle, None)], &[]);
    assert_eq!(found.coverage.duplicates, []);
    let whole = survey(&logs, &options(), &());
    assert_eq!(found.coverage.attempts, whole.coverage.attempts);
    for (found, expected) in found.destinations.iter().zip(&whole.destinations) {
        assert_eq!(found.evidence(), expected.evidence());
    }
}

/// `Unrouteable address` says of a domain whose mail the same logs deliver themselves that it has no such user, and of
/// any other that it does not exist; whether the log or its tally is read.
#[test]
fn a_domain_that_is_delivered_locally_is_no_destination() {
    let log = "2025-10-29 01:11:00 1vDuiK-00000000027-000H ** gone@own.example: Unrouteable address\n\
               2025-10-29 01:11:30 1vDuiK-00000000028-000H ** a@typo.example: Unrouteable address\n\
               2025-10-29 01:12:00 1vDujI-0000000004E-000Y => anna <anna@own.example> R=local_user T=maildir_home\n";
    let folder = tempfile::tempdir().unwrap();
    let inputs = inputs(folder.path(), &[log.as_bytes().to_vec()]);
    let names = |survey: &Survey| -> Vec<String> {
        let all = survey.destinations.iter();
        all.map(|to| String::from_utf8_lossy(to.domain().as_bytes()).into_owned())
            .collect()
    };
    let of_log = survey(&inputs, &options(), &());
    assert_eq!(names(&of_log), ["typo.example"]);

    let mut tallied = tally(&inputs, Beside::default(), &options(), &());
    let mut read = Tallied::new("tally".to_owned());
    tallied.rows(&mut |row| read.add_row(row).unwrap());
    assert_eq!(names(&summed(vec![read], &[])), ["typo.example"]);
}
