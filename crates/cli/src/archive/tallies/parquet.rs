//! Rows as Parquet: texts and whole numbers of 64 bits.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result};
use mailgap_core::survey::Tallied;
use mailgap_core::tally::{Number, TallyRow, Text};

use super::{check_schema, kind};
use crate::tables::columns::{Data, Field, Kind, Table};
use crate::tables::{Packing, parquet};

/// Rows of a group: some 50 MB in memory.
const GROUP: usize = 1 << 18;

const SCHEMA: &str = "schema";
const RECORD: &str = "record";

fn fields() -> Vec<Field> {
    let texts = Text::ALL.map(|column| (column.as_str(), Kind::Text));
    let numbers = Number::ALL.map(|column| (column.as_str(), Kind::Int));
    let mut fields = vec![(SCHEMA, Kind::Text), (RECORD, Kind::Text)];
    fields.extend(texts);
    fields.extend(numbers);
    fields
}

/// Writes rows to a file.
pub(crate) struct Writer {
    to: parquet::Writer,
    table: Table,
    written: Result<()>,
}

impl Writer {
    /// Starts a file.
    pub(crate) fn new(file: File) -> Result<Writer> {
        let fields = fields();
        let metadata = [("mailgap.schema", TallyRow::SCHEMA)];
        Ok(Writer {
            to: parquet::Writer::new(file, &fields, &metadata, Packing::Small)?,
            table: Table::new(&fields),
            written: Ok(()),
        })
    }

    /// Adds a row; an error is told at the end.
    pub(crate) fn add(&mut self, row: &TallyRow<'_>) {
        let mut to = self.table.row();
        to.text(Some(TallyRow::SCHEMA));
        to.text(Some(row.record.as_str()));
        for column in Text::ALL {
            to.text(row.text(column));
        }
        for column in Number::ALL {
            to.int(row.number(column));
        }
        if self.table.len() >= GROUP {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.written.is_ok() {
            self.written = self.to.write(&self.table);
        }
        self.table = Table::new(&fields());
    }

    /// Writes what is left and the foot.
    pub(crate) fn finish(mut self) -> Result<u64> {
        self.flush();
        self.written?;
        self.to.finish()
    }
}

/// Adds all rows; gives their number. Columns that are not known are passed over.
pub(super) fn read(path: &Path, tallied: &mut Tallied) -> Result<u64> {
    let reader = parquet::Reader::open(path).context("a Parquet file that cannot be read")?;
    let fields = fields();
    let mut number = 0;
    for group in 0..reader.groups() {
        let table = reader
            .read(group, &fields)
            .context("no tally, or one that is not whole")?;
        let mut columns = table.columns().iter().map(|(_, data)| data);
        let mut texts = || match columns.next() {
            Some(Data::Text(texts)) => Some(texts),
            _ => None, // never: the reader has checked
        };
        let (schema, record) = (texts(), texts());
        let texts = Text::ALL.map(|_| texts());
        let numbers = Number::ALL.map(|_| match columns.next() {
            Some(Data::Int(numbers)) => Some(numbers),
            _ => None,
        });
        for place in 0..table.len() {
            number += 1;
            let add = |tallied: &mut Tallied| -> Result<()> {
                check_schema(schema.and_then(|texts| texts.get(place)))?;
                let mut row = TallyRow::new(kind(record.and_then(|texts| texts.get(place)))?);
                for (column, texts) in Text::ALL.into_iter().zip(texts) {
                    let text = texts.and_then(|texts| texts.get(place));
                    row.set_text(column, text.map(Cow::Borrowed));
                }
                for (column, numbers) in Number::ALL.into_iter().zip(numbers) {
                    let number = numbers.and_then(|numbers| numbers.get(place));
                    row.set_number(column, number.copied().flatten());
                }
                Ok(tallied.add_row(&row)?)
            };
            add(tallied).with_context(|| format!("row {number}"))?;
        }
    }
    Ok(number)
}
