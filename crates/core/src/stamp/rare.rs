//! Styles of stamps that few loggers write, tried where no usual one stands.
//!
//! | style | written by |
//! | --- | --- |
//! | `Tue Jan 21 18:06:28 2025`, `Tue Jan 21 18:06:28 UTC 2025` | `ctime`, logread of routers, `date` |
//! | `Jan 21, 2025 @ 18:06:28.804` | Kibana |
//! | `21/Jan/2025:18:06:28 +0100`, `21-Jan-2025 18:06:28` | Apache's style, BIND's |
//! | `Tue, 21 Jan 2025 18:06:28 +0100`, `21 Jan 2025 18:06:28` | RFC 5322 |
//! | `2025/01/21 18:06:28`, `21.01.2025 18:06:28` | nginx's style, German programs |
//! | `1737482788`, `1737482788123`, `1737482788,123` | seconds since 1970 or thousandths of them |
//! | `Okt  5 18:06:28`, `1月 21 18:06:28`, `Jan 5 18:06:28` | other languages; days of one digit |
//!
//! `01/02/2025` is no stamp: which of both is the month depends on who wrote it.

use super::{SECOND, Stamp, Stamps, minutes_and_seconds, months, zone_offset};
use crate::time::Timestamp;

/// Bytes of the longest name of a month: six letters of two bytes and a full stop.
const MAX_NAME: usize = 13;

/// A date as it is written; `None` for the year where it names none.
struct Date {
    year: Option<i32>,
    month: u32,
    day: u32,
    /// A word that may be a weekday stood first: it is one where the date has a year.
    weekday: bool,
}

impl Date {
    /// A date with its year, behind no weekday.
    const fn of(year: u32, month: u32, day: u32) -> Date {
        Date {
            year: Some(year.cast_signed()),
            month,
            day,
            weekday: false,
        }
    }
}

impl Stamps {
    /// Reads a stamp of one of these styles at the start of the text.
    #[cold]
    pub(super) fn read_rare<'b>(&mut self, text: &'b [u8]) -> Stamp<'b> {
        if let Some((time, rest)) = since_1970(text) {
            self.named.zone = true;
            return Stamp::At(time, rest);
        }
        let Some((date, hour, within_hour, rest)) = numeric(text)
            .or_else(|| day_first(text))
            .or_else(|| month_first(text))
        else {
            return Stamp::None;
        };
        // `Tue Jan 21 18:06:28 UTC 2025`
        let (zone, rest) = match zone_offset(rest) {
            Some((zone, rest)) => (Some(zone), rest),
            None => (None, rest),
        };
        let (year, rest) = match date.year {
            Some(year) => (Some(year), rest),
            None => match year_behind(rest) {
                Some((year, rest)) => (Some(year), rest),
                None => (None, rest),
            },
        };
        let needs_year = zone.is_some() || date.weekday;
        if rest.first().is_some_and(u8::is_ascii_alphanumeric) || needs_year && year.is_none() {
            return Stamp::None;
        }
        match self.resolve(&Date { year, ..date }, hour, within_hour, zone) {
            Some(time) => Stamp::At(time, rest),
            None => Stamp::Broken,
        }
    }

    fn resolve(
        &mut self,
        date: &Date,
        hour: u32,
        within_hour: i64,
        zone: Option<i64>,
    ) -> Option<Timestamp> {
        let Some(year) = date.year else {
            let (base, _, year) = self.resolve_yearless(date.month, date.day, hour, within_hour)?;
            self.named.year = false;
            self.guessed = self.context.year.is_none().then_some(year);
            return Some(Timestamp::from_millis(base + within_hour));
        };
        let base = match zone {
            Some(zone) => {
                self.named.zone = true;
                let day = chrono::NaiveDate::from_ymd_opt(year, date.month, date.day)?;
                day.and_hms_opt(hour, 0, 0)?.and_utc().timestamp_millis() - zone
            }
            None => {
                self.resolve_civil(year, date.month, date.day, hour, within_hour)?
                    .0
            }
        };
        Some(Timestamp::from_millis(base + within_hour))
    }
}

/// `2025/01/21 18:06:28` or `21.01.2025 18:06:28`.
fn numeric(text: &[u8]) -> Option<(Date, u32, i64, &[u8])> {
    let (first, digits, rest) = number(text, 4)?;
    let (separator, rest) = rest.split_first()?;
    let (month, _, rest) = number(rest, 2)?;
    let rest = rest.strip_prefix(&[*separator])?;
    let (last, last_digits, rest) = number(rest, 4)?;
    let (year, day) = match (separator, digits, last_digits) {
        (b'/' | b'.', 4, 1..=2) => (first, last),
        (b'.', 1..=2, 4) => (last, first),
        _ => return None,
    };
    let (hour, within_hour, rest) = clock(rest.strip_prefix(b",").unwrap_or(rest))?;
    Some((Date::of(year, month, day), hour, within_hour, rest))
}

/// `21/Jan/2025:18:06:28`, `Tue, 21 Jan 2025 18:06:28`.
fn day_first(text: &[u8]) -> Option<(Date, u32, i64, &[u8])> {
    let text = match text {
        [a, b, c, b',', b' ', rest @ ..] if [a, b, c].iter().all(|at| at.is_ascii_alphabetic()) => {
            rest
        }
        _ => text,
    };
    let (day, 1..=2, rest) = number(text, 2)? else {
        return None;
    };
    let (separator @ (b'/' | b'-' | b' '), rest) = rest.split_first()? else {
        return None;
    };
    let (name, rest) = name(rest)?;
    let (year, 4, rest) = number(rest.strip_prefix(&[*separator])?, 4)? else {
        return None;
    };
    let (hour, within_hour, rest) = clock(rest)?;
    let month = months::month_of(name)?;
    Some((Date::of(year, month, day), hour, within_hour, rest))
}

