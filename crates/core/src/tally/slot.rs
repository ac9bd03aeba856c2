//! What attempts are counted under.

use crate::evidence::Class;

/// What is counted in a bucket: the nine classes, and replies that prove only that the host answers.
///
/// `Slot::Class(class)` has the index of its class, `Slot::Neutral` the index 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Evidence of a class.
    Class(Class),
    /// A reply without new information.
    Neutral,
}

impl Slot {
    /// How many slots there are.
    pub const COUNT: usize = Class::COUNT + 1;

    /// Index into arrays by slot, 0 to 9.
    pub const fn index(self) -> usize {
        match self {
            Slot::Class(class) => class.index(),
            Slot::Neutral => Class::COUNT,
        }
    }
}
