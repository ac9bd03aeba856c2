//! What is known from before: who took mail, what is normal, when an outage began. It is known, and not reported.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use common::{days, libero, line, mailgap};
use serde_json::Value;

/// A report as JSON, whatever its status.
fn report(args: &[&str]) -> Value {
    let (_, out, err) = mailgap(&[&["report", "-f", "json"], args].concat());
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?}: {error}: {err}"))
}

/// All of a report but how much was read.
fn without_coverage(mut report: Value) -> Value {
    report.as_object_mut().unwrap().remove("coverage").unwrap();
    report
}

/// What is found of an outage: all but what became of its messages, which is followed in the reported logs alone.
fn found(outage: &Value) -> Value {
    let mut outage = outage.clone();
    let keys = outage.as_object_mut().unwrap();
    for key in ["id", "fates", "advice", "verdict", "waiting"] {
        keys.remove(key).unwrap();
    }
    for window in keys["windows"].as_array_mut().unwrap() {
        window.as_object_mut().unwrap().remove("fates").unwrap();
    }
    outage
}

fn texts(paths: &[String]) -> Vec<&str> {
    paths.iter().map(String::as_str).collect()
}

/// The outages of a report, in an order that does not depend on what became of messages.
fn outages(report: &Value, is_wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    let all = report["outages"].as_array().unwrap().iter();
    let mut all: Vec<Value> = all.filter(|outage| is_wanted(outage)).map(found).collect();
    all.sort_by_key(|outage| (outage["domain"].to_string(), outage["start"].to_string()));
    all
}

#[test]
fn the_outages_of_a_day_are_those_of_all_days_that_reach_into_it() {
    let folder = tempfile::tempdir().unwrap();
    let days = days(folder.path());
    let days = texts(&days);
    let (mut compared, mut began_before, mut windows_before) = (0, 0, 0);
    for today in [2, 4, 6, 7, 8] {
        let known = &days[..=today];
        let day = report(&[&[days[today], "--history"], &days[..today]].concat());
        let first = day["coverage"]["first"].as_str().unwrap();
        // Slow delivery after refusals lasts longer than these.
        let reaches = |outage: &Value| {
            let last = outage["windows"].as_array().unwrap().last().unwrap();
            last["end"].is_null() || last["end"]["time"].as_str().unwrap() >= first
        };
        let expected = outages(&report(known), reaches);
        let told = outages(&day, |_| true);
        assert_eq!(told, expected, "{}", days[today]);
        compared += told.len();
        let before = |outage: &&Value| outage["start"]["time"].as_str().unwrap() < first;
        began_before += told.iter().filter(before).count();
        let incidents = day["incidents"].as_array().unwrap().iter();
        let is_wanted = |incident: &Value| {
            reaches(incident) || !incident["outages"].as_array().unwrap().is_empty()
        };
        assert!(incidents.clone().all(is_wanted), "{}", days[today]);
        // Attempts and the span are those of the day.
        let alone = report(&[days[today]]);
        for key in [
            "inputs", "bytes", "lines", "messages", "events", "attempts", "first", "last",
        ] {
            assert_eq!(day["coverage"][key], alone["coverage"][key], "{key}");
        }
        assert_eq!(day["tables"], alone["tables"]);
        // So are fates: what was over before the day has none.
        for window in day["outages"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|it| it["windows"].as_array().unwrap())
        {
            if window["end"]["latest"]
                .as_str()
                .is_some_and(|end| end < first)
            {
                assert_eq!(window["fates"]["delivered"], 0, "{window}");
                windows_before += 1;
            }
        }
        assert_eq!(alone["coverage"]["history"], Value::Null);
        assert_eq!(day["coverage"]["history"]["inputs"], today);
    }
    let seen = (compared, began_before, windows_before);
    assert!(
        compared >= 10 && began_before >= 10 && windows_before >= 5,
        "{seen:?}"
    );
}

