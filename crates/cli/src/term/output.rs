//! Where data goes: standard output, or the file of `-o`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use mailgap_core::source::Input;

use crate::exit::{Failure, Result};

/// A place for data. A reader that went away is no error: nothing more is written then.
pub(crate) struct Output<'a> {
    to: Target<'a>,
    closed: bool,
}

enum Target<'a> {
    Stream(&'a mut (dyn Write + Send)),
    File {
        file: File,
        path: PathBuf,
        /// What was there before is cut off by the first write, so that a failed run leaves it alone.
        fresh: bool,
    },
}

impl<'a> Output<'a> {
    /// The file, or `out` without one. A file that is also read is refused: it would be lost.
    pub(crate) fn open(
        path: Option<&Path>,
        out: &'a mut (dyn Write + Send),
        inputs: &[Input],
    ) -> Result<Output<'a>> {
        let Some(path) = path else {
            return Ok(Output {
                to: Target::Stream(out),
                closed: false,
            });
        };
        if let Ok(target) = fs::canonicalize(path)
            && inputs
                .iter()
                .any(|input| fs::canonicalize(input.name()).is_ok_and(|input| input == target))
        {
            return Err(Failure::with_hint(
                format!("-o {}: the file is also an input", path.display()),
                "name another file: this one would be overwritten",
            ));
        }
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| no_file(path, error))?;
        Ok(Output {
            to: Target::File {
                file,
                path: path.to_owned(),
                fresh: true,
            },
            closed: false,
        })
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// Broken pipe tells the caller to stop early; [`Output::finish`] makes no error of it.
    pub(crate) fn write(&mut self, data: &[u8]) -> io::Result<()> {
        let written = match &mut self.to {
            Target::Stream(out) => out.write_all(data),
            Target::File { file, fresh, .. } => {
                start(file, fresh).and_then(|()| file.write_all(data))
            }
        };
        if written
            .as_ref()
            .is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        {
            self.closed = true;
        }
        written
    }

    /// The file for those who write it themselves, empty; `None` for standard output.
    pub(crate) fn into_file(self) -> Result<Option<File>> {
        match self.to {
            Target::Stream(_) => Ok(None),
            Target::File {
                mut file,
                path,
                mut fresh,
            } => {
                start(&mut file, &mut fresh)
                    .with_context(|| format!("writing {}", path.display()))?;
                Ok(Some(file))
            }
        }
    }

    /// True when the reader went away.
    pub(crate) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Ends the writing, and makes of its error what the user should see.
    pub(crate) fn finish(mut self, written: io::Result<()>) -> Result<()> {
        let written = written.and_then(|()| match &mut self.to {
            Target::Stream(out) => out.flush(),
            Target::File { file, fresh, .. } => start(file, fresh),
        });
        match written {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => {
                let place = match &self.to {
                    Target::Stream(_) => "standard output".to_owned(),
                    Target::File { path, .. } => path.display().to_string(),
                };
                Err(error).with_context(|| format!("writing {place}"))?
            }
        }
    }
}

/// Why a file cannot be written: mostly it is its folder.
fn no_file(path: &Path, error: io::Error) -> Failure {
    let flag = format!("-o {}", path.display());
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => {
            let folder = folder.display();
            Failure::new(format!("{flag}: the folder {folder} does not exist"))
        }
        _ => anyhow::Error::new(error).context(flag).into(),
    }
}

/// Cuts off what the file held. A pipe or a device has no length to set.
fn start(file: &mut File, fresh: &mut bool) -> io::Result<()> {
    if std::mem::take(fresh) && file.metadata()?.is_file() {
        file.set_len(0)?;
    }
    Ok(())
}

/// The file of `-o`; `-` is standard output.
pub(crate) fn file(flag: Option<&PathBuf>) -> Option<&Path> {
    flag.map(PathBuf::as_path)
        .filter(|path| *path != Path::new("-"))
}

/// The format by `-f`, else by the ending of `-o`, else `default`.
pub(crate) fn format<F: clap::ValueEnum>(
    flag: Option<F>,
    file: Option<&Path>,
    default: F,
) -> Result<F> {
    match (flag, file) {
        (Some(format), _) => Ok(format),
        (None, None) => Ok(default),
        // A device (/dev/null, /dev/stderr) takes what standard output does.
        (None, Some(path)) if path.starts_with("/dev") => Ok(default),
        (None, Some(path)) => {
            let ending = path.extension().and_then(|ending| ending.to_str());
            ending
                .and_then(|ending| {
                    let ending = match ending {
                        "txt" => "text",
                        "md" => "markdown",
                        _ => ending,
                    };
                    F::from_str(ending, true).ok()
                })
                .ok_or_else(|| {
                    let known: Vec<_> = F::value_variants()
                        .iter()
                        .filter_map(F::to_possible_value)
                        .map(|value| value.get_name().to_owned())
                        .collect();
                    let lines = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
                        && known.iter().any(|name| name == "jsonl");
                    let hint = if lines {
                        let named = path.with_extension("jsonl");
                        format!(
                            "this command writes one JSON object a line: -o {}, or say -f jsonl",
                            named.display()
                        )
                    } else {
                        format!("say which with -f: {}", known.join(", "))
                    };
                    Failure::with_hint(
                        format!("-o {}: the ending names no format", path.display()),
                        hint,
                    )
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, clap::ValueEnum)]
    enum Format {
        Json,
        Text,
    }

    #[test]
    fn the_flag_comes_before_the_ending() {
        let of = |flag, file: &str| format(flag, Some(Path::new(file)), Format::Text);
        assert_eq!(of(None, "r.json").unwrap(), Format::Json);
        assert_eq!(of(None, "r.JSON").unwrap(), Format::Json);
        assert_eq!(of(None, "r.txt").unwrap(), Format::Text);
        assert_eq!(format(None, None, Format::Text).unwrap(), Format::Text);
        assert_eq!(of(Some(Format::Text), "r.json").unwrap(), Format::Text);
        assert_eq!(of(None, "/dev/null").unwrap(), Format::Text);
        let failure = of(None, "report").unwrap_err();
        assert_eq!(failure.message(), "-o report: the ending names no format");
        assert_eq!(failure.hint(), Some("say which with -f: json, text"));
    }
}
