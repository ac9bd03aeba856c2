//! From stretches of failure to outages with their windows.

use std::ops::Range;

use crate::evidence::Class;
use crate::tally::Evidence;
use crate::time::Timestamp;

use super::attempts::{Attempt, Attempts};
use super::baseline::Fit;
use super::decode::{Step, changes};
use super::segments::{self, Phase, Run};
use super::significance::Rank;
use super::{
    Boundary, Outage, OutageType, Standing, Weak, Window, boundary, counts, label, millis, relays,
    significance,
};

/// An outage is one of policy when more than this share of its failures are.
const POLICY: f64 = 0.6;

/// Silence this short (milliseconds) at the head of the log says nothing; this long it says that an outage seen at the
/// first attempt may as well have begun in the log.
const SILENCE_AT_HEAD: (i64, i64) = (15 * 60 * 1000, 4 * 60 * 60 * 1000);

/// How many mean gaps between attempts a silence may last before it says something.
const USUAL_GAPS: i64 = 5;

/// Silence up to this (milliseconds) after the last attempt is no end. A queue that holds anything is tried again within
/// little more than an hour, but of what is refused for good nothing is queued, and new mail is rare at night. Silence
/// longer than the second is one, however slow the attempts were.
const SILENCE_AT_END: (i64, i64) = (4 * 60 * 60 * 1000, 24 * 60 * 60 * 1000);

/// Gaps between attempts of one message grow; the next one is at most so many times the longest so far.
const GROWTH: i64 = 2;

/// A stretch of failure, and how much is behind it.
#[derive(Debug)]
struct Stretch {
    /// From its first failing attempt to its last.
    range: Range<usize>,
    phases: Vec<Phase>,
    weight: significance::Weight,
    /// When it began; `None` where no attempt before it shows that.
    start: Option<Boundary>,
    /// When it ended; `None` where no attempt after it shows that.
    end: Option<Boundary>,
}

/// One destination and what was made of its evidence.
#[derive(Debug)]
pub(super) struct Case<'e> {
    /// What the logs say.
    pub(super) evidence: &'e Evidence,
    /// The same as single attempts.
    pub(super) attempts: &'e Attempts,
    /// The steps between minutes.
    pub(super) steps: &'e [Step],
    /// First and last stamp of everything read.
    pub(super) log: (Timestamp, Timestamp),
}

