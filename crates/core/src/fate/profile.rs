//! What the fates of the messages to one destination are judged by: its outages, and how often it refused in them and in
//! normal times. It is a small part of the evidence.

use super::{Attribution, Cause, Counts, End, Fate, Grade, Ledger, OutageFates};
use crate::address::Domain;
use crate::evidence::Class;
use crate::outage::{Kind, Outage, OutageId, OutageType};
use crate::tally::{Bucket, Evidence, Slot};
use crate::time::Timestamp;

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
pub struct DestinationProfile {
    domain: Domain,
    /// Those without a number are no part of the report: what was answered in them stays apart from normal times.
    outages: Vec<OutageProfile>,
    normal: Shares,
    /// Bounces tell of failures alone: instead of their shares, how often they come is compared.
    bounces_only: bool,
}

/// When an outage was, and what was answered in its windows.
#[derive(Debug, Clone)]
struct OutageProfile {
    id: Option<OutageId>,
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

impl OutageProfile {
    fn new(outage: &Outage, id: Option<OutageId>) -> OutageProfile {
        let (slow, refusing): (Vec<_>, Vec<_>) = outage
            .windows
            .iter()
            .partition(|window| window.kind == Kind::Delayed);
        let slow = slow.into_iter().map(|window| Slow {
            start: window.start.time,
            end: window.end.map(|end| end.time),
            accepted: 0,
        });
        let windows = refusing.into_iter();
        OutageProfile {
            id,
            is_policy: outage.kind == OutageType::Policy,
            before_log: outage.before_log,
            start: outage.start.time,
            end: outage.end.filter(|_| !outage.ongoing).map(|end| end.time),
            windows: windows
                .map(|window| (window.start.time, Shares::default()))
                .collect(),
            accepted: Vec::new(),
            slow: slow.collect(),
        }
    }
}

impl DestinationProfile {
    /// The profile of a destination by all its evidence. `reported` is the part of the evidence that the report is about,
    /// of which accepted attempts are counted. `outages` come in order of time; those that are no part of the report
    /// have no number.
    pub fn new(
        evidence: &Evidence,
        reported: &Evidence,
        outages: &[(&Outage, Option<OutageId>)],
    ) -> DestinationProfile {
        let outages = outages.iter();
        let mut profile = DestinationProfile {
            domain: evidence.domain.clone(),
            outages: outages
                .map(|&(outage, id)| OutageProfile::new(outage, id))
                .collect(),
            normal: Shares::default(),
            bounces_only: evidence.bounces_only,
        };
        for bucket in &evidence.buckets {
            let middle = Timestamp::from_millis(bucket.minute * MINUTE + MINUTE / 2);
            if let Some((outage, window)) = profile.place(middle) {
                if let Some((_, shares)) = profile.window_mut(outage, window) {
                    shares.add(bucket);
                }
                continue;
            }
            profile.normal.add(bucket);
        }
        profile.count_accepted(reported);
        if let [first, .., last] = &*evidence.buckets
            && evidence.bounces_only
        {
            profile.count_minutes(first.minute, last.minute + 1);
        }
        profile.outages.retain(|outage| outage.id.is_some());
        profile
    }

    pub(super) const fn domain(&self) -> &Domain {
        &self.domain
    }

    fn count_accepted(&mut self, evidence: &Evidence) {
        for outage in &mut self.outages {
            outage.accepted = vec![0; outage.windows.len()];
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
    pub(super) fn accepted(&self) -> impl Iterator<Item = (OutageId, OutageFates)> {
        self.outages.iter().filter_map(|outage| {
            let refusing = outage.accepted.iter().copied();
            let accepted = refusing.chain(outage.slow.iter().map(|slow| slow.accepted));
            let fates = OutageFates {
                total: Counts::of_delivered(accepted.clone().sum()),
                windows: accepted.map(Counts::of_delivered).collect(),
            };
            Some((outage.id?, fates))
        })
    }

    /// The outage and the window of a failure at this time.
    fn place(&self, time: Timestamp) -> Option<(usize, usize)> {
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
    fn place_of_accepted(&self, time: Timestamp) -> Option<(usize, usize)> {
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

    /// The number of the outage, and the index of its window, in which something was accepted at this time.
    pub(super) fn window_of_accepted(&self, time: Timestamp) -> Option<(OutageId, usize)> {
        let (outage, window) = self.place_of_accepted(time)?;
        Some((self.outages.get(outage)?.id?, window))
    }

    /// Which outage a fate belongs to, and whose doing it was; and the index of the window in that outage.
    pub(super) fn attribute(&self, fate: &Fate<'_>, ledger: &Ledger) -> (Attribution, usize) {
        let outside = Attribution::outside(fate);
        let place = match fate.end {
            End::Delivered | End::Discarded => None,
            End::Bounced => self.place(fate.last),
            // What failed once before an outage and then all through it was kept back by the outage.
            End::DeliveredLate | End::Expired | End::Pending => self
                .place(fate.first)
                .or_else(|| self.place(fate.last_failure())),
        };
        let Some((place, window)) = place else {
            return (outside, 0);
        };
        let Some(outage) = self.outages.get(place) else {
            return (outside, 0);
        };
        let (cause, grade) = if outage.is_policy {
            (Cause::Unknown, None)
        } else if fate.end != End::Bounced {
            (Cause::Outage, None)
        } else if fate
            .class
            .is_none_or(|class| self.chance(class, place, window) < LIKELY)
        {
            (outside.cause, None)
        } else if ledger.has_accepted(fate.recipient) {
            (Cause::Outage, Some(Grade::Accepted))
        } else {
            (Cause::Outage, Some(Grade::Plausible))
        };
        let attribution = Attribution {
            outage: outage.id,
            cause,
            grade,
        };
        (attribution, window)
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
