use super::*;
use crate::envelope::Scratch;
use crate::event::Line;
use crate::line::LineParser;
use crate::stamp::StampContext;
use crate::time::Timestamp;

fn redactor() -> Redactor {
    Redactor::new(b"0123456789abcdef")
}

fn name(local: &str) -> String {
    String::from_utf8(redactor().address(local.as_bytes())).unwrap()
}

/// What stands in `[[ ]]` is hidden, the rest stays.
fn expected(text: &str) -> (String, String) {
    let (mut plain, mut hidden) = (String::new(), String::new());
    for (n, part) in text.split("[[").enumerate() {
        let (inside, outside) = match part.split_once("]]") {
            Some(parts) if n > 0 => parts,
            _ => ("", part),
        };
        plain.push_str(inside);
        if !inside.is_empty() {
            hidden.push_str(&name(inside));
        }
        plain.push_str(outside);
        hidden.push_str(outside);
    }
    (plain, hidden)
}

#[test]
fn people_are_hidden_and_the_rest_stays() {
    let people: &[&[u8]] = &[
        b"Mario.Rossi+news@libero.it",
        b"jo@x.org",
        b"mario.rossi@b.it",
    ];
    let cases = [
        "550 <[[mario.rossi]]@libero.it>: user unknown",
        "550 5.1.1 <[[Mario.Rossi+news]]> no such user here",
        "550 5.1.1 <[[other.person]]>: Recipient address rejected",
        "said: 550 [[mario.rossi]] is unknown, [[MARIO.ROSSI]]!",
        "amario.rossi and mario.rossia are others",
        "user jo is short; \"[[jo]]\" and <[[jo]]> and user=[[jo]], are names; jo? is not",
        "to=<[[a]]@b.c>, orig_to=<[[d-e_f]]@b.c>, relay=mx.b.c[192.0.2.1]:25",
        "RCPT TO:<[[anna]]@x.org> SIZE=3",
        "from=[[anna]]@x.org to=[[bert]]@x.org, rcpt=[[carl]]@x",
        "[[bounces+user=libero.it]]@esp.example",
        "[[prvs=123abc=user]]@x.org",
        "see http://spf.example/Why?id=[[anna]]%40x.org&ip=192.0.2.1",
        "100% of 5%, <>, < a >, <https://x.example/>, a < b > c",
        "[[\"john doe\"]]@x.org",
        "<mail.example.com>: Helo command rejected: Host not found",
        "<mail.example.com[192.0.2.1]>: Client host rejected",
        "[[ünïcode]]@exämple.it rejected",
        "status=sent (250 2.0.0 OK id=1pJ2Xy-0004Qz-3K)",
        "[[a]]@[[b]]@c",
        "@x.org and @ and [[x]]@",
        "nothing to see",
        "",
    ];
    let mut ran = 0;
    for case in cases {
        let (plain, hidden) = expected(case);
        let said = redactor().text(plain.as_bytes(), people).into_owned();
        assert_eq!(String::from_utf8(said.clone()).unwrap(), hidden, "{plain}");
        let again = redactor().text(&said, people).into_owned();
        assert_eq!(again, said, "hiding twice is hiding once: {plain}");
        ran += 1;
    }
    assert_eq!(ran, 22);
}

#[test]
fn the_key_decides_and_case_does_not() {
    let other = Redactor::new(b"another key");
    assert_ne!(redactor().address(b"a@b"), other.address(b"a@b"));
    assert_eq!(redactor().address(b"A@b"), redactor().address(b"a@b"));
    assert_eq!(redactor().address(b""), b"");
    assert_eq!(redactor().address(b"root"), name("root").as_bytes());
    assert_eq!(format!("{other:?}"), "Redactor", "the key is not shown");
}

