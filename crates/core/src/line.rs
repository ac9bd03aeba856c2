//! One line of a log → one [`Line`].
//!
//! Finds out what a line holds by looking at it alone: styles may be mixed within a file. The order of
//! questions is that of their cost: a syslog header with a program of Postfix, then Exim's marks, then headers of
//! unusual shapes. Where several stamps stand before a record, the innermost counts that names year and zone.
#![deny(clippy::indexing_slicing)]

mod head;
#[cfg(test)]
pub(crate) mod testing;
mod unusual;

pub use head::Head;

use memchr::memchr;

use crate::envelope::{self, Inner, Scratch};
use crate::event::{Line, Odd};
use crate::exim::{self, EximContext};
use crate::postfix;
use crate::stamp::{Moment, Stamp, StampContext, Stamps};
use crate::syslog::{self, Header, Record};
use crate::time::Timestamp;
use unusual::{Found, Program};

/// A collector of a collector's lines is thinkable; more is forged.
const MAX_WRAPPERS: usize = 4;

/// Understands lines of one log.
#[derive(Debug, Clone)]
pub struct LineParser {
    stamps: Stamps,
    guessed_year: Option<i32>,
}

impl LineParser {
    /// A parser for one log.
    pub fn new(context: StampContext) -> LineParser {
        LineParser {
            stamps: Stamps::new(context),
            guessed_year: None,
        }
    }

    /// The year of the last line parsed, where neither its stamp nor the context named one.
    pub fn guessed_year(&self) -> Option<i32> {
        self.guessed_year
    }

    /// Understands one line, given without its line end. Never fails: what is odd is a value.
    ///
    /// What is said borrows the line, or `scratch` where the line had to be unescaped.
    pub fn parse<'b>(&mut self, line: &'b [u8], scratch: &'b mut Scratch) -> Line<'b> {
        self.guessed_year = None;
        if line.first() == Some(&b'{') {
            return match envelope::unwrap_json(line, scratch, &mut self.stamps) {
                Some(inner) => self.unwrapped(&inner),
                None => Line::Unknown(Odd {
                    why: "expected JSON of docker or journald",
                    column: 0,
                }),
            };
        }
        if line.last() == Some(&b'}')
            && let Some(inner) = envelope::unwrap_json_behind_stamp(line, scratch, &mut self.stamps)
        {
            return self.unwrapped(&inner);
        }
        self.text(line, None)
    }

