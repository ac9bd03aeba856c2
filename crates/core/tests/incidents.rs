//! Who is to blame: logs of several destinations and hosts, with faults of every width.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests may fail"
)]

mod common;

use std::fmt::Write;

use common::{rome, survey_of};
use mailgap_core::incident::{Basis, Incident, Incidents, Scope, judge};
use mailgap_core::operator::Operators;
use mailgap_core::outage::{Findings, OutageType, find};

/// Days of each log.
const DAYS: u32 = 4;

/// One destination: its domain, its MX hosts, and the minutes between two messages to it.
type Destination<'d> = (&'d str, &'d [&'d str], u32);

/// What an MX host says instead of taking a message, by hour of the log, destination, MX host and sending host.
type Fault<'f> = dyn Fn(f64, &str, &str, &str) -> Option<&'f str>;

const DOWN: &str = "no";
const REFUSED: &str = "550 5.1.1 No such user";
const FULL: &str = "452 4.2.2 Mailbox full";
const BROKEN: &str = "451 4.3.0 Temporary failure";

/// The log of these sending hosts, each with its share of every destination's mail.
fn log(destinations: &[Destination<'_>], hosts: &[&str], fault: &Fault<'_>) -> String {
    let mut lines: Vec<(u32, String)> = Vec::new();
    for (d, &(domain, mx, every)) in (0..).zip(destinations) {
        let count = DAYS * 24 * 60 / every;
        for n in 0..count {
            // Spread by a fixed law, so that no two destinations keep time together.
            let jitter = (n * 7919 + d * 104_729) % every.max(2);
            let second = (n * every + jitter) * 60 + (n * 31 + d * 17) % 60;
            let host = hosts[(n as usize * 13 + d as usize) % hosts.len()];
            let mx = mx[(n as usize / 3) % mx.len()];
            let hour = f64::from(second) / 3600.0;
            let (day, rest) = (second / 86_400 + 10, second % 86_400);
            let who = n % 40; // people who get mail now and then
            let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
            let ip = format!("192.0.2.{}", d % 250 + 1);
            let said = match fault(hour, domain, mx, host) {
                None => format!(
                    "relay={mx}[{ip}]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)"
                ),
                Some(DOWN) => format!(
                    "relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to {mx}[{ip}]:25: Connection timed out)"
                ),
                Some(reply) => {
                    let status = if reply.starts_with('5') {
                        "bounced"
                    } else {
                        "deferred"
                    };
                    let code = &reply[4..9];
                    format!(
                        "relay={mx}[{ip}]:25, delay=1, delays=0/0/0/1, dsn={code}, status={status} (host {mx}[{ip}] said: {reply} (in reply to RCPT TO command))"
                    )
                }
            };
            let line = format!(
                "2023-01-{day}T{clock}+01:00 {host} postfix/smtp[9]: {:05X}{n:05X}: to=<u{who}@{domain}>, {said}",
                d + 1
            );
            lines.push((second, line));
        }
    }
    lines.sort();
    let mut log = String::new();
    for (_, line) in lines {
        writeln!(log, "{line}").unwrap();
    }
    log
}

/// What is found in a log: the incidents, and the outages by destination.
fn judged(logs: &[&str], operators: &Operators) -> (Incidents, Vec<(String, Findings)>) {
    let names = ["a", "b", "c"];
    let parts: Vec<(&str, &[u8])> = names
        .into_iter()
        .zip(logs.iter().map(|log| log.as_bytes()))
        .collect();
    let survey = survey_of(&parts, &rome());
    let span = survey.coverage.span.unwrap();
    assert_eq!(
        survey.coverage.lines.unknown + survey.coverage.lines.malformed,
        0
    );
    let findings: Vec<Findings> = survey
        .destinations
        .iter()
        .map(|to| find(&to.evidence(), span))
        .collect();
    let (findings, incidents) = judge(&survey.destinations, findings, operators, span);
    let domains = survey.destinations.iter().map(|to| to.domain().to_string());
    (incidents, domains.zip(findings).collect())
}

fn found(
    destinations: &[Destination<'_>],
    hosts: &[&str],
    fault: &Fault<'_>,
) -> (Incidents, Vec<(String, Findings)>) {
    judged(&[&log(destinations, hosts, fault)], &Operators::new())
}

fn domains(incident: &Incident) -> String {
    let domains: Vec<String> = incident.domains.iter().map(ToString::to_string).collect();
    domains.join(" ")
}

/// Hours into the log at which an incident began and ended.
fn hours(incident: &Incident) -> (f64, f64) {
    let start = mailgap_core::time::Timestamp::from_seconds(1_673_305_200); // 10 January, midnight in Rome
    let of = |time: mailgap_core::time::Timestamp| time.seconds_since(start) / 3600.0;
    (
        of(incident.total.start.time),
        of(incident.total.end.unwrap().time),
    )
}

/// Every outage belongs to exactly one incident.
fn assert_complete(incidents: &Incidents, found: &[(String, Findings)]) {
    let mut places: Vec<(usize, usize)> = incidents
        .all
        .iter()
        .flat_map(|it| it.outages.clone())
        .collect();
    places.sort_unstable();
    let all = found.iter().enumerate();
    let all = all.flat_map(|(d, (_, found))| (0..found.outages.len()).map(move |n| (d, n)));
    assert_eq!(places, all.collect::<Vec<_>>());
}

/// The one incident that all outages belong to.
fn only<'i>(incidents: &'i Incidents, found: &[(String, Findings)]) -> &'i Incident {
    assert_complete(incidents, found);
    let [incident] = &incidents.all[..] else {
        panic!("{incidents:?}")
    };
    incident
}

