//! Time stamps as logs show them, read into UTC.
//!
//! `Jan 23 16:00:01` (RFC 3164, no year and no zone) and `2023-01-23T16:00:01.123456+01:00` (RFC 3339),
//! with or without a fraction, mixed in one file; and what else collects logs: a year before or after
//! (`2023 Jan 23 16:00:01`, `Jan 23 2023 16:00:01`), a weekday and a zone's letters (`Mon 2023-01-23
//! 16:00:01 CET`, journalctl's short-full), Exim's `2023-01-23 16:00:01 +0100`, seconds since 1970
//! (`1674486001.123456`, short-unix). Cut by hand: chrono's parser costs as much as two whole records.
//! chrono and chrono-tz give the zone's offsets. Where none of these stands, `rare.rs` tries what few loggers
//! write, and months in other languages.
//!
//! Rules, each a function of the stamp and the [`StampContext`] alone, never of another line:
//! - **Year**: where the stamp has none, the given year; else the latest year in which the date exists
//!   and that does not put the line more than a day after the reference time.
//! - **Zone**: where the stamp has none, the given zone. An hour that the clock shows twice is read as
//!   its first run (or the one that the zone's letters name); an hour that it leaps over, with the
//!   offset from before the leap. Letters other than UTC and GMT are no zone: they mean several.
#![deny(clippy::indexing_slicing)]

mod moment;
mod months;
mod rare;

pub(crate) use moment::{Moment, Named};

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};

use crate::time::Timestamp;

const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// What a stamp needs to become a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StampContext {
    /// For stamps without a zone.
    pub zone: Tz,
    /// For stamps without a year; `None`: the rule of the module.
    pub year: Option<i32>,
    /// When the log was last written: the file's time of change, or now for a pipe.
    pub reference: Timestamp,
}

/// What stands at the start of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp<'b> {
    /// A stamp, and what follows it.
    At(Timestamp, &'b [u8]),
    /// Looks like a stamp, but no such date or time exists.
    Broken,
    /// No stamp.
    None,
}

/// Reads stamps; remembers the last hour, since lines come close together.
#[derive(Debug, Clone)]
pub struct Stamps {
    context: StampContext,
    /// `Jan 23 16:`, the UTC milliseconds of its first instant, and the year it was given.
    yearless: Option<([u8; 10], i64, i32)>,
    /// The year that was judged to be that of the last stamp read.
    guessed: Option<i32>,
    /// What the last stamp read named itself.
    named: Named,
    /// `2023-01-23T16:` and its milliseconds as if it were UTC.
    iso: Option<([u8; 14], i64)>,
    /// `+01:00` and its milliseconds.
    offset: Option<([u8; 6], i64)>,
    /// A local hour (milliseconds as if UTC) and the UTC milliseconds of its first instant.
    local: Option<(i64, i64)>,
}

impl Stamps {
    /// A reader for one log.
    pub fn new(context: StampContext) -> Stamps {
        Stamps {
            context,
            yearless: None,
            guessed: None,
            named: Named::default(),
            iso: None,
            offset: None,
            local: None,
        }
    }

    /// The year of the last stamp read, where neither the stamp nor the context named one.
    pub fn guessed_year(&self) -> Option<i32> {
        self.guessed
    }

    /// The time of the last stamp read, with what it named itself.
    pub(crate) fn moment(&self, time: Timestamp) -> Moment {
        Moment {
            time,
            named: self.named,
            guessed_year: self.guessed,
        }
    }

