//! The text of a failure: how far the attempt came, what the other side said, whether there was one.
//!
//! `SMTP error from remote mail server after RCPT TO:<a@d>: 550 5.1.1 User unknown`. The texts stand in
//! `transports/smtp.c`, `transports/lmtp.c`, `deliver.c`, `retry.c` and the routers; administrators add texts
//! of their own (`:fail:`, `:defer:`). Only Exim's own words at the start are looked at: a reply may imitate
//! any of them.

use std::sync::LazyLock;

use memchr::memmem;

use super::fields::{Host, Strange, angle_end};
use crate::event::Stage;
use crate::near;
use crate::reply::{EnhancedStatus, ReplyCode};

/// What a text says of the attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The connection could not be opened, or broke.
    Connect,
    /// Nobody was contacted: an earlier failure, a limit or a setting held the mail back.
    Held,
    /// The transport or the router of this host failed.
    Local,
    /// Only the DNS was asked, and its answer decided.
    Lookup,
    /// Every host had failed for longer than the retry rules allow; nobody was contacted.
    LongFailure,
    /// The retry rules allow no further attempt.
    RetryTimeout,
    /// A host was talked to.
    Session,
    /// A text that we do not know.
    Unknown,
}

/// A text taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Diagnosis<'b> {
    pub(super) attempt: Attempt,
    pub(super) stage: Option<Stage>,
    /// The words of the other side; empty when it said nothing.
    pub(super) reply: &'b [u8],
    /// The host that versions before 4.86 name in the text of a deferral.
    pub(super) host: Option<Host<'b>>,
}

impl Diagnosis<'_> {
    const fn new(attempt: Attempt, stage: Option<Stage>) -> Self {
        Diagnosis {
            attempt,
            stage,
            reply: &[],
            host: None,
        }
    }
}

/// Beginnings of texts. What precedes a command is in [`AFTER_COMMAND`].
const BEGINNINGS: &[(&[u8], Attempt, Option<Stage>)] = {
    use Attempt::{Connect, Held, Local, Lookup, Session};
    use Stage::Dns;
    &[
        (b"retry time not reached", Held, None),
        (b"Retry time not yet reached", Held, None),
        (b"SMTP delivery explicitly queued", Held, None),
        (b"concurrency limit reached", Held, None),
        (b"connection limit reached", Held, None),
        (b"domain is held", Held, None),
        (b"domain is in queue_", Held, None),
        (b"first-pass only routing", Held, None),
        (b"domain matches queue_smtp_domains", Held, None),
        (b"remote delivery is queued", Held, None),
        (b"reusing SMTP connection skips", Held, None),
        (
            b"some host address lookups failed and retry time",
            Held,
            None,
        ),
        (b"Connection refused", Connect, Some(Stage::Connect)),
        (b"Connection timed out", Connect, Some(Stage::Connect)),
        (b"Operation timed out", Connect, Some(Stage::Connect)),
        (b"Connection reset by peer", Connect, Some(Stage::Connect)),
        (b"Network is unreachable", Connect, Some(Stage::Connect)),
        (b"Network is down", Connect, Some(Stage::Connect)),
        (b"Network Error", Connect, Some(Stage::Connect)),
        (b"No route to host", Connect, Some(Stage::Connect)),
        (b"Host is down", Connect, Some(Stage::Connect)),
        (b"Host is unreachable", Connect, Some(Stage::Connect)),
        (b"connection timed out", Connect, Some(Stage::Connect)),
        (b"host lookup ", Lookup, Some(Dns)),
        (b"Unrouteable address", Lookup, Some(Dns)),
        (b"Unroutable address", Lookup, Some(Dns)),
        (b"unrouteable mail domain", Lookup, Some(Dns)),
        (b"all relevant MX records point", Lookup, Some(Dns)),
        (
            b"an MX or SRV record indicated no SMTP service",
            Lookup,
            Some(Dns),
        ),
        (b"all host address lookups failed", Lookup, Some(Dns)),
        (b"failed to lookup IP address", Lookup, Some(Dns)),
        (b"lookup of host ", Lookup, Some(Dns)),
        (b"lookup defer for ", Lookup, Some(Dns)),
        (
            b"lowest numbered MX record points to local host",
            Lookup,
            Some(Dns),
        ),
        (b"missing MX", Lookup, Some(Dns)),
        (b"remote host address is the local host", Lookup, Some(Dns)),
        (b"DANE error: tlsa lookup", Lookup, Some(Dns)),
        (b"DANE error", Session, Some(Stage::Tls)),
        (b"a TLS session is required", Session, Some(Stage::Tls)),
        (b"TLS session", Session, Some(Stage::Tls)),
        (b"TLS error", Session, Some(Stage::Tls)),
        (
            b"failure while setting up TLS session",
            Session,
            Some(Stage::Tls),
        ),
        (b"authentication required but", Session, Some(Stage::Helo)),
        (b"utf8 support required", Session, Some(Stage::Helo)),
        (b"mailbox is full", Local, Some(Stage::Local)),
        (b"Child process of ", Local, Some(Stage::Local)),
        (b"transport filter ", Local, Some(Stage::Local)),
    ]
};

