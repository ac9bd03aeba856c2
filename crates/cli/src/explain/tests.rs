//! Explanations as people read them.

use chrono_tz::Tz;
use mailgap_core::dsn;
use mailgap_core::envelope::Scratch;
use mailgap_core::event::Line;
use mailgap_core::reason::{Classifier, UserRule};
use mailgap_core::source::Input;
use mailgap_core::survey::{Options, ReadLine, ReadMessage};

use super::{Known, line, message, text};
use crate::config::settings::Settings;
use crate::config::zone::ZoneSource;
use crate::term::style::Style;
use crate::testing::rome;

const LINES: &[(&str, &str)] = &[
    (
        "sent",
        "2023-01-23T15:59:01.123456+01:00 mx1 postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@libero.it>, relay=smtp-in.libero.it[213.209.1.129]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4P1)",
    ),
    (
        "echo",
        "Jan 23 16:20:00 mx1 postfix/error[55]: 4P1Xr72xkCz9vwY: to=<b@libero.it>, relay=none, delay=3600, delays=3600/0.1/0/0, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to smtp-in.libero.it[213.209.1.129]:25: Connection refused)",
    ),
    (
        "452",
        "Jan 26 13:14:05 mx1 postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@libero.it>, relay=smtp-in.libero.it[213.209.1.129]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=4.5.3, status=deferred (host smtp-in.libero.it[213.209.1.129] said: 452 4.5.3 <a@libero.it> too many recipients (in reply to RCPT TO command))",
    ),
    (
        "user rule",
        "Jan 26 13:14:05 mx1 postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@shop.example>, relay=mx.shop.example[192.0.2.1]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=5.0.0, status=bounced (host mx.shop.example[192.0.2.1] said: 550 come back after lunch (in reply to end of DATA command))",
    ),
    (
        "greylisted",
        "Jan 26 13:14:05 mx1 postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@grey.example>, relay=mx.grey.example[192.0.2.2]:25, delay=3, delays=0.1/0/0.5/2.4, dsn=4.2.0, status=deferred (host mx.grey.example[192.0.2.2] said: 450 4.2.0 <a@grey.example>: Recipient address rejected: Greylisted (in reply to RCPT TO command))",
    ),
    (
        "exim failure",
        "2023-01-25 20:03:07 1pJyXx-0004Qk-2A ** u@libero.it R=dnslookup T=remote_smtp H=smtp-in.libero.it [213.209.1.129]: SMTP error from remote mail server after RCPT TO:<u@libero.it>: 550 <u@libero.it> recipient rejected",
    ),
    (
        "exim echo",
        "2023-01-25 21:03:07 1pJyXx-0004Qk-2A == u@libero.it R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host for 'libero.it'",
    ),
    (
        "queue",
        "Jan 23 15:59:00 mx1 postfix/qmgr[99]: 4P1Xr72xkCz9vwX: from=<s@shop.example>, size=1234, nrcpt=1 (queue active)",
    ),
    (
        "foreign",
        "Jan 23 15:59:00 mx1 sshd[99]: Accepted publickey for root",
    ),
    (
        "unknown",
        "Jan 23 15:59:00 mx1 postfix/smtp[99]: 4P1Xr72xkCz9vwX: shape=new \x1b[31m",
    ),
    (
        "malformed, in a wrapper",
        "mail-1  | Jan 23 15:59:00 mx1 postfix/smtp[99]: 4P1Xr72xkCz9vwX: to=<a@libero.it>, relay=none, delay=soon, status=sent (250 ok)",
    ),
];

fn settings() -> Settings {
    let rule = UserRule::parse(1, "after (lunch|dinner)", "RateLimited").unwrap();
    Settings {
        options: Options {
            classifier: Classifier::with_rules(vec![rule]).unwrap(),
            ..Options::new(Tz::Europe__Rome)
        },
        zone_source: ZoneSource::System,
        since: None,
        until: None,
        domains: Vec::new(),
    }
}

