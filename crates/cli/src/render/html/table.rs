//! Tables, each in a box of its own that scrolls where the page is narrow.

use maud::{Markup, html};

use super::safe;

/// A column: its name, and whether it holds numbers.
pub(super) type Column = (&'static str, bool);

/// A table of unsafe text; the first column names the row.
pub(super) fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(safe(caption)) {
            table {
                caption { (safe(caption)) }
                thead {
                    tr {
                        @for (name, is_number) in columns {
                            th scope="col" class=[is_number.then_some("n")] { (name) }
                        }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            @for (place, (cell, (_, is_number))) in row.iter().zip(columns).enumerate() {
                                @if place == 0 {
                                    th scope="row" { (safe(cell)) }
                                } @else {
                                    td class=[is_number.then_some("n")] { (safe(cell)) }
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
pub(super) fn numbers(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> Markup {
    html! {
        details class="numbers" {
            summary { "The same as a table" }
            (table(caption, columns, rows))
        }
    }
}
