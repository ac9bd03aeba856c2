//! What is no bounce, and how that shows.
//!
//! `Auto-Submitted: auto-replied` proves nothing: Postfix and Exim put it on their bounces. Nor does the null
//! envelope sender, which automatic replies have too. What counts is who writes, what the parts are, and
//! whether subject or text tell of a failed delivery.

use memchr::memmem;

use super::container::{Other, Parts};
use super::deviation::Deviations;
use super::headers::Headers;
use super::sender::{Author, Sender};
use super::text::{self, lower};
use super::{automatic, housekeeping, refusal, success};

/// Why a message is no bounce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NotBounce {
    /// A vacation message or another automatic reply (RFC 3834).
    AutomaticReply,
    /// That the recipient has read or deleted a message (RFC 8098).
    DispositionNotification,
    /// What a receiver thinks of mail that claims to be from a domain (RFC 7489).
    DmarcReport,
    /// A complaint about a message (RFC 5965).
    FeedbackReport,
    /// A bounce attached to other mail: it was somebody else's.
    ForwardedBounce,
    /// Anything else, also mail that quotes a bounce.
    OrdinaryMail,
    /// That a message was delivered, without status fields (with them it is a report).
    SuccessNotice,
    /// How TLS went with a domain (RFC 8460).
    TlsReport,
}

impl NotBounce {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            NotBounce::AutomaticReply => "automatic_reply",
            NotBounce::DispositionNotification => "disposition_notification",
            NotBounce::DmarcReport => "dmarc_report",
            NotBounce::FeedbackReport => "feedback_report",
            NotBounce::ForwardedBounce => "forwarded_bounce",
            NotBounce::OrdinaryMail => "ordinary_mail",
            NotBounce::SuccessNotice => "success_notice",
            NotBounce::TlsReport => "tls_report",
        }
    }
}

/// What a message is by its header, its parts and the words for people in it; `None` for what may be a bounce.
pub(super) fn of_message(
    headers: &Headers<'_>,
    parts: &Parts<'_>,
    words: &[u8],
) -> Option<NotBounce> {
    let subject = headers.words(b"subject");
    match parts.report_type.as_deref() {
        Some("feedback-report") => return Some(NotBounce::FeedbackReport),
        Some("tlsrpt") => return Some(NotBounce::TlsReport),
        _ => {}
    }
    let sender = Sender::of(headers);
    if !parts.status.is_empty() {
        let forwarded = !parts.is_report && is_forwarded(sender, &subject);
        return forwarded.then_some(NotBounce::ForwardedBounce);
    }
    let disposition = parts.report_type.as_deref() == Some("disposition-notification");
    match parts.other {
        _ if disposition && refusal::is_told(headers, parts, &subject) => return None,
        Some(Other::Disposition) if refusal::is_told(headers, parts, &subject) => return None,
        _ if disposition => return Some(NotBounce::DispositionNotification),
        Some(Other::Disposition) => return Some(NotBounce::DispositionNotification),
        Some(Other::Feedback) => return Some(NotBounce::FeedbackReport),
        Some(Other::Tls) => return Some(NotBounce::TlsReport),
        Some(Other::Dmarc) => return Some(NotBounce::DmarcReport),
        None => {}
    }
    let by_program = sender.author != Author::Person || sender.null;
    if by_program && !headers.has(b"x-failed-recipients") && success::is_told(&subject, words) {
        return Some(NotBounce::SuccessNotice);
    }
    if parts.report_type.as_deref() == Some("delivery-status")
        || headers.has(b"x-failed-recipients")
        || text::service::is_told(words)
    {
        return None;
    }
    let returns = parts.returned.is_some() || text::may_hold_status(words);
    if !returns && !has_bounce_subject(&subject) && housekeeping::is_told(&subject, words) {
        return Some(NotBounce::OrdinaryMail);
    }
    let by_other = matches!(sender.author, Author::Unattended | Author::Person);
    if !returns && by_other && automatic::is_of_tickets(headers, &subject) {
        return Some(NotBounce::AutomaticReply);
    }
    if sender.author != Author::MailerDaemon {
        if automatic::is_reply(headers, &subject) {
            return Some(NotBounce::AutomaticReply);
        }
        // The owners of lists get their bounces by the list.
        let to_owner = sender.author == Author::Postmaster && has_bounce_subject(&subject);
        if automatic::is_of_list(headers) && !to_owner {
            return Some(NotBounce::OrdinaryMail);
        }
    }
    if is_bounce(sender, headers, parts, &subject, words) {
        return None;
    }
    if parts.returned.as_deref().is_some_and(is_delivery_status) {
        return Some(NotBounce::ForwardedBounce);
    }
    let replied = headers.words(b"auto-submitted").starts_with("auto-replied");
    Some(
        if replied || (sender.null && automatic::is_answer(headers)) {
            NotBounce::AutomaticReply
        } else {
            NotBounce::OrdinaryMail
        },
    )
}

