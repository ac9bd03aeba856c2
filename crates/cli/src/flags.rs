//! The flags that several commands share. The doc comments are the help.
#![expect(
    clippy::doc_link_with_quotes,
    clippy::doc_markdown,
    reason = "help is shown as it stands, and backticks say nothing there"
)]

use std::path::PathBuf;

use clap::value_parser;

use crate::term::style::When;
use crate::words::parse_time;

/// What to read, and how to understand it.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct Reading {
    /// Logs, bounces, stores and tallies, compressed or not, and folders; - is standard input
    ///
    /// Logs of Postfix and Exim; bounces as messages, mailboxes (mbox) or Maildir; stores that mailgap events has
    /// written (report, fates, tally), and files of mailgap tally (report, tally). What a file holds is found out by
    /// looking. Folders are read with all that is below them. Without a PATH, standard input is read when it
    /// is a pipe or a file.
    #[arg(value_name = "PATH", help_heading = None::<&str>)]
    pub(crate) paths: Vec<PathBuf>,

    /// Leave out what is earlier
    ///
    /// A report and fates still judge by it: it is known, and not reported (see --history of mailgap report).
    ///
    /// A time is 2023-01-23, "2023-01-23 16:00" (both in the report's time zone) or
    /// 2023-01-23T16:00:00+01:00. A date alone is its first moment. Counted from now: today, yesterday,
    /// "yesterday 16:00", 16:00 (today), now, and -24h, -90m or -7d (so long before now).
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) since: Option<String>,

    /// Leave out what is later, and what is at this very time
    ///
    /// Times are written as for --since. A date alone is the end of its day: --since 2023-01-23 --until
    /// 2023-01-24 takes two days.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) until: Option<String>,

    /// Only this destination; repeats, and a,b is two of them
    ///
    /// The part after the @ of recipients. A leading dot takes subdomains along: .example.com is
    /// example.com, mail.example.com and so on.
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',')]
    pub(crate) domain: Vec<String>,

    /// Time zone of stamps that name none, and of display [default: the system's]
    ///
    /// An IANA name such as Europe/Rome. The report says which one was used.
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,

    /// Year of stamps that name none
    ///
    /// Default: the latest year that puts no line more than a day after the time of change of its
    /// file (for a pipe: after now), and in which the date exists.
    #[arg(long, value_parser = value_parser!(i32).range(1970..=9999))]
    pub(crate) year: Option<i32>,

    /// Your own rules for what a reply means, before the built-in ones
    ///
    /// A TOML file: for each rule [[rule]], pattern = "regular expression" and reason =
    /// "RateLimited". The first rule whose pattern is found in the text decides.
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,

    /// How many threads to use [default: one for each core]
    ///
    /// The output is the same whatever the number.
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,

    /// Give people pseudonyms, everywhere in the output
    ///
    /// Local parts of addresses become anon-5f1c09ab37, also within replies and samples. The same person has the
    /// same pseudonym throughout a run; another run gives others.
    #[arg(long, help_heading = "Output")]
    pub(crate) redact: bool,

    /// Redact with the key in this file: the same pseudonyms in every run
    ///
    /// 16 random bytes or more. Who has the key can find out who is meant by trying addresses: keep it.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) redact_key_file: Option<PathBuf>,
}

/// What is known beside the logs.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct Known {
    /// Domains that belong together, beside those whose MX hosts say so
    ///
    /// A TOML file: below [operator], a line for each: "Italiaonline" = ["libero.it", "virgilio.it"].
    /// A leading dot takes subdomains along.
    #[arg(long, value_name = "FILE")]
    pub(crate) operators: Option<PathBuf>,

    /// How long the sending mail system keeps trying before it gives up
    ///
    /// A number and s, m, h, d or w, as in Postfix's maximal_queue_lifetime: 5d, 36h.
    #[arg(long, value_name = "TIME", default_value = "5d", value_parser = parse_time::length)]
    pub(crate) queue_lifetime: f64,
}

/// How to behave while working.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Display")]
pub(crate) struct Display {
    /// When to use colour
    ///
    /// Auto: on a terminal, unless NO_COLOR is set, CLICOLOR is 0 or TERM is dumb; also elsewhere, but not into the file
    /// of -o, when CLICOLOR_FORCE is set.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub(crate) color: When,

    /// When to show how far reading has come, on standard error
    ///
    /// Auto: on a terminal, when the work lasts longer than a moment.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub(crate) progress: When,

    /// Say nothing but errors on standard error
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
