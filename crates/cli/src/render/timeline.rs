//! Outages as a picture: a line of characters over time for each destination, and one axis.
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

use crate::document::Outage;
use crate::term::style::{Style, Tone};
use crate::words::times::Moments;
use mailgap_core::outage::Boundary;

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

/// One line of the picture.
pub(crate) struct Strip {
    /// The characters, painted.
    pub(crate) text: String,
    /// Some of it is healthy.
    pub(crate) has_healthy: bool,
    /// Some of it is unsure.
    pub(crate) has_unsure: bool,
}

/// Draws the outages of one destination.
pub(crate) fn strip(outages: &[&Outage], scale: &Scale, style: Style) -> Strip {
    let cells: Vec<(char, Tone)> = (0..scale.columns)
        .map(|column| cell(outages, scale, column))
        .collect();
    Strip {
        text: paint(&cells, style),
        has_healthy: cells.iter().any(|&(char, _)| char == HEALTHY),
        has_unsure: cells.iter().any(|&(char, _)| char == UNSURE),
    }
}

/// Which stretch of time a column stands for. Milliseconds in `i128`, so that no stamp overflows.
pub(crate) struct Scale {
    from: i128,
    length: i128,
    columns: i128,
}

impl Scale {
    /// From before the first of the outages to after the last, as far as the log goes.
    pub(crate) fn over<'o>(
        outages: impl IntoIterator<Item = &'o Outage>,
        log: (Timestamp, Timestamp),
        columns: usize,
    ) -> Scale {
        let (log_first, log_last) = (millis(log.0), millis(log.1));
        let ends = outages.into_iter().map(|outage| {
            let first = millis(outage.start.earliest);
            // Slow delivery lasts longer than refusals.
            let end = outage.windows.last().map_or(outage.end, |last| last.end);
            let last = end.map_or(log_last, |end| millis(end.latest));
            (first, last.max(first))
        });
        let (first, last) = ends
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .unwrap_or((log_first, log_last));
        let margin = ((last - first) / 12).max(60_000);
        let from = (first - margin).max(log_first.min(first));
        let to = (last + margin).min(log_last.max(last));
        Scale {
            from,
            length: (to - from).max(1),
            columns: i128::try_from(columns).unwrap_or(1).max(1),
        }
    }

    /// From this moment to that one, in no columns.
    pub(crate) fn between(from: Timestamp, to: Timestamp) -> Scale {
        let from = millis(from);
        Scale {
            from,
            length: (millis(to) - from).max(1),
            columns: 1,
        }
    }

    /// Where a moment lies, from 0 to 1; what lies outside, at the end that is nearer.
    pub(crate) fn share(&self, time: Timestamp) -> f64 {
        ((millis(time) - self.from) as f64 / self.length as f64).clamp(0.0, 1.0)
    }

    /// True of what does not lie outside.
    pub(crate) fn holds(&self, time: Timestamp) -> bool {
        (self.from..=self.from + self.length).contains(&millis(time))
    }

    /// When a column begins.
    fn begin(&self, column: i128) -> i128 {
        self.from + column * self.length / self.columns
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

fn cell(outages: &[&Outage], scale: &Scale, column: i128) -> (char, Tone) {
    let (begin, end) = (scale.begin(column), scale.begin(column + 1));
    let middle = i128::midpoint(begin, end);
    if outages
        .iter()
        .any(|outage| is_unsure(outage, scale, middle))
    {
        return (UNSURE, Tone::Dim);
    }
    // What the middle of the column shows; else what is too short to hold any middle.
    kind_within(outages, middle, middle + 1)
        .or_else(|| kind_within(outages, begin, end))
        .map_or((HEALTHY, Tone::Dim), mark)
}

fn is_unsure(outage: &Outage, scale: &Scale, time: i128) -> bool {
    let skip = usize::from(outage.before_log); // the begin of the log is no change
    let starts = outage.windows.iter().map(|window| &window.start);
    let ends = outage
        .windows
        .iter()
        .filter_map(|window| window.end.as_ref());
    starts
        .skip(skip)
        .chain(ends)
        .any(|boundary| scale.is_unsure(boundary, time))
}

/// The kind of the first window that lies, if only in part, within that stretch.
fn kind_within(outages: &[&Outage], begin: i128, end: i128) -> Option<Kind> {
    outages.iter().find_map(|outage| {
        let mut windows = outage.windows.iter();
        let within = windows.find(|window| {
            let until = window.end.map_or(i128::MAX, |end| millis(end.time));
            millis(window.start.time) < end && begin < until
        });
        within.map(|window| window.kind)
    })
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

/// Ticks and their labels, under the strips.
pub(crate) fn axis(scale: &Scale, moments: Moments) -> String {
    let room = (scale.columns / LABEL).max(1);
    let mut line: Vec<char> = Vec::new();
    for tick in ticks(scale, moments, step(scale, room)) {
        let Some(column) = scale.column_of(i128::from(tick.timestamp_millis())) else {
            continue;
        };
        let label = format!("╵{}", label(&tick));
        // A label that would touch the one before it or leave the line is left out.
        let fits = column + label.chars().count() <= usize::try_from(scale.columns).unwrap_or(0);
        if fits && (line.is_empty() || line.len() < column) {
            line.resize(column, ' ');
            line.extend(label.chars());
        }
    }
    line.into_iter().collect()
}

/// Labels of an axis that has room for so many: where they lie, from 0 to 1, and what they say.
pub(crate) fn labels(scale: &Scale, moments: Moments, room: u8) -> Vec<(f64, String)> {
    let room = i128::from(room.max(1));
    // As many columns as ticks are drawn at most.
    let scale = Scale {
        columns: 2 * room,
        ..*scale
    };
    let ticks = ticks(&scale, moments, step(&scale, room));
    let within = ticks.iter().filter_map(|tick| {
        let place = i128::from(tick.timestamp_millis()) - scale.from;
        let is_within = (0..=scale.length).contains(&place);
        is_within.then(|| (place as f64 / scale.length as f64, label(tick)))
    });
    within.collect()
}

/// Minutes between ticks, of which there is room for so many.
fn step(scale: &Scale, room: i128) -> i64 {
    let minutes_shown = scale.length / 60_000;
    STEPS
        .into_iter()
        .find(|&step| minutes_shown / i128::from(step) <= room)
        .unwrap_or_else(|| {
            // Years of log: whole weeks, as many as there is room for.
            let weeks = minutes_shown / 10_080 / room + 1;
            i64::try_from(weeks).unwrap_or(1) * 10_080
        })
}

/// The date of midnight, the time of others.
fn label(tick: &DateTime<Tz>) -> String {
    let midnight = tick.hour() == 0 && tick.minute() == 0;
    let format = if midnight { "%-d %b" } else { "%H:%M" };
    tick.format(format).to_string()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Report;
    use crate::testing::{
        MOMENTS, between, coverage, libero, libero_slow, report, rome, sharp, window,
    };
    use mailgap_core::outage::{self, Findings};
    use mailgap_core::reason::Reason;

    fn reported(outage: outage::Outage) -> Report {
        report(vec![Findings {
            outages: vec![outage],
            ..Findings::default()
        }])
    }

    fn picture(outage: outage::Outage) -> String {
        let report = reported(outage);
        let log = coverage().span.unwrap();
        let scale = Scale::over(&report.outages, log, 72);
        let outages: Vec<&Outage> = report.outages.iter().collect();
        let strip = strip(&outages, &scale, Style::PLAIN);
        assert_eq!(strip.text.chars().count(), 72);
        format!("{}\n{}", strip.text, axis(&scale, MOMENTS))
    }

    /// One window from start to end.
    fn short(start: outage::Boundary, end: Option<outage::Boundary>) -> outage::Outage {
        let (kind, reason) = (Kind::Deferred, Reason::ServerError);
        outage::Outage {
            start,
            end,
            ongoing: end.is_none(),
            silent_end: false,
            windows: vec![window(kind, "451", reason, (start, end), (9, 9), b"451 no")],
            ..libero()
        }
    }

    #[test]
    fn windows_of_days_have_ticks_of_days() {
        insta::assert_snapshot!(picture(libero()), @"
·····████████████████████████████████▒▒▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░░░░░░░·····
         ╵24 Jan        ╵25 Jan        ╵26 Jan       ╵27 Jan
");
    }

    #[test]
    fn slow_delivery_lasts_beyond_the_end_of_refusals() {
        insta::assert_snapshot!(picture(libero_slow()), @"
·····███████████████████████▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁·····
        ╵24 Jan    ╵25 Jan   ╵26 Jan    ╵27 Jan   ╵28 Jan    ╵29 Jan
");
    }

    #[test]
    fn windows_of_minutes_have_ticks_of_minutes() {
        insta::assert_snapshot!(picture(short(sharp("24 08:10"), Some(sharp("24 08:31")))), @"
·····▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄·····
     ╵08:10        ╵08:15         ╵08:20         ╵08:25        ╵08:30
");
    }

    #[test]
    fn what_is_older_than_the_log_and_goes_on_fills_the_line() {
        let mut outage = short(sharp("21 00:00:05"), None);
        outage.before_log = true;
        insta::assert_snapshot!(picture(outage), @"
▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
╵21 Jan       ╵23 Jan       ╵25 Jan        ╵27 Jan       ╵29 Jan
");
    }

    #[test]
    fn a_change_that_may_lie_anywhere_is_drawn_so() {
        let outage = short(
            between("24 08:10", "24 14:00"),
            Some(between("25 20:00", "26 09:00")),
        );
        insta::assert_snapshot!(picture(outage), @"
·····????????▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄?????????????????·····
         ╵12:00          ╵25 Jan        ╵12:00         ╵26 Jan
");
    }

    #[test]
    fn what_is_shorter_than_a_column_is_seen_all_the_same() {
        let report = reported(short(sharp("24 08:10"), Some(sharp("24 08:12"))));
        let log = coverage().span.unwrap();
        let scale = Scale {
            from: millis(log.0),
            length: millis(log.1) - millis(log.0),
            columns: 72,
        };
        let outages: Vec<&Outage> = report.outages.iter().collect();
        let strip = strip(&outages, &scale, Style::PLAIN);
        assert_eq!(strip.text.matches('▄').count(), 1);
    }

    #[test]
    fn no_stamp_however_odd_breaks_the_picture() {
        let extremes = [i64::MIN, -1, 0, i64::MAX].map(Timestamp::from_millis);
        let mut drawn = 0;
        for first in extremes {
            for last in extremes {
                let boundary = |time| outage::Boundary {
                    time,
                    earliest: first,
                    latest: last,
                };
                let report = reported(short(boundary(first), Some(boundary(last))));
                let scale = Scale::over(&report.outages, (first, rome("24 08:10")), 40);
                let outages: Vec<&Outage> = report.outages.iter().collect();
                let strip = strip(&outages, &scale, Style::PLAIN);
                assert_eq!(strip.text.chars().count(), 40);
                assert!(axis(&scale, MOMENTS).chars().count() <= 40);
                drawn += 1;
            }
        }
        assert_eq!(drawn, 16);
    }
}
