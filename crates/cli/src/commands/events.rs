//! `mailgap events`: what each line says, one row each.

use std::path::PathBuf;

use mailgap_core::survey::{Located, Record, events};

use super::say_unread;
use crate::args::{Display, Reading};
use crate::exit::{Exit, Result};
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::settings::{self, Settings};
use crate::{Console, event_row};

/// Print what each line says, typed, one row each
///
/// Prints what each line of the logs says, typed, one row each, in the order of the inputs. A row says
/// what its line says: a Postfix delivery line names no sender and no Message-ID, so they are null.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  mailgap events mail.log > events.jsonl
  mailgap events mail.log --domain libero.it --since '2023-01-25 20:00' | jq -r .text | sort | uniq -c
  mailgap events mail.log --domain libero.it -o libero.csv
  zcat mail.log.*.gz | mailgap events --all -o events.jsonl")]
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

    /// Also rows for what is said about queued messages as a whole (arrival, removal, ...)
    ///
    /// Such a line names no recipient, so --domain does not leave it out.
    #[arg(long, help_heading = "Output")]
    all: bool,

    #[command(flatten)]
    display: Display,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values with a header row, for spreadsheets
    Csv,
    /// One JSON object a line
    Jsonl,
}

pub(crate) fn run(args: &Args, console: &mut Console<'_>) -> Result<Exit> {
    let environment = console.environment;
    let file = output::file(args.output.as_ref());
    let format = output::format(args.format, file, Format::Jsonl)?;
    let settings = Settings::resolve(&args.reading, environment)?;
    let collected = settings::collect(&args.reading, "events", environment)?;
    let mut output = Output::open(file, console.out, &collected.inputs)?;

    let to_terminal = file.is_none() && environment.stdout_is_terminal;
    let progress = Progress::new(
        args.display.progress,
        args.display.quiet,
        to_terminal,
        &collected.inputs,
        environment,
    );
    let all = args.all;
    let columns = event_row::csv::columns(all);
    let mut header = Vec::new();
    if format == Format::Csv {
        event_row::csv::append_header(&columns, &mut header);
    }
    let started = output.write(&header);
    let ended = started.and_then(|()| {
        events(
            &collected.inputs,
            &settings.options,
            &progress,
            &|located: &Located<'_>, rows: &mut Vec<u8>| {
                if all || matches!(located.record, Record::Delivery(..)) {
                    match format {
                        Format::Csv => event_row::csv::append(located, &columns, rows),
                        Format::Jsonl => event_row::append(located, rows),
                    }
                }
            },
            &mut |rows: &[u8]| output.write(rows),
        )
    });
    progress.finish();

    let closed = output.is_closed();
    let (coverage, written) = match ended {
        Ok(coverage) => (Some(coverage), Ok(())),
        Err(error) => (None, Err(error)),
    };
    output.finish(written)?;

    let mut unread = collected.unread;
    if let Some(coverage) = coverage {
        let understood = coverage.events + coverage.lines.queue + coverage.bounces.events > 0;
        if !understood && !args.display.quiet && !closed {
            console.note(
                "nothing was understood as an event",
                Some("mailgap report says what was read and what it did not know"),
            );
        }
        unread.extend(coverage.unread);
    }
    Ok(say_unread(&unread, console).unwrap_or(Exit::Done))
}
