//! The cells of a tally: attempts of a minute, attempts of an hour by MX, answers of an hour.

use crate::event::Stage;
use crate::evidence::Class;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::tally::series::Cell;
use crate::tally::sketch::Few;
use crate::tally::slot::Slot;

/// Milliseconds of a minute, the width of a bucket.
pub(crate) const MINUTE: i64 = 60_000;
/// Milliseconds of an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Milliseconds of a day.
pub(crate) const DAY: i64 = 24 * HOUR;

/// First and last offset within the minute, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offsets {
    pub(crate) first: u16,
    pub(crate) last: u16,
}

impl Offsets {
    /// Of nothing: neutral for [`Offsets::widen`].
    const NONE: Offsets = Offsets {
        first: u16::MAX,
        last: 0,
    };

    pub(crate) fn widen(&mut self, other: Offsets) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Attempts of one minute: 24 bytes as long as nothing failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Minute {
    pub(crate) number: i64,
    pub(crate) ok: u32,
    pub(crate) ok_offsets: Offsets,
    pub(crate) failed: Option<Box<Failed>>,
}

/// What failed in a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    /// By [`Slot::index`] less one: `ok` is kept outside.
    pub(crate) counts: [u32; Slot::COUNT - 1],
    pub(crate) offsets: [Offsets; Slot::COUNT - 1],
    pub(crate) messages: Few,
    pub(crate) recipients: Few,
}

impl Minute {
    pub(crate) fn new(minute: i64) -> Minute {
        Minute {
            number: minute,
            ok: 0,
            ok_offsets: Offsets::NONE,
            failed: None,
        }
    }

    /// The hour it lies in, since 1970.
    pub(crate) fn hour(&self) -> i64 {
        self.number.div_euclid(HOUR / MINUTE)
    }

    /// All that was counted.
    pub(crate) fn attempts(&self) -> u64 {
        let failed = self.failed.iter().flat_map(|failed| &failed.counts);
        u64::from(self.ok) + failed.map(|&count| u64::from(count)).sum::<u64>()
    }

    /// Each kind of answer counted once, and what receivers think of our mail as neutral.
    pub(crate) fn into_voices(mut self) -> Minute {
        self.ok = self.ok.min(1);
        if let Some(failed) = &mut self.failed {
            let place = |slot: Slot| slot.index().wrapping_sub(1);
            let (policy, neutral) = (place(Slot::Class(Class::Policy)), place(Slot::Neutral));
            let said = std::mem::take(&mut failed.counts[policy]);
            failed.counts[neutral] = failed.counts[neutral].saturating_add(said);
            let offsets = std::mem::replace(&mut failed.offsets[policy], Offsets::NONE);
            failed.offsets[neutral].widen(offsets);
            for count in &mut failed.counts {
                *count = (*count).min(1);
            }
        }
        self
    }

    /// Attempts by [`Slot::index`].
    pub(crate) fn counts(&self) -> [u32; Slot::COUNT] {
        let failed = self.failed.as_ref().map(|failed| failed.counts);
        with_first(self.ok, failed.unwrap_or_default())
    }

    /// Their first and last offsets by [`Slot::index`]; they mean nothing where nothing was counted.
    pub(crate) fn offsets(&self) -> [Offsets; Slot::COUNT] {
        let failed = self.failed.as_ref().map(|failed| failed.offsets);
        with_first(self.ok_offsets, failed.unwrap_or([Offsets::NONE; _]))
    }

    /// Counts attempts that were accepted.
    pub(crate) fn add_ok(&mut self, offset: u16, times: u32) {
        self.ok = self.ok.saturating_add(times);
        self.ok_offsets.widen(Offsets {
            first: offset,
            last: offset,
        });
    }

    /// Counts attempts that came between the first and the last of these offsets.
    pub(super) fn add(&mut self, slot: Slot, offsets: Offsets, count: u32) {
        if count == 0 {
            return;
        }
        if slot == Slot::Class(Class::Ok) {
            self.ok = self.ok.saturating_add(count);
            self.ok_offsets.widen(offsets);
            return;
        }
        let place = slot.index().wrapping_sub(1);
        let failed = self.failed();
        if let (Some(sum), Some(known)) =
            (failed.counts.get_mut(place), failed.offsets.get_mut(place))
        {
            *sum = sum.saturating_add(count);
            known.widen(offsets);
        }
    }

