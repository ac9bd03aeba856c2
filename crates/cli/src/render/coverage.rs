//! How much was read and understood, and what was not, in words: the same in every format.

use std::fmt::Write;

use super::numbers::{bytes, count, counted, percent};
use crate::grep;
use crate::report::Report;

/// Inputs in a list that are shown.
const MOST_INPUTS: usize = 10;
/// From this share on, lines that were not understood may hide what the answer is about.
const MANY_ODD: f64 = 0.01;

/// Instead of an answer, when there is nothing to answer from: that, and what to do.
pub(crate) fn nothing_understood(report: &Report) -> (String, &'static str) {
    let coverage = &report.coverage;
    let lines = coverage.lines.total + coverage.bounces.messages;
    let answer = match lines {
        0 => "nothing was read: no input holds a line".to_owned(),
        1 => "nothing was understood: the one line read says nothing about mail sent".to_owned(),
        _ => format!(
            "nothing was understood: none of the {} lines read says anything about mail sent",
            count(lines)
        ),
    };
    let what_to_do = if !report.restrictions.is_empty() {
        "the flags leave lines out (see below): try without them"
    } else if lines == 0 {
        "name the log of the sending mail server: for Postfix usually /var/log/mail.log or \
         /var/log/maillog, for Exim /var/log/exim4/mainlog"
    } else {
        "mailgap reads the logs of a sending mail server: for Postfix usually /var/log/mail.log or \
         /var/log/maillog (or journalctl -u 'postfix*' | mailgap report), for Exim \
         /var/log/exim4/mainlog. The lines below were not understood"
    };
    (answer, what_to_do)
}

/// What makes the answer less than it seems.
pub(crate) fn doubts(report: &Report) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let coverage = &report.coverage;
    let unread = coverage.unread.len() as u64;
    if unread > 0 {
        let inputs = counted(unread, "input");
        notes.push(format!(
            "{inputs} could not be read, or not to the end, see Coverage"
        ));
    }
    if let [first, ..] = &*coverage.overlapping_inputs {
        let more = coverage.overlapping_inputs.len() as u64 - 1;
        let others = if more == 0 {
            String::new()
        } else {
            format!(" (and {} more)", counted(more, "pair"))
        };
        notes.push(format!(
            "{} and {}{others} look like the same mail in other bytes, and all of it was counted: \
                 if they are, leave one out, see Coverage",
            first.input, first.other
        ));
    }
    if coverage.bounces_alone() {
        notes.push("this rests on bounces alone. They tell of failures, not of what was accepted: shares of failures \
             are not known, ends are guessed from silence, what was delivered late counts as still queued, \
             and a list of bad addresses can look like an outage".to_owned(),
        );
    }
    if coverage.strange_inputs > 0 {
        let lines = counted(coverage.strange_lines, "line");
        let inputs = counted(coverage.strange_inputs, "input");
        let are = if coverage.strange_lines == 1 {
            "is"
        } else {
            "are"
        };
        notes.push(format!(
            "{lines} in {inputs} {are} of no mail log that mailgap knows, see Coverage"
        ));
    }
    // Of the other inputs.
    let odd = coverage.odd().saturating_sub(coverage.strange_lines);
    let ours = odd + coverage.understood();
    if odd as f64 > MANY_ODD * ours as f64 {
        let share = percent(odd, ours);
        notes.push(format!(
            "{share} of the lines that may be about mail were not understood, see Coverage"
        ));
    }
    notes
}

/// What was read, as names with values; a name that is empty goes on with the one before.
pub(crate) fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let mut facts = Facts {
        report,
        rows: Vec::new(),
    };
    facts.coverage();
    facts.rows
}

struct Facts<'r> {
    report: &'r Report,
    rows: Vec<(&'static str, String)>,
}

impl Facts<'_> {
    fn coverage(&mut self) {
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
            self.fact("restricted to", &report.restrictions.join(", "));
            self.fact(
                "",
                "(read, mail and lines count everything; span and messages all destinations)",
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
        self.list("counted once", &duplicates.collect::<Vec<_>>());
        let overlaps = coverage.overlapping_inputs.iter().map(|overlap| {
            let moments = self.report.moments().with_years();
            format!(
                "{} and {} have near-equal numbers of attempts{} from {} to {}",
                overlap.input,
                overlap.other,
                of_host(&overlap.host),
                moments.exact(overlap.first),
                moments.exact(overlap.last)
            )
        });
        let overlaps: Vec<String> = overlaps.collect();
        self.list("counted twice?", &overlaps);
        if coverage.plausible_only {
            self.fact(
                "addresses",
                "none is known to have accepted mail: what an outage refused is plausible to exist, no more",
            );
        }
        let unread = coverage.unread.iter();
        let unread = unread.map(|unread| format!("{}: {}", unread.input, unread.why));
        self.list("not read", &unread.collect::<Vec<_>>());
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
            let moments = self.report.moments().with_years();
            self.fact(
                "span",
                &format!("{} to {}", moments.exact(first), moments.exact(last)),
            );
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
        self.rows.push((name, value.to_owned()));
    }

    fn list(&mut self, name: &'static str, values: &[String]) {
        for (place, value) in values.iter().take(MOST_INPUTS).enumerate() {
            self.fact(if place == 0 { name } else { "" }, value);
        }
        if let Some(more) = values
            .len()
            .checked_sub(MOST_INPUTS)
            .filter(|&more| more > 0)
        {
            let more = count(more as u64);
            self.fact(
                "",
                &format!("and {more} more (mailgap report -f json has all)"),
            );
        }
    }
}

/// What was not understood: how much, and what to do where grep is to blame; `None` when nothing was odd.
pub(crate) fn not_understood(report: &Report) -> Option<(String, Option<&'static str>)> {
    let coverage = &report.coverage;
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
    let mut samples = coverage.samples.iter();
    let by_grep = samples.any(|sample| grep::names_a_file(sample.text.as_bytes()));
    Some((format!("{odd}{inputs}{of}"), by_grep.then_some(grep::HINT)))
}

/// ` of mx1`; nothing for a log that names no host.
fn of_host(host: &str) -> String {
    if host.is_empty() {
        String::new()
    } else {
        format!(" of {host}")
    }
}
