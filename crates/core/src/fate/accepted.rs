//! Which recipients took mail: eight bytes each.

/// A set of fingerprints: an ordered run, and what came since.
#[derive(Debug, Clone, Default)]
pub(super) struct Accepted {
    list: Vec<u64>,
    /// The first so many are in order and distinct.
    ordered: usize,
}

/// So many come before they are put in order.
const LEAST: usize = 1 << 15;

impl Accepted {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn extend(&mut self, fingerprints: Vec<u64>) {
        if self.list.is_empty() {
            self.list = fingerprints;
        } else {
            self.list.extend(fingerprints);
        }
        if self.list.len() > self.ordered + self.ordered / 2 + LEAST {
            self.order();
        }
    }

    pub(super) fn merge(&mut self, other: Accepted) {
        self.extend(other.list);
    }

    #[expect(clippy::stable_sort_primitive, reason = "two runs: it merges them")]
    fn order(&mut self) {
        if let Some(tail) = self.list.get_mut(self.ordered..) {
            tail.sort_unstable();
        }
        self.list.sort();
        self.list.dedup();
        self.ordered = self.list.len();
    }

    /// All of them, in order.
    pub(super) fn into_ordered(mut self) -> Vec<u64> {
        self.order();
        self.list.shrink_to_fit();
        self.list
    }
}
