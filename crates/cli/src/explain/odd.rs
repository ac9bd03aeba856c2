//! Where a line stopped making sense.

use mailgap_core::event::Odd;

use super::{OddPlace, lossy};

/// Cuts the line at the column, which is counted in the line without its wrappers.
pub(super) fn place(odd: Odd, line: &[u8]) -> OddPlace {
    let (before, after) = line.split_at_checked(odd.column).unwrap_or((line, b""));
    OddPlace {
        why: odd.why,
        column: odd.column + 1,
        before: lossy(before).into_owned(),
        after: lossy(after).into_owned(),
    }
}
