//! Rows for people: aligned columns under their names, times on the zone's clocks.

use super::Cell;
use crate::term::escape;
use crate::words::numbers::{count, length};
use crate::words::times::Moments;

/// Columns of a cell; longer ones are cut, but for addresses in front and what stands last.
const MOST_COLUMNS: usize = 40;

/// All rows with their heads.
pub(crate) fn render(columns: &[&str], rows: Vec<Vec<Cell>>, moments: Moments) -> String {
    let heads = columns.iter().map(|name| name.replace('_', " ")).collect();
    let mut table: Vec<Vec<String>> = vec![heads];
    table.extend(rows.into_iter().map(|row| {
        let last = row.len().saturating_sub(1);
        row.into_iter()
            .enumerate()
            .map(|(place, cell)| {
                let text = words(cell, moments);
                if place == 0 || place == last {
                    escape::line(&text).into_owned()
                } else {
                    escape::fit(&text, MOST_COLUMNS)
                }
            })
            .collect()
    }));
    let mut widths = vec![0; columns.len()];
    for row in &table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = escape::width(cell).max(*width);
        }
    }
    let mut out = String::new();
    for row in &table {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            let gap = width.saturating_sub(escape::width(cell)) + 2;
            line.extend(std::iter::repeat_n(' ', gap));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn words(cell: Cell, moments: Moments) -> String {
    match cell {
        Cell::Null => "-".to_owned(),
        Cell::Number(number) => count(number),
        Cell::Seconds(seconds) => length(seconds),
        Cell::Decimal(number) => number.to_string(),
        Cell::Text(text) => text,
        Cell::Time(time) => moments.exact(time),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::testing::{MOMENTS, rome};

    #[test]
    fn columns_are_aligned_and_controls_are_shown() {
        let rows = vec![
            vec![
                Cell::Text("a@libero.it".into()),
                Cell::Number(1200),
                Cell::Time(rome("25 20:03")),
            ],
            vec![
                Cell::Text("\x1b@virgilio.it".into()),
                Cell::Null,
                Cell::Text("550 no".into()),
            ],
        ];
        assert_snapshot!(render(&["address", "refusals", "last"], rows, MOMENTS), @"
        address           refusals  last
        a@libero.it       1,200     25 Jan 20:03
        \\x1b@virgilio.it  -         550 no
        ");
    }
}
