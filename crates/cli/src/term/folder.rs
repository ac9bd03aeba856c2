//! The folder of `-o DIR`: several files of one answer.
//!
//! Each file appears whole: it is written beside its place under another name and then moved. What else the folder
//! holds stays.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::exit::{Failure, Result};

/// A folder that is made when something is written to it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Refuses what can be no folder before any work is done.
    pub(crate) fn open(path: &Path) -> Result<Folder> {
        let shown = path.display();
        if path.exists() && !path.is_dir() {
            return Err(Failure::with_hint(
                format!("-o {shown}: not a folder"),
                "several files are written, one for each table: name a folder, or a new one",
            ));
        }
        let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
        if let Some(parent) = parent.filter(|it| !it.is_dir()) {
            let parent = parent.display();
            return Err(Failure::new(format!(
                "-o {shown}: the folder {parent} does not exist"
            )));
        }
        Ok(Folder {
            path: path.to_owned(),
        })
    }

    /// Writes files by their names. Files that are also read are `inputs`: they are not overwritten.
    pub(crate) fn write(&self, files: &[(String, Vec<u8>)], inputs: &[PathBuf]) -> Result<()> {
        let folder = &self.path;
        if !folder.is_dir() {
            fs::create_dir(folder).with_context(|| format!("-o {}", folder.display()))?;
        }
        let inputs: Vec<PathBuf> = inputs
            .iter()
            .filter_map(|it| fs::canonicalize(it).ok())
            .collect();
        for (name, _) in files {
            let path = folder.join(name);
            if fs::canonicalize(&path).is_ok_and(|path| inputs.contains(&path)) {
                return Err(Failure::with_hint(
                    format!("-o {}: {name} in it is also an input", folder.display()),
                    "name another folder: the file would be overwritten",
                ));
            }
        }
        for (name, bytes) in files {
            let path = folder.join(name);
            let unfinished = folder.join(format!(".{name}.unfinished"));
            write_new(&unfinished, bytes)
                .and_then(|()| fs::rename(&unfinished, &path))
                .with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(())
    }
}

/// What a run that was ended left there is taken away; nothing that the name links to is written to.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let open = || OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = match open() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            open()?
        }
        opened => opened?,
    };
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_replace_their_like_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        let file = |text: &str| vec![("a.csv".to_owned(), text.as_bytes().to_vec())];
        Folder::open(&path).unwrap().write(&file("1"), &[]).unwrap();
        fs::write(path.join("mine.txt"), "mine").unwrap();
        fs::write(
            path.join(".a.csv.unfinished"),
            "left by a run that was ended",
        )
        .unwrap();
        Folder::open(&path).unwrap().write(&file("2"), &[]).unwrap();
        assert_eq!(fs::read_to_string(path.join("a.csv")).unwrap(), "2");
        assert_eq!(fs::read_to_string(path.join("mine.txt")).unwrap(), "mine");
        assert_eq!(fs::read_dir(&path).unwrap().count(), 2);
        let own = path.join("a.csv");
        let failure = Folder::open(&path)
            .unwrap()
            .write(&file("3"), &[own])
            .unwrap_err();
        assert!(failure.message().ends_with("a.csv in it is also an input"));
        assert_eq!(fs::read_to_string(path.join("a.csv")).unwrap(), "2");
    }

    #[test]
    fn what_can_be_no_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let message = |path: &Path| Folder::open(path).unwrap_err().message();
        assert!(message(&file).ends_with("file: not a folder"));
        assert!(message(&dir.path().join("a/b")).ends_with("a does not exist"));
    }
}
