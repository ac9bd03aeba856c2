//! What destinations answer, and how Postfix words it.

use std::io::Write;

use super::log::{Kind, Log};
use super::world::{Destination, Host, Operator};

/// The end of one attempt for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted,
    Blocked,
    BrokenTls,
    DnsFailure,
    Greylisted,
    Lost,
    MailboxFull,
    NoDomain,
    NoGreeting,
    NoUser,
    RateLimited,
    Refused,
    ServerError,
    StorageFull,
    TimedOut,
    TooLarge,
}

impl Answer {
    /// What the line about it counts as.
    pub(super) const fn kind(self) -> Kind {
        match self {
            Answer::Accepted => Kind::Sent,
            Answer::Blocked | Answer::NoDomain | Answer::NoUser | Answer::TooLarge => Kind::Bounced,
            Answer::BrokenTls
            | Answer::DnsFailure
            | Answer::Greylisted
            | Answer::Lost
            | Answer::MailboxFull
            | Answer::NoGreeting
            | Answer::RateLimited
            | Answer::Refused
            | Answer::ServerError
            | Answer::StorageFull
            | Answer::TimedOut => Kind::Deferred,
        }
    }

    /// True when no host could be connected to: the log tells each address that failed.
    pub(super) const fn is_unconnected(self) -> bool {
        matches!(self, Answer::Refused | Answer::TimedOut)
    }

    /// True when Postfix puts `relay=none`.
    pub(super) const fn is_without_relay(self) -> bool {
        self.is_unconnected() || matches!(self, Answer::DnsFailure | Answer::NoDomain)
    }

    /// True when a TLS session came about.
    pub(super) const fn has_session(self) -> bool {
        !self.is_without_relay()
            && !matches!(
                self,
                Answer::BrokenTls | Answer::NoGreeting | Answer::RateLimited
            )
    }

    /// True when Postfix gives the whole destination a rest: what comes next is an echo.
    pub(super) const fn suspends(self) -> bool {
        self.is_unconnected()
            || matches!(
                self,
                Answer::DnsFailure | Answer::NoGreeting | Answer::RateLimited
            )
    }

    /// Microseconds until it is known.
    pub(super) const fn takes(self, bits: u64) -> i64 {
        let jitter = (bits & 0xf_ffff).cast_signed();
        match self {
            Answer::TimedOut => 30_000_000 + jitter / 8,
            Answer::NoGreeting => 300_000_000 + jitter / 8,
            Answer::Lost => 10_000_000 + jitter,
            Answer::Refused | Answer::NoDomain => 20_000 + jitter / 16,
            Answer::Accepted
            | Answer::Blocked
            | Answer::BrokenTls
            | Answer::DnsFailure
            | Answer::Greylisted
            | Answer::MailboxFull
            | Answer::NoUser
            | Answer::RateLimited
            | Answer::ServerError
            | Answer::StorageFull
            | Answer::TooLarge => 90_000 + jitter,
        }
    }

    /// Postfix's `dsn=`.
    pub(super) const fn dsn(self, words: u32) -> &'static str {
        match self {
            Answer::Accepted if words == 1 => "2.6.0",
            Answer::Accepted => "2.0.0",
            Answer::Blocked => "5.7.1",
            Answer::BrokenTls => "4.7.5",
            Answer::DnsFailure => "4.4.3",
            Answer::Greylisted => "4.2.0",
            Answer::Lost | Answer::NoGreeting => "4.4.2",
            Answer::MailboxFull => "4.2.2",
            Answer::NoDomain => "5.4.4",
            Answer::NoUser if words == 3 => "5.0.0",
            Answer::NoUser => "5.1.1",
            Answer::RateLimited => "4.7.0",
            Answer::Refused | Answer::TimedOut => "4.4.1",
            Answer::ServerError => "4.3.0",
            Answer::StorageFull => "4.3.1",
            Answer::TooLarge => "5.3.4",
        }
    }
}

/// Who answers what to whom: all that a text may need.
#[derive(Debug)]
pub(super) struct Exchange<'w> {
    pub(super) answer: Answer,
    pub(super) destination: &'w Destination,
    pub(super) operator: &'w Operator,
    pub(super) host: &'w Host,
    /// Local part of the recipient, and its number if the name is not enough.
    pub(super) user: (&'w str, u64),
    pub(super) bits: u64,
    /// Seconds since 1970, for ids in replies.
    pub(super) second: u64,
}

