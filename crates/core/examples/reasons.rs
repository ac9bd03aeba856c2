//! Counts why mail failed, by destination: `zcat mail.log.*.gz | cargo run -p mailgap-core --example reasons`
//!
//! One line for each destination and reason, the most frequent first. Attempts only: a line that repeats an
//! earlier failure says nothing new.
#![expect(clippy::print_stderr, reason = "an example")]
#![expect(clippy::disallowed_methods, reason = "an example may ask for the time")]

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use mailgap_core::address::Domain;
use mailgap_core::envelope::Scratch;
use mailgap_core::event::{Contact, Line};
use mailgap_core::line::{LineParser, Lines};
use mailgap_core::reason::{Classifier, Reason};
use mailgap_core::stamp::StampContext;
use mailgap_core::time::Timestamp;

type Counts = HashMap<(Domain, Reason), u64>;

fn main() -> ExitCode {
    let mut log = Vec::new(); // small logs only; `mailgap_core::survey` reads blocks
    let now = Timestamp::from(chrono::DateTime::from(SystemTime::now()));
    let written = io::stdin()
        .read_to_end(&mut log)
        .and_then(|_| write(&count(&log, now), io::stdout().lock()));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reasons: {error}");
            ExitCode::from(2)
        }
    }
}

/// `now` gives stamps without a year theirs.
fn count(log: &[u8], now: Timestamp) -> Counts {
    let mut parser = LineParser::new(StampContext {
        zone: chrono_tz::UTC,
        year: None,
        reference: now,
    });
    let (classifier, mut scratch, mut counts) =
        (Classifier::default(), Scratch::default(), Counts::new());
    for line in Lines::new(log) {
        let Line::Delivery(event) = parser.parse(line, &mut scratch) else {
            continue;
        };
        if event.contact == Contact::Fresh
            && let Some(domain) = event.domain()
            && let Some(verdict) = classifier.classify(&event)
        {
            let key = (Domain::new(domain), verdict.reason);
            *counts.entry(key).or_default() += u64::from(event.times);
        }
    }
    counts
}

fn write(counts: &Counts, mut to: impl Write) -> io::Result<()> {
    let mut rows: Vec<_> = counts.iter().collect();
    rows.sort_by(|((a, x), m), ((b, y), n)| (n, a, x.as_str()).cmp(&(m, b, y.as_str())));
    for ((domain, reason), count) in rows {
        // A domain is a stranger's text: what is no plain character must not reach a terminal.
        let domain = domain.to_string();
        writeln!(
            to,
            "{count:8} {} {}",
            domain.escape_debug(),
            reason.as_str()
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_by_destination() {
        let line = |to: &str, status: &str| {
            format!(
                "2023-01-25T20:03:07Z mx1 postfix/smtp[9]: 4ABC: to=<{to}>, relay=mx.x.org[192.0.2.1]:25, delay=1, dsn=5.1.1, status={status}\n"
            )
        };
        let log = [
            line("a@x.org", "bounced (host mx.x.org[192.0.2.1] said: 550 5.1.1 user unknown (in reply to RCPT TO command))"),
            line("b@X.org", "bounced (host mx.x.org[192.0.2.1] said: 550 5.1.1 user unknown (in reply to RCPT TO command))"),
            line("c@y.org", "deferred (host mx.x.org[192.0.2.1] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))"),
            line("d@y.org", "sent (250 ok)"),
        ]
        .concat();
        let counts = count(log.as_bytes(), Timestamp::from_seconds(1_675_200_000));
        let mut out = Vec::new();
        write(&counts, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "       2 x.org NoSuchMailbox\n       1 y.org MailboxFull\n"
        );
    }
}
