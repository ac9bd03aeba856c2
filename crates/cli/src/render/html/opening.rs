//! The first screen: what happened, in a few words, in one sentence each, and as a picture.

use mailgap_core::incident::Scope;
use mailgap_core::outage::OutageType;
use maud::{Markup, html};

use super::timeline::{self, Row};
use super::{anchor, failing, safe};
use crate::document::{Fates, Incident, Outage, Report};
use crate::render::parts::By;
use crate::render::parts::answers::answers;
use crate::render::parts::incidents::{failures, slow};
use crate::words::numbers::{bytes, count, counted};

/// Sentences on the first screen; each outage has its own below.
const MOST_SENTENCES: usize = 3;
/// Rows of the picture.
const MOST_ROWS: usize = 30;

pub(super) fn opening(report: &Report, by: By) -> Markup {
    let answers = answers(report);
    html! {
        header class="opening" {
            p class="brand" { "Mail that was not taken" }
            h1 { (safe(&headline(report))) }
            p class="scope" { (scope(report)) }
            @if report.coverage.understood() == 0 {
                @if let Some(what_to_do) = answers.hint { p class="lead" { (what_to_do) "." } }
            } @else {
                (sentences(report))
                @for note in &answers.notes {
                    p class="doubtful" { strong { "Note: " } (safe(note)) "." }
                }
                (tiles(report))
            }
        }
        (failing::now(report))
        (glance(report, by))
    }
}

/// The answer in a few words; not yet safe.
pub(super) fn headline(report: &Report) -> String {
    if report.coverage.understood() == 0 {
        return first_upper(&answers(report).headline.unwrap_or_default());
    }
    let is_meant = |outage: &&Outage| outage.kind == OutageType::Outage && !outage.is_slow_only();
    let outages = report.outages.iter().filter(is_meant);
    let mut domains: Vec<&str> = outages.map(|outage| &*outage.domain).collect();
    domains.sort_unstable();
    domains.dedup();
    let failed = domains.len() as u64;
    let together = |incident: &&Incident| {
        let whole = &incident.whole;
        incident.scope == Scope::Operator
            && whole.kind == OutageType::Outage
            && !whole.is_slow_only()
    };
    let mut together = report.incidents.iter().filter(together);
    let together = match (together.next(), together.next()) {
        (Some(incident), None) => incident.domains.len() as u64,
        _ => 0,
    };
    let own = report
        .incidents
        .iter()
        .any(|incident| incident.scope == Scope::Sender);
    match (failed, own) {
        (0, false) if report.has_outage() => {
            "Mail was not taken by several destinations at once".to_owned()
        }
        (0, false) => format!(
            "No outage found in {} to {}",
            counted(report.judged.attempts, "attempt"),
            counted(report.judged.destinations, "destination")
        ),
        (0, true) => "Mail was not sent: our own side failed".to_owned(),
        (failed, own) => {
            let who = match (&domains[..], together) {
                ([only], _) => (*only).to_owned(),
                (_, 2..) if together == failed => {
                    format!("{} at once", counted(failed, "destination"))
                }
                (_, 2..) if together < failed => {
                    let alone = count(failed - together);
                    format!(
                        "{} at once, and {alone} alone,",
                        counted(together, "destination")
                    )
                }
                _ => counted(failed, "destination"),
            };
            let own = if own { ", and our own side failed" } else { "" };
            format!("{who} did not take mail{own}")
        }
    }
}

/// From when to when, in whose time, out of what.
fn scope(report: &Report) -> String {
    let coverage = &report.coverage;
    let moments = report.moments().with_years();
    let span = match coverage.first.zip(coverage.last) {
        Some((first, last)) => format!(
            "{} to {}, {} · ",
            moments.exact(first),
            moments.exact(last),
            report.timezone.name()
        ),
        None => String::new(),
    };
    let mut scope = format!(
        "{span}{} with {}, {}",
        counted(coverage.inputs, "input"),
        counted(coverage.lines.total, "line"),
        bytes(coverage.bytes)
    );
    for restriction in &report.restrictions {
        scope.push_str(" · ");
        scope.push_str(&safe(restriction));
    }
    scope
}

/// Those that concern most people first; what was refused by policy has a section of its own.
fn sentences(report: &Report) -> Markup {
    let incidents = failures(report).into_iter().chain(slow(report));
    let sentences: Vec<(&str, &str)> = incidents.map(Incident::sentence).collect();
    let more = sentences.len().saturating_sub(MOST_SENTENCES);
    html! {
        @for (place, (subject, sentence)) in sentences.into_iter().take(MOST_SENTENCES).enumerate() {
            p class=(if place == 0 { "lead" } else { "next" }) {
                @match sentence.strip_prefix(subject) {
                    Some(rest) => { strong { (safe(subject)) } (safe(rest)) }
                    None => (safe(sentence)),
                }
            }
        }
        @if more > 0 { p class="more" { "and " (count(more as u64)) " more below" } }
    }
}

/// What became of the messages, in four numbers.
fn tiles(report: &Report) -> Markup {
    let outages = || {
        report
            .outages
            .iter()
            .filter(|outage| outage.kind != OutageType::Policy)
    };
    let fates = || outages().filter_map(|outage| outage.fates);
    let sum = |of: fn(&Fates) -> u64| fates().map(|fates| of(&fates)).sum::<u64>();
    if fates().all(|fates| fates.failed() == 0) {
        return html! {};
    }
    let tiles = [
        (
            sum(|fates| fates.bounced_by_outage),
            "bounced by the outages",
        ),
        (sum(|fates| fates.expired), "expired in the queue"),
        (sum(|fates| fates.pending), "still queued"),
        (sum(|fates| fates.delivered_late), "delivered late"),
    ];
    html! {
        dl class="tiles" aria-label="What became of the messages, counted by recipient" {
            @for (number, words) in tiles {
                div class=[(number == 0).then_some("none")] { dt { (words) } dd { (count(number)) } }
            }
        }
    }
}

/// All destinations under one axis.
fn glance(report: &Report, by: By) -> Markup {
    let own: Vec<usize> = report
        .shared_incidents()
        .filter(|incident| incident.scope == Scope::Sender)
        .flat_map(|incident| incident.outages.iter().copied())
        .collect();
    let mut rows: Vec<Row<'_>> = match by {
        By::Domain => {
            let incidents = report
                .shared_incidents()
                .filter(|incident| incident.scope == Scope::Sender);
            let ours = incidents.map(of_incident);
            let outages = report
                .outages
                .iter()
                .filter(|outage| !own.contains(&outage.id));
            ours.chain(timeline::rows(outages, |outage| Some(anchor(outage))))
                .collect()
        }
        By::Operator => {
            let mut rows: Vec<Row<'_>> = Vec::new();
            for row in report.incidents.iter().map(of_incident) {
                match rows.iter_mut().find(|known| known.name == row.name) {
                    Some(known) => known.outages.extend(row.outages),
                    None => rows.push(row),
                }
            }
            rows
        }
    };
    if rows.is_empty() {
        return html! {};
    }
    let all = rows.len();
    rows.truncate(MOST_ROWS);
    html! {
        section class="glance" {
            h2 { "At a glance" }
            (timeline::timeline(report, &rows, &report.announcements))
            (super::more(all, MOST_ROWS))
        }
    }
}

fn of_incident(incident: &Incident) -> Row<'_> {
    Row {
        name: incident.title(),
        anchor: Some(format!("incident-{}", incident.id)),
        outages: vec![&incident.whole],
    }
}

fn first_upper(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
