//! What a merged tally says about one destination: the input of [`crate::outage`].
//!
//! Small and owned. Minutes without an attempt have no bucket.

use crate::address::Domain;
use crate::event::Stage;
use crate::evidence::Class;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::tally::Few;
use crate::tally::cells::{Answer, MINUTE, Minute};
use crate::tally::recipients::Fresh;
use crate::tally::slot::Slot;
use crate::time::Timestamp;

/// First and last time of what was counted in one slot of one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: Timestamp,
    /// The last; the same as the first for a single attempt.
    pub last: Timestamp,
}

/// The attempts of one minute.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// Minutes since 1970-01-01T00:00Z.
    pub minute: i64,
    /// Attempts by [`Slot::index`].
    pub counts: [u32; Slot::COUNT],
    /// First and last time by [`Slot::index`]; `Some` exactly where the count is not 0.
    pub spans: [Option<Span>; Slot::COUNT],
    /// Of those in [`Class::PermRcpt`], how many refused a recipient that never took mail; 0 where
    /// bounces alone tell of the destination.
    pub strangers: u32,
    /// Messages that failed in this minute (neutral failures included).
    pub messages: Few,
    /// Recipients that failed in this minute (neutral failures included).
    pub recipients: Few,
}

/// One kind of answer within one hour, with a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyGroup {
    /// Hours since 1970-01-01T00:00Z.
    pub hour: i64,
    /// Its class.
    pub class: Class,
    /// Reply code, if the host answered.
    pub reply_code: Option<ReplyCode>,
    /// Enhanced status (the reply's own, else the MTA's).
    pub enhanced_status: Option<EnhancedStatus>,
    /// Why.
    pub reason: Reason,
    /// How far the attempt came.
    pub stage: Option<Stage>,
    /// How many attempts (neutral ones included).
    pub count: u64,
    /// Of these, how many the MTA gave up (bounced or expired): it will not try them again.
    pub given_up: u64,
    /// One real text: of those in this hour the one with the smallest hash, then the smallest text.
    pub sample: Box<[u8]>,
}

/// Attempts of one hour by MX host.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelayCount {
    /// Hours since 1970-01-01T00:00Z.
    pub hour: i64,
    /// Host name, or the address when there is no name.
    pub host: Box<[u8]>,
    /// Attempts that it accepted.
    pub accepted: u64,
    /// Attempts that failed.
    pub failed: u64,
}

/// Accepted attempts of ten minutes that took one step of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowCount {
    /// Ten minutes ([`Delays::SLOT_MINUTES`]) since 1970-01-01T00:00Z.
    pub slot: i64,
    /// How long they took, [`Delays::SLOW`] or more; `None` when the log does not tell.
    pub step: Option<u8>,
    /// How many.
    pub count: u32,
}

/// How long accepted attempts took, by steps: step 0 is less than a second, step n from 2^(n-1) to 2^n seconds.
///
/// The time is that of the attempt itself (Postfix: the last two of `delays=`; Exim: `DT=`); where that is not
/// told, the age of a message that is too young to have been tried before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delays {
    /// Accepted attempts of the whole log, by step; those of which nothing is known are in none.
    pub whole: [u64; Delays::STEPS],
    /// How many of these are known by the age of the message only.
    pub aged: u64,
    /// The slow ones in order of time, and those of which nothing is known.
    pub slow: Vec<SlowCount>,
}

impl Delays {
    /// How many steps there are; the last has no upper end.
    pub const STEPS: usize = 12;
    /// From this step on (32 seconds) attempts are counted by time too.
    pub const SLOW: u8 = 6;
    /// Minutes of a slot.
    pub const SLOT_MINUTES: i64 = 10;

    /// The step of so many seconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates; the step is below 12"
    )]
    pub fn step_of(seconds: f64) -> u8 {
        let bits = u32::BITS - (seconds as u32).leading_zeros();
        bits.min(Delays::STEPS as u32 - 1) as u8
    }

    /// Where a step begins, in seconds.
    pub fn seconds_of(step: u8) -> f64 {
        if step == 0 {
            0.0
        } else {
            f64::from(step - 1).exp2()
        }
    }
}

