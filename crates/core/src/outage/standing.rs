//! Destinations whose trouble has no beginning and no end in the log.
//!
//! *Unreachable*: nothing was ever accepted. With nothing good to compare with, a dead or mistyped name is told from an
//! outage by odds ([`Prior::odds_dead`]): names that never work are common among destinations with a few recipients and
//! hardly exist among those with hundreds; outages are rare, but as rare for large ones; and the longer nothing was
//! accepted, the age of the oldest message included, the fewer outages last so long. Where the odds are for an outage it
//! is one; where they are not overwhelming, the destination is listed as uncertain. What the name service says for good
//! (no such domain, takes no mail) needs no odds.
//!
//! A destination of which a single recipient is known, refused by its host, is neither: that says nothing about the
//! rest of it.
//!
//! *Chronic*: one composition with a high share of failures explains the whole log at least as well as
//! health with outages does, from the first third of the time to the last.

use crate::binomial::at_least;
use crate::evidence::Class;
use crate::reason::Reason;
use crate::tally::{Bucket, Destination, Distinct, Evidence, Slot};
use crate::time::Timestamp;

use super::attempts::Attempt;
use super::baseline::Fit;
use super::counts::{Counts, count, distinct, failures, prevailing_kind, share, totals};
use super::label::answer;
use super::model::HEALTHY;
use super::{Kind, Standing, millis};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Share of the failures that the name service must answer for good.
const FOR_GOOD: f64 = 0.9;

/// Share of dead destinations among those with a few messages: one in six to one in twelve in the logs of list senders.
const DEAD: f64 = 0.1;

/// That share counts as so many destinations beside those of the log at hand, which may move it within these bounds.
const DEAD_WEIGHT: f64 = 30.0;
const DEAD_SHARES: (f64, f64) = (0.1, 5.0);

/// A destination with at most so many messages is a small one: among these the share is learned.
const SMALL: u64 = 5;

/// With [`FEW`] recipients and nothing accepted for a day, dead names are so many times (nats: a hundred) as common as
/// outages.
const ODDS_OF_FEW: f64 = 4.6;
const FEW: f64 = 3.0;

/// With each doubling of the recipients the odds fall by this power of two: at fifty they are one to a hundred.
const POWER: f64 = 3.27;

/// Outages last longer than t with the probability (1 + t / [`TYPICAL`])^-[`TAIL`] (milliseconds): half of them end
/// within some hours, and one in a hundred lasts five days.
const TYPICAL: f64 = 6.0 * 60.0 * 60.0 * 1000.0;
const TAIL: f64 = 1.5;

/// Odds (nats: a thousand to one) from which a destination is called unreachable for certain.
const CERTAIN: f64 = 6.9;

/// A steady share of failures (recipients of their own apart) below this is everyday life.
pub(super) const LEAST_STEADY: f64 = 0.15;

/// In less than this (milliseconds) a destination with many recipients does not show that its failures are steady.
const LEAST_STEADY_TIME: i64 = 3 * DAY;

/// Nor does it at any time when more than this share fails.
pub(super) const MOST_STEADY: f64 = 0.9;

/// Each third of the time must have at least this part of the steady share, so that nothing began or ended,
const LEAST_PART: f64 = 0.5;

/// or so few failures by chance with at least this probability.
const BY_CHANCE: f64 = 0.01;

/// Part of the minutes that the steady state must hold.
const LEAST_HELD: f64 = 0.6;

/// True when nothing was ever accepted.
pub(super) fn never_worked(counts: &Counts) -> bool {
    counts[Class::Ok.index()] == 0 && totals(counts).1 > 0
}

/// How common dead destinations are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Of those with a few recipients, against the usual share.
    pub(super) dead: f64,
}

impl Default for Prior {
    /// What is usual, for a destination of which no others are known.
    fn default() -> Prior {
        Prior { dead: 1.0 }
    }
}

