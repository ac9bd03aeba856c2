//! One file for each command: its flags and what it does.

pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod fates;
pub(crate) mod generate;
pub(crate) mod report;

use mailgap_core::coverage::Unread;
use mailgap_core::source::Collected;
use mailgap_core::survey::Survey;

use crate::Console;
use crate::args::Display;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::settings::Settings;

/// Reads all inputs, and shows how far it has come. What could not be opened is told with what could not be read.
fn survey(
    collected: Collected,
    settings: &Settings,
    display: &Display,
    environment: &Environment,
) -> Survey {
    let inputs = &collected.inputs;
    let progress = Progress::new(display.progress, display.quiet, false, inputs, environment);
    let mut survey = mailgap_core::survey::survey(inputs, &settings.options, &progress);
    progress.finish();
    survey.coverage.unread.splice(0..0, collected.unread);
    survey
}

/// Names the inputs that could not be read, each as an error. The status is then 2 whatever was found.
fn say_unread(unread: &[Unread], console: &mut Console<'_>) -> Option<Exit> {
    for unread in unread {
        console.error(&format!("{}: {}", unread.input, unread.why), None);
    }
    (!unread.is_empty()).then_some(Exit::Error)
}
