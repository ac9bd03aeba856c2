//! Rows with named columns, in three formats.

pub(crate) mod csv;
pub(crate) mod jsonl;
pub(crate) mod text;

use mailgap_core::time::Timestamp;

/// What stands in one column of one row. Text of strangers stands here as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Number(u64),
    /// A length of time.
    Seconds(f64),
    /// A number that is no count: it stands as it is.
    Decimal(f64),
    Text(String),
    Time(Timestamp),
}

impl Cell {
    /// A word of our own.
    pub(crate) fn word(word: &'static str) -> Cell {
        Cell::Text(word.into())
    }

    /// Bytes of a log; those that are no UTF-8 become U+FFFD.
    pub(crate) fn bytes(bytes: Option<&[u8]>) -> Cell {
        bytes.map_or(Cell::Null, |bytes| {
            Cell::Text(String::from_utf8_lossy(bytes).into_owned())
        })
    }

    /// The same of what is empty when it is not said.
    pub(crate) fn said(bytes: &[u8]) -> Cell {
        Cell::bytes((!bytes.is_empty()).then_some(bytes))
    }

    pub(crate) fn time(time: Option<Timestamp>) -> Cell {
        time.map_or(Cell::Null, Cell::Time)
    }
}