    /// What was in JSON.
    fn unwrapped<'b>(&mut self, inner: &Inner<'b>) -> Line<'b> {
        match *inner {
            Inner::Record(ref record) => {
                let moment = Moment::complete(record.time);
                self.record(record, record.text, moment, None)
            }
            Inner::Line(inner, time) => self.text(inner, time.map(Moment::complete)),
            Inner::Message(inner, time) => match self.text(inner, time.map(Moment::complete)) {
                Line::Unknown(_) => Line::Foreign,
                known => known,
            },
            Inner::Foreign => Line::Foreign,
        }
    }

    /// A line of text, maybe wrapped a few times; `outer` is the stamp of what wrapped it.
    fn text<'b>(&mut self, mut line: &'b [u8], mut outer: Option<Moment>) -> Line<'b> {
        let mut wrappers = 0;
        loop {
            let header = syslog::read(line, &mut self.stamps);
            let (inner, odd) = match header {
                Header::Record(mut record, rest) => {
                    let moment = self.note(outer, record.time);
                    record.time = moment.time;
                    if exim::begins_with_message_id(rest) {
                        return exim_line(rest, line, moment.time, b"");
                    }
                    return self.record(&record, line, moment, outer);
                }
                Header::Malformed(odd) => return Line::Malformed(odd),
                Header::Bare(time, rest) => {
                    let moment = self.note(outer, time);
                    if exim::looks_like(rest) {
                        return exim_line(rest, line, moment.time, b"");
                    }
                    let column = line.len().saturating_sub(rest.len());
                    let odd = Odd {
                        why: "expected a host and a program",
                        column,
                    };
                    let inner = envelope::unwrap_stamped(rest, &mut self.stamps);
                    if inner.is_some() {
                        outer = Some(moment);
                    }
                    (inner, odd)
                }
                Header::Unknown(_) if line.trim_ascii().is_empty() => return Line::Foreign,
                Header::Unknown(odd) => (envelope::unwrap_compose(line), odd),
            };
            match inner {
                Some(inner) if wrappers < MAX_WRAPPERS => line = inner,
                _ => {
                    let found = unusual::in_line(line, outer, &mut self.stamps);
                    return found.map_or(Line::Unknown(odd), |found| self.found(found, line));
                }
            }
            wrappers += 1;
        }
    }

    /// The time of the event, of the stamp read last and one that stands before it.
    fn note(&mut self, outer: Option<Moment>, time: Timestamp) -> Moment {
        let inner = self.stamps.moment(time);
        let moment = outer.map_or(inner, |outer| outer.or_inner(inner));
        self.guessed_year = moment.guessed_year;
        moment
    }

    /// A record with a usual header, in this line or in a field of JSON; `outer` is the stamp of what wrapped it.
    fn record<'b>(
        &mut self,
        record: &Record<'b>,
        line: &'b [u8],
        moment: Moment,
        outer: Option<Moment>,
    ) -> Line<'b> {
        let header = line.len().saturating_sub(record.text.len());
        if record.tag.starts_with(b"exim") {
            return self.exim_in_syslog(record, header, moment);
        }
        match postfix::parse(record) {
            Line::Foreign => match self.behind_foreign(record, line, moment, outer) {
                Some(found) => self.found(found, line),
                None => Line::Foreign,
            },
            known => behind_header(known, header),
        }
    }

    /// A record in what seems to be the record of another program: its header is not what it seems, or another header
    /// follows.
    fn behind_foreign<'b>(
        &mut self,
        record: &Record<'b>,
        line: &'b [u8],
        moment: Moment,
        outer: Option<Moment>,
    ) -> Option<Found<'b>> {
        if may_be_header(record.text)
            && let Some(found) = unusual::in_text(record, moment, &mut self.stamps)
        {
            return Some(found);
        }
        // Most lines end here.
        if postfix::program_of(record.tag).is_some() || unusual::is_usual(record, line) {
            return None;
        }
        unusual::in_line(line, outer, &mut self.stamps)
    }

    /// A record behind a header of unusual shape.
    fn found<'b>(&mut self, found: Found<'b>, line: &'b [u8]) -> Line<'b> {
        self.guessed_year = found.moment.guessed_year;
        let record = &found.record;
        let header = line.len().saturating_sub(record.text.len());
        match found.program {
            Program::Exim => exim_line(record.text, line, record.time, record.host),
            Program::EximInSyslog => self.exim_in_syslog(record, header, found.moment),
            Program::Postfix(line) => behind_header(line, header),
        }
    }

    /// Exim puts its own stamp after syslog's, unless `syslog_timestamp` is off. It names a year, mostly also
    /// milliseconds or a zone, and was written before syslog had the line.
    fn exim_in_syslog<'b>(
        &mut self,
        record: &Record<'b>,
        header: usize,
        outer: Moment,
    ) -> Line<'b> {
        let (mark, text) = exim::split::Piece::parse(record.text)
            .map_or((&b""[..], record.text), |piece| (record.text, piece.text));
        let mut time = outer.time;
        let inner = match self.stamps.read(text) {
            Stamp::At(own, rest) => {
                time = self.note(Some(outer), own).time;
                rest.strip_prefix(b" ").unwrap_or(rest)
            }
            // The mark of a piece stays: it tells the first from the rest.
            Stamp::Broken | Stamp::None if mark.is_empty() => text,
            Stamp::Broken | Stamp::None => mark,
        };
        let context = EximContext {
            time,
            host: record.host,
        };
        let cut = record.text.len().saturating_sub(inner.len());
        behind_header(exim::parse(inner, &context), header + cut)
    }
}

/// A quick look, for the texts of programs: a priority, a stamp or a message id may begin so.
fn may_be_header(text: &[u8]) -> bool {
    match text {
        [b'<' | b'[' | b'0'..=b'9', ..] => true,
        [b'A'..=b'Z', _, _, b' ', after, ..] => after.is_ascii_digit() || *after == b' ',
        _ => false,
    }
}

/// A line of Exim's own log, which names no host; one may stand before it.
fn exim_line<'b>(rest: &'b [u8], line: &[u8], time: Timestamp, host: &'b [u8]) -> Line<'b> {
    let header = line.len().saturating_sub(rest.len());
    behind_header(exim::parse(rest, &EximContext { time, host }), header)
}

