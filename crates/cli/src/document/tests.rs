use std::collections::BTreeSet;

use mailgap_core::time::Timestamp;
use serde_json::Value;

use mailgap_core::analysis::Waiting;
use mailgap_core::outage::{Findings, HostCount, Outage, OutageType, Standing};

use crate::testing::{
    announced_report, between, full_report, libero, libero_slow, own_side, policy, report,
    slow_only, standing,
};

/// The keys of an object of the report, as the schema lists them.
fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// The contract: every key of "mailgap.report/1", and no other.
const SCHEMA: [(&str, &str); 22] = [
    (
        "",
        "schema timezone coverage outages incidents unreachable chronic minor availability announcements tables",
    ),
    (
        "/coverage",
        "inputs tallies bytes lines bounces messages events attempts echoes duplicate_inputs \
         counted_twice overlapping_inputs unread samples odd_inputs strange_inputs strange_lines guessed_years \
         plausible_only first last stray_stamps history",
    ),
    (
        "/coverage/lines",
        "total delivery queue foreign unknown malformed",
    ),
    (
        "/coverage/bounces",
        "messages reports events repeated added not_bounces unknown",
    ),
    ("/coverage/duplicate_inputs/0", "input same_as"),
    (
        "/coverage/overlapping_inputs/0",
        "input other host first last attempts",
    ),
    ("/coverage/unread/0", "input why"),
    ("/coverage/samples/0", "input line why text"),
    (
        "/outages/0",
        "id domain operator mx mx_working type before_log ongoing silent_end start end normal_again length_s attempts failures \
         messages recipients log_bayes_factor confidence windows fates waiting verdict advice hosts",
    ),
    ("/outages/0/advice/0", "action text"),
    ("/outages/0/start", "time earliest latest"),
    (
        "/outages/0/windows/0",
        "kind label reply_code enhanced_status reason start end attempts failures share mx sample delay_s \
         fates",
    ),
    ("/outages/0/windows/0/end", "time earliest latest"),
    (
        "/incidents/0",
        "id scope basis name type domains active hosts outages before_log ongoing silent_end start end normal_again length_s attempts failures \
         messages recipients log_bayes_factor confidence windows fates waiting verdict advice by_host",
    ),
    ("/incidents/0/start", "time earliest latest"),
    (
        "/unreachable/0",
        "domain certain kind label attempts messages recipients first last sample",
    ),
    (
        "/chronic/0",
        "domain certain kind label share attempts messages recipients first last sample",
    ),
    (
        "/availability/0",
        "scope name month from until observed_s domains not_taking_s partly_s slow_s policy_s own_side_s attempts \
         failures share availability",
    ),
    ("/availability/0/not_taking_s", "best least most"),
    ("/announcements/0", "time source text claim domain concerns"),
    (
        "/announcements/0/concerns/0",
        "incident outage name after_start_s went_on verdict",
    ),
    (
        "/announcements/0/concerns/0/went_on/0",
        "kind until seconds",
    ),
];

#[test]
fn json_has_the_keys_of_the_schema_and_no_other() {
    let json = serde_json::to_value(announced_report("It works again")).unwrap();
    for (place, expected) in SCHEMA {
        let object = json.pointer(place).unwrap();
        let expected: BTreeSet<&str> = expected.split_whitespace().collect();
        assert_eq!(keys(object), expected, "at {place:?}");
    }
}

/// The fields that a section of `docs/report.md` names in its table.
fn documented(section: &str) -> BTreeSet<&str> {
    let rows = section.lines().filter_map(|row| row.strip_prefix("| `"));
    rows.filter_map(|row| Some(row.split_once('`')?.0))
        .collect()
}

