//! Slow delivery: which spells are told, when, and which are everyday life.

use crate::evidence::Class;
use crate::outage::{Findings, Kind, Outage, find};
use crate::time::Timestamp;

use super::kinds;
use super::traffic::{Attempt, Phase, Traffic, at, evidence, log, phase};

/// Seconds that an accepted attempt takes at this hour of the log, given a number from 0 to 1.
type Took = fn(f64, f64) -> f64;

/// A second or ten, in one of fifty cases minutes.
fn everyday(random: f64) -> f64 {
    match random {
        x if x < 0.02 => 60.0 + 6000.0 * x,
        x if x < 0.1 => 30.0,
        x => 1.0 + 9.0 * x * x,
    }
}

/// Minutes, in one of twenty cases seconds.
fn slow(random: f64) -> f64 {
    if random < 0.05 {
        4.0
    } else {
        120.0 + 360.0 * random
    }
}

fn attempts(per_day: u32, seed: u64, phases: &[Phase], took: Took) -> Vec<Attempt> {
    let mut chance = Traffic::new(1, seed + 1000);
    let all = Traffic::new(per_day, seed).with(phases).into_iter();
    all.map(|attempt| {
        let took = took(attempt.hour(), chance.random());
        attempt.taking(Some(took))
    })
    .collect()
}

fn found(per_day: u32, seed: u64, phases: &[Phase], took: Took) -> Findings {
    find(&evidence(&attempts(per_day, seed, phases, took)), log())
}

fn hours_off(time: Timestamp, hour: f64) -> f64 {
    time.seconds_since(at(hour)).abs() / 3600.0
}

const DOWN: [f64; 2] = [100.0, 124.0];

fn down() -> [Phase; 1] {
    [phase(DOWN[0], DOWN[1], Class::Conn, 1.0)]
}

fn tail(found: &Findings) -> &Outage {
    assert_eq!(kinds(found), [[Kind::NoConnection, Kind::Delayed]]);
    &found.outages[0]
}

