//! Counting distinct things in little memory: a theta sketch of 32-bit hashes.
//!
//! [`Few`] is what a cell keeps: exact up to [`Few::KEEP`] things, an estimate beyond. [`Distinct`] is the
//! union of many, which is much better than each: all hashes below the smallest limit are kept.

/// The smallest hashes of distinct things, well mixed, below a limit that falls as more arrive. Inline:
/// cells are many. Merging is associative, commutative and idempotent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Few {
    /// The first `len` are kept: sorted, distinct, all below `limit`.
    hashes: [u32; Few::KEEP],
    len: u8,
    /// Hashes at or above this were dropped; `None` when none were.
    limit: Option<u32>,
}

impl Few {
    /// How many hashes are kept.
    pub const KEEP: usize = 8;

    /// What is kept, in order.
    pub(super) fn kept(&self) -> &[u32] {
        self.hashes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// From where on hashes were dropped.
    pub(super) const fn limit(&self) -> Option<u32> {
        self.limit
    }

    /// Drops the hashes from this one on, as another sketch did.
    pub(super) fn cut_at(&mut self, limit: u32) {
        self.merge(&Few {
            limit: Some(limit),
            ..Few::default()
        });
    }

    /// Adds one thing, given by a well-mixed hash.
    pub fn insert(&mut self, hash: u32) {
        if self.limit.is_some_and(|limit| hash >= limit) {
            return;
        }
        let Err(place) = self.kept().binary_search(&hash) else {
            return;
        };
        let (full, [.., last]) = (usize::from(self.len) == Few::KEEP, self.hashes);
        if full {
            // The largest of the nine is dropped and becomes the limit.
            self.limit = Some(last.max(hash));
        } else {
            self.len += 1;
        }
        // A hash above all eight leaves nothing to move.
        if let Some(tail @ [_, ..]) = self.hashes.get_mut(place..usize::from(self.len)) {
            tail.rotate_right(1);
            if let Some(first) = tail.first_mut() {
                *first = hash;
            }
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Few) {
        for &hash in other.kept() {
            self.insert(hash);
        }
        if let Some(limit) = other.limit
            && self.limit.is_none_or(|own| limit < own)
        {
            self.limit = Some(limit);
            let below = self.kept().partition_point(|&hash| hash < limit);
            self.len = u8::try_from(below).unwrap_or(self.len);
            // What is not kept is zero, so that equal sketches are equal.
            if let Some(rest) = self.hashes.get_mut(below..) {
                rest.fill(0);
            }
        }
    }
}

/// A count of distinct things, each given by a well-mixed 32-bit hash: the union of those of many cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Distinct {
    /// Sorted, distinct, all below the limit.
    hashes: Vec<u32>,
    /// Hashes at or above this were dropped; `None` when none were.
    limit: Option<u32>,
}

impl Distinct {
    /// The union of many: every hash below the least of the limits, as for the cells of a window.
    pub fn union_of<'a>(sketches: impl IntoIterator<Item = &'a Few>) -> Distinct {
        let (mut hashes, mut limit) = (Vec::new(), None);
        for sketch in sketches {
            limit = match (limit, sketch.limit) {
                (Some(a), Some(b)) => Some(u32::min(a, b)),
                (a, b) => a.or(b),
            };
            hashes.extend_from_slice(sketch.kept());
        }
        hashes.sort_unstable();
        hashes.dedup();
        if let Some(limit) = limit {
            let keep = hashes.partition_point(|&hash| hash < limit);
            hashes.truncate(keep);
        }
        Distinct { hashes, limit }
    }

    /// How many distinct things: exact when none was dropped.
    pub fn count(&self) -> u64 {
        let kept = self.hashes.len() as f64;
        match self.limit {
            None => self.hashes.len() as u64,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "positive"
            )]
            Some(limit) => (kept * 2f64.powi(32) / f64::from(limit.max(1))).round() as u64,
        }
    }

    /// True when the count is exact.
    pub fn is_exact(&self) -> bool {
        self.limit.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_split_keeps_the_eight_smallest_and_the_ninth_as_limit(
            parts in prop::collection::vec(prop::collection::vec(0..60_u32, 0..25), 1..5)
        ) {
            let mut all: Vec<u32> = parts.concat();
            all.sort_unstable();
            all.dedup();
            let mut merged = Few::default();
            for part in &parts {
                let mut few = Few::default();
                for &hash in part {
                    few.insert(hash);
                }
                merged.merge(&few);
            }
            prop_assert_eq!(merged.kept(), &all[..all.len().min(Few::KEEP)]);
            prop_assert_eq!(merged.limit, all.get(Few::KEEP).copied());
            let mut at_once = Few::default();
            for &hash in all.iter().rev() {
                at_once.insert(hash);
            }
            prop_assert_eq!(merged, at_once);
        }
    }

    #[test]
    fn many_small_sketches_estimate_well() {
        let hash = |n: u32| {
            n.wrapping_mul(0x9e37_79b1)
                .rotate_left(16)
                .wrapping_mul(0x85eb_ca6b)
        };
        let sketches: Vec<Few> = (0..200_u32)
            .map(|cell| {
                let mut few = Few::default();
                for n in 0..20 {
                    few.insert(hash(cell * 20 + n));
                }
                few
            })
            .collect();
        let count = Distinct::union_of(&sketches).count();
        assert!((3400..4600).contains(&count), "{count} for 4000");
    }
}
