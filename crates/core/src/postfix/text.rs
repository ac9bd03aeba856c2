//! The words in parentheses at the end of a delivery record.
//!
//! `host mx.libero.it[213.209.1.129] said: 550 <a@libero.it> recipient rejected (in reply to RCPT TO command)`
//!
//! Sources: `src/smtp/smtp_trouble.c`, `smtp_connect.c`, `smtp_addr.c`, `src/error/error.c`. The forms
//! are listed in the design note on Postfix; what fits none keeps its text and has no stage.

use memchr::memmem;

use crate::event::{Outcome, Relay, Stage};
use crate::reply::{EnhancedStatus, ReplyCode};

/// What the text says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said<'b> {
    /// An earlier failure is repeated.
    pub(super) suspended: bool,
    /// How far the attempt came.
    pub(super) stage: Option<Stage>,
    /// The host that is named.
    pub(super) relay: Relay<'b>,
    /// What the remote side said.
    pub(super) reply: &'b [u8],
    /// Its reply code.
    pub(super) reply_code: Option<ReplyCode>,
    /// Its enhanced status code.
    pub(super) reply_status: Option<EnhancedStatus>,
}

/// Reads the text of a record with this outcome.
pub(super) fn read(text: &[u8], outcome: Outcome) -> Said<'_> {
    let (suspended, text) = match text.strip_prefix(b"delivery temporarily suspended: ") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut said = match outcome {
        // The reply to the end of the data stands alone: `250 2.0.0 Ok: queued as 4P1`.
        Outcome::Delivered | Outcome::Discarded => {
            with_reply(Stage::EndOfData, Relay::default(), text)
        }
        _ => failure(text),
    };
    said.suspended = suspended;
    said
}

fn failure(text: &[u8]) -> Said<'_> {
    if let Some(rest) = text.strip_prefix(b"host ") {
        return host_said(rest);
    }
    if let Some(rest) = text.strip_prefix(b"connect to ") {
        return connect_to(rest);
    }
    if let Some(rest) = text.strip_prefix(b"lost connection with ") {
        return at(while_stage(rest), named(rest));
    }
    if let Some(rest) = text.strip_prefix(b"conversation with ") {
        return at(while_stage(rest), named(rest));
    }
    if let Some(rest) = text.strip_prefix(b"SASL authentication failed; server ") {
        return host_said(rest);
    }
    if DNS.iter().any(|words| text.starts_with(words)) || memmem::find(text, b"(nullMX)").is_some()
    {
        return at(Stage::Dns, Relay::default());
    }
    if TLS.iter().any(|words| text.starts_with(words)) {
        let host = memmem::find(text, b"host ")
            .and_then(|n| text.get(n + 5..))
            .unwrap_or_default();
        return at(Stage::Tls, named(host));
    }
    // A bare reply: probes (`250 2.1.5 Ok`) and what LMTP servers say.
    if ReplyCode::parse_prefix(text).is_some() {
        return with_stage(None, Relay::default(), text);
    }
    Said::default()
}

/// How the texts of a failed lookup begin.
const DNS: [&[u8]; 6] = [
    b"Host or domain name not found",
    b"Host found but no data record",
    b"Name service error",
    b"mail for ",
    b"unable to look up host ",
    b"Malformed DNS server reply",
];

/// How the texts of failed TLS begin.
const TLS: [&[u8]; 7] = [
    b"TLS is required",
    b"Cannot start TLS",
    b"Server certificate",
    b"non DNSSEC destination",
    b"TLSA ",
    b"no TLSA records found",
    b"certificate verification failed",
];

/// `H[IP] said: REPLY (in reply to X command)` or `H[IP] refused to talk to me: REPLY`.
fn host_said(text: &[u8]) -> Said<'_> {
    let Some((relay, rest)) = host_and_ip(text) else {
        return Said::default();
    };
    if let Some(reply) = rest.strip_prefix(b" refused to talk to me: ") {
        return with_reply(Stage::Greeting, relay, reply);
    }
    let Some(reply) = rest.strip_prefix(b" said: ") else {
        return Said {
            relay,
            ..Said::default()
        };
    };
    // The last one: the reply itself may contain the words.
    match memchr::memrchr_iter(b'(', reply)
        .find_map(|open| reply.split_at_checked(open).and_then(in_reply_to))
    {
        Some((reply, command)) => with_stage(command_stage(command), relay, reply),
        None => with_stage(None, relay, reply),
    }
}

/// `H[IP]:25: Connection refused`; to 2.2 also `H[IP]: server refused to talk to me: REPLY`.
fn connect_to(text: &[u8]) -> Said<'_> {
    let Some((relay, rest)) = host_and_ip(text) else {
        return at(Stage::Connect, Relay::default());
    };
    match rest.strip_prefix(b": server refused to talk to me: ") {
        Some(reply) => with_reply(Stage::Greeting, relay, reply.trim_ascii_end()),
        None => at(Stage::Connect, relay),
    }
}