    /// Reads the stamp at the start of the text.
    pub fn read<'b>(&mut self, text: &'b [u8]) -> Stamp<'b> {
        self.guessed = None;
        self.named = Named {
            year: true,
            zone: false,
        };
        match self.read_usual(text) {
            Stamp::None => self.read_rare(text),
            found => found,
        }
    }

    fn read_usual<'b>(&mut self, text: &'b [u8]) -> Stamp<'b> {
        match text {
            [b'0'..=b'9', _, _, _, b'-', ..] => self.read_iso(text),
            [b'0'..=b'9', _, _, _, b' ', ..] => self.read_year_first(text),
            [b'A'..=b'Z', _, _, b' ', b'0'..=b'9', _, _, _, b'-', ..] => self.read_weekday(text),
            [b'A'..=b'Z', _, _, b' ', _, _, b' ', _, _, b':', ..] => self.read_yearless(text),
            [b'A'..=b'Z', _, _, b' ', _, _, b' ', ..] => self.read_year_after(text),
            _ => Stamp::None,
        }
    }

    /// `2023 Jan 23 16:00:01.123`
    fn read_year_first<'b>(&self, text: &'b [u8]) -> Stamp<'b> {
        let Some((&[y0, y1, y2, y3, _], rest)) = text.split_first_chunk::<5>() else {
            return Stamp::None;
        };
        let Some((day, hour)) = rest.split_first_chunk::<7>() else {
            return Stamp::None;
        };
        self.read_dated([y0, y1, y2, y3], *day, hour)
    }

    /// `Jan 23 2023 16:00:01`
    fn read_year_after<'b>(&self, text: &'b [u8]) -> Stamp<'b> {
        let Some((day, rest)) = text.split_first_chunk::<7>() else {
            return Stamp::None;
        };
        let Some((&[y0, y1, y2, y3, b' '], hour)) = rest.split_first_chunk::<5>() else {
            return Stamp::None;
        };
        self.read_dated([y0, y1, y2, y3], *day, hour)
    }

    /// A year, `Jan 23 ` and what begins with `16:00:01`: rare styles, so nothing is remembered.
    fn read_dated<'b>(&self, year: [u8; 4], day: [u8; 7], rest: &'b [u8]) -> Stamp<'b> {
        let [m0, m1, m2, b' ', d0, d1, b' '] = day else {
            return Stamp::None;
        };
        let d0 = if d0 == b' ' { b'0' } else { d0 };
        let Some((&[h0, h1, b':'], rest)) = rest.split_first_chunk::<3>() else {
            return Stamp::None;
        };
        let (Some(year), Some(month), Some(day), Some(hour), Some((within_hour, rest))) = (
            four_digits(year),
            month_of([m0, m1, m2]),
            two_digits(d0, d1),
            two_digits(h0, h1),
            minutes_and_seconds(rest),
        ) else {
            return Stamp::None;
        };
        match self.resolve_civil(year, month, day, hour, within_hour) {
            Some((base, _)) => Stamp::At(Timestamp::from_millis(base + within_hour), rest),
            None => Stamp::Broken,
        }
    }

    /// `Mon 2023-01-23 16:00:01 CET`
    fn read_weekday<'b>(&mut self, text: &'b [u8]) -> Stamp<'b> {
        let read = || {
            let (prefix, rest) = text.get(4..)?.split_first_chunk::<14>()?;
            let (within_hour, rest) = minutes_and_seconds(rest)?;
            let letters = rest.strip_prefix(b" ")?;
            let n = letters
                .iter()
                .take_while(|byte| byte.is_ascii_graphic())
                .count();
            let (letters, rest) = letters.split_at_checked(n)?;
            Some((iso_hour(prefix)?, within_hour, letters, rest))
        };
        let Some((hour, within_hour, letters, rest)) = read() else {
            return Stamp::None;
        };
        let Some(hour) = hour else {
            return Stamp::Broken;
        };
        self.named.zone = is_universal(letters);
        match self.resolve_lettered(hour, within_hour, letters) {
            Some(base) => Stamp::At(Timestamp::from_millis(base + within_hour), rest),
            None => Stamp::Broken,
        }
    }

    /// Like [`resolve_local`], but the letters may name the second run of a doubled hour.
    fn resolve_lettered(&self, hour: i64, within_hour: i64, letters: &[u8]) -> Option<i64> {
        if is_universal(letters) {
            return Some(hour);
        }
        let local = naive_utc(hour + within_hour)?;
        let second_run = self
            .context
            .zone
            .offset_from_local_datetime(&local)
            .latest()
            .filter(|offset| offset.abbreviation().map(str::as_bytes) == Some(letters));
        match second_run {
            Some(offset) => Some(hour - i64::from(offset.fix().local_minus_utc()) * SECOND),
            None => Some(resolve_local(self.context.zone, naive_utc(hour)?, within_hour)?.0),
        }
    }

    /// `Jan 23 16:00:01` with an optional fraction of a second.
    fn read_yearless<'b>(&mut self, text: &'b [u8]) -> Stamp<'b> {
        let Some((prefix, rest)) = text.split_first_chunk::<10>() else {
            return Stamp::None;
        };
        let Some((within_hour, rest)) = minutes_and_seconds(rest) else {
            return Stamp::None;
        };
        let is_guess = self.context.year.is_none();
        self.named.year = false;
        if let Some((cached, base, year)) = self.yearless
            && cached == *prefix
        {
            self.guessed = is_guess.then_some(year);
            return Stamp::At(Timestamp::from_millis(base + within_hour), rest);
        }
        let [m0, m1, m2, b' ', d0, d1, b' ', h0, h1, b':'] = *prefix else {
            return Stamp::None;
        };
        let Some(month) = month_of([m0, m1, m2]) else {
            return Stamp::None;
        };
        let d0 = if d0 == b' ' { b'0' } else { d0 };
        let (Some(day), Some(hour)) = (two_digits(d0, d1), two_digits(h0, h1)) else {
            return Stamp::None;
        };
        match self.resolve_yearless(month, day, hour, within_hour) {
            Some((base, cacheable, year)) => {
                if cacheable {
                    self.yearless = Some((*prefix, base, year));
                }
                self.guessed = is_guess.then_some(year);
                Stamp::At(Timestamp::from_millis(base + within_hour), rest)
            }
            None => Stamp::Broken,
        }
    }

    /// UTC milliseconds of `within_hour` less itself, whether the whole hour has the same base, and the year.
    fn resolve_yearless(
        &self,
        month: u32,
        day: u32,
        hour: u32,
        within_hour: i64,
    ) -> Option<(i64, bool, i32)> {
        let at = |year| {
            let (base, uniform) = self.resolve_civil(year, month, day, hour, within_hour)?;
            Some((base, uniform, year))
        };
        if let Some(year) = self.context.year {
            return at(year);
        }
        let limit = self.context.reference.as_millis().saturating_add(DAY);
        let newest = self
            .context
            .zone
            .from_utc_datetime(&naive_utc(limit)?)
            .year();
        // The date exists in one of eight years at least: 29 February misses one leap year a century.
        // Do not remember an hour that the limit cuts in two: its other half is of another year.
        let mut cut = false;
        for (base, uniform, year) in (0..=8).filter_map(|back| at(newest - back)) {
            cut |= base <= limit && limit < base + HOUR;
            if base + within_hour <= limit {
                return Some((base, uniform && !cut, year));
            }
        }
        None
    }

    fn resolve_civil(
        &self,
        year: i32,
        month: u32,
        day: u32,
        hour: u32,
        within_hour: i64,
    ) -> Option<(i64, bool)> {
        let hour = NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, 0, 0)?;
        resolve_local(self.context.zone, hour, within_hour)
    }

    /// `2023-01-23T16:00:01`, with an optional fraction and an optional zone.
    fn read_iso<'b>(&mut self, text: &'b [u8]) -> Stamp<'b> {
        let Some((prefix, rest)) = text.split_first_chunk::<14>() else {
            return Stamp::None;
        };
        let Some((within_hour, rest)) = minutes_and_seconds(rest) else {
            return Stamp::None;
        };
        let base = match self.iso {
            Some((cached, base)) if cached == *prefix => base,
            _ => match iso_hour(prefix) {
                Some(Some(base)) => {
                    self.iso = Some((*prefix, base));
                    base
                }
                Some(None) => return Stamp::Broken,
                None => return Stamp::None,
            },
        };
        if let Some((offset, rest)) = self.zone_offset(rest) {
            self.named.zone = true;
            return Stamp::At(Timestamp::from_millis(base + within_hour - offset), rest);
        }
        let utc = match self.local {
            Some((local, utc)) if local == base => Some(utc),
            _ => naive_utc(base)
                .and_then(|hour| resolve_local(self.context.zone, hour, within_hour))
                .map(|(utc, uniform)| {
                    if uniform {
                        self.local = Some((base, utc));
                    }
                    utc
                }),
        };
        match utc {
            Some(utc) => Stamp::At(Timestamp::from_millis(utc + within_hour), rest),
            None => Stamp::Broken,
        }
    }

    /// [`zone_offset`], remembered.
    fn zone_offset<'b>(&mut self, text: &'b [u8]) -> Option<(i64, &'b [u8])> {
        let start = text.split_first_chunk::<6>();
        if let (Some((cached, offset)), Some((start, rest))) = (self.offset, start)
            && cached == *start
        {
            return Some((offset, rest));
        }
        let (offset, rest) = zone_offset(text)?;
        // Only where those six bytes alone decide.
        if let Some((start, after)) = start
            && after.len() == rest.len()
        {
            self.offset = Some((*start, offset));
        }
        Some((offset, rest))
    }
}

