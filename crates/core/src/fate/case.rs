//! What is needed of one destination to judge the fates of its messages: little, and little of its evidence.

use super::attribute::{Cause, Counts, Grade, Judged, OutageFates, Place};
use super::{End, Fate, Ledger};
use crate::address::Domain;
use crate::evidence::Class;
use crate::outage::{Findings, Kind, OutageType};
use crate::tally::{Bucket, Evidence, Slot};
use crate::time::Timestamp;

/// A refusal outside any window is the recipient's own, or the message's; of the rest nothing is known.
pub(super) fn own_cause(fate: &Fate<'_>) -> Cause {
    if fate.end == End::Bounced {
        Cause::Genuine
    } else {
        Cause::Unknown
    }
}

/// At least this chance makes a refusal the outage's doing.
const LIKELY: f64 = 0.5;

/// Attempts of an unknown destination that are thought to have been seen, and how many of them failed: a
/// share that is not measured is not zero.
const PRIOR: (f64, f64) = (0.5, 25.0);

/// The same where only bounces are known, in minutes: one refusal in two days.
const PRIOR_OF_BOUNCES: (f64, f64) = (0.5, 1440.0);

const MINUTE: i64 = 60_000;

/// The telling attempts of a stretch of time, by class; where only bounces are known, `all` are its minutes.
#[derive(Debug, Clone, Copy, Default)]
struct Shares {
    classes: [u64; Class::COUNT],
    all: u64,
}

impl Shares {
    fn add(&mut self, bucket: &Bucket) {
        for class in Class::ALL {
            let n = bucket
                .counts
                .get(Slot::Class(class).index())
                .copied()
                .unwrap_or_default();
            if let Some(count) = self.classes.get_mut(class.index()) {
                *count += u64::from(n);
            }
            self.all += u64::from(n);
        }
    }

    fn of(&self, class: Class) -> u64 {
        self.classes.get(class.index()).copied().unwrap_or_default()
    }
}

/// The outages of one destination, and what it answered in them and in normal times.
#[derive(Debug, Clone)]
pub struct Case {
    pub(super) domain: Domain,
    outages: Vec<Spell>,
    normal: Shares,
    /// Bounces tell of failures alone: instead of their shares, how often they come is compared.
    bounces_only: bool,
}

/// When an outage was, and what was answered in its windows.
#[derive(Debug, Clone)]
struct Spell {
    /// Refusals for what the receiver thinks of the sender: no outage, so nothing is its doing.
    is_policy: bool,
    before_log: bool,
    /// The most likely time of its start: what was refused earlier, in the doubt of it, is not laid on it.
    start: Timestamp,
    /// The most likely time of its end; `None` when it goes on.
    end: Option<Timestamp>,
    /// When each window of refusals begins, and its answers.
    windows: Vec<(Timestamp, Shares)>,
    /// Of each of them, how many attempts were accepted that a report is about.
    accepted: Vec<u64>,
    /// The windows of slow delivery, which come last.
    slow: Vec<Slow>,
}

/// Slow delivery: its answers are those of normal times, and no failure is laid on it.
#[derive(Debug, Clone)]
struct Slow {
    start: Timestamp,
    /// `None` when it goes on.
    end: Option<Timestamp>,
    /// How many attempts were accepted that a report is about.
    accepted: u64,
}

impl Case {
    /// `None` when nothing was found: then no fate is an outage's doing.
    pub fn new(evidence: &Evidence, findings: &Findings) -> Option<Case> {
        if findings.outages.is_empty() {
            return None;
        }
        let outages = findings.outages.iter().map(|outage| Spell {
            is_policy: outage.kind == OutageType::Policy,
            before_log: outage.before_log,
            start: outage.start.time,
            end: outage.end.filter(|_| !outage.ongoing).map(|end| end.time),
            windows: outage
                .windows
                .iter()
                .filter(|window| window.kind != Kind::Delayed)
                .map(|window| (window.start.time, Shares::default()))
                .collect(),
            accepted: Vec::new(),
            slow: outage
                .windows
                .iter()
                .filter(|window| window.kind == Kind::Delayed)
                .map(|window| Slow {
                    start: window.start.time,
                    end: window.end.map(|end| end.time),
                    accepted: 0,
                })
                .collect(),
        });
        let mut case = Case {
            domain: evidence.domain.clone(),
            outages: outages.collect(),
            normal: Shares::default(),
            bounces_only: evidence.bounces_only,
        };
        for bucket in &evidence.buckets {
            let middle = Timestamp::from_millis(bucket.minute * MINUTE + MINUTE / 2);
            if let Some((outage, window)) = case.place(middle) {
                if let Some((_, shares)) = case.window_mut(outage, window) {
                    shares.add(bucket);
                }
                continue;
            }
            case.normal.add(bucket);
        }
        case.count_accepted(evidence);
        if let [first, .., last] = &*evidence.buckets
            && evidence.bounces_only
        {
            case.count_minutes(first.minute, last.minute + 1);
        }
        Some(case)
    }

    /// The same with the accepted attempts of a part of the evidence, which a report is about. What is normal, and
    /// what was answered in an outage, is still judged by all of it.
    #[must_use]
    pub fn reporting(mut self, part: &Evidence) -> Case {
        self.count_accepted(part);
        self
    }

    fn count_accepted(&mut self, evidence: &Evidence) {
        for outage in &mut self.outages {
            outage.accepted = vec![0; outage.windows.len()];
            for slow in &mut outage.slow {
                slow.accepted = 0;
            }
        }
        for bucket in &evidence.buckets {
            let middle = Timestamp::from_millis(bucket.minute * MINUTE + MINUTE / 2);
            let Some((outage, window)) = self.place_of_accepted(middle) else {
                continue;
            };
            let Some(spell) = self.outages.get_mut(outage) else {
                continue;
            };
            let slow = spell.slow.iter_mut().map(|slow| &mut slow.accepted);
            let ok = bucket.counts.get(Slot::Class(Class::Ok).index());
            if let Some(accepted) = spell.accepted.iter_mut().chain(slow).nth(window) {
                *accepted += u64::from(ok.copied().unwrap_or_default());
            }
        }
    }

