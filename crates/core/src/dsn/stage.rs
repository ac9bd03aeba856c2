//! How far an attempt came, as the words around a reply tell it.
//!
//! ```text
//! host mx.libero.it[192.0.2.1] said: 550 rule 7 (in reply to end of DATA command)
//! SMTP error from remote mail server after RCPT TO:<a@libero.it>: 550 no
//! >>> RCPT To:<a@libero.it>
//! ```
//!
//! Only the words of the reporting MTA count: a reply may name any command. Commands are known by their
//! capitals, which MTAs print and sentences do not.

use memchr::memmem;

use super::headers::cut_line;
use crate::event::Stage;

/// Postfix's words behind a reply (`smtp_trouble.c`).
const IN_REPLY: &[u8] = b"(in reply to ";

/// The stage that a diagnostic names; `reply`: where the words of the remote side begin in it.
pub(super) fn of_diagnostic(text: &[u8], reply: usize) -> Option<Stage> {
    let behind = memmem::rfind(text, IN_REPLY).and_then(|at| text.get(at + IN_REPLY.len()..));
    if let Some(stage) = behind.and_then(command) {
        return Some(stage);
    }
    let words = text.get(..reply).unwrap_or(text);
    if memmem::find(words, b"refused to talk to me").is_some() {
        return Some(Stage::Greeting);
    }
    last_command(words).or_else(|| {
        let unanswered = reply >= text.len();
        (unanswered && fails_to_connect(words)).then_some(Stage::Connect)
    })
}

/// What an MTA calls the moments of a session that have no command, in lower case.
const MOMENTS: [(&[u8], Stage); 19] = [
    (b"after connect", Stage::Greeting),
    (b"but my name was rejected", Stage::Helo), // qmail-remote.c, as the four with "but" or "failed"
    (b"but sender was rejected", Stage::Mail),
    (b"data block", Stage::EndOfData),
    (b"does not like recipient", Stage::Rcpt),
    (b"end of data", Stage::EndOfData),
    (b"end of message", Stage::EndOfData),
    (b"end-of-data", Stage::EndOfData),
    (b"failed after i sent the message", Stage::EndOfData),
    (b"failed on data command", Stage::Data),
    (b"final dot", Stage::EndOfData),
    (b"greeting failed", Stage::Greeting),
    (b"initial connection", Stage::Greeting),
    (b"initial greeting", Stage::Greeting),
    (b"initial server greeting", Stage::Greeting),
    (b"message body", Stage::EndOfData),
    (b"receiving the initial", Stage::Greeting),
    (b"sending message data", Stage::EndOfData),
    (b"server greeting", Stage::Greeting),
];

/// The last moment of a session that is named in these words.
fn last_command(words: &[u8]) -> Option<Stage> {
    /// The words before a reply are few.
    const MAX_WORDS: usize = 4096;
    let words = words
        .get(words.len().saturating_sub(MAX_WORDS)..)
        .unwrap_or(words);
    let lowered = words.to_ascii_lowercase();
    let moment = MOMENTS
        .iter()
        .filter_map(|&(name, stage)| Some((memmem::rfind(&lowered, name)?, stage)))
        .max_by_key(|&(at, _)| at);
    let mut named = None;
    for at in 0..words.len() {
        let begins = at == 0
            || words
                .get(at - 1)
                .is_some_and(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_'));
        if begins && let Some(stage) = words.get(at..).and_then(command) {
            named = Some((at, stage));
        }
    }
    match (named, moment) {
        // "end of DATA command": the moment contains the command.
        (Some((at, stage)), Some((from, moment))) => {
            Some(if from + 12 >= at { moment } else { stage })
        }
        (Some((_, stage)), None) | (None, Some((_, stage))) => Some(stage),
        (None, None) => None,
    }
}

/// The command that these words begin with, as MTAs print it.
fn command(words: &[u8]) -> Option<Stage> {
    const COMMANDS: [(&[u8], Stage); 13] = [
        (b"RCPT", Stage::Rcpt),
        (b"MAIL FROM", Stage::Mail),
        (b"MAIL From", Stage::Mail),
        (b"MAIL command", Stage::Mail),
        (b"DATA", Stage::Data),
        (b"BDAT", Stage::EndOfData),
        (b"EHLO", Stage::Helo),
        (b"HELO", Stage::Helo),
        (b"LHLO", Stage::Helo),
        (b"AUTH", Stage::Helo),
        (b"STARTTLS", Stage::Tls),
        (b"end of DATA", Stage::EndOfData),
        (b"end of data", Stage::EndOfData),
    ];
    COMMANDS
        .iter()
        .find(|(name, _)| {
            words
                .strip_prefix(*name)
                .is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
        })
        .map(|&(_, stage)| stage)
}

/// True for words that tell of a connection that did not come about or broke, without any reply.
pub(super) fn fails_to_connect(words: &[u8]) -> bool {
    const WORDS: [&[u8]; 21] = [
        b"broken pipe",
        b"connect to ",
        b"connection closed",
        b"connection dropped",
        b"connection lost",
        b"connection refused",
        b"connection reset",
        b"connection timed out",
        b"connection timeout",
        b"could not connect",
        b"couldn't connect",
        b"establish an smtp connection",
        b"failed to connect",
        b"host is down",
        b"lost connection",
        b"network is unreachable",
        b"no route to host",
        b"operation timed out",
        b"timed out while",
        b"timeout while",
        b"unable to connect",
    ];
    let lowered = words.to_ascii_lowercase();
    WORDS
        .iter()
        .any(|name| memmem::find(&lowered, name).is_some())
}

/// A reply in the transcript of a session, and the command it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer<'t> {
    reply: &'t [u8],
    stage: Stage,
}

