//! What stands before that which a line says: wrappers, stamp, host, program.
//!
//! `mail-1  | Jan 23 16:00:01 mx1 postfix/smtp[101]: 4P1Xr7...` → compose, stamp, `mx1`, `postfix/smtp`.
//!
//! [`LineParser::parse`] passes over these to be fast; this shows them to people, cut by the same functions.

use super::unusual::{self, Found, Program};
use super::{LineParser, MAX_WRAPPERS};
use crate::envelope::{self, Inner, Scratch};
use crate::event::Line;
use crate::exim;
use crate::postfix;
use crate::stamp::{Moment, Stamp};
use crate::syslog::{self, Header, Record};
use crate::time::Timestamp;

/// The parts before what a line says. Empty slices mean: not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head<'b> {
    /// What was wrapped around the line by those who collected it, from the outside in.
    pub wrappers: Vec<&'static str>,
    /// The line without them: what columns are counted in.
    pub line: &'b [u8],
    /// The stamp that counts, as it is written; empty when a collector gives the time in its own field.
    pub stamp: &'b [u8],
    /// The stamp in UTC.
    pub time: Option<Timestamp>,
    /// The reporting host.
    pub host: &'b [u8],
    /// Program name as logged, without the process id.
    pub tag: &'b [u8],
    /// The rest of the line.
    pub text: &'b [u8],
}

impl LineParser {
    /// Takes off what stands before that which a line says, in the way of [`LineParser::parse`].
    pub fn head<'b>(&mut self, line: &'b [u8], scratch: &'b mut Scratch) -> Head<'b> {
        let mut head = Head::default();
        let inner = if line.first() == Some(&b'{') {
            envelope::unwrap_json(line, scratch, &mut self.stamps)
        } else if line.last() == Some(&b'}')
            && let Some(inner) = envelope::unwrap_json_behind_stamp(line, scratch, &mut self.stamps)
        {
            Some(inner)
        } else {
            self.fill(&mut head, line, None);
            return head;
        };
        match inner {
            Some(Inner::Record(record)) => {
                head.wrappers.push("JSON of a journal or a shipper");
                head.time = Some(record.time);
                head.line = record.text;
                let moment = Moment::complete(record.time);
                self.fill_record(&mut head, &record, record.text, moment, None);
            }
            Some(Inner::Line(inner, time) | Inner::Message(inner, time)) => {
                head.wrappers.push("JSON of docker or a shipper");
                head.time = time;
                self.fill(&mut head, inner, time.map(Moment::complete));
            }
            Some(Inner::Foreign) | None => (head.line, head.text) = (line, line),
        }
        head
    }

