//! Attempts over time, stacked by outcome, with the windows behind them.

use maud::{Markup, html};

use super::table::{self, Column};
use super::timeline::{axis_labels, percent, room, title};
use super::{kinds, safe};
use crate::document::charts::{Bin, Frame};
use crate::document::{Chart, Outage, Report};
use crate::render::timeline::{Scale, labels};
use crate::words::numbers::{count, length};
use crate::words::times::Moments;

/// The page's units from the top: where the drawing begins and ends, and the words of the axis.
pub(super) const TOP: f64 = 26.0;
pub(super) const BOTTOM: f64 = 206.0;
pub(super) const HEIGHT: u16 = 230;
const BASELINE: u16 = 224;
const TICKS: u8 = 10;
/// Lines across, at most.
const LINES: u64 = 4;
/// Part of a bin that its bar takes.
const BAR: f64 = 0.86;

/// Around an outage, with its windows behind the bars.
pub(super) fn attempts(report: &Report, outage: &Outage, chart: &Chart) -> Markup {
    let bands = bands(report, outage, &scale(chart.frame));
    let note = " Behind the bars lie the windows of the outage.";
    stacked(report.moments(), chart, &bands, note)
}

/// Of the whole log.
pub(super) fn all_attempts(report: &Report, chart: &Chart) -> Markup {
    stacked(report.moments(), chart, &html! {}, "")
}

fn stacked(moments: Moments, chart: &Chart, behind: &Markup, note: &str) -> Markup {
    let bins: Vec<(usize, &Bin)> = (0..)
        .zip(&chart.bins)
        .filter(|(_, bin)| bin.attempts() > 0)
        .collect();
    let most = bins
        .iter()
        .map(|(_, bin)| bin.attempts())
        .max()
        .unwrap_or_default();
    if most == 0 {
        return html! {};
    }
    let (step, lines) = steps(most);
    let y = |number: u64| BOTTOM - (BOTTOM - TOP) * number as f64 / (step * lines) as f64;
    let scale = scale(chart.frame);
    let ticks = labels(&scale, moments, TICKS);
    let width = 1.0 / chart.frame.bins() as f64;
    let every = length(chart.frame.width_s());
    let all = |of: fn(&Bin) -> u64| count(chart.bins.iter().map(of).sum());
    let summary = format!(
        "Attempts each {every}: {} delivered, {} deferred, {} bounced",
        all(|bin| bin.delivered),
        all(|bin| bin.deferred),
        all(|bin| bin.bounced)
    );
    html! {
        figure class="chart attempts" {
            svg class="plot" height=(HEIGHT) role="img" aria-label=(summary) {
                (axis_labels(&ticks, 26, BASELINE))
                (behind)
                @for line in 1..=lines {
                    (level(y(line * step)))
                }
                @for (place, bin) in &bins {
                    @let from = *place as f64 * width + width * (1.0 - BAR) / 2.0;
                    g class="bin" {
                        title { (words(moments, chart.frame, *place, bin)) }
                        rect class="hit" x=(percent(*place as f64 * width)) width=(percent(width)) y=(TOP) height=(BOTTOM - TOP) {}
                        (bar("delivered", from, width * BAR, (y(bin.delivered), y(0))))
                        (bar("put-off", from, width * BAR, (y(bin.delivered + bin.deferred), y(bin.delivered))))
                        (bar("bounced", from, width * BAR, (y(bin.attempts()), y(bin.delivered + bin.deferred))))
                    }
                }
                line class="base" x1="0%" x2="100%" y1=(BOTTOM) y2=(BOTTOM) {}
                @for line in 1..=lines {
                    @let unit = if line == lines { " attempts" } else { "" };
                    (level_words(y(line * step), &format!("{}{unit}", count(line * step))))
                }
            }
            figcaption {
                (kinds::legend(&[
                    ("delivered", "delivered".to_owned()),
                    ("put-off", "deferred".to_owned()),
                    ("bounced", "bounced".to_owned()),
                ]))
                p class="note" {
                    "Each bar is " (every) "." (note)
                }
            }
            (numbers(&summary, moments, chart.frame, &bins))
        }
    }
}

