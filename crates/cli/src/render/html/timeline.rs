//! All outages under one axis: time across, a row for each destination.
//!
//! A window has the colour and the pattern of its kind. Where a change may lie anywhere between two attempts, the bar
//! is hatched from the earliest to the latest moment, and a bracket stands below it.

use mailgap_core::outage::OutageType;
use mailgap_core::time::Timestamp;
use maud::{Markup, html};

use super::table::{self, Column};
use super::{announcements, kinds, safe};
use crate::config::announcements::Announcement;
use crate::document::{CheckedAnnouncement, Outage, Report, Window};
use crate::render::parts::announcements::claim;
use crate::render::parts::outage as parts;
use crate::render::timeline::{Scale, labels};
use crate::term::escape;
use crate::words::numbers::{count, share};
use crate::words::times::Moments;
use mailgap_core::outage::Boundary;

/// Ticks that a wide page has room for; on a narrow one every second label is left out.
const TICKS: u8 = 10;
/// Units that a letter takes, and those that a picture is wide on a wide and on a narrow page.
const LETTER: f64 = 7.2;
const WIDE: f64 = 700.0;
const NARROW: f64 = 320.0;
/// Doubt of less than this part of the width is not seen.
const LEAST_DOUBT: f64 = 0.004;
/// Units that the number of an announcement takes, and lines of them at most.
const FLAG: f64 = 20.0;
const LANES: usize = 3;
/// Characters of an announcement that are shown.
const MOST_TEXT: usize = 200;
/// A bar is at least this part of the width: what is short is seen all the same.
const LEAST_BAR: f64 = 0.003;

/// One line of the picture.
pub(super) struct Row<'r> {
    pub(super) name: String,
    /// Where its section stands, if it has one.
    pub(super) anchor: Option<String>,
    pub(super) outages: Vec<&'r Outage>,
}

