//! Which outage a fate belongs to, and whose doing it was.

use super::{End, Fate};
use crate::outage::OutageId;

/// Whose doing a fate was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// The recipient's or the message's own.
    Genuine,
    /// The outage's.
    Outage,
    /// Not known.
    Unknown,
}

impl Cause {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Cause::Genuine => "genuine",
            Cause::Outage => "outage",
            Cause::Unknown => "unknown",
        }
    }
}

/// What speaks for an address that an outage refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// It took mail at another time.
    Accepted,
    /// The window refused nearly everyone.
    Plausible,
}

impl Grade {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Grade::Accepted => "accepted",
            Grade::Plausible => "plausible",
        }
    }
}

/// Which outage a fate belongs to, and whose doing it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribution {
    /// The outage in which the recipient failed; `None` for a fate outside of any.
    pub outage: Option<OutageId>,
    /// Whose doing it was.
    pub cause: Cause,
    /// What speaks for the address, where the outage refused it.
    pub grade: Option<Grade>,
}

impl Attribution {
    /// The attribution of a fate outside of any outage: a refusal is the recipient's own, or the message's; of the rest
    /// nothing is known.
    pub(super) fn outside(fate: &Fate<'_>) -> Attribution {
        let cause = if fate.end == End::Bounced {
            Cause::Genuine
        } else {
            Cause::Unknown
        };
        Attribution {
            outage: None,
            cause,
            grade: None,
        }
    }
}
