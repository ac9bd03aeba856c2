//! The same model one minute at a time: the recursion of [`super::decode`] while the log is still written.
//!
//! Two recursions run side by side: the full one, and the same restricted to health and bad lists since
//! failing was last ruled out. Failing is suspected when the best path ends in it and beats the restricted
//! one; it is ruled out when health leads clearly. (Health and failing at the present minute alone must not
//! be compared: recovery is cheap, so one is never far behind the other, and sparse traffic would never
//! tell.) What all surviving paths have in common is decided: no later minute changes it.
//!
//! What is normal, and who is refused, is learnt from decided minutes and forgotten with a half-life.

use std::collections::VecDeque;

use crate::evidence::Class;
use crate::tally::Bucket;

use super::attempts::middle;
use super::baseline::{self, Normal};
use super::decode::{Back, Step, advance, begin, best_of, index};
use super::model::{BAD_LIST, ByState, HEALTHY, Largest, Model, STATES, Shares, State, Strangers};

/// Lead (nats) that failing must have over never having failed, and health over failing: 20 to 1.
const LEAD: f64 = 3.0;

/// Minutes that may wait to be decided. Beyond, the best path of the moment decides.
pub(super) const MOST_UNDECIDED: usize = 4096;

/// Time (minutes) after which what was normal counts half: 14 days.
const HALF_LIFE: f64 = 14.0 * 24.0 * 60.0;

/// The law is computed anew when a normal share changed by more than this part.
const MOVED: f64 = 0.02;

/// Counts up to this are looked up: a destination may keep its law for long, and most minutes have few.
const LOOKED_UP: u32 = 3;

/// The recursion of one destination.
#[derive(Debug)]
pub(crate) struct Online {
    normal: Learnt,
    /// The law, and the shares that it was made for.
    model: Model,
    base: Shares,
    strangers: Strangers,
    /// Scores of the best paths by last state, and the middle of the last minute in seconds.
    scores: Option<(ByState, f64)>,
    /// Those of the paths that never failed since failing was ruled out.
    spotless: ByState,
    suspected: bool,
    undecided: VecDeque<Undecided>,
    /// The newest minute that is decided.
    decided: Option<i64>,
    /// Minutes to wait before looking again whether more is decided.
    patience: usize,
}

/// A minute whose state later ones may still change.
#[derive(Debug, Clone, Copy)]
struct Undecided {
    minute: i64,
    counts: [u32; Class::COUNT],
    strangers: u32,
    /// Where each of its states came from in the minute before.
    back: Back,
}

/// A minute and the state in which it was, for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) minute: i64,
    pub(crate) state: u8,
}

/// What is normal, as learnt so far.
#[derive(Debug)]
struct Learnt {
    /// Attempts by class while nothing was wrong, and the strangers among those refused for good.
    health: Fading<{ Class::COUNT + 1 }>,
    /// Those refused for good at any time, and the strangers among them.
    refused: Fading<2>,
    /// False for a law that was given and stays.
    learns: bool,
}

/// Counts that are forgotten with a half-life.
#[derive(Debug)]
struct Fading<const N: usize> {
    counts: [f64; N],
    minute: i64,
}

impl<const N: usize> Fading<N> {
    const NONE: Fading<N> = Fading {
        counts: [0.0; N],
        minute: i64::MIN,
    };

    fn add(&mut self, minute: i64, counts: [u32; N]) {
        let passed = minute.saturating_sub(self.minute).max(0) as f64;
        let kept = (-passed / HALF_LIFE).exp2();
        for (sum, n) in self.counts.iter_mut().zip(counts) {
            *sum = *sum * kept + f64::from(n);
        }
        self.minute = self.minute.max(minute);
    }
}

