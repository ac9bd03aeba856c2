//! What tests of the command share: the command itself, a log, a page to look at.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use mailgap::{Environment, Exit, run};
use mailgap_core::time::Timestamp;

/// The captured Libero incident.
pub(crate) fn libero() -> String {
    testdata("mail-iso.log.gz")
}

/// What was announced then.
pub(crate) fn said() -> String {
    testdata("announcements.csv")
}

fn testdata(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../testdata/incidents/libero").join(name);
    path.to_str()
        .expect("the project lies in a plain path")
        .to_owned()
}

/// The text of a gz file.
pub(crate) fn unpacked(path: &str) -> String {
    let file = File::open(path).expect("the project holds it");
    let mut text = String::new();
    MultiGzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("it is gz, and UTF-8");
    text
}

/// Runs the command, far from any terminal; its status, what it wrote and what it said.
pub(crate) fn mailgap(args: &[&str]) -> (Exit, String, String) {
    let environment = Environment {
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
    };
    let args = ["mailgap"].iter().chain(args).map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = run(args, &environment, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("what is said is UTF-8");
    (exit, text(out), text(err))
}

/// The page that `report -f html` writes of these logs.
pub(crate) fn page(args: &[&str]) -> String {
    let (exit, page, err) = mailgap(&[&["report", "-f", "html"], args].concat());
    assert_eq!(exit.status(), 0, "{err}");
    page
}

/// The captured log in nine days, cut at the midnights of Rome, where it was written: their paths, in order. The few
/// lines before the first midnight and after the last belong to the first and the last day.
pub(crate) fn days(folder: &Path) -> Vec<String> {
    let log = unpacked(&libero());
    let date = |line: &&str| {
        let date = line.get(..10).expect("each line begins with a stamp");
        date.clamp("2023-01-22", "2023-01-30").to_owned()
    };
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let days = lines.chunk_by(|a, b| date(a) == date(b));
    days.map(|day| {
        let date = day.first().map(date).expect("a day has a line");
        let path = folder.join(format!("{date}.log"));
        std::fs::write(&path, day.concat()).expect("the folder is there");
        path.to_str()
            .expect("temporary folders have plain names")
            .to_owned()
    })
    .collect()
}

/// A line of Postfix about one recipient: of 26 January 2023, or of a later day.
pub(crate) fn line(minute: u32, recipient: &str, outcome: &str) -> String {
    let (day, hour, minute) = (26 + minute / 1440, minute / 60 % 24, minute % 60);
    let id = format!("{day}{hour:02}{minute:02}");
    let end = match outcome {
        "sent" => "relay=mx.example.net[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, \
                   status=sent (250 ok)"
            .to_owned(),
        "down" => "relay=none, delay=31, delays=0/0/31/0, dsn=4.4.1, status=deferred (connect to \
                   mx.example.net[192.0.2.1]:25: Connection timed out)"
            .to_owned(),
        "policy" => "relay=mx.example.net[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.7.1, \
                     status=bounced (host mx.example.net[192.0.2.1] said: 554 5.7.1 Service unavailable; \
                     Client host [198.51.100.7] blocked using zen.spamhaus.org (in reply to RCPT TO command))"
            .to_owned(),
        other => panic!("no outcome: {other}"),
    };
    format!(
        "2023-01-{day}T{hour:02}:{minute:02}:07+01:00 mx1 postfix/smtp[7]: {id}: to=<{recipient}>, {end}\n"
    )
}
