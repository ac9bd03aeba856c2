//! `--redact` hides people in every output of every command, also within replies, samples and lists.

mod common;

use std::fs;
use std::path::Path;

use common::mailgap;

/// Local parts that stand in the log and in the bounce, each in a place of its own.
const PEOPLE: [&str; 9] = [
    "mario.rossi",
    "annabella",
    "chefsache",
    "forwarded-to",
    "ghostly",
    "unreadable-person",
    "bouncy.person",
    "aliased.person",
    "quoted person",
];

/// A refusal that lasts, so that there is an outage with a list to reinstate, and lines of every other kind.
fn log() -> String {
    let mut log = String::new();
    let mut line = |second: u32, rest: &str| {
        let (day, hour, minute) = (20 + second / 86_400, second / 3600 % 24, second / 60 % 60);
        let second = second % 60;
        log.extend([
            format!("2023-01-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00 mx1 {rest}"),
            "\n".to_owned(),
        ]);
    };
    for n in 0..800_u32 {
        let second = n * 600;
        let id = format!("4P1Xr7{n:04}zCz9vwX");
        let person = match n % 4 {
            0 => "mario.rossi",
            1 => "annabella",
            2 => "\"quoted person\"",
            _ => "ghostly",
        };
        line(
            second,
            &format!("postfix/cleanup[2]: {id}: message-id=<annabella.{n}@x.example>"),
        );
        line(
            second,
            &format!(
                "postfix/qmgr[2]: {id}: from=<chefsache@x.example>, size=3, nrcpt=1 (queue active)"
            ),
        );
        let status = if (300..500).contains(&n) {
            format!(
                "dsn=5.1.1, status=bounced (host mx.libero.it[192.0.2.1] said: 550 5.1.1 <{person}@libero.it>: {person} is unknown, try forwarded-to@b.example (in reply to RCPT TO command))"
            )
        } else {
            "dsn=2.0.0, status=sent (250 2.0.0 Ok)".to_owned()
        };
        line(
            second + 1,
            &format!(
                "postfix/smtp[2]: {id}: to=<{person}@libero.it>, orig_to=<aliased.person@x.example>, relay=mx.libero.it[192.0.2.1]:25, delay=1, delays=0/0/0/1, {status}"
            ),
        );
        line(second + 1, &format!("postfix/qmgr[2]: {id}: removed"));
    }
    line(
        1,
        "postfix/smtp[2]: 4P1Xr79999zCz9vwX: to=<unreadable-person@libero.it>, status=strange",
    );
    line(
        2,
        "postfix/qmgr[2]: 4P1Xr79998zCz9vwX: of <unreadable-person@libero.it> nothing is known",
    );
    log
}

const BOUNCE: &str = "From: MAILER-DAEMON@mx.x.example\r\nTo: chefsache@x.example\r\nDate: Tue, 24 Jan 2023 10:00:00 +0000\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nhello chefsache\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.x.example\r\nX-Postfix-Sender: rfc822; chefsache@x.example\r\n\r\nFinal-Recipient: rfc822; bouncy.person@libero.it\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 <bouncy.person@libero.it> bouncy.person is not here\r\n--b--\r\n";

fn run(folder: &Path, args: &[&str]) -> String {
    let paths = ["mail.log", "bounce.eml"].map(|name| folder.join(name).display().to_string());
    let mut all: Vec<&str> = args.to_vec();
    all.extend(paths.iter().map(String::as_str));
    let (exit, out, err) = mailgap(&all);
    assert_eq!(exit.status(), 0, "{args:?}: {err}");
    out
}

#[test]
fn no_output_of_any_command_names_a_person() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mail.log"), log()).unwrap();
    fs::write(folder.path().join("bounce.eml"), BOUNCE).unwrap();
    let outputs: [&[&str]; 17] = [
        &["tally"],
        &["report"],
        &["report", "-f", "json"],
        &["report", "-f", "html"],
        &["report", "-f", "markdown"],
        &["report", "-f", "csv"],
        &["fates"],
        &["fates", "-f", "jsonl"],
        &["fates", "-f", "csv"],
        &["fates", "--list", "resend", "-f", "csv"],
        &["fates", "--list", "reinstate", "-f", "csv"],
        &["fates", "--list", "genuine", "-f", "csv"],
        &["fates", "--list", "pending", "-f", "csv"],
        &["events", "--all"],
        &["events", "--all", "-f", "csv"],
        &["explain"],
        &["explain", "-f", "json"],
    ];
    let mut shown = [false; PEOPLE.len()];
    for args in outputs {
        let plain = run(folder.path(), args);
        for (name, shown) in PEOPLE.iter().zip(&mut shown) {
            *shown |= plain.contains(name);
        }
        let hidden = run(folder.path(), &[args, &["--redact"]].concat());
        for name in PEOPLE {
            let place = hidden.find(name);
            assert!(
                place.is_none(),
                "{args:?} shows {name}: {:?}",
                place.and_then(|place| hidden.get(place.saturating_sub(80)..place + 80))
            );
        }
        // The rest stands as it stood: as many rows, the same domain.
        if matches!(args.last(), Some(&("csv" | "jsonl" | "--all"))) {
            assert_eq!(plain.lines().count(), hidden.lines().count(), "{args:?}");
        }
        assert_eq!(
            plain.contains("libero.it"),
            hidden.contains("libero.it"),
            "{args:?}"
        );
    }
    assert_eq!(
        shown,
        [true; PEOPLE.len()],
        "the test hides what is nowhere shown"
    );
}

#[cfg(feature = "polars")]
#[test]
fn a_store_that_was_written_redacted_holds_no_person() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mail.log"), log()).unwrap();
    fs::write(folder.path().join("bounce.eml"), BOUNCE).unwrap();
    let store = folder.path().join("store").display().to_string();
    run(
        folder.path(),
        &["events", "-f", "parquet", "-o", &store, "--redact"],
    );
    let outputs: [&[&str]; 2] = [&["report", "-f", "json"], &["fates", "-f", "jsonl"]];
    for args in outputs {
        let (exit, out, err) = mailgap(&[args, &[&*store]].concat());
        assert_eq!(exit.status(), 0, "{err}");
        assert!(
            out.contains("anon-") && out.contains("libero.it"),
            "{args:?}"
        );
        for name in PEOPLE {
            assert!(!out.contains(name), "{args:?} shows {name}");
        }
    }
}
