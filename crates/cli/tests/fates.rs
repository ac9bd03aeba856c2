//! `mailgap fates` and its lists, in each format, on the captured Libero incident.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn mailgap(args: &[&str]) -> String {
    let libero = "../../testdata/incidents/libero/mail-iso.log.gz";
    mailgap_on(&Path::new(env!("CARGO_MANIFEST_DIR")).join(libero), args)
}

fn mailgap_on(log: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_mailgap"))
        .args(args)
        .args(["--quiet", "--timezone", "Europe/Rome"])
        .arg(log)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && err.is_empty(), "{err}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_list_has_its_columns_and_the_address_first() {
    let lists = [
        (
            "resend",
            "address,sender,queue_id,message_id,fate,reply",
            400,
        ),
        ("reinstate", "address,refusals,first,last,evidence", 200),
        ("genuine", "address,refusals,first,last", 20),
        ("pending", "address,queue_id,expires", 20),
    ];
    for (list, head, least) in lists {
        let csv = mailgap(&["fates", "--list", list, "-f", "csv"]);
        let (first, rows) = csv.split_once('\n').unwrap();
        assert_eq!(first, head);
        assert!(rows.lines().count() >= least, "{list}: {rows}");
        assert!(
            rows.lines()
                .all(|row| row.split(',').next().unwrap().contains('@'))
        );
        let jsonl = mailgap(&["fates", "--list", list, "-f", "jsonl"]);
        assert_eq!(jsonl.lines().count(), rows.lines().count());
        for row in jsonl.lines() {
            let row: Value = serde_json::from_str(row).unwrap();
            let keys: Vec<&str> = row
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let mut expected: Vec<&str> = head.split(',').collect();
            expected.sort_unstable(); // as the reader keeps them
            assert_eq!(keys, expected);
        }
        let text = mailgap(&["fates", "--list", list]);
        assert_eq!(text.lines().count(), csv.lines().count());
    }
}

#[test]
fn fates_add_up_to_those_of_the_report() {
    let report: Value = serde_json::from_str(&mailgap(&["report", "-f", "json"])).unwrap();
    let mut counted: BTreeMap<u64, BTreeMap<String, u64>> = BTreeMap::new();
    let fates = mailgap(&["fates", "-f", "jsonl"]);
    assert!(fates.lines().count() > 5000);
    for fate in fates.lines() {
        let fate: Value = serde_json::from_str(fate).unwrap();
        let Some(outage) = fate["outage"].as_u64() else {
            continue;
        };
        let word = match (fate["fate"].as_str(), fate["cause"].as_str()) {
            (Some("bounced"), Some("outage")) => "bounced_by_outage",
            (word, _) => word.unwrap(),
        };
        let outage = counted.entry(outage).or_default();
        *outage.entry(word.to_owned()).or_default() += 1;
    }
    let outages = report["outages"].as_array().unwrap();
    assert!(outages.len() >= 6);
    for outage in outages {
        let counted = counted
            .remove(&outage["id"].as_u64().unwrap())
            .unwrap_or_default();
        for word in [
            "delivered_late",
            "bounced_by_outage",
            "bounced",
            "expired",
            "pending",
        ] {
            let expected = counted.get(word).copied().unwrap_or_default();
            assert_eq!(outage["fates"][word], expected, "{word} {outage}");
            let windows = outage["windows"].as_array().unwrap();
            let sum: u64 = windows
                .iter()
                .map(|window| window["fates"][word].as_u64().unwrap())
                .sum();
            assert_eq!(sum, expected, "{word} {outage}");
        }
    }
    assert!(counted.is_empty(), "{counted:?}");
}

#[test]
fn the_report_says_what_became_of_the_messages() {
    let text = mailgap(&["report"]);
    let (answer, rest) = text.split_once("\n    destination").unwrap();
    let answer = answer.replace("\n  ", " ");
    assert!(
        answer.contains("messages bounced")
            && answer.contains("delivered late (median")
            && answer.contains(", counted by recipient: "),
        "{answer}"
    );
    // What the report says to send again is what the list holds.
    let told: usize = text
        .replace("\n  ", " ")
        .lines()
        .collect::<Vec<_>>()
        .join("\n")
        .split(" to send again")
        .filter_map(|before| {
            before
                .rsplit(' ')
                .next()?
                .replace(',', "")
                .parse::<usize>()
                .ok()
        })
        .sum();
    let listed = mailgap(&["fates", "--list", "resend", "-f", "jsonl"]);
    assert_eq!(told, listed.lines().count());
    assert!(!rest.contains("plausible"), "what was accepted is known");
    let table = rest.lines().find(|line| line.contains("failed in"));
    assert!(table.unwrap().contains("bounced by it"));
}

