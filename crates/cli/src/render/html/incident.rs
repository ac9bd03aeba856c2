//! One outage, or one incident: its sentence, its windows, its charts, its answers, who is concerned, what to do.

use mailgap_core::outage::OutageType;
use maud::{Markup, html};

use super::table::{Listed, listed, numbers, table};
use super::timeline::{self, percent};
use super::{Subject, chart, delays, kinds, replies, safe};
use crate::document::{Advice, Incident, Outage, Report};
use crate::render::parts::hosts::{HOST, row as host_row};
use crate::render::parts::incidents::{members, without_outage};
use crate::render::parts::outage as parts;
use crate::words::numbers::{count, counted, percent as percentage};

/// Outages of an incident that its picture shows.
const MOST_MEMBERS: usize = 30;

pub(super) fn section(report: &Report, subject: &Subject<'_>) -> Markup {
    let outage = subject.whole;
    html! {
        article id=(subject.anchor) data-name=(safe(&subject.title)) {
            (head(report, &subject.title, outage))
            p class="verdict" {
                @match subject.part_of {
                    Some(incident) => {
                        "Part of " a href={ "#incident-" (incident.id) } { (safe(&incident.title())) } "."
                    }
                    None => (safe(&outage.verdict)),
                }
            }
            (windows(report, outage))
            p class="evidence" {
                (safe(&parts::evidence(outage))) "."
                @if !outage.mx.is_empty() { " " (safe(&parts::mx(outage))) "." }
            }
            (hosts(outage))
            @if let Some(incident) = subject.incident { (destinations(report, incident)) }
            @if let Some(chart) = &outage.chart {
                h4 { "Attempts" }
                (chart::attempts(report, outage, chart))
                @let delays = delays::delays(report, outage, chart).into_string();
                @if !delays.is_empty() {
                    h4 { "How long delivered mail took" }
                    (maud::PreEscaped(delays))
                }
                @if !chart.replies.is_empty() {
                    h4 { "What was answered" }
                    (replies::replies(report, chart))
                }
            }
            (concerned(outage))
            (to_do(&outage.advice))
        }
    }
}

/// The head of a section: its title, what it is, and from when to when.
pub(super) fn head(report: &Report, title: &str, outage: &Outage) -> Markup {
    let (sort, words) = sort(outage);
    html! {
        header {
            h3 { (safe(title)) " " span class={ "sort " (sort) } { (words) } }
            p class="stretch" { (parts::stretch(report, outage, report.moments())) }
        }
    }
}

/// What each host of ours saw; the sentence says it of two.
pub(super) fn hosts(outage: &Outage) -> Markup {
    let rows: Vec<_> = outage.by_host.iter().map(host_row).collect();
    html! {
        @if rows.len() > 2 {
            h4 { "Our hosts" }
            (table("Our hosts", &HOST, &rows))
        }
    }
}

/// What it is, as a class and in words.
fn sort(outage: &Outage) -> (&'static str, &'static str) {
    match outage.kind {
        OutageType::Sender => ("own", "our own side"),
        _ if outage.is_slow_only() => ("slowly", "slow"),
        OutageType::Policy => ("policy", "refused by policy"),
        OutageType::Outage if outage.ongoing => ("outage", "outage, not over"),
        OutageType::Outage if outage.silent_end => ("outage", "outage, nothing sent since"),
        OutageType::Outage => ("outage", "outage"),
    }
}

fn windows(report: &Report, outage: &Outage) -> Markup {
    let moments = report.moments();
    let windows = outage.windows.iter();
    let rows = windows.map(|window| parts::window(report, outage, window, moments));
    table("Windows", &parts::WINDOW, &rows.collect::<Vec<_>>())
}

/// The destinations of an incident, under one axis and as a table.
fn destinations(report: &Report, incident: &Incident) -> Markup {
    let mut rows = timeline::rows(report.outages_of(incident), |_| None);
    let all = rows.len();
    rows.truncate(MOST_MEMBERS);
    html! {
        h4 { "Destinations" }
        (timeline::timeline(report, &rows, &[]))
        (super::more(all, MOST_MEMBERS))
        (members_table(report, incident))
    }
}

/// The destinations of an incident as a table.
pub(super) fn members_table(report: &Report, incident: &Incident) -> Markup {
    let (columns, rows) = members(report, incident, report.moments());
    let rows = rows.into_iter().map(|cells| Listed {
        anchor: None,
        is_member: false,
        search: String::new(),
        cells,
    });
    let rows: Vec<Listed> = rows.collect();
    let others = without_outage(report, incident);
    html! {
        @if !rows.is_empty() { (listed("Destinations", &columns, &rows)) }
        @if !others.is_empty() {
            p class="note" {
                "With too few attempts to be judged alone: " (safe(&others.join(", "))) "."
            }
        }
    }
}

fn concerned(outage: &Outage) -> Markup {
    let Some(total) = outage.fates.filter(|fates| fates.failed() > 0) else {
        return html! {};
    };
    let parts = [
        ("by-outage", "bounced by it", total.bounced_by_outage),
        ("own", "bounced for reasons of their own", total.bounced),
        ("expired", "expired", total.expired),
        ("queued", "still queued", total.pending),
        ("late", "delivered late", total.delivered_late),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| part.2 > 0).collect();
    let all: u64 = parts.iter().map(|part| part.2).sum();
    let summary = format!(
        "What became of {} that failed, counted by recipient",
        counted(all, "message")
    );
    let mut from = 0;
    let bars: Vec<_> = parts
        .iter()
        .map(|&(class, words, number)| {
            let begin = from;
            from += number;
            (
                class,
                words,
                number,
                begin as f64 / all as f64,
                number as f64 / all as f64,
            )
        })
        .collect();
    html! {
        h4 { "Who is concerned" }
        p {
            (counted(outage.messages, "message")) " to " (counted(outage.recipients, "recipient"))
            " failed at least once. What became of them, counted by recipient:"
        }
        figure class="chart fates" {
            svg class="plot" height="34" role="img" aria-label=(summary) {
                @for (class, words, number, from, width) in &bars {
                    g {
                        title { (count(*number)) " " (words) " (" (percentage(*number, all)) ")" }
                        rect class={ "bar p-" (class) } x=(percent(*from)) width=(percent(*width)) y="4" height="26" {}
                        @if *width >= 0.06 {
                            text class="in" x=(percent(from + width / 2.0)) y="22" { (count(*number)) }
                        }
                    }
                }
            }
            figcaption {
                (kinds::legend(&parts.iter().map(|&(class, words, number)| {
                    (class, format!("{words}: {}", count(number)))
                }).collect::<Vec<_>>()))
            }
            (numbers(&summary, &parts::FATES, &parts::fates(outage)))
        }
    }
}

pub(super) fn to_do(advice: &[Advice]) -> Markup {
    if advice.is_empty() {
        return html! {};
    }
    html! {
        h4 { "What to do" }
        ol class="advice" {
            @for advice in advice {
                li {
                    @match advice.text.split_once(": mailgap ") {
                        Some((text, command)) => {
                            (safe(text)) ":"
                            pre tabindex="0" { code { "mailgap " (safe(command)) } }
                        }
                        None => (safe(&advice.text)),
                    }
                }
            }
        }
    }
}
