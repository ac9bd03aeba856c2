//! One file for each command: its flags and what it does.

pub(crate) mod analyze;
mod check;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod fates;
pub(crate) mod generate;
pub(crate) mod manual;
pub(crate) mod report;
pub(crate) mod tally;

use mailgap_core::coverage::Unread;
use mailgap_core::source::Input;
use mailgap_core::survey::{
    Beside, History, Options, Progress as Watch, Survey, Tallied, survey_with_history,
};

use crate::archive::store::{self, Listed};
use crate::archive::tallies;
use crate::config::settings::{Inputs, Settings};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::flags::Display;
use crate::term::console::Console;
use crate::term::progress::Progress;

/// Reads all inputs and the history, and shows how far it has come. What could not be opened is named with what could
/// not be read.
fn survey(
    collected: &Inputs,
    history: Option<&Inputs>,
    settings: &Settings,
    display: &Display,
    environment: &Environment,
) -> Survey {
    let progress = progress([Some(collected), history], display, environment);
    let options = settings.options.for_history();
    let sources = history.map(|it| Sources::new(it, &options, &progress));
    let history = history.zip(sources.as_ref());
    let history = history.map(|(inputs, sources)| History {
        inputs: &inputs.collected.inputs,
        beside: sources.beside(),
    });
    let (mut survey, mut unread) = pass(
        collected,
        settings,
        &progress,
        |inputs, beside, options, progress| {
            survey_with_history(inputs, beside, history, options, progress)
        },
    );
    unread.extend(sources.into_iter().flat_map(Sources::into_unread));
    survey.coverage.unread.splice(0..0, unread);
    survey
}

/// The same for its counts alone.
fn tallied(
    collected: &Inputs,
    settings: &Settings,
    display: &Display,
    environment: &Environment,
) -> Tallied {
    let tally = mailgap_core::survey::tally;
    let progress = progress([Some(collected), None], display, environment);
    let (mut tallied, unread) = pass(collected, settings, &progress, tally);
    tallied.add_unread(unread);
    tallied
}

/// Shows how far the reading of all of these has come.
fn progress(all: [Option<&Inputs>; 2], display: &Display, environment: &Environment) -> Progress {
    let all = || all.into_iter().flatten();
    let logs: Vec<Input> = all()
        .flat_map(|it| it.collected.inputs.iter().cloned())
        .collect();
    let stored: u64 = all().flat_map(|it| &it.stores).map(Listed::bytes).sum();
    let tallies = all().flat_map(|it| &it.tallies);
    let tallied: u64 = tallies.filter_map(Input::size).sum();
    Progress::new(display.progress, display.quiet, false, &logs, environment)
        .with_more(stored + tallied)
}

/// A pass over all inputs, and what of them could not be opened.
fn pass<T>(
    inputs: &Inputs,
    settings: &Settings,
    progress: &Progress,
    of: impl FnOnce(&[Input], Beside<'_>, &Options, &dyn Watch) -> T,
) -> (T, Vec<Unread>) {
    let mut options = settings.options.clone();
    if !inputs.tallies.is_empty() {
        options.fates = None; // of some messages alone they would be taken for those of all
    }
    let sources = Sources::new(inputs, &options, progress);
    let read = of(
        &inputs.collected.inputs,
        sources.beside(),
        &options,
        progress,
    );
    progress.finish();
    (read, sources.into_unread())
}

/// The stores and tallies among inputs, as they are read.
struct Sources<'a> {
    inputs: &'a Inputs,
    stores: store::Reading<'a>,
    tallies: tallies::Reading<'a>,
}

impl<'a> Sources<'a> {
    fn new(inputs: &'a Inputs, options: &'a Options, progress: &'a Progress) -> Sources<'a> {
        Sources {
            inputs,
            stores: store::Reading::new(&inputs.stores, options, progress),
            tallies: tallies::Reading::new(&inputs.tallies, progress),
        }
    }

    fn beside(&self) -> Beside<'_> {
        Beside {
            recorded: Box::new(self.stores.recorded()),
            tallied: Box::new(self.tallies.tallied()),
        }
    }

    /// What could not be opened or read.
    fn into_unread(self) -> Vec<Unread> {
        let mut unread = self.inputs.collected.unread.clone();
        unread.extend(self.stores.unread().drain(..));
        unread.extend(self.tallies.unread.into_inner());
        unread
    }
}

/// Names the inputs that could not be read, each as an error. The status is then 2 whatever was found.
fn say_unread(unread: &[Unread], console: &mut Console<'_>) -> Option<Exit> {
    for unread in unread {
        console.error(&format!("{}: {}", unread.input, unread.why), None);
    }
    (!unread.is_empty()).then_some(Exit::Error)
}