#[test]
fn bounces_alone_grade_addresses_as_plausible_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut mailbox = Vec::new();
    for n in 0..40 {
        mailbox.extend_from_slice(
            format!(
                "From MAILER-DAEMON Wed Jan 25 20:{n:02}:09 2023\n\
                 From: MAILER-DAEMON@mta1.shop.example\nTo: news@shop.example\n\
                 Date: Wed, 25 Jan 2023 20:{n:02}:09 +0000\nMIME-Version: 1.0\n\
                 Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
                 --b\nContent-Type: message/delivery-status\n\n\
                 Reporting-MTA: dns; mta1.shop.example\nX-Postfix-Queue-ID: 4P1Xr{n:02}\n\
                 Arrival-Date: Wed, 25 Jan 2023 20:{n:02}:08 +0000\n\n\
                 Final-Recipient: rfc822; user{n}@libero.it\nAction: failed\nStatus: 5.1.1\n\
                 Diagnostic-Code: smtp; 550 5.1.1 <user{n}@libero.it> recipient rejected\n\n--b--\n\n"
            )
            .as_bytes(),
        );
    }
    // Long before and after: what comes ordinarily.
    for day in ["Sun Jan 15", "Sat Feb  4"] {
        let date = if day.starts_with("Sun") {
            "Sun, 15 Jan"
        } else {
            "Sat, 4 Feb"
        };
        mailbox.extend_from_slice(
            format!(
                "From MAILER-DAEMON {day} 20:00:09 2023\n\
                 From: MAILER-DAEMON@mta1.shop.example\nDate: {date} 2023 20:00:09 +0000\n\
                 Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
                 --b\nContent-Type: message/delivery-status\n\n\
                 Reporting-MTA: dns; mta1.shop.example\n\n\
                 Final-Recipient: rfc822; gone@libero.it\nAction: failed\nStatus: 5.1.1\n\
                 Diagnostic-Code: smtp; 550 5.1.1 <gone@libero.it> no such user\n\n--b--\n\n"
            )
            .as_bytes(),
        );
    }
    let path = folder.path().join("bounces.mbox");
    std::fs::write(&path, mailbox).unwrap();
    let run = |arguments: &[&str]| -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_mailgap"))
            .args(arguments)
            .args(["--quiet", "--timezone", "UTC"])
            .arg(&path)
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let report: Value = serde_json::from_str(&run(&["report", "-f", "json"])).unwrap();
    assert_eq!(report["coverage"]["plausible_only"], true, "{report}");
    assert!(run(&["report"]).contains("plausible"));
    let listed = run(&["fates", "--list", "reinstate", "-f", "csv"]);
    assert_eq!(listed.matches(",plausible").count(), 40, "{listed}");
    assert!(!listed.contains("gone@"));
}

#[test]
fn what_policy_refused_is_not_to_be_sent_again() {
    let mut log = String::new();
    for hour in 0..96 {
        for minute in (0..60).step_by(10) {
            let (dsn, status) = if (48..72).contains(&hour) {
                let reply =
                    "550 5.7.1 Service unavailable; client host [192.0.2.9] blocked using Spamhaus";
                let said = format!(
                    "host mx.b.example[192.0.2.1] said: {reply} (in reply to RCPT TO command)"
                );
                ("5.7.1", format!("bounced ({said})"))
            } else {
                ("2.0.0", "sent (250 2.0.0 Ok: queued as 1)".to_owned())
            };
            let (day, hour_of_day, id) = (1 + hour / 24, hour % 24, hour * 60 + minute);
            let _ = writeln!(
                log,
                "2023-01-{day:02}T{hour_of_day:02}:{minute:02}:00Z mx1 postfix/smtp[1]: {:06X}: to=<u{id}@b.example>, \
                 relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn={dsn}, status={status}",
                id + 0x10_0000
            );
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.log");
    std::fs::write(&path, &log).unwrap();
    let report: Value =
        serde_json::from_str(&mailgap_on(&path, &["report", "-f", "json"])).unwrap();
    let [found] = &report["outages"].as_array().unwrap()[..] else {
        panic!("{report}");
    };
    assert_eq!(found["type"], "policy");
    assert_eq!(found["fates"]["bounced_by_outage"], 0);
    assert_eq!(found["fates"]["bounced"], 144);
    let verdict = found["verdict"].as_str().unwrap();
    assert!(
        verdict.contains("144 messages bounced") && !verdict.contains("again."),
        "{verdict}"
    );
    for list in ["resend", "reinstate"] {
        let rows = mailgap_on(&path, &["fates", "--list", list, "-f", "jsonl"]);
        assert_eq!(rows, "", "{list}");
    }
    let fates = mailgap_on(&path, &["fates", "-f", "jsonl"]);
    let bounced = fates
        .lines()
        .filter(|row| row.contains("\"fate\":\"bounced\""));
    assert_eq!(bounced.clone().count(), 144);
    assert!(
        bounced
            .clone()
            .all(|row| row.contains("\"cause\":\"unknown\""))
    );
}
