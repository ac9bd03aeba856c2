//! Destinations that never worked, or that fail at a steady share: neither is an outage.

use maud::{Markup, html};

use super::table::{Column, table};
use crate::escape;
use crate::render::numbers::{count, share};
use crate::render::parts::outage::on_one_line;
use crate::render::parts::{self, Section};
use crate::report::{Report, Standing};

/// Rows of a table; `-f json` has all of them.
const MOST_ROWS: usize = 100;
/// Characters of an answer.
const MOST_SAMPLE: usize = 160;

const COLUMNS: [Column; 7] = [
    ("destination", false),
    ("answer", false),
    ("attempts", true),
    ("failed", true),
    ("messages", true),
    ("recipients", true),
    ("one real answer", false),
];

pub(super) fn standings(report: &Report) -> Markup {
    html! {
        @for section in parts::standings(report) {
            @if let Section::Standings(heading, meaning, standings) = section {
                (one(heading, meaning, standings))
            }
        }
    }
}

fn one(heading: &str, meaning: &str, standings: &[Standing]) -> Markup {
    let rows = standings.iter().take(MOST_ROWS).map(|standing| {
        vec![
            standing.domain.clone(),
            standing.label.clone(),
            count(standing.attempts),
            share(standing.share.unwrap_or(1.0)),
            count(standing.messages),
            count(standing.recipients),
            escape::fit(
                &on_one_line(standing.sample.as_deref().unwrap_or_default()),
                MOST_SAMPLE,
            ),
        ]
    });
    let more = standings.len().saturating_sub(MOST_ROWS);
    html! {
        section class="chapter" {
            h2 { (heading) }
            p { (meaning) "." }
            (table(heading, &COLUMNS, &rows.collect::<Vec<_>>()))
            @if more > 0 { p class="more" { (super::and_more(more)) } }
        }
    }
}
