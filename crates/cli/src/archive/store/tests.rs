//! What is read from a store is what was read from the logs; and what is wrong with a store is said.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use mailgap_core::time::Timestamp;
use serde_json::Value;

use super::*;
use crate::tables::columns::Table;
use crate::tables::{Packing, parquet};
use crate::testing::environment;

/// Exit status and both streams of a run.
fn mailgap(args: &[&str]) -> (u8, String, String) {
    let args = std::iter::once("mailgap").chain(args.iter().copied());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut environment = environment();
    environment.now = Timestamp::from_seconds(1_675_000_000);
    let exit = crate::run(args.map(OsString::from), &environment, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (exit.status(), text(out), text(err))
}

fn testdata(name: &str) -> String {
    format!("{}/../../testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Writes inputs into a store.
fn store(folder: &Path, inputs: &[&str]) {
    let mut args = vec!["events", "-f", "parquet", "-o", text(folder)];
    args.extend(["--timezone", "Europe/Rome"]);
    args.extend(inputs);
    let (status, out, err) = mailgap(&args);
    assert_eq!(
        (status, out.as_str(), err.as_str()),
        (0, "", ""),
        "{inputs:?}"
    );
}

/// A report without what was read: by whom it is told is not the same.
fn report(args: &[&str]) -> Value {
    let mut all = vec!["report", "-f", "json", "--timezone", "Europe/Rome"];
    all.extend(args);
    let (status, out, err) = mailgap(&all);
    assert_eq!((status, err.as_str()), (0, ""), "{args:?}");
    serde_json::from_str(&out).unwrap()
}

/// Everything that commands say of these inputs is the same from a store of them.
fn is_the_same(inputs: &[&str], flags: &[&[&str]]) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("store");
    store(&folder, inputs);
    for flags in flags {
        let of_store = [text(&folder)];
        assert_eq!(
            report(&[*flags, inputs].concat()),
            report(&[*flags, &of_store].concat()),
            "{inputs:?} {flags:?}"
        );
        // The lists are made of the same fates: once is enough.
        let lists = ["", "resend", "reinstate", "genuine", "pending"];
        for list in lists.iter().take(if flags.is_empty() { 5 } else { 1 }) {
            let mut args = vec!["fates", "-f", "jsonl", "--timezone", "Europe/Rome"];
            if !list.is_empty() {
                args.extend(["--list", list]);
            }
            let told = |inputs: &[&str]| mailgap(&[&args, *flags, inputs].concat());
            assert_eq!(told(inputs), told(&of_store), "{inputs:?} {flags:?} {list}");
        }
    }
}

#[test]
fn the_libero_incident_is_the_same_from_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    let rule = "[[rule]]\npattern = 'recipient rejected'\nreason = 'Reputation'\n";
    fs::write(&rules, rule).unwrap();
    let log = testdata("incidents/libero/mail-iso.log.gz");
    is_the_same(
        &[&log],
        &[
            &[],
            &["--jobs", "1"],
            &["--jobs", "2"],
            &["--since", "2023-01-25 20:00"],
            &["--until", "2023-01-26"],
            &["--since", "2023-01-24", "--until", "2023-01-26 13:00"],
            &["--domain", "libero.it"],
            &["--rules", text(&rules)],
        ],
    );
}

#[test]
fn logs_without_years_and_bounces_are_the_same_from_a_store() {
    let log = testdata("incidents/libero/mail.log.gz");
    let bounces = testdata("incidents/libero/bounces.mbox.xz");
    let flags: &[&[&str]] = &[
        &["--year", "2023"],
        &["--year", "2023", "--until", "2023-01-25"],
    ];
    for inputs in [&[bounces.as_str()][..], &[&log, &bounces]] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("store");
        let mut args = vec!["events", "-f", "parquet", "-o", text(&folder)];
        args.extend(["--timezone", "Europe/Rome", "--year", "2023"]);
        args.extend(inputs);
        assert_eq!(mailgap(&args), (0, String::new(), String::new()));
        for flags in flags {
            let of_logs = report(&[flags, inputs].concat());
            assert_eq!(of_logs, report(&[*flags, &[text(&folder)]].concat()));
            let fates = |inputs: &[&str]| {
                let args = ["fates", "-f", "jsonl", "--timezone", "Europe/Rome"];
                mailgap(&[&args, *flags, inputs].concat())
            };
            assert_eq!(fates(inputs), fates(&[text(&folder)]));
        }
    }
    // The log alone is in one store and the bounces in another; and the log is given beside.
    let folder = tempfile::tempdir().unwrap();
    let iso = testdata("incidents/libero/mail-iso.log.gz");
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    store(&one, &[&iso]);
    store(&two, &[&bounces]);
    let mut expected = report(&[&iso, &bounces]);
    let mut told = report(&[text(&one), text(&two), &iso]);
    let coverage = |report: &mut Value| report["coverage"].take();
    let (_, read) = (coverage(&mut expected), coverage(&mut told));
    assert_eq!(expected, told);
    assert_eq!(
        read["duplicate_inputs"].as_array().unwrap().len(),
        1,
        "{read}"
    );
}

