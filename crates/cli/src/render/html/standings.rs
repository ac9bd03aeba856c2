//! Destinations of which there is little to say, one row each.

use maud::{Markup, html};

use super::table::{Column, Listed, listed};
use crate::document::Report;
use crate::render::parts::Standings;
use crate::render::parts::outage::on_one_line;
use crate::render::parts::standings::{columns, row};
use crate::term::escape;
use crate::words::numbers::counted;

/// Characters of an answer.
const MOST_SAMPLE: usize = 160;

pub(super) fn standings(report: &Report, standings: &Standings<'_>) -> Markup {
    let Standings {
        heading,
        meaning,
        all,
        ..
    } = standings;
    let mut columns = columns(all);
    columns.push(Column::words("one real answer"));
    let rows = all.iter().map(|standing| {
        let mut cells = row(standing, report.moments());
        let sample = on_one_line(standing.sample.as_deref().unwrap_or_default());
        cells.push(escape::fit(&sample, MOST_SAMPLE));
        Listed {
            anchor: None,
            is_member: false,
            search: standing.domain.clone(),
            cells,
        }
    });
    html! {
        section class="chapter" {
            h2 { (heading) }
            p class="meaning" { (counted(all.len() as u64, "destination")) ": " (meaning) "." }
            (listed(heading, &columns, &rows.collect::<Vec<_>>()))
        }
    }
}