impl Answer<'_> {
    /// True when a diagnostic repeats this reply.
    pub(super) fn is_in(&self, diagnostic: &[u8]) -> bool {
        /// Diagnostics begin with the reply that they repeat; many are compared with many.
        const MAX_SEARCH: usize = 1000;
        let start = diagnostic.get(..MAX_SEARCH).unwrap_or(diagnostic);
        memmem::find(start, self.reply).is_some()
    }

    /// The stage of the command.
    pub(super) const fn stage(&self) -> Stage {
        self.stage
    }
}

/// The transcript that sendmail adds (`usersmtp.c`): `>>> RCPT To:<a@b>`, `<<< 550 no`.
///
/// Left out are replies under `>>> DATA`: where commands are pipelined those of the recipients stand there.
pub(super) fn transcript(words: &[u8]) -> Vec<Answer<'_>> {
    /// Replies that are kept: a transcript of one session has a few.
    const MAX_ANSWERS: usize = 200;
    /// What is shorter is no reply: a code, a blank and a word.
    const MIN_REPLY: usize = 7;
    let mut answers = Vec::new();
    let (mut rest, mut stage) = (words, None);
    while !rest.is_empty() && answers.len() < MAX_ANSWERS {
        let (line, after) = cut_line(rest);
        rest = after;
        let line = line.trim_ascii();
        if memmem::find(line, b"while talking to ").is_some() {
            stage = Some(Stage::Greeting);
        } else if let Some(sent) = line.strip_prefix(b">>> ") {
            stage = match sent {
                b"." => Some(Stage::EndOfData),
                _ => command(sent).filter(|&stage| stage != Stage::Data),
            };
        } else if let Some(reply) = line.strip_prefix(b"<<< ")
            && let Some(stage) = stage
            && reply.len() >= MIN_REPLY
        {
            answers.push(Answer { reply, stage });
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsn::fields;

    #[test]
    fn the_words_around_a_reply_tell_the_stage() {
        let cases = [
            (
                "host mx[192.0.2.1] said: 550 rule 7 (in reply to end of DATA command)",
                "end_of_data",
            ),
            (
                "host mx[192.0.2.1] said: 550 no DATA here (in reply to MAIL FROM command)",
                "mail",
            ),
            (
                "host mx[192.0.2.1] said: 501 hm (in reply to EHLO command)",
                "helo",
            ),
            (
                "host mx[192.0.2.1] refused to talk to me: 554 no RCPT from you",
                "greeting",
            ),
            (
                "SMTP error from remote mail server after RCPT TO:<a@b.example>: 550 no",
                "rcpt",
            ),
            (
                "SMTP error from remote mail server after pipelined MAIL FROM:<a@b.example> SIZE=9: 550 no",
                "mail",
            ),
            (
                "SMTP error from remote mail server after pipelined end of data: 550 no",
                "end_of_data",
            ),
            (
                "SMTP error from remote mail server after initial connection: 554 no",
                "greeting",
            ),
            (
                "SMTP error from remote server for RCPT TO command, host: mx (192.0.2.1) reason: 550 no",
                "rcpt",
            ),
            ("SMTP error from remote server in greeting: host: mx", "-"),
            (
                "Connected to 192.0.2.25 but greeting failed. Remote host said: 421 busy",
                "greeting",
            ),
            (">>> RCPT To:<a@b.example> <<< 550 no", "rcpt"),
            (
                "lost connection with mx[192.0.2.1] while sending message body",
                "end_of_data",
            ),
            (
                "connect to mx[192.0.2.1]:25: Connection timed out",
                "connect",
            ),
            ("550 need RCPT before DATA", "-"),
            ("they do not accept mail from me", "-"),
            ("All DATABASES were asked", "-"),
        ];
        for (text, expected) in cases {
            let reply = fields::diagnostic(text.as_bytes()).reply;
            let got = of_diagnostic(text.as_bytes(), reply).map_or("-", Stage::as_str);
            assert_eq!(got, expected, "{text}");
        }
        assert_eq!(cases.len(), 17);
    }

    #[test]
    fn replies_of_a_transcript_have_the_command_before_them() {
        let words = b"... while talking to mx.libero.example.:\n>>> MAIL From:<me@shop.example>\n<<< 553 not you\n\
            >>> RCPT To:<a@libero.example>\n<<< 550 nobody\n>>> DATA\n<<< 550 nobody either\n>>> .\n<<< 554 spam it is\n";
        let answers = transcript(words);
        let stages: Vec<_> = answers.iter().map(Answer::stage).collect();
        assert_eq!(stages, [Stage::Mail, Stage::Rcpt, Stage::EndOfData]);
        assert!(answers[2].is_in(b"554 spam it is"));
    }
}
