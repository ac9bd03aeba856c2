//! What destinations that are no outage have in common, in the same words in every format.

use crate::report::Report;

/// Heading and meaning of destinations that never worked.
pub(crate) fn never_reached(report: &Report) -> (&'static str, &'static str) {
    if report.coverage.bounces_alone() {
        (
            "Failing from first to last",
            "one kind of failure throughout: mistyped, dead, or taking no mail; whether any mail was accepted is not \
             known",
        )
    } else {
        (
            "Never reached",
            "not one attempt in the whole log worked: mistyped, dead, or taking no mail",
        )
    }
}

/// Heading and meaning of destinations that fail at a steady share.
pub(crate) const CHRONIC: (&str, &str) = (
    "Failing throughout",
    "a steady share fails from the first day of the log to the last: not an outage",
);