    fn fill<'b>(&mut self, head: &mut Head<'b>, mut line: &'b [u8], mut outer: Option<Moment>) {
        for _ in 0..=MAX_WRAPPERS {
            head.line = line;
            head.text = line;
            let inner = match syslog::read(line, &mut self.stamps) {
                Header::Record(record, rest) => {
                    let moment = self.take_stamp(head, line, outer, record.time);
                    if exim::begins_with_message_id(rest) {
                        head.text = rest;
                    } else {
                        self.fill_record(head, &record, line, moment, outer);
                    }
                    return;
                }
                Header::Bare(time, rest) => {
                    let moment = self.take_stamp(head, line, outer, time);
                    head.text = rest;
                    if exim::looks_like(rest) {
                        return;
                    }
                    let inner = envelope::unwrap_stamped(rest, &mut self.stamps);
                    if inner.is_some() {
                        outer = Some(moment);
                    }
                    inner.map(|inner| ("a collector's stamp", inner))
                }
                Header::Unknown(_) => {
                    envelope::unwrap_compose(line).map(|inner| ("docker compose", inner))
                }
                Header::Malformed(_) => return,
            };
            let Some((wrapper, inner)) = inner else {
                if let Some(found) = unusual::in_line(line, outer, &mut self.stamps) {
                    self.fill_found(head, &found);
                }
                return;
            };
            head.wrappers.push(wrapper);
            line = inner;
        }
    }

    /// In the way of [`LineParser::record`].
    fn fill_record<'b>(
        &mut self,
        head: &mut Head<'b>,
        record: &Record<'b>,
        line: &'b [u8],
        moment: Moment,
        outer: Option<Moment>,
    ) {
        (head.host, head.tag, head.text) = (record.host, record.tag, record.text);
        if record.tag.starts_with(b"exim") {
            self.take_own_stamp(head, moment);
        } else if postfix::parse(record) == Line::Foreign
            && let Some(found) = self.behind_foreign(record, line, moment, outer)
        {
            self.fill_found(head, &found);
        }
    }

    fn fill_found<'b>(&mut self, head: &mut Head<'b>, found: &Found<'b>) {
        let record = &found.record;
        (head.host, head.tag, head.text) = (record.host, record.tag, record.text);
        head.time = Some(record.time);
        if !found.stamp.is_empty() {
            head.stamp = found.stamp;
        }
        if matches!(found.program, Program::EximInSyslog) {
            self.take_own_stamp(head, found.moment);
        }
    }

    /// Takes the stamp at the start of the line where it says more than `outer`.
    fn take_stamp<'b>(
        &mut self,
        head: &mut Head<'b>,
        line: &'b [u8],
        outer: Option<Moment>,
        time: Timestamp,
    ) -> Moment {
        let inner = self.stamps.moment(time);
        let moment = outer.map_or(inner, |outer| outer.or_inner(inner));
        if outer != Some(moment) {
            let (_, text) = syslog::priority(line);
            head.stamp = self.stamp_of(text);
        }
        head.time = Some(moment.time);
        moment
    }

    /// Takes the stamp that Exim put before its text, where it says more than that of syslog.
    fn take_own_stamp(&mut self, head: &mut Head<'_>, outer: Moment) {
        let text = exim::split::Piece::parse(head.text).map_or(head.text, |piece| piece.text);
        if let Stamp::At(time, _) = self.stamps.read(text) {
            let moment = outer.or_inner(self.stamps.moment(time));
            if moment != outer {
                (head.time, head.stamp) = (Some(moment.time), self.stamp_of(text));
            }
        }
    }

    /// The stamp at the start as it is written.
    fn stamp_of<'b>(&mut self, text: &'b [u8]) -> &'b [u8] {
        let Stamp::At(_, rest) = self.stamps.read(text) else {
            return &[];
        };
        let length = text.len().saturating_sub(rest.len());
        text.get(..length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::StampContext;

    const RECORD: &str = "mx1 postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@x.org>, relay=none";

    /// Wrappers | stamp | time | host | tag | the first word of the text
    fn parts(line: &str) -> String {
        let mut parser = LineParser::new(StampContext {
            zone: chrono_tz::Europe::Rome,
            year: Some(2023),
            reference: Timestamp::from_seconds(0),
        });
        let mut scratch = Scratch::default();
        let head = parser.head(line.as_bytes(), &mut scratch);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let words = text(head.text);
        format!(
            "{}|{}|{}|{}|{}|{}",
            head.wrappers.join(", "),
            text(head.stamp),
            head.time.map(|time| time.to_string()).unwrap_or_default(),
            text(head.host),
            text(head.tag),
            words.split(' ').next().unwrap_or_default(),
        )
    }

    #[test]
    fn heads_of_every_style() {
        let json = serde_json::to_string(&format!("Jan 23 01:00:00 {RECORD}\n")).unwrap();
        let cases = [
            (
                format!("<22>Jan 23 16:00:01 {RECORD}"),
                "|Jan 23 16:00:01|2023-01-23T15:00:01.000Z|mx1|postfix/smtp|4P1Xr72xkCz9vwX:",
            ),
            (
                format!("mail-1  | 2023-01-23T16:00:01Z stdout F Jan 23 01:00:00 {RECORD}"),
                "docker compose, a collector's stamp|2023-01-23T16:00:01Z|2023-01-23T16:00:01.000Z|mx1|postfix/smtp|4P1Xr72xkCz9vwX:",
            ),
            (
                format!("{{\"log\":{json},\"time\":\"2023-01-23T16:00:01Z\"}}"),
                "JSON of docker or a shipper||2023-01-23T16:00:01.000Z|mx1|postfix/smtp|4P1Xr72xkCz9vwX:",
            ),
            (
                "2023-01-23 16:00:01 1pJyXx-0004Qk-2A Completed".to_owned(),
                "|2023-01-23 16:00:01|2023-01-23T15:00:01.000Z|||1pJyXx-0004Qk-2A",
            ),
            ("Dear diary,".to_owned(), "|||||Dear"),
            ("{".to_owned(), "|||||{"),
            ("Feb 30 16:00:01 mx1 a: b".to_owned(), "|||||Feb"),
        ];
        for (line, expected) in &cases {
            assert_eq!(&parts(line), expected, "{line}");
        }
    }

    #[test]
    fn wrappers_without_end_are_not_followed() {
        assert!(parts(&"a | ".repeat(50_000)).starts_with("docker compose, docker compose"));
    }
}
