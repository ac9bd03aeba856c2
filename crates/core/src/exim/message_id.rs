//! Message ids: `1pJyXx-0004Qk-2A` (to 4.96) and `1rJx0A-00000003cAB-1abc` (from 4.97).
//!
//! Three groups of base-62 digits: the second of arrival, the process id, a fraction of a second.
//! Source: the specification's section on message identification, `receive.c`. Hosts with file names of one
//! case use base 36; their ids decode to a time far in the future and give no delay.

use crate::time::Timestamp;

/// Lengths of the second and third group, by age of the format. The first has six digits in both.
const SHAPES: [(usize, usize); 2] = [(6, 2), (11, 4)];

/// The id at the start of the text, and what follows it (a space or the end).
pub(super) fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.get(6) != Some(&b'-') {
        return None;
    }
    for (middle, last) in SHAPES {
        let length = 6 + 1 + middle + 1 + last;
        let Some((id, rest)) = text.split_at_checked(length) else {
            continue;
        };
        if !matches!(rest.first(), None | Some(b' ')) || id.get(7 + middle) != Some(&b'-') {
            continue;
        }
        let shaped = id.iter().enumerate().all(|(at, byte)| {
            if at == 6 || at == 7 + middle {
                *byte == b'-'
            } else {
                byte.is_ascii_alphanumeric()
            }
        });
        if shaped {
            return Some((id, rest));
        }
    }
    None
}

/// True for what may have been an id before it was cut or spoiled: groups of letters and digits.
pub(super) fn resembles(word: &[u8]) -> bool {
    memchr::memchr(b'-', word).is_some()
        && word
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// When the message arrived, to the second.
pub(super) fn arrival(id: &[u8]) -> Option<Timestamp> {
    let mut seconds: i64 = 0;
    for byte in id.get(..6)? {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        seconds = seconds * 62 + i64::from(digit); // at most 62^6
    }
    Some(Timestamp::from_seconds(seconds))
}

/// Seconds from the arrival to `time`. The id counts whole seconds, so that a message delivered at once may
/// seem to leave a moment before it came: that is 0. Earlier still is a wrong clock, zone or id: `None`.
pub(super) fn delay_s(id: &[u8], time: Timestamp) -> Option<f64> {
    let delay = time.seconds_since(arrival(id)?);
    (delay > -2.0).then_some(delay.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_both_ages_end_at_a_space_or_the_end() {
        let id = |text: &'static str| split(text.as_bytes()).map(|(id, _)| id.len());
        assert_eq!(id("1pJyXx-0004Qk-2A => a@b"), Some(16));
        assert_eq!(id("1pJyXx-0004Qk-2A"), Some(16));
        assert_eq!(id("1rJx0A-00000003cAB-1abc Completed"), Some(23));
        assert_eq!(id("1pJyXx-0004Qk-2A-D"), None);
        assert_eq!(id("1pJyXx-0004Qk-2"), None);
        assert_eq!(id("1pJyXx_0004Qk-2A x"), None);
    }

    #[test]
    fn the_first_six_digits_are_the_second_of_arrival() {
        // On a captured arrival of 2023-01-22 00:24:00 Europe/Rome, by a clock that ran 600 times too fast.
        let arrival = arrival(b"1pJNDA-0005F2-2I").unwrap();
        assert_eq!(arrival.to_string(), "2023-01-21T23:23:48.000Z");
        let at = |seconds| Timestamp::from_seconds(arrival.as_millis() / 1000 + seconds);
        assert_eq!(delay_s(b"1pJNDA-0005F2-2I", at(90)), Some(90.0));
        assert_eq!(delay_s(b"1pJNDA-0005F2-2I", at(-1)), Some(0.0));
        assert_eq!(delay_s(b"1pJNDA-0005F2-2I", at(-3600)), None);
    }
}
