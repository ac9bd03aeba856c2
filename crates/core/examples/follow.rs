//! Follows a log and says when outages begin and end:
//! `tail -F /var/log/mail.log | cargo run -p mailgap-core --example follow`
//!
//! One line for each piece of news. Stamps without a zone are taken as UTC. Time is that of the stamps: what is
//! news at 16:19 is told when lines of 16:24 come.
#![expect(clippy::print_stderr, reason = "an example")]
#![expect(clippy::disallowed_methods, reason = "an example may ask for the time")]

use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use mailgap_core::envelope::Scratch;
use mailgap_core::event::Line;
use mailgap_core::line::LineParser;
use mailgap_core::reason::Classifier;
use mailgap_core::stamp::StampContext;
use mailgap_core::stream::{Record, Watcher};
use mailgap_core::time::Timestamp;

fn main() -> ExitCode {
    match follow(io::stdin().lock(), io::stdout().lock()) {
        Ok(0) => {
            eprintln!("follow: no line of a mail log was read");
            ExitCode::from(2)
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("follow: {error}");
            ExitCode::from(2)
        }
    }
}

/// Stamps without a year are not of the future: what that is changes while a log is followed.
const FRESH: Duration = Duration::from_hours(1);

/// Longer lines are cut, in bytes.
const LONGEST: u64 = 1 << 20;

fn parser(now: SystemTime) -> LineParser {
    LineParser::new(StampContext {
        zone: chrono_tz::UTC,
        year: None,
        reference: Timestamp::from(chrono::DateTime::from(now)),
    })
}

/// Reads to the end; how many lines were understood.
fn follow(mut input: impl BufRead, mut output: impl Write) -> io::Result<u64> {
    let mut since = SystemTime::now();
    let (mut parse, mut scratch) = (parser(since), Scratch::default());
    let (classifier, mut watcher) = (Classifier::default(), Watcher::new());
    let (mut line, mut understood) = (Vec::new(), 0);
    // A line without end must not fill the memory.
    while input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? > 0 {
        if since.elapsed().is_ok_and(|passed| passed > FRESH) {
            since = SystemTime::now();
            parse = parser(since);
        }
        let text = line.trim_ascii_end();
        let records = match parse.parse(text, &mut scratch) {
            Line::Delivery(event) => {
                understood += 1;
                watcher.add(&event, classifier.classify(&event))
            }
            Line::Queue(fact) => {
                understood += 1;
                watcher.see(fact.time)
            }
            _ => Vec::new(),
        };
        for record in records {
            writeln!(output, "{}", describe(&record))?;
            output.flush()?;
        }
        line.clear();
    }
    for record in watcher.finish() {
        writeln!(output, "{}", describe(&record))?;
    }
    Ok(understood)
}

/// One line about a record.
fn describe(record: &Record) -> String {
    let domain = record.domain().map(ToString::to_string);
    let head = format!(
        "{} {} {}",
        record.time(),
        record.as_str(),
        visible(domain.unwrap_or_default().as_bytes())
    );
    let Some(outage) = record.outage() else {
        return format!("{head}: no outage, or one that never began and never ends");
    };
    let labels: Vec<_> = outage
        .windows
        .iter()
        .map(|w| visible(w.label.as_bytes()))
        .collect();
    let end = outage.end.map(|end| format!(" to {}", end.time));
    let sample = outage
        .windows
        .last()
        .and_then(|window| window.sample.as_deref());
    format!(
        "{head}: {} from {}{}, {} of {} attempts failed, {} messages ({}): {}",
        labels.join(", then "),
        outage.start.time,
        end.unwrap_or_default(),
        outage.failures,
        outage.attempts,
        outage.messages,
        outage.confidence.as_str(),
        visible(sample.unwrap_or_default())
    )
}

/// What strangers wrote, without what could steer a terminal.
fn visible(text: &[u8]) -> String {
    let is_harmless = |c: char| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric();
    let mut shown = String::new();
    for c in String::from_utf8_lossy(text).chars() {
        if is_harmless(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    shown
}
