//! What was read and understood, and what was not.

use maud::{Markup, html};

use super::safe;
use crate::document::Report;
use crate::render::parts::coverage::{MOST_INPUTS, MOST_SAMPLES, facts, not_understood};
use crate::render::parts::{AS_DATA, and_more};
use crate::term::escape;

/// Characters of a line that is shown.
const MOST_TEXT: usize = 400;

pub(super) fn coverage(report: &Report) -> Markup {
    let facts = facts(report, report.moments());
    html! {
        section class="chapter coverage" {
            h2 { "Coverage and limits" }
            dl class="facts" {
                @for fact in &facts {
                    div {
                        dt { (fact.name) }
                        @for value in fact.values.iter().take(MOST_INPUTS) { dd { (safe(value)) } }
                        @if let Some(more) = and_more(fact.values.len(), MOST_INPUTS, AS_DATA) {
                            dd { (more) }
                        }
                    }
                }
                @if let Some(odd) = not_understood(&report.coverage) {
                    div {
                        dt { "not understood" }
                        dd { (safe(&odd)) }
                        @for sample in report.coverage.samples.iter().take(MOST_SAMPLES) {
                            dd {
                                (safe(&sample.input)) ":" (sample.line) ": " (safe(&sample.why))
                                blockquote { code { (escape::fit(&sample.text, MOST_TEXT)) } }
                            }
                        }
                    }
                }
            }
            p class="note" {
                "Shares, windows and boundaries come from the attempts of this sender alone: where little was sent, "
                "little is known, and a boundary is as wide as the pause between two attempts. "
                "Charts count a failed attempt as bounced where the mail system then gave the message up."
            }
        }
    }
}
