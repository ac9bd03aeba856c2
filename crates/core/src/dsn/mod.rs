//! Bounces: one message → a [`Report`], or why it is none.
//!
//! ```text
//! Final-Recipient: rfc822; gallo_ivo16@grey.example
//! Action: failed
//! Status: 5.1.1
//! Diagnostic-Code: smtp; 550 5.1.1 <gallo_ivo16@grey.example>: Recipient address rejected
//! ```
//!
//! Delivery status notifications by RFC 3464 and its neighbours (6522, 6533), and what stands for them:
//! the texts of qmail, Exim and Postfix, and others of the shape "address: reply". One file per concern:
//! `container` (parts of MIME), `groups` (of fields), `fields` (their values), `date`, `domain`, `report`
//! (and its events), `text` (one file per family), `kind` (what is no bounce; `sender`, `automatic`, `success`,
//! `housekeeping` and `refusal` are its evidence), `addresses` (who failed), and what the words tell of the attempt: `stage`,
//! `expiry`, `contact`, `exit_code`.
//!
//! A pure function of the bytes. Time is linear in them, and each limit that was hit is named as a
//! [`Deviation`]. The returned message is never opened beyond its header: a bounce within it is not counted,
//! unless a gateway wrapped that bounce into a message that says nothing itself.

mod addresses;
mod automatic;
mod contact;
mod container;
mod date;
mod deviation;
mod domain;
mod exit_code;
mod expiry;
mod fields;
mod groups;
pub(crate) mod headers;
mod housekeeping;
mod kind;
mod refusal;
mod report;
mod sender;
mod stage;
mod success;
mod text;

use std::borrow::Cow;

pub use deviation::{Deviation, Deviations};
pub use fields::Action;
pub use groups::Field;
pub use kind::NotBounce;
pub use report::{DsnFields, Format, Recipient, Report};

use container::Parts;
use groups::Status;
use headers::Headers;

use crate::event::Odd;

/// Bytes of a message that are read: 250,000 recipients with their fields fit in. What is longer has a
/// large message returned in it, whose end says nothing.
pub const MAX_MESSAGE: usize = 64 << 20;

/// What a message is.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// A bounce.
    Report(Box<Report>),
    /// No bounce.
    NotBounce(NotBounce),
    /// It looks like a bounce, but names no recipient in a way that we know.
    Unknown(Odd),
}

/// Reads one message: its header, a blank line, its body. Lines may end in LF, CRLF or, if none does, CR.
pub fn read(message: &[u8]) -> Reading {
    let mut deviations = Deviations::default();
    let cut = message.get(..MAX_MESSAGE).unwrap_or(message);
    if cut.len() < message.len() {
        deviations.add(Deviation::MessageTooLong);
    }
    let message = with_line_feeds(cut, &mut deviations);
    read_level(&message, deviations, true)
}

