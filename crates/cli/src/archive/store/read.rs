//! Reading a store: the events of each input go through the fold of lines, in the order of its lines.
//!
//! An input lies in several files, and lines of two days may be mixed, around midnight or in any log that is in no
//! order. Groups of rows whose lines follow each other are taken at one time by several threads; groups whose
//! lines are mixed are merged by their numbers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use mailgap_core::coverage::Unread;
use mailgap_core::survey::{Options, Progress, Recorded, Recorder};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::Listed;
use super::manifest::{Group, Manifest, Part, checksum};
use super::schema::{self, Rows, Said};
use crate::tables::columns::Field;
use crate::tables::parquet::Reader;
use crate::tables::{HAS_PARQUET, NO_PARQUET};

/// Stores that are being read.
pub(crate) struct Reading<'a> {
    stores: &'a [Listed],
    options: &'a Options,
    progress: &'a dyn Progress,
    unread: Mutex<Vec<Unread>>,
}

/// A file of an input, and what is to be read of it.
struct Source<'a> {
    part: &'a Part,
    reader: Reader,
    fields: Vec<Field>,
    /// Of facts about queued messages alone.
    queue_only: bool,
}

/// Groups of rows, as (file, group), whose lines come after those of all units before it.
type Unit = Vec<(usize, usize)>;

