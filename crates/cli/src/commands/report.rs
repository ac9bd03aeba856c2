//! `mailgap report`: when each destination was not taking mail.

use std::path::{Path, PathBuf};

use super::say_unread;
use crate::analysis::Analysis;
use crate::announcements;
use crate::args::{Display, Known, Reading};
use crate::environment::Environment;
use crate::exit::{Exit, Result};
use crate::folder::Folder;
use crate::output::{self, Output};
use crate::render::parts::By;
use crate::settings::{self, Judging, Settings};
use crate::style::Style;
use crate::{Console, render};

/// Report when each destination was not taking mail
///
/// Says when each destination was not taking mail, what it answered, since when and until when, on
/// how much evidence, and how much of the logs was understood.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  mailgap report /var/log/mail.log
  zcat /var/log/mail.log*.gz | mailgap report
  mailgap report /var/log/exim4 --since 2023-01-21 --until 2023-01-31 --timezone Europe/Rome
  mailgap report mail.log --domain libero.it --domain .virgilio.it -o report.json
  mailgap report -f html -o report.html /var/log/mail.log*
  mailgap report mail.log --announcements said.csv -o ticket.md
  mailgap report mail.log -f csv -o tables/
  mailgap report mail.log -f csv | cut -d, -f1,2,7
  mailgap report --check mail.log > report.txt || mail -s 'mail is not taken' postmaster < report.txt")]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    known: Known,

    /// What the report is arranged by
    ///
    /// By operator: destinations whose MX hosts belong together (or that --operators lays together) are one
    /// story. JSON has both.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = By::Domain, help_heading = "Output")]
    by: By,

    #[expect(clippy::doc_markdown, reason = "help is shown as it stands")]
    /// What the operators said, and when, to lay beside what the log shows
    ///
    /// A CSV file with the columns time,source,text; claim,domain may follow. A time is "2023-01-26 14:40" (in the
    /// report's time zone) or 2023-01-26T14:40:00+01:00. After each claim that it works again (guessed from the text in
    /// English, Italian, German, French or Spanish, or given by the column claim: recovery, partial_recovery,
    /// problem, other) the report says for how long failures went on.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    announcements: Option<PathBuf>,

    /// Format [default: by the ending of -o (txt, md, json, csv), else text]
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        value_enum,
        help_heading = "Output"
    )]
    format: Option<Format>,

    /// Write to this file and not to standard output; with -f csv, to this folder
    ///
    /// The CSV of a report is a folder with a file for each table: outages, windows, incidents, unreachable,
    /// chronic, availability, coverage, announcements where some are given, and of the whole log hours, replies
    /// and domains. Other files in it stay. On standard output, and in a file whose name ends in .csv, it is the
    /// table of outages alone.
    #[arg(short, long, value_name = "PATH", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Exit with status 1 if an outage is found
    ///
    /// Destinations that refuse mail by policy, that never once worked or that fail at a steady share
    /// throughout are no outages. An input that could not be read is status 2 all the same, and so it is
    /// when nothing at all was understood: that is no sign of health.
    #[arg(long, help_heading = "Output")]
    check: bool,

    #[command(flatten)]
    display: Display,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For tickets and wikis, as GitHub has it
    Markdown,
    /// One page for a browser, charts included: to send, print or put on a wall
    Html,
    /// For programs: schema mailgap.report/1
    Json,
    /// For spreadsheets: a folder of tables
    Csv,
}

/// Columns when neither a terminal nor `COLUMNS` says otherwise, and the fewest and the most that are used.
const COLUMNS: usize = 100;
const FEWEST_COLUMNS: usize = 60;
const MOST_COLUMNS: usize = 1000;

/// How wide to write: `COLUMNS`, else the terminal's width unless it goes `to_file`.
pub(super) fn columns(environment: &Environment, to_file: bool) -> usize {
    let terminal = environment
        .terminal_columns
        .filter(|_| environment.stdout_is_terminal && !to_file);
    let columns = environment.columns.or(terminal).unwrap_or(COLUMNS);
    columns.clamp(FEWEST_COLUMNS, MOST_COLUMNS)
}

pub(crate) fn run(args: &Args, console: &mut Console<'_>) -> Result<Exit> {
    let environment = console.environment;
    let file = output::file(args.output.as_ref());
    let format = output::format(args.format, file, Format::Text)?;
    let settings = Settings::resolve(&args.reading, environment)?;
    let judging = Judging {
        charts: format == Format::Html,
        tables: format != Format::Text,
        ..Judging::resolve(&args.known)?
    };
    let said = match &args.announcements {
        Some(path) => announcements::read(path, settings.options.zone)?,
        None => Vec::new(),
    };
    let collected = settings::collect_all(&args.reading, "report", environment)?;
    let folder = match file {
        Some(path) if format == Format::Csv && is_folder(path) => Some(Folder::open(path)?),
        _ => None,
    };
    let output = match folder {
        Some(_) => None,
        None => Some(Output::open(
            file,
            console.out,
            &collected.collected.inputs,
        )?),
    };
    let inputs = collected
        .collected
        .inputs
        .iter()
        .map(|input| PathBuf::from(input.name()));
    let inputs: Vec<PathBuf> = inputs.chain(args.announcements.clone()).collect();

    let survey = super::survey(collected, &settings, &args.display, environment);
    let unread = survey.coverage.unread.clone();

    let report = Analysis::of(survey, &settings, &judging)?
        .report
        .with_restrictions(restrictions(&settings))
        .with_announcements(said);
    if let Some(folder) = folder {
        let tables = render::csv::tables(&report);
        let files = tables
            .iter()
            .map(|table| (table.file_name(), table.render()));
        folder.write(&files.collect::<Vec<_>>(), &inputs)?;
    }
    if let Some(mut output) = output {
        let columns = columns(environment, file.is_some());
        let written = output.write(&match format {
            Format::Json => render::json::render(&report)?.into_bytes(),
            Format::Csv => render::csv::outages(&report).render(),
            Format::Html => render::html::render(&report, args.by).into_bytes(),
            Format::Markdown => render::markdown::render(&report, args.by).into_bytes(),
            Format::Text => {
                let style = Style::choose(args.display.color, environment, file.is_some());
                render::text::render(&report, args.by, style, columns).into_bytes()
            }
        });
        output.finish(written)?;
    }

    let found = if !args.check {
        Exit::Done
    } else if report.coverage.understood() == 0 {
        console.error(
            "--check: nothing was understood, so nothing is known",
            Some("name the log of the sending mail server; the report says what was read instead"),
        );
        Exit::Error
    } else if report.has_outage() {
        Exit::OutageFound
    } else {
        Exit::Done
    };
    Ok(say_unread(&unread, console).unwrap_or(found))
}

/// True for what holds the CSV of a report: neither a file by its ending nor a device.
fn is_folder(path: &Path) -> bool {
    let is_file = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    path.is_dir() || !is_file && !path.starts_with("/dev")
}

/// What the flags left out, in words.
fn restrictions(settings: &Settings) -> Vec<String> {
    let moments = render::moments::Moments::new(settings.options.zone, true);
    let mut words = Vec::new();
    if !settings.domains.is_empty() {
        words.push(format!("only {}", settings.domains.join(", ")));
    }
    if let Some(since) = settings.since {
        words.push(format!("since {}", moments.exact(since)));
    }
    if let Some(until) = settings.until {
        words.push(format!("until {}", moments.exact(until)));
    }
    words
}