#[test]
fn history_says_the_same_as_logs_as_a_store_and_as_tallies() {
    let folder = tempfile::tempdir().unwrap();
    let days = days(folder.path());
    let (today, before) = (&days[4], texts(&days[..4]));
    let to = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let expected = without_coverage(report(&[&[today.as_str(), "--history"], &*before].concat()));
    assert!(!expected["outages"].as_array().unwrap().is_empty());
    let of = |history: &str| without_coverage(report(&[today, "--history", history]));

    let tallies = to("tallies");
    fs::create_dir(&tallies).unwrap();
    for (number, day) in before.iter().enumerate() {
        let (exit, _, err) = mailgap(&["tally", day, "-o", &format!("{tallies}/{number}.jsonl")]);
        assert_eq!((exit.status(), err.as_str()), (0, ""));
    }
    assert_eq!(of(&tallies), expected);

    if cfg!(feature = "polars") {
        let store = to("store");
        let args = [&["events", "-f", "parquet", "-o", store.as_str()], &*before].concat();
        let (exit, _, err) = mailgap(&args);
        assert_eq!((exit.status(), err.as_str()), (0, ""));
        assert_eq!(of(&store), expected);
    }
    // Tallies hold all destinations: those that are not asked for are left out.
    let domain = ["--domain", "libero.it"];
    let of_logs = report(&[&[today.as_str()], &domain[..], &["--history"], &*before].concat());
    let of_tallies = report(&[today, "--domain", "libero.it", "--history", &tallies]);
    assert_eq!(without_coverage(of_tallies), without_coverage(of_logs));
}

#[test]
fn what_is_cut_off_by_since_is_history() {
    let folder = tempfile::tempdir().unwrap();
    let days = days(folder.path());
    let days = texts(&days);
    let log = libero();
    let since = report(&[&log, "--since", "2023-01-26"]);
    let history = report(&[&days[4..], &["--history"], &days[..4]].concat());
    assert_eq!(since["coverage"]["history"]["inputs"], 0);
    for key in ["messages", "events", "attempts", "echoes", "first", "last"] {
        assert_eq!(since["coverage"][key], history["coverage"][key], "{key}");
    }
    for key in ["first", "last"] {
        let of = |report: &Value| report["coverage"]["history"][key].clone();
        assert_eq!(of(&since), of(&history), "{key}");
    }
    assert_eq!(since["tables"], history["tables"]);
    assert_eq!(since["unreachable"], history["unreachable"]);
    let told = outages(&since, |_| true);
    assert!(
        told.iter()
            .any(|outage| outage["start"]["time"].as_str() < Some("2023-01-24"))
    );
    assert_eq!(told, outages(&history, |_| true));
    // A store skips no day that is known.
    if cfg!(feature = "polars") {
        let store = folder.path().join("store");
        let store = store.to_str().unwrap();
        let (exit, _, err) = mailgap(&["events", "-f", "parquet", "-o", store, &log]);
        assert_eq!((exit.status(), err.as_str()), (0, ""));
        assert_eq!(
            report(&[store, "--since", "2023-01-26"])["outages"],
            since["outages"]
        );
    }
}

