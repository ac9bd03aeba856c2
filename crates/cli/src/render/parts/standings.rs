//! Destinations of which there is little to say, as rows of a table.

use crate::document::Standing;
use crate::render::table::Column;
use crate::words::numbers::{count, share};
use crate::words::times::Moments;

/// Where the share of failures stands, when there is one.
const SHARE: usize = 2;

/// The columns of [`row`] for these destinations: how much failed only where not everything did.
pub(crate) fn columns(all: &[&Standing]) -> Vec<Column> {
    let mut columns = vec![
        Column::words("destination"),
        Column::words("answer"),
        Column::numbers("recipients", 0),
        Column::numbers("messages", 1),
        Column {
            spare: 2,
            ..Column::words("first to last attempt")
        },
    ];
    if all.iter().any(|standing| standing.share.is_some()) {
        columns.insert(SHARE, Column::numbers("failed", 0));
    }
    columns
}

/// A row; destination and answer, its first two cells, may hold hostile text.
pub(crate) fn row(standing: &Standing, moments: Moments) -> Vec<String> {
    let mut row = vec![
        standing.domain.clone(),
        standing.label.clone(),
        count(standing.recipients),
        count(standing.messages),
        moments.between(standing.first, standing.last),
    ];
    if let Some(failed) = standing.share {
        row.insert(SHARE, share(failed));
    }
    row
}
