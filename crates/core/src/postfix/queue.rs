//! Records about a queued message that name no recipient.
//!
//! `4P1Xr72xkCz9vwX: from=<s@y.org>, size=1234, nrcpt=2 (queue active)`
//!
//! Sources: `src/qmgr/qmgr_active.c`, `src/cleanup/cleanup_message.c`, `src/smtpd/smtpd.c`,
//! `src/bounce/bounce_notify_service.c`, `src/postsuper/postsuper.c`.

use memchr::memmem;

use super::QueueRecord;
use super::delivery::field;
use crate::event::{Fact, Notification, QueueFact, Source};

/// The fact, or `None` when the shape is not known.
pub(super) fn parse<'b>(at: &QueueRecord<'_, 'b>) -> Option<QueueFact<'b>> {
    Some(QueueFact {
        time: at.record.time,
        source: Source::Postfix,
        host: at.record.host,
        instance: at.instance,
        queue_id: at.queue_id,
        fact: fact(at.program, at.text)?,
        times: at.record.times,
    })
}

fn fact<'b>(program: &[u8], text: &'b [u8]) -> Option<Fact<'b>> {
    if let Some(id) = text.strip_prefix(b"message-id=") {
        return Some(Fact::MessageId(
            id.strip_prefix(b"<")
                .and_then(|id| id.strip_suffix(b">"))
                .unwrap_or(id),
        ));
    }
    if let Some(rest) = text.strip_prefix(b"from=<") {
        return from(rest);
    }
    if let Some(client) = text.strip_prefix(b"client=") {
        return Some(Fact::Arrival {
            client: field(client).map_or(client, |(client, _)| client),
            sender: None,
            message_id: None,
        });
    }
    if let Some(rest) = text.strip_prefix(b"uid=") {
        let sender =
            memmem::find(rest, b" from=<").and_then(|n| rest.get(n + 7..)?.strip_suffix(b">"));
        return Some(Fact::Arrival {
            client: b"",
            sender,
            message_id: None,
        });
    }
    if text == b"removed" || text.starts_with(b"removed (") {
        return Some(Fact::Removed);
    }
    for (words, kind) in NOTIFICATIONS {
        if let Some(id) = text.strip_prefix(words) {
            return Some(Fact::Notification { queue_id: id, kind });
        }
    }
    if text.starts_with(b"sender notification failed") || text.starts_with(b"status=") {
        return Some(Fact::NotificationFailed);
    }
    if [
        &b"placed on hold"[..],
        b"released from hold",
        b"requeued",
        b"expired",
    ]
    .iter()
    .any(|w| text.starts_with(w))
    {
        return Some(Fact::Held);
    }
    if HOST_FAILED.iter().any(|words| text.starts_with(words)) {
        return Some(Fact::HostFailed { text });
    }
    // Filters and checks speak about the message in many ways, and so does smtpd about its recipients.
    if matches!(
        program,
        b"smtpd" | b"cleanup" | b"qmqpd" | b"postscreen" | b"pickup"
    ) || OTHER.iter().any(|words| text.starts_with(words))
    {
        return Some(Fact::Other);
    }
    None
}

/// `s@y.org>, size=1234, nrcpt=2 (queue active)` or `s@y.org>, status=expired, returned to sender`
fn from(text: &[u8]) -> Option<Fact<'_>> {
    // The address may hold anything, what follows it no bracket.
    let end = memchr::memrchr(b'>', text)?;
    let (sender, rest) = (text.get(..end)?, text.get(end + 1..)?);
    if let Some(status) = rest.strip_prefix(b", status=") {
        if status.starts_with(b"expired") {
            return Some(Fact::Expired {
                sender,
                forced: false,
            });
        }
        if status.starts_with(b"force-expired") {
            return Some(Fact::Expired {
                sender,
                forced: true,
            });
        }
        return None;
    }
    let rest = rest.strip_prefix(b", size=")?;
    let (size, rest) = super::number(rest).map_or((None, rest), |(n, rest)| (Some(n), rest));
    let recipients = rest.strip_prefix(b", nrcpt=").and_then(super::number);
    Some(Fact::Active {
        sender,
        size,
        recipients: recipients.and_then(|(n, _)| u32::try_from(n).ok()),
    })
}

const NOTIFICATIONS: [(&[u8], Notification); 5] = [
    (b"sender non-delivery notification: ", Notification::Failure),
    (b"sender delay notification: ", Notification::Delay),
    (
        b"sender delivery status notification: ",
        Notification::Success,
    ),
    (
        b"postmaster non-delivery notification: ",
        Notification::Failure,
    ),
    (b"postmaster delay notification: ", Notification::Delay),
];

/// One host failed and the next one is tried: the same texts as in a delivery record.
const HOST_FAILED: [&[u8]; 10] = [
    b"host ",
    b"lost connection with ",
    b"conversation with ",
    b"connect to ",
    b"Cannot start TLS",
    b"TLS is required",
    b"Server certificate",
    b"SSL_connect error",
    b"SASL authentication failed",
    b"breaking line",
];

const OTHER: [&[u8]; 8] = [
    b"filter: ",
    b"milter-",
    b"hold: ",
    b"warning: ",
    b"skipped, still being delivered",
    b"enabling PIX workarounds",
    b"DSN:",
    b"reject: ",
];
