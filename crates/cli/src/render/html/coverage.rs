//! What was read and understood, and what was not.

use maud::{Markup, html};

use super::safe;
use crate::escape;
use crate::render::coverage;
use crate::report::Report;

/// Lines that were not understood that are shown, and their characters.
const MOST_SAMPLES: usize = 8;
const MOST_TEXT: usize = 400;

pub(super) fn coverage(report: &Report) -> Markup {
    let mut facts: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, value) in coverage::facts(report) {
        match facts.last_mut() {
            Some((_, values)) if name.is_empty() => values.push(value),
            _ => facts.push((name, vec![value])),
        }
    }
    html! {
        section class="chapter coverage" {
            h2 { "Coverage and limits" }
            dl class="facts" {
                @for (name, values) in &facts {
                    div {
                        dt { (name) }
                        @for value in values { dd { (safe(value)) } }
                    }
                }
                @if let Some((odd, hint)) = coverage::not_understood(report) {
                    div {
                        dt { "not understood" }
                        dd { (safe(&odd)) }
                        @for sample in report.coverage.samples.iter().take(MOST_SAMPLES) {
                            dd {
                                (safe(&sample.input)) ":" (sample.line) ": " (safe(&sample.why))
                                blockquote { code { (escape::fit(&sample.text, MOST_TEXT)) } }
                            }
                        }
                        @if let Some(hint) = hint { dd { "hint: " (hint) } }
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
