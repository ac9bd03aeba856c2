//! From when to when a log reaches, whatever single stamps claim.
//!
//! Whether an outage goes on, or began before the log, depends on the log's last and first stamp. One line with
//! a wrong clock, or forged, must not move them: a few lines far from all others are strays.

use std::collections::BTreeMap;

use crate::time::Timestamp;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Days without a line that set apart what comes before or after.
const GAP_DAYS: i64 = 14;

/// What is set apart is stray when it is at most this part of all lines.
const MOST_STRAY: f64 = 0.01;

/// More days are forged (three centuries); the latest are not kept.
const MOST_DAYS: usize = 110_000;

/// Lines by UTC day, with the first and the last stamp of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Days {
    /// The day of the last line: lines come in order of time.
    current: Option<(i64, OfDay)>,
    all: BTreeMap<i64, OfDay>,
}

#[derive(Debug, Clone, Copy)]
struct OfDay {
    first: Timestamp,
    last: Timestamp,
    lines: u64,
}

impl OfDay {
    fn merge(&mut self, other: OfDay) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.lines += other.lines;
    }
}

impl Days {
    /// Notes the stamp of a line.
    pub(crate) fn add(&mut self, time: Timestamp) {
        let day = time.as_millis().div_euclid(DAY);
        let one = OfDay {
            first: time,
            last: time,
            lines: 1,
        };
        match &mut self.current {
            Some((current, of_day)) if *current == day => of_day.merge(one),
            _ => {
                self.put_away();
                self.current = Some((day, one));
            }
        }
    }

    fn put_away(&mut self) {
        if let Some((day, of_day)) = self.current.take() {
            self.put(day, of_day);
        }
    }

    fn put(&mut self, day: i64, of_day: OfDay) {
        if let Some(known) = self.all.get_mut(&day) {
            known.merge(of_day);
            return;
        }
        self.all.insert(day, of_day);
        // Which ones go must not depend on the order of the lines.
        if self.all.len() > MOST_DAYS {
            self.all.pop_last();
        }
    }

    /// Takes in the stamps of other lines.
    pub(crate) fn merge(&mut self, mut other: Days) {
        self.put_away();
        other.put_away();
        for (day, of_day) in other.all {
            self.put(day, of_day);
        }
    }

    /// Every day in order: first and last stamp, and the number of lines.
    pub(crate) fn all(&mut self) -> impl Iterator<Item = (Timestamp, Timestamp, u64)> {
        self.put_away();
        let days = self.all.values();
        days.map(|of_day| (of_day.first, of_day.last, of_day.lines))
    }

    /// Takes in what was noted of one day elsewhere.
    pub(crate) fn add_day(&mut self, first: Timestamp, last: Timestamp, lines: u64) {
        let day = first.as_millis().div_euclid(DAY);
        self.put(day, OfDay { first, last, lines });
    }

    /// First and last stamp of all lines, strays included.
    pub(crate) fn ends(&mut self) -> Option<(Timestamp, Timestamp)> {
        self.put_away();
        let (_, first) = self.all.first_key_value()?;
        let (_, last) = self.all.last_key_value()?;
        Some((first.first, last.last))
    }

    /// First and last stamp of all lines but the strays, and how many those are.
    pub(crate) fn span(mut self) -> (Option<(Timestamp, Timestamp)>, u64) {
        self.put_away();
        let days: Vec<(i64, OfDay)> = self.all.into_iter().collect();
        let lines =
            |days: &[(i64, OfDay)]| days.iter().map(|(_, of_day)| of_day.lines).sum::<u64>();
        let all = lines(&days);
        // The parts between the gaps; the strays are the small ones at the ends.
        let mut parts: Vec<&[(i64, OfDay)]> = days.chunk_by(|a, b| b.0 - a.0 <= GAP_DAYS).collect();
        let is_stray = |part: &[(i64, OfDay)]| lines(part) as f64 <= MOST_STRAY * all as f64;
        let mut strays = 0;
        while let [.., last] = &*parts
            && is_stray(last)
        {
            strays += lines(last);
            parts.pop();
        }
        let mut parts = &*parts;
        while let [first, rest @ ..] = parts
            && is_stray(first)
        {
            strays += lines(first);
            parts = rest;
        }
        let span = parts
            .first()
            .and_then(|part| part.first())
            .zip(parts.last().and_then(|part| part.last()))
            .map(|((_, first), (_, last))| (first.first, last.last));
        (span, strays)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as (day, how many), in any order and any split: the span in days, and the strays.
    fn span(lines: &[(i64, u64)]) -> (Option<(i64, i64)>, u64) {
        let mut parts = [Days::default(), Days::default()];
        for (n, &(day, count)) in lines.iter().enumerate() {
            for _ in 0..count {
                parts[n % 2].add(Timestamp::from_millis(day * DAY + 5));
            }
        }
        let [mut a, b] = parts;
        a.merge(b);
        let (span, strays) = a.span();
        let day = |time: Timestamp| time.as_millis().div_euclid(DAY);
        (span.map(|(first, last)| (day(first), day(last))), strays)
    }

    #[test]
    fn a_few_lines_far_away_are_strays() {
        let cases: [(&[(i64, u64)], _); 8] = [
            (&[], (None, 0)),
            (&[(10, 1)], (Some((10, 10)), 0)),
            (&[(10, 500), (11, 500), (40_000, 1)], (Some((10, 11)), 1)),
            (
                &[(10, 500), (11, 500), (40_000, 4), (-99, 2), (50_000, 1)],
                (Some((10, 11)), 7),
            ),
            // Near, or too many.
            (&[(10, 500), (11, 500), (24, 1)], (Some((10, 24)), 0)),
            (&[(10, 500), (11, 500), (400, 20)], (Some((10, 400)), 0)),
            // Nothing is stray among a handful.
            (&[(10, 9), (400, 1)], (Some((10, 400)), 0)),
            // Far inside is no end.
            (&[(10, 500), (100, 1), (200, 500)], (Some((10, 200)), 0)),
        ];
        assert_eq!(cases.len(), 8);
        for (lines, expected) in cases {
            assert_eq!(span(lines), expected, "{lines:?}");
        }
    }
}
