//! What is summed says what the logs say; what is damaged says nothing.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use mailgap_core::source::Input;
use mailgap_core::survey::survey;
use mailgap_core::time::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::commands::analyze;
use crate::config::settings::{Judging, Settings};
use crate::config::zone::ZoneSource;
use crate::exit::Exit;
use crate::flags::Known;
use crate::render;
use crate::tables::HAS_PARQUET;
use crate::testing::environment;

/// Runs a command line: its status, its data, and all else that it said.
fn run(args: &[&str]) -> (Exit, String, String) {
    let args = ["mailgap"].iter().chain(args).map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = crate::run(args, &environment(), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (exit, text(out), text(err))
}

/// The captured log in five parts, as if five hosts had sent the mail.
fn logs(folder: &Path) -> Vec<PathBuf> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/incidents/libero/mail-iso.log.gz");
    let mut log = Vec::new();
    let input = Input::file(&place, Timestamp::from_seconds(0)).unwrap();
    input.open().unwrap().read_to_end(&mut log).unwrap();
    let mut parts = vec![Vec::new(); 5];
    for (n, line) in log.split_inclusive(|&byte| byte == b'\n').enumerate() {
        parts[n % 5].extend_from_slice(line);
    }
    let write = |(n, bytes)| {
        let path = folder.join(format!("{n}.log"));
        fs::write(&path, bytes).unwrap();
        path
    };
    parts.iter().enumerate().map(write).collect()
}

/// The report of these logs, their fates not followed.
fn report_without_fates(logs: &[PathBuf]) -> String {
    let inputs = logs
        .iter()
        .map(|path| Input::file(path, Timestamp::from_seconds(0)).unwrap());
    let inputs: Vec<Input> = inputs.collect();
    let zone = chrono_tz::Europe::Rome;
    let settings = Settings {
        options: mailgap_core::survey::Options {
            fates: None,
            jobs: 2,
            ..mailgap_core::survey::Options::new(zone)
        },
        zone_source: ZoneSource::Flag,
        since: None,
        until: None,
        domains: Vec::new(),
    };
    let known = Known {
        operators: None,
        queue_lifetime: 432_000.0,
    };
    let judging = Judging {
        tables: true,
        ..Judging::resolve(&known).unwrap()
    };
    let survey = survey(&inputs, &settings.options, &());
    let report = analyze::report(survey, &settings, &judging, Vec::new()).unwrap();
    render::json::render(&report).unwrap()
}

/// A report without its coverage, as bytes.
fn found(report: &str) -> String {
    let mut report: Value = serde_json::from_str(report).unwrap();
    let coverage = report.as_object_mut().unwrap().remove("coverage").unwrap();
    assert!(coverage["attempts"].as_u64() > Some(10_000));
    serde_json::to_string_pretty(&report).unwrap()
}

/// A tally of each log, in this format.
fn tallied(folder: &TempDir, logs: &[PathBuf], ending: &str) -> Vec<String> {
    let each = logs.iter().map(|log| {
        let to = folder
            .path()
            .join(format!("{}.tally", log.file_stem().unwrap().display()));
        let to = to.display().to_string();
        let (exit, out, err) = run(&["tally", "-f", ending, "-o", &to, &log.display().to_string()]);
        assert_eq!((exit, &*out, &*err), (Exit::Done, "", ""));
        to
    });
    each.collect()
}

fn assert_tallies_are_the_log(ending: &str) {
    let folder = tempfile::tempdir().unwrap();
    let logs = logs(folder.path());
    let expected = report_without_fates(&logs);
    let tallies = tallied(&folder, &logs, ending);
    let mut names: Vec<&str> = tallies.iter().map(String::as_str).collect();
    names.reverse();
    let (exit, summed, err) = run(&[&["report", "-f", "json"], &*names].concat());
    assert_eq!((exit, &*err), (Exit::Done, ""));
    assert_eq!(found(&summed), found(&expected));
    let summed: Value = serde_json::from_str(&summed).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let outages = summed["outages"].as_array().unwrap();
    assert!(outages.len() >= 6);
    assert!(outages.iter().all(|outage| outage["fates"].is_null()));
    for figure in [
        "inputs", "bytes", "lines", "messages", "events", "attempts", "echoes", "first", "last",
    ] {
        assert_eq!(
            summed["coverage"][figure], expected["coverage"][figure],
            "{figure}"
        );
    }
    // The sum of all, and some beside the logs of the others.
    let sum = folder.path().join("sum").display().to_string();
    assert_eq!(
        run(&[&["tally", "-f", ending, "-o", &sum], &*names].concat()).0,
        Exit::Done
    );
    let (_, report, err) = run(&[&["report", "-f", "json", &sum], &*names].concat());
    assert_eq!((found(&report), &*err), (found(&expected.to_string()), ""));
    let logs: Vec<String> = logs.iter().map(|log| log.display().to_string()).collect();
    let mixed = [
        "report",
        "-f",
        "json",
        &tallies[0],
        &logs[1],
        &tallies[2],
        &logs[3],
        &logs[4],
        &logs[0],
    ];
    let (_, report, err) = run(&mixed);
    assert_eq!((found(&report), &*err), (found(&expected.to_string()), ""));
    let (_, text, _) = run(&[&["report"], &*names].concat());
    assert!(text.contains("that needs logs or a store"), "{text}");
}

