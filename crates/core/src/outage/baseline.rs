//! What is normal for a destination: the composition of its answers while nothing is wrong.
//!
//! Found together with the path: decode, count what lies in health, decode again (hard
//! expectation-maximisation, at most [`ROUNDS`] rounds). Two kinds of fit are made: with caps, so that
//! a long outage can never become normal; and without, for destinations that always fail at a steady share.

use std::ops::Range;

use crate::evidence::Class;
use crate::tally::Bucket;

use super::decode::{Path, Step, index, viterbi};
use super::model::{BAD_LIST, ByState, HEALTHY, Largest, Model, STATES, Shares, Strangers};

/// Rounds of decoding and counting; the path rarely changes after the second.
const ROUNDS: usize = 3;

/// What is normal before anything is known of a destination, by class in the order of [`Class::ALL`].
const PRIOR: Shares = [
    0.950, 0.006, 0.001, 0.006, 0.006, 0.001, 0.022, 0.003, 0.005,
];

/// Weight of the prior (pseudo attempts).
const PRIOR_WEIGHT: f64 = 60.0;

/// The same where failing may be normal: such a destination is judged by itself.
const PRIOR_WEIGHT_STEADY: f64 = 5.0;

/// Weight of the prior (pseudo attempts) within one day.
const PRIOR_WEIGHT_DAY: f64 = 3.0;

/// Share of strangers, who never took mail, among those refused for good, before anything is known.
const STRANGERS: f64 = 0.9;

/// Weight of that (refusals).
const STRANGERS_WEIGHT: f64 = 2.0;

/// The largest share of them: who took mail once may be refused for good some day.
const MOST_STRANGERS: f64 = 0.95;

/// The least share of them among those whom an outage refuses.
const LEAST_STRANGERS: f64 = 0.3;

/// The median of the days counts as at most this many attempts against the prior.
const MEDIAN_WEIGHT: f64 = 500.0;

/// The largest share of each class that can be normal, in the order of [`Class::ALL`].
const CAPS: Shares = [1.0, 0.12, 0.08, 0.12, 0.25, 0.05, 0.30, 0.12, 0.30];

/// The least normal share of accepted attempts where the caps hold.
const LEAST_OK: f64 = 0.3;

/// The same where they do not: only so that nothing is impossible.
const LEAST_OK_STEADY: f64 = 0.005;

const MINUTES_PER_DAY: i64 = 24 * 60;

/// Whether failing most of the time can be normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Normal {
    /// No: failures beyond the caps are not normal.
    Capped,
    /// No, and those who are refused are no bad list: in all of the log hardly anybody is accepted.
    Down,
    /// Yes: whatever the destination mostly does is.
    Steady,
}

impl Normal {
    const fn prior_weight(self) -> f64 {
        match self {
            Normal::Capped | Normal::Down => PRIOR_WEIGHT,
            Normal::Steady => PRIOR_WEIGHT_STEADY,
        }
    }
}

/// A healthy composition and the path decoded with it.
#[derive(Debug)]
pub(super) struct Fit {
    /// Shares of the answers while nothing is wrong.
    pub(super) base: Shares,
    /// The law that belongs to it.
    pub(super) model: Model,
    /// Log-likelihoods of each minute by state.
    pub(super) likelihoods: Vec<ByState>,
    /// The best path.
    pub(super) path: Path,
}

impl Fit {
    /// These minutes as a burst of bad addresses, all else being healthy: the evidence against health in
    /// nats, and the path over the minutes `around` them.
    pub(super) fn as_bad_list(
        &self,
        minutes: &Range<usize>,
        around: Range<usize>,
    ) -> (f64, Vec<u8>) {
        let likelihoods = self.likelihoods.get(minutes.clone()).unwrap_or_default();
        let of = |state: usize| -> f64 {
            let against = |by_state: &ByState| by_state[state] - by_state[HEALTHY];
            likelihoods.iter().map(against).sum()
        };
        let (mut best, mut evidence) = (BAD_LIST, of(BAD_LIST));
        for state in BAD_LIST + 1..STATES.len() {
            if of(state) > evidence {
                (best, evidence) = (state, of(state));
            }
        }
        let state = |minute: usize| {
            if minutes.contains(&minute) {
                best
            } else {
                HEALTHY
            }
        };
        (
            evidence,
            around.map(|minute| index(state(minute))).collect(),
        )
    }
}