/// `2023-01-23T16:` → milliseconds as if UTC; `Some(None)` for a date that does not exist.
#[expect(clippy::option_option, reason = "no stamp, a stamp of no date, a date")]
fn iso_hour(prefix: &[u8; 14]) -> Option<Option<i64>> {
    let [
        y0,
        y1,
        y2,
        y3,
        b'-',
        m0,
        m1,
        b'-',
        d0,
        d1,
        b'T' | b't' | b' ',
        h0,
        h1,
        b':',
    ] = *prefix
    else {
        return None;
    };
    let year = four_digits([y0, y1, y2, y3])?;
    let (month, day, hour) = (
        two_digits(m0, m1)?,
        two_digits(d0, d1)?,
        two_digits(h0, h1)?,
    );
    Some(
        NaiveDate::from_ymd_opt(year, month, day)
            .and_then(|date| date.and_hms_opt(hour, 0, 0))
            .map(|hour| hour.and_utc().timestamp_millis()),
    )
}

/// UTC milliseconds of the first instant of a local hour, such that adding `within_hour` gives the right
/// time; and whether the same holds for every other time of that hour.
fn resolve_local(zone: Tz, hour: NaiveDateTime, within_hour: i64) -> Option<(i64, bool)> {
    let offset_at = |millis: i64| {
        let local = hour.checked_add_signed(Duration::milliseconds(millis))?;
        let offset = zone.offset_from_local_datetime(&local);
        let unique = offset.single().is_some();
        let offset = match offset.earliest() {
            Some(offset) => offset.fix(),
            // The clock leapt over this hour: take the offset from before the leap.
            None => zone
                .offset_from_local_datetime(&local.checked_sub_signed(Duration::hours(3))?)
                .earliest()?
                .fix(),
        };
        Some((i64::from(offset.local_minus_utc()) * SECOND, unique))
    };
    let (offset, _) = offset_at(within_hour)?;
    let uniform = [0, HOUR - SECOND]
        .iter()
        .all(|&end| offset_at(end) == Some((offset, true)));
    Some((hour.and_utc().timestamp_millis() - offset, uniform))
}

