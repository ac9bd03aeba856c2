//! Reads what operators announced, and when: the file of `--announcements`.
//!
//! ```csv
//! time,source,text,claim
//! 2023-01-26 14:40,press,"Stiamo riattivando le caselle, una a una.",partial_recovery
//! 2023-01-27T10:00:00+01:00,social network,The problem is solved.,recovery
//! ```
//!
//! The file is CSV (RFC 4180) in UTF-8. The columns stand in this order, or the first row names
//! them. `claim` and `domain` may be absent or empty: `claim` says what the text claims (see
//! [`Claim`]), `domain` names the destination that it is about, with its subdomains where a dot
//! precedes it. An announcement without a domain is about whatever failed at that time; one without
//! a claim is shown, but nothing is measured against it. Lines that begin with `#` are comments.

use std::fs;
use std::path::Path;

use anyhow::Context;
use chrono_tz::Tz;
use csv::{ReaderBuilder, StringRecord, Trim};
use mailgap_core::time::Timestamp;
use serde::{Serialize, Serializer};

use crate::exit::{Failure, Result};
use crate::words::parse_time;

/// What an operator announced at one time: a row of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Announcement {
    #[serde(serialize_with = "in_utc")]
    pub(crate) time: Timestamp,
    pub(crate) source: String,
    pub(crate) text: String,
    pub(crate) claim: Option<Claim>,
    /// The destination that the announcement is about, as the file has it.
    pub(crate) domain: Option<String>,
}

/// What an announcement claims about the mail service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It works again.
    Recovery,
    /// It works again in part, for some, or begins to.
    PartialRecovery,
    /// Something is wrong, or not repaired yet.
    Problem,
}

impl Claim {
    const ALL: [Claim; 3] = [Claim::Recovery, Claim::PartialRecovery, Claim::Problem];

    /// The word for it in the file, in JSON and in CSV.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Claim::Recovery => "recovery",
            Claim::PartialRecovery => "partial_recovery",
            Claim::Problem => "problem",
        }
    }

    /// True where the claim says that mail is accepted again, even if only in part.
    pub(crate) const fn is_of_recovery(self) -> bool {
        matches!(self, Claim::Recovery | Claim::PartialRecovery)
    }
}

impl Serialize for Claim {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn in_utc<S: Serializer>(time: &Timestamp, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

const COLUMNS: [&str; 5] = ["time", "source", "text", "claim", "domain"];
/// How many of [`COLUMNS`], from the first on, a file must have.
const NEEDED: usize = 3;
const HINT: &str = "a line is: time,source,text (then claim,domain if you like); a text with a comma stands in \
                    \"quotes\"";

/// The announcements of the file at `path`, in order of time. Times that name no zone are those of
/// `zone`.
pub(crate) fn read(path: &Path, zone: Tz) -> Result<Vec<Announcement>> {
    let bytes =
        fs::read(path).with_context(|| format!("--announcements: reading {}", path.display()))?;
    parse(&bytes, &path.display().to_string(), zone)
}

fn parse(bytes: &[u8], name: &str, zone: Tz) -> Result<Vec<Announcement>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(bytes);
    let mut columns: Option<Vec<usize>> = None;
    let mut announcements = Vec::new();
    let mut record = StringRecord::new();
    loop {
        let line = line_at(bytes, reader.position().byte());
        let at = |what: String| Failure::with_hint(format!("{name}:{line}: {what}"), HINT);
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => return Err(at("the text is not UTF-8".to_owned())),
        }
        if columns.is_none() && record.iter().any(|cell| cell.eq_ignore_ascii_case("time")) {
            columns = Some(columns_of(&record).map_err(at)?);
            continue;
        }
        let columns = columns.get_or_insert_with(|| (0..COLUMNS.len()).collect());
        announcements.push(announcement(&record, columns, zone).map_err(at)?);
    }
    announcements.sort_by_key(|announcement: &Announcement| announcement.time);
    Ok(announcements)
}

/// The number of the line on which the record begins that the reader meets at or after the byte
/// `from`: the reader counts empty lines and comments as part of the record that follows them.
fn line_at(bytes: &[u8], from: u64) -> usize {
    let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
    let (before, after) = bytes.split_at(from);
    let left_out = after
        .split(|&byte| byte == b'\n')
        .take_while(|line| matches!(line, [] | [b'\r'] | [b'#', ..]))
        .count();
    before.split(|&byte| byte == b'\n').count() + left_out
}

/// For each cell of the first row, which of [`COLUMNS`] it names.
fn columns_of(first_row: &StringRecord) -> std::result::Result<Vec<usize>, String> {
    let mut columns = Vec::new();
    for cell in first_row {
        let mut names = COLUMNS.iter();
        let Some(column) = names.position(|name| name.eq_ignore_ascii_case(cell)) else {
            let expected = COLUMNS.join(", ");
            return Err(format!("unknown column {cell:?}, expected {expected}"));
        };
        if columns.contains(&column) {
            return Err(format!("column {cell:?} stands there twice"));
        }
        columns.push(column);
    }
    match (0..NEEDED).find(|column| !columns.contains(column)) {
        Some(missing) => Err(format!("no column {:?}", COLUMNS[missing])),
        None => Ok(columns),
    }
}

