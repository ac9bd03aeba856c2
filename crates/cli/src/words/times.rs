//! Times at the precision at which they are known, in the zone of the report.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use mailgap_core::outage::Boundary;
use mailgap_core::time::Timestamp;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
/// Narrower than this is a minute to a reader.
const EXACT: f64 = 5.0 * MINUTE;
/// Narrower than this is "about", to five minutes.
const ABOUT: f64 = 20.0 * MINUTE;
/// In a sentence so is what is narrower than this, to a quarter of an hour.
const ROUGHLY: f64 = 90.0 * MINUTE;
/// Wider than this is a part of a day, where it fits in one.
const PART_OF_DAY: f64 = 3.0 * HOUR;
/// Wider than this, hours say nothing.
const DAYS: f64 = 36.0 * HOUR;

/// How times are shown: the zone, and whether the year must be said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moments {
    zone: Tz,
    years: bool,
}

impl Moments {
    /// With or without years.
    pub(crate) const fn new(zone: Tz, years: bool) -> Moments {
        Moments { zone, years }
    }

    /// With years where the log spans more than one.
    pub(crate) fn of_log(zone: Tz, span: Option<(Timestamp, Timestamp)>) -> Moments {
        let years = span.is_some_and(|(first, last)| {
            let year = |time: Timestamp| time.to_utc().map(|time| time.with_timezone(&zone).year());
            year(first) != year(last)
        });
        Moments { zone, years }
    }

    /// The zone.
    pub(crate) const fn zone(self) -> Tz {
        self.zone
    }

    /// The same with years.
    pub(crate) const fn with_years(self) -> Moments {
        Moments {
            zone: self.zone,
            years: true,
        }
    }

    /// To the minute: `23 Jan 16:00`.
    pub(crate) fn exact(self, time: Timestamp) -> String {
        match self.local(time) {
            Some(local) => format!("{} {}", self.date_of(&local), local.format("%H:%M")),
            None => time.to_string(), // beyond chrono's range of years
        }
    }

    /// From the one moment to the other: `23 Jan 16:00 to 18:30`, `23 Jan 16:00 to 24 Jan 02:10`.
    pub(crate) fn between(self, first: Timestamp, last: Timestamp) -> String {
        let date = |time| self.local(time).map(|local| local.date_naive());
        match self.local(last) {
            _ if first == last => self.exact(first),
            Some(local) if date(first) == date(last) => {
                format!("{} to {}", self.exact(first), local.format("%H:%M"))
            }
            _ => format!("{} to {}", self.exact(first), self.exact(last)),
        }
    }

    /// In a sentence, after "from" or "since": `23 Jan 16:00`, `about 23 Jan 16:00`, `some time between
    /// 23 Jan 12:20 and 16:10`, `25 Jan evening`.
    pub(crate) fn phrase(self, boundary: &Boundary) -> String {
        let width = boundary.latest.seconds_since(boundary.earliest);
        if width > ABOUT && width <= ROUGHLY {
            return format!("about {}", self.exact(rounded(boundary.time, 15)));
        }
        self.at_precision(boundary, "about ", "some time between ", " and ")
    }

    /// The same in a table: `23 Jan 16:00`, `~23 Jan 16:00`, `23 Jan 15:40–16:10`, `25 Jan evening`.
    pub(crate) fn cell(self, boundary: &Boundary) -> String {
        self.at_precision(boundary, "~", "", "–")
    }

    fn at_precision(self, boundary: &Boundary, about: &str, between: &str, and: &str) -> String {
        let width = boundary.latest.seconds_since(boundary.earliest);
        if width <= EXACT {
            return self.exact(boundary.time);
        }
        if width <= ABOUT {
            let round = rounded(boundary.time, 5);
            let is_inside = (boundary.earliest..=boundary.latest).contains(&round);
            let shown = if is_inside { round } else { boundary.time };
            return format!("{about}{}", self.exact(shown));
        }
        let (Some(earliest), Some(latest)) =
            (self.local(boundary.earliest), self.local(boundary.latest))
        else {
            return self.exact(boundary.time);
        };
        if width > PART_OF_DAY
            && let Some(part) = self.part_of_day(boundary)
        {
            return part;
        }
        let same_day = earliest.date_naive() == latest.date_naive();
        if width > DAYS {
            format!(
                "{between}{}{and}{}",
                self.date_of(&earliest),
                self.date_of(&latest)
            )
        } else if same_day {
            format!(
                "{between}{}{and}{}",
                self.exact(boundary.earliest),
                latest.format("%H:%M")
            )
        } else {
            format!(
                "{between}{}{and}{}",
                self.exact(boundary.earliest),
                self.exact(boundary.latest)
            )
        }
    }

