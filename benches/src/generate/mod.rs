//! A realistic Postfix log of any size, from a seed.
//!
//! ```text
//! 2026-01-05T08:12:44.102938+01:00 mx1 postfix/smtp[14561]: 4dl2Ck0LsMz1WgTr: to=<anna.rossi@alabiamail.example>, relay=mx1.alabiamail.example[198.18.0.44]:25, delay=0.41, delays=0.01/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5c0f2a9b1e)
//! ```
//!
//! A small simulation writes it: two hosts send newsletters, orders and people's mail to some thousand
//! destinations (Zipf's law) over 30 days with busy mornings and quiet nights. Sessions, TLS lines,
//! queue lines, retries after 300 to 4000 seconds, destinations put to rest after a failed connection
//! (the echoes of `error(8)`), bounces and their notifications, expiry after five days, refused
//! strangers and lines of other programs follow Postfix 3.7 as captured. Seven outages are scripted.
//!
//! Memory holds the open messages only. The same options give the same bytes on every machine.
//! Left out: content filters, aliases, address probes, held mail, syslog's repetition lines.

#![expect(
    clippy::cast_possible_truncation,
    reason = "numbers are cut to a few bits or to a digit; none is a length of input"
)]

mod answer;
mod log;
mod other;
mod queue;
mod random;
mod traffic;
mod world;

use std::io::{self, Write};

use log::Kind;
use traffic::Traffic;

/// How the lines are stamped. The zone is Central European winter time, one hour before UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `2026-01-05T08:12:44.102938+01:00`: RFC 3339, as Debian 12 and later.
    Rfc3339,
    /// `Jan  5 08:12:44`: RFC 3164.
    Traditional,
}

/// What to generate.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Size: the log ends with the line that reaches it.
    pub bytes: u64,
    /// Other seeds give other logs of the same kind.
    pub seed: u64,
    /// How lines are stamped.
    pub style: Style,
    /// First second of the log, since 1970 in UTC.
    pub start_s: i64,
    /// Days that the log spans; a larger log of as many days is busier.
    pub days: u32,
    /// How many destinations there are.
    pub destinations: u32,
}

impl Default for Options {
    /// 64 MB over 30 days from Monday, 2026-01-05 local time, to 3000 destinations.
    fn default() -> Options {
        Options {
            bytes: 64_000_000,
            seed: 1,
            style: Style::Rfc3339,
            start_s: 1_767_567_600,
            days: 30,
            destinations: 3000,
        }
    }
}

/// What was written, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Bytes, line ends included.
    pub bytes: u64,
    /// Lines: the sum of delivery, queue, foreign and rejects.
    pub lines: u64,
    /// Delivery records: the sum of sent, local, deferred, echoes and bounced.
    pub delivery: u64,
    /// Lines about a queued message without a recipient.
    pub queue: u64,
    /// Other programs' lines and talk about sessions.
    pub foreign: u64,
    /// `NOQUEUE: reject`: a recipient refused before there was a message.
    pub rejects: u64,
    /// `status=sent` by a remote host.
    pub sent: u64,
    /// `status=sent` by `local(8)`.
    pub local: u64,
    /// `status=deferred` after an attempt.
    pub deferred: u64,
    /// `status=deferred (delivery temporarily suspended: ...)`.
    pub echoes: u64,
    /// `status=bounced`.
    pub bounced: u64,
    /// `status=expired, returned to sender`.
    pub expired: u64,
    /// Messages that came in from a client or a local user.
    pub messages: u64,
    /// Notifications sent to senders.
    pub notifications: u64,
}

impl Counts {
    /// Delivery records with a remote side that was tried.
    pub fn attempts(&self) -> u64 {
        self.sent + self.deferred + self.bounced
    }

    /// All counts with their names, for printing.
    pub fn named(&self) -> [(&'static str, u64); 14] {
        [
            ("bytes", self.bytes),
            ("lines", self.lines),
            ("delivery", self.delivery),
            ("queue", self.queue),
            ("foreign", self.foreign),
            ("rejects", self.rejects),
            ("sent", self.sent),
            ("local", self.local),
            ("deferred", self.deferred),
            ("echoes", self.echoes),
            ("bounced", self.bounced),
            ("expired", self.expired),
            ("messages", self.messages),
            ("notifications", self.notifications),
        ]
    }
}

/// An outage that the log contains by intention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptedOutage {
    /// What happens, in words.
    pub name: &'static str,
    /// The destinations it hits.
    pub domains: Vec<String>,
    /// The reporting host that alone sees it; `None` when all do.
    pub host: Option<&'static str>,
    /// What is wrong in each phase.
    pub kinds: Vec<&'static str>,
    /// First second, since 1970 in UTC.
    pub start_s: i64,
    /// Second after the last.
    pub end_s: i64,
    /// Attempts that failed in it (echoes not counted): few when the log is small.
    pub failures: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Lines by kind.
    pub counts: Counts,
    /// The scripted outages.
    pub outages: Vec<ScriptedOutage>,
}

/// Writes a log to `to` in blocks of some 256 KiB.
///
/// # Errors
///
/// Those of `to`.
pub fn generate(options: &Options, to: impl Write) -> io::Result<Written> {
    let mut traffic = Traffic::new(options, to);
    traffic.run()?;
    Ok(traffic.into_written())
}

/// Writes a log to memory.
///
/// # Panics
///
/// Never: writing to memory does not fail.
pub fn generate_in_memory(options: &Options) -> (Vec<u8>, Written) {
    let mut log = Vec::with_capacity(usize::try_from(options.bytes).unwrap_or(0) + 4096);
    let written = generate(options, &mut log).expect("because writing to memory does not fail");
    (log, written)
}

#[cfg(test)]
mod tests;
