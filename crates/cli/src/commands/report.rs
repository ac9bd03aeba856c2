//! `mailgap report`: when each destination was not taking mail.

use std::path::PathBuf;

use super::say_unread;
use crate::analysis::Analysis;
use crate::args::{Display, Known, Reading};
use crate::environment::Environment;
use crate::exit::{Exit, Result};
use crate::output::{self, Output};
use crate::render::text::By;
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
    /// For programs: schema mailgap.report/1
    Json,
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
        tables: format != Format::Text,
        ..Judging::resolve(&args.known)?
    };
    let collected = settings::collect_all(&args.reading, "report", environment)?;
    let mut output = Output::open(file, console.out, &collected.collected.inputs)?;

    let survey = super::survey(collected, &settings, &args.display, environment);
    let unread = survey.coverage.unread.clone();

    let report = Analysis::of(survey, &settings, &judging)?
        .report
        .with_restrictions(restrictions(&settings));
    let text = match format {
        Format::Json => render::json::render(&report)?,
        Format::Text => {
            let style = Style::choose(args.display.color, environment, file.is_some());
            render::text::render(
                &report,
                args.by,
                style,
                columns(environment, file.is_some()),
            )
        }
    };
    let written = output.write(text.as_bytes());
    output.finish(written)?;

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
