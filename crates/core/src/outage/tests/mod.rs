//! Outages of made-up destinations: what is found, when, and what is not.

mod laws;
mod online;
mod slow;
mod traffic;

use crate::evidence::Class;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::time::Timestamp;

use super::{Confidence, Findings, Kind, OutageType, Prior, find, find_among};
use traffic::{Attempt, DAYS, HOUR, Phase, Traffic, at, evidence, log, phase};

/// Findings of healthy traffic with these phases laid over it.
fn findings(per_day: u32, seed: u64, phases: &[Phase]) -> Findings {
    find(&evidence(&Traffic::new(per_day, seed).with(phases)), log())
}

/// Kinds of the windows of each outage.
fn kinds(found: &Findings) -> Vec<Vec<Kind>> {
    let windows = |o: &super::Outage| o.windows.iter().map(|w| w.kind).collect();
    found.outages.iter().map(windows).collect()
}

struct Case {
    name: &'static str,
    per_day: u32,
    phases: Vec<Phase>,
    /// Kinds of the windows of each outage.
    kinds: Vec<Vec<Kind>>,
    /// Hours at which outages begin and windows and outages end, in order; within `off` hours.
    hours: Vec<f64>,
    off: f64,
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    use Class::{Conn, Dns, PermRcpt, PermSys, Policy, TmpRcpt, TmpSys};
    let case = |name, per_day, phases: &[Phase], kinds: &[&[Kind]], hours: &[f64], off| Case {
        name,
        per_day,
        phases: phases.to_vec(),
        kinds: kinds.iter().map(|kinds| kinds.to_vec()).collect(),
        hours: hours.to_vec(),
        off,
    };
    let flapping: Vec<Phase> = (0..6)
        .map(|k| phase(100.0 + f64::from(k), 100.5 + f64::from(k), Conn, 1.0))
        .collect();
    vec![
        case(
            "clear outage",
            300,
            &[phase(100.0, 112.0, Conn, 1.0)],
            &[&[Kind::NoConnection]],
            &[100.0, 112.0],
            0.5,
        ),
        case(
            "name service",
            300,
            &[phase(90.0, 95.0, Dns, 1.0)],
            &[&[Kind::DnsFailure]],
            &[90.0, 95.0],
            0.5,
        ),
        case(
            "system deferring",
            300,
            &[phase(100.0, 110.0, TmpSys, 0.97)],
            &[&[Kind::Deferred]],
            &[100.0, 110.0],
            0.5,
        ),
        case(
            "system refusing",
            300,
            &[phase(100.0, 110.0, PermSys, 0.97)],
            &[&[Kind::Rejected]],
            &[100.0, 110.0],
            0.5,
        ),
        case(
            "recipients refused",
            300,
            &[phase(100.0, 108.0, PermRcpt, 0.97)],
            &[&[Kind::RecipientRejected]],
            &[100.0, 108.0],
            0.5,
        ),
        case(
            "mailboxes deferred",
            300,
            &[phase(100.0, 108.0, TmpRcpt, 0.95)],
            &[&[Kind::MailboxDeferred]],
            &[100.0, 108.0],
            0.5,
        ),
        case(
            "policy",
            300,
            &[phase(100.0, 130.0, Policy, 0.97)],
            &[&[Kind::Policy]],
            &[100.0, 130.0],
            0.5,
        ),
        case(
            "three phases",
            600,
            &[
                phase(112.0, 163.0, Conn, 1.0),
                phase(163.0, 181.0, PermRcpt, 0.97),
                phase(181.0, 210.0, TmpRcpt, 0.95),
            ],
            &[&[
                Kind::NoConnection,
                Kind::RecipientRejected,
                Kind::MailboxDeferred,
            ]],
            &[112.0, 163.0, 181.0, 210.0],
            0.5,
        ),
        case(
            "two outages",
            300,
            &[
                phase(80.0, 84.0, Conn, 1.0),
                phase(110.0, 115.0, PermSys, 0.95),
            ],
            &[&[Kind::NoConnection], &[Kind::Rejected]],
            &[80.0, 84.0, 110.0, 115.0],
            0.5,
        ),
        case(
            "a third of the attempts",
            600,
            &[phase(100.0, 124.0, TmpSys, 0.3)],
            &[&[Kind::Deferred]],
            &[100.0, 124.0],
            1.5,
        ),
        case(
            "flapping",
            1000,
            &flapping,
            &[&[Kind::NoConnection]],
            &[100.0, 105.5],
            0.5,
        ),
        case(
            "several kinds at once",
            600,
            &[
                phase(100.0, 120.0, Conn, 0.95),
                phase(100.0, 120.0, TmpSys, 0.5),
                phase(100.0, 120.0, TmpRcpt, 0.35),
            ],
            &[&[Kind::Mixed]],
            &[100.0, 120.0],
            0.5,
        ),
        case(
            "few messages a day",
            12,
            &[phase(100.0, 130.0, Conn, 1.0)],
            &[&[Kind::NoConnection]],
            &[100.0, 130.0],
            6.0,
        ),
        case(
            "crumbs of another kind",
            300,
            &[
                phase(100.0, 110.0, Conn, 1.0),
                phase(110.0, 110.4, TmpSys, 1.0),
                phase(110.4, 120.0, Conn, 1.0),
            ],
            &[&[Kind::NoConnection]],
            &[100.0, 120.0],
            0.5,
        ),
        case(
            "half an hour without connection in a recovery",
            300,
            &[
                phase(100.0, 110.0, TmpRcpt, 0.9),
                phase(110.0, 110.5, Conn, 1.0),
                phase(110.5, 122.0, TmpRcpt, 0.9),
            ],
            &[&[Kind::MailboxDeferred]],
            &[100.0, 122.0],
            0.5,
        ),
        case("nothing", 300, &[], &[], &[], 0.0),
    ]
}

