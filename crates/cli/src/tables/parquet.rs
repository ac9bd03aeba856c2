//! Reads and writes Parquet files: the only file that names polars.
//!
//! Files are read and written by groups of rows, each a [`Table`]. What a file means stands in its
//! metadata, a list of keys and values, and is known to those who write it: `archive/`.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, bail};
use polars_buffer::Buffer;
use polars_core::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};
use polars_io::parquet::write::{
    BatchedWriter, KeyValueMetadata, ParquetCompression, ParquetWriter, StatisticsOptions,
};
use polars_parquet::parquet::metadata::ColumnChunkMetadata;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::parquet::read::PageReader;
use polars_utils::compression::ZstdLevel;

use super::Packing;
use crate::tables::columns::{Data, Field, Kind, Lists, Table, Texts};

/// Writes a Parquet file, one group of rows after the other.
pub(crate) struct Writer(BatchedWriter<File>);

impl Writer {
    /// Starts a file of these columns. `metadata` is written into its footer.
    pub(crate) fn new(
        file: File,
        fields: &[Field],
        metadata: &[(&str, &str)],
        packing: Packing,
    ) -> Result<Writer> {
        let pairs = metadata
            .iter()
            .map(|&(key, value)| (key.to_owned(), value.to_owned()));
        let writer = ParquetWriter::new(file)
            .with_key_value_metadata(Some(KeyValueMetadata::from_static(pairs.collect())))
            .set_parallel(false);
        let zstd = |level| {
            Ok::<_, anyhow::Error>(ParquetCompression::Zstd(Some(ZstdLevel::try_new(level)?)))
        };
        let writer = match packing {
            Packing::Fast => writer.with_compression(zstd(3)?),
            Packing::Small => writer
                .with_compression(zstd(19)?)
                .with_statistics(StatisticsOptions::empty())
                // A column is one page, and is compressed as one.
                .with_data_page_size(Some(1 << 24)),
        };
        Ok(Writer(writer.batched(&schema(fields))?))
    }

    /// Writes the rows as one group.
    pub(crate) fn write(&mut self, rows: &Table) -> Result<()> {
        if rows.len() > 0 {
            self.0.write_batch(&frame(rows)?)?;
        }
        Ok(())
    }

    /// Writes the footer; gives the size of the file in bytes.
    pub(crate) fn finish(self) -> Result<u64> {
        Ok(self.0.finish()?)
    }
}

fn schema(fields: &[Field]) -> Schema {
    fields
        .iter()
        .map(|&(name, kind)| (PlSmallStr::from_static(name), dtype(kind)))
        .collect()
}

/// Reads a Parquet file, one group of rows after the other.
pub(crate) struct Reader {
    file: File,
    metadata: FileMetadataRef,
    /// First row and number of rows of each group.
    groups: Vec<(usize, usize)>,
}

impl Reader {
    /// Reads the foot of a file.
    pub(crate) fn open(path: &Path) -> Result<Reader> {
        let file = File::open(path)?;
        guarded(|| {
            let mut reader = ParquetReader::new(file.try_clone()?);
            let metadata = reader.get_metadata()?.clone();
            let mut first = 0;
            let groups = metadata.row_groups.iter().map(|group| {
                let rows = (first, group.num_rows());
                first += rows.1;
                rows
            });
            Ok(Reader {
                groups: groups.collect(),
                metadata,
                file,
            })
        })
    }

    /// How many groups of rows there are.
    pub(crate) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// How many rows there are in all groups.
    pub(crate) fn rows(&self) -> usize {
        self.metadata.num_rows
    }

