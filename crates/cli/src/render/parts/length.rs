//! Lengths of time that are known only as well as the attempts show them.

use crate::words::numbers::length;
use mailgap_core::analysis::Length;

/// Less than this is printed as less than a minute.
const LEAST_SECONDS: f64 = 30.0;

/// `4 days 5 h`, `13 min to 12 h 30 min`, `up to 2 h`, `at least 3 h 10 min`; `not known how long` where a single
/// attempt failed and nothing else is known.
pub(crate) fn words(length_s: Length) -> String {
    let least = length_s.least_s;
    match length_s.most_s {
        Some(most) => range(least, most),
        None if least < LEAST_SECONDS => "not known how long".to_owned(),
        None => format!("at least {}", length(least)),
    }
}

/// The same of two numbers of seconds.
pub(crate) fn range(least: f64, most: f64) -> String {
    let (shortest, longest) = (length(least), length(most));
    if shortest == longest {
        longest
    } else if least < LEAST_SECONDS {
        format!("up to {longest}")
    } else {
        format!("{shortest} to {longest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_claims_no_more_than_is_known() {
        let cases = [
            (47_400.0, Some(47_400.0), "13 h 10 min"),
            (47_400.0, Some(47_410.0), "13 h 10 min"),
            (780.0, Some(45_000.0), "13 min to 12 h 30 min"),
            (0.0, Some(7_200.0), "up to 2 h"),
            (0.0, Some(0.0), "less than a minute"),
            (11_400.0, None, "at least 3 h 10 min"),
            (0.0, None, "not known how long"),
        ];
        for (least, most, expected) in cases {
            assert_eq!(
                words(Length {
                    least_s: least,
                    most_s: most
                }),
                expected
            );
        }
    }
}