impl Learnt {
    fn add(&mut self, minute: &Undecided, state: usize) {
        let (counts, strangers) = (minute.counts, minute.strangers);
        let refused = counts[Class::PermRcpt.index()];
        self.refused.add(minute.minute, [refused, strangers]);
        if state == HEALTHY {
            let mut all = [strangers; Class::COUNT + 1];
            all[..Class::COUNT].copy_from_slice(&counts);
            self.health.add(minute.minute, all);
        }
    }

    fn law(&self) -> (Shares, Strangers) {
        let [shares @ .., strangers] = self.health.counts;
        let in_health = [shares[Class::PermRcpt.index()], strangers];
        (
            baseline::shares(&shares, Normal::Capped),
            baseline::strangers(in_health, self.refused.counts),
        )
    }
}

impl Online {
    /// Of a destination of which nothing is known.
    pub(crate) fn new() -> Online {
        let normal = Learnt {
            health: Fading::NONE,
            refused: Fading::NONE,
            learns: true,
        };
        let (base, strangers) = normal.law();
        Online::with(base, strangers, normal)
    }

    /// With a law that is given and stays.
    #[cfg(test)]
    pub(super) fn with_law(base: &Shares, strangers: Strangers) -> Online {
        let normal = Learnt {
            health: Fading::NONE,
            refused: Fading::NONE,
            learns: false,
        };
        Online::with(*base, strangers, normal)
    }

    fn with(base: Shares, strangers: Strangers, normal: Learnt) -> Online {
        Online {
            normal,
            model: law(&base, strangers),
            base,
            strangers,
            scores: None,
            spotless: [f64::NEG_INFINITY; STATES.len()],
            suspected: false,
            undecided: VecDeque::new(),
            decided: None,
            patience: 0,
        }
    }

    /// Takes in the next minute; gives those that are decided by it, oldest first.
    pub(crate) fn push(&mut self, bucket: &Bucket) -> Vec<Decided> {
        let likelihood = self.model.likelihood(&bucket.counts, bucket.strangers);
        let time = middle(bucket);
        let mut back = [index(HEALTHY); STATES.len()];
        match &mut self.scores {
            None => {
                let scores = begin(&likelihood);
                self.spotless = without_failing(scores);
                self.scores = Some((scores, time));
            }
            Some((scores, last)) => {
                let step = Step::over(time - *last);
                back = advance(scores, &likelihood, &step);
                advance(&mut self.spotless, &likelihood, &step);
                self.spotless = without_failing(self.spotless);
                *last = time;
            }
        }
        let mut counts = [0; Class::COUNT];
        counts.copy_from_slice(&bucket.counts[..Class::COUNT]);
        self.undecided.push_back(Undecided {
            minute: bucket.minute,
            counts,
            strangers: bucket.strangers,
            back,
        });
        self.judge();
        self.decide()
    }

    /// Suspects failing, or rules it out.
    fn judge(&mut self) {
        let Some((scores, _)) = &self.scores else {
            return;
        };
        let failing = scores[best_of(scores, HEALTHY + 1..BAD_LIST)];
        let fine = scores[HEALTHY].max(scores[BAD_LIST]);
        if self.suspected {
            if fine > failing + LEAD {
                self.suspected = false;
                self.spotless = without_failing(*scores);
            }
        } else {
            let spotless = self.spotless[HEALTHY].max(self.spotless[BAD_LIST]);
            self.suspected = failing > fine && failing > spotless + LEAD;
        }
    }

    /// True from the moment that failing is suspected until it is ruled out.
    pub(crate) fn is_suspected(&self) -> bool {
        self.suspected
    }

    /// The likeliest state now.
    pub(crate) fn state(&self) -> usize {
        self.scores
            .as_ref()
            .map_or(HEALTHY, |(scores, _)| best_of(scores, 0..STATES.len()))
    }

    /// True when that is a failing one.
    pub(crate) fn is_failing(&self) -> bool {
        (HEALTHY + 1..BAD_LIST).contains(&self.state())
    }

