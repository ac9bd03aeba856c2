//! `mailgap fates` and its lists, in each format, on the captured Libero incident.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn mailgap(args: &[&str]) -> String {
    let log = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/incidents/libero/mail-iso.log.gz");
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
    let (answer, rest) = text.split_once("virgilio.it: ").unwrap();
    let answer = answer.replace("\n  ", " ");
    assert!(
        answer.contains("messages bounced (resend)") && answer.contains("delivered late (median"),
        "{answer}"
    );
    let table = rest.lines().find(|line| line.contains("failed in"));
    assert!(table.unwrap().contains("bounced by it"));
}
