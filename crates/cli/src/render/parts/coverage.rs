//! How much was read and understood, as facts with names.

use std::fmt::Write;

use crate::document::{Coverage, Report};
use crate::words::numbers::{bytes, count, counted};
use crate::words::times::Moments;

/// Lines that were not understood, and inputs in a list, that are shown.
pub(crate) const MOST_SAMPLES: usize = 8;
pub(crate) const MOST_INPUTS: usize = 10;

/// A name and its values, which may hold text of strangers.
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) values: Vec<String>,
}

/// All facts but what was not understood.
pub(crate) fn facts(report: &Report, moments: Moments) -> Vec<Fact> {
    let mut facts = Facts {
        report,
        moments,
        all: Vec::new(),
    };
    facts.collect();
    facts.all
}

/// `2 lines in 1 of 3 inputs, among them`; the samples are to follow. `None` when all was understood.
pub(crate) fn not_understood(coverage: &Coverage) -> Option<String> {
    let odd = coverage.odd();
    if odd == 0 {
        return None;
    }
    let of = if coverage.samples.is_empty() {
        ""
    } else {
        ", among them"
    };
    let inputs = match (coverage.odd_inputs, coverage.inputs) {
        (_, 0 | 1) => String::new(),
        (odd, all) => format!(" in {} of {} inputs", count(odd), count(all)),
    };
    let odd = counted(odd, "line");
    Some(format!("{odd}{inputs}{of}"))
}

struct Facts<'r> {
    report: &'r Report,
    moments: Moments,
    all: Vec<Fact>,
}

impl Facts<'_> {
    fn collect(&mut self) {
        let report = self.report;
        let coverage = &report.coverage;
        let lines = &coverage.lines;
        self.fact(
            "read",
            &format!(
                "{}, {}, {}",
                counted(coverage.inputs, "input"),
                bytes(coverage.bytes),
                counted(lines.total, "line")
            ),
        );
        if !report.restrictions.is_empty() {
            self.list(
                "restricted to",
                vec![
                    report.restrictions.join(", "),
                    "(read, mail and lines count everything; span and messages all destinations)"
                        .to_owned(),
                ],
            );
        }
        if coverage.tallies > 0 {
            self.fact(
                "tallies",
                &format!(
                    "{}; what became of messages is not known from them: that needs logs or a store",
                    count(coverage.tallies)
                ),
            );
        }
        self.of_times();
        let bounces = &coverage.bounces;
        if bounces.messages > 0 {
            let mut mail = format!(
                "{}: {} with {}, {} no bounce, {} unknown",
                counted(bounces.messages, "message"),
                counted(bounces.reports, "bounce"),
                counted(bounces.events, "event"),
                count(bounces.not_bounces),
                count(bounces.unknown)
            );
            if lines.delivery > 0 && bounces.reports > 0 {
                let repeated = counted(bounces.repeated, "failure");
                let added = count(bounces.added);
                let _ = write!(
                    mail,
                    "; {repeated} told by the logs too, {added} by bounces alone"
                );
            }
            self.fact("mail", &mail);
        }
        self.of_lines();
        let duplicates = coverage.duplicate_inputs.iter();
        let duplicates = duplicates.map(|duplicate| {
            format!(
                "{} (the same bytes as {})",
                duplicate.input, duplicate.same_as
            )
        });
        self.list("counted once", duplicates.collect());
        let twice = coverage.counted_twice.iter();
        let twice = twice
            .map(|twice| format!("{}: in {} and in {}", twice.input, twice.tally, twice.other));
        self.list("counted twice", twice.collect());
        let overlaps = coverage.overlapping_inputs.iter().map(|overlap| {
            let moments = self.moments.with_years();
            format!(
                "{} and {} have near-equal numbers of attempts{} from {} to {}",
                overlap.input,
                overlap.other,
                of_host(&overlap.host),
                moments.exact(overlap.first),
                moments.exact(overlap.last)
            )
        });
        self.list("counted twice?", overlaps.collect());
        if coverage.plausible_only {
            self.fact(
                "addresses",
                "none is known to have accepted mail: what an outage refused is plausible to exist, no more",
            );
        }
        let unread = coverage.unread.iter();
        let unread = unread.map(|unread| format!("{}: {}", unread.input, unread.why));
        self.list("not read", unread.collect());
    }

    /// What the lines of logs are.
    fn of_lines(&mut self) {
        let coverage = &self.report.coverage;
        let lines = &coverage.lines;
        let has_mail = coverage.bounces.messages > 0;
        if lines.total > 0 || !has_mail {
            self.fact(
                "lines",
                &format!(
                    "{} delivery, {} queue, {} foreign, {} unknown, {} malformed",
                    count(lines.delivery),
                    count(lines.queue),
                    count(lines.foreign),
                    count(lines.unknown),
                    count(lines.malformed)
                ),
            );
        }
        // Events of bounces stand in the row of the mail.
        if lines.delivery + lines.queue > 0 || !has_mail {
            let known = coverage.attempts + coverage.echoes;
            self.fact(
                "events",
                &format!(
                    "{}: {}, {} (failures repeated without contact), {} within this host",
                    count(coverage.events),
                    counted(coverage.attempts, "attempt"),
                    counted(coverage.echoes, "echo"),
                    count(coverage.events.saturating_sub(known))
                ),
            );
            self.fact(
                "messages",
                &format!("{} seen to arrive", count(coverage.messages)),
            );
        }
    }

    /// From when to when, and how stamps were read.
    fn of_times(&mut self) {
        let report = self.report;
        let coverage = &report.coverage;
        if let Some((first, last)) = coverage.first.zip(coverage.last) {
            let moments = self.moments.with_years();
            self.fact(
                "span",
                &format!("{} to {}", moments.exact(first), moments.exact(last)),
            );
        }
        if let Some(history) = &coverage.history {
            let inputs = match history.inputs {
                0 => String::new(),
                inputs => format!("{}, ", counted(inputs, "other input")),
            };
            let moments = self.moments.with_years();
            let known = match history.first.zip(history.last) {
                Some((first, last)) => format!(
                    "{inputs}{} to {}; in no other figure here",
                    moments.exact(first),
                    moments.exact(last)
                ),
                None => format!("{inputs}nothing about mail"),
            };
            self.fact("known before", &known);
        }
        if coverage.stray_stamps > 0 {
            let lines = counted(coverage.stray_stamps, "line");
            let far = "far before or after all others, left out of the span: wrong clocks?";
            self.fact("stray stamps", &format!("{lines} {far}"));
        }
        if !coverage.guessed_years.is_empty() {
            let years: Vec<String> = coverage.guessed_years.iter().map(i32::to_string).collect();
            self.fact(
                "year",
                &format!(
                    "not in the stamps, judged by each file's time of change ({}); --year sets another",
                    years.join(", ")
                ),
            );
        }
        self.fact(
            "time zone",
            &format!(
                "{} ({})",
                report.timezone.name(),
                report.zone_source.as_str()
            ),
        );
    }

    fn fact(&mut self, name: &'static str, value: &str) {
        self.list(name, vec![value.to_owned()]);
    }

    fn list(&mut self, name: &'static str, values: Vec<String>) {
        if !values.is_empty() {
            self.all.push(Fact { name, values });
        }
    }
}

/// ` of mx1`; nothing for a log that names no host.
fn of_host(host: &str) -> String {
    if host.is_empty() {
        String::new()
    } else {
        format!(" of {host}")
    }
}
