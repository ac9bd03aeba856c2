//! The formats of a report and what was announced, on the captured Libero incident.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

fn libero(file: &str) -> PathBuf {
    let folder = "../../testdata/incidents/libero";
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(file)
}

/// Status, data and the rest.
fn mailgap(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mailgap"))
        .arg("report")
        .args(args)
        .args(["--quiet", "--timezone", "Europe/Rome"])
        .arg(libero("mail-iso.log.gz"))
        .env("NO_COLOR", "1")
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn announcements() -> String {
    libero("announcements.csv").to_str().unwrap().to_owned()
}

/// Rows below the head.
fn rows(path: &Path) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.records().map(Result::unwrap).collect()
}

#[test]
fn a_folder_of_tables_holds_what_the_json_holds() {
    let dir = tempfile::tempdir().unwrap();
    let json = dir.path().join("report.json");
    let folder = dir.path().join("tables");
    let (json, folder) = (json.to_str().unwrap(), folder.to_str().unwrap());
    assert_eq!(
        mailgap(&["--announcements", &announcements(), "-o", json]).0,
        Some(0)
    );
    let (status, out, err) = mailgap(&[
        "--announcements",
        &announcements(),
        "-f",
        "csv",
        "-o",
        folder,
    ]);
    assert_eq!((status, &*out, &*err), (Some(0), "", ""));
    let report: Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        counts.insert(name, rows(&path).len());
    }
    let of = |key: &str| report[key].as_array().unwrap().len();
    for key in [
        "outages",
        "incidents",
        "unreachable",
        "chronic",
        "minor",
        "availability",
    ] {
        assert_eq!(counts[&format!("{key}.csv")], of(key), "{key}");
    }
    assert_eq!(counts.len(), 12);
    for key in ["domains", "hours", "replies"] {
        let rows = report["tables"][key].as_array().map(Vec::len);
        assert_eq!(counts.get(&format!("{key}.csv")).copied(), rows, "{key}");
        assert!(rows.is_some_and(|rows| rows > 4), "{key}");
    }
    assert!(of("outages") >= 6 && of("unreachable") >= 2 && of("availability") >= 5);
    assert!(counts["announcements.csv"] >= of("announcements"));
    // On standard output, and in a file, it is the outages.
    let table = dir.path().join("outages.csv");
    let (_, out, _) = mailgap(&["-f", "csv"]);
    assert_eq!(mailgap(&["-o", table.to_str().unwrap()]).0, Some(0));
    assert_eq!(fs::read_to_string(&table).unwrap(), out);
    let in_folder = fs::read_to_string(Path::new(folder).join("outages.csv")).unwrap();
    assert_eq!(out, in_folder);
}

#[test]
fn markdown_holds_the_answer_and_its_tables() {
    let (status, markdown, _) = mailgap(&["-f", "markdown", "--announcements", &announcements()]);
    assert_eq!(status, Some(0));
    let (_, text, _) = mailgap(&["-f", "text"]);
    let (mut tables, mut headings) = (0, 0);
    let mut shown = String::new();
    for event in Parser::new_ext(&markdown, Options::all()) {
        match event {
            Event::Start(Tag::Table(_)) => tables += 1,
            Event::Start(Tag::Heading { .. }) => headings += 1,
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_))
            | Event::Html(_)
            | Event::InlineHtml(_) => panic!("{event:?}"),
            Event::Text(text) | Event::Code(text) => shown.push_str(&text),
            _ => {}
        }
    }
    assert!(tables >= 9 && headings >= 8, "{tables} {headings}");
    let first: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    let answer = first
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let answer = &answer[..answer.find(" failed).").unwrap()];
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains(answer), "{answer}\n{shown}");
}

#[test]
fn what_the_operator_announced_stands_beside_what_the_log_shows() {
    let (_, json, _) = mailgap(&["-f", "json", "--announcements", &announcements()]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let claims: Vec<Option<&str>> = report["announcements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["claim"].as_str())
        .collect();
    assert_eq!(
        claims,
        [
            Some("problem"),
            Some("problem"),
            Some("partial_recovery"),
            Some("recovery"),
            None
        ]
    );
    let solved = &report["announcements"][3];
    let incident = &solved["concerns"][0];
    assert_eq!(incident["incident"], report["incidents"][0]["id"]);
    // The script: refusals until 28 Jan 00:00, slow until 29 Jan 12:00; announced at 10:00 on 27 Jan.
    let went_on = incident["went_on"].as_array().unwrap();
    let hours = |kind: &str| {
        let it = went_on.iter().find(|it| it["kind"] == kind).unwrap();
        let seconds = |key: &str| it["seconds"][key].as_f64().unwrap() / 3600.0;
        (seconds("least"), seconds("most"))
    };
    let (least, most) = hours("refused");
    assert!(
        least <= 14.0 && (14.0..18.0).contains(&most),
        "{least} {most}"
    );
    let (least, most) = hours("delayed");
    assert!(
        least <= 50.5 && (49.5..53.0).contains(&most),
        "{least} {most}"
    );
    let (_, text, _) = mailgap(&["--announcements", &announcements()]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("announced as solved 27 Jan 10:00; refusals went on for about"),
        "{text}"
    );
    assert!(
        text.contains("slow delivery for 2 days")
            || text.contains("slow delivery for about 2 days")
    );
    let (status, out, err) = mailgap(&["--announcements", libero("windows.tsv").to_str().unwrap()]);
    assert_eq!((status, &*out), (Some(2), ""));
    assert!(err.contains("windows.tsv:1: expected a time"), "{err}");
}

#[test]
fn a_month_has_the_time_that_mail_was_not_taken() {
    let operators = tempfile::NamedTempFile::new().unwrap();
    let file = "[operator]\n\"Italiaonline\" = [\"libero.it\", \"virgilio.it\", \"inwind.it\", \"iol.it\", \"blu.it\"]\n";
    fs::write(operators.path(), file).unwrap();
    let (_, json, _) = mailgap(&[
        "-f",
        "json",
        "--operators",
        operators.path().to_str().unwrap(),
    ]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let rows = report["availability"].as_array().unwrap();
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    let hours = |row: &Value, key: &str| row[key]["best"].as_f64().unwrap() / 3600.0;
    // From 23 Jan 16:00 to 26 Jan 13:00 nothing, then until 28 Jan 00:00 in part, then slow for 36 hours.
    let libero = row("libero.it");
    assert_eq!(
        (&libero["scope"], &libero["month"]),
        (&"domain".into(), &"2023-01".into())
    );
    let all = hours(libero, "not_taking_s") + hours(libero, "partly_s");
    assert!((all - 104.0).abs() < 6.0, "{libero}");
    assert!(
        (hours(libero, "not_taking_s") - 69.0).abs() < 2.0,
        "{libero}"
    );
    assert!((hours(libero, "slow_s") - 36.0).abs() < 3.0, "{libero}");
    let operator = row("Italiaonline");
    assert_eq!(
        (&operator["scope"], &operator["domains"]),
        (&"operator".into(), &5.into())
    );
    let availability = operator["availability"]["best"].as_f64().unwrap();
    assert!((0.4..0.8).contains(&availability), "{operator}");
}
