//! One minute at a time gives what all minutes at once give.

use proptest::prelude::*;

use crate::evidence::Class;
use crate::outage::attempts::middle;
use crate::outage::baseline::{self, Normal};
use crate::outage::decode::{steps, viterbi};
use crate::outage::model::{Largest, Model, Shares, Strangers};
use crate::outage::online::{MOST_UNDECIDED, Online};
use crate::tally::{Bucket, Slot};

use super::laws;
use super::traffic::{Traffic, empty, evidence, phase};

const STRANGERS: Strangers = Strangers {
    healthy: 0.9,
    outage: 0.4,
};

/// The path by the recursion of one minute at a time, decided minutes first.
fn online(buckets: &[Bucket], base: &Shares) -> Vec<u8> {
    let mut online = Online::with_law(base, STRANGERS);
    let mut path = Vec::new();
    for bucket in buckets {
        path.extend(online.push(bucket).iter().map(|decided| decided.state));
    }
    path.extend(online.path());
    path
}

fn at_once(buckets: &[Bucket], base: &Shares) -> Vec<u8> {
    let model = Model::new(base, STRANGERS, &Largest::of([&[3; Slot::COUNT]]));
    let likelihoods: Vec<_> = buckets
        .iter()
        .map(|b| model.likelihood(&b.counts, b.strangers))
        .collect();
    let times: Vec<f64> = buckets.iter().map(middle).collect();
    viterbi(&likelihoods, &steps(&times), &mut Vec::new()).states
}

#[test]
fn the_path_is_that_of_the_batch() {
    let mut changes = 0;
    for seed in 1..=24 {
        let from = 30.0 + seed as f64 * 5.0;
        let class = Class::ALL[1 + usize::try_from(seed % 8).unwrap()];
        let phases = [
            phase(from, from + 9.0, class, 0.9),
            phase(from + 9.0, from + 30.0, Class::Conn, 0.5),
        ];
        let per_day = [8, 150, 1500][usize::try_from(seed % 3).unwrap()];
        let buckets = evidence(&Traffic::new(per_day, seed).with(&phases)).buckets;
        let times: Vec<f64> = buckets.iter().map(middle).collect();
        // With what the batch found normal.
        let base = baseline::fit(&buckets, &steps(&times), Normal::Capped).base;
        let path = online(&buckets, &base);
        assert_eq!(path, at_once(&buckets, &base), "seed {seed}");
        changes += path.windows(2).filter(|pair| pair[0] != pair[1]).count();
    }
    assert!(changes > 40, "{changes}");
}

proptest! {
    #[test]
    fn the_path_is_that_of_the_batch_for_any_counts(evidence in laws::arbitrary()) {
        let base = baseline::shares(&[0.0; Class::COUNT], Normal::Capped);
        prop_assert_eq!(online(&evidence.buckets, &base), at_once(&evidence.buckets, &base));
    }
}

#[test]
fn few_minutes_wait_to_be_decided() {
    // Replies without news, and failures and acceptances by turns.
    for n in 0..4_u32 {
        let mut online = Online::new();
        let mut decided = 0;
        for minute in 0..20_000 {
            let mut bucket = empty(minute * 7);
            bucket.counts[Slot::Neutral.index()] = u32::from(n < 2);
            bucket.counts[Class::TmpSys.index()] =
                u32::from(n > 0 && minute % i64::from(n + 1) == 0);
            bucket.counts[Class::Ok.index()] = u32::from(n > 1);
            decided += online.push(&bucket).len();
            assert!(online.path().len() <= MOST_UNDECIDED + 1);
        }
        assert_eq!(decided + online.path().len(), 20_000);
    }
}
