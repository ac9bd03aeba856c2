//! One destination that failed at least once: what was said of it, and when to look again.
//!
//! The recursion costs little and runs with every minute. What is said comes from [`crate::outage::find`]
//! over all that is known, gate included; that costs time in proportion to it, so it is asked only when the
//! recursion gives cause, and ever more rarely when the answer stays the same.

use crate::evidence::Class;
use crate::outage::{Boundary, Online, Outage, find};
use crate::tally::{Bucket, Evidence, Recent, end_of, minute_of};
use crate::time::Timestamp;

use super::record::{Record, last_kind};

/// A healthy time up to this long (minutes) belongs to the outages around it.
const BRIDGE: i64 = 90;

/// Outages of which it is remembered what was said.
const MOST_SAID: usize = 8;

/// So often each cause is followed at once; from then on they must grow by a tenth.
const EAGER: u32 = 20;

/// Failing minutes after which another kind of failure is looked into.
const TURNED: u32 = 3;

/// How much of what was said still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Closed,
    Final,
}

/// An outage as it was said last.
#[derive(Debug)]
struct Said {
    outage: Box<Outage>,
    stage: Stage,
}

/// What there may be to say: what stands open, and what the recursion suspects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing is wrong, but outages that are over may become final.
    Calm,
    /// An outage may have begun.
    Alarmed,
    /// One goes on, and may change.
    Failing,
    /// It may be over.
    Recovering,
}

/// Causes to look, and at how many of them to look again.
#[derive(Debug, Clone, Copy)]
struct Causes {
    count: u32,
    look_at: u32,
}

impl Causes {
    /// The first look is at that many.
    const fn until(look_at: u32) -> Causes {
        Causes { count: 0, look_at }
    }

    /// One more; true when it is time to look.
    fn note(&mut self) -> bool {
        self.count += 1;
        self.count >= self.look_at
    }

    /// There was nothing new to see.
    fn put_off(&mut self) {
        self.look_at = self.count
            + if self.count < EAGER {
                1
            } else {
                self.count / 10
            };
    }
}

/// One destination.
#[derive(Debug)]
pub(super) struct Watched {
    /// Its minutes that are open.
    pub(super) recent: Recent,
    online: Online,
    /// The last minute that is closed.
    closed: i64,
    /// How many are.
    length: usize,
    /// In order of time; at most one is open, the last.
    said: Vec<Said>,
    mode: Mode,
    /// Since the mode began.
    causes: Causes,
    /// Since the trouble is another than when something was said last.
    turned: Causes,
    trouble: usize,
    /// First and last minute of the events that came too late since the last look.
    late: Option<(i64, i64)>,
}

impl Watched {
    /// Begins with what was counted before the first failure.
    pub(super) fn new(before: &[Bucket]) -> Watched {
        let mut watched = Watched {
            recent: Recent::default(),
            online: Online::new(),
            closed: i64::MIN,
            length: 0,
            said: Vec::new(),
            mode: Mode::Calm,
            causes: Causes::until(1),
            turned: Causes::until(TURNED),
            trouble: 0,
            late: None,
        };
        watched.replay(before);
        watched
    }

    fn replay(&mut self, buckets: &[Bucket]) {
        self.online = Online::new();
        self.length = buckets.len();
        for bucket in buckets {
            self.online.push(bucket);
            self.closed = self.closed.max(bucket.minute);
        }
    }

    /// The last minute that is closed.
    pub(super) fn closed(&self) -> i64 {
        self.closed
    }

    /// How many minutes are closed.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Notes that an event of a closed minute came; true when it is the first since the last look.
    pub(super) fn note_late(&mut self, minute: i64) -> bool {
        let first = self.late.is_none();
        let (from, to) = self.late.unwrap_or((minute, minute));
        self.late = Some((from.min(minute), to.max(minute)));
        first
    }

    /// True when events came too late since the last look.
    pub(super) fn is_late(&self) -> bool {
        self.late.is_some()
    }

    /// Takes in the next minute; true when it gives cause to look.
    pub(super) fn push(&mut self, bucket: &Bucket) -> bool {
        self.closed = bucket.minute;
        self.length += 1;
        self.online.push(bucket);
        self.set_mode();
        let fails = bucket.counts[..Class::COUNT]
            .iter()
            .enumerate()
            .any(|(class, &n)| class != Class::Ok.index() && n > 0);
        let is_cause = match self.mode {
            Mode::Calm => self.said.iter().any(|said| self.is_ripe(said)),
            Mode::Alarmed => fails && self.online.is_failing(),
            Mode::Failing => fails,
            Mode::Recovering => true,
        };
        if !is_cause {
            return false;
        }
        let mut is_time = self.causes.note();
        if self.mode == Mode::Failing && self.online.trouble() != self.trouble {
            is_time |= self.turned.note();
        }
        is_time
    }

    fn set_mode(&mut self) {
        let is_open = self.said.last().is_some_and(|s| s.stage == Stage::Open);
        let mode = match (is_open, self.online.is_suspected()) {
            (false, false) => Mode::Calm,
            (false, true) => Mode::Alarmed,
            (true, true) => Mode::Failing,
            (true, false) => Mode::Recovering,
        };
        if mode != self.mode {
            self.mode = mode;
            self.causes = Causes::until(1);
        }
    }

