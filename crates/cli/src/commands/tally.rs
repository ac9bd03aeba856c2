//! `mailgap tally`: the counts of one host, to be summed with those of others.

use std::path::PathBuf;

use super::say_unread;
use crate::archive::tallies;
use crate::config::settings::{self, Settings};
use crate::exit::{Exit, Failure, Result};
use crate::flags::{Display, Reading};
use crate::tables::{HAS_PARQUET, NO_PARQUET};
use crate::term::console::Console;
use crate::term::output::{self, Output};

/// Write the counts of one host, small, to be summed elsewhere
///
/// Counts what the report is made of: attempts by destination and minute, answers by hour, who was refused
/// and who took mail. A thousand hosts send these files and not their logs; mailgap report sums them, and
/// so does any engine that reads Parquet (docs/tally.md has the query). What became of single messages is
/// not in them.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  mailgap tally /var/log/mail.log -o mx1.parquet
  mailgap tally /var/log/mail.log --since 2023-01-23 -o mx1.jsonl
  mailgap report mx1.parquet mx2.parquet mx3.parquet
  mailgap tally mx*.parquet -o all.parquet")]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,

    /// Format [default: by the ending of -o, else jsonl]
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        value_enum,
        help_heading = "Output"
    )]
    format: Option<Format>,

    /// Write to this file and not to standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    #[command(flatten)]
    display: Display,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Small, and read by many engines
    Parquet,
    /// One JSON object a line
    Jsonl,
}

/// Bytes that are written at once.
const PIECE: usize = 1 << 16;

pub(crate) fn run(args: &Args, console: &mut Console<'_>) -> Result<Exit> {
    let environment = console.environment;
    let file = output::file(args.output.as_ref());
    let format = output::format(args.format, file, Format::Jsonl)?;
    if format == Format::Parquet {
        check_parquet(file.is_some())?;
    }
    let settings = Settings::resolve(&args.reading, environment)?;
    let collected = settings::collect_all(&args.reading, "tally", environment)?;
    let inputs = collected.collected.inputs.iter().chain(&collected.tallies);
    let mut output = Output::open(file, console.out, &inputs.cloned().collect::<Vec<_>>())?;

    let mut tallied = super::tallied(&collected, &settings, &args.display, environment);
    let coverage = tallied.coverage();
    let unread = coverage.unread.clone();
    if let [twice, ..] = &*coverage.twice {
        return Err(Failure::with_hint(
            format!(
                "{}: is in {} and in {}",
                twice.input, twice.tally, twice.other
            ),
            "leave one of them out: in a sum its counts cannot be told from those of two logs",
        ));
    }
    if format == Format::Parquet {
        if let Some(file) = output.into_file()? {
            let mut writer = tallies::Writer::new(file)?;
            tallied.rows(&mut |row| writer.add(row));
            writer.finish()?;
        }
    } else {
        let mut data = Vec::new();
        let mut written = Ok(());
        tallied.rows(&mut |row| {
            tallies::append(row, &mut data);
            if data.len() >= PIECE && written.is_ok() {
                written = output.write(&data);
                data.clear();
            }
        });
        let written = written.and_then(|()| output.write(&data));
        output.finish(written)?;
    }
    Ok(say_unread(&unread, console).unwrap_or(Exit::Done))
}

/// Parquet is written by a library that this build may lack, and into a file alone.
fn check_parquet(to_file: bool) -> Result<()> {
    if !HAS_PARQUET {
        return Err(Failure::with_hint(
            NO_PARQUET.to_owned(),
            "-f jsonl says the same, and packs well",
        ));
    }
    if !to_file {
        return Err(Failure::with_hint(
            "-f parquet: names no file to write".to_owned(),
            "-o mx1.parquet, or -f jsonl for standard output",
        ));
    }
    Ok(())
}