#[test]
fn five_tallies_are_the_log_in_json_lines() {
    assert_tallies_are_the_log("jsonl");
}

#[test]
fn five_tallies_are_the_log_in_parquet() {
    if HAS_PARQUET {
        assert_tallies_are_the_log("parquet");
    }
}

const LOG: &str = "\
2023-01-23T16:00:01.123456+01:00 mx1 postfix/smtp[1]: 4ABC0E9E82EA: to=<a@libero.it>, relay=in.libero.it[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
2023-01-23T16:05:01.123456+01:00 mx1 postfix/smtp[1]: 4ABC0E9E82EB: to=<b@libero.it>, relay=in.libero.it[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host in.libero.it[192.0.2.1] said: 550 5.1.1 <b@libero.it> unknown (in reply to RCPT TO command))
";

/// A small tally as JSON Lines.
fn small() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("mail.log");
    fs::write(&log, LOG).unwrap();
    let (exit, rows, err) = run(&["tally", &log.display().to_string()]);
    assert_eq!((exit, &*err), (Exit::Done, ""));
    rows.lines().map(str::to_owned).collect()
}

/// Reports on a tally of these bytes: the status, the attempts that were counted, and what was said.
fn report_of(bytes: &[u8]) -> (Exit, u64, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mx1.tally");
    fs::write(&path, bytes).unwrap();
    let (exit, report, err) = run(&["report", "-f", "json", &path.display().to_string()]);
    let report: Value = serde_json::from_str(&report).unwrap();
    (exit, report["coverage"]["attempts"].as_u64().unwrap(), err)
}

#[test]
fn rows_in_other_words_say_the_same() {
    let rows = small();
    let cases = [
        rows.join("\n"),
        rows.iter()
            .rev()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\r\n"),
        rows.join("\n")
            .replace("\",\"record\"", "\", \"more\": [1, {}], \"record\""),
        rows.join("\n").replace("\"count\":1}", "\"count\":1.0}"),
        rows.join("\n").replace(
            "\"count\":1}",
            "\"count\":1,\"failed\":null,\"relay\":null}",
        ),
        format!("\u{feff}{}\n\n", rows.join("\n")),
    ];
    assert_eq!(cases.len(), 6);
    for rows in cases {
        // A column that is not known, or is null, changes nothing. Relay rows have a relay.
        let rows = rows.replace(",\"relay\":null}", "}");
        assert_eq!(
            report_of(rows.as_bytes()),
            (Exit::Done, 2, String::new()),
            "{rows}"
        );
    }
}

/// Names of damages, rows that have them, and what is said of them.
fn damaged() -> Vec<(&'static str, String, &'static str)> {
    let rows = small();
    let all = rows.join("\n");
    let last = rows.last().unwrap();
    let input = rows.iter().find(|row| row.contains("\"input\"")).unwrap();
    let with = |from: &str, to: &str| {
        assert!(all.contains(from), "{from}");
        all.replace(from, to)
    };
    vec![
        (
            "cut short",
            all[..all.len() - 20].to_owned(),
            "was the file cut?",
        ),
        (
            "a newer schema",
            with("mailgap.tally/1", "mailgap.tally/2"),
            "a newer mailgap reads it",
        ),
        (
            "a newer row",
            format!("{all}\n{}", last.replace("tally/1", "tally/3")),
            "a newer mailgap reads it",
        ),
        (
            "a record that is not known",
            with("\"record\":\"attempts\"", "\"record\":\"guesses\""),
            "the record \"guesses\" is not known",
        ),
        (
            "no record",
            with("\"record\":\"attempts\",", ""),
            "record is missing",
        ),
        (
            "a column is missing",
            with("\"class\":\"ok\",", ""),
            "class is missing",
        ),
        (
            "a negative count",
            with("\"count\":1", "\"count\":-1"),
            "count is -1: expected 0 to",
        ),
        (
            "a huge count",
            with("\"count\":1", "\"count\":9223372036854775807"),
            "expected 0 to",
        ),
        (
            "beyond a number",
            with("\"count\":1", "\"count\":1e300"),
            "expected a whole number",
        ),
        (
            "half an attempt",
            with("\"count\":1", "\"count\":0.5"),
            "expected a whole number",
        ),
        (
            "a number as text",
            with("\"count\":1", "\"count\":\"1\""),
            "expected a whole number",
        ),
        (
            "a class of its own",
            with("\"class\":\"ok\"", "\"class\":\"fine\""),
            "class is \"fine\", which is not known",
        ),
        (
            "a reason of its own",
            with("NoSuchMailbox", "Whatever"),
            "reason is \"Whatever\", which is not known",
        ),
        (
            "another row",
            format!("{all}\n[1]"),
            "expected a JSON object",
        ),
        (
            "a line of a log",
            format!("{all}\n{LOG}"),
            "expected a JSON object",
        ),
        ("an input twice", format!("{all}\n{input}"), "in it twice"),
        (
            "summed twice",
            all.replace(input, &input.replace("\"count\":1}", "\"count\":2}")),
            "in it twice",
        ),
        (
            "far away",
            with("\"minute\":", "\"minute\":9999999"),
            "beyond the year 9999",
        ),
    ]
}