#[test]
fn exim_and_bytes_that_are_no_text_are_the_same_from_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("odd.log");
    let mut lines = Vec::new();
    for n in 0..400 {
        let (hour, minute) = (n / 60 + 3, n % 60);
        // Out of order, so that lines of two days are mixed.
        let day = 23 + n % 3;
        let head = format!("2023-01-{day}T{hour:02}:{minute:02}:01Z mx1 postfix");
        let id = format!("4P{n:05}");
        lines.extend(format!("{head}/cleanup[1]: {id}: message-id=<{n}@x.example>\n").bytes());
        lines.extend(
            format!("{head}/qmgr[1]: {id}: from=<s@x.example>, size=1, nrcpt=1 (queue active)\n")
                .bytes(),
        );
        lines.extend(format!("{head}/smtp[1]: {id}: to=<").bytes());
        lines.extend(if n % 2 == 0 {
            &b"caf\xe9@b.example"[..]
        } else {
            b"caf\xe8@b.example"
        });
        lines.extend(
            b">, relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/0.5/0.5, dsn=5.1.1, ",
        );
        lines.extend(b"status=bounced (host mx.b.example[192.0.2.1] said: 550 5.1.1 caf\xe9: unknown (in reply to RCPT TO command))\n");
        lines.extend(format!("{head}/qmgr[1]: {id}: removed\n").bytes());
        lines.extend(format!("{head}/smtp[1]: {id}: no such shape to=<\n").bytes());
    }
    fs::write(&odd, lines).unwrap();
    is_the_same(
        &[text(&odd)],
        &[&[], &["--since", "2023-01-24"], &["--until", "2023-01-24"]],
    );
    let exim = folder.path().join("exim.log");
    let lines = fs::read_to_string(testdata("exim/conformance.tsv")).unwrap();
    let lines = lines.lines().filter_map(|line| line.split('\t').nth(1));
    let lines: Vec<&str> = lines.collect();
    fs::write(&exim, lines.join("\n")).unwrap();
    let told = report(&[text(&exim)]);
    let count = |what: &str| told["coverage"]["lines"][what].as_u64().unwrap();
    assert!(count("delivery") >= 20 && count("queue") >= 5, "{told}");
    is_the_same(&[text(&exim)], &[&[]]);
    is_the_same(&[&testdata("dsn")], &[&[]]);
}

