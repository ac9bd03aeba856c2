//! What the charts of an outage are drawn from: attempts, delays and answers over time, in few bins.
//!
//! Evidence is large and dropped once it is judged. Of destinations with outages it is asked for again, and
//! only where a format draws charts. All outages of an incident share the borders of their bins, so that the
//! charts of destinations add up to that of their operator.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::Offset;
use chrono_tz::Tz;
use mailgap_core::address::Domain;
use mailgap_core::analysis::Analysis;
use mailgap_core::evidence::Class;
use mailgap_core::fate::{End, Ledger};
use mailgap_core::outage::{self, OutageId};
use mailgap_core::reason::Reason;
use mailgap_core::reply::ReplyCode;
use mailgap_core::tally::{Bucket, Delays, Destination, Evidence, Slot};
use mailgap_core::time::Timestamp;
use rayon::prelude::*;

use super::HourRow;
use super::words::lossy;
use crate::words::times::Moments;

/// Bins of a chart at most: more bars than this are thinner than a line on a phone.
const MOST_BINS: i64 = 200;
/// Kinds of answers kept of a chart at most.
const MOST_REPLIES: usize = 12;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Around an outage normal times are shown: a twelfth of its length, and this much at least.
const LEAST_MARGIN: i64 = 30 * MINUTE;
/// Widths of bins, in minutes; beyond the last come multiples of it.
const WIDTHS: [i64; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440];
/// Steps of [`Delays`] that are counted by time.
const SLOW_STEPS: usize = Delays::STEPS - Delays::SLOW as usize;

/// What failing attempts are counted in, in the order in which the mail system is likely to have given them up.
const FAILING: [&[Slot]; 3] = [
    &[Slot::Class(Class::PermRcpt), Slot::Class(Class::PermSys)],
    &[Slot::Neutral, Slot::Class(Class::Policy)],
    &[
        Slot::Class(Class::Conn),
        Slot::Class(Class::Dns),
        Slot::Class(Class::TmpSys),
        Slot::Class(Class::TmpRcpt),
        Slot::Class(Class::Grey),
    ],
];

/// The charts of outages and incidents by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Charts {
    pub(super) outages: HashMap<OutageId, Chart>,
    pub(super) incidents: HashMap<usize, Chart>,
}

/// Where the bins of a chart lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Frame {
    /// When the first begins, in milliseconds.
    from: i64,
    /// Milliseconds of one; above zero.
    width: i64,
    bins: usize,
}

/// What happened over time around one outage or incident.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chart {
    pub(crate) frame: Frame,
    /// As many as the frame has.
    pub(crate) bins: Vec<Bin>,
    /// Deliveries that had failed before: the bin of the delivery, and seconds since the message came.
    late: Vec<(usize, f64)>,
    /// The most frequent first.
    pub(crate) replies: Vec<Reply>,
    /// Attempts whose answers are not among the replies.
    pub(crate) other_replies: u64,
}

/// The attempts of one bin by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bin {
    pub(crate) delivered: u64,
    pub(crate) deferred: u64,
    pub(crate) bounced: u64,
    /// Accepted attempts of 32 seconds and more, by step.
    slow: [u64; SLOW_STEPS],
    /// Accepted attempts that are not timed.
    untimed: u64,
}

/// Failures with one kind of answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) code: Option<u16>,
    pub(crate) enhanced: Option<String>,
    pub(crate) reason: Reason,
    pub(crate) count: u64,
    /// Of these, after how many the message was given up.
    pub(crate) given_up: u64,
    /// The hours of the first and the last; the last is not over then.
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) sample: String,
    /// Attempts of the group that the sample is of.
    sampled: u64,
}

/// Delays of the deliveries of one bin, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Late {
    pub(crate) bin: usize,
    pub(crate) messages: u64,
    pub(crate) median_s: f64,
    pub(crate) p90_s: f64,
}

impl Frame {
    /// From before `first` to after `last`, as far as the log goes, on round times of the zone.
    fn over((first, last): (i64, i64), log: (i64, i64), zone: Tz) -> Frame {
        let margin = (last.saturating_sub(first) / 12).max(LEAST_MARGIN);
        let first = first.saturating_sub(margin).max(log.0.min(first));
        let last = last.saturating_add(margin).min(log.1.max(last));
        Frame::between((first, last), MINUTE, zone)
    }

