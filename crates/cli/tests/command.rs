//! The command as its users meet it: flags, exit status, what goes to which stream.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use mailgap::{Environment, Exit, run};
use mailgap_core::time::Timestamp;

/// Nobody looks on, and the clock stands still.
fn environment() -> Environment {
    Environment {
        now: Timestamp::from_seconds(1_675_000_000),
        timezone: Some("Europe/Rome".to_owned()),
        jobs: 2,
        columns: None,
        terminal_columns: None,
        stdin_is_terminal: true,
        stdout_is_terminal: false,
        stderr_is_terminal: false,
        color: None,
        random: Some([1; 32]),
        dumb: false,
    }
}

/// Exit status and both streams of a run within this process.
fn mailgap(args: &[&str]) -> (u8, String, String) {
    mailgap_in(&environment(), args)
}

fn mailgap_in(environment: &Environment, args: &[&str]) -> (u8, String, String) {
    let args = std::iter::once("mailgap").chain(args.iter().copied());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = run(args.map(OsString::from), environment, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (exit.status(), text(out), text(err))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

#[test]
fn help_and_version_are_data() {
    for args in [
        &["--help"][..],
        &["report", "--help"],
        &["events", "-h"],
        &["--version"],
    ] {
        let (status, out, err) = mailgap(args);
        assert_eq!((status, err.as_str()), (0, ""), "{args:?}");
        assert!(out.ends_with('\n') && out.len() > 8, "{args:?}: {out}");
    }
    let (_, out, _) = mailgap(&["report", "--help"]);
    assert!(out.contains("Examples:\n  mailgap report /var/log/mail.log"));
}

#[test]
fn wrong_command_lines_are_status_2_and_print_no_data() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("mail.log");
    fs::write(&log, "").unwrap();
    let log = path(&log);
    let cases: [(&[&str], &str); 16] = [
        (&[], "Usage: mailgap"),
        (&["reprot"], "similar subcommand exists: 'report'"),
        (&["report", "--jobs", "0", log], "0 is not in 1..=1024"),
        (
            &["report", "-f", "pdf", log],
            "[possible values: text, markdown, html, json, csv]",
        ),
        (
            &["events", "-f", "json", log],
            "[possible values: csv, jsonl, parquet]",
        ),
        (
            &["report"],
            "error: no log named, and standard input is a terminal\nhint: name a log",
        ),
        (
            &["report", "--timezone", "Rome", log],
            "error: --timezone: unknown time zone \"Rome\"\nhint: did you mean Europe/Rome?\n",
        ),
        (
            &["report", "--since", "monday", log],
            "error: --since: expected a time, found \"monday\"\nhint: a time is 2023-01-23",
        ),
        (
            &[
                "events",
                "--since",
                "2023-01-24",
                "--until",
                "2023-01-22",
                log,
            ],
            "error: --since 2023-01-24 is not before --until 2023-01-22\n",
        ),
        (
            &["report", "--since", "2023-02-30", log],
            "error: --since: no such date: \"2023-02-30\"\n",
        ),
        (
            &["report", "--since", "-2y", log],
            "error: --since: expected a time, found \"-2y\"\nhint: a time is 2023-01-23",
        ),
        (
            &["events", "-o", "events.json", log],
            "hint: this command writes one JSON object a line: -o events.jsonl, or say -f jsonl\n",
        ),
        (
            &["report", "-o", "/nonexistent/report.txt", log],
            "error: -o /nonexistent/report.txt: the folder /nonexistent does not exist\n",
        ),
        (
            &["report", "--domain", "user@libero.it", log],
            "hint: --domain libero.it takes all of its recipients\n",
        ),
        (
            &["report", "-o", "report.pdf", log],
            "error: -o report.pdf: the ending names no format\nhint: say which with -f: text, markdown, html, json, csv\n",
        ),
        (
            &["report", "--rules", "/nonexistent/rules.toml", log],
            "error: --rules: reading",
        ),
    ];
    for (args, said) in cases {
        let (status, out, err) = mailgap(args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(said), "{args:?}: {err}");
    }
}

#[test]
fn a_folder_without_a_file_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let (status, _, err) = mailgap(&["report", path(dir.path())]);
    assert_eq!(status, 2);
    assert!(
        err.starts_with("error: ") && err.contains(path(dir.path())),
        "{err}"
    );
}

