//! The manual page: one page for the command and all its subcommands, made from the help of the flags.
//!
//! `.TH mailgap 1 "" "mailgap 0.1.0" "User Commands"`, in the macros of man(7).

use std::io;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

/// What the exit statuses mean, for the help and the manual: two spaces stand before a status and after it.
pub(crate) const EXIT_STATUS: &str = "\
Exit status:
  0  done
  1  with --check, an outage is going on at the end of the log; with --check=any, there is one
  2  an error, also when one of several inputs could not be read (the others are still reported),
     and with --check when there is no attempt to judge by";

/// What the command takes from its surroundings.
const ENVIRONMENT: [(&str, &str); 4] = [
    (
        "COLUMNS",
        "How wide to write text, also where it is no terminal; else the width of the terminal, or 100.",
    ),
    ("NO_COLOR", "No colour, when it is set and not empty."),
    (
        "TERM",
        "No colour and no progress bar, when it is \"dumb\".",
    ),
    (
        "TZ",
        "The time zone of stamps that name none, where it is an IANA name; --timezone comes first.",
    ),
];

/// The page, as man(1) reads it.
///
/// # Errors
/// None in practice: it is written to memory.
pub(crate) fn render(mut command: Command) -> io::Result<Vec<u8>> {
    command.build();
    let version = command.get_version().unwrap_or_default();
    // No date: the same bytes on every day. clap_mangen would leave the empty argument out.
    let mut page =
        format!(".TH mailgap 1 \"\" \"mailgap {version}\" \"User Commands\"\n").into_bytes();
    let main = Man::new(command.clone());
    main.render_name_section(&mut page)?;
    main.render_synopsis_section(&mut page)?;
    main.render_description_section(&mut page)?;
    for subcommand in command.get_subcommands() {
        render_subcommand(subcommand, &mut page)?;
    }
    // What does not fit in a line goes on, deeper, in the next one.
    let statuses = EXIT_STATUS.replace("\n     ", " ");
    let statuses = statuses
        .lines()
        .filter_map(|line| line.trim_start().split_once("  "));
    render_list("EXIT STATUS", statuses, &mut page)?;
    render_list("ENVIRONMENT", ENVIRONMENT, &mut page)?;
    Ok(once(PREAMBLE, &String::from_utf8_lossy(&page)).into_bytes())
}

/// How roff defines the apostrophe; it comes with each piece that is written.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// The text with the preamble at its start only.
fn once(preamble: &str, text: &str) -> String {
    format!("{preamble}{}", text.replace(preamble, ""))
}

/// The sections of a subcommand's own page, each a part of one section here.
fn render_subcommand(subcommand: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let name = subcommand.get_bin_name().unwrap_or(subcommand.get_name());
    let mut title = Roff::new();
    title.control("SH", [name.to_uppercase().as_str()]);
    title.to_writer(page)?;
    let man = Man::new(subcommand.clone());
    let mut sections = Vec::new();
    man.render_description_section(&mut sections)?;
    man.render_synopsis_section(&mut sections)?;
    man.render_options_section(&mut sections)?;
    if let Some(examples) = subcommand.get_after_long_help() {
        render_examples(&examples.to_string(), &mut sections)?;
    }
    let sections = String::from_utf8_lossy(&sections);
    for line in sections.lines() {
        // What the command does follows its name without a heading of its own.
        if line == ".SH DESCRIPTION" {
            continue;
        }
        match line.strip_prefix(".SH ") {
            Some(heading) => page.extend_from_slice(format!(".SS {heading}\n").as_bytes()),
            None => page.extend_from_slice(format!("{line}\n").as_bytes()),
        }
    }
    Ok(())
}

/// Command lines, one below the other and not filled.
fn render_examples(text: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]);
    roff.control("nf", []);
    for line in text.lines().filter(|line| *line != "Examples:") {
        roff.text([roman(line.trim_start())]);
    }
    roff.control("fi", []);
    roff.to_writer(page)
}

fn render_list<'t>(
    heading: &str,
    items: impl IntoIterator<Item = (&'t str, &'t str)>,
    page: &mut Vec<u8>,
) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    for (term, text) in items {
        roff.control("TP", []);
        roff.text([bold(term)]);
        roff.text([roman(text)]);
    }
    roff.to_writer(page)
}
