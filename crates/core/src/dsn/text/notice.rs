//! What a notice says of the failure, without what stands around it.
//!
//! `For further assistance, please send mail to <postmaster>` and `This mail was scanned for all viruses` are no
//! reasons. A paragraph with a reply is; where there is none, it is all but asides and footers.

use memchr::memmem;

use super::{append_folded, is_quoted};
use crate::dsn::fields;
use crate::dsn::headers::cut_line;

/// The words of a notice that may tell the reason.
pub(super) fn gist(text: &[u8]) -> Vec<u8> {
    let all = paragraphs(text);
    if let Some(reply) = all.iter().find(|paragraph| answers(paragraph)) {
        return reply.clone();
    }
    let mut joined = Vec::new();
    for paragraph in &all {
        append_folded(&mut joined, paragraph);
    }
    joined
}

/// True for words with a reply code of a failure.
fn answers(words: &[u8]) -> bool {
    fields::diagnostic(words)
        .code
        .is_some_and(|code| code.class() >= 4)
}

/// Adds the answer that a notice has in a paragraph of its own to words that have none: `Additional information
/// follows: 5.4.1 Recipient address rejected`.
pub(super) fn add_answer(words: &mut Vec<u8>, text: &[u8]) {
    let has_status = |words: &[u8]| fields::first_status(words).is_some();
    if answers(words) || has_status(words) {
        return;
    }
    let all = paragraphs(text);
    let answer = all
        .iter()
        .find(|paragraph| answers(paragraph))
        .or_else(|| all.iter().find(|paragraph| has_status(paragraph)));
    if let Some(answer) = answer {
        append_folded(words, answer);
    }
}

/// Every paragraph that is neither quoted nor an aside, up to a footer, each as one line.
fn paragraphs(text: &[u8]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = vec![Vec::new()];
    let (mut rest, mut skipped) = (text, false);
    while !rest.is_empty() {
        let (line, after) = cut_line(rest);
        rest = after;
        let words = line.trim_ascii();
        let begins = all.last().is_some_and(Vec::is_empty);
        if words.is_empty() {
            skipped = false;
            if !begins {
                all.push(Vec::new());
            }
        } else if is_footer(words) && all.len() > 1 {
            break;
        } else if begins && !skipped && is_aside(words) {
            skipped = true;
        } else if !skipped
            && !is_quoted(words)
            && let Some(last) = all.last_mut()
        {
            append_folded(last, words);
        }
    }
    all
}

/// A line that parts a footer from the words before it: `-- `, `__________`, `**** scanned ****`.
pub(super) fn is_footer(line: &[u8]) -> bool {
    /// Bars in front of footers are as wide as the page.
    const LEAST: usize = 10;
    let bar = |mark: u8| line.len() >= LEAST && line.iter().all(|&byte| byte == mark);
    line == b"--" || bar(b'_') || bar(b'*') || bar(b'=') || bar(b'#') || line.starts_with(b"**** ")
}

/// How paragraphs begin that help or advise and name no reason, in the languages of notices, in lower case.
const ASIDES: [&str; 26] = [
    "bitte ",
    "contact your",
    "delivery to the following recip",
    "for assistance",
    "for further",
    "for help",
    "for more",
    "if the problem",
    "if you ",
    "kindly ",
    "per favore",
    "please ",
    "por favor",
    "questo messaggio è stato creato automaticamente",
    "scanned ",
    "should you ",
    "this e-mail and any",
    "this email and any",
    "this email has ",
    "this is a warning",
    "this is an automated",
    "this is an automatically generated",
    "this message has been scanned",
    "veuillez ",
    "you can delete",
    "you do not need to re",
];

/// True for the first line of a paragraph that says nothing of the failure.
pub(super) fn is_aside(line: &[u8]) -> bool {
    let lowered = String::from_utf8_lossy(line).to_lowercase();
    is_footer(line) || ASIDES.iter().any(|words| lowered.starts_with(words))
}

