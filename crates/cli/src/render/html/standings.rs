//! Destinations that never worked, or that fail at a steady share: neither is an outage.

use maud::{Markup, html};

use super::table::{Column, table};
use crate::escape;
use crate::render::numbers::{count, share};
use crate::render::parts::outage::on_one_line;
use crate::report::Standing;

/// Rows of a table; `-f json` has all of them.
const MOST_ROWS: usize = 100;
/// Characters of an answer.
const MOST_SAMPLE: usize = 160;

const COLUMNS: [Column; 7] = [
    Column::words("destination"),
    Column::words("answer"),
    Column::numbers("attempts", 0),
    Column::numbers("failed", 0),
    Column::numbers("messages", 0),
    Column::numbers("recipients", 0),
    Column::words("one real answer"),
];

pub(super) fn standings(heading: &str, meaning: &str, standings: &[Standing]) -> Markup {
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
    html! {
        section class="chapter" {
            h2 { (heading) }
            p class="meaning" { (meaning) "." }
            (table(heading, &COLUMNS, &rows.collect::<Vec<_>>()))
            (super::more(standings.len(), MOST_ROWS))
        }
    }
}