const UNRELATED: [Destination<'_>; 8] = [
    ("a.example", &["mx.a.example"], 20),
    ("b.example", &["mx.b.example"], 35),
    ("c.example", &["mx.c.example"], 50),
    ("d.example", &["mx.d.example"], 90),
    ("e.example", &["mx.e.example"], 120),
    ("f.example", &["mx.f.example"], 60),
    ("g.example", &["mx.g.example"], 45),
    ("h.example", &["mx.h.example"], 30),
];

fn within(hour: f64, from: f64, to: f64) -> bool {
    (from..to).contains(&hour)
}

#[test]
fn all_operators_at_once_are_our_own_fault() {
    let fault = |hour: f64, _: &str, _: &str, _: &str| within(hour, 40.0, 44.0).then_some(DOWN);
    let (incidents, found) = found(&UNRELATED, &["out1"], &fault);
    let incident = only(&incidents, &found);
    assert_eq!(
        (incident.scope, incident.basis),
        (Scope::Sender, Basis::Operators)
    );
    assert!(incident.domains.len() >= 6, "{}", domains(incident));
    let (from, to) = hours(incident);
    assert!(
        (from - 40.0).abs() < 0.3 && (to - 44.0).abs() < 0.3,
        "{from} {to}"
    );
    let outages: Vec<_> = found.iter().flat_map(|(_, found)| &found.outages).collect();
    assert!(outages.len() >= 4);
    assert!(
        outages
            .iter()
            .all(|outage| outage.kind == OutageType::Sender)
    );
}

#[test]
fn a_receiver_is_not_excused_by_its_size() {
    // Nine of ten messages go to one operator, which fails; five others take mail.
    let mut destinations = UNRELATED;
    destinations[0].2 = 2;
    let fault = |hour: f64, domain: &str, _: &str, _: &str| {
        (domain == "a.example" && within(hour, 40.0, 44.0)).then_some(DOWN)
    };
    let (incidents, found) = found(&destinations, &["out1"], &fault);
    let incident = only(&incidents, &found);
    assert_eq!(
        (incident.scope, domains(incident)),
        (Scope::Domain, "a.example".to_owned())
    );
    assert_eq!(found[0].1.outages[0].kind, OutageType::Outage);
}

