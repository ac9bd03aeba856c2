//! Dates of mail: `Sun, 22 Jan 2023 00:30:23 +0100 (CET)` (RFC 5322 section 3.3, with the obsolete forms).
//!
//! The day of the week, comments and the seconds may be missing, the year may have two digits, the zone
//! may be a name. What no zone is known of is read as UTC, as RFC 5322 section 4.3 says. asctime's order
//! (`Thu Apr 29 23:34:45 2010`) is read too.

use chrono::NaiveDate;

use crate::time::Timestamp;

/// The point in time; `None` when it is no date.
pub(super) fn parse(text: &[u8]) -> Option<Timestamp> {
    /// No date is longer, comments and folds included.
    const MAX_DATE: usize = 200;
    let text = text.get(..MAX_DATE).unwrap_or(text);
    let (mut day, mut month, mut year, mut clock, mut offset) = (None, None, None, None, None);
    for word in words(text) {
        let number = number(word);
        if clock.is_none() && word.contains(&b':') {
            clock = Some(time_of_day(word)?);
        } else if month.is_none() && word.first().is_some_and(u8::is_ascii_alphabetic) {
            month = month_of(word); // a day of the week comes before it, and is passed over
        } else if let Some(number) = number {
            if day.is_none() && word.len() <= 2 {
                day = Some(u32::try_from(number).ok()?);
            } else if year.is_none() {
                year = Some(full_year(number, word.len())?);
            }
        } else if offset.is_none() && clock.is_some() {
            offset = offset_of(word);
        }
    }
    let (seconds, date) = (clock?, NaiveDate::from_ymd_opt(year?, month?, day?)?);
    let midnight = date.and_hms_opt(0, 0, 0)?.and_utc().timestamp();
    Some(Timestamp::from_seconds(
        midnight + seconds - offset.unwrap_or(0),
    ))
}

/// What commas, blanks and the dashes within a date part; comments in parentheses are left out.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.split(|&byte| byte == b'(').next().unwrap_or_default();
    text.split(|&byte| byte == b',' || byte.is_ascii_whitespace())
        .flat_map(|word| {
            // `29-Apr-2010` is three words, `-0500` one.
            let parts = word.first().is_some_and(u8::is_ascii_digit);
            word.split(move |&byte| parts && byte == b'-')
        })
        .filter(|word| !word.is_empty())
}

fn number(word: &[u8]) -> Option<i32> {
    if word.is_empty() || word.len() > 4 {
        return None;
    }
    word.iter().try_fold(0, |sum, &byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i32::from(byte - b'0'))
    })
}

/// RFC 5322 section 4.3: two digits below 50 are of this century, three and the rest count from 1900.
fn full_year(number: i32, digits: usize) -> Option<i32> {
    match digits {
        2 if number < 50 => Some(2000 + number),
        2 | 3 => Some(1900 + number),
        4 => Some(number),
        _ => None,
    }
}

fn month_of(word: &[u8]) -> Option<u32> {
    const MONTHS: [&[u8]; 12] = [
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
        b"dec",
    ];
    let start = word.get(..3)?;
    let place = MONTHS
        .iter()
        .position(|month| month.eq_ignore_ascii_case(start))?;
    u32::try_from(place + 1).ok()
}

/// Seconds since midnight.
fn time_of_day(word: &[u8]) -> Option<i64> {
    let word = word.split(|&byte| byte == b'.').next()?;
    let mut parts = word.split(|&byte| byte == b':').map(number);
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().map_or(Some(0), |second| second)?;
    let sane = hour < 24 && minute < 60 && second <= 60;
    sane.then(|| i64::from(hour * 3600 + minute * 60 + second))
}

/// RFC 5322 section 4.3, and the names that mail shows and that mean one zone only.
const ZONES: [(&[u8], i64); 19] = [
    (b"AEDT", 11),
    (b"AEST", 10),
    (b"CDT", -5),
    (b"CEST", 2),
    (b"CET", 1),
    (b"CST", -6),
    (b"EDT", -4),
    (b"EEST", 3),
    (b"EET", 2),
    (b"EST", -5),
    (b"GMT", 0),
    (b"HKT", 8),
    (b"JST", 9),
    (b"MDT", -6),
    (b"MSK", 3),
    (b"MST", -7),
    (b"PDT", -7),
    (b"PST", -8),
    (b"UTC", 0),
];

/// Seconds east of UTC.
fn offset_of(word: &[u8]) -> Option<i64> {
    if let [sign @ (b'+' | b'-'), digits @ ..] = word {
        let number = i64::from(number(digits).filter(|_| digits.len() == 4)?);
        let seconds = (number / 100) * 3600 + (number % 100) * 60;
        return Some(if *sign == b'-' { -seconds } else { seconds });
    }
    ZONES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|&(_, hours)| hours * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_forms() {
        let cases = [
            (
                "Sun, 22 Jan 2023 00:30:23 +0100 (CET)",
                "2023-01-21T23:30:23.000Z",
            ),
            ("22 Jan 2023 00:30 -0000", "2023-01-22T00:30:00.000Z"),
            ("Thu, 29 Apr 10 23:34:45 JST", "2010-04-29T14:34:45.000Z"),
            ("Thu, 29 Apr 99 23:34:45 EST", "1999-04-30T04:34:45.000Z"),
            ("Thu Apr 29 23:34:45 2010", "2010-04-29T23:34:45.000Z"),
            ("29-Apr-2010 23:34:45 GMT", "2010-04-29T23:34:45.000Z"),
            (
                "Thu,  3 Oct 2000 18:06:58 -0400 (EDT)",
                "2000-10-03T22:06:58.000Z",
            ),
            ("Thu, 29 Apr 2010 23:34:45 QQQ", "2010-04-29T23:34:45.000Z"),
            ("", "none"),
            ("yesterday", "none"),
            ("Thu, 31 Feb 2010 23:34:45 +0000", "none"),
            ("Thu, 29 Apr 2010 25:34:45 +0000", "none"),
            ("Thu, 29 Apr 20100 23:34:45", "none"),
        ];
        for (text, expected) in cases {
            let got = parse(text.as_bytes()).map_or("none".into(), |time| time.to_string());
            assert_eq!(got, expected, "{text}");
        }
        assert_eq!(cases.len(), 13);
    }
}
