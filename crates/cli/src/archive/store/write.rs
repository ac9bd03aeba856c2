//! Writing into a store: rows of blocks go to files by day, and files to their places when their input has ended.
//!
//! What is held is bounded: so many rows of all days together, and so many open files. A log that jumps between
//! days gives more files then, and smaller groups of rows.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use mailgap_core::survey::{Located, ReadInput, Record};
use mailgap_core::time::Timestamp;

use super::manifest::{self, Group, Head, Manifest, Part};
use super::{HEAD, INPUTS, SCHEMA, WRITING, check_head, is_our_name, is_store, schema, sorted};
use crate::exit::{self, Failure};
use crate::tables::columns::Table;
use crate::tables::parquet;
use crate::tables::{HAS_PARQUET, NO_PARQUET, Packing};

/// Rows of a group: larger ones are packed a little better and cost memory, writing and reading.
const GROUP: usize = 1 << 16;

/// Rows of all days that wait for their group to be full.
const MOST_WAITING: usize = 2 * GROUP;

/// Files that are open at one time.
const MOST_OPEN: usize = 16;

/// Days of which something is held; more are a log of forged stamps.
const MOST_DAYS: usize = 256;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The rows of a block by their UTC day since 1970.
#[derive(Debug, Default)]
pub(crate) struct Days(BTreeMap<i64, Rows>);

/// Rows of a day, and what is to be said of them.
#[derive(Debug)]
struct Rows {
    table: Table,
    part: Part,
}

impl Rows {
    fn new() -> Rows {
        Rows {
            table: Table::new(&schema::FIELDS),
            part: Part::default(),
        }
    }
}

impl Days {
    /// Adds what a line says.
    pub(crate) fn add(&mut self, located: &Located<'_>) {
        let time = match located.record {
            Record::Delivery(event, _) => event.time,
            Record::Queue(fact) => fact.time,
        };
        let time = time.as_millis();
        let rows = self.0.entry(time.div_euclid(DAY)).or_insert_with(Rows::new);
        schema::append(located, &mut rows.table);
        let line = i64::try_from(located.line).unwrap_or(i64::MAX);
        let part = &mut rows.part;
        match located.record {
            Record::Delivery(event, _) if event.dsn.is_some() => part.bounces += 1,
            Record::Delivery(..) => part.deliveries += 1,
            Record::Queue(_) => part.queue += 1,
        }
        part.take(
            time,
            time,
            Group {
                rows: 1,
                first_line: line,
                last_line: line,
            },
        );
    }

    fn len(&self) -> usize {
        self.0.values().map(|rows| rows.table.len()).sum()
    }
}

impl Part {
    /// Takes in rows of the same group.
    fn take(&mut self, first_ms: i64, last_ms: i64, group: Group) {
        let is_first = self.rows == 0;
        self.first_ms = if is_first {
            first_ms
        } else {
            self.first_ms.min(first_ms)
        };
        self.last_ms = if is_first {
            last_ms
        } else {
            self.last_ms.max(last_ms)
        };
        self.rows += group.rows;
        match self.groups.last_mut() {
            Some(mine) => {
                mine.rows += group.rows;
                mine.first_line = mine.first_line.min(group.first_line);
                mine.last_line = mine.last_line.max(group.last_line);
            }
            None => self.groups.push(group),
        }
    }

    /// Takes in other rows of the same group.
    fn add(&mut self, other: &Part) {
        if let Some(&group) = other.groups.last() {
            self.take(other.first_ms, other.last_ms, group);
            self.deliveries += other.deliveries;
            self.bounces += other.bounces;
            self.queue += other.queue;
        }
    }

    /// Takes in the next group of the same file.
    fn then(&mut self, group: &Part) {
        let mut groups = std::mem::take(&mut self.groups);
        groups.extend(&group.groups);
        self.add(group);
        self.groups = groups;
    }
}

/// A store that is being written.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    writing: PathBuf,
    /// Held as long as this lives: one run writes at a time.
    lock: File,
    names: Vec<String>,
    zone: (String, Option<i32>),
    /// Inputs under way, by their numbers.
    open: BTreeMap<usize, Open>,
    ended: BTreeMap<usize, ReadInput>,
    waiting: usize,
    files: usize,
    /// What became of the inputs.
    written: Written,
}

/// What a run has written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Inputs that are in the store now and were not before.
    pub(crate) added: Vec<String>,
    /// Inputs that were in it, with the names under which they are.
    pub(crate) known: Vec<(String, String)>,
    /// Rows that were added, and the bytes of their files.
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// An input under way.
#[derive(Debug, Default)]
struct Open {
    days: BTreeMap<i64, Day>,
    /// Files that are complete: day, place, and what is said of them.
    done: Vec<(i64, PathBuf, Part)>,
}

/// A day of an input under way.
struct Day {
    waiting: Rows,
    file: Option<(parquet::Writer, PathBuf, Part)>,
}

