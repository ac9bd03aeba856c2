//! The whole log: attempts over all of its time, the commonest answers, the destinations with most failures.

use maud::{Markup, html};

use super::chart;
use super::table::table;
use crate::document::{Chart, Report, Tables};
use crate::render::parts::tables::{DOMAIN, DOMAINS, REPLIES, REPLY, domain, reply};
use crate::term::escape;

/// Characters of an answer.
const MOST_SAMPLE: usize = 160;

pub(super) fn whole_log(report: &Report, heading: &str, tables: &Tables) -> Markup {
    let chart = Chart::of_hours(&tables.hours, report.timezone);
    let replies = tables.replies.iter().map(|row| {
        let mut cells = reply(row);
        let [.., sample] = &mut cells;
        *sample = escape::fit(sample, MOST_SAMPLE);
        cells
    });
    let replies: Vec<_> = replies.collect();
    let domains: Vec<_> = tables.domains.iter().map(domain).collect();
    html! {
        section class="chapter" {
            h2 { (heading) }
            h3 class="part" { "Attempts to all destinations" }
            (chart::all_attempts(report, &chart))
            @if !replies.is_empty() {
                h3 class="part" { (REPLIES) }
                (table(REPLIES, &REPLY, &replies))
            }
            @if !domains.is_empty() {
                h3 class="part" { (DOMAINS) }
                (table(DOMAINS, &DOMAIN, &domains))
            }
        }
    }
}