#[test]
fn an_input_is_added_once() {
    let folder = tempfile::tempdir().unwrap();
    let of = folder.path().join("store");
    let file = small_log();
    let log = text(file.path());
    let other = folder.path().join("other.log");
    let line = "2023-01-23T16:00:01Z mx2 postfix/smtp[1]: 4P1X: to=<a@b.example>, relay=mx.b.example[192.0.2.1]:25, \
                delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n";
    fs::write(&other, line).unwrap();
    store(&of, &[log]);
    let before = report(&[text(&of)]);
    let args = [
        "events",
        "-f",
        "parquet",
        "-o",
        text(&of),
        "--timezone",
        "Europe/Rome",
    ];
    let (status, _, err) = mailgap(&[&args[..], &[log, text(&other), text(&other)]].concat());
    assert_eq!(status, 0);
    let times = err
        .matches("the store has it already, so nothing was added")
        .count();
    assert_eq!(times, 2, "{err}");
    assert_eq!(sorted(&of.join(INPUTS)).len(), 2);
    assert_eq!(report(&[text(&of)]), report(&[log, text(&other)]));
    assert_ne!(report(&[text(&of)]), before);
    assert!(!of.join(WRITING).exists());
}

#[test]
fn what_a_killed_run_left_is_no_part_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let of = folder.path().join("store");
    let file = small_log();
    let log = text(file.path());
    store(&of, &[log]);
    let expected = report(&[text(&of)]);
    // As it is when a run is killed between its files and its manifest.
    fs::create_dir(of.join(WRITING)).unwrap();
    fs::write(of.join(WRITING).join("0-19380-0.parquet"), "PAR1").unwrap();
    let left = of
        .join("day=2023-01-25")
        .join(format!("{}-0.parquet", "0f".repeat(16)));
    fs::write(&left, "PAR1").unwrap();
    assert_eq!(report(&[text(&of)]), expected);
    let (status, _, err) = mailgap(&["events", "-f", "parquet", "-o", text(&of), "--quiet", log]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(!left.exists() && !of.join(WRITING).exists());
    assert_eq!(report(&[text(&of)]), expected);
}

