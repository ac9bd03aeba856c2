//! One file for each command: its flags and what it does.

pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod fates;
pub(crate) mod generate;
pub(crate) mod report;
pub(crate) mod tally;

use mailgap_core::coverage::Unread;
use mailgap_core::source::Input;
use mailgap_core::survey::{Beside, Options, Progress as Watch, Survey, Tallied, survey_with};

use crate::Console;
use crate::args::Display;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::settings::{Inputs, Settings};
use crate::store::{self, Listed};
use crate::tallies;

/// Reads all inputs, and shows how far it has come. What could not be opened is told with what could not be read.
fn survey(
    collected: Inputs,
    settings: &Settings,
    display: &Display,
    environment: &Environment,
) -> Survey {
    let (mut survey, unread) = pass(collected, settings, display, environment, survey_with);
    survey.coverage.unread.splice(0..0, unread);
    survey
}

/// The same for its counts alone.
fn tallied(
    collected: Inputs,
    settings: &Settings,
    display: &Display,
    environment: &Environment,
) -> Tallied {
    let tally = mailgap_core::survey::tally;
    let (mut tallied, unread) = pass(collected, settings, display, environment, tally);
    tallied.add_unread(unread);
    tallied
}

/// A pass over all inputs, and what of them could not be opened.
fn pass<T>(
    collected: Inputs,
    settings: &Settings,
    display: &Display,
    environment: &Environment,
    of: impl FnOnce(&[Input], Beside<'_>, &Options, &dyn Watch) -> T,
) -> (T, Vec<Unread>) {
    let Inputs {
        collected,
        stores,
        tallies,
    } = collected;
    let inputs = &collected.inputs;
    let stored: u64 = stores.iter().map(Listed::bytes).sum();
    let tallied: u64 = tallies.iter().filter_map(Input::size).sum();
    let progress = Progress::new(display.progress, display.quiet, false, inputs, environment)
        .with_more(stored + tallied);
    let mut options = settings.options.clone();
    if !tallies.is_empty() {
        options.fates = None; // of some messages alone they would be taken for those of all
    }
    let reading = store::Reading::new(&stores, &options, &progress);
    let tallies = tallies::Reading::new(&tallies, &progress);
    let beside = Beside {
        recorded: Box::new(reading.recorded()),
        tallied: Box::new(tallies.tallied()),
    };
    let read = of(inputs, beside, &options, &progress);
    progress.finish();
    let mut unread = collected.unread;
    unread.extend(reading.unread().drain(..));
    unread.extend(tallies.unread.into_inner());
    (read, unread)
}

/// Names the inputs that could not be read, each as an error. The status is then 2 whatever was found.
fn say_unread(unread: &[Unread], console: &mut Console<'_>) -> Option<Exit> {
    for unread in unread {
        console.error(&format!("{}: {}", unread.input, unread.why), None);
    }
    (!unread.is_empty()).then_some(Exit::Error)
}