    /// What the file's metadata says.
    pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
        let pairs = self.metadata.key_value_metadata.as_ref()?;
        let pair = pairs.iter().find(|pair| pair.key == key)?;
        pair.value.as_deref()
    }

    /// Compares the pages of a column of a group with the foot of the file. A page that says that
    /// it has more values than its column makes the library ask for more memory than there is,
    /// which ends the process.
    ///
    /// # Errors
    /// When a page has more values or more bytes than its column.
    fn check_pages(&self, column: &ColumnChunkMetadata) -> Result<()> {
        let std::ops::Range { start, end } = column.byte_range();
        let length = end.saturating_sub(start);
        if end > self.file.metadata()?.len() {
            bail!("it is damaged");
        }
        let mut bytes = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(start))?;
        file.take(length).read_to_end(&mut bytes)?;
        let largest = bytes.len();
        let pages = Cursor::new(Buffer::from(bytes));
        let mut values = 0_i64;
        for page in PageReader::new(pages, column, Vec::new(), largest) {
            let CompressedPage::Data(page) = page? else {
                continue;
            };
            let is_within =
                |size: usize, most: i64| i64::try_from(size).is_ok_and(|size| size <= most);
            if !is_within(page.num_values(), column.num_values() - values)
                || !is_within(page.uncompressed_size(), column.uncompressed_size())
            {
                bail!("it is damaged");
            }
            values += i64::try_from(page.num_values())?;
        }
        Ok(())
    }

    /// The rows of a group, these columns alone.
    ///
    /// # Errors
    /// Also when a column is missing or of another kind.
    pub(crate) fn read(&self, group: usize, fields: &[Field]) -> Result<Table> {
        let &rows = self.groups.get(group).context("no such group of rows")?;
        let names = fields.iter().map(|&(name, _)| name.to_owned()).collect();
        let frame = guarded(|| {
            let mut reader = ParquetReader::new(self.file.try_clone()?);
            reader.set_metadata(self.metadata.clone());
            let schema = reader.schema()?;
            for (name, _) in fields {
                if !schema.contains(name) {
                    bail!("the column {name} is missing");
                }
            }
            let columns = self.metadata.row_groups[group].parquet_columns();
            for column in columns {
                let path = &column.descriptor().path_in_schema;
                if fields
                    .iter()
                    .any(|(name, _)| path.first().is_some_and(|first| first == name))
                {
                    self.check_pages(column)?;
                }
            }
            Ok(reader
                .with_columns(Some(names))
                .with_slice(Some(rows))
                .read_parallel(ParallelStrategy::None)
                .finish()?)
        })?;
        let columns = fields.iter().map(|&(name, kind)| {
            let column = frame.column(name)?.as_materialized_series();
            if column.dtype() != &dtype(kind) {
                let (is, meant) = (column.dtype(), dtype(kind));
                bail!("the column {name} holds {is:?} and not {meant:?}");
            }
            Ok((name, data(column, kind)?))
        });
        let table = Table::of(columns.collect::<Result<_>>()?);
        if table.len() != rows.1 {
            bail!("found {} rows and not {}", table.len(), rows.1);
        }
        Ok(table)
    }
}

/// Damaged files make panics of the library: here they are errors like others.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| bail!("it is damaged"))
}

fn dtype(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::String,
        Kind::Int => DataType::Int64,
        Kind::UInt => DataType::UInt32,
        Kind::Float => DataType::Float64,
        Kind::Flag => DataType::Boolean,
        Kind::Time => DataType::Datetime(TimeUnit::Milliseconds, None),
        Kind::Floats => DataType::List(Box::new(DataType::Float64)),
    }
}

fn frame(rows: &Table) -> Result<DataFrame> {
    let columns = rows
        .columns()
        .iter()
        .map(|(name, data)| series(name, data).into_column());
    Ok(DataFrame::new(rows.len(), columns.collect())?)
}

fn series(name: &'static str, data: &Data) -> Series {
    let name = PlSmallStr::from_static(name);
    match data {
        Data::Text(texts) => StringChunked::from_iter_options(name, texts.iter()).into_series(),
        Data::Int(values) => Int64Chunked::from_slice_options(name, values).into_series(),
        Data::UInt(values) => UInt32Chunked::from_slice_options(name, values).into_series(),
        Data::Float(values) => Float64Chunked::from_slice_options(name, values).into_series(),
        Data::Flag(values) => BooleanChunked::from_slice_options(name, values).into_series(),
        Data::Time(values) => Int64Chunked::from_slice_options(name, values)
            .into_datetime(TimeUnit::Milliseconds, None)
            .into_series(),
        Data::Floats(lists) => {
            let mut builder = ListPrimitiveChunkedBuilder::<Float64Type>::new(
                name,
                data.len(),
                data.len(),
                DataType::Float64,
            );
            for list in lists.iter() {
                builder.append_opt_slice(list);
            }
            builder.finish().into_series()
        }
    }
}