#[test]
fn a_guessed_year_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("mail.log");
    let wrapped = format!("2023-01-23T15:00:01.123Z stdout F {SENT}");
    let dated = SENT.replace("Jan 23 15:59:01", "2023-01-23T15:59:01+01:00");
    let cases = [
        (SENT, &[][..], true),
        (
            SENT,
            &["--since", "1999-01-01", "--until", "1999-01-02"],
            true,
        ),
        (SENT, &["--year", "2023"], false),
        (&dated, &[], false),
        (&wrapped, &[], false),
    ];
    for (text, flags, guessed) in cases {
        fs::write(&log, text).unwrap();
        let (_, out, _) = mailgap(&[&["report", path(&log)], flags].concat());
        let said = out.contains("\n  year            not in the stamps, judged by ");
        assert_eq!(said, guessed, "{text} {flags:?}: {out}");
        let (_, json, _) = mailgap(&[&["report", "-f", "json", path(&log)], flags].concat());
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let years = json["coverage"]["guessed_years"].as_array().unwrap();
        assert_eq!(years.len(), usize::from(guessed), "{text} {flags:?}");
    }
}

/// "No outage" must not be said by a check that saw nothing.
#[test]
fn a_check_that_understood_nothing_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("mail.log");
    let cases: [(&[u8], u8); 5] = [
        (b"", 2),
        (b"\x00\x01\x02\xff\n\x00", 2),
        (b"1674486001 lmtp ok user=<a@b.example>\n", 2),
        (b"Jan 23 15:59:01 mx1 sshd[1]: x\n", 2),
        (SENT.as_bytes(), 0),
    ];
    for (bytes, expected) in cases {
        fs::write(&log, bytes).unwrap();
        let (status, out, err) = mailgap(&["report", "--check", path(&log)]);
        assert_eq!(status, expected, "{err}");
        assert!(out.contains("\nCoverage\n"), "{out}");
        let said = err.starts_with("error: --check: nothing was understood");
        assert_eq!(said, expected == 2, "{err}");
        assert_eq!(mailgap(&["report", path(&log)]).0, 0);
    }
}

#[test]
fn files_that_are_no_logs_raise_no_alarm_about_those_that_are() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("mail.log", &SENT.repeat(50));
    let said = || mailgap(&["report", path(dir.path())]).1;
    assert!(!said().contains("\nnote: "));
    write("notes.txt", &"Dear diary,\n".repeat(40));
    write("todo.txt", &"Milk\n".repeat(30));
    let out = said();
    let note = "\nnote: 70 lines in 2 inputs are of no mail log that mailgap knows, see Coverage\n";
    assert!(out.contains(note), "{out}");
    assert!(
        out.contains("\n  not understood  70 lines in 2 of 3 inputs, among them\n"),
        "{out}"
    );
    assert!(!out.contains(" % of the lines"), "{out}");
    write("mail.log.1", &format!("{SENT}Dear diary,\n"));
    let out = said();
    assert!(out.contains(note), "{out}");
    assert!(
        out.contains("\nnote: 2 % of the lines that may be about mail"),
        "{out}"
    );
}

#[test]
fn names_that_grep_puts_before_lines_do_not_matter() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("found.txt");
    let events = [SENT.to_owned(), format!("mail.log:{SENT}")].map(|line| {
        fs::write(&log, line).unwrap();
        mailgap(&["events", "-f", "jsonl", "--year", "2023", path(&log)]).1
    });
    assert!(events[0].contains("a@libero.it"), "{}", events[0]);
    assert_eq!(events[0], events[1]);
}

