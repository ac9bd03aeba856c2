//! Small tables without borders, one line each row, so that rows can be marked and painted.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::term::escape;

/// Which way a column leans: words to the left, numbers to the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lean {
    Left,
    Right,
}

/// A column: its name, which way it leans, and when it may be left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) lean: Lean,
    /// Where the table is too wide, columns are left out from 1 upwards; 0 stays.
    pub(crate) spare: u8,
}

impl Column {
    /// Words, which stay.
    pub(crate) const fn words(name: &'static str) -> Column {
        Column {
            name,
            lean: Lean::Left,
            spare: 0,
        }
    }

    /// Numbers, which stay where `spare` is 0.
    pub(crate) const fn numbers(name: &'static str, spare: u8) -> Column {
        Column {
            name,
            lean: Lean::Right,
            spare,
        }
    }
}

/// A table as lines; the first so many are its header.
pub(crate) struct Lines {
    pub(crate) header: usize,
    pub(crate) lines: Vec<String>,
}

impl Lines {
    fn width(&self) -> usize {
        let widths = self.lines.iter().map(|line| escape::width(line));
        widths.max().unwrap_or(0)
    }
}

/// The table in so many columns of the screen, if it can be: first the names of numbers are broken at their
/// spaces, then columns that may be spared are left out.
pub(crate) fn fitted(columns: &[Column], rows: Vec<Vec<String>>, room: usize) -> Lines {
    let (mut columns, mut rows) = (columns.to_vec(), rows);
    let named = |columns: &[Column]| -> Vec<(String, Lean)> {
        let name = |column: &Column| (column.name.to_owned(), column.lean);
        columns.iter().map(name).collect()
    };
    let broken = |columns: &[Column]| -> Vec<(String, Lean)> {
        let name = |column: &Column| match column.lean {
            Lean::Left => (column.name.to_owned(), column.lean),
            Lean::Right => (column.name.replace(' ', "\n"), column.lean),
        };
        columns.iter().map(name).collect()
    };
    let whole = lines(&named(&columns), rows.clone());
    if whole.width() <= room {
        return whole;
    }
    loop {
        let lines = lines(&broken(&columns), rows.clone());
        let spare = columns.iter().map(|column| column.spare);
        let next = spare.filter(|&spare| spare > 0).min();
        let Some(next) = next.filter(|_| lines.width() > room) else {
            return lines;
        };
        if let Some(place) = columns.iter().position(|column| column.spare == next) {
            columns.remove(place);
            for row in rows.iter_mut().filter(|row| place < row.len()) {
                row.remove(place);
            }
        }
    }
}

/// The header and the rows, aligned; cells must be safe text without line ends.
fn lines(columns: &[(String, Lean)], rows: Vec<Vec<String>>) -> Lines {
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
    let names = columns.iter().map(|(name, _)| name.lines().count());
    Lines {
        header: names.max().unwrap_or(1),
        lines: table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect(),
    }
}
