//! What a stretch of lines says: messages that ended in it, and open ones by queue id.

use hashbrown::HashMap;

use super::Keep;
use super::accepted::Accepted;
use super::draft::Draft;
use super::life::{Life, join, settle};
use super::pool::{Pool, Word, Words};
use super::row::{Failure, Moment, Row};
use crate::event::Outcome;

/// Lines that follow each other. [`Segment::then`] is associative.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    keep: Keep,
    pub(super) pool: Pool,
    /// Messages of which all is known.
    pub(super) entries: Vec<Entry>,
    /// The others, by host and queue id.
    open: HashMap<u64, Vec<Life>>,
    pub(super) accepted: Accepted,
    /// First and last line.
    pub(super) first: Moment,
    pub(super) last: Moment,
}

/// What became of one recipient of one message, with nothing left to be said.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) host: Word,
    pub(super) queue_id: Word,
    pub(super) sender: Word,
    pub(super) message_id: Word,
    pub(super) recipient: Word,
    pub(super) original: Word,
    pub(super) filtered: Word,
    pub(super) arrival: Moment,
    pub(super) first: Moment,
    pub(super) first_attempt: Moment,
    pub(super) last_attempt: Moment,
    /// The last event, or the end of the message when that came without one.
    pub(super) last: Moment,
    pub(super) outcome: Outcome,
    pub(super) failed: bool,
    pub(super) attempts: u16,
    pub(super) echoes: u16,
    pub(super) reasons: u32,
    pub(super) failure: Failure,
}

impl Entry {
    fn new(life: &Life, row: &Row) -> Entry {
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
        Entry {
            host: life.host,
            queue_id: life.queue_id,
            sender: life.sender,
            message_id: life.message_id,
            recipient: row.recipient,
            original: row.original,
            filtered: row.filtered,
            arrival: life.arrival,
            first: if row.failed { row.first } else { row.accepted },
            first_attempt,
            last_attempt,
            last,
            outcome,
            failed: row.failed,
            attempts,
            echoes: row.echoes,
            reasons: row.reasons,
            failure: row.failure,
        }
    }

    fn moved(mut self, words: &dyn Words, pool: &mut Pool) -> Entry {
        let all = [
            &mut self.host,
            &mut self.queue_id,
            &mut self.sender,
            &mut self.message_id,
            &mut self.recipient,
            &mut self.original,
            &mut self.filtered,
            &mut self.failure.text,
        ];
        for word in all {
            *word = pool.take_from(words, *word);
        }
        self
    }
}

impl Segment {
    pub(super) fn new(keep: Keep) -> Segment {
        Segment {
            keep,
            pool: Pool::default(),
            entries: Vec::new(),
            open: HashMap::new(),
            accepted: Accepted::default(),
            first: Moment::AFTER,
            last: Moment::BEFORE,
        }
    }

    /// What is left of a block; the draft is empty then.
    pub(super) fn of(draft: &mut Draft) -> Segment {
        let mut segment = Segment::new(draft.keep);
        (segment.first, segment.last) = (draft.first, draft.last);
        segment.accepted.extend(std::mem::take(&mut draft.accepted));
        let arena = std::mem::take(&mut draft.arena);
        let keep_delivered = segment.keep == Keep::All;
        for (key, life) in draft.drain() {
            let mut life = life.moved(&arena, &mut segment.pool);
            life.rows.sort_by_key(|row| row.fingerprint);
            if life.starts && !keep_delivered {
                life.forget_delivered(&mut segment.pool);
            }
            if life.is_whole() {
                finish(life, &mut segment.entries, &mut segment.pool);
            } else {
                segment.open.entry(key).or_default().push(life);
            }
        }
        draft.arena = arena;
        draft.arena.clear();
        segment
    }

    fn len(&self) -> usize {
        self.entries.len() + self.open.len() + self.accepted.len() / 8
    }

    /// This stretch of lines and the next one.
    pub(super) fn then(self, next: Segment) -> Segment {
        if self.len() >= next.len() {
            self.with(next, Side::After)
        } else {
            next.with(self, Side::Before)
        }
    }

    /// Takes in a smaller stretch.
    fn with(mut self, other: Segment, side: Side) -> Segment {
        let keep_delivered = self.keep == Keep::All;
        let Segment {
            pool,
            entries,
            open,
            ..
        } = &mut self;
        let words = other.pool;
        entries.extend(
            other
                .entries
                .into_iter()
                .map(|entry| entry.moved(&words, pool)),
        );
        for (key, lives) in other.open {
            let lives: Vec<Life> = lives
                .into_iter()
                .map(|life| life.moved(&words, pool))
                .collect();
            let mine = open.entry(key).or_default();
            let right = match side {
                Side::After => lives,
                Side::Before => std::mem::replace(mine, lives),
            };
            let done = &mut |life: Life, pool: &mut Pool| finish(life, entries, pool);
            join(mine, right, keep_delivered, pool, done);
            if mine.is_empty() {
                open.remove(&key);
            }
        }
        self.accepted.merge(other.accepted);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self
    }

    /// Nothing follows: what is open has the fate that it has.
    pub(super) fn close(&mut self) {
        let keep_delivered = self.keep == Keep::All;
        for (_, lives) in std::mem::take(&mut self.open) {
            for mut life in settle(lives, &mut self.pool) {
                if !keep_delivered {
                    life.forget_delivered(&mut self.pool);
                }
                finish(life, &mut self.entries, &mut self.pool);
            }
        }
    }
}

/// Where the other stretch lies.
#[derive(Debug, Clone, Copy)]
enum Side {
    After,
    Before,
}

/// Writes the entries of a message.
fn finish(mut life: Life, entries: &mut Vec<Entry>, pool: &mut Pool) {
    let rows = std::mem::take(&mut life.rows);
    for row in rows {
        let entry = Entry::new(&life, &row);
        for word in [life.host, life.queue_id, life.sender, life.message_id] {
            pool.again(word);
        }
        if entries.len() == entries.capacity() {
            entries.reserve_exact(entries.len() / 8 + 16);
        }
        entries.push(entry);
    }
    for word in life.words_mut() {
        pool.drop(*word);
    }
}
