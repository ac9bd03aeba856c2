//! Counts of attempts per destination and reporting host, which merge exactly.

mod evidence;
mod sketch;

pub use evidence::{Bucket, Evidence, RelayCount, ReplyGroup, Slot, Span};
pub use sketch::Distinct;
