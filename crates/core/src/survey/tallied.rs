//! What was counted, as it travels: the tally with its coverage, as rows and back.

use std::collections::BTreeMap;

use super::Options;
use crate::coverage::{Coverage, Duplicate, Overlap, Sample, Unread};
use crate::span::Days;
use crate::tally::{Number, RowError, RowKind, Tally, TallyRow, Text, unescaped};
use crate::time::Timestamp;

/// Counts of some logs, and what was read for them: all that a report without fates is made of.
///
/// [`tally`](super::tally) makes it, [`Tallied::rows`] and [`Tallied::add_row`] write and read it, and
/// [`survey_with`](super::survey_with) takes it in beside logs.
#[derive(Debug, Clone, Default)]
pub struct Tallied {
    /// Where it comes from: the name of its file.
    pub(super) name: String,
    pub(super) tally: Tally,
    /// Of all inputs; the span is told by the days.
    pub(super) coverage: Coverage,
    pub(super) days: Days,
    /// Fingerprints of the inputs it was made of, with their names: so nothing is counted twice.
    pub(super) inputs: BTreeMap<u128, String>,
}

/// No log is longer, in bytes or lines.
const MOST: i64 = 1 << 53;

const MILLIS_PER_MINUTE: i64 = 60_000;

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * MILLIS_PER_MINUTE;

/// The name of a year among the figures.
const YEAR: &str = "guessed_year";

impl Tallied {
    /// Nothing counted, to read rows into; `name` tells it from others.
    pub fn new(name: String) -> Tallied {
        Tallied {
            name,
            ..Tallied::default()
        }
    }

