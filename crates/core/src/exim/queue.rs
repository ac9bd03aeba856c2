//! Lines about a message as a whole: arrivals, completion, freezing, one host of several that failed.
//!
//! `<= s@y.example H=c.example [192.0.2.1] P=esmtps S=1234 id=abc@y.example T="Subject => x"`
//! `H=mx.example [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<a@d>: 451 greylisted`
//! Source: `receive.c`, `deliver.c`, `transports/smtp.c`. On an arrival `R=` is the message that a bounce is
//! about, `T=` the subject and `P=` the protocol. An access list's `log_message` and `logwrite` write what
//! the administrator likes: such lines stay unknown.

use memchr::memmem;

use super::Message;
use super::address::sender;
use super::delivery::strip_separator;
use super::fields::{Fields, Host, Strange};
use super::text::{Attempt, diagnose};
use crate::event::{Fact, Line};

/// Parses what follows `<=` or `(=` (accepted, though the client was told otherwise) and a space.
pub(super) fn arrival<'b>(rest: &'b [u8], message: &Message<'b>) -> Line<'b> {
    let (sender, after) = sender(rest);
    if sender.is_empty() && !rest.starts_with(b"<>") {
        return message.malformed("expected the sender after the flag", rest);
    }
    let (fields, _) = Fields::scan(after, Strange::Skip);
    message.queue(Fact::Arrival {
        client: fields.host.map(|host| host.whole).unwrap_or_default(),
        sender: Some(sender),
        message_id: fields.message_id,
    })
}

/// Beginnings of lines that say nothing of use about the message.
const OTHER: &[&[u8]] = &[
    b"<", // output of a pipe
    b"ARC: ",
    b"Authentication-Results: ",
    b"DKIM: ",
    b"DMARC",
    b"Error in system filter",
    b"F=",
    b"Failed to ",
    b"Format error ",
    b"Message is frozen",
    b"P=",
    b"PRDR R=",
    b"SMTP ",
    b"SA: ",
    b"SPF",
    b"Sender identification ", // cPanel
    b"Spool ",
    b"TLS session",
    b"U=",
    b"Warning: ",
    b"[", // verification of a certificate
    b"address ",
    b"bad ",
    b"failed to ",
    b"local_scan()",
    b"lowest numbered MX record",
    b"malware acl condition",
    b"moved from ",
    b"no immediate delivery",
    b"original recipients ignored",
    b"qualify/rewrite: ",
    b"re-exec of exim",
    b"rejected ",
    b"remote host address is the local host",
    b"routed by ",
    b"sender address changed",
    b"spam acl condition",
    b"temporarily rejected ",
    b"unable to ",
];

/// Parses a line with a message id and without a flag.
pub(super) fn other<'b>(rest: &'b [u8], message: &Message<'b>) -> Line<'b> {
    if rest == b"Completed" || rest.starts_with(b"Completed ") {
        return message.queue(Fact::Removed);
    }
    if rest.starts_with(b"cancelled by ") {
        return message.queue(Fact::Cancelled); // the sender is told, and `Completed` follows
    }
    if rest.starts_with(b"removed by ") {
        return message.queue(Fact::Removed);
    }
    let moved = [&b"Frozen"[..], b"frozen by ", b"Unfrozen", b"unfrozen by "];
    if moved.iter().any(|word| rest.starts_with(word)) {
        return message.queue(Fact::Held);
    }
    if let Some(text) = failed_host(rest) {
        return message.queue(Fact::HostFailed { text });
    }
    let known = OTHER.iter().any(|start| rest.starts_with(start))
        || rest.starts_with(b"H=")
        || memmem::find(rest, b": error ignored").is_some()
        || memmem::find(rest, b" router: skipped error: ").is_some();
    if known {
        return message.queue(Fact::Other);
    }
    message.unknown("a line about a message whose shape is not known", rest)
}

/// A host that failed, and how: `mx.example [192.0.2.1]: text`, since 4.86 behind `H=`. What is given begins
/// with the name in both.
fn failed_host(rest: &[u8]) -> Option<&[u8]> {
    const TLS: &[&[u8]] = &[
        b"TLS error on connection to ",
        b"DANE attempt failed",
        b"DANE error",
    ];
    const OF_CLIENT: &[&[u8]] = &[
        b"rejected",
        b"temporarily rejected",
        b"Warning",
        b"sender verify",
    ];
    // The oldest versions log the text alone, with the host inside.
    let is_text = TLS.iter().any(|start| rest.starts_with(start))
        || !rest.starts_with(b"TLS") && diagnose(rest).attempt == Attempt::Session;
    if is_text {
        return Some(rest);
    }
    let named = rest.strip_prefix(b"H=");
    let value = named.unwrap_or(rest);
    let (host, after) = Host::read(value, Strange::Stop);
    let (fields, after) = Fields::scan(after, Strange::Stop);
    let words = strip_separator(after);
    if host.ip.is_empty()
        || fields.of_client
        || words.is_empty()
        || OF_CLIENT.iter().any(|start| words.starts_with(start))
    {
        return None;
    }
    // Before 4.86 nothing but its shape tells: one word that may name a host, then an address in brackets.
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_address = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':');
    let shaped = !host.name.is_empty()
        && value.starts_with(host.name)
        && host.name.iter().all(is_name)
        && host.ip.iter().all(is_address);
    (named.is_some() || shaped).then_some(value)
}
