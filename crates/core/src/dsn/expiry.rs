//! Words that say that a message waited for too long.
//!
//! `retry timeout exceeded` (Exim), `this message has been in the queue too long` (qmail), `Message expired`,
//! `could not be delivered within 5 days`, `konnte 3 Tage lang nicht zugestellt werden`.

use memchr::memmem;

/// What MTAs write, in lower case.
const PHRASES: [&[u8]; 36] = [
    b"been failing for a long time",
    b"bounce timeout",
    b"delivery expired",
    b"delivery period expired",
    b"delivery period has expired",
    b"delivery time expired",
    b"delivery timeout",
    b"exceeded max time without delivery",
    b"exceeded maximum time",
    b"expired in queue",
    b"expired message",
    b"giving up after",
    b"has expired in the queue",
    b"in queue too long",
    b"in the mail queue too long",
    b"in the queue too long",
    b"max queue time",
    b"maximum queue lifetime",
    b"maximum retries",
    b"maximum time in queue",
    b"message expired",
    b"message has expired",
    b"message timed out",
    b"not delivered in time",
    b"queue lifetime",
    b"queued too long",
    b"retries exhausted",
    b"retry time exceeded",
    b"retry timeout exceeded",
    b"retry timeout has been exceeded",
    b"too long in queue",
    b"too many retries",
    b"unable to deliver in ",
    b"undeliverable for too long",
    b"warteschlange abgelaufen",
    b"zu lange in der warteschlange",
];

/// True when a text says so.
pub(super) fn is_in(text: &[u8]) -> bool {
    /// Notices say it near their start.
    const MAX_SEARCH: usize = 4096;
    let lowered = text.get(..MAX_SEARCH).unwrap_or(text).to_ascii_lowercase();
    PHRASES
        .iter()
        .any(|words| memmem::find(&lowered, words).is_some())
        || lowered
            .split(|byte| matches!(byte, b'.' | b'!' | b';'))
            .any(|sentence| {
                let history = before_advice(sentence);
                names_expired_mail(sentence)
                    || (speaks_of_attempts(history) && names_a_time(history))
            })
}

/// `message 1pJyXx expired after 5 days`: accounts, passwords and certificates expire too.
fn names_expired_mail(sentence: &[u8]) -> bool {
    const MAIL: [&[u8]; 5] = [b"message", b"mail", b"queue", b"delivery", b"retry"];
    const OTHERS: [&[u8]; 10] = [
        b"account",
        b"address",
        b"certificate",
        b"domain",
        b"licen",
        b"mailbox",
        b"password",
        b"subscription",
        b"trial",
        b"user",
    ];
    let expired = [&b"expired and"[..], b"expired after"];
    let Some(at) = expired
        .iter()
        .find_map(|words| memmem::find(sentence, words))
    else {
        return false;
    };
    let before = sentence.get(..at).unwrap_or_default();
    let has = |list: &[&[u8]]| {
        list.iter()
            .any(|words| memmem::find(before, words).is_some())
    };
    !has(&OTHERS) && (has(&MAIL) || names_a_time(sentence))
}

/// What stands before advice to the sender or a promise: `Please retry delivery in 24 hours` tells of no attempt.
fn before_advice(sentence: &[u8]) -> &[u8] {
    const ADVICE: [&str; 26] = [
        "please re",
        "please send",
        "please try",
        "please attempt",
        "please wait",
        "retry delivery",
        "retry in ",
        "retry later",
        "retry sending",
        "retry the ",
        "resend",
        "re-send",
        "send it again",
        "send again",
        "try again",
        "try to deliver",
        "try to send",
        "versuchen sie",
        "erneut senden",
        "veuillez",
        "intente",
        "inténtelo",
        "tente novamente",
        "riprova",
        "probeer",
        "попробуйте",
    ];
    let end = ADVICE
        .iter()
        .filter_map(|words| memmem::find(sentence, words.as_bytes()))
        .min();
    sentence
        .get(..end.unwrap_or(sentence.len()))
        .unwrap_or(sentence)
}