#[test]
fn slow_delivery_after_an_outage_is_its_last_window() {
    let mut cases = 0;
    for per_day in [60, 300, 3000] {
        for seed in 1..=4 {
            // It begins when the outage ends, or some hours later.
            let tooks: [(f64, Took); 2] = [
                (124.0, |hour, x| {
                    if (124.0..160.0).contains(&hour) {
                        slow(x)
                    } else {
                        everyday(x)
                    }
                }),
                (132.0, |hour, x| {
                    if (132.0..160.0).contains(&hour) {
                        slow(x)
                    } else {
                        everyday(x)
                    }
                }),
            ];
            for (begin, took) in tooks {
                let found = found(per_day, seed, &down(), took);
                let outage = tail(&found);
                let window = &outage.windows[1];
                let off = [
                    hours_off(outage.end.unwrap().time, 124.0),
                    hours_off(window.start.time, begin),
                    hours_off(outage.normal_again.unwrap().time, 160.0),
                ];
                assert!(
                    off.iter().all(|&off| off < 1.5),
                    "{per_day} {seed}: {off:?}"
                );
                assert_eq!(window.end, outage.normal_again);
                assert!(!outage.ongoing && !outage.is_slow_only());
                let slow = window.slow.unwrap();
                assert!((200.0..400.0).contains(&slow.median_s), "{slow:?}");
                assert!((1.0..8.0).contains(&slow.normal_s), "{slow:?}");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 24);
}

#[test]
fn a_spell_of_its_own_is_an_outage_of_one_window() {
    let took: Took = |hour, x| {
        if (100.0..112.0).contains(&hour) {
            slow(x)
        } else {
            everyday(x)
        }
    };
    let mut cases = 0;
    for per_day in [150, 1500] {
        for seed in 1..=4 {
            let found = found(per_day, seed, &[], took);
            assert_eq!(kinds(&found), [[Kind::Delayed]]);
            let outage = &found.outages[0];
            assert!(outage.is_slow_only() && !outage.ongoing && !outage.before_log);
            assert_eq!(outage.end, outage.normal_again);
            assert!(hours_off(outage.start.time, 100.0) < 1.0);
            assert!(hours_off(outage.end.unwrap().time, 112.0) < 1.0);
            cases += 1;
        }
    }
    assert_eq!(cases, 8);
}

#[test]
fn what_goes_on_at_the_end_of_the_log_is_not_normal_again() {
    let took: Took = |hour, x| if hour > 130.0 { slow(x) } else { everyday(x) };
    // Slow for longer than not: what is ordinary is known from before all the same.
    let phases = [phase(220.0, 240.0, Class::Conn, 1.0)];
    let late: Took = |hour, x| if hour > 240.0 { slow(x) } else { everyday(x) };
    let found_late = found(300, 1, &phases, late);
    let outage = tail(&found_late);
    assert!(!outage.ongoing && outage.end.is_some() && outage.normal_again.is_none());
    assert_eq!(outage.windows[1].end, None);
    let alone = found(300, 1, &[], took);
    assert!(alone.outages.is_empty() || alone.outages[0].ongoing);
}

#[test]
fn the_next_outage_ends_a_spell_without_making_it_normal() {
    let phases = [
        phase(100.0, 124.0, Class::Conn, 1.0),
        phase(150.0, 160.0, Class::TmpSys, 1.0),
    ];
    let took: Took = |hour, x| {
        if (124.0..190.0).contains(&hour) {
            slow(x)
        } else {
            everyday(x)
        }
    };
    let found = found(300, 2, &phases, took);
    let expected = [
        [Kind::NoConnection, Kind::Delayed],
        [Kind::Deferred, Kind::Delayed],
    ];
    assert_eq!(kinds(&found), expected);
    let [first, second] = &found.outages[..] else {
        panic!("two outages");
    };
    assert_eq!(first.normal_again, None);
    assert_eq!(first.windows[1].end, Some(second.start));
    assert!(hours_off(second.normal_again.unwrap().time, 190.0) < 1.0);
}

#[test]
fn everyday_life_is_no_spell() {
    let cases: [(&str, u32, bool, Took); 9] = [
        ("late now and then", 600, false, |_, x| everyday(x)),
        ("always slow", 300, false, |_, x| slow(x)),
        ("a tarpit", 300, false, |_, x| 90.0 + 20.0 * x),
        ("slower by day", 600, false, |hour, x| {
            let busy = (8.0..18.0).contains(&(hour % 24.0));
            (if busy { 25.0 } else { 2.0 }) * (0.5 + x)
        }),
        ("slow at times", 600, false, |hour, x| {
            if hour % 24.0 < 1.0 {
                slow(x)
            } else {
                everyday(x)
            }
        }),
        ("few messages", 4, false, |hour, x| {
            if (100.0..148.0).contains(&hour) {
                slow(x)
            } else {
                everyday(x)
            }
        }),
        ("half of it slow", 600, false, |hour, x| {
            let half = (100.0..124.0).contains(&hour) && x < 0.5;
            if half { slow(x) } else { everyday(x) }
        }),
        // Ages of messages: greylisted ones come again after minutes.
        ("greylisting", 300, true, |_, x| {
            if x < 0.4 { 300.0 + 700.0 * x } else { 3.0 }
        }),
        // Ages that grow may be the sender's queue.
        ("ages alone", 300, true, |hour, x| {
            if (100.0..112.0).contains(&hour) {
                slow(x)
            } else {
                everyday(x)
            }
        }),
    ];
    let mut runs = 0;
    for (name, per_day, aged, took) in cases {
        for seed in 1..=3 {
            let mut all = attempts(per_day, seed, &[], took);
            if aged {
                all = all.into_iter().map(Attempt::aged).collect();
            }
            let found = find(&evidence(&all), log());
            assert!(found.outages.is_empty(), "{name}: {found:?}");
            runs += 1;
        }
    }
    assert_eq!(runs, 27);
}

#[test]
fn a_backlog_is_catching_up_and_not_slow() {
    // Each attempt is quick, however old the message is; where only its age is told, that is too old to say.
    for took in [Some(everyday(0.5)), None] {
        for seed in 1..=3 {
            let mut all = attempts(100, seed, &down(), |_, x| everyday(x));
            for n in 0..600 {
                let seconds = 124 * 3600 + 60 + n * 20;
                all.push(Attempt::accepted(seconds).taking(took));
            }
            let found = find(&evidence(&all), log());
            assert_eq!(kinds(&found), [[Kind::NoConnection]]);
            assert_eq!(found.outages[0].normal_again, None);
        }
    }
}

#[test]
fn one_large_mailing_is_no_spell() {
    for seed in 1..=3 {
        let mut all = attempts(100, seed, &[], |_, x| everyday(x));
        for n in 0..2000 {
            all.push(Attempt::accepted(100 * 3600 + n * 2).taking(Some(400.0)));
        }
        let found = find(&evidence(&all), log());
        assert!(found.outages.is_empty(), "{found:?}");
    }
}

#[test]
fn ages_tell_of_slow_delivery_only_next_to_an_outage() {
    let took: Took = |hour, x| {
        if (126.0..160.0).contains(&hour) {
            slow(x)
        } else {
            everyday(x)
        }
    };
    let all = attempts(150, 3, &down(), took);
    let aged: Vec<Attempt> = all.into_iter().map(Attempt::aged).collect();
    let found = find(&evidence(&aged), log());
    assert!(hours_off(tail(&found).normal_again.unwrap().time, 160.0) < 1.5);
}

#[test]
fn a_spell_long_after_a_short_outage_is_not_its_tail() {
    let took: Took = |hour, x| {
        if (160.0..180.0).contains(&hour) {
            slow(x)
        } else {
            everyday(x)
        }
    };
    let phases = [phase(100.0, 103.0, Class::Conn, 1.0)];
    let found = found(300, 4, &phases, took);
    assert_eq!(kinds(&found), [[Kind::NoConnection], [Kind::Delayed]]);
}
