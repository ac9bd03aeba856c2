//! `mailgap report`: when each destination was not taking mail.

use std::path::{Path, PathBuf};

use super::check::{self, Check};
use super::{analyze, say_unread};
use crate::config::announcements;
use crate::config::settings::{self, Judging, Settings};
use crate::environment::Environment;
use crate::exit::{Exit, Result};
use crate::flags::{Display, Known, Reading};
use crate::render;
use crate::render::parts::By;
use crate::term::console::Console;
use crate::term::folder::Folder;
use crate::term::output::{self, Output};
use crate::term::style::Style;
use crate::words::times::Moments;
use mailgap_core::source::Input;

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
  mailgap report mail.log --announcements announced.csv -o ticket.md
  mailgap report mail.log -f csv -o tables/
  mailgap report mail.log -f csv | cut -d, -f1,2,7
  mailgap report --check mail.log > report.txt || mail -s 'mail is not taken' postmaster < report.txt
  mailgap report --check mail.log --history tallies/ -o report.html")]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    known: Known,

    /// Logs, stores and tallies of earlier days: what is known from before, and not reported
    ///
    /// They tell who ever took mail, what is normal and when an outage began. The report is about the other PATHs
    /// alone; what they hold from before --since is history too. Of a folder everything in it is read, of an input
    /// that is named as a log too the log counts. All paths after --history are history: name the logs first.
    #[arg(long, value_name = "PATH", num_args = 1.., help_heading = "Input")]
    history: Vec<PathBuf>,

    /// What the report is arranged by
    ///
    /// By operator: destinations whose MX hosts belong together (or that --operators lays together) are one
    /// story. JSON has both.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = By::Domain, help_heading = "Output")]
    by: By,

    #[expect(clippy::doc_markdown, reason = "help is shown as it stands")]
    /// What the operators announced, and when, to compare with what the log shows
    ///
    /// A CSV file with the columns time,source,text; claim,domain may follow. A time is "2023-01-26 14:40" (in the
    /// report's time zone) or 2023-01-26T14:40:00+01:00. A claim is recovery, partial_recovery or problem; after each
    /// claim of recovery the report says for how long failures went on. An announcement without a claim is only shown
    /// at its time.
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

    /// Exit with status 1 if an outage is going on at the end of the log; --check=any: if there is any
    ///
    /// Destinations that refuse mail by policy, that take it slowly, that never once worked or that fail at a steady
    /// share throughout are no outages. An input that could not be read is status 2 all the same, and so it is when
    /// there is no attempt to judge by: that is no sign of health.
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "ongoing",
        help_heading = "Output"
    )]
    check: Option<Check>,

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
    let mut settings = Settings::resolve(&args.reading, environment)?;
    settings.options.history_before_since = true;
    let judging = Judging {
        charts: format == Format::Html,
        tables: format != Format::Text,
        ..Judging::resolve(&args.known)?
    };
    let announcements = match &args.announcements {
        Some(path) => announcements::read(path, settings.options.zone)?,
        None => Vec::new(),
    };
    let history = settings::collect_history(&args.history, &args.reading, environment)?;
    let collected = settings::collect_all(&args.reading, "report", environment)?;
    let folder = match file {
        Some(path) if format == Format::Csv && is_folder(path) => Some(Folder::open(path)?),
        _ => None,
    };
    let read = [Some(&collected), history.as_ref()];
    let read = read.into_iter().flatten();
    let read: Vec<Input> = read
        .flat_map(|it| it.collected.inputs.iter().chain(&it.tallies).cloned())
        .collect();
    let output = match folder {
        Some(_) => None,
        None => Some(Output::open(file, console.out, &read)?),
    };
    let inputs = read.iter().map(|input| PathBuf::from(input.name()));
    let inputs: Vec<PathBuf> = inputs.chain(args.announcements.clone()).collect();

    let survey = super::survey(
        &collected,
        history.as_ref(),
        &settings,
        &args.display,
        environment,
    );
    let unread = survey.coverage.unread.clone();

    let report = analyze::report(survey, &settings, &judging, restrictions(&settings))?
        .with_announcements(announcements);
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

    let found = match args.check {
        Some(check) => {
            let near = || check::near(&collected, &settings, &args.display, environment);
            check::status(check, &report, near, console)
        }
        None => Exit::Done,
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
    let moments = Moments::new(settings.options.zone, true);
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
