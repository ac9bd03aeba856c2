//! What is judged: the reason, the rule that gave it, and the evidence that a line adds.

use mailgap_core::event::{Contact, Delivery, Outcome};
use mailgap_core::evidence::{Class, class_of};
use mailgap_core::reason::{Basis, Classifier, Facts, Reason, RuleId, Subject, Verdict};
use mailgap_core::tally::GREYLISTING_S;

use super::{Known, Part};
use crate::words::terms;

/// The reason, whose side it is on, and what decided it.
pub(super) fn reason(event: &Delivery<'_>, verdict: Verdict, known: &Known<'_>) -> Part {
    let Verdict {
        reason,
        basis,
        rule,
    } = verdict;
    let mut part = Part::new("reason", reason.as_str()).note(terms::reason(reason));
    let blame = Part::new("blame", reason.blame().as_str());
    part.parts.push(blame.note(terms::blame(reason.blame())));
    let mut decided = Part::new("basis", basis.map_or("none", Basis::as_str));
    decided.notes.push(match basis {
        None => "neither words nor codes say more".to_owned(),
        Some(Basis::Connection) => "how far the connection came".to_owned(),
        Some(Basis::Dns) => "the answer of the name service".to_owned(),
        Some(Basis::EnhancedCode) => enhanced_code(event, verdict, known),
        Some(Basis::ReplyCode) => {
            let code = event
                .reply_code
                .map_or_else(String::new, |code| format!(" {code}"));
            format!("the reply code{code} alone, by the command that it answers")
        }
        Some(Basis::Rule) => "a rule of yours, which come first".to_owned(),
        Some(Basis::Text) => "words of the text".to_owned(),
    });
    part.parts.push(decided);
    if let Some(rule) = rule {
        part.parts.push(rule_part(rule, known));
    }
    part.parts.extend(limits(event));
    part
}

/// What the answer can be about, by who wrote it and by the stage, where that is not everything; and which rules and
/// codes fit and were passed over, for that or for words about the sender.
fn limits(event: &Delivery<'_>) -> Vec<Part> {
    let facts = Facts::of(event);
    let subject = facts.subject();
    let is_answer = facts.reply_code.is_some() || !facts.reply.is_empty();
    let words = subject.words();
    let words = words.filter(|_| is_answer || subject == Subject::OwnHost);
    let subject = words.map(|words| Part::new("subject", subject.as_str()).note(words));
    let mut parts: Vec<Part> = subject.into_iter().collect();
    for passed in Classifier::passed_over(&facts) {
        let part = Part::new("passed_over", passed.reason.as_str());
        parts.push(match passed.rule.and_then(Classifier::describe) {
            Some((phrases, _)) => part.note(format!("words of the rule: {phrases}")),
            None => part.note("the enhanced status code"),
        });
    }
    parts
}

/// Which of the two enhanced codes decided: without the sender's own, is the verdict the same?
fn enhanced_code(event: &Delivery<'_>, verdict: Verdict, known: &Known<'_>) -> String {
    let facts = Facts::of(event);
    let of_reply = facts.reply_status.filter(|_| {
        let without = Facts {
            status: None,
            ..facts
        };
        known.classifier().judge(&without) == verdict
    });
    match (of_reply, facts.status) {
        (Some(status), _) => format!("the enhanced status code {status} in the reply"),
        (None, Some(status)) => format!("the enhanced status code {status} of the sending host"),
        (None, None) => "the enhanced status code".to_owned(),
    }
}

fn rule_part(rule: RuleId, known: &Known<'_>) -> Part {
    if let Some((phrases, sample)) = Classifier::describe(rule) {
        return Part::new("rule", phrases)
            .note("built in: | parts alternatives, & joins phrases, ! is one that may not stand there")
            .note(format!("it was made for the reply: {sample}"));
    }
    let number = match rule {
        RuleId::BuiltIn(index) | RuleId::User(index) => usize::from(index) + 1,
    };
    let file = known.rules.as_deref().unwrap_or("--rules");
    let pattern = known
        .classifier()
        .user_rule(rule)
        .map_or("", |rule| rule.pattern.as_str());
    Part::new("rule", pattern).note(format!("rule {number} of {file}, found in the text"))
}

/// The class of evidence, and how it counts.
pub(super) fn evidence(
    event: &Delivery<'_>,
    verdict: Option<Verdict>,
) -> (Option<&'static str>, Part) {
    let Some(class) = class_of(event, verdict) else {
        return (
            None,
            Part::new("evidence", "none").note(why_none(event, verdict)),
        );
    };
    if event.domain().is_none() {
        let part = Part::new("evidence", "none");
        return (None, part.note("the recipient names no destination"));
    }
    let part = Part::new("evidence", class.as_str()).note(terms::class(class));
    let part = match class {
        Class::TmpRcpt | Class::PermRcpt => part.note(
            "it may be a property of this one recipient: it counts once in 24 hours for each recipient, with \
             each new message for one that took mail at another time, and repetitions are neutral",
        ),
        Class::Grey => {
            let minutes = GREYLISTING_S / 60.0;
            part.note(match event.delay_s {
                Some(delay) if delay >= GREYLISTING_S => {
                    format!("after {minutes} minutes in the queue it counts as tmp_sys: a fault of the receiver")
                }
                Some(_) | None => {
                    format!("neutral: under {minutes} minutes it is the normal dance")
                }
            })
        }
        Class::Ok
        | Class::Conn
        | Class::Dns
        | Class::TmpSys
        | Class::PermSys
        | Class::Policy => part.note("every attempt counts"),
    };
    (Some(class.as_str()), part)
}

/// The same of a bounce, which counts only where no log tells of its failure.
pub(super) fn evidence_of_bounce(
    event: &Delivery<'_>,
    verdict: Option<Verdict>,
) -> (Option<&'static str>, Part) {
    match event.outcome {
        Outcome::Delivered | Outcome::Discarded | Outcome::Relayed => {
            let none = Part::new("evidence", "none");
            (
                None,
                none.note("reports of success are sent on demand only: no share follows from them"),
            )
        }
        Outcome::Bounced | Outcome::Deferred | Outcome::Expired | Outcome::Probe => {
            let (class, part) = evidence(event, verdict);
            let once = "once: a log that tells of the same failure counts instead of the bounce";
            (
                class,
                if class.is_some() {
                    part.note(once)
                } else {
                    part
                },
            )
        }
    }
}

/// Why an event says nothing of its destination.
fn why_none(event: &Delivery<'_>, verdict: Option<Verdict>) -> String {
    match (event.contact, event.outcome) {
        (Contact::Echo, _) => "an echo is no attempt; echoes are counted apart".to_owned(),
        (Contact::None, _) => "no remote side was involved".to_owned(),
        (_, Outcome::Expired) => {
            "giving up is the sender's clock, no answer of the destination".to_owned()
        }
        (_, Outcome::Probe) => "a probe sends no mail".to_owned(),
        (_, Outcome::Discarded) => "the mail was thrown away on purpose".to_owned(),
        (_, Outcome::Bounced | Outcome::Deferred | Outcome::Delivered | Outcome::Relayed) => {
            let reason = verdict.map_or(Reason::Unspecified, |verdict| verdict.reason);
            format!(
                "{}: it says nothing of the destination ({})",
                reason.as_str(),
                terms::blame(reason.blame())
            )
        }
    }
}