/// Who writes, what about and what it says, weighed together. The null envelope sender proves nothing:
/// automatic replies have it too.
fn is_bounce(
    sender: Sender,
    headers: &Headers<'_>,
    parts: &Parts<'_>,
    subject: &str,
    words: &[u8],
) -> bool {
    let by_subject = has_bounce_subject(subject);
    match sender.author {
        Author::MailerDaemon => true,
        Author::Postmaster => by_subject || sender.null,
        Author::Unattended | Author::Person if sender.null => {
            by_subject
                || text::holds_reply(words)
                || (!automatic::is_answer(headers) && text::tells_of_failure(words))
        }
        // Hosted services write under a name of their own; they return the message or its status.
        Author::Unattended => {
            by_subject
                && (text::holds_reply(words)
                    || text::may_hold_status(words)
                    || (parts.returned.is_some() && text::tells_of_failure(words)))
        }
        Author::Person => {
            by_subject
                && text::may_hold_status(words)
                && parts
                    .returned
                    .as_deref()
                    .is_some_and(|returned| !is_delivery_status(returned))
        }
    }
}

/// A report that a person passes on, its parts beside the words of the person.
fn is_forwarded(sender: Sender, subject: &str) -> bool {
    sender.author == Author::Person
        && !sender.null
        && (sender.answerable || !has_bounce_subject(subject))
}

/// Words that stand in the subjects of bounces, in lower case.
const SUBJECTS: [&str; 76] = [
    "bounce",
    "could not be delivered",
    "delivery delay",
    "delivery error",
    "delivery fail",
    "delivery has failed",
    "delivery notification",
    "delivery problem",
    "delivery report",
    "delivery status",
    "failed delivery",
    "failed mail",
    "failure",
    "mail delivery",
    "mail error",
    "mail system error",
    "non delivery",
    "non-delivery",
    "nondeliverable",
    "not be delivered",
    "not delivered",
    "returned mail",
    "returned to sender",
    "undeliver",
    "unable to deliver",
    "user unknown",
    // German
    "fehler bei der zustellung",
    "nicht zugestellt",
    "nicht zustellbar",
    "rücksendung",
    "unzustellbar",
    "zustellung fehlgeschlagen",
    "zustellungsfehler",
    "übermittlungsfehler",
    // French
    "non distribu",
    "non remis",
    "échec de la remise",
    "échec de remise",
    "échec d'envoi",
    "échec de livraison",
    "retour à l'expéditeur",
    // Italian
    "consegna non riuscita",
    "errore di consegna",
    "mancata consegna",
    "mancato recapito",
    "non recapitabile",
    // Spanish and Portuguese
    "error de entrega",
    "no entregado",
    "no se ha podido entregar",
    "no se puede entregar",
    "no se pudo entregar",
    "devuelto",
    "devolvido",
    "falha na entrega",
    "falha de entrega",
    "não entregue",
    "não foi entregue",
    // Dutch and Scandinavian
    "onbestelbaar",
    "niet afgeleverd",
    "niet bezorgd",
    "kan inte leverera",
    "kunne ikke leveres",
    "ikke levert",
    "olevererbar",
    "toimitus epäonnistui",
    // Slavic, Hungarian and Turkish
    "niedostarczon",
    "nie dostarczon",
    "nelze doručit",
    "nedoručiteln",
    "kézbesíthetetlen",
    "teslim edilemedi",
    "не доставлен",
    "недоставлен",
    // East Asian
    "配信不能",
    "配信できません",
    "退信",
];

fn has_bounce_subject(subject: &str) -> bool {
    !is_answered(subject) && SUBJECTS.iter().any(|words| subject.contains(words))
}

/// How mail programs begin the subjects of answers and of what is passed on, in lower case.
const ANSWERED: [&str; 24] = [
    "re:", "fw:", "fwd:", "[fwd:", "aw:", "wg:", "antw:", "tr:", "réf:", "rv:", "r:", "i:", "enc:",
    "res:", "doorst:", "sv:", "vs:", "vb:", "vl:", "odp:", "pd:", "ynt:", "ilt:", "转发:",
];

fn is_answered(subject: &str) -> bool {
    let subject = subject.trim_start();
    ANSWERED.iter().any(|mark| subject.starts_with(mark))
}

/// A message whose header says that it is a delivery report.
pub(super) fn is_delivery_status(message: &[u8]) -> bool {
    let (headers, _) = Headers::split(message, &mut Deviations::default());
    let kind = headers.value(b"content-type").map(|kind| lower(&kind));
    kind.is_some_and(|kind| {
        kind.starts_with(b"multipart/report") && memmem::find(&kind, b"delivery-status").is_some()
    })
}