/// The picture of these rows with its legend and its table; nothing for a log without time.
/// Announcements are marked on it.
pub(super) fn timeline(
    report: &Report,
    rows: &[Row<'_>],
    checked: &[CheckedAnnouncement],
) -> Markup {
    let coverage = &report.coverage;
    let (Some(log), false) = (coverage.first.zip(coverage.last), rows.is_empty()) else {
        return html! {};
    };
    let shown = || rows.iter().flat_map(|row| row.outages.iter().copied());
    let scale = Scale::over(shown(), log, 1);
    let marks = announcements::shown(checked).map(|(number, it)| (number, &it.announcement));
    let marks = marks.filter(|(_, announcement)| scale.holds(announcement.time));
    let picture = Picture {
        report,
        marks: marks.collect(),
        moments: report.moments(),
        ticks: labels(&scale, report.moments(), TICKS),
        scale,
        log_end: log.1,
    };
    html! {
        figure class="timeline" {
            div class="rows" {
                @if !picture.marks.is_empty() { (picture.flags()) }
                @for row in rows { (picture.row(row)) }
                div class="row axis" {
                    div class="name" {}
                    (picture.axis())
                }
            }
            figcaption { (picture.legend(shown())) }
            (picture.numbers(rows))
        }
    }
}

struct Picture<'r> {
    report: &'r Report,
    moments: Moments,
    /// The announcements within the time of the picture, with their numbers.
    marks: Vec<(usize, &'r Announcement)>,
    scale: Scale,
    ticks: Vec<(f64, String)>,
    log_end: Timestamp,
}

impl Picture<'_> {
    fn row(&self, row: &Row<'_>) -> Markup {
        let verdicts = row.outages.iter().map(|outage| &*outage.verdict);
        let words = verdicts.collect::<Vec<_>>().join(" ");
        html! {
            div class="row" {
                div class="name" {
                    @match &row.anchor {
                        Some(anchor) => a href={ "#" (anchor) } { (safe(&row.name)) },
                        None => (safe(&row.name)),
                    }
                }
                svg class="strip" height="38" role="img" aria-label=(safe(&words)) data-row=(safe(&row.name)) {
                    (self.grid(38))
                    line class="taken" x1="0%" x2="100%" y1="16" y2="16" {}
                    @for outage in &row.outages {
                        @for (place, window) in outage.windows.iter().enumerate() {
                            (self.window(outage, window))
                            @if place > 0 || !outage.before_log { (self.doubt(&window.start)) }
                            @if let Some(end) = &window.end
                                && outage.windows.get(place + 1).is_none_or(|next| next.start.time != end.time)
                            { (self.doubt(end)) }
                        }
                    }
                    (self.announced("0", "38"))
                    @for window in row.outages.iter().flat_map(|outage| &outage.windows) { (self.label(window)) }
                }
            }
        }
    }

    fn grid(&self, height: u16) -> Markup {
        html! {
            @for (place, _) in &self.ticks {
                line class="grid" x1=(percent(*place)) x2=(percent(*place)) y1="0" y2=(height) {}
            }
        }
    }

    /// A row of numbers, each above its line.
    fn flags(&self) -> Markup {
        // Numbers that would cover each other on a narrow page stand in several lines.
        let mut last = [f64::NEG_INFINITY; LANES];
        let flags = self.marks.iter().map(|&(number, announcement)| {
            let place = self.scale.share(announcement.time);
            let free = last.iter().position(|&last| place - last >= FLAG / NARROW);
            let lane = free.unwrap_or(LANES - 1);
            if let Some(last) = last.get_mut(lane) {
                *last = place;
            }
            (number, announcement, place, lane)
        });
        let flags: Vec<_> = flags.collect();
        let lanes = flags
            .iter()
            .map(|flag| flag.3)
            .max()
            .map_or(0, |lane| lane + 1);
        let height = lanes * 20 + 2;
        html! {
            div class="row flags" {
                div class="name" { a href={ "#" (announcements::ANCHOR) } { "what was announced" } }
                svg class="strip" height=(height) role="group" aria-label="What was announced" {
                    @for (number, announcement, place, lane) in &flags {
                        @let x = percent(*place);
                        @let words = self.words(announcement);
                        line class="said" x1=(x) x2=(x) y1=(lane * 20 + 10) y2=(height + 4) {}
                        a class={ "mark " (announcements::sort(announcement)) } href={ "#" (announcements::ANCHOR) "-" (number) } aria-label=(safe(&words)) {
                            title { (safe(&words)) }
                            circle cx=(x) cy=(lane * 20 + 10) r="8.5" {}
                            text x=(x) y=(lane * 20 + 14) { (number) }
                        }
                    }
                }
            }
        }
    }

    /// `26 Jan 14:40, press, says that it is partly solved: “…”`
    fn words(&self, announcement: &Announcement) -> String {
        let text = escape::fit(&announcement.text, MOST_TEXT);
        let when = self.moments.exact(announcement.time);
        let claim = claim(announcement.claim);
        format!("{when}, {}{claim}: “{text}”", announcement.source)
    }

    /// Lines at the times of what was announced.
    fn announced(&self, top: &str, bottom: &str) -> Markup {
        html! {
            @for (_, announcement) in &self.marks {
                @let x = percent(self.scale.share(announcement.time));
                line class="said under" x1=(x) x2=(x) y1=(top) y2=(bottom) {}
                line class="said" x1=(x) x2=(x) y1=(top) y2=(bottom) {}
            }
        }
    }

    fn window(&self, outage: &Outage, window: &Window) -> Markup {
        let from = self.scale.share(window.start.time);
        let until = window.end.map_or(self.log_end, |end| end.time);
        let width = (self.scale.share(until) - from).max(LEAST_BAR);
        let title = title(self.report, outage, window);
        html! {
            g data-kind=(window.kind.as_str()) {
                title { (safe(&title)) }
                rect class={ "bar p-" (window.kind.as_str()) } x=(percent(from)) width=(percent(width)) y="5" height="22" {}
            }
        }
    }

    /// In the middle of the part of a bar that is not in doubt, if there is room; else over the whole bar.
    fn label(&self, window: &Window) -> Markup {
        let end = |of: fn(&Boundary) -> Timestamp| window.end.as_ref().map_or(self.log_end, of);
        let (latest, earliest) = (window.start.latest, end(|end| end.earliest));
        let sure = (self.scale.share(latest), self.scale.share(earliest));
        let best = (
            self.scale.share(window.start.time),
            self.scale.share(end(|end| end.time)),
        );
        let fits = |(from, until): (f64, f64), sort| {
            let class = room(&window.label, until - from)?;
            Some((sort, class, f64::midpoint(from, until)))
        };
        html! {
            @if let Some((sort, class, x)) = fits(sure, "in").or_else(|| fits(best, "in unsure")) {
                text class={ (sort) " " (class) } x=(percent(x)) y="20" { (safe(&window.label)) }
            }
        }
    }

    fn doubt(&self, boundary: &Boundary) -> Markup {
        let from = self.scale.share(boundary.earliest);
        let until = self.scale.share(boundary.latest);
        if until - from < LEAST_DOUBT {
            return html! {};
        }
        let moments = self.moments;
        let title = format!(
            "the change lies between {} and {}",
            moments.exact(boundary.earliest),
            moments.exact(boundary.latest)
        );
        let (x1, x2) = (percent(from), percent(until));
        html! {
            g class="doubt" {
                title { (title) }
                rect class="p-doubt" x=(x1) width=(percent(until - from)) y="5" height="22" {}
                line x1=(x1) x2=(x2) y1="32" y2="32" {}
                line x1=(x1) x2=(x1) y1="29" y2="35" {}
                line x1=(x2) x2=(x2) y1="29" y2="35" {}
            }
        }
    }

    fn axis(&self) -> Markup {
        axis(&self.ticks, 16)
    }

    fn legend<'o>(&self, outages: impl Iterator<Item = &'o Outage> + Clone) -> Markup {
        let doubtful = outages.clone().any(|outage| {
            let windows = outage.windows.iter();
            let boundaries = windows.flat_map(|window| [Some(window.start), window.end]);
            boundaries.flatten().any(|boundary| {
                self.scale.share(boundary.latest) - self.scale.share(boundary.earliest)
                    >= LEAST_DOUBT
            })
        });
        let kinds = kinds::of(outages);
        html! {
            ul class="legend" {
                @for kind in kinds {
                    li {
                        svg width="22" height="12" aria-hidden="true" focusable="false" {
                            rect class={ "p-" (kind.as_str()) } width="22" height="12" rx="2" {}
                        }
                        (kinds::words(kind))
                    }
                }
                li {
                    svg width="22" height="12" aria-hidden="true" focusable="false" {
                        line class="taken" x1="0" x2="22" y1="6" y2="6" {}
                    }
                    "mail is taken"
                }
                @if doubtful {
                    li {
                        svg class="doubt" width="22" height="12" aria-hidden="true" focusable="false" {
                            line x1="1" x2="21" y1="6" y2="6" {}
                            line x1="1" x2="1" y1="3" y2="9" {}
                            line x1="21" x2="21" y1="3" y2="9" {}
                        }
                        "the change lies somewhere here"
                    }
                }
                @for (sort, words) in [("solved", "announced as solved"), ("other", "announced, anything else")] {
                    @if self.marks.iter().any(|(_, it)| announcements::sort(it) == sort) {
                        li {
                            svg width="14" height="14" aria-hidden="true" focusable="false" {
                                g class={ "mark " (sort) } { circle cx="7" cy="7" r="6" {} }
                            }
                            (words)
                        }
                    }
                }
            }
        }
    }

    fn numbers(&self, rows: &[Row<'_>]) -> Markup {
        const ANNOUNCED: [Column; 5] = [
            Column::words("number"),
            Column::words("announced"),
            Column::words("by"),
            Column::words("which"),
            Column::words("in these words"),
        ];
        const COLUMNS: [Column; 7] = [
            Column::words("destination"),
            Column::words("answer"),
            Column::words("from"),
            Column::words("until"),
            Column::numbers("attempts", 0),
            Column::numbers("failed", 0),
            Column::numbers("share", 0),
        ];
        let all = rows.iter().flat_map(|row| {
            let outages = row.outages.iter();
            let windows =
                outages.flat_map(|outage| outage.windows.iter().map(move |it| (outage, it)));
            windows.map(|(outage, window)| {
                let (from, until) =
                    parts::from_until(self.report, outage, window, self.report.moments());
                vec![
                    row.name.clone(),
                    parts::label(window),
                    from,
                    until,
                    count(window.attempts),
                    count(window.failures),
                    share(window.share),
                ]
            })
        });
        let all: Vec<Vec<String>> = all.collect();
        let marks = self.marks.iter().map(|&(number, announcement)| {
            [
                number.to_string(),
                self.moments.exact(announcement.time),
                announcement.source.clone(),
                claim(announcement.claim)
                    .trim_start_matches(", ")
                    .to_owned(),
                escape::fit(&announcement.text, MOST_TEXT),
            ]
        });
        table::folded(&html! {
            (table::table("Windows of all destinations", &COLUMNS, &all))
            @if !self.marks.is_empty() {
                (table::table("What was announced", &ANNOUNCED, &marks.collect::<Vec<_>>()))
            }
        })
    }
}