    /// What failed in it, nothing at first.
    pub(super) fn failed(&mut self) -> &mut Failed {
        self.failed.get_or_insert_with(|| {
            Box::new(Failed {
                counts: [0; Slot::COUNT - 1],
                offsets: [Offsets::NONE; Slot::COUNT - 1],
                messages: Few::default(),
                recipients: Few::default(),
            })
        })
    }

    /// Counts attempts that failed.
    pub(crate) fn add_failed(
        &mut self,
        slot: Slot,
        offset: u16,
        times: u32,
        message: u32,
        recipient: u32,
    ) {
        let offsets = Offsets {
            first: offset,
            last: offset,
        };
        self.add(slot, offsets, times);
        let failed = self.failed();
        failed.messages.insert(message);
        failed.recipients.insert(recipient);
    }
}

fn with_first<T: Copy>(first: T, rest: [T; Slot::COUNT - 1]) -> [T; Slot::COUNT] {
    let mut all = [first; Slot::COUNT];
    let [_, tail @ ..] = &mut all;
    tail.copy_from_slice(&rest);
    all
}

impl Cell for Minute {
    type Key = i64;

    fn key(&self) -> i64 {
        self.number
    }

    fn moment(minute: i64) -> i64 {
        minute
    }

    fn absorb(&mut self, other: Minute) {
        self.ok = self.ok.saturating_add(other.ok);
        self.ok_offsets.widen(other.ok_offsets);
        match (&mut self.failed, other.failed) {
            (Some(mine), Some(other)) => {
                for (mine, other) in mine.counts.iter_mut().zip(other.counts) {
                    *mine = mine.saturating_add(other);
                }
                for (mine, other) in mine.offsets.iter_mut().zip(other.offsets) {
                    mine.widen(other);
                }
                mine.messages.merge(&other.messages);
                mine.recipients.merge(&other.recipients);
            }
            (mine @ None, other) => *mine = other,
            (Some(_), None) => {}
        }
    }
}

/// Attempts of one hour by one MX host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelayHour {
    pub(crate) hour: i64,
    /// Number of the host's name.
    pub(crate) host: u32,
    pub(crate) accepted: u64,
    pub(crate) failed: u64,
}

impl Cell for RelayHour {
    type Key = (i64, u32);

    fn key(&self) -> (i64, u32) {
        (self.hour, self.host)
    }

    fn moment((hour, _): (i64, u32)) -> i64 {
        hour
    }

    fn absorb(&mut self, other: RelayHour) {
        self.accepted += other.accepted;
        self.failed += other.failed;
    }
}

/// What tells one kind of answer from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct AnswerKey {
    pub(crate) hour: i64,
    pub(crate) class: Class,
    pub(crate) reply_code: Option<ReplyCode>,
    pub(crate) enhanced_status: Option<EnhancedStatus>,
    pub(crate) reason: Reason,
    pub(crate) stage: Option<Stage>,
}

/// Failures of one hour that got one kind of answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) key: AnswerKey,
    pub(crate) count: u64,
    /// Of these, how many the MTA gave up: bounced or expired.
    pub(crate) given_up: u64,
    /// Of all texts the one with the smallest (hash, text), so that the choice does not depend on order.
    pub(crate) sample: (u16, Box<[u8]>),
}

impl Cell for Answer {
    type Key = AnswerKey;

    fn key(&self) -> AnswerKey {
        self.key
    }

    fn moment(key: AnswerKey) -> i64 {
        key.hour
    }

    fn absorb(&mut self, other: Answer) {
        self.count += other.count;
        self.given_up += other.given_up;
        if other.sample < self.sample {
            self.sample = other.sample;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_with_one_key_add_up_and_keep_the_least_sample() {
        let answer = |count, given_up, hash, text: &[u8]| Answer {
            key: AnswerKey {
                hour: 1,
                class: Class::PermRcpt,
                reply_code: ReplyCode::new(550),
                enhanced_status: None,
                reason: Reason::NoSuchMailbox,
                stage: Some(Stage::Rcpt),
            },
            count,
            given_up,
            sample: (hash, text.into()),
        };
        let mut sum = answer(3, 1, 9, b"550 a");
        sum.absorb(answer(2, 2, 4, b"550 b"));
        assert_eq!(sum, answer(5, 3, 4, b"550 b"));
    }
}
