//! From stretches of failure to outages with their windows.

use std::ops::Range;

use crate::evidence::Class;
use crate::tally::Evidence;
use crate::time::Timestamp;

use super::assemble::{self, Phase, Run};
use super::attempts::{Attempt, Attempts};
use super::baseline::Fit;
use super::decode::{Step, changes};
use super::{Boundary, Outage, OutageType, Window, gate, label, millis, relays};

/// An outage is one of policy when more than this share of its failures are.
const POLICY: f64 = 0.6;

/// Silence this long (milliseconds) at the head of the log says that an outage seen at the first attempt
/// may as well have begun in the log.
const SILENCE: i64 = 24 * 60 * 60 * 1000;

/// Silence this short (milliseconds) says nothing.
const LEAST_SILENCE: i64 = 15 * 60 * 1000;

/// How many mean gaps between attempts a silence may last before it says something.
const USUAL_GAPS: i64 = 5;

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
    /// The stretches of failure of a fitted path that pass the gate.
    pub(super) fn outages(&self, fit: &Fit, least_evidence: f64) -> Vec<Outage> {
        let runs = assemble::runs(fit, self.attempts);
        assemble::stretches(&runs, &self.attempts.all)
            .into_iter()
            .filter_map(|stretch| self.outage(fit, runs.get(stretch)?, least_evidence))
            .collect()
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
        (USUAL_GAPS * mean).clamp(LEAST_SILENCE, SILENCE)
    }

    /// One stretch of failure as an outage, if it is worth one.
    fn outage(&self, fit: &Fit, stretch: &[Run], least_evidence: f64) -> Option<Outage> {
        let stretch = assemble::without_weak_head(stretch, &self.attempts.all);
        let (head, tail) = (stretch.first()?, stretch.last()?);
        let minutes = head.buckets.start..tail.buckets.end;
        let range = head.attempts.start..tail.attempts.end;
        let (first, last) = ends(self.attempts.all.get(range.clone())?)?;
        let weight = self.weigh(fit, stretch, minutes, range.clone());
        if !gate::passes(&weight, least_evidence) {
            return None;
        }
        let from_the_first = range.start == 0;
        let before_log = from_the_first && millis(self.log.0, first) <= self.silence();
        let start = match head.start {
            Some(cut) if !from_the_first => cut.boundary(&self.attempts.all)?,
            _ => Boundary {
                time: if before_log {
                    self.log.0.min(first)
                } else {
                    first
                },
                earliest: self.log.0.min(first),
                latest: first,
            },
        };
        let ongoing = range.end >= self.attempts.all.len();
        let end = match tail.end {
            Some(cut) if !ongoing => {
                let end = cut.boundary(&self.attempts.all)?;
                // Whatever the doubt about both, it did not end before it began.
                Some(Boundary {
                    earliest: end.earliest.max(start.time.min(end.time)),
                    ..end
                })
            }
            _ => None,
        };
        let phases = assemble::phases(stretch, &self.attempts.all, &fit.base);
        let (attempts, failures) = gate::totals(&weight.counts);
        let mx = relays::during(self.evidence, first, last);
        let policy = weight.counts[Class::Policy.index()] as f64;
        let telling = assemble::failures(&weight.counts) as f64;
        Some(Outage {
            domain: self.evidence.domain.clone(),
            kind: if policy > POLICY * telling {
                OutageType::Policy
            } else {
                OutageType::Outage
            },
            before_log,
            ongoing,
            silent_end: false,
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
            log_bayes_factor: weight.evidence,
            confidence: gate::confidence(weight.evidence),
            windows: self.windows(&phases, start, end),
        })
    }

    /// How much is behind a stretch of failure.
    fn weigh(
        &self,
        fit: &Fit,
        stretch: &[Run],
        minutes: Range<usize>,
        attempts: Range<usize>,
    ) -> gate::Weight {
        let own = self.attempts.all.get(attempts).unwrap_or_default();
        let buckets = self.evidence.buckets.get(minutes.clone());
        let (messages, recipients) = gate::distinct(buckets.unwrap_or_default());
        let evidence = gate::evidence(stretch, &fit.likelihoods);
        // The changes into and out of the stretch count too.
        let before = minutes.start.saturating_sub(1);
        let after = (minutes.end + 1).min(fit.path.states.len());
        let path = fit.path.states.get(before..after).unwrap_or_default();
        let steps = self.steps.get(before..).unwrap_or_default();
        let (bad_list, bad_list_path) = fit.as_bad_list(&minutes, before..after);
        let odds = evidence + changes(path, steps);
        gate::Weight {
            counts: assemble::count(own),
            messages,
            recipients,
            duration: ends(own).map_or(0, |(first, last)| millis(first, last)),
            evidence,
            odds,
            odds_bad_list: odds - bad_list - changes(&bad_list_path, steps),
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
        let counts = assemble::count(own);
        let (attempts, failures) = gate::totals(&counts);
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
