//! The facts of one block of lines, taken down as fast as they come.
//!
//! Most messages begin and end within a block and fail nowhere: they leave nothing. What is left becomes a
//! [`Segment`](super::segment::Segment) when the block ends.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::Keep;
use super::life::{Life, meant};
use super::pool::{Arena, NONE, Origin, Store, Word, Words};
use super::row::{Moment, Row, is_success};
use super::said::{instance_of, is_of_this_host, queued_as, text_of};
use crate::event::{Delivery, Fact, Outcome, QueueFact, Source};
use crate::near;
use crate::reason::Verdict;
use crate::tally::fingerprint;
use crate::time::Timestamp;

/// Lives of one block.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) keep: Keep,
    pub(super) arena: Arena,
    /// In the order in which they began.
    lives: Vec<Drafted>,
    /// The open life of each queue id that was opened last.
    tops: HashMap<u64, u32, FixedState>,
    rows: HashMap<(u32, u64), u32, FixedState>,
    hosts: Vec<Host>,
    last_host: usize,
    instances: Vec<Word>,
    /// Times of the first line and the last.
    span: Option<(Timestamp, Timestamp)>,
}

/// A life within a block.
#[derive(Debug)]
struct Drafted {
    /// Hash of host and queue id.
    key: u64,
    life: Life,
    /// The open life below it, of the same queue id.
    below: Option<u32>,
    /// Nothing is left of it to tell.
    free: bool,
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

impl Draft {
    pub(super) fn new(keep: Keep) -> Draft {
        Draft {
            keep,
            arena: Arena::default(),
            lives: Vec::new(),
            tops: HashMap::default(),
            rows: HashMap::default(),
            hosts: Vec::new(),
            last_host: 0,
            instances: Vec::new(),
            span: None,
        }
    }

    /// Takes down what became of a recipient.
    ///
    /// The verdict is that of an attempt; that of an echo is asked for by `classify` when it is needed.
    pub(super) fn delivery(
        &mut self,
        event: &Delivery<'_>,
        verdict: Option<Verdict>,
        classify: impl FnOnce() -> Option<Verdict>,
    ) {
        if event.outcome == Outcome::Probe
            || event.queue_id.is_empty()
            || event.queue_id == b"NOQUEUE"
        {
            return;
        }
        let (host, key) = self.host(event.host, event.queue_id, event.time);
        let recipient = fingerprint(event.recipient);
        let success = is_success(event.outcome);
        // Aliases may lead twice to one mailbox; Exim does not name them in all lines of one delivery.
        let row = match (event.source, event.original_recipient) {
            (Source::Postfix, Some(original)) => recipient ^ fingerprint(original).rotate_left(1),
            _ => recipient,
        };
        let instance = instance_of(event.instance);
        let open = self.open(key, instance, false);
        let is_known = open.is_some_and(|life| self.rows.contains_key(&(life, row)));
        if success && !is_known && self.keep == Keep::Failing {
            // All of its life until now is in this block: nothing failed.
            let starts = open.is_some_and(|life| self.life(life).is_some_and(|life| life.starts));
            if starts || self.arrived_here(host, event) {
                return;
            }
        }
        let life = open.unwrap_or_else(|| self.add(host, key, instance, event.queue_id));
        self.row(life, row, event, verdict, classify);
    }

    /// Takes down what a bounce says, of which no log tells; `id` names its message.
    pub(super) fn bounce(&mut self, event: &Delivery<'_>, id: &[u8], verdict: Option<Verdict>) {
        let (host, key) = self.host(event.host, id, event.time);
        let life = self
            .open(key, b"", false)
            .unwrap_or_else(|| self.add(host, key, b"", event.queue_id));
        let arena = &mut self.arena;
        if let Some(Drafted { life, .. }) = self.lives.get_mut(life as usize) {
            for (mine, said) in [
                (&mut life.sender, event.sender),
                (&mut life.message_id, event.message_id),
            ] {
                let said = said.map_or(NONE, |said| arena.take(said));
                Origin::Own.keep(mine, said, arena);
            }
        }
        self.row(life, fingerprint(event.recipient), event, verdict, || None);
    }

