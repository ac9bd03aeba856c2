//! Headers of unusual shapes: the record decides, and the header is read around it.
//!
//! ```text
//! /var/log/exim4/mainlog:2023-01-23 16:00:01 1pJyXx-0004Qk-2A => a@d R=...
//! Jan 23 16:00:01 loghost 2023-01-23T16:00:01+01:00 mx1 mail.info postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@d>, ...
//! Jan 23 16:00:01 [postfix/smtp] 4P1Xr72xkCz9vwX: to=<a@d>, ...
//! ```
//!
//! Tried where no usual header stands, since it costs more. Word by word, what may stand before a record is passed:
//! stamps, priorities and levels, names of hosts, of files and of pods, and the program of a log driver or a relay if
//! another header follows at once. A record counts if it has the shape of one of Postfix's or Exim's. Words of any
//! other kind end the search, so that a record which others wrote into the text of a program is none.
#![deny(clippy::indexing_slicing)]

use crate::event::Line;
use crate::exim;
use crate::postfix;
use crate::stamp::{Moment, Stamp, Stamps};
use crate::syslog::{self, Record};

/// Parts of a header that are passed, at most.
const MAX_PARTS: usize = 16;

/// Names that may stand before the first stamp: namespace, pod, container.
const MAX_OUTER_NAMES: usize = 3;

/// Names that may stand behind a stamp: a relay and the host itself. More of them are a text.
const MAX_NAMES: usize = 2;

/// Bytes of labels in braces, at most.
const MAX_LABELS: usize = 1024;

/// Bytes of a name, at most.
const MAX_NAME: usize = 255;

/// A record behind an unusual header.
#[derive(Debug)]
pub(super) struct Found<'b> {
    /// When it happened.
    pub(super) moment: Moment,
    /// That stamp as it is written.
    pub(super) stamp: &'b [u8],
    /// Host, program and text. Exim's own log names no program.
    pub(super) record: Record<'b>,
    /// Whose record it is.
    pub(super) program: Program<'b>,
}

/// Whose record was found.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart at once"
)]
pub(super) enum Program<'b> {
    /// A line of Exim's own log.
    Exim,
    /// What Exim sent to syslog, maybe with a stamp of its own.
    EximInSyslog,
    /// What Postfix sent to syslog, understood.
    Postfix(Line<'b>),
}

/// Looks for a record in a line; `outer` is the stamp of what was wrapped around it.
pub(super) fn in_line<'b>(
    line: &'b [u8],
    outer: Option<Moment>,
    stamps: &mut Stamps,
) -> Option<Found<'b>> {
    let header = Header {
        moment: outer,
        stamp: &[],
        host: &[],
        stage: Stage::Start,
        names: 0,
    };
    header.read(line, stamps)
}

/// Looks for a record behind a second header, in the text of a program; time and host are those of the first.
pub(super) fn in_text<'b>(
    outer: &Record<'b>,
    moment: Moment,
    stamps: &mut Stamps,
) -> Option<Found<'b>> {
    if !carries_records(outer.tag) {
        return None;
    }
    let header = Header {
        moment: Some(moment),
        stamp: &[],
        host: outer.host,
        stage: Stage::Program,
        names: 0,
    };
    header.read(outer.text, stamps)
}

/// True where a header is what it seems to be: a host, a program, a colon and a space.
pub(super) fn is_usual(record: &Record<'_>, line: &[u8]) -> bool {
    let header = line.len().saturating_sub(record.text.len());
    let is_spaced = header == 0 || line.get(header - 1) == Some(&b' ');
    is_spaced && is_name(record.host) && !record.tag.first().is_some_and(u8::is_ascii_digit)
}

/// Where the header has been read to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing but names of files, containers and the like.
    Start,
    /// Right behind a stamp.
    Stamp,
    /// Behind a name or a level.
    Name,
    /// Right behind a program with its colon: what follows is its text.
    Program,
}

/// What is known of the header so far.
struct Header<'b> {
    moment: Option<Moment>,
    stamp: &'b [u8],
    host: &'b [u8],
    stage: Stage,
    names: usize,
}

