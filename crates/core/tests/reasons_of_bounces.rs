//! The blame of the labelled bounces of the shared corpus: runs only when `MAILGAP_SHARED` names it.

#![expect(
    clippy::disallowed_methods,
    reason = "a test may look where the shared corpora are"
)]

use std::fmt::Write as _;
use std::path::PathBuf;

use mailgap_core::reason::{Blame, Classifier, Facts};
use mailgap_core::reply::{EnhancedStatus, ReplyCode};
use serde_json::Value;

/// The blame of one recipient group by its Diagnostic-Code and Status fields.
fn blame(group: &Value) -> (Blame, String) {
    let field = |name: &str| group[name].as_str().unwrap_or_default();
    let diagnostic = field("diagnostic-code");
    let text = diagnostic
        .split_once(';')
        .map_or(diagnostic, |(_, text)| text)
        .trim();
    let comment = field("status")
        .split_once('(')
        .map_or("", |(_, comment)| comment.trim_end_matches(')'));
    let text = if text.is_empty() { comment } else { text };
    let reply = text.split_once(" said: ").map_or(text, |(_, reply)| reply);
    let code = ReplyCode::parse_prefix(reply.as_bytes());
    let reply_status = code
        .and_then(|(_, rest)| EnhancedStatus::parse_prefix(rest.get(1..)?))
        .map(|(status, _)| status);
    let facts = Facts {
        reply_code: code.map(|(code, _)| code),
        reply_status,
        status: EnhancedStatus::parse_prefix(field("status").as_bytes()).map(|(status, _)| status),
        reply: if code.is_some() {
            reply.as_bytes()
        } else {
            b""
        },
        text: text.as_bytes(),
        ..Facts::default()
    };
    let verdict = Classifier::default().judge(&facts);
    (
        verdict.reason.blame(),
        format!(
            "{} {:?} {:?} {:?} <- {} | {}",
            verdict.reason.as_str(),
            verdict.basis,
            verdict.rule,
            facts.stage,
            field("status"),
            text.chars().take(200).collect::<String>()
        ),
    )
}

#[test]
fn blame_agrees_with_the_labels() {
    let Some(shared) = std::env::var_os("MAILGAP_SHARED") else {
        return;
    };
    let oracle =
        std::fs::read_to_string(PathBuf::from(shared).join("corpus/dsn/oracle.jsonl")).unwrap();
    let (mut cases, mut right, mut swapped) = (0, 0, 0);
    let mut misses = String::new();
    for line in oracle.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let groups = message["recipients"].as_array().unwrap();
        let Some(labels) = message["blames"].as_array() else {
            continue;
        };
        if groups.is_empty() {
            continue;
        }
        cases += 1;
        let got: Vec<(Blame, String)> = groups.iter().map(blame).collect();
        let labelled = |name: &str| labels.iter().any(|label| label == name);
        if got.iter().any(|(blame, _)| labelled(blame.as_str())) {
            right += 1;
        } else {
            let (labels, file) = (&message["labels"], &message["file"]);
            let _ = writeln!(misses, "{labels} {file} {}", got[0].1);
        }
        let all = |wanted: Blame| got.iter().all(|(blame, _)| *blame == wanted);
        if (labelled("receiver") && all(Blame::Recipient))
            || (labelled("recipient") && all(Blame::Receiver))
        {
            swapped += 1;
        }
    }
    let figures = format!("{right} of {cases} right, {swapped} swapped\n{misses}");
    assert_eq!(cases, 165, "{figures}");
    assert!(right * 100 >= cases * 90, "{figures}");
    assert!(swapped * 100 <= cases * 3, "{figures}");
}
