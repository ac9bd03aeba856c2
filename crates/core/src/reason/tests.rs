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
    assert_eq!(rules.len(), 114);
}

/// Replies of operators and servers, and their reasons: `reason TAB reply`, one a line.
const REPLIES: &str = include_str!("../../testdata/reason/replies.tsv");

#[test]
fn replies_of_operators_have_their_reasons() {
    let classifier = Classifier::default();
    let (mut n, mut wrong) = (0, Vec::new());
    for line in REPLIES.lines() {
        let (reason, reply) = line.split_once('\t').unwrap();
        let verdict = classifier.judge(&facts(reply));
        if verdict.reason.as_str() != reason {
            wrong.push(format!("{reason}: {reply}: {verdict:?}"));
        }
        n += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(n, 446);
}

/// Replies beside which a neighbour blames another side: `blame TAB stage TAB reply`, one a line.
const BLAMES: &str = include_str!("../../testdata/reason/blames.tsv");

#[test]
fn replies_blame_the_side_that_they_speak_of() {
    let classifier = Classifier::default();
    let (mut n, mut wrong) = (0, Vec::new());
    for line in BLAMES.lines() {
        let [blame, stage, reply] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let stage = Stage::ALL.into_iter().find(|it| it.as_str() == stage);
        let verdict = classifier.judge(&Facts {
            stage: Some(stage.unwrap()),
            contact: Some(Contact::Fresh),
            ..facts(reply)
        });
        if verdict.reason.blame().as_str() != blame {
            wrong.push(format!("{line}: {verdict:?}"));
        }
        n += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(n, 36);
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
    use Basis::{EnhancedCode, ReplyCode};
    let any = None;
    let rcpt = Some(Stage::Rcpt);
    let cases = [
        ("550 5.2.2", any, Reason::MailboxFull, Some(EnhancedCode)),
        (
            "550 5.1.351 x",
            any,
            Reason::NoSuchMailbox,
            Some(EnhancedCode),
        ),
        ("550 5.7.509 x", any, Reason::SenderAuth, Some(EnhancedCode)),
        ("451 4.4.4 x", any, Reason::DnsFailure, Some(EnhancedCode)),
        (
            "451 4.7.651 x",
            any,
            Reason::RateLimited,
            Some(EnhancedCode),
        ),
        ("550 5.7.1 x", any, Reason::Policy, Some(EnhancedCode)),
        (
            "554 x",
            Some(Stage::EndOfData),
            Reason::ContentRejected,
            Some(ReplyCode),
        ),
        (
            "550 x",
            Some(Stage::Mail),
            Reason::Reputation,
            Some(ReplyCode),
        ),
        (
            "421 x",
            Some(Stage::Greeting),
            Reason::ServerError,
            Some(ReplyCode),
        ),
        ("452 x", rcpt, Reason::RateLimited, Some(ReplyCode)),
        ("521 x", rcpt, Reason::DomainRefusesMail, Some(ReplyCode)),
        // What nobody knows is no missing mailbox, and a code of the class "other" says nothing.
        ("550 x", rcpt, Reason::Unspecified, None),
        ("551 x", any, Reason::Unspecified, None),
        ("553 x", rcpt, Reason::Unspecified, None),
        ("550 5.0.0 x", rcpt, Reason::Unspecified, None),
        ("550 5.1.0 x", rcpt, Reason::Unspecified, None),
        ("550 5.3.0 x", rcpt, Reason::Unspecified, None),
    ];
    for (reply, stage, reason, basis) in cases {
        let verdict = Classifier::default().judge(&Facts {
            stage,
            ..facts(reply)
        });
        let decided = (verdict.reason, verdict.basis);
        assert_eq!(decided, (reason, basis), "{reply} {stage:?}");
    }
    assert_eq!(cases.len(), 17);
}

#[test]
fn the_stage_limits_the_reason() {
    use Stage::{EndOfData, Greeting, Helo, Mail, Rcpt};
    #[rustfmt::skip]
    let cases = [
        ("550 5.1.1 User unknown", &[Rcpt, EndOfData][..], Blame::Recipient),
        ("550 5.1.1 User unknown", &[Greeting, Helo, Mail], Blame::Sender),
        ("550 Unrouteable address", &[Rcpt], Blame::RecipientDomain),
        ("550 Unrouteable address", &[Mail], Blame::Sender),
        ("554 5.7.1 Host unknown", &[Greeting, Helo], Blame::Sender),
        ("554 5.7.1 This looks like spam", &[EndOfData], Blame::Message),
        ("554 5.7.1 This looks like spam", &[Greeting, Mail], Blame::Sender),
        ("552 5.2.2 Mailbox full", &[Rcpt, EndOfData], Blame::Recipient),
        ("552 5.2.2 Mailbox full", &[Mail], Blame::Sender),
        ("452 4.3.1 Insufficient system storage", &[Mail, Rcpt, EndOfData], Blame::Receiver),
        ("552 5.3.4 Message size exceeds fixed limit", &[Mail, EndOfData], Blame::Message),
        ("421 4.3.2 Service not available", &[Greeting, Mail, Rcpt], Blame::Receiver),
        ("550 rule 42 hit", &[EndOfData], Blame::Message),
        ("550 rule 42 hit", &[Rcpt], Blame::Unknown),
    ];
    for (reply, stages, blame) in cases {
        for stage in stages {
            let verdict = Classifier::default().judge(&Facts {
                stage: Some(*stage),
                contact: Some(Contact::Fresh),
                ..facts(reply)
            });
            assert_eq!(
                verdict.reason.blame(),
                blame,
                "{reply} {stage:?}: {verdict:?}"
            );
        }
    }
    assert_eq!(cases.len(), 14);
}

#[test]
fn what_this_host_writes_blames_no_receiver() {
    #[rustfmt::skip]
    let cases = [
        ("temporary failure", Blame::Local),
        ("Command died with status 127: \"/usr/bin/vacation\"", Blame::Local),
        ("No space left on device", Blame::Local),
        ("deferred transport", Blame::Local),
        ("Outgoing mail from \"shop\" has been suspended.", Blame::Local),
        ("Domain shop.example has exceeded the max emails per hour (150/150) allowed.", Blame::Sender),
        ("This text is an administrator's: your message looks like spam", Blame::Local),
        ("451 4.3.0 virus scanner is not available", Blame::Local),
        ("450 4.5.0 Error in processing, spam check failed", Blame::Local),
        ("unknown user: \"gone\"", Blame::Recipient),
        ("452 4.2.2 <a@b.example> Mailbox is full", Blame::Recipient),
        ("554 5.7.0 Reject, id=1-02 - spam", Blame::Message),
    ];
    for (text, blame) in cases {
        let verdict = Classifier::default().judge(&Facts {
            stage: Some(Stage::Local),
            contact: Some(Contact::None),
            ..facts(text)
        });
        assert_eq!(verdict.reason.blame(), blame, "{text}: {verdict:?}");
    }
    assert_eq!(cases.len(), 12);
}

#[test]
fn what_is_passed_over_is_named() {
    let passed = Classifier::passed_over(&Facts {
        stage: Some(Stage::Mail),
        contact: Some(Contact::Fresh),
        ..facts("550 5.1.1 User unknown")
    });
    let reasons: Vec<(bool, Reason)> = passed
        .iter()
        .map(|it| (it.rule.is_some(), it.reason))
        .collect();
    let missing = Reason::NoSuchMailbox;
    assert_eq!(reasons, [(true, missing), (false, missing)]);
    assert!(Classifier::passed_over(&facts("550 5.1.1 User unknown")).is_empty());
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
