//! How long mail was not taken, by month: a table, and a bar for each row.

use maud::{Markup, html};

use super::table::{Column, of_cells};
use super::timeline::percent;
use super::{kinds, safe};
use crate::document::Availability;
use crate::render::parts::availability::{AVAILABILITY, MEANING, row};
use crate::words::numbers::length;

/// Rows of the table; `-f json` has all of them.
const MOST_ROWS: usize = 60;

pub(super) fn availability(heading: &str, rows: &[&Availability]) -> Markup {
    let mut columns = AVAILABILITY.to_vec();
    columns.insert(2, Column::words("of the time observed"));
    let cells = rows.iter().take(MOST_ROWS).map(|it| {
        let cells = row(it);
        let mut cells: Vec<_> = cells.iter().map(|cell| html! { (safe(cell)) }).collect();
        cells.insert(2, bar(it));
        cells
    });
    html! {
        section class="chapter availability" {
            h2 { (heading) }
            p class="note meaning" {
                (MEANING) ". Where the attempts leave a length or a share open, it stands as a range. What was refused by policy, and \
                what failed on our own side, is not laid on the receiver."
            }
            (of_cells(heading, &columns, cells))
            (kinds::legend(&[
                ("not-taking", "not taking mail".to_owned()),
                ("partly", "partly".to_owned()),
                ("delayed", "slow".to_owned()),
            ]))
            (super::more(rows.len(), MOST_ROWS))
        }
    }
}

/// Shares of the observed part of the month: how long each was, not when.
fn bar(row: &Availability) -> Markup {
    let parts = [
        ("not-taking", "not taking mail", row.not_taking_s.best),
        ("partly", "partly", row.partly_s.best),
        ("delayed", "slow", row.slow_s.best),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| part.2 > 0.0).collect();
    let words = parts
        .iter()
        .map(|(_, words, seconds)| format!("{words} {}", length(*seconds)));
    let words = words.collect::<Vec<_>>().join(", ");
    let title = format!("{words} of {} observed", length(row.observed_s));
    let share = |seconds: f64| (seconds / row.observed_s.max(1.0)).clamp(0.0, 1.0);
    let mut from = 0.0;
    let bars: Vec<_> = parts
        .iter()
        .map(|&(class, _, seconds)| {
            let begin = from;
            from += share(seconds);
            (class, begin, share(seconds))
        })
        .collect();
    html! {
        svg class="taking" width="110" height="12" role="img" aria-label=(title) {
            title { (title) }
            rect class="all" width="100%" height="12" {}
            @for (class, from, width) in &bars {
                rect class={ "p-" (class) } x=(percent(*from)) width=(percent(*width)) height="12" {}
            }
        }
    }
}
