//! Rows and columns of events and fates, and Parquet.

pub(crate) mod columns;
pub(crate) mod csv;
pub(crate) mod event_row;
pub(crate) mod fate_row;
pub(crate) mod frame;
pub(crate) mod rows;