/// `Okt  5 18:06:28`, `Jan 21, 2025 @ 18:06:28`, either behind `Tue `.
fn month_first(text: &[u8]) -> Option<(Date, u32, i64, &[u8])> {
    let (mut month, mut rest) = month_name(text)?;
    // A weekday stands first: one more word before the day.
    let next = spaces(rest)?;
    let weekday = !next.first()?.is_ascii_digit() || counted_month(next).is_some();
    if weekday {
        (month, rest) = month_name(next)?;
    }
    let (day, _, rest) = number(spaces(rest)?, 2)?;
    let (year, rest) = match rest.strip_prefix(b", ") {
        Some(rest) => {
            let (year, 4, rest) = number(rest, 4)? else {
                return None;
            };
            (Some(year.cast_signed()), rest)
        }
        None => match number(rest.strip_prefix(b" ").unwrap_or_default(), 4) {
            Some((year, 4, rest)) => (Some(year.cast_signed()), rest),
            _ => (None, rest),
        },
    };
    let rest = rest.strip_prefix(b" @").unwrap_or(rest);
    let (hour, within_hour, rest) = clock(rest)?;
    let month = match month {
        Month::Number(month) => month,
        Month::Name(name) => months::month_of(name)?,
    };
    let date = Date {
        year,
        month,
        day,
        weekday,
    };
    Some((date, hour, within_hour, rest))
}

/// A month before anybody asked whether there is such a one.
enum Month<'b> {
    Name(&'b [u8]),
    Number(u32),
}

/// `Okt`, or `1月` and `1월`.
fn month_name(text: &[u8]) -> Option<(Month<'_>, &[u8])> {
    match counted_month(text) {
        Some((month, rest)) => Some((Month::Number(month), rest)),
        None => name(text).map(|(name, rest)| (Month::Name(name), rest)),
    }
}

fn counted_month(text: &[u8]) -> Option<(u32, &[u8])> {
    let (month, _, rest) = number(text, 2)?;
    let rest = ["月", "월"]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign.as_bytes()))?;
    Some((month, rest))
}

/// Letters of any script, and full stops among them.
fn name(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let n = text
        .iter()
        .take(MAX_NAME + 1)
        .take_while(|&&byte| byte.is_ascii_alphabetic() || byte == b'.' || byte >= 0x80)
        .count();
    if (2..=MAX_NAME).contains(&n) {
        text.split_at_checked(n)
    } else {
        None
    }
}

/// ` 18:06:28.804` or `:18:06:28` → the hour, milliseconds within it, what follows.
fn clock(text: &[u8]) -> Option<(u32, i64, &[u8])> {
    let (b' ' | b':' | b'T', rest) = text.split_first()? else {
        return None;
    };
    let (hour, _, rest) = number(rest, 2)?;
    let (within_hour, rest) = minutes_and_seconds(rest.strip_prefix(b":")?)?;
    Some((hour, within_hour, rest))
}

/// ` 2025`, behind the time, maybe with the letters of a zone in between.
fn year_behind(text: &[u8]) -> Option<(i32, &[u8])> {
    let rest = text.strip_prefix(b" ")?;
    let letters = rest
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    let rest = match rest.get(letters..) {
        Some([b' ', rest @ ..]) if (3..=5).contains(&letters) => rest,
        _ => rest,
    };
    match number(rest, 4)? {
        (year @ 1970..=2199, 4, rest) if !matches!(rest.first(), Some(b':' | b'-' | b'.')) => {
            Some((year.cast_signed(), rest))
        }
        _ => None,
    }
}

/// Up to so many digits, how many there were, and what follows; `None` when there are none or more.
fn number(text: &[u8], most: usize) -> Option<(u32, usize, &[u8])> {
    let n = text
        .iter()
        .take(most + 1)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = text.split_at_checked(n)?;
    let value = digits
        .iter()
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    (1..=most).contains(&n).then_some((value, n, rest))
}

/// What follows one or two spaces.
fn spaces(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b" ")?;
    Some(rest.strip_prefix(b" ").unwrap_or(rest))
}

/// Seconds since 1970 in ten digits, or thousandths of them in thirteen, of 2001 to 2096.
fn since_1970(text: &[u8]) -> Option<(Timestamp, &[u8])> {
    let n = text
        .iter()
        .take(14)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = text.split_at_checked(n)?;
    let number = digits
        .iter()
        .fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let (millis, rest) = match (n, rest) {
        (10, [b'.' | b',', fraction @ ..]) if fraction.first()?.is_ascii_digit() => {
            let (millis, rest) = super::milliseconds(fraction);
            (number * SECOND + millis, rest)
        }
        (10, _) => (number * SECOND, rest),
        (13, _) => (number, rest),
        _ => return None,
    };
    let is_end = matches!(rest.first(), None | Some(b' ' | b'\t' | b':' | b',' | b']'));
    let is_time = (1_000_000_000_000..4_000_000_000_000).contains(&millis);
    (is_end && is_time).then_some((Timestamp::from_millis(millis), rest))
}
