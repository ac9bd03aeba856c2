//! Outages from bounces alone, which tell of failures and of nothing else.
//!
//! `Arrival-Date: Mon, 23 Jan 2023 16:10:00 +0100` … `Action: delayed`: failing from 16:10 on.
//!
//! Nobody reports what was accepted, so no share of failures is known. What is known is how often they come:
//! a burst is a stretch in which they come several times as often as on an ordinary day of the same
//! destination (two states with exponential gaps, as in Kleinberg, Bursty and hierarchical structure in
//! streams, 2002). Outside of bursts mail is taken to be accepted; then the model of logs finds windows and
//! boundaries. The mail that is assumed is in no figure that leaves this file.
//!
//! Left out: a destination whose failures neither begin nor end, unless they are all of one kind that is no
//! recipient's own; and shares of any kind.

use std::ops::Range;

use crate::evidence::Class;
use crate::tally::{Bucket, Evidence, Few, Slot, Span};
use crate::time::Timestamp;

use super::attempts::{self, Attempt, Attempts};
use super::baseline::{self, Normal};
use super::counts::failures;
use super::decode;
use super::describe::Case;
use super::significance;
use super::standing;
use super::{Confidence, Findings, Kind, Outage, Window, millis};

const MINUTE: i64 = 60 * 1000;
const HOUR: f64 = 3_600_000.0;
const DAY: i64 = 24 * 60 * MINUTE;

/// Least ordinary rate: one failure in two days. Rarer ones are not told from none.
const LEAST_RATE: f64 = 1.0 / (48.0 * HOUR);

/// In a burst failures come at least this many times as often as ordinarily.
const RISE: f64 = 5.0;

/// What a burst must show against the ordinary rate (nats): more than an outage in a log, whose good side is seen.
const LEAST_EVIDENCE: f64 = significance::LEAST_EVIDENCE + 3.0;

/// Recipients that must be refused, all for certain more often than ordinarily, where nothing else failed: from
/// bounces alone an outage that refuses recipients looks like a list of bad addresses.
const LEAST_RECIPIENTS: u64 = 20;

/// Silence of so many gaps after the last failure of a burst is an end: chance is 1 in 20.
const SILENCE: f64 = 3.0;

/// Gaps at either end of a burst that say how long silence must be.
const END_GAPS: usize = 5;

/// Silence that is taken for an end, at least and at most (milliseconds).
const SILENCES: (f64, f64) = (10.0 * 60_000.0, 24.0 * HOUR);

/// Messages taken to be accepted for each minute with an ordinary failure, and at each point of silence.
const ASSUMED: u32 = 20;

/// A burst over more of the log than this has neither beginning nor end in it.
const WHOLE: f64 = 0.8;

/// One kind of failure in each third of a log of at least this length (milliseconds) is a standing trouble.
const LASTING: i64 = 2 * DAY;
const CONSTANT: f64 = 0.9;

/// Finds outages of a destination of which no log tells.
pub(super) fn find(evidence: &Evidence, log: (Timestamp, Timestamp)) -> Findings {
    let all = Attempts::of(&evidence.buckets).all;
    if let (Some(first), Some(last)) = (all.first(), all.last())
        && is_standing(evidence, &all, log)
    {
        let counts = standing::whole(&evidence.buckets);
        return Findings {
            unreachable: Some(standing::standing(
                evidence,
                &counts,
                (first.time, last.time),
            )),
            ..Findings::default()
        };
    }
    Findings {
        outages: outages(evidence, &all, &bursts(&all, log), log),
        ..Findings::default()
    }
}

/// A stretch in which failures come often.
#[derive(Debug, Clone, PartialEq)]
struct Burst {
    /// Its failures.
    range: Range<usize>,
    /// Evidence against the ordinary rate, in nats.
    evidence: f64,
}

