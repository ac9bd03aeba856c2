//! What a line says of a message as a whole.

use mailgap_core::event::{Fact, Notification, QueueFact};

use super::{Part, lossy};

/// The parts behind the head.
pub(super) fn parts(fact: &QueueFact<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    if !fact.queue_id.is_empty() {
        parts.push(Part::new("queue id", lossy(fact.queue_id)));
    }
    if fact.times > 1 {
        parts.push(Part::new("repeated", format!("{} times", fact.times)));
    }
    let (words, named) = match &fact.fact {
        Fact::Arrival {
            client,
            sender,
            message_id,
        } => (
            "the message entered the queue",
            [
                Some(("client", *client)),
                sender.map(|sender| ("sender", sender)),
                message_id.map(|id| ("message id", id)),
            ],
        ),
        Fact::Active { sender, .. } => (
            "the queue manager took the message up",
            [Some(("sender", *sender)), None, None],
        ),
        Fact::Cancelled => (
            "the message was given up while it was frozen: recipients still deferred have bounced",
            [None; 3],
        ),
        Fact::Expired { sender, forced } => (
            if *forced {
                "an operator made the message expire: recipients still deferred have expired"
            } else {
                "the message waited too long: recipients still deferred have expired"
            },
            [Some(("sender", *sender)), None, None],
        ),
        Fact::Held => (
            "the message was held, released, requeued, frozen or thawed",
            [None; 3],
        ),
        Fact::HostFailed { text } => (
            "one host of several failed and the next one is tried: no outcome of a recipient",
            [Some(("text", *text)), None, None],
        ),
        Fact::MessageId(id) => (
            "the Message-ID of the message",
            [Some(("message id", *id)), None, None],
        ),
        Fact::Notification { queue_id, kind } => (
            match kind {
                Notification::Delay => "the sender was told that the message is late",
                Notification::Failure => "the sender was told that the message failed",
                Notification::Success => "the sender was told that the message was delivered",
            },
            [Some(("as message", *queue_id)), None, None],
        ),
        Fact::NotificationFailed => ("a notification could not be written or sent", [None; 3]),
        Fact::Other => (
            "a known kind of line about a message that says nothing of its fate",
            [None; 3],
        ),
        Fact::Removed => ("the message left the queue", [None; 3]),
    };
    parts.push(Part::new("fact", fact.fact.as_str()).note(words));
    let named = named.into_iter().flatten();
    parts.extend(named.map(|(part, value)| {
        let part = Part::new(part, lossy(value));
        if value.is_empty() {
            part.note("empty")
        } else {
            part
        }
    }));
    parts
        .push(Part::new("evidence", "none").note("a destination is judged by delivery lines only"));
    parts
}
