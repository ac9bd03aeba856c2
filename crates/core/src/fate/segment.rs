//! What a stretch of lines says: messages that ended in it, and open ones by queue id.

use hashbrown::HashMap;

use super::Keep;
use super::accepted::Accepted;
use super::draft::Draft;
use super::life::{Life, join, settle};
use super::packed::{Entry, Packed};
use super::pool::Pool;
use super::row::Moment;

/// Lines that follow each other. [`Segment::then`] is associative.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    keep: Keep,
    pub(super) pool: Pool,
    /// Messages of which all is known.
    pub(super) entries: Packed,
    /// The others, by host and queue id.
    open: HashMap<u64, Vec<Life>>,
    pub(super) accepted: Accepted,
    /// First and last line.
    pub(super) first: Moment,
    pub(super) last: Moment,
}

impl Segment {
    pub(super) fn new(keep: Keep) -> Segment {
        Segment {
            keep,
            pool: Pool::default(),
            entries: Packed::default(),
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
        entries.append(&other.entries);
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
fn finish(mut life: Life, entries: &mut Packed, pool: &mut Pool) {
    for mut row in std::mem::take(&mut life.rows) {
        entries.push(&Entry::new(&life, &row, pool));
        for word in row.words_mut() {
            pool.drop(*word);
        }
    }
    for word in life.words_mut() {
        pool.drop(*word);
    }
}
