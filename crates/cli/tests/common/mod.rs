//! What tests of the HTML report share: a page to look at.

use std::ffi::OsString;
use std::path::Path;

use mailgap::{Environment, run};
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

/// The page that `report -f html` writes of these logs.
pub(crate) fn page(args: &[&str]) -> String {
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
        random: None,
        dumb: false,
    };
    let args = ["mailgap", "report", "-f", "html"].iter().chain(args);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = run(args.map(OsString::from), &environment, &mut out, &mut err);
    assert_eq!(exit.status(), 0, "{}", String::from_utf8_lossy(&err));
    String::from_utf8(out).expect("output is UTF-8")
}
