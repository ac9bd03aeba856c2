//! The facts of a fate, with nothing left to be joined.

use super::life::Life;
use super::pool::{NONE, Words};
use super::row::{Moment, Row};
use crate::event::Outcome;
use crate::evidence::Class;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};

/// What became of one recipient of one message, with nothing left to be said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) host: Option<&'a [u8]>,
    pub(super) queue_id: &'a [u8],
    pub(super) sender: Option<&'a [u8]>,
    /// Before and after its last `@`.
    pub(super) message_id: (&'a [u8], Option<&'a [u8]>),
    pub(super) recipient: &'a [u8],
    pub(super) original: Option<&'a [u8]>,
    /// Queue id behind a content filter of this host; empty without one.
    pub(super) filtered: &'a [u8],
    pub(super) arrival: Moment,
    pub(super) first: Moment,
    pub(super) first_attempt: Moment,
    pub(super) last_attempt: Moment,
    /// The last event, or the end of the message when that came without one.
    pub(super) last: Moment,
    /// When the failure that is kept was.
    pub(super) failed_at: Moment,
    pub(super) outcome: Outcome,
    pub(super) failed: bool,
    pub(super) attempts: u16,
    pub(super) echoes: u16,
    pub(super) reasons: u32,
    pub(super) failure: Why<'a>,
}

/// Why it failed: the same again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Why<'a> {
    pub(super) code: Option<ReplyCode>,
    pub(super) status: Option<EnhancedStatus>,
    pub(super) reason: Option<Reason>,
    pub(super) class: Option<Class>,
    pub(super) text: Option<&'a [u8]>,
}

impl<'a> Entry<'a> {
    /// A recipient of a message that is over, or of which no more will be said.
    pub(super) fn new(life: &Life, row: &Row, words: &'a dyn Words) -> Entry<'a> {
        let said = |word| (word != NONE).then(|| words.word(word));
        let mut first_attempt = row.first_attempt;
        let mut last_attempt = row.last_attempt;
        let mut attempts = row.attempts;
        let (outcome, last) = match row.outcome {
            _ if row.accepted > row.last => {
                first_attempt = first_attempt.min(row.accepted);
                last_attempt = row.accepted;
                attempts = attempts.saturating_add(1);
                (Outcome::Delivered, row.accepted)
            }
            // The sender was told of all that was left.
            Outcome::Deferred if life.cancelled != Moment::BEFORE => {
                (Outcome::Bounced, life.cancelled)
            }
            // `expired` names no recipients: those still deferred are meant.
            Outcome::Deferred if life.expired != Moment::BEFORE => (Outcome::Expired, life.expired),
            // Deleted by the operator.
            Outcome::Deferred if life.ends => (Outcome::Discarded, life.removed),
            outcome => (outcome, row.last),
        };
        let failure = row.failure;
        Entry {
            host: said(life.host),
            queue_id: words.word(life.queue_id),
            sender: said(life.sender),
            message_id: at_domain(words.word(life.message_id)),
            recipient: words.word(row.recipient),
            original: said(row.original),
            filtered: words.word(row.filtered),
            arrival: life.arrival,
            first: if row.failed { row.first } else { row.accepted },
            first_attempt,
            last_attempt,
            last,
            failed_at: failure.time,
            outcome,
            failed: row.failed,
            attempts,
            echoes: row.echoes,
            reasons: row.reasons,
            failure: Why {
                code: failure.code,
                status: failure.status,
                reason: failure.reason,
                class: failure.class,
                text: said(failure.text),
            },
        }
    }
}

/// `abc@host` → `abc` and `host`.
fn at_domain(id: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memrchr(b'@', id) {
        Some(at) => (
            id.get(..at).unwrap_or_default(),
            Some(id.get(at + 1..).unwrap_or_default()),
        ),
        None => (id, None),
    }
}