    /// No bin is shorter than `least`, a minute or an hour, or begins between two of them.
    fn between((first, last): (i64, i64), least: i64, zone: Tz) -> Frame {
        let length = last.saturating_sub(first).max(1);
        let fits = |width: &i64| *width >= least && length / width < MOST_BINS - 1;
        let day = 1440 * MINUTE;
        let width = WIDTHS
            .into_iter()
            .map(|minutes| minutes * MINUTE)
            .find(fits)
            .unwrap_or_else(|| (length / day / (MOST_BINS - 1) + 1).saturating_mul(day));
        let local = Moments::new(zone, false).local(Timestamp::from_millis(first));
        let offset = local.map_or(0, |local| i64::from(local.offset().fix().local_minus_utc()));
        let offset = (offset * 1000).div_euclid(least).saturating_mul(least);
        let from = first
            .saturating_add(offset)
            .div_euclid(width)
            .saturating_mul(width)
            .saturating_sub(offset);
        let bins = last.saturating_sub(from) / width + 1;
        Frame {
            from,
            width,
            bins: usize::try_from(bins).unwrap_or(1),
        }
    }

    fn place(&self, millis: i64) -> Option<usize> {
        let place = millis.checked_sub(self.from)?.div_euclid(self.width);
        usize::try_from(place).ok().filter(|&bin| bin < self.bins)
    }

    /// When a bin begins; that after the last is the end.
    pub(crate) fn begin(&self, bin: usize) -> Timestamp {
        let bin = i64::try_from(bin).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.from.saturating_add(bin.saturating_mul(self.width)))
    }

    pub(crate) const fn bins(&self) -> usize {
        self.bins
    }

    /// How long a bin is, in seconds.
    pub(crate) fn width_s(&self) -> f64 {
        self.width as f64 / 1000.0
    }
}

impl Bin {
    pub(crate) const fn attempts(&self) -> u64 {
        self.delivered + self.deferred + self.bounced
    }

    fn add(&mut self, other: &Bin) {
        self.delivered += other.delivered;
        self.deferred += other.deferred;
        self.bounced += other.bounced;
        self.untimed += other.untimed;
        for (count, more) in self.slow.iter_mut().zip(other.slow) {
            *count += more;
        }
    }

    /// How long the median accepted attempt took, in seconds, where that is 32 or more: steps of two, of which
    /// this is the (geometric) middle.
    pub(crate) fn slow_median_s(&self) -> Option<f64> {
        let timed = self.delivered.saturating_sub(self.untimed);
        let mut left = self.slow.iter().sum::<u64>();
        if timed == 0 || left * 2 <= timed {
            return None;
        }
        for (step, count) in (Delays::SLOW..).zip(self.slow) {
            left -= count;
            if left * 2 <= timed {
                return Some(Delays::seconds_of(step) * std::f64::consts::SQRT_2);
            }
        }
        None
    }
}

impl Chart {
    /// Attempts of the whole log by hour; without answers and delays.
    pub(crate) fn of_hours(hours: &[HourRow], zone: Tz) -> Chart {
        let times = || hours.iter().map(|row| row.hour.as_millis());
        let extent = (
            times().min().unwrap_or_default(),
            times().max().unwrap_or_default(),
        );
        let frame = Frame::between(extent, HOUR, zone);
        let mut bins = vec![Bin::default(); frame.bins];
        for row in hours {
            let place = frame.place(row.hour.as_millis());
            if let Some(bin) = place.and_then(|place| bins.get_mut(place)) {
                bin.add(&Bin {
                    delivered: row.delivered,
                    deferred: row.deferred,
                    bounced: row.bounced,
                    ..Bin::default()
                });
            }
        }
        Chart {
            frame,
            bins,
            ..Chart::default()
        }
    }

    /// Several destinations together; all of one frame.
    fn sum<'c>(frame: Frame, charts: impl Iterator<Item = &'c Chart>) -> Chart {
        let mut sum = Chart {
            frame,
            bins: vec![Bin::default(); frame.bins],
            ..Chart::default()
        };
        let mut replies = Replies::default();
        for chart in charts {
            for (bin, more) in sum.bins.iter_mut().zip(&chart.bins) {
                bin.add(more);
            }
            sum.late.extend_from_slice(&chart.late);
            sum.other_replies += chart.other_replies;
            for reply in &chart.replies {
                replies.add(reply.clone());
            }
        }
        sum.take(replies);
        sum
    }

    fn take(&mut self, replies: Replies) {
        let mut replies: Vec<Reply> = replies.0.into_values().collect();
        replies.sort_by_key(|reply| std::cmp::Reverse(reply.count)); // stable: else in order of their keys
        let rest = replies.split_off(MOST_REPLIES.min(replies.len()));
        self.other_replies += rest.iter().map(|reply| reply.count).sum::<u64>();
        self.replies = replies;
    }

    /// The delays of late deliveries, of the bins that have some.
    pub(crate) fn late(&self) -> Vec<Late> {
        let mut late = self.late.clone();
        late.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let of = |run: &[(usize, f64)], share: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a place in the list"
            )]
            let place = (share * (run.len() - 1) as f64).round() as usize; // runs are not empty
            run.get(place).map_or(0.0, |&(_, delay)| delay)
        };
        late.chunk_by(|a, b| a.0 == b.0)
            .map(|run| Late {
                bin: run.first().map_or(0, |&(bin, _)| bin),
                messages: run.len() as u64,
                median_s: of(run, 0.5),
                p90_s: of(run, 0.9),
            })
            .collect()
    }
}

