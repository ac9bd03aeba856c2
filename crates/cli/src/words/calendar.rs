//! The months of a calendar as stretches of time: `2023-01` in Rome is 2022-12-31T23:00Z to 2023-01-31T23:00Z.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use mailgap_core::time::Timestamp;

use crate::words::parse_time;
use crate::words::times::Moments;

/// Months of one calendar, at most; a log that seems longer has wrong clocks.
const MOST_MONTHS: usize = 2400;

/// A month of a calendar: `2023-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Month {
    year: i32,
    /// 1 to 12.
    month: u32,
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Month {
    fn next(self) -> Month {
        match self.month {
            12 => Month {
                year: self.year + 1,
                month: 1,
            },
            month => Month {
                month: month + 1,
                ..self
            },
        }
    }

    /// Its first moment; a clock that goes forward at midnight has a later one.
    fn start(self, zone: Tz) -> Option<Timestamp> {
        let first = NaiveDate::from_ymd_opt(self.year, self.month, 1)?;
        parse_time::at(first.and_time(NaiveTime::MIN), zone)
    }
}

/// The part of a month in which there is a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(crate) month: Month,
    pub(crate) from: Timestamp,
    /// Not included.
    pub(crate) until: Timestamp,
}

/// The months that a log touches, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendar(Vec<Observed>);

impl Calendar {
    /// Of a log with these first and last stamps, by the clocks of the zone.
    pub(crate) fn of((first, last): (Timestamp, Timestamp), zone: Tz) -> Calendar {
        let mut months = Vec::new();
        let Some(local) = Moments::new(zone, true).local(first) else {
            return Calendar(months); // beyond chrono's range of years
        };
        let mut month = Month {
            year: local.year(),
            month: local.month(),
        };
        let mut from = first;
        while from <= last && months.len() < MOST_MONTHS {
            let next = month.next();
            let Some(end) = next.start(zone) else { break };
            let until = end.min(last);
            months.push(Observed { month, from, until });
            (month, from) = (next, end);
        }
        Calendar(months)
    }

    pub(crate) fn months(&self) -> &[Observed] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(first: &str, last: &str, zone: Tz) -> Vec<String> {
        let time = |text: &str| parse_time::instant(text, zone).unwrap();
        let calendar = Calendar::of((time(first), time(last)), zone);
        let months = calendar.months().iter();
        months
            .map(|it| format!("{} {} {}", it.month, it.from, it.until))
            .collect()
    }

    #[test]
    fn months_follow_the_clocks_of_the_zone() {
        let rome = calendar("2022-12-30 12:00", "2023-02-01 00:30", Tz::Europe__Rome);
        assert_eq!(
            rome,
            [
                "2022-12 2022-12-30T11:00:00.000Z 2022-12-31T23:00:00.000Z",
                "2023-01 2022-12-31T23:00:00.000Z 2023-01-31T23:00:00.000Z",
                "2023-02 2023-01-31T23:00:00.000Z 2023-01-31T23:30:00.000Z",
            ]
        );
        // March of 2023 is an hour shorter than 31 days, October an hour longer.
        let hours = |first, last| {
            let time = |text| parse_time::instant(text, Tz::Europe__Rome).unwrap();
            let calendar = Calendar::of((time(first), time(last)), Tz::Europe__Rome);
            let whole = calendar.months()[1];
            whole.until.seconds_since(whole.from) / 3600.0
        };
        assert!((hours("2023-02-10 00:00", "2023-04-10 00:00") - 743.0).abs() < 1e-9);
        assert!((hours("2023-09-10 00:00", "2023-11-10 00:00") - 745.0).abs() < 1e-9);
    }

    #[test]
    fn a_midnight_that_the_clocks_skip_begins_later() {
        // Asuncion, 1 October 2023: 00:00 became 01:00.
        let months = calendar(
            "2023-09-30 23:30",
            "2023-10-01 02:00",
            Tz::America__Asuncion,
        );
        assert_eq!(
            months,
            [
                "2023-09 2023-10-01T03:30:00.000Z 2023-10-01T04:00:00.000Z",
                "2023-10 2023-10-01T04:00:00.000Z 2023-10-01T05:00:00.000Z",
            ]
        );
    }

    #[test]
    fn wrong_clocks_cost_no_more_than_some_thousand_months() {
        let time = Timestamp::from_seconds;
        let far = Calendar::of((time(0), time(253_402_300_799)), Tz::UTC);
        assert_eq!(far.months().len(), MOST_MONTHS);
        let beyond = Timestamp::from_millis(i64::MIN);
        assert!(Calendar::of((beyond, time(0)), Tz::UTC).months().is_empty());
    }
}
