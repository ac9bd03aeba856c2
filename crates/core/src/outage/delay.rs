//! Stretches in which mail was taken, but slowly.
//!
//! `delay=461, delays=1.8/0.42/143/316, status=sent`: 459 seconds in the hands of a receiver that needs 5.
//!
//! What is compared is the time of the attempt itself with what is usual at this destination. An attempt is
//! late when it takes several times the median, and a minute at least; then ten minutes with attempts are
//! late or not as two states would have it, with a price on each change. A late mail now and then, a tarpit
//! and a slow destination are in the ordinary share of late ones. A backlog is not late: each of its attempts
//! is quick. One large mailing has many lines within minutes, and so many count as few.
//!
//! After refusals slow delivery is to be expected: such a spell becomes the last window of that outage. One
//! that comes out of nothing may as well be the sender's own line or the size of a mailing, so that it must be
//! strong to be reported, timed by attempts, and is an outage of this one window. Destinations are looked at
//! one by one: whether all were slow together is not seen here.

use std::ops::Range;

use crate::evidence::Class;
use crate::reason::Reason;
use crate::tally::{Delays, Evidence, Slot};
use crate::time::Timestamp;

use super::{
    Boundary, Findings, Kind, Outage, OutageType, Slow, Window, counts, millis, significance,
};

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;

/// An attempt is late from this many times the median on,
const LATE_FACTOR: f64 = 3.0;
/// and from this on (seconds): waits for a dead MX before a good one, and large mail, stay below.
const LEAST_LATE_S: f64 = 64.0;

/// Share of late attempts in a slow spell.
const SLOW_SHARE: f64 = 0.75;

/// Ordinary share of late attempts: prior (late, all), and bounds.
const PRIOR: (f64, f64) = (0.5, 25.0);
const ORDINARY: (f64, f64) = (0.01, 0.3);

/// Attempts of ten minutes that count in full; more are much the same thing seen again.
const FULL: f64 = 3.0;

/// What a change from one state to the other costs (nats): one in 150.
const CHANGE: f64 = 5.0;

/// Rounds of finding spells and what is ordinary outside of them.
const ROUNDS: usize = 4;

/// Ordinary attempts that must be known.
const LEAST_ORDINARY: f64 = 20.0;

/// Splits within this many nats of the best are believed, as for refusals.
const BELIEVED: f64 = 3.0;

/// What a spell must show.
#[derive(Debug, Clone, Copy)]
struct Gate {
    /// Evidence in nats.
    evidence: f64,
    /// Attempts.
    attempts: f64,
    /// Stretches of ten minutes with late attempts.
    slots: usize,
    /// From the first late attempt to the last, in milliseconds.
    length: i64,
    /// Median in seconds, and against the ordinary one.
    median_s: f64,
    factor: f64,
    /// Share of late attempts.
    share: f64,
}

/// After an outage.
const AFTER_OUTAGE: Gate = Gate {
    evidence: 9.0,
    attempts: 5.0,
    slots: 4,
    length: HOUR,
    median_s: 64.0,
    factor: 4.0,
    share: 0.5,
};

/// On its own.
const ALONE: Gate = Gate {
    evidence: 20.0,
    attempts: 20.0,
    slots: 10,
    length: 2 * HOUR,
    median_s: 180.0,
    factor: 10.0,
    share: 0.75,
};

/// A spell belongs to the outage before it when it begins within half the length of that outage after it,
/// within these bounds (milliseconds): a long outage has a long tail.
const TAIL: (i64, i64) = (6 * HOUR, 48 * HOUR);

/// Share of failing attempts beyond which the age of a message may be that of a second attempt.
const RETRIES: f64 = 0.2;

/// Accepted attempts of ten minutes.
#[derive(Debug, Clone, Copy)]
struct Tens {
    slot: i64,
    first: Timestamp,
    last: Timestamp,
    timed: f64,
    late: f64,
}

impl Tens {
    fn has_late(&self) -> bool {
        self.late > 0.0
    }

    fn has_quick(&self) -> bool {
        self.late < self.timed
    }
}

/// What is ordinary at a destination, and what is late there.
#[derive(Debug, Clone, Copy)]
struct Ordinary {
    median_s: f64,
    /// Share of late attempts.
    share: f64,
}

