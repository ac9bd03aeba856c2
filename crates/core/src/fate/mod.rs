//! What became of each recipient of each message.
//!
//! `4P1Xr7: to=<a@libero.it>, ..., status=deferred (...)`, hours later `4P1Xr7: to=<a@libero.it>, ...,
//! status=sent (...)` → one fate: delivered late, with its first failure, its attempts and its delay.
//!
//! A block of lines becomes a segment: messages that ended in it and open ones by (host, queue id).
//! Segments that follow each other join, associatively, as brackets do (`life.rs`); inputs are put in order of
//! time at the end. So any split of the logs by host and time, any order of the parts and any number of
//! threads give the same fates.
//!
//! What went through at the first attempt is counted by the [tally](crate::tally) and forgotten here: a
//! message whose arrival and removal stand in one segment leaves nothing, and neither does a delivery whose
//! `delay` says that the message arrived in its block. What is kept grows with failing (message, recipient)
//! pairs, with messages that are still in the queue at the end of the log, and with those that straddle a block of
//! a log without arrivals. Who accepted mail the tally knows.

mod attribute;
mod cause;
mod counts;
mod draft;
mod entry;
mod filter;
mod hosts;
mod life;
mod lists;
mod numbers;
mod packed;
mod pool;
mod profile;
mod ribbon;
mod row;
mod said;
mod segment;
mod told;

use std::sync::Arc;

use crate::event::{Delivery, QueueFact};
use crate::reason::Verdict;
use crate::tally::{KnownRecipients, mailbox};

pub use attribute::{Attributions, attribute};
pub use cause::{Attribution, Cause, Grade};
pub use counts::{Counts, OutageFates};
pub use lists::{Listed, Pending, genuine, pending, reinstate, reinstate_by_outage, resend};
pub use profile::DestinationProfile;
pub use told::{End, Fate};

pub(crate) use ribbon::Ribbons;

use draft::Draft;
use packed::Packed;
use segment::{Notes, Segment};

/// Which fates to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// All, also of what went through at the first attempt: memory grows with the log.
    All,
    /// Those with a failure.
    #[default]
    Failing,
}

/// The facts of lines in order, from which fates are made.
///
/// Blocks are taken down one line after the other, [closed](Scribe::close) into stretches, and joined in their
/// order.
#[derive(Debug)]
pub(crate) struct Scribe(Draft);

/// What some lines that follow each other say.
#[derive(Debug)]
pub(crate) enum Stretch {
    /// One block.
    Block(Notes),
    /// Several.
    Blocks(Box<Segment>),
}

impl Scribe {
    pub(crate) fn new(keep: Keep) -> Scribe {
        Scribe(Draft::new(keep))
    }

    /// Takes down what became of a recipient. The verdict is that of an attempt; `classify` says that of an echo.
    pub(crate) fn delivery(
        &mut self,
        event: &Delivery<'_>,
        verdict: Option<Verdict>,
        classify: impl FnOnce() -> Option<Verdict>,
    ) {
        self.0.delivery(event, verdict, classify);
    }

    /// Takes down what is said of a message as a whole.
    pub(crate) fn queue(&mut self, fact: &QueueFact<'_>) {
        self.0.queue(fact);
    }

    /// Takes down what a bounce says, of which no log tells; `id` names its message among those of its host.
    pub(crate) fn bounce(&mut self, event: &Delivery<'_>, id: &[u8], verdict: Option<Verdict>) {
        self.0.bounce(event, id, verdict);
    }

    /// Ends the block.
    pub(crate) fn close(&mut self) -> Stretch {
        Stretch::Block(Notes::of(&mut self.0))
    }
}

impl Stretch {
    /// These lines and those that follow them.
    pub(crate) fn then(self, next: Stretch) -> Stretch {
        let lines = match (self, next) {
            (lines, Stretch::Block(notes)) => lines.into_segment().with(notes),
            (lines, next) => lines.into_segment().then(next.into_segment()),
        };
        Stretch::Blocks(Box::new(lines))
    }

    fn into_segment(self) -> Segment {
        match self {
            Stretch::Block(notes) => Segment::of(notes),
            Stretch::Blocks(lines) => *lines,
        }
    }
}

/// The facts of several logs, which merge in any order.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    inputs: Vec<Segment>,
}

impl Fates {
    /// Takes in a whole log, if fates were asked for.
    pub(crate) fn add(&mut self, input: Option<Stretch>) {
        self.inputs.extend(input.map(Stretch::into_segment));
    }

    /// All is read; `bounces` are those that no log repeats.
    pub(crate) fn finish(
        mut self,
        keep: Keep,
        bounces: Option<Stretch>,
        accepted: Arc<KnownRecipients>,
    ) -> Ledger {
        // Rotated logs follow each other in order of time; those of other hosts have nothing to do with them.
        self.inputs.sort_by_key(|input| (input.first, input.last));
        let mut whole = self
            .inputs
            .into_iter()
            .reduce(Segment::then)
            .unwrap_or_else(|| Segment::new(keep));
        whole.close();
        if let Some(bounces) = bounces {
            // They have queue ids and hosts of their own: nothing to join.
            let mut bounces = bounces.into_segment();
            bounces.close();
            whole.entries.append(&bounces.entries);
        }
        Ledger::new(whole, accepted)
    }
}

/// The fates, in order of arrival.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    entries: Packed,
    /// Recipients that took mail.
    accepted: Arc<KnownRecipients>,
}

impl PartialEq for Ledger {
    fn eq(&self, other: &Ledger) -> bool {
        self.accepted == other.accepted && self.iter().eq(other.iter())
    }
}

impl Ledger {
    fn new(segment: Segment, accepted: Arc<KnownRecipients>) -> Ledger {
        let Segment { entries, pool, .. } = segment;
        drop(pool); // nothing is open any more
        Ledger {
            entries: filter::joined(&entries),
            accepted,
        }
    }

    /// How many fates there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when nothing failed.
    pub fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// True when it is known of any recipient that a host accepted mail for it. Bounces alone do not tell: then
    /// no grade is better than [`Grade::Plausible`].
    pub fn knows_accepted(&self) -> bool {
        !self.accepted.is_empty()
    }

    /// True when a host accepted mail for this recipient, at any time.
    pub fn has_accepted(&self, recipient: &[u8]) -> bool {
        self.accepted.contains(mailbox(recipient))
    }

    /// The fates, in order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = Fate<'_>> {
        self.entries.iter().map(|(_, entry)| Fate::new(entry))
    }
}
