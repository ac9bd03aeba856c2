//! What operators said, and when: the file of `--announcements`.
//!
//! ```csv
//! time,source,text
//! 2023-01-26 14:40,press,"Stiamo progressivamente riattivando le caselle di posta."
//! 2023-01-27T10:00:00+01:00,social network,The problem is solved.
//! ```
//!
//! CSV (RFC 4180) in UTF-8. The columns stand in this order or as the first row names them. Two more may follow:
//! `claim` (`recovery`, `partial_recovery`, `problem`, `other`; empty is a guess from the text, see [`claim`]) and
//! `domain`, the destination spoken of (a leading dot takes subdomains along; empty is whatever failed at that time).
//! Lines that begin with `#` are left out.

mod claim;
mod phrases;

use std::fs;
use std::path::Path;

use anyhow::Context;
use chrono_tz::Tz;
use csv::{ReaderBuilder, StringRecord, Trim};
use mailgap_core::time::Timestamp;

use crate::exit::{Failure, Result};
use crate::words::parse_time;
pub(crate) use claim::Claim;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) time: Timestamp,
    pub(crate) source: String,
    pub(crate) text: String,
    pub(crate) claim: Claim,
    /// The claim is guessed from the text.
    pub(crate) guessed: bool,
    /// Of which destination, where that is said.
    pub(crate) domain: Option<String>,
}

const COLUMNS: [&str; 5] = ["time", "source", "text", "claim", "domain"];
/// How many of them must be there.
const NEEDED: usize = 3;
const HINT: &str = "a line is: time,source,text (then claim,domain if you like); a text with a comma stands in \
                    \"quotes\"";

/// The statements of that file, in order of time; those without a zone by the clocks of `zone`.
pub(crate) fn read(path: &Path, zone: Tz) -> Result<Vec<Said>> {
    let bytes =
        fs::read(path).with_context(|| format!("--announcements: reading {}", path.display()))?;
    parse(&bytes, &path.display().to_string(), zone)
}

fn parse(bytes: &[u8], name: &str, zone: Tz) -> Result<Vec<Said>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(bytes);
    let mut columns: Option<Vec<usize>> = None;
    let mut all = Vec::new();
    let mut record = StringRecord::new();
    loop {
        let line = line_at(bytes, reader.position().byte());
        let at = |what: String| Failure::with_hint(format!("{name}:{line}: {what}"), HINT);
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => return Err(at("the text is not UTF-8".to_owned())),
        }
        let Some(columns) = &columns else {
            let is_head = record.iter().any(|cell| cell.eq_ignore_ascii_case("time"));
            columns = Some(if is_head {
                head(&record).map_err(at)?
            } else {
                all.push(said(&record, &[0, 1, 2, 3, 4], zone).map_err(at)?);
                vec![0, 1, 2, 3, 4]
            });
            continue;
        };
        all.push(said(&record, columns, zone).map_err(at)?);
    }
    all.sort_by_key(|said: &Said| said.time);
    Ok(all)
}

/// The number of the line at or after that byte on which a record begins: the reader counts what it leaves out to the
/// record that follows.
fn line_at(bytes: &[u8], from: u64) -> usize {
    let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
    let (before, after) = bytes.split_at(from);
    let left_out = after
        .split(|&byte| byte == b'\n')
        .take_while(|line| matches!(line, [] | [b'\r'] | [b'#', ..]))
        .count();
    before.split(|&byte| byte == b'\n').count() + left_out
}

/// The places in [`COLUMNS`] of the columns that the first row names.
fn head(record: &StringRecord) -> std::result::Result<Vec<usize>, String> {
    let mut places = Vec::new();
    for cell in record {
        let known = COLUMNS
            .iter()
            .position(|name| name.eq_ignore_ascii_case(cell));
        let Some(place) = known else {
            return Err(format!(
                "unknown column {cell:?}, expected {}",
                COLUMNS.join(", ")
            ));
        };
        if places.contains(&place) {
            return Err(format!("column {cell:?} stands there twice"));
        }
        places.push(place);
    }
    match (0..NEEDED).find(|place| !places.contains(place)) {
        Some(missing) => Err(format!("no column {:?}", COLUMNS[missing])),
        None => Ok(places),
    }
}

