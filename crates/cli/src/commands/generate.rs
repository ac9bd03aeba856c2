//! `mailgap generate`: the manual page and shell completions, made from the flags themselves.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::Console;
use crate::args::Cli;
use crate::exit::{Exit, Result};
use crate::manual;
use crate::output::Output;

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

pub(crate) fn run(args: &Args, console: &mut Console<'_>) -> Result<Exit> {
    let text = match args.what {
        What::Man => manual::render(Cli::command())?,
        What::Bash => completions(Shell::Bash),
        What::Elvish => completions(Shell::Elvish),
        What::Fish => completions(Shell::Fish),
        What::Powershell => completions(Shell::PowerShell),
        What::Zsh => completions(Shell::Zsh),
    };
    let mut output = Output::open(None, console.out, &[])?;
    let written = output.write(&text);
    output.finish(written)?;
    Ok(Exit::Done)
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "mailgap", &mut text);
    text
}
