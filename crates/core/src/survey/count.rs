//! What was read, counted beside the tally: the coverage of a survey.

use std::collections::HashMap;
use std::io;

use super::Options;
use crate::coverage::{BounceCounts, Coverage, Duplicate, Sample, Unread};
use crate::dsn::Reading;
use crate::event::{Contact, Delivery, Fact, Line, Odd, Source};
use crate::source::reader::Total;
use crate::span::Days;
use crate::time::Timestamp;

/// Lines that were not understood, kept of each input; and of all inputs together.
const SAMPLES: usize = 5;

/// The coverage of some lines of one input.
#[derive(Debug, Clone, Default)]
pub(super) struct Count {
    pub(super) coverage: Coverage,
    /// The stamps of lines about messages.
    pub(super) days: Days,
    /// The stamps of those that are history, as they are earlier than what is asked for.
    pub(super) earlier: Days,
    /// The first lines of the input that were not understood, in order of their numbers.
    odd: Vec<(u64, Odd, Box<[u8]>)>,
    /// The guessed year noted last: nearly every line has it.
    guessed: Option<i32>,
}

impl Count {
    /// `guessed`: the year of its stamp, where none was named.
    pub(super) fn add(
        &mut self,
        number: u64,
        text: &[u8],
        line: &Line<'_>,
        guessed: Option<i32>,
        options: &Options,
    ) {
        let coverage = &mut self.coverage;
        let (odd, time) = match line {
            Line::Delivery(event) => {
                coverage.lines.delivery += 1;
                if options.takes(event) {
                    let times = u64::from(event.times);
                    coverage.events += times;
                    match event.contact {
                        Contact::Fresh => coverage.attempts += times,
                        Contact::Echo => coverage.echoes += times,
                        Contact::None => {}
                    }
                }
                (None, Some(event.time))
            }
            Line::Queue(fact) => {
                coverage.lines.queue += 1;
                // Each message passes cleanup(8) once; Exim writes one line of arrival.
                let arrival = match fact.fact {
                    Fact::MessageId(_) => true,
                    Fact::Arrival { .. } => fact.source == Source::Exim,
                    _ => false,
                };
                if arrival && options.takes_time(fact.time) {
                    coverage.messages += u64::from(fact.times);
                }
                (None, Some(fact.time))
            }
            Line::Foreign => {
                coverage.lines.foreign += 1;
                (None, None)
            }
            Line::Unknown(odd) => {
                coverage.lines.unknown += 1;
                (Some(*odd), None)
            }
            Line::Malformed(odd) => {
                coverage.lines.malformed += 1;
                (Some(*odd), None)
            }
        };
        // Also of lines that the flags leave out: a wrong year may be why they are.
        if time.is_some() && guessed != self.guessed {
            coverage.guessed_years.extend(guessed);
            self.guessed = guessed;
        }
        if let Some(time) = time {
            self.note_time(time, options);
        }
        if let Some(odd) = odd {
            self.add_odd(number, odd, text, options);
        }
    }

    pub(super) fn add_message(
        &mut self,
        number: u64,
        message: &[u8],
        reading: &Reading,
        options: &Options,
    ) {
        let bounces = &mut self.coverage.bounces;
        bounces.messages += 1;
        match reading {
            Reading::Report(_) => bounces.reports += 1,
            Reading::NotBounce(_) => bounces.not_bounces += 1,
            Reading::Unknown(odd) => {
                bounces.unknown += 1;
                self.add_odd(number, *odd, message, options);
            }
        }
    }

    /// Counts an event of a bounce; `false` when it was not asked for.
    pub(super) fn add_bounced(&mut self, event: &Delivery<'_>, options: &Options) -> bool {
        let coverage = &mut self.coverage;
        coverage.bounces.events += 1;
        self.note_time(event.time, options);
        options.takes(event)
    }

