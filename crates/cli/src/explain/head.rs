//! What stands before a record: wrappers, stamp, host, program; and what a foreign line is.

use chrono::{Datelike, LocalResult, TimeZone};
use chrono_tz::Tz;
use mailgap_core::exim;
use mailgap_core::line::Head;
use mailgap_core::postfix;
use mailgap_core::source::Input;
use mailgap_core::stamp::{Stamp, StampContext, Stamps};
use mailgap_core::time::Timestamp;

use super::{Known, Part, lossy};
use crate::words::times::Moments;

/// The parts of the head, as far as there is one.
pub(super) fn parts(head: &Head<'_>, input: &Input, known: &Known<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    if !head.wrappers.is_empty() {
        let wrappers = Part::new("wrapped by", head.wrappers.join(", then "));
        parts.push(
            wrappers.note("columns are counted in the line inside; the stamp below is the time"),
        );
    }
    if let Some(time) = head.time {
        parts.push(stamp(head.stamp, time, input, known));
    }
    if !head.host.is_empty() {
        parts.push(Part::new("host", lossy(head.host)).note("whose log this is"));
    }
    if !head.tag.is_empty() {
        let part = Part::new("program", lossy(head.tag));
        parts.push(match postfix::program_of(head.tag) {
            Some((instance, program)) => part.note(format!(
                "instance {}, program {}",
                lossy(instance),
                lossy(program)
            )),
            None => part,
        });
    }
    parts
}

fn stamp(raw: &[u8], time: Timestamp, input: &Input, known: &Known<'_>) -> Part {
    let options = &known.settings.options;
    let zone = options.zone;
    if raw.is_empty() {
        let note = format!(
            "in a field of the collector's, in UTC{}",
            beside(time, zone)
        );
        return Part::new("stamp", time.to_string()).note(note);
    }
    let mut part =
        Part::new("stamp", lossy(raw)).note(format!("in UTC {time}{}", beside(time, zone)));
    if !names(raw, |year| (Some(year), Tz::UTC), 2000, 2004) {
        let year = time
            .to_utc()
            .map_or(0, |time| time.with_timezone(&zone).year());
        part = part.note(match options.year {
            Some(_) => format!("it names no year: {year} by --year"),
            None => format!(
                "it names no year: {year} is the latest that puts it no more than a day after {} ({}); --year sets another",
                if input.size().is_some() {
                    "the time of change of the file"
                } else {
                    "now"
                },
                input.reference()
            ),
        });
    }
    if !names(raw, |zone| (Some(2000), zone), Tz::UTC, Tz::Asia__Kolkata) {
        let source = known.settings.zone_source.as_str();
        part = part.note(format!("it names no time zone: {zone} ({source})"));
        if raw.last().is_some_and(u8::is_ascii_alphabetic) {
            part =
                part.note("letters of a zone other than UTC and GMT mean several and do not count");
        }
        if is_doubled(time, zone) {
            part = part.note("the clock showed this hour twice; which run is meant is a guess");
        }
    }
    part
}

/// `, in Europe/Rome 2023-01-23 16:00:01`; nothing where that is UTC.
fn beside(time: Timestamp, zone: Tz) -> String {
    let moments = Moments::new(zone, true);
    match moments.local(time) {
        Some(local) if zone != Tz::UTC => {
            format!(", in {zone} {}", local.format("%Y-%m-%d %H:%M:%S"))
        }
        _ => String::new(),
    }
}

/// Whether a stamp means the same in both contexts: then it says itself what they differ in.
fn names<T>(raw: &[u8], context: impl Fn(T) -> (Option<i32>, Tz), one: T, other: T) -> bool {
    let read = |of| {
        let (year, zone) = context(of);
        let mut stamps = Stamps::new(StampContext {
            zone,
            year,
            reference: Timestamp::from_seconds(0),
        });
        match stamps.read(raw) {
            Stamp::At(time, _) => Some(time),
            Stamp::Broken | Stamp::None => None,
        }
    };
    read(one) == read(other)
}

fn is_doubled(time: Timestamp, zone: Tz) -> bool {
    time.to_utc().is_some_and(|time| {
        let local = time.with_timezone(&zone).naive_local();
        matches!(
            zone.offset_from_local_datetime(&local),
            LocalResult::Ambiguous(..)
        )
    })
}

/// What a foreign line is, as far as its head tells.
pub(super) fn why_foreign(head: &Head<'_>) -> String {
    if head.line.trim_ascii().is_empty() {
        return "an empty line".to_owned();
    }
    let of_exim = "a line of Exim's that hangs on no message of ours (a session, the daemon, a queue run, a rejected \
                   recipient, or the rest of a text whose first part was counted)";
    if head.tag.is_empty() {
        return if exim::looks_like(head.text) {
            of_exim.to_owned()
        } else {
            "no line of a mail sender".to_owned()
        };
    }
    if head.tag.starts_with(b"exim") {
        return of_exim.to_owned();
    }
    match postfix::program_of(head.tag) {
        Some((instance, _)) if instance.starts_with(b"postfix") => {
            "Postfix's own talk (sessions, TLS, caches, daemons), which concerns no queued message"
                .to_owned()
        }
        Some(_) | None => format!("a line of another program, {}", lossy(head.tag)),
    }
}
