//! How much was read and understood, and what was not: silence about it makes "all quiet" a lie.

use std::fmt::Write;

use super::Page;
use crate::escape;
use crate::grep;
use crate::render::numbers::{bytes, count, counted, percent};
use crate::style::Tone;

/// Lines that were not understood, and inputs in a list, that are shown.
const MOST_SAMPLES: usize = 8;
const MOST_INPUTS: usize = 10;
/// From this share on, lines that were not understood may hide what the answer is about.
const MANY_ODD: f64 = 0.01;
/// Columns of the names before the values.
const NAME_COLUMNS: usize = 16;

impl Page<'_> {
    /// Instead of an answer: there is nothing to answer from.
    pub(super) fn nothing_understood(&mut self) {
        let coverage = &self.report.coverage;
        let lines = coverage.lines.total + coverage.bounces.messages;
        let answer = match lines {
            0 => "nothing was read: no input holds a line".to_owned(),
            1 => {
                "nothing was understood: the one line read says nothing about mail sent".to_owned()
            }
            _ => format!(
                "nothing was understood: none of the {} lines read says anything about mail sent",
                count(lines)
            ),
        };
        let answer = self.style.paint(Tone::Strong, answer).into_owned();
        self.line(&answer);
        let what_to_do = if !self.report.restrictions.is_empty() {
            "the flags leave lines out (see below): try without them"
        } else if lines == 0 {
            "name the log of the sending mail server: for Postfix usually /var/log/mail.log or \
             /var/log/maillog, for Exim /var/log/exim4/mainlog"
        } else {
            "mailgap reads the logs of a sending mail server: for Postfix usually /var/log/mail.log or \
             /var/log/maillog (or journalctl -u 'postfix*' | mailgap report), for Exim \
             /var/log/exim4/mainlog. The lines below were not understood"
        };
        self.paragraph("hint: ", what_to_do);
    }

    /// What makes the answer less than it seems, right under it.
    pub(super) fn doubts(&mut self) {
        let coverage = &self.report.coverage;
        let unread = coverage.unread.len() as u64;
        if unread > 0 {
            let inputs = counted(unread, "input");
            self.paragraph(
                "note: ",
                &format!("{inputs} could not be read, or not to the end, see Coverage"),
            );
        }
        if let [first, ..] = &*coverage.overlapping_inputs {
            let more = coverage.overlapping_inputs.len() as u64 - 1;
            let others = if more == 0 {
                String::new()
            } else {
                format!(" (and {} more)", counted(more, "pair"))
            };
            self.paragraph(
                "note: ",
                &format!(
                    "{} and {}{others} look like the same mail in other bytes, and all of it was counted: \
                     if they are, leave one out, see Coverage",
                    first.input, first.other
                ),
            );
        }
        if coverage.bounces_alone() {
            self.paragraph(
                "note: ",
                "this rests on bounces alone. They tell of failures, not of what was accepted: shares of failures \
                 are not known, ends are guessed from silence, what was delivered late counts as still queued, \
                 and a list of bad addresses can look like an outage",
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
            self.paragraph(
                "note: ",
                &format!(
                    "{lines} in {inputs} {are} of no mail log that mailgap knows, see Coverage"
                ),
            );
        }
        // Of the other inputs.
        let odd = coverage.odd().saturating_sub(coverage.strange_lines);
        let ours = odd + coverage.understood();
        if odd as f64 > MANY_ODD * ours as f64 {
            let share = percent(odd, ours);
            self.paragraph(
                "note: ",
                &format!(
                    "{share} of the lines that may be about mail were not understood, see Coverage"
                ),
            );
        }
    }

    pub(super) fn coverage(&mut self) {
        self.heading("Coverage");
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
        self.samples();
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

    /// A name and its value, which may hold text of strangers.
    fn fact(&mut self, name: &str, value: &str) {
        self.paragraph(&format!("  {name:NAME_COLUMNS$}"), value);
    }

    fn list(&mut self, name: &str, values: &[String]) {
        let all = values.len();
        for (place, value) in values.iter().take(MOST_INPUTS).enumerate() {
            self.fact(if place == 0 { name } else { "" }, value);
        }
        self.and_more(all, MOST_INPUTS, &" ".repeat(2 + NAME_COLUMNS));
    }

    fn samples(&mut self) {
        let coverage = &self.report.coverage;
        let odd = coverage.odd();
        if odd == 0 {
            return;
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
        self.fact("not understood", &format!("{odd}{inputs}{of}"));
        let indent = 2 + NAME_COLUMNS;
        let room = self.columns.saturating_sub(indent);
        for sample in coverage.samples.iter().take(MOST_SAMPLES) {
            let place = format!("{}:{}: {}", sample.input, sample.line, sample.why);
            self.paragraph(&" ".repeat(indent), &place);
            let text = escape::fit(&sample.text, room.saturating_sub(2));
            let text = self.style.paint(Tone::Dim, text);
            self.line(&format!("{:indent$}  {text}", ""));
        }
        let samples = &coverage.samples;
        if samples
            .iter()
            .any(|sample| grep::names_a_file(sample.text.as_bytes()))
        {
            self.paragraph(&" ".repeat(indent), &format!("hint: {}", grep::HINT));
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
