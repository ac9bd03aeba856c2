//! Exit codes of local mailers (`sysexits.h`): `Diagnostic-Code: x-unix; 67`.
//!
//! Sendmail and Postfix turn them into enhanced codes and words (`sys_exits.c`, `sysexits.c`); some reports
//! hold the bare number, or the words alone.

use crate::reply::EnhancedStatus;

/// Each code, the enhanced code that stands for it, and Postfix' words.
const CODES: [(&[u8], (u8, u16, u16), &[u8]); 15] = [
    (b"64", (5, 3, 0), b"command line usage error"),
    (b"65", (5, 6, 0), b"data format error"),
    (b"66", (5, 3, 0), b"cannot open input"),
    (b"67", (5, 1, 1), b"user unknown"),
    (b"68", (5, 1, 2), b"host name unknown"),
    (b"69", (5, 3, 0), b"service unavailable"),
    (b"70", (5, 3, 0), b"internal software error"),
    (b"71", (4, 3, 0), b"system resource problem"),
    (b"72", (5, 3, 0), b"critical OS file missing"),
    (b"73", (5, 3, 0), b"cannot create user output file"),
    (b"74", (5, 3, 0), b"input/output error"),
    (b"75", (4, 3, 0), b"temporary failure"),
    (b"76", (5, 5, 0), b"remote error in protocol"),
    (b"77", (5, 7, 0), b"permission denied"),
    (b"78", (5, 3, 5), b"local configuration error"),
];

/// The enhanced code for a diagnostic of type x-unix that is a number or begins with Postfix' words for one.
pub(super) fn status(text: &[u8]) -> Option<EnhancedStatus> {
    let text = text.trim_ascii();
    let (class, subject, detail) = CODES
        .iter()
        .find(|(number, _, words)| {
            text == *number
                || text
                    .get(..words.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(words))
        })
        .map(|&(_, status, _)| status)?;
    EnhancedStatus::new(class, subject, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_of_local_mailers_have_enhanced_codes() {
        let cases = [
            ("67", "5.1.1"),
            ("User unknown. Command output: no such user", "5.1.1"),
            ("75", "4.3.0"),
            ("permission denied", "5.7.0"),
            ("2", "-"),
            ("670", "-"),
        ];
        for (text, expected) in cases {
            let got = status(text.as_bytes()).map_or("-".into(), |status| status.to_string());
            assert_eq!(got, expected, "{text}");
        }
        assert_eq!(cases.len(), 6);
    }
}
