//! Small tables without borders, one line each row, so that rows can be marked and painted.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// Which way a column leans: words to the left, numbers to the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lean {
    Left,
    Right,
}

/// The header and the rows, aligned; cells must be safe text without line ends.
pub(crate) fn lines(columns: &[(&str, Lean)], rows: Vec<Vec<String>>) -> Vec<String> {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(columns.iter().map(|(name, _)| Cell::new(name)));
    for (place, (_, lean)) in columns.iter().enumerate() {
        if let Some(column) = table.column_mut(place) {
            column.set_padding((0, 2));
            column.set_cell_alignment(match lean {
                Lean::Left => CellAlignment::Left,
                Lean::Right => CellAlignment::Right,
            });
        }
    }
    table.add_rows(rows);
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}
