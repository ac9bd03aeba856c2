//! Bounces as JSON: the notifications of Amazon SES, which SNS sends by mail.
//!
//! ```text
//! {"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"a@libero.example",
//!   "action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{...}}
//! ```
//!
//! Its keys are the fields of RFC 3464 in other spelling, so they become groups of fields. SNS may wrap the
//! notification as a string under `Message`, and puts words for people behind it.

use memchr::memmem;
use serde_json::{Deserializer, Value};

use crate::dsn::groups::{Field, Group, Status};

/// True for a text that begins with such a notification.
pub(in crate::dsn) fn is_told(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"{") && memmem::find(text, b"bouncedRecipients").is_some()
}

/// Reads a notification into groups of fields; nothing when it is none.
pub(in crate::dsn) fn read(text: &[u8], status: &mut Status) {
    let Some(document) = document(text) else {
        return;
    };
    let wrapped = document
        .get("Message")
        .and_then(Value::as_str)
        .and_then(|message| self::document(message.as_bytes()));
    let document = wrapped.unwrap_or(document);
    let bounce = document.get("bounce");
    let Some(recipients) = bounce
        .and_then(|bounce| bounce.get("bouncedRecipients"))
        .and_then(Value::as_array)
    else {
        return;
    };
    let text = |value: Option<&Value>, name: &str| {
        Some(value?.get(name)?.as_str()?.to_owned()).filter(|text| !text.is_empty())
    };
    if let Some(host) = text(bounce, "reportingMTA") {
        status.per_message.push(field("Reporting-MTA", &host));
    }
    let mail = document.get("mail");
    let headers = mail.and_then(|mail| mail.get("commonHeaders"));
    let message_id = text(headers, "messageId");
    for recipient in recipients {
        let recipient = Some(recipient);
        let Some(address) = text(recipient, "emailAddress") else {
            continue;
        };
        let mut group = Group::default();
        let named = format!("rfc822; {address}");
        group.fields.push(field("Final-Recipient", &named));
        for (key, name) in [
            ("action", "Action"),
            ("status", "Status"),
            ("diagnosticCode", "Diagnostic-Code"),
        ] {
            let value = text(recipient, key);
            group.fields.extend(value.map(|value| field(name, &value)));
        }
        let id = message_id.as_deref();
        group
            .fields
            .extend(id.map(|id| field("Original-Message-ID", id)));
        status.recipients.push(group);
    }
}

fn document(text: &[u8]) -> Option<Value> {
    Deserializer::from_slice(text).into_iter().next()?.ok()
}

fn field(name: &str, value: &str) -> Field {
    Field {
        name: name.as_bytes().to_vec(),
        value: value.as_bytes().to_vec(),
    }
}
