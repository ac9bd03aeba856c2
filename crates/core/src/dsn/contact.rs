//! Whether a bounce tells of an attempt at all.
//!
//! `Not delivering to previously bounced address` and `Domain x has exceeded the max emails per hour` are
//! written by the sender's own side: no host of the destination was asked. What a remote host answers in the
//! same words is its answer.

use memchr::memmem;

/// Words of a service that keeps a list of addresses it sends nothing to, in lower case.
const SUPPRESSED: [&[u8]; 18] = [
    b"address is suppressed",
    b"address suppressed",
    b"blocked contact",
    b"bounced address",
    b"did not send the message to this address",
    b"has been suppressed",
    b"is on our blocklist of recipients",
    b"not delivering to previously bounced",
    b"not sent to suppressed",
    b"on the bounce list",
    b"preblocked",
    b"previously bounced",
    b"previously complained",
    b"previously unsubscribed",
    b"recipient is suppressed",
    b"suppressed recipient",
    b"suppression",
    b"unsubscribed address",
];

/// Words that such a service writes, and receivers in their replies, in lower case.
const INACTIVE: [&[u8]; 4] = [
    b"inactive recipient",
    b"marked as inactive",
    b"message dropped",
    b"rejection list",
];

/// Words for mail that goes out, in lower case.
const OUTGOING: [&[u8]; 13] = [
    b"defers and failures",
    b"emails per",
    b"e-mails per",
    b"for sending",
    b"hourly",
    b"mails per",
    b"messages per",
    b"outbound",
    b"outgoing",
    b"per day",
    b"per hour",
    b"sending limit",
    b"sending quota",
];

/// Words for a limit that is reached, in lower case.
const LIMIT: [&[u8]; 4] = [b"exceed", b"limit", b"maximum", b"reached"];

/// Words for a program on this host that takes the mail, in lower case.
const PROGRAM: [&[u8]; 4] = [
    b"child process of ",
    b"command died",
    b"local delivery failed",
    b"pipe to |",
];

/// True when the sender's own side wrote this diagnostic without asking anybody. `answered`: it has a reply
/// code; receivers have limits, programs and inactive mailboxes too.
pub(super) fn is_of_own_side(text: &[u8], answered: bool) -> bool {
    /// Diagnostics of this kind are one sentence.
    const MAX_SEARCH: usize = 1000;
    let lowered = text.get(..MAX_SEARCH).unwrap_or(text).to_ascii_lowercase();
    let has = |list: &[&[u8]]| {
        list.iter()
            .any(|words| memmem::find(&lowered, words).is_some())
    };
    has(&SUPPRESSED)
        || (!answered && (has(&INACTIVE) || has(&PROGRAM) || (has(&OUTGOING) && has(&LIMIT))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_limits_of_the_sending_side_are_no_contact() {
        let cases = [
            ("Not delivering to previously bounced address", true),
            ("The recipient is on the account suppression list", true),
            (
                "554 5.7.1 recipient address suppressed due to customer policy",
                true,
            ),
            (
                "You tried to send to recipient(s) that have been marked as inactive.",
                true,
            ),
            (
                "Domain a.example has exceeded the max emails per hour (150/150 (100%)) allowed. Message discarded.",
                true,
            ),
            ("User x has reached the outgoing mail limit", true),
            ("You have reached your daily sending limit", true),
            ("Child process of address_pipe transport returned 2", true),
            ("552 5.2.2 mailbox quota exceeded", false),
            ("550 User unknown", false),
            ("452 too many recipients", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_of_own_side(text.as_bytes(), false), expected, "{text}");
        }
        assert_eq!(cases.len(), 11);
        for text in [
            "421 limit of messages per hour exceeded",
            "550 5.2.1 mailbox marked as inactive",
            "554 5.7.1 host is on our rejection list",
            "451 4.3.0 command died with status 75",
        ] {
            let text = text.as_bytes();
            assert!(is_of_own_side(text, false) && !is_of_own_side(text, true));
        }
    }
}