/// The most likely bursts among failures in order of time.
fn bursts(all: &[Attempt], log: (Timestamp, Timestamp)) -> Vec<Burst> {
    let ordinary = ordinary_rate(all, log);
    let whole = WHOLE * millis(log.0, log.1) as f64;
    let burst = |range: Range<usize>| {
        let range = without_tails(all, range, ordinary);
        let own = all.get(range.clone()).unwrap_or_default();
        let length = length(own) as f64;
        let evidence = weight(own) * RISE.ln() - (RISE - 1.0) * ordinary * length;
        (evidence >= LEAST_EVIDENCE && length < whole).then_some(Burst { range, evidence })
    };
    let stretches = stretches(all, log.0, ordinary);
    stretches.into_iter().filter_map(burst).collect()
}

/// A burst without the stragglers at its ends, which come more often than ordinarily and yet belong to no
/// outage of that size.
fn without_tails(all: &[Attempt], range: Range<usize>, ordinary: f64) -> Range<usize> {
    /// Part of the mean rate of a burst that is ordinary beside it.
    const BESIDE: f64 = 0.05;
    let own = all.get(range.clone()).unwrap_or_default();
    let rate = BESIDE * weight(own) / length(own).max(MINUTE) as f64;
    let first = own.first().map_or(Timestamp::default(), |first| first.time);
    let inner = stretches(own, first, rate.max(ordinary));
    match (inner.first(), inner.last()) {
        (Some(first), Some(last)) => range.start + first.start..range.start + last.end,
        _ => range,
    }
}

/// Where failures come at [`RISE`] times this rate or more often, by the most likely path through two states.
fn stretches(all: &[Attempt], start: Timestamp, ordinary: f64) -> Vec<Range<usize>> {
    let rates = [ordinary, ordinary * RISE];
    // Beginning a burst costs what it must show; ending one is free.
    let mut score = [0.0, -LEAST_EVIDENCE];
    let mut back: Vec<[bool; 2]> = Vec::with_capacity(all.len());
    let mut before = start;
    for attempt in all {
        let gap = millis(before, attempt.time) as f64;
        before = attempt.time;
        let from = [score[1] > score[0], score[1] >= score[0] - LEAST_EVIDENCE];
        let reached = [
            score[0].max(score[1]),
            score[1].max(score[0] - LEAST_EVIDENCE),
        ];
        // The gap before the first failure of a burst is not the burst's.
        let rate = if from[1] { rates[1] } else { rates[0] };
        let gain = f64::from(attempt.weight) * RISE.ln();
        score = [reached[0] - rates[0] * gap, reached[1] - rate * gap + gain];
        back.push(from);
    }
    let mut bursting = score[1] > score[0];
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for (n, from) in back.iter().enumerate().rev() {
        if bursting {
            match stretches.last_mut() {
                Some(stretch) if stretch.start == n + 1 => stretch.start = n,
                _ => stretches.push(n..n + 1),
            }
        }
        bursting = from[usize::from(bursting)];
    }
    stretches.reverse();
    stretches
}

fn weight(all: &[Attempt]) -> f64 {
    all.iter().map(|attempt| f64::from(attempt.weight)).sum()
}

/// Failures per millisecond on an ordinary day: two fifths of the days have fewer.
fn ordinary_rate(all: &[Attempt], log: (Timestamp, Timestamp)) -> f64 {
    /// With fewer days none is known to be ordinary; with more, a few say it.
    const DAYS: Range<i64> = 3..1000;
    let days = millis(log.0, log.1) / DAY;
    if days < DAYS.start {
        return LEAST_RATE;
    }
    let days = days.min(DAYS.end);
    let length = millis(log.0, log.1) / days;
    let mut counts = vec![0.0; usize::try_from(days).unwrap_or(0)];
    for attempt in all {
        let day = millis(log.0, attempt.time) / length.max(1);
        let day = usize::try_from(day).unwrap_or(0).min(counts.len() - 1);
        counts[day] += f64::from(attempt.weight);
    }
    counts.sort_by(f64::total_cmp);
    (counts[counts.len() * 2 / 5] / length as f64).max(LEAST_RATE)
}

