//! Notices that a message was delivered, without status fields.
//!
//! `Your message was successfully delivered to these recipients.` (`OpenSMTPD`), `Message Status - Delivered`
//! (`GroupWise`). A phrase counts where nothing before it denies it: `konnte nicht erfolgreich zugestellt werden`.

/// Words for a success, in the languages of notices, in lower case.
const PHRASES: [&str; 39] = [
    "afgeleverd bij",
    "con éxito",
    "con successo",
    "correctamente entregado",
    "com êxito",
    "com sucesso",
    "delivered successfully",
    "delivered to mailbox",
    "delivered to the following",
    "delivered to the recipient",
    "delivered to these recipients",
    "delivery succeeded",
    "delivery success",
    "status - delivered",
    "dostarczono",
    "doručena",
    "entregado correctamente",
    "erfolgreich zugestellt",
    "erfolgreich übermittelt",
    "erfolgreiche zustellung",
    "has been delivered",
    "have been delivered",
    "levererades",
    "levererats",
    "notification: success",
    "notification (success",
    "avec succès",
    "successful delivery",
    "successful mail delivery",
    "successfully delivered",
    "successfully relayed",
    "succesvol",
    "toimitettu",
    "was delivered to",
    "were delivered to",
    "wurde zugestellt",
    "доставлено",
    "配信されました",
    "已成功",
];

/// Words that deny what follows, with a blank before and behind them.
const DENIALS: [&str; 22] = [
    " not ", " never ", " no ", " cannot ", " nicht ", " kein ", " keine ", " non ", " pas ",
    " niet ", " geen ", " nie ", " inte ", " ikke ", " ej ", " ei ", " nem ", " não ", " не ",
    "n't ", " unable ", " fail",
];

/// True when a subject or a text tells of a success, and nothing in them of a failure.
pub(super) fn is_told(subject: &str, text: &[u8]) -> bool {
    /// Notices say it near their start.
    const MAX_SEARCH: usize = 2048;
    let start = text.get(..MAX_SEARCH).unwrap_or(text);
    let start = String::from_utf8_lossy(start).to_lowercase();
    let words: Vec<&str> = start.split_whitespace().collect();
    let start = words.join(" ");
    (affirms(subject) || affirms(&start)) && !denies(subject) && !denies(&start)
}

fn affirms(words: &str) -> bool {
    PHRASES.iter().any(|phrase| words.contains(phrase))
        || words.split(['.', '!']).any(is_sentence_of_success)
}

/// Participles of delivering, in lower case.
const PARTICIPLES: [&str; 14] = [
    "delivered",
    "relayed",
    "zugestellt",
    "ausgeliefert",
    "remis",
    "distribué",
    "livré",
    "consegnato",
    "recapitato",
    "entregado",
    "entregue",
    "bezorgd",
    "afgeleverd",
    "levereret",
];

/// `wurde an diese Empfänger zugestellt`, `è stato consegnato a`: a participle behind its auxiliary verb.
fn is_sentence_of_success(sentence: &str) -> bool {
    const AUXILIARIES: [&str; 13] = [
        "was", "were", "been", "wurde", "wurden", "été", "stato", "stati", "sido", "foi", "werd",
        "zijn", "blev",
    ];
    let words = sentence.split_whitespace();
    let mut behind = words.skip_while(|word| !AUXILIARIES.contains(word));
    let denied = format!(" {sentence} ");
    behind.any(|word| PARTICIPLES.contains(&word.trim_end_matches([':', ','])))
        && !DENIALS.iter().any(|denial| denied.contains(denial))
}

/// `was not delivered to`, `non è stato consegnato a`: a denial before a phrase or a participle.
fn is_sentence_of_failure(sentence: &str) -> bool {
    let padded = format!(" {sentence} ");
    let denial = DENIALS
        .iter()
        .filter_map(|denial| padded.find(denial))
        .min();
    let behind = denial.and_then(|at| padded.get(at..)).unwrap_or_default();
    PHRASES.iter().any(|phrase| behind.contains(phrase))
        || behind
            .split_whitespace()
            .any(|word| PARTICIPLES.contains(&word.trim_end_matches([':', ','])))
}

/// True for words that deny a delivery or tell of a failure anywhere.
fn denies(words: &str) -> bool {
    const FAILURES: [&str; 30] = [
        "konnte",
        "could",
        "disabled",
        " full",
        "quota",
        "refus",
        "unable",
        "bounced",
        "could not be",
        "delay",
        "error",
        "failed",
        "failure",
        "fehlgeschlagen",
        "permanent",
        "rejected",
        "returned",
        "undeliver",
        "unknown",
        "unzustellbar",
        "échec",
        "bestaat niet",
        "does not exist",
        "doesn't exist",
        "existiert nicht",
        "n'existe pas",
        "no existe",
        "no such ",
        "non esiste",
        "não existe",
    ];
    FAILURES.iter().any(|word| words.contains(word))
        || words.split(['.', '!', ':']).any(is_sentence_of_failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successes_are_told_from_failures_that_use_their_words() {
        let cases = [
            (
                "Your message was successfully delivered to these recipients.",
                true,
            ),
            (
                "The message that you sent was delivered to the following:",
                true,
            ),
            ("Ihre Nachricht wurde erfolgreich zugestellt an:", true),
            ("Votre message a été remis avec succès à :", true),
            ("Il messaggio è stato consegnato con successo a", true),
            ("El mensaje se ha entregado con éxito", true),
            ("A mensagem foi entregue com sucesso", true),
            ("Uw bericht is succesvol bezorgd", true),
            ("Сообщение доставлено", true),
            (
                "Ihre Nachricht wurde an diese Empfänger zugestellt: a@b",
                true,
            ),
            ("It was delivered to a mailbox that is full", false),
            ("Your message was not delivered", false),
            ("The mail was delivered to a host that refused it", false),
            (
                "Ihre Nachricht konnte nicht erfolgreich zugestellt werden",
                false,
            ),
            ("Your message was not successfully delivered", false),
            ("Delivered to the following: a@b. Failed: c@d", false),
            ("Uw bericht is niet succesvol bezorgd", false),
            (
                "It was delivered to the following: a@b. It was not delivered to: c@d",
                false,
            ),
            (
                "Il messaggio è stato consegnato a: a@b. Non è stato consegnato a: c@d",
                false,
            ),
            (
                "Wurde zugestellt an: a@b. Wurde nicht zugestellt an: c@d",
                false,
            ),
            (
                "It was delivered to: a@b. This is no proof that it was read",
                true,
            ),
            ("No mailbox here by that name", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_told("", text.as_bytes()), expected, "{text}");
        }
        assert_eq!(cases.len(), 22);
    }
}
