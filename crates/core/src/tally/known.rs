//! Which recipients took mail: eight bytes each, whether any of their domain was refused or not. A refusal may come
//! before or after the acceptance, in another input, or be seen by another worker: what could be left out is known
//! at the end only.
//!
//! A set of fingerprints, so any order and any split gives the same. Whether a recipient took mail before or after
//! it was refused is not asked: either way the mailbox exists.

/// Asks for a fingerprint whether that recipient took mail.
pub(crate) type IsKnown<'f> = &'f dyn Fn(u64) -> bool;

/// A set of fingerprints that grows: ordered runs, and what came since.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// Each in order and distinct, and at least twice as long as the next: so there are few, and of what is put in
    /// order again little is long.
    runs: Vec<Vec<u64>>,
    tail: Vec<u64>,
}

/// So many come before they are put in order. To look through them takes a microsecond.
const LEAST: usize = 1 << 12;

impl Known {
    /// Notes a recipient for whom mail was accepted.
    pub(crate) fn add(&mut self, fingerprint: u64) {
        self.tail.push(fingerprint);
        if self.tail.len() >= LEAST {
            self.order_tail();
        }
    }

    /// Takes in those of another part.
    pub(crate) fn merge(&mut self, mut other: Known) {
        self.take(&mut other);
    }

    /// Takes in those of another part and leaves it empty, with its room.
    pub(crate) fn take(&mut self, other: &mut Known) {
        if self.runs.is_empty() && self.tail.is_empty() {
            std::mem::swap(self, other);
            return;
        }
        for run in other.runs.drain(..) {
            self.add_run(run);
        }
        self.tail.append(&mut other.tail);
        if self.tail.len() >= LEAST {
            self.order_tail();
        }
    }

    fn order_tail(&mut self) {
        self.tail.sort_unstable();
        self.tail.dedup();
        let run = self.tail.clone();
        self.tail.clear();
        self.add_run(run);
    }

    fn add_run(&mut self, mut run: Vec<u64>) {
        while let Some(last) = self.runs.pop_if(|last| last.len() < 2 * run.len()) {
            run = joined(last, run);
        }
        self.runs.push(run);
    }

    /// True when mail was accepted for this recipient, as far as is known by now.
    pub(crate) fn contains(&self, fingerprint: u64) -> bool {
        let mut runs = self.runs.iter();
        self.tail.contains(&fingerprint) || runs.any(|run| run.binary_search(&fingerprint).is_ok())
    }

    /// All of them, in order.
    pub(super) fn ordered(&mut self) -> impl Iterator<Item = u64> {
        let all = std::mem::take(self).into_ordered().0;
        self.runs.push(all);
        self.runs.iter().flatten().copied()
    }

    /// All of them, to be asked.
    pub(crate) fn into_ordered(mut self) -> KnownRecipients {
        self.order_tail();
        let mut all = self
            .runs
            .into_iter()
            .rev()
            .reduce(joined)
            .unwrap_or_default();
        all.shrink_to_fit();
        KnownRecipients(all)
    }
}

#[expect(clippy::stable_sort_primitive, reason = "two runs: it merges them")]
fn joined(mut run: Vec<u64>, other: Vec<u64>) -> Vec<u64> {
    run.reserve_exact(other.len());
    run.extend(other);
    run.sort();
    run.dedup();
    run
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_growing_set_knows_what_came_however_it_was_split() {
        let mut parts: [Known; 3] = Default::default();
        let mut expected = BTreeSet::new();
        let mut asked = 0;
        for n in 0..60_000_u64 {
            // Most come again.
            let fingerprint = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 49;
            let [first, second, _] = &mut parts;
            if n % 3 == 0 { second } else { first }.add(fingerprint);
            expected.insert(fingerprint);
            if n % 2_000 == 0 {
                let [whole, part, _] = &mut parts;
                whole.take(part);
                for other in (0..1 << 15).step_by(101) {
                    assert_eq!(whole.contains(other), expected.contains(&other), "{n}");
                    asked += 1;
                }
                assert!(whole.runs.is_sorted_by(|a, b| a.len() >= 2 * b.len()));
            }
        }
        assert!(asked > 9_000);
        let whole = parts
            .into_iter()
            .rev()
            .reduce(|mut sum, part| {
                sum.merge(part);
                sum
            })
            .unwrap();
        let all: Vec<u64> = expected.into_iter().collect();
        assert_eq!(whole.into_ordered().0, all);
    }
}