#[test]
fn damaged_rows_are_an_error_and_nothing_of_them_counts() {
    let cases = damaged();
    assert_eq!(cases.len(), 18);
    for (name, rows, expected) in cases {
        let (exit, attempts, err) = report_of(rows.as_bytes());
        assert_eq!((exit, attempts), (Exit::Error, 0), "{name}: {err}");
        assert!(err.contains(expected), "{name}: {err}");
        assert!(
            err.contains("mx1.tally: line ") && err.contains("nothing of it was counted"),
            "{name}: {err}"
        );
    }
}

#[test]
fn what_is_no_tally_is_read_as_a_log() {
    let (exit, attempts, err) = report_of(LOG.as_bytes());
    assert_eq!((exit, attempts, &*err), (Exit::Done, 2, ""));
    assert_eq!(report_of(b"").1, 0);
    let (exit, attempts, _) = report_of(b"{\"schema\":\"other/1\"}\n");
    assert_eq!((exit, attempts), (Exit::Done, 0));
}

#[test]
fn flags_that_restrict_are_refused_beside_tallies() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t");
    fs::write(&path, small().join("\n")).unwrap();
    let path = path.display().to_string();
    let mut cases = 0;
    for flags in [
        &["--since", "2023-01-01"],
        &["--until", "2023-01-01"],
        &["--domain", "libero.it"],
    ] {
        let (exit, _, err) = run(&[&["report", &*path], &flags[..]].concat());
        assert_eq!(exit, Exit::Error);
        assert!(
            err.starts_with(&format!(
                "error: {}: counts of mailgap tally cannot be restricted",
                flags[0]
            )),
            "{err}"
        );
        cases += 1;
    }
    assert_eq!(cases, 3);
    let (exit, _, err) = run(&["fates", &path]);
    assert_eq!(exit, Exit::Error);
    assert!(err.contains("tell no fates"), "{err}");
    let (exit, _, err) = run(&["events", &path]);
    assert_eq!(exit, Exit::Error);
    assert!(err.contains("mailgap report FILE reads them"), "{err}");
}

#[cfg(feature = "polars")]
mod parquet {
    use super::*;
    use crate::tables::Packing;
    use crate::tables::columns::{Field, Kind, Table};
    use crate::tables::parquet::Writer;

    #[test]
    fn damaged_files_are_an_error_and_nothing_of_them_counts() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("mail.log");
        fs::write(&log, LOG).unwrap();
        let to = folder.path().join("t").display().to_string();
        let (exit, _, err) = run(&[
            "tally",
            "-f",
            "parquet",
            "-o",
            &to,
            &log.display().to_string(),
        ]);
        assert_eq!((exit, &*err), (Exit::Done, ""));
        let whole = fs::read(&to).unwrap();
        assert_eq!(report_of(&whole), (Exit::Done, 2, String::new()));
        let mut cases = 0;
        for end in (4..whole.len()).step_by(97) {
            let (exit, attempts, err) = report_of(&whole[..end]);
            assert_eq!((exit, attempts), (Exit::Error, 0), "{end}: {err}");
            cases += 1;
        }
        // A byte of the foot or of a page that is another one: an error, or what was there. With 131 one of them stands in
        // the number of values of a page.
        for place in (4..whole.len()).step_by(131) {
            let mut mangled = whole.clone();
            mangled[place] ^= 0x55;
            let (exit, attempts, err) = report_of(&mangled);
            assert!(
                exit == Exit::Error && attempts == 0 || exit == Exit::Done,
                "{place}: {err}"
            );
            cases += 1;
        }
        assert!(cases > 50, "{cases}");
    }

    #[test]
    fn foreign_files_say_what_is_missing() {
        let foreign: [Field; 2] = [("schema", Kind::Text), ("domain", Kind::Text)];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let mut writer = Writer::new(
            fs::File::create(&path).unwrap(),
            &foreign,
            &[],
            Packing::Small,
        )
        .unwrap();
        let mut table = Table::new(&foreign);
        let mut row = table.row();
        row.text(Some("other/1"));
        row.text(Some("libero.it"));
        writer.write(&table).unwrap();
        writer.finish().unwrap();
        let (exit, attempts, err) = report_of(&fs::read(&path).unwrap());
        assert_eq!((exit, attempts), (Exit::Error, 0));
        assert!(
            err.contains("no tally, or one that is not whole: the column record is missing"),
            "{err}"
        );
    }
}

#[cfg(not(feature = "polars"))]
#[test]
fn a_build_without_parquet_says_so() {
    let (exit, _, err) = run(&["tally", "-f", "parquet", "-o", "/dev/null", "/dev/null"]);
    assert_eq!(exit, Exit::Error);
    assert!(err.contains("lacks Parquet"), "{err}");
}
