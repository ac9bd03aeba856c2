//! Files that hold what was read before: stores of events and tallies of counts.

pub(crate) mod store;
pub(crate) mod tallies;
