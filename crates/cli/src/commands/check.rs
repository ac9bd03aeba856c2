//! `mailgap report --check`: the exit status that a report means.

use mailgap_core::tally::Destination;

use crate::config::settings::{Inputs, Settings};
use crate::document::Report;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::flags::Display;
use crate::term::console::Console;
use crate::words::numbers::counted;

/// Names that are proposed where a destination is not found.
const MOST_NAMES: usize = 3;

/// How many edits a name may be away from one that is proposed.
const MOST_EDITS: usize = 3;

/// Which outages make a status of 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Check {
    /// One that is going on at the end of the log
    Ongoing,
    /// Any
    Any,
}

/// The status of a report. A report without an attempt knows nothing, which is an error: the message says what was
/// read, and `near` finds the destinations that may have been meant.
pub(super) fn status(
    check: Check,
    report: &Report,
    near: impl FnOnce() -> Vec<String>,
    console: &mut Console<'_>,
) -> Exit {
    if report.coverage.understood() == 0 {
        console.error(
            "--check: nothing was understood, so nothing is known",
            Some("name the log of the sending mail server; the report says what was read instead"),
        );
        return Exit::Error;
    }
    if report.judged.attempts == 0 {
        without_attempts(report, near, console);
        return Exit::Error;
    }
    let is_found = match check {
        Check::Ongoing => report.has_ongoing_outage(),
        Check::Any => report.has_outage(),
    };
    if is_found {
        Exit::OutageFound
    } else {
        Exit::Done
    }
}

fn without_attempts(
    report: &Report,
    near: impl FnOnce() -> Vec<String>,
    console: &mut Console<'_>,
) {
    let coverage = &report.coverage;
    let read = match coverage.lines.total {
        0 => counted(coverage.bounces.messages, "message"),
        lines => counted(lines, "line"),
    };
    let inputs = counted(coverage.inputs, "input");
    let restrictions = match &*report.restrictions {
        [] => String::new(),
        some => format!(" ({})", some.join(", ")),
    };
    let near = if restrictions.is_empty() {
        Vec::new()
    } else {
        near()
    };
    let hint = match (&*near, restrictions.is_empty()) {
        ([], true) => {
            "name the log of the host that sends mail to the outside, and see whether it still logs"
                .to_owned()
        }
        ([], false) => {
            "try without the flags that restrict, and see whether the mail system still logs"
                .to_owned()
        }
        (near, _) => format!("did you mean --domain {}?", near.join(" or --domain ")),
    };
    let message =
        format!("--check: no attempt in {read} of {inputs}{restrictions}, so nothing is known");
    console.error(&message, Some(&hint));
}

/// The destinations in these inputs whose names are much like those asked for with `--domain`, the nearest first.
/// The inputs are read again for it, since what is not asked for leaves no trace.
pub(super) fn near(
    inputs: &Inputs,
    settings: &Settings,
    display: &Display,
    environment: &Environment,
) -> Vec<String> {
    if settings.domains.is_empty() {
        return Vec::new();
    }
    let survey = super::survey(inputs, None, &settings.unrestricted(), display, environment);
    nearest(
        &settings.domains,
        survey.destinations.iter().map(Destination::domain),
    )
}

fn nearest<D: ToString>(wanted: &[String], names: impl Iterator<Item = D>) -> Vec<String> {
    let mut near: Vec<(usize, String)> = names
        .filter_map(|name| {
            let name = name.to_string();
            let edits = wanted.iter().map(|wanted| {
                let wanted = wanted.trim_matches('.').to_ascii_lowercase();
                strsim::osa_distance(&wanted, &name)
            });
            let edits = edits.min()?;
            (edits <= MOST_EDITS).then_some((edits, name))
        })
        .collect();
    near.sort();
    if near.first().is_some_and(|(edits, _)| *edits == 0) {
        return Vec::new(); // no name is wrong
    }
    near.truncate(MOST_NAMES);
    near.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_much_alike_are_proposed() {
        let names = [
            "libero.it",
            "libro.it",
            "virgilio.it",
            "iol.it",
            "example.com",
        ];
        let cases: [(&[&str], &[&str]); 5] = [
            (&["libeor.it"], &["libero.it", "libro.it"]),
            (&[".LIBERO2.it"], &["libero.it", "libro.it"]),
            (&["virgilio.com"], &["virgilio.it"]),
            (&["elsewhere.example"], &[]),
            // It is there: another restriction leaves its attempts out.
            (&["libero.it"], &[]),
        ];
        for (wanted, expected) in cases {
            let wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(nearest(&wanted, names.iter()), expected, "{wanted:?}");
        }
    }
}
