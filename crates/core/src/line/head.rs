//! What stands before that which a line says: wrappers, stamp, host, program.
//!
//! `mail-1  | Jan 23 16:00:01 mx1 postfix/smtp[101]: 4P1Xr7...` → compose, stamp, `mx1`, `postfix/smtp`.
//!
//! [`LineParser::parse`] passes over these to be fast; this shows them to people, cut by the same functions.

use super::{LineParser, MAX_WRAPPERS};
use crate::envelope::{self, Inner, Scratch};
use crate::exim;
use crate::stamp::Stamp;
use crate::syslog::{self, Header};
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
        if line.first() != Some(&b'{') {
            self.fill(&mut head, line);
            return head;
        }
        match envelope::unwrap_json(line, scratch, &mut self.stamps) {
            Some(Inner::Record(record)) => {
                head.wrappers.push("journalctl -o json");
                head.time = Some(record.time);
                head.line = record.text;
                (head.host, head.tag, head.text) = (record.host, record.tag, record.text);
            }
            Some(Inner::Line(inner, time)) => {
                head.wrappers.push("JSON of docker");
                head.time = time;
                self.fill(&mut head, inner);
            }
            Some(Inner::Foreign) | None => (head.line, head.text) = (line, line),
        }
        head
    }

    fn fill<'b>(&mut self, head: &mut Head<'b>, mut line: &'b [u8]) {
        for _ in 0..=MAX_WRAPPERS {
            head.line = line;
            head.text = line;
            let inner = match syslog::read(line, &mut self.stamps) {
                Header::Record(record, rest) => {
                    self.note_stamp(head, line, record.time);
                    if exim::begins_with_message_id(rest) {
                        head.text = rest;
                    } else {
                        (head.host, head.tag, head.text) = (record.host, record.tag, record.text);
                    }
                    return;
                }
                Header::Bare(time, rest) => {
                    self.note_stamp(head, line, time);
                    head.text = rest;
                    if exim::looks_like(rest) {
                        return;
                    }
                    envelope::unwrap_stamped(rest, &mut self.stamps)
                        .map(|inner| ("a collector's stamp", inner))
                }
                Header::Unknown(_) => {
                    envelope::unwrap_compose(line).map(|inner| ("docker compose", inner))
                }
                Header::Malformed(_) => None,
            };
            let Some((wrapper, inner)) = inner else {
                return;
            };
            head.wrappers.push(wrapper);
            line = inner;
        }
    }

    /// The outermost stamp counts.
    fn note_stamp<'b>(&mut self, head: &mut Head<'b>, line: &'b [u8], time: Timestamp) {
        if head.time.is_some() {
            return;
        }
        head.time = Some(time);
        let (_, text) = syslog::priority(line);
        if let Stamp::At(_, rest) = self.stamps.read(text) {
            let length = text.len().saturating_sub(rest.len());
            head.stamp = text.get(..length).unwrap_or_default();
        }
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
                "JSON of docker||2023-01-23T16:00:01.000Z|mx1|postfix/smtp|4P1Xr72xkCz9vwX:",
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
