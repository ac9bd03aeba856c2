//! Tables, each in a box of its own that scrolls where the page is narrow.

use maud::{Markup, html};

use super::safe;
pub(super) use crate::render::table::Column;
use crate::render::table::Lean;

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
    let class = |column: &Column| (column.lean == Lean::Right).then_some("n");
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(safe(caption)) {
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
                    @for row in rows {
                        tr {
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
