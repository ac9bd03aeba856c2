//! Lines of every release and style, each with the class that it must be read as.

#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use common::read;
use mailgap_core::envelope::Scratch;
use mailgap_core::event::{Line, Outcome};
use mailgap_core::line::LineParser;
use mailgap_core::stamp::StampContext;
use mailgap_core::time::Timestamp;

/// The word of the table for what a line was read as: `other` is no outcome of a recipient.
fn class(line: &Line<'_>) -> &'static str {
    match line {
        Line::Delivery(event) => match event.outcome {
            Outcome::Delivered | Outcome::Relayed => "sent",
            outcome => outcome.as_str(),
        },
        Line::Queue(fact) => match fact.fact {
            mailgap_core::event::Fact::Expired { .. } => "expired",
            _ => "other",
        },
        Line::Foreign | Line::Unknown(_) => "other",
        Line::Malformed(_) => "malformed",
    }
}

/// Every row of a table of id, line, expected class and why; gives the number of rows.
fn check(table: &str, expected_of: impl Fn(&str, &str) -> String) -> usize {
    let table = String::from_utf8(read(table)).unwrap();
    let (mut cases, mut wrong) = (0, Vec::new());
    for row in table.lines() {
        let [id, line, expected, why] = row.splitn(4, '\t').collect::<Vec<_>>()[..] else {
            panic!("expected four columns: {row}");
        };
        let expected = expected_of(id, expected);
        let mut parser = LineParser::new(StampContext {
            zone: chrono_tz::Europe::Rome,
            year: Some(2023),
            reference: Timestamp::from_seconds(1_700_000_000),
        });
        let found = class(&parser.parse(line.as_bytes(), &mut Scratch::default()));
        if found != expected {
            wrong.push(format!("{id}: read as {found}, not {expected} ({why})"));
        }
        cases += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    cases
}

#[test]
fn postfix_lines_of_the_conformance_table() {
    assert_eq!(
        check("postfix/conformance.tsv", |_, expected| expected.into()),
        68
    );
}

#[test]
fn exim_lines_of_the_conformance_table() {
    let expected = |id: &str, expected: &str| match (id, expected) {
        // A dry run (-N) is a probe by the table of outcomes.
        ("supp", _) => "probe".into(),
        // Facts about a message, no outcome of a recipient.
        (_, "arrival" | "done" | "frozen") => "other".into(),
        (_, expected) => expected.into(),
    };
    assert_eq!(check("exim/conformance.tsv", expected), 58);
}
