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
mod case;
mod draft;
mod filter;
mod life;
mod lists;
mod numbers;
mod packed;
mod pool;
mod ribbon;
mod row;
mod said;
mod segment;

use std::borrow::Cow;
use std::sync::Arc;

use crate::address::{Domain, domain_of};
use crate::event::{Delivery, Outcome, QueueFact};
use crate::evidence::Class;
use crate::reason::{Reason, Verdict};
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::tally::{KnownRecipients, fingerprint};
use crate::time::Timestamp;

pub use attribute::{Cause, Counts, Grade, Judged, Judgement, OutageFates, Place, judge};
pub use case::Case;
pub use lists::{Listed, Pending, genuine, pending, reinstate, resend};

pub(crate) use ribbon::Ribbons;

use draft::Draft;
use packed::{Entry, Packed};
use row::RECIPIENT;
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

/// What became of one recipient of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// Given up after a permanent refusal.
    Bounced,
    /// Accepted at the first attempt.
    Delivered,
    /// Accepted after at least one failure.
    DeliveredLate,
    /// Thrown away on purpose, or deleted from the queue.
    Discarded,
    /// Given up because it waited too long.
    Expired,
    /// Still queued.
    Pending,
}

impl End {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            End::Bounced => "bounced",
            End::Delivered => "delivered",
            End::DeliveredLate => "delivered_late",
            End::Discarded => "discarded",
            End::Expired => "expired",
            End::Pending => "pending",
        }
    }
}

/// The fate of one recipient of one message, borrowed from a [`Ledger`].
#[derive(Debug, Clone, PartialEq)]
pub struct Fate<'a> {
    /// The reporting host.
    pub host: &'a [u8],
    /// Queue id of Postfix, message id of Exim; before a content filter.
    pub queue_id: &'a [u8],
    /// Message-ID, where the log names it.
    pub message_id: Option<Cow<'a, [u8]>>,
    /// Envelope sender, where the log names it; empty for a bounce.
    pub sender: Option<&'a [u8]>,
    /// Envelope recipient.
    pub recipient: &'a [u8],
    /// The recipient before aliases, where it differs.
    pub original_recipient: Option<&'a [u8]>,
    /// When it came into the queue, as far as the log says.
    pub arrival: Option<Timestamp>,
    /// What became of it.
    pub end: End,
    /// First failure, an echo or an attempt; of what never failed, its acceptance.
    pub first: Timestamp,
    /// First event in which a host was contacted.
    pub first_attempt: Option<Timestamp>,
    /// Last such event.
    pub last_attempt: Option<Timestamp>,
    /// Last event; of a fate that is not pending, when it ended.
    pub last: Timestamp,
    /// Events in which a host was contacted (at most 65,535).
    pub attempts: u16,
    /// Earlier failures repeated without contact (likewise).
    pub echoes: u16,
    /// Why it last failed: of attempts rather than of echoes.
    pub reason: Option<Reason>,
    /// What kind of evidence that failure is.
    pub class: Option<Class>,
    /// Reply code of that failure.
    pub reply_code: Option<ReplyCode>,
    /// Enhanced status of that failure.
    pub enhanced_status: Option<EnhancedStatus>,
    /// Reply of that failure, or the diagnostic when no host answered; its beginning when it is long.
    pub text: Option<Cow<'a, [u8]>>,
    /// When that failure was; `None` when nothing failed.
    failed_at: Option<Timestamp>,
    /// Every reason for which an attempt failed, a bit for each of [`Reason::ALL`].
    reasons: u32,
}

impl Fate<'_> {
    /// When its story ended; `None` while it is queued.
    pub fn ended(&self) -> Option<Timestamp> {
        (self.end != End::Pending).then_some(self.last)
    }

    /// When it last failed: an attempt rather than an echo.
    pub(crate) fn last_failure(&self) -> Timestamp {
        self.failed_at.unwrap_or(self.first)
    }

    /// Seconds from its arrival to its end, or to its last event while it is queued.
    pub fn delay_s(&self) -> Option<f64> {
        self.arrival
            .map(|arrival| self.last.seconds_since(arrival).max(0.0))
    }

    /// The destination; `None` for a local name.
    pub fn domain(&self) -> Option<Domain> {
        domain_of(self.recipient).map(Domain::new)
    }

    /// Every reason for which an attempt failed, in the order of their names.
    pub fn reasons(&self) -> impl Iterator<Item = Reason> + use<> {
        let bits = self.reasons;
        Reason::ALL
            .into_iter()
            .filter(move |&reason| bits & (1 << reason as u32) != 0)
    }
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
        self.accepted.contains(fingerprint(recipient))
    }

    /// The fates, in order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = Fate<'_>> {
        self.entries.iter().map(|(_, entry)| Fate::new(entry))
    }
}

impl<'a> Fate<'a> {
    fn new(entry: Entry<'a>) -> Fate<'a> {
        let Entry {
            failure, recipient, ..
        } = entry;
        let end = match entry.outcome {
            Outcome::Bounced => End::Bounced,
            Outcome::Deferred | Outcome::Probe => End::Pending,
            Outcome::Delivered | Outcome::Relayed if entry.failed => End::DeliveredLate,
            Outcome::Delivered | Outcome::Relayed => End::Delivered,
            Outcome::Discarded => End::Discarded,
            Outcome::Expired if failure.reason.is_some_and(is_for_good) => End::Bounced,
            Outcome::Expired => End::Expired,
        };
        let message_id = match entry.message_id {
            (local, Some(domain)) => Cow::Owned([local, b"@", domain].concat()),
            (local, None) => Cow::Borrowed(local),
        };
        Fate {
            host: entry.host.unwrap_or_default(),
            queue_id: entry.queue_id,
            message_id: Some(message_id).filter(|id| !id.is_empty()),
            sender: entry.sender,
            recipient,
            original_recipient: entry.original,
            arrival: entry.arrival.time(),
            end,
            first: entry.first.time().unwrap_or_default(),
            first_attempt: entry.first_attempt.time(),
            last_attempt: entry.last_attempt.time(),
            last: entry.last.time().unwrap_or_default(),
            attempts: entry.attempts,
            echoes: entry.echoes,
            reason: failure.reason,
            class: failure.class,
            reply_code: failure.code,
            enhanced_status: failure.status,
            text: failure.text.map(|text| unmarked(text, recipient)),
            failed_at: entry.failed_at.time(),
            reasons: entry.reasons,
        }
    }
}

/// True for what no waiting mends: mail that such a reason kept back did not wait too long, whatever the mail
/// system says of its retries (`** a@d: retry timeout exceeded` of Exim, seconds after the first failure).
const fn is_for_good(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::DomainRefusesMail | Reason::NoSuchDomain | Reason::RoutingLoop
    )
}

/// A kept text with the recipient back in its place.
fn unmarked<'a>(text: &'a [u8], recipient: &[u8]) -> Cow<'a, [u8]> {
    match memchr::memchr(RECIPIENT, text) {
        Some(at) => {
            let (before, after) = text.split_at(at);
            Cow::Owned([before, recipient, after.get(1..).unwrap_or_default()].concat())
        }
        None => Cow::Borrowed(text),
    }
}