    /// Forgets the outages that are not to be reported; what was answered in them stays apart from normal times.
    /// `None` when none is left.
    pub fn limited(mut self, mut is_reported: impl FnMut(usize) -> bool) -> Option<Case> {
        let mut number = 0..;
        self.outages
            .retain(|_| number.next().is_some_and(&mut is_reported));
        (!self.outages.is_empty()).then_some(self)
    }

    /// Puts the minutes of each window, and of the rest between these two, in the place of attempts.
    fn count_minutes(&mut self, first: i64, last: i64) {
        let minute = |time: Timestamp| time.as_millis().div_euclid(MINUTE);
        let mut rest = last - first;
        for outage in &mut self.outages {
            let mut end = outage.end.map_or(last, minute);
            for (start, shares) in outage.windows.iter_mut().rev() {
                let minutes = (end - minute(*start)).max(1);
                shares.all = minutes.cast_unsigned(); // above zero
                rest -= minutes;
                end = end.min(minute(*start));
            }
        }
        self.normal.all = u64::try_from(rest).unwrap_or_default();
    }

    fn window_mut(&mut self, outage: usize, window: usize) -> Option<&mut (Timestamp, Shares)> {
        self.outages.get_mut(outage)?.windows.get_mut(window)
    }

    /// What was accepted in each outage and window, and nothing else yet.
    pub(super) fn fates(&self) -> Vec<OutageFates> {
        self.outages
            .iter()
            .map(|outage| {
                let refusing = outage.accepted.iter().copied();
                let accepted = refusing.chain(outage.slow.iter().map(|slow| slow.accepted));
                OutageFates {
                    total: Counts::of_delivered(accepted.clone().sum()),
                    windows: accepted.map(Counts::of_delivered).collect(),
                }
            })
            .collect()
    }

    /// The outage and the window of a failure at this time.
    pub(super) fn place(&self, time: Timestamp) -> Option<(usize, usize)> {
        let outage = self.outages.iter().position(|outage| {
            // An outage that was there before the log, or that only bounces tell of, may begin with a failure.
            let from_start = outage.before_log || self.bounces_only;
            !outage.windows.is_empty()
                && (time > outage.start || from_start && time >= outage.start)
                && outage.end.is_none_or(|end| time < end)
        })?;
        let windows = &self.outages.get(outage)?.windows;
        let window = windows.iter().rposition(|&(start, _)| start <= time);
        Some((outage, window.unwrap_or(0)))
    }

    /// The outage and the window in which something was accepted at this time.
    pub(super) fn place_of_accepted(&self, time: Timestamp) -> Option<(usize, usize)> {
        self.place(time).or_else(|| {
            let (outage, slow) = self.slow_place(time)?;
            Some((outage, self.outages.get(outage)?.windows.len() + slow))
        })
    }

    /// The outage and which of its stretches of slow delivery it is.
    fn slow_place(&self, time: Timestamp) -> Option<(usize, usize)> {
        let within = |slow: &Slow| slow.start <= time && slow.end.is_none_or(|end| time < end);
        let mut outages = self.outages.iter().enumerate();
        outages.find_map(|(place, outage)| Some((place, outage.slow.iter().position(within)?)))
    }

    pub(super) fn judge(&self, fate: &Fate<'_>, destination: usize, ledger: &Ledger) -> Judged {
        let by_own = Judged {
            place: None,
            cause: own_cause(fate),
            grade: None,
        };
        let place = match fate.end {
            End::Delivered | End::Discarded => None,
            End::Bounced => self.place(fate.last),
            // What failed once before an outage and then all through it was kept back by the outage.
            End::DeliveredLate | End::Expired | End::Pending => self
                .place(fate.first)
                .or_else(|| self.place(fate.last_failure())),
        };
        let Some((outage, window)) = place else {
            return by_own;
        };
        let place = Some(Place {
            destination,
            outage,
            window,
        });
        if self
            .outages
            .get(outage)
            .is_some_and(|spell| spell.is_policy)
        {
            return Judged {
                place,
                cause: Cause::Unknown,
                grade: None,
            };
        }
        if fate.end != End::Bounced {
            return Judged {
                place,
                cause: Cause::Outage,
                grade: None,
            };
        }
        let accepted = ledger.has_accepted(fate.recipient);
        let chance = fate
            .class
            .map_or(0.0, |class| self.chance(class, outage, window));
        if chance < LIKELY {
            return Judged { place, ..by_own };
        }
        Judged {
            place,
            cause: Cause::Outage,
            grade: Some(if accepted {
                Grade::Accepted
            } else {
                Grade::Plausible
            }),
        }
    }

    /// The chance that a refusal of this class in this window was the outage's doing.
    fn chance(&self, class: Class, outage: usize, window: usize) -> f64 {
        let Some((_, shares)) = self
            .outages
            .get(outage)
            .and_then(|outage| outage.windows.get(window))
        else {
            return 0.0;
        };
        let prior = if self.bounces_only {
            PRIOR_OF_BOUNCES
        } else {
            PRIOR
        };
        let normal = (self.normal.of(class) as f64 + prior.0) / (self.normal.all as f64 + prior.1);
        let share = shares.of(class) as f64 / (shares.all as f64).max(1.0);
        if share > 0.0 {
            1.0 - normal / share
        } else {
            0.0
        }
    }
}
