//! From what is known of a failure to its reason.
//!
//! `550 5.4.1 Recipient address rejected: Access denied` → [`Reason::NoSuchMailbox`] by its words, though
//! the code says [`Reason::Unreachable`]. The order of what is asked is that of [`Classifier`].

use super::fold::Folded;
use super::limits::{Limit, Subject};
use super::matcher::{Hits, MATCHER};
use super::rules::{Rule, Tier};
use super::user::UserRules;
use super::{Basis, Blame, Reason, RuleError, RuleId, UserRule, Verdict, codes};
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
            contact: match (event.source, event.contact) {
                (Source::Dsn, Contact::Echo | Contact::Fresh) => None,
                (_, contact) => Some(contact),
            },
            reply: event.reply,
            text: event.text,
        }
    }

    /// What the answer can be about.
    pub fn subject(&self) -> Subject {
        Subject::of(self.stage, self.contact)
    }

    /// The whole text, or the reply where that is all there is.
    fn diagnostic(&self) -> &'b [u8] {
        if self.text.is_empty() {
            self.reply
        } else {
            self.text
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
/// when no remote side answered, the MTA's own words; the enhanced codes that are beyond doubt (x.1.7 and x.1.8, the
/// sender's address; Microsoft's for throttling); clear words of the first sentence, then of the whole reply; the
/// enhanced code in it; the MTA's enhanced code; vague words; words about an address or a host that can only be the
/// sender's; the reply code and the command it answers. Clear words
/// stand before the codes because codes lie more often: x.7.1 is said for nearly everything, x.1.1 for rate limits,
/// x.4.1 for unknown users.
///
/// Words and codes that name what the answer cannot be about ([`Subject`]) are passed over: nobody is unknown before
/// RCPT TO. Nor is a recipient blamed beside words for the sender (`your domain does not exist`), and of what this host
/// writes itself only words for a recipient are taken from the rules for replies. What nobody knows (`550 rule 42`) is [`Reason::Unspecified`], never a missing mailbox.
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
        let text = facts.diagnostic();
        match self.user.first(text) {
            Some((index, reason)) => Verdict {
                reason,
                basis: Some(Basis::Rule),
                rule: Some(RuleId::User(index)),
            },
            None => Answer::new(facts).verdict(),
        }
    }

    /// The built-in rules, and the enhanced codes, that fit a failure and decide nothing, because what they name is
    /// ruled out by the subject of the answer: by who wrote it, and by the command it answers.
    pub fn passed_over(facts: &Facts<'_>) -> Vec<PassedOver> {
        Answer::new(facts).passed_over()
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

/// A rule or a code that named a reason which the subject of the answer rules out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassedOver {
    /// The rule; `None` for the enhanced code.
    pub rule: Option<RuleId>,
    /// What it names.
    pub reason: Reason,
}

/// A failure, with all that is looked up in it once.
struct Answer<'f, 'b> {
    facts: &'f Facts<'b>,
    subject: Subject,
    /// 4 or 5, where a code tells.
    class: Option<u8>,
    /// Whether a remote side, or a filter or mail store of this host, answered.
    answered: bool,
    all: Words,
    /// Those of the first sentence, when there are others.
    first: Option<Words>,
}

/// The phrases of a text, or of a sentence of it.
struct Words {
    hits: Hits<'static>,
    /// The rule whose phrases speak of the sender, when there is one.
    of_sender: Option<(u16, &'static Rule)>,
}

impl Words {
    fn new(folded: &[u8]) -> Words {
        let hits = MATCHER.scan(folded);
        let of_sender = hits.first(|rule| rule.tier == Tier::Sender);
        Words { hits, of_sender }
    }
}

impl<'f, 'b> Answer<'f, 'b> {
    fn new(facts: &'f Facts<'b>) -> Answer<'f, 'b> {
        let text = if facts.reply.is_empty() {
            facts.text
        } else {
            facts.reply
        };
        let folded = Folded::new(text);
        Answer {
            facts,
            subject: facts.subject(),
            class: facts.class(),
            answered: facts.reply_code.is_some() || !facts.reply.is_empty(),
            all: Words::new(folded.as_bytes()),
            first: folded.first_sentence().map(Words::new),
        }
    }

    fn verdict(&self) -> Verdict {
        let own = (!self.answered).then_some(Tier::Own);
        own.and_then(|tier| self.by_text(&self.all, tier))
            .or_else(|| self.by_status(codes::of_certain_status))
            .or_else(|| self.by_clear_words())
            .or_else(|| self.by_status(codes::of_status))
            .or_else(|| self.by_text(&self.all, Tier::Vague))
            .or_else(|| self.by_status(codes::of_vague_status))
            .or_else(|| self.of_sender())
            .or_else(|| {
                let reason = codes::of_reply_code(self.facts.reply_code?, self.facts.stage)?;
                self.by_code(reason, Basis::ReplyCode)
            })
            .unwrap_or_else(|| nothing_said(self.facts))
    }

    /// True for the words of somebody who refuses: of a remote host, or of a filter or a limit of this one.
    fn is_answer(&self) -> bool {
        self.answered || self.subject == Subject::OwnHost
    }