/// What a window says to who points at it.
pub(super) fn title(report: &Report, outage: &Outage, window: &Window) -> String {
    let (from, until) = parts::from_until(report, outage, window, report.moments());
    format!(
        "{}: {from} to {until}, {} of {} attempts failed ({})",
        parts::label(window),
        count(window.failures),
        count(window.attempts),
        share(window.share)
    )
}

/// Ticks and their labels.
pub(super) fn axis(ticks: &[(f64, String)], baseline: u16) -> Markup {
    html! {
        svg class="strip" height="22" aria-hidden="true" focusable="false" {
            (axis_labels(ticks, 0, baseline))
        }
    }
}

/// The same within a picture: lines from `top`, words at `baseline`.
pub(super) fn axis_labels(ticks: &[(f64, String)], top: u16, baseline: u16) -> Markup {
    html! {
        @for (number, (place, label)) in ticks.iter().enumerate() {
            line class="grid" x1=(percent(*place)) x2=(percent(*place)) y1=(top) y2=(baseline - 10) {}
            // What stands at the very end would leave the picture.
            @if *place < 0.97 {
                text class={ "tick" @if number % 2 == 1 { " wide" } @if *place < 0.03 { " first" } } x=(percent(*place)) y=(baseline) {
                    (label)
                }
            }
        }
    }
}