/// `docs/report.md` has a table for every object of the document, and a row for each of its fields.
#[test]
fn every_field_is_documented() {
    let page = include_str!("../../../../docs/report.md");
    let mut json = serde_json::to_value(announced_report("It works again")).unwrap();
    let outage = json.pointer("/outages/0").unwrap();
    assert!(
        outage["fates"].is_null()
            && outage["waiting"].is_null()
            && outage["hosts"] == Value::Array(vec![])
    );
    let host = HostCount {
        host: b"mx1"[..].into(),
        attempts: 3,
        failures: 2,
    };
    json["outages"][0]["fates"] = serde_json::to_value(super::Fates::default()).unwrap();
    json["outages"][0]["hosts"] = serde_json::to_value([host]).unwrap();
    json["outages"][0]["waiting"] = serde_json::to_value(Waiting {
        messages: 1,
        first_expires: Timestamp::default(),
    })
    .unwrap();
    let mut sections = 0;
    for section in page.split("\n## ").skip(1) {
        let (heading, _) = section.split_once('\n').unwrap();
        let pointer = match heading {
            "The report" => String::new(),
            _ => format!("/{}", heading.replace('.', "/").replace("[]", "/0")),
        };
        let object = json.pointer(&pointer);
        let object = object.unwrap_or_else(|| panic!("no {heading} in the report"));
        assert_eq!(documented(section), keys(object), "{heading}");
        sections += 1;
    }
    assert_eq!(sections, 27);
    // And every object of the schema has its section.
    for (place, _) in SCHEMA {
        let heading = place
            .trim_start_matches('/')
            .replace("/0", "[]")
            .replace('/', ".");
        let is_documented = |heading: &str| page.contains(&format!("\n## {heading}\n"));
        let known = [
            "",
            "outages[].windows[].end",
            "incidents[].start",
            "chronic[]",
        ];
        assert!(
            is_documented(&heading) || known.contains(&&*heading),
            "{heading}"
        );
    }
}

#[test]
fn json_has_the_values_of_the_schema() {
    let json = serde_json::to_value(full_report()).unwrap();
    let cases = [
        ("/schema", Value::from("mailgap.report/1")),
        ("/timezone", "Europe/Rome".into()),
        ("/coverage/lines/total", 59_259.into()),
        ("/coverage/first", "2023-01-20T23:00:05.000Z".into()),
        ("/coverage/samples/0/line", 1812.into()),
        ("/incidents/0/id", 1.into()),
        ("/incidents/0/scope", "operator".into()),
        ("/incidents/0/name", "italiaonline.example".into()),
        ("/incidents/0/outages", vec![1, 2].into()),
        ("/incidents/0/domains/1", "virgilio.it".into()),
        ("/incidents/1/scope", "domain".into()),
        ("/incidents/1/outages", vec![3].into()),
        ("/incidents/1/type", "policy".into()),
        ("/outages/0/id", 1.into()),
        ("/outages/0/domain", "libero.it".into()),
        ("/outages/0/operator", "italiaonline.example".into()),
        ("/outages/0/type", "outage".into()),
        ("/outages/0/start/time", "2023-01-23T15:00:00.000Z".into()),
        ("/outages/0/normal_again", Value::Null),
        ("/outages/0/log_bayes_factor", 1834.57.into()),
        ("/outages/0/confidence", "certain".into()),
        ("/outages/0/fates", Value::Null),
        ("/outages/0/windows/0/kind", "no_connection".into()),
        ("/outages/0/windows/0/reply_code", Value::Null),
        ("/outages/0/windows/1/reply_code", 550.into()),
        ("/outages/0/windows/1/reason", "NoSuchMailbox".into()),
        ("/outages/0/windows/1/share", 0.9783.into()),
        ("/outages/0/windows/1/mx/0", "smtp-in.libero.it".into()),
        ("/outages/1/domain", "virgilio.it".into()),
        ("/outages/1/end", Value::Null),
        ("/outages/2/type", "policy".into()),
        ("/chronic/0/share", 0.62.into()),
        ("/unreachable/0/kind", "dns_failure".into()),
    ];
    for (place, value) in cases {
        assert_eq!(json.pointer(place), Some(&value), "at {place}");
    }
}