/// Texts that end in an SMTP command, and perhaps `: ` and the reply to it.
const AFTER_COMMAND: &[&[u8]] = &[
    b"SMTP error from remote mail server after ",
    b"SMTP error from remote mailer after ",
    b"SMTP timeout after ",
    b"Remote host closed connection in response to ",
    b"Malformed SMTP reply",
    b"LMTP error after ",
    b"LMTP timeout after ",
    b"PRDR error after ",
];

/// Stands between a malformed reply and the command.
const IN_RESPONSE: &[u8] = b" in response to ";

/// The same in versions that put the host into the text: its beginning, and the words between host and command.
const WITH_HOST: &[(&[u8], &[u8])] = &[
    (b"Remote host ", b" closed connection in response to "),
    (b"SMTP timeout while connected to ", b" after "),
    (b"Malformed SMTP reply from ", IN_RESPONSE),
];

/// What a host said to EHLO before it hung up on HELO follows in brackets.
const AFTER_EHLO: &[u8] = b"(EHLO response was: ";

/// Looked for in every failure of a session: built once.
static FIND_AFTER_EHLO: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(AFTER_EHLO));

/// Takes a text apart.
pub(super) fn diagnose(text: &[u8]) -> Diagnosis<'_> {
    let first = text.first();
    if let Some(diagnosis) = with_host(text) {
        return diagnosis;
    }
    for start in AFTER_COMMAND {
        if first == start.first()
            && let Some(rest) = text.strip_prefix(*start)
        {
            return after_command(start, rest);
        }
    }
    for &(start, attempt, stage) in BEGINNINGS {
        // The first byte settles most of them for the price of one comparison.
        if first != start.first() {
            continue;
        }
        let Some(rest) = text.strip_prefix(start) else {
            continue;
        };
        if attempt == Attempt::Held && memmem::find(rest, b"after a long failure period").is_some()
        {
            return Diagnosis::new(Attempt::LongFailure, None);
        }
        // The words of an error number come first, what happened after them.
        if attempt == Attempt::Connect {
            let rest = rest.strip_prefix(b" ").unwrap_or(rest);
            if let Some(message) = rest.strip_prefix(b": ") {
                let inner = diagnose(message);
                if inner.attempt == Attempt::Session {
                    return inner;
                }
            }
        }
        return Diagnosis::new(attempt, stage);
    }
    if text.starts_with(b"all hosts") && memmem::find(text, b"failing for a long time").is_some() {
        return Diagnosis::new(Attempt::LongFailure, None);
    }
    if text.ends_with(b"retry timeout exceeded") {
        return Diagnosis::new(Attempt::RetryTimeout, None);
    }
    Diagnosis::new(Attempt::Unknown, None)
}

fn with_host(text: &[u8]) -> Option<Diagnosis<'_>> {
    for (start, between) in WITH_HOST {
        if let Some(value) = text.strip_prefix(*start) {
            let (host, rest) = Host::read(value, Strange::Stop);
            let Some(command) = rest.strip_prefix(*between) else {
                continue;
            };
            return Some(Diagnosis {
                host: (!host.ip.is_empty()).then_some(host),
                ..after_command(start, command)
            });
        }
    }
    None
}

fn after_command<'b>(start: &[u8], rest: &'b [u8]) -> Diagnosis<'b> {
    let command = if start == b"Malformed SMTP reply"
        && let Some(at) = memmem::find(rest, IN_RESPONSE)
    {
        rest.get(at + IN_RESPONSE.len()..).unwrap_or_default()
    } else {
        rest
    };
    let mut diagnosis = Diagnosis::new(Attempt::Session, stage_of(command));
    if start.starts_with(b"PRDR") {
        // It says DATA, but each recipient's reply comes after the end of the data (draft-hall-prdr).
        diagnosis.stage = Some(Stage::EndOfData);
    }
    // A host that refused EHLO and hung up on HELO: its words stand in brackets.
    if let Some(at) = FIND_AFTER_EHLO.find(command) {
        let words = command.get(at + AFTER_EHLO.len()..).unwrap_or_default();
        diagnosis.reply = words.strip_suffix(b")").unwrap_or(words);
        return diagnosis;
    }
    let answered = start.ends_with(b"error after ")
        || start.starts_with(b"SMTP error")
        || start.starts_with(b"Malformed");
    if answered && let Some(mut reply) = reply_to(command) {
        if let Some(value) = reply.strip_prefix(b"host ") {
            // To 4.84: `after RCPT TO:<a@d>: host mx.example [192.0.2.1]: 452 4.2.2 over quota`.
            let (host, after) = Host::read(value, Strange::Stop);
            if let Some(after) = after.strip_prefix(b": ")
                && !host.ip.is_empty()
            {
                diagnosis.host = Some(host);
                reply = after;
            }
        }
        diagnosis.reply = reply;
    }
    diagnosis
}

