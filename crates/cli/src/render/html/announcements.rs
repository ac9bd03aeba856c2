//! What was announced beside what the log shows, numbered as on the timeline of all destinations.

use maud::{Markup, html};

use super::safe;
use crate::config::announcements::{Announcement, Claim};
use crate::document::{CheckedAnnouncement, Report};
use crate::render::parts::MOST_ROWS;
use crate::render::parts::announcements::{MOST_ANNOUNCEMENTS, claim, verdicts};
use crate::term::escape;

/// The id of the section; with a dash and the number, that of an announcement in it.
pub(super) const ANCHOR: &str = "announced";
/// Characters of an announcement that are shown.
const MOST_TEXT: usize = 600;

/// The announcements that are shown, with their numbers.
pub(super) fn shown(
    all: &[CheckedAnnouncement],
) -> impl Iterator<Item = (usize, &CheckedAnnouncement)> {
    (1..).zip(all).take(MOST_ANNOUNCEMENTS)
}

/// The class of its mark: whether it claims that mail is accepted again.
pub(super) fn sort(announcement: &Announcement) -> &'static str {
    if announcement.claim.is_some_and(Claim::is_of_recovery) {
        "solved"
    } else {
        "other"
    }
}

pub(super) fn announcements(report: &Report, heading: &str, all: &[CheckedAnnouncement]) -> Markup {
    let moments = report.moments();
    html! {
        section class="chapter" id=(ANCHOR) {
            h2 { (heading) }
            ol class="said" {
                @for (number, checked) in shown(all) {
                    @let announcement = &checked.announcement;
                    li id={ (ANCHOR) "-" (number) } {
                        p class="head" {
                            (badge(number, announcement))
                            strong { (moments.exact(announcement.time)) }
                            ", " (safe(&announcement.source)) (claim(announcement.claim)) ":"
                        }
                        blockquote { (escape::fit(&announcement.text, MOST_TEXT)) }
                        @let verdicts = verdicts(checked);
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
            (super::more(all.len(), MOST_ANNOUNCEMENTS))
        }
    }
}

/// The number as it stands on the timeline.
fn badge(number: usize, announcement: &Announcement) -> Markup {
    html! {
        svg class="badge" width="20" height="20" aria-hidden="true" focusable="false" {
            g class={ "mark " (sort(announcement)) } {
                circle cx="10" cy="10" r="8.5" {}
                text x="10" y="14" { (number) }
            }
        }
    }
}
