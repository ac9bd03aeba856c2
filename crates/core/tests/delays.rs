//! How long mail took, from lines to counts.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use common::{rome, survey_parts};
use mailgap_core::tally::{Delays, SlowCount};

const POSTFIX: &str = "\
2023-01-28T00:59:32+01:00 mta1 postfix/smtp[2]: 3A5F09E8C3D: to=<a@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=461, delays=1.8/0.42/143/316, dsn=2.0.0, status=sent (250 ok)
2023-01-28T00:59:40+01:00 mta1 postfix/smtp[2]: 3A5F09E8C3E: to=<b@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=40002, delays=40000/0/1/1, dsn=2.0.0, status=sent (250 ok)
2023-01-28T01:10:00+01:00 mta1 postfix/smtp[2]: 3A5F09E8C3F: to=<c@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=40, dsn=2.0.0, status=sent (250 ok)
2023-01-28T01:10:01+01:00 mta1 postfix/smtp[2]: 3A5F09E8C4A: to=<c@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=4000, status=sent (250 ok)
2023-01-28T01:10:02+01:00 mta1 postfix/smtp[2]: 3A5F09E8C4B: to=<c@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=300, delays=0/0/0/300, dsn=4.0.0, status=deferred (host mx.d.example[192.0.2.1] said: 451 no)
";

// 1pLZ7q is 2023-01-28T00:31:22Z.
const EXIM: &str = "\
2023-01-28 01:39:37 1pLZ7q-0009vY-1z => a@d.example R=dnslookup T=remote_smtp H=mx.d.example [192.0.2.1] C=\"250 ok\" QT=8m15s DT=2.5s
2023-01-28 01:39:37 1pLZ7q-0009vY-1z => b@d.example R=dnslookup T=remote_smtp H=mx.d.example [192.0.2.1] C=\"250 ok\"
2023-01-28 03:39:37 1pLZ7q-0009vY-1z => c@d.example R=dnslookup T=remote_smtp H=mx.d.example [192.0.2.1] C=\"250 ok\"
";

#[test]
fn the_attempt_counts_and_else_the_age_of_young_messages() {
    let parts = [
        ("mail.log", POSTFIX.as_bytes()),
        ("mainlog", EXIM.as_bytes()),
    ];
    let said = survey_parts(&parts, &rome());
    assert_eq!(said.evidence.len(), 1);
    let delays = &said.evidence[0].delays;
    let mut whole = [0; Delays::STEPS];
    // 2 s; 2.5 s; the age of 40 s; 459 s and the age of 495 s.
    (whole[2], whole[6], whole[9]) = (2, 1, 2);
    assert_eq!(delays.whole, whole);
    assert_eq!(delays.aged, 2);
    let slot = 1_674_863_400_i64 / 600; // 27 Jan 23:50 in UTC
    let count = |after: i64, step| SlowCount {
        slot: slot + after,
        step,
        count: 1,
    };
    let slow = [
        count(0, Some(9)),
        count(2, None),
        count(2, Some(6)),
        count(4, Some(9)),
        count(16, None),
    ];
    assert_eq!(delays.slow, slow);
}
