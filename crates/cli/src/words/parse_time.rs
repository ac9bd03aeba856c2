//! The times that `--since`, `--until` and the file of `--announcements` take.
//!
//! `2023-01-23T16:00:00+01:00` (RFC 3339), or in the report's time zone `2023-01-23 16:00` and `2023-01-23`. The two
//! flags also take times that are counted from now: `today`, `yesterday 16:00`, `16:00`, `now` and `-24h`.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;
use mailgap_core::time::Timestamp;

use crate::exit::{Failure, Result};

/// Which end of a stretch of time is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// `--since`: a date alone is its first moment.
    Since,
    /// `--until`, which is left out itself: a date alone is the end of its day.
    Until,
}

impl End {
    const fn flag(self) -> &'static str {
        match self {
            End::Since => "--since",
            End::Until => "--until",
        }
    }
}

/// What a time may look like, for the hint of an error.
const FORMS: &str = "a time is 2023-01-23, \"2023-01-23 16:00\", 2023-01-23T16:00:00+01:00, today, yesterday, \
                     \"yesterday 16:00\", 16:00 (today), now, or -24h (before now; also -90m, -7d)";

/// Reads what stands after `--since` or `--until`. `now` is what relative times are counted from.
pub(crate) fn parse(text: &str, now: Timestamp, zone: Tz, end: End) -> Result<Timestamp> {
    parse_rfc3339(text)
        .or_else(|| parse_local(text, zone, end))
        .or_else(|| parse_relative(text, now, zone, end))
        .ok_or_else(|| {
            if is_no_date(text) {
                return Failure::new(format!("{}: no such date: {text:?}", end.flag()));
            }
            Failure::with_hint(
                format!("{}: expected a time, found {text:?}", end.flag()),
                FORMS,
            )
        })
}

/// `2023-02-30`: the shape of a date, and whatever follows it.
fn is_no_date(text: &str) -> bool {
    let Some(date) = text.get(..10) else {
        return false;
    };
    let shape = |(place, byte): (usize, u8)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    date.bytes().enumerate().all(shape) && NaiveDate::parse_from_str(date, "%Y-%m-%d").is_err()
}

/// The moment that a text names: RFC 3339, or what the clocks of the zone show. A date alone is no moment.
pub(crate) fn instant(text: &str, zone: Tz) -> Option<Timestamp> {
    parse_rfc3339(text).or_else(|| at(parse_clock(text)?, zone))
}

/// When the clocks of the zone show this for the first time.
pub(crate) fn at(time: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    local(time, zone, End::Since)
}

fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(Timestamp::from_millis(time.timestamp_millis()))
}

fn parse_local(text: &str, zone: Tz, end: End) -> Option<Timestamp> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return of_date(date, zone, end);
    }
    local(parse_clock(text)?, zone, end)
}

/// A date alone: its first moment, or the end of its day.
fn of_date(date: NaiveDate, zone: Tz, end: End) -> Option<Timestamp> {
    let day = match end {
        End::Since => date,
        End::Until => date.succ_opt()?,
    };
    local(day.and_time(NaiveTime::MIN), zone, end)
}

/// `now`, `-24h`, `today`, `yesterday`, `16:00`, `yesterday 16:00:30`.
fn parse_relative(text: &str, now: Timestamp, zone: Tz, end: End) -> Option<Timestamp> {
    if text == "now" {
        return Some(now);
    }
    if let Some(ago) = text.strip_prefix('-') {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number of seconds below 2^52"
        )]
        let millis = (length(ago).ok()? * 1000.0) as i64;
        return Some(Timestamp::from_millis(now.as_millis().checked_sub(millis)?));
    }
    let (day, clock) = match text.split_once(' ') {
        Some((day, clock)) => (day, Some(clock)),
        None if text.contains(':') => ("today", Some(text)),
        None => (text, None),
    };
    let today = now.to_utc()?.with_timezone(&zone).date_naive();
    let date = match day {
        "today" => today,
        "yesterday" => today.pred_opt()?,
        _ => return None,
    };
    let Some(clock) = clock else {
        return of_date(date, zone, end);
    };
    let mut formats = ["%H:%M", "%H:%M:%S"].into_iter();
    let time = formats.find_map(|format| NaiveTime::parse_from_str(clock, format).ok())?;
    local(date.and_time(time), zone, end)
}

