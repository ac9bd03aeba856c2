//! The closed lists in words for people.

use mailgap_core::event::{Outcome, Stage};
use mailgap_core::evidence::Class;
use mailgap_core::reason::{Blame, Reason};
use mailgap_core::reply::EnhancedStatus;

pub(super) const fn outcome(outcome: Outcome) -> &'static str {
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

pub(super) const fn stage(stage: Stage) -> &'static str {
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
pub(super) const fn reply_class(class: u8) -> &'static str {
    match class {
        2 => "2xx: accepted",
        3 => "3xx: go on",
        4 => "4xx: refused for now, try again",
        5 => "5xx: refused for good",
        _ => "no class of RFC 5321",
    }
}

/// The class and the subject of an enhanced code (RFC 3463 sections 3.1 and 3.2).
pub(super) fn status(status: EnhancedStatus) -> String {
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

pub(super) const fn blame(blame: Blame) -> &'static str {
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

pub(super) const fn reason(reason: Reason) -> &'static str {
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

pub(super) const fn class(class: Class) -> &'static str {
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
