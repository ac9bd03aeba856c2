//! Points in time.
//!
//! A [`Timestamp`] is UTC with milliseconds. What a log shows (a stamp, often without a year or a zone)
//! becomes one in [`crate::stamp`].

use std::fmt;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(i64);

/// The last millisecond of the year 9999.
const LAST_MILLIS: i64 = 253_402_300_799_999;

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Timestamp {
        Timestamp(millis)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Timestamp {
        Timestamp(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Seconds from `earlier` to this; negative when this is the earlier one.
    pub fn seconds_since(self, earlier: Timestamp) -> f64 {
        (self.0.saturating_sub(earlier.0)) as f64 / 1000.0
    }

    /// Half way between the two.
    #[must_use]
    pub const fn midpoint(self, other: Timestamp) -> Timestamp {
        Timestamp(self.0.midpoint(other.0))
    }

    /// From microseconds since 1970; `None` outside the years 1970 to 9999, which RFC 3339 can write.
    pub fn from_micros(micros: i64) -> Option<Timestamp> {
        let millis = micros.div_euclid(1000);
        (0..=LAST_MILLIS)
            .contains(&millis)
            .then_some(Timestamp(millis))
    }

    /// As chrono's type, for zones and display; `None` beyond its range of years.
    pub fn to_utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.0)
    }
}

/// RFC 3339 in UTC with milliseconds: `2023-01-23T15:00:05.000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_utc() {
            Some(time) => f.pad(&time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(f, "{} ms", self.0),
        }
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Timestamp {
        Timestamp(time.timestamp_millis())
    }
}

/// The time on the system's clock, which [`crate::source::collect`] is given as the present.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Timestamp {
        let millis = |length: Duration| i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        Timestamp(match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => millis(after),
            Err(before) => -millis(before.duration()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_system_are_milliseconds_from_1970() {
        let cases = [(0, 0), (1500, 1500), (-1500, -1500)];
        for (millis, expected) in cases {
            let length = Duration::from_millis(i64::unsigned_abs(millis));
            let time = if millis < 0 {
                SystemTime::UNIX_EPOCH - length
            } else {
                SystemTime::UNIX_EPOCH + length
            };
            assert_eq!(Timestamp::from(time), Timestamp::from_millis(expected));
        }
        assert_eq!(cases.len(), 3);
    }
}
