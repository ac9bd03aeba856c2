//! One file for each command: its flags and what it does.

pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod fates;
pub(crate) mod generate;
pub(crate) mod report;

use mailgap_core::coverage::Unread;
use mailgap_core::survey::{Survey, survey_with};

use crate::Console;
use crate::args::Display;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::settings::{Inputs, Settings};
use crate::store::{self, Listed};

/// Reads all inputs, and shows how far it has come. What could not be opened is told with what could not be read.
fn survey(
    collected: Inputs,
    settings: &Settings,
    display: &Display,
    environment: &Environment,
) -> Survey {
    let Inputs { collected, stores } = collected;
    let inputs = &collected.inputs;
    let progress = Progress::new(display.progress, display.quiet, false, inputs, environment)
        .with_more(stores.iter().map(Listed::bytes).sum());
    let options = &settings.options;
    let reading = store::Reading::new(&stores, options, &progress);
    let mut survey = survey_with(inputs, reading.recorded(), options, &progress);
    progress.finish();
    survey
        .coverage
        .unread
        .splice(0..0, reading.unread().drain(..));
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
