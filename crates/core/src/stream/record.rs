//! What a watcher says.

use crate::address::Domain;
use crate::outage::{Kind, Outage};
use crate::time::Timestamp;

/// News of one destination.
///
/// `time` is the end of the last minute that it rests on. The [`Outage`] is all that is known of it by then,
/// as [`crate::outage::find`] tells it: since when, windows, evidence, a sample of the answers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Record {
    /// An outage has begun. One that was closed and goes on after less than about 90 minutes is opened
    /// again, with its first start.
    Open {
        /// The end of the last minute that this rests on.
        time: Timestamp,
        /// What is known of it; its `end` is `None`.
        outage: Box<Outage>,
    },
    /// The destination gives another kind of answer: see the last of the windows.
    Phase {
        /// The end of the last minute that this rests on.
        time: Timestamp,
        /// What is known of it; its `end` is `None`.
        outage: Box<Outage>,
    },
    /// The outage is over.
    Close {
        /// The end of the last minute that this rests on.
        time: Timestamp,
        /// What is known of it.
        outage: Box<Outage>,
    },
    /// Something that was said is not so: events came too late, or later ones showed it in another light.
    Revised {
        /// The end of the last minute that this rests on.
        time: Timestamp,
        /// What was said last; `None` when nothing was.
        said: Option<Box<Outage>>,
        /// What is so; `None` when there was no outage, or none that began: a destination that never worked,
        /// or that fails throughout, shows as one until enough is known of it.
        outage: Option<Box<Outage>>,
    },
    /// No later minute changes when this outage was: only events that come too late can.
    Final {
        /// The end of the last minute that this rests on.
        time: Timestamp,
        /// What is known of it.
        outage: Box<Outage>,
    },
}

impl Record {
    /// The word for it: `open`, `phase`, `close`, `revised` or `final`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Record::Open { .. } => "open",
            Record::Phase { .. } => "phase",
            Record::Close { .. } => "close",
            Record::Revised { .. } => "revised",
            Record::Final { .. } => "final",
        }
    }

    /// The end of the last minute that it rests on.
    pub const fn time(&self) -> Timestamp {
        match self {
            Record::Open { time, .. }
            | Record::Phase { time, .. }
            | Record::Close { time, .. }
            | Record::Revised { time, .. }
            | Record::Final { time, .. } => *time,
        }
    }

    /// What is so; `None` for an outage that was none.
    pub fn outage(&self) -> Option<&Outage> {
        match self {
            Record::Open { outage, .. }
            | Record::Phase { outage, .. }
            | Record::Close { outage, .. }
            | Record::Final { outage, .. } => Some(outage),
            Record::Revised { outage, .. } => outage.as_deref(),
        }
    }

    /// The destination.
    pub fn domain(&self) -> Option<&Domain> {
        let said = match self {
            Record::Revised { said, .. } => said.as_deref(),
            _ => None,
        };
        self.outage().or(said).map(|outage| &outage.domain)
    }

    /// The kind of answer that the destination gave last.
    pub fn kind(&self) -> Option<Kind> {
        self.outage().and_then(last_kind)
    }
}

/// The kind of the last window.
pub(super) fn last_kind(outage: &Outage) -> Option<Kind> {
    outage.windows.last().map(|window| window.kind)
}