    /// How much was read, as far as it is known without the span.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Gives every row; see [`Tally::rows`] for their order.
    pub fn rows(&mut self, each: &mut dyn FnMut(&TallyRow<'_>)) {
        let one = |record| TallyRow::new(record).set(Number::Count, 1);
        let figure =
            |name: &'static str| TallyRow::new(RowKind::Coverage).with(Text::Name, name.as_bytes());
        for (name, count) in figures(&mut self.coverage) {
            if *count > 0 {
                each(&figure(name).set(Number::Count, *count));
            }
        }
        for (name, is_cut) in cuts(&mut self.coverage) {
            if *is_cut {
                each(&figure(name).set(Number::Count, 1));
            }
        }
        let Coverage {
            guessed_years,
            unread,
            duplicates,
            overlaps,
            samples,
            ..
        } = &self.coverage;
        for &year in guessed_years {
            let row = one(RowKind::Coverage).with(Text::Name, YEAR.as_bytes());
            each(&row.set(Number::Line, year));
        }
        for (fingerprint, name) in &self.inputs {
            let mut row = one(RowKind::Input).with(Text::Name, name.as_bytes());
            row.set_text(Text::Why, Some(format!("{fingerprint:032x}").into()));
            each(&row);
        }
        for Unread { input, why } in unread {
            let row = one(RowKind::Unread).with(Text::Name, input.as_bytes());
            each(&row.with(Text::Why, why.as_bytes()));
        }
        for Duplicate { input, same_as } in duplicates {
            let row = one(RowKind::Duplicate).with(Text::Name, input.as_bytes());
            each(&row.with(Text::Why, same_as.as_bytes()));
        }
        for overlap in overlaps {
            let minute = overlap.first.as_millis().div_euclid(MILLIS_PER_MINUTE);
            let row = TallyRow::new(RowKind::Overlap)
                .with(Text::Name, overlap.input.as_bytes())
                .with(Text::Why, overlap.other.as_bytes())
                .with(Text::Host, &overlap.host)
                .set(Number::Minute, minute)
                .set(Number::Count, overlap.attempts);
            let after = |time: Timestamp| time.as_millis() - minute * MILLIS_PER_MINUTE;
            each(&row.between(after(overlap.first), after(overlap.last)));
        }
        for sample in samples {
            let row = TallyRow::new(RowKind::Odd)
                .with(Text::Name, sample.input.as_bytes())
                .with(Text::Why, sample.why.as_bytes())
                .with(Text::Sample, &sample.text);
            each(&row.set(Number::Line, sample.line));
        }
        for (first, last, lines) in self.days.all() {
            let minute = first.as_millis().div_euclid(DAY) * (DAY / MILLIS_PER_MINUTE);
            let after = |time: Timestamp| time.as_millis().rem_euclid(DAY);
            let row = TallyRow::new(RowKind::Day)
                .set(Number::Minute, minute)
                .set(Number::Count, lines);
            each(&row.between(after(first), after(last)));
        }
        self.tally.rows(each);
    }

    /// Counts what a row says.
    ///
    /// # Errors
    /// When a column that its record needs is missing, or holds what it cannot: then all that was read with it
    /// says nothing that can be relied on.
    pub fn add_row(&mut self, row: &TallyRow<'_>) -> Result<(), RowError> {
        let text = |column| -> Result<String, RowError> {
            Ok(String::from_utf8_lossy(&unescaped(row.required(column)?)).into_owned())
        };
        match row.record {
            RowKind::Coverage => {
                let name = row.required(Text::Name)?;
                if name == YEAR {
                    let year = row.within(Number::Line, 9999)?;
                    self.coverage.guessed_years.insert(year);
                    return Ok(());
                }
                let count: u64 = row.within(Number::Count, MOST)?;
                let cut = cuts(&mut self.coverage)
                    .into_iter()
                    .find(|(known, _)| *known == name);
                if let Some((_, is_cut)) = cut {
                    *is_cut |= count > 0;
                    return Ok(());
                }
                // Figures of a later version are passed over, as columns are.
                let figure = figures(&mut self.coverage)
                    .into_iter()
                    .find(|(known, _)| *known == name);
                if let Some((_, sum)) = figure {
                    *sum = sum.saturating_add(count);
                }
            }
            RowKind::Input => {
                let why = row.required(Text::Why)?;
                let odd = || row.odd(Text::Why.as_str(), &format!("{why:?}"));
                let fingerprint = u128::from_str_radix(why, 16).map_err(|_| odd())?;
                let name = text(Text::Name)?;
                // Summed elsewhere: a tally that was taken twice shows here.
                let count: u64 = row.within(Number::Count, MOST)?;
                if count > 1 || self.inputs.contains_key(&fingerprint) {
                    let why =
                        format!("is more than 1: {name:?} is in it twice, sum each tally once");
                    return Err(row.wrong(Number::Count, why));
                }
                self.inputs.insert(fingerprint, name);
            }
            RowKind::Unread => self.coverage.unread.push(Unread {
                input: text(Text::Name)?,
                why: text(Text::Why)?,
            }),
            RowKind::Duplicate => self.coverage.duplicates.push(Duplicate {
                input: text(Text::Name)?,
                same_as: text(Text::Why)?,
            }),
            RowKind::Overlap => {
                let minute = row.minute(1)? * MILLIS_PER_MINUTE;
                let (first, last): (i64, i64) = row.span(MOST)?;
                self.coverage.overlaps.push(Overlap {
                    input: text(Text::Name)?,
                    other: text(Text::Why)?,
                    host: unescaped(row.required(Text::Host)?).into(),
                    first: Timestamp::from_millis(minute + first),
                    last: Timestamp::from_millis(minute + last),
                    attempts: row.within(Number::Count, MOST)?,
                });
            }
            RowKind::Odd => self.coverage.samples.push(Sample {
                input: text(Text::Name)?,
                line: row.within(Number::Line, MOST)?,
                why: text(Text::Why)?,
                text: unescaped(row.required(Text::Sample)?).into(),
            }),
            RowKind::Day => {
                let start = row.minute(DAY / MILLIS_PER_MINUTE)? * MILLIS_PER_MINUTE;
                let (first, last): (i64, i64) = row.span(DAY)?;
                let at = |offset| Timestamp::from_millis(start + offset);
                let lines = row.within(Number::Count, MOST)?;
                self.days.add_day(at(first), at(last), lines);
            }
            _ => self.tally.add_row(row)?,
        }
        Ok(())
    }

    /// Says of inputs that they could not be read.
    pub fn add_unread(&mut self, unread: Vec<Unread>) {
        self.coverage.unread.splice(0..0, unread);
    }

    /// What was read for it, under names that tell its inputs from those of others.
    pub(super) fn take_coverage(&mut self) -> (Coverage, Days) {
        let name = &self.name;
        let within = |input: &mut String| *input = format!("{name}: {input}");
        let mut coverage = std::mem::take(&mut self.coverage);
        for Unread { input, .. } in &mut coverage.unread {
            within(input);
        }
        for Sample { input, .. } in &mut coverage.samples {
            within(input);
        }
        for Duplicate { input, same_as } in &mut coverage.duplicates {
            within(input);
            within(same_as);
        }
        for Overlap { input, other, .. } in &mut coverage.overlaps {
            within(input);
            within(other);
        }
        (coverage, std::mem::take(&mut self.days))
    }
}

impl Options {
    /// The fingerprint of what is counted of an input with these bytes: two stretches of one log are two things.
    pub(super) fn fingerprint(&self, bytes: u128) -> u128 {
        let restrictions = (self.since, self.until, self.domains.names());
        if matches!(&restrictions, (None, None, names) if names.is_empty()) {
            return bytes;
        }
        let (since, until, names) = restrictions;
        let text = format!("{bytes:032x} {since:?} {until:?} {}", names.join(" "));
        xxhash_rust::xxh3::xxh3_128(text.as_bytes())
    }
}

/// The figures that add up, with their names.
fn figures(coverage: &mut Coverage) -> [(&'static str, &mut u64); 21] {
    let Coverage { lines, bounces, .. } = coverage;
    [
        ("inputs", &mut coverage.inputs),
        ("bytes", &mut coverage.bytes),
        ("lines_delivery", &mut lines.delivery),
        ("lines_queue", &mut lines.queue),
        ("lines_foreign", &mut lines.foreign),
        ("lines_unknown", &mut lines.unknown),
        ("lines_malformed", &mut lines.malformed),
        ("mail_messages", &mut bounces.messages),
        ("mail_reports", &mut bounces.reports),
        ("mail_events", &mut bounces.events),
        ("mail_repeated", &mut bounces.repeated),
        ("mail_added", &mut bounces.added),
        ("mail_not_bounces", &mut bounces.not_bounces),
        ("mail_unknown", &mut bounces.unknown),
        ("messages", &mut coverage.messages),
        ("events", &mut coverage.events),
        ("attempts", &mut coverage.attempts),
        ("echoes", &mut coverage.echoes),
        ("odd_inputs", &mut coverage.odd_inputs),
        ("strange_inputs", &mut coverage.strange_inputs),
        ("strange_lines", &mut coverage.strange_lines),
    ]
}

/// Whether something was left out at the ends.
fn cuts(coverage: &mut Coverage) -> [(&'static str, &mut bool); 2] {
    [
        ("cut_before", &mut coverage.cut_before),
        ("cut_after", &mut coverage.cut_after),
    ]
}