impl Ordinary {
    /// Evidence for "slow" of ten minutes, in nats.
    fn gain(&self, tens: &Tens) -> f64 {
        let weight = (FULL / tens.timed).min(1.0);
        let late = (SLOW_SHARE / self.share).ln();
        let quick = ((1.0 - SLOW_SHARE) / (1.0 - self.share)).ln();
        weight * (tens.late * late + (tens.timed - tens.late) * quick)
    }
}

/// Adds slow delivery to what was found of refusals.
pub(super) fn add(findings: &mut Findings, evidence: &Evidence, log: (Timestamp, Timestamp)) {
    let Some(found) = Slowness::of(evidence) else {
        return;
    };
    let mut taken = vec![false; found.spells.len()];
    let next_starts: Vec<Option<Boundary>> = (1..=findings.outages.len())
        .map(|next| findings.outages.get(next).map(|outage| outage.start))
        .collect();
    for (outage, next) in findings.outages.iter_mut().zip(next_starts) {
        found.add_tail(outage, next, &mut taken);
    }
    if findings.chronic.is_some() || found.is_aged() {
        return;
    }
    for (spell, _) in found.spells.iter().zip(&taken).filter(|&(_, taken)| !taken) {
        if !found.passes(spell, ALONE) {
            continue;
        }
        let slow = found.outage(spell, log);
        let end = |outage: &Outage| outage.windows.last().and_then(|window| window.end);
        let meets = findings.outages.iter().any(|outage| {
            end(&slow).is_none_or(|end| outage.start.time <= end.time)
                && end(outage).is_none_or(|end| slow.start.time <= end.time)
        });
        if !meets {
            findings.outages.push(slow);
        }
    }
    findings.outages.sort_by_key(|outage| outage.start.time);
}

/// How slow one destination was, and when.
#[derive(Debug)]
struct Slowness<'e> {
    evidence: &'e Evidence,
    tens: Vec<Tens>,
    ordinary: Ordinary,
    /// Slow stretches, by places in `tens`.
    spells: Vec<Range<usize>>,
}

