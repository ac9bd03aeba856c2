use super::*;
use crate::reason::rules::{RULES, Rule};

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
    assert_eq!(rules.len(), 96);
}
