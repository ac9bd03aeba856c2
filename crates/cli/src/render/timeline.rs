//! An outage as a picture: one line of characters over time, and its axis.
//!
//! ```text
//! ······███████████████████████▒▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░░░░░░░░░·····
//!       ╵24 Jan       ╵25 Jan       ╵26 Jan       ╵27 Jan
//! ```
//!
//! Each kind of window has its own character, so that the picture needs no colour.

use chrono::{DateTime, Duration, NaiveDateTime, TimeZone, Timelike};
use chrono_tz::Tz;
use mailgap_core::outage::Kind;
use mailgap_core::time::Timestamp;

use super::moments::Moments;
use crate::report::{Boundary, Outage};
use crate::style::{Style, Tone};

/// Mail is taken.
pub(crate) const HEALTHY: char = '·';
/// The change lies somewhere here.
pub(crate) const UNSURE: char = '?';

/// The character and the colour of a kind of window.
pub(crate) const fn mark(kind: Kind) -> (char, Tone) {
    match kind {
        Kind::Deferred => ('▄', Tone::Cyan),
        Kind::Delayed => ('▁', Tone::Green),
        Kind::DnsFailure => ('▓', Tone::Magenta),
        Kind::MailboxDeferred => ('░', Tone::Blue),
        Kind::Mixed => ('▌', Tone::White),
        Kind::NoConnection => ('█', Tone::Red),
        Kind::Policy => ('▀', Tone::Magenta),
        Kind::RecipientRejected => ('▒', Tone::Yellow),
        Kind::Rejected => ('▚', Tone::Yellow),
    }
}

/// The picture of one outage.
pub(crate) struct Timeline {
    /// The line of characters, painted.
    pub(crate) strip: String,
    /// Ticks and their labels.
    pub(crate) axis: String,
    /// Some of the line is healthy.
    pub(crate) has_healthy: bool,
    /// Some of the line is unsure.
    pub(crate) has_unsure: bool,
}

/// Draws an outage with some time before and after it, as far as the log goes, in so many columns.
pub(crate) fn draw(
    outage: &Outage,
    log: (Timestamp, Timestamp),
    moments: Moments,
    columns: usize,
    style: Style,
) -> Timeline {
    let scale = Scale::around(outage, log, columns);
    let cells: Vec<(char, Tone)> = (0..columns)
        .map(|column| cell(outage, &scale, column))
        .collect();
    Timeline {
        strip: paint(&cells, style),
        axis: axis(&scale, moments),
        has_healthy: cells.iter().any(|&(char, _)| char == HEALTHY),
        has_unsure: cells.iter().any(|&(char, _)| char == UNSURE),
    }
}

/// Which stretch of time a column stands for. Milliseconds in `i128`, so that no stamp overflows.
struct Scale {
    from: i128,
    length: i128,
    columns: i128,
}

impl Scale {
    fn around(outage: &Outage, log: (Timestamp, Timestamp), columns: usize) -> Scale {
        let (log_first, log_last) = (millis(log.0), millis(log.1));
        let first = millis(outage.start.earliest);
        let last = outage
            .end
            .map_or(log_last, |end| millis(end.latest))
            .max(first);
        let margin = ((last - first) / 12).max(60_000);
        let from = (first - margin).max(log_first.min(first));
        let to = (last + margin).min(log_last.max(last));
        Scale {
            from,
            length: (to - from).max(1),
            columns: columns.max(1) as i128,
        }
    }

    /// The middle of a column.
    fn middle(&self, column: usize) -> i128 {
        self.from + (2 * column as i128 + 1) * self.length / (2 * self.columns)
    }

    fn column_of(&self, time: i128) -> Option<usize> {
        let column = (time - self.from) * self.columns / self.length;
        usize::try_from(column)
            .ok()
            .filter(|_| column < self.columns)
    }

    /// True when the interval is wider than a column and holds the time.
    fn is_unsure(&self, boundary: &Boundary, time: i128) -> bool {
        let (earliest, latest) = (millis(boundary.earliest), millis(boundary.latest));
        (latest - earliest) * self.columns > self.length && earliest < time && time < latest
    }
}

