//! The last minutes of one destination, while they may still change: what a [`Tally`](super::Tally) tells
//! only when all is read, told minute by minute.
//!
//! Refusals of recipients wait with their minute. When it closes all that came before is known, and so is
//! which of them are news: of the rules of `recipients.rs` the first two, with the recipients that took mail up to
//! that minute. The third (days on which more than usual are put off) needs the whole day, and an acceptance that
//! comes later changes nothing here: this only decides when to look at all that is known.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::cells::{MINUTE, Minute};
use super::known::IsKnown;
use super::recipients::{Attempt, Recipients, day_of};
use super::{Bucket, evidence, high_half, mailbox, sketched, slot_at_once};
use crate::event::Delivery;
use crate::evidence::Class;
use crate::time::Timestamp;

/// Minutes still open, all reporting hosts together, and the refusals of the last days.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    minutes: BTreeMap<i64, Open>,
    recipients: Recipients,
    /// The first day whose refusals are kept.
    from_day: i64,
}

/// A minute that is still open.
#[derive(Debug)]
struct Open {
    cell: Minute,
    refusals: Vec<(u64, Class, Timestamp)>,
}

/// The minute of a stamp, since 1970.
pub(crate) fn minute_of(time: Timestamp) -> i64 {
    time.as_millis().div_euclid(MINUTE)
}

/// The end of a minute.
pub(crate) fn end_of(minute: i64) -> Timestamp {
    Timestamp::from_millis(minute.saturating_add(1).saturating_mul(MINUTE))
}

impl Recent {
    /// Counts an attempt, into its minute when `is_open`; else only what later minutes must know of it.
    pub(crate) fn add(&mut self, event: &Delivery<'_>, class: Class, is_open: bool) {
        let recipient = mailbox(event.recipient);
        if class.is_recipient_scope() {
            self.recipients
                .add(recipient, class, event.time, Attempt::of(event));
        }
        if !is_open {
            return;
        }
        let minute = self.at(minute_of(event.time));
        let offset = event.time.as_millis().rem_euclid(MINUTE);
        let offset = u16::try_from(offset).unwrap_or_default(); // below 60,000
        if class == Class::Ok {
            minute.cell.add_ok(offset, event.times);
            return;
        }
        if class.is_recipient_scope() {
            minute.refusals.push((recipient, class, event.time));
        }
        let message = high_half(xxh3_64_with_seed(event.queue_id, xxh3_64(event.host)));
        let slot = slot_at_once(class, event.delay_s);
        let recipient = sketched(recipient);
        minute
            .cell
            .add_failed(slot, offset, event.times, message, recipient);
    }

    /// Takes in a minute of accepted attempts that was counted before this destination was watched.
    pub(crate) fn add_accepted(&mut self, bucket: &Bucket) {
        let ok = Class::Ok.index();
        let (Some(&count), Some(&Some(span))) = (bucket.counts.get(ok), bucket.spans.get(ok))
        else {
            return;
        };
        let cell = &mut self.at(bucket.minute).cell;
        for (time, times) in [(span.first, count.saturating_sub(1)), (span.last, 1)] {
            let offset = time.as_millis().rem_euclid(MINUTE);
            cell.add_ok(u16::try_from(offset).unwrap_or_default(), times);
        }
    }

    fn at(&mut self, minute: i64) -> &mut Open {
        self.minutes.entry(minute).or_insert_with(|| Open {
            cell: Minute::new(minute),
            refusals: Vec::new(),
        })
    }

    /// Closes a minute: what was counted in it. `is_known` is true for recipients that took mail up to it.
    pub(crate) fn close(&mut self, minute: i64, is_known: IsKnown<'_>) -> Option<Bucket> {
        let open = self.minutes.remove(&minute)?;
        let mut bucket = evidence::bucket(&[&open.cell])?;
        let mut refusals = open.refusals;
        // Of refusals at the same moment one is news.
        refusals.sort_unstable();
        refusals.dedup();
        for (recipient, class, time) in refusals {
            let fresh = self.recipients.fresh_one(recipient, class, time, is_known);
            if let Some(fresh) = fresh {
                bucket.count_fresh(&fresh);
            }
        }
        let day = day_of(end_of(minute)) - 1;
        if day > self.from_day {
            self.from_day = day;
            self.recipients.forget_before(day);
        }
        Some(bucket)
    }
}
