//! Where lines come from: files, folders and standard input, plain or compressed.
//!
//! [`collect`] lists the inputs; `decompress` opens one, `reader` cuts it into blocks at line ends. Nothing is
//! mapped into memory: logs are truncated by their rotation while they are read.
#![deny(clippy::indexing_slicing)]

mod decompress;
mod journal;
pub(crate) mod kind;
pub(crate) mod mbox;
pub(crate) mod reader;

pub use kind::is_tally;

use std::collections::HashSet;
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::coverage::Unread;
use crate::time::Timestamp;

/// One log to read.
#[derive(Debug, Clone)]
pub struct Input {
    name: String,
    place: Place,
    size: Option<u64>,
    reference: Timestamp,
}

#[derive(Debug, Clone)]
enum Place {
    File(PathBuf),
    Stdin,
}

impl Input {
    /// A file. `now` stands in where the file system tells no time of change.
    pub fn file(path: &Path, now: Timestamp) -> io::Result<Input> {
        let metadata = fs::metadata(path)?;
        let changed = metadata.modified().ok().and_then(|time| {
            let millis = time.duration_since(UNIX_EPOCH).ok()?.as_millis();
            Some(Timestamp::from_millis(i64::try_from(millis).ok()?))
        });
        Ok(Input {
            name: path.display().to_string(),
            size: metadata.is_file().then_some(metadata.len()),
            reference: if metadata.is_file() {
                changed.unwrap_or(now)
            } else {
                now
            },
            place: Place::File(path.to_path_buf()),
        })
    }

    /// Standard input.
    pub fn stdin(now: Timestamp) -> Input {
        Input {
            name: "-".into(),
            place: Place::Stdin,
            size: None,
            reference: now,
        }
    }

    /// True unless it surely holds log lines. Looks at the first bytes of a file; a pipe cannot be looked at.
    pub(crate) fn may_be_mail(&self) -> bool {
        match &self.place {
            Place::File(path) if self.size.is_some() => {
                reader::recognise_file(path).is_ok_and(|kind| kind != kind::Kind::Lines)
            }
            Place::File(_) | Place::Stdin => true,
        }
    }

    /// The path as given, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of a regular file.
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) if self.size.is_some() => Some(path),
            _ => None,
        }
    }

    /// All bytes after decompression, for those who know what they are.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn Read>> {
        match &self.place {
            Place::File(path) => decompress::open(File::open(path)?),
            Place::Stdin => decompress::open(io::stdin()),
        }
    }

    /// Bytes on disk, before decompression; `None` for a pipe.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The time of change, or now for a pipe: what stamps without a year are judged by.
    pub fn reference(&self) -> Timestamp {
        self.reference
    }
}

/// What [`collect`] found.
#[derive(Debug, Clone, Default)]
pub struct Collected {
    /// What can be read, in the order given; the files of a folder in order of their names.
    pub inputs: Vec<Input>,
    /// What cannot.
    pub unread: Vec<Unread>,
}

/// Folders nested deeper than this are a mistake.
const MAX_DEPTH: usize = 32;

/// Lists the inputs behind the paths: files, folders (with all below them) and `-` for standard input.
///
/// A folder that links lead to again is read once. A pipe, a socket or a device is read where it is named, and
/// not where it only lies in a folder: it may never end.
pub fn collect(paths: &[PathBuf], now: Timestamp) -> Collected {
    let mut collected = Collected::default();
    for path in paths {
        if path.as_os_str() == "-" {
            collected.inputs.push(Input::stdin(now));
        } else {
            let mut walk = Walk {
                now,
                folders: HashSet::new(),
                collected: &mut collected,
            };
            walk.take(path, 0);
        }
    }
    collected
}

/// What one named path leads to.
struct Walk<'a> {
    now: Timestamp,
    /// Folders that were read, by the one path that has no links in it.
    folders: HashSet<PathBuf>,
    collected: &'a mut Collected,
}

impl Walk<'_> {
    fn take(&mut self, path: &Path, depth: usize) {
        if let Err(error) = self.try_take(path, depth) {
            let why = match error.kind() {
                io::ErrorKind::NotFound if path.is_symlink() => {
                    "is a link to what does not exist".to_owned()
                }
                io::ErrorKind::NotFound => "does not exist".to_owned(),
                _ => error.to_string(),
            };
            self.collected.unread.push(Unread {
                input: path.display().to_string(),
                why,
            });
        }
    }

    fn try_take(&mut self, path: &Path, depth: usize) -> io::Result<()> {
        let kind = fs::metadata(path)?.file_type();
        if kind.is_dir() {
            if depth > MAX_DEPTH {
                return Err(io::Error::other("folders are nested too deep"));
            }
            if self.folders.insert(fs::canonicalize(path)?) {
                for entry in entries(path)? {
                    self.take(&entry, depth + 1);
                }
            }
            return Ok(());
        }
        if depth > 0 && !kind.is_file() {
            let what = what_is(kind);
            return Err(io::Error::other(format!("is {what}: name it to read it")));
        }
        self.collected.inputs.push(Input::file(path, self.now)?);
        Ok(())
    }
}

/// What is no regular file.
#[cfg(unix)]
fn what_is(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// What is no regular file.
#[cfg(not(unix))]
fn what_is(_: FileType) -> &'static str {
    "no regular file"
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    // A Maildir keeps messages in `cur` and `new`, unfinished ones in `tmp`, and files of its server beside.
    if ["cur", "new", "tmp"]
        .iter()
        .all(|name| folder.join(name).is_dir())
    {
        entries.retain(|entry| entry.is_dir() && entry.file_name() != Some("tmp".as_ref()));
    }
    entries.sort();
    Ok(entries)
}
