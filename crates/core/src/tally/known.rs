//! Which recipients took mail: eight bytes each, whether any of their domain was refused or not. A refusal may come
//! before or after the acceptance, in another input, or be seen by another worker: what could be left out is known
//! at the end only.
//!
//! A set of fingerprints, so any order and any split gives the same. Whether a recipient took mail before or after
//! it was refused is not asked: either way the mailbox exists.

/// A set of fingerprints: an ordered run, and what came since.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    list: Vec<u64>,
    /// The first so many are in order and distinct.
    ordered: usize,
}

/// So many come before they are put in order.
const LEAST: usize = 1 << 15;

impl Known {
    /// Notes a recipient for whom mail was accepted.
    pub(crate) fn add(&mut self, fingerprint: u64) {
        if self.list.len() >= self.ordered + self.ordered / 2 + LEAST {
            self.order();
        }
        self.list.push(fingerprint);
    }

    /// Takes in those of another part.
    pub(crate) fn merge(&mut self, mut other: Known) {
        self.take(&mut other);
    }

    /// Takes in those of another part and leaves it empty, with its room.
    pub(crate) fn take(&mut self, other: &mut Known) {
        if self.list.is_empty() {
            std::mem::swap(self, other);
            return;
        }
        self.list.append(&mut other.list);
        other.ordered = 0;
        if self.list.len() >= self.ordered + self.ordered / 2 + LEAST {
            self.order();
        }
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

    /// All of them, to be asked.
    pub(crate) fn into_ordered(mut self) -> KnownRecipients {
        self.order();
        self.list.shrink_to_fit();
        KnownRecipients(self.list)
    }
}

/// Recipients that took mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KnownRecipients(Vec<u64>);

impl FromIterator<u64> for KnownRecipients {
    fn from_iter<I: IntoIterator<Item = u64>>(fingerprints: I) -> KnownRecipients {
        let mut known = Known::default();
        for fingerprint in fingerprints {
            known.add(fingerprint);
        }
        known.into_ordered()
    }
}

impl KnownRecipients {
    /// True when nobody took any.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True when mail was accepted for this recipient, at any time.
    pub(crate) fn contains(&self, fingerprint: u64) -> bool {
        self.0.binary_search(&fingerprint).is_ok()
    }
}
