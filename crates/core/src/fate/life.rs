//! The life of a message under one queue id: from its arrival to its removal.
//!
//! Queue ids are used again, so that a life is a pair of brackets: its arrival opens it, `removed` closes it,
//! and what is said in between belongs to the life that was opened last and is open still. What a stretch of
//! lines says of one queue id is then a list of lives, of which some may lack their beginning and some their
//! end, and stretches that follow each other join into one. Joining is associative, as brackets are.
//!
//! Several instances may use one id at one time, each for a message of its own; and a transport may have a
//! name of its own that is no instance's (`slow/smtp`). Which of both a name is shows in the lines of the
//! queue's own programs, maybe in another stretch: until then, what only deliveries say stands by itself.

use super::pool::{NONE, Origin, Pool, Store, Word, Words};
use super::row::{Moment, Row};
use crate::near;

/// So many lives of one queue id wait for what else is said of them; of more, those in the middle wait no longer.
///
/// The first ones may be joined to what came before, the last ones to what comes after. A mail system has one or
/// two messages under one id at a time; more are lives whose beginnings or ends are not in the log, or somebody's
/// attempt to make each line cost as much as all lines before it.
pub(super) const WAITING: usize = 32;

/// What is known of a message while it has one queue id.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) host: Word,
    /// Name of the MTA's instance, without its services.
    pub(super) instance: Word,
    /// False when only deliveries name the instance: transports have names of their own.
    pub(super) instance_is_sure: bool,
    pub(super) queue_id: Word,
    pub(super) sender: Word,
    pub(super) message_id: Word,
    /// The line of its arrival was seen.
    pub(super) starts: bool,
    /// Its removal was seen.
    pub(super) ends: bool,
    /// When it arrived: by that line, else by the delay that deliveries tell.
    pub(super) arrival: Moment,
    /// When it was removed, if it was.
    pub(super) removed: Moment,
    /// When it was given up while frozen, if it was.
    pub(super) cancelled: Moment,
    /// When it was given up for its age, if it was.
    pub(super) expired: Moment,
    /// In order of their fingerprints (not within a block).
    pub(super) rows: Vec<Row>,
}

impl Life {
    pub(super) fn new(host: Word, instance: Word, queue_id: Word) -> Life {
        Life {
            host,
            instance,
            instance_is_sure: false,
            queue_id,
            sender: NONE,
            message_id: NONE,
            starts: false,
            ends: false,
            arrival: Moment::AFTER,
            removed: Moment::BEFORE,
            cancelled: Moment::BEFORE,
            expired: Moment::BEFORE,
            rows: Vec::new(),
        }
    }

    /// Both brackets were seen.
    pub(super) fn is_whole(&self) -> bool {
        self.starts && self.ends
    }

    /// Takes in what follows it. The words of this life are of `pool`.
    fn absorb(&mut self, next: Life, origin: Origin<'_>, pool: &mut Pool) {
        let Life {
            host,
            instance,
            instance_is_sure,
            queue_id,
            sender,
            message_id,
            starts: _,
            ends,
            arrival,
            removed,
            cancelled,
            expired,
            rows,
        } = next;
        origin.leave(host, pool); // both are the same, or they would not meet
        origin.leave(queue_id, pool);
        if instance_is_sure && !self.instance_is_sure {
            pool.drop(self.instance);
            self.instance = origin.take(instance, pool);
            self.instance_is_sure = true;
        } else if instance_is_sure == self.instance_is_sure {
            origin.keep(&mut self.instance, instance, pool);
        } else {
            origin.leave(instance, pool);
        }
        origin.keep(&mut self.sender, sender, pool);
        origin.keep(&mut self.message_id, message_id, pool);
        if !self.starts {
            self.arrival = self.arrival.min(arrival);
        }
        self.ends |= ends;
        self.removed = self.removed.max(removed);
        self.cancelled = self.cancelled.max(cancelled);
        self.expired = self.expired.max(expired);
        self.merge_rows(rows, origin, pool);
    }

    fn merge_rows(&mut self, rows: Vec<Row>, origin: Origin<'_>, pool: &mut Pool) {
        let known = self.rows.len();
        for row in rows {
            let place = self
                .rows
                .get(..known)
                .unwrap_or_default()
                .binary_search_by_key(&row.fingerprint, |row| row.fingerprint);
            if let Some(mine) = place.ok().and_then(|place| self.rows.get_mut(place)) {
                mine.merge(&row, origin, pool);
            } else {
                self.rows.reserve_exact(1);
                self.rows.push(row.moved(origin, pool));
            }
        }
        if self.rows.len() > known {
            self.rows.sort_by_key(|row| row.fingerprint); // two runs: merged
        }
    }