/// The stage of an SMTP command in Exim's words. AUTH and XCLIENT count as part of the greeting exchange.
fn stage_of(command: &[u8]) -> Option<Stage> {
    const STAGES: &[(&[u8], Stage)] = &[
        (b"RCPT", Stage::Rcpt),
        (b"MAIL", Stage::Mail),
        (b"end of data", Stage::EndOfData),
        (b"sending data block", Stage::EndOfData),
        (b"BDAT", Stage::EndOfData),
        (b"DATA", Stage::Data),
        (b"initial connection", Stage::Greeting),
        (b"EHLO", Stage::Helo),
        (b"HELO", Stage::Helo),
        (b"LHLO", Stage::Helo),
        (b"AUTH", Stage::Helo),
        (b"XCLIENT", Stage::Helo),
        (b"STARTTLS", Stage::Tls),
        (b"TLS-on-connect", Stage::Tls),
    ];
    let command = command.strip_prefix(b"pipelined ").unwrap_or(command);
    let (_, stage) = STAGES.iter().find(|(word, _)| command.starts_with(word))?;
    Some(*stage)
}

/// What follows the command: the text after the first `: ` outside its `<address>`.
fn reply_to(command: &[u8]) -> Option<&[u8]> {
    let mut from = 0;
    let colon = near::find_pair(*b": ", command)?;
    if let Some(open) = memchr::memchr(b'<', command)
        && open < colon
        && let Some(end) = command.get(open + 1..).and_then(angle_end)
    {
        from = open + 1 + end;
    }
    let rest = command.get(from..)?;
    let at = near::find_pair(*b": ", rest)?;
    rest.get(at + 2..)
}

/// Reply code and enhanced code of a reply. In a reply of several lines (`\n`, two characters) the enhanced code
/// may stand in the last one only.
pub(super) fn codes(reply: &[u8]) -> (Option<ReplyCode>, Option<EnhancedStatus>) {
    let several = near::find_pair(*b"\\n", reply);
    let Some((first, _)) = reply.split_at_checked(several.unwrap_or(reply.len())) else {
        return (None, None);
    };
    let Some((code, words)) = ReplyCode::parse_prefix(first) else {
        return (None, None);
    };
    let status = enhanced(words).or_else(|| {
        several?;
        let last = memmem::rfind(reply, b"\\n")?;
        let (_, words) = ReplyCode::parse_prefix(reply.get(last + 2..)?)?;
        enhanced(words)
    });
    (Some(code), status)
}