/// A pipe that lies in a folder has no writer: reading it would never end.
#[cfg(unix)]
#[test]
fn folders_may_hold_pipes_and_links_to_themselves() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("logs");
    fs::create_dir_all(folder.join("old")).unwrap();
    fs::write(folder.join("mail.log"), SENT).unwrap();
    fs::write(folder.join("old/mail.log.1"), SENT.repeat(2)).unwrap();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.join(name)).unwrap();
    link(".", "loop");
    link("../old", "old/again");
    link("nowhere", "dangling");
    let made = Command::new("mkfifo").arg(folder.join("pipe")).status();
    assert!(made.unwrap().success());
    let (status, out, err) = mailgap(&["report", "-f", "json", path(&folder)]);
    assert_eq!(status, 2, "{err}");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let coverage = &json["coverage"];
    assert_eq!(
        (&coverage["inputs"], &coverage["events"]),
        (&2.into(), &3.into())
    );
    let mut lines = err.lines();
    for said in [
        "/dangling: is a link to what does not exist",
        "/pipe: is a pipe: name it to read it",
    ] {
        assert!(lines.next().unwrap().ends_with(said), "{err}");
    }
    assert_eq!(lines.next(), None);
    // Named twice is read twice, as with files.
    let (_, out, _) = mailgap(&["events", path(&folder), path(&folder)]);
    assert_eq!(out.lines().count(), 6);
}

/// A pipe that is named is what `<(zcat mail.log.gz)` gives.
#[cfg(unix)]
#[test]
fn a_pipe_that_is_named_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let writer = {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::write(pipe, SENT).unwrap())
    };
    let (status, out, err) = mailgap(&["events", path(&pipe)]);
    writer.join().unwrap();
    assert_eq!((status, err.as_str(), out.lines().count()), (0, "", 1));
}

#[test]
fn an_unread_input_is_status_2_and_the_others_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("mail.log");
    fs::write(&log, "Dear diary,\n").unwrap();
    let missing = dir.path().join("no\x1b[31msuch.log");
    for check in [&[][..], &["--check"]] {
        let args = [&["report", path(&missing), path(&log)], check].concat();
        let (status, out, err) = mailgap(&args);
        assert_eq!(status, 2);
        assert!(out.contains("\n  read            1 input"), "{out}");
        assert!(out.contains("\n  not read        "), "{out}");
        assert!(
            err.starts_with("error: ") && err.ends_with("no\\x1b[31msuch.log: does not exist\n"),
            "{err}"
        );
        assert!(!out.contains('\x1b') && !err.contains('\x1b'));
    }
}

#[test]
fn a_log_without_mail_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("notes.txt");
    fs::write(&log, "Dear diary,\n").unwrap();
    let (status, out, err) = mailgap(&["report", path(&log)]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.starts_with("nothing was "), "{out}");
    assert!(out.contains("\nhint: "), "{out}");
    let (status, out, err) = mailgap(&["events", path(&log)]);
    assert_eq!((status, out.as_str()), (0, ""));
    assert!(err.starts_with("note: nothing was understood as an event\nhint: "));
    let (_, _, err) = mailgap(&["events", "--quiet", path(&log)]);
    assert_eq!(err, "");
}

#[test]
fn a_file_gets_the_format_of_its_ending_and_standard_output_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("mail.log");
    fs::write(&log, "").unwrap();
    let report = dir.path().join("report.json");
    fs::write(&report, "x".repeat(100_000)).unwrap();
    let (status, out, _) = mailgap(&["report", path(&log), "-o", path(&report)]);
    assert_eq!((status, out.as_str()), (0, ""));
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
    assert_eq!(json["schema"], "mailgap.report/1");
    assert_eq!(json["timezone"], "Europe/Rome");
}

#[test]
fn a_log_is_never_overwritten_by_its_own_report() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("mail.log");
    fs::write(&log, "precious\n").unwrap();
    for args in [
        ["report", path(&log), "-f", "text", "-o", path(&log)],
        ["events", path(&log), "-f", "jsonl", "-o", path(&log)],
    ] {
        let (status, _, err) = mailgap(&args);
        assert_eq!(status, 2);
        assert!(err.contains(": the file is also an input\nhint: "), "{err}");
        assert_eq!(fs::read_to_string(&log).unwrap(), "precious\n");
    }
}

