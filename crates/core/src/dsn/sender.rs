//! Who wrote a message, as far as bounces go.
//!
//! `From: Mail Delivery System <MAILER-DAEMON@mx.libero.example>`

use super::headers::Headers;
use super::text::lower;

/// Names that programs which return mail go by, in lower case.
const DAEMONS: [&str; 13] = [
    "delivery daemon",
    "delivery subsystem",
    "delivery system",
    "mail administrator",
    "mail daemon",
    "mail delivery",
    "mail-daemon",
    "mailer daemon",
    "mailer-daemon",
    "mailer_daemon",
    "mailerdaemon",
    "maildaemon",
    "mdaemon",
];

/// Names of those who answer for a mail system, programs and people, in lower case.
const POSTMASTERS: [&str; 14] = [
    "anti-virus",
    "antivirus",
    "interscan",
    "mail system",
    "mailsystem",
    "mailmarshal",
    "microsoftexchange",
    "post office",
    "post_master",
    "postmaster",
    "smtp gateway",
    "smtp_gateway",
    "system administrator",
    "systemadministrator",
];

/// Names of programs that want no answer, in lower case.
const UNATTENDED: [&str; 7] = [
    "do-not-reply",
    "do_not_reply",
    "donotreply",
    "no-reply",
    "no_reply",
    "noreply",
    "notification",
];

/// Whose name a message bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// A program that returns mail.
    MailerDaemon,
    /// A postmaster: writes bounces, but mail too.
    Postmaster,
    /// A program of another kind.
    Unattended,
    /// Anybody.
    Person,
}

/// The author of a message, and where answers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sender {
    pub(super) author: Author,
    /// The envelope sender is the null address: nobody wants an answer. Bounces have it, and so have automatic
    /// replies.
    pub(super) null: bool,
    /// The envelope sender is an address.
    pub(super) answerable: bool,
}

impl Sender {
    pub(super) fn of(headers: &Headers<'_>) -> Sender {
        let from = headers.words(b"from");
        let has = |names: &[&str]| names.iter().any(|name| from.contains(name));
        let author = if has(&DAEMONS) || from.trim() == "<>" {
            Author::MailerDaemon
        } else if has(&POSTMASTERS) {
            Author::Postmaster
        } else if has(&UNATTENDED) || !from.contains('@') {
            Author::Unattended
        } else {
            Author::Person
        };
        let path = headers.value(b"return-path").map(|path| lower(&path));
        let path = path.as_deref().map(<[u8]>::trim_ascii);
        let null = path.is_some_and(|path| {
            path == b"<>"
                || path.is_empty()
                || memchr::memmem::find(path, b"mailer-daemon").is_some()
        });
        Sender {
            author,
            null,
            answerable: !null && path.is_some_and(|path| path.contains(&b'@')),
        }
    }
}
