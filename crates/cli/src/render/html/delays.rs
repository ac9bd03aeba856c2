//! How long delivered mail took: median and 90th percentile of what had failed before, and slow attempts.

use maud::{Markup, html};

use super::chart::{BOTTOM, HEIGHT, TOP, bands, level, level_words, scale, stretch, tenths};
use super::table::{self, Column};
use super::timeline::{axis_labels, percent};
use crate::document::charts::Late;
use crate::document::{Chart, Outage, Report};
use crate::render::timeline::labels;
use crate::words::numbers::{count, counted, delay};

const BASELINE: u16 = 224;
const TICKS: u8 = 10;
/// Lines across, in seconds, on a logarithmic axis.
const LEVELS: [f64; 9] = [
    1.0,
    10.0,
    60.0,
    600.0,
    3600.0,
    21_600.0,
    86_400.0,
    432_000.0,
    2_592_000.0,
];

pub(super) fn delays(report: &Report, outage: &Outage, chart: &Chart) -> Markup {
    let late = chart.late();
    let slow: Vec<(usize, f64)> = (0..)
        .zip(&chart.bins)
        .filter_map(|(place, bin)| Some((place, bin.slow_median_s()?)))
        .collect();
    let all = || {
        late.iter()
            .flat_map(|late| [late.median_s, late.p90_s])
            .chain(slow.iter().map(|&(_, s)| s))
    };
    let (Some(least), Some(most)) = (all().reduce(f64::min), all().reduce(f64::max)) else {
        return html! {};
    };
    let floor = LEVELS
        .into_iter()
        .rev()
        .find(|&level| level <= least)
        .unwrap_or(1.0);
    let ceiling = LEVELS
        .into_iter()
        .find(|&level| level >= most && level > floor)
        .unwrap_or(most);
    let y = |seconds: f64| {
        let share = (seconds.max(floor) / floor).ln() / (ceiling / floor).ln();
        BOTTOM - (BOTTOM - TOP) * share.clamp(0.0, 1.0)
    };
    let moments = report.moments();
    let scale = scale(chart.frame);
    let ticks = labels(&scale, moments, TICKS);
    let width = 1.0 / chart.frame.bins() as f64;
    let middle = |place: usize| percent((place as f64 + 0.5) * width);
    let messages: u64 = late.iter().map(|late| late.messages).sum();
    let summary = format!(
        "Delays of {} delivered after failing, by the time of delivery",
        counted(messages, "message")
    );
    html! {
        figure class="chart delays" {
            svg class="plot" height=(HEIGHT) role="img" aria-label=(summary) {
                (axis_labels(&ticks, 26, BASELINE))
                (bands(report, outage, &scale))
                @for seconds in LEVELS.into_iter().filter(|&s| s > floor && s <= ceiling) {
                    (level(y(seconds)))
                }
                @for late in &late {
                    g class="late" {
                        title { (words(&stretch(moments, chart.frame, late.bin), late)) }
                        line x1=(middle(late.bin)) x2=(middle(late.bin)) y1=(tenths(y(late.median_s))) y2=(tenths(y(late.p90_s))) {}
                        svg x=(middle(late.bin)) y=(tenths(y(late.p90_s))) overflow="visible" { path class="tick" d="M-3 0H3" {} }
                        circle cx=(middle(late.bin)) cy=(tenths(y(late.median_s))) r="3.5" {}
                    }
                }
                @for &(place, seconds) in &slow {
                    g class="slow" {
                        title { (stretch(moments, chart.frame, place)) ": attempts took " (delay(seconds)) " (median)" }
                        svg x=(middle(place)) y=(tenths(y(seconds))) overflow="visible" { path d="M-4 0L0 -4L4 0L0 4Z" {} }
                    }
                }
                line class="base" x1="0%" x2="100%" y1=(BOTTOM) y2=(BOTTOM) {}
                @for seconds in LEVELS.into_iter().filter(|&s| s > floor && s <= ceiling) {
                    (level_words(y(seconds), &delay(seconds)))
                }
            }
            figcaption {
                ul class="legend" {
                    @if !late.is_empty() {
                        li {
                            svg class="late" width="12" height="14" aria-hidden="true" focusable="false" {
                                line x1="6" x2="6" y1="1" y2="9" {} path class="tick" d="M3 1H9" {} circle cx="6" cy="9.5" r="3.5" {}
                            }
                            "mail that had failed before: median, and up to the 90th percentile"
                        }
                    }
                    @if !slow.is_empty() {
                        li {
                            svg class="slow" width="12" height="14" aria-hidden="true" focusable="false" { path d="M2 7L6 3L10 7L6 11Z" {} }
                            "the attempt itself, where the median is 32 s or more"
                        }
                    }
                }
                p class="note" { "Logarithmic: each line is several times the one below." }
            }
            (numbers(report, chart, &late, &slow, &summary))
        }
    }
}

fn words(stretch: &str, late: &Late) -> String {
    format!(
        "{stretch}: {} delivered after failing, median {}, 90th percentile {}",
        counted(late.messages, "message"),
        delay(late.median_s),
        delay(late.p90_s)
    )
}

fn numbers(
    report: &Report,
    chart: &Chart,
    late: &[Late],
    slow: &[(usize, f64)],
    caption: &str,
) -> Markup {
    const COLUMNS: [Column; 5] = [
        Column::words("time"),
        Column::numbers("delivered late", 0),
        Column::numbers("median", 0),
        Column::numbers("90th percentile", 0),
        Column::numbers("slow attempts, median", 0),
    ];
    let mut places: Vec<usize> = late.iter().map(|late| late.bin).collect();
    places.extend(slow.iter().map(|&(place, _)| place));
    places.sort_unstable();
    places.dedup();
    let none = || "-".to_owned();
    let rows = places.into_iter().map(|place| {
        let late = late.iter().find(|late| late.bin == place);
        let slow = slow.iter().find(|slow| slow.0 == place);
        vec![
            stretch(report.moments(), chart.frame, place),
            count(late.map_or(0, |late| late.messages)),
            late.map_or_else(none, |late| delay(late.median_s)),
            late.map_or_else(none, |late| delay(late.p90_s)),
            slow.map_or_else(none, |&(_, seconds)| delay(seconds)),
        ]
    });
    table::numbers(caption, &COLUMNS, &rows.collect::<Vec<_>>())
}