    /// The part of a day that holds the interval but for forty minutes at either end.
    fn part_of_day(self, boundary: &Boundary) -> Option<String> {
        const OVERHANG_MS: i64 = 40 * 60 * 1000;
        let inner = |time: Timestamp, shift| {
            self.local(Timestamp::from_millis(
                time.as_millis().saturating_add(shift),
            ))
        };
        let earliest = inner(boundary.earliest, OVERHANG_MS)?;
        let latest = inner(boundary.latest, -OVERHANG_MS)?;
        if earliest.date_naive() != latest.date_naive() || earliest.hour() / 6 != latest.hour() / 6
        {
            return None;
        }
        let date = self.date_of(&earliest);
        Some(match earliest.hour() / 6 {
            0 => format!("early {date}"),
            1 => format!("{date} morning"),
            2 => format!("{date} afternoon"),
            _ => format!("{date} evening"),
        })
    }

    /// The moment on the zone's clocks; `None` beyond chrono's range of years.
    pub(crate) fn local(self, time: Timestamp) -> Option<DateTime<Tz>> {
        // Offsets of zones must not lead out of the range: chrono panics there.
        time.to_utc()
            .filter(|utc| (-9999..=9999).contains(&utc.year()))
            .map(|utc| utc.with_timezone(&self.zone))
    }

    fn date_of(self, local: &DateTime<Tz>) -> String {
        let format = if self.years { "%-d %b %Y" } else { "%-d %b" };
        local.format(format).to_string()
    }
}

fn rounded(time: Timestamp, minutes: i64) -> Timestamp {
    let step = minutes * 60 * 1000;
    let millis = time.as_millis();
    Timestamp::from_millis(millis.saturating_add(step / 2).div_euclid(step) * step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rome;

    #[test]
    fn boundaries_are_printed_at_their_precision() {
        let moments = Moments::new(Tz::Europe__Rome, false);
        let cases = [
            ("23 15:59:30", "23 16:00:29", "23 Jan 15:59", "23 Jan 15:59"),
            (
                "23 15:55",
                "23 16:09",
                "about 23 Jan 16:00",
                "~23 Jan 16:00",
            ),
            (
                "23 15:40",
                "23 16:10",
                "about 23 Jan 16:00",
                "23 Jan 15:40–16:10",
            ),
            (
                "23 23:40",
                "24 00:10",
                "about 24 Jan 00:00",
                "23 Jan 23:40–24 Jan 00:10",
            ),
            ("25 18:10", "25 23:50", "25 Jan evening", "25 Jan evening"),
            ("25 17:45", "25 22:00", "25 Jan evening", "25 Jan evening"),
            ("26 00:10", "26 05:00", "early 26 Jan", "early 26 Jan"),
            ("26 06:10", "26 11:00", "26 Jan morning", "26 Jan morning"),
            (
                "25 09:00",
                "25 17:00",
                "some time between 25 Jan 09:00 and 17:00",
                "25 Jan 09:00–17:00",
            ),
            (
                "25 19:00",
                "26 09:00",
                "some time between 25 Jan 19:00 and 26 Jan 09:00",
                "25 Jan 19:00–26 Jan 09:00",
            ),
            (
                "25 19:00",
                "28 09:00",
                "some time between 25 Jan and 28 Jan",
                "25 Jan–28 Jan",
            ),
        ];
        for (earliest, latest, phrase, cell) in cases {
            let (earliest, latest) = (rome(earliest), rome(latest));
            let boundary = Boundary {
                time: earliest.midpoint(latest),
                earliest,
                latest,
            };
            assert_eq!(moments.phrase(&boundary), phrase);
            assert_eq!(moments.cell(&boundary), cell);
        }
    }

    #[test]
    fn a_range_names_a_day_once() {
        let moments = Moments::new(Tz::Europe__Rome, false);
        let cases = [
            ("23 16:00", "23 18:30", "23 Jan 16:00 to 18:30"),
            ("23 16:00", "24 02:10", "23 Jan 16:00 to 24 Jan 02:10"),
            ("23 16:00", "23 16:00", "23 Jan 16:00"),
        ];
        for (first, last, expected) in cases {
            assert_eq!(moments.between(rome(first), rome(last)), expected);
        }
    }

    #[test]
    fn years_are_said_where_the_log_spans_two() {
        let (first, last) = (rome("21 00:00"), rome("30 00:00"));
        let one = Moments::of_log(Tz::Europe__Rome, Some((first, last)));
        assert_eq!(one.exact(first), "21 Jan 00:00");
        let before = Timestamp::from_seconds(1_672_000_000);
        let two = Moments::of_log(Tz::Europe__Rome, Some((before, last)));
        assert_eq!(two.exact(first), "21 Jan 2023 00:00");
    }

    #[test]
    fn the_ends_of_time_do_no_harm() {
        let moments = Moments::new(Tz::Asia__Tokyo, true);
        for millis in [i64::MIN, i64::MAX, 253_402_300_799_000] {
            let time = Timestamp::from_millis(millis);
            let boundary = Boundary {
                time,
                earliest: time,
                latest: time,
            };
            assert!(!moments.phrase(&boundary).is_empty());
        }
    }
}
