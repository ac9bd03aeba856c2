//! The lines of the shared corpus from the tests of postfix-grok-patterns, with the fields that they expect
//! and that concern us: runs only when `MAILGAP_SHARED` names the corpora.

#![expect(
    clippy::disallowed_methods,
    reason = "a test may look where the shared corpora are"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mailgap_core::envelope::Scratch;
use mailgap_core::event::{Delivery, Line, Outcome};
use mailgap_core::line::LineParser;
use mailgap_core::reply::EnhancedStatus;
use mailgap_core::stamp::StampContext;
use mailgap_core::time::Timestamp;

/// `key: value` lines; a value in double quotes is written as in JSON. Those of `results` are indented.
fn fields(text: &str) -> BTreeMap<&str, String> {
    text.lines()
        .filter_map(|line| line.trim().split_once(": "))
        .map(|(key, value)| {
            let value = if value.starts_with('"') {
                serde_json::from_str(value).expect("a text in double quotes")
            } else {
                value.to_owned()
            };
            (key, value)
        })
        .collect()
}

/// The value of `name=` in `to=<a@b>, relay=c, ...`, without angle brackets.
fn value<'t>(fields: &'t str, name: &str) -> Option<&'t str> {
    fields.split(", ").find_map(|field| {
        let value = field
            .trim_end_matches(',')
            .strip_prefix(name)?
            .strip_prefix('=')?;
        Some(value.trim_start_matches('<').trim_end_matches('>'))
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether the event has the fields; how many there were.
fn check_delivery(event: &Delivery<'_>, expected: &BTreeMap<&str, String>, name: &str) -> usize {
    let mut checked = 0;
    let mut check = |ours: Option<String>, theirs: Option<&str>| {
        if let Some(theirs) = theirs {
            assert_eq!(ours.as_deref(), Some(theirs), "{name}");
            checked += 1;
        }
    };
    let data = expected
        .get("postfix_keyvalue_data")
        .map_or("", String::as_str);
    let number = |seconds: f64| format!("{seconds}");
    check(Some(text(event.recipient)), value(data, "to"));
    check(event.original_recipient.map(text), value(data, "orig_to"));
    check(event.delay_s.map(number), value(data, "delay"));
    let delays = event.delays_s.map(|delays| delays.map(number).join("/"));
    check(delays, value(data, "delays"));
    let status = event
        .status
        .map(|status: EnhancedStatus| status.to_string());
    check(status, value(data, "dsn"));
    // An echo names the host in its text, not in `relay=`.
    let relay = value(data, "relay").filter(|relay| *relay != "none");
    let address = match (event.relay.ip, event.relay.port) {
        (b"", _) => text(event.relay.host),
        (ip, None) => format!("{}[{}]", text(event.relay.host), text(ip)),
        (ip, Some(port)) => format!("{}[{}]:{port}", text(event.relay.host), text(ip)),
    };
    check(Some(address), relay);
    let outcome = match event.outcome {
        Outcome::Delivered => "sent",
        Outcome::Deferred => "deferred",
        Outcome::Bounced => "bounced",
        Outcome::Probe => "undeliverable-but-not-cached",
        other => panic!("{name}: {other:?}"),
    };
    let field = |end: &str| {
        let mut found = expected
            .iter()
            .filter(|(key, _)| key.ends_with(end) && !key.contains("smtp_stage"));
        found.next().map(|(_, value)| value.as_str())
    };
    check(
        Some(outcome.into()),
        expected.get("postfix_status").map(String::as_str),
    );
    check(Some(text(event.text)), field("_response"));
    checked
}

#[test]
fn every_line_about_a_message_has_the_expected_fields_and_no_other_is_taken_for_one() {
    let Some(shared) = std::env::var_os("MAILGAP_SHARED").map(PathBuf::from) else {
        return;
    };
    let folder = shared.join("corpus/logs/postfix-grok-patterns");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .collect();
    paths.sort();
    let (mut deliveries, mut facts, mut foreign, mut checked) = (0, 0, 0, 0);
    for path in &paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap();
        let file = std::fs::read_to_string(path).unwrap();
        let expected = fields(&file);
        let program = program(path);
        let line = format!(
            "2023-01-23T16:00:01Z mx1 postfix/{program}[1]: {}",
            expected["data"]
        );
        let mut parser = LineParser::new(StampContext {
            zone: chrono_tz::Tz::UTC,
            year: None,
            reference: Timestamp::from_seconds(1_700_000_000),
        });
        let queue_id = expected
            .get("postfix_queueid")
            // A warning may name a message further on: nothing happened to it.
            .filter(|id| *id != "NOQUEUE" && expected["data"].starts_with(*id));
        match parser.parse(line.as_bytes(), &mut Scratch::default()) {
            Line::Delivery(event) => {
                // Some expect the fields behind the queue id alone.
                assert!(
                    queue_id.is_none_or(|id| text(event.queue_id) == *id),
                    "{name}"
                );
                checked += check_delivery(&event, &expected, name);
                deliveries += 1;
            }
            Line::Queue(fact) => {
                assert_eq!(Some(&text(fact.queue_id)), queue_id, "{name}");
                facts += 1;
            }
            Line::Foreign => {
                assert_eq!(queue_id, None, "{name}");
                foreign += 1;
            }
            odd => panic!("{name}: {odd:?}"),
        }
    }
    assert_eq!(paths.len(), 92);
    assert_eq!((deliveries, facts, foreign, checked), (9, 16, 67, 59));
}

/// `smtp_0026.yaml` → `smtp`
fn program(path: &Path) -> &str {
    let stem = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    stem.rsplit_once('_').map_or(stem, |(program, _)| program)
}
