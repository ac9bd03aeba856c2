//! The journal's export format, turned into lines as syslog writes them.
//!
//! `__REALTIME_TIMESTAMP=1674486001123456`, `_HOSTNAME=mx1`, `SYSLOG_IDENTIFIER=postfix/smtp`, `MESSAGE=...`: one
//! field a line, an empty line after each entry. A value that is no plain text follows its name as a
//! little-endian length and bytes. systemd's "Journal Export Formats". An entry becomes one line:
//! `2023-01-23T15:00:01.123456Z mx1 postfix/smtp[101]: ...`, so that line numbers count entries.

use std::io::{self, BufRead, Read};

use chrono::{DateTime, SecondsFormat};

use super::reader::MAX_LINE;

/// How an export begins: the cursor is always its first field.
pub(super) const MAGIC: [u8; 9] = *b"__CURSOR=";

/// Reads an export as lines.
#[derive(Debug)]
pub(super) struct ExportReader<R> {
    raw: R,
    /// The line under way and how much of it was given.
    line: Vec<u8>,
    given: usize,
}

/// The fields of an entry that make up a line.
#[derive(Debug, Default)]
struct Entry {
    time: Option<i64>,
    host: Vec<u8>,
    tag: Vec<u8>,
    process: Vec<u8>,
    message: Vec<u8>,
}

impl<R: BufRead> ExportReader<R> {
    pub(super) fn new(raw: R) -> ExportReader<R> {
        ExportReader {
            raw,
            line: Vec::new(),
            given: 0,
        }
    }

    /// Makes the next line; `false` at the end.
    fn next_line(&mut self) -> io::Result<bool> {
        let mut entry = Entry::default();
        let (mut field, mut any) = (Vec::new(), false);
        loop {
            let ended = !read_field(&mut self.raw, &mut field)?;
            if ended || field.is_empty() {
                if any {
                    self.given = 0;
                    entry.write(&mut self.line);
                    return Ok(true);
                }
                if ended {
                    return Ok(false);
                }
                continue;
            }
            any = true;
            let value = memchr::memchr(b'=', &field).map(|at| (at, at + 1));
            let (name, value) = match value {
                Some((end, start)) => (
                    field.get(..end).unwrap_or_default(),
                    field.get(start..).unwrap_or_default().to_vec(),
                ),
                None => (&field[..], read_binary(&mut self.raw)?),
            };
            entry.take(name, value);
        }
    }
}

impl Entry {
    fn take(&mut self, name: &[u8], value: Vec<u8>) {
        match name {
            b"__REALTIME_TIMESTAMP" => self.time = self.time.or_else(|| micros(&value)),
            // When the program wrote it, not when the journal took it.
            b"_SOURCE_REALTIME_TIMESTAMP" => self.time = micros(&value).or(self.time),
            b"_HOSTNAME" => self.host = value,
            b"SYSLOG_IDENTIFIER" => self.tag = value,
            b"SYSLOG_PID" => self.process = value,
            b"MESSAGE" => self.message = value,
            _ => {}
        }
    }

    fn write(&self, line: &mut Vec<u8>) {
        line.clear();
        // An entry without a time becomes a line without a stamp, which is counted as unknown.
        if let Some(time) = self.time.and_then(DateTime::from_timestamp_micros) {
            line.extend_from_slice(time.to_rfc3339_opts(SecondsFormat::Micros, true).as_bytes());
            line.push(b' ');
        }
        line.extend_from_slice(if self.host.is_empty() {
            b"-"
        } else {
            &self.host
        });
        line.push(b' ');
        line.extend_from_slice(if self.tag.is_empty() { b"-" } else { &self.tag });
        line.push(b'[');
        line.extend_from_slice(&self.process);
        line.extend_from_slice(b"]: ");
        line.extend_from_slice(&self.message);
        line.iter_mut()
            .filter(|byte| matches!(byte, b'\n' | b'\r'))
            .for_each(|byte| *byte = b' ');
        line.push(b'\n');
    }
}

fn micros(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// Reads one line without its end; `false` at the end of input. What is too long is cut.
fn read_field(raw: &mut impl BufRead, field: &mut Vec<u8>) -> io::Result<bool> {
    field.clear();
    let mut any = false;
    loop {
        let available = raw.fill_buf()?;
        if available.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = memchr::memchr(b'\n', available);
        let part = available
            .get(..end.unwrap_or(available.len()))
            .unwrap_or_default();
        let room = MAX_LINE.saturating_sub(field.len());
        field.extend_from_slice(part.get(..room).unwrap_or(part));
        let used = part.len() + usize::from(end.is_some());
        raw.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// Reads a length, so many bytes and a line end. What is too long is cut.
fn read_binary(raw: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    raw.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let kept = length.min(MAX_LINE as u64);
    let mut value = Vec::new();
    raw.by_ref().take(kept).read_to_end(&mut value)?;
    // The rest, and the line end.
    io::copy(
        &mut raw.by_ref().take((length - kept).saturating_add(1)),
        &mut io::sink(),
    )?;
    Ok(value)
}

impl<R: BufRead> Read for ExportReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.line.len() && !self.next_line()? {
            self.line.clear();
            self.given = 0;
            return Ok(0);
        }
        let left = self.line.get(self.given..).unwrap_or_default();
        let n = left.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..n), left.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(export: &[u8]) -> String {
        let mut text = String::new();
        ExportReader::new(export).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn entries_become_lines() {
        let export = b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1674486001123456\n_HOSTNAME=mx1\nSYSLOG_IDENTIFIER=postfix/smtp\nSYSLOG_PID=101\nMESSAGE=4P1: to=<a>\n\n\n__CURSOR=s=2\n__REALTIME_TIMESTAMP=1674486002000000\n_HOSTNAME=mx1\nSYSLOG_IDENTIFIER=a\nMESSAGE\n\x05\0\0\0\0\0\0\0a\nb=c\n";
        assert_eq!(
            lines(export),
            "2023-01-23T15:00:01.123456Z mx1 postfix/smtp[101]: 4P1: to=<a>\n2023-01-23T15:00:02.000000Z mx1 a[]: a b=c\n"
        );
    }

    #[test]
    fn what_is_missing_shows() {
        assert_eq!(lines(b"__CURSOR=s\nMESSAGE=x\n"), "- -[]: x\n");
        assert_eq!(lines(b""), "");
        assert_eq!(lines(b"\n\n"), "");
    }

    #[test]
    fn a_length_that_promises_too_much_is_an_end() {
        let mut text = Vec::new();
        let result = ExportReader::new(&b"MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffabc"[..])
            .read_to_end(&mut text);
        assert!(result.is_ok());
        assert_eq!(
            text,
            b"- -[]: abc
"
        );
    }
}
