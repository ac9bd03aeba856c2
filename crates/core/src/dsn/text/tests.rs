use super::*;
use crate::dsn::deviation::Deviations;

const QMAIL: &str =
    "Hi. This is the qmail-send program at nq.example.\n\n<a@libero.example>:\n550 no\n";
const EXIM: &str = "This message was created automatically by mail delivery software.\n\n  a@libero.example\n    550 no\n";
const POSTFIX: &str =
    "This is the Postfix program at host mta1.example.\n\n<a@libero.example>: 550 no\n";
const GENERAL: &str = "Unable to deliver:\n\n<a@libero.example>:\n550 no\n";
const SENTENCE: &str = "Your message to a@libero.example could not be delivered: 550 no\n";

fn told(header: &str, text: &str) -> Vec<String> {
    let message = format!("{header}\n");
    let (headers, _) = Headers::split(message.as_bytes(), &mut Deviations::default());
    let words = split_returned(text.as_bytes()).0;
    let families = families(&headers, words, None);
    read(&headers, words, &families).map_or(Vec::new(), |found| {
        found
            .recipients
            .iter()
            .map(|one| {
                let (address, text) = (
                    String::from_utf8_lossy(&one.address),
                    String::from_utf8_lossy(&one.text),
                );
                format!("{} {address} {text}", found.format.as_str())
            })
            .collect()
    })
}

#[test]
fn each_family_is_told_and_its_quotation_is_not() {
    let cases = [
        (QMAIL, "qmail a@libero.example 550 no"),
        (EXIM, "exim a@libero.example 550 no"),
        (POSTFIX, "postfix a@libero.example 550 no"),
        (GENERAL, "general a@libero.example 550 no"),
        (
            SENTENCE,
            "general a@libero.example Your message to a@libero.example could not be delivered: 550 no",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(told("To: me@shop.example\n", text), [expected]);
        let lines: Vec<String> = text.lines().map(|line| format!("> {line}")).collect();
        let quoted = lines.join("\n");
        let none: [&str; 0] = [];
        assert_eq!(told("To: me@shop.example\n", &quoted), none, "{quoted}");
    }
    assert_eq!(cases.len(), 5);
}

#[test]
fn what_follows_the_returned_message_is_not_read() {
    for line in [
        "--- Below this line is a copy of the message.",
        "------ This is a copy of the message, including all the headers. ------",
        "   ----- Original message follows -----",
        "Message headers follow.",
    ] {
        let text = format!("{GENERAL}\n{line}\n\nTo: x\n\n<b@libero.example>: hello\n");
        assert_eq!(told("To: me@shop.example\n", &text).len(), 1, "{line}");
    }
    let bare = format!("{GENERAL}\nReceived: x\nFrom: y\nTo: z\n\n<b@libero.example>: hello\n");
    assert_eq!(told("To: me@shop.example\n", &bare).len(), 1);
}

#[test]
fn the_one_who_gets_the_bounce_is_no_recipient() {
    let text = "Dear <me@shop.example>:\n\n<me@shop.example>:\nthis is your bounce\n";
    let none: [&str; 0] = [];
    assert_eq!(told("To: me@shop.example\n", text), none);
}

#[test]
fn failed_recipients_in_the_header_are_all_of_them() {
    let header = "To: me@shop.example\nX-Failed-Recipients: a@libero.example,\n b@libero.example\n";
    assert_eq!(
        told(header, EXIM),
        ["exim a@libero.example 550 no", "exim b@libero.example "]
    );
}

#[test]
fn addresses_are_told_from_other_words() {
    for good in [
        "a@b.example",
        "\"a b\"@c.example",
        "a.b+c@[192.0.2.1]",
        "x/y=z@host",
        "ü@bücher.example",
    ] {
        assert!(is_address(good.as_bytes()), "{good}");
    }
    for bad in [
        "a",
        "@b",
        "a@",
        "a b@c.example",
        "a@-b",
        "a@b.example:",
        "<a@b>",
        "a@b@",
        "a@b...User",
    ] {
        assert!(!is_address(bad.as_bytes()), "{bad}");
    }
}