/// Parts of words for delivery and for trying, in the languages of notices.
const ATTEMPTS: [&str; 27] = [
    "attempt",
    "deliver",
    "giving up",
    "given up",
    "gave up",
    "queue",
    "tried",
    "trying",
    "retried",
    "retries",
    "retry",
    "zustell",
    "zugestellt",
    "versuch",
    "warteschlange",
    "remis",
    "remettre",
    "distribu",
    "tentati",
    "consegn",
    "entreg",
    "intent",
    "bezorg",
    "afgelever",
    "poging",
    "dostarcz",
    "достав",
];

fn speaks_of_attempts(sentence: &[u8]) -> bool {
    ATTEMPTS
        .iter()
        .any(|part| memmem::find(sentence, part.as_bytes()).is_some())
}

/// How the names of hours and days begin.
const UNITS: [&str; 24] = [
    "hour", "day", "week", "minute", "stunde", "tag", "woche", "heure", "jour", "semaine", "ore",
    "giorn", "settiman", "hora", "día", "dia", "semana", "uur", "dag", "dni", "godzin", "дн",
    "час", "dní",
];

/// Words before a length of time, in the languages of notices.
const BEFORE: [&str; 28] = [
    "after",
    "within",
    "for",
    "in",
    "over",
    "past",
    "last",
    "period",
    "than",
    "nach",
    "innerhalb",
    "seit",
    "während",
    "von",
    "binnen",
    "après",
    "pendant",
    "depuis",
    "entro",
    "dopo",
    "durante",
    "tras",
    "después",
    "após",
    "na",
    "gedurende",
    "przez",
    "в",
];

/// `within 5 days`, `for the last 48 hours`, `after 3 day(s)`.
fn names_a_time(sentence: &[u8]) -> bool {
    let words: Vec<&[u8]> = sentence
        .split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'(' | b')' | b','))
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(2).enumerate().any(|(at, pair)| {
        let [number, unit] = pair else { return false };
        let is_number = number.len() <= 4
            && number.iter().all(u8::is_ascii_digit)
            && number.iter().any(|&digit| digit != b'0');
        let is_unit = UNITS.iter().any(|name| unit.starts_with(name.as_bytes()));
        let leads = |word: &&[u8]| BEFORE.iter().any(|name| *word == name.as_bytes());
        let before = words.get(at.saturating_sub(3)..at).unwrap_or_default();
        is_number && is_unit && before.iter().any(leads)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_waiting_are_told_from_others() {
        let cases = [
            ("retry timeout exceeded", true),
            (
                "I'm not going to try again; this message has been in the queue too long.",
                true,
            ),
            ("554 Message expired", true),
            ("Your message was not delivered within 5 days.", true),
            ("Delivery has been tried for the last 72 hours", true),
            ("We gave up after 3 day(s)", true),
            (
                "Die Nachricht konnte innerhalb von 4 Tagen nicht zugestellt werden.",
                true,
            ),
            ("Le message n'a pas pu être remis après 48 heures", true),
            ("No se pudo entregar durante 3 días", true),
            ("Impossibile consegnare il messaggio entro 2 giorni", true),
            ("De bezorging is na 5 dagen gestaakt", true),
            ("The mailbox is full. Mail is deleted after 30 days.", false),
            (
                "This occurred after 30 attempts to deliver over a period of 92 hours",
                true,
            ),
            (
                "This occurred after 1 attempt to deliver over a period of 0 hours",
                false,
            ),
            ("Your password has expired", false),
            ("The subscription of this user expired after 30 days", false),
            ("This e-mail address expired and was closed", false),
            ("Mail for you expired and was discarded", true),
            ("Expired after 72 hours", true),
            ("Over quota. Retry delivery in 12 hours", false),
            ("Please try to deliver it again within 2 days", false),
            ("It was retried for 4 days, please send it again", true),
            (
                "The delivery failed. Write to us within office hours.",
                false,
            ),
            ("550 5.1.1 User unknown", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_in(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(cases.len(), 24);
    }
}
