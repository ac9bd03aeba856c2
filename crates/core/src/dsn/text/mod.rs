//! Bounces that speak to people only: which family, and where the returned message begins.
//!
//! In this order: qmail, Exim, Postfix, and then the general shape "address: reply". Only messages that
//! come from a mailer daemon or from nobody get here, and quoted lines (`> `) are never read: mail that
//! talks about a bounce yields nothing.

mod address;
mod exim;
mod general;
mod notice;
mod postfix;
mod qmail;
pub(super) mod service;

use std::collections::HashSet;

use memchr::memmem;

pub(super) use address::addresses;
pub(super) use notice::{holds_reply, tells_of_failure};

use address::is_address;

use super::fields::Action;
use super::headers::{Headers, cut_line, field};
use super::report::{Format, Recipient};
use super::{expiry, stage};

/// Bytes of what is said of one recipient that are kept: replies are short, transcripts are long.
const MAX_REPLY: usize = 4096;

/// Recipients that one text names at most: more are a list of something else.
const MAX_RECIPIENTS: usize = 10_000;

/// What a text says.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) format: Format,
    pub(super) recipients: Vec<Recipient>,
}

/// An address and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) address: Vec<u8>,
    /// The address before aliases, where the text names it.
    pub(super) original: Option<Vec<u8>>,
    text: Vec<u8>,
    /// The text is that of the whole notice: nothing is said of this address alone.
    of_notice: bool,
}

impl Said {
    fn new(address: &[u8]) -> Said {
        Said {
            address: address.to_vec(),
            original: None,
            text: Vec::new(),
            of_notice: false,
        }
    }

    /// Takes the address that this one came from; it stands for one that is not shown.
    fn generated_from(&mut self, origin: &[u8]) {
        if self.address.is_empty() {
            self.address = origin.to_vec();
        } else {
            self.original = Some(origin.to_vec());
        }
    }
}

/// What the families of texts find in one.
pub(super) type Families = Option<(Format, Vec<Said>)>;

/// Reads the words of a bounce; `None` when they name no recipient.
pub(super) fn read(headers: &Headers<'_>, words: &[u8], families: &Families) -> Option<Found> {
    let (format, said) = families.as_ref()?;
    let action = if speaks_of_delay(headers, words) {
        Action::Delayed
    } else {
        Action::Failed
    };
    let recipients = said
        .iter()
        .take(MAX_RECIPIENTS)
        .map(|said| {
            Recipient::of_text(
                &said.address,
                said.original.clone(),
                said.text.clone(),
                action,
            )
        })
        .collect();
    Some(Found {
        format: *format,
        recipients,
    })
}

/// The recipients that a text for people names, and what it says of each.
pub(super) fn families(
    headers: &Headers<'_>,
    words: &[u8],
    returned: Option<&Headers<'_>>,
) -> Families {
    let families: [(Format, &dyn Fn() -> Vec<Said>); 4] = [
        (Format::Qmail, &|| qmail::read(words)),
        (Format::Exim, &|| exim::read(words)),
        (Format::Postfix, &|| postfix::read(words)),
        (Format::General, &|| {
            general::read(words, &own_addresses(headers, returned))
        }),
    ];
    let (format, mut said) = families
        .iter()
        .map(|(format, read)| (*format, read()))
        .find(|(_, said)| !said.is_empty())
        .unwrap_or((Format::General, Vec::new()));
    if let Some(failed) = headers.value(b"x-failed-recipients") {
        said = take_failed(&failed, said, words);
    }
    (!said.is_empty()).then_some((format, said))
}

const MAX_MATCHED: usize = 200;

/// Exim's X-Failed-Recipients names every recipient; the text says why.
fn take_failed(failed: &[u8], said: Vec<Said>, words: &[u8]) -> Vec<Said> {
    let named: Vec<&[u8]> = failed
        .split(|&byte| byte == b',' || byte.is_ascii_whitespace())
        .filter(|name| !name.is_empty())
        .take(MAX_RECIPIENTS)
        .collect();
    // Matching costs their product: beyond this each keeps what stands at its place.
    let alone = said.len() == named.len();
    let matched = named.len() <= MAX_MATCHED;
    let said_of = |(n, name): (usize, &&[u8])| {
        let by_name = matched
            .then(|| {
                said.iter()
                    .find(|said| said.address.eq_ignore_ascii_case(name))
            })
            .flatten();
        by_name
            .or_else(|| said.get(n).filter(|_| alone))
            .map_or_else(
                || {
                    let mut said = Said::new(name);
                    if named.len() == 1 {
                        said.text = notice::gist(words);
                        said.of_notice = true;
                    }
                    said
                },
                |said| Said {
                    address: name.to_vec(),
                    ..said.clone()
                },
            )
    };
    if named.is_empty() {
        return said;
    }
    named.iter().enumerate().map(said_of).collect()
}