/// True for the words of the client about its own set-up (`src/smtp/smtp.c`, `smtp_connect.c`, `smtp_sasl_glue.c`).
pub(super) fn is_about_set_up(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 7] = [
        b"TLS is required, but our TLS engine is unavailable",
        b"bounce or trace service failure",
        b"client TLS configuration problem",
        b"mail system configuration error",
        b"transport is unavailable",
        b"mail transport unavailable",
        b"server configuration error",
    ];
    let text = text
        .strip_prefix(b"delivery temporarily suspended: ")
        .unwrap_or(text);
    WORDS.iter().any(|words| text.starts_with(words))
}

/// (`REPLY `, `(in reply to X command)`) → (`REPLY`, `X command)`).
fn in_reply_to<'b>((reply, rest): (&'b [u8], &'b [u8])) -> Option<(&'b [u8], &'b [u8])> {
    Some((
        reply.strip_suffix(b" ")?,
        rest.strip_prefix(b"(in reply to ")?,
    ))
}

/// True for what a content filter such as amavis says: `250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 ...`.
pub(super) fn is_of_filter(reply: &[u8]) -> bool {
    memchr::memchr_iter(b'(', reply).any(|open| {
        reply
            .get(..open)
            .is_some_and(|words| words.ends_with(b"from MTA"))
    })
}

fn with_reply<'b>(stage: Stage, relay: Relay<'b>, reply: &'b [u8]) -> Said<'b> {
    with_stage(Some(stage), relay, reply)
}

fn with_stage<'b>(stage: Option<Stage>, relay: Relay<'b>, reply: &'b [u8]) -> Said<'b> {
    let Some((code, rest)) = ReplyCode::parse_prefix(reply) else {
        // No reply of a host: `delivered to mailbox`. What stands here are the sender's own words.
        return Said {
            stage: None,
            relay,
            ..Said::default()
        };
    };
    Said {
        suspended: false,
        stage,
        relay,
        reply,
        reply_code: Some(code),
        reply_status: rest
            .get(1..)
            .and_then(EnhancedStatus::parse_prefix)
            .map(|(status, _)| status),
    }
}

fn at(stage: impl Into<Option<Stage>>, relay: Relay<'_>) -> Said<'_> {
    Said {
        stage: stage.into(),
        relay,
        ..Said::default()
    }
}

fn named(text: &[u8]) -> Relay<'_> {
    host_and_ip(text).map_or(Relay::default(), |(relay, _)| relay)
}

/// The command in `in reply to X command`.
fn command_stage(command: &[u8]) -> Option<Stage> {
    Some(match command {
        [b'R', b'C', b'P', b'T', ..] => Stage::Rcpt,
        [b'M', b'A', b'I', b'L', ..] => Stage::Mail,
        [b'e', b'n', b'd', ..] => Stage::EndOfData,
        [b'D', b'A', b'T', b'A', ..] => Stage::Data,
        [b'S', b'T', b'A', b'R', b'T', b'T', b'L', b'S', ..] => Stage::Tls,
        [b'E' | b'L', b'H', b'L', b'O', ..]
        | [b'H', b'E', b'L', b'O', ..]
        | [b'A', b'U', b'T', b'H', ..] => Stage::Helo,
        _ => return None,
    })
}

/// The state in `... while STATE` (`smtp_proto.c`, `xfer_states`).
fn while_stage(text: &[u8]) -> Option<Stage> {
    let state = text.get(memmem::find(text, b" while ")? + b" while ".len()..)?;
    let has = |words: &[u8]| memmem::find(state, words).is_some();
    Some(if has(b"greeting") {
        Stage::Greeting
    } else if has(b"TLS") {
        Stage::Tls
    } else if has(b"HELO") || has(b"EHLO") || has(b"LHLO") || has(b"XFORWARD") || has(b"AUTH") {
        Stage::Helo
    } else if has(b"MAIL FROM") {
        Stage::Mail
    } else if has(b"RCPT TO") {
        Stage::Rcpt
    } else if has(b"DATA command") {
        Stage::Data
    } else if has(b"end of data") || has(b"message body") || has(b"final dot") {
        Stage::EndOfData
    } else {
        return None;
    })
}

/// `host[ip]:port rest` or `host[ip] rest` → the host and the rest.
pub(super) fn host_and_ip(text: &[u8]) -> Option<(Relay<'_>, &[u8])> {
    // A name has no spaces; a bracket further on belongs to something else.
    let open = memchr::memchr2(b'[', b' ', text)?;
    let (host, inner) = text.split_at_checked(open)?;
    let inner = inner.strip_prefix(b"[")?;
    let close = memchr::memchr(b']', inner)?;
    let (ip, mut rest) = (inner.get(..close)?, inner.get(close + 1..)?);
    let mut port = None;
    if let Some((number, after)) = rest.strip_prefix(b":").and_then(super::number) {
        port = u16::try_from(number).ok();
        rest = after;
    }
    Some((Relay { host, ip, port }, rest))
}
