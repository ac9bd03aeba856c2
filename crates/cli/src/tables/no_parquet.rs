//! Stands in for `parquet.rs` in a build without the cargo feature `polars`: nothing can be opened.

use std::fs::File;
use std::path::Path;

use anyhow::{Result, bail};

use super::{NO_PARQUET, Packing};
use crate::tables::columns::{Field, Table};

/// Never made.
pub(crate) enum Writer {}

impl Writer {
    pub(crate) fn new(_: File, _: &[Field], _: &[(&str, &str)], _: Packing) -> Result<Writer> {
        bail!(NO_PARQUET)
    }

    pub(crate) fn write(&mut self, _: &Table) -> Result<()> {
        match *self {}
    }

    pub(crate) fn finish(self) -> Result<u64> {
        match self {}
    }
}

/// Never made.
pub(crate) enum Reader {}

impl Reader {
    pub(crate) fn open(_: &Path) -> Result<Reader> {
        bail!(NO_PARQUET)
    }

    pub(crate) fn groups(&self) -> usize {
        match *self {}
    }

    pub(crate) fn rows(&self) -> usize {
        match *self {}
    }

    pub(crate) fn metadata(&self, _: &str) -> Option<&str> {
        match *self {}
    }

    pub(crate) fn read(&self, _: usize, _: &[Field]) -> Result<Table> {
        match *self {}
    }
}
