//! The answer where there is no outage, and what makes any answer less than it seems.

use crate::document::Report;
use crate::words::numbers::{count, counted, percent};

/// From this share on, lines that were not understood may hide what the answer is about.
const MANY_ODD: f64 = 0.01;

/// The answer but for its sentences. Notes may hold text of strangers.
pub(crate) struct Answers {
    /// That there is no outage, or nothing to answer from.
    pub(crate) headline: Option<String>,
    pub(crate) hint: Option<&'static str>,
    pub(crate) notes: Vec<String>,
}

/// The answer of a report.
pub(crate) fn answers(report: &Report) -> Answers {
    let coverage = &report.coverage;
    if coverage.understood() == 0 {
        return nothing_understood(report);
    }
    let mut answers = Answers {
        headline: None,
        hint: None,
        notes: notes(report),
    };
    if !report.has_outage() {
        let attempts = counted(report.judged.attempts, "attempt");
        let destinations = counted(report.judged.destinations, "destination");
        answers.headline = Some(format!("no outage found in {attempts} to {destinations}"));
        if report.judged.attempts == 0 {
            answers.hint = Some(if !report.restrictions.is_empty() {
                "the flags leave out all that was read, see Coverage: try without them (stamps \
                 without a year may have got another one than you think: --year)"
            } else if coverage.events == 0 {
                "the log holds no delivery: name the log of the host that sends to the outside"
            } else {
                "the log holds deliveries, but no attempt at a remote host that says something \
                 about its destination"
            });
        }
    }
    answers
}

/// Instead of an answer: there is nothing to answer from.
fn nothing_understood(report: &Report) -> Answers {
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
    Answers {
        headline: Some(answer),
        hint: Some(what_to_do),
        notes: Vec::new(),
    }
}

/// What makes the answer less than it seems.
fn notes(report: &Report) -> Vec<String> {
    let coverage = &report.coverage;
    let mut notes = Vec::new();
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
    if let [first, ..] = &*coverage.counted_twice {
        notes.push(format!(
            "{} was counted twice, in {} and in {}, see Coverage",
            first.input, first.tally, first.other
        ));
    }
    if coverage.bounces_alone() {
        notes.push(
"this rests on bounces alone. They tell of failures, not of what was accepted: shares of failures \
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