#[test]
fn windows_have_the_kinds_and_times_of_the_script() {
    let cases = cases();
    assert_eq!(cases.len(), 16);
    for case in cases {
        for seed in 1..=3 {
            let found = findings(case.per_day, seed, &case.phases);
            let name = format!("{} (seed {seed})", case.name);
            assert_eq!(kinds(&found), case.kinds, "{name}: {:#?}", found.outages);
            assert!(
                found.unreachable.is_none() && found.chronic.is_none(),
                "{name}"
            );
            let bounds: Vec<_> = found
                .outages
                .iter()
                .flat_map(|o| {
                    std::iter::once(o.start).chain(o.windows.iter().filter_map(|w| w.end))
                })
                .collect();
            assert_eq!(bounds.len(), case.hours.len(), "{name}");
            for (bound, hour) in bounds.iter().zip(&case.hours) {
                let off = bound.time.seconds_since(at(*hour)) / 3600.0;
                assert!(off.abs() <= case.off, "{name}: {off} hours from {hour}");
            }
        }
    }
}

#[test]
fn types_and_confidence() {
    let policy = findings(300, 1, &[phase(100.0, 130.0, Class::Policy, 0.97)]);
    assert_eq!(policy.outages[0].kind, OutageType::Policy);
    let outage = findings(300, 1, &[phase(100.0, 130.0, Class::TmpSys, 0.97)]);
    let outage = &outage.outages[0];
    assert_eq!(outage.kind, OutageType::Outage);
    assert_eq!(outage.confidence, Confidence::Certain);
    assert!(outage.failures > 300 && outage.attempts >= outage.failures);
    assert!(outage.messages > 300 && outage.recipients > 100);
    assert!(outage.windows[0].share > 0.9);
}

