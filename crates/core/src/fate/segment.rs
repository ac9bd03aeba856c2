//! What a stretch of lines says: messages that ended in it, and open ones by queue id.

use hashbrown::HashMap;

use super::Keep;
use super::draft::Draft;
use super::entry::Entry;
use super::life::{Life, join, settle};
use super::packed::Packed;
use super::pool::{Arena, Origin, Pool, Store, Words};
use super::row::Moment;

/// What is left of one block, as it was taken down.
#[derive(Debug)]
pub(crate) struct Notes {
    keep: Keep,
    arena: Arena,
    /// By host and queue id, in the order in which they began.
    lives: Vec<(u64, Life)>,
    first: Moment,
    last: Moment,
}

impl Notes {
    /// The draft is empty then.
    pub(super) fn of(draft: &mut Draft) -> Notes {
        let (first, last) = draft.span();
        let keep = draft.keep;
        // Few words are left: so the draft keeps its buffers, which are large.
        let mut words = std::mem::take(&mut draft.arena);
        let mut arena = Arena::default();
        let mut lives = Vec::new();
        for (key, mut life) in draft.drain() {
            if life.starts && keep != Keep::All {
                life.forget_delivered(&mut words);
            }
            life.rows.sort_by_key(|row| row.fingerprint);
            lives.push((key, life.moved(Origin::Other(&words), &mut arena)));
        }
        words.clear();
        draft.arena = words;
        Notes {
            keep,
            arena,
            lives,
            first,
            last,
        }
    }
}

/// Lines that follow each other. [`Segment::then`] is associative.
#[derive(Debug)]
pub(crate) struct Segment {
    keep: Keep,
    pub(super) pool: Pool,
    /// Messages of which all is known.
    pub(super) entries: Packed,
    /// The others, by host and queue id.
    open: HashMap<u64, Vec<Life>>,
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
            first: Moment::AFTER,
            last: Moment::BEFORE,
        }
    }

    /// One block.
    pub(super) fn of(notes: Notes) -> Segment {
        Segment::new(notes.keep).with(notes)
    }

    fn len(&self) -> usize {
        self.entries.len() + self.open.len()
    }

    /// This stretch of lines and the block after it.
    pub(super) fn with(mut self, notes: Notes) -> Segment {
        let Notes { arena, lives, .. } = notes;
        for (key, life) in lives {
            if life.is_whole() {
                write(&life, &mut self.entries, &arena);
            } else {
                self.join(key, life, Origin::Other(&arena));
            }
        }
        self.span(notes.first, notes.last);
        self
    }

    /// This stretch of lines and the next one.
    pub(super) fn then(mut self, mut next: Segment) -> Segment {
        let is_larger = self.len() >= next.len();
        if !is_larger {
            std::mem::swap(&mut self, &mut next);
        }
        let other = next;
        self.entries.append(&other.entries);
        for (key, lives) in other.open {
            let words = Origin::Other(&other.pool);
            if is_larger {
                for life in lives {
                    self.join(key, life, words);
                }
            } else {
                let lives = lives.into_iter();
                let lives = lives.map(|life| life.moved(words, &mut self.pool));
                let later = self.open.insert(key, lives.collect());
                for life in later.into_iter().flatten() {
                    self.join(key, life, Origin::Own);
                }
            }
        }
        self.span(other.first, other.last);
        self
    }

    /// Takes in a life that began after those that are here.
    fn join(&mut self, key: u64, life: Life, origin: Origin<'_>) {
        let Segment {
            pool,
            entries,
            open,
            ..
        } = self;
        let mine = open.entry(key).or_default();
        if let Some(life) = join(mine, life, origin, self.keep == Keep::All, pool) {
            if mine.is_empty() {
                open.remove(&key);
            }
            finish(life, entries, pool);
        }
    }

    fn span(&mut self, first: Moment, last: Moment) {
        self.first = self.first.min(first);
        self.last = self.last.max(last);
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

/// Writes the entries of a message.
fn write(life: &Life, entries: &mut Packed, words: &dyn Words) {
    for row in &life.rows {
        entries.push(&Entry::new(life, row, words));
    }
}

/// Writes them, and gives the words back to their pool.
fn finish(mut life: Life, entries: &mut Packed, pool: &mut Pool) {
    write(&life, entries, pool);
    let rows = std::mem::take(&mut life.rows);
    for mut row in rows {
        for word in row.words_mut() {
            pool.drop(*word);
        }
    }
    for word in life.words_mut() {
        pool.drop(*word);
    }
}
