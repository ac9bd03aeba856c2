//! What an answer can be about: who wrote it, and which command it answers.
//!
//! `host mx.b.example[192.0.2.1] said: 550 5.1.0 User unknown (in reply to MAIL FROM command)` speaks of the sender's
//! address: no recipient was named yet. RFC 5321, section 3.3: the greeting, HELO and MAIL FROM come before any
//! recipient, RCPT TO names one, and only after DATA does the server see what the message contains.

use super::{Blame, Reason};
use crate::event::{Contact, Stage};

/// What an answer can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Everything: it is not known which command it answers, or it answers RCPT TO.
    Any,
    /// The connecting host or the receiving system: an answer to the connection, the greeting, HELO or STARTTLS.
    Client,
    /// The message, rather than one recipient: an answer to DATA or to the end of the data.
    Message,
    /// This host: its own words, or those of its filters and mail store.
    OwnHost,
    /// The sender's address or the receiving system: an answer to MAIL FROM.
    Sender,
}

/// What becomes of a reason that words or codes name, in view of the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// It stands.
    Stands,
    /// It cannot be: what else the answer holds decides.
    PassedOver,
    /// It cannot be, and the words mean another one.
    Means(Reason),
    /// The words are about an address or a host, which can only be the sender's: another reason, if nothing else
    /// in the answer says more.
    OfSender,
}

impl Subject {
    /// The subject of an answer at that stage of an attempt that had, or had not, contact with a remote host.
    pub(super) const fn of(stage: Option<Stage>, contact: Option<Contact>) -> Subject {
        match (contact, stage) {
            (Some(Contact::None), _) => Subject::OwnHost,
            (_, Some(Stage::Connect | Stage::Greeting | Stage::Helo | Stage::Tls)) => {
                Subject::Client
            }
            (_, Some(Stage::Mail)) => Subject::Sender,
            (_, Some(Stage::Data | Stage::EndOfData)) => Subject::Message,
            (_, Some(Stage::Dns | Stage::Rcpt | Stage::Local) | None) => Subject::Any,
        }
    }

    /// Whether a failure with this subject can have that reason. `class` is that of the reply or of the status, 4 or 5.
    pub(super) const fn limit(self, reason: Reason, class: Option<u8>) -> Limit {
        match (self, reason) {
            (
                Subject::Client | Subject::Sender,
                Reason::NoSuchMailbox | Reason::MailboxDisabled | Reason::NoSuchDomain,
            ) => Limit::OfSender,
            (Subject::Client | Subject::Sender, Reason::ContentRejected | Reason::MailboxFull)
            | (Subject::Sender, Reason::DomainRefusesMail) => Limit::PassedOver,
            // A filter that cannot judge now says nothing of the content.
            (Subject::OwnHost, Reason::ContentRejected) if matches!(class, Some(4)) => {
                Limit::Means(Reason::LocalProblem)
            }
            (Subject::OwnHost, _) if matches!(reason.blame(), Blame::Receiver) => {
                Limit::Means(Reason::LocalProblem)
            }
            _ => Limit::Stands,
        }
    }

    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Subject::Any => "any",
            Subject::Client => "client",
            Subject::Message => "message",
            Subject::OwnHost => "own_host",
            Subject::Sender => "sender",
        }
    }

    /// What such an answer can be about, in words; `None` where everything can be.
    pub const fn words(self) -> Option<&'static str> {
        match self {
            Subject::Any => None,
            Subject::Client => Some(
                "before any sender or recipient is named, an answer speaks of the connecting host or of the receiving \
                 system",
            ),
            Subject::Message => Some(
                "after DATA an answer speaks of the message, unless it says plainly that a recipient is unknown",
            ),
            Subject::OwnHost => Some(
                "these are words of this host, or of its filters and mail store: no receiver is to blame",
            ),
            Subject::Sender => Some(
                "before a recipient is named, an answer to MAIL FROM speaks of the sender's address or of the receiving \
                 system",
            ),
        }
    }
}