fn data(series: &Series, kind: Kind) -> Result<Data> {
    Ok(match kind {
        Kind::Text => {
            let mut texts = Texts::default();
            for text in series.str()?.iter() {
                texts.push(text);
            }
            Data::Text(texts)
        }
        Kind::Int => Data::Int(series.i64()?.iter().collect()),
        Kind::UInt => Data::UInt(series.u32()?.iter().collect()),
        Kind::Float => Data::Float(series.f64()?.iter().collect()),
        Kind::Flag => Data::Flag(series.bool()?.iter().collect()),
        Kind::Time => Data::Time(series.datetime()?.physical().iter().collect()),
        Kind::Floats => {
            let mut lists = Lists::default();
            for list in series.list()?.amortized_iter() {
                let Some(list) = list else {
                    lists.push(None);
                    continue;
                };
                let values: Vec<f64> = list.as_ref().f64()?.iter().flatten().collect();
                lists.push(Some(&values));
            }
            Data::Floats(lists)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [Field; 7] = [
        ("text", Kind::Text),
        ("int", Kind::Int),
        ("uint", Kind::UInt),
        ("float", Kind::Float),
        ("flag", Kind::Flag),
        ("time", Kind::Time),
        ("floats", Kind::Floats),
    ];

    fn column<'t>(table: &'t Table, name: &str) -> &'t Data {
        let mut columns = table.columns().iter();
        &columns.find(|column| column.0 == name).unwrap().1
    }

    fn rows(from: i64, to: i64) -> Table {
        let mut table = Table::new(&FIELDS);
        for n in from..to {
            let mut row = table.row();
            if n % 3 == 0 {
                row.none(FIELDS.len());
                continue;
            }
            let text = format!("é{n}");
            row.text(Some(if n % 2 == 0 { "" } else { &text }));
            row.int(Some(-n));
            row.uint(u32::try_from(n).ok());
            row.float(Some(0.1 + n as f64));
            row.flag(Some(n % 2 == 0));
            row.time(Some(1_675_000_000_123 + n));
            row.floats(Some(if n % 2 == 0 { &[] } else { &[0.1, 2.0] }));
        }
        table
    }

    #[test]
    fn what_is_written_is_read_by_groups_and_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let file = File::create(&path).unwrap();
        let mut writer =
            Writer::new(file, &FIELDS, &[("schema", "test/1")], Packing::Fast).unwrap();
        let groups = [rows(0, 100), rows(100, 5_000), rows(5_000, 5_001)];
        for group in &groups {
            writer.write(group).unwrap();
        }
        let bytes = writer.finish().unwrap();
        assert_eq!(bytes, path.metadata().unwrap().len());

        let reader = Reader::open(&path).unwrap();
        assert_eq!((reader.groups(), reader.rows()), (3, 5_001));
        assert_eq!(reader.metadata("schema"), Some("test/1"));
        assert_eq!(reader.metadata("other"), None);
        for (n, group) in groups.iter().enumerate() {
            assert_eq!(&reader.read(n, &FIELDS).unwrap(), group);
        }
        let some = [FIELDS[5], FIELDS[0]];
        let read = reader.read(1, &some).unwrap();
        assert_eq!(read.columns().len(), 2);
        for name in ["text", "time"] {
            assert_eq!(column(&read, name), column(&groups[1], name));
        }

        let wrong = |fields: &[Field]| reader.read(0, fields).unwrap_err().to_string();
        assert_eq!(wrong(&[("no", Kind::Int)]), "the column no is missing");
        assert!(wrong(&[("text", Kind::Int)]).starts_with("the column text holds"));
    }
}