/// Columns count from the start of the line.
fn behind_header(line: Line<'_>, header: usize) -> Line<'_> {
    match line {
        Line::Malformed(odd) => Line::Malformed(shifted(odd, header)),
        Line::Unknown(odd) => Line::Unknown(shifted(odd, header)),
        known => known,
    }
}

fn shifted(odd: Odd, header: usize) -> Odd {
    Odd {
        column: odd.column + header,
        ..odd
    }
}

/// The lines of a block, without their line ends (LF or CRLF).
#[derive(Debug, Clone)]
pub struct Lines<'b> {
    rest: &'b [u8],
}

impl<'b> Lines<'b> {
    /// The lines of these bytes; the last one need not end.
    pub fn new(bytes: &'b [u8]) -> Lines<'b> {
        Lines { rest: bytes }
    }

    /// What follows the line given last.
    pub fn rest(&self) -> &'b [u8] {
        self.rest
    }
}

impl<'b> Iterator for Lines<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match memchr(b'\n', self.rest) {
            Some(end) => (self.rest.get(..end)?, self.rest.get(end + 1..)?),
            None => (self.rest, &b""[..]),
        };
        self.rest = rest;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@x.org>, relay=none, delay=1, status=sent (250 ok)";

    fn read(line: &[u8]) -> String {
        let mut parser = LineParser::new(StampContext {
            zone: chrono_tz::Europe::Rome,
            year: Some(2023),
            reference: Timestamp::from_seconds(0),
        });
        match parser.parse(line, &mut Scratch::default()) {
            Line::Delivery(event) => {
                format!("{} {}", event.time, String::from_utf8_lossy(event.host))
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn wrapped_lines_have_the_time_of_the_collector_and_the_host_of_the_line() {
        let quoted = serde_json::to_string(&format!("Jan 23 01:00:00 mx1 {RECORD}\n")).unwrap();
        let cases = [
            format!("2023-01-23T15:00:01.123456789Z stdout F Jan 23 01:00:00 mx1 {RECORD}"),
            format!("2023-01-23T15:00:01.123456789Z Jan 23 01:00:00 mx1 {RECORD}"),
            format!("mail-1  | 2023-01-23T15:00:01.123Z mx1 {RECORD}"),
            format!(
                "{{\"log\":{quoted},\"stream\":\"stdout\",\"time\":\"2023-01-23T15:00:01.123456789Z\"}}"
            ),
            format!(
                "<22>1 2023-01-23T15:00:01.123Z mx1 postfix/smtp 101 - - {}",
                &RECORD["postfix/smtp[101]: ".len()..]
            ),
        ];
        for case in cases {
            assert_eq!(
                read(case.as_bytes()),
                "2023-01-23T15:00:01.123Z mx1",
                "{case}"
            );
        }
    }

    #[test]
    fn journal_messages_may_be_text_or_bytes() {
        let text = &RECORD["postfix/smtp[101]: ".len()..];
        for message in [
            serde_json::to_string(text).unwrap(),
            format!("{:?}", text.as_bytes()),
        ] {
            let line = format!(
                "{{\"__REALTIME_TIMESTAMP\":\"1674486001123456\",\"_HOSTNAME\":\"mx1\",\"SYSLOG_IDENTIFIER\":\"postfix/smtp\",\"MESSAGE\":{message}}}"
            );
            assert_eq!(read(line.as_bytes()), "2023-01-23T15:00:01.123Z mx1");
        }
        for other in [
            "{}",
            "{\"MESSAGE\":null}",
            "{\"MESSAGE\":\"x\"}",
            "{\"log\":[1]}",
        ] {
            assert_eq!(read(other.as_bytes()), "Foreign", "{other}");
        }
        // A time that no calendar shows.
        let late = "{\"__REALTIME_TIMESTAMP\":\"9223372036854775000\",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"x\"}";
        assert!(read(late.as_bytes()).starts_with("Unknown"));
        assert!(read(b"{").starts_with("Unknown"));
    }

    #[test]
    fn wrappers_without_end_are_not_followed() {
        let line = "a | ".repeat(50_000);
        assert!(read(line.as_bytes()).starts_with("Unknown"));
    }

    #[test]
    fn lines_end_with_lf_or_crlf_and_the_last_one_need_not() {
        let lines: Vec<&[u8]> = Lines::new(b"a\r\n\nb").collect();
        assert_eq!(lines, [&b"a"[..], b"", b"b"]);
    }
}
