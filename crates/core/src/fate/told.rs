//! What is told of one recipient of one message.

use std::borrow::Cow;

use super::entry::Entry;
use super::said::unmarked;
use crate::address::{Domain, domain_of};
use crate::event::Outcome;
use crate::evidence::Class;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::time::Timestamp;

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

/// The fate of one recipient of one message, borrowed from a [`Ledger`](super::Ledger).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
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
    /// The address that the sender gave: the recipient before aliases, where a whole address is known of it. Lists to
    /// act on name it, since it is the one that stands in the sender's lists.
    pub fn mailed(&self) -> &[u8] {
        let is_address = |original: &&[u8]| original.contains(&b'@');
        self.original_recipient
            .filter(is_address)
            .unwrap_or(self.recipient)
    }

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

impl<'a> Fate<'a> {
    pub(super) fn new(entry: Entry<'a>) -> Fate<'a> {
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
