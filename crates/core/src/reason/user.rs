//! The user's own rules, which are asked before the built-in ones.
//!
//! `[[rule]] pattern = "quota of the day" reason = "RateLimited"`: reading the file is the command's job.

use std::fmt;

use regex::bytes::{Regex, RegexSet};

use super::Reason;

/// One rule of the user's: a pattern on the whole diagnostic text, and the reason it stands for.
#[derive(Debug, Clone)]
pub struct UserRule {
    /// What must stand somewhere in the diagnostic text.
    pub pattern: Regex,
    /// The reason then.
    pub reason: Reason,
}

impl UserRule {
    /// Reads a rule as it is written in a file; `number` counts from 1 and is for the error.
    ///
    /// # Errors
    /// When the pattern is no regular expression, or no reason has that name.
    ///
    /// ```
    /// use mailgap_core::reason::UserRule;
    ///
    /// let error = UserRule::parse(2, "full", "MailBoxFul").unwrap_err();
    /// assert_eq!(error.to_string(), r#"rule 2: no reason is called "MailBoxFul"; did you mean MailboxFull?"#);
    /// ```
    pub fn parse(number: usize, pattern: &str, reason: &str) -> Result<UserRule, RuleError> {
        let reason = Reason::from_name(reason).ok_or_else(|| RuleError {
            number,
            what: unknown_reason(reason),
        })?;
        let pattern = Regex::new(pattern).map_err(|error| RuleError {
            number,
            what: format!("the pattern is no regular expression: {error}"),
        })?;
        Ok(UserRule { pattern, reason })
    }
}

/// What is wrong with a rule of the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    number: usize,
    what: String,
}

impl RuleError {
    /// The number of the rule in its file, from 1; 0 when it is no single one.
    pub fn number(&self) -> usize {
        self.number
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            0 => write!(f, "rules: {}", self.what),
            number => write!(f, "rule {number}: {}", self.what),
        }
    }
}

impl std::error::Error for RuleError {}

/// The rules, compiled together so that a text that fits none is dismissed in one pass.
#[derive(Debug, Clone, Default)]
pub(super) struct UserRules {
    set: Option<RegexSet>,
    rules: Vec<UserRule>,
}

impl UserRules {
    pub(super) fn new(rules: Vec<UserRule>) -> Result<UserRules, RuleError> {
        if rules.is_empty() {
            return Ok(UserRules::default());
        }
        if u16::try_from(rules.len()).is_err() {
            return Err(RuleError {
                number: 0,
                what: format!("at most {} are possible, found {}", u16::MAX, rules.len()),
            });
        }
        let set =
            RegexSet::new(rules.iter().map(|rule| rule.pattern.as_str())).map_err(|error| {
                RuleError {
                    number: 0,
                    what: format!("too large together: {error}"),
                }
            })?;
        Ok(UserRules {
            set: Some(set),
            rules,
        })
    }

    /// The rule at that place.
    pub(super) fn get(&self, index: u16) -> Option<&UserRule> {
        self.rules.get(usize::from(index))
    }

    /// The first rule that matches, with its place from 0.
    pub(super) fn first(&self, text: &[u8]) -> Option<(u16, Reason)> {
        if !self.set.as_ref()?.is_match(text) {
            return None;
        }
        (0u16..)
            .zip(&self.rules)
            .find(|(_, rule)| rule.pattern.is_match(text))
            .map(|(index, rule)| (index, rule.reason))
    }
}

fn unknown_reason(name: &str) -> String {
    let mut near: Vec<(usize, &str)> = Reason::ALL
        .iter()
        .map(|reason| (distance(name, reason.as_str()), reason.as_str()))
        .collect();
    near.sort_unstable();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    if best <= 4 {
        let names: Vec<&str> = near
            .iter()
            .take_while(|(distance, _)| *distance == best)
            .map(|(_, name)| *name)
            .collect();
        format!(
            "no reason is called {name:?}; did you mean {}?",
            names.join(" or ")
        )
    } else {
        let names: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        format!(
            "no reason is called {name:?}; the reasons are {}",
            names.join(", ")
        )
    }
}

/// How many letters must be changed, added or taken away, whatever the case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().enumerate() {
        let mut next = vec![i + 1];
        for ((&y, &above), &diagonal) in b.iter().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(x != y)).min(above.min(left) + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_rule_and_what_is_wrong() {
        let error = |pattern: &str, reason: &str| {
            UserRule::parse(3, pattern, reason).unwrap_err().to_string()
        };
        assert_eq!(
            error("x", "ratelimited"),
            "rule 3: no reason is called \"ratelimited\"; did you mean RateLimited?"
        );
        assert!(error("x", "bananas and cream").contains("the reasons are ConnectionLost, "));
        assert!(error("(", "Policy").starts_with("rule 3: the pattern is no regular expression: "));
    }

    #[test]
    fn first_rule_in_file_order_wins() {
        let rules = UserRules::new(vec![
            UserRule::parse(1, "b+", "Policy").unwrap(),
            UserRule::parse(2, "a", "MailboxFull").unwrap(),
        ])
        .unwrap();
        assert_eq!(rules.first(b"ab"), Some((0, Reason::Policy)));
        assert_eq!(rules.first(b"\xffa"), Some((1, Reason::MailboxFull)));
        assert_eq!(rules.first(b"c"), None);
    }
}
