//! What is no bounce, and how that shows.
//!
//! `Auto-Submitted: auto-replied` proves nothing: Postfix and Exim put it on their bounces. What counts is
//! who writes (nobody, or a mailer daemon), and what the parts are.

use memchr::memmem;

use super::container::{Other, Parts};
use super::deviation::Deviations;
use super::headers::Headers;
use super::text::lower;

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
            NotBounce::TlsReport => "tls_report",
        }
    }
}

/// What a message is by its header and its parts; `None` for what may be a bounce.
pub(super) fn of_message(headers: &Headers<'_>, parts: &Parts<'_>) -> Option<NotBounce> {
    match parts.report_type.as_deref() {
        Some("feedback-report") => return Some(NotBounce::FeedbackReport),
        Some("disposition-notification") => return Some(NotBounce::DispositionNotification),
        Some("tlsrpt") => return Some(NotBounce::TlsReport),
        _ => {}
    }
    if !parts.status.is_empty() {
        return None;
    }
    match parts.other {
        Some(Other::Feedback) => return Some(NotBounce::FeedbackReport),
        Some(Other::Disposition) => return Some(NotBounce::DispositionNotification),
        Some(Other::Tls) => return Some(NotBounce::TlsReport),
        Some(Other::Dmarc) => return Some(NotBounce::DmarcReport),
        None => {}
    }
    if parts.report_type.as_deref() == Some("delivery-status")
        || headers.has(b"x-failed-recipients")
    {
        return None;
    }
    let sender = Sender::of(headers);
    if sender != Sender::MailerDaemon && replies_by_itself(headers) {
        return Some(NotBounce::AutomaticReply);
    }
    let points = sender.points() + u32::from(has_bounce_subject(headers));
    if points >= 2 {
        return None;
    }
    if parts.returned.as_deref().is_some_and(is_delivery_status) {
        return Some(NotBounce::ForwardedBounce);
    }
    let submitted = headers.value(b"auto-submitted").map(|value| lower(&value));
    Some(match submitted {
        Some(value) if value.starts_with(b"auto-replied") => NotBounce::AutomaticReply,
        _ => NotBounce::OrdinaryMail,
    })
}

/// Names that programs which return mail go by, in lower case.
const DAEMONS: [&[u8]; 9] = [
    b"mailer-daemon",
    b"mailer_daemon",
    b"mailerdaemon",
    b"mail delivery",
    b"mail-daemon",
    b"mailer daemon",
    b"delivery subsystem",
    b"mail administrator",
    b"delivery system",
];

/// Who a message is from, as far as bounces go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    /// A program that returns mail.
    MailerDaemon,
    /// The null address in Return-Path: nobody wants an answer.
    Nobody,
    /// A postmaster: writes bounces, but mail too.
    Postmaster,
    /// Anybody.
    Other,
}

impl Sender {
    fn of(headers: &Headers<'_>) -> Sender {
        let from = headers.value(b"from").map(|from| lower(&from));
        let from = from.as_deref().unwrap_or_default();
        let has = |words: &[u8]| memmem::find(from, words).is_some();
        if DAEMONS.iter().any(|words| has(words)) || from.trim_ascii() == b"<>" {
            return Sender::MailerDaemon;
        }
        let path = headers.value(b"return-path").map(|path| lower(&path));
        let path = path.as_deref().map(<[u8]>::trim_ascii);
        let nobody = path.is_some_and(|path| {
            path == b"<>" || path.is_empty() || memmem::find(path, b"mailer-daemon").is_some()
        });
        if nobody {
            Sender::Nobody
        } else if has(b"postmaster") || has(b"mailsystem") || has(b"mail system") {
            Sender::Postmaster
        } else {
            Sender::Other
        }
    }

    const fn points(self) -> u32 {
        match self {
            Sender::MailerDaemon | Sender::Nobody => 2,
            Sender::Postmaster => 1,
            Sender::Other => 0,
        }
    }
}

/// Words that stand in the subjects of bounces, in lower case.
const SUBJECTS: &[&[u8]] = &[
    b"bounce",
    b"could not be delivered",
    b"delivery delay",
    b"delivery error",
    b"delivery fail",
    b"delivery has failed",
    b"delivery notification",
    b"delivery problem",
    b"delivery report",
    b"delivery status",
    b"failed delivery",
    b"failed mail",
    b"failure",
    b"mail error",
    b"mail system error",
    b"non delivery",
    b"non-delivery",
    b"nondeliverable",
    b"not be delivered",
    b"not delivered",
    b"returned mail",
    b"returned to sender",
    b"undeliver",
    b"undelivered",
    b"unable to deliver",
    b"unzustellbar",
    b"user unknown",
];

fn has_bounce_subject(headers: &Headers<'_>) -> bool {
    let subject = headers.value(b"subject").map(|subject| lower(&subject));
    let subject = subject.as_deref().unwrap_or_default();
    let answered = [&b"re:"[..], b"fw:", b"fwd:"];
    !answered.iter().any(|mark| subject.starts_with(mark))
        && SUBJECTS
            .iter()
            .any(|words| memmem::find(subject, words).is_some())
}

/// How the subjects of automatic replies begin, in lower case.
const AUTOMATIC: [&[u8]; 8] = [
    b"auto:",
    b"automatic reply",
    b"autoreply",
    b"auto reply",
    b"auto-reply",
    b"auto response",
    b"out of office",
    b"vacation",
];

/// Marks of programs that answer for somebody who is away.
fn replies_by_itself(headers: &Headers<'_>) -> bool {
    const FIELDS: [&[u8]; 5] = [
        b"x-autoreply",
        b"x-autorespond",
        b"x-autogenerated",
        b"x-vacation",
        b"x-mail-autoreply",
    ];
    if FIELDS.iter().any(|name| headers.has(name)) {
        return true;
    }
    let precedence = headers.value(b"precedence").map(|value| lower(&value));
    if precedence
        .is_some_and(|value| value.starts_with(b"auto_reply") || value.starts_with(b"auto-reply"))
    {
        return true;
    }
    let subject = headers.value(b"subject").map(|subject| lower(&subject));
    subject.is_some_and(|subject| AUTOMATIC.iter().any(|words| subject.starts_with(words)))
}

/// A message whose header says that it is a delivery report.
fn is_delivery_status(message: &[u8]) -> bool {
    let (headers, _) = Headers::split(message, &mut Deviations::default());
    let kind = headers.value(b"content-type").map(|kind| lower(&kind));
    kind.is_some_and(|kind| {
        kind.starts_with(b"multipart/report") && memmem::find(&kind, b"delivery-status").is_some()
    })
}