fn millis(time: Timestamp) -> i128 {
    i128::from(time.as_millis())
}

fn cell(outage: &Outage, scale: &Scale, column: usize) -> (char, Tone) {
    let time = scale.middle(column);
    let starts = outage.windows.iter().map(|window| &window.start);
    let skip = usize::from(outage.before_log); // the begin of the log is no change
    if starts
        .skip(skip)
        .chain(&outage.end)
        .any(|boundary| scale.is_unsure(boundary, time))
    {
        return (UNSURE, Tone::Dim);
    }
    let ended = outage.end.is_some_and(|end| millis(end.time) <= time);
    let window = outage
        .windows
        .iter()
        .rev()
        .find(|window| millis(window.start.time) <= time);
    match window {
        Some(window) if !ended => mark(window.kind),
        _ => (HEALTHY, Tone::Dim),
    }
}

fn paint(cells: &[(char, Tone)], style: Style) -> String {
    cells
        .chunk_by(|a, b| a == b)
        .map(|run| {
            let tone = run.first().map_or(Tone::Dim, |&(_, tone)| tone);
            let text: String = run.iter().map(|&(char, _)| char).collect();
            style.paint(tone, text).into_owned()
        })
        .collect()
}

/// Steps between ticks, in minutes; those of a day and more begin at midnight.
const STEPS: [i64; 14] = [
    1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080,
];
const DAY: i64 = 1440;
/// Columns that a label and the space after it take: `╵23 Jan`.
const LABEL: i128 = 9;

fn axis(scale: &Scale, moments: Moments) -> String {
    let minutes_shown = scale.length / 60_000;
    let room = (scale.columns / LABEL).max(1);
    let step = STEPS
        .into_iter()
        .find(|&step| minutes_shown / i128::from(step) <= room)
        .unwrap_or_else(|| {
            // Years of log: whole weeks, as many as there is room for.
            let weeks = minutes_shown / 10_080 / room + 1;
            i64::try_from(weeks).unwrap_or(1) * 10_080
        });
    let mut line: Vec<char> = Vec::new();
    for tick in ticks(scale, moments, step) {
        let Some(column) = scale.column_of(i128::from(tick.timestamp_millis())) else {
            continue;
        };
        let midnight = tick.hour() == 0 && tick.minute() == 0;
        let label = if midnight {
            tick.format("╵%-d %b").to_string()
        } else {
            tick.format("╵%H:%M").to_string()
        };
        // A label that would touch the one before it or leave the line is left out.
        let fits = column + label.chars().count() <= usize::try_from(scale.columns).unwrap_or(0);
        if fits && (line.is_empty() || line.len() < column) {
            line.resize(column, ' ');
            line.extend(label.chars());
        }
    }
    line.into_iter().collect()
}

/// Moments on the local clock that divide by the step.
fn ticks(scale: &Scale, moments: Moments, step: i64) -> Vec<DateTime<Tz>> {
    let mut ticks = Vec::new();
    let begin = i64::try_from(scale.from).ok().map(Timestamp::from_millis);
    let Some(begin) = begin.and_then(|begin| moments.local(begin)) else {
        return ticks;
    };
    let midnight = begin.date_naive().and_hms_opt(0, 0, 0);
    let Some(mut tick) = midnight else {
        return ticks;
    };
    // More ticks than columns are never drawn.
    for _ in 0..=(DAY / step.min(DAY) + 2 * i64::try_from(scale.columns).unwrap_or(0)) {
        if let Some(local) = at_clock(moments.zone(), tick) {
            ticks.push(local);
        }
        let Some(next) = tick.checked_add_signed(Duration::minutes(step)) else {
            break;
        };
        tick = next;
    }
    ticks
}

/// A time that the clock skips has no tick.
fn at_clock(zone: Tz, time: NaiveDateTime) -> Option<DateTime<Tz>> {
    zone.from_local_datetime(&time).earliest()
}
