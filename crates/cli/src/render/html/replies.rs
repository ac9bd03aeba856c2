//! What a destination answered: each kind of answer with its count and one real reply.

use maud::{Markup, html};

use super::safe;
use super::timeline::percent;
use crate::document::charts::Reply;
use crate::document::{Chart, Report};
use crate::render::parts::outage::on_one_line;
use crate::render::parts::tables::answer;
use crate::term::escape;
use crate::words::numbers::{count, counted, percent as percentage};
use crate::words::terms;
use crate::words::times::Moments;

/// Kinds of answers that are seen at once.
const MOST_OPEN: usize = 5;
/// Characters of a reply that are shown.
const MOST_SAMPLE: usize = 400;

pub(super) fn replies(report: &Report, chart: &Chart) -> Markup {
    let all: u64 = chart.replies.iter().map(|reply| reply.count).sum::<u64>() + chart.other_replies;
    html! {
        ol class="replies" {
            @for reply in chart.replies.iter().take(MOST_OPEN) { (item(report.moments(), reply, all)) }
        }
        @if chart.replies.len() > MOST_OPEN {
            details {
                summary { (chart.replies.len() - MOST_OPEN) " rarer answers" }
                ol class="replies" {
                    @for reply in chart.replies.iter().skip(MOST_OPEN) { (item(report.moments(), reply, all)) }
                }
            }
        }
        @if chart.other_replies > 0 {
            p class="more" { "and " (counted(chart.other_replies, "failure")) " with answers that are rarer still" }
        }
    }
}

fn item(moments: Moments, reply: &Reply, all: u64) -> Markup {
    let code = answer(reply.code, reply.enhanced.as_deref());
    let end = match reply.given_up {
        0 => "tried again later".to_owned(),
        given_up if given_up == reply.count => "given up".to_owned(),
        given_up => format!("{} given up", count(given_up)),
    };
    let share = reply.count as f64 / all.max(1) as f64;
    html! {
        li {
            p class="head" {
                strong { (safe(&code)) }
                " " (terms::reason(reply.reason))
            }
            p class="facts" {
                svg class="share" width="72" height="8" aria-hidden="true" focusable="false" {
                    rect class="all" width="100%" height="8" rx="2" {}
                    rect class="part" width=(percent(share)) height="8" rx="2" {}
                }
                (counted(reply.count, "failure")) " (" (percentage(reply.count, all)) "), "
                (end) ", " (moments.exact(reply.first)) " to " (moments.exact(end_of_hour(reply)))
            }
            @if !reply.sample.is_empty() {
                blockquote { code { (escape::fit(&on_one_line(&reply.sample), MOST_SAMPLE)) } }
            }
        }
    }
}

fn end_of_hour(reply: &Reply) -> mailgap_core::time::Timestamp {
    const HOUR: i64 = 3_600_000;
    mailgap_core::time::Timestamp::from_millis(reply.last.as_millis().saturating_add(HOUR))
}
