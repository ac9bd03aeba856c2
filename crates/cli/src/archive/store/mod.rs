//! A store: the events of whole inputs as Parquet, in a folder, so that the logs need not be kept.
//!
//! `DIR/day=2023-01-25/<fingerprint>-0.parquet` holds the rows of one input on one UTC day, and
//! `DIR/inputs/<fingerprint>.json` says what the input was and which files hold it. That manifest is written last:
//! an input is in the store when its manifest is. `DIR/.writing` is of a run that is writing, or was killed.

mod manifest;
mod raw;
mod read;
mod schema;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use mailgap_core::coverage::Unread;

use crate::exit::{Failure, Result};
use manifest::{Head, Manifest};

pub(crate) use read::Reading;
pub(crate) use write::{Days, Store as Writer};

/// What makes a folder a store.
const HEAD: &str = "mailgap-store.json";

/// The folder of manifests.
const INPUTS: &str = "inputs";

/// The folder of a run that is writing.
const WRITING: &str = ".writing";

/// Name and version of the layout; what only adds keeps the number.
const SCHEMA: &str = "mailgap.store/1";

/// True for a folder that is a store.
pub(crate) fn is_store(path: &Path) -> bool {
    path.join(HEAD).is_file()
}

/// Takes the stores out of the paths.
pub(crate) fn take_stores(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    paths.iter().cloned().partition(|path| is_store(path))
}

/// A store as its manifests tell it.
#[derive(Debug)]
pub(crate) struct Listed {
    folder: PathBuf,
    /// In order of the inputs' names.
    manifests: Vec<Manifest>,
    /// What of it cannot be understood.
    pub(crate) unread: Vec<Unread>,
}

impl Listed {
    /// Reads the manifests.
    ///
    /// # Errors
    /// When it is of a newer layout, or its head cannot be read.
    pub(crate) fn open(folder: &Path) -> Result<Listed> {
        check_head(folder)?;
        let mut listed = Listed {
            folder: folder.to_owned(),
            manifests: Vec::new(),
            unread: Vec::new(),
        };
        for path in sorted(&folder.join(INPUTS)) {
            if path.extension() != Some("json".as_ref()) {
                continue;
            }
            match Manifest::read(&path) {
                Ok(manifest) => listed.manifests.push(manifest),
                Err(error) => listed.unread.push(Unread {
                    input: path.display().to_string(),
                    why: format!("{error:#}; the input that it tells of is left out"),
                }),
            }
        }
        let name = |manifest: &Manifest| (manifest.name.clone(), manifest.fingerprint.clone());
        listed.manifests.sort_by_key(name);
        listed.find_foreign();
        Ok(listed)
    }

    /// Bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        let files = self.manifests.iter().flat_map(|manifest| &manifest.files);
        files.map(|file| file.bytes).sum()
    }

    /// Parquet files that no manifest lists.
    fn find_foreign(&mut self) {
        let files = self.manifests.iter().flat_map(|manifest| &manifest.files);
        let known: std::collections::HashSet<PathBuf> =
            files.map(|file| self.folder.join(&file.path)).collect();
        let is_written = self.folder.join(WRITING).exists();
        for day in sorted(&self.folder) {
            let name = day.file_name().and_then(|name| name.to_str());
            if !name.is_some_and(|name| name.starts_with("day=")) {
                continue;
            }
            for path in sorted(&day) {
                let is_parquet = path.extension() == Some("parquet".as_ref());
                // Of a run that is under way, or ended in the middle: the next one that writes takes it away.
                let is_leftover = is_written && is_our_name(&path);
                if is_parquet && !known.contains(&path) && !is_leftover {
                    self.unread.push(Unread {
                        input: path.display().to_string(),
                        why: "no input of this store has it, so it was left out: remove it, or write \
                              its log to the store with mailgap events -f parquet"
                            .to_owned(),
                    });
                }
            }
        }
    }
}

/// `<32 hexadecimal digits>-<number>.parquet`: a file that a run of ours gave its name.
fn is_our_name(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    stem.and_then(|stem| stem.split_once('-'))
        .is_some_and(|(fingerprint, number)| {
            fingerprint.len() == 32
                && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit())
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// Refuses a store of a newer layout.
fn check_head(folder: &Path) -> Result<()> {
    let path = folder.join(HEAD);
    let head = fs::read(&path)
        .map_err(anyhow::Error::new)
        .and_then(|text| Ok(serde_json::from_slice::<Head>(&text)?));
    let head = head.map_err(|error| {
        Failure::with_hint(
            format!("{}: {error:#}", path.display()),
            "it says which layout the store has; write the store again from the logs",
        )
    })?;
    if manifest::is_known(&head.schema) {
        return Ok(());
    }
    Err(Failure::with_hint(
        format!(
            "{}: the store has the layout {:?}, and this mailgap knows {SCHEMA:?}",
            folder.display(),
            head.schema
        ),
        "a newer mailgap reads it",
    ))
}

/// What lies in a folder, by name; nothing when it cannot be read.
fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[cfg(all(test, feature = "polars"))]
mod tests;
