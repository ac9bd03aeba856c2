//! Why an attempt ended as it did, and whose side it is on.
//!
//! `550 <u@libero.it> recipient rejected` → [`Reason::NoSuchMailbox`], [`Blame::Recipient`], decided by
//! [`Basis::Text`]. The closed list of reasons follows no single standard; enhanced codes are read by
//! RFC 3463 and the IANA registry, texts by the tables in `rules/`.

mod codes;
mod fold;
mod matcher;
mod rules;
mod user;

pub use user::{RuleError, UserRule};

use crate::event::{Contact, Delivery, Outcome, Source, Stage};
use crate::reply::{EnhancedStatus, ReplyCode};
use fold::Folded;
use matcher::MATCHER;
use rules::Tier;
use user::UserRules;

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

/// What is known of a failure: the part of an event that a verdict needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts<'b> {
    /// Reply code of the remote side; `None` when it never answered.
    pub reply_code: Option<ReplyCode>,
    /// Enhanced status code in the remote side's own words.
    pub reply_status: Option<EnhancedStatus>,
    /// Enhanced status code as the MTA reports it (Postfix `dsn=`, DSN `Status`).
    pub status: Option<EnhancedStatus>,
    /// How far the attempt came.
    pub stage: Option<Stage>,
    /// Whether a remote host was contacted; `None` when the record is another host's (a bounce) and does not tell.
    pub contact: Option<Contact>,
    /// What the remote side said; empty when it never answered.
    pub reply: &'b [u8],
    /// The whole diagnostic text.
    pub text: &'b [u8],
}

impl<'b> Facts<'b> {
    /// The facts of an event.
    pub fn of(event: &Delivery<'b>) -> Facts<'b> {
        Facts {
            reply_code: event.reply_code,
            reply_status: event.reply_status,
            status: event.status,
            stage: event.stage,
            contact: (event.source != Source::Dsn).then_some(event.contact),
            reply: event.reply,
            text: event.text,
        }
    }

    fn class(&self) -> Option<u8> {
        self.reply_code
            .map(ReplyCode::class)
            .or_else(|| self.reply_status.or(self.status).map(EnhancedStatus::class))
    }
}

/// Turns events into verdicts: the user's rules first, then the built-in ones.
///
/// In this order, the first that says something decides: the user's rules, on the whole diagnostic text;
/// when no remote side answered, the MTA's own words; clear words of the remote side; the enhanced code in
/// its reply; the MTA's enhanced code; vague words; the reply code and the command it answers. Clear words stand
/// before the codes because codes lie more often: x.7.1 is said for nearly everything, x.1.1 for rate
/// limits, x.4.1 for unknown users.
///
/// ```
/// use mailgap_core::reason::{Basis, Classifier, Facts, Reason};
/// use mailgap_core::reply::ReplyCode;
///
/// let verdict = Classifier::default().judge(&Facts {
///     reply_code: ReplyCode::new(550),
///     reply: b"550 <u@libero.it> recipient rejected",
///     ..Facts::default()
/// });
/// assert_eq!((verdict.reason, verdict.basis), (Reason::NoSuchMailbox, Some(Basis::Text)));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Classifier {
    user: UserRules,
}

impl Classifier {
    /// A classifier that asks these rules first, in their order.
    ///
    /// # Errors
    /// When the rules are too many or too large to be compiled together.
    pub fn with_rules(rules: Vec<UserRule>) -> Result<Classifier, RuleError> {
        Ok(Classifier {
            user: UserRules::new(rules)?,
        })
    }

    /// The reason of an event; `None` for one that did not fail.
    pub fn classify(&self, event: &Delivery<'_>) -> Option<Verdict> {
        let facts = Facts::of(event);
        match event.outcome {
            Outcome::Delivered | Outcome::Discarded | Outcome::Relayed => None,
            Outcome::Probe if facts.class() == Some(2) => None,
            Outcome::Bounced | Outcome::Deferred | Outcome::Expired | Outcome::Probe => {
                Some(self.judge(&facts))
            }
        }
    }

    /// The reason of a failure.
    pub fn judge(&self, facts: &Facts<'_>) -> Verdict {
        let text = if facts.text.is_empty() {
            facts.reply
        } else {
            facts.text
        };
        if let Some((index, reason)) = self.user.first(text) {
            return Verdict {
                reason,
                basis: Some(Basis::Rule),
                rule: Some(RuleId::User(index)),
            };
        }
        let answered = facts.reply_code.is_some() || !facts.reply.is_empty();
        let folded = Folded::new(if facts.reply.is_empty() {
            text
        } else {
            facts.reply
        });
        let hits = MATCHER.scan(&folded);
        let class = facts.class();
        let by_text = |tier: Tier| {
            let (index, rule) =
                hits.first(|rule| rule.tier == tier && rule.when.includes(class))?;
            Some(Verdict {
                reason: of_whom(rule.reason, facts),
                basis: Some(rule.basis),
                rule: Some(RuleId::BuiltIn(index)),
            })
        };
        let by_code = |reason: Option<Reason>, basis: Basis| {
            reason.map(|reason| Verdict {
                reason,
                basis: Some(basis),
                rule: None,
            })
        };
        let by_status = |of: fn(EnhancedStatus) -> Option<Reason>| {
            let reason = facts.reply_status.and_then(of);
            by_code(
                reason.or_else(|| facts.status.and_then(of)),
                Basis::EnhancedCode,
            )
        };
        let own_words = if answered { None } else { by_text(Tier::Own) };
        own_words
            .or_else(|| by_text(Tier::Clear))
            .or_else(|| by_status(codes::of_status))
            .or_else(|| by_text(Tier::Vague))
            .or_else(|| by_status(codes::of_vague_status))
            .or_else(|| {
                let code = facts.reply_code?;
                by_code(codes::of_reply_code(code, facts.stage), Basis::ReplyCode)
            })
            .unwrap_or_else(|| nothing_said(facts))
    }

    /// The phrases of a built-in rule and a reply that it was made for; `None` for any other.
    pub fn describe(rule: RuleId) -> Option<(&'static str, &'static str)> {
        match rule {
            RuleId::BuiltIn(index) => MATCHER.rule(index).map(|rule| (rule.phrases, rule.sample)),
            RuleId::User(_) => None,
        }
    }
}

/// A local fault in a bounce is one of the host that wrote it, which is seldom the sending one.
fn of_whom(reason: Reason, facts: &Facts<'_>) -> Reason {
    match reason {
        Reason::LocalProblem if facts.contact.is_none() => Reason::ServerError,
        _ => reason,
    }
}

/// The verdict when neither words nor codes say anything: the stage is all that is left.
fn nothing_said(facts: &Facts<'_>) -> Verdict {
    let answered = facts.reply_code.is_some() || !facts.reply.is_empty();
    let (reason, basis) = match facts.stage {
        _ if facts.contact == Some(Contact::None) => (Reason::LocalProblem, None),
        Some(Stage::Connect) if !answered => (Reason::Unreachable, Some(Basis::Connection)),
        Some(Stage::Dns) if !answered => (Reason::DnsFailure, Some(Basis::Dns)),
        _ => (Reason::Unspecified, None),
    };
    Verdict {
        reason,
        basis,
        rule: None,
    }
}

#[cfg(test)]
mod tests;