impl<'b> Header<'b> {
    fn read(mut self, mut rest: &'b [u8], stamps: &mut Stamps) -> Option<Found<'b>> {
        for _ in 0..MAX_PARTS {
            rest = rest.trim_ascii_start();
            let (_, unprioritised) = syslog::priority(rest);
            if unprioritised.len() < rest.len() {
                rest = unprioritised;
            } else if let Some(after) = self.take_stamp(rest, stamps) {
                rest = after;
            } else if let Some(found) = self.record(rest) {
                return Some(found);
            } else {
                rest = self.pass_word(rest, stamps)?;
            }
        }
        None
    }

    /// Takes a stamp, maybe in brackets, and gives what follows it.
    fn take_stamp(&mut self, text: &'b [u8], stamps: &mut Stamps) -> Option<&'b [u8]> {
        let inner = text.strip_prefix(b"[").unwrap_or(text);
        let Stamp::At(time, rest) = stamps.read(inner) else {
            return None;
        };
        let after = match rest.split_first() {
            None | Some((b' ' | b'\t', _)) => rest,
            Some((b']' | b':' | b',' | b';', after)) => after,
            Some(_) => return None,
        };
        let moment = stamps.moment(time);
        if self.moment.is_none_or(|outer| outer.yields_to(&moment)) {
            self.moment = Some(moment);
            self.stamp = inner
                .get(..inner.len().saturating_sub(rest.len()))
                .unwrap_or_default();
        }
        self.stage = Stage::Stamp;
        self.names = 0;
        Some(after)
    }

    /// A record that begins here.
    fn record(&self, text: &'b [u8]) -> Option<Found<'b>> {
        let moment = self.moment?;
        if self.stage == Stage::Start && self.names > 0 {
            return None; // a time around the line, and words: it is a text
        }
        let found = |tag, text, program| Found {
            moment,
            stamp: self.stamp,
            record: Record {
                time: moment.time,
                host: self.host,
                tag,
                text,
                times: 1,
            },
            program,
        };
        let is_exim = match self.stage {
            Stage::Stamp => exim::looks_like(text),
            Stage::Start | Stage::Name | Stage::Program => exim::begins_with_flagged_id(text),
        };
        if is_exim {
            return Some(found(&[], text, Program::Exim));
        }
        // Else anybody could write a record into the text of a program.
        if self.stage == Stage::Program {
            return None;
        }
        if let Some((tag, text)) = syslog::tag_of(text)
            && tag.starts_with(b"exim")
        {
            return Some(found(tag, text, Program::EximInSyslog));
        }
        let (tag, text, certain) = program_of(text)?;
        let mut found = found(tag, text, Program::Exim);
        let line = postfix::parse(&found.record);
        let is_postfix = matches!(line, Line::Delivery(_) | Line::Queue(_))
            || certain && tag.starts_with(b"postfix/");
        found.program = Program::Postfix(line);
        is_postfix.then_some(found)
    }

    /// Passes a word that may stand in a header; `None` where it may not.
    fn pass_word(&mut self, text: &'b [u8], stamps: &mut Stamps) -> Option<&'b [u8]> {
        // The text of a program begins with a header, or it is none.
        if self.stage == Stage::Program {
            return None;
        }
        let end = memchr::memchr2(b' ', b'\t', text).unwrap_or(text.len());
        let (word, rest) = text.split_at_checked(end)?;
        if syslog::is_level(word) || syslog::is_facility(word) && is_level_next(rest) {
            if self.stage != Stage::Start {
                self.stage = Stage::Name;
            }
            return Some(rest);
        }
        if word.len() > MAX_NAME || word.is_empty() {
            return None;
        }
        if self.stage == Stage::Start {
            // `mail.log:17:Jan 23`, as grep prints it.
            let mut colons = memchr::memchr_iter(b':', word).filter(|&at| at > 0);
            let of_file = colons.find_map(|at| {
                let after = text.get(at + 1..)?;
                let (_, stamp) = syslog::priority(after);
                matches!(stamps.read(stamp), Stamp::At(..)).then_some(after)
            });
            if of_file.is_some() {
                return of_file;
            }
            let is_pod = word.starts_with(b"[") && word.ends_with(b"]");
            if is_pod || word == b"|" {
                return Some(rest);
            }
        }
        // `{app="mail", host="mx1"}`: labels, as Loki prints them.
        if self.stage == Stage::Stamp && word.starts_with(b"{") {
            let end = memchr::memmem::find(text.get(..MAX_LABELS).unwrap_or(text), b"} ")?;
            return text.get(end + 1..);
        }
        if is_name(word) {
            let most = match self.stage {
                Stage::Start => {
                    self.names += 1;
                    MAX_OUTER_NAMES
                }
                Stage::Stamp | Stage::Name | Stage::Program => {
                    self.take_host(word);
                    MAX_NAMES
                }
            };
            return (self.names <= most).then_some(rest);
        }
        // A log driver's or a relay's program.
        if self.moment.is_some()
            && let Some((tag, inner)) = syslog::tag_of(text)
            && carries_records(tag)
        {
            self.stage = Stage::Program;
            return Some(inner);
        }
        None
    }

    /// The name that stands last is that of the host where the record was made; numbers are none, and an address only
    /// where there is no name beside it.
    fn take_host(&mut self, word: &'b [u8]) {
        let is_of = |of: fn(&u8) -> bool| word.iter().all(of);
        let is_number = is_of(u8::is_ascii_digit);
        let is_address = is_of(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':'))
            && word.iter().any(|byte| matches!(byte, b'.' | b':'));
        let beside_name = self.stage == Stage::Name && !self.host.is_empty();
        if word != b"-" && !is_number && !(is_address && beside_name) {
            self.names += 1;
            self.host = word;
        }
        self.stage = Stage::Name;
    }
}

/// `postfix/smtp[101]: text`, `[1:mail1:postfix/smtp] text`, `postfix/smtp text`, `postfix/smtp 101 - text` → program
/// and text, and whether the shape is certain enough for lines that are no records.
fn program_of(text: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    if let Some((tag, rest)) = syslog::tag_of(text)
        && memchr::memchr(b'\t', tag).is_none()
    {
        return postfix::program_of(tag).map(|_| (tag, rest, true));
    }
    let end = memchr::memchr2(b' ', b'\t', text)?;
    let (word, mut rest) = text.split_at_checked(end)?;
    let inner = word.strip_prefix(b"[");
    let tag = match inner {
        Some(inner) => inner
            .strip_suffix(b"]")?
            .rsplit(|&byte| byte == b':')
            .next()?,
        None => word,
    };
    postfix::program_of(tag)?;
    // Process and message id of RFC 5424 and of tables.
    for _ in 0..3 {
        rest = rest.trim_ascii_start();
        let end = memchr::memchr2(b' ', b'\t', rest)?;
        let (word, after) = rest.split_at_checked(end)?;
        if word != b"-" && !word.iter().all(u8::is_ascii_digit) {
            break;
        }
        rest = after;
    }
    Some((tag, rest, inner.is_some()))
}

/// True for programs whose text is the record of another: relays, log drivers, and containers named for a mail system.
/// The text of any other program may be written by anybody.
///
/// `docker/mail`, `rsyslogd`, `exim4`, `mail-1`, `3f2a9c1b7d5e`.
fn carries_records(tag: &[u8]) -> bool {
    /// Relays, log drivers and collectors, in lower case: what follows the name is that of a container or a module.
    const DRIVERS: [&[u8]; 20] = [
        b"conmon",
        b"containerd",
        b"cri",
        b"crio",
        b"docker",
        b"dockerd",
        b"filebeat",
        b"fluent",
        b"fluentbit",
        b"fluentd",
        b"journal",
        b"journald",
        b"kubelet",
        b"logspout",
        b"nxlog",
        b"podman",
        b"promtail",
        b"rsyslog",
        b"rsyslogd",
        b"syslog",
    ];
    /// Mail systems, as containers are named for them, in lower case.
    const MAIL_SYSTEMS: [&[u8]; 10] = [
        b"exim",
        b"mail",
        b"mailer",
        b"mailserver",
        b"mta",
        b"mx",
        b"postfix",
        b"smarthost",
        b"smtp",
        b"smtpd",
    ];
    /// What may stand beside such a name, in lower case.
    const QUALIFIERS: [&[u8]; 4] = [b"in", b"out", b"relay", b"server"];
    /// Digits of a container's short id.
    const MIN_ID: usize = 12;
    let lowered = tag.to_ascii_lowercase();
    let mut parts = lowered.split(|byte| matches!(byte, b'/' | b'-' | b'_' | b'.'));
    if parts
        .clone()
        .next()
        .is_some_and(|first| DRIVERS.contains(&first))
    {
        return true;
    }
    let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let is_id = |part: &[u8]| part.len() >= MIN_ID && part.iter().all(u8::is_ascii_hexdigit);
    let names_it = |part: &[u8]| MAIL_SYSTEMS.contains(&without_number(part)) || is_id(part);
    parts.clone().any(names_it)
        && parts.all(|part| names_it(part) || is_number(part) || QUALIFIERS.contains(&part))
}

/// `exim4` → `exim`
fn without_number(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|byte| !byte.is_ascii_digit());
    name.get(..end.map_or(0, |at| at + 1)).unwrap_or_default()
}

/// True where the next word is a level.
fn is_level_next(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    let end = memchr::memchr2(b' ', b'\t', rest).unwrap_or(rest.len());
    rest.get(..end).is_some_and(syslog::is_level)
}

/// True for what may be the name of a host, a pod, a container, or an address.
fn is_name(word: &[u8]) -> bool {
    let is_part = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'@' | b'%')
    };
    !word.is_empty() && word.iter().all(is_part) && !word.ends_with(b":")
}

#[cfg(test)]
mod tests;