    /// Gives up the recipients who took it at the first attempt, when that is sure.
    pub(super) fn forget_delivered(&mut self, store: &mut impl Store) {
        if self.rows.iter().all(|row| row.failed) {
            return;
        }
        self.rows.retain_mut(|row| {
            if row.failed {
                true
            } else {
                for word in row.words_mut() {
                    store.drop(*word);
                }
                false
            }
        });
        self.rows.shrink_to_fit();
    }

    /// With words of this store.
    pub(super) fn moved(mut self, origin: Origin<'_>, store: &mut impl Store) -> Life {
        for word in self.words_mut() {
            *word = origin.take(*word, store);
        }
        self.rows = self
            .rows
            .into_iter()
            .map(|row| row.moved(origin, store))
            .collect();
        self
    }

    pub(super) fn words_mut(&mut self) -> [&mut Word; 5] {
        [
            &mut self.host,
            &mut self.instance,
            &mut self.queue_id,
            &mut self.sender,
            &mut self.message_id,
        ]
    }
}

/// Which of the lives of one queue id, the latest first, is meant by a line of this instance; `sure` when the
/// line is of the queue's own programs, not of a delivery. Among them are lives that ended without a beginning.
pub(super) fn meant<'l, N>(
    lives: impl Iterator<Item = (N, &'l Life)>,
    instance: &[u8],
    sure: bool,
    words: &dyn Words,
) -> Option<N> {
    let (mut opened, mut told) = (None, None);
    let (mut own_ended, mut any_ended) = (false, false);
    for (name, life) in lives {
        let own = near::same(words.word(life.instance), instance);
        if life.ends {
            own_ended |= own;
            any_ended = true;
        } else if own && !own_ended && (sure || life.instance_is_sure) {
            return Some(name);
        } else if !sure && life.starts {
            opened = opened.or(Some(name)); // a transport with a name of its own
        } else if !sure && own && !any_ended {
            told = told.or(Some(name));
        }
    }
    opened.or(told)
}

/// Joins a life to those of its queue id that began before it; `keep_delivered` keeps recipients who took their
/// mail at the first attempt. A life that is whole then is returned, or one that waits no longer.
pub(super) fn join(
    left: &mut Vec<Life>,
    life: Life,
    origin: Origin<'_>,
    keep_delivered: bool,
    pool: &mut Pool,
) -> Option<Life> {
    let place = if life.starts {
        None
    } else {
        let (instance, sure) = (origin.word(life.instance, pool), life.instance_is_sure);
        meant(left.iter().enumerate().rev(), instance, sure, pool)
            .filter(|&place| !(life.ends && is_overtaken(left.get(place..))))
    };
    let Some(place) = place else {
        left.reserve_exact(1);
        left.push(life.moved(origin, pool));
        if left.len() <= WAITING {
            return None;
        }
        let mut life = left.remove(WAITING / 2);
        if !keep_delivered {
            life.forget_delivered(pool);
        }
        return Some(life);
    };
    let mine = left.get_mut(place)?;
    mine.absorb(life, origin, pool);
    if mine.starts && !keep_delivered {
        mine.forget_delivered(pool);
    }
    mine.is_whole().then(|| left.remove(place))
}

/// True when the first life has no beginning and something that stands by itself came after it: if that is of
/// this life too, it was before the end.
fn is_overtaken(lives: Option<&[Life]>) -> bool {
    lives
        .and_then(<[Life]>::split_first)
        .is_some_and(|(life, later)| {
            !life.starts && later.iter().any(|life| !life.instance_is_sure)
        })
}

/// No more lines will come: what stands by itself is of the life beside it.
pub(super) fn settle(lives: Vec<Life>, pool: &mut Pool) -> Vec<Life> {
    let mut settled: Vec<Life> = Vec::with_capacity(lives.len());
    for life in lives {
        let open = |other: &Life| !other.starts && !other.ends && !life.starts;
        let same = |other: &Life| pool.word(other.instance) == pool.word(life.instance);
        let place = settled
            .iter()
            .rposition(|other| open(other) && same(other))
            .or_else(|| {
                settled.iter().rposition(|other| {
                    open(other) && !(other.instance_is_sure && life.instance_is_sure)
                })
            });
        match place.and_then(|place| settled.get_mut(place)) {
            Some(mine) => mine.absorb(life, Origin::Own, pool),
            None => settled.push(life),
        }
    }
    settled
}
