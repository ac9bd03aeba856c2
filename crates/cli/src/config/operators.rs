//! The user's own operators: domains that belong together.
//!
//! ```toml
//! [operator]
//! "Italiaonline" = ["libero.it", "virgilio.it"]
//! ```

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use anyhow::Context;
use mailgap_core::operator::Operators;
use serde::Deserialize;
use toml::Spanned;

use crate::config::rules::line_of;
use crate::exit::{Failure, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorFile {
    #[serde(default)]
    operator: BTreeMap<String, Vec<Spanned<String>>>,
}

/// The operators of that file.
pub(crate) fn read(path: &Path) -> Result<Operators> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("--operators: reading {}", path.display()))?;
    parse(&text, &path.display().to_string())
}

fn parse(text: &str, name: &str) -> Result<Operators> {
    let at = |place: usize| format!("{name}:{}", line_of(text, place));
    let file: OperatorFile = toml::from_str(text).map_err(|error| {
        let place = error
            .span()
            .map_or_else(|| name.to_owned(), |span| at(span.start));
        Failure::with_hint(
            format!("{place}: {}", error.message().replace('\n', ", ")),
            "below [operator], a line for each: \"Italiaonline\" = [\"libero.it\", \"virgilio.it\"]",
        )
    })?;
    let mut operators = Operators::new();
    let mut known: HashMap<String, String> = HashMap::new();
    for (operator, domains) in file.operator {
        for domain in domains {
            let place = at(domain.span().start);
            let domain = domain.into_inner();
            if domain.trim_matches('.').is_empty() || domain.contains(['@', '*']) {
                return Err(Failure::with_hint(
                    format!("{place}: expected a domain, found {domain:?}"),
                    "a leading dot takes subdomains along: \".example.com\"",
                ));
            }
            if let Some(other) = known.insert(domain.to_lowercase(), operator.clone()) {
                return Err(Failure::new(format!(
                    "{place}: {domain} belongs to {other:?} already"
                )));
            }
            operators.lay(&domain, &operator);
        }
    }
    Ok(operators)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_laid_to_operators() {
        let text = "[operator]\n\"Italiaonline\" = [\"libero.it\", \".Virgilio.IT\"]\n";
        let operators = parse(text, "operators.toml").unwrap();
        let cases = [
            ("libero.it", true),
            ("LIBERO.it", true),
            ("a.libero.it", false),
            ("virgilio.it", true),
            ("a.virgilio.it", true),
            ("avirgilio.it", false),
        ];
        for (domain, is_laid) in cases {
            let said = operators
                .said_of(domain.as_bytes())
                .map(ToString::to_string);
            let expected = is_laid.then(|| "Italiaonline".to_owned());
            assert_eq!(said, expected, "{domain}");
        }
    }

    #[test]
    fn errors_name_the_line() {
        let cases = [
            (
                "[operator]\n\"A\" = [\"a.example\"]\n\"B\" = [\"b.example\", \"A.example\"]\n",
                "operators.toml:3: A.example belongs to \"A\" already",
            ),
            (
                "[operator]\n\"A\" = [\"me@a.example\"]\n",
                "operators.toml:2: expected a domain, found \"me@a.example\"",
            ),
            (
                "[operators]\n",
                "operators.toml:1: unknown field `operators`, expected `operator`",
            ),
        ];
        assert_eq!(cases.len(), 3);
        for (text, message) in cases {
            let error = parse(text, "operators.toml").err().unwrap();
            assert_eq!(error.message(), message);
        }
    }
}
