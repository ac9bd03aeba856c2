//! Bytes of names and texts as the UTF-8 that rows of a tally hold: `caf\xe9.example`.

use std::borrow::Cow;
use std::fmt::Write;

/// Bytes as text that can be turned back.
pub(crate) fn escaped(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\\') => Cow::Borrowed(text),
        _ => {
            let mut out = String::with_capacity(bytes.len() + 16);
            for chunk in bytes.utf8_chunks() {
                out.push_str(&chunk.valid().replace('\\', "\\x5c"));
                for byte in chunk.invalid() {
                    let _ = write!(out, "\\x{byte:02x}"); // a string takes everything
                }
            }
            Cow::Owned(out)
        }
    }
}

/// The bytes of a text that [`escaped`] gave.
pub(crate) fn unescaped(text: &str) -> Cow<'_, [u8]> {
    if !text.contains('\\') {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escape = after
            .strip_prefix(b"x")
            .and_then(|hex| hex.get(..2))
            .filter(|_| byte == b'\\')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(escaped) = escape {
            out.push(escaped);
            rest = after.get(3..).unwrap_or_default();
        } else {
            out.push(byte);
            rest = after;
        }
    }
    Cow::Owned(out)
}