/// Reads a row whose cells belong to those `columns` of [`COLUMNS`]. An error says what was
/// expected.
fn announcement(
    row: &StringRecord,
    columns: &[usize],
    zone: Tz,
) -> std::result::Result<Announcement, String> {
    let (expected, found) = (columns.len(), row.len());
    if found > expected {
        return Err(format!("expected {expected} columns, found {found}"));
    }
    let mut cells = [""; COLUMNS.len()];
    for (cell, &column) in row.iter().zip(columns) {
        cells[column] = cell;
    }
    let [time, source, text, claim, domain] = cells;
    let time = parse_time::instant(time, zone).ok_or_else(|| {
        format!("expected a time as 2023-01-26 14:40 or 2023-01-26T14:40:00+01:00, found {time:?}")
    })?;
    if text.is_empty() {
        return Err("no text".to_owned());
    }
    if domain.contains(['@', '*', ' ']) {
        return Err(format!("expected a domain, found {domain:?}"));
    }
    let mut claims = Claim::ALL.into_iter();
    let known = claims.find(|known| known.as_str().eq_ignore_ascii_case(claim));
    if known.is_none() && !claim.is_empty() {
        let words = Claim::ALL.map(Claim::as_str).join(", ");
        return Err(format!("expected a claim ({words}), found {claim:?}"));
    }
    Ok(Announcement {
        time,
        source: source.to_owned(),
        text: text.to_owned(),
        claim: known,
        domain: (!domain.is_empty()).then(|| domain.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Announcement>> {
        parse(text.as_bytes(), "announcements.csv", Tz::Europe__Rome)
    }

    #[test]
    fn announcements_are_read_with_and_without_names_of_columns() {
        let texts = [
            "2023-01-26 14:40,press,\"Solved, they say\"\n2023-01-24T09:00:00Z,web,We are investigating\n",
            "# a comment\n\ntime,source,text\r\n2023-01-26 14:40,press,\"Solved, they say\"\r\n2023-01-24T09:00:00Z,web,We are investigating",
            "\u{feff}Text,Time,Source\nWe are investigating,2023-01-24 10:00,web\n\"Solved, they say\",2023-01-26T14:40,press\n",
        ];
        for text in texts {
            let all = read_text(text).unwrap();
            let read: Vec<String> = all
                .iter()
                .map(|it| format!("{} {} {}", it.time, it.source, it.text))
                .collect();
            assert_eq!(
                read,
                [
                    "2023-01-24T09:00:00.000Z web We are investigating",
                    "2023-01-26T13:40:00.000Z press Solved, they say",
                ]
            );
            assert!(
                all.iter()
                    .all(|it| it.claim.is_none() && it.domain.is_none())
            );
        }
        assert!(read_text("").unwrap().is_empty());
        assert!(read_text("time,source,text\n").unwrap().is_empty());
    }

    #[test]
    fn the_column_alone_says_what_is_claimed() {
        let all = read_text(
            "time,source,text,claim,domain\n\
             2023-01-26 14:40,press,Solved,problem,libero.it\n\
             2023-01-27 14:40,press,Solved,,\n\
             2023-01-28 14:40,press,Solved\n\
             2023-01-29 14:40,press,Further news,Recovery\n",
        )
        .unwrap();
        let claims: Vec<_> = all
            .iter()
            .map(|it| (it.claim, it.domain.as_deref()))
            .collect();
        assert_eq!(
            claims,
            [
                (Some(Claim::Problem), Some("libero.it")),
                (None, None),
                (None, None),
                (Some(Claim::Recovery), None),
            ]
        );
    }

    #[test]
    fn errors_name_the_line() {
        let cases = [
            (
                "26 Jan,press,x\n",
                "announcements.csv:1: expected a time as 2023-01-26 14:40 or 2023-01-26T14:40:00+01:00, found \"26 Jan\"",
            ),
            (
                "time,source,text\n\n# x\n2023-01-26,press,x\n",
                "announcements.csv:4: expected a time as 2023-01-26 14:40 or 2023-01-26T14:40:00+01:00, found \"2023-01-26\"",
            ),
            (
                "time,source,text\n2023-01-26 14:40,press,Solved, they say\n",
                "announcements.csv:2: expected 3 columns, found 4",
            ),
            (
                "time,source,text\n2023-01-26 14:40,press\n",
                "announcements.csv:2: no text",
            ),
            (
                "time,source,words\n",
                "announcements.csv:1: unknown column \"words\", expected time, source, text, claim, domain",
            ),
            ("time,text\n", "announcements.csv:1: no column \"source\""),
            (
                "time,text,time\n",
                "announcements.csv:1: column \"time\" stands there twice",
            ),
            (
                "time;source;text\n",
                "announcements.csv:1: expected a time as 2023-01-26 14:40 or 2023-01-26T14:40:00+01:00, found \"time;source;text\"",
            ),
            (
                "2023-01-26 14:40,a,\"two\nlines\"\n2023-01-26 14:40,a,b,solved\n",
                "announcements.csv:3: expected a claim (recovery, partial_recovery, problem), found \"solved\"",
            ),
            (
                "2023-01-26 14:40,a,b,,me@libero.it\n",
                "announcements.csv:1: expected a domain, found \"me@libero.it\"",
            ),
        ];
        assert_eq!(cases.len(), 10);
        for (text, message) in cases {
            let failure = read_text(text).unwrap_err();
            assert_eq!(failure.message(), message);
            assert_eq!(failure.hint(), Some(HINT));
        }
        let latin = parse(
            b"2023-01-26 14:40,a,b\n2023-01-26 14:40,a,gel\xf6st\n",
            "announcements.csv",
            Tz::UTC,
        );
        assert_eq!(
            latin.unwrap_err().message(),
            "announcements.csv:2: the text is not UTF-8"
        );
    }
}
