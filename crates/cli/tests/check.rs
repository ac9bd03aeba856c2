//! The exit status of `mailgap report --check`, which programs such as cron go by.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use std::fs;

use common::{line, mailgap};

/// Mail of two days to one destination every ten minutes: how it ends, from one hour to another.
fn log(domain: &str, outcome: &str, (from, until): (u32, u32)) -> String {
    let mut log = String::new();
    for minute in (0..2880).step_by(10) {
        let fails = (from * 60..until * 60).contains(&minute);
        let outcome = if fails { outcome } else { "sent" };
        log.push_str(&line(minute, &format!("u{minute}@{domain}"), outcome));
    }
    log
}

/// The statuses without a check, with `--check` and with `--check=any`.
fn statuses(log: &str) -> [u8; 3] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.log");
    fs::write(&path, log).unwrap();
    let path = path.to_str().unwrap();
    [&[][..], &["--check"], &["--check=any"]].map(|check| {
        let (exit, _, err) = mailgap(&[&["report", path], check].concat());
        assert_eq!(err, "");
        exit.status()
    })
}

#[test]
fn the_status_says_whether_an_outage_goes_on() {
    let healthy = log("other.example", "down", (0, 0));
    let with = |domain: &str, outcome: &str, hours| healthy.clone() + &log(domain, outcome, hours);
    let mut never = healthy.clone();
    for minute in (0..4320).step_by(240) {
        never.push_str(&line(minute, "u@dead.example", "down"));
    }
    let cases = [
        ("healthy", healthy.clone(), [0, 0, 0]),
        ("ongoing", with("a.example", "down", (40, 48)), [0, 1, 1]),
        ("over", with("a.example", "down", (20, 28)), [0, 0, 1]),
        ("policy", with("a.example", "policy", (36, 48)), [0, 0, 0]),
        ("never worked", never, [0, 0, 0]),
    ];
    for (name, log, expected) in cases {
        assert_eq!(statuses(&log), expected, "{name}");
    }
}

#[test]
fn a_check_without_an_attempt_is_an_error_that_says_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.log");
    fs::write(&path, log("libero.it", "down", (40, 48))).unwrap();
    let path = path.to_str().unwrap();
    let cases: [(&[&str], &str, &str); 3] = [
        (
            &["--domain", "libeor.it"],
            "error: --check: no attempt in 288 lines of 1 input (only libeor.it), so nothing is known\n",
            "hint: did you mean --domain libero.it?\n",
        ),
        (
            &["--domain", "elsewhere.example"],
            "error: --check: no attempt in 288 lines of 1 input (only elsewhere.example), ",
            "hint: try without the flags that restrict, and see whether the mail system still logs\n",
        ),
        // The mail system stopped, or logs elsewhere now.
        (
            &["--since", "2023-01-28", "--domain", "libero.it"],
            "error: --check: no attempt in 288 lines of 1 input (only libero.it, since 28 Jan 2023 00:00), ",
            "hint: try without the flags that restrict",
        ),
    ];
    for (flags, message, hint) in cases {
        for check in ["--check", "--check=any", "--check=ongoing"] {
            let (exit, out, err) = mailgap(&[&["report", path, check], flags].concat());
            assert_eq!(exit.status(), 2, "{flags:?}");
            assert!(out.contains("\nCoverage\n"), "{out}");
            assert!(
                err.starts_with(message) && err.contains(hint),
                "{flags:?}: {err}"
            );
        }
        assert_eq!(mailgap(&[&["report", path], flags].concat()).0.status(), 0);
    }
    let queue = "2023-01-26T10:00:07+01:00 mx1 postfix/qmgr[7]: 4P1Xr72xkCz9vwX: removed\n";
    fs::write(path, queue).unwrap();
    let (exit, _, err) = mailgap(&["report", path, "--check"]);
    assert_eq!(exit.status(), 2);
    let expected = "error: --check: no attempt in 1 line of 1 input, so nothing is known\n\
                    hint: name the log of the host that sends mail to the outside";
    assert!(err.starts_with(expected), "{err}");
}

#[test]
fn the_value_of_a_check_stands_behind_an_equals_sign() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("any");
    fs::write(&path, log("a.example", "down", (20, 28))).unwrap();
    // A log of that name is a log.
    let (exit, _, err) = mailgap(&["report", "--check", path.to_str().unwrap()]);
    assert_eq!((exit.status(), err.as_str()), (0, ""));
    let (exit, _, err) = mailgap(&["report", "--check=maybe", path.to_str().unwrap()]);
    assert_eq!(exit.status(), 2);
    assert!(err.contains("[possible values: ongoing, any]"), "{err}");
}

#[test]
fn destinations_are_parted_by_commas_in_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.log");
    let all = ["a.example", "b.example", "c.example"].map(|domain| log(domain, "down", (0, 0)));
    fs::write(&path, all.concat()).unwrap();
    let path = path.to_str().unwrap();
    for command in [
        &["report", "-f", "json"][..],
        &["events", "-f", "jsonl"],
        &["fates", "-f", "jsonl"],
        &["tally", "-f", "jsonl"],
    ] {
        let of = |flags: &[&str]| {
            let (exit, out, err) = mailgap(&[command, &[path], flags].concat());
            assert_eq!((exit.status(), err.as_str()), (0, ""));
            out
        };
        let both = of(&["--domain", "a.example,b.example"]);
        assert_eq!(
            both,
            of(&["--domain", "a.example", "--domain", "b.example"])
        );
        assert_ne!(both, of(&["--domain", "a.example"]));
        assert_ne!(both, of(&[]));
    }
}
