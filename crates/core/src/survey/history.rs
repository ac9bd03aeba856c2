//! What is known from before the time that is reported: earlier logs, stores and tallies, and what the inputs of a
//! report hold from before [`Options::since`].
//!
//! History is evidence and nothing else. It tells who ever took mail, what is normal, and when an outage began that
//! is still going on; but it is in no figure of the coverage, and no fate is followed in it.

use super::{Beside, Options};
use crate::source::Input;
use crate::tally::{Bounced, Known, Tally};

/// Logs, stores and tallies of earlier days: see [`survey_with_history`](super::survey_with_history).
#[derive(Debug, Default)]
pub struct History<'b> {
    /// Logs and bounces to read.
    pub inputs: &'b [Input],
    /// Events and counts that were read elsewhere; the events with [`Options::for_history`].
    pub beside: Beside<'b>,
}

/// The evidence of events that are earlier than [`Options::since`].
#[derive(Debug, Default)]
pub(super) struct Earlier {
    pub(super) tally: Tally,
    pub(super) bounced: Bounced,
}

impl Earlier {
    pub(super) fn merge(&mut self, other: Earlier) {
        self.tally.merge(other.tally);
        self.bounced.merge(other.bounced);
    }

    pub(super) fn move_known(&mut self, to: &mut Known) {
        self.tally.move_known(to);
    }

    /// The counts, with those of bounces that no log repeats.
    pub(super) fn into_tally(self) -> Tally {
        let Earlier { mut tally, bounced } = self;
        bounced.into_news().0.count_into(&mut tally);
        tally
    }
}

impl Options {
    /// The options by which history is read for a report with these: whenever it was, up to the same end and of the
    /// same destinations, without fates.
    #[must_use]
    pub fn for_history(&self) -> Options {
        Options {
            since: None,
            history_before_since: false,
            fates: None,
            ..self.clone()
        }
    }
}