    /// A number for the cause of the likeliest state now, whatever its severity.
    pub(crate) fn trouble(&self) -> usize {
        let state = self.state();
        let same = |other: &State| other.cause == STATES[state].cause;
        STATES.iter().position(same).unwrap_or(state)
    }

    /// The newest minute that is decided.
    pub(crate) fn decided(&self) -> Option<i64> {
        self.decided
    }

    /// Takes out the minutes on which all surviving paths agree.
    fn decide(&mut self) -> Vec<Decided> {
        let full = self.undecided.len() > MOST_UNDECIDED;
        if self.patience > 0 && !full {
            self.patience -= 1;
            return Vec::new();
        }
        let agreed = self.agreed();
        let decided = match agreed {
            Some((place, state)) => self.take(place, state),
            None if full => self.force(),
            None => Vec::new(),
        };
        // Looking back costs as much as there are minutes: so look the more rarely, the more there are.
        self.patience = self.undecided.len() / 8;
        decided
    }

    /// The newest minute on whose state all surviving paths agree, and that state.
    fn agreed(&self) -> Option<(usize, usize)> {
        let mut survivors = (1_u64 << STATES.len()) - 1;
        for (place, minute) in self.undecided.iter().enumerate().rev() {
            // A minute's own back-pointers lead to the minute before.
            if place == 0 {
                return None;
            }
            let mut before = 0_u64;
            for (state, &from) in minute.back.iter().enumerate() {
                if survivors & (1 << state) != 0 {
                    before |= 1 << from;
                }
            }
            survivors = before;
            if survivors.is_power_of_two() {
                return Some((place - 1, survivors.trailing_zeros() as usize));
            }
        }
        None
    }

    /// Decides the older half as the best path has it: too many wait.
    fn force(&mut self) -> Vec<Decided> {
        let half = MOST_UNDECIDED / 2;
        let path = self.path();
        match path.get(half) {
            Some(&state) => self.take(half, usize::from(state)),
            None => Vec::new(),
        }
    }

    /// Takes out the minutes up to this place, which was in this state.
    fn take(&mut self, place: usize, state: usize) -> Vec<Decided> {
        let mut decided: Vec<Decided> = Vec::with_capacity(place + 1);
        let mut state = index(state);
        for minute in self.undecided.iter().take(place + 1).rev() {
            decided.push(Decided {
                minute: minute.minute,
                state,
            });
            state = minute.back[usize::from(state)];
        }
        decided.reverse();
        for (minute, decided) in self.undecided.drain(..=place).zip(&decided) {
            self.normal.add(&minute, usize::from(decided.state));
            self.decided = Some(minute.minute);
        }
        self.learn();
        decided
    }

    fn learn(&mut self) {
        if !self.normal.learns {
            return;
        }
        let (base, strangers) = self.normal.law();
        let moved = |new: f64, old: f64| (new / old - 1.0).abs() > MOVED;
        let mut shares = base.iter().zip(&self.base);
        if shares.any(|(&new, &old)| moved(new, old))
            || moved(strangers.healthy, self.strangers.healthy)
            || moved(strangers.outage, self.strangers.outage)
        {
            self.model = law(&base, strangers);
            (self.base, self.strangers) = (base, strangers);
        }
    }

    /// The best path over the minutes that are not decided, oldest first.
    pub(super) fn path(&self) -> Vec<u8> {
        let mut state = index(self.state());
        let mut path: Vec<u8> = Vec::with_capacity(self.undecided.len());
        for minute in self.undecided.iter().rev() {
            path.push(state);
            state = minute.back[usize::from(state)];
        }
        path.reverse();
        path
    }
}

fn law(base: &Shares, strangers: Strangers) -> Model {
    Model::new(base, strangers, &Largest::of([&[LOOKED_UP; _]]))
}

/// Rules out all states but health and bad lists.
fn without_failing(mut scores: ByState) -> ByState {
    scores[HEALTHY + 1..BAD_LIST].fill(f64::NEG_INFINITY);
    scores
}