/// Reads a message, or the one that a gateway wrapped; `outer`: it may be a wrapper itself.
fn read_level(message: &[u8], mut deviations: Deviations, outer: bool) -> Reading {
    let (headers, body) = Headers::split(message, &mut deviations);
    let parts = Parts::of(&headers, body);
    let text = parts.text.as_deref().unwrap_or_default();
    let (words, returned_in_text) = text::split_returned(text);
    let own_kind = kind::of_message(&headers, &parts, words);
    let status = match own_kind {
        // What a person passes on befell the mail of somebody else.
        Some(NotBounce::ForwardedBounce) => Status::default(),
        own_kind => status_of(&parts, own_kind.is_none(), &mut deviations),
    };
    let returned = parts.returned.as_deref().map(returned_headers);
    let mut report = if status.recipients.is_empty() {
        if body.is_empty() && deviations.has(Deviation::MessageTooLong) {
            return Reading::Unknown(Odd {
                why: "expected a header of at most 64 MiB",
                column: 0,
            });
        }
        if let Some(kind) = own_kind {
            return Reading::NotBounce(kind);
        }
        let families = text::families(&headers, words, returned.as_ref());
        let Some(found) = text::read(&headers, words, &families) else {
            if outer && let Some(wrapped) = wrapped(&headers, &parts) {
                return read_level(wrapped, deviations, false);
            }
            return Reading::Unknown(Odd {
                why: "expected a recipient in a bounce",
                column: 0,
            });
        };
        let mut report = Report::from_text(found.format, found.recipients);
        report.take_notice(&families, words);
        if returned.is_none() {
            report.take_returned(&returned_headers(returned_in_text));
        }
        report
    } else {
        deviations = deviations.and(parts.deviations);
        let mut report = Report::from_status(status);
        let families = text::families(&headers, words, returned.as_ref());
        addresses::complete(
            &mut report.recipients,
            &headers,
            &families,
            returned.as_ref(),
        );
        text::add_words(&mut report.recipients, &families, words);
        report.take_notice(&families, words);
        if returned.is_none() {
            report.take_returned(&returned_headers(returned_in_text));
        }
        report
    };
    report.take_headers(&headers);
    if let Some(returned) = &returned {
        report.take_returned(returned);
    }
    report.take_references(&headers);
    if report.date.is_none() && report.arrival.is_none() {
        deviations.add(Deviation::DateMissing);
    }
    report.deviations = report.deviations.and(deviations);
    Reading::Report(Box::new(report))
}

/// The status fields: of the status parts, or where they stand in a bounce that has none.
fn status_of(parts: &Parts<'_>, may_be_bounce: bool, deviations: &mut Deviations) -> Status {
    let mut status = Status::default();
    for part in &parts.status {
        status.read(part);
    }
    status.settle();
    if !status.recipients.is_empty() || !may_be_bounce {
        return status;
    }
    // A refusal that was sent as a disposition notification names its recipient in the same fields.
    if let Some(fields) = &parts.disposition {
        status.read(fields);
    }
    for text in parts.text.iter().chain(&parts.texts) {
        if !status.recipients.is_empty() {
            break;
        }
        if text::service::is_told(text) {
            text::service::read(text, &mut status);
            deviations.add(Deviation::StatusAsText);
        } else if text::may_hold_status(text) {
            status.read_from_text(text);
            deviations.add(Deviation::StatusAsText);
        }
    }
    status.settle();
    status
}

/// The bounce that a gateway wrapped into a message of its own, with a footer: it goes to the same address, or
/// comes from the same one, or a program wrapped it.
fn wrapped<'m>(headers: &Headers<'_>, parts: &'m Parts<'_>) -> Option<&'m [u8]> {
    let message = parts
        .returned
        .as_deref()
        .filter(|message| kind::is_delivery_status(message))?;
    let inner = returned_headers(message);
    let same = |name| {
        let (one, other) = (headers.value(name), inner.value(name));
        one.is_some() && one == other
    };
    let by_program = sender::Sender::of(headers).author == sender::Author::MailerDaemon;
    let fits = by_program || [&b"to"[..], b"from", b"message-id"].into_iter().any(same);
    fits.then_some(message)
}

fn returned_headers(returned: &[u8]) -> Headers<'_> {
    // What is odd about the returned message is not the bounce's fault.
    Headers::split(returned, &mut Deviations::default()).0
}

/// Old Macs ended lines in CR alone, and mail from there still lies in archives.
fn with_line_feeds<'m>(message: &'m [u8], deviations: &mut Deviations) -> Cow<'m, [u8]> {
    if memchr::memchr(b'\n', message).is_some() || memchr::memchr(b'\r', message).is_none() {
        return Cow::Borrowed(message);
    }
    deviations.add(Deviation::CarriageReturns);
    let turned = |&byte: &u8| if byte == b'\r' { b'\n' } else { byte };
    Cow::Owned(message.iter().map(turned).collect())
}
