//! Tables, each in a box of its own that scrolls where the page is narrow.

use maud::{Markup, html};

use super::safe;
pub(super) use crate::render::table::Column;
use crate::render::table::Lean;
use crate::words::numbers::count;

/// A table of unsafe text; the first column names the row.
pub(super) fn table(caption: &str, columns: &[Column], rows: &[impl AsRef<[String]>]) -> Markup {
    let rows = rows.iter().map(|row| {
        let cells = row.as_ref().iter();
        cells.map(|cell| html! { (safe(cell)) }).collect()
    });
    of_cells(caption, columns, rows)
}

/// The same of cells that are made already.
pub(super) fn of_cells(
    caption: &str,
    columns: &[Column],
    rows: impl Iterator<Item = Vec<Markup>>,
) -> Markup {
    of_rows(caption, "", columns, rows.map(|row| (None, row)))
}

fn of_rows<'l>(
    caption: &str,
    kind: &str,
    columns: &[Column],
    rows: impl Iterator<Item = (Option<&'l Listed>, Vec<Markup>)>,
) -> Markup {
    let class = |column: &Column| (column.lean == Lean::Right).then_some("n");
    html! {
        div class={ "scroll" (kind) } tabindex="0" role="region" aria-label=(safe(caption)) {
            table {
                caption { (safe(caption)) }
                thead {
                    tr {
                        @for column in columns {
                            th scope="col" class=[class(column)] { (column.name) }
                        }
                    }
                }
                tbody {
                    @for (listed, row) in rows {
                        @let anchor = listed.and_then(|listed| listed.anchor.as_deref());
                        @let search = listed.map(|listed| safe(&listed.search));
                        @let member = listed.filter(|listed| listed.is_member).map(|_| "member");
                        tr id=[anchor] class=[member] data-name=[search] {
                            @for (place, (cell, column)) in row.iter().zip(columns).enumerate() {
                                @if place == 0 {
                                    th scope="row" { (cell) }
                                } @else {
                                    td class=[class(column)] { (cell) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A row of a long list, which the search field of the page finds.
pub(super) struct Listed {
    /// Where links to it lead, if there are any.
    pub(super) anchor: Option<String>,
    /// What is searched.
    pub(super) search: String,
    /// It belongs to the row of an incident above it.
    pub(super) is_member: bool,
    pub(super) cells: Vec<String>,
}

/// Rows of a long list that are shown at once; the others are folded away.
const MOST_OPEN: usize = 20;

/// A long list of unsafe text, all of it: the first rows open, the others folded away.
pub(super) fn listed(caption: &str, columns: &[Column], rows: &[Listed]) -> Markup {
    let (open, folded) = rows.split_at_checked(MOST_OPEN).unwrap_or((rows, &[]));
    html! {
        (of_listed(caption, columns, open))
        (others(caption, columns, folded))
    }
}

/// The rest of a long list, folded away; nothing without rows.
pub(super) fn others(caption: &str, columns: &[Column], rows: &[Listed]) -> Markup {
    html! {
        @if !rows.is_empty() {
            details class="others" {
                summary { (count(rows.len() as u64)) " more" }
                (of_listed(caption, columns, rows))
            }
        }
    }
}

fn of_listed(caption: &str, columns: &[Column], rows: &[Listed]) -> Markup {
    let rows = rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| html! { (safe(cell)) });
        (Some(row), cells.collect())
    });
    of_rows(caption, " listed", columns, rows)
}

/// The numbers of a picture, folded away below it.
pub(super) fn numbers(caption: &str, columns: &[Column], rows: &[impl AsRef<[String]>]) -> Markup {
    folded(&table(caption, columns, rows))
}

/// Tables of what a picture shows, folded away below it.
pub(super) fn folded(tables: &Markup) -> Markup {
    html! {
        details class="numbers" {
            summary { "The same as a table" }
            (tables)
        }
    }
}
