//! The vocabulary: what one log line, or one recipient group of a bounce, says.
//!
//! Everything here borrows the input and says only what the line says. What it is judged to mean
//! (reason, evidence) is kept apart: see [`crate::reason`] and [`crate::evidence`].

use std::fmt;
use std::net::IpAddr;

use crate::dsn::DsnFields;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::time::Timestamp;

/// One line of a log, understood as far as it could be.
///
/// Every line is exactly one of these, so that their counts add up to the lines read.
#[derive(Debug, Clone, PartialEq)]
pub enum Line<'b> {
    /// Something happened to one recipient of one message.
    Delivery(Delivery<'b>),
    /// Something is said about a queued message as a whole.
    Queue(QueueFact<'b>),
    /// Says nothing about a queued message: another program's line, or the mail system's own talk
    /// about sessions, TLS, its caches and its daemons.
    Foreign,
    /// A line of the mail system about a message, or with no header that we know, whose shape we
    /// do not know.
    Unknown(Odd),
    /// The shape is known, but a field is broken.
    Malformed(Odd),
}

/// Why a line was not understood, and where it stopped making sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odd {
    /// What was expected, in words for people.
    pub why: &'static str,
    /// Offset in bytes from the start of the line.
    pub column: usize,
}

/// Which kind of record an event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A delivery status notification (RFC 3464) or another bounce message.
    Dsn,
    /// An Exim main log.
    Exim,
    /// A Postfix log.
    Postfix,
}

impl Source {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Dsn => "dsn",
            Source::Exim => "exim",
            Source::Postfix => "postfix",
        }
    }
}

/// What the MTA decided about one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Given up after a permanent refusal.
    Bounced,
    /// Kept in the queue, to be tried again.
    Deferred,
    /// Accepted by the next host, or delivered locally.
    Delivered,
    /// Thrown away on purpose (Postfix discard(8), Exim `:blackhole:`).
    Discarded,
    /// Given up because it waited too long.
    Expired,
    /// An address probe (Postfix verify(8), Exim `-N`): no mail was sent.
    Probe,
    /// Handed to a content filter or another relay that answers for it from here on.
    Relayed,
}

impl Outcome {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Bounced => "bounced",
            Outcome::Deferred => "deferred",
            Outcome::Delivered => "delivered",
            Outcome::Discarded => "discarded",
            Outcome::Expired => "expired",
            Outcome::Probe => "probe",
            Outcome::Relayed => "relayed",
        }
    }
}

/// Whether a remote host was really contacted for this event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Contact {
    /// An earlier failure is repeated; nobody was contacted.
    Echo,
    /// A remote host was contacted, or its lookup was really tried: an *attempt*.
    Fresh,
    /// There is no remote side: local delivery, discard.
    None,
}

impl Contact {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Contact::Echo => "echo",
            Contact::Fresh => "fresh",
            Contact::None => "none",
        }
    }
}

/// How far an attempt came, in the order of an SMTP session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Looking up the MX and address records.
    Dns,
    /// Opening the TCP connection.
    Connect,
    /// Waiting for or reading the server's greeting.
    Greeting,
    /// EHLO or HELO.
    Helo,
    /// STARTTLS and the handshake.
    Tls,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// The DATA command.
    Data,
    /// The reply to the end of the message data.
    EndOfData,
    /// Inside the sending host.
    Local,
}

impl Stage {
    /// Every stage, in the order of an attempt.
    pub const ALL: [Stage; 10] = [
        Stage::Dns,
        Stage::Connect,
        Stage::Greeting,
        Stage::Helo,
        Stage::Tls,
        Stage::Mail,
        Stage::Rcpt,
        Stage::Data,
        Stage::EndOfData,
        Stage::Local,
    ];

    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Dns => "dns",
            Stage::Connect => "connect",
            Stage::Greeting => "greeting",
            Stage::Helo => "helo",
            Stage::Tls => "tls",
            Stage::Mail => "mail",
            Stage::Rcpt => "rcpt",
            Stage::Data => "data",
            Stage::EndOfData => "end_of_data",
            Stage::Local => "local",
        }
    }
}

