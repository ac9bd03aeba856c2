//! Delivery records.
//!
//! `to=<a@libero.it>, orig_to=<a>, relay=smtp-in.libero.it[213.209.1.129]:25, conn_use=2, delay=1.2,
//! delays=0.1/0/0.5/0.6, tls=may, dsn=2.0.0, status=sent (250 ok)`
//!
//! Source: `src/global/log_adhoc.c`. Fields stand in this order; `orig_to`, `conn_use`, `tls` (3.11) are
//! optional, `delays` and `dsn` are missing before 2.3. A record is cut at 2000 bytes, so that the last
//! `)` may be missing. The text in parentheses is written by the remote side and may hold anything.

use super::QueueRecord;
use super::text;
use crate::event::{Contact, Delivery, Odd, Outcome, Relay, Source, Stage};
use crate::near;
use crate::reply::{self, EnhancedStatus};

/// Reads a record that begins with `to=`.
pub(super) fn parse<'b>(at: &QueueRecord<'_, 'b>) -> Result<Delivery<'b>, Odd> {
    let rest = at.text.get(b"to=".len()..).unwrap_or_default();
    let (recipient, mut rest) =
        address(rest).ok_or_else(|| at.odd("expected an address after to=", rest))?;
    let mut original_recipient = None;
    if let Some(after) = rest.strip_prefix(b"orig_to=") {
        let (address, after) =
            address(after).ok_or_else(|| at.odd("expected an address after orig_to=", after))?;
        original_recipient = Some(address);
        rest = after;
    }
    let after = rest
        .strip_prefix(b"relay=")
        .ok_or_else(|| at.odd("expected relay=", rest))?;
    let (relay, mut rest) =
        field(after).ok_or_else(|| at.odd("expected a comma after relay=", after))?;
    let relay = parse_relay(relay);

    let (mut delay_s, mut delays_s, mut status) = (None, None, None);
    // conn_use=, tls= and whatever later releases add stand between these and are passed over.
    while !rest.starts_with(b"status=") {
        let (value, after) = field(rest).ok_or_else(|| at.odd("expected status=", rest))?;
        if let Some(value) = value.strip_prefix(b"delays=") {
            delays_s = Some(
                four_seconds(value)
                    .ok_or_else(|| at.odd("expected four numbers after delays=", rest))?,
            );
        } else if let Some(value) = value.strip_prefix(b"delay=") {
            delay_s =
                Some(seconds(value).ok_or_else(|| at.odd("expected a number after delay=", rest))?);
        } else if let Some(value) = value.strip_prefix(b"dsn=") {
            match EnhancedStatus::parse_digits(value) {
                Some((code, [])) => status = Some(code),
                _ => return Err(at.odd("expected an enhanced status code after dsn=", rest)),
            }
        }
        rest = after;
    }
    let after = rest.get(b"status=".len()..).unwrap_or_default();
    let (word, text) = near::split(after, b' ').unwrap_or((after, b""));
    let mut outcome = outcome(word, at.program)
        .ok_or_else(|| at.odd("expected a known word after status=", rest))?;
    let text = text.strip_prefix(b"(").unwrap_or(text);
    let text = text.strip_suffix(b")").unwrap_or(text);

    let said = text::read(text, outcome);
    let agent = agent(at.program);
    let relay = if relay.is_unknown() {
        said.relay
    } else {
        relay
    };
    let contact = contact(agent, &relay, &said, text);
    if outcome == Outcome::Delivered
        && contact == Contact::None
        && reply::is_of_discarded(said.reply)
    {
        outcome = Outcome::Discarded;
    }
    Ok(Delivery {
        time: at.record.time,
        source: Source::Postfix,
        host: at.record.host,
        instance: at.instance,
        queue_id: at.queue_id,
        sender: None,
        message_id: None,
        recipient,
        original_recipient,
        relay,
        outcome,
        contact,
        // An echo repeats how far the earlier attempt came.
        stage: match agent {
            Agent::Inside if !said.suspended => Some(Stage::Local),
            Agent::Inside => said.stage.or(Some(Stage::Local)),
            Agent::Remote | Agent::Store => said.stage,
        },
        reply_code: said.reply_code,
        reply_status: said.reply_status,
        status,
        reply: said.reply,
        text,
        delay_s,
        delays_s,
        attempt_s: delays_s.map(|[_, _, connecting, sending]| connecting + sending),
        times: at.record.times,
        dsn: None,
    })
}