fn explained(show: impl Fn(&super::Explanation<'_>) -> String) -> Vec<(&'static str, String)> {
    let settings = settings();
    let known = Known {
        settings: &settings,
        rules: Some("rules.toml".to_owned()),
    };
    let input = Input::stdin(rome("31 12:00"));
    let explain = |(name, line): &(&'static str, &'static str)| {
        let mut scratch = Scratch::default();
        let said = settings
            .options
            .parser(&input)
            .parse(line.as_bytes(), &mut scratch);
        let read = ReadLine {
            input: &input,
            number: 1,
            text: line.as_bytes(),
            said: &said,
            verdict: match &said {
                Line::Delivery(event) => settings.options.classifier.classify(event),
                _ => None,
            },
        };
        (*name, show(&line::explain(&read, &known)))
    };
    LINES.iter().map(explain).collect()
}

#[test]
fn lines_are_explained_part_by_part() {
    let texts = explained(|explanation| {
        let mut out = String::new();
        text::append(explanation, Style::PLAIN, 100, &mut out);
        out
    });
    assert_eq!(texts.len(), 11);
    let mut all = String::new();
    for (name, text) in texts {
        assert!(!text.contains('\x1b'), "{name}");
        all.extend(["== ", name, "\n", &text]);
    }
    insta::assert_snapshot!("lines", all);
}

#[test]
fn hints_are_for_what_the_line_looks_like() {
    let cases = [
        ("Dear diary,", "does not look like a line of a log"),
        (
            "23.01.23 15:59:01 mx1 postfix/smtp[1]: 4P1X: to=<a@b>",
            "report it",
        ),
        (
            "{\"__REALTIME_TIMESTAMP\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"m\"}",
            "report it",
        ),
    ];
    let settings = settings();
    let known = Known {
        settings: &settings,
        rules: None,
    };
    let input = Input::stdin(rome("31 12:00"));
    for (text, hint) in cases {
        let mut scratch = Scratch::default();
        let mut parser = settings.options.parser(&input);
        let said = parser.parse(text.as_bytes(), &mut scratch);
        assert!(matches!(said, Line::Unknown(_)), "{text}");
        let read = ReadLine {
            input: &input,
            number: 1,
            text: text.as_bytes(),
            said: &said,
            verdict: None,
        };
        let explanation = line::explain(&read, &known);
        assert!(explanation.hints[0].contains(hint), "{text}");
    }
}

#[test]
fn json_says_what_each_line_was_taken_for() {
    let jsons = explained(|explanation| serde_json::to_string(explanation).unwrap());
    let expected = "delivery ok, delivery -, delivery tmp_rcpt, delivery policy, delivery grey, delivery perm_rcpt, \
                    delivery -, queue -, foreign -, unknown -, malformed -";
    let mut taken_for = Vec::new();
    for (name, json) in jsons {
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let understood = json["rows"] == 1;
        assert_eq!(json["row"].is_object(), understood, "{name}");
        assert_eq!(
            json["odd"].is_object(),
            !json["hints"].as_array().unwrap().is_empty()
        );
        taken_for.push(format!(
            "{} {}",
            json["taken_for"].as_str().unwrap(),
            json["evidence_class"].as_str().unwrap_or("-")
        ));
    }
    assert_eq!(taken_for.join(", "), expected);
}

/// A bounce of each way to be odd, and what is none.
const MESSAGES: [&str; 6] = [
    "expired",
    "torn-group",
    "general-sentence",
    "8-bit-diagnostic",
    "unknown-bounce",
    "vacation",
];

#[test]
fn messages_are_explained_field_by_field() {
    let settings = settings();
    let known = Known {
        settings: &settings,
        rules: None,
    };
    let input = Input::stdin(rome("31 12:00"));
    let mut all = String::new();
    let mut taken_for = Vec::new();
    for name in MESSAGES {
        let path = format!(
            "{}/../../testdata/dsn/made/{name}.eml",
            env!("CARGO_MANIFEST_DIR")
        );
        let bytes = std::fs::read(path).unwrap();
        let reading = dsn::read(&bytes);
        let read = ReadMessage {
            input: &input,
            number: 3,
            text: &bytes,
            reading: &reading,
        };
        all.extend(["== ", name, "\n"]);
        message::explain(&read, &known, &mut |explanation| {
            text::append(explanation, Style::PLAIN, 100, &mut all);
            let json = serde_json::to_value(explanation).unwrap();
            let is_recipient = json["kind"] == "recipient";
            assert_eq!(json["row"].is_object(), is_recipient, "{name}");
            taken_for.push(format!(
                "{} {}",
                json["kind"].as_str().unwrap(),
                json["taken_for"].as_str().unwrap()
            ));
        });
    }
    assert!(!all.contains('\x1b'));
    let recipients = taken_for
        .iter()
        .filter(|kind| *kind == "recipient delivery")
        .count();
    assert_eq!((taken_for.len() - recipients, recipients), (6, 6));
    insta::assert_snapshot!("messages", all);
}
