//! Counts along time, in order of their keys, that merge.

/// A count with a key.
pub(crate) trait Cell {
    /// What orders and tells apart the cells of a series.
    type Key: Ord + Copy;
    /// Its key.
    fn key(&self) -> Self::Key;
    /// The minute or hour of a key: what grows along a log.
    fn moment(key: Self::Key) -> i64;
    /// Takes in the counts of another cell with the same key.
    fn absorb(&mut self, other: Self);
}

/// Cells in the order in which they came, mostly that of their keys; put in order when it is needed.
///
/// Logs come in order of time, so that the cell wanted is nearly always among the last. What comes out of
/// order is appended and put in its place later: a set of rotated logs read backwards costs no more.
#[derive(Debug, Clone)]
pub(crate) struct Series<C> {
    cells: Vec<C>,
    /// True when keys are out of order or double.
    disordered: bool,
    /// Put in order when there are this many.
    limit: usize,
}

impl<C> Default for Series<C> {
    fn default() -> Series<C> {
        Series {
            cells: Vec::new(),
            disordered: false,
            limit: 64,
        }
    }
}

/// How far back a cell is looked for at most: hosts and answers of one hour.
const LOOK_BACK: usize = 16;

impl<C: Cell> Series<C> {
    /// The cell of this key, made new when it is not among the last.
    pub(crate) fn at(&mut self, key: C::Key, new: impl FnOnce() -> C) -> &mut C {
        let moment = C::moment(key);
        let mut place = self.cells.len();
        for (back, cell) in self.cells.iter().rev().take(LOOK_BACK).enumerate() {
            if cell.key() == key {
                place = self.cells.len() - 1 - back;
                break;
            }
            // What is older stands further back. If it does not, a second cell of this key does no harm.
            if C::moment(cell.key()) < moment {
                break;
            }
        }
        if place == self.cells.len() {
            self.push(new()); // which may join others: the place is known only now
            place = self.cells.len() - 1;
        }
        self.cells
            .get_mut(place)
            .expect("because the place was found or made just now")
    }

    /// Takes in a cell: as a new one, or with the last when that has its key.
    pub(crate) fn add(&mut self, cell: C) {
        match self.cells.last_mut() {
            Some(last) if last.key() == cell.key() => last.absorb(cell),
            _ => self.push(cell),
        }
    }

    fn push(&mut self, cell: C) {
        if self.disordered && self.cells.len() >= self.limit {
            self.order();
        }
        self.disordered |= self
            .cells
            .last()
            .is_some_and(|last| last.key() >= cell.key());
        self.cells.push(cell);
    }

    /// Puts the cells in order, each key once.
    pub(crate) fn order(&mut self) {
        if !self.disordered {
            return;
        }
        self.cells.sort_by_key(Cell::key);
        let mut ordered: Vec<C> = Vec::with_capacity(self.cells.len());
        for cell in self.cells.drain(..) {
            match ordered.last_mut() {
                Some(last) if last.key() == cell.key() => last.absorb(cell),
                _ => ordered.push(cell),
            }
        }
        self.cells = ordered;
        self.disordered = false;
        // Sorting again when as many came anew keeps the cost per cell logarithmic.
        self.limit = 2 * self.cells.len() + 64;
    }

    /// Keeps only such cells.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&C) -> bool) {
        self.cells.retain(keep);
    }

    /// Takes in all cells of another series.
    pub(crate) fn merge(&mut self, other: Series<C>) {
        if self.cells.is_empty() {
            *self = other;
            return;
        }
        let (Some(last), Some(first)) = (self.cells.last(), other.cells.first()) else {
            return;
        };
        self.disordered |= other.disordered || last.key() >= first.key();
        self.cells.extend(other.cells);
        if self.disordered && self.cells.len() >= self.limit {
            self.order();
        }
    }

    /// The cells: in order, each key once, after [`Series::order`]; as they came before.
    pub(crate) fn cells(&self) -> &[C] {
        &self.cells
    }

    /// Every cell, in no order: to rename what they name.
    pub(crate) fn cells_mut(&mut self) -> impl Iterator<Item = &mut C> {
        self.disordered = true;
        self.cells.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Counted(i64, u32);

    impl Cell for Counted {
        type Key = i64;

        fn key(&self) -> i64 {
            self.0
        }

        fn moment(key: i64) -> i64 {
            key
        }

        fn absorb(&mut self, other: Counted) {
            self.1 += other.1;
        }
    }

    #[test]
    fn keys_that_come_out_of_order_again_and_again_are_joined() {
        let mut series: Series<Counted> = Series::default();
        for n in 0..1000 {
            // Few keys, never in order: putting them in order leaves fewer cells than there were.
            series.at(n * 7 % 10, || Counted(n * 7 % 10, 0)).1 += 1;
        }
        series.order();
        assert_eq!(
            series.cells(),
            (0..10).map(|key| Counted(key, 100)).collect::<Vec<_>>()
        );
    }
}
