//! Exit codes of local mailers (`sysexits.h`): `Diagnostic-Code: x-unix; 67`.
//!
//! Sendmail and Postfix turn them into enhanced codes and words (`sys_exits.c`, `sysexits.c`); some reports
//! hold the bare number, or the words alone.

use crate::reply::EnhancedStatus;

/// An exit code, the enhanced code that stands for it, and Postfix' words.
struct ExitCode {
    number: &'static [u8],
    status: (u8, u16, u16),
    words: &'static [u8],
}

impl ExitCode {
    const fn new(number: &'static [u8], status: (u8, u16, u16), words: &'static [u8]) -> Self {
        ExitCode {
            number,
            status,
            words,
        }
    }
}

const CODES: [ExitCode; 15] = [
    ExitCode::new(b"64", (5, 3, 0), b"command line usage error"),
    ExitCode::new(b"65", (5, 6, 0), b"data format error"),
    ExitCode::new(b"66", (5, 3, 0), b"cannot open input"),
    ExitCode::new(b"67", (5, 1, 1), b"user unknown"),
    ExitCode::new(b"68", (5, 1, 2), b"host name unknown"),
    ExitCode::new(b"69", (5, 3, 0), b"service unavailable"),
    ExitCode::new(b"70", (5, 3, 0), b"internal software error"),
    ExitCode::new(b"71", (4, 3, 0), b"system resource problem"),
    ExitCode::new(b"72", (5, 3, 0), b"critical OS file missing"),
    ExitCode::new(b"73", (5, 3, 0), b"cannot create user output file"),
    ExitCode::new(b"74", (5, 3, 0), b"input/output error"),
    ExitCode::new(b"75", (4, 3, 0), b"temporary failure"),
    ExitCode::new(b"76", (5, 5, 0), b"remote error in protocol"),
    ExitCode::new(b"77", (5, 7, 0), b"permission denied"),
    ExitCode::new(b"78", (5, 3, 5), b"local configuration error"),
];

/// The enhanced code for a diagnostic of type x-unix that is a number or begins with Postfix' words for one.
pub(super) fn status(text: &[u8]) -> Option<EnhancedStatus> {
    let text = text.trim_ascii();
    let (class, subject, detail) = CODES
        .iter()
        .find(|code| {
            text == code.number
                || text
                    .get(..code.words.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(code.words))
        })
        .map(|code| code.status)?;
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