/// A reader that went away, as `head` does.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("mail.log");
    fs::write(&log, "").unwrap();
    for command in ["report", "events"] {
        let args = ["mailgap", command, "--quiet", path(&log)].map(OsString::from);
        let mut err = Vec::new();
        let exit = run(args, &environment(), &mut Closed, &mut err);
        assert_eq!((exit, err.len()), (Exit::Done, 0), "{command}");
    }
}

#[test]
fn colour_is_for_terminals() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("mail.log");
    fs::write(&log, "").unwrap();
    let terminal = Environment {
        stdout_is_terminal: true,
        terminal_columns: Some(80),
        ..environment()
    };
    let no_color = Environment {
        color: Some(false),
        ..terminal.clone()
    };
    let cases: [(&Environment, &[&str], bool); 5] = [
        (&terminal, &[], true),
        (&terminal, &["--color", "never"], false),
        (&no_color, &[], false),
        (&no_color, &["--color", "always"], true),
        (&environment(), &[], false),
    ];
    for (environment, flags, colour) in cases {
        let args = [&["report", path(&log)], flags].concat();
        let (_, out, _) = mailgap_in(environment, &args);
        assert_eq!(out.contains('\x1b'), colour, "{flags:?}");
    }
}

#[test]
fn text_is_as_wide_as_columns_says() {
    let log = testdata("incidents/libero/mail-iso.log.gz");
    let widest = |environment: &Environment| {
        let (_, out, _) = mailgap_in(environment, &["report", &log]);
        out.lines().map(|line| line.chars().count()).max().unwrap()
    };
    let terminal = |columns, terminal_columns, stdout_is_terminal| Environment {
        columns,
        terminal_columns: Some(terminal_columns),
        stdout_is_terminal,
        color: Some(false),
        ..environment()
    };
    let cases = [
        (None, 80, false, 90..=100),
        (None, 80, true, 70..=80),
        (Some(72), 80, false, 62..=72),
        (Some(72), 80, true, 62..=72),
        (Some(3), 80, true, 50..=60),
    ];
    for (columns, of_terminal, is_terminal, expected) in cases {
        let found = widest(&terminal(columns, of_terminal, is_terminal));
        assert!(
            expected.contains(&found),
            "{columns:?} {is_terminal}: {found}"
        );
    }
}

#[test]
fn flags_that_cut_an_outage_are_named_and_the_log_is_not() {
    let log = testdata("incidents/libero/mail-iso.log.gz");
    let cases: [(&[&str], [&str; 2]); 2] = [
        (
            &["--since", "2023-01-24", "--until", "2023-01-26"],
            [
                ": no connection from about 23 Jan 16:00",
                ", still failing at --until (",
            ],
        ),
        // The log begins and ends within.
        (
            &["--since", "2022-01-01", "--until", "2023-12-31"],
            [
                ": no connection from about 23 Jan",
                ", answers again since some time between 27 Jan 18:50 and",
            ],
        ),
    ];
    for (flags, said) in cases {
        let args = [&["report", "--domain", "libero.it", &log], flags].concat();
        let (_, out, _) = mailgap(&args);
        for said in said {
            assert!(
                out.replace("\n  ", " ").contains(said),
                "{flags:?}: {said}: {out}"
            );
        }
        // What comes before --since is known, and what comes after --until is not.
        assert_eq!(
            out.contains("beyond --until"),
            said[1].contains("--until"),
            "{out}"
        );
        assert!(!out.contains("before --since"), "{out}");
    }
    // A tally that was made with the flag knows no more.
    let dir = tempfile::tempdir().unwrap();
    let tally = dir.path().join("tally.jsonl");
    let args = ["tally", "--since", "2023-01-24", &log, "-o", path(&tally)];
    assert_eq!(mailgap(&args).0, 0);
    let (_, out, _) = mailgap(&["report", path(&tally)]);
    assert!(out.contains(" since before --since (24 Jan"), "{out}");
}

