//! Bytes that are no UTF-8, beside the texts in which they are U+FFFD: `text=caf%E9+no&recipient=%FF%40x.example`.
//!
//! Parquet's strings are UTF-8. Most logs are too; what is not is kept as it stood, so that two recipients who
//! differ in such a byte stay two. The form is that of query strings (WHATWG URL, application/x-www-form-urlencoded)
//! but that every byte outside letters and digits is written in hexadecimal digits.

use std::borrow::Cow;
use std::fmt::Write;

/// The texts of a row on their way into a store.
#[derive(Debug, Default)]
pub(super) struct Raw(Option<String>);

impl Raw {
    /// The text to store, and its bytes noted if they are others.
    pub(super) fn text<'b>(&mut self, name: &str, bytes: &'b [u8]) -> Cow<'b, str> {
        let text = String::from_utf8_lossy(bytes);
        if matches!(text, Cow::Owned(_)) {
            let raw = self.0.get_or_insert_default();
            if !raw.is_empty() {
                raw.push('&');
            }
            raw.push_str(name);
            raw.push('=');
            for &byte in bytes {
                if byte.is_ascii_alphanumeric() {
                    raw.push(char::from(byte));
                } else {
                    let _ = write!(raw, "%{byte:02X}"); // a string takes everything
                }
            }
        }
        text
    }

    /// What is to be noted of the row.
    pub(super) fn take(&mut self) -> Option<String> {
        self.0.take()
    }
}

/// The bytes of a row that is read.
#[derive(Debug, Default)]
pub(super) struct Unraw(Vec<(String, Vec<u8>)>);

impl Unraw {
    /// What [`Raw::take`] gave. What is no such thing says nothing.
    pub(super) fn read(raw: &str) -> Unraw {
        let parts = raw.split('&').filter_map(|part| {
            let (name, value) = part.split_once('=')?;
            Some((name.to_owned(), decoded(value)?))
        });
        Unraw(parts.collect())
    }

    /// The bytes of that column, if they are other than its text.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        let part = self.0.iter().find(|part| part.0 == name)?;
        Some(&part.1)
    }
}

fn decoded(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            u8::try_from(high * 16 + low).ok()?
        } else {
            byte
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back() {
        let mut raw = Raw::default();
        assert_eq!(raw.text("a", b"plain"), "plain");
        assert_eq!(raw.text("b", b"caf\xe9 & =%"), "caf\u{fffd} & =%");
        assert_eq!(raw.text("c", b"\xff\x00"), "\u{fffd}\0");
        let noted = raw.take().unwrap();
        assert_eq!(noted, "b=caf%E9%20%26%20%3D%25&c=%FF%00");
        let unraw = Unraw::read(&noted);
        assert_eq!(unraw.bytes("a"), None);
        assert_eq!(unraw.bytes("b"), Some(&b"caf\xe9 & =%"[..]));
        assert_eq!(unraw.bytes("c"), Some(&b"\xff\x00"[..]));
        for odd in ["", "&", "a", "a=%", "a=%G0", "a=%1"] {
            assert_eq!(Unraw::read(odd).bytes("a"), None, "{odd}");
        }
    }
}
