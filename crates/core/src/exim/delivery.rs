//! Deliveries, deferrals and failures: the lines with `=>`, `->`, `>>`, `*>`, `==` and `**`.
//!
//! `=> a@d R=dnslookup T=remote_smtp H=mx.example [192.0.2.1] C="250 2.0.0 Ok: queued as 4P1" QT=3s`
//! `== a@d R=dnslookup T=remote_smtp defer (110): Connection timed out H=mx.example [192.0.2.1] DT=2m7s`
//! `** a@d R=dnslookup T=remote_smtp H=mx.example [192.0.2.1] : SMTP error from remote mail server after ...`
//! Source: `delivery_log`, `deferral_log` and `failure_log` in `deliver.c`, `retry.c`.
//!
//! Contact is judged by the text first and by the number in `defer (n)` second, since the numbers moved
//! between versions. Without either, a host in `H=` was contacted, and without a host nobody was; a content
//! filter on this host is nobody.
//! A generated reply (`=> >someone@x <bob@d>`) is mail of its own and no outcome of the recipient. The text of
//! a deferral begins with the words of its error number; what Exim adds after the fields follows in the
//! same slice, fields included.

use memchr::memmem;

use super::address::{self, Address, Target};
use super::fields::{Fields, Host, Strange, duration_s};
use super::text::{Attempt, Diagnosis, codes, diagnose};
use super::{Message, message_id};
use crate::event::{Contact, Delivery, Fact, Line, Outcome, Relay, Source, Stage};
use crate::reply::is_of_discarded;

/// The flags of delivery lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    /// `==`.
    Deferred,
    /// `=>`, `->` (on the same connection), `>>` (cutthrough).
    Delivered,
    /// `*>`: delivery suppressed by `-N`.
    DryRun,
    /// `**`.
    Failed,
}

/// Parses what follows the flag and a space.
pub(super) fn parse<'b>(flag: Flag, rest: &'b [u8], message: &Message<'b>) -> Line<'b> {
    if flag == Flag::Failed && rest.starts_with(b"mua_wrapper is set but ") {
        return message.queue(Fact::Other); // the one failure that names no recipient
    }
    let Some((address, after)) = address::split(rest) else {
        return message.malformed("expected an address and its end after the flag", rest);
    };
    if address.target == Target::Reply {
        return message.queue(Fact::Other);
    }
    match flag {
        Flag::Delivered | Flag::DryRun => delivered(flag, address, after, message),
        Flag::Deferred => deferred(address, after, message),
        Flag::Failed => failed(address, after, message),
    }
}

fn delivered<'b>(
    flag: Flag,
    address: Address<'b>,
    rest: &'b [u8],
    message: &Message<'b>,
) -> Line<'b> {
    let whole_message = address.target == Target::Blackhole && address.recipient.is_empty();
    if rest.is_empty() && !whole_message {
        return message.malformed("expected R= or T= after the address", rest);
    }
    let (fields, _) = Fields::scan(rest, Strange::Skip);
    let thrown_away = match address.target {
        Target::Blackhole => true,
        Target::Discarded => fields.transport.is_empty(),
        Target::File | Target::Mailbox | Target::Reply => false,
    };
    let mut event = Event::new(address, &fields, message);
    if flag == Flag::DryRun {
        event.outcome = Outcome::Probe;
    } else if thrown_away {
        event.outcome = Outcome::Discarded;
    } else {
        event.outcome = Outcome::Delivered;
        if fields.host.is_some() {
            event.contact = Contact::Fresh;
            event.stage = Some(Stage::EndOfData);
        }
    }
    event.text = match fields.confirmation {
        Some(reply) => reply,
        None if whole_message => rest.trim_ascii(),
        None => &[],
    };
    if event.outcome == Outcome::Delivered {
        event.reply = event.text;
    }
    event.finish(message)
}

