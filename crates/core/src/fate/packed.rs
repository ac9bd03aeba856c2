//! Fates in few bytes each, one after the other.
//!
//! A record is: outcome and flags, host, sender, the domain of the Message-ID and the failure as words of a pool,
//! then the strings that hardly come twice, then times as differences in milliseconds, then counts. Numbers take
//! as many bytes as they need.

use super::entry::{Entry, Why};
use super::numbers::{put, put_text, take_number, take_text, unzigzag, zigzag};
use super::pool::{Pool, Store, Word, Words};
use super::row::Moment;
use crate::event::Outcome;
use crate::evidence::Class;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};

impl<'a> Why<'a> {
    fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        put(out, self.code.map_or(0, ReplyCode::get).into());
        let status = self.status.map(|s| (s.class(), s.subject(), s.detail()));
        let (class, subject, detail) = status.unwrap_or_default();
        put(out, class.into());
        put(out, subject.into());
        put(out, detail.into());
        put(out, self.reason.map_or(0, |reason| reason as u64 + 1));
        put(out, self.class.map_or(0, |class| class.index() as u64 + 1));
        if let Some(text) = self.text {
            out.push(1);
            out.extend_from_slice(text);
        }
    }

    fn read(mut bytes: &'a [u8]) -> Why<'a> {
        let mut next = || take_number(&mut bytes).unwrap_or_default();
        let mut small = || u16::try_from(next()).unwrap_or_default();
        let code = ReplyCode::new(small());
        let class = u8::try_from(small()).unwrap_or_default();
        let status = EnhancedStatus::new(class, small(), small());
        let (reason, class) = (usize::from(small()), usize::from(small()));
        Why {
            code,
            status,
            reason: Reason::ALL
                .into_iter()
                .find(|known| *known as usize + 1 == reason),
            class: Class::ALL
                .into_iter()
                .find(|known| known.index() + 1 == class),
            text: bytes.split_first().map(|(_, text)| text),
        }
    }
}

const FAILED: u8 = 8;
const ORIGINAL: u8 = 16;
const FILTERED: u8 = 32;

/// The outcomes that a fate may have, by their numbers in a record.
const OUTCOMES: [Outcome; 6] = [
    Outcome::Bounced,
    Outcome::Deferred,
    Outcome::Delivered,
    Outcome::Discarded,
    Outcome::Expired,
    Outcome::Relayed,
];

/// Records, and the strings that come again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    count: usize,
    pool: Pool,
    /// Of the last failure; a buffer.
    failure: Vec<u8>,
}

impl Packed {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Appends a record.
    pub(super) fn push(&mut self, entry: &Entry<'_>) {
        let Packed {
            bytes: out,
            pool,
            failure,
            ..
        } = self;
        entry.failure.write(failure);
        let room = 128 + entry.recipient.len() + entry.queue_id.len() + entry.message_id.0.len();
        if out.capacity() - out.len() < room {
            out.reserve_exact(out.len() / 8 + room);
        }
        let outcome = OUTCOMES.iter().position(|known| *known == entry.outcome);
        let mut flags = outcome.and_then(|n| u8::try_from(n).ok()).unwrap_or(1);
        flags |= if entry.failed { FAILED } else { 0 };
        flags |= entry.original.map_or(0, |_| ORIGINAL);
        flags |= if entry.filtered.is_empty() {
            0
        } else {
            FILTERED
        };
        out.push(flags);
        let words = [entry.host, entry.sender, entry.message_id.1, Some(failure)];
        for text in words {
            put(out, text.map_or(0, |text| u64::from(pool.take(text)) + 1));
        }
        put_text(out, entry.queue_id);
        put_text(out, entry.message_id.0);
        put_text(out, entry.recipient);
        if let Some(original) = entry.original {
            put_text(out, original);
        }
        if !entry.filtered.is_empty() {
            put_text(out, entry.filtered);
        }
        out.extend_from_slice(&entry.arrival.bytes());
        let mut before = entry.arrival;
        for time in entry.times() {
            put(out, zigzag(time.number() - before.number()));
            before = time;
        }
        put(out, entry.attempts.into());
        put(out, entry.echoes.into());
        put(out, entry.reasons.into());
        self.count += 1;
    }

    /// The records with their places, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, Entry<'_>)> {
        let mut rest = &self.bytes[..];
        std::iter::from_fn(move || {
            let place = self.bytes.len() - rest.len();
            Some((place, read(&mut rest, &self.pool)?))
        })
    }

    /// The record at a place that [`Packed::iter`] gave.
    pub(super) fn at(&self, place: usize) -> Option<Entry<'_>> {
        read(&mut self.bytes.get(place..)?, &self.pool)
    }

    /// Appends all records of another one.
    pub(super) fn append(&mut self, other: &Packed) {
        for (_, entry) in other.iter() {
            self.push(&entry);
        }
    }

    /// No more will come.
    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.pool.shrink();
    }
}

