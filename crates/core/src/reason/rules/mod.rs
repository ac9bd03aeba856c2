//! The built-in text rules, as data.
//!
//! `rule(Greylisted, "greylist | graylist", "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted")`
//!
//! A rule has phrases, a reason, and one reply that it was made for. In the phrases `|` parts alternatives. Within an
//! alternative `&` joins phrases that must all stand in the text, ` / ` parts phrases of which one must, `!` before a
//! phrase means that it may not stand there, and `^` that it begins a word. Phrases are compared in the folded form of
//! [`super::fold`]: no case, no accents, no brackets, no apostrophes, no codes, addresses as `@`, and a phrase that is a
//! host name finds only host names.
//!
//! Of the rules that fit and that the subject of the answer does not rule out ([`super::limits`]) the first decides, so
//! the order is part of the data: first the sender's side, whose words (`blocked`, `reputation`) seldom stand in other
//! refusals, the words that all servers use for everything at the end.
//!
//! A rule that blames a recipient needs words that say that the mailbox does not exist, is disabled or full: a noun for
//! it (`mailbox / account / user & suspend`) beside words that others are refused with, too. Beside words for the sender
//! ([`Tier::Sender`]) it is passed over.
//!
//! The replies are facts gathered from logs, bounces and the operators' own lists of error messages.

mod message;
mod own;
mod recipient;
mod sender;
mod system;
mod vague;

use super::{Basis, Reason};

/// Whose words a rule is made for, and when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    /// The sending MTA's own words, when no remote side answered.
    Own,
    /// The remote side's words, before any code.
    Clear,
    /// Words that say little: after the enhanced codes.
    Vague,
    /// Words for the sender, its host or its domain: beside them nothing is said of a recipient.
    Sender,
}

/// Which replies a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Any.
    Always,
    /// 4xx, or no code.
    Temporary,
    /// 5xx, or no code.
    Permanent,
}

impl When {
    /// Whether a reply of that class (4 or 5) is meant.
    pub(super) fn includes(self, class: Option<u8>) -> bool {
        match self {
            When::Always => true,
            When::Temporary => class != Some(5),
            When::Permanent => class != Some(4),
        }
    }
}

/// One rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) reason: Reason,
    pub(super) basis: Basis,
    pub(super) tier: Tier,
    pub(super) when: When,
    pub(super) phrases: &'static str,
    pub(super) sample: &'static str,
}

impl Rule {
    const fn temporary(mut self) -> Rule {
        self.when = When::Temporary;
        self
    }

    const fn permanent(mut self) -> Rule {
        self.when = When::Permanent;
        self
    }
}

const fn rule(reason: Reason, phrases: &'static str, sample: &'static str) -> Rule {
    Rule {
        reason,
        basis: Basis::Text,
        tier: Tier::Clear,
        when: When::Always,
        phrases,
        sample,
    }
}

const fn vague(reason: Reason, phrases: &'static str, sample: &'static str) -> Rule {
    Rule {
        tier: Tier::Vague,
        ..rule(reason, phrases, sample)
    }
}

const fn of_sender(phrases: &'static str, sample: &'static str) -> Rule {
    Rule {
        tier: Tier::Sender,
        ..rule(Reason::Reputation, phrases, sample)
    }
}

const fn own(basis: Basis, reason: Reason, phrases: &'static str, sample: &'static str) -> Rule {
    Rule {
        basis,
        tier: Tier::Own,
        ..rule(reason, phrases, sample)
    }
}

/// Every rule, in the order in which they are asked.
pub(super) const RULES: &[&[Rule]] = &[
    own::RULES,
    sender::RULES,
    message::RULES,
    recipient::RULES,
    system::RULES,
    vague::RULES,
];