/// Outages in and around bursts.
fn outages(
    evidence: &Evidence,
    all: &[Attempt],
    bursts: &[Burst],
    log: (Timestamp, Timestamp),
) -> Vec<Outage> {
    if bursts.is_empty() {
        return Vec::new();
    }
    let evidence = Evidence {
        buckets: with_silence(&evidence.buckets, all, bursts, log),
        ..evidence.clone()
    };
    let attempts = Attempts::of(&evidence.buckets);
    let times: Vec<f64> = evidence.buckets.iter().map(attempts::middle).collect();
    let steps = decode::steps(&times);
    let case = Case {
        evidence: &evidence,
        attempts: &attempts,
        steps: &steps,
        log,
    };
    let fit = baseline::fit(&evidence.buckets, &steps, Normal::Capped);
    // What too few bounces tell is not told of at all: nothing shows what was accepted beside them.
    let (mut outages, _) = case.outages(&fit, LEAST_EVIDENCE);
    for outage in &mut outages {
        outage.attempts = outage.failures;
        if !outage.before_log {
            // What was accepted just before it is assumed, not seen.
            #[expect(clippy::cast_possible_truncation, reason = "minutes, in milliseconds")]
            let doubt = SILENCES.0 as i64;
            let from = outage.start.time.as_millis().saturating_sub(doubt);
            let from = Timestamp::from_millis(from).max(log.0.min(outage.start.earliest));
            outage.start.earliest = outage.start.earliest.min(from);
            if let Some(first) = outage.windows.first_mut() {
                first.start = outage.start;
            }
        }
        for window in &mut outage.windows {
            window.attempts = window.failures;
            window.share = 1.0;
        }
        let (from, to) = (
            outage.start.latest,
            outage.end.map_or(log.1, |end| end.earliest),
        );
        let shown: f64 = bursts
            .iter()
            .filter(|burst| {
                let own = all.get(burst.range.clone()).unwrap_or_default();
                own.iter()
                    .any(|attempt| (from..=to).contains(&attempt.time))
            })
            .map(|burst| burst.evidence)
            .sum();
        outage.log_bayes_factor = outage.log_bayes_factor.min(shown);
        outage.confidence = significance::confidence(outage.log_bayes_factor);
    }
    outages.retain(|outage| {
        outage.log_bayes_factor >= LEAST_EVIDENCE
            && (!refuses_recipients(outage)
                || outage.confidence == Confidence::Certain
                    && outage.recipients >= LEAST_RECIPIENTS)
    });
    outages
}

/// True when nothing but recipients was refused: so does a list of bad addresses.
fn refuses_recipients(outage: &Outage) -> bool {
    let of_recipients =
        |window: &Window| matches!(window.kind, Kind::MailboxDeferred | Kind::RecipientRejected);
    outage.windows.iter().all(of_recipients)
}