/// Time across a chart.
pub(super) fn scale(frame: Frame) -> Scale {
    Scale::between(frame.begin(0), frame.begin(frame.bins()))
}

/// The windows of an outage behind a chart.
pub(super) fn bands(report: &Report, outage: &Outage, scale: &Scale) -> Markup {
    html! {
        @for window in &outage.windows {
            @let from = scale.share(window.start.time);
            @let until = window.end.map_or(1.0, |end| scale.share(end.time));
            @let width = until - from;
            g class="band" {
                title { (safe(&title(report, outage, window))) }
                rect class={ "c-" (window.kind.as_str()) } x=(percent(from)) width=(percent(width)) y="20" height=(BOTTOM - 20.0) {}
                rect class={ "head p-" (window.kind.as_str()) } x=(percent(from)) width=(percent(width)) y="17" height="5" {}
                @if let Some(class) = room(&window.label, width) {
                    text class=(class) x=(percent(from)) y="12" dx="1" { (safe(&window.label)) }
                }
            }
        }
    }
}

/// A line across, and its words: these come last, so that nothing lies over them.
pub(super) fn level(y: f64) -> Markup {
    html! {
        line class="level" x1="0%" x2="100%" y1=(tenths(y)) y2=(tenths(y)) {}
    }
}

pub(super) fn level_words(y: f64, words: &str) -> Markup {
    html! {
        text class="level" x="100%" y=(tenths(y + 12.0)) { (words) }
    }
}

fn bar(outcome: &str, from: f64, width: f64, (top, bottom): (f64, f64)) -> Markup {
    html! {
        @if bottom - top > 0.0 {
            // What is counted is seen, if only as a line.
            rect class={ "p-" (outcome) } x=(percent(from)) width=(percent(width)) y=(tenths(top)) height=(tenths((bottom - top).max(0.8))) {}
        }
    }
}

/// `23 Jan 16:00–18:00`
pub(super) fn stretch(moments: Moments, frame: Frame, bin: usize) -> String {
    let (begin, end) = (frame.begin(bin), frame.begin(bin + 1));
    let day = |time| moments.local(time).map(|local| local.date_naive());
    let until = moments.exact(end);
    if day(begin) != day(end) || frame.width_s() >= 86_400.0 {
        return format!("{} to {until}", moments.exact(begin));
    }
    let until = until.rsplit(' ').next().unwrap_or_default();
    format!("{}–{until}", moments.exact(begin))
}

fn words(moments: Moments, frame: Frame, place: usize, bin: &Bin) -> String {
    format!(
        "{}: {} delivered, {} deferred, {} bounced",
        stretch(moments, frame, place),
        count(bin.delivered),
        count(bin.deferred),
        count(bin.bounced)
    )
}

fn numbers(caption: &str, moments: Moments, frame: Frame, bins: &[(usize, &Bin)]) -> Markup {
    const COLUMNS: [Column; 4] = [
        Column::words("time"),
        Column::numbers("delivered", 0),
        Column::numbers("deferred", 0),
        Column::numbers("bounced", 0),
    ];
    let rows = bins.iter().map(|(place, bin)| {
        vec![
            stretch(moments, frame, *place),
            count(bin.delivered),
            count(bin.deferred),
            count(bin.bounced),
        ]
    });
    table::numbers(caption, &COLUMNS, &rows.collect::<Vec<_>>())
}

/// Round steps that reach so far: how large, and how many.
fn steps(most: u64) -> (u64, u64) {
    let mut scale = 1;
    loop {
        for step in [1, 2, 5].map(|step: u64| step.saturating_mul(scale)) {
            if most.div_ceil(step) <= LINES {
                return (step, most.div_ceil(step).max(1));
            }
        }
        scale = scale.saturating_mul(10);
    }
}

/// A place on the page to a tenth of its unit.
pub(super) fn tenths(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        let cases = [
            (1, (1, 1)),
            (4, (1, 4)),
            (5, (2, 3)),
            (17, (5, 4)),
            (21, (10, 3)),
            (400, (100, 4)),
            (401, (200, 3)),
        ];
        for (most, expected) in cases {
            assert_eq!(steps(most), expected, "{most}");
        }
        let (step, lines) = steps(u64::MAX);
        assert!(step > 0 && lines <= LINES);
    }
}