/// The enhanced code after a reply code: ` 5.1.1 `, `-5.1.1`, and as some servers have it ` #5.1.1 `, ` 5.7.1:`.
fn enhanced(words: &[u8]) -> Option<EnhancedStatus> {
    let words = words.get(1..)?.trim_ascii_start();
    let words = words.strip_prefix(b"#").unwrap_or(words);
    let (status, rest) = EnhancedStatus::parse_digits(words)?;
    let joined = rest
        .first()
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    (!joined).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text; attempt, stage and reply.
    const TEXTS: &[(&str, &str)] = &[
        (
            "Remote host m [192.0.2.1] closed connection in response to MAIL FROM:<s@y>",
            "Session Some(Mail) ",
        ),
        (
            "SMTP timeout while connected to m [192.0.2.1] after RCPT TO:<a@d>",
            "Session Some(Rcpt) ",
        ),
        (
            "Malformed SMTP reply from m [192.0.2.1] in response to DATA: what?",
            "Session Some(Data) what?",
        ),
        (
            "SMTP error from remote mail server after RCPT TO:<a@d>: 550 5.1.1 No",
            "Session Some(Rcpt) 550 5.1.1 No",
        ),
        (
            "SMTP error from remote mail server after RCPT TO:<\"x: 250\"@d>: 550 No",
            "Session Some(Rcpt) 550 No",
        ),
        (
            "SMTP error from remote mail server after pipelined MAIL FROM:<s@y> SIZE=5: 550 R=f H=e [192.0.2.6]",
            "Session Some(Mail) 550 R=f H=e [192.0.2.6]",
        ),
        (
            "SMTP error from remote mail server after end of data: 554: odd",
            "Session Some(EndOfData) 554: odd",
        ),
        (
            "SMTP error from remote mail server after HELO me.example: 550 <Go away>: b",
            "Session Some(Helo) 550 <Go away>: b",
        ),
        (
            "SMTP error from remote mail server after RCPT TO:<a@d>: host m [192.0.2.1]: 452 4.2.2 full",
            "Session Some(Rcpt) 452 4.2.2 full",
        ),
        (
            "SMTP error from remote mailer after initial connection: host m [192.0.2.1]: 421 busy",
            "Session Some(Greeting) 421 busy",
        ),
        (
            "LMTP error after DATA: 440 later",
            "Session Some(Data) 440 later",
        ),
        (
            "PRDR error after DATA: 550 no",
            "Session Some(EndOfData) 550 no",
        ),
        (
            "SMTP timeout after end of data (12 bytes written)",
            "Session Some(EndOfData) ",
        ),
        (
            "SMTP timeout after initial connection",
            "Session Some(Greeting) ",
        ),
        (
            "Connection timed out: SMTP timeout after RCPT TO:<a@d>",
            "Session Some(Rcpt) ",
        ),
        (
            "Connection timed out : SMTP timeout after RCPT TO:<a@d>",
            "Session Some(Rcpt) ",
        ),
        (
            "Remote host closed connection in response to pipelined DATA",
            "Session Some(Data) ",
        ),
        (
            "Remote host closed connection in response to HELO m (EHLO response was: 550 Banned)",
            "Session Some(Helo) 550 Banned",
        ),
        (
            "Malformed SMTP reply (an empty line) in response to DATA",
            "Session Some(Data) ",
        ),
        (
            "Malformed SMTP reply in response to RCPT TO:<a@d>: 550 x",
            "Session Some(Rcpt) 550 x",
        ),
        ("Connection refused", "Connect Some(Connect) "),
        ("retry time not reached for any host for 'd'", "Held None "),
        (
            "retry time not reached for any host after a long failure period",
            "LongFailure None ",
        ),
        (
            "all hosts for 'd' have been failing for a long time (and retry time not reached)",
            "LongFailure None ",
        ),
        (
            "all hosts have been failing for a long time and were last tried after this message arrived",
            "LongFailure None ",
        ),
        ("retry timeout exceeded", "RetryTimeout None "),
        ("host lookup did not complete", "Lookup Some(Dns) "),
        ("DANE error: tlsa lookup DEFER", "Lookup Some(Dns) "),
        ("TLS session: (SSL_connect): error", "Session Some(Tls) "),
        (
            "mailbox is full (MTA-imposed quota exceeded while writing to x)",
            "Local Some(Local) ",
        ),
        (
            "this user has left: 550 retry time not reached",
            "Unknown None ",
        ),
        ("", "Unknown None "),
    ];

    #[test]
    fn texts_say_how_far_the_attempt_came() {
        for (text, expected) in TEXTS {
            let found = diagnose(text.as_bytes());
            let reply = String::from_utf8_lossy(found.reply);
            assert_eq!(
                &format!("{:?} {:?} {reply}", found.attempt, found.stage),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn the_remote_words_cannot_make_an_attempt_an_echo() {
        let text =
            b"SMTP error from remote mail server after RCPT TO:<a@d>: 550 retry timeout exceeded";
        assert_eq!(diagnose(text).attempt, Attempt::Session);
    }

    #[test]
    fn codes_of_a_reply() {
        let cases = [
            ("550 5.1.1 No", "Some(550) Some(5.1.1)"),
            (r"451-4.7.1 try\n451 4.7.1 later", "Some(451) Some(4.7.1)"),
            (r"550-first\n550 5.1.1 last", "Some(550) Some(5.1.1)"),
            (r"550\n550 x", "Some(550) None"),
            ("554 #5.1.0 no", "Some(554) Some(5.1.0)"),
            ("550 5.7.1: no", "Some(550) Some(5.7.1)"),
            ("550 5.7.1-x", "Some(550) None"),
            ("550 10.1.2.3 is listed", "Some(550) None"),
            ("delivery bypassed by -N option", "None None"),
            ("", "None None"),
        ];
        for (reply, expected) in cases {
            let (code, status) = codes(reply.as_bytes());
            assert_eq!(format!("{code:?} {status:?}"), expected, "{reply}");
        }
    }
}