    fn note_time(&mut self, time: Timestamp, options: &Options) {
        if options.since.is_some_and(|since| time < since) {
            self.coverage.cut_before = true;
            if options.history_before_since {
                self.earlier.add(time);
            }
        } else if options.until.is_some_and(|until| time >= until) {
            self.coverage.cut_after = true;
        } else {
            self.days.add(time);
        }
    }

    fn add_odd(&mut self, number: u64, odd: Odd, text: &[u8], options: &Options) {
        // A block may come after a later one: the first ones are kept all the same.
        let is_full = self.odd.len() >= SAMPLES;
        if is_full && self.odd.last().is_some_and(|last| last.0 <= number) {
            return;
        }
        let text = text.get(..Sample::MAX_TEXT).unwrap_or(text);
        self.odd.push((number, odd, options.redacted(text).into()));
        self.odd.sort_by_key(|odd| odd.0);
        self.odd.truncate(SAMPLES);
    }

    pub(super) fn merge(&mut self, other: Count) {
        let (mine, theirs) = (&mut self.coverage, other.coverage);
        mine.bounces.messages += theirs.bounces.messages;
        mine.bounces.reports += theirs.bounces.reports;
        mine.bounces.events += theirs.bounces.events;
        mine.bounces.not_bounces += theirs.bounces.not_bounces;
        mine.bounces.unknown += theirs.bounces.unknown;
        mine.lines.delivery += theirs.lines.delivery;
        mine.lines.queue += theirs.lines.queue;
        mine.lines.foreign += theirs.lines.foreign;
        mine.lines.unknown += theirs.lines.unknown;
        mine.lines.malformed += theirs.lines.malformed;
        mine.messages += theirs.messages;
        mine.events += theirs.events;
        mine.attempts += theirs.attempts;
        mine.echoes += theirs.echoes;
        mine.samples.extend(theirs.samples);
        self.days.merge(other.days);
        self.earlier.merge(other.earlier);
        mine.odd_inputs += theirs.odd_inputs;
        mine.strange_inputs += theirs.strange_inputs;
        mine.strange_lines += theirs.strange_lines;
        mine.cut_before |= theirs.cut_before;
        mine.cut_after |= theirs.cut_after;
        mine.guessed_years.extend(theirs.guessed_years);
        self.odd.extend(other.odd);
        self.odd.sort_by_key(|odd| odd.0);
        self.odd.truncate(SAMPLES);
    }

    /// Tells the inputs that are no log of ours from those with a few odd lines.
    fn judge_input(&mut self) {
        let Coverage { lines, bounces, .. } = self.coverage;
        let odd = lines.unknown + lines.malformed + bounces.unknown;
        let understood = lines.delivery + lines.queue + bounces.reports;
        let is_odd = odd > 0;
        let is_strange = is_odd && understood == 0;
        self.coverage.odd_inputs = u64::from(is_odd);
        self.coverage.strange_inputs = u64::from(is_strange);
        self.coverage.strange_lines = if is_strange { odd } else { 0 };
    }

    /// Takes in a whole input under its name.
    pub(super) fn merge_named(&mut self, mut other: Count, name: &str) {
        other.judge_input();
        let odd = std::mem::take(&mut other.odd);
        other
            .coverage
            .samples
            .extend(odd.into_iter().map(|(line, odd, text)| Sample {
                input: name.into(),
                line,
                why: odd.to_string(),
                text,
            }));
        self.merge(other);
    }

    /// Takes over what the coverage of an input tells that its events do not, or those that were not handed in.
    pub(super) fn take_rest(&mut self, told: &Coverage) {
        let mine = &mut self.coverage;
        mine.lines.delivery += told.lines.delivery;
        mine.lines.queue += told.lines.queue;
        mine.lines.foreign += told.lines.foreign;
        mine.lines.unknown += told.lines.unknown;
        mine.lines.malformed += told.lines.malformed;
        mine.cut_before |= told.cut_before;
        mine.cut_after |= told.cut_after;
        mine.bounces.events += told.bounces.events;
        mine.bounces.messages += told.bounces.messages;
        mine.bounces.reports += told.bounces.reports;
        mine.bounces.not_bounces += told.bounces.not_bounces;
        mine.bounces.unknown += told.bounces.unknown;
        mine.guessed_years.extend(&told.guessed_years);
        mine.samples.extend(told.samples.iter().cloned());
    }