/// What kind of delivery agent a program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agent {
    /// Talks SMTP to a host.
    Remote,
    /// Talks LMTP to a mail store of this site: the protocol is not for wide area networks (RFC 2033, section 4.1).
    Store,
    /// Delivers, refuses or throws away within this host.
    Inside,
}

/// Custom services (`outbound1/smtp`, `postfix/relay/smtp`) keep the name of their program last.
fn agent(program: &[u8]) -> Agent {
    match program {
        b"local" | b"virtual" | b"pipe" | b"error" | b"retry" | b"discard" | b"cleanup"
        | b"qmgr" | b"nqmgr" | b"oqmgr" | b"bounce" | b"pickup" | b"smtpd" => Agent::Inside,
        b"lmtp" => Agent::Store,
        _ => Agent::Remote,
    }
}

fn contact(agent: Agent, relay: &Relay<'_>, said: &text::Said<'_>, text: &[u8]) -> Contact {
    let inside =
        relay.is_own_side() || text::is_of_filter(said.reply) || text::is_about_set_up(text);
    match agent {
        _ if inside => Contact::None,
        _ if said.suspended => Contact::Echo,
        Agent::Remote => Contact::Fresh,
        Agent::Store | Agent::Inside => Contact::None,
    }
}

fn outcome(word: &[u8], program: &[u8]) -> Option<Outcome> {
    Some(match word {
        b"sent" if program == b"discard" => Outcome::Discarded,
        b"sent" => Outcome::Delivered,
        // soft_bounce=yes: the mail stays in the queue, whatever the reply said.
        b"deferred" | b"SOFTBOUNCE" => Outcome::Deferred,
        b"bounced" => Outcome::Bounced,
        b"expired" => Outcome::Expired,
        b"deliverable" | b"undeliverable" | b"undeliverable-but-not-cached" => Outcome::Probe,
        _ => return None,
    })
}

/// The address up to `>, ` and what follows. `>` may stand inside quotes. What passed through tools that
/// take angle brackets for markup has none: there the address ends at the next comma.
fn address(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some(text) = text.strip_prefix(b"<") else {
        return field(text);
    };
    let quoted = if text.first() == Some(&b'"') {
        quoted_len(text).unwrap_or(0)
    } else {
        0
    };
    let mut from = quoted;
    loop {
        let end = from + near::find(b'>', text.get(from..)?)?;
        if let Some(rest) = text.get(end + 1..)?.strip_prefix(b", ") {
            return Some((text.get(..end)?, rest));
        }
        from = end + 1;
    }
}

/// Length of the quoted string at the start, its quotes included.
fn quoted_len(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        match text.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

/// The text up to `, ` and what follows.
pub(super) fn field(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut from = 0;
    loop {
        let comma = from + near::find(b',', text.get(from..)?)?;
        if text.get(comma + 1) == Some(&b' ') {
            return Some((text.get(..comma)?, text.get(comma + 2..)?));
        }
        from = comma + 1;
    }
}

/// `none`, `local`, `host[ip]:port`, `host[private/socket]`.
fn parse_relay(text: &[u8]) -> Relay<'_> {
    if text == b"none" {
        return Relay::default();
    }
    text::host_and_ip(text).map_or(
        Relay {
            host: text,
            ..Relay::default()
        },
        |(relay, _)| relay,
    )
}

/// `0.1/0/0.5/0.6`
fn four_seconds(text: &[u8]) -> Option<[f64; 4]> {
    let mut parts = text.split(|&byte| byte == b'/');
    let delays = [
        seconds(parts.next()?)?,
        seconds(parts.next()?)?,
        seconds(parts.next()?)?,
        seconds(parts.next()?)?,
    ];
    parts.next().is_none().then_some(delays)
}

/// Digits with at most one point, maybe negative (the clock was set back).
fn seconds(text: &[u8]) -> Option<f64> {
    let (negative, digits) = text
        .strip_prefix(b"-")
        .map_or((false, text), |rest| (true, rest));
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    let (mut number, mut scale, mut point) = (0_u64, 1_u64, false);
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                number = number * 10 + u64::from(byte - b'0');
                if point {
                    scale *= 10;
                }
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    let value = number as f64 / scale as f64;
    Some(if negative { -value } else { value })
}
