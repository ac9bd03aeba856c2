//! Names as small numbers.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Gives each distinct name a number, in order of arrival.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    numbers: HashTable<u32>,
    list: Vec<Box<[u8]>>,
    hasher: DefaultHashBuilder,
    /// The number given last: a host's lines come one after the other.
    last: u32,
}

impl Names {
    /// The number of this name.
    pub(crate) fn number(&mut self, name: &[u8]) -> u32 {
        if self
            .list
            .get(self.last as usize)
            .is_some_and(|last| **last == *name)
        {
            return self.last;
        }
        let hash = self.hasher.hash_one(name);
        let same = |&number: &u32| {
            self.list
                .get(number as usize)
                .is_some_and(|known| **known == *name)
        };
        if let Some(&number) = self.numbers.find(hash, same) {
            self.last = number;
            return number;
        }
        let number =
            u32::try_from(self.list.len()).expect("because four billion names fill no memory");
        self.last = number;
        self.list.push(name.into());
        let (list, hasher) = (&self.list, &self.hasher);
        self.numbers.insert_unique(hash, number, |&number| {
            list.get(number as usize)
                .map_or(0, |name| hasher.hash_one(&**name))
        });
        number
    }

    /// The number of this name, if it has one.
    pub(crate) fn find(&self, name: &[u8]) -> Option<u32> {
        let same = |&number: &u32| *self.name(number) == *name;
        let hash = self.hasher.hash_one(name);
        self.numbers.find(hash, same).copied()
    }

    /// The name of a number that [`Names::number`] gave.
    pub(crate) fn name(&self, number: u32) -> &[u8] {
        self.list.get(number as usize).map_or(b"", |name| name)
    }

    /// How many there are: their numbers are all below.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.list.len()).unwrap_or(u32::MAX)
    }

    /// The numbers here of all names there, by their numbers there.
    pub(crate) fn numbers_of(&mut self, other: &Names) -> Vec<u32> {
        other.list.iter().map(|name| self.number(name)).collect()
    }
}
