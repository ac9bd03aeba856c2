//! What text, Markdown and HTML say of an announcement.

use crate::config::announcements::Claim;
use crate::document::CheckedAnnouncement;

/// How many announcements are shown; JSON and CSV have all of them.
pub(crate) const MOST_ANNOUNCEMENTS: usize = 40;

/// What is claimed, to follow the source: `, says that it is solved`. Empty where nothing is
/// claimed.
pub(crate) const fn claim(claim: Option<Claim>) -> &'static str {
    match claim {
        Some(Claim::Recovery) => ", says that it is solved",
        Some(Claim::PartialRecovery) => ", says that it is partly solved",
        Some(Claim::Problem) => ", speaks of problems",
        None => "",
    }
}

/// The title of what a claim of recovery is about, and what went on after it. Both may hold text of
/// strangers.
pub(crate) fn verdicts(checked: &CheckedAnnouncement) -> Vec<(&str, &str)> {
    let concerns = checked.concerns.iter();
    let verdicts = concerns.filter_map(|it| Some((&*it.title, it.verdict.as_deref()?)));
    verdicts.collect()
}