#[test]
fn slow_delivery_has_a_window_and_an_end_of_its_own() {
    let report = report(vec![Findings {
        outages: vec![libero_slow()],
        ..Findings::default()
    }]);
    let json = serde_json::to_value(report).unwrap();
    let cases = [
        ("/outages/0/end/time", "2023-01-27T20:40:00.000Z".into()),
        (
            "/outages/0/normal_again/time",
            "2023-01-29T11:00:00.000Z".into(),
        ),
        ("/outages/0/windows/0/delay_s", Value::Null),
        ("/outages/0/windows/3/kind", "delayed".into()),
        (
            "/outages/0/windows/3/end/time",
            "2023-01-29T11:00:00.000Z".into(),
        ),
        ("/outages/0/windows/3/delay_s/median", 288.0.into()),
        ("/outages/0/windows/3/delay_s/normal", 5.2.into()),
        ("/outages/0/windows/3/fates", Value::Null),
    ];
    for (place, value) in cases {
        assert_eq!(json.pointer(place), Some(&value), "at {place}");
    }
}

#[test]
fn an_ongoing_outage_ends_in_null() {
    let mut outage = libero();
    outage.ongoing = true;
    outage.end = None;
    let report = report(vec![Findings {
        outages: vec![outage],
        ..Findings::default()
    }]);
    let json = serde_json::to_value(report).unwrap();
    assert_eq!(json.pointer("/outages/0/end"), Some(&Value::Null));
    assert_eq!(json.pointer("/outages/0/ongoing"), Some(&Value::Bool(true)));
}

#[test]
fn what_concerns_most_people_comes_first() {
    let with = |kind, (recipients, messages), domain: &[u8]| {
        let mut outage = libero();
        outage.recipients = recipients;
        outage.kind = kind;
        outage.messages = messages;
        outage.domain = mailgap_core::address::Domain::new(domain);
        Findings {
            outages: vec![outage],
            ..Findings::default()
        }
    };
    let report = report(vec![
        with(OutageType::Policy, (990, 900), b"a.example"),
        with(OutageType::Sender, (40, 20), b"b.example"),
        Findings {
            outages: vec![slow_only()],
            ..Findings::default()
        },
        with(OutageType::Outage, (30, 20), b"d.example"),
        with(OutageType::Outage, (30, 20), b"c.example"),
        with(OutageType::Outage, (30, 90), b"e.example"),
    ]);
    let order: Vec<_> = report
        .outages
        .iter()
        .map(|outage| (outage.id, outage.domain.as_str()))
        .collect();
    let expected = [
        (1, "b.example"),
        (2, "e.example"),
        (3, "c.example"),
        (4, "d.example"),
        (5, "slow.example"),
        (6, "a.example"),
    ];
    assert_eq!(order, expected);
    // And so do incidents.
    let incidents = report.incidents.iter();
    let order: Vec<_> = incidents.map(|it| (it.id, it.name.as_str())).collect();
    assert_eq!(order, expected);
}

#[test]
fn destinations_of_which_there_is_little_to_say_come_by_recipients() {
    let with = |domain: &[u8], recipients, messages| Findings {
        unreachable: Some(Standing {
            recipients,
            messages,
            ..standing(domain, 1.0)
        }),
        ..Findings::default()
    };
    let report = report(vec![
        with(b"b.example", 2, 9),
        with(b"a.example", 2, 9),
        with(b"c.example", 2, 70),
        with(b"d.example", 3, 3),
    ]);
    let order: Vec<_> = report.unreachable.iter().map(|it| &*it.domain).collect();
    assert_eq!(order, ["d.example", "c.example", "a.example", "b.example"]);
}

