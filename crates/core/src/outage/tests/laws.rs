//! What holds for any evidence.

use proptest::prelude::*;

use crate::evidence::Class;
use crate::outage::{Boundary, Findings, Kind, Window, find};
use crate::tally::{Bucket, Delays, Evidence, Slot, SlowCount, Span};
use crate::time::Timestamp;

use super::traffic::{Attempt, HOUR, Traffic, empty, evidence, log, phase};

/// Boundaries in order, windows one after the other, shares from 0 to 1.
fn check(found: &Findings) {
    let in_order = |b: &Boundary| b.earliest <= b.time && b.time <= b.latest;
    let mut last = Timestamp::from_millis(i64::MIN);
    for outage in &found.outages {
        assert!(!outage.windows.is_empty());
        assert_eq!(outage.ongoing, outage.end.is_none());
        assert_eq!(outage.windows[0].start, outage.start);
        let is_slow = |window: &Window| window.kind == Kind::Delayed;
        let refusing = outage.windows.iter().filter(|window| !is_slow(window));
        let refusing: Vec<&Window> = refusing.collect();
        let last_refusing = refusing.last().copied();
        assert_eq!(last_refusing.unwrap_or(&outage.windows[0]).end, outage.end);
        assert_eq!(refusing.is_empty(), outage.is_slow_only());
        assert!(outage.failures <= outage.attempts);
        for pair in refusing.windows(2) {
            assert_eq!(pair[0].end, Some(pair[1].start));
            assert_ne!(pair[0].kind, pair[1].kind);
        }
        let tail = &outage.windows[refusing.len()..];
        assert!(
            tail.iter()
                .all(|window| is_slow(window) && window.slow.is_some())
        );
        let known = outage.normal_again.is_some();
        assert!(!known || tail.last().unwrap().end == outage.normal_again);
        for window in &outage.windows {
            assert!(in_order(&window.start), "{window:?}");
            assert!(window.start.time >= last, "{window:?}");
            last = window.start.time;
            if let Some(end) = &window.end {
                assert!(in_order(end) && end.time >= last, "{window:?}");
                last = end.time;
            }
            assert!((0.0..=1.0).contains(&window.share));
        }
    }
    assert!(found.unreachable.is_none() || found.outages.is_empty() && found.chronic.is_none());
}

fn bucket() -> impl Strategy<Value = (i64, Bucket)> {
    let count = prop_oneof![
        6 => Just(0u32),
        6 => 1..4u32,
        1 => 1..500u32,
        1 => Just(u32::MAX),
    ];
    let step = prop_oneof![4 => 1..5i64, 3 => 1..300i64, 1 => 1..100_000i64];
    let spans = proptest::array::uniform10(proptest::option::of((-5i64..70, -5i64..70)));
    (step, proptest::array::uniform10(count), spans).prop_map(|(step, counts, spans)| {
        let mut bucket = empty(0);
        bucket.counts = counts;
        // Not what a tally gives: times missing, reversed and outside the minute.
        bucket.spans = spans.map(|span| {
            span.map(|(a, b)| Span {
                first: Timestamp::from_seconds(a),
                last: Timestamp::from_seconds(b),
            })
        });
        (step, bucket)
    })
}

fn shifted(bucket: &mut Bucket, millis: i64) {
    let shift = |t: Timestamp| Timestamp::from_millis(t.as_millis().saturating_add(millis));
    for span in bucket.spans.iter_mut().flatten() {
        (span.first, span.last) = (shift(span.first), shift(span.last));
    }
}

pub(super) fn arbitrary() -> impl Strategy<Value = Evidence> {
    let slow = (0..200_i64, proptest::option::of(0..14_u8), 1..500_u32);
    (
        proptest::collection::vec(bucket(), 0..60),
        proptest::collection::vec(slow, 0..60),
        prop_oneof![Just(27_900_000i64), Just(i64::MAX / 2), Just(-1_000_000)],
    )
        .prop_map(|(steps, slow, start)| {
            let mut all = evidence(&[]);
            let mut minute = start;
            for (step, mut bucket) in steps {
                minute += step;
                bucket.minute = minute;
                shifted(&mut bucket, minute.saturating_mul(60_000));
                all.buckets.push(bucket);
            }
            // Nor these: more than was accepted, where nothing was, of steps that there are not.
            all.delays.whole = [40; Delays::STEPS];
            let count = |(after, step, count): (i64, Option<u8>, u32)| SlowCount {
                slot: start.div_euclid(Delays::SLOT_MINUTES) + after,
                step,
                count,
            };
            all.delays.slow = slow.into_iter().map(count).collect();
            all.delays
                .slow
                .sort_by_key(|count| (count.slot, count.step));
            all
        })
}

proptest! {
    #[test]
    fn any_counts_give_findings_in_order(evidence in arbitrary(), from in any::<i64>(), to in any::<i64>()) {
        check(&find(&evidence, log()));
        check(&find(&evidence, (Timestamp::from_millis(from), Timestamp::from_millis(to))));
    }
}

/// Random phases over random traffic.
fn traffic(seed: u64) -> Vec<Attempt> {
    let start = 20.0 + (seed * 37 % 200) as f64;
    let class = Class::ALL[1 + usize::try_from(seed % 8).unwrap()];
    let phases = [
        phase(start, start + 3.0 + (seed % 30) as f64, class, 0.9),
        phase(start + 10.0, start + 40.0, Class::Conn, 0.5),
    ];
    let all = Traffic::new([8, 60, 500][usize::try_from(seed % 3).unwrap()], seed).with(&phases);
    let slow = |hour: f64| (start + 40.0..start + 80.0).contains(&hour);
    all.into_iter()
        .map(|attempt| {
            let took = if slow(attempt.hour()) { 300.0 } else { 2.0 };
            attempt.taking(Some(took))
        })
        .collect()
}