#[test]
fn labels_codes_and_samples() {
    let phases = [
        phase(100.0, 110.0, Class::Conn, 1.0),
        phase(110.0, 120.0, Class::PermRcpt, 0.97).saying(550, Some((5, 1, 1))),
        phase(120.0, 130.0, Class::TmpRcpt, 0.97).saying(452, None),
    ];
    let found = findings(300, 1, &phases);
    let windows = &found.outages[0].windows;
    let labels: Vec<&str> = windows.iter().map(|w| w.label.as_str()).collect();
    assert_eq!(labels, ["no connection", "550 5.1.1", "452"]);
    assert_eq!(windows[0].reply_code, None);
    assert_eq!(windows[1].reply_code, ReplyCode::new(550));
    assert_eq!(windows[1].enhanced_status, EnhancedStatus::new(5, 1, 1));
    assert_eq!(windows[2].enhanced_status, None);
    assert_eq!(windows[1].sample.as_deref(), Some(&b"550 PermRcpt"[..]));
    assert_eq!(windows[1].mx, [Box::from(&b"mx1.example"[..])]);
}

#[test]
fn ongoing_at_the_end_of_the_log() {
    let found = findings(300, 1, &[phase(270.0, 1000.0, Class::TmpSys, 0.97)]);
    let outage = &found.outages[0];
    assert!(outage.ongoing && outage.end.is_none() && !outage.before_log);
    assert!(outage.windows.iter().all(|w| w.end.is_none()));
}

#[test]
fn begun_before_the_log() {
    let found = findings(300, 1, &[phase(-10.0, 20.0, Class::Conn, 1.0)]);
    let outage = &found.outages[0];
    assert!(outage.before_log && !outage.ongoing);
    assert_eq!(outage.start.time, log().0);
    assert!(outage.end.is_some());
}

#[test]
fn healthy_destinations_have_no_outage() {
    let mut ran = 0;
    for seed in 1..=20 {
        for per_day in [8, 40, 300] {
            // A bad list for two hours, a dead address every hour, and a full mailbox tried for days.
            let mut attempts =
                Traffic::new(per_day, seed)
                    .with(&[phase(100.0, 102.0, Class::PermRcpt, 0.15).to_strangers()]);
            attempts
                .extend((0..DAYS * 24).map(|hour| Attempt::neutral(hour * HOUR + 17, 9_000_001)));
            attempts.extend((50..130).map(|hour| Attempt::neutral(hour * HOUR + 1111, 9_000_002)));
            let found = find(&evidence(&attempts), log());
            assert_eq!(found, Findings::default(), "{per_day} a day, seed {seed}");
            ran += 1;
        }
    }
    assert_eq!(ran, 60);
}

/// Refused strangers from hour 100 on, that many beside one attempt of the usual traffic.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousands"
)]
fn strangers(per_day: u32, hours: u32, beside: f64) -> impl Iterator<Item = Attempt> {
    let every = 86_400.0 / (f64::from(per_day) * beside);
    let count = (f64::from(hours) * 3600.0 / every) as u32;
    (0..count).map(move |k| {
        let seconds = 100 * HOUR + (f64::from(k) * every) as i64;
        Attempt::refused_stranger(seconds, 8_000_000 + k)
    })
}

#[test]
fn a_burst_of_strangers_is_a_bad_list_while_others_are_accepted() {
    let mut ran = 0;
    for per_day in [40, 150, 500, 2000] {
        for share in [0.3, 0.45, 0.6, 0.75, 0.9] {
            for (hours, seed) in [(2, 1), (5, 2), (12, 3)] {
                let mut attempts = Traffic::new(per_day, seed).with(&[]);
                attempts.extend(strangers(per_day, hours, share / (1.0 - share)));
                let found = find(&evidence(&attempts), log());
                let name = format!("{share} of {per_day} a day for {hours} h");
                assert_eq!(found, Findings::default(), "{name}");
                ran += 1;
                if share >= 0.75 && per_day >= 150 {
                    // The same of people who took mail is none.
                    for attempt in &mut attempts {
                        attempt.know();
                    }
                    let found = find(&evidence(&attempts), log());
                    assert_eq!(kinds(&found), [[Kind::RecipientRejected]], "{name}, known");
                }
            }
        }
    }
    assert_eq!(ran, 60);
}

