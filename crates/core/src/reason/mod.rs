//! Why an attempt ended as it did, and whose side it is on.
//!
//! `550 <u@libero.it> recipient rejected` → [`Reason::NoSuchMailbox`], [`Blame::Recipient`], decided by
//! [`Basis::Text`]. The closed list of reasons follows no single standard; enhanced codes are read by
//! RFC 3463 and the IANA registry, texts by the tables in `rules/`.

mod classify;
mod codes;
mod fold;
mod limits;
mod matcher;
mod recent;
mod rules;
mod user;

pub use classify::{Classifier, Facts, PassedOver};
pub use limits::Subject;
pub(crate) use recent::Recent;
pub use user::{RuleError, UserRule};

/// Why an attempt failed: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The connection broke off after it was made.
    ConnectionLost,
    /// Refused for what the message contains: spam, a virus, forbidden content.
    ContentRejected,
    /// A temporary failure of the name service.
    DnsFailure,
    /// The domain says that it takes no mail (null MX), or its host relays for nobody.
    DomainRefusesMail,
    /// Deferred on first contact to see whether the sender comes back.
    Greylisted,
    /// A fault of the sending host.
    LocalProblem,
    /// The mailbox exists but is disabled, suspended or moved.
    MailboxDisabled,
    /// The mailbox is over its quota.
    MailboxFull,
    /// The domain does not exist.
    NoSuchDomain,
    /// The mailbox does not exist.
    NoSuchMailbox,
    /// A rule of the receiver: relaying, local policy.
    Policy,
    /// The message or the session breaks the protocol.
    Protocol,
    /// Too much mail or too many connections from this sender.
    RateLimited,
    /// The sender's address, host or domain has a bad name: block lists, missing PTR.
    Reputation,
    /// Mail goes round in a circle.
    RoutingLoop,
    /// SPF, DKIM, DMARC or a login failed.
    SenderAuth,
    /// The receiving system says that it has a fault.
    ServerError,
    /// The receiving system has no room (not one mailbox).
    StorageFull,
    /// TLS could not be set up.
    TlsFailure,
    /// The message is too large.
    TooLarge,
    /// No connection: refused, timed out, no route.
    Unreachable,
    /// Nothing more is known.
    Unspecified,
}

impl Reason {
    /// Every reason, in the order of the names.
    pub const ALL: [Reason; 22] = [
        Reason::ConnectionLost,
        Reason::ContentRejected,
        Reason::DnsFailure,
        Reason::DomainRefusesMail,
        Reason::Greylisted,
        Reason::LocalProblem,
        Reason::MailboxDisabled,
        Reason::MailboxFull,
        Reason::NoSuchDomain,
        Reason::NoSuchMailbox,
        Reason::Policy,
        Reason::Protocol,
        Reason::RateLimited,
        Reason::Reputation,
        Reason::RoutingLoop,
        Reason::SenderAuth,
        Reason::ServerError,
        Reason::StorageFull,
        Reason::TlsFailure,
        Reason::TooLarge,
        Reason::Unreachable,
        Reason::Unspecified,
    ];

    /// The name used in JSON, text and rule files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::ConnectionLost => "ConnectionLost",
            Reason::ContentRejected => "ContentRejected",
            Reason::DnsFailure => "DnsFailure",
            Reason::DomainRefusesMail => "DomainRefusesMail",
            Reason::Greylisted => "Greylisted",
            Reason::LocalProblem => "LocalProblem",
            Reason::MailboxDisabled => "MailboxDisabled",
            Reason::MailboxFull => "MailboxFull",
            Reason::NoSuchDomain => "NoSuchDomain",
            Reason::NoSuchMailbox => "NoSuchMailbox",
            Reason::Policy => "Policy",
            Reason::Protocol => "Protocol",
            Reason::RateLimited => "RateLimited",
            Reason::Reputation => "Reputation",
            Reason::RoutingLoop => "RoutingLoop",
            Reason::SenderAuth => "SenderAuth",
            Reason::ServerError => "ServerError",
            Reason::StorageFull => "StorageFull",
            Reason::TlsFailure => "TlsFailure",
            Reason::TooLarge => "TooLarge",
            Reason::Unreachable => "Unreachable",
            Reason::Unspecified => "Unspecified",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Reason> {
        Reason::ALL
            .into_iter()
            .find(|reason| reason.as_str() == name)
    }

    /// Whose side it is on.
    pub const fn blame(self) -> Blame {
        match self {
            Reason::NoSuchMailbox | Reason::MailboxDisabled | Reason::MailboxFull => {
                Blame::Recipient
            }
            Reason::NoSuchDomain | Reason::DomainRefusesMail => Blame::RecipientDomain,
            Reason::TooLarge | Reason::ContentRejected | Reason::Protocol => Blame::Message,
            Reason::Reputation
            | Reason::SenderAuth
            | Reason::Policy
            | Reason::RateLimited
            | Reason::Greylisted => Blame::Sender,
            Reason::Unreachable
            | Reason::ConnectionLost
            | Reason::DnsFailure
            | Reason::ServerError
            | Reason::StorageFull
            | Reason::TlsFailure => Blame::Receiver,
            Reason::LocalProblem | Reason::RoutingLoop => Blame::Local,
            Reason::Unspecified => Blame::Unknown,
        }
    }
}

/// Whose side a failure is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Blame {
    /// The sending host itself.
    Local,
    /// The message.
    Message,
    /// The receiving system.
    Receiver,
    /// This one recipient.
    Recipient,
    /// The recipient's domain.
    RecipientDomain,
    /// The sender: its reputation, rate or authentication.
    Sender,
    /// Not known.
    Unknown,
}

impl Blame {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Blame::Local => "local",
            Blame::Message => "message",
            Blame::Receiver => "receiver",
            Blame::Recipient => "recipient",
            Blame::RecipientDomain => "recipient_domain",
            Blame::Sender => "sender",
            Blame::Unknown => "unknown",
        }
    }
}

/// What decided the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// The state of the connection: refused, timed out, lost.
    Connection,
    /// The name service's answer.
    Dns,
    /// An enhanced status code that says something.
    EnhancedCode,
    /// The reply code alone.
    ReplyCode,
    /// A rule of the user's.
    Rule,
    /// A built-in text rule.
    Text,
}

impl Basis {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Basis::Connection => "connection",
            Basis::Dns => "dns",
            Basis::EnhancedCode => "enhanced_code",
            Basis::ReplyCode => "reply_code",
            Basis::Rule => "rule",
            Basis::Text => "text",
        }
    }
}

/// The reason of an event, and what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Why.
    pub reason: Reason,
    /// What decided it; `None` when nothing did.
    pub basis: Option<Basis>,
    /// Name of the rule that decided, for `explain`.
    pub rule: Option<RuleId>,
}

/// Names one rule: a built-in one by its place in the table, or one of the user's by its place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RuleId {
    /// Index into the built-in table.
    BuiltIn(u16),
    /// Index into the user's rules, from 0.
    User(u16),
}

#[cfg(test)]
mod tests;
