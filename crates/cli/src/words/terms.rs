//! The closed lists in words for people.

use mailgap_core::dsn::{Deviation, Format, NotBounce};
use mailgap_core::event::{Outcome, Stage};
use mailgap_core::evidence::Class;
use mailgap_core::reason::{Blame, Reason};
use mailgap_core::reply::EnhancedStatus;

pub(crate) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Bounced => "given up after a permanent refusal",
        Outcome::Deferred => "kept in the queue, to be tried again",
        Outcome::Delivered => "accepted by the next host, or delivered on this one",
        Outcome::Discarded => "thrown away on purpose",
        Outcome::Expired => "given up because it waited too long",
        Outcome::Probe => "a test of the address; no mail was sent",
        Outcome::Relayed => "handed to a filter or relay that answers for it from here on",
    }
}

pub(crate) const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Dns => "at the lookup of the host",
        Stage::Connect => "at the connection",
        Stage::Greeting => "at the greeting of the remote host",
        Stage::Helo => "at EHLO or HELO",
        Stage::Tls => "at STARTTLS or the handshake",
        Stage::Mail => "in reply to MAIL FROM",
        Stage::Rcpt => "in reply to RCPT TO",
        Stage::Data => "in reply to DATA",
        Stage::EndOfData => "after the message was sent",
        Stage::Local => "inside the sending host",
    }
}

/// The first digit of a reply code (RFC 5321 section 4.2.1).
pub(crate) const fn reply_class(class: u8) -> &'static str {
    match class {
        2 => "2xx: accepted",
        3 => "3xx: go on",
        4 => "4xx: refused for now, try again",
        5 => "5xx: refused for good",
        _ => "no class of RFC 5321",
    }
}

/// The class and the subject of an enhanced code (RFC 3463 sections 3.1 and 3.2).
pub(crate) fn status(status: EnhancedStatus) -> String {
    let class = match status.class() {
        2 => "success",
        4 => "temporary",
        _ => "permanent",
    };
    let subject = match status.subject() {
        0 => "nothing more said",
        1 => "about the address",
        2 => "about the mailbox",
        3 => "about the mail system",
        4 => "about the network or the routing",
        5 => "about the protocol",
        6 => "about the content",
        7 => "about security or policy",
        _ => "a subject not in RFC 3463",
    };
    format!("{class}, {subject}")
}

pub(crate) const fn blame(blame: Blame) -> &'static str {
    match blame {
        Blame::Local => "the sending host",
        Blame::Message => "the message",
        Blame::Receiver => "the receiving system",
        Blame::Recipient => "this one recipient",
        Blame::RecipientDomain => "the domain of the recipient",
        Blame::Sender => "the sender: its reputation, rate or authentication",
        Blame::Unknown => "not known",
    }
}

pub(crate) const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::ConnectionLost => "the connection broke off after it was made",
        Reason::ContentRejected => "refused for what the message contains",
        Reason::DnsFailure => "a temporary failure of the name service",
        Reason::DomainRefusesMail => "the domain takes no mail at all",
        Reason::Greylisted => "deferred at first, to see whether the sender comes back",
        Reason::LocalProblem => "a fault of the sending host",
        Reason::MailboxDisabled => "the mailbox exists but is disabled, suspended or moved",
        Reason::MailboxFull => "the mailbox is over its quota",
        Reason::NoSuchDomain => "the domain does not exist",
        Reason::NoSuchMailbox => "the mailbox does not exist, says the receiver",
        Reason::Policy => "a rule of the receiver",
        Reason::Protocol => "the message or the session breaks the protocol",
        Reason::RateLimited => "too much mail, recipients or connections at once",
        Reason::Reputation => "the sender's address, host or domain has a bad name",
        Reason::RoutingLoop => "mail goes round in a circle",
        Reason::SenderAuth => "SPF, DKIM, DMARC or a login failed",
        Reason::ServerError => "the receiving system says that it has a fault",
        Reason::StorageFull => "the receiving system has no room",
        Reason::TlsFailure => "TLS could not be set up",
        Reason::TooLarge => "the message is too large",
        Reason::Unreachable => "no connection: refused, timed out, no route",
        Reason::Unspecified => "nothing more is known",
    }
}