fn naive_utc(millis: i64) -> Option<NaiveDateTime> {
    Timestamp::from_millis(millis)
        .to_utc()
        .map(|time| time.naive_utc())
}

/// `00:01` or `00:01.123456` → milliseconds, and what follows. A leap second counts as the 60th.
fn minutes_and_seconds(text: &[u8]) -> Option<(i64, &[u8])> {
    if let Some(found) = with_microseconds(text) {
        return Some(found);
    }
    let (&[m0, m1, colon, s0, s1], rest) = text.split_first_chunk::<5>()?;
    let (minutes, seconds) = (two_digits(m0, m1)?, two_digits(s0, s1)?);
    if colon != b':' || minutes > 59 || seconds > 60 {
        return None;
    }
    let whole = i64::from(minutes * 60 + seconds) * SECOND;
    match rest {
        [b'.' | b',', fraction @ ..] => {
            let (millis, rest) = milliseconds(fraction);
            Some((whole + millis, rest))
        }
        _ => Some((whole, rest)),
    }
}

/// [`minutes_and_seconds`] of `00:01.123456`, as nearly every log has them that has a fraction: eight
/// digits at once. `None` for any other form.
fn with_microseconds(text: &[u8]) -> Option<(i64, &[u8])> {
    let (&[m0, m1, b':', s0, s1, b'.', f0, f1, f2, f3, f4, f5], rest) =
        text.split_first_chunk::<12>()?
    else {
        return None;
    };
    // Digits become their values. Whatever else becomes more than 9, and with 6 added more than 15.
    let pairs = [[m0, m1], [s0, s1], [f0, f1], [f2, f3]];
    let values = u64::from_le_bytes(pairs.as_flattened().try_into().ok()?) ^ 0x3030_3030_3030_3030;
    let excess = values | values.wrapping_add(0x0606_0606_0606_0606);
    let rest_ok =
        f4.is_ascii_digit() && f5.is_ascii_digit() && !rest.first().is_some_and(u8::is_ascii_digit);
    if excess & 0xf0f0_f0f0_f0f0_f0f0 != 0 || !rest_ok {
        return None;
    }
    let [m0, m1, s0, s1, f0, f1, f2, _] = values.to_le_bytes().map(i64::from);
    let (minutes, seconds) = (m0 * 10 + m1, s0 * 10 + s1);
    if minutes > 59 || seconds > 60 {
        return None;
    }
    let whole = (minutes * 60 + seconds) * SECOND;
    Some((whole + f0 * 100 + f1 * 10 + f2, rest))
}

