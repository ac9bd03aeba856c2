//! Lines as `grep` prints them when it reads several files: a name, and maybe a number, before the stamp.
//!
//! `mail.log:Jan 23 16:00:01 mx1 postfix/smtp[101]: ...`, with `-n` `mail.log:17:Jan 23 ...`.

use chrono_tz::Tz;
use mailgap_core::stamp::{Stamp, StampContext, Stamps};
use mailgap_core::time::Timestamp;

/// What to do about them.
pub(crate) const HINT: &str =
    "a file name stands before the stamp, as grep puts it there: grep -h (zgrep -h) leaves it out";

/// Bytes in which the stamp must begin: no path is longer that a person types.
const MOST_BYTES: usize = 400;

/// True when a stamp begins behind a colon, and none at the start.
pub(crate) fn names_a_file(line: &[u8]) -> bool {
    let mut stamps = Stamps::new(StampContext {
        zone: Tz::UTC,
        year: None,
        reference: Timestamp::from_seconds(0),
    });
    let mut is_stamp = |text: &[u8]| matches!(stamps.read(text), Stamp::At(..));
    if is_stamp(line) {
        return false;
    }
    let head = line.get(..MOST_BYTES).unwrap_or(line);
    let mut colons = head.iter().enumerate().filter(|&(_, &byte)| byte == b':');
    colons.any(|(place, _)| place > 0 && line.get(place + 1..).is_some_and(&mut is_stamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_before_stamps_are_told() {
        let cases = [
            ("mail.log:Jan 23 16:00:01 mx1 postfix/smtp[1]: x", true),
            ("/var/log/mail.log.1:Jan  3 16:00:01 mx1 a: x", true),
            ("mail.log:17:Jan 23 16:00:01 mx1 postfix/smtp[1]: x", true),
            (
                "exim/mainlog:2023-01-23 16:00:01 1pJU5U-0005Ge-13 => a@b",
                true,
            ),
            ("Jan 23 16:00:01 mx1 a: x:Jan 23 16:00:01", false),
            ("Dear diary: it is Jan 23", false),
            ("1674486001 lmtp ok", false),
            (":Jan 23 16:00:01 mx1", false),
            ("", false),
        ];
        for (line, expected) in cases {
            assert_eq!(names_a_file(line.as_bytes()), expected, "{line}");
        }
    }
}