    /// True for an outage that is over, with no other that may yet join it.
    fn is_ripe(&self, said: &Said) -> bool {
        let Some(end) = said.outage.end else {
            return false;
        };
        let after = minute_of(end.latest).saturating_add(BRIDGE);
        said.stage == Stage::Closed
            && !self.online.is_suspected()
            && self.online.decided() > Some(after)
    }

    /// Looks at the evidence up to the last closed minute, `first` being the first stamp of everything, and
    /// says what is new.
    pub(super) fn look(
        &mut self,
        evidence: &Evidence,
        first: Timestamp,
        records: &mut Vec<Record>,
    ) {
        let already = records.len();
        let late = self.late.take();
        if late.is_some() {
            self.replay(&evidence.buckets);
        }
        let time = end_of(self.closed);
        let mut old = std::mem::take(&mut self.said);
        for outage in find(evidence, (first, time)).outages {
            let known = old.extract_if(.., |said| overlap(&said.outage, &outage));
            let touched = late.is_some_and(|late| touches(&outage, late));
            match known.last() {
                Some(said) => self.compare(said, outage, touched, time, records),
                None => self.meet(outage, touched, time, records),
            }
        }
        for said in old {
            if said.stage != Stage::Final || late.is_some_and(|late| touches(&said.outage, late)) {
                records.push(Record::Revised {
                    time,
                    said: Some(said.outage),
                    outage: None,
                });
            }
        }
        let surplus = self.said.len().saturating_sub(MOST_SAID);
        self.said.drain(..surplus);
        self.set_mode();
        if records.len() > already {
            self.trouble = self.online.trouble();
            self.turned = Causes::until(TURNED);
        }
        self.causes.put_off();
        if self.turned.count > 0 {
            self.turned.put_off();
        }
        if self.mode == Mode::Failing {
            // What a window is called may change slowly.
            self.causes.look_at = 2 * self.causes.count.max(TURNED);
        }
    }

    /// An outage of which nothing was said.
    fn meet(&mut self, outage: Outage, touched: bool, time: Timestamp, records: &mut Vec<Record>) {
        let outage = Box::new(outage);
        let stage = if !outage.has_recovered() && self.online.is_suspected() {
            records.push(Record::Open {
                time,
                outage: outage.clone(),
            });
            Stage::Open
        } else if outage.has_recovered() && touched {
            records.push(Record::Revised {
                time,
                said: None,
                outage: Some(outage.clone()),
            });
            Stage::Closed
        } else {
            return;
        };
        self.said.push(Said { outage, stage });
    }

    /// An outage of which something was said.
    fn compare(
        &mut self,
        said: Said,
        outage: Outage,
        touched: bool,
        time: Timestamp,
        records: &mut Vec<Record>,
    ) {
        let (ongoing, suspected) = (!outage.has_recovered(), self.online.is_suspected());
        let mut next = Said {
            outage: Box::new(outage),
            stage: said.stage,
        };
        let outage = next.outage.clone();
        let differs = || touched && differ(&said.outage, &outage);
        match said.stage {
            Stage::Open if !ongoing && !suspected => {
                next.stage = Stage::Closed;
                records.push(Record::Close { time, outage });
            }
            Stage::Open if ongoing && last_kind(&outage) != last_kind(&said.outage) => {
                records.push(Record::Phase { time, outage });
            }
            Stage::Closed | Stage::Final if ongoing && suspected => {
                next.stage = Stage::Open;
                records.push(Record::Open { time, outage });
            }
            // The two disagree: wait.
            Stage::Closed | Stage::Final if ongoing => next = said,
            _ if differs() => records.push(Record::Revised {
                time,
                said: Some(said.outage),
                outage: Some(outage),
            }),
            Stage::Closed if self.is_ripe(&next) => {
                next.stage = Stage::Final;
                records.push(Record::Final { time, outage });
            }
            Stage::Open | Stage::Closed | Stage::Final => {}
        }
        self.said.push(next);
    }
}

/// True when they are the same outage, seen at different times.
fn overlap(a: &Outage, b: &Outage) -> bool {
    let begins_before = |a: &Outage, b: &Outage| b.end.is_none_or(|end| a.start.time <= end.time);
    begins_before(a, b) && begins_before(b, a)
}

/// True when these minutes lie in an outage or beside it.
fn touches(outage: &Outage, (from, to): (i64, i64)) -> bool {
    let last = outage.end.map_or(i64::MAX, |end| minute_of(end.latest));
    from <= last.saturating_add(BRIDGE) && to >= minute_of(outage.start.earliest) - BRIDGE
}

/// True when what is said of one does not hold for the other.
fn differ(a: &Outage, b: &Outage) -> bool {
    let apart = |a: &Boundary, b: &Boundary| a.latest < b.earliest || b.latest < a.earliest;
    let ends_apart = match (&a.end, &b.end) {
        (Some(a), Some(b)) => apart(a, b),
        (a, b) => a.is_some() != b.is_some(),
    };
    let kinds = |outage: &Outage| outage.windows.iter().map(|w| w.kind).collect::<Vec<_>>();
    apart(&a.start, &b.start) || ends_apart || kinds(a) != kinds(b)
}
