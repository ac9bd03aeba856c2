//! Queue ids, and the messages that wait.

use super::log::SECOND;
use super::random::{below, mix2};

/// A queue id as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct QueueId {
    text: [u8; 17],
    length: u8,
}

impl QueueId {
    /// Of a message that came in at `time` (microseconds since 1970). One host has long ids, base 52
    /// for the time and base 51 for the inode, the other the short hexadecimal ones.
    pub(super) fn new(host: usize, time: i64, inode: u64) -> QueueId {
        const ALPHABET: &[u8; 52] = b"0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let (second, micros) = (time.div_euclid(SECOND), time.rem_euclid(SECOND));
        let mut id = QueueId {
            text: [0; 17],
            length: 0,
        };
        if host == 0 {
            id.digits(second.unsigned_abs(), 6, ALPHABET, 52);
            id.digits(micros.unsigned_abs(), 4, ALPHABET, 52);
            id.push(b'z');
            id.digits(inode, 4, ALPHABET, 51);
        } else {
            id.digits(micros.unsigned_abs(), 5, HEX, 16);
            id.digits(inode, 6, HEX, 16);
        }
        id
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.text.get_mut(usize::from(self.length)) {
            *place = byte;
            self.length += 1;
        }
    }

    fn digits(&mut self, number: u64, n: u32, alphabet: &[u8], base: u64) {
        for place in (0..n).rev() {
            self.push(alphabet[(number / base.pow(place) % base) as usize]);
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.text[..usize::from(self.length)]
    }
}

/// What is next for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// `cleanup` has its Message-ID.
    Cleanup,
    /// The queue manager takes it up and tries those recipients that are left.
    Try,
    /// The answers are there.
    Answer,
}

/// A message in the queue and the time of its next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Message {
    /// Of the next step, in microseconds since 1970.
    pub(super) time: i64,
    /// Which message: all else about it follows from this.
    pub(super) number: u64,
    pub(super) step: Step,
    pub(super) arrival: i64,
    /// When the present attempt began.
    pub(super) tried: i64,
    pub(super) attempt: u32,
    /// Recipients left, one bit each.
    pub(super) pending: u8,
    /// Those of the present attempt.
    pub(super) current: u8,
    pub(super) host: u8,
    pub(super) id: QueueId,
}

/// Seconds between attempts (`minimal_backoff_time`, `maximal_backoff_time`) and the longest wait.
const MIN_BACKOFF: i64 = 300 * SECOND;
const MAX_BACKOFF: i64 = 4000 * SECOND;
pub(super) const LIFETIME: i64 = 5 * 86_400 * SECOND;

impl Message {
    /// When the queue manager scans the queue after the next backoff.
    pub(super) fn next_try(&self, now: i64) -> i64 {
        let wait = (now - self.arrival).clamp(MIN_BACKOFF, MAX_BACKOFF);
        let scan = (now + wait) / MIN_BACKOFF * MIN_BACKOFF + MIN_BACKOFF;
        scan + i64::from(below(mix2(self.number, 77), 2_000_000))
    }
}
