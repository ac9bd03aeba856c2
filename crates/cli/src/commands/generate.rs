//! `mailgap generate`: the manual page and shell completions, made from the flags themselves.

use clap::Command;
use clap_complete::Shell;

use super::manual;
use crate::exit::{Exit, Result};
use crate::term::console::Console;
use crate::term::output::Output;

/// Print the manual page, or completions for a shell
///
/// Prints the manual page, or the completions of a shell, to standard output.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  mailgap generate man > /usr/local/share/man/man1/mailgap.1
  mailgap generate bash > /etc/bash_completion.d/mailgap
  mailgap generate zsh > /usr/local/share/zsh/site-functions/_mailgap
  mailgap generate fish > ~/.config/fish/completions/mailgap.fish")]
pub(crate) struct Args {
    /// What to print
    #[arg(value_enum)]
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// The manual page, in the language of man(7)
    Man,
    /// Completions for bash
    Bash,
    /// Completions for elvish
    Elvish,
    /// Completions for fish
    Fish,
    /// Completions for PowerShell
    Powershell,
    /// Completions for zsh
    Zsh,
}

/// Prints what `args` ask for about `command`, the whole command line.
pub(crate) fn run(args: &Args, command: Command, console: &mut Console<'_>) -> Result<Exit> {
    let text = match args.what {
        What::Man => manual::render(command)?,
        What::Bash => completions(command, Shell::Bash),
        What::Elvish => completions(command, Shell::Elvish),
        What::Fish => completions(command, Shell::Fish),
        What::Powershell => completions(command, Shell::PowerShell),
        What::Zsh => completions(command, Shell::Zsh),
    };
    let mut output = Output::open(None, console.out, &[])?;
    let written = output.write(&text);
    output.finish(written)?;
    Ok(Exit::Done)
}

fn completions(mut command: Command, shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, "mailgap", &mut text);
    text
}