/// Gives recipients without a diagnostic the words for people about them, and a stage to those whose diagnostic
/// names none. A Status that says why needs no words of the whole notice.
pub(super) fn add_words(recipients: &mut [Recipient], families: &Families, words: &[u8]) {
    let lacks = |recipient: &Recipient| recipient.text.is_empty() || recipient.stage().is_none();
    if words.is_empty() || !recipients.iter().any(lacks) {
        return;
    }
    let postfix = matches!(families, Some((Format::Postfix, _)));
    let mut said: Vec<&Said> = families.iter().flat_map(|(_, said)| said).collect();
    said.sort_by_cached_key(|said| lower(&said.address));
    let alone = recipients.len() == 1;
    let answers = stage::transcript(words);
    let asked = if recipients.len() <= MAX_MATCHED {
        &*answers
    } else {
        &[]
    };
    for recipient in recipients.iter_mut().filter(|recipient| lacks(recipient)) {
        let address = lower(&recipient.address);
        let found = said
            .binary_search_by(|said| lower(&said.address).cmp(&address))
            .ok()
            .and_then(|place| said.get(place))
            .or_else(|| said.first().filter(|_| alone && said.len() == 1));
        if recipient.text.is_empty() {
            let local = recipient.stage();
            match found {
                Some(said) if !said.text.is_empty() && !said.of_notice => {
                    recipient.set_text(said.text.clone(), postfix);
                }
                _ if alone && !recipient.has_specific_status() => {
                    recipient.set_text(notice::gist(words), false);
                }
                _ => {}
            }
            recipient.set_stage(local.or(recipient.stage()));
        } else if let Some(said) = found.filter(|said| !said.of_notice) {
            // The same attempt: the reply is the same.
            let twin = Recipient::of_text(&said.address, None, said.text.clone(), Action::Failed);
            if twin.reply_code == recipient.reply_code {
                recipient.set_stage(recipient.stage().or(twin.stage()));
            }
        }
        let answer = asked.iter().find(|answer| answer.is_in(&recipient.text));
        let stage = answer.map(stage::Answer::stage);
        recipient.set_stage(recipient.stage().or(stage));
    }
}

/// Of whom a notice says that the message waited for too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// Every recipient.
    All,
    /// Those with these addresses, in lower case.
    Some(HashSet<Vec<u8>>),
}

impl Waited {
    /// True for a recipient with this address.
    pub(super) fn has(&self, address: &[u8]) -> bool {
        match self {
            Waited::All => true,
            Waited::Some(some) => some.contains(&lower(address)),
        }
    }
}

/// Of whom these words say that the message waited for too long: what is said of one recipient holds for no other.
pub(super) fn waited(families: &Families, words: &[u8]) -> Waited {
    let said: &[Said] = families.as_ref().map_or(&[], |(_, said)| said);
    let each_alone = said.iter().any(|said| !said.of_notice);
    let common = match said.first() {
        Some(first) if each_alone => {
            let end = memmem::find(words, &first.address).unwrap_or(words.len());
            words.get(..end).unwrap_or(words)
        }
        _ => words,
    };
    if expiry::is_in(common) {
        return Waited::All;
    }
    let expired = said
        .iter()
        .filter(|said| !said.of_notice && expiry::is_in(&said.text));
    Waited::Some(expired.map(|said| lower(&said.address)).collect())
}

/// True when it is worth looking for status fields in a text.
pub(super) fn may_hold_status(text: &[u8]) -> bool {
    let mut from = 0;
    while let Some(found) = memmem::find(text.get(from..).unwrap_or_default(), b"ecipient:") {
        let at = from + found;
        let start =
            memchr::memrchr(b'\n', text.get(..at).unwrap_or_default()).map_or(0, |at| at + 1);
        let name = lower(text.get(start..at).unwrap_or_default());
        if name == b"final-r" || name == b"original-r" {
            return true;
        }
        from = at + 1;
    }
    false
}

/// Cuts a text where the returned message begins: behind a line that says so, or at a block of header
/// fields. It gives the words for people, and the returned message as far as it stands in the text.
pub(super) fn split_returned(text: &[u8]) -> (&[u8], &[u8]) {
    /// Fields that nearly every message has.
    const USUAL: [&[u8]; 8] = [
        b"received",
        b"from",
        b"to",
        b"subject",
        b"date",
        b"message-id",
        b"return-path",
        b"mime-version",
    ];
    let mut rest = text;
    let (mut block, mut usual) = (None, 0);
    // A bounce names somebody before it returns the message.
    let mut names_address = false;
    while !rest.is_empty() {
        let (line, after) = cut_line(rest);
        let at = text.len() - rest.len();
        if names_address && announces_message(line) {
            return split_at(text, at, text.len() - behind_marks(after).len());
        }
        match field(line) {
            Some((name, _)) if USUAL.iter().any(|known| name.eq_ignore_ascii_case(known)) => {
                usual += 1;
                let start = *block.get_or_insert(at);
                // Two may be a summary for people.
                if usual >= 3 {
                    return split_at(text, start, start);
                }
            }
            Some(_) => {}
            None if matches!(line.first(), Some(b' ' | b'\t')) && !line.trim_ascii().is_empty() => {
            }
            None => (block, usual) = (None, 0),
        }
        names_address = names_address || line.contains(&b'@');
        rest = after;
    }
    (text, b"")
}

