//! What the lines say of one recipient of one message: a few facts that merge.

use std::cmp::Ordering;

use super::pool::{NONE, Origin, Store, Word};
use crate::event::{Contact, Delivery, Outcome};
use crate::evidence::{Class, class_of};
use crate::reason::{Reason, Verdict};
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::time::Timestamp;

/// A time in six bytes: milliseconds since 1970, shifted so that bytes compare as times do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment([u8; 6]);

impl Moment {
    /// Before every time: neutral for `max`, "never" where a last time is kept.
    pub(super) const BEFORE: Moment = Moment([0; 6]);
    /// After every time: neutral for `min`, "never" where a first time is kept.
    pub(super) const AFTER: Moment = Moment([u8::MAX; 6]);

    const SHIFT: i64 = 1 << 46;

    /// Times before the year -260 and after 8659 are cut.
    pub(super) fn new(time: Timestamp) -> Moment {
        let shifted = (time.as_millis().saturating_add(Moment::SHIFT)).clamp(1, (1 << 48) - 2);
        Moment::from_number(shifted)
    }

    /// The bytes, for [`Moment::from_bytes`].
    pub(super) const fn bytes(self) -> [u8; 6] {
        self.0
    }

    pub(super) const fn from_bytes(bytes: [u8; 6]) -> Moment {
        Moment(bytes)
    }

    /// A number that grows with time.
    pub(super) fn number(self) -> i64 {
        let mut bytes = [0; 8];
        let [_, _, low @ ..] = &mut bytes;
        *low = self.0;
        i64::from_be_bytes(bytes)
    }

    pub(super) fn from_number(number: i64) -> Moment {
        let [_, _, bytes @ ..] = number.to_be_bytes();
        Moment(bytes)
    }

    /// `None` for never.
    pub(super) fn time(self) -> Option<Timestamp> {
        if self == Moment::BEFORE || self == Moment::AFTER {
            return None;
        }
        Some(Timestamp::from_millis(self.number() - Moment::SHIFT))
    }
}

/// Why a recipient's mail was kept back: the last failure of an attempt, else the first echo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    /// A host was contacted: says more than an echo, whenever that came.
    pub(super) fresh: bool,
    pub(super) time: Moment,
    pub(super) code: Option<ReplyCode>,
    pub(super) status: Option<EnhancedStatus>,
    pub(super) reason: Option<Reason>,
    pub(super) class: Option<Class>,
    /// The reply or diagnostic, with [`RECIPIENT`] in the place of the recipient.
    pub(super) text: Word,
}

/// Stands in a kept text for the recipient's address, so that equal replies are kept once.
pub(super) const RECIPIENT: u8 = 0;

/// Before a kept text that has [`RECIPIENT`] in it already: no address is put in. No other text begins with it,
/// since there is one mark in a text at most.
pub(super) const RAW: &[u8] = &[RECIPIENT, RECIPIENT];

impl Failure {
    const NONE: Failure = Failure {
        fresh: false,
        time: Moment::AFTER,
        code: None,
        status: None,
        reason: None,
        class: None,
        text: NONE,
    };

    /// Which says more: a contact before an echo, the last of contacts, the first of echoes.
    fn by_time(&self, other: &Failure) -> Ordering {
        self.fresh.cmp(&other.fresh).then_with(|| {
            let order = self.time.cmp(&other.time);
            if self.fresh { order } else { order.reverse() }
        })
    }

    /// How the other one, with words of its own, compares to this one.
    fn order(&self, other: &Failure, origin: Origin<'_>, store: &impl Store) -> Ordering {
        let key = |failure: &Failure| (failure.code, failure.status, failure.reason, failure.class);
        other
            .by_time(self)
            .then_with(|| key(other).cmp(&key(self)))
            .then_with(|| origin.word(other.text, store).cmp(store.word(self.text)))
    }
}

/// The facts about one recipient of one message.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Tells recipients of one message apart.
    pub(super) fingerprint: u64,
    pub(super) recipient: Word,
    /// Before aliases, where it differs.
    pub(super) original: Word,
    /// Queue id behind a content filter of this host.
    pub(super) filtered: Word,
    /// Last acceptance. It counts when no failure comes after it; and an acceptance before the first failure is
    /// forgotten, so that nothing else may be kept of it.
    pub(super) accepted: Moment,
    /// First failure.
    pub(super) first: Moment,
    pub(super) first_attempt: Moment,
    pub(super) last_attempt: Moment,
    /// Last failure, which says the outcome.
    pub(super) last: Moment,
    pub(super) outcome: Outcome,
    /// True when anything but acceptance happened. Without it, there is nothing but `accepted`.
    pub(super) failed: bool,
    pub(super) attempts: u16,
    pub(super) echoes: u16,
    /// Reasons for which its attempts failed: a bit for each of [`Reason::ALL`].
    pub(super) reasons: u32,
    pub(super) failure: Failure,
}

