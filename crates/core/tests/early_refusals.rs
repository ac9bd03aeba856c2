//! A recipient who was refused while it is not sure that an outage had begun.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use std::fmt::Write;

use common::{rome, survey_of};
use mailgap_core::analysis::AnalysisOptions;
use mailgap_core::fate::{Cause, End};

/// One message an hour; from the 40th hour on no connection for ten hours; an unknown user now and then, the last one
/// in the hour before.
fn log(unknown: &str) -> String {
    let mut log = String::new();
    let mut line = |hour: u32, minute: u32, id: u32, to: &str, rest: &str| {
        let (day, hour) = (10 + hour / 24, hour % 24);
        let head = format!("2023-01-{day}T{hour:02}:{minute:02}:00+01:00 out1 postfix");
        writeln!(log, "{head}/smtp[9]: {id:09X}: to=<{to}@d.example>, {rest}").unwrap();
        writeln!(log, "{head}/qmgr[9]: {id:09X}: removed").unwrap();
    };
    for hour in 0..90 {
        let times = if (40..50).contains(&hour) { 4 } else { 1 };
        for n in 0..times {
            let said = if (40..50).contains(&hour) {
                "relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.d.example[192.0.2.1]:25: Connection timed out)"
            } else {
                "relay=mx.d.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)"
            };
            line(
                hour,
                n * 10,
                1000 + hour * 10 + n,
                &format!("u{hour}x{n}"),
                said,
            );
        }
        if hour % 10 == 9 && hour != 49 {
            let said = format!(
                "relay=mx.d.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.d.example[192.0.2.1] said: {unknown} (in reply to RCPT TO command))"
            );
            line(hour, 30, 900 + hour, &format!("nobody{hour}"), &said);
        }
    }
    log
}

#[test]
fn it_is_the_recipients_own_when_the_outage_began_otherwise() {
    let log = log("550 5.1.1 No such user");
    let survey = survey_of(&[("mail.log", log.as_bytes())], &rome());
    let analysis = survey.analyze(&AnalysisOptions::default());
    let [outage] = &analysis.outages[..] else {
        panic!("{:?}", analysis.outages)
    };
    let outage = &outage.outage;
    let (mut refused, mut early) = (0, 0);
    for (fate, attribution) in analysis.fates.iter().zip(&analysis.attributions) {
        if fate.end == End::Bounced {
            refused += 1;
            early += usize::from((outage.start.earliest..outage.start.time).contains(&fate.last));
            assert_eq!(
                (attribution.cause, attribution.outage),
                (Cause::Genuine, None)
            );
        }
    }
    assert_eq!((refused, early), (8, 1));
}