impl<'e> Slowness<'e> {
    /// `None` when nothing was slow, as nearly everywhere: then it costs one look at the counts.
    fn of(evidence: &'e Evidence) -> Option<Slowness<'e>> {
        let delays = &evidence.delays;
        let mut whole = delays.whole.map(|count| count as f64);
        let median_s = median(&whole)?;
        let late = Delays::step_of((LATE_FACTOR * median_s).max(LEAST_LATE_S));
        let lates: u64 = delays
            .slow
            .iter()
            .filter(|count| count.step >= Some(late))
            .map(|count| u64::from(count.count))
            .sum();
        let least = AFTER_OUTAGE.slots as u64;
        if evidence.bounces_only || lates < least || usize::from(late) >= Delays::STEPS {
            return None;
        }
        let tens = tens(evidence, late);
        let mut found = Slowness {
            evidence,
            tens,
            ordinary: Ordinary {
                median_s,
                share: 0.0,
            },
            spells: Vec::new(),
        };
        for _ in 0..ROUNDS {
            found.ordinary.share = found.ordinary_share();
            let spells = found.decode();
            if std::mem::replace(&mut found.spells, spells) == found.spells {
                break;
            }
        }
        for spell in &found.spells {
            for (count, slow) in whole.iter_mut().zip(found.steps(spell)) {
                *count = (*count - slow).max(0.0);
            }
        }
        if whole.iter().sum::<f64>() < LEAST_ORDINARY {
            return None;
        }
        found.ordinary.median_s = median(&whole)?;
        Some(found)
    }

    /// Appends what follows the end of refusals to an outage, up to the next one; marks the spells that it took.
    fn add_tail(&self, outage: &mut Outage, next: Option<Boundary>, taken: &mut [bool]) {
        let Some(mut from) = outage.end else { return };
        let reach = (millis(outage.start.time, from.time) / 2).clamp(TAIL.0, TAIL.1);
        for (spell, taken) in self.spells.iter().zip(taken) {
            let part = self.between(spell, from.time, next.map(|next| next.earliest));
            let first = self.tens(&part).first();
            let near = first.is_some_and(|first| millis(from.latest, first.first) <= reach);
            *taken |= near;
            if !near || !self.passes(&part, AFTER_OUTAGE) {
                continue;
            }
            // Else the end of refusals may be the same change.
            let own = self.start(&part);
            let own = own.filter(|start| start.earliest >= from.time);
            let end = self.end(&part);
            // What the next outage is in the middle of is not known to be normal before it.
            let cut = next
                .filter(|next| part.end < spell.end || end.is_none_or(|end| end.time > next.time));
            let window = self.window(&part, own.unwrap_or(from), cut.or(end));
            outage.windows.push(window);
            outage.normal_again = end.filter(|_| cut.is_none());
            match outage.normal_again {
                Some(normal) => from = normal,
                None => break,
            }
        }
    }

    fn tens(&self, part: &Range<usize>) -> &[Tens] {
        self.tens.get(part.clone()).unwrap_or_default()
    }

    /// True when most is known by the age of messages only.
    fn is_aged(&self) -> bool {
        let delays = &self.evidence.delays;
        2 * delays.aged > delays.whole.iter().sum()
    }

    /// Share of late attempts outside of the spells.
    fn ordinary_share(&self) -> f64 {
        let (mut late, mut all) = PRIOR;
        for (place, tens) in self.tens.iter().enumerate() {
            if !self.spells.iter().any(|spell| spell.contains(&place)) {
                late += tens.late;
                all += tens.timed;
            }
        }
        (late / all).clamp(ORDINARY.0, ORDINARY.1)
    }

    /// The most likely slow stretches.
    fn decode(&self) -> Vec<Range<usize>> {
        let mut score = [0.0, -CHANGE];
        let mut back: Vec<[bool; 2]> = Vec::with_capacity(self.tens.len());
        for tens in &self.tens {
            let from_slow = [score[1] - CHANGE > score[0], score[1] >= score[0] - CHANGE];
            let reached = |slow: bool, from: bool| {
                let cost = if slow == from { 0.0 } else { CHANGE };
                score[usize::from(from)] - cost
            };
            score = [
                reached(false, from_slow[0]),
                reached(true, from_slow[1]) + self.ordinary.gain(tens),
            ];
            back.push(from_slow);
        }
        let mut slow = score[1] > score[0];
        let mut spells: Vec<Range<usize>> = Vec::new();
        for (place, from_slow) in back.iter().enumerate().rev() {
            if slow {
                match spells.last_mut() {
                    Some(spell) if spell.start == place + 1 => spell.start = place,
                    _ => spells.push(place..place + 1),
                }
            }
            slow = from_slow[usize::from(slow)];
        }
        spells.reverse();
        spells
    }

    /// The part of a spell from one moment to another.
    fn between(
        &self,
        spell: &Range<usize>,
        from: Timestamp,
        until: Option<Timestamp>,
    ) -> Range<usize> {
        let begin = self.tens.partition_point(|tens| tens.first < from);
        let end = until.map_or(spell.end, |until| {
            self.tens.partition_point(|tens| tens.last <= until)
        });
        let start = spell.start.max(begin);
        start..spell.end.min(end).max(start)
    }

    /// First and last attempt.
    fn ends(&self, part: &Range<usize>) -> (Timestamp, Timestamp) {
        let tens = self.tens(part);
        let first = tens.first().map_or(Timestamp::default(), |tens| tens.first);
        (first, tens.last().map_or(first, |tens| tens.last))
    }

    /// Attempts by step; the quick ones, of which only the number is known, are in the first.
    fn steps(&self, part: &Range<usize>) -> [f64; Delays::STEPS] {
        let mut steps = [0.0; Delays::STEPS];
        let tens = self.tens(part);
        let (Some(first), Some(last)) = (tens.first(), tens.last()) else {
            return steps;
        };
        let slow = &self.evidence.delays.slow;
        let begin = slow.partition_point(|count| count.slot < first.slot);
        let end = slow.partition_point(|count| count.slot <= last.slot);
        for count in slow.get(begin..end).unwrap_or_default() {
            if let Some(sum) = count.step.and_then(|step| steps.get_mut(usize::from(step))) {
                *sum += f64::from(count.count);
            }
        }
        steps
    }

    fn median_s(&self, part: &Range<usize>) -> Option<f64> {
        let mut steps = self.steps(part);
        let timed: f64 = self.tens(part).iter().map(|tens| tens.timed).sum();
        let slow: f64 = steps.iter().sum();
        steps[0] += (timed - slow).max(0.0);
        median(&steps)
    }

    fn passes(&self, part: &Range<usize>, gate: Gate) -> bool {
        let tens = self.tens(part);
        let evidence: f64 = tens.iter().map(|tens| self.ordinary.gain(tens)).sum();
        let timed: f64 = tens.iter().map(|tens| tens.timed).sum();
        let late: f64 = tens.iter().map(|tens| tens.late).sum();
        let with_late = || tens.iter().filter(|tens| tens.has_late());
        let length = match (with_late().next(), with_late().next_back()) {
            (Some(first), Some(last)) => millis(first.first, last.last),
            _ => 0,
        };
        let median_s = self.median_s(part).unwrap_or_default();
        if self.is_aged() {
            let (from, until) = self.ends(part);
            let (attempts, failures) = self.totals(from, until);
            if failures as f64 > RETRIES * attempts as f64 {
                return false;
            }
        }
        evidence >= gate.evidence
            && timed >= gate.attempts
            && late >= gate.share * timed
            && with_late().count() >= gate.slots
            && length >= gate.length
            && median_s >= gate.median_s
            && median_s >= gate.factor * self.ordinary.median_s
    }

    /// When a part began: between the last quick attempt before and the first late one.
    fn start(&self, part: &Range<usize>) -> Option<Boundary> {
        let from = self.before(part);
        let gain = |place: usize| -self.tens.get(place).map_or(0.0, |t| self.ordinary.gain(t));
        self.boundary(from..part.end, part.start, gain)
    }

    /// When it ended; `None` when it goes on.
    fn end(&self, part: &Range<usize>) -> Option<Boundary> {
        if part.end >= self.tens.len() {
            return None;
        }
        let next = self.spells.iter().find(|spell| spell.start >= part.end);
        let until = next.map_or(self.tens.len(), |next| next.start);
        let gain = |place: usize| self.tens.get(place).map_or(0.0, |t| self.ordinary.gain(t));
        self.boundary(part.start..until, part.end, gain)
    }

    /// Where the quick attempts before a part begin.
    fn before(&self, part: &Range<usize>) -> usize {
        let last = self.spells.iter().rfind(|spell| spell.end <= part.start);
        last.map_or(0, |last| last.end)
    }

    /// The change at `best` as an interval: `gain` is what a place adds to the side before the change.
    fn boundary(
        &self,
        within: Range<usize>,
        best: usize,
        gain: impl Fn(usize) -> f64,
    ) -> Option<Boundary> {
        let (mut earliest, mut latest) = (best, best);
        let mut lost = 0.0;
        for place in (within.start + 1..best).rev() {
            lost += gain(place);
            if lost <= BELIEVED {
                earliest = place;
            } else if lost > 2.0 * BELIEVED {
                break;
            }
        }
        lost = 0.0;
        for place in best..within.end.saturating_sub(1) {
            lost -= gain(place);
            if lost <= BELIEVED {
                latest = place + 1;
            } else if lost > 2.0 * BELIEVED {
                break;
            }
        }
        let before = |cut: usize| self.tens.get(cut.checked_sub(1)?);
        let guess = before(best)?.last.midpoint(self.tens.get(best)?.first);
        // Where ten minutes have both, the change may lie within them.
        let mixed = |tens: &Tens| tens.has_late() && tens.has_quick();
        let low = before(earliest).map(|tens| if mixed(tens) { tens.first } else { tens.last });
        let high = self.tens.get(latest);
        let high = high.map(|tens| if mixed(tens) { tens.last } else { tens.first });
        Some(Boundary {
            time: guess,
            earliest: low.unwrap_or(guess).min(guess),
            latest: high.unwrap_or(guess).max(guess),
        })
    }

    /// Attempts, and those that failed.
    fn totals(&self, from: Timestamp, until: Timestamp) -> (u64, u64) {
        let mut counts = [0; Slot::COUNT];
        for bucket in &self.evidence.buckets {
            let middle = bucket
                .minute
                .saturating_mul(MINUTE)
                .saturating_add(MINUTE / 2);
            if (from.as_millis()..=until.as_millis()).contains(&middle) {
                for (sum, &n) in counts.iter_mut().zip(&bucket.counts) {
                    *sum += u64::from(n);
                }
            }
        }
        counts::totals(&counts)
    }

    fn window(&self, part: &Range<usize>, start: Boundary, end: Option<Boundary>) -> Window {
        let last = self.ends(part).1;
        let until = end.map_or(last, |end| end.time);
        let (attempts, failures) = self.totals(start.time, until);
        let median_s = self.median_s(part).unwrap_or_default();
        Window {
            kind: Kind::Delayed,
            label: "slow".into(),
            reply_code: None,
            enhanced_status: None,
            reason: Reason::Unspecified,
            start,
            end,
            attempts,
            failures,
            share: failures as f64 / attempts.max(1) as f64,
            mx: Vec::new(),
            sample: None,
            slow: Some(Slow {
                median_s,
                normal_s: self.ordinary.median_s,
            }),
        }
    }

    /// A spell that nothing but itself tells of.
    fn outage(&self, spell: &Range<usize>, log: (Timestamp, Timestamp)) -> Outage {
        let (first, last) = self.ends(spell);
        let start = self.start(spell);
        let before_log = start.is_none();
        let start = start.unwrap_or(Boundary {
            time: log.0.min(first),
            earliest: log.0.min(first),
            latest: first,
        });
        let end = self.end(spell);
        let window = self.window(spell, start, end);
        let tens = self.tens(spell);
        let nats = tens.iter().map(|tens| self.ordinary.gain(tens)).sum();
        let from = |time: Timestamp| time.as_millis().div_euclid(MINUTE);
        let buckets = &self.evidence.buckets;
        let begin = buckets.partition_point(|bucket| bucket.minute < from(first));
        let until = buckets.partition_point(|bucket| bucket.minute <= from(last));
        let (messages, recipients) =
            counts::distinct(buckets.get(begin..until).unwrap_or_default());
        Outage {
            domain: self.evidence.domain.clone(),
            kind: OutageType::Outage,
            before_log,
            ongoing: end.is_none(),
            silent_end: false,
            start,
            end,
            normal_again: end,
            attempts: window.attempts,
            failures: window.failures,
            messages,
            recipients,
            hosts: self.evidence.hosts,
            by_host: Vec::new(),
            mx: Vec::new(),
            mx_working: Vec::new(),
            log_bayes_factor: nats,
            confidence: significance::confidence(nats),
            windows: vec![window],
        }
    }
}

/// The accepted attempts by ten minutes.
fn tens(evidence: &Evidence, late: u8) -> Vec<Tens> {
    let ok = Slot::Class(Class::Ok).index();
    let mut all: Vec<Tens> = Vec::new();
    let mut floor = Timestamp::from_millis(i64::MIN);
    for bucket in &evidence.buckets {
        let (Some(&count), Some(&Some(span))) = (bucket.counts.get(ok), bucket.spans.get(ok))
        else {
            continue;
        };
        let slot = bucket.minute.div_euclid(Delays::SLOT_MINUTES);
        // Whatever the spans say, the sequence is in order of time.
        floor = floor.max(span.first);
        let first = floor;
        floor = floor.max(span.last);
        match all.last_mut() {
            Some(last) if last.slot == slot => {
                last.last = floor;
                last.timed += f64::from(count);
            }
            _ => all.push(Tens {
                slot,
                first,
                last: floor,
                timed: f64::from(count),
                late: 0.0,
            }),
        }
    }
    let mut slow = evidence.delays.slow.iter().peekable();
    for tens in &mut all {
        while slow.next_if(|count| count.slot < tens.slot).is_some() {}
        while let Some(count) = slow.next_if(|count| count.slot == tens.slot) {
            match count.step {
                Some(step) if step >= late => tens.late += f64::from(count.count),
                Some(_) => {}
                None => tens.timed -= f64::from(count.count),
            }
        }
        tens.timed = tens.timed.max(tens.late);
    }
    all.retain(|tens| tens.timed > 0.0);
    all
}

/// Median of counts by step, in seconds; within a step the steps between are taken to be of one ratio.
fn median(steps: &[f64; Delays::STEPS]) -> Option<f64> {
    let half = steps.iter().sum::<f64>() / 2.0;
    if half <= 0.0 {
        return None;
    }
    let mut below = 0.0;
    for (step, &count) in (0..).zip(steps) {
        if count > 0.0 && below + count >= half {
            let part = (half - below) / count;
            let from = Delays::seconds_of(step);
            return Some(if step == 0 { part } else { from * part.exp2() });
        }
        below += count;
    }
    None
}