/// What follows the marked lines that explain the one before them: `------ 106496 or so are included here.`
fn behind_marks(text: &[u8]) -> &[u8] {
    let mut rest = text;
    loop {
        let (line, after) = cut_line(rest);
        let is_mark = line.starts_with(b"------ ") || line.starts_with(b"--- ");
        if after.len() == rest.len() || !(is_mark || line.trim_ascii().is_empty()) {
            return rest;
        }
        rest = after;
    }
}

fn split_at(text: &[u8], end: usize, start: usize) -> (&[u8], &[u8]) {
    (
        text.get(..end).unwrap_or_default(),
        text.get(start..).unwrap_or_default(),
    )
}

/// Words of a marked line before the returned message, in lower case.
const MARKED: [&[u8]; 8] = [
    b"original message",
    b"copy of",
    b"below this line",
    b"returned message",
    b"unsent message",
    b"message follows",
    b"headers follow",
    b"message header",
];

/// How an unmarked one begins.
const PLAIN: [&[u8]; 5] = [
    b"original message follows",
    b"message headers follow",
    b"message header follows",
    b"below is a copy of the original message",
    b"original message headers:",
];

/// `--- Below this line is a copy of the message.`, `------- Returned Message --------`,
/// `Message headers follow.`
fn announces_message(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    if line.len() > 100 || line.is_empty() || line.starts_with(b">") {
        return false;
    }
    let lowered = lower(line);
    let has = |words: &[u8]| memmem::find(&lowered, words).is_some();
    let marked = line.starts_with(b"--") || line.starts_with(b"==") || line.starts_with(b"**");
    (marked && MARKED.iter().any(|words| has(words)))
        || PLAIN.iter().any(|words| lowered.starts_with(words))
}

fn speaks_of_delay(headers: &Headers<'_>, words: &[u8]) -> bool {
    const DELAY: [&[u8]; 22] = [
        b"delivery attempts will continue",
        b"continue to try to deliver",
        b"do not need to re-send",
        b"do not need to resend",
        b"has been delayed",
        b"has been postponed",
        b"is delayed for",
        b"only a temporary failure",
        b"retras",
        b"ritard",
        b"vertraagd",
        b"atrasad",
        b"a \xc3\xa9t\xc3\xa9 retard",
        b"message status - delayed",
        b"no action is required on your part",
        b"only a warning",
        b"this is a warning message only",
        b"warning: message still undelivered",
        b"verz\xc3\xb6gert",
        b"will be retried",
        b"zustellversuche werden fortgesetzt",
        b"will continue to be attempted",
    ];
    let start = lower(words.get(..MAX_REPLY).unwrap_or(words));
    let subject = headers
        .value(b"subject")
        .map(|subject| lower(&subject))
        .unwrap_or_default();
    DELAY
        .iter()
        .any(|said| memmem::find(&start, said).is_some() || memmem::find(&subject, said).is_some())
}

/// The addresses that a bounce has on its own account: of the one who gets it, of the one who writes and of the
/// one who sent the returned message.
fn own_addresses(headers: &Headers<'_>, returned: Option<&Headers<'_>>) -> HashSet<Vec<u8>> {
    // Not X-Original-To: some programs put the failed recipient there.
    const FIELDS: [&[u8]; 5] = [b"to", b"from", b"return-path", b"delivered-to", b"reply-to"];
    const RETURNED: [&[u8]; 4] = [b"from", b"sender", b"return-path", b"reply-to"];
    let mut own = HashSet::new();
    let returned = returned
        .into_iter()
        .flat_map(|returned| RETURNED.iter().filter_map(|name| returned.value(name)));
    for value in FIELDS
        .iter()
        .filter_map(|name| headers.value(name))
        .chain(returned)
    {
        addresses(&value, &mut |address| {
            own.insert(lower(address));
        });
    }
    own
}

/// `> ` begins a quoted line, `>>> ` one of a transcript.
fn is_quoted(words: &[u8]) -> bool {
    words.starts_with(b">") && !words.starts_with(b">>> ")
}

/// ASCII letters in lower case.
pub(super) fn lower(text: &[u8]) -> Vec<u8> {
    text.to_ascii_lowercase()
}

/// Appends lines joined by single spaces, cut at [`MAX_REPLY`].
fn append_folded(joined: &mut Vec<u8>, text: &[u8]) {
    for word in text.split(u8::is_ascii_whitespace) {
        if word.is_empty() {
            continue;
        }
        if joined.len() + word.len() >= MAX_REPLY {
            return;
        }
        if !joined.is_empty() {
            joined.push(b' ');
        }
        joined.extend_from_slice(word);
    }
}

/// `<a@b.example>: rest` at the start of a line → the address and the rest.
fn bracketed(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = line.strip_prefix(b"<")?;
    let end = memchr::memchr(b'>', inner)?;
    let (address, rest) = inner.split_at_checked(end)?;
    is_address(address).then(|| (address, rest.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
