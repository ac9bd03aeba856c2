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
        stdin_is_terminal: true,
        stdout_is_terminal: false,
        stderr_is_terminal: false,
        no_color: false,
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
    let cases: [(&[&str], &str); 12] = [
        (&[], "Usage: mailgap"),
        (&["reprot"], "similar subcommand exists: 'report'"),
        (&["report", "--jobs", "0", log], "0 is not in 1..=1024"),
        (
            &["report", "-f", "pdf", log],
            "[possible values: text, json]",
        ),
        (
            &["events", "-f", "json", log],
            "[possible values: csv, jsonl]",
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
            "error: --since 2023-01-23T23:00:00.000Z is not before --until 2023-01-22T23:00:00.000Z\n",
        ),
        (
            &["report", "--domain", "user@libero.it", log],
            "hint: --domain libero.it takes all of its recipients\n",
        ),
        (
            &["report", "-o", "report.pdf", log],
            "error: -o report.pdf: the ending names no format\nhint: say which with -f: text, json\n",
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
            err.starts_with("error: ") && err.contains("no\\x1b[31msuch.log: "),
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
    assert!(err.starts_with("note: no line was understood as an event\nhint: "));
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
        columns: Some(80),
        ..environment()
    };
    let no_color = Environment {
        no_color: true,
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
