//! Events and queue facts with pseudonyms for people.

use super::Redactor;
use crate::event::{Delivery, Fact, Line, QueueFact, Relay};

/// Room for the words of one redacted record; use it again for the next.
#[derive(Debug, Default)]
pub struct Redacted {
    bytes: Vec<u8>,
    /// Where each word ends.
    ends: Vec<usize>,
}

impl Redacted {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Ends a word; gives its number.
    fn end(&mut self) -> usize {
        self.ends.push(self.bytes.len());
        self.ends.len() - 1
    }

    fn word(&self, n: usize) -> &[u8] {
        let start = n.checked_sub(1).and_then(|before| self.ends.get(before));
        let (start, end) = (start.copied().unwrap_or(0), self.ends.get(n).copied());
        let range = start..end.unwrap_or(start);
        self.bytes.get(range).unwrap_or_default()
    }

    fn words(&self, first: usize, last: usize) -> &[u8] {
        let start = first
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let (start, end) = (start.copied().unwrap_or(0), self.ends.get(last).copied());
        let range = start..end.unwrap_or(start);
        self.bytes.get(range).unwrap_or_default()
    }
}

impl Redactor {
    fn take_address(&self, address: &[u8], room: &mut Redacted) -> usize {
        self.push_address(address, &mut room.bytes);
        room.end()
    }

    fn take_text(&self, text: &[u8], names: &[&[u8]], room: &mut Redacted) -> usize {
        self.push_text(text, names, &mut room.bytes);
        room.end()
    }

    /// The event with pseudonyms. Its fields of a bounce are left out: redact the [report](Redactor::report)
    /// and take its events.
    ///
    /// Find its reason before: a rule may ask for words that are hidden then.
    pub fn delivery<'r>(&self, event: &Delivery<'r>, room: &'r mut Redacted) -> Delivery<'r> {
        room.clear();
        let people = [
            event.recipient,
            event.original_recipient.unwrap_or_default(),
            event.sender.unwrap_or_default(),
        ];
        let names = super::names_of(&people);
        let recipient = self.take_address(event.recipient, room);
        let mut optional = |address: Option<&[u8]>| address.map(|it| self.take_address(it, room));
        let original = optional(event.original_recipient);
        let sender = optional(event.sender);
        let message_id = optional(event.message_id);
        let (before, after) = around(event.text, event.reply);
        let first = self.take_text(before, &names, room);
        let reply = self.take_text(event.reply, &names, room);
        let last = self.take_text(after, &names, room);
        let relay_host = self.take_text(event.relay.host, &[], room);
        let room = &*room;
        let word = |n: Option<usize>| n.map(|n| room.word(n));
        // A reply that is no part of the text stands by itself.
        let is_within = before.len() < event.text.len() || event.reply.is_empty();
        Delivery {
            recipient: room.word(recipient),
            original_recipient: word(original),
            sender: word(sender),
            message_id: word(message_id),
            reply: room.word(reply),
            text: if is_within {
                room.words(first, last)
            } else {
                room.word(first)
            },
            relay: Relay {
                host: room.word(relay_host),
                ..event.relay
            },
            dsn: None,
            ..event.clone()
        }
    }

    /// A line of a log, which says this, with pseudonyms.
    pub fn line(&self, text: &[u8], said: &Line<'_>) -> Vec<u8> {
        let people = match said {
            Line::Delivery(event) => [
                Some(event.recipient),
                event.original_recipient,
                event.sender,
            ],
            Line::Queue(fact) => match fact.fact {
                Fact::Arrival { sender, .. } => [sender, None, None],
                Fact::Active { sender, .. } | Fact::Expired { sender, .. } => {
                    [Some(sender), None, None]
                }
                _ => [None; 3],
            },
            _ => [None; 3],
        };
        let people: Vec<&[u8]> = people.into_iter().flatten().collect();
        self.text(text, &people).into_owned()
    }

    /// What is said of a message, with pseudonyms.
    pub fn queue_fact<'r>(&self, fact: &QueueFact<'r>, room: &'r mut Redacted) -> QueueFact<'r> {
        room.clear();
        let first = match fact.fact {
            Fact::Arrival { sender, .. } => sender,
            Fact::Active { sender, .. } | Fact::Expired { sender, .. } => Some(sender),
            Fact::MessageId(id) => Some(id),
            Fact::HostFailed { text } => {
                self.take_text(text, &[], room);
                None
            }
            _ => None,
        };
        if let Some(address) = first {
            self.take_address(address, room);
        } else if room.ends.is_empty() {
            room.end();
        }
        if let Fact::Arrival {
            client, message_id, ..
        } = fact.fact
        {
            self.take_address(message_id.unwrap_or_default(), room);
            self.take_text(client, &[], room);
        }
        let room = &*room;
        let said = match fact.fact.clone() {
            Fact::Arrival {
                sender, message_id, ..
            } => Fact::Arrival {
                client: room.word(2),
                sender: sender.map(|_| room.word(0)),
                message_id: message_id.map(|_| room.word(1)),
            },
            Fact::Active {
                size, recipients, ..
            } => Fact::Active {
                sender: room.word(0),
                size,
                recipients,
            },
            Fact::Expired { forced, .. } => Fact::Expired {
                sender: room.word(0),
                forced,
            },
            Fact::MessageId(_) => Fact::MessageId(room.word(0)),
            Fact::HostFailed { .. } => Fact::HostFailed { text: room.word(0) },
            other => other,
        };
        QueueFact {
            fact: said,
            ..fact.clone()
        }
    }
}

/// What stands around the reply, which is a part of the text; all of the text and nothing where it is not.
fn around<'t>(text: &'t [u8], reply: &[u8]) -> (&'t [u8], &'t [u8]) {
    let start = (reply.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    let is_within = text
        .get(start..)
        .is_some_and(|rest| rest.len() >= reply.len());
    match (is_within, reply.is_empty()) {
        (true, false) => (
            text.get(..start).unwrap_or_default(),
            text.get(start + reply.len()..).unwrap_or_default(),
        ),
        _ => (text, b""),
    }
}