fn said(record: &StringRecord, columns: &[usize], zone: Tz) -> std::result::Result<Said, String> {
    let expected = columns.len();
    if record.len() > expected {
        let found = record.len();
        return Err(format!("expected {expected} columns, found {found}"));
    }
    let mut cells = [""; COLUMNS.len()];
    for (cell, &place) in record.iter().zip(columns) {
        cells[place] = cell;
    }
    let [time, source, text, claim, domain] = cells;
    let at = parse_time::instant(time, zone).ok_or_else(|| {
        format!("expected a time as 2023-01-26 14:40 or 2023-01-26T14:40:00+01:00, found {time:?}")
    })?;
    if text.is_empty() {
        return Err("no text".to_owned());
    }
    if domain.contains(['@', '*', ' ']) {
        return Err(format!("expected a domain, found {domain:?}"));
    }
    let given = Claim::ALL.into_iter();
    let mut given = given.filter(|known| known.as_str().eq_ignore_ascii_case(claim));
    let claim = match (claim, given.next()) {
        ("", _) => None,
        (_, Some(claim)) => Some(claim),
        (_, None) => {
            let known = Claim::ALL.map(Claim::as_str).join(", ");
            return Err(format!("expected a claim ({known}), found {claim:?}"));
        }
    };
    Ok(Said {
        time: at,
        source: source.to_owned(),
        text: text.to_owned(),
        claim: claim.unwrap_or_else(|| claim::read(text)),
        guessed: claim.is_none(),
        domain: (!domain.is_empty()).then(|| domain.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<Said>> {
        parse(text.as_bytes(), "said.csv", Tz::Europe__Rome)
    }

    #[test]
    fn statements_are_read_with_and_without_a_head() {
        let texts = [
            "2023-01-26 14:40,press,\"Solved, they say\"\n2023-01-24T09:00:00Z,web,We are investigating\n",
            "# a comment\n\ntime,source,text\r\n2023-01-26 14:40,press,\"Solved, they say\"\r\n2023-01-24T09:00:00Z,web,We are investigating",
            "\u{feff}Text,Time,Source\nWe are investigating,2023-01-24 10:00,web\n\"Solved, they say\",2023-01-26T14:40,press\n",
        ];
        for text in texts {
            let all = of(text).unwrap();
            let told: Vec<String> = all
                .iter()
                .map(|it| {
                    format!(
                        "{} {} {} {}",
                        it.time,
                        it.source,
                        it.text,
                        it.claim.as_str()
                    )
                })
                .collect();
            assert_eq!(
                told,
                [
                    "2023-01-24T09:00:00.000Z web We are investigating problem",
                    "2023-01-26T13:40:00.000Z press Solved, they say recovery",
                ]
            );
            assert!(all.iter().all(|it| it.guessed && it.domain.is_none()));
        }
        assert!(of("").unwrap().is_empty());
        assert!(of("time,source,text\n").unwrap().is_empty());
    }

    #[test]
    fn what_the_file_says_of_a_claim_goes_before_a_guess() {
        let all = of("time,source,text,claim,domain\n\
                      2023-01-26 14:40,press,Solved,problem,libero.it\n\
                      2023-01-27 14:40,press,Solved,,\n\
                      2023-01-28 14:40,press,Solved\n")
        .unwrap();
        let told: Vec<_> = all
            .iter()
            .map(|it| (it.claim.as_str(), it.guessed, it.domain.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("problem", false, Some("libero.it")),
                ("recovery", true, None),
                ("recovery", true, None)
            ]
        );
    }

    #[test]
    fn errors_name_the_line() {
        let cases = [
            (
                "26 Jan,press,x\n",
                "said.csv:1: expected a time as 2023-01-26 14:40 or 2023-01-26T14:40:00+01:00, found \"26 Jan\"",
            ),
            (
                "time,source,text\n\n# x\n2023-01-26,press,x\n",
                "said.csv:4: expected a time as 2023-01-26 14:40 or 2023-01-26T14:40:00+01:00, found \"2023-01-26\"",
            ),
            (
                "time,source,text\n2023-01-26 14:40,press,Solved, they say\n",
                "said.csv:2: expected 3 columns, found 4",
            ),
            (
                "time,source,text\n2023-01-26 14:40,press\n",
                "said.csv:2: no text",
            ),
            (
                "time,source,words\n",
                "said.csv:1: unknown column \"words\", expected time, source, text, claim, domain",
            ),
            ("time,text\n", "said.csv:1: no column \"source\""),
            (
                "time,text,time\n",
                "said.csv:1: column \"time\" stands there twice",
            ),
            (
                "time;source;text\n",
                "said.csv:1: expected a time as 2023-01-26 14:40 or 2023-01-26T14:40:00+01:00, found \"time;source;text\"",
            ),
            (
                "2023-01-26 14:40,a,\"two\nlines\"\n2023-01-26 14:40,a,b,solved\n",
                "said.csv:3: expected a claim (recovery, partial_recovery, problem, other), found \"solved\"",
            ),
            (
                "2023-01-26 14:40,a,b,,me@libero.it\n",
                "said.csv:1: expected a domain, found \"me@libero.it\"",
            ),
        ];
        assert_eq!(cases.len(), 10);
        for (text, message) in cases {
            let failure = of(text).unwrap_err();
            assert_eq!(failure.message(), message);
            assert_eq!(failure.hint(), Some(HINT));
        }
        let latin = parse(
            b"2023-01-26 14:40,a,b\n2023-01-26 14:40,a,gel\xf6st\n",
            "said.csv",
            Tz::UTC,
        );
        assert_eq!(
            latin.unwrap_err().message(),
            "said.csv:2: the text is not UTF-8"
        );
    }
}
