//! `mailgap fates`: what became of each recipient of each message, and lists to act on.

use std::path::PathBuf;

use super::{analyze, say_unread};
use crate::config::settings::{self, Judging, Settings};
use crate::document::Coverage;
use crate::exit::{Exit, Failure, Result};
use crate::flags::{Display, Known, Reading};
use crate::tables::fate_row;
use crate::tables::rows::{Cell, csv, jsonl, text};
use crate::term::console::Console;
use crate::term::output::{self, Output};
use crate::words::times::Moments;
use mailgap_core::analysis::Analysis;
use mailgap_core::fate::{self, End, Keep};

/// Print what became of each recipient of each message, or a list to act on
///
/// Says of each recipient of each message whether it was delivered, delivered late, bounced, expired,
/// or is still queued, how often it was tried and why it failed, and which outage it belongs to.
///
/// Text shows those that failed; CSV and JSON Lines have all, and then memory grows with the log.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  mailgap fates mail.log
  mailgap fates mail.log -f jsonl | jq -r 'select(.fate == \"expired\") | .sender'
  mailgap fates mail.log --list resend -o resend.csv
  mailgap fates mail.log --list reinstate -f csv | grep ,accepted$
  mailgap fates mail.log --list pending --queue-lifetime 3d")]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    known: Known,

    /// A list to act on instead of all fates; the address comes first
    #[arg(long, value_name = "LIST", value_enum, help_heading = "Output")]
    list: Option<List>,

    /// Format [default: by the ending of -o, else text]
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
enum List {
    /// Messages that an outage bounced or let expire
    Resend,
    /// Addresses that only an outage refused, with what speaks for them
    Reinstate,
    /// Addresses that were refused outside of any outage
    Genuine,
    /// Messages that are still queued, and when they will expire
    Pending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For spreadsheets
    Csv,
    /// One JSON object a line
    Jsonl,
}

/// Bytes that are written at once.
const PIECE: usize = 1 << 16;

pub(crate) fn run(args: &Args, console: &mut Console<'_>) -> Result<Exit> {
    let environment = console.environment;
    let file = output::file(args.output.as_ref());
    let format = output::format(args.format, file, Format::Text)?;
    let mut settings = Settings::resolve(&args.reading, environment)?;
    let judging = Judging::resolve(&args.known)?;
    settings.options.fates = Some(match (args.list, format) {
        (None, Format::Csv | Format::Jsonl) => Keep::All,
        _ => Keep::Failing,
    });
    let collected = settings::collect_all(&args.reading, "fates", environment)?;
    if let Some(tally) = collected.tallies.first() {
        return Err(Failure::with_hint(
            format!("{}: counts of mailgap tally tell no fates", tally.name()),
            "name the logs, or a store of events (mailgap events -f parquet)",
        ));
    }
    let mut output = Output::open(file, console.out, &collected.collected.inputs)?;

    settings.options.history_before_since = true;
    let survey = super::survey(&collected, None, &settings, &args.display, environment);
    let unread = survey.coverage.unread.clone();

    let zone = settings.options.zone;
    let analysis = analyze::analyze(survey, &settings, &judging)?;
    let moments = Moments::of_log(zone, Coverage::new(&analysis.coverage).known_span());
    let (columns, rows) = rows(
        args.list,
        format,
        &analysis,
        judging.options.queue_lifetime_s,
    );
    let mut data = Vec::new();
    let mut written = Ok(());
    match format {
        Format::Text => {
            data = text::render(columns, rows.collect(), moments).into_bytes();
        }
        Format::Csv | Format::Jsonl => {
            if format == Format::Csv {
                csv::append_head(columns, &mut data);
            }
            for row in rows {
                match format {
                    Format::Csv => csv::append(&row, &mut data),
                    _ => jsonl::append(columns, row, &mut data),
                }
                if data.len() >= PIECE {
                    written = output.write(&data);
                    data.clear();
                    if written.is_err() {
                        break;
                    }
                }
            }
        }
    }
    let written = written.and_then(|()| output.write(&data));
    output.finish(written)?;
    Ok(say_unread(&unread, console).unwrap_or(Exit::Done))
}

/// Names of columns, and what stands in them.
type Rows<'a> = (
    &'static [&'static str],
    Box<dyn Iterator<Item = Vec<Cell>> + 'a>,
);

fn rows(list: Option<List>, format: Format, analysis: &Analysis, lifetime_s: f64) -> Rows<'_> {
    let Analysis {
        fates,
        attributions,
        ..
    } = analysis;
    match list {
        None => {
            let all = fates.iter().zip(attributions.iter().copied());
            if format == Format::Text {
                let failed = all.filter(|(fate, _)| fate.end != End::Delivered);
                let rows =
                    failed.map(|(fate, attribution)| fate_row::fate_text(&fate, attribution));
                return (fate_row::FATE_TEXT, Box::new(rows));
            }
            let rows = all.map(|(fate, attribution)| fate_row::fate(&fate, attribution));
            (fate_row::FATE, Box::new(rows))
        }
        Some(List::Resend) => {
            let all = fate::resend(fates, attributions).into_iter();
            let rows = all.map(|(fate, _)| fate_row::resend(&fate));
            (fate_row::RESEND, Box::new(rows))
        }
        Some(List::Reinstate) => {
            let all = fate::reinstate(fates, attributions).into_iter();
            let rows = all.map(|listed| fate_row::reinstate(&listed));
            (fate_row::REINSTATE, Box::new(rows))
        }
        Some(List::Genuine) => {
            let all = fate::genuine(fates, attributions).into_iter();
            let rows = all.map(|listed| fate_row::genuine(&listed));
            (fate_row::GENUINE, Box::new(rows))
        }
        Some(List::Pending) => {
            let all = fate::pending(fates, attributions, lifetime_s).into_iter();
            let rows = all.map(|pending| fate_row::pending(&pending));
            (fate_row::PENDING, Box::new(rows))
        }
    }
}