#[test]
fn what_one_host_of_ours_sees_alone_is_our_own_fault() {
    let fault = |hour: f64, _: &str, _: &str, host: &str| {
        (host == "out2" && within(hour, 40.0, 46.0)).then_some(DOWN)
    };
    let hosts = ["out1", "out2", "out3"];
    let (incidents, found) = found(&UNRELATED, &hosts, &fault);
    let incident = only(&incidents, &found);
    assert_eq!(
        (incident.scope, incident.basis),
        (Scope::Sender, Basis::Hosts)
    );
    assert_eq!(incident.from_hosts, [Box::from(&b"out2"[..])]);
    let kinds = found.iter().flat_map(|(_, found)| &found.outages);
    assert!(
        kinds
            .into_iter()
            .all(|outage| outage.kind == OutageType::Sender)
    );

    // One destination refuses one of our hosts.
    let fault = |hour: f64, domain: &str, _: &str, host: &str| {
        (domain == "a.example" && host == "out2" && within(hour, 40.0, 64.0)).then_some(BROKEN)
    };
    let (incidents, found) = self::found(&UNRELATED, &hosts, &fault);
    let incident = only(&incidents, &found);
    assert_eq!(
        (incident.scope, domains(incident)),
        (Scope::Sender, "a.example".to_owned())
    );
    assert_eq!(incident.from_hosts, [Box::from(&b"out2"[..])]);
}

#[test]
fn what_all_receivers_think_of_our_mail_is_no_fault_of_our_side() {
    let fault = |hour: f64, _: &str, _: &str, _: &str| {
        within(hour, 40.0, 52.0).then_some("554 5.7.1 blocked using zen.spamhaus.org")
    };
    let (incidents, found) = found(&UNRELATED, &["out1"], &fault);
    assert_complete(&incidents, &found);
    assert!(incidents.all.len() >= 4, "{incidents:?}");
    for incident in &incidents.all {
        assert_eq!(
            (incident.scope, incident.total.kind),
            (Scope::Domain, OutageType::Policy)
        );
    }
}

#[test]
fn a_host_that_carries_most_of_the_mail_is_to_blame_all_the_same() {
    // out1 has seven of ten messages, and three destinations share their MX.
    let hosts = [
        "out1", "out1", "out1", "out1", "out1", "out1", "out1", "out2", "out2", "out2",
    ];
    let mut destinations = UNRELATED;
    for (place, to) in destinations.iter_mut().enumerate() {
        to.2 = 10;
        if place < 3 {
            to.1 = &["mx1.pool.example"];
        }
    }
    let fault = |hour: f64, _: &str, _: &str, host: &str| {
        (host == "out1" && within(hour, 40.0, 46.0)).then_some(DOWN)
    };
    let (incidents, found) = found(&destinations, &hosts, &fault);
    let incident = only(&incidents, &found);
    assert_eq!(incident.scope, Scope::Sender);
    assert_eq!(incident.from_hosts, [Box::from(&b"out1"[..])]);
    let kinds = found.iter().flat_map(|(_, found)| &found.outages);
    assert!(kinds.into_iter().all(|it| it.kind == OutageType::Sender));
    // What is told are attempts of that host, not voices.
    let minutes = 8.0 * 6.0 * 6.0 * 0.7;
    assert!(
        (incident.total.attempts as f64 - minutes).abs() < 0.3 * minutes,
        "{}",
        incident.total.attempts
    );
}

#[test]
fn one_refused_recipient_does_not_draw_a_neighbour_in() {
    let mut destinations = SMALL;
    destinations[0].2 = 30; // b.example has the same MX, and a message every six hours
    let fault = |hour: f64, domain: &str, _: &str, _: &str| match domain {
        "a.example" => within(hour, 40.0, 52.0).then_some(DOWN),
        "b.example" => within(hour, 40.0, 47.0).then_some(REFUSED),
        _ => None,
    };
    let (incidents, found) = found(&destinations, &["out1"], &fault);
    let incident = only(&incidents, &found);
    assert_eq!(
        (incident.scope, domains(incident)),
        (Scope::Domain, "a.example".to_owned())
    );
}