/// Answers by code, enhanced status and reason.
#[derive(Default)]
struct Replies(BTreeMap<(Option<u16>, Option<String>, Reason), Reply>);

impl Replies {
    fn add(&mut self, reply: Reply) {
        let key = (reply.code, reply.enhanced.clone(), reply.reason);
        let Some(known) = self.0.get_mut(&key) else {
            self.0.insert(key, reply);
            return;
        };
        known.count += reply.count;
        known.given_up += reply.given_up;
        known.first = known.first.min(reply.first);
        known.last = known.last.max(reply.last);
        // The sample of the hour with most of them; of equals the earlier.
        if reply.sampled > known.sampled {
            known.sampled = reply.sampled;
            known.sample = reply.sample;
        }
    }
}

/// Draws up the charts of all outages and incidents.
pub(crate) fn collect(analysis: &Analysis, zone: Tz) -> Charts {
    let Some(log) = analysis.coverage.span else {
        return Charts::default();
    };
    let destinations = &analysis.destinations;
    let log = (log.0.as_millis(), log.1.as_millis());
    // For each destination the incidents that it is in.
    let mut wanted: BTreeMap<usize, Vec<Wanted>> = BTreeMap::new();
    let mut frames: Vec<Frame> = Vec::new();
    for incident in &analysis.incidents {
        // What began before the time of the report is drawn from its beginning on.
        let (first, last) = extent(&incident.total, log.1);
        let extent = (first.max(log.0.min(last)), last);
        let frame = Frame::over(extent, log, zone);
        frames.push(frame);
        let own = analysis.outages_of(incident);
        let mut concerned: Vec<usize> = own.map(|outage| outage.destination).collect();
        concerned.extend(incident.domains.iter().filter_map(|domain| {
            let by_name = destinations.binary_search_by(|it| it.domain().cmp(domain));
            by_name.ok()
        }));
        concerned.sort_unstable();
        concerned.dedup();
        for destination in concerned {
            wanted.entry(destination).or_default().push(Wanted {
                incident: incident.id,
                frame,
                extent,
            });
        }
    }
    let late = late_deliveries(
        &analysis.fates,
        destinations,
        &wanted.keys().copied().collect(),
    );
    let wanted: Vec<(usize, Vec<Wanted>)> = wanted.into_iter().collect();
    let drawn: Vec<((usize, usize), Chart)> = wanted
        .par_iter()
        .flat_map_iter(|(destination, wanted)| {
            let evidence = destinations.get(*destination);
            let evidence = evidence.map(|destination| analysis.evidence(destination));
            let late = late.get(destination).map(Vec::as_slice).unwrap_or_default();
            let charts = wanted.iter().filter_map(|wanted| {
                let chart = chart(evidence.as_ref()?, late, wanted);
                Some(((wanted.incident, *destination), chart))
            });
            charts.collect::<Vec<_>>()
        })
        .collect();
    let mut charts = Charts::default();
    for (incident, &frame) in analysis.incidents.iter().zip(&frames) {
        let own = drawn.iter().filter(|((id, _), _)| *id == incident.id);
        let sum = Chart::sum(frame, own.map(|(_, chart)| chart));
        charts.incidents.insert(incident.id, sum);
    }
    let drawn: HashMap<(usize, usize), Chart> = drawn.into_iter().collect();
    for incident in &analysis.incidents {
        for outage in analysis.outages_of(incident) {
            if let Some(chart) = drawn.get(&(incident.id, outage.destination)) {
                charts.outages.insert(outage.id, chart.clone());
            }
        }
    }
    charts
}

/// What is to be drawn of one destination.
struct Wanted {
    incident: usize,
    frame: Frame,
    /// From when to when answers are of interest.
    extent: (i64, i64),
}

/// From the earliest begin of an outage to its latest end, slow delivery included.
fn extent(outage: &outage::Outage, log_end: i64) -> (i64, i64) {
    let first = outage.start.earliest.as_millis();
    let end = outage.windows.last().map_or(outage.end, |last| last.end);
    let last = end.map_or(log_end, |end| end.latest.as_millis());
    (first, last.max(first))
}

