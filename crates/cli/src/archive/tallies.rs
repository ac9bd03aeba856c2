//! Counts of other hosts as files: rows of JSON Lines or of Parquet, told by how they begin and not by their names.
//!
//! ```text
//! {"schema":"mailgap.tally/1","record":"logged","domain":"libero.it","host":"mx1","count":1}
//! ```
//!
//! A file is taken as a whole or not at all: half of its rows would make a report that is wrong.

mod jsonl;
mod parquet;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::io::Read;

use anyhow::{Result, bail};
use mailgap_core::coverage::Unread;
use mailgap_core::source::{Collected, Input, is_tally};
use mailgap_core::survey::{Progress, Tallied};
use mailgap_core::tally::{RowKind, TallyRow};

pub(crate) use jsonl::append;
pub(crate) use parquet::Writer;

/// What a Parquet file begins with.
const PARQUET: &[u8] = b"PAR1";

/// As much as the beginning of a row needs.
const HEAD: u64 = 256;

/// Takes the counts out of what was collected. A pipe cannot be looked at: it holds no counts.
pub(crate) fn take(collected: &mut Collected) -> Vec<Input> {
    let is_ours = |input: &Input| input.path().is_some() && begins_as_tally(input);
    let (tallies, logs) = collected.inputs.drain(..).partition(is_ours);
    collected.inputs = logs;
    tallies
}

fn begins_as_tally(input: &Input) -> bool {
    let head = head(input);
    head.starts_with(PARQUET) || is_tally(&head)
}

/// The first bytes; none where they cannot be read, which whoever reads all of it will tell.
fn head(input: &Input) -> Vec<u8> {
    let mut head = Vec::new();
    if let Ok(reader) = input.open() {
        let _ = reader.take(HEAD).read_to_end(&mut head);
    }
    head
}

/// Reads tallies one after the other, as they are asked for.
pub(crate) struct Reading<'t> {
    tallies: Vec<&'t Input>,
    progress: &'t dyn Progress,
    /// Those that could not be read.
    pub(crate) unread: RefCell<Vec<Unread>>,
}

impl<'t> Reading<'t> {
    pub(crate) fn new(tallies: &'t [Input], progress: &'t dyn Progress) -> Reading<'t> {
        let mut tallies: Vec<&Input> = tallies.iter().collect();
        // A sum comes before its parts, which are then left out, whatever the order of the names given.
        tallies.sort_by_key(|input| (Reverse(input.size()), input.name()));
        Reading {
            tallies,
            progress,
            unread: RefCell::default(),
        }
    }

    /// What they hold; those that cannot be read are noted.
    pub(crate) fn tallied(&self) -> impl Iterator<Item = Tallied> {
        self.tallies.iter().filter_map(|input| {
            let read = read(input);
            self.progress.add_bytes(input.size().unwrap_or_default());
            read.map_err(|error| {
                self.unread.borrow_mut().push(Unread {
                    input: input.name().to_owned(),
                    why: format!("{error:#}; nothing of it was counted"),
                });
            })
            .ok()
        })
    }
}

fn read(input: &Input) -> Result<Tallied> {
    let mut tallied = Tallied::new(input.name().to_owned());
    let rows = match input.path() {
        Some(path) if head(input).starts_with(PARQUET) => parquet::read(path, &mut tallied)?,
        _ => jsonl::read(input.open()?, &mut tallied)?,
    };
    if rows == 0 {
        bail!("a tally without a row");
    }
    Ok(tallied)
}

/// Checks the version that a row names.
fn check_schema(schema: Option<&str>) -> Result<()> {
    match schema {
        Some(TallyRow::SCHEMA) => Ok(()),
        // What only adds keeps the number.
        Some(other) if other.starts_with(TallyRow::SCHEMA_NAME) => bail!(
            "the schema is {other:?}, and this mailgap knows {:?}: a newer mailgap reads it",
            TallyRow::SCHEMA
        ),
        Some(other) => bail!("the schema is {other:?}, not {:?}", TallyRow::SCHEMA),
        None => bail!("schema is missing: expected {:?}", TallyRow::SCHEMA),
    }
}

/// What a row is about. A later version may have more than this one knows, and what is not known cannot be summed.
fn kind(record: Option<&str>) -> Result<RowKind> {
    match record.map(|name| (name, RowKind::from_name(name))) {
        Some((_, Some(kind))) => Ok(kind),
        Some((name, None)) => {
            bail!("the record {name:?} is not known to this mailgap: a newer mailgap may read it")
        }
        None => bail!("record is missing"),
    }
}

#[cfg(test)]
mod tests;
