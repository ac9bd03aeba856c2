//! What a delivery line says, before anything is judged.

use mailgap_core::address::Domain;
use mailgap_core::event::{Contact, Delivery, Outcome, Source};

use super::{Part, lossy};
use crate::words::terms;

/// How texts of Exim say that nobody was contacted.
const EXIM_ECHOES: [&str; 4] = [
    "retry time not",
    "retry timeout exceeded",
    "failing for a long time",
    "long failure period",
];

/// The parts behind the head.
pub(super) fn parts(event: &Delivery<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    if !event.queue_id.is_empty() {
        parts.push(Part::new("queue id", lossy(event.queue_id)));
    }
    if event.times > 1 {
        let times = format!("{} times: the line stands for so many", event.times);
        parts.push(Part::new("repeated", times));
    }
    if let Some(sender) = event.sender {
        parts.push(Part::new("sender", lossy(sender)));
    }
    parts.push(recipient(event));
    if let Some(original) = event.original_recipient {
        parts.push(Part::new("before aliases", lossy(original)));
    }
    parts.push(relay(event));
    if let Some(delay) = event.delay_s {
        let mut part = Part::new("delay", format!("{delay} s"));
        part.notes.push("since the message arrived".to_owned());
        if let Some([before, queue, setup, sending]) = event.delays_s {
            part.notes.push(format!(
                "{before} s before the queue manager, {queue} s in it, {setup} s to set up the connection, {sending} s to send"
            ));
        }
        parts.push(part);
    }
    if let Some(status) = event.status {
        let part = Part::new("status", status.to_string());
        parts.push(part.note(format!("the sender's summary: {}", terms::status(status))));
    }
    parts.push(text(event));
    let outcome = Part::new("outcome", event.outcome.as_str());
    parts.push(outcome.note(terms::outcome(event.outcome)));
    parts.push(Part::new("contact", event.contact.as_str()).note(contact(event)));
    parts
}

fn recipient(event: &Delivery<'_>) -> Part {
    let part = Part::new("recipient", lossy(event.recipient));
    match event.domain() {
        Some(domain) => part.note(format!("destination {}", Domain::new(domain))),
        None => part.note("no domain: it counts for no destination"),
    }
}

fn relay(event: &Delivery<'_>) -> Part {
    let relay = &event.relay;
    if relay.is_unknown() {
        return Part::new("relay", "none").note("no host is named");
    }
    let mut value = lossy(relay.host).into_owned();
    if !relay.ip.is_empty() {
        let space = if value.is_empty() { "" } else { " " };
        value = format!("{value}{space}[{}]", lossy(relay.ip));
    }
    if let Some(port) = relay.port {
        value = format!("{value} port {port}");
    }
    Part::new("relay", value)
}

/// The diagnostic text, taken apart.
fn text(event: &Delivery<'_>) -> Part {
    if event.text.is_empty() {
        return Part::new("text", "none");
    }
    let mut part = Part::new("text", lossy(event.text));
    match event.stage {
        Some(stage) => {
            let stage = Part::new("stage", stage.as_str()).note(terms::stage(stage));
            part.parts.push(stage);
        }
        None => part
            .parts
            .push(Part::new("stage", "unknown").note("the text does not say how far it came")),
    }
    if event.reply.is_empty() {
        let none = Part::new("remote said", "nothing");
        part.parts
            .push(none.note("these are the sending host's own words"));
        return part;
    }
    // No note: these words are a stranger's, and nothing of ours should stand beside them.
    part.parts
        .push(Part::new("remote said", lossy(event.reply)));
    if let Some(code) = event.reply_code {
        let part_of = Part::new("reply code", code.to_string());
        part.parts
            .push(part_of.note(terms::reply_class(code.class())));
    }
    if let Some(status) = event.reply_status {
        let part_of = Part::new("enhanced", status.to_string());
        part.parts.push(part_of.note(terms::status(status)));
    }
    part
}

/// Why the contact is what it is.
fn contact(event: &Delivery<'_>) -> String {
    match (event.contact, event.source) {
        (Contact::Fresh, Source::Dsn) => "taken for an attempt: a bounce does not say otherwise".to_owned(),
        (Contact::Fresh, _) => {
            "a remote host was contacted, or its lookup was really tried: an attempt".to_owned()
        }
        (Contact::Echo, Source::Postfix) => {
            "an echo: \"delivery temporarily suspended\" repeats the failure of an earlier message, and nobody was contacted"
                .to_owned()
        }
        (Contact::Echo, Source::Exim | Source::Dsn) => {
            let text = lossy(event.text);
            let found = EXIM_ECHOES.iter().find(|words| text.contains(**words));
            let why = found.map_or_else(
                || "the text or its number says so".to_owned(),
                |words| format!("\"{words}\""),
            );
            format!("an echo: an earlier failure holds the mail back ({why}), and nobody was contacted")
        }
        (Contact::None, _) if event.outcome == Outcome::Discarded => {
            "thrown away on this host: there is no remote side".to_owned()
        }
        (Contact::None, _) => {
            "there is no remote side: this host, a socket or a filter on it answered".to_owned()
        }
    }
}