impl Case<'_> {
    /// The stretches of failure of a fitted path: those that pass the gate, and those of too few witnesses.
    pub(super) fn outages(&self, fit: &Fit, least_evidence: f64) -> (Vec<Outage>, Vec<Weak>) {
        let (mut outages, mut weak) = (Vec::new(), Vec::new());
        for (rank, found) in self.stretches(fit, least_evidence) {
            match rank {
                Rank::Outage => outages.extend(self.outage(&found)),
                Rank::Minor => weak.extend(self.as_weak(&found)),
                Rank::Nothing => {}
            }
        }
        (outages, weak)
    }

    /// All of them as if their witnesses were too few.
    pub(super) fn weak(&self, fit: &Fit, least_evidence: f64) -> Vec<Weak> {
        let all = self.stretches(fit, least_evidence);
        let all = all.iter().filter(|(rank, _)| *rank != Rank::Nothing);
        all.filter_map(|(_, found)| self.as_weak(found)).collect()
    }

    /// The stretches of failure of a fitted path, with what they are worth.
    fn stretches(&self, fit: &Fit, least_evidence: f64) -> Vec<(Rank, Stretch)> {
        let runs = segments::runs(fit, self.attempts);
        let (mut all, mut floor) = (Vec::new(), 0);
        for stretch in segments::stretches(&runs, &self.attempts.all) {
            let runs = runs.get(stretch);
            if let Some(found) = runs.and_then(|runs| self.stretch(runs, fit, floor)) {
                let rank = found.weight.rank(least_evidence);
                if rank != Rank::Nothing {
                    floor = found.range.end;
                }
                all.push((rank, found));
            }
        }
        all
    }

    /// The longest time without an attempt (milliseconds) that is usual here: a first failure later than this
    /// after the beginning of the log says nothing of what was before.
    fn silence(&self) -> i64 {
        let all = &self.attempts.all;
        let (Some(first), Some(last)) = (all.first(), all.last()) else {
            return 0;
        };
        let attempts: i64 = all.iter().map(|attempt| i64::from(attempt.weight)).sum();
        let mean = millis(first.time, last.time) / (attempts - 1).max(1);
        (USUAL_GAPS * mean).clamp(SILENCE_AT_HEAD.0, SILENCE_AT_HEAD.1)
    }

    /// A stretch of failure from its first failing attempt to its last; `floor` is the end of the one before it.
    fn stretch(&self, stretch: &[Run], fit: &Fit, floor: usize) -> Option<Stretch> {
        let all = &self.attempts.all;
        let stretch = segments::without_weak_head(stretch, all);
        let (head, tail) = (stretch.first()?, stretch.last()?);
        let mut phases = segments::phases(stretch, all, &fit.base);
        let (first, last) = (phases.first()?.kind, phases.last()?.kind);
        let run = head.attempts.start.max(floor)..tail.attempts.end;
        let range = segments::failing_range(all, run, floor, (first, last))?;
        segments::clip(&mut phases, &range);
        let minutes = self.minutes(&range)?;
        let weight = self.weigh(fit, stretch, minutes, range.clone());
        let start = head.start.as_ref().filter(|_| range.start > 0);
        let start = start.and_then(|cut| boundary::start(cut, all, range.start, floor, first));
        // Where failure goes on to the end of the log, an attempt that was accepted now and then ends nothing, unless
        // all was silent afterwards.
        let goes_on = tail.end.is_none() && !self.is_silent_after(&range);
        let end = if goes_on {
            None
        } else {
            boundary::end(tail.end.as_ref(), all, range.end, last)
        };
        Some(Stretch {
            range,
            phases,
            weight,
            start,
            end,
        })
    }

    /// The minutes of some attempts.
    fn minutes(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let starts = &self.attempts.starts;
        let of = |attempt: usize| {
            starts
                .partition_point(|&start| start <= attempt)
                .checked_sub(1)
        };
        Some(of(range.start)?..of(range.end.checked_sub(1)?)? + 1)
    }

    /// A stretch of failure as an outage.
    fn outage(&self, found: &Stretch) -> Option<Outage> {
        let Stretch {
            range,
            phases,
            weight,
            ..
        } = found;
        let all = &self.attempts.all;
        let (first, last) = ends(all.get(range.clone())?)?;
        let before_log = range.start == 0 && millis(self.log.0, first) <= self.silence();
        let start = found.start.unwrap_or(Boundary {
            time: if before_log {
                self.log.0.min(first)
            } else {
                first
            },
            earliest: self.log.0.min(first),
            latest: first,
        });
        let silent_end = found.end.is_none() && self.is_silent_after(range);
        // Whatever the doubt about both, it did not end before it began.
        let found_end = found.end.map(|end| Boundary {
            earliest: end.earliest.max(start.time.min(end.time)),
            ..end
        });
        let end = found_end.or_else(|| {
            silent_end.then(|| Boundary {
                time: last,
                earliest: last,
                latest: self.log.1.max(last),
            })
        });
        let (attempts, failures) = counts::totals(&weight.counts);
        let mx = relays::during(self.evidence, first, last);
        let policy = weight.counts[Class::Policy.index()] as f64;
        let telling = counts::failures(&weight.counts) as f64;
        Some(Outage {
            domain: self.evidence.domain.clone(),
            kind: if policy > POLICY * telling {
                OutageType::Policy
            } else {
                OutageType::Outage
            },
            before_log,
            ongoing: end.is_none(),
            silent_end,
            start,
            end,
            normal_again: None,
            attempts,
            failures,
            messages: weight.messages,
            recipients: weight.recipients,
            hosts: self.evidence.hosts,
            by_host: Vec::new(),
            mx: mx.failing,
            mx_working: mx.working,
            log_bayes_factor: weight.evidence(),
            confidence: significance::confidence(weight.evidence()),
            windows: self.windows(phases, start, end),
        })
    }

    /// A stretch of failure of too few witnesses.
    fn as_weak(&self, found: &Stretch) -> Option<Weak> {
        let outage = self.outage(found)?;
        let (first, last) = ends(self.attempts.all.get(found.range.clone())?)?;
        let window = outage.windows.first()?;
        let minor = Standing {
            domain: outage.domain.clone(),
            certain: false,
            kind: window.kind,
            label: window.label.clone(),
            share: outage.failures as f64 / outage.attempts.max(1) as f64,
            attempts: outage.attempts,
            messages: outage.messages,
            recipients: outage.recipients,
            first,
            last,
            sample: window.sample.clone(),
        };
        Some(Weak { outage, minor })
    }

    /// True when nothing was sent after the last failure although a queue that held anything would have been tried
    /// again: then the log does not show whether the trouble went on.
    fn is_silent_after(&self, range: &Range<usize>) -> bool {
        let Some(last) = self.attempts.all.last() else {
            return false;
        };
        let own = self.attempts.all.get(range.clone()).unwrap_or_default();
        let gaps = own
            .windows(2)
            .map(|pair| millis(pair[0].time, pair[1].time));
        let longest = gaps.max().unwrap_or_default();
        let usual = (GROWTH * longest).clamp(SILENCE_AT_END.0, SILENCE_AT_END.1);
        millis(last.time, self.log.1) > usual
    }

    /// How much is behind a stretch of failure.
    fn weigh(
        &self,
        fit: &Fit,
        stretch: &[Run],
        minutes: Range<usize>,
        attempts: Range<usize>,
    ) -> significance::Weight {
        let own = self.attempts.all.get(attempts).unwrap_or_default();
        let buckets = self.evidence.buckets.get(minutes.clone());
        let (mut messages, recipients) = counts::distinct(buckets.unwrap_or_default());
        if self.evidence.bounces_only {
            messages = messages.max(recipients); // bounces seldom tell the queue id
        }
        let evidence = segments::evidence(stretch, &fit.likelihoods);
        // The changes into and out of the stretch count too.
        let before = minutes.start.saturating_sub(1);
        let after = (minutes.end + 1).min(fit.path.states.len());
        let path = fit.path.states.get(before..after).unwrap_or_default();
        let steps = self.steps.get(before..).unwrap_or_default();
        let (bad_list, bad_list_path) = fit.as_bad_list(&minutes, before..after);
        significance::Weight {
            counts: counts::count(own),
            messages,
            recipients,
            duration: ends(own).map_or(0, |(first, last)| millis(first, last)),
            evidence,
            changes: changes(path, steps),
            bad_list: (bad_list, changes(&bad_list_path, steps)),
        }
    }

    /// Phases as windows that follow each other.
    fn windows(&self, phases: &[Phase], start: Boundary, end: Option<Boundary>) -> Vec<Window> {
        let all = &self.attempts.all;
        let starts: Vec<Boundary> = phases
            .iter()
            .enumerate()
            .map(|(p, phase)| {
                phase
                    .start
                    .as_ref()
                    .filter(|_| p > 0)
                    .and_then(|cut| cut.boundary(all))
                    .unwrap_or(start)
            })
            .collect();
        let ends = starts.iter().skip(1).copied().map(Some).chain([end]);
        phases
            .iter()
            .zip(&starts)
            .zip(ends)
            .map(|((phase, &start), end)| self.window(phase, start, end))
            .collect()
    }

    fn window(&self, phase: &Phase, start: Boundary, end: Option<Boundary>) -> Window {
        let own = self.attempts.all.get(phase.attempts.clone());
        let own = own.unwrap_or_default();
        let counts = counts::count(own);
        let (attempts, failures) = counts::totals(&counts);
        let (from, to) = ends(own).unwrap_or((start.time, start.time));
        let answer = label::answer(self.evidence, phase.kind, from, to);
        Window {
            kind: phase.kind,
            label: answer.label,
            reply_code: answer.reply_code,
            enhanced_status: answer.enhanced_status,
            reason: answer.reason,
            start,
            end,
            attempts,
            failures,
            share: failures as f64 / attempts.max(1) as f64,
            mx: relays::during(self.evidence, from, to).failing,
            sample: answer.sample,
            slow: None,
        }
    }
}

/// Times of the first and the last of some attempts.
fn ends(attempts: &[Attempt]) -> Option<(Timestamp, Timestamp)> {
    Some((attempts.first()?.time, attempts.last()?.time))
}