/// `123456` → 123, and what follows the digits, however many.
fn milliseconds(fraction: &[u8]) -> (i64, &[u8]) {
    let n = fraction
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = fraction.split_at_checked(n).unwrap_or((b"", fraction));
    let millis = (0..3).fold(0, |sum, place| {
        sum * 10 + digits.get(place).map_or(0, |digit| i64::from(digit - b'0'))
    });
    (millis, rest)
}

/// `Z`, `+01:00`, `+0100`, `+01`, Exim's ` +0100`, ` UTC` → milliseconds east of UTC, and what follows.
fn zone_offset(text: &[u8]) -> Option<(i64, &[u8])> {
    let (sign, rest) = match text {
        [b'Z' | b'z', rest @ ..] => return Some((0, rest)),
        [b'+', rest @ ..] | [b' ', b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] | [b' ', b'-', rest @ ..] => (-1, rest),
        [b' ', a, b, c, rest @ ..] if is_universal(&[*a, *b, *c]) => {
            return matches!(rest.first(), None | Some(b' ')).then_some((0, rest));
        }
        _ => return None,
    };
    let (&[h0, h1], rest) = rest.split_first_chunk::<2>()?;
    let hours = two_digits(h0, h1)?;
    let (minutes, rest) = match rest.strip_prefix(b":").unwrap_or(rest) {
        [m0, m1, rest @ ..] if two_digits(*m0, *m1).is_some() => (two_digits(*m0, *m1)?, rest),
        _ if text.first() != Some(&b' ') && matches!(rest.first(), None | Some(b' ')) => (0, rest),
        _ => return None,
    };
    let minutes = i64::from(hours * 60 + minutes);
    Some((sign * minutes * 60 * SECOND, rest))
}

/// Letters of a zone that mean only one.
fn is_universal(letters: &[u8]) -> bool {
    matches!(letters, b"UTC" | b"GMT")
}

fn four_digits([y0, y1, y2, y3]: [u8; 4]) -> Option<i32> {
    Some((two_digits(y0, y1)? * 100 + two_digits(y2, y3)?).cast_signed())
}

fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
}

/// English month names, as every syslog writes them.
fn month_of(name: [u8; 3]) -> Option<u32> {
    Some(match &name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
