//! What was announced, in words.

use crate::document::Announcement;

/// Statements that are shown; JSON and CSV have all of them.
pub(crate) const MOST_STATEMENTS: usize = 40;

/// What a statement claims, in words.
pub(crate) fn claims(said: &Announcement) -> String {
    let words = match said.claims.as_str() {
        "recovery" => "says that it is solved",
        "partial_recovery" => "says that it is partly solved",
        "problem" => "speaks of problems",
        _ => "says nothing of it",
    };
    let guessed = if said.guessed { " (as we read it)" } else { "" };
    format!("{words}{guessed}")
}

/// Of a claim of recovery what went on after it: of what, and the sentence. Both may hold text of strangers.
pub(crate) fn verdicts(said: &Announcement) -> Vec<(&str, &str)> {
    let concerns = said.concerns.iter();
    let verdicts = concerns.filter_map(|it| Some((&*it.title, it.verdict.as_deref()?)));
    verdicts.collect()
}
