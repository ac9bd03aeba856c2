//! What was announced beside what the log shows: numbered as on the picture at a glance.

use maud::{Markup, html};

use super::safe;
use crate::document::{Announcement, Report};
use crate::render::parts::MOST_ROWS;
use crate::render::parts::said::{MOST_STATEMENTS, claims, verdicts};
use crate::term::escape;

/// Where the section stands, and before the number of a statement.
pub(super) const ANCHOR: &str = "announced";
/// Characters of a statement.
const MOST_TEXT: usize = 600;

/// Those that are shown, with their numbers.
pub(super) fn shown(all: &[Announcement]) -> impl Iterator<Item = (usize, &Announcement)> {
    (1..).zip(all).take(MOST_STATEMENTS)
}

/// A class: whether it says that mail is taken again.
pub(super) fn sort(said: &Announcement) -> &'static str {
    if said.claims.is_of_recovery() {
        "solved"
    } else {
        "other"
    }
}

pub(super) fn said(report: &Report, heading: &str, all: &[Announcement]) -> Markup {
    let moments = report.moments();
    html! {
        section class="chapter" id=(ANCHOR) {
            h2 { (heading) }
            ol class="said" {
                @for (number, said) in shown(all) {
                    li id={ (ANCHOR) "-" (number) } {
                        p class="head" {
                            (badge(number, said))
                            strong { (moments.exact(said.time)) } ", " (safe(&said.source)) ", " (claims(said)) ":"
                        }
                        blockquote { (escape::fit(&said.text, MOST_TEXT)) }
                        @let verdicts = verdicts(said);
                        @if !verdicts.is_empty() {
                            ul {
                                @for (title, verdict) in verdicts.iter().take(MOST_ROWS) {
                                    li { strong { (safe(title)) } ": " (safe(verdict)) }
                                }
                            }
                            (super::more(verdicts.len(), MOST_ROWS))
                        }
                    }
                }
            }
            (super::more(all.len(), MOST_STATEMENTS))
        }
    }
}

/// The number as it stands on the picture.
fn badge(number: usize, said: &Announcement) -> Markup {
    html! {
        svg class="badge" width="20" height="20" aria-hidden="true" focusable="false" {
            g class={ "mark " (sort(said)) } {
                circle cx="10" cy="10" r="8.5" {}
                text x="10" y="14" { (number) }
            }
        }
    }
}