/// When what had failed was delivered, and after how many seconds, by destination.
fn late_deliveries(
    fates: &Ledger,
    destinations: &[Destination],
    wanted: &HashSet<usize>,
) -> HashMap<usize, Vec<(i64, f64)>> {
    let mut late: HashMap<usize, Vec<(i64, f64)>> = HashMap::new();
    for fate in fates.iter().filter(|fate| fate.end == End::DeliveredLate) {
        let place = |domain: Domain| {
            let by_name = destinations.binary_search_by(|it| it.domain().cmp(&domain));
            by_name.ok().filter(|place| wanted.contains(place))
        };
        if let Some(place) = fate.domain().and_then(place)
            && let Some(delay) = fate.delay_s()
        {
            let deliveries = late.entry(place).or_default();
            deliveries.push((fate.last.as_millis(), delay));
        }
    }
    late
}

fn chart(evidence: &Evidence, late: &[(i64, f64)], wanted: &Wanted) -> Chart {
    let frame = wanted.frame;
    let mut chart = Chart {
        frame,
        bins: vec![Bin::default(); frame.bins],
        ..Chart::default()
    };
    attempts(&mut chart, evidence);
    let bins = &mut chart.bins;
    for slow in &evidence.delays.slow {
        let begin = slow.slot.saturating_mul(Delays::SLOT_MINUTES * MINUTE);
        let Some(bin) = frame.place(begin).and_then(|place| bins.get_mut(place)) else {
            continue;
        };
        let count = u64::from(slow.count);
        match slow.step {
            None => bin.untimed += count,
            Some(step) => {
                let step = usize::from(step.saturating_sub(Delays::SLOW));
                if let Some(slow) = bin.slow.get_mut(step) {
                    *slow += count;
                }
            }
        }
    }
    let late = late.iter();
    chart.late = late
        .filter_map(|&(time, delay)| Some((frame.place(time)?, delay)))
        .collect();
    let (first, last) = wanted.extent;
    let mut replies = Replies::default();
    for group in &evidence.replies {
        let hour = group.hour.saturating_mul(HOUR);
        if hour.saturating_add(HOUR) <= first || hour > last {
            continue;
        }
        replies.add(Reply {
            code: group.reply_code.map(ReplyCode::get),
            enhanced: group.enhanced_status.map(|status| status.to_string()),
            reason: group.reason,
            count: group.count,
            given_up: group.given_up,
            first: Timestamp::from_millis(hour),
            last: Timestamp::from_millis(hour),
            sample: lossy(&group.sample),
            sampled: group.count,
        });
    }
    chart.take(replies);
    chart
}

/// Attempts by outcome. Minutes tell classes, hours how many were given up: these are the permanent refusals of the
/// hour first, then the answers whose class does not tell, then the rest; of each sort as many in all its minutes.
fn attempts(chart: &mut Chart, evidence: &Evidence) {
    let frame = chart.frame;
    let mut given_up_in: HashMap<i64, u64> = HashMap::new();
    for group in &evidence.replies {
        *given_up_in.entry(group.hour).or_default() += group.given_up;
    }
    let hour_of = |bucket: &Bucket| bucket.minute.div_euclid(60);
    let buckets = &evidence.buckets;
    for hour in buckets.chunk_by(|a, b| hour_of(a) == hour_of(b)) {
        let known = hour.first().map(hour_of);
        let mut given_up = known
            .and_then(|hour| given_up_in.get(&hour).copied())
            .unwrap_or_default();
        let sorts = FAILING.map(|slots| {
            let all: u64 = hour.iter().map(|bucket| count(bucket, slots)).sum();
            let of_these = given_up.min(all);
            given_up -= of_these;
            (slots, all, of_these)
        });
        let mut passed = [0; FAILING.len()];
        for bucket in hour {
            let mut bounced = 0;
            for ((slots, all, of_these), passed) in sorts.iter().zip(&mut passed) {
                let share = |of: u64| of * of_these / all.max(&1);
                let before = share(*passed);
                *passed += count(bucket, slots);
                bounced += share(*passed) - before;
            }
            let attempts: u64 = bucket.counts.into_iter().map(u64::from).sum();
            let delivered = count(bucket, &[Slot::Class(Class::Ok)]);
            let place = frame.place(bucket.minute.saturating_mul(MINUTE));
            if let Some(bin) = place.and_then(|place| chart.bins.get_mut(place)) {
                bin.delivered += delivered;
                bin.bounced += bounced;
                bin.deferred += attempts - delivered - bounced;
            }
        }
    }
}

fn count(bucket: &Bucket, slots: &[Slot]) -> u64 {
    let of = |slot: &Slot| bucket.counts.get(slot.index()).copied().unwrap_or_default();
    slots.iter().map(|slot| u64::from(of(slot))).sum()
}

#[cfg(test)]
mod tests;