#[test]
fn when_nobody_is_accepted_any_more_it_is_an_outage() {
    for per_day in [40, 150, 500, 2000] {
        for (hours, seed) in [(6.0, 1), (12.0, 2)] {
            let down = phase(100.0, 100.0 + hours, Class::PermRcpt, 0.97);
            let found = findings(per_day, seed, &[down]);
            let name = format!("{per_day} a day for {hours} h");
            assert_eq!(kinds(&found), [[Kind::RecipientRejected]], "{name}");
            // With a bad list at the same time.
            let mut attempts = Traffic::new(per_day, seed).with(&[down]);
            attempts.extend(strangers(per_day, 6, 2.0));
            let found = find(&evidence(&attempts), log());
            assert_eq!(
                kinds(&found),
                [[Kind::RecipientRejected]],
                "{name}, bad list"
            );
        }
    }
    // Who writes to nobody twice knows no recipient.
    for (per_day, seed) in [(150, 1), (500, 2), (2000, 3)] {
        let down = phase(100.0, 112.0, Class::PermRcpt, 1.0).to_strangers();
        let found = findings(per_day, seed, &[down]);
        assert_eq!(kinds(&found), [[Kind::RecipientRejected]], "{per_day}");
    }
}

#[test]
fn steady_failures_are_chronic_and_no_outage() {
    let cases = [
        (Class::Conn, 0.6, Kind::NoConnection),
        (Class::TmpSys, 0.5, Kind::Deferred),
        (Class::TmpSys, 0.3, Kind::Deferred),
        (Class::Policy, 0.5, Kind::Policy),
    ];
    for (class, share, kind) in cases {
        for (per_day, seed) in [(15, 1), (15, 2), (300, 3)] {
            let found = findings(per_day, seed, &[phase(-1.0, 1000.0, class, share)]);
            let chronic = found.chronic.as_ref();
            assert_eq!(
                chronic.map(|c| c.kind),
                Some(kind),
                "{class:?} {share} {per_day}"
            );
            assert!(chronic.is_some_and(|c| (c.share - share).abs() < 0.15));
            assert_eq!(
                kinds(&found),
                Vec::<Vec<Kind>>::new(),
                "{class:?} {share} {per_day}"
            );
        }
    }
}

#[test]
fn an_outage_on_top_of_a_steady_share() {
    let phases = [
        phase(-1.0, 1000.0, Class::TmpSys, 0.4),
        phase(100.0, 112.0, Class::Conn, 1.0),
    ];
    let found = findings(300, 1, &phases);
    assert_eq!(found.chronic.as_ref().map(|c| c.kind), Some(Kind::Deferred));
    assert_eq!(kinds(&found), [[Kind::NoConnection]]);
}

#[test]
fn many_unknown_recipients_from_first_to_last_are_the_list() {
    let found = findings(
        100,
        1,
        &[phase(-1.0, 1000.0, Class::PermRcpt, 0.5).to_strangers()],
    );
    assert_eq!(found, Findings::default());
}

/// Attempts at these hours, all of one class, by messages to different recipients.
fn only(class: Class, hours: impl Iterator<Item = u32>, recipients: u32) -> Vec<Attempt> {
    hours
        .enumerate()
        .map(|(k, hour)| {
            let k = u32::try_from(k).unwrap();
            Attempt::failed(i64::from(hour) * HOUR + 7, class, k % recipients)
        })
        .collect()
}

