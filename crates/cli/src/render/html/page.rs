//! The frame of the page: what a browser must know, and the footer.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{kinds, opening, safe};
use crate::document::Report;

pub(super) const STYLE: &str = include_str!("style.css");
pub(super) const SCRIPT: &str = include_str!("script.js");

/// SHA-256 of the script: no other one runs.
pub(super) const SCRIPT_HASH: &str = "sha256-FrJeFndaSWJCsXtLDBGXqiKoPO19UIBSyq1qSpUVWdI=";

pub(super) fn page(report: &Report, body: &Markup) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src '{SCRIPT_HASH}'; base-uri 'none'; \
         form-action 'none'"
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { (safe(&opening::headline(report))) " – mailgap" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a class="skip" href="#content" { "Skip to the report" }
                (kinds::patterns())
                main id="content" { (body) }
                footer {
                    p {
                        "Made by mailgap " (env!("CARGO_PKG_VERSION"))
                        " from the logs and bounces of the sending side. Times are those of "
                        (report.timezone.name()) "."
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}
