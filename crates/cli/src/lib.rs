//! The `mailgap` command as a library, so that tests and benches call it in-process.
//!
//! [`run`] is a function of its arguments, the [`Environment`] and the files they name: nothing below
//! it reads the clock (but the progress bar), the process's environment or the terminal. Arguments become
//! settings, core surveys the logs, a `Report` is made of what it found, and a renderer writes it.

mod archive;
mod cli;
mod commands;
mod config;
mod document;
mod environment;
mod exit;
mod explain;
mod flags;
mod render;
mod tables;
mod term;
#[cfg(test)]
mod testing;
mod words;

use std::ffi::OsString;
use std::io::Write;

use clap::{CommandFactory, Parser};

use crate::cli::{Cli, Command};
pub use crate::environment::Environment;
pub use crate::exit::Exit;
use crate::term::console::Console;

/// Runs one command line (the first argument is the program's name) and says how it ended.
///
/// `out` gets data only, `err` everything else. An `out` whose reader has gone away is no error.
pub fn run<I>(
    args: I,
    environment: &Environment,
    out: &mut (dyn Write + Send),
    err: &mut dyn Write,
) -> Exit
where
    I: IntoIterator<Item = OsString>,
{
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(answer) => return cli::answer(&answer, environment, out, err),
    };
    let mut console = Console {
        environment,
        out,
        err,
    };
    let ended = match &cli.command {
        Command::Report(args) => commands::report::run(args, &mut console),
        Command::Fates(args) => commands::fates::run(args, &mut console),
        Command::Events(args) => commands::events::run(args, &mut console),
        Command::Tally(args) => commands::tally::run(args, &mut console),
        Command::Explain(args) => commands::explain::run(args, &mut console),
        Command::Generate(args) => commands::generate::run(args, Cli::command(), &mut console),
    };
    ended.unwrap_or_else(|failure| {
        console.error(&failure.message(), failure.hint());
        Exit::Error
    })
}
