//! Mail by which a mail system keeps house: it tells its operators and the owners of mailboxes how things are.
//!
//! `Postfix SMTP server: errors from unknown[192.0.2.4]`, `Quarantine digest: 5 messages`, `Your mailbox has reached
//! 90% of quota`, the output of `mailq`. A mailer daemon writes such mail too, and it quotes addresses and replies, but
//! no message comes back with it.

use super::headers::cut_line;
use super::text;

/// True for such mail by its subject, in lower case, and its words.
pub(super) fn is_told(subject: &str, words: &[u8]) -> bool {
    /// It shows near the start.
    const MAX_SEARCH: usize = 8192;
    let words = words.get(..MAX_SEARCH).unwrap_or(words);
    holds_session(words)
        || holds_queue(subject, words)
        || lists_quarantine(subject, words)
        || warns_of_quota(subject, words)
}

/// The transcript that Postfix sends to its postmaster, with both sides of a session: ` In:  RCPT TO:<a@b>`,
/// ` Out: 550 5.1.1 no`.
fn holds_session(words: &[u8]) -> bool {
    let has = |mark: &[u8]| lines(words).any(|line| line.starts_with(mark));
    has(b"In:  ") && has(b"Out: ")
}

/// A listing of a queue: its heading (Postfix, sendmail), its sum (Postfix), or its subject.
fn holds_queue(subject: &str, words: &[u8]) -> bool {
    const SUBJECTS: [&str; 8] = [
        "mail queue on",
        "mail queue report",
        "mail queue status",
        "mailq",
        "postqueue",
        "queue report",
        "queue status",
        "queue summary",
    ];
    let heads = |line: &[u8]| {
        (line.starts_with(b"-Queue ID-") || line.starts_with(b"-----Q-ID-----"))
            && line.ends_with(b"-----")
    };
    let sums = |line: &[u8]| {
        line.starts_with(b"-- ") && (line.ends_with(b" Requests.") || line.ends_with(b" Request."))
    };
    SUBJECTS.iter().any(|name| subject.contains(name)) && !begins_with_failure(words)
        || lines(words).any(|line| heads(line) || sums(line))
}

/// `Quarantine digest: 5 messages`, `Ihr Spam-Bericht`: a word for mail that was held beside one for a list.
fn lists_quarantine(subject: &str, words: &[u8]) -> bool {
    const HELD: [&str; 12] = [
        "cuarentena",
        "junk",
        "karant",
        "kwarant",
        "quarant",
        "quarent",
        "spam",
        "карантин",
        "спам",
        "隔离",
        "隔離",
        "격리",
    ];
    const LISTS: [&str; 34] = [
        "bericht",
        "daily",
        "digest",
        "elenco",
        "indesejad",
        "informe",
        "list",
        "messages",
        "messaggi",
        "mensajes",
        "mensagens",
        "monthly",
        "nachrichten",
        "notification",
        "overzicht",
        "podsumowanie",
        "quotidien",
        "raport",
        "rapport",
        "relatório",
        "release",
        "report",
        "resumen",
        "resumo",
        "riepilogo",
        "statistic",
        "summary",
        "täglich",
        "weekly",
        "zusammenfassung",
        "отчет",
        "отчёт",
        "报告",
        "通知",
    ];
    let has = |list: &[&str]| list.iter().any(|word| subject.contains(word));
    has(&HELD) && has(&LISTS) && !begins_with_failure(words) && !text::holds_reply(words)
}

