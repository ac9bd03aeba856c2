//! The command line: the commands, and what clap answers by itself. The doc comments are the help.

use std::io::Write;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::commands::manual::EXIT_STATUS;
use crate::commands::{events, explain, fates, generate, report, tally};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::term::style::wanted;

/// Says when each mail destination was not taking mail, from the sender's logs.
///
/// Reads the logs of a mail sender (Postfix, Exim) and says when each destination was not taking
/// mail, what it answered, and since when and until when.
#[derive(Debug, Parser)]
#[command(
    name = "mailgap",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = EXIT_STATUS,
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do; the main job first.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Report(report::Args),
    Fates(fates::Args),
    Events(events::Args),
    Tally(tally::Args),
    Explain(explain::Args),
    Generate(generate::Args),
}

/// Prints what clap has to say: help and version as data, a wrong command line as an error.
pub(crate) fn answer(
    answer: &clap::Error,
    environment: &Environment,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    let text = |is_terminal: bool| {
        let text = answer.render();
        if wanted(environment, is_terminal) {
            text.ansi().to_string()
        } else {
            text.to_string()
        }
    };
    // Whoever closed the stream does not want to read on.
    if let ErrorKind::DisplayHelp | ErrorKind::DisplayVersion = answer.kind() {
        let _ = out.write_all(text(environment.stdout_is_terminal).as_bytes());
        let _ = out.flush();
        Exit::Done
    } else {
        let _ = err.write_all(text(environment.stderr_is_terminal).as_bytes());
        Exit::Error
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    /// A flag without help is a flag that nobody finds.
    #[test]
    fn every_flag_has_help() {
        let command = Cli::command();
        let mut flags = 0;
        for command in command.get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for arg in command.get_arguments() {
                assert!(
                    arg.get_help().is_some(),
                    "{} {}",
                    command.get_name(),
                    arg.get_id()
                );
                flags += 1;
            }
        }
        assert!(flags > 20, "{flags}");
    }
}