/// The binary itself: standard input is read when it is a pipe, and the exit status is the process's.
#[test]
fn the_binary_reads_a_pipe_and_exits_with_the_status() {
    let mailgap = |args: &[&str], input: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mailgap"))
            .args(args)
            .env("TZ", "Asia/Tokyo")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A run that ends early closes its end first.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (status, out, err) = mailgap(&["report", "-f", "json"], b"");
    assert_eq!((status, err.as_str()), (Some(0), ""));
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["coverage"]["inputs"], 1);
    assert_eq!(json["timezone"], "Asia/Tokyo");
    let (status, out, err) = mailgap(&["report", "--timezone", "Nowhere"], b"");
    assert_eq!((status, out.as_str()), (Some(2), ""));
    assert!(err.starts_with("error: "));
}

const SENT: &str = "Jan 23 15:59:01 mx1 postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@libero.it>, relay=none, \
                    delay=1.2, dsn=2.0.0, status=sent (250 ok, \"thanks\")\n";

#[test]
fn explanations_are_one_json_document_and_one_text_each() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("mail.log");
    for lines in [0, 1, 20] {
        fs::write(&log, SENT.repeat(lines)).unwrap();
        let (status, out, err) = mailgap(&["explain", path(&log), "-f", "json"]);
        assert_eq!((status, err.is_empty()), (0, lines > 0));
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(json["schema"], "mailgap.explain/1");
        let explanations = json["explanations"].as_array().unwrap();
        assert_eq!(explanations.len(), lines);
        for (explanation, line) in explanations.iter().zip(1..) {
            assert_eq!(explanation["line"], line);
            assert_eq!(explanation["row"]["recipient"], "a@libero.it");
        }
        let (status, out, _) = mailgap(&["explain", path(&log)]);
        assert_eq!(status, 0);
        assert_eq!(out.matches(": a delivery line of Postfix").count(), lines);
    }
    let (status, out, err) = mailgap(&["explain", "/nonexistent/line.txt"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.starts_with("error: /nonexistent/line.txt: "), "{err}");
}

#[test]
fn explain_takes_several_files_and_shows_times_in_the_zone() {
    let dir = tempfile::tempdir().unwrap();
    let (log, other) = (dir.path().join("a.log"), dir.path().join("b.log"));
    fs::write(&log, SENT).unwrap();
    fs::write(
        &other,
        SENT.replace("Jan 23 15:59:01", "2023-01-23T15:59:01Z"),
    )
    .unwrap();
    let flags = ["--timezone", "Asia/Tokyo", "--year", "2023"];
    let (status, out, _) = mailgap(&[&["explain", path(&other), path(&log)], &flags[..]].concat());
    assert_eq!(status, 0);
    let (first, second) = out.split_once(&format!("{}:1: ", path(&log))).unwrap();
    assert!(first.contains("in UTC 2023-01-23T15:59:01.000Z, in Asia/Tokyo 2023-01-24 00:59:01"));
    assert!(second.contains("in UTC 2023-01-23T06:59:01.000Z, in Asia/Tokyo 2023-01-23 15:59:01"));
    let (_, out, _) = mailgap(&["explain", path(&other), "--timezone", "UTC"]);
    assert!(!out.contains(", in UTC "), "{out}");
}

#[test]
fn events_are_csv_by_the_ending() {
    let dir = tempfile::tempdir().unwrap();
    let (log, csv) = (dir.path().join("mail.log"), dir.path().join("events.csv"));
    fs::write(&log, SENT.repeat(3)).unwrap();
    let (status, out, _) = mailgap(&["events", path(&log), "-o", path(&csv)]);
    assert_eq!((status, out.as_str()), (0, ""));
    let rows = fs::read_to_string(&csv).unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    assert_eq!(rows.len(), 4);
    assert!(rows[0].starts_with("record,time,source,input,line,"));
    assert!(
        rows[1].contains(",\"250 ok, \"\"thanks\"\"\",1.2,"),
        "{}",
        rows[1]
    );
    let (_, out, _) = mailgap(&["events", path(&log), "-f", "csv", "--all"]);
    assert!(
        out.lines()
            .next()
            .unwrap()
            .ends_with(",notification_queue_id")
    );
}