    /// Adds an event to the row of its recipient.
    fn row(
        &mut self,
        life: u32,
        row: u64,
        event: &Delivery<'_>,
        verdict: Option<Verdict>,
        classify: impl FnOnce() -> Option<Verdict>,
    ) {
        let success = is_success(event.outcome);
        let known = self.rows.get(&(life, row)).copied();
        if let Some(delay) = event.delay_s
            && let Some(life) = self.life_mut(life)
            && !life.starts
        {
            let arrival = event.time.as_millis() as f64 - delay * 1000.0;
            #[expect(clippy::cast_possible_truncation, reason = "saturates")]
            let arrival = Timestamp::from_millis(arrival as i64);
            life.arrival = life.arrival.min(Moment::new(arrival));
        }
        let arena = &mut self.arena;
        let Some(Drafted {
            life: known_life, ..
        }) = self.lives.get_mut(life as usize)
        else {
            return; // never: lives are numbered by their list
        };
        let mine = known.and_then(|place| known_life.rows.get_mut(place as usize));
        let telling = !success && mine.as_ref().is_none_or(|mine| mine.wants_failure(event));
        let verdict = match verdict {
            None if telling => classify(),
            verdict => verdict,
        };
        let mut new = Row::of(event, verdict, row, telling);
        if telling {
            new.failure.text = text_of(event, arena);
        }
        if success && is_of_this_host(event) {
            new.filtered = queued_as(event.text).map_or(NONE, |id| arena.take(id));
        }
        if let Some(mine) = mine {
            mine.merge(&new, Origin::Own, arena);
        } else {
            new.recipient = arena.take(event.recipient);
            new.original = event
                .original_recipient
                .map_or(NONE, |name| arena.take(name));
            let place = u32::try_from(known_life.rows.len()).unwrap_or(u32::MAX);
            if place == 0 {
                known_life.rows.reserve_exact(1); // one recipient is the rule
            }
            known_life.rows.push(new);
            self.rows.insert((life, row), place);
        }
    }

    /// Takes down what is said of a message as a whole.
    pub(super) fn queue(&mut self, fact: &QueueFact<'_>) {
        let starts = match (&fact.fact, fact.source) {
            // Each message passes cleanup(8) once; Exim writes one line of arrival.
            (Fact::MessageId(_), _) | (Fact::Arrival { .. }, Source::Exim) => true,
            (Fact::Active { .. } | Fact::Cancelled | Fact::Expired { .. } | Fact::Removed, _) => {
                false
            }
            _ => return,
        };
        let (host, key) = self.host(fact.host, fact.queue_id, fact.time);
        let instance = instance_of(fact.instance);
        let ends = matches!(fact.fact, Fact::Removed);
        let open = if starts {
            None
        } else {
            self.open(key, instance, true)
                .filter(|&life| !(ends && self.is_overtaken(life, key)))
        };
        let number = open.unwrap_or_else(|| self.add(host, key, instance, fact.queue_id));
        let time = Moment::new(fact.time);
        let arena = &mut self.arena;
        let Some(Drafted { life, .. }) = self.lives.get_mut(number as usize) else {
            return; // never: lives are numbered by their list
        };
        life.instance_is_sure = true;
        match fact.fact {
            Fact::MessageId(id) => {
                life.starts = true;
                life.arrival = time;
                life.message_id = arena.take(id);
            }
            Fact::Arrival {
                sender, message_id, ..
            } => {
                life.starts = true;
                life.arrival = time;
                life.sender = sender.map_or(NONE, |sender| arena.take(sender));
                life.message_id = message_id.map_or(NONE, |id| arena.take(id));
            }
            Fact::Active { sender, .. } if life.sender == NONE => life.sender = arena.take(sender),
            Fact::Expired { sender, .. } => {
                if life.sender == NONE {
                    life.sender = arena.take(sender);
                }
                life.expired = life.expired.max(time);
            }
            Fact::Cancelled => life.cancelled = life.cancelled.max(time),
            Fact::Removed => {
                life.ends = true;
                life.removed = time;
                self.close(number, key);
            }
            _ => {}
        }
    }

    /// The lives of a queue id, the latest first: those that are open, and those that ended without a beginning.
    fn lives_of(&self, key: u64) -> impl Iterator<Item = (u32, &Life)> {
        let mut next = self.tops.get(&key).copied();
        std::iter::from_fn(move || {
            let number = next?;
            let Drafted { life, below, .. } = self.lives.get(number as usize)?;
            next = *below;
            Some((number, life))
        })
    }

    /// The life of this queue id that this instance speaks of.
    fn open(&self, key: u64, instance: &[u8], sure: bool) -> Option<u32> {
        meant(self.lives_of(key), instance, sure, &self.arena)
    }