/// The remote side of an attempt, as far as it is named. Empty slices mean: not said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relay<'b> {
    /// Host name of the MX, or the name of a local transport.
    pub host: &'b [u8],
    /// IP address in text form, or a socket path, without brackets.
    pub ip: &'b [u8],
    /// TCP port.
    pub port: Option<u16>,
}

impl Relay<'_> {
    /// True when nothing is known of the remote side.
    pub fn is_unknown(&self) -> bool {
        self.host.is_empty() && self.ip.is_empty()
    }

    /// True for what stands before delivery on our own side and answers for nobody but itself: a socket in the file
    /// system, this host's own address, and a content filter in a container or on the private network: a private
    /// address (RFC 1918, RFC 4193) with a port on which no mail exchanger listens, such as 10024.
    pub fn is_own_side(&self) -> bool {
        let Some(port) = self.port else {
            return self.ip.contains(&b'/') || is_loopback(self.ip);
        };
        is_loopback(self.ip) || !matches!(port, 25 | 465 | 587 | 2525) && is_private(self.ip)
    }
}

fn is_loopback(ip: &[u8]) -> bool {
    matches!(ip, b"127.0.0.1" | b"::1")
}

fn is_private(ip: &[u8]) -> bool {
    match std::str::from_utf8(ip).map(str::parse) {
        Ok(Ok(IpAddr::V4(ip))) => ip.is_private(),
        Ok(Ok(IpAddr::V6(ip))) => ip.is_unique_local(),
        Ok(Err(_)) | Err(_) => false,
    }
}

/// Something that happened to one recipient of one message.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery<'b> {
    /// When, in UTC.
    pub time: Timestamp,
    /// Which kind of record says so.
    pub source: Source,
    /// The reporting host: the machine whose log this is.
    pub host: &'b [u8],
    /// The MTA instance (Postfix `syslog_name`); empty for Exim.
    pub instance: &'b [u8],
    /// Queue id of Postfix, message id of Exim; `NOQUEUE` or empty when there is none.
    pub queue_id: &'b [u8],
    /// Envelope sender, where the line names it.
    pub sender: Option<&'b [u8]>,
    /// Message-ID without angle brackets, where the record names it.
    pub message_id: Option<&'b [u8]>,
    /// Envelope recipient without angle brackets; may be empty or have no `@`.
    pub recipient: &'b [u8],
    /// The recipient before aliases, where it differs.
    pub original_recipient: Option<&'b [u8]>,
    /// The remote side.
    pub relay: Relay<'b>,
    /// What the MTA decided.
    pub outcome: Outcome,
    /// Whether a remote host was contacted.
    pub contact: Contact,
    /// How far the attempt came.
    pub stage: Option<Stage>,
    /// Reply code of the remote side; `None` when it never answered.
    pub reply_code: Option<ReplyCode>,
    /// Enhanced status code in the remote side's own words.
    pub reply_status: Option<EnhancedStatus>,
    /// Enhanced status code as the MTA reports it (Postfix `dsn=`, DSN `Status`).
    pub status: Option<EnhancedStatus>,
    /// What the remote side said, without the MTA's words around it; empty when it never answered.
    pub reply: &'b [u8],
    /// The whole diagnostic text.
    pub text: &'b [u8],
    /// Seconds since the message arrived in this queue.
    pub delay_s: Option<f64>,
    /// Postfix `delays=`: seconds before the queue manager, in it, in connection set-up, in transmission.
    pub delays_s: Option<[f64; 4]>,
    /// Seconds that this attempt took: Postfix connection set-up and transmission, Exim `DT=`.
    pub attempt_s: Option<f64>,
    /// How many records this line stands for ("message repeated N times"); at least 1.
    pub times: u32,
    /// What else a bounce says; `None` for a log line.
    pub dsn: Option<DsnFields<'b>>,
}

