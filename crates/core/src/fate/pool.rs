//! Strings that are kept, each once, with the number of those who need it.
//!
//! Senders, recipients, replies and hosts come again and again; queue ids and Message-IDs do not, but go
//! with the last who needs them. So the pool is as large as what is kept, not as what was read.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// A string of a pool, or of the [`Arena`] of a block.
pub(super) type Word = u32;

/// No string: it was not said. (An empty one was said to be empty.)
pub(super) const NONE: Word = u32::MAX;

/// Where words are looked up.
pub(super) trait Words {
    /// The string; empty for [`NONE`].
    fn word(&self, word: Word) -> &[u8];
}

/// Where words are kept as long as they are used.
pub(super) trait Store: Words {
    /// The number of this string, used once more.
    fn take(&mut self, text: &[u8]) -> Word;

    /// Uses a string no more.
    fn drop(&mut self, word: Word);
}

/// Whose the words are that a store takes in.
#[derive(Clone, Copy)]
pub(super) enum Origin<'w> {
    /// The store's own, used once for this.
    Own,
    /// Of others.
    Other(&'w dyn Words),
}

impl Origin<'_> {
    /// The string.
    pub(super) fn word<'t>(&'t self, word: Word, store: &'t dyn Words) -> &'t [u8] {
        match *self {
            Origin::Own => store.word(word),
            Origin::Other(words) => words.word(word),
        }
    }

    /// Makes it the store's; [`NONE`] stays none.
    pub(super) fn take(self, word: Word, store: &mut impl Store) -> Word {
        match self {
            Origin::Other(words) if word != NONE => store.take(words.word(word)),
            Origin::Own | Origin::Other(_) => word,
        }
    }

    /// It is not wanted.
    pub(super) fn leave(self, word: Word, store: &mut impl Store) {
        match self {
            Origin::Own => store.drop(word),
            Origin::Other(_) => {}
        }
    }

    /// Keeps one of two words that should be the same, the same one whatever the order.
    pub(super) fn keep(self, mine: &mut Word, other: Word, store: &mut impl Store) {
        if *mine == NONE {
            *mine = self.take(other, store);
        } else if other != NONE {
            if self.word(other, store) < store.word(*mine) {
                store.drop(*mine);
                *mine = self.take(other, store);
            } else {
                self.leave(other, store);
            }
        }
    }
}

/// Interned strings with counts of use.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool {
    numbers: HashTable<Word>,
    slots: Vec<Slot>,
    free: Vec<Word>,
    hasher: DefaultHashBuilder,
}

#[derive(Debug, Clone)]
struct Slot {
    text: Box<[u8]>,
    uses: u32,
}

impl Store for Pool {
    fn take(&mut self, text: &[u8]) -> Word {
        let Pool {
            numbers,
            slots,
            free,
            hasher,
        } = self;
        let hash = hasher.hash_one(text);
        let found = numbers.find(hash, |&number| *text_of(slots, number) == *text);
        if let Some(&number) = found {
            if let Some(slot) = slots.get_mut(number as usize) {
                slot.uses = slot.uses.saturating_add(1);
            }
            return number;
        }
        let slot = Slot {
            text: text.into(),
            uses: 1,
        };
        let number = if let Some(number) = free.pop() {
            if let Some(old) = slots.get_mut(number as usize) {
                *old = slot;
            }
            number
        } else {
            slots.push(slot);
            Word::try_from(slots.len() - 1).unwrap_or(NONE)
        };
        numbers.insert_unique(hash, number, |&number| {
            hasher.hash_one(text_of(slots, number))
        });
        number
    }

    fn drop(&mut self, word: Word) {
        let Some(slot) = self.slots.get_mut(word as usize) else {
            return;
        };
        if slot.uses == u32::MAX {
            return; // used so often that the count is lost
        }
        slot.uses = slot.uses.saturating_sub(1);
        if slot.uses > 0 {
            return;
        }
        let text = std::mem::take(&mut slot.text);
        let hash = self.hasher.hash_one(&*text);
        if let Ok(entry) = self.numbers.find_entry(hash, |&number| number == word) {
            entry.remove();
            self.free.push(word);
        }
    }
}

impl Pool {
    /// No more will come.
    pub(super) fn shrink(&mut self) {
        let Pool {
            numbers,
            slots,
            free,
            hasher,
        } = self;
        numbers.shrink_to_fit(|&number| hasher.hash_one(text_of(slots, number)));
        slots.shrink_to_fit();
        free.shrink_to_fit();
    }
}

fn text_of(slots: &[Slot], number: Word) -> &[u8] {
    slots.get(number as usize).map_or(b"", |slot| &slot.text)
}

impl Words for Pool {
    fn word(&self, word: Word) -> &[u8] {
        text_of(&self.slots, word)
    }
}

/// Strings of one block, one after the other: no search, no allocation.
#[derive(Debug, Clone, Default)]
pub(super) struct Arena {
    bytes: Vec<u8>,
}

impl Store for Arena {
    /// Of very long ones the beginning.
    fn take(&mut self, text: &[u8]) -> Word {
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
        let text = text.get(..usize::from(length)).unwrap_or(text);
        let at = Word::try_from(self.bytes.len()).unwrap_or(NONE);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(text);
        at
    }

    /// It goes with all others.
    fn drop(&mut self, _: Word) {}
}

impl Arena {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }
}

impl Words for Arena {
    fn word(&self, word: Word) -> &[u8] {
        let found = self
            .bytes
            .get(word as usize..)
            .and_then(|rest| rest.split_first_chunk())
            .and_then(|(&length, rest)| rest.get(..usize::from(u16::from_le_bytes(length))));
        found.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_goes_with_its_last_user() {
        let mut pool = Pool::default();
        let a = pool.take(b"a");
        assert_eq!(pool.take(b"a"), a);
        let b = pool.take(b"b");
        assert_ne!(a, b);
        pool.drop(a);
        assert_eq!(pool.word(a), b"a");
        pool.drop(a);
        assert_eq!(pool.take(b"c"), a, "the room is used again");
        assert_eq!((pool.word(a), pool.word(b)), (&b"c"[..], &b"b"[..]));
        assert_ne!(pool.take(b"a"), a);
        assert_eq!(pool.word(NONE), b"");
    }

    #[test]
    fn an_arena_keeps_what_was_added() {
        let mut arena = Arena::default();
        let words = [&b""[..], b"x", b"long enough"].map(|text| (arena.take(text), text));
        for (word, text) in words {
            assert_eq!(arena.word(word), text);
        }
        assert_eq!(arena.word(NONE), b"");
    }
}
