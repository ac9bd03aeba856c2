//! Stretches of lines, joined as soon as neighbours are there, by whoever brings the second.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::Stretch;

/// Stretches of each input that have no neighbour yet: few, since blocks are read in order.
#[derive(Debug, Default)]
pub(crate) struct Ribbons {
    inputs: Mutex<HashMap<usize, BTreeMap<u64, Piece>>>,
}

/// Some blocks of one input: up to this number, which is not among them.
#[derive(Debug)]
struct Piece(u64, Stretch);

impl Ribbons {
    /// Takes in one block. Joining takes its time, and is done outside of the lock.
    pub(crate) fn add(&self, input: usize, sequence: u64, stretch: Stretch) {
        let (mut start, mut piece) = (sequence, Piece(sequence + 1, stretch));
        loop {
            let neighbour = {
                let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
                let pieces = inputs.entry(input).or_default();
                let before = pieces.range(..start).next_back();
                if let Some((&from, _)) = before.filter(|(_, before)| before.0 == start) {
                    pieces.remove(&from).map(|before| (from, before))
                } else if let Some(after) = pieces.remove(&piece.0) {
                    Some((piece.0, after))
                } else {
                    pieces.insert(start, piece);
                    return;
                }
            };
            let Some((from, other)) = neighbour else {
                return; // never: the neighbour was there a moment ago
            };
            piece = if from < start {
                start = from;
                Piece(piece.0, other.1.then(piece.1))
            } else {
                Piece(other.0, piece.1.then(other.1))
            };
        }
    }

    /// All of an input whose blocks have all come.
    pub(crate) fn take(&self, input: usize) -> Option<Stretch> {
        let pieces = self
            .inputs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&input)?;
        pieces
            .into_values()
            .map(|piece| piece.1)
            .reduce(Stretch::then)
    }
}
