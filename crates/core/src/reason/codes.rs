//! What enhanced status codes and reply codes mean by themselves.
//!
//! `5.2.2` → [`Reason::MailboxFull`]. Source: RFC 3463 and the IANA registry "SMTP Enhanced Status
//! Codes" (RFC 5248 and its updates), Microsoft's and Google's published extensions; reply codes by
//! RFC 5321 section 4.2.3 and RFC 7504. Codes that say nothing (x.0.0, x.1.0, x.4.7, ...) yield `None`.

use super::Reason;
use crate::event::Stage;
use crate::reply::{EnhancedStatus, ReplyCode};

/// The reason that an enhanced code names; `None` when it names none.
///
/// `x.7.0` and `x.7.1` are left out: they are said for nearly everything, see [`of_vague_status`].
#[expect(clippy::match_same_arms, reason = "in the order of the registry")]
pub(super) fn of_status(status: EnhancedStatus) -> Option<Reason> {
    let temporary = status.class() == 4;
    let reason = match (status.subject(), status.detail()) {
        (1, 1) if temporary => return None, // said where an address could not be looked up, and of rates
        (1, 1 | 3 | 351) => Reason::NoSuchMailbox,
        (1, 2) => Reason::NoSuchDomain,
        (1, 6) => Reason::MailboxDisabled,
        (1, 7 | 8) => Reason::Reputation, // the sender's address
        (1, 10) => Reason::DomainRefusesMail,
        (2, 1) => Reason::MailboxDisabled,
        (2, 2) => Reason::MailboxFull,
        (2, 3) => Reason::TooLarge,
        (3, 1) => Reason::StorageFull,
        (3, 2 | 3 | 5) | (2, 4) | (4, 5) => Reason::ServerError,
        (3, 4) => Reason::TooLarge,
        (4, 1 | 316) => Reason::Unreachable,
        (4, 2) => Reason::ConnectionLost,
        (4, 3 | 312) => Reason::DnsFailure,
        (4, 4) if temporary => Reason::DnsFailure,
        (4, 4 | 310) => Reason::NoSuchDomain,
        (4, 6 | 14) => Reason::RoutingLoop,
        (4, 317 | 318) => Reason::TlsFailure,
        (5, 3) => Reason::RateLimited,
        (5, 1 | 2 | 4 | 5 | 6) => Reason::Protocol,
        (6, 7..=10) => Reason::Protocol, // internationalised mail
        (6, _) => Reason::ContentRejected,
        (7, 8 | 13 | 20 | 21 | 22 | 23 | 24 | 26 | 27 | 32 | 57 | 509 | 515) => Reason::SenderAuth,
        (7, 10 | 30) => Reason::TlsFailure,
        (7, 17 | 18) => Reason::MailboxDisabled,
        (7, 25 | 501..=505 | 511 | 606..=650 | 705 | 708 | 750) => Reason::Reputation,
        (7, 28) => Reason::RateLimited,
        (7, 512) => Reason::Protocol,
        (7, 2..) => Reason::Policy,
        _ => return None,
    };
    Some(reason)
}

/// The reason that an enhanced code names beyond doubt, so that it stands before all words: those of the
/// sender's address, whose refusal is often worded like that of a recipient (`550 5.1.7 No such domain`), and
/// those of a throttled sending host, worded like a fault of the server (`451 4.7.500 Server busy. Please try again
/// later from [192.0.2.1]`, Microsoft's 4.7.500 to 4.7.699).
pub(super) fn of_certain_status(status: EnhancedStatus) -> Option<Reason> {
    match (status.subject(), status.detail()) {
        (1, 7 | 8) => Some(Reason::Reputation),
        (7, 28 | 500..=699) if status.class() == 4 => Some(Reason::RateLimited),
        _ => None,
    }
}

/// The reason that a vague enhanced code hints at, when nothing else says more.
pub(super) fn of_vague_status(status: EnhancedStatus) -> Option<Reason> {
    match (status.subject(), status.detail()) {
        (4, 0) => Some(Reason::Unreachable),
        (5, 0) if status.class() == 5 => Some(Reason::Protocol),
        (7, _) => Some(Reason::Policy),
        _ => None,
    }
}

/// The reason that a reply code hints at, by the command that it answers. 510, 511, 542, 550, 551 and
/// 553 hint at none: they are said for everything, and nobody is called missing by a number.
pub(super) fn of_reply_code(code: ReplyCode, stage: Option<Stage>) -> Option<Reason> {
    let before_recipient = matches!(
        stage,
        Some(Stage::Connect | Stage::Greeting | Stage::Helo | Stage::Tls | Stage::Mail)
    );
    let after_recipient = matches!(stage, Some(Stage::Data | Stage::EndOfData));
    let reason = match code.get() {
        454 if matches!(stage, Some(Stage::Tls) | None) => Reason::TlsFailure,
        452 if !before_recipient && !after_recipient && stage.is_some() => Reason::RateLimited,
        452 => Reason::StorageFull,
        400..=499 => Reason::ServerError,
        500..=509 | 555 => Reason::Protocol,
        521 | 556 => Reason::DomainRefusesMail,
        525 | 530 | 534 | 535 | 538 => Reason::SenderAuth,
        523 => Reason::TooLarge,
        550..=554 if stage == Some(Stage::Tls) => Reason::TlsFailure,
        550..=554 | 571 if before_recipient => Reason::Reputation,
        550..=554 if after_recipient => Reason::ContentRejected,
        552 => Reason::MailboxFull, // "exceeded storage allocation"
        512 => Reason::NoSuchDomain,
        541 | 557 | 571 => Reason::Policy,
        554 if stage == Some(Stage::Rcpt) => Reason::Policy,
        _ => return None,
    };
    Some(reason)
}