#[test]
fn lengths_claim_no_more_than_the_attempts_show() {
    let mut ranged = libero();
    (ranged.start, ranged.end) = (
        between("23 15:00", "23 16:00"),
        Some(between("23 16:13", "24 03:30")),
    );
    let older = Outage {
        before_log: true,
        ..libero()
    };
    // The last attempt of the hand-made findings failed on 30 January at 23:40.
    let ongoing = Outage {
        ongoing: true,
        end: None,
        ..libero()
    };
    let silent = Outage {
        silent_end: true,
        end: Some(between("23 18:00", "30 23:41")),
        ..libero()
    };
    for (outage, least, most) in [
        (ranged, 780.0, Value::from(45_000.0)),
        (older, 366_000.0, Value::Null),
        (ongoing, 632_400.0, Value::Null),
        (silent, 7_200.0, Value::Null),
    ] {
        let report = report(vec![Findings {
            outages: vec![outage],
            ..Findings::default()
        }]);
        let json = serde_json::to_value(report).unwrap();
        let expected = serde_json::json!({ "least": least, "most": most });
        for place in ["/outages/0/length_s", "/incidents/0/length_s"] {
            assert_eq!(json.pointer(place), Some(&expected), "{place}");
        }
    }
}

#[test]
fn an_incident_of_one_host_of_ours_begins_with_the_host() {
    let unreached = Outage {
        windows: libero().windows[..1].to_vec(),
        by_host: vec![
            HostCount {
                host: b"relay3"[..].into(),
                attempts: 1_234,
                failures: 1_222,
            },
            HostCount {
                host: b"relay1"[..].into(),
                attempts: 90,
                failures: 0,
            },
        ],
        ..libero()
    };
    let partly = Outage {
        failures: 400,
        ..unreached.clone()
    };
    // Hosts that answer are reached.
    let refused = libero();
    let cases: [(&[&str], Outage, &str, &str); 5] = [
        (
            &["relay3"],
            unreached.clone(),
            "relay3 could reach nobody (2 destinations)",
            "relay3 could reach nobody: 2 destinations (a.example, b.example), no connection from 23 Jan 16:00, sent \
             again since 27 Jan 21:40 (1,234 attempts, 99 % failed). 1,222 of 1,234 attempts from relay3 failed, 0 of \
             90 from relay1.",
        ),
        (
            &["relay3"],
            partly,
            "relay3 (2 destinations)",
            "relay3: 2 destinations (a.example, b.example), no connection",
        ),
        (
            &["relay3"],
            refused,
            "relay3 (2 destinations)",
            "relay3: 2 destinations (a.example, b.example), no connection",
        ),
        (
            &["relay3", "relay4"],
            unreached.clone(),
            "our own side: relay3, relay4 (2 destinations)",
            "our own side (2 destinations from relay3, relay4 alone: a.example, b.example): not sent, since our own \
             side failed: no connection",
        ),
        (
            &[],
            unreached,
            "our own side (2 destinations)",
            "our own side (2 destinations: a.example, b.example): not sent, since our own side failed: no connection",
        ),
    ];
    for (hosts, whole, title, sentence) in cases {
        let report = own_side(hosts, &whole);
        let [incident] = &report.incidents[..] else {
            panic!("one incident")
        };
        assert_eq!(incident.title(), title);
        let (subject, verdict) = incident.sentence();
        assert!(verdict.starts_with(sentence), "{verdict}");
        assert!(verdict.starts_with(subject), "{verdict}");
    }
}

#[test]
fn a_refusal_by_policy_is_no_outage_to_check() {
    let of = |outages| {
        report(vec![Findings {
            outages,
            ..Findings::default()
        }])
        .has_outage()
    };
    assert!(!of(vec![]));
    assert!(!of(vec![policy()]));
    assert!(of(vec![policy(), libero()]));
    // Nor is slow delivery alone.
    assert!(!of(vec![slow_only(), policy()]));
    assert!(of(vec![libero_slow()]));
}
