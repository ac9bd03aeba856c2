use super::rules::{RULES, Rule};
use super::*;
use crate::event::{Contact, Stage};
use crate::reply::{EnhancedStatus, ReplyCode};

/// The facts of a diagnostic text: a reply when it begins with a code, the MTA's own words otherwise.
fn facts(text: &str) -> Facts<'_> {
    let bytes = text.as_bytes();
    let Some((code, rest)) = ReplyCode::parse_prefix(bytes) else {
        return Facts {
            text: bytes,
            ..Facts::default()
        };
    };
    let rest = rest.get(1..).unwrap_or_default();
    Facts {
        reply_code: Some(code),
        reply_status: EnhancedStatus::parse_prefix(rest).map(|(status, _)| status),
        reply: bytes,
        text: bytes,
        ..Facts::default()
    }
}

#[test]
fn every_sample_is_decided_by_its_own_rule() {
    let rules: Vec<&Rule> = RULES.iter().copied().flatten().collect();
    let classifier = Classifier::default();
    let mut wrong = Vec::new();
    for (index, rule) in (0u16..).zip(&rules) {
        let contact = Some(Contact::Fresh);
        let verdict = classifier.judge(&Facts {
            contact,
            ..facts(rule.sample)
        });
        if verdict.rule != Some(RuleId::BuiltIn(index)) {
            wrong.push(format!(
                "{} {:?}: {verdict:?} {:?}",
                rule.sample,
                rule.reason,
                verdict.rule.and_then(Classifier::describe)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(rules.len(), 98);
}

/// Replies of operators and servers, and their reasons: `reason TAB reply`, one a line.
const REPLIES: &str = include_str!("../../testdata/reason/replies.tsv");

#[test]
fn replies_of_operators_have_their_reasons() {
    let classifier = Classifier::default();
    let mut n = 0;
    for line in REPLIES.lines() {
        let (reason, reply) = line.split_once('\t').unwrap();
        let verdict = classifier.judge(&facts(reply));
        assert_eq!(verdict.reason.as_str(), reason, "{reply}: {verdict:?}");
        n += 1;
    }
    assert_eq!(n, 446);
}

#[test]
fn addresses_and_host_names_do_not_decide() {
    let classifier = Classifier::default();
    let words = [
        "spam",
        "greylist",
        "no-such-user",
        "over-quota",
        "blocked",
        "timeout",
        "dmarc",
    ];
    for word in words {
        for (reply, reason) in [
            (
                format!("550 <{word}@b.example> recipient rejected"),
                Reason::NoSuchMailbox,
            ),
            (
                format!("452 4.2.2 mx.{word}.example: Mailbox full"),
                Reason::MailboxFull,
            ),
            (
                format!("550 5.1.1 {word}-1.b.example said: User unknown"),
                Reason::NoSuchMailbox,
            ),
        ] {
            assert_eq!(classifier.judge(&facts(&reply)).reason, reason, "{reply}");
        }
    }
}

#[test]
fn codes_decide_when_words_do_not() {
    let cases = [
        ("550 5.2.2", None, Reason::MailboxFull, Basis::EnhancedCode),
        (
            "550 5.1.351 x",
            None,
            Reason::NoSuchMailbox,
            Basis::EnhancedCode,
        ),
        (
            "550 5.7.509 x",
            None,
            Reason::SenderAuth,
            Basis::EnhancedCode,
        ),
        ("451 4.4.4 x", None, Reason::DnsFailure, Basis::EnhancedCode),
        ("550 5.7.1 x", None, Reason::Policy, Basis::EnhancedCode),
        (
            "550 x",
            Some(Stage::Rcpt),
            Reason::NoSuchMailbox,
            Basis::ReplyCode,
        ),
        (
            "550 x",
            Some(Stage::Mail),
            Reason::Reputation,
            Basis::ReplyCode,
        ),
        (
            "554 x",
            Some(Stage::EndOfData),
            Reason::ContentRejected,
            Basis::ReplyCode,
        ),
        (
            "421 x",
            Some(Stage::Greeting),
            Reason::ServerError,
            Basis::ReplyCode,
        ),
        (
            "452 x",
            Some(Stage::Rcpt),
            Reason::RateLimited,
            Basis::ReplyCode,
        ),
        (
            "521 x",
            Some(Stage::Greeting),
            Reason::DomainRefusesMail,
            Basis::ReplyCode,
        ),
    ];
    for (reply, stage, reason, basis) in cases {
        let verdict = Classifier::default().judge(&Facts {
            stage,
            ..facts(reply)
        });
        assert_eq!(
            (verdict.reason, verdict.basis),
            (reason, Some(basis)),
            "{reply} {stage:?}"
        );
    }
    assert_eq!(cases.len(), 11);
}

#[test]
fn the_users_rules_come_first() {
    let rules = vec![UserRule::parse(1, "recipient rejected", "ServerError").unwrap()];
    let classifier = Classifier::with_rules(rules).unwrap();
    let verdict = classifier.judge(&facts("550 <u@libero.it> recipient rejected"));
    assert_eq!(verdict.reason, Reason::ServerError);
    assert_eq!(verdict.basis, Some(Basis::Rule));
    assert_eq!(verdict.rule, Some(RuleId::User(0)));
}

proptest::proptest! {
    #[test]
    fn any_bytes_get_a_verdict(
        reply in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        alike in "[45][0-9]{2}[- ][a-z@<>.:\\\\ 0-9É\u{2019}Ж-]{0,200}",
    ) {
        let classifier = Classifier::default();
        let bare = Facts { reply: &reply, ..Facts::default() };
        let verdict = classifier.judge(&bare);
        proptest::prop_assert!(verdict.basis.is_some() || verdict.rule.is_none());
        classifier.judge(&facts(&alike));
    }
}