/// Parts of sentences that say that a message did not arrive, in the languages of notices, in lower case.
const FAILURES: [&str; 62] = [
    "could not be delivered",
    "couldn't be delivered",
    "could not deliver",
    "couldn't deliver",
    "could not be sent",
    "did not reach",
    "delivery failed",
    "delivery has failed",
    "delivery to the following",
    "failed to deliver",
    "following address(es) failed",
    "following addresses failed",
    "following recipients failed",
    "had permanent fatal errors",
    "has been returned",
    "unable to deliver",
    "undeliverable",
    "undelivered",
    "was not delivered",
    "wasn't able to deliver",
    "wasn't delivered",
    "were not delivered",
    "konnte nicht zugestellt",
    "konnten nicht zugestellt",
    "nicht zugestellt werden",
    "nicht zustellen",
    "unzustellbar",
    "zustellung fehlgeschlagen",
    "n'a pas pu être",
    "n'a pu être",
    "n'ont pas pu être",
    "non remis",
    "échec de la remise",
    "non è stato possibile consegnare",
    "non è stato consegnato",
    "non è stato recapitato",
    "impossibile consegnare",
    "impossibile recapitare",
    "no se pudo entregar",
    "no se ha podido entregar",
    "no pudo ser entregado",
    "no ha podido ser entregado",
    "não pôde ser entregue",
    "não foi entregue",
    "não foi possível entregar",
    "kon niet worden",
    "kon niet bezorgd",
    "niet bezorgd",
    "niet afgeleverd",
    "kunde inte levereras",
    "kunne ikke leveres",
    "kan ikke leveres",
    "ei voitu toimittaa",
    "nie można było dostarczyć",
    "nie została dostarczona",
    "nie mogła zostać dostarczona",
    "nelze doručit",
    "nem sikerült kézbesíteni",
    "не удалось доставить",
    "не может быть доставлен",
    "配信できません",
    "送信できません",
];

/// True for a notice that says that a message did not arrive.
pub(in crate::dsn) fn tells_of_failure(text: &[u8]) -> bool {
    /// Notices say it near their start.
    const MAX_SEARCH: usize = 4096;
    let start = text.get(..MAX_SEARCH).unwrap_or(text);
    let mut joined = Vec::new();
    append_folded(&mut joined, start);
    let lowered = String::from_utf8_lossy(&joined).to_lowercase();
    FAILURES.iter().any(|words| lowered.contains(words))
}

/// True for a text that repeats the reply of a server: a line with a reply code, and an enhanced code or words
/// of a session beside it. A telephone number has neither.
pub(in crate::dsn) fn holds_reply(text: &[u8]) -> bool {
    paragraphs(text).iter().any(|paragraph| {
        let found = fields::diagnostic(paragraph);
        found.code.is_some_and(|code| code.class() >= 4)
            && (found.status.is_some()
                || [&b"SMTP"[..], b"RCPT", b"host ", b" said:", b"server "]
                    .iter()
                    .any(|words| memmem::find(paragraph, words).is_some()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gist_of_a_notice_has_no_asides_and_no_footer() {
        let cases = [
            (
                "Sorry.\n\nThe server of libero.example answered:\n550 5.1.1 nobody\n\nFor help: 555\n",
                "The server of libero.example answered: 550 5.1.1 nobody",
            ),
            (
                "The recipient has moved.\n\nPlease ask him.\n\n____________\nno virus found\n",
                "The recipient has moved.",
            ),
            (
                "The address is gone.\n\n-- \nShop: we block spam\n",
                "The address is gone.",
            ),
            ("> quoted\nnot quoted", "not quoted"),
        ];
        for (text, expected) in cases {
            assert_eq!(String::from_utf8(gist(text.as_bytes())).unwrap(), expected);
        }
        assert_eq!(cases.len(), 4);
    }

    #[test]
    fn a_reply_is_told_from_a_telephone_number() {
        for reply in [
            "The server said: 550 5.1.1 no such user",
            "SMTP error from remote server: 554 refused",
        ] {
            assert!(holds_reply(reply.as_bytes()), "{reply}");
        }
        for other in [
            "Tel: 555 12345",
            "Call me: 432-9876",
            "Room: 501 second floor",
        ] {
            assert!(!holds_reply(other.as_bytes()), "{other}");
        }
    }
}
