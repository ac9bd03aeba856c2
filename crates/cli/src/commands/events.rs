//! `mailgap events`: what each line says, one row each.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::{io, thread};

use mailgap_core::survey::{Located, ReadInput, Record, events, events_into};

use super::say_unread;
use crate::archive::store::{Days, Writer};
use crate::config::settings::{self, Settings};
use crate::exit::{Exit, Failure, Result};
use crate::flags::{Display, Reading};
use crate::tables::event_row;
use crate::term::console::Console;
use crate::term::output::{self, Output};
use crate::term::progress::Progress;

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
  zcat mail.log.*.gz | mailgap events --all -o events.jsonl
  mailgap events /var/log/mail.log.1 -f parquet -o /srv/mail-events && mailgap report /srv/mail-events")]
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

    /// Write to this file and not to standard output; of a store, the folder
    ///
    /// What is in a store stays in it: inputs are added, and one that it has already is noticed.
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
    /// A store: a folder of Parquet files by day, which report and fates read instead of the logs
    Parquet,
}

pub(crate) fn run(args: &Args, console: &mut Console<'_>) -> Result<Exit> {
    let environment = console.environment;
    let file = output::file(args.output.as_ref());
    let format = output::format(args.format, file, Format::Jsonl)?;
    let settings = Settings::resolve(&args.reading, environment)?;
    if format == Format::Parquet {
        return store(args, file, &settings, console);
    }
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
                        Format::Jsonl | Format::Parquet => event_row::append(located, rows),
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

/// Rows wait for the writer in so many blocks.
const WAITING: usize = 2;

/// What the writer is told.
enum Told {
    Rows(usize, Days),
    Ended(Box<ReadInput>),
}

/// Writes the inputs into a store. The writer has a thread of its own beside those that read.
fn store(
    args: &Args,
    folder: Option<&Path>,
    settings: &Settings,
    console: &mut Console<'_>,
) -> Result<Exit> {
    let environment = console.environment;
    let Some(folder) = folder else {
        return Err(Failure::with_hint(
            "-f parquet writes a folder and nothing to standard output".to_owned(),
            "name it with -o",
        ));
    };
    let reading = &args.reading;
    if reading.since.is_some() || reading.until.is_some() || !reading.domain.is_empty() {
        return Err(Failure::with_hint(
            "--since, --until and --domain do not go with -f parquet: a store holds whole inputs"
                .to_owned(),
            "restrict what you read from it: mailgap report DIR --since ...",
        ));
    }
    let collected = settings::collect(reading, "events", environment)?;
    let names = collected.inputs.iter().map(|input| input.name().to_owned());
    let zone = (settings.options.zone.name().to_owned(), reading.year);
    let mut writer = Writer::open(folder, names.collect(), zone)?;
    let progress = Progress::new(
        args.display.progress,
        args.display.quiet,
        false,
        &collected.inputs,
        environment,
    );
    let (to_writer, told) = mpsc::sync_channel(WAITING);
    let to_writer_too = to_writer.clone();
    // Who writes has failed when nobody listens: it says why.
    let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
    let (read, written) = thread::scope(|scope| {
        let written = scope.spawn(move || {
            for told in told {
                match told {
                    Told::Rows(input, days) => writer.add(input, &days)?,
                    Told::Ended(input) => writer.end(*input),
                }
            }
            writer.finish()
        });
        let read = events_into(
            &collected.inputs,
            &settings.options,
            &progress,
            &|located: &Located<'_>, days: &mut Days| days.add(located),
            &mut move |input, days| to_writer.send(Told::Rows(input, days)).map_err(gone),
            &mut move |input| {
                let _ = to_writer_too.send(Told::Ended(Box::new(input)));
            },
        );
        (read, written.join())
    });
    progress.finish();
    let written = written.map_err(|_| Failure::new("writing the store failed".to_owned()))??;
    let coverage = read?;
    if !args.display.quiet {
        for (name, known) in &written.known {
            let under = if name == known {
                String::new()
            } else {
                format!(" as {known}")
            };
            console.note(
                &format!("{name}: the store has it already{under}, so nothing was added"),
                None,
            );
        }
    }
    let mut unread = collected.unread;
    unread.extend(coverage.unread);
    Ok(say_unread(&unread, console).unwrap_or(Exit::Done))
}
