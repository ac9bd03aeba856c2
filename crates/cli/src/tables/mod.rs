//! Tables of typed columns, the rows of events and fates, and Parquet files.

pub(crate) mod columns;
pub(crate) mod csv;
pub(crate) mod event_row;
pub(crate) mod fate_row;
#[cfg_attr(not(feature = "polars"), path = "no_parquet.rs")]
pub(crate) mod parquet;
pub(crate) mod rows;

/// True when this build reads and writes Parquet files.
pub(crate) const HAS_PARQUET: bool = cfg!(feature = "polars");

/// What a user is told otherwise.
pub(crate) const NO_PARQUET: &str = "this build of mailgap lacks Parquet (cargo feature polars)";

/// How a Parquet file is compressed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Packing {
    /// For files that are read where they are written: smaller ones take much longer to write and
    /// save little.
    Fast,
    /// For files that travel.
    Small,
}