fn deferred<'b>(address: Address<'b>, rest: &'b [u8], message: &Message<'b>) -> Line<'b> {
    let (mut fields, rest) = Fields::scan(rest, Strange::Stop);
    let routing = rest.strip_prefix(b" routing").unwrap_or(rest);
    let Some(number) = routing.strip_prefix(b" defer (") else {
        return message.malformed("expected defer (n) after the fields", rest);
    };
    let Some(close) = memchr::memchr(b')', number) else {
        return message.malformed("expected ) after the number of the deferral", number);
    };
    let (number, after) = number.split_at(close);
    let mut after = after.get(1..).unwrap_or_default();
    let number = std::str::from_utf8(number)
        .ok()
        .and_then(|digits| digits.parse::<i32>().ok());

    // A positive number is an errno and comes with its words, before the fields of 4.86 and later.
    let mut errno_words: &[u8] = &[];
    let mut text_start = after;
    if number.is_none_or(|number| number > 0)
        && let Some(words) = after.strip_prefix(b": ")
    {
        let end = [&b": "[..], b" H=", b" DT="]
            .iter()
            .filter_map(|end| memmem::find(words, end))
            .min()
            .unwrap_or(words.len());
        errno_words = words.get(..end).unwrap_or_default();
        text_start = words;
        after = words.get(end..).unwrap_or_default();
    }
    let (late, after) = Fields::scan(after, Strange::Stop);
    fields.host = late.host.or(fields.host);
    let words = strip_separator(after);
    let text = if errno_words.is_empty() {
        words
    } else if words.is_empty() || is_host_only(words) {
        errno_words
    } else {
        text_start
    };

    let mut diagnosis = diagnose(words);
    if diagnosis.attempt == Attempt::Unknown && !errno_words.is_empty() {
        diagnosis = diagnose(errno_words);
    }
    let mut event = Event::new(address, &fields, message);
    event.outcome = Outcome::Deferred;
    event.text = text;
    event.judge(diagnosis, number, &fields);
    event.finish(message)
}

fn failed<'b>(address: Address<'b>, rest: &'b [u8], message: &Message<'b>) -> Line<'b> {
    if rest.is_empty() {
        return message.malformed("expected a reason after the address", rest);
    }
    let (fields, after) = Fields::scan(rest, Strange::Stop);
    let text = strip_delivery_time(strip_separator(after));
    let diagnosis = diagnose(text);
    let mut event = Event::new(address, &fields, message);
    event.outcome = match diagnosis.attempt {
        Attempt::LongFailure | Attempt::RetryTimeout | Attempt::Held => Outcome::Expired,
        Attempt::Connect
        | Attempt::Local
        | Attempt::Lookup
        | Attempt::Session
        | Attempt::Unknown => {
            // `... 450 later: retry timeout exceeded`: given up while a host still said 4xx or nothing.
            let (code, _) = codes(diagnosis.reply);
            if text.ends_with(b": retry timeout exceeded")
                && code.is_none_or(|code| code.class() != 5)
            {
                Outcome::Expired
            } else {
                Outcome::Bounced
            }
        }
    };
    event.text = text;
    event.judge(diagnosis, None, &fields);
    event.finish(message)
}

/// A delivery in the making.
struct Event<'b> {
    address: Address<'b>,
    sender: Option<&'b [u8]>,
    relay: Relay<'b>,
    outcome: Outcome,
    contact: Contact,
    stage: Option<Stage>,
    reply: &'b [u8],
    text: &'b [u8],
    delay_s: Option<f64>,
    attempt_s: Option<f64>,
    transport: &'b [u8],
}