#[test]
fn flapping_at_random_is_no_common_story() {
    // Two hosts change between two answers, each by its own dice. Their ends coincide, as those of one cause would:
    // it is the changes within that must tell, and one in ten may coincide by accident.
    let dice = |domain: &str, hour: f64, seed: u64| -> bool {
        let mut state =
            seed ^ (hour * 2.0).floor().to_bits() ^ u64::from(domain.as_bytes()[0]) << 32;
        for _ in 0..4 {
            state = state.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ seed;
        }
        state % 10 < 5
    };
    let mut joined = 0;
    for seed in 1..=12 {
        let fault = move |hour: f64, domain: &str, _: &str, _: &str| {
            let flaps = matches!(domain, "a.example" | "h.example") && within(hour, 30.0, 60.0);
            flaps.then(|| {
                if dice(domain, hour, seed) {
                    DOWN
                } else {
                    BROKEN
                }
            })
        };
        let mut destinations = UNRELATED;
        (destinations[0].2, destinations[7].2) = (4, 4);
        let (incidents, found) = found(&destinations, &["out1"], &fault);
        assert_complete(&incidents, &found);
        joined += usize::from(incidents.all.len() < 2);
    }
    assert!(joined <= 3, "{joined} of 12");
}

/// Three destinations of one operator, too small to be judged alone, beside five of others.
const SMALL: [Destination<'_>; 8] = [
    ("a.example", &["mx1.pool.example"], 400),
    ("b.example", &["mx1.pool.example"], 380),
    ("c.example", &["mx1.pool.example"], 420),
    ("d.example", &["mx.d.example"], 90),
    ("e.example", &["mx.e.example"], 120),
    ("f.example", &["mx.f.example"], 60),
    ("g.example", &["mx.g.example"], 45),
    ("h.example", &["mx.h.example"], 30),
];

#[test]
fn small_destinations_of_one_operator_are_judged_together() {
    let fault = |hour: f64, _: &str, mx: &str, _: &str| {
        (mx == "mx1.pool.example" && within(hour, 40.0, 52.0)).then_some(DOWN)
    };
    let (incidents, found) = found(&SMALL, &["out1"], &fault);
    let incident = only(&incidents, &found);
    assert_eq!(
        (incident.scope, incident.basis),
        (Scope::Operator, Basis::Operator)
    );
    assert_eq!(domains(incident), "a.example b.example c.example");
    assert_eq!(incident.total.domain.to_string(), "pool.example");
    let (from, to) = hours(incident);
    assert!(
        (from - 40.0).abs() < 4.0 && (to - 52.0).abs() < 4.0,
        "{from} {to}"
    );
}

#[test]
fn one_destination_of_an_operator_is_not_all_of_it() {
    let mut destinations = SMALL;
    for (_, _, every) in &mut destinations[..3] {
        *every = 30;
    }
    let fault = |hour: f64, domain: &str, _: &str, _: &str| {
        (domain == "b.example" && within(hour, 40.0, 52.0)).then_some(REFUSED)
    };
    let (incidents, found) = found(&destinations, &["out1"], &fault);
    let incident = only(&incidents, &found);
    assert_eq!(
        (incident.scope, domains(incident)),
        (Scope::Domain, "b.example".to_owned())
    );
}

#[test]
fn destinations_with_one_story_are_one_incident() {
    // Each domain has an MX name of its own, but both fall and rise together, through the same answers.
    let story = |hour: f64| match hour {
        30.0..40.0 => Some(DOWN),
        40.0..48.0 => Some(REFUSED),
        48.0..60.0 => Some(FULL),
        _ => None,
    };
    let told = move |hour: f64, domain: &str, _: &str, _: &str| {
        story(hour).filter(|_| matches!(domain, "a.example" | "h.example"))
    };
    let (incidents, found) = found(&UNRELATED, &["out1"], &told);
    let incident = only(&incidents, &found);
    assert_eq!(
        (incident.scope, incident.basis),
        (Scope::Operator, Basis::SamePattern)
    );
    assert_eq!(domains(incident), "a.example h.example");

    // The same hours, but another story.
    let apart = move |hour: f64, domain: &str, _: &str, _: &str| match domain {
        "a.example" => story(hour),
        "h.example" => within(hour, 30.0, 60.0).then_some(BROKEN),
        _ => None,
    };
    let (incidents, found) = self::found(&UNRELATED, &["out1"], &apart);
    assert_complete(&incidents, &found);
    let scopes: Vec<_> = incidents.all.iter().map(|it| it.scope).collect();
    assert_eq!(scopes, [Scope::Domain, Scope::Domain]);
}

