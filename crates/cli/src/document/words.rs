//! How core's values are written in the document.

use chrono_tz::Tz;
use mailgap_core::outage::{Confidence, Kind, OutageType};
use mailgap_core::time::Timestamp;
use serde::Serializer;

/// The words that core has for its closed lists.
pub(crate) trait Word {
    /// The word of the JSON.
    fn as_word(&self) -> &'static str;
}

impl Word for Confidence {
    fn as_word(&self) -> &'static str {
        self.as_str()
    }
}

impl Word for Kind {
    fn as_word(&self) -> &'static str {
        self.as_str()
    }
}

impl Word for OutageType {
    fn as_word(&self) -> &'static str {
        self.as_str()
    }
}

pub(super) fn word<W: Word, S: Serializer>(word: &W, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word.as_word())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
pub(super) fn time<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
pub(super) fn time_or_null<S: Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
pub(super) fn zone_name<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

pub(super) fn names(names: &[Box<[u8]>]) -> Vec<String> {
    names.iter().map(|name| lossy(name)).collect()
}

pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Digits that mean nothing only make reports differ.
pub(super) fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}
