use super::*;
use crate::event::{Delivery, Fact};
use crate::time::Timestamp;

fn record<'b>(tag: &'b str, text: &'b str) -> Record<'b> {
    Record {
        time: Timestamp::from_seconds(0),
        host: b"mx1",
        tag: tag.as_bytes(),
        text: text.as_bytes(),
        times: 1,
    }
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One line per event: outcome, contact, stage, recipient, relay, code, status, delay.
fn meaning(d: &Delivery<'_>) -> String {
    format!(
        "{} {} {} <{}> {}[{}]:{} {} {} {} {}",
        d.outcome.as_str(),
        d.contact.as_str(),
        d.stage.map_or("-", crate::event::Stage::as_str),
        show(d.recipient),
        show(d.relay.host),
        show(d.relay.ip),
        d.relay.port.unwrap_or(0),
        d.reply_code.map_or("-".into(), |code| code.to_string()),
        d.reply_status
            .map_or("-".into(), |status| status.to_string()),
        d.status.map_or("-".into(), |status| status.to_string()),
        d.delay_s.unwrap_or(-1.0),
    )
}

fn delivery(tag: &str, text: &str) -> String {
    match parse(&record(tag, text)) {
        Line::Delivery(d) => meaning(&d),
        other => format!("{other:?}"),
    }
}

const HEAD: &str = "4P1Xr72xkCz9vwX: to=<a@x.org>, relay=";

#[test]
fn deliveries() {
    let cases = [
        (
            "smtp",
            "m.x.org[1.2.3.4]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
            "delivered fresh end_of_data <a@x.org> m.x.org[1.2.3.4]:25 250 2.0.0 2.0.0 1.2",
        ),
        (
            "smtp",
            "none, delay=5, delays=0/0/5/0, dsn=4.4.1, status=deferred (connect to m.x.org[1.2.3.4]:25: Connection refused)",
            "deferred fresh connect <a@x.org> m.x.org[1.2.3.4]:25 - - 4.4.1 5",
        ),
        (
            "error",
            "none, delay=5, delays=0/0/5/0, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to m.x.org[1.2.3.4]:25: Connection refused)",
            "deferred echo connect <a@x.org> m.x.org[1.2.3.4]:25 - - 4.4.1 5",
        ),
        (
            "smtp",
            "m.x.org[1::2]:25, conn_use=2, delay=1, delays=0/0/0/1, tls=may, dsn=5.7.1, status=bounced (host m.x.org[1::2] said: 550-5.7.1 no, status=sent (x) 550 5.7.1 no (in reply to end of DATA command))",
            "bounced fresh end_of_data <a@x.org> m.x.org[1::2]:25 550 5.7.1 5.7.1 1",
        ),
        (
            "smtp",
            "m.x.org[1.2.3.4]:25, delay=1, delays=0/0/0/1, dsn=4.4.2, status=deferred (lost connection with m.x.org[1.2.3.4] while sending RCPT TO)",
            "deferred fresh rcpt <a@x.org> m.x.org[1.2.3.4]:25 - - 4.4.2 1",
        ),
        (
            "smtp",
            "none, delay=1, delays=0/0/0/1, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=x.org type=MX: Host not found, try again)",
            "deferred fresh dns <a@x.org> []:0 - - 4.4.3 1",
        ),
        (
            "smtp",
            "127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4P1)",
            "delivered none end_of_data <a@x.org> 127.0.0.1[127.0.0.1]:10024 250 2.0.0 2.0.0 1",
        ),
        (
            "lmtp",
            "mx.x.org[private/dovecot-lmtp], delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Saved)",
            "delivered none end_of_data <a@x.org> mx.x.org[private/dovecot-lmtp]:0 250 2.0.0 2.0.0 1",
        ),
        (
            "smtp",
            "m.x.org[1.2.3.4]:25, delay=1, delays=0/0/0/1, dsn=5.7.1, status=bounced (host m.x.org[1.2.3.4] said: 550 cut here",
            "bounced fresh - <a@x.org> m.x.org[1.2.3.4]:25 550 - 5.7.1 1",
        ),
        (
            "discard",
            "none, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (x.org)",
            "discarded none local <a@x.org> []:0 - - 2.0.0 1",
        ),
        (
            "smtp",
            "m[1.2.3.4]:25, delay=1, delays=0/0/0/1, dsn=4.1.1, status=SOFTBOUNCE (host m[1.2.3.4] said: 550 5.1.1 no (in reply to RCPT TO command))",
            "deferred fresh rcpt <a@x.org> m[1.2.3.4]:25 550 5.1.1 4.1.1 1",
        ),
        (
            "smtp",
            "m.x.org[1.2.3.4], delay=-3, status=sent (250 ok)",
            "delivered fresh end_of_data <a@x.org> m.x.org[1.2.3.4]:0 250 - - -3",
        ),
    ];
    for (program, tail, expected) in cases {
        assert_eq!(
            delivery(&format!("postfix/{program}"), &format!("{HEAD}{tail}")),
            expected,
            "{tail}"
        );
    }
}

#[test]
fn what_stands_on_our_own_side_is_no_contact() {
    let cases = [
        (
            "error",
            "none, delay=5, delays=0/0/5/0, dsn=4.3.0, status=deferred (delivery temporarily suspended: transport is unavailable)",
            "deferred none local <a@x.org> []:0 - - 4.3.0 5",
        ),
        (
            "error",
            "none, delay=5, delays=0/0/5/0, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to 127.0.0.1[127.0.0.1]:10024: Connection refused)",
            "deferred none connect <a@x.org> 127.0.0.1[127.0.0.1]:10024 - - 4.4.1 5",
        ),
        (
            "error",
            "none, delay=5, delays=0/0/5/0, dsn=4.3.2, status=deferred (deferred transport)",
            "deferred none local <a@x.org> []:0 - - 4.3.2 5",
        ),
        (
            "smtp",
            "none, delay=5, delays=0/0/5/0, dsn=4.7.5, status=deferred (client TLS configuration problem)",
            "deferred none - <a@x.org> []:0 - - 4.7.5 5",
        ),
        (
            "smtp",
            "none, delay=5, delays=0/0/5/0, dsn=4.4.1, status=deferred (connect to filter[10.0.0.7]:10026: No route to host)",
            "deferred none connect <a@x.org> filter[10.0.0.7]:10026 - - 4.4.1 5",
        ),
        (
            "smtp",
            "none, delay=5, delays=0/0/5/0, dsn=4.4.1, status=deferred (connect to mx.in.x.org[10.0.0.7]:25: No route to host)",
            "deferred fresh connect <a@x.org> mx.in.x.org[10.0.0.7]:25 - - 4.4.1 5",
        ),
        (
            "smtp",
            "none, delay=5, status=deferred (connect to m.x.org[1.2.3.4]: server refused to talk to me: 421 4.3.2 later  )",
            "deferred fresh greeting <a@x.org> m.x.org[1.2.3.4]:0 421 4.3.2 - 5",
        ),
        (
            "smtp",
            "127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/0/1, dsn=2.7.0, status=sent (250 2.7.0 Ok, DISCARDED, id=1-2)",
            "discarded none end_of_data <a@x.org> 127.0.0.1[127.0.0.1]:10024 250 2.7.0 2.7.0 1",
        ),
        (
            "smtp",
            "m.x.org[1.2.3.4]:25, delay=1, delays=0/0/0/1, dsn=2.7.0, status=sent (250 2.7.0 Ok, discarded, id=1-2)",
            "delivered fresh end_of_data <a@x.org> m.x.org[1.2.3.4]:25 250 2.7.0 2.7.0 1",
        ),
    ];
    for (program, tail, expected) in cases {
        let found = delivery(&format!("postfix/{program}"), &format!("{HEAD}{tail}"));
        assert_eq!(found, expected, "{tail}");
    }
    assert_eq!(cases.len(), 9);
}

#[test]
fn recipients() {
    let tail = ">, relay=m[1.2.3.4]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)";
    let cases = [
        "a b@x.org",
        "\"a>, relay=evil\"@x.org",
        "\"a\\\">, \"@x.org",
        "",
        "root",
        "\"never closed@x.org",
        "δοκ@παρ.gr",
    ];
    for case in cases {
        match parse(&record(
            "postfix/smtp",
            &format!("4P1Xr72xkCz9vwX: to=<{case}{tail}"),
        )) {
            Line::Delivery(d) => assert_eq!(show(d.recipient), case),
            other => panic!("{case}: {other:?}"),
        }
    }
    let aliased = format!("4P1Xr72xkCz9vwX: to=<b@x.org>, orig_to=<a{tail}");
    match parse(&record("postfix/smtp", &aliased)) {
        Line::Delivery(d) => assert_eq!(d.original_recipient, Some(&b"a"[..])),
        other => panic!("{other:?}"),
    }
}

#[test]
fn broken_records_say_where() {
    let cases = [
        ("none, delay=1", "expected status=", 43),
        (
            "none, delay=x, status=sent (ok)",
            "expected a number after delay=",
            43,
        ),
        (
            "none, delay=1, delays=1/2/3, status=sent (ok)",
            "expected four numbers after delays=",
            52,
        ),
        (
            "none, delay=1, dsn=9.9, status=sent (ok)",
            "expected an enhanced status code after dsn=",
            52,
        ),
        (
            "none, delay=1, status=gone (ok)",
            "expected a known word after status=",
            52,
        ),
        ("none", "expected a comma after relay=", 37),
    ];
    for (tail, why, column) in cases {
        let text = format!("{HEAD}{tail}");
        assert_eq!(
            parse(&record("postfix/smtp", &text)),
            Line::Malformed(Odd { why, column }),
            "{tail}"
        );
    }
}

#[test]
fn queue_facts() {
    let cases = [
        ("cleanup", "message-id=<a@b>", "message_id"),
        (
            "qmgr",
            "from=<s@y.org>, size=1234, nrcpt=2 (queue active)",
            "active",
        ),
        (
            "qmgr",
            "from=<s@y.org>, status=expired, returned to sender",
            "expired",
        ),
        (
            "qmgr",
            "from=<s@y.org>, status=force-expired, returned to sender",
            "expired",
        ),
        ("qmgr", "removed", "removed"),
        ("cleanup", "removed (canceled)", "removed"),
        ("smtpd", "client=u[1.2.3.4], sasl_method=PLAIN", "arrival"),
        ("pickup", "uid=0 from=<root>", "arrival"),
        (
            "bounce",
            "sender non-delivery notification: A1B2C3",
            "notification",
        ),
        (
            "bounce",
            "sender notification failed to <s@y.org>: 452 4.3.1 x",
            "notification_failed",
        ),
        (
            "smtp",
            "status=deferred (bounce failed)",
            "notification_failed",
        ),
        (
            "smtp",
            "host m.x[1.2.3.4] said: 450 4.2.0 greylisted (in reply to RCPT TO command)",
            "host_failed",
        ),
        ("postsuper", "placed on hold", "held"),
        ("smtpd", "reject: RCPT from u[1.2.3.4]: 550 no", "other"),
    ];
    for (program, text, expected) in cases {
        let tag = format!("postfix/{program}");
        let text = format!("4P1Xr72xkCz9vwX: {text}");
        match parse(&record(&tag, &text)) {
            Line::Queue(fact) => assert_eq!(fact.fact.as_str(), expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let text = "A1B2C3D: from=<a>, size=1@x>, size=77, nrcpt=3 (queue active)";
    match parse(&record("postfix/qmgr", text)) {
        Line::Queue(fact) => assert_eq!(
            fact.fact,
            Fact::Active {
                sender: b"a>, size=1@x",
                size: Some(77),
                recipients: Some(3)
            }
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_about_a_message_is_foreign() {
    for (tag, text) in [
        ("postfix/smtpd", "connect from u[1.2.3.4]"),
        (
            "postfix/smtp",
            "connect to m[1.2.3.4]:25: Connection timed out",
        ),
        ("postfix/scache", "statistics: start interval Jan 1 0:0:0"),
        (
            "postfix/smtp",
            "warning: no MX host for x has a valid address record",
        ),
        (
            "postfix/smtpd",
            "NOQUEUE: reject: RCPT from u[1.2.3.4]: 554 5.7.1 x",
        ),
        ("sshd", "4P1Xr72xkCz9vwX: to=<a@x.org>"),
        ("dovecot/lmtp", "4P1Xr72xkCz9vwX: saved"),
    ] {
        assert_eq!(parse(&record(tag, text)), Line::Foreign, "{text}");
    }
    assert!(matches!(
        parse(&record("postfix/smtp", "4P1Xr72xkCz9vwX: hm")),
        Line::Unknown(_)
    ));
}
