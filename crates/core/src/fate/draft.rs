//! The facts of one block of lines, taken down as fast as they come.
//!
//! Most messages begin and end within a block and fail nowhere: they leave nothing. What is left becomes a
//! [`Segment`](super::segment::Segment) when the block ends.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use xxhash_rust::xxh3::xxh3_64;

use super::Keep;
use super::filter;
use super::hosts::Hosts;
use super::life::{Life, WAITING, meant};
use super::pool::{Arena, NONE, Origin, Store, Word, Words};
use super::row::{Moment, Row, is_success};
use super::said::{instance_of, queued_as, text_of};
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
    hosts: Hosts,
    instances: HashTable<Word>,
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
    /// A delivery says that its message arrived in this block, though the line of its arrival is missing.
    arrived: bool,
    /// Nothing is left of it to tell.
    free: bool,
}

impl Draft {
    pub(super) fn new(keep: Keep) -> Draft {
        Draft {
            keep,
            arena: Arena::default(),
            lives: Vec::new(),
            tops: HashMap::default(),
            rows: HashMap::default(),
            hosts: Hosts::default(),
            instances: HashTable::new(),
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
            if starts {
                return;
            }
            if self.hosts.saw_arrival(host, event) {
                if let Some(drafted) = open.and_then(|life| self.lives.get_mut(life as usize)) {
                    drafted.arrived = true;
                }
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
        if success && event.relay.is_own_side() {
            // A socket in the file system is seldom a filter: the mail store listens there.
            let unnamed = event.relay.port.map(|_| filter::UNNAMED);
            let id = queued_as(event.text).or(unnamed);
            new.filtered = id.map_or(NONE, |id| arena.take(id));
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
        let instance = self.instance(instance);
        let name = self.hosts.name(host);
        let drafted = Drafted {
            key,
            life: Life::new(name, instance, self.arena.take(queue_id)),
            below: self.tops.get(&key).copied(),
            arrived: false,
            free: false,
        };
        let number = u32::try_from(self.lives.len()).unwrap_or(u32::MAX);
        let has_others = drafted.below.is_some();
        self.lives.push(drafted);
        self.tops.insert(key, number);
        if has_others {
            self.shorten(key);
        }
        number
    }

    /// Of too many lives of one queue id, takes the middle one off its stack: no line of this block is of it.
    fn shorten(&mut self, key: u64) {
        if self.lives_of(key).nth(WAITING).is_none() {
            return;
        }
        let above = self.lives_of(key).nth(WAITING / 2 - 1);
        if let Some((above, _)) = above
            && let Some(middle) = self.lives.get(above as usize).and_then(|it| it.below)
            && let Some(below) = self
                .lives
                .get_mut(middle as usize)
                .map(|it| it.below.take())
            && let Some(above) = self.lives.get_mut(above as usize)
        {
            above.below = below;
        }
    }

    /// The word of an instance, kept once in a block.
    fn instance(&mut self, name: &[u8]) -> Word {
        let arena = &mut self.arena;
        let hash = xxh3_64(name);
        let known = self
            .instances
            .find(hash, |&word| near::same(arena.word(word), name));
        if let Some(&word) = known {
            return word;
        }
        let word = arena.take(name);
        self.instances
            .insert_unique(hash, word, |&word| xxh3_64(arena.word(word)));
        word
    }

    /// Takes a life that ended off its stack, and frees it when nothing is left of it to tell. One without a
    /// beginning stays: what comes later is not of it, but what came before this block may be.
    fn close(&mut self, number: u32, key: u64) {
        let Some(place) = self.lives.get_mut(number as usize) else {
            return;
        };
        let is_empty = place.life.rows.is_empty();
        let came_here = place.life.starts || (place.arrived && is_empty);
        if !came_here {
            return;
        }
        let below = place.below.take();
        place.free = is_empty;
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
        let host = self.hosts.number(name, time, &mut self.arena);
        (host, self.hosts.key(host, queue_id))
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
        self.span = None;
        self.lives
            .drain(..)
            .filter(|drafted| !drafted.free)
            .map(|drafted| (drafted.key, drafted.life))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Line;
    use crate::postfix;
    use crate::syslog::Record;

    fn say(draft: &mut Draft, host: &str, instance: &str, second: i64, fact: Fact<'_>) {
        draft.queue(&QueueFact {
            time: Timestamp::from_seconds(second),
            source: Source::Postfix,
            host: host.as_bytes(),
            instance: instance.as_bytes(),
            queue_id: b"A1B2C3D",
            fact,
            times: 1,
        });
    }

    fn active() -> Fact<'static> {
        Fact::Active {
            sender: b"s@x",
            size: None,
            recipients: None,
        }
    }

    #[test]
    fn an_id_has_so_many_lives_and_no_more() {
        type Tell = fn(&mut Draft, i64);
        let cases: [(&str, Tell); 4] = [
            ("ends without beginnings", |draft, n| {
                say(draft, "h", "postfix", n, active());
                say(draft, "h", "postfix", n, Fact::Removed);
            }),
            ("beginnings without ends", |draft, n| {
                say(draft, "h", "postfix", n, Fact::MessageId(b"m@x"));
            }),
            ("instances", |draft, n| {
                say(draft, "h", &format!("in{n}/smtp"), n, active());
            }),
            ("ends of instances", |draft, n| {
                say(draft, "h", &format!("in{n}/smtp"), n, Fact::Removed);
            }),
        ];
        for (name, tell) in cases {
            let mut draft = Draft::new(Keep::Failing);
            for n in 0..200 {
                tell(&mut draft, n);
                let key = draft.lives.first().map_or(0, |life| life.key);
                let waiting = draft.lives_of(key).count();
                let told = usize::try_from(n + 1).unwrap_or(0);
                assert_eq!(waiting, told.min(WAITING), "{name}");
            }
            // The first ones and the last ones.
            let key = draft.lives.first().map_or(0, |life| life.key);
            let numbers: Vec<u32> = draft.lives_of(key).map(|(number, _)| number).collect();
            let half = u32::try_from(WAITING / 2).unwrap_or(0);
            let expected: Vec<u32> = (0..half).chain(200 - half..200).rev().collect();
            assert_eq!(numbers, expected, "{name}");
            assert_eq!(draft.drain().count(), 200, "{name}: none is lost");
        }
    }

    #[test]
    fn hosts_and_instances_are_known_again() {
        let mut draft = Draft::new(Keep::Failing);
        for round in 0..3 {
            for n in 0..100 {
                let (host, instance) = (format!("h{n}"), format!("in{}/qmgr", n % 10));
                say(&mut draft, &host, &instance, round, active());
            }
        }
        assert_eq!(draft.instances.len(), 10);
        assert_eq!(draft.lives.len(), 100);
        assert_eq!(draft.drain().count(), 100);
        assert_eq!(draft.instances.len(), 0);
    }

    #[test]
    fn what_came_in_this_block_and_went_leaves_nothing_though_no_line_says_that_it_came() {
        // Seconds of waiting, the status, and how many lives are left.
        let cases = [
            (5, "sent (250 ok)", 0),
            (500, "sent (250 ok)", 1),
            (
                5,
                "deferred (connect to mx.d[192.0.2.1]:25: Connection refused)",
                1,
            ),
        ];
        for (delay, status, left) in cases {
            let mut draft = Draft::new(Keep::Failing);
            say(&mut draft, "h", "postfix/qmgr", 0, Fact::Removed); // of another message
            say(&mut draft, "h", "postfix/qmgr", 95, active());
            let text = format!(
                "A1B2C3D: to=<a@d.it>, relay=mx.d[192.0.2.1]:25, delay={delay}, delays=1/1/1/2, dsn=2.0.0, status={status}"
            );
            let line = postfix::parse(&Record {
                time: Timestamp::from_seconds(100),
                host: b"h",
                tag: b"postfix/smtp",
                text: text.as_bytes(),
                times: 1,
            });
            let Line::Delivery(event) = line else {
                panic!("{line:?}");
            };
            draft.delivery(&event, None, || None);
            say(&mut draft, "h", "postfix/qmgr", 100, Fact::Removed);
            assert_eq!(draft.drain().count(), 1 + left, "{delay} s, {status}");
        }
    }
}