impl Entry<'_> {
    /// Times after the arrival, each near the one before it.
    fn times(&self) -> [Moment; 5] {
        [
            self.first,
            self.first_attempt,
            self.last_attempt,
            self.last,
            self.failed_at,
        ]
    }
}

fn read<'a>(rest: &mut &'a [u8], pool: &'a Pool) -> Option<Entry<'a>> {
    let (&flags, after) = rest.split_first()?;
    *rest = after;
    let mut word = || {
        let number = take_number(rest)?;
        let word = number
            .checked_sub(1)
            .and_then(|word| Word::try_from(word).ok());
        Some(word.map(|word| pool.word(word)))
    };
    let (host, sender, domain, failure) = (word()?, word()?, word()?, word()?);
    let queue_id = take_text(rest)?;
    let message_id = (take_text(rest)?, domain);
    let recipient = take_text(rest)?;
    let mut flagged = |flag: u8| match flags & flag {
        0 => Some(None),
        _ => take_text(rest).map(Some),
    };
    let (original, filtered) = (flagged(ORIGINAL)?, flagged(FILTERED)?);
    let (arrival, after) = rest.split_first_chunk()?;
    *rest = after;
    let arrival = Moment::from_bytes(*arrival);
    let mut before = arrival.number();
    let mut time = || {
        before += unzigzag(take_number(rest)?);
        Some(Moment::from_number(before))
    };
    let (first, first_attempt, last_attempt) = (time()?, time()?, time()?);
    let (last, failed_at) = (time()?, time()?);
    let mut number = || take_number(rest);
    Some(Entry {
        host,
        queue_id,
        sender,
        message_id,
        recipient,
        original,
        filtered: filtered.unwrap_or_default(),
        arrival,
        first,
        first_attempt,
        last_attempt,
        last,
        failed_at,
        outcome: *OUTCOMES.get(usize::from(flags & 7))?,
        failed: flags & FAILED != 0,
        attempts: u16::try_from(number()?).ok()?,
        echoes: u16::try_from(number()?).ok()?,
        reasons: u32::try_from(number()?).ok()?,
        failure: Why::read(failure.unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn records_come_back_as_they_were() {
        let moment = |second| Moment::new(Timestamp::from_seconds(second));
        let full = Entry {
            host: Some(b"mx1"),
            queue_id: b"4P1Xr7",
            sender: Some(b""),
            message_id: (b"a@b", Some(b"c")),
            recipient: b"user@libero.it",
            original: Some(b"alias"),
            filtered: b"4P1Xr8",
            arrival: moment(1_674_486_000),
            first: moment(1_674_486_030),
            first_attempt: moment(1_674_486_030),
            last_attempt: moment(1_674_590_000),
            last: moment(1_674_590_007),
            failed_at: moment(1_674_580_000),
            outcome: Outcome::Expired,
            failed: true,
            attempts: 700,
            echoes: u16::MAX,
            reasons: 1 << 21,
            failure: Why {
                code: ReplyCode::new(550),
                status: EnhancedStatus::new(5, 1, 1),
                reason: Some(Reason::NoSuchMailbox),
                class: Some(Class::PermRcpt),
                text: Some(b"550 5.1.1 no"),
            },
        };
        let least = Entry {
            host: None,
            queue_id: b"",
            sender: None,
            message_id: (b"", None),
            recipient: b"",
            original: None,
            filtered: b"",
            arrival: Moment::AFTER,
            first: Moment::AFTER,
            first_attempt: Moment::AFTER,
            last_attempt: Moment::BEFORE,
            last: Moment::BEFORE,
            failed_at: Moment::AFTER,
            outcome: Outcome::Relayed,
            failed: false,
            attempts: 0,
            echoes: 0,
            reasons: 0,
            failure: Why {
                code: None,
                status: None,
                reason: None,
                class: None,
                text: None,
            },
        };
        let (mut packed, mut moved) = (Packed::default(), Packed::default());
        for entry in [full, least, full] {
            packed.push(&entry);
        }
        moved.pool.take(b"another word");
        moved.append(&packed);
        moved.shrink();
        assert_eq!((packed.len(), moved.len()), (3, 3));
        let shown = |packed: &Packed| -> Vec<String> {
            let entries = packed.iter();
            entries.map(|(_, entry)| format!("{entry:?}")).collect()
        };
        let expected = [full, least, full].map(|entry| format!("{entry:?}"));
        assert_eq!(shown(&packed), expected);
        assert_eq!(shown(&moved), expected);
        let places: Vec<usize> = packed.iter().map(|(place, _)| place).collect();
        let second = packed.at(places[1]);
        assert_eq!(format!("{:?}", second.unwrap()), expected[1]);
        assert!(packed.at(usize::MAX).is_none());
    }
}