impl Exchange<'_> {
    /// `user12@destination.example`.
    pub(super) fn recipient<W: Write>(&self, log: &mut Log<W>) {
        log.text(self.user.0);
        if self.user.1 > 0 {
            log.number(self.user.1, 1);
        }
        log.text("@").text(&self.destination.name);
    }

    /// The text in parentheses after `status=`.
    pub(super) fn text<W: Write>(&self, log: &mut Log<W>) {
        match self.answer {
            Answer::Accepted => self.accepted(log),
            Answer::Refused => self.unconnected(log, "Connection refused"),
            Answer::TimedOut => self.unconnected(log, "Connection timed out"),
            Answer::DnsFailure => self.lookup(log, "MX: Host not found, try again"),
            Answer::NoDomain => self.lookup(log, "AAAA: Host not found"),
            Answer::BrokenTls => {
                log.text("Cannot start TLS: handshake failure");
            }
            Answer::Lost => {
                log.text("lost connection with ").text(&self.host.both);
                log.text(" while sending RCPT TO");
            }
            Answer::NoGreeting => {
                log.text("conversation with ").text(&self.host.both);
                log.text(" timed out while receiving the initial server greeting");
            }
            Answer::RateLimited => {
                log.text("host ")
                    .text(&self.host.both)
                    .text(" refused to talk to me: ");
                log.text(
                    "421 4.7.0 Too many sessions from your address, slow down and try again later",
                );
            }
            Answer::Blocked
            | Answer::Greylisted
            | Answer::MailboxFull
            | Answer::NoUser
            | Answer::ServerError
            | Answer::StorageFull
            | Answer::TooLarge => {
                log.text("host ").text(&self.host.both).text(" said: ");
                self.refusal(log);
            }
        }
    }

    fn unconnected<W: Write>(&self, log: &mut Log<W>, why: &str) {
        log.text("connect to ")
            .text(&self.host.both)
            .text(":25: ")
            .text(why);
    }

    fn lookup<W: Write>(&self, log: &mut Log<W>, what: &str) {
        log.text("Host or domain name not found. Name service error for name=");
        log.text(&self.destination.name).text(" type=").text(what);
    }

    fn accepted<W: Write>(&self, log: &mut Log<W>) {
        let bits = self.bits;
        match self.operator.words {
            0 => log
                .text("250 2.0.0 OK  ")
                .number(self.second, 1)
                .text(" ")
                .hex(bits, 14)
                .text(" - gate"),
            1 => {
                log.text("250 2.6.0 <")
                    .hex(bits, 12)
                    .text("@")
                    .text(&self.operator.name);
                log.text("> [InternalId=")
                    .number(bits >> 20, 1)
                    .text(", Hostname=")
                    .text(&self.host.name);
                let size = bits & 0xffff;
                log.text("] ")
                    .number(size + 900, 1)
                    .text(" bytes in 0.")
                    .number(bits % 1000, 3);
                log.text(", ")
                    .number(bits % 211, 1)
                    .text(".")
                    .number(size % 1000, 3);
                log.text(" KB/sec Queued mail for delivery")
            }
            2 => log
                .text("250 ok ")
                .number(self.second, 1)
                .text(" qp ")
                .number(bits & 0xffff, 1),
            3 => log
                .text("250 OK id=1p")
                .hex(bits, 4)
                .text("-000")
                .hex(bits >> 20, 3)
                .text("-2A"),
            4 => log
                .text("250 ")
                .hex(bits, 12)
                .text(" mail accepted for delivery"),
            _ => log.text("250 2.0.0 Ok: queued as ").hex(bits, 10),
        };
    }

    /// What a host says no with, up to the command it was the reply to.
    fn refusal<W: Write>(&self, log: &mut Log<W>) {
        let words = self.operator.words;
        let command = match self.answer {
            Answer::Blocked if words < 3 => {
                log.text("550-5.7.1 Mail from this address looks unsolicited and was refused. To protect our ");
                log.text("550-5.7.1 users, see 550 5.7.1  https://postmaster.")
                    .text(&self.operator.name);
                log.text("/unsolicited?ref=")
                    .hex(self.bits, 12)
                    .text(" for what to do");
                "end of DATA"
            }
            Answer::Blocked => {
                log.text("554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using ");
                log.text("zone.blocklist.example; see https://blocklist.example/query/192.0.2.25");
                "RCPT TO"
            }
            Answer::Greylisted => {
                log.text("450 4.2.0 <");
                self.recipient(log);
                log.text(">: Recipient address rejected: Greylisted, try again in 300 seconds");
                "RCPT TO"
            }
            Answer::MailboxFull if words < 3 => {
                log.text(
                    "452-4.2.2 The mailbox of this recipient is over its quota. Please ask them ",
                );
                log.text("452 4.2.2 to make room and try again later ")
                    .hex(self.bits, 12)
                    .text(" - gate");
                "RCPT TO"
            }
            Answer::MailboxFull => {
                log.text("452 4.2.2 <");
                self.recipient(log);
                log.text("> mailbox full, try again later");
                "RCPT TO"
            }
            Answer::NoUser if words == 3 => {
                log.text("550 No such person at this address ");
                self.recipient(log);
                "RCPT TO"
            }
            Answer::NoUser if words < 3 => {
                log.text("550-5.1.1 The address you sent to does not exist here. Look for ");
                log.text("550 5.1.1 mistyped letters and spaces ")
                    .hex(self.bits, 12)
                    .text(" - gate");
                "RCPT TO"
            }
            Answer::NoUser => {
                log.text("550 5.1.1 <");
                self.recipient(log);
                log.text(">: Recipient address rejected: User unknown in virtual mailbox table");
                "RCPT TO"
            }
            Answer::StorageFull => {
                log.text("452 4.3.1 Insufficient system storage");
                "MAIL FROM"
            }
            Answer::TooLarge => {
                log.text("552 5.3.4 Message size exceeds fixed limit");
                "end of DATA"
            }
            Answer::ServerError
            | Answer::Accepted
            | Answer::BrokenTls
            | Answer::DnsFailure
            | Answer::Lost
            | Answer::NoDomain
            | Answer::NoGreeting
            | Answer::RateLimited
            | Answer::Refused
            | Answer::TimedOut => {
                log.text("451 4.3.0 Temporary system problem ")
                    .hex(self.bits, 8)
                    .text(", try again later");
                "end of DATA"
            }
        };
        log.text(" (in reply to ").text(command).text(" command)");
    }
}
