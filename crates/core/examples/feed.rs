//! Events from a program's own log of deliveries, one JSON object a line, to outages and fates.
//!
//! ```console
//! $ cargo run --example feed < deliveries.jsonl
//! down.example: deferred, 300 of 300 attempts failed from 2023-01-23T14:59:48.000Z
//! 300 recipients are still waiting
//! ```
//!
//! A line is `{"ms": 1674486000000, "id": "4711", "to": "a@down.example", "reply": "421 4.3.2 not accepting mail now",
//! "result": "deferred", "age_s": 12.5}`; without a standard input the example makes some lines itself.

use std::io::{self, BufRead, IsTerminal, Write};

use mailgap_core::event::{Contact, Delivery, Outcome, Relay, Source, Stage};
use mailgap_core::outage;
use mailgap_core::reply::{EnhancedStatus, ReplyCode};
use mailgap_core::survey::{Beside, Options, Origin, Recorder, survey_with};
use mailgap_core::time::Timestamp;
use serde::Deserialize;

/// A line of the log.
#[derive(Deserialize)]
struct Sent {
    /// Milliseconds since 1970.
    ms: i64,
    /// Of the message.
    id: String,
    to: String,
    reply: String,
    result: String,
    /// Seconds since the message came.
    age_s: f64,
}

/// What mailgap calls it. Everything borrows the line.
fn event(sent: &Sent) -> Delivery<'_> {
    let reply = sent.reply.as_bytes();
    let code = ReplyCode::parse_prefix(reply);
    let status = code.and_then(|(_, rest)| EnhancedStatus::parse_prefix(rest.get(1..)?));
    Delivery {
        time: Timestamp::from_millis(sent.ms),
        source: Source::Postfix, // a log, and not a bounce
        host: b"sender",
        instance: b"",
        queue_id: sent.id.as_bytes(),
        sender: None,
        message_id: None,
        recipient: sent.to.as_bytes(),
        original_recipient: None,
        relay: Relay::default(),
        outcome: match sent.result.as_str() {
            "delivered" => Outcome::Delivered,
            "deferred" => Outcome::Deferred,
            _ => Outcome::Bounced,
        },
        contact: Contact::Fresh,
        stage: Some(Stage::Rcpt),
        reply_code: code.map(|(code, _)| code),
        reply_status: status.map(|(status, _)| status),
        status: None,
        reply,
        text: reply,
        delay_s: Some(sent.age_s),
        delays_s: None,
        attempt_s: None,
        times: 1,
        dsn: None,
    }
}

fn main() -> io::Result<()> {
    let options = Options::new(chrono_tz::UTC);
    let mut recorder = Recorder::new(&options);
    if io::stdin().is_terminal() {
        for sent in made() {
            recorder.delivery(&event(&sent));
        }
    } else {
        for line in io::stdin().lock().lines() {
            let sent: Sent = serde_json::from_str(&line?)?;
            recorder.delivery(&event(&sent));
        }
    }
    let recorded = recorder.finish(Origin::named("deliveries"));
    let survey = survey_with(
        &[],
        Beside::of_recorded([recorded].into_iter()),
        &options,
        &(),
    );

    let mut out = io::stdout().lock();
    if let Some(span) = survey.coverage.span {
        for destination in &survey.destinations {
            let findings = outage::find(&destination.evidence(), span);
            for outage in &findings.outages {
                let kinds: Vec<_> = outage
                    .windows
                    .iter()
                    .map(|window| window.kind.as_str())
                    .collect();
                writeln!(
                    out,
                    "{}: {}, {} of {} attempts failed from {}",
                    outage.domain,
                    kinds.join(", "),
                    outage.failures,
                    outage.attempts,
                    outage.start.time
                )?;
            }
        }
    }
    let waiting = survey
        .fates
        .iter()
        .filter(|fate| fate.end == mailgap_core::fate::End::Pending);
    writeln!(out, "{} recipients are still waiting", waiting.count())
}

/// Two hours of a destination that takes mail in the first and none in the second.
fn made() -> impl Iterator<Item = Sent> {
    (0..120).flat_map(|minute| {
        (0..5).map(move |n| {
            let is_down = minute >= 60;
            Sent {
                ms: 1_674_482_400_000 + minute * 60_000 + n * 9_000,
                id: format!("{}", minute * 5 + n),
                to: format!("user{n}@down.example"),
                reply: if is_down {
                    "421 4.3.2 not accepting mail now"
                } else {
                    "250 ok"
                }
                .to_owned(),
                result: if is_down { "deferred" } else { "delivered" }.to_owned(),
                age_s: 1.0,
            }
        })
    })
}