    /// Whether a rule may be asked: what this host wrote itself is no remote reply, and where a code speaks of
    /// policy, vague words blame no recipient.
    fn asks(&self, rule: &Rule) -> bool {
        let of_recipient = blames_recipient(rule.reason);
        if !rule.when.includes(self.class) {
            return false;
        }
        match rule.tier {
            Tier::Own => !self.answered,
            _ if self.subject == Subject::OwnHost && !self.answered => {
                rule.tier == Tier::Clear && of_recipient
            }
            Tier::Clear => true,
            Tier::Sender => false,
            // After DATA, vague words blame neither a recipient nor the sending host: the message was seen.
            Tier::Vague if self.subject == Subject::Message => {
                !of_recipient && rule.reason != Reason::Reputation
            }
            Tier::Vague => {
                let status = self.facts.reply_status.or(self.facts.status);
                !of_recipient || status.is_none_or(|status| status.subject() != 7)
            }
        }
    }

    fn limit(&self, reason: Reason) -> Limit {
        self.subject.limit(reason, self.class)
    }

    /// The same for what words name: what does not exist, or is full, beside words about the sender is no recipient.
    fn limit_of_words(&self, words: &Words, reason: Reason) -> Limit {
        match self.limit(reason) {
            Limit::Stands
                if words.of_sender.is_some() && self.is_answer() && blames_recipient(reason) =>
            {
                Limit::OfSender
            }
            limit => limit,
        }
    }

    fn by_text(&self, words: &Words, tier: Tier) -> Option<Verdict> {
        let (index, rule) = words.hits.first(|rule| {
            let limit = self.limit_of_words(words, rule.reason);
            rule.tier == tier && matches!(limit, Limit::Stands | Limit::Means(_)) && self.asks(rule)
        })?;
        let reason = match self.limit(rule.reason) {
            Limit::Means(other) => other,
            Limit::Stands | Limit::PassedOver | Limit::OfSender => rule.reason,
        };
        Some(Verdict {
            reason: of_whom(reason, self.facts),
            basis: Some(rule.basis),
            rule: Some(RuleId::BuiltIn(index)),
        })
    }

    /// By the whole text, unless the first sentence of a reply puts the failure on another side: it says why, and the
    /// others what to do about it.
    fn by_clear_words(&self) -> Option<Verdict> {
        let of_all = self.by_text(&self.all, Tier::Clear);
        let first = self.first.as_ref().filter(|_| self.answered);
        let of_first = first.and_then(|first| self.by_text(first, Tier::Clear));
        let side = of_all.map(|all| all.reason.blame());
        let is_other = |first: &Verdict| Some(first.reason.blame()) != side;
        let of_first = of_first
            .filter(|first| is_specific(*first))
            .filter(is_other);
        of_first.or(of_all)
    }

    fn by_code(&self, reason: Reason, basis: Basis) -> Option<Verdict> {
        let reason = match self.limit(reason) {
            Limit::Stands => reason,
            Limit::Means(other) => other,
            Limit::PassedOver | Limit::OfSender => return None,
        };
        Some(Verdict {
            reason,
            basis: Some(basis),
            rule: None,
        })
    }

    /// The first enhanced code that says something: the remote side's own, else the MTA's.
    fn by_status(&self, of: fn(EnhancedStatus) -> Option<Reason>) -> Option<Verdict> {
        let reason = self.facts.reply_status.and_then(of);
        let reason = reason.or_else(|| self.facts.status.and_then(of))?;
        self.by_code(reason, Basis::EnhancedCode)
    }

    /// Words or codes about an address or a host, in an answer that can only mean the sender's.
    fn of_sender(&self) -> Option<Verdict> {
        let reason = Reason::Reputation;
        let by_rule = |(index, rule): (u16, &Rule)| Verdict {
            reason,
            basis: Some(rule.basis),
            rule: Some(RuleId::BuiltIn(index)),
        };
        let words = self.all.hits.first(|rule| {
            let limit = self.limit_of_words(&self.all, rule.reason);
            rule.tier != Tier::Own && limit == Limit::OfSender && self.asks(rule)
        });
        if let Some(words) = words {
            let of_sender = self.all.of_sender.filter(|_| self.is_answer());
            return Some(by_rule(of_sender.unwrap_or(words)));
        }
        let status = self.facts.reply_status.or(self.facts.status);
        let by_status = status.and_then(codes::of_status);
        by_status
            .filter(|reason| self.limit(*reason) == Limit::OfSender)
            .map(|_| Verdict {
                reason,
                basis: Some(Basis::EnhancedCode),
                rule: None,
            })
    }

    fn passed_over(&self) -> Vec<PassedOver> {
        let stands = |rule: &Rule| self.limit_of_words(&self.all, rule.reason) == Limit::Stands;
        let all = self.all.hits.all().into_iter();
        let limited = all.filter(|(_, rule)| self.asks(rule) && !stands(rule));
        let rules = limited.map(|(index, rule)| PassedOver {
            rule: Some(RuleId::BuiltIn(index)),
            reason: rule.reason,
        });
        let status = self.facts.reply_status.or(self.facts.status);
        let code = status.and_then(codes::of_status);
        let code = code.filter(|reason| self.limit(*reason) != Limit::Stands);
        let code = code.map(|reason| PassedOver { rule: None, reason });
        rules.chain(code).collect()
    }
}

const fn blames_recipient(reason: Reason) -> bool {
    matches!(reason.blame(), Blame::Recipient | Blame::RecipientDomain)
}

/// A first sentence that names a policy or a fault (`Transaction failed.`, `Connection refused.`) leaves it to the others
/// to say which.
fn is_specific(verdict: Verdict) -> bool {
    !matches!(
        verdict.reason,
        Reason::Policy | Reason::ServerError | Reason::Unreachable | Reason::ConnectionLost
    )
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