/// Fits the minutes of one destination, with the steps between them.
pub(super) fn fit(buckets: &[Bucket], steps: &[Step], normal: Normal) -> Fit {
    let largest = Largest::of(buckets.iter().map(|bucket| &bucket.counts));
    let mut likelihoods: Vec<ByState> = Vec::with_capacity(buckets.len());
    let mut back = Vec::with_capacity(buckets.len());
    let mut strangers = strangers([0.0; 2], refused(buckets.iter()));
    let mut base = match normal {
        Normal::Capped | Normal::Down => median_of_days(buckets),
        Normal::Steady => composition(buckets.iter(), normal),
    };
    let mut round = 1;
    loop {
        let model = Model::new(&base, strangers, &largest);
        likelihoods.clear();
        likelihoods.extend(
            buckets
                .iter()
                .map(|bucket| model.likelihood(&bucket.counts, bucket.strangers)),
        );
        if normal == Normal::Down {
            for likelihood in &mut likelihoods {
                likelihood[BAD_LIST..].fill(f64::NEG_INFINITY);
            }
        }
        let path = viterbi(&likelihoods, steps, &mut back);
        let healthy = buckets
            .iter()
            .zip(&path.states)
            .filter(|&(_, &state)| usize::from(state) == HEALTHY)
            .map(|(bucket, _)| bucket);
        let next = composition(healthy.clone(), normal);
        let settled = base
            .iter()
            .zip(&next)
            .all(|(a, b)| (a - b).abs() <= f64::EPSILON);
        if round == ROUNDS || settled {
            return Fit {
                base,
                model,
                likelihoods,
                path,
            };
        }
        base = next;
        strangers.healthy = share_of_strangers(refused(healthy));
        round += 1;
    }
}

/// The median of the daily compositions: one outage of a day or two cannot move it.
fn median_of_days(buckets: &[Bucket]) -> Shares {
    let (mut days, mut total): (Vec<Shares>, f64) = (Vec::new(), 0.0);
    for day in buckets.chunk_by(|a, b| {
        a.minute.div_euclid(MINUTES_PER_DAY) == b.minute.div_euclid(MINUTES_PER_DAY)
    }) {
        let (counts, n) = sum(day.iter());
        total += n;
        let mut shares = PRIOR;
        for (share, count) in shares.iter_mut().zip(counts) {
            *share = (count + PRIOR_WEIGHT_DAY * *share) / (n + PRIOR_WEIGHT_DAY);
        }
        days.push(shares);
    }
    let weight = total.min(MEDIAN_WEIGHT);
    let mut base = PRIOR;
    for (c, share) in base.iter_mut().enumerate() {
        let mut column: Vec<f64> = days.iter().map(|day| day[c]).collect();
        column.sort_by(f64::total_cmp);
        let median = match column.len() {
            0 => *share,
            n if n % 2 == 1 => column[n / 2],
            n => f64::midpoint(column[n / 2 - 1], column[n / 2]),
        };
        *share = (median * weight + PRIOR_WEIGHT * *share) / (weight + PRIOR_WEIGHT);
    }
    limited(base, Normal::Capped)
}

/// The composition of these minutes.
fn composition<'a>(buckets: impl Iterator<Item = &'a Bucket>, normal: Normal) -> Shares {
    shares(&sum(buckets).0, normal)
}

/// The composition that goes with these counts by class.
pub(super) fn shares(counts: &Shares, normal: Normal) -> Shares {
    let (n, prior) = (counts.iter().sum::<f64>(), normal.prior_weight());
    let mut base = PRIOR;
    for (share, count) in base.iter_mut().zip(counts) {
        *share = (count + prior * *share) / (n + prior);
    }
    limited(base, normal)
}

/// Of so many refused for good in health, and in all, so many never took mail.
///
/// Whoever writes to nobody twice knows no recipient; whoever does, knows most of those whom an outage refuses.
pub(super) fn strangers(in_health: [f64; 2], in_all: [f64; 2]) -> Strangers {
    Strangers {
        healthy: share_of_strangers(in_health),
        outage: share_of_strangers(in_all).max(LEAST_STRANGERS),
    }
}

fn share_of_strangers([refused, strangers]: [f64; 2]) -> f64 {
    let share = (STRANGERS * STRANGERS_WEIGHT + strangers) / (STRANGERS_WEIGHT + refused);
    share.min(MOST_STRANGERS)
}

/// How many were refused for good, and how many of these never took mail.
fn refused<'a>(buckets: impl Iterator<Item = &'a Bucket>) -> [f64; 2] {
    let of = |bucket: &Bucket| [bucket.counts[Class::PermRcpt.index()], bucket.strangers];
    buckets
        .map(of)
        .fold([0.0; 2], |[all, strangers], [n, of_n]| {
            [all + f64::from(n), strangers + f64::from(of_n)]
        })
}

fn sum<'a>(buckets: impl Iterator<Item = &'a Bucket>) -> (Shares, f64) {
    let mut counts = [0.0; Class::COUNT];
    for bucket in buckets {
        for (count, &n) in counts.iter_mut().zip(&bucket.counts) {
            *count += f64::from(n);
        }
    }
    (counts, counts.iter().sum())
}

/// Applies the caps, gives the rest to the accepted, and makes the sum 1.
fn limited(mut base: Shares, normal: Normal) -> Shares {
    let ok = Class::Ok.index();
    let least = match normal {
        Normal::Capped | Normal::Down => {
            for (share, cap) in base.iter_mut().zip(CAPS) {
                *share = share.min(cap);
            }
            LEAST_OK
        }
        Normal::Steady => LEAST_OK_STEADY,
    };
    let failing: f64 = base.iter().sum::<f64>() - base[ok];
    base[ok] = (1.0 - failing).max(least);
    let total: f64 = base.iter().sum();
    for share in &mut base {
        *share /= total;
    }
    base
}
