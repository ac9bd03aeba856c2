//! Rows as CSV: `address,refusals,first,last`, see [`crate::tables::csv`].

use super::Cell;
use crate::tables::csv;

/// The names of the columns.
pub(crate) fn append_head(columns: &[&str], out: &mut Vec<u8>) {
    csv::append_row(columns.iter().map(|name| csv::Cell::Text(name)), out);
}

/// Appends one row.
pub(crate) fn append(row: &[Cell], out: &mut Vec<u8>) {
    let times: Vec<String> = row
        .iter()
        .map(|cell| match cell {
            Cell::Time(time) => time.to_string(),
            _ => String::new(),
        })
        .collect();
    let cells = row.iter().zip(&times).map(|(cell, time)| match cell {
        Cell::Null => csv::Cell::Empty,
        Cell::Number(number) => csv::Cell::Number(number.to_string()),
        Cell::Seconds(seconds) => csv::Cell::Number(format!("{seconds:.0}")),
        Cell::Decimal(number) => csv::Cell::Number(number.to_string()),
        Cell::Text(text) => csv::Cell::Text(text),
        Cell::Time(_) => csv::Cell::Text(time),
    });
    csv::append_row(cells, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rome;

    #[test]
    fn every_kind_of_cell_has_a_form() {
        let row = [
            Cell::Text("=a@libero.it".into()),
            Cell::Null,
            Cell::Number(1200),
            Cell::Seconds(1.4),
            Cell::Time(rome("23 16:00")),
        ];
        let mut out = Vec::new();
        append_head(&["address", "b", "c", "d", "e"], &mut out);
        append(&row, &mut out);
        let expected = "address,b,c,d,e\n'=a@libero.it,,1200,1,2023-01-23T15:00:00.000Z\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
