//! Colours, patterns and words of kinds of windows and of outcomes.
//!
//! Each has a pattern of its own, so that it is told without colour. The style sheet gives the colours.

use mailgap_core::outage::Kind;
use maud::{Markup, html};

use crate::document::Outage;

/// Every kind with its pattern, drawn over the colour in a square of eight.
const KINDS: [(Kind, &str); 9] = [
    (Kind::Deferred, "M0 2H8M0 6H8"),
    (Kind::Delayed, "M1 4h3"),
    (Kind::DnsFailure, "M2 0V8M6 0V8"),
    (Kind::MailboxDeferred, "M1.5 2h1.6M5.5 6h1.6"),
    (Kind::Mixed, "M0 4H8M4 0V8"),
    (Kind::NoConnection, ""),
    (Kind::Policy, "M-1 -1L9 9M-1 7L1 9M7 -1L9 1"),
    (Kind::RecipientRejected, "M-1 9L9 -1M-1 1L1 -1M7 9L9 7"),
    (Kind::Rejected, "M0 0L8 8M8 0L0 8"),
];

/// Outcomes of attempts likewise.
const OUTCOMES: [(&str, &str); 3] = [
    ("delivered", ""),
    ("put-off", "M-1 9L9 -1M-1 1L1 -1M7 9L9 7"),
    ("bounced", "M0 0L8 8M8 0L0 8"),
];

/// How well mail was taken likewise; slow is a kind.
const TAKING: [(&str, &str); 2] = [
    ("not-taking", ""),
    ("partly", "M-1 9L9 -1M-1 1L1 -1M7 9L9 7"),
];

/// What became of messages likewise.
const FATES: [(&str, &str); 5] = [
    ("late", "M-1 9L9 -1M-1 1L1 -1M7 9L9 7"),
    ("by-outage", ""),
    ("own", "M0 2H8M0 6H8"),
    ("expired", "M0 0L8 8M8 0L0 8"),
    ("queued", "M1.5 2h1.6M5.5 6h1.6"),
];

/// The patterns that all pictures of the page use.
pub(super) fn patterns() -> Markup {
    let kinds = KINDS.map(|(kind, path)| (kind.as_str(), path));
    html! {
        svg class="defs" width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                @for (name, path) in kinds.into_iter().chain(OUTCOMES).chain(TAKING).chain(FATES) {
                    pattern id={ "p-" (name) } width="8" height="8" patternUnits="userSpaceOnUse" {
                        rect class={ "c-" (name) } width="8" height="8" {}
                        @if !path.is_empty() { path class="over" d=(path) {} }
                    }
                }
                pattern id="p-doubt" width="6" height="6" patternUnits="userSpaceOnUse" {
                    path class="gap" d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" {}
                }
            }
        }
    }
}

/// A kind in a legend.
pub(super) fn words(kind: Kind) -> String {
    match kind {
        Kind::Delayed => "slow".to_owned(), // as its windows are labelled
        _ => kind.as_str().replace('_', " "),
    }
}

/// Swatches with their words.
pub(super) fn legend(entries: &[(&str, String)]) -> Markup {
    html! {
        ul class="legend" {
            @for (name, words) in entries {
                li {
                    svg width="22" height="12" aria-hidden="true" focusable="false" {
                        rect class={ "p-" (name) } width="22" height="12" rx="2" {}
                    }
                    (words)
                }
            }
        }
    }
}

/// The kinds of windows that these outages have, in the order in which they come.
pub(super) fn of<'o>(outages: impl IntoIterator<Item = &'o Outage>) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for window in outages.into_iter().flat_map(|outage| &outage.windows) {
        if !kinds.contains(&window.kind) {
            kinds.push(window.kind);
        }
    }
    kinds
}