/// Whether a label has room in this part of the width: on any page, on wide ones (its class says so), on none.
pub(super) fn room(label: &str, share: f64) -> Option<&'static str> {
    let units = label.chars().count() as f64 * LETTER + 6.0;
    if share * NARROW >= units {
        Some("any")
    } else if share * WIDE >= units {
        Some("wide")
    } else {
        None
    }
}

/// A part of the width, to a hundredth of a percent.
pub(super) fn percent(share: f64) -> String {
    let percent = format!("{:.2}", share * 100.0);
    format!("{}%", percent.trim_end_matches('0').trim_end_matches('.'))
}

/// Rows of destinations in the order of their outages, refusals by policy last.
pub(super) fn rows<'r>(
    outages: impl Iterator<Item = &'r Outage>,
    anchor: impl Fn(&Outage) -> Option<String>,
) -> Vec<Row<'r>> {
    let mut rows: Vec<Row<'r>> = Vec::new();
    let mut outages: Vec<&Outage> = outages.collect();
    outages.sort_by_key(|outage| outage.kind == OutageType::Policy);
    for outage in outages {
        match rows.iter_mut().find(|row| row.name == outage.domain) {
            Some(row) => row.outages.push(outage),
            None => rows.push(Row {
                name: outage.domain.clone(),
                anchor: anchor(outage),
                outages: vec![outage],
            }),
        }
    }
    rows
}