#[test]
fn one_operator_under_many_names_is_not_our_own_fault() {
    // Five of eight fail at once, each with an MX name of its own; but they have one story.
    let fault = |hour: f64, domain: &str, _: &str, _: &str| match hour {
        _ if domain > "e.example" => None,
        30.0..40.0 => Some(DOWN),
        40.0..48.0 => Some(REFUSED),
        48.0..60.0 => Some(FULL),
        _ => None,
    };
    let (incidents, found) = found(&UNRELATED, &["out1"], &fault);
    let incident = only(&incidents, &found);
    assert_eq!(
        (incident.scope, incident.basis),
        (Scope::Operator, Basis::SamePattern)
    );
    assert_eq!(
        domains(incident),
        "a.example b.example c.example d.example e.example"
    );
    let kinds = found.iter().flat_map(|(_, found)| &found.outages);
    assert!(kinds.into_iter().all(|it| it.kind == OutageType::Outage));
}

#[test]
fn what_the_user_lays_together_is_one_operator() {
    let fault = |hour: f64, domain: &str, _: &str, _: &str| {
        (matches!(domain, "a.example" | "h.example") && within(hour, 40.0, 52.0)).then_some(BROKEN)
    };
    let log = log(&UNRELATED, &["out1"], &fault);
    let (incidents, _) = judged(&[&log], &Operators::new());
    assert_eq!(incidents.all.len(), 2);
    let mut operators = Operators::new();
    operators.lay("a.example", "Both Ltd");
    operators.lay("h.example", "Both Ltd");
    let (incidents, found) = judged(&[&log], &operators);
    let incident = only(&incidents, &found);
    assert_eq!(incident.total.domain.to_string(), "Both Ltd");
    assert_eq!(domains(incident), "a.example h.example");
}

#[test]
fn one_of_two_mx_hosts_may_fail() {
    let destinations: [Destination<'_>; 1] =
        [("a.example", &["mx1.a.example", "mx2.a.example"], 10)];
    let fault = |hour: f64, _: &str, mx: &str, _: &str| {
        (mx.starts_with("mx2") && within(hour, 40.0, 52.0)).then_some(BROKEN)
    };
    let (incidents, found) = found(&destinations, &["out1"], &fault);
    assert_complete(&incidents, &found);
    let [outage] = &found[0].1.outages[..] else {
        panic!("{found:?}")
    };
    assert_eq!(outage.mx, [Box::from(&b"mx2.a.example"[..])]);
    assert_eq!(outage.mx_working, [Box::from(&b"mx1.a.example"[..])]);
}

#[test]
fn the_split_of_the_log_does_not_show() {
    let fault = |hour: f64, domain: &str, mx: &str, host: &str| match hour {
        20.0..24.0 => Some(DOWN),
        40.0..50.0 if mx == "mx1.pool.example" => Some(BROKEN),
        60.0..70.0 if host == "out2" => Some(DOWN),
        80.0..90.0 if domain == "h.example" => Some(REFUSED),
        _ => None,
    };
    let log = log(&SMALL, &["out1", "out2", "out3"], &fault);
    let (whole, findings) = judged(&[&log], &Operators::new());
    assert_complete(&whole, &findings);
    let scopes: Vec<_> = whole.all.iter().map(|it| it.scope).collect();
    assert!(
        scopes.contains(&Scope::Sender) && scopes.contains(&Scope::Domain),
        "{scopes:?}"
    );
    let of = |wanted: &dyn Fn(usize, &str) -> bool| -> String {
        let lines = log.lines().enumerate();
        let wanted = lines.filter(|(n, line)| wanted(*n, line));
        wanted.flat_map(|(_, line)| [line, "\n"]).collect()
    };
    let hosts = ["out1", "out2", "out3"].map(|host| of(&|_, line| line.contains(host)));
    let times = [
        of(&|n, _| n >= 2000),
        of(&|n, _| n < 700),
        of(&|n, _| (700..2000).contains(&n)),
    ];
    let mut splits = 0;
    for split in [hosts, times] {
        let [a, b, c] = &split;
        for order in [[a, b, c], [c, b, a], [b, c, a]] {
            let order = order.map(String::as_str);
            assert_eq!(
                judged(&order, &Operators::new()),
                (whole.clone(), findings.clone())
            );
            splits += 1;
        }
    }
    assert_eq!(splits, 6);
}
