//! Who wrote a message, as far as bounces go.
//!
//! `From: Mail Delivery System <MAILER-DAEMON@mx.libero.example>`

use super::headers::Headers;
use super::text::lower;

/// Names that programs which return mail go by, in lower case.
const DAEMONS: [&str; 11] = [
    "delivery daemon",
    "delivery subsystem",
    "delivery system",
    "mail daemon",
    "mail-daemon",
    "mailer daemon",
    "mailer-daemon",
    "mailer_daemon",
    "mailerdaemon",
    "maildaemon",
    "mdaemon",
];

/// Names of those who answer for a mail system, programs and people, in lower case.
const POSTMASTERS: [&str; 15] = [
    "anti-virus",
    "antivirus",
    "interscan",
    "mail administrator",
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

/// Names that count as those of postmasters where nothing else stands in the name, in lower case: carriers and shops
/// deliver mail too.
const WHOLE_NAMES: [&str; 12] = [
    "e-mail delivery",
    "email delivery",
    "internet mail delivery",
    "mail delivery",
    "mail delivery agent",
    "mail delivery error",
    "mail delivery failure",
    "mail delivery notification",
    "mail delivery program",
    "mail delivery service",
    "mail delivery software",
    "mail delivery status",
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
        } else if has(&POSTMASTERS) || WHOLE_NAMES.contains(&display_name(&from)) {
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

/// `"Mail Delivery" <a@b>`, `a@b (Mail Delivery)` → the name; all of it where no address stands beside one.
fn display_name(from: &str) -> &str {
    let before = from.split('<').next().unwrap_or_default();
    let name = match before.split_once('(') {
        Some((address, comment)) if address.contains('@') => {
            comment.trim_end().trim_end_matches(')')
        }
        _ => before,
    };
    name.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\''))
}