#[test]
fn what_until_cuts_off_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let days = days(folder.path());
    let until = ["--until", "2023-01-25"];
    let expected = without_coverage(report(
        &[
            &[days[3].as_str()],
            &until[..],
            &["--history"],
            &texts(&days[..3]),
        ]
        .concat(),
    ));
    let all = [
        &[days[3].as_str()],
        &until[..],
        &["--history"],
        &texts(&days),
    ]
    .concat();
    assert_eq!(without_coverage(report(&all)), expected);
    // Counts of later days are left out as a whole; those of a day that it cuts cannot be.
    let tally = |day: &str, name: &str| {
        let to = folder.path().join(name).to_str().unwrap().to_owned();
        let (exit, _, err) = mailgap(&["tally", day, "-o", &to]);
        assert_eq!((exit.status(), err.as_str()), (0, ""));
        to
    };
    let later = tally(&days[5], "later.jsonl");
    let args = [
        "report",
        &days[3],
        "--until",
        "2023-01-25",
        "--history",
        &later,
    ];
    let (exit, out, err) = mailgap(&args);
    assert_eq!((exit.status(), err.as_str()), (0, ""));
    assert!(
        out.contains("\n  known before    nothing about mail"),
        "{out}"
    );
    let cut = tally(&days[4], "cut.jsonl");
    let args = [
        "report",
        &days[3],
        "--until",
        "2023-01-26 12:00",
        "--history",
        &cut,
    ];
    let (exit, _, err) = mailgap(&args);
    assert_eq!(exit.status(), 2);
    assert!(
        err.contains("cut.jsonl: its counts reach to 2023-01-26T22:"),
        "{err}"
    );
}

#[test]
fn an_input_that_is_history_too_counts_once_and_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let days = days(folder.path());
    let today = folder.path().join("today.log");
    fs::copy(&days[4], &today).unwrap();
    let today = today.to_str().unwrap();
    let expected = report(&[&[today, "--history"], &*texts(&days[..4])].concat());
    for day in &days[5..] {
        fs::remove_file(day).unwrap();
    }
    // The folder holds it twice: by its name and as a copy.
    let folder = folder.path().to_str().unwrap();
    let found = report(&[today, "--history", folder]);
    for key in ["inputs", "attempts", "events", "history"] {
        assert_eq!(found["coverage"][key], expected["coverage"][key], "{key}");
    }
    let duplicates = found["coverage"]["duplicate_inputs"].as_array().unwrap();
    assert_eq!(duplicates.len(), 2, "{duplicates:?}");
    assert!(
        duplicates.iter().all(|it| it["same_as"] == today),
        "{duplicates:?}"
    );
    assert_eq!(without_coverage(found), without_coverage(expected));
}

/// Mail of two days to a destination that took it on the first.
fn two_days(folder: &Path) -> [String; 2] {
    let (mut first, mut second) = (String::new(), String::new());
    for minute in (0..1440).step_by(20) {
        let to = format!("u{}@takes.example", minute % 7);
        first.push_str(&line(minute, &to, "sent"));
        let (healthy, failing) = (format!("u{minute}@other.example"), to);
        second.push_str(&line(1440 + minute, &healthy, "sent"));
        second.push_str(&line(1441 + minute, &failing, "down"));
    }
    [("first.log", first), ("second.log", second)].map(|(name, text)| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    })
}

#[test]
fn a_destination_that_took_mail_before_is_down_and_not_unreachable() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = two_days(folder.path());
    let known = report(&[&second, "--history", &first]);
    let [outage] = &known["outages"].as_array().unwrap()[..] else {
        panic!("{known}");
    };
    assert_eq!(outage["domain"], "takes.example");
    let began = (&outage["before_log"], &outage["ongoing"]);
    assert_eq!(began, (&Value::Bool(false), &Value::Bool(true)));
    // Between the last mail that was taken, late on the first day, and the first that was not.
    let start = outage["start"]["time"].as_str().unwrap();
    let between = "2023-01-26T22:00:00.000Z".."2023-01-26T23:01:08.000Z";
    assert!(between.contains(&start), "{start}");
    assert_eq!(known["unreachable"], Value::Array(Vec::new()));
    // Destinations that the history alone names are not reported.
    let reversed = report(&[&first, "--history", &second]);
    assert_eq!(
        reversed["tables"]["domains"],
        report(&[&first])["tables"]["domains"]
    );
    let (exit, out, _) = mailgap(&["report", "--check", &second, "--history", &first]);
    assert_eq!(exit.status(), 1, "{out}");
    assert!(
        out.contains("\n  known before    1 other input, 26 Jan 2023 00:00 to 26 Jan 2023 23:40"),
        "{out}"
    );
}