impl std::fmt::Debug for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Day").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in that folder, or begins one.
    pub(crate) fn open(
        folder: &Path,
        names: Vec<String>,
        zone: (String, Option<i32>),
    ) -> exit::Result<Store> {
        if !HAS_PARQUET {
            return Err(Failure::with_hint(
                format!("-f parquet: {NO_PARQUET}"),
                "build it with its default features, or write -f jsonl",
            ));
        }
        if is_store(folder) {
            check_head(folder)?;
        } else if folder.exists() {
            if !folder.is_dir() {
                return Err(Failure::with_hint(
                    format!("-o {}: a store is a folder", folder.display()),
                    "name a folder that does not exist yet, or a store",
                ));
            }
            // A run that was killed before it had said that this is a store leaves its own folder alone.
            let mut others = sorted(folder).into_iter();
            if others.any(|path| path.file_name() != Some(WRITING.as_ref())) {
                return Err(Failure::with_hint(
                    format!(
                        "-o {}: the folder is no store, and there is something in it",
                        folder.display()
                    ),
                    "name a folder that does not exist yet, or a store",
                ));
            }
        }
        let writing = folder.join(WRITING);
        let made = fs::create_dir_all(&writing).and_then(|()| {
            let mut options = File::options();
            options.write(true).create(true).truncate(false);
            options.open(writing.join("lock"))
        });
        let lock = made.with_context(|| format!("-o {}", folder.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::with_hint(
                    format!("-o {}: another run is writing into it", folder.display()),
                    "wait for it; runs that read do not mind",
                ));
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("-o {}", writing.display()))?;
            }
        }
        let store = Store {
            folder: folder.to_owned(),
            writing,
            lock,
            names,
            zone,
            open: BTreeMap::new(),
            ended: BTreeMap::new(),
            waiting: 0,
            files: 0,
            written: Written::default(),
        };
        store.clean()?;
        if !is_store(folder) {
            let head = Head {
                schema: SCHEMA.to_owned(),
                written_by: format!("mailgap {}", env!("CARGO_PKG_VERSION")),
            };
            store.put(&serde_json::to_string_pretty(&head)?, &folder.join(HEAD))?;
        }
        Ok(store)
    }

    /// Takes away what a run left behind that was killed.
    fn clean(&self) -> Result<()> {
        for path in sorted(&self.writing) {
            if path.is_dir() {
                fs::remove_dir_all(&path)?;
            } else if path.file_name() != Some("lock".as_ref()) {
                fs::remove_file(&path)?;
            }
        }
        for day in sorted(&self.folder) {
            for path in sorted(&day).into_iter().filter(|path| is_our_name(path)) {
                let name = path.file_name().and_then(|name| name.to_str());
                let of = name.and_then(|name| name.split_once('-'));
                if of.is_some_and(|(fingerprint, _)| !self.manifest(fingerprint).exists()) {
                    fs::remove_file(&path)?;
                }
            }
        }
        Ok(())
    }

    fn manifest(&self, fingerprint: &str) -> PathBuf {
        self.folder.join(INPUTS).join(format!("{fingerprint}.json"))
    }

    /// Writes a small file whole or not at all.
    fn put(&self, text: &str, path: &Path) -> Result<()> {
        let new = self.writing.join("new.json");
        fs::write(&new, format!("{text}\n"))
            .and_then(|()| fs::rename(&new, path))
            .with_context(|| path.display().to_string())
    }

    /// Takes the rows of the next block. Inputs come one after the other.
    pub(crate) fn add(&mut self, input: usize, days: &Days) -> Result<()> {
        self.commit(input)?;
        if days.len() == 0 {
            return Ok(());
        }
        let open = self.open.entry(input).or_default();
        let mut full = Vec::new();
        for (&day, rows) in &days.0 {
            let mine = open.days.entry(day).or_insert_with(|| Day {
                waiting: Rows::new(),
                file: None,
            });
            mine.waiting.table.append(&rows.table);
            mine.waiting.part.add(&rows.part);
            self.waiting += rows.table.len();
            if mine.waiting.table.len() >= GROUP {
                full.push(day);
            }
        }
        for day in full {
            self.flush(input, day)?;
        }
        self.bound(input)
    }

    /// Keeps what is held within its bounds.
    fn bound(&mut self, input: usize) -> Result<()> {
        loop {
            let Some(open) = self.open.get_mut(&input) else {
                return Ok(());
            };
            // Of days that are written and closed nothing is held.
            open.days
                .retain(|_, day| day.file.is_some() || day.waiting.table.len() > 0);
            if self.waiting <= MOST_WAITING && open.days.len() <= MOST_DAYS {
                return Ok(());
            }
            let is_many = open.days.len() > MOST_DAYS;
            let days = open.days.iter();
            let largest = days.map(|(&day, of)| (of.waiting.table.len(), day)).max();
            let Some((_, day)) = largest else {
                return Ok(());
            };
            self.flush(input, day)?;
            if is_many && let Some(open) = self.open.get_mut(&input) {
                self.files -= open.close(day)?;
            }
        }
    }

    /// Writes what waits of a day as a group of rows.
    fn flush(&mut self, input: usize, day: i64) -> Result<()> {
        if self.files >= MOST_OPEN
            && let Some(open) = self.open.get_mut(&input)
            && open.days.get(&day).is_some_and(|day| day.file.is_none())
        {
            self.files -= open.close_one()?;
        }
        let Some((done, of)) = self
            .open
            .get_mut(&input)
            .and_then(|open| Some((open.done.len(), open.days.get_mut(&day)?)))
        else {
            return Ok(());
        };
        let rows = of.waiting.table.len();
        if rows == 0 {
            return Ok(());
        }
        if of.file.is_none() {
            let path = self.writing.join(format!("{input}-{day}-{done}.parquet"));
            let file = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&path)
                .with_context(|| path.display().to_string())?;
            let metadata = [("mailgap.schema", SCHEMA)];
            let writer = parquet::Writer::new(file, &schema::FIELDS, &metadata, Packing::Fast)?;
            of.file = Some((writer, path, Part::default()));
            self.files += 1;
        }
        if let Some((writer, path, part)) = &mut of.file {
            writer
                .write(&of.waiting.table)
                .with_context(|| path.display().to_string())?;
            part.then(&of.waiting.part);
        }
        // Another day may come next: its room is not kept.
        of.waiting = Rows::new();
        self.waiting -= rows;
        Ok(())
    }

    /// Notes that an input has been read. Its last rows may come later.
    pub(crate) fn end(&mut self, input: ReadInput) {
        self.ended.insert(input.number, input);
    }

    /// Puts into their places the inputs before this one that have ended.
    fn commit(&mut self, before: usize) -> Result<()> {
        while let Some((&number, _)) = self.ended.range(..before).next() {
            if let Some(read) = self.ended.remove(&number) {
                self.commit_one(&read)?;
            }
        }
        Ok(())
    }

    fn commit_one(&mut self, read: &ReadInput) -> Result<()> {
        let days: Vec<i64> = self
            .open
            .get(&read.number)
            .map(|open| open.days.keys().copied().collect())
            .unwrap_or_default();
        for day in days {
            self.flush(read.number, day)?;
        }
        let mut open = self.open.remove(&read.number).unwrap_or_default();
        while open.days.values().any(|day| day.file.is_some()) {
            self.files -= open.close_one()?;
        }
        let name = self.names.get(read.number).cloned().unwrap_or_default();
        let fingerprint = manifest::hex(read.fingerprint);
        let path = self.manifest(&fingerprint);
        let known = path.exists().then(|| Manifest::read(&path));
        // What could not be read to its end is no whole input: the next run may have all of it.
        if read.error.is_some() || known.is_some() {
            for (_, path, _) in open.done {
                fs::remove_file(&path)?;
            }
            if let (None, Some(known)) = (&read.error, known) {
                self.written.known.push((name, known?.name));
            }
            return Ok(());
        }
        let mut files = Vec::new();
        for (number, (day, from, part)) in open.done.into_iter().enumerate() {
            let (bytes, checksum) = manifest::checksum(&from)?;
            let folder = format!("day={}", date(day));
            fs::create_dir_all(self.folder.join(&folder))?;
            let path = format!("{folder}/{fingerprint}-{number}.parquet");
            fs::rename(&from, self.folder.join(&path)).with_context(|| path.clone())?;
            self.written.rows += part.rows;
            self.written.bytes += bytes;
            files.push(Part {
                path,
                bytes,
                checksum,
                ..part
            });
        }
        let of = (read.fingerprint, read.bytes);
        let zone = (self.zone.0.as_str(), self.zone.1);
        let manifest = Manifest::new(&name, of, zone, &read.coverage, files);
        fs::create_dir_all(self.folder.join(INPUTS))?;
        self.put(&serde_json::to_string_pretty(&manifest)?, &path)?;
        self.written.added.push(name);
        Ok(())
    }

    /// All inputs have been read.
    pub(crate) fn finish(mut self) -> Result<Written> {
        self.commit(usize::MAX)?;
        let Store {
            writing,
            lock,
            written,
            ..
        } = self;
        // Who waits for the lock finds the folder gone, or makes it anew: both are well.
        fs::remove_dir_all(&writing)?;
        drop(lock);
        Ok(written)
    }
}

impl Open {
    /// Closes the file of the earliest day: logs go forward. Gives how many were closed.
    fn close_one(&mut self) -> Result<usize> {
        let mut open = self.days.iter().filter(|(_, of)| of.file.is_some());
        let first = open.next().map(|(&day, _)| day);
        first.map_or(Ok(0), |day| self.close(day))
    }

    /// Closes the file of that day, if it is open. Gives how many were closed.
    fn close(&mut self, day: i64) -> Result<usize> {
        let of = self.days.get_mut(&day);
        let Some((writer, path, part)) = of.and_then(|of| of.file.take()) else {
            return Ok(0);
        };
        writer
            .finish()
            .with_context(|| path.display().to_string())?;
        self.done.push((day, path, part));
        Ok(1)
    }
}

/// `2023-01-25`
fn date(day: i64) -> String {
    let time = Timestamp::from_millis(day.saturating_mul(DAY)).to_string();
    time.split('T').next().unwrap_or_default().to_owned()
}