    /// True when this life has no beginning and something that stands by itself came after it.
    fn is_overtaken(&self, number: u32, key: u64) -> bool {
        !self.life(number).is_some_and(|life| life.starts)
            && self
                .lives_of(key)
                .take_while(|&(later, _)| later != number)
                .any(|(_, life)| !life.instance_is_sure)
    }

    fn add(&mut self, host: usize, key: u64, instance: &[u8], queue_id: &[u8]) -> u32 {
        let known = self
            .instances
            .iter()
            .find(|&&word| near::same(self.arena.word(word), instance));
        let instance = known.copied().unwrap_or_else(|| {
            let word = self.arena.take(instance);
            self.instances.push(word);
            word
        });
        let name = self.hosts.get(host).map_or(NONE, |host| host.name);
        let drafted = Drafted {
            key,
            life: Life::new(name, instance, self.arena.take(queue_id)),
            below: self.tops.get(&key).copied(),
            free: false,
        };
        let number = u32::try_from(self.lives.len()).unwrap_or(u32::MAX);
        self.lives.push(drafted);
        self.tops.insert(key, number);
        number
    }

    /// Takes a life that ended off its stack, and frees it when nothing is left of it to tell. One without a
    /// beginning stays: what comes later is not of it.
    fn close(&mut self, number: u32, key: u64) {
        let Some(place) = self.lives.get_mut(number as usize) else {
            return;
        };
        if !place.life.starts {
            return;
        }
        let below = place.below.take();
        if place.life.rows.is_empty() {
            place.free = true;
        }
        let Some(top) = self.tops.get_mut(&key) else {
            return;
        };
        if *top == number {
            match below {
                Some(below) => *top = below,
                None => {
                    self.tops.remove(&key);
                }
            }
            return;
        }
        let mut above = Some(*top);
        while let Some(drafted) = above.and_then(|above| self.lives.get_mut(above as usize)) {
            if drafted.below == Some(number) {
                drafted.below = below;
                return;
            }
            above = drafted.below;
        }
    }

    /// The host's number, and the key of the queue id on it.
    fn host(&mut self, name: &[u8], queue_id: &[u8], time: Timestamp) -> (usize, u64) {
        let (first, last) = self.span.unwrap_or((time, time));
        self.span = Some((first.min(time), last.max(time)));
        let is = |host: &Host| near::same(self.arena.word(host.name), name);
        let place = if self.hosts.get(self.last_host).is_some_and(is) {
            self.last_host
        } else if let Some(place) = self.hosts.iter().position(is) {
            place
        } else {
            let word = self.arena.take(name);
            self.hosts.push(Host {
                name: word,
                hash: xxh3_64(name),
                since: time,
                last: time,
            });
            self.hosts.len() - 1
        };
        self.last_host = place;
        let Some(host) = self.hosts.get_mut(place) else {
            return (place, 0);
        };
        if time.as_millis() < host.last.as_millis() - BACKWARDS {
            host.since = time;
        }
        host.last = time;
        (place, xxh3_64_with_seed(queue_id, host.hash))
    }

    /// True when the message arrived after the first line of its host in this block.
    fn arrived_here(&self, host: usize, event: &Delivery<'_>) -> bool {
        let (Some(host), Some(delay)) = (self.hosts.get(host), event.delay_s) else {
            return false;
        };
        event.time.seconds_since(host.since) > delay * 1.05 + SLACK_S
    }

    fn life(&self, number: u32) -> Option<&Life> {
        self.lives.get(number as usize).map(|drafted| &drafted.life)
    }

    fn life_mut(&mut self, number: u32) -> Option<&mut Life> {
        self.lives
            .get_mut(number as usize)
            .map(|drafted| &mut drafted.life)
    }

    /// First and last line.
    pub(super) fn span(&self) -> (Moment, Moment) {
        self.span.map_or((Moment::AFTER, Moment::BEFORE), |span| {
            (Moment::new(span.0), Moment::new(span.1))
        })
    }

    /// Hands out what is left and is as new again, with its buffers.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (u64, Life)> {
        self.tops.clear();
        self.rows.clear();
        self.hosts.clear();
        self.instances.clear();
        self.last_host = 0;
        self.span = None;
        self.lives
            .drain(..)
            .filter(|drafted| !drafted.free)
            .map(|drafted| (drafted.key, drafted.life))
    }
}
