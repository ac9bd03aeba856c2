//! The report as tables of CSV, one file for each: `docs/csv.md` has the columns.
//!
//! `1,libero.it,italiaonline.example,outage,false,false,2023-01-23T15:00:00.000Z,…`
//!
//! The first row names the columns, by the keys of the JSON; of a boundary `start` is the best guess, beside
//! `start_earliest` and `start_latest`. Times are RFC 3339 in UTC; what is not known is empty; lists stand in one cell
//! with blanks between. Texts are safe to open in a spreadsheet, see [`crate::tables::csv`].

mod tables;

pub(crate) use tables::{outages, tables};

use crate::tables::rows;
use crate::tables::rows::Cell;

/// One file.
pub(crate) struct Table {
    /// Without the ending.
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The name of its file.
    pub(crate) fn file_name(&self) -> String {
        format!("{}.csv", self.name)
    }

    /// The head and the rows.
    pub(crate) fn render(&self) -> Vec<u8> {
        let mut out = Vec::new();
        rows::csv::append_head(&self.columns, &mut out);
        for row in &self.rows {
            debug_assert_eq!(row.len(), self.columns.len(), "{}", self.name);
            rows::csv::append(row, &mut out);
        }
        out
    }
}

#[cfg(test)]
mod tests;
