//! What is failing at the end of the log, as a table that is never cut.

use maud::{Markup, html};

use super::table::{Column, table};
use crate::document::Report;
use crate::render::parts::failing::{FAILING, HEADING, failing};
use crate::term::escape;

/// Characters of a reply.
const MOST_SAMPLE: usize = 160;

/// Nothing when nothing is failing.
pub(super) fn now(report: &Report) -> Markup {
    let failing = failing(report);
    if failing.is_empty() {
        return html! {};
    }
    let mut columns = FAILING.to_vec();
    columns.push(Column::words("one real answer"));
    let rows = failing.into_iter().map(|it| {
        let mut row = it.cells.to_vec();
        row.push(escape::fit(&it.sample, MOST_SAMPLE));
        row
    });
    html! {
        section class="now" {
            h2 { (HEADING) }
            (table(HEADING, &columns, &rows.collect::<Vec<_>>()))
        }
    }
}