#[test]
fn destinations_that_never_worked() {
    let last = u32::try_from(DAYS).unwrap() * 24 - 1;
    let all_days = |step: usize| (0..=last).step_by(step);
    // Whether they are listed as unreachable, and whether for certain.
    let cases: Vec<(&str, Vec<Attempt>, Option<bool>)> = vec![
        (
            "dead from first to last",
            only(Class::Conn, all_days(3), 5),
            Some(false),
        ),
        (
            "dead for one message tried for days",
            only(Class::Conn, 100..200, 1),
            Some(true),
        ),
        (
            "two attempts, given up",
            only(Class::Dns, [50, 51].into_iter(), 1),
            Some(false),
        ),
        (
            "one attempt, given up",
            only(Class::Conn, [50].into_iter(), 1),
            Some(false),
        ),
        (
            "one attempt just now",
            only(Class::Conn, [last].into_iter(), 1),
            Some(false),
        ),
        (
            "an hour of failures just now",
            only(Class::Conn, last - 3..last, 1),
            Some(false),
        ),
        (
            "one dead mailbox",
            only(Class::PermRcpt, all_days(30), 1),
            None,
        ),
        (
            "nobody there is known",
            only(Class::PermRcpt, all_days(20), 6),
            Some(false),
        ),
        (
            "one message refused by policy",
            only(Class::Policy, [60].into_iter(), 1),
            Some(false),
        ),
        (
            "always refused by policy",
            only(Class::Policy, all_days(25), 8),
            Some(false),
        ),
        (
            "two kinds for some hours",
            [only(Class::Conn, 60..63, 2), only(Class::TmpSys, 63..66, 2)].concat(),
            Some(false),
        ),
        (
            "hundreds of recipients from first to last",
            only(Class::Conn, all_days(1), 300),
            None,
        ),
        (
            "fifty recipients for a day",
            only(Class::TmpSys, (100..150).map(|n| n / 2), 50),
            None,
        ),
    ];
    assert_eq!(cases.len(), 13);
    for (name, attempts, expected) in cases {
        let found = find(&evidence(&attempts), log());
        let certain = found.unreachable.as_ref().map(|it| it.certain);
        assert_eq!(certain, expected, "{name}");
        let is_outage = name.contains("hundreds") || name.contains("fifty");
        assert_eq!(found.outages.len(), usize::from(is_outage), "{name}");
        let is_minor = name == "one dead mailbox";
        assert_eq!(found.minor.len(), usize::from(is_minor), "{name}");
        assert!(found.chronic.is_none(), "{name}");
    }
}

#[test]
fn how_common_dead_destinations_are_moves_the_odds() {
    // Six recipients, none of them reached for some hours.
    let attempts = only(Class::Conn, 60..66, 6);
    let judged = |dead: f64| {
        let prior = Prior { dead };
        find_among(&evidence(&attempts), log(), prior).unreachable
    };
    assert!(judged(1.5).is_some());
    assert!(judged(0.1).is_none());
}

#[test]
fn a_new_large_destination_that_fails_at_the_end_is_an_outage() {
    let last = u32::try_from(DAYS).unwrap() * 24;
    let hours = (last - 12..last).flat_map(|hour| [hour; 4]);
    let found = find(&evidence(&only(Class::Conn, hours, 48)), log());
    assert!(found.unreachable.is_none());
    assert!(found.outages[0].ongoing && !found.outages[0].before_log);
    assert_eq!(found.outages[0].start.earliest, log().0);
}

#[test]
fn empty_and_tiny_evidence() {
    assert_eq!(find(&evidence(&[]), log()), Findings::default());
    let accepted = [Attempt::accepted(5 * HOUR)];
    assert_eq!(find(&evidence(&accepted), log()), Findings::default());
    let neutral = [Attempt::neutral(5 * HOUR, 1)];
    let found = find(&evidence(&neutral), log());
    assert!(found.outages.is_empty() && found.unreachable.is_none());
    assert_eq!(found.minor.len(), 1, "a recipient who was refused before");
    assert_eq!(found.minor[0].kind, Kind::MailboxDeferred);
    let nothing_read = (Timestamp::default(), Timestamp::default());
    assert_eq!(find(&evidence(&[]), nothing_read), Findings::default());
}

#[test]
fn old_failures_repeated_do_not_part_an_outage() {
    // Mailboxes deferred, then for six hours nothing but the same ones again, then new ones.
    let phases = [
        phase(100.0, 106.0, Class::TmpRcpt, 1.0),
        phase(112.0, 118.0, Class::TmpRcpt, 1.0),
    ];
    let mut attempts = Traffic::new(200, 5).with(&phases);
    attempts.retain(|a| a.hour() < 106.0 || a.hour() >= 112.0);
    attempts.extend((0..60).map(|k| Attempt::neutral(106 * HOUR + k * 360, 77)));
    let found = find(&evidence(&attempts), log());
    assert_eq!(kinds(&found), [[Kind::MailboxDeferred]]);
}