/// All that the logs say about one destination, reporting hosts merged.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The destination.
    pub domain: Domain,
    /// How many reporting hosts sent to it.
    pub hosts: usize,
    /// Minutes with attempts, in order of time. A recipient-scope failure stands in its class only where
    /// it is news (see `recipients.rs`), else in neutral.
    pub buckets: Vec<Bucket>,
    /// Failures by kind of answer, in order of hour, then of the other fields.
    pub replies: Vec<ReplyGroup>,
    /// Attempts by MX, in order of hour, then of host.
    pub relays: Vec<RelayCount>,
    /// How long accepted attempts took.
    pub delays: Delays,
    /// When the oldest message that failed arrived, in full seconds: before the log where it was queued already.
    pub oldest: Option<Timestamp>,
    /// Echoes: failures repeated without contact.
    pub echoes: u64,
    /// Recipients of echoes.
    pub echoed: Few,
    /// True when no log tells of it: bounces are of failures only, and what was accepted is not known.
    pub bounces_only: bool,
}

impl Bucket {
    /// Moves one failure from neutral to its class: it turned out to be fresh.
    pub(super) fn count_fresh(&mut self, fresh: &Fresh) {
        let &Fresh { time, class, .. } = fresh;
        if class == Class::PermRcpt && !fresh.known {
            self.strangers = self.strangers.saturating_add(1);
        }
        let neutral = Slot::Neutral.index();
        let [.., neutral_count] = &mut self.counts;
        *neutral_count = neutral_count.saturating_sub(1);
        if *neutral_count == 0
            && let Some(span) = self.spans.get_mut(neutral)
        {
            *span = None;
        }
        let place = Slot::Class(class).index();
        if let (Some(count), Some(span)) = (self.counts.get_mut(place), self.spans.get_mut(place)) {
            *count = count.saturating_add(1);
            let known = span.get_or_insert(Span {
                first: time,
                last: time,
            });
            *known = Span {
                first: known.first.min(time),
                last: known.last.max(time),
            };
        }
    }
}

/// Cells of one minute as a bucket; recipient-scope failures are still neutral.
pub(crate) fn bucket(cells: &[&Minute]) -> Option<Bucket> {
    let minute = cells.first()?.number;
    let start = minute * MINUTE;
    let at = |offset: u16| Timestamp::from_millis(start + i64::from(offset));
    let mut bucket = Bucket {
        minute,
        counts: [0; Slot::COUNT],
        spans: [None; Slot::COUNT],
        strangers: 0,
        messages: Few::default(),
        recipients: Few::default(),
    };
    for cell in cells {
        let slots = bucket.counts.iter_mut().zip(&mut bucket.spans);
        let said = cell.counts().into_iter().zip(cell.offsets());
        for ((count, span), (n, offsets)) in slots.zip(said) {
            *count = count.saturating_add(n);
            if n > 0 {
                let (first, last) = (at(offsets.first), at(offsets.last));
                let known = span.get_or_insert(Span { first, last });
                known.first = known.first.min(first);
                known.last = known.last.max(last);
            }
        }
        if let Some(failed) = &cell.failed {
            bucket.messages.merge(&failed.messages);
            bucket.recipients.merge(&failed.recipients);
        }
    }
    Some(bucket)
}

/// Answers of one key as a group.
pub(super) fn reply_group(answers: &[&Answer]) -> Option<ReplyGroup> {
    let key = answers.first()?.key;
    let sample = answers.iter().map(|answer| &answer.sample).min()?;
    Some(ReplyGroup {
        hour: key.hour,
        class: key.class,
        reply_code: key.reply_code,
        enhanced_status: key.enhanced_status,
        reason: key.reason,
        stage: key.stage,
        count: answers.iter().map(|answer| answer.count).sum(),
        given_up: answers.iter().map(|answer| answer.given_up).sum(),
        sample: sample.1.clone(),
    })
}