impl Prior {
    /// Learned from all destinations of a log: how many of the small ones never worked.
    pub fn of<'d>(destinations: impl IntoIterator<Item = &'d Destination>) -> Prior {
        // Bounces do not tell who took mail.
        let logged = destinations
            .into_iter()
            .filter(|it| !it.is_known_from_bounces_alone());
        Prior::of_counts(logged.map(Destination::accepted_and_failing_messages))
    }

    /// Learned from accepted attempts and messages that failed, of each destination.
    fn of_counts(destinations: impl Iterator<Item = (u64, u64)>) -> Prior {
        let (mut small, mut dead) = (0.0, 0.0);
        for (accepted, messages) in destinations {
            if (1..=SMALL).contains(&accepted.saturating_add(messages)) {
                small += 1.0;
                dead += f64::from(u8::from(accepted == 0));
            }
        }
        let share = (dead + DEAD * DEAD_WEIGHT) / (small + DEAD_WEIGHT);
        Prior {
            dead: (share / DEAD).clamp(DEAD_SHARES.0, DEAD_SHARES.1),
        }
    }

    /// The odds (nats) that a destination with so many recipients, of which none was reached for so long
    /// (milliseconds), is dead, against an outage.
    fn odds_dead(self, recipients: u64, lasted: i64) -> f64 {
        let survives = |t: f64| -TAIL * (t / TYPICAL).ln_1p();
        let of_size = POWER * (recipients.max(1) as f64 / FEW).ln();
        let of_length = survives(DAY as f64) - survives(lasted.max(0) as f64);
        self.dead.ln() + ODDS_OF_FEW - of_size + of_length
    }
}

/// How a destination is known to fail at a steady share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Steady {
    /// For days; in less time a small destination is only likelier to be flaky than to have had an outage.
    pub(super) certain: bool,
}

/// What a destination that never worked is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NeverWorked {
    /// Dead, or most likely so.
    Unreachable {
        /// Beyond reasonable doubt.
        certain: bool,
    },
    /// Nothing is known but that a recipient was refused.
    OneRecipient,
    /// An outage that the log does not see the ends of.
    Outage,
}

/// Judges a destination that never worked (see the head of this file).
pub(super) fn judge_never_worked(
    evidence: &Evidence,
    counts: &Counts,
    span: (Timestamp, Timestamp),
    prior: Prior,
) -> NeverWorked {
    let of = |class: Class| counts[class.index()];
    let failures = failures(counts);
    if is_said_for_good(evidence, failures) {
        return NeverWorked::Unreachable { certain: true };
    }
    if distinct(&evidence.buckets).1 < 2 && of(Class::TmpRcpt) + of(Class::PermRcpt) == failures {
        return NeverWorked::OneRecipient;
    }
    let odds = odds_dead(evidence, span, prior);
    if odds < 0.0 {
        return NeverWorked::Outage;
    }
    NeverWorked::Unreachable {
        certain: odds >= CERTAIN,
    }
}

/// True when hardly anything was accepted in all of the log by a destination with too many recipients to be dead.
pub(super) fn is_down(
    evidence: &Evidence,
    counts: &Counts,
    span: (Timestamp, Timestamp),
    prior: Option<Prior>,
) -> bool {
    share(counts) > MOST_STEADY && prior.is_some_and(|prior| odds_dead(evidence, span, prior) < 0.0)
}

/// The odds (nats) that a destination which fails from the first to the last of these times does so for ever.
fn odds_dead(evidence: &Evidence, span: (Timestamp, Timestamp), prior: Prior) -> f64 {
    let (_, refused) = distinct(&evidence.buckets);
    let waiting = Distinct::union_of([&evidence.echoed]).count();
    let since = evidence.oldest.map_or(span.0, |oldest| oldest.min(span.0));
    prior.odds_dead(refused.max(waiting), millis(since, span.1))
}

/// True when the name service said for good that the domain does not exist or takes no mail.
pub(super) fn is_said_for_good(evidence: &Evidence, failures: u64) -> bool {
    let said: u64 = evidence
        .replies
        .iter()
        .filter(|group| {
            matches!(
                group.reason,
                Reason::NoSuchDomain | Reason::DomainRefusesMail
            ) && group.class == Class::Dns
        })
        .map(|group| group.count)
        .sum();
    said > 0 && said as f64 >= FOR_GOOD * failures as f64
}

/// Share of the failures that are no recipient's own, in a composition by class.
pub(super) fn system_share(shares: &[f64]) -> f64 {
    Class::ALL
        .into_iter()
        .filter(|&class| class != Class::Ok && !class.is_recipient_scope())
        .filter_map(|class| shares.get(class.index()))
        .sum()
}

