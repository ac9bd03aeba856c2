//! The `mailgap` command as a library, so that tests and benches call it in-process.
//!
//! [`run`] is a function of its arguments, the [`Environment`] and the files they name: nothing below
//! it reads the clock (but the progress bar), the process's environment or the terminal. Arguments become
//! settings, core surveys the logs, a `Report` is made of what it found, and a renderer writes it.

mod analysis;
mod announcements;
mod args;
mod columns;
mod commands;
mod csv;
mod environment;
mod escape;
mod event_row;
mod exit;
mod explain;
mod fate_row;
mod folder;
mod frame;
mod manual;
mod moment;
mod months;
mod operators;
mod output;
mod progress;
mod redaction;
mod render;
mod report;
mod rules;
mod settings;
mod store;
mod style;
mod tallies;
#[cfg(test)]
mod testing;
mod zone;

use std::ffi::OsString;
use std::io::Write;

use clap::Parser;

use crate::args::{Cli, Command};
pub use crate::environment::Environment;
pub use crate::exit::Exit;

/// Where a command says things: data, and all else.
pub(crate) struct Console<'a> {
    pub(crate) environment: &'a Environment,
    /// Data only.
    pub(crate) out: &'a mut (dyn Write + Send),
    /// Everything else.
    pub(crate) err: &'a mut dyn Write,
}

impl Console<'_> {
    /// Says that something failed. Remote text and file names in it are escaped here.
    pub(crate) fn error(&mut self, message: &str, hint: Option<&str>) {
        // Nobody is left to be told when standard error is closed.
        let _ = writeln!(self.err, "error: {}", escape::line(message));
        if let Some(hint) = hint {
            self.hint(hint);
        }
    }

    /// Says something worth knowing that is no error.
    pub(crate) fn note(&mut self, message: &str, hint: Option<&str>) {
        let _ = writeln!(self.err, "note: {}", escape::line(message));
        if let Some(hint) = hint {
            self.hint(hint);
        }
    }

    fn hint(&mut self, hint: &str) {
        let _ = writeln!(self.err, "hint: {}", escape::line(hint));
    }
}

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
        Err(answer) => return args::answer(&answer, environment, out, err),
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
        Command::Generate(args) => commands::generate::run(args, &mut console),
    };
    ended.unwrap_or_else(|failure| {
        console.error(&failure.message(), failure.hint());
        Exit::Error
    })
}