/// The minutes with failures, and accepted mail wherever there is no burst.
fn with_silence(
    buckets: &[Bucket],
    all: &[Attempt],
    bursts: &[Burst],
    log: (Timestamp, Timestamp),
) -> Vec<Bucket> {
    let mut buckets = buckets.to_vec();
    let mut accepted: Vec<i64> = Vec::new();
    let mut floor = log.0.as_millis();
    let mut after = 0;
    for (n, burst) in bursts.iter().enumerate() {
        let own = all.get(burst.range.clone()).unwrap_or_default();
        let [first, .., last] = own else { continue };
        let (first, last) = (first.time.as_millis(), last.time.as_millis());
        let next = bursts.get(n + 1).and_then(|next| all.get(next.range.start));
        let ceiling = next.map_or(log.1, |next| next.time).as_millis();
        let ordinary = all.get(after..burst.range.start).unwrap_or_default();
        accepted.extend(ordinary.iter().map(|attempt| attempt.time.as_millis()));
        let head = own.get(..=END_GAPS).unwrap_or(own);
        accepted.extend(
            silence(head)
                .map(|away| first - away)
                .take_while(|&at| at > floor),
        );
        let tail = own
            .get(own.len().saturating_sub(END_GAPS + 1)..)
            .unwrap_or(own);
        let points = silence(tail).map(|away| last + away);
        let end = accepted.len();
        accepted.extend(points.take_while(|&at| at < ceiling));
        // What stands before the next burst must stand behind this one.
        floor = accepted.get(end).copied().unwrap_or(ceiling);
        after = burst.range.end;
    }
    let ordinary = all.get(after..).unwrap_or_default();
    accepted.extend(ordinary.iter().map(|attempt| attempt.time.as_millis()));
    accepted.sort_unstable();
    accepted.dedup_by_key(|at| at.div_euclid(MINUTE));
    let known = buckets.len();
    for at in accepted {
        let minute = at.div_euclid(MINUTE);
        let own = buckets.get(..known).unwrap_or_default();
        let place = own.binary_search_by_key(&minute, |bucket| bucket.minute);
        let time = Timestamp::from_millis(at);
        if let Some(bucket) = place.ok().and_then(|place| buckets.get_mut(place)) {
            accept(bucket, time);
        } else {
            let mut bucket = Bucket {
                minute,
                counts: [0; Slot::COUNT],
                spans: [None; Slot::COUNT],
                strangers: 0,
                messages: Few::default(),
                recipients: Few::default(),
            };
            accept(&mut bucket, time);
            buckets.push(bucket);
        }
    }
    buckets.sort_by_key(|bucket| bucket.minute);
    buckets
}

fn accept(bucket: &mut Bucket, time: Timestamp) {
    let ok = Slot::Class(Class::Ok).index();
    bucket.counts[ok] = ASSUMED;
    bucket.spans[ok] = Some(Span {
        first: time,
        last: time,
    });
}

/// Distances (milliseconds) from the end of a burst at which mail is taken to be accepted, each twice the
/// one before; `own`: its failures next to that end.
fn silence(own: &[Attempt]) -> impl Iterator<Item = i64> + use<> {
    /// Beyond this many doublings (years) lies no log.
    const DOUBLINGS: i32 = 30;
    let gaps = own.len().saturating_sub(1).max(1) as f64;
    let silence = (SILENCE * length(own) as f64 / gaps).clamp(SILENCES.0, SILENCES.1);
    #[expect(clippy::cast_possible_truncation, reason = "days, in milliseconds")]
    (0..DOUBLINGS).map(move |n| (silence * 2.0_f64.powi(n)) as i64)
}

/// True when one kind of failure, no recipient's own, comes from first to last; or when the name service
/// says for good that there is no such domain.
fn is_standing(evidence: &Evidence, all: &[Attempt], log: (Timestamp, Timestamp)) -> bool {
    let counts = standing::whole(&evidence.buckets);
    let failures = failures(&counts);
    if failures == 0 {
        return false;
    }
    if standing::is_said_for_good(evidence, failures) {
        return true;
    }
    let largest = Class::ALL
        .into_iter()
        .filter(|class| !class.is_recipient_scope())
        .map(|class| counts[class.index()])
        .max();
    let whole = millis(log.0, log.1);
    let third = |attempt: &Attempt| 3 * millis(log.0, attempt.time) / (whole + 1);
    let in_thirds = || (0..3).all(|n| all.iter().any(|attempt| third(attempt) == n));
    largest.unwrap_or(0) as f64 >= CONSTANT * failures as f64 && whole >= LASTING && in_thirds()
}

/// From the first to the last, in milliseconds.
fn length(all: &[Attempt]) -> i64 {
    match all {
        [first, .., last] => millis(first.time, last.time),
        _ => 0,
    }
}
