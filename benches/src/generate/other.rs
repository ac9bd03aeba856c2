//! Who sends, and the lines that are about something else.

use std::io::{self, Write};

use super::log::{Kind, Log, Program};
use super::random::mix;
use super::world::World;

/// Lines that have nothing to do with a queued message.
pub(super) fn write<W: Write>(
    log: &mut Log<W>,
    time: i64,
    host: usize,
    bits: u64,
) -> io::Result<()> {
    let process = bits >> 8;
    match bits % 16 {
        0..4 => {
            stranger(
                log.line(time, host, Program::Smtpd, process)
                    .text("connect from "),
                bits,
            );
            log.end(Kind::Foreign)?;
            log.line(time, host, Program::Smtpd, process)
                .text("NOQUEUE: reject: RCPT from ");
            stranger(log, bits);
            log.text(": 554 5.7.1 <info")
                .number(bits >> 50, 1)
                .text("@elsewhere.example>: Relay access denied; from=<");
            log.hex(bits, 8)
                .text("@spam.example> to=<info")
                .number(bits >> 50, 1);
            log.text("@elsewhere.example> proto=ESMTP helo=<")
                .hex(bits, 6)
                .text(".example>")
                .end(Kind::Reject)?;
            stranger(
                log.line(time, host, Program::Smtpd, process)
                    .text("disconnect from "),
                bits,
            );
            log.text(" ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4")
                .end(Kind::Foreign)
        }
        4..7 => {
            stranger(
                log.line(time, host, Program::Submission, process)
                    .text("warning: "),
                bits,
            );
            log.text(": SASL LOGIN authentication failed: UGFzc3dvcmQ6")
                .end(Kind::Foreign)
        }
        7..10 => {
            log.line(time, host, Program::Imap, 0)
                .text("imap-login: Login: user=<person");
            log.number(bits >> 56, 1)
                .text("@shop.example>, method=PLAIN, rip=192.0.2.")
                .number(bits >> 40 & 127, 1);
            log.text(", lip=192.0.2.25, mpid=")
                .number(bits >> 44 & 0xffff, 1)
                .text(", TLS, session=<");
            log.hex(bits, 16).text(">").end(Kind::Foreign)
        }
        10..13 => {
            log.line(time, host, Program::Sshd, process)
                .text("Failed password for invalid user admin from 203.0.113.");
            log.number(bits >> 40 & 255, 1)
                .text(" port ")
                .number(1024 + (bits >> 20 & 0x7fff), 1);
            log.text(" ssh2").end(Kind::Foreign)
        }
        13 | 14 => {
            log.line(time, host, Program::Cron, process);
            log.text("(root) CMD (   cd / && run-parts --report /etc/cron.hourly)")
                .end(Kind::Foreign)
        }
        _ => {
            log.line(time, host, Program::Systemd, 0)
                .text("Started session-")
                .number(bits >> 45, 1);
            log.text(".scope - Session of user root.")
                .end(Kind::Foreign)
        }
    }
}

/// The application server that hands mail in.
pub(super) fn client<W: Write>(log: &mut Log<W>, bits: u64) {
    let server = bits >> 40 & 7;
    log.text("app0")
        .number(server, 1)
        .text(".shop.example[10.0.0.")
        .number(10 + server, 1)
        .text("]");
}

/// A host that should not be here.
fn stranger<W: Write>(log: &mut Log<W>, bits: u64) {
    log.text("unknown[203.0.113.")
        .number(bits >> 33 & 255, 1)
        .text("]");
}

/// The envelope sender: newsletters (their own address for each message), orders, and people.
pub(super) fn sender<W: Write>(log: &mut Log<W>, world: &World, number: u64) {
    let bits = mix(number);
    match bits % 10 {
        0..5 => log
            .text("bounces+")
            .number(number, 7)
            .text("@news.shop.example"),
        5..9 => log.text("ordini@shop.example"),
        _ => {
            let person = (bits >> 32) as usize % world.users.len();
            log.text(&world.users[person]).text("@shop.example")
        }
    };
}