/// True for what ends a recipient's story.
fn is_final(outcome: Outcome) -> bool {
    outcome != Outcome::Deferred
}

/// True when the next host or a mailbox took it.
pub(super) fn is_success(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Delivered | Outcome::Relayed)
}

impl Row {
    /// What one event says. The words of the recipient and of the text are left out: most rows have them.
    ///
    /// `telling` is false when it was found that its failure is not what is kept.
    pub(super) fn of(
        event: &Delivery<'_>,
        verdict: Option<Verdict>,
        fingerprint: u64,
        telling: bool,
    ) -> Row {
        let time = Moment::new(event.time);
        let times = u16::try_from(event.times).unwrap_or(u16::MAX);
        let failed = !is_success(event.outcome);
        let fresh = event.contact == Contact::Fresh;
        let reason = verdict.map(|verdict| verdict.reason);
        let failure = if telling && failed && event.outcome != Outcome::Discarded {
            Failure {
                fresh,
                // A notice of expiry repeats what came before, or says the only thing that is said.
                time: if event.outcome == Outcome::Expired {
                    Moment::AFTER
                } else {
                    time
                },
                code: event.reply_code,
                status: event.enhanced_status(),
                reason,
                class: class_of(event, verdict),
                text: NONE,
            }
        } else {
            Failure::NONE
        };
        let attempted = failed && (fresh || event.contact == Contact::None);
        let echoed = failed && !attempted;
        Row {
            fingerprint,
            recipient: NONE,
            original: NONE,
            filtered: NONE,
            accepted: if failed { Moment::BEFORE } else { time },
            first: if failed { time } else { Moment::AFTER },
            first_attempt: if attempted { time } else { Moment::AFTER },
            last_attempt: if attempted { time } else { Moment::BEFORE },
            last: if failed { time } else { Moment::BEFORE },
            outcome: if failed {
                event.outcome
            } else {
                Outcome::Deferred
            },
            failed,
            attempts: if attempted { times } else { 0 },
            echoes: if echoed { times } else { 0 },
            reasons: reason
                .filter(|_| failed && fresh)
                .map_or(0, |reason| 1 << reason as u32),
            failure,
        }
    }

    /// True when what this event says of a failure is worth a look: it may be what is kept in the end.
    pub(super) fn wants_failure(&self, event: &Delivery<'_>) -> bool {
        if event.contact == Contact::Fresh {
            return true;
        }
        !self.failure.fresh
            && (self.failure == Failure::NONE
                || event.outcome != Outcome::Expired
                    && Moment::new(event.time) <= self.failure.time)
    }

    /// Takes in what else is known of this recipient. The words of this row are of `store`; what is not used any
    /// more is given back to it.
    pub(super) fn merge(&mut self, other: &Row, origin: Origin<'_>, store: &mut impl Store) {
        origin.keep(&mut self.recipient, other.recipient, store);
        origin.keep(&mut self.original, other.original, store);
        origin.keep(&mut self.filtered, other.filtered, store);
        // At one time, what is final is the last word.
        let word = |row: &Row| (row.last, is_final(row.outcome), row.outcome);
        if word(other) > word(self) {
            self.outcome = other.outcome;
            self.last = other.last;
        }
        self.accepted = self.accepted.max(other.accepted);
        self.first = self.first.min(other.first);
        self.first_attempt = self.first_attempt.min(other.first_attempt);
        self.last_attempt = self.last_attempt.max(other.last_attempt);
        self.failed |= other.failed;
        self.attempts = self.attempts.saturating_add(other.attempts);
        self.echoes = self.echoes.saturating_add(other.echoes);
        self.reasons |= other.reasons;
        if self.failure.order(&other.failure, origin, store) == Ordering::Greater {
            store.drop(self.failure.text);
            self.failure = other.failure;
            self.failure.text = origin.take(other.failure.text, store);
        } else {
            origin.leave(other.failure.text, store);
        }
    }

    /// With words of this store.
    pub(super) fn moved(mut self, origin: Origin<'_>, store: &mut impl Store) -> Row {
        for word in self.words_mut() {
            *word = origin.take(*word, store);
        }
        self
    }

    pub(super) fn words_mut(&mut self) -> [&mut Word; 4] {
        [
            &mut self.recipient,
            &mut self.original,
            &mut self.filtered,
            &mut self.failure.text,
        ]
    }
}