/// `Your mailbox a@b has reached 90% of quota`: words to the owner, by which mail still arrives.
fn warns_of_quota(subject: &str, words: &[u8]) -> bool {
    const YOURS: [&str; 16] = [
        "your mailbox",
        "your e-mail account",
        "your email account",
        "your quota",
        "your inbox",
        "your account",
        "ihr postfach",
        "ihres postfach",
        "ihrem postfach",
        "votre boîte",
        "su buzón",
        "tu buzón",
        "sua caixa",
        "la tua casella",
        "uw mailbox",
        "ваш почтовый ящик",
    ];
    const NEARLY: [&str; 22] = [
        "almost full",
        "nearly full",
        "nearly at",
        "quota warning",
        "approaching",
        "close to",
        "running out",
        "running low",
        "almost reached",
        "fast voll",
        "beinahe voll",
        "nahezu voll",
        "presque plein",
        "presque pleine",
        "casi lleno",
        "casi llena",
        "quase cheia",
        "quasi pien",
        "bijna vol",
        "prawie pełn",
        "почти заполнен",
        "storage limit",
    ];
    let text = String::from_utf8_lossy(words).to_lowercase();
    let has = |list: &[&str]| {
        list.iter()
            .any(|word| subject.contains(word) || text.contains(word))
    };
    has(&YOURS)
        && (has(&NEARLY) || holds_percentage(&text) || holds_percentage(subject))
        && !text::tells_of_failure(words)
        && !text::holds_reply(words)
}

/// `90%`, `95 %`
fn holds_percentage(text: &str) -> bool {
    text.match_indices('%').any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default().trim_end();
        before.ends_with(|digit: char| digit.is_ascii_digit())
    })
}

/// True where a sentence of the first paragraph says that a message did not arrive: the subject may be that of the
/// message. A digest quotes subjects of bounces, which are no sentences.
fn begins_with_failure(words: &[u8]) -> bool {
    const HEADLINES: [&str; 5] = [
        "delivery failed",
        "delivery has failed",
        "undeliverable",
        "undelivered",
        "unzustellbar",
    ];
    let start = words.trim_ascii_start();
    let end = memchr::memmem::find(start, b"\n\n").unwrap_or(start.len());
    let start = start.get(..end).unwrap_or(start);
    let mut sentences = String::from_utf8_lossy(start).to_lowercase();
    for headline in HEADLINES {
        sentences = sentences.replace(headline, "");
    }
    text::tells_of_failure(sentences.as_bytes())
}

fn lines(words: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = words;
    std::iter::from_fn(move || {
        let (line, after) = (!rest.is_empty()).then(|| cut_line(rest))?;
        rest = after;
        Some(line.trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_house_is_told_from_bounces() {
        let cases = [
            (
                "errors from unknown[192.0.2.4]",
                "Transcript of session follows.\n\n Out: 220 mx\n In:  RCPT TO:<a@b.example>\n Out: 550 5.1.1 no\n",
                true,
            ),
            (
                "hello",
                "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n4A1  10 x a@b.example\n",
                true,
            ),
            ("hello", "x\n\n-- 12 Kbytes in 3 Requests.\n", true),
            (
                "mail queue on mx:",
                "3h 2K 1pJyXx-0000-AA <a@b.example>\n",
                true,
            ),
            (
                "quarantine digest: 5 messages",
                "From  Subject\nx  Undelivered Mail\n",
                true,
            ),
            ("spam digest for a@b.example", "These were held.", true),
            ("your weekly spam report", "a@b.example: 5", true),
            ("quarantäne-bericht", "5 E-Mails", true),
            ("resumen de cuarentena", "5 mensajes", true),
            (
                "quota",
                "Your mailbox a@b.example has reached 90% of quota.",
                true,
            ),
            ("warnung", "Ihr Postfach a@b.example ist fast voll.", true),
            ("votre boîte", "Elle est remplie à 95 %.", true),
            (
                "weekly spam report",
                "Your message could not be delivered.\n\na@b.example\n",
                false,
            ),
            (
                "daily spam report",
                "a@b.example: host mx said: 550 5.1.1 no",
                false,
            ),
            (
                "hello",
                "----- Transcript of session follows -----\n550 5.1.1 a@b.example... no\n",
                false,
            ),
            (
                "quota",
                "Your message could not be delivered: the mailbox is 100% full. Your account is fine.",
                false,
            ),
            (
                "mailbox full",
                "The mailbox of a@b.example is 100% full.",
                false,
            ),
        ];
        for (subject, text, expected) in cases {
            assert_eq!(
                is_told(subject, text.as_bytes()),
                expected,
                "{subject}: {text}"
            );
        }
        assert_eq!(cases.len(), 17);
    }
}
