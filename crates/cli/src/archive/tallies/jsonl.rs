//! Rows as JSON Lines: what is null is left out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, Result, bail};
use mailgap_core::survey::Tallied;
use mailgap_core::tally::{Number, TallyRow, Text};
use serde_json::Value;

use super::{check_schema, kind};

/// No row is longer: names have 320 bytes, samples 400.
const MOST_BYTES: u64 = 1 << 20;

/// Appends a row and a line end.
pub(crate) fn append(row: &TallyRow<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"schema\":\"");
    out.extend_from_slice(TallyRow::SCHEMA.as_bytes());
    out.extend_from_slice(b"\",\"record\":\"");
    out.extend_from_slice(row.record.as_str().as_bytes());
    out.push(b'"');
    for column in Text::ALL {
        if let Some(text) = row.text(column) {
            name(column.as_str(), out);
            // Text is never refused, and memory takes everything.
            let _ = serde_json::to_writer(&mut *out, text);
        }
    }
    for column in Number::ALL {
        if let Some(number) = row.number(column) {
            name(column.as_str(), out);
            out.extend_from_slice(number.to_string().as_bytes());
        }
    }
    out.extend_from_slice(b"}\n");
}

fn name(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Adds all rows; gives their number. Columns that are not known are passed over.
pub(super) fn read(from: impl Read, tallied: &mut Tallied) -> Result<u64> {
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    let (mut number, mut rows) = (0, 0);
    loop {
        line.clear();
        number += 1;
        let n = (&mut reader)
            .take(MOST_BYTES)
            .read_until(b'\n', &mut line)
            .with_context(|| format!("line {number}"))?;
        if n == 0 {
            return Ok(rows);
        }
        if n as u64 == MOST_BYTES {
            bail!("line {number}: is longer than any row");
        }
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        add(line, tallied).with_context(|| format!("line {number}"))?;
        rows += 1;
    }
}

fn add(line: &[u8], tallied: &mut Tallied) -> Result<()> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let said: BTreeMap<Cow<'_, str>, Value> =
        serde_json::from_slice(line).context("expected a JSON object; was the file cut?")?;
    let text = |name: &str| match said.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(other) => bail!("{name} is {other}: expected a text"),
    };
    check_schema(text("schema")?)?;
    let mut row = TallyRow::new(kind(text("record")?)?);
    for column in Text::ALL {
        row.set_text(column, text(column.as_str())?.map(Cow::Borrowed));
    }
    for column in Number::ALL {
        let name = column.as_str();
        let number = match said.get(name) {
            None | Some(Value::Null) => None,
            Some(value) => match whole(value) {
                Some(number) => Some(number),
                None => bail!("{name} is {value}: expected a whole number"),
            },
        };
        row.set_number(column, number);
    }
    Ok(tallied.add_row(&row)?)
}

/// A whole number, also as engines write sums: 12.0.
fn whole(value: &Value) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        let is_whole = number.fract() == 0.0 && number.abs() < MOST;
        #[expect(clippy::cast_possible_truncation, reason = "whole, and below 2^53")]
        is_whole.then_some(number as i64)
    })
}