/// Three days of one destination, in a file.
fn small_log() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut lines = String::new();
    for n in 0..600 {
        let (day, hour, minute) = (24 + n / 200, n % 200 / 10, n % 10 * 6);
        let is_refused = (150..450).contains(&n);
        let answer = if is_refused {
            "deferred (host mx.b.example[192.0.2.1] said: 452 4.2.2 full (in reply to RCPT TO command))"
        } else {
            "sent (250 ok)"
        };
        let _ = writeln!(
            lines,
            "2023-01-{day}T{hour:02}:{minute:02}:01Z mx1 postfix/smtp[1]: 4P{n:05}: to=<u{n}@b.example>, \
             relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status={answer}"
        );
    }
    fs::write(&file, lines).unwrap();
    file
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for path in sorted(from) {
            copy(&path, &to.join(path.file_name().unwrap()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// Changes the text of the only manifest.
fn edit(store: &Path, edit: impl FnOnce(&mut Value)) {
    let path = sorted(&store.join(INPUTS)).pop().unwrap();
    let mut manifest = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    edit(&mut manifest);
    fs::write(path, manifest.to_string()).unwrap();
}

/// The first file of a store.
fn first_file(store: &Path) -> PathBuf {
    let day = sorted(store)
        .into_iter()
        .find(|path| text(path).contains("day="))
        .unwrap();
    sorted(&day).remove(0)
}

/// Puts another file in the place of the first one, and its size and sum into the manifest.
fn replace_first(store: &Path, fields: &[crate::tables::columns::Field], schema: &str) {
    let path = first_file(store);
    let reader = parquet::Reader::open(&path).unwrap();
    let groups: Vec<Table> = (0..reader.groups())
        .map(|group| reader.read(group, fields).unwrap())
        .collect();
    let file = fs::File::create(&path).unwrap();
    let mut writer =
        parquet::Writer::new(file, fields, &[("mailgap.schema", schema)], Packing::Fast).unwrap();
    for group in &groups {
        writer.write(group).unwrap();
    }
    writer.finish().unwrap();
    let (bytes, sum) = manifest::checksum(&path).unwrap();
    edit(store, |manifest| {
        let file = &mut manifest["files"][0];
        file["bytes"] = bytes.into();
        file["checksum"] = sum.into();
    });
}

type Damage = fn(&Path);

/// What is wrong, how it is made so, and what is said.
const DAMAGES: [(&str, Damage, &str); 12] = [
    (
        "a file that was cut",
        |store| {
            let bytes = fs::read(first_file(store)).unwrap();
            fs::write(first_file(store), &bytes[..bytes.len() / 2]).unwrap();
        },
        " bytes and not ",
    ),
    (
        "a file with another byte",
        |store| {
            let mut bytes = fs::read(first_file(store)).unwrap();
            bytes[100] ^= 1;
            fs::write(first_file(store), bytes).unwrap();
        },
        "is damaged: its checksum is not the one that was noted",
    ),
    (
        "a file that is gone",
        |store| {
            fs::remove_file(first_file(store)).unwrap();
        },
        "No such file",
    ),
    (
        "a file that is no Parquet, with its sum",
        |store| {
            fs::write(first_file(store), "PAR1 and so on").unwrap();
            let (bytes, sum) = manifest::checksum(&first_file(store)).unwrap();
            edit(store, |manifest| {
                manifest["files"][0]["bytes"] = bytes.into();
                manifest["files"][0]["checksum"] = sum.into();
            });
        },
        "parquet",
    ),
    (
        "a file without a column",
        |store| {
            let fields: Vec<_> = schema::FIELDS
                .into_iter()
                .filter(|field| field.0 != "contact")
                .collect();
            replace_first(store, &fields, SCHEMA);
        },
        "the column contact is missing",
    ),
    (
        "a file of a newer layout",
        |store| {
            replace_first(store, &schema::FIELDS, "mailgap.store/2");
        },
        "it has the layout \"mailgap.store/2\"",
    ),
    (
        "rows that are missing",
        |store| {
            edit(store, |manifest| manifest["files"][0]["rows"] = 7.into());
        },
        "has other rows than it should have",
    ),
    (
        "a manifest of a newer layout",
        |store| {
            edit(store, |manifest| {
                manifest["schema"] = "mailgap.store/2".into();
            });
        },
        "it has the layout \"mailgap.store/2\", and this mailgap knows \"mailgap.store/1\"",
    ),
    (
        "a manifest that was cut",
        |store| {
            let path = sorted(&store.join(INPUTS)).pop().unwrap();
            let bytes = fs::read(&path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        },
        "it is no manifest of a store",
    ),
    (
        "a manifest that names other files",
        |store| {
            edit(store, |manifest| {
                manifest["files"][0]["path"] = "../../x.parquet".into();
            });
        },
        "it names files outside of the store",
    ),
    (
        "a store of a newer layout",
        |store| {
            fs::write(store.join(HEAD), r#"{"schema": "mailgap.store/2"}"#).unwrap();
        },
        "a newer mailgap reads it",
    ),
    (
        "a head that is none",
        |store| {
            fs::write(store.join(HEAD), "{").unwrap();
        },
        "mailgap-store.json: ",
    ),
];

#[test]
fn a_damaged_store_is_told_and_nothing_wrong_is_reported() {
    let log = small_log();
    let whole = tempfile::tempdir().unwrap();
    store(&whole.path().join("store"), &[text(log.path())]);
    for (name, damage, expected) in DAMAGES {
        let folder = tempfile::tempdir().unwrap();
        let of = folder.path().join("store");
        copy(&whole.path().join("store"), &of);
        damage(&of);
        let (status, out, err) = mailgap(&["report", "-f", "json", text(&of)]);
        assert_eq!(status, 2, "{name}");
        assert!(err.contains(expected), "{name}: {err}");
        if !out.is_empty() {
            let report: Value = serde_json::from_str(&out).unwrap();
            assert_eq!(report["coverage"]["events"], 0, "{name}");
            assert_eq!(report["outages"].as_array().unwrap().len(), 0, "{name}");
        }
    }
    // A foreign file is told, and the rest is reported.
    let of = whole.path().join("store");
    let mut expected = report(&[text(&of)]);
    fs::copy(
        first_file(&of),
        of.join("day=2023-01-25").join("copy.parquet"),
    )
    .unwrap();
    let args = [
        "report",
        "-f",
        "json",
        "--timezone",
        "Europe/Rome",
        text(&of),
    ];
    let (status, out, err) = mailgap(&args);
    assert_eq!(status, 2);
    assert!(
        err.contains("copy.parquet: no input of this store has it, so it was left out"),
        "{err}"
    );
    let mut told: Value = serde_json::from_str(&out).unwrap();
    told["coverage"].take();
    expected["coverage"].take();
    assert_eq!(told, expected);
}

#[test]
fn a_log_of_forged_days_is_written_in_bounds_and_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (log, of) = (folder.path().join("log"), folder.path().join("store"));
    let mut lines = String::new();
    // 300 days, again and again: more than may be open, or held.
    for n in 0..900_i64 {
        let time = Timestamp::from_seconds(1_600_000_000 + n * 7 % 300 * 86_400);
        let _ = writeln!(
            lines,
            "{time} mx1 postfix/smtp[1]: 4P{n:05}: to=<u@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=1, \
             delays=0/0/0/1, dsn=4.2.2, status=deferred (host mx.b.example[192.0.2.1] said: 452 4.2.2 full)"
        );
    }
    fs::write(&log, lines).unwrap();
    store(&of, &[text(&log)]);
    assert_eq!(report(&[text(&log)]), report(&[text(&of)]));
    let days = sorted(&of)
        .into_iter()
        .filter(|path| text(path).contains("day="));
    assert_eq!(days.count(), 300);
}

#[test]
fn a_minor_version_is_read() {
    for (schema, is_known) in [
        ("mailgap.store/1", true),
        ("mailgap.store/1.4", true),
        ("mailgap.store/2", false),
        ("mailgap.store/11", false),
        ("mailgap.report/1", false),
        ("", false),
    ] {
        assert_eq!(manifest::is_known(schema), is_known, "{schema}");
    }
}

#[test]
fn what_makes_no_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = small_log();
    let log = text(file.path());
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let of = folder.path().join("store");
    let cases: [(&[&str], &str); 6] = [
        (&["-f", "parquet", log], "name it with -o"),
        (
            &["-f", "parquet", "-o", text(&file), log],
            "a store is a folder",
        ),
        (
            &["-f", "parquet", "-o", text(folder.path()), log],
            "the folder is no store",
        ),
        (
            &[
                "-f",
                "parquet",
                "-o",
                text(&of),
                "--domain",
                "libero.it",
                log,
            ],
            "a store holds whole inputs",
        ),
        (
            &[
                "-f",
                "parquet",
                "-o",
                text(&of),
                "--since",
                "2023-01-25",
                log,
            ],
            "a store holds whole inputs",
        ),
        (
            &[
                "-f",
                "parquet",
                "-o",
                text(&of),
                "--until",
                "2023-01-25",
                log,
            ],
            "a store holds whole inputs",
        ),
    ];
    for (args, expected) in cases {
        let (status, out, err) = mailgap(&[&["events"], args].concat());
        assert_eq!((status, out.as_str()), (2, ""));
        assert!(err.contains(expected), "{args:?}: {err}");
    }
    assert!(!of.exists());
    store(&of, &[log]);
    let (status, _, err) = mailgap(&["events", text(&of)]);
    assert_eq!(status, 2);
    assert!(
        err.contains("is a store of events, which mailgap events does not read"),
        "{err}"
    );
    // Two runs that write at one time.
    fs::create_dir(of.join(WRITING)).unwrap();
    let lock = fs::File::create(of.join(WRITING).join("lock")).unwrap();
    lock.try_lock().unwrap();
    let (status, _, err) = mailgap(&["events", "-f", "parquet", "-o", text(&of), log]);
    assert_eq!(status, 2);
    assert!(err.contains("another run is writing into it"), "{err}");
}
