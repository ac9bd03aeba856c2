//! What container and journal collectors wrap around a log line.
//!
//! `{"log":"Jan 23 16:00:01 mx1 postfix/smtp[101]: ...\n","stream":"stdout","time":"2023-01-23T16:00:01.4Z"}`
//!
//! docker's json-file; Kubernetes' CRI format (`2023-01-23T16:00:01.4Z stdout F ...`); `docker logs -t`
//! (a stamp before the line's own); docker compose (`mail-1  | ...`); `journalctl -o json`
//! (systemd.journal-fields(7); MESSAGE is an array of bytes when it is no UTF-8); JSON of shippers
//! (`envelope/fields.rs`), also behind a stamp. The stamp of the collector counts where that of the line names
//! no year, or no zone and shows another hour.
#![deny(clippy::indexing_slicing)]

mod fields;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::stamp::{Stamp, Stamps};
use crate::syslog::{self, Record};
use crate::time::Timestamp;

/// Room for lines that have to be unescaped before they can be read.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    line: Vec<u8>,
    host: Vec<u8>,
    tag: Vec<u8>,
}

/// What was inside.
#[derive(Debug)]
pub(crate) enum Inner<'b> {
    /// A line with its own header, and when the collector took it.
    Line(&'b [u8], Option<Timestamp>),
    /// A record whose header was taken apart by the collector.
    Record(Record<'b>),
    /// Text that may be a line with its own header, and when a shipper took it.
    Message(&'b [u8], Option<Timestamp>),
    /// JSON of another program, or a record of the journal that is no line of a log.
    Foreign,
}

/// Unwraps a line that begins with `{`; `None` when it is no JSON, or a record without a time.
pub(crate) fn unwrap_json<'b>(
    line: &'b [u8],
    scratch: &'b mut Scratch,
    stamps: &mut Stamps,
) -> Option<Inner<'b>> {
    let Ok(json) = serde_json::from_slice::<Json<'_>>(line) else {
        // Other programs give these names other types.
        return unwrap_fields(line, None, scratch, stamps);
    };
    if let Some(log) = json.log {
        scratch.line.clear();
        scratch
            .line
            .extend_from_slice(log.trim_end_matches(['\r', '\n']).as_bytes());
        let time = json
            .time
            .and_then(|time| match stamps.read(time.as_bytes()) {
                Stamp::At(time, _) => Some(time),
                Stamp::Broken | Stamp::None => None,
            });
        return Some(Inner::Line(&scratch.line, time));
    }
    let (Some(identifier), Some(message)) = (json.tag, json.message) else {
        return unwrap_fields(line, None, scratch, stamps);
    };
    let micros: i64 = json.source_time.or(json.time_micros)?.parse().ok()?;
    let time = Timestamp::from_micros(micros)?;
    let Scratch { line, host, tag } = scratch;
    line.clear();
    match message {
        Message::Text(text) => line.extend_from_slice(text.as_bytes()),
        Message::Bytes(bytes) => line.extend_from_slice(&bytes),
    }
    // A record of several lines is one record: what follows is part of the remote side's words.
    line.iter_mut()
        .filter(|byte| matches!(byte, b'\n' | b'\r'))
        .for_each(|byte| *byte = b' ');
    host.clear();
    host.extend_from_slice(json.host.unwrap_or_default().as_bytes());
    tag.clear();
    tag.extend_from_slice(identifier.as_bytes());
    Some(Inner::Record(Record {
        time,
        host,
        tag,
        text: line,
        times: 1,
    }))
}

/// Unwraps JSON behind a stamp and maybe a tag, as Fluentd writes it to files.
pub(crate) fn unwrap_json_behind_stamp<'b>(
    line: &'b [u8],
    scratch: &'b mut Scratch,
    stamps: &mut Stamps,
) -> Option<Inner<'b>> {
    let Stamp::At(time, rest) = stamps.read(line) else {
        return None;
    };
    let (separator @ (b' ' | b'\t'), mut rest) = rest.split_first()? else {
        return None;
    };
    if !rest.starts_with(b"{") {
        (_, rest) = syslog::split_at_byte(rest, *separator)?;
    }
    if !rest.starts_with(b"{") {
        return None;
    }
    unwrap_fields(rest, Some(time), scratch, stamps)
}

/// Unwraps JSON of a shipper; `None` when it is no JSON.
fn unwrap_fields<'b>(
    line: &[u8],
    time: Option<Timestamp>,
    scratch: &'b mut Scratch,
    stamps: &mut Stamps,
) -> Option<Inner<'b>> {
    let json: Map<String, Value> = serde_json::from_slice(line).ok()?;
    Some(fields::unwrap(&json, time, scratch, stamps))
}

/// Unwraps what follows a stamp: `stdout F line`, or a line with a stamp of its own.
pub(crate) fn unwrap_stamped<'b>(rest: &'b [u8], stamps: &mut Stamps) -> Option<&'b [u8]> {
    for stream in [&b"stdout "[..], b"stderr "] {
        if let Some(rest) = rest.strip_prefix(stream) {
            return rest
                .strip_prefix(b"F ")
                .or_else(|| rest.strip_prefix(b"P "));
        }
    }
    matches!(stamps.read(rest), Stamp::At(..)).then_some(rest)
}

/// Drops `mail-1  | ` of docker compose.
pub(crate) fn unwrap_compose(line: &[u8]) -> Option<&[u8]> {
    let (name, rest) = syslog::split_at_byte(line, b'|')?;
    let padded = name.trim_ascii_end();
    let is_name = !padded.is_empty() && padded.len() < name.len() && !padded.contains(&b' ');
    if is_name {
        rest.strip_prefix(b" ")
    } else {
        None
    }
}

#[derive(Deserialize)]
struct Json<'a> {
    #[serde(borrow)]
    log: Option<Cow<'a, str>>,
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "__REALTIME_TIMESTAMP")]
    time_micros: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "_SOURCE_REALTIME_TIMESTAMP")]
    source_time: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "_HOSTNAME")]
    host: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "SYSLOG_IDENTIFIER")]
    tag: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "MESSAGE")]
    message: Option<Message<'a>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Message<'a> {
    #[serde(borrow)]
    Text(Cow<'a, str>),
    Bytes(Vec<u8>),
}
