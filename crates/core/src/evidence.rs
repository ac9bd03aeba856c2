//! What an attempt says about its destination.
//!
//! The classes of design note "outages": an attempt is evidence of one class, or of none. A pure
//! function of one event and its verdict: no clock, no line before it.

use crate::event::{Contact, Delivery, Outcome, Source, Stage};
use crate::reason::{Blame, Reason, Verdict};
use crate::reply::ReplyCode;

/// The kind of answer that an attempt got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Accepted.
    Ok,
    /// No connection, or lost before any reply to a command.
    Conn,
    /// A failure of the name service.
    Dns,
    /// A temporary fault of the receiving system.
    TmpSys,
    /// Temporarily refused for this recipient.
    TmpRcpt,
    /// Greylisted.
    Grey,
    /// Permanently refused for this recipient.
    PermRcpt,
    /// Permanently refused for a fault of the receiving system.
    PermSys,
    /// Refused for what the receiver thinks of the sender.
    Policy,
}

impl Class {
    /// How many there are.
    pub const COUNT: usize = 9;

    /// Every class, in the order of their numbers.
    pub const ALL: [Class; Class::COUNT] = [
        Class::Ok,
        Class::Conn,
        Class::Dns,
        Class::TmpSys,
        Class::TmpRcpt,
        Class::Grey,
        Class::PermRcpt,
        Class::PermSys,
        Class::Policy,
    ];

    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Class::Ok => "ok",
            Class::Conn => "conn",
            Class::Dns => "dns",
            Class::TmpSys => "tmp_sys",
            Class::TmpRcpt => "tmp_rcpt",
            Class::Grey => "grey",
            Class::PermRcpt => "perm_rcpt",
            Class::PermSys => "perm_sys",
            Class::Policy => "policy",
        }
    }

    /// Its number, 0 to 8: the index into arrays by class.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// True for the classes that may be a property of one recipient.
    pub const fn is_recipient_scope(self) -> bool {
        matches!(self, Class::TmpRcpt | Class::PermRcpt)
    }
}

/// The class of an event; `None` when it is no evidence about its destination.
///
/// No evidence are: echoes and local deliveries, probes, discards, expiries, and refusals that blame the
/// message or the sending host. Expiries that a bounce tells are evidence of their last failure.
pub fn class_of(event: &Delivery<'_>, verdict: Option<Verdict>) -> Option<Class> {
    if event.contact != Contact::Fresh {
        return None;
    }
    match event.outcome {
        Outcome::Delivered | Outcome::Relayed => Some(Class::Ok),
        // A log has the attempts before it; a bounce that no log repeats is all that is known of them.
        Outcome::Expired if event.source == Source::Dsn => class_of_failure(event, verdict?.reason),
        Outcome::Discarded | Outcome::Expired | Outcome::Probe => None,
        Outcome::Bounced | Outcome::Deferred => class_of_failure(event, verdict?.reason),
    }
}

fn class_of_failure(event: &Delivery<'_>, reason: Reason) -> Option<Class> {
    let answered = event.reply_code.is_some() || !event.reply.is_empty();
    let permanent = match event.permanence() {
        Some(class) => class == 5,
        // A bounce may keep the host's words to itself.
        None => (answered || event.source == Source::Dsn) && event.outcome == Outcome::Bounced,
    };
    let by_permanence =
        |temporary: Class, forever: Class| Some(if permanent { forever } else { temporary });
    match reason {
        Reason::Unreachable | Reason::DnsFailure | Reason::DomainRefusesMail if answered => {
            by_permanence(Class::TmpSys, Class::PermSys) // the trouble is behind the host that answered
        }
        Reason::Unreachable => Some(Class::Conn),
        // A host that breaks off before MAIL never took up our mail: to the sender it is as good as not there.
        Reason::ConnectionLost => match event.stage {
            Some(Stage::Mail | Stage::Rcpt | Stage::Data | Stage::EndOfData) => Some(Class::TmpSys),
            _ if answered => by_permanence(Class::TmpSys, Class::PermSys),
            _ => Some(Class::Conn),
        },
        Reason::NoSuchDomain if answered => by_permanence(Class::TmpRcpt, Class::PermRcpt),
        Reason::DnsFailure | Reason::DomainRefusesMail | Reason::NoSuchDomain => Some(Class::Dns),
        Reason::MailboxFull | Reason::MailboxDisabled | Reason::NoSuchMailbox => {
            by_permanence(Class::TmpRcpt, Class::PermRcpt)
        }
        Reason::Greylisted => Some(Class::Grey),
        Reason::RateLimited if limits_recipients(event) => Some(Class::TmpRcpt),
        // What is called spam is refused for what the receiver thinks of us: a mailing of which all is refused so is
        // no matter of single messages.
        Reason::ContentRejected
        | Reason::Policy
        | Reason::RateLimited
        | Reason::Reputation
        | Reason::SenderAuth => Some(Class::Policy),
        Reason::ServerError | Reason::StorageFull | Reason::Unspecified
            if is_about_mailbox(event) =>
        {
            by_permanence(Class::TmpRcpt, Class::PermRcpt)
        }
        Reason::ServerError | Reason::StorageFull => by_permanence(Class::TmpSys, Class::PermSys),
        Reason::TlsFailure => Some(Class::TmpSys),
        Reason::Unspecified if answered => by_permanence(Class::TmpSys, Class::PermSys),
        Reason::LocalProblem
        | Reason::Protocol
        | Reason::RoutingLoop
        | Reason::TooLarge
        | Reason::Unspecified => {
            debug_assert!(matches!(
                reason.blame(),
                Blame::Local | Blame::Message | Blame::Unknown
            ));
            None
        }
    }
}