/// Says how the steady fit describes the destination from first to last better than health with outages, if it does.
/// Without a `prior`, several destinations are judged as one.
pub(super) fn steady(
    evidence: &Evidence,
    attempts: &[Attempt],
    steady: &Fit,
    capped: &Fit,
    prior: Option<Prior>,
) -> Option<Steady> {
    let span = (attempts.first()?.time, attempts.last()?.time);
    let length = millis(span.0, span.1);
    if steady.path.score < capped.path.score {
        return None;
    }
    let states = &steady.path.states;
    let held = states
        .iter()
        .filter(|&&state| usize::from(state) == HEALTHY);
    if (held.count() as f64) < LEAST_HELD * states.len() as f64 {
        return None;
    }
    if 1.0 - steady.base[Class::Ok.index()] < LEAST_STEADY {
        return None; // what failed did so in outages
    }
    let all = share(&count(attempts));
    let certain = length >= LEAST_STEADY_TIME;
    // With many recipients an outage is the likelier reason.
    let is_large = prior.is_none_or(|prior| odds_dead(evidence, span, prior) < 0.0);
    if is_large && (!certain || all > MOST_STEADY) {
        return None;
    }
    let thirds = (0..3).all(|third| {
        let edge = |k: i64| span.0.as_millis().saturating_add(length / 3 * k);
        let from = attempts.partition_point(|a| a.time.as_millis() < edge(third));
        let to = if third == 2 {
            attempts.len()
        } else {
            attempts.partition_point(|a| a.time.as_millis() < edge(third + 1))
        };
        let counts = count(attempts.get(from..to).unwrap_or_default());
        let (failed, accepted) = (failures(&counts), counts[Class::Ok.index()]);
        failed as f64 >= LEAST_PART * all * (failed + accepted) as f64
            || at_most(failed, failed + accepted, all) >= BY_CHANCE
    });
    thirds.then_some(Steady { certain })
}

/// The chance that at most `k` of `n` happen when each does with probability `p`.
fn at_most(k: u64, n: u64, p: f64) -> f64 {
    let (k, n) = (usize::try_from(k), usize::try_from(n));
    let (Ok(k), Ok(n)) = (k, n) else { return 0.0 };
    at_least(n - k.min(n), n, 1.0 - p)
}

/// Describes a destination over all of the log.
pub(super) fn standing(
    evidence: &Evidence,
    counts: &Counts,
    span: (Timestamp, Timestamp),
) -> Standing {
    let kind: Kind = if failures(counts) == 0 {
        Kind::MailboxDeferred // refusals of recipients, all of them repeated
    } else {
        prevailing_kind(counts, &[0.0; Class::COUNT])
    };
    let answer = answer(evidence, kind, span.0, span.1);
    let (messages, recipients) = distinct(&evidence.buckets);
    Standing {
        domain: evidence.domain.clone(),
        certain: true,
        kind,
        label: answer.label,
        share: if never_worked(counts) {
            1.0
        } else {
            share(counts)
        },
        attempts: totals(counts).0,
        messages,
        recipients,
        first: span.0,
        last: span.1,
        sample: answer.sample,
    }
}

/// Attempts of the whole log by slot.
pub(super) fn whole(buckets: &[Bucket]) -> Counts {
    let mut counts = [0; Slot::COUNT];
    for bucket in buckets {
        for (sum, &n) in counts.iter_mut().zip(&bucket.counts) {
            *sum += u64::from(n);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_dead_destinations_is_learned_from_the_small_ones() {
        let log = |dead: usize, working: usize| {
            let dead = std::iter::repeat_n((0, 2), dead);
            let working = std::iter::repeat_n((3, 1), working);
            let large = std::iter::repeat_n((0, 400), 50); // these say nothing of small ones
            Prior::of_counts(dead.chain(working).chain(large)).dead
        };
        assert!((log(0, 0) - 1.0).abs() < 1e-9, "what is usual");
        assert!((log(100, 900) - 1.0).abs() < 1e-9);
        assert!((log(300, 700) - 2.94).abs() < 0.01);
        assert!((log(0, 5000) - DEAD_SHARES.0).abs() < 1e-9);
        assert!((log(500, 0) - DEAD_SHARES.1).abs() < 1e-9);
    }

    #[test]
    fn odds_fall_with_recipients_and_rise_with_time() {
        let odds =
            |recipients, hours: i64| Prior::default().odds_dead(recipients, hours * 60 * 60 * 1000);
        // A hundred to one for three recipients and a day, one to a hundred for fifty.
        assert!((odds(3, 24) - 100_f64.ln()).abs() < 0.1);
        assert!((odds(50, 24) + 100_f64.ln()).abs() < 0.1);
        assert!(odds(3, 1) < odds(3, 24) && odds(3, 24) < odds(3, 24 * 7));
        assert!(odds(1000, 24 * 7) < -CERTAIN);
        assert!(odds(300, 24 * 365) < 0.0, "however long");
    }
}
