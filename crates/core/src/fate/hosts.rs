//! The hosts whose lines stand in one block.

use hashbrown::HashTable;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::pool::{Arena, NONE, Store, Word, Words};
use crate::event::Delivery;
use crate::near;
use crate::time::Timestamp;

/// They are numbered as they come.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    list: Vec<Host>,
    /// Their numbers, by the hashes of their names.
    numbers: HashTable<u32>,
    /// Of the last line.
    last: usize,
}

#[derive(Debug)]
struct Host {
    name: Word,
    hash: u64,
    /// Since when its lines stand in this block without a gap, as far as one can see.
    since: Timestamp,
    last: Timestamp,
}

/// The clock of a log runs backwards by this much only where another log begins. Milliseconds.
const BACKWARDS: i64 = 10_000;

/// A delay in a log is exact to this and a twentieth of itself. Seconds.
const SLACK_S: f64 = 2.0;

impl Hosts {
    /// The number of the host that says a line at this time. The names are of `arena`.
    pub(super) fn number(&mut self, name: &[u8], time: Timestamp, arena: &mut Arena) -> usize {
        let is = |host: &Host| near::same(arena.word(host.name), name);
        let number = if self.list.get(self.last).is_some_and(is) {
            self.last
        } else {
            self.find(name, time, arena)
        };
        self.last = number;
        if let Some(host) = self.list.get_mut(number) {
            if time.as_millis() < host.last.as_millis() - BACKWARDS {
                host.since = time;
            }
            host.last = time;
        }
        number
    }

    fn find(&mut self, name: &[u8], time: Timestamp, arena: &mut Arena) -> usize {
        let Hosts {
            list: hosts,
            numbers,
            ..
        } = self;
        let hash = xxh3_64(name);
        let is = |host: &Host| host.hash == hash && near::same(arena.word(host.name), name);
        let known = numbers.find(hash, |&number| hosts.get(number as usize).is_some_and(is));
        if let Some(&number) = known {
            return number as usize;
        }
        let number = hosts.len();
        hosts.push(Host {
            name: arena.take(name),
            hash,
            since: time,
            last: time,
        });
        let word = u32::try_from(number).unwrap_or(u32::MAX);
        numbers.insert_unique(hash, word, |&number| {
            hosts.get(number as usize).map_or(0, |host| host.hash)
        });
        number
    }

    pub(super) fn name(&self, number: usize) -> Word {
        self.list.get(number).map_or(NONE, |host| host.name)
    }

    /// The key of a queue id of this host.
    pub(super) fn key(&self, number: usize, queue_id: &[u8]) -> u64 {
        let hash = self.list.get(number).map_or(0, |host| host.hash);
        xxh3_64_with_seed(queue_id, hash)
    }

    /// True when the message arrived after the first line of its host in this block.
    pub(super) fn saw_arrival(&self, number: usize, event: &Delivery<'_>) -> bool {
        let (Some(host), Some(delay)) = (self.list.get(number), event.delay_s) else {
            return false;
        };
        event.time.seconds_since(host.since) > delay * 1.05 + SLACK_S
    }

    /// For the next block.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.numbers.clear();
        self.last = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_known_again() {
        let (mut hosts, mut arena) = (Hosts::default(), Arena::default());
        for _ in 0..3 {
            for n in 0..100 {
                let name = format!("h{n}");
                let number = hosts.number(name.as_bytes(), Timestamp::default(), &mut arena);
                assert_eq!(number, n);
                assert_eq!(arena.word(hosts.name(number)), name.as_bytes());
            }
        }
        assert_eq!((hosts.list.len(), hosts.numbers.len()), (100, 100));
        assert_ne!(hosts.key(1, b"A1"), hosts.key(2, b"A1"));
        hosts.clear();
        assert_eq!((hosts.list.len(), hosts.numbers.len()), (0, 0));
    }
}
