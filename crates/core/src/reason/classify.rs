//! From what is known of a failure to its reason.
//!
//! `550 5.4.1 Recipient address rejected: Access denied` → [`Reason::NoSuchMailbox`] by its words, though
//! the code says [`Reason::Unreachable`]. The order of what is asked is that of [`Classifier`].

use super::fold::Folded;
use super::matcher::MATCHER;
use super::rules::Tier;
use super::user::UserRules;
use super::{Basis, Reason, RuleError, RuleId, UserRule, Verdict, codes};
use crate::event::{Contact, Delivery, Outcome, Source, Stage};
use crate::reply::{EnhancedStatus, ReplyCode};

/// What is known of a failure: the part of an event that a verdict needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts<'b> {
    /// Reply code of the remote side; `None` when it never answered.
    pub reply_code: Option<ReplyCode>,
    /// Enhanced status code in the remote side's own words.
    pub reply_status: Option<EnhancedStatus>,
    /// Enhanced status code as the MTA reports it (Postfix `dsn=`, DSN `Status`).
    pub status: Option<EnhancedStatus>,
    /// How far the attempt came.
    pub stage: Option<Stage>,
    /// Whether a remote host was contacted; `None` when the record is another host's (a bounce) and does not tell.
    pub contact: Option<Contact>,
    /// What the remote side said; empty when it never answered.
    pub reply: &'b [u8],
    /// The whole diagnostic text.
    pub text: &'b [u8],
}

impl<'b> Facts<'b> {
    /// The facts of an event.
    pub fn of(event: &Delivery<'b>) -> Facts<'b> {
        Facts {
            reply_code: event.reply_code,
            reply_status: event.reply_status,
            status: event.status,
            stage: event.stage,
            contact: (event.source != Source::Dsn).then_some(event.contact),
            reply: event.reply,
            text: event.text,
        }
    }

    fn class(&self) -> Option<u8> {
        self.reply_code
            .map(ReplyCode::class)
            .or_else(|| self.reply_status.or(self.status).map(EnhancedStatus::class))
    }
}

/// Turns events into verdicts: the user's rules first, then the built-in ones.
///
/// In this order, the first that says something decides: the user's rules, on the whole diagnostic text;
/// when no remote side answered, the MTA's own words; x.1.7 and x.1.8 (the sender's address); clear words of the remote side; the enhanced code in
/// its reply; the MTA's enhanced code; vague words; the reply code and the command it answers. Clear words stand
/// before the codes because codes lie more often: x.7.1 is said for nearly everything, x.1.1 for rate
/// limits, x.4.1 for unknown users.
///
/// ```
/// use mailgap_core::reason::{Basis, Classifier, Facts, Reason};
/// use mailgap_core::reply::ReplyCode;
///
/// let verdict = Classifier::default().judge(&Facts {
///     reply_code: ReplyCode::new(550),
///     reply: b"550 <u@libero.it> recipient rejected",
///     ..Facts::default()
/// });
/// assert_eq!((verdict.reason, verdict.basis), (Reason::NoSuchMailbox, Some(Basis::Text)));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Classifier {
    user: UserRules,
}

impl Classifier {
    /// A classifier that asks these rules first, in their order.
    ///
    /// # Errors
    /// When the rules are too many or too large to be compiled together.
    pub fn with_rules(rules: Vec<UserRule>) -> Result<Classifier, RuleError> {
        Ok(Classifier {
            user: UserRules::new(rules)?,
        })
    }

    /// The reason of an event; `None` for one that did not fail.
    pub fn classify(&self, event: &Delivery<'_>) -> Option<Verdict> {
        let facts = Facts::of(event);
        match event.outcome {
            Outcome::Delivered | Outcome::Discarded | Outcome::Relayed => None,
            Outcome::Probe if facts.class() == Some(2) => None,
            Outcome::Bounced | Outcome::Deferred | Outcome::Expired | Outcome::Probe => {
                Some(self.judge(&facts))
            }
        }
    }

    /// The reason of a failure.
    pub fn judge(&self, facts: &Facts<'_>) -> Verdict {
        let text = if facts.text.is_empty() {
            facts.reply
        } else {
            facts.text
        };
        if let Some((index, reason)) = self.user.first(text) {
            return Verdict {
                reason,
                basis: Some(Basis::Rule),
                rule: Some(RuleId::User(index)),
            };
        }
        let answered = facts.reply_code.is_some() || !facts.reply.is_empty();
        let folded = Folded::new(if facts.reply.is_empty() {
            text
        } else {
            facts.reply
        });
        let hits = MATCHER.scan(&folded);
        let class = facts.class();
        let by_text = |tier: Tier| {
            let (index, rule) =
                hits.first(|rule| rule.tier == tier && rule.when.includes(class))?;
            Some(Verdict {
                reason: of_whom(rule.reason, facts),
                basis: Some(rule.basis),
                rule: Some(RuleId::BuiltIn(index)),
            })
        };
        let by_code = |reason: Option<Reason>, basis: Basis| {
            reason.map(|reason| Verdict {
                reason,
                basis: Some(basis),
                rule: None,
            })
        };
        let by_status = |of: fn(EnhancedStatus) -> Option<Reason>| {
            let reason = facts.reply_status.and_then(of);
            by_code(
                reason.or_else(|| facts.status.and_then(of)),
                Basis::EnhancedCode,
            )
        };
        let own_words = if answered { None } else { by_text(Tier::Own) };
        own_words
            .or_else(|| by_status(codes::of_certain_status))
            .or_else(|| by_text(Tier::Clear))
            .or_else(|| by_status(codes::of_status))
            .or_else(|| by_text(Tier::Vague))
            .or_else(|| by_status(codes::of_vague_status))
            .or_else(|| {
                let code = facts.reply_code?;
                by_code(codes::of_reply_code(code, facts.stage), Basis::ReplyCode)
            })
            .unwrap_or_else(|| nothing_said(facts))
    }

    /// The phrases of a built-in rule and a reply that it was made for; `None` for any other.
    pub fn describe(rule: RuleId) -> Option<(&'static str, &'static str)> {
        match rule {
            RuleId::BuiltIn(index) => MATCHER.rule(index).map(|rule| (rule.phrases, rule.sample)),
            RuleId::User(_) => None,
        }
    }

    /// The user's rule that a verdict names; `None` for a built-in one.
    pub fn user_rule(&self, rule: RuleId) -> Option<&UserRule> {
        match rule {
            RuleId::BuiltIn(_) => None,
            RuleId::User(index) => self.user.get(index),
        }
    }
}

/// A local fault in a bounce is one of the host that wrote it, which is seldom the sending one.
fn of_whom(reason: Reason, facts: &Facts<'_>) -> Reason {
    match reason {
        Reason::LocalProblem if facts.contact.is_none() => Reason::ServerError,
        _ => reason,
    }
}

/// The verdict when neither words nor codes say anything: the stage is all that is left.
fn nothing_said(facts: &Facts<'_>) -> Verdict {
    let answered = facts.reply_code.is_some() || !facts.reply.is_empty();
    let (reason, basis) = match facts.stage {
        _ if facts.contact == Some(Contact::None) => (Reason::LocalProblem, None),
        Some(Stage::Connect) if !answered => (Reason::Unreachable, Some(Basis::Connection)),
        Some(Stage::Dns) if !answered => (Reason::DnsFailure, Some(Basis::Dns)),
        _ => (Reason::Unspecified, None),
    };
    Verdict {
        reason,
        basis,
        rule: None,
    }
}