/// `452 too many recipients`: the limit is on recipients, by code 452 or x.5.3, unless the code says policy.
fn limits_recipients(event: &Delivery<'_>) -> bool {
    let code = event.reply_code.map(ReplyCode::get);
    let status = event.enhanced_status();
    let subject = status.map(|status| (status.subject(), status.detail()));
    match subject {
        Some((7, _)) => false,
        Some((5, 3)) => code.is_none_or(|code| code / 100 == 4),
        Some((2, _)) => matches!(code, Some(450 | 452)),
        _ => code == Some(452) && !matches!(event.stage, Some(Stage::Greeting | Stage::Helo)),
    }
}

/// `450 4.2.0`, `452 4.2.1`, `552 5.2.0`: the code is about a mailbox, whatever the words are. So is `450 4.1.1`, and
/// a plain 550 to 553 may be about this one recipient when it answers RCPT TO, or does not tell what it answers.
fn is_about_mailbox(event: &Delivery<'_>) -> bool {
    let code = event.reply_code.map(ReplyCode::get);
    match event
        .reply_status
        .map(|status| (status.subject(), status.detail()))
    {
        Some((2, 4)) => false,
        Some((2, _)) => matches!(code, Some(450 | 452 | 550 | 552)),
        Some((1, _)) => matches!(event.stage, None | Some(Stage::Rcpt)),
        Some((0, _)) | None => {
            matches!(code, Some(510 | 511 | 542 | 550..=553))
                && matches!(event.stage, None | Some(Stage::Rcpt))
        }
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Class::{Conn, Dns, Grey, PermRcpt, PermSys, Policy, TmpRcpt, TmpSys};
    use super::*;
    use crate::event::Relay;
    use crate::event::Stage::{Connect, EndOfData, Greeting, Helo, Local, Mail, Rcpt, Tls};
    use crate::reason::Classifier;
    use crate::reply::EnhancedStatus;
    use crate::time::Timestamp;

    /// A failed attempt whose remote side said `reply`, or of which the MTA says `own`.
    fn failure<'b>(stage: Stage, reply: &'b str, own: &'b str) -> Delivery<'b> {
        let code = ReplyCode::parse_prefix(reply.as_bytes());
        let status = code.and_then(|(_, rest)| EnhancedStatus::parse_prefix(rest.get(1..)?));
        let permanent = code.is_some_and(|(code, _)| code.class() == 5);
        Delivery {
            time: Timestamp::default(),
            source: Source::Postfix,
            host: b"mta1",
            instance: b"postfix",
            queue_id: b"4P1Xr72xkCz9vwX",
            sender: None,
            message_id: None,
            recipient: b"a@libero.it",
            original_recipient: None,
            relay: Relay::default(),
            outcome: if permanent {
                Outcome::Bounced
            } else {
                Outcome::Deferred
            },
            contact: Contact::Fresh,
            stage: Some(stage),
            reply_code: code.map(|(code, _)| code),
            reply_status: status.map(|(status, _)| status),
            status: None,
            reply: reply.as_bytes(),
            text: if reply.is_empty() { own } else { reply }.as_bytes(),
            delay_s: None,
            delays_s: None,
            attempt_s: None,
            times: 1,
            dsn: None,
        }
    }

    fn class(event: &Delivery<'_>) -> Option<Class> {
        class_of(event, Classifier::default().classify(event))
    }

    #[rustfmt::skip]
    const REPLIES: &[(Stage, &str, Option<Class>)] = &[
        (Rcpt, "452 too many recipients", Some(TmpRcpt)),
        (Rcpt, "452 4.5.3 <a@libero.it> too many recipients", Some(TmpRcpt)),
        (Rcpt, "452 <a@libero.it> mailbox full", Some(TmpRcpt)),
        (Rcpt, "452 4.2.2 <a@libero.it> Mailbox full", Some(TmpRcpt)),
        (Rcpt, "450 4.2.1 The user is receiving mail at a rate that prevents", Some(TmpRcpt)),
        (Rcpt, "450 4.2.0 something odd", Some(TmpRcpt)),
        (Rcpt, "450 mailbox busy", Some(TmpRcpt)),
        (Rcpt, "452 4.3.1 Insufficient system storage", Some(TmpSys)),
        (Rcpt, "450 4.2.0 <a@libero.it>: Recipient address rejected: Greylisted", Some(Grey)),
        (Rcpt, "552 5.2.2 over quota", Some(PermRcpt)),
        (Rcpt, "550 <a@libero.it> recipient rejected", Some(PermRcpt)),
        (Rcpt, "550 5.1.2 <a@libero.it> invalid domain", Some(PermRcpt)),
        (Rcpt, "550 RCPT TO:<a@tiscali.it> User unknown", Some(PermRcpt)),
        (Rcpt, "550 5.2.1 mailbox disabled", Some(PermRcpt)),
        (Rcpt, "554 5.3.0 internal error", Some(PermSys)),
        (Greeting, "554 mx.example ESMTP not accepting messages", Some(PermSys)),
        (Greeting, "421 4.3.2 mx Service not available, closing transmission channel", Some(TmpSys)),
        (Rcpt, "451 4.7.1 try later", Some(TmpSys)),
        (Rcpt, "451 4.7.1", Some(Policy)),
        (Greeting, "421 4.7.0 too many connections", Some(Policy)),
        (Mail, "421-4.7.28 an unusual rate of unsolicited mail", Some(Policy)),
        (Rcpt, "554 5.7.1 Client host [192.0.2.1] blocked using x", Some(Policy)),
        (Rcpt, "454 4.7.0 TLS not available", Some(TmpSys)),
        (EndOfData, "451 4.3.0 Error: queue file write error", Some(TmpSys)),
        (Rcpt, "451", Some(TmpSys)),
        (EndOfData, "550 5.7.1 Message rejected as spam", Some(Policy)),
        (EndOfData, "552 5.3.4 Message too large", None),
        (EndOfData, "554 5.4.6 Too many hops", None),
    ];

    #[rustfmt::skip]
    const OWN_WORDS: &[(Stage, &str, Option<Class>)] = &[
        (Connect, "connect to h[192.0.2.1]:25: Connection refused", Some(Conn)),
        (Greeting, "lost connection with h[192.0.2.1] while receiving the initial server greeting", Some(Conn)),
        (Helo, "conversation with h[192.0.2.1] timed out while performing the EHLO handshake", Some(Conn)),
        (Rcpt, "lost connection with h[192.0.2.1] while sending RCPT TO", Some(TmpSys)),
        (Stage::Dns, "Host or domain name not found. Name service error for name=h type=MX: Host not found, try again", Some(Dns)),
        (Stage::Dns, "Host or domain name not found. Name service error for name=h type=AAAA: Host not found", Some(Dns)),
        (Stage::Dns, "Domain h does not accept mail (nullMX)", Some(Dns)),
        (Tls, "TLS is required, but was not offered by host h[192.0.2.1]", Some(TmpSys)),
        (Local, "mail for h loops back to myself", None),
        (Mail, "message size 9 exceeds size limit 5 of server h[192.0.2.1]", None),
    ];

    #[test]
    fn failures_become_the_classes_of_the_product_table() {
        for &(stage, reply, expected) in REPLIES {
            assert_eq!(class(&failure(stage, reply, "")), expected, "{reply}");
        }
        for &(stage, text, expected) in OWN_WORDS {
            assert_eq!(class(&failure(stage, "", text)), expected, "{text}");
        }
        assert_eq!((REPLIES.len(), OWN_WORDS.len()), (28, 10));
    }

    #[test]
    fn echoes_local_events_probes_discards_and_expiries_are_no_evidence() {
        let event = failure(Stage::Rcpt, "550 5.1.1 User unknown", "");
        for contact in [Contact::Echo, Contact::None] {
            assert_eq!(
                class(&Delivery {
                    contact,
                    ..event.clone()
                }),
                None
            );
        }
        for outcome in [Outcome::Discarded, Outcome::Expired, Outcome::Probe] {
            assert_eq!(
                class(&Delivery {
                    outcome,
                    ..event.clone()
                }),
                None
            );
        }
        for outcome in [Outcome::Delivered, Outcome::Relayed] {
            assert_eq!(
                class(&Delivery {
                    outcome,
                    ..event.clone()
                }),
                Some(Class::Ok)
            );
        }
    }
}
