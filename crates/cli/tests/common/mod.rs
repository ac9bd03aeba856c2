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