/// The subcommands, as `--help` lists them.
fn commands() -> Vec<String> {
    let (_, help, _) = mailgap(&["--help"]);
    let (_, list) = help.split_once("Commands:\n").expect("help lists commands");
    list.lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| Some(line.strip_prefix("  ")?.split_once(' ')?.0.to_owned()))
        .filter(|name| !name.is_empty())
        .collect()
}

/// The long flags of a subcommand, as its help lists them.
fn flags(command: &str) -> Vec<String> {
    let (status, help, _) = mailgap(&[command, "--help"]);
    assert_eq!(status, 0, "{command}");
    help.lines()
        .filter_map(|line| {
            line.trim_start()
                .strip_prefix('-')
                .map(|_| line.trim_start())
        })
        .filter_map(|line| {
            line.split([' ', ',', '['])
                .find(|word| word.starts_with("--"))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn completions_and_the_manual_know_every_command_and_flag() {
    let commands = commands();
    assert!(commands.len() >= 4, "{commands:?}");
    for what in ["man", "bash", "zsh", "fish", "elvish", "powershell"] {
        let (status, text, err) = mailgap(&["generate", what]);
        assert_eq!((status, err.as_str()), (0, ""), "{what}");
        let text = text.replace("\\-", "-");
        let mut n_flags = 0;
        for command in &commands {
            let name = if what == "man" {
                format!("MAILGAP {}", command.to_uppercase())
            } else {
                command.clone()
            };
            assert!(text.contains(&name), "{what}: {name}");
            for flag in flags(command) {
                // fish names long flags without their dashes.
                let said = text.contains(&flag)
                    || text.contains(&format!("-l {}", flag.trim_start_matches('-')));
                assert!(said, "{what}: {command} {flag}");
                n_flags += 1;
            }
        }
        assert!(n_flags > 20, "{n_flags}");
    }
    let (status, _, _) = mailgap(&["generate", "tcsh"]);
    assert_eq!(status, 2);
}

#[test]
fn the_manual_has_the_sections_of_one() {
    let (_, page, _) = mailgap(&["generate", "man"]);
    let mut sections = 0;
    for section in [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "\"MAILGAP REPORT\"",
        "\"EXIT STATUS\"",
        "ENVIRONMENT",
    ] {
        assert!(
            page.contains(&format!("\n.SH {section}\n")),
            "{section}: {page}"
        );
        sections += 1;
    }
    assert_eq!(sections, 6);
    for status in ["0", "1", "2"] {
        assert!(
            page.contains(&format!("\n.TP\n\\fB{status}\\fR\n")),
            "{status}"
        );
    }
    assert_eq!(page.matches(".ds Aq '").count(), 1);
}

/// Commands that the README shows are there: in code, after `mailgap`.
#[test]
fn the_readme_names_commands_that_exist() {
    let commands = commands();
    for command in &commands {
        assert_eq!(mailgap(&[command, "--help"]).0, 0, "{command}");
    }
    // A package built by itself has no README of the project beside it.
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let Ok(readme) = fs::read_to_string(readme) else {
        return;
    };
    let mut named = 0;
    // Spans and blocks alike: their marks are odd numbers of backticks.
    let code = readme.split('`').skip(1).step_by(2);
    for line in code.flat_map(str::lines) {
        for call in line.split('|').map(str::trim_start) {
            let call = call.strip_prefix("$ ").unwrap_or(call);
            let Some(rest) = call.strip_prefix("mailgap ") else {
                continue;
            };
            let word = rest.split_whitespace().next().unwrap_or_default();
            if word.starts_with(|first: char| first.is_ascii_lowercase()) {
                assert!(commands.iter().any(|command| command == word), "{line}");
                named += 1;
            }
        }
    }
    assert!(named > 0, "the README shows no command");
}

/// A file of the test data.
fn testdata(name: &str) -> String {
    format!("{}/../../testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_report_of_bounces_alone_says_what_it_cannot_know() {
    let bounces = testdata("incidents/libero/bounces.mbox.xz");
    let (status, out, err) = mailgap(&["report", "--timezone", "Europe/Rome", &bounces]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.starts_with(
        "libero.it, virgilio.it at once: no connection from about 23 Jan 16:10, then 550 from "
    ));
    assert!(
        out.contains("\n    libero.it    23 Jan afternoon "),
        "{out}"
    );
    assert!(
        out.contains("\nnote: this rests on bounces alone. "),
        "{out}"
    );
    assert!(out.contains("\nFailing from first to last\n"), "{out}");
    assert!(
        out.contains("1,242 messages: 1,242 bounces with 1,513 events, 0 no bounce, 0 unknown")
    );
    assert!(!out.contains("Never reached"));
    assert!(
        !out.contains("\n  events ") && !out.contains("\n  lines "),
        "{out}"
    );
}

#[test]
fn the_events_of_a_report_add_up() {
    let log = testdata("incidents/libero/mail-iso.log.gz");
    let bounces = testdata("incidents/libero/bounces.mbox.xz");
    let (_, out, _) = mailgap(&["report", &log, &bounces]);
    let row = |name: &str| -> Vec<u64> {
        let (_, row) = out.split_once(&format!("\n  {name} ")).unwrap();
        let lines: Vec<&str> = row.lines().collect();
        let more = lines[1..]
            .iter()
            .take_while(|line| line.starts_with("     "));
        let text = [&lines[..1], &more.copied().collect::<Vec<_>>()]
            .concat()
            .join(" ");
        let numbers = text.split([' ', ':']).map(|word| word.replace(',', ""));
        numbers.filter_map(|word| word.parse().ok()).collect()
    };
    let [all, attempts, echoes, here] = row("events")[..] else {
        panic!("{out}");
    };
    assert!(all > 1000 && here > 0);
    assert_eq!(all, attempts + echoes + here);
    let [_, reports, events, no, unknown, repeated, added] = row("mail")[..] else {
        panic!("{out}");
    };
    assert_eq!((reports, no, unknown, added), (1242, 0, 0, 0));
    assert!(repeated > 1000 && repeated <= events, "{repeated}");
}

#[test]
fn events_of_messages_have_the_fields_of_the_bounce() {
    let folder = testdata("dsn/made");
    let (status, out, _) = mailgap(&["events", "-f", "jsonl", &folder]);
    assert_eq!(status, 0);
    let rows: Vec<serde_json::Value> = out
        .lines()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    assert_eq!(rows.len(), 79);
    for row in &rows {
        assert_eq!((&row["source"], &row["line"]), (&"dsn".into(), &1.into()));
        assert!(row["deviations"].is_array());
    }
    let torn = rows
        .iter()
        .find(|row| row["input"].as_str().unwrap().ends_with("torn-group.eml"))
        .unwrap();
    assert_eq!(torn["action"], "failed");
    assert_eq!(torn["final_recipient"], "rfc822; a@libero.example");
    assert_eq!(torn["arrival_time"], "2023-01-25T15:10:00.000Z");
    assert_eq!(torn["deviations"], serde_json::json!(["groups"]));

    let torn = testdata("dsn/made/torn-group.eml");
    let (_, csv, _) = mailgap(&["events", "-f", "csv", &torn]);
    assert!(csv.lines().nth(1).unwrap().ends_with(",groups"), "{csv}");
    let (status, text, _) = mailgap(&["explain", &torn]);
    assert_eq!(status, 0);
    assert!(text.contains("\n  deviation     groups – "), "{text}");
}