#[test]
fn a_record_keeps_all_but_its_people() {
    let lines = [
        "2023-01-25T20:03:07+01:00 mx1 postfix/smtp[9]: 4P1Xr72xkCz9vwX: to=<mario@libero.it>, orig_to=<chef@x.org>, relay=smtp-in.libero.it[192.0.2.1]:25, delay=1.5, delays=0.1/0.2/0.3/0.9, dsn=5.0.0, status=bounced (host smtp-in.libero.it[192.0.2.1] said: 550 <mario@libero.it> recipient rejected, mario! (in reply to RCPT TO command))",
        "2023-01-25T20:03:07+01:00 mx1 postfix/qmgr[9]: 4P1Xr72xkCz9vwX: from=<mario@x.org>, size=3, nrcpt=1 (queue active)",
        "2023-01-25T20:03:07+01:00 mx1 postfix/cleanup[9]: 4P1Xr72xkCz9vwX: message-id=<mario.1@x.org>",
        "2023-01-25T20:03:07+01:00 mx1 postfix/qmgr[9]: 4P1Xr72xkCz9vwX: from=<mario@x.org>, status=expired, returned to sender",
        "2023-01-25 20:03:07 1pKlXr-0001Ab-2C <= mario@x.org H=client [192.0.2.3] P=esmtp S=3 id=mario.1@x.org",
        "2023-01-25 20:03:07 1pKlXr-0001Ab-2C ** mario@libero.it <chef@x.org> R=dnslookup T=remote_smtp H=mx.libero.it [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<mario@libero.it>: 550 no mario here",
    ];
    let mut parser = LineParser::new(StampContext {
        zone: chrono_tz::Europe::Rome,
        year: None,
        reference: Timestamp::from_seconds(0),
    });
    let mut room = Redacted::default();
    let mut ran = 0;
    for line in lines {
        let mut scratch = Scratch::default();
        let hidden = match parser.parse(line.as_bytes(), &mut scratch) {
            Line::Delivery(event) => {
                let hidden = redactor().delivery(&event, &mut room);
                assert!(hidden.text.windows(5).any(|said| said == MARK), "{line}");
                let place = |event: &crate::event::Delivery<'_>| {
                    event.reply.as_ptr() as usize - event.text.as_ptr() as usize
                };
                assert!(place(&hidden) + hidden.reply.len() <= hidden.text.len());
                assert_eq!(hidden.domain(), event.domain());
                assert_eq!(hidden.relay, event.relay);
                format!("{hidden:?}").replace(
                    &format!("{:?}", hidden.text),
                    &String::from_utf8_lossy(hidden.text),
                )
            }
            Line::Queue(fact) => {
                let hidden = redactor().queue_fact(&fact, &mut room);
                assert_eq!(hidden.fact.as_str(), fact.fact.as_str());
                format!("{hidden:?}")
            }
            other => panic!("{line}: {other:?}"),
        };
        assert!(
            !has_bytes(&hidden, b"mario") && !has_bytes(&hidden, b"chef"),
            "{hidden}"
        );
        ran += 1;
    }
    assert_eq!(ran, 6);
}

/// Bytes show as a list of numbers in `Debug`.
fn has_bytes(shown: &str, name: &[u8]) -> bool {
    let numbers: Vec<String> = name.iter().map(u8::to_string).collect();
    shown.contains(&numbers.join(", ")) || shown.contains(std::str::from_utf8(name).unwrap())
}

#[test]
fn a_bounce_keeps_all_but_its_people() {
    let message = b"From: MAILER-DAEMON@mx.x.org\r\nTo: chef@x.org\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.x.org\r\nX-Postfix-Sender: rfc822; chef@x.org\r\n\r\nFinal-Recipient: rfc822; mario@libero.it\r\nOriginal-Recipient: rfc822;m.rossi@y.org\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; smtp-in.libero.it\r\nDiagnostic-Code: smtp; 550 <mario@libero.it> mario is not here\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: chef@x.org\r\nMessage-ID: <mario.1@x.org>\r\n--b--\r\n";
    let crate::dsn::Reading::Report(report) = crate::dsn::read(message) else {
        panic!("no report");
    };
    let hidden = redactor().report(&report);
    let shown = format!("{hidden:?}");
    for name in [&b"mario"[..], b"chef", b"m.rossi"] {
        assert!(has_bytes(&format!("{report:?}"), name));
        assert!(!has_bytes(&shown, name), "{shown}");
    }
    let now = Timestamp::from_seconds(0);
    let (before, after) = (report.deliveries(now), hidden.deliveries(now));
    let mut ran = 0;
    for (before, after) in before.zip(after) {
        assert_eq!(
            (
                before.outcome,
                before.reply_code,
                before.relay,
                before.domain()
            ),
            (after.outcome, after.reply_code, after.relay, after.domain())
        );
        assert!(after.reply.starts_with(b"550 <anon-"));
        ran += 1;
    }
    assert_eq!(ran, 1);
}