impl<'b> Event<'b> {
    /// A local one, until something says otherwise.
    fn new(address: Address<'b>, fields: &Fields<'b>, message: &Message<'b>) -> Event<'b> {
        Event {
            address,
            sender: fields.sender,
            relay: fields.host.map(relay_of).unwrap_or_default(),
            outcome: Outcome::Delivered,
            contact: Contact::None,
            stage: None,
            reply: &[],
            text: &[],
            delay_s: fields
                .queue_time_s
                .or_else(|| message_id::delay_s(message.id, message.time())),
            attempt_s: fields.delivery_time_s,
            transport: fields.transport,
        }
    }

    /// Contact, stage and reply of a deferral or a failure.
    fn judge(&mut self, diagnosis: Diagnosis<'b>, number: Option<i32>, fields: &Fields<'b>) {
        if let Some(host) = diagnosis.host
            && self.relay.is_unknown()
        {
            self.relay = relay_of(host);
        }
        let host_named = !self.relay.is_unknown();
        self.stage = diagnosis.stage;
        self.reply = diagnosis.reply;
        self.contact = match diagnosis.attempt {
            _ if self.address.target == Target::File => Contact::None,
            Attempt::RetryTimeout if host_named => Contact::Fresh,
            Attempt::Held | Attempt::LongFailure | Attempt::RetryTimeout => Contact::Echo,
            Attempt::Connect | Attempt::Lookup => Contact::Fresh,
            // LMTP over a pipe or a socket of this host has no `H=`.
            Attempt::Session if host_named || !self.text.starts_with(b"LMTP") => Contact::Fresh,
            Attempt::Session | Attempt::Local => Contact::None,
            Attempt::Unknown => contact_of_number(number, host_named, fields),
        };
        if self.contact == Contact::None {
            self.stage = Some(Stage::Local);
        } else if self.contact == Contact::Fresh && self.stage.is_none() {
            self.stage = number.and_then(stage_of_number);
        }
    }

    fn finish(mut self, message: &Message<'b>) -> Line<'b> {
        if self.relay.is_own_side() && self.contact == Contact::Fresh {
            self.contact = Contact::None;
        }
        if self.contact == Contact::None {
            if self.outcome == Outcome::Delivered && is_of_discarded(self.reply) {
                self.outcome = Outcome::Discarded;
            }
            if self.relay.is_unknown() {
                self.relay.host = self.transport;
            }
            if self.outcome == Outcome::Delivered {
                self.stage = Some(Stage::Local);
            }
        }
        let (reply_code, reply_status) = codes(self.reply);
        Line::Delivery(Delivery {
            time: message.time(),
            source: Source::Exim,
            host: message.host(),
            instance: &[],
            queue_id: message.id,
            sender: self.sender,
            message_id: None,
            recipient: self.address.recipient,
            original_recipient: self.address.original,
            relay: self.relay,
            outcome: self.outcome,
            contact: self.contact,
            stage: self.stage,
            reply_code,
            reply_status,
            status: None,
            reply: self.reply,
            text: self.text,
            delay_s: self.delay_s,
            delays_s: None,
            attempt_s: self.attempt_s,
            times: 1,
            dsn: None,
        })
    }
}

fn relay_of(host: Host<'_>) -> Relay<'_> {
    Relay {
        host: host.name,
        ip: host.ip,
        port: host.port,
    }
}

/// Contact when the text does not tell: an administrator's text of a router, or none at all.
fn contact_of_number(number: Option<i32>, host_named: bool, fields: &Fields<'_>) -> Contact {
    if host_named {
        return Contact::Fresh;
    }
    match number {
        // Only a transport closes connections, hears 4xx or tries TLS; a router may ask the DNS.
        Some(-19..=-18 | -38..=-36 | -48..=-42 | -32) => Contact::Fresh,
        // Retry times, queue_only, limits; in the newest versions also routers' own deferrals.
        Some(-65..=-51) => Contact::Echo,
        // Linux: network down or unreachable, reset, timed out, refused, host down, no route. No local
        // transport meets them.
        Some(100..=104 | 110..=113) if !fields.transport.is_empty() => Contact::Fresh,
        _ => Contact::None,
    }
}

fn stage_of_number(number: i32) -> Option<Stage> {
    match number {
        -36 | -32 => Some(Stage::Dns),
        -38 | -37 => Some(Stage::Tls),
        -42 => Some(Stage::Helo),
        -43 | 100..=103 | 110..=113 => Some(Stage::Connect),
        -44 => Some(Stage::Rcpt),
        -45 => Some(Stage::Mail),
        -46 => Some(Stage::EndOfData),
        _ => None,
    }
}

/// The text after `: ` (to 4.98) or ` : ` (from 4.99).
pub(super) fn strip_separator(rest: &[u8]) -> &[u8] {
    let rest = rest.trim_ascii_start();
    rest.strip_prefix(b":").unwrap_or(rest).trim_ascii_start()
}

/// Failures from 4.94 carry `DT=` behind the text, where anything may stand.
fn strip_delivery_time(text: &[u8]) -> &[u8] {
    if let Some(at) = memmem::rfind(text, b" DT=")
        && let Some((before, field)) = text.split_at_checked(at)
        && duration_s(field.get(4..).unwrap_or_default()).is_some()
    {
        return before;
    }
    if let Some(field) = text.strip_prefix(b"DT=")
        && duration_s(field).is_some()
    {
        return &[];
    }
    text
}

/// `mx.example [192.0.2.1]`: all that Exim adds to "No route to host".
fn is_host_only(words: &[u8]) -> bool {
    words.ends_with(b"]") && memchr::memchr_iter(b' ', words).count() == 1
}
