//! `mailgap explain`: how a line or a message is understood, part by part.
#![expect(
    clippy::doc_markdown,
    reason = "help is shown as it stands, and backticks say nothing there"
)]

use std::io;
use std::path::PathBuf;

use clap::value_parser;
use mailgap_core::survey::{Item, items};

use super::report::columns;
use super::say_unread;
use crate::config::settings::{self, Settings};
use crate::exit::{Exit, Result};
use crate::explain::{self, Explanation, Known, line, message};
use crate::flags::Reading;
use crate::term::console::Console;
use crate::term::escape;
use crate::term::output::Output;
use crate::term::style::{Style, When};

/// Explain how a line or a message is understood, part by part
///
/// Shows for each line what it was taken for, what its parts are, which rule gave the reason, what evidence
/// it adds about its destination, and the row that mailgap events would give. For a line that is not
/// understood: where it stopped making sense. For a message (a bounce, a mailbox of them): what it is, its fields
/// and how they depart from the standards, then the same for each recipient. Addresses and host names are
/// shown as they stand.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  mailgap explain < line.txt
  grep 4P1Xr72xkCz9vwX mail.log | mailgap explain
  mailgap explain bounce.eml
  mailgap explain line.txt --rules my-rules.toml -f json")]
pub(crate) struct Args {
    /// Logs, typically of a few lines, messages or mailboxes [default: standard input]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Time zone of stamps that name none, in which times are shown beside UTC [default: the system's]
    ///
    /// An IANA name such as Europe/Rome.
    #[arg(long, value_name = "ZONE", help_heading = "Input")]
    timezone: Option<String>,

    /// Year of stamps that name none
    ///
    /// Default: the latest year that puts no line more than a day after the time of change of the file
    /// (for a pipe: after now), and in which the date exists.
    #[arg(long, value_parser = value_parser!(i32).range(1970..=9999), help_heading = "Input")]
    year: Option<i32>,

    /// Your own rules for what a reply means, before the built-in ones
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    rules: Option<PathBuf>,

    /// Give people pseudonyms, everywhere in the output
    #[arg(long, help_heading = "Output")]
    redact: bool,

    /// Redact with the key in this file: the same pseudonyms in every run
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    redact_key_file: Option<PathBuf>,

    /// Format
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t = Format::Text,
        help_heading = "Output"
    )]
    format: Format,

    /// When to use colour
    ///
    /// Auto: on a terminal, unless NO_COLOR is set or TERM is dumb.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto, help_heading = "Display")]
    color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: schema mailgap.explain/1
    Json,
}

pub(crate) fn run(args: &Args, console: &mut Console<'_>) -> Result<Exit> {
    let environment = console.environment;
    let reading = args.reading();
    let settings = Settings::resolve(&reading, environment)?;
    if args.files.is_empty() && environment.stdin_is_terminal {
        console.note("paste lines of a log, then end with Ctrl-D", None);
    }
    let collected = settings::collect(&reading, "explain", environment)?;
    let known = Known {
        settings: &settings,
        rules: args.rules.as_ref().map(|path| path.display().to_string()),
    };
    let style = Style::choose(args.color, environment, false);
    let columns = columns(environment, false);
    let mut output = Output::open(None, console.out, &collected.inputs)?;

    let append = |explanation: &Explanation<'_>, out: &mut Vec<u8>| match args.format {
        Format::Json => {
            // Strings, numbers and lists: nothing of it can fail to be JSON.
            if let Ok(json) = serde_json::to_string(explanation) {
                out.extend_from_slice(b",\n");
                out.extend_from_slice(escape::json(json).as_bytes());
            }
        }
        Format::Text => {
            let mut text = String::new();
            explain::text::append(explanation, style, columns, &mut text);
            out.extend_from_slice(text.as_bytes());
        }
    };
    let format = |item: &Item<'_>, out: &mut Vec<u8>| match item {
        Item::Line(read) => append(&line::explain(read, &known), out),
        Item::Message(read) => {
            message::explain(read, &known, &mut |explanation| append(explanation, out));
        }
    };
    let mut written = Ok(());
    if args.format == Format::Json {
        written = output.write(b"{\"schema\":\"mailgap.explain/1\",\"explanations\":[");
    }
    let mut first = args.format == Format::Json;
    let ended = written.and_then(|()| {
        let mut sink = |text: &[u8]| -> io::Result<()> {
            // Each item comes with a comma before it, which the first one does without.
            let skipped = usize::from(std::mem::take(&mut first));
            output.write(text.get(skipped..).unwrap_or_default())
        };
        items(
            &collected.inputs,
            &settings.options,
            &(),
            &format,
            &mut sink,
        )
    });
    let (coverage, written) = match ended {
        Ok(coverage) if args.format == Format::Json => (Some(coverage), output.write(b"\n]}\n")),
        Ok(coverage) => (Some(coverage), Ok(())),
        Err(error) => (None, Err(error)),
    };
    output.finish(written)?;

    let mut unread = collected.unread;
    if let Some(coverage) = coverage {
        if coverage.lines.total() + coverage.bounces.messages == 0
            && unread.is_empty()
            && coverage.unread.is_empty()
        {
            console.note("there is nothing to explain", None);
        }
        unread.extend(coverage.unread);
    }
    Ok(say_unread(&unread, console).unwrap_or(Exit::Done))
}

impl Args {
    /// The same without what leaves lines out: each is explained.
    fn reading(&self) -> Reading {
        let paths = if self.files.is_empty() {
            vec![PathBuf::from("-")]
        } else {
            self.files.clone()
        };
        Reading {
            paths,
            timezone: self.timezone.clone(),
            year: self.year,
            rules: self.rules.clone(),
            redact: self.redact,
            redact_key_file: self.redact_key_file.clone(),
            ..Reading::default()
        }
    }
}
