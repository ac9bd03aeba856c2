//! How an input is understood, part by part: what `mailgap explain` shows.
//!
//! One file for each kind of input ([`line`], [`message`]) makes an [`Explanation`]; [`text`] and JSON show it. The parts
//! are what the program used, not a second reading of the line: where a rule decided, it is asked which one.

mod delivery;
mod head;
pub(crate) mod line;
pub(crate) mod message;
mod odd;
mod queue;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod verdict;

use std::borrow::Cow;

use mailgap_core::reason::Classifier;
use serde::Serialize;

use crate::config::settings::Settings;
use crate::tables::event_row::Row;

/// What explanations need beside the line.
pub(crate) struct Known<'s> {
    pub(crate) settings: &'s Settings,
    /// `--rules`, as given.
    pub(crate) rules: Option<String>,
}

impl Known<'_> {
    fn classifier(&self) -> &Classifier {
        &self.settings.options.classifier
    }
}

/// How one line, or one message, is understood.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation<'b> {
    /// The kind of input: `line`, `message`, or `recipient` of the message before it.
    kind: &'static str,
    input: &'b str,
    /// From 1; of a message its number in the mailbox.
    line: u64,
    /// As it was read; empty for a message, whose fields are among the parts.
    text: Cow<'b, str>,
    /// delivery, queue, foreign, unknown, malformed; of a message bounce, unknown, or what it is instead.
    taken_for: &'static str,
    /// The same in a sentence.
    summary: String,
    parts: Vec<Part>,
    /// Where it stopped making sense.
    odd: Option<OddPlace>,
    /// The class of evidence that it is; null when it is none.
    evidence_class: Option<&'static str>,
    /// What to do about it.
    hints: Vec<&'static str>,
    /// The row that `mailgap events` gives, with `--all` where it is one of a queue fact.
    row: Option<Row<'b>>,
    /// How many such rows.
    rows: u32,
}

/// One thing that the line says, or that follows from it.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    #[serde(rename = "part")]
    name: &'static str,
    /// What stands there; empty when only notes say it.
    value: String,
    notes: Vec<String>,
    parts: Vec<Part>,
}

impl Part {
    fn new(name: &'static str, value: impl Into<String>) -> Part {
        Part {
            name,
            value: value.into(),
            notes: Vec::new(),
            parts: Vec::new(),
        }
    }

    fn note(mut self, note: impl Into<String>) -> Part {
        self.notes.push(note.into());
        self
    }
}

/// The place where a line stopped making sense.
#[derive(Debug, Serialize)]
struct OddPlace {
    why: &'static str,
    /// In bytes, from 1, in the line without its wrappers.
    column: usize,
    /// The line up to there, and what follows.
    before: String,
    after: String,
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