pub(crate) const fn class(class: Class) -> &'static str {
    match class {
        Class::Ok => "the destination took mail",
        Class::Conn => "no connection to the destination",
        Class::Dns => "a failure of the name service",
        Class::TmpSys => "a temporary fault of the receiving system",
        Class::TmpRcpt => "refused for now, for this recipient",
        Class::Grey => "greylisted",
        Class::PermRcpt => "refused for good, for this recipient",
        Class::PermSys => "refused for good by a fault of the receiving system",
        Class::Policy => "refused for what the receiver thinks of the sender",
    }
}

pub(crate) const fn format(format: Format) -> &'static str {
    match format {
        Format::DeliveryStatus => "status fields (RFC 3464)",
        Format::Exim => "no status fields: read from the text that Exim writes",
        Format::General => "no status fields: read from a text of no known family, by its shape",
        Format::Postfix => "no status fields: read from the text that Postfix writes",
        Format::Qmail => "no status fields: read from the text that qmail writes",
    }
}

pub(crate) const fn not_bounce(kind: NotBounce) -> &'static str {
    match kind {
        NotBounce::AutomaticReply => "an automatic reply, such as a vacation message",
        NotBounce::DispositionNotification => "it says that a message was read or deleted",
        NotBounce::DmarcReport => "a DMARC report",
        NotBounce::FeedbackReport => "a complaint about a message",
        NotBounce::ForwardedBounce => "other mail with a bounce attached",
        NotBounce::OrdinaryMail => "ordinary mail",
        NotBounce::SuccessNotice => "it says that a message was delivered",
        NotBounce::TlsReport => "a TLS report",
    }
}

pub(crate) const fn deviation(deviation: Deviation) -> &'static str {
    match deviation {
        Deviation::ActionMissing => "no Action field: the status decides the outcome",
        Deviation::ActionUnknown => "an Action that RFC 3464 does not know",
        Deviation::BoundaryGuessed => "no line of the declared boundary: another one was taken",
        Deviation::BoundaryNotClosed => "the closing boundary is missing",
        Deviation::CarriageReturns => "lines end in a lone CR",
        Deviation::Container => "not under multipart/report with report-type=delivery-status",
        Deviation::Date => "a date that cannot be read",
        Deviation::DateMissing => "no date at all",
        Deviation::Encoding => "a transfer encoding that cannot be decoded: read as it stands",
        Deviation::FieldTooLong => "a limit: the value of a field was cut at 64 KiB",
        Deviation::Groups => "no blank line between recipients, or one inside a recipient's fields",
        Deviation::HeaderTooLong => "a limit: a header was cut at 1 MiB or 2,000 fields",
        Deviation::Line => "a line among the fields that is none",
        Deviation::MessageTooLong => "a limit: the message was cut at 64 MiB",
        Deviation::NestedTooDeep => "a limit: multiparts deeper than 8 were not opened",
        Deviation::PartsTooMany => "a limit: parts behind the 1,000th were not looked at",
        Deviation::RecipientMissing => "no address",
        Deviation::RecipientsTooMany => "a limit: recipients behind the 250,000th were left out",
        Deviation::ReportingMtaMissing => "no Reporting-MTA field",
        Deviation::StatusAsText => "the status fields stand in a part that is declared as text",
        Deviation::StatusInvalid => "a Status that is no code of RFC 3463",
        Deviation::StatusMissing => "no Status field",
        Deviation::TextOnly => "no status fields: read from the words for people",
        Deviation::TypeMissing => "no type and semicolon before an address",
    }
}