impl<'b> Delivery<'b> {
    /// The enhanced status to show: the remote side's own, else the MTA's.
    pub fn enhanced_status(&self) -> Option<EnhancedStatus> {
        self.reply_status.or(self.status)
    }

    /// What the remote side claimed: 2, 4 or 5 from its reply code, else from its enhanced code.
    pub fn permanence(&self) -> Option<u8> {
        match (self.reply_code, self.reply_status) {
            (Some(code), _) => Some(code.class()),
            (None, Some(status)) => Some(status.class()),
            (None, None) => None,
        }
    }

    /// The part of the recipient after the last `@`, as written; `None` for a local name.
    pub fn domain(&self) -> Option<&'b [u8]> {
        crate::address::domain_of(self.recipient)
    }
}

/// Something said about a queued message as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueFact<'b> {
    /// When, in UTC.
    pub time: Timestamp,
    /// Which kind of record says so.
    pub source: Source,
    /// The reporting host.
    pub host: &'b [u8],
    /// The MTA instance (Postfix `syslog_name`); empty for Exim.
    pub instance: &'b [u8],
    /// Queue id of Postfix, message id of Exim.
    pub queue_id: &'b [u8],
    /// What is said.
    pub fact: Fact<'b>,
    /// How many records this line stands for; at least 1.
    pub times: u32,
}

/// The facts about a queued message.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact<'b> {
    /// It entered the queue from this client (empty: a local user).
    Arrival {
        /// `host[ip]` of the client, or empty.
        client: &'b [u8],
        /// Envelope sender, where the line names it.
        sender: Option<&'b [u8]>,
        /// Message-ID, where the line names it.
        message_id: Option<&'b [u8]>,
    },
    /// The queue manager took it up.
    Active {
        /// Envelope sender; empty for a bounce.
        sender: &'b [u8],
        /// Size in bytes.
        size: Option<u64>,
        /// Number of recipients.
        recipients: Option<u32>,
    },
    /// Given up while it was frozen, by an operator or its age: who was still deferred has bounced (Exim).
    Cancelled,
    /// It waited too long and was returned: every recipient still deferred has expired.
    Expired {
        /// Envelope sender.
        sender: &'b [u8],
        /// By the operator (`postsuper -e`, `-f`) and not by the queue's clock.
        forced: bool,
    },
    /// Held, released, requeued, frozen or thawed by an operator or a policy.
    Held,
    /// One host of several failed and the next one is tried: no outcome of a recipient.
    HostFailed {
        /// The diagnostic text.
        text: &'b [u8],
    },
    /// Its Message-ID, without angle brackets; may be empty.
    MessageId(&'b [u8]),
    /// A notification was sent to the sender under another queue id.
    Notification {
        /// Queue id of the notification.
        queue_id: &'b [u8],
        /// What it reports.
        kind: Notification,
    },
    /// A notification could not be written or sent.
    NotificationFailed,
    /// Anything else about a known message: filters, rejected recipients, rewriting.
    Other,
    /// It left the queue.
    Removed,
}

impl Fact<'_> {
    /// The word used in JSON and text.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Fact::Arrival { .. } => "arrival",
            Fact::Active { .. } => "active",
            Fact::Cancelled => "cancelled",
            Fact::Expired { .. } => "expired",
            Fact::Held => "held",
            Fact::HostFailed { .. } => "host_failed",
            Fact::MessageId(_) => "message_id",
            Fact::Notification { .. } => "notification",
            Fact::NotificationFailed => "notification_failed",
            Fact::Other => "other",
            Fact::Removed => "removed",
        }
    }
}

/// What a notification reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notification {
    /// The message is late.
    Delay,
    /// The message could not be delivered.
    Failure,
    /// The message was delivered or relayed, and the sender asked to be told.
    Success,
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column + 1, self.why)
    }
}
