//! One line of a log → one [`Line`].
//!
//! Finds out what a line holds by looking at it alone: styles may be mixed within a file.

use memchr::memchr;

use crate::event::{Line, Odd};
use crate::postfix;
use crate::stamp::{StampContext, Stamps};
use crate::syslog::{self, Header};

/// Understands lines of one log.
#[derive(Debug, Clone)]
pub struct LineParser {
    stamps: Stamps,
}

impl LineParser {
    /// A parser for one log.
    pub fn new(context: StampContext) -> LineParser {
        LineParser {
            stamps: Stamps::new(context),
        }
    }

    /// Understands one line, given without its line end. Never fails: what is odd is a value.
    pub fn parse<'b>(&mut self, line: &'b [u8]) -> Line<'b> {
        if line.trim_ascii().is_empty() {
            return Line::Foreign;
        }
        match syslog::read(line, &mut self.stamps) {
            Header::Record(record) => {
                let header = line.len().saturating_sub(record.text.len());
                match postfix::parse(&record) {
                    Line::Malformed(odd) => Line::Malformed(shifted(odd, header)),
                    Line::Unknown(odd) => Line::Unknown(shifted(odd, header)),
                    known => known,
                }
            }
            Header::Bare(..) => Line::Unknown(Odd {
                why: "expected a host and a program after the time stamp",
                column: 0,
            }),
            Header::Malformed(odd) => Line::Malformed(odd),
            Header::Unknown(odd) => Line::Unknown(odd),
        }
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