#[test]
fn the_order_of_the_attempts_changes_nothing() {
    let mut outages = 0;
    for seed in 1..=24 {
        let mut attempts = traffic(seed);
        let found = find(&evidence(&attempts), log());
        check(&found);
        outages += found.outages.len();
        attempts.reverse();
        let half = attempts.len() / 2;
        attempts.rotate_left(half);
        assert_eq!(find(&evidence(&attempts), log()), found, "seed {seed}");
    }
    assert!(outages > 15, "{outages}");
}

#[test]
fn a_log_some_days_later_gives_the_same_later() {
    let day = 24 * HOUR * 1000;
    for seed in 1..=12 {
        let early = evidence(&traffic(seed));
        let mut late = early.clone();
        for bucket in &mut late.buckets {
            bucket.minute += 3 * 24 * 60;
            shifted(bucket, 3 * day);
        }
        for count in &mut late.delays.slow {
            count.slot += 3 * 24 * 6;
        }
        let later = |t: Timestamp| Timestamp::from_millis(t.as_millis() + 3 * day);
        let (a, b) = (
            find(&early, log()),
            find(&late, (later(log().0), later(log().1))),
        );
        assert_eq!(a.outages.len(), b.outages.len());
        for (a, b) in a.outages.iter().zip(&b.outages) {
            assert_eq!(later(a.start.time), b.start.time);
            assert_eq!(a.end.map(|e| later(e.time)), b.end.map(|e| e.time));
            assert_eq!((a.attempts, a.failures), (b.attempts, b.failures));
            assert_eq!(a.windows.len(), b.windows.len());
        }
    }
}

#[test]
fn a_minute_of_many_attempts_is_one_witness() {
    // Ten thousand failures within one minute of a healthy week are a hiccup, not an outage.
    let mut all = evidence(&Traffic::new(500, 3).with(&[]));
    let middle = all.buckets.len() / 2;
    let conn = Slot::Class(Class::Conn).index();
    let bucket = &mut all.buckets[middle];
    bucket.counts[conn] = 10_000;
    bucket.spans[conn] = bucket.spans.iter().flatten().next().copied();
    let found = find(&all, log());
    assert!(found.outages.iter().all(|o| o.windows.len() == 1));
    assert!(found.outages.iter().all(|o| o.log_bayes_factor < 60.0));
}

/// A destination that gets mail now and then, and fails for a while: attempts in order of time (seconds since the log
/// began), and whether each failed.
fn sparse(seed: u64) -> Vec<(i64, bool, Attempt)> {
    use Class::{Conn, Dns, PermSys, TmpRcpt, TmpSys};
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = |below: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from(state % u64::from(below)).unwrap()
    };
    let classes = [Conn, Dns, TmpSys, PermSys, TmpRcpt];
    let (class, is_mixed) = (classes[random(5) as usize], random(4) == 0);
    let (before, failures, after) = (30 + random(60), 1 + random(30), 30 + random(60));
    let (mut time, mut all) = (3600, Vec::new());
    for n in 0..before + failures + after {
        time += i64::from(600 + random(6000));
        let fails = (before..before + failures).contains(&n);
        let class = if is_mixed {
            classes[random(4) as usize]
        } else {
            class
        };
        let attempt = if fails {
            Attempt::failed(time, class, 100 + n)
        } else {
            Attempt::accepted(time)
        };
        all.push((time, fails, attempt));
    }
    all
}

#[test]
fn no_failing_attempt_lies_outside_beside_an_outage() {
    let start = log().0.as_millis();
    let at = |seconds: i64| Timestamp::from_millis(start + seconds * 1000);
    let mut outages = 0;
    for seed in 1..=400 {
        let sparse = sparse(seed);
        let of = |wanted: bool| -> Vec<Timestamp> {
            let all = sparse.iter().filter(|it| it.1 == wanted);
            all.map(|it| at(it.0)).collect()
        };
        let (failing, good) = (of(true), of(false));
        let attempts: Vec<Attempt> = sparse.iter().map(|it| it.2.clone()).collect();
        let last = at(sparse.last().unwrap().0);
        let found = find(&evidence(&attempts), (log().0, last));
        for outage in &found.outages {
            outages += 1;
            let between =
                |from: Timestamp, to: Timestamp| failing.iter().any(|&it| from < it && it < to);
            let (start, end) = (outage.start, outage.end.unwrap());
            for start in [start.earliest, start.time, start.latest] {
                let last_good = good.iter().rfind(|&&it| it < start).unwrap();
                assert!(!between(*last_good, start), "seed {seed}: {outage:?}");
            }
            for end in [end.earliest, end.time, end.latest] {
                let first_good = good.iter().find(|&&it| it > end).unwrap_or(&end);
                assert!(!between(end, *first_good), "seed {seed}: {outage:?}");
            }
            let inside = failing
                .iter()
                .filter(|&&it| (start.time..=end.time).contains(&it));
            assert_eq!(
                inside.count() as u64,
                outage.failures,
                "seed {seed}: {outage:?}"
            );
            assert_eq!(outage.messages, outage.failures, "seed {seed}: one each");
        }
    }
    assert!(outages > 250, "{outages}");
}