impl<'a> Reading<'a> {
    pub(crate) fn new(
        stores: &'a [Listed],
        options: &'a Options,
        progress: &'a dyn Progress,
    ) -> Reading<'a> {
        let unread = stores.iter().flat_map(|store| store.unread.clone());
        Reading {
            stores,
            options,
            progress,
            unread: Mutex::new(unread.collect()),
        }
    }

    /// What could not be read.
    pub(crate) fn unread(&self) -> MutexGuard<'_, Vec<Unread>> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The inputs, one after the other. What cannot be read is noted, and left out.
    pub(crate) fn recorded(&self) -> impl Iterator<Item = Recorded> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(self.options.jobs)
            .build();
        let inputs = self.stores.iter().flat_map(|store| {
            let inputs = store.manifests.iter();
            inputs.map(move |manifest| (store.folder.as_path(), manifest))
        });
        let mut inputs: Vec<(&Path, &Manifest)> = inputs.collect();
        inputs.sort_by_key(|(_, manifest)| &manifest.name);
        inputs.into_iter().filter_map(move |(folder, manifest)| {
            let pool = pool.as_ref().map_err(|error| anyhow::anyhow!("{error}"));
            match pool.and_then(|pool| self.input(folder, manifest, pool)) {
                Ok(recorded) => Some(recorded),
                Err(error) => {
                    self.unread().push(Unread {
                        input: format!("{}, input {}", folder.display(), manifest.name),
                        why: format!(
                            "{error:#}; nothing of this input was counted: write its log to the store \
                             again, after removing {}/{}.json",
                            super::INPUTS,
                            manifest.fingerprint
                        ),
                    });
                    None
                }
            }
        })
    }

    fn input(&self, folder: &Path, manifest: &Manifest, pool: &ThreadPool) -> Result<Recorded> {
        if !HAS_PARQUET {
            bail!(NO_PARQUET);
        }
        let (mut early, mut late, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        for part in &manifest.files {
            let is_late = |until: mailgap_core::time::Timestamp| part.first_ms >= until.as_millis();
            let is_early = |since: mailgap_core::time::Timestamp| part.last_ms < since.as_millis();
            if self.options.until.is_some_and(is_late) {
                late.push(part);
                continue;
            }
            // Who sent a message may be told before the time that is asked for; of the rest nothing is wanted unless
            // it is history.
            let queue_only =
                !self.options.history_before_since && self.options.since.is_some_and(is_early);
            if queue_only && part.deliveries + part.bounces > 0 {
                early.push(part);
            }
            let source = Source::open(folder, part, queue_only);
            sources.push(source.with_context(|| part.path.clone())?);
        }
        let units = units(manifest.files.len(), &sources);
        let options = self.options;
        let recorded = pool.install(|| {
            units
                .par_iter()
                .try_fold(
                    || Recorder::new(options),
                    |mut recorder, unit| {
                        self.unit(unit, &sources, &mut recorder)?;
                        Ok::<_, anyhow::Error>(recorder)
                    },
                )
                .map(|recorder| recorder.map(Recorder::part))
                .try_reduce(
                    || Recorder::new(options).part(),
                    |first, next| Ok(first.then(next)),
                )
        })?;
        Ok(recorded.with_origin(manifest.origin(&early, &late)))
    }

    /// Takes the rows of some groups in the order of their lines.
    fn unit(&self, unit: &Unit, sources: &[Source<'_>], recorder: &mut Recorder<'_>) -> Result<()> {
        // Of each file its groups, which follow each other.
        let mut cursors: Vec<Cursor<'_, '_>> = Vec::new();
        for &(file, group) in unit {
            let source = sources.get(file).context("no such file")?;
            match cursors.iter_mut().find(|cursor| cursor.file == file) {
                Some(cursor) => cursor.groups.push(group),
                None => cursors.push(Cursor {
                    file,
                    source,
                    groups: vec![group],
                    next: 0,
                    rows: None,
                    row: 0,
                }),
            }
        }
        let mut heap = BinaryHeap::new();
        for (number, cursor) in cursors.iter_mut().enumerate() {
            if let Some(line) = self.start(cursor)? {
                heap.push(Reverse((line, number)));
            }
        }
        while let Some(Reverse((_, number))) = heap.pop() {
            let until = heap.peek().map(|&Reverse(next)| next);
            let Some(cursor) = cursors.get_mut(number) else {
                continue;
            };
            // As long as no other file comes first.
            loop {
                cursor.take(recorder)?;
                let Some(line) = self.start(cursor)? else {
                    break;
                };
                if until.is_some_and(|until| (line, number) > until) {
                    heap.push(Reverse((line, number)));
                    break;
                }
            }
        }
        Ok(())
    }

    /// The line of the next row of a file; reads its next group of rows where that is due.
    fn start(&self, cursor: &mut Cursor<'_, '_>) -> Result<Option<i64>> {
        loop {
            if let Some(rows) = &cursor.rows
                && cursor.row < rows.len()
            {
                let line = rows
                    .line(cursor.row)
                    .context("the line of a row is missing");
                return line
                    .map(Some)
                    .with_context(|| cursor.source.part.path.clone());
            }
            let Some(&group) = cursor.groups.get(cursor.next) else {
                return Ok(None);
            };
            cursor.rows = None; // before the next one is read
            let source = cursor.source;
            let table = source.reader.read(group, &source.fields);
            let table = table.with_context(|| source.part.path.clone())?;
            let told = source.part.groups.get(group).map_or(0, |group| group.rows);
            if table.len() as u64 != told {
                bail!("{}: has other rows than it should have", source.part.path);
            }
            cursor.rows = Some(Rows::new(table));
            cursor.row = 0;
            cursor.next += 1;
            let bytes = source.part.bytes / source.part.groups.len().max(1) as u64;
            self.progress.add_bytes(bytes);
        }
    }
}

/// Where reading stands in a file.
struct Cursor<'s, 'a> {
    file: usize,
    source: &'s Source<'a>,
    /// The groups to read, and the next one's place among them.
    groups: Vec<usize>,
    next: usize,
    rows: Option<Rows>,
    row: usize,
}

impl Cursor<'_, '_> {
    /// Takes the row where it stands.
    fn take(&mut self, recorder: &mut Recorder<'_>) -> Result<()> {
        let Some(rows) = &mut self.rows else {
            return Ok(());
        };
        let row = self.row;
        self.row += 1;
        if self.source.queue_only && !rows.is_queue(row) {
            return Ok(());
        }
        match rows.said(row) {
            Ok(Said::Delivery(event)) => recorder.delivery(&event),
            Ok(Said::Queue(fact)) => recorder.queue(&fact),
            Err(column) => bail!(
                "{}: the column {column} says what no event says",
                self.source.part.path
            ),
        }
        Ok(())
    }
}

impl<'a> Source<'a> {
    /// Opens a file, and makes sure that it is what was written.
    fn open(folder: &Path, part: &'a Part, queue_only: bool) -> Result<Source<'a>> {
        let path = folder.join(&part.path);
        let (bytes, sum) = checksum(&path)?;
        if bytes != part.bytes {
            bail!("has {bytes} bytes and not {}", part.bytes);
        }
        if sum != part.checksum {
            bail!("is damaged: its checksum is not the one that was noted");
        }
        let reader = Reader::open(&path)?;
        let schema = reader.metadata("mailgap.schema").unwrap_or_default();
        if !super::manifest::is_known(schema) {
            bail!(
                "it has the layout {schema:?}, and this mailgap knows {:?}",
                super::SCHEMA
            );
        }
        if reader.groups() != part.groups.len() || reader.rows() as u64 != part.rows {
            bail!("has other rows than it should have");
        }
        Ok(Source {
            part,
            reader,
            fields: if queue_only {
                schema::queue_fields()
            } else {
                schema::fields()
            },
            queue_only,
        })
    }
}

/// Groups of rows in the order of their lines; those whose lines are mixed stand in one unit.
fn units(files: usize, sources: &[Source<'_>]) -> Vec<Unit> {
    let mut all: Vec<(Group, usize, usize)> = Vec::with_capacity(files);
    for (file, source) in sources.iter().enumerate() {
        let groups = source.part.groups.iter().enumerate();
        all.extend(groups.map(|(number, &group)| (group, file, number)));
    }
    all.sort_by_key(|&(group, file, number)| (group.first_line, file, number));
    let mut units: Vec<Unit> = Vec::new();
    let mut last = i64::MIN;
    for (group, file, number) in all {
        match units.last_mut() {
            Some(unit) if group.first_line <= last => unit.push((file, number)),
            _ => units.push(vec![(file, number)]),
        }
        last = last.max(group.last_line);
    }
    units
}
