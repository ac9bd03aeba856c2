//! The user's own rules, which come before the built-in ones.
//!
//! ```toml
//! [[rule]]
//! pattern = "(?i)too many messages from your network"
//! reason = "RateLimited"
//! ```

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::Context;
use mailgap_core::reason::{Classifier, Reason, UserRule};
use regex::bytes::Regex;
use serde::Deserialize;
use toml::Spanned;

use crate::exit::{Failure, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    pattern: Spanned<String>,
    reason: Spanned<String>,
}

/// A classifier with the rules of that file.
pub(crate) fn read(path: &Path) -> Result<Classifier> {
    let text =
        fs::read_to_string(path).with_context(|| format!("--rules: reading {}", path.display()))?;
    let name = path.display().to_string();
    let rules = parse(&text, &name)?;
    // Each rule is sound by now: what can fail is all of them together.
    Classifier::with_rules(rules).map_err(|error| Failure::new(format!("{name}: {error}")))
}

fn parse(text: &str, name: &str) -> Result<Vec<UserRule>> {
    let at = |span: Option<Range<usize>>| match span {
        Some(span) => format!("{name}:{}", line_of(text, span.start)),
        None => name.to_owned(),
    };
    let file: RuleFile = toml::from_str(text).map_err(|error| {
        Failure::with_hint(
            format!("{}: {}", at(error.span()), error.message().replace('\n', ", ")),
            "a rule is [[rule]], then pattern = \"regular expression\" and reason = \"RateLimited\"",
        )
    })?;
    let mut rules = Vec::with_capacity(file.rule.len());
    for rule in file.rule {
        let pattern = Regex::new(rule.pattern.get_ref()).map_err(|error| {
            // The regex crate draws a picture of several lines; its last line says what is wrong.
            let error = error.to_string();
            let why = error.lines().last().unwrap_or_default();
            let why = why.strip_prefix("error: ").unwrap_or(why);
            Failure::new(format!(
                "{}: pattern is no regular expression: {why}",
                at(Some(rule.pattern.span()))
            ))
        })?;
        let reason = Reason::from_name(rule.reason.get_ref()).ok_or_else(|| {
            Failure::with_hint(
                format!(
                    "{}: unknown reason {:?}",
                    at(Some(rule.reason.span())),
                    rule.reason.get_ref()
                ),
                format!("reasons are {}", Reason::ALL.map(Reason::as_str).join(", ")),
            )
        })?;
        rules.push(UserRule { pattern, reason });
    }
    Ok(rules)
}

pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|&byte| byte == b'\n')
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_in_their_order() {
        let text = "[[rule]]\npattern = 'too (many|fast)'\nreason = 'RateLimited'\n\
                    [[rule]]\npattern = 'gone'\nreason = 'MailboxDisabled'\n";
        let rules = parse(text, "rules.toml").unwrap();
        let reasons: Vec<_> = rules.iter().map(|rule| rule.reason).collect();
        assert_eq!(reasons, [Reason::RateLimited, Reason::MailboxDisabled]);
    }

    #[test]
    fn errors_name_the_line() {
        let cases = [
            (
                "[[rule]]\npattern = 'x'\nreason = 'ratelimited'\n",
                "rules.toml:3: unknown reason \"ratelimited\"",
            ),
            (
                "[[rule]]\npattern = 'x('\nreason = 'RateLimited'\n",
                "rules.toml:2: pattern is no regular expression: unclosed group",
            ),
            (
                "[[rule]]\nreason = 'RateLimited'\n",
                "rules.toml:1: missing field `pattern`",
            ),
            (
                "[[rule]]\npattern = 'x'\nreasons = 'RateLimited'\n",
                "rules.toml:3: unknown field `reasons`, expected `pattern` or `reason`",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(parse(text, "rules.toml").unwrap_err().message(), message);
        }
    }
}
