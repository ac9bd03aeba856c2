//! Counting distinct things in little memory: a theta sketch of 32-bit hashes.
//!
//! Exact up to [`Distinct::KEEP`] things, an estimate beyond. The union of many small sketches is much
//! better than each: all hashes below the smallest limit are kept.

/// A mergeable count of distinct things, each given by a well-mixed 32-bit hash.
///
/// Keeps the smallest hashes below a limit; the limit falls as more arrive. Merging is associative,
/// commutative and idempotent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Distinct {
    /// Sorted, distinct, all below `limit()`.
    hashes: Vec<u32>,
    /// Hashes at or above this were dropped; `None` when none were.
    limit: Option<u32>,
}

impl Distinct {
    /// How many hashes one cell of a tally keeps.
    pub const KEEP: usize = 8;

    /// Adds one thing, keeping at most [`Distinct::KEEP`] hashes.
    pub fn insert(&mut self, hash: u32) {
        if self.limit.is_some_and(|limit| hash >= limit) {
            return;
        }
        if let Err(place) = self.hashes.binary_search(&hash) {
            self.hashes.insert(place, hash);
            if self.hashes.len() > Distinct::KEEP {
                self.limit = self.hashes.pop();
            }
        }
    }

    /// Adds all of `other`, keeping at most [`Distinct::KEEP`] hashes: for cells of the same minute.
    pub fn merge(&mut self, other: &Distinct) {
        self.union(other);
        while self.hashes.len() > Distinct::KEEP {
            self.limit = self.hashes.pop();
        }
    }

    /// Adds all of `other` and keeps every hash below both limits: for the cells of a window.
    pub fn union(&mut self, other: &Distinct) {
        self.limit = match (self.limit, other.limit) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.hashes.extend_from_slice(&other.hashes);
        self.hashes.sort_unstable();
        self.hashes.dedup();
        if let Some(limit) = self.limit {
            let keep = self.hashes.partition_point(|&hash| hash < limit);
            self.hashes.truncate(keep);
        }
    }

    /// The union of many, as by [`Distinct::union`] one after the other, in one sort.
    pub fn union_of<'a>(sketches: impl IntoIterator<Item = &'a Distinct>) -> Distinct {
        let mut all = Distinct::default();
        for sketch in sketches {
            all.limit = match (all.limit, sketch.limit) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            all.hashes.extend_from_slice(&sketch.hashes);
        }
        all.union(&Distinct::default());
        all
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

    /// True when nothing was added.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty() && self.limit.is_none()
    }
}