fn parse_clock(text: &str) -> Option<NaiveDateTime> {
    [
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
    ]
    .into_iter()
    .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

/// A wall clock shows some times twice and some never: the stretch is then taken as the longer one, and
/// a time that the clock skipped is the moment of the change.
fn local(time: NaiveDateTime, zone: Tz, end: End) -> Option<Timestamp> {
    let found = zone.from_local_datetime(&time);
    let at = match end {
        End::Since => found.earliest(),
        End::Until => found.latest(),
    };
    let at = match at {
        Some(at) => at,
        None => after_the_gap(time, zone)?,
    };
    Some(Timestamp::from_millis(at.timestamp_millis()))
}

fn after_the_gap(time: NaiveDateTime, zone: Tz) -> Option<DateTime<Tz>> {
    // Clocks go forward by whole quarters of an hour, and nowhere by more than a day.
    let quarter = time.and_utc().timestamp().div_euclid(900) * 900;
    let start = DateTime::from_timestamp(quarter, 0)?.naive_utc();
    (1..=96).find_map(|n| {
        zone.from_local_datetime(&(start + Duration::minutes(15 * n)))
            .earliest()
    })
}

/// Seconds of a length of time as mail systems write it: `5d`, `36h`, `90m`.
pub(crate) fn length(text: &str) -> std::result::Result<f64, String> {
    let expected = || format!("expected a number and s, m, h, d or w, found {text:?}");
    let unit = text.chars().last().ok_or_else(expected)?;
    let seconds = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86_400.0,
        'w' => 604_800.0,
        _ => return Err(expected()),
    };
    let number = text.strip_suffix(unit).unwrap_or_default();
    let number: u32 = number.parse().map_err(|_| expected())?;
    Ok(f64::from(number) * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 29 January 2023, 14:46:40 in Rome.
    const NOW: Timestamp = Timestamp::from_seconds(1_675_000_000);

    #[test]
    fn times_are_read_in_the_zone() {
        let cases = [
            ("2023-01-23", End::Since, "2023-01-22T23:00:00.000Z"),
            ("2023-01-23", End::Until, "2023-01-23T23:00:00.000Z"),
            ("2023-01-23 16:00", End::Since, "2023-01-23T15:00:00.000Z"),
            (
                "2023-01-23 16:00:05",
                End::Until,
                "2023-01-23T15:00:05.000Z",
            ),
            ("2023-07-01T12:00", End::Since, "2023-07-01T10:00:00.000Z"),
            (
                "2023-01-23T16:00:00+01:00",
                End::Since,
                "2023-01-23T15:00:00.000Z",
            ),
            (
                "2023-01-23T16:00:00Z",
                End::Since,
                "2023-01-23T16:00:00.000Z",
            ),
            // The clock went back from 03:00 to 02:00, and forward from 02:00 to 03:00.
            ("2023-10-29 02:30", End::Since, "2023-10-29T00:30:00.000Z"),
            ("2023-10-29 02:30", End::Until, "2023-10-29T01:30:00.000Z"),
            ("2023-03-26 02:30", End::Since, "2023-03-26T01:00:00.000Z"),
        ];
        for (text, end, time) in cases {
            let found = parse(text, NOW, Tz::Europe__Rome, end).unwrap();
            assert_eq!(found.to_string(), time, "{text} {end:?}");
        }
    }

    #[test]
    fn times_may_be_counted_from_now() {
        let cases = [
            ("now", End::Until, "2023-01-29T13:46:40.000Z"),
            ("-24h", End::Since, "2023-01-28T13:46:40.000Z"),
            ("-90m", End::Since, "2023-01-29T12:16:40.000Z"),
            ("-7d", End::Until, "2023-01-22T13:46:40.000Z"),
            ("today", End::Since, "2023-01-28T23:00:00.000Z"),
            ("today", End::Until, "2023-01-29T23:00:00.000Z"),
            ("yesterday", End::Since, "2023-01-27T23:00:00.000Z"),
            ("yesterday", End::Until, "2023-01-28T23:00:00.000Z"),
            ("16:00", End::Since, "2023-01-29T15:00:00.000Z"),
            ("16:00:30", End::Until, "2023-01-29T15:00:30.000Z"),
            ("today 9:05", End::Since, "2023-01-29T08:05:00.000Z"),
            ("yesterday 16:00", End::Since, "2023-01-28T15:00:00.000Z"),
        ];
        for (text, end, time) in cases {
            let found = parse(text, NOW, Tz::Europe__Rome, end).unwrap();
            assert_eq!(found.to_string(), time, "{text} {end:?}");
        }
        // Midnight has passed in Tokyo and not in Rome.
        let evening = Timestamp::from_seconds(1_675_004_400);
        for (zone, time) in [
            (Tz::Europe__Rome, "2023-01-28T23:00:00.000Z"),
            (Tz::Asia__Tokyo, "2023-01-29T15:00:00.000Z"),
        ] {
            let found = parse("today", evening, zone, End::Since).unwrap();
            assert_eq!(found.to_string(), time, "{zone}");
        }
    }

    #[test]
    fn a_moment_has_a_time_of_day() {
        let cases = [
            ("2023-01-26 14:40", Some("2023-01-26T13:40:00.000Z")),
            (
                "2023-01-26T14:40:00+02:00",
                Some("2023-01-26T12:40:00.000Z"),
            ),
            ("2023-03-26 02:30", Some("2023-03-26T01:00:00.000Z")),
            ("2023-01-26", None),
            ("14:40", None),
        ];
        for (text, time) in cases {
            let found = instant(text, Tz::Europe__Rome).map(|time| time.to_string());
            assert_eq!(found.as_deref(), time, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_an_error_that_says_what_is() {
        let cases = [
            "",
            "tomorrow",
            "-2",
            "-2y",
            "- 2d",
            "--2d",
            "23 Jan",
            "2023-01-23 25:00",
            "25:00",
            "now 16:00",
            "yesterday 16",
        ];
        for text in cases {
            let failure = parse(text, NOW, Tz::UTC, End::Until).unwrap_err();
            assert_eq!(
                failure.message(),
                format!("--until: expected a time, found {text:?}")
            );
            let hint = failure.hint().unwrap();
            for form in ["2023-01-23T16:00:00+01:00", "yesterday", "now", "-24h"] {
                assert!(hint.contains(form), "{form}: {hint}");
            }
        }
    }

    #[test]
    fn a_date_that_does_not_exist_is_said_to() {
        for text in ["2023-02-30", "2023-13-01 10:00", "2023-00-01T00:00:00Z"] {
            let failure = parse(text, NOW, Tz::UTC, End::Since).unwrap_err();
            let said = format!("--since: no such date: {text:?}");
            assert_eq!(failure.message(), said);
        }
    }

    #[test]
    fn lengths_are_a_number_and_a_unit() {
        let cases = [
            ("5d", Some(432_000.0)),
            ("36h", Some(129_600.0)),
            ("90m", Some(5400.0)),
            ("0s", Some(0.0)),
            ("1w", Some(604_800.0)),
            ("5", None),
            ("d", None),
            ("", None),
            ("-1d", None),
            ("5 d", None),
            ("1.5d", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(length(text).ok(), seconds, "{text:?}");
        }
    }
}