#[test]
fn what_cannot_be_read_of_the_history_is_named_and_an_empty_folder_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = two_days(folder.path());
    let missing = folder.path().join("missing").to_str().unwrap().to_owned();
    let (exit, out, err) = mailgap(&["report", &second, "--history", &first, &missing]);
    assert_eq!(exit.status(), 2);
    assert_eq!(err, format!("error: {missing}: does not exist\n"));
    assert!(out.contains("\n  not read        "), "{out}");
    fs::create_dir(&missing).unwrap();
    let (exit, out, err) = mailgap(&["report", &second, "--history", &missing]);
    assert_eq!((exit.status(), err.as_str()), (0, ""));
    assert!(
        out.contains("\n  known before    nothing about mail"),
        "{out}"
    );
    // All paths after the flag are history: then there is nothing to report on.
    let (exit, out, err) = mailgap(&["report", "--history", &first, &second]);
    assert_eq!((exit.status(), out.as_str()), (2, ""));
    assert!(
        err.starts_with("error: --history: no log named to report on"),
        "{err}"
    );
}

#[test]
fn bounces_before_since_are_history_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut mail = String::new();
    for (day, minute) in [25, 26, 27]
        .into_iter()
        .flat_map(|day| [(day, 0), (day, 1), (day, 2)])
    {
        write!(
            mail,
            "From MAILER-DAEMON Thu Jan {day} 10:{minute:02}:00 2023\n\
             From: MAILER-DAEMON@mx1.example.net\nTo: news@example.net\nSubject: Undelivered\n\
             Date: {day} Jan 2023 10:{minute:02}:00 +0100\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
             --b\nContent-Type: text/plain\n\nIt failed.\n\n\
             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx1.example.net\n\n\
             Final-Recipient: rfc822; u{day}.{minute}@gone.example\nAction: failed\nStatus: 4.4.1\n\
             Diagnostic-Code: X-Postfix; connect to mx.gone.example[192.0.2.9]:25: Connection timed out\n\
             Last-Attempt-Date: {day} Jan 2023 10:{minute:02}:00 +0100\n\n--b--\n\n"
        )
        .unwrap();
    }
    let path = folder.path().join("bounces.mbox");
    fs::write(&path, mail).unwrap();
    let report = report(&[path.to_str().unwrap(), "--since", "2023-01-27"]);
    let coverage = &report["coverage"];
    assert_eq!(coverage["bounces"]["reports"], 9);
    assert_eq!(coverage["bounces"]["added"], 3);
    assert_eq!(coverage["first"], "2023-01-27T09:00:00.000Z");
    assert_eq!(coverage["history"]["last"], "2023-01-26T09:02:00.000Z");
    // Three on one morning may be anything; three on each of three days are a host that is gone.
    let gone = &report["unreachable"][0];
    assert_eq!(
        (&gone["domain"], &gone["recipients"]),
        (&"gone.example".into(), &9.into())
    );
}

/// The days on whose evenings the mail of the captured incident was still not taken.
#[test]
fn a_check_of_each_day_is_1_where_an_outage_goes_on_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let days = days(folder.path());
    let mut statuses = Vec::new();
    for (today, day) in days.iter().enumerate() {
        // Others fail all the time, which the logs of one day cannot tell from an outage.
        let mut args = vec![
            "report",
            "--check",
            "--domain",
            "libero.it,virgilio.it",
            day,
        ];
        if today > 0 {
            args.push("--history");
            args.extend(texts(&days[..today]));
        }
        let (exit, _, err) = mailgap(&args);
        assert_eq!(err, "");
        statuses.push((day[day.len() - 6..day.len() - 4].to_owned(), exit.status()));
    }
    let failing: Vec<&str> = statuses
        .iter()
        .filter(|(_, status)| *status == 1)
        .map(|(day, _)| day.as_str())
        .collect();
    assert_eq!(failing, ["23", "24", "25", "26"], "{statuses:?}");
    assert_eq!(statuses.len(), 9);
}