    /// The coverage of this input alone.
    pub(super) fn of_input(&self, name: &str) -> Coverage {
        let mut whole = Whole::default();
        whole.count.merge_named(self.clone(), name);
        whole.into_coverage()
    }
}

/// All inputs together.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub(super) count: Count,
    pub(super) coverage: Coverage,
    /// Which input had these bytes first.
    pub(super) seen: HashMap<u128, String>,
    pub(super) keep_duplicates: bool,
}

impl Whole {
    /// Takes in what was read for a tally.
    pub(super) fn take(&mut self, coverage: Coverage, days: Days) {
        let whole = &mut self.coverage;
        whole.inputs += coverage.inputs;
        whole.bytes += coverage.bytes;
        whole.bounces.repeated += coverage.bounces.repeated;
        whole.bounces.added += coverage.bounces.added;
        whole.duplicates.extend(coverage.duplicates.iter().cloned());
        whole.unread.extend(coverage.unread.iter().cloned());
        whole.overlaps.extend(coverage.overlaps.iter().cloned());
        self.count.merge(Count {
            coverage,
            days,
            ..Count::default()
        });
    }

    /// What was counted without its span, and the days that tell it.
    pub(super) fn into_coverage_and_days(self) -> (Coverage, Days) {
        let Whole {
            count:
                Count {
                    coverage: counted,
                    days,
                    ..
                },
            coverage,
            ..
        } = self;
        let mut samples = counted.samples;
        samples.sort();
        samples.truncate(SAMPLES * 4);
        let counted = Coverage {
            samples,
            inputs: coverage.inputs,
            tallies: coverage.tallies,
            bytes: coverage.bytes,
            duplicates: coverage.duplicates,
            twice: coverage.twice,
            overlaps: coverage.overlaps,
            unread: coverage.unread,
            bounces: BounceCounts {
                repeated: coverage.bounces.repeated,
                added: coverage.bounces.added,
                ..counted.bounces
            },
            ..counted
        };
        (counted, days)
    }

    /// Notes an input that was read; gives back what it had, unless its bytes were counted before.
    pub(super) fn end<P>(
        &mut self,
        name: &str,
        total: &Total,
        error: Option<io::Error>,
        part: Option<P>,
    ) -> Option<P> {
        self.coverage.inputs += 1;
        if let Some(error) = error {
            let why = if total.bytes == 0 {
                error.to_string()
            } else {
                format!("{error} (after {} bytes, which were read)", total.bytes)
            };
            self.coverage.unread.push(Unread {
                input: name.into(),
                why,
            });
        }
        if total.bytes > 0 && !self.keep_duplicates {
            if let Some(first) = self.seen.get(&total.fingerprint) {
                let duplicate = Duplicate {
                    input: name.into(),
                    same_as: first.clone(),
                };
                self.coverage.duplicates.push(duplicate);
                return None;
            }
            self.seen.insert(total.fingerprint, name.into());
        }
        self.coverage.bytes += total.bytes;
        part
    }

    pub(super) fn into_coverage(self) -> Coverage {
        let (coverage, days) = self.into_coverage_and_days();
        let (span, strays) = days.span();
        Coverage {
            span,
            strays,
            ..coverage
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_odd_lines_are_kept_whatever_comes_first() {
        let odd = Odd {
            why: "expected a word",
            column: 0,
        };
        let mut count = Count::default();
        for number in (20..30).chain(3..5).chain(10..12).chain(40..45) {
            count.add_odd(number, odd, b"text", &Options::new(chrono_tz::UTC));
        }
        let kept: Vec<u64> = count.odd.iter().map(|odd| odd.0).collect();
        assert_eq!(kept, [3, 4, 10, 11, 20]);
    }
}
