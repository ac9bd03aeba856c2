//! An event as a row of CSV: the columns are the keys of the JSON row, in their order.
//!
//! `delivery,2023-01-23T15:00:05.000Z,postfix,mail.log,7,mx1,…,0.1/0.2/0.3/0.9`
//!
//! The row is made from the JSON row, so that the two cannot part.

use std::fmt;

use mailgap_core::survey::Located;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::{DeliveryRow, QueueRow, Row, row_of, times_of};
use crate::tables::csv::{Cell, append_row};

/// The columns; with those of queue facts, or without.
pub(crate) fn columns(all: bool) -> Vec<String> {
    let keys = |row: Row<'_>| {
        serde_json::to_string(&row)
            .ok()
            .and_then(|json| serde_json::from_str::<Pairs>(&json).ok())
            .map_or_else(Vec::new, |pairs| pairs.0)
            .into_iter()
            .map(|(key, _)| key)
    };
    let mut columns: Vec<String> = keys(Row::Delivery(Box::<DeliveryRow<'_>>::default())).collect();
    if all {
        for key in keys(Row::Queue(Box::<QueueRow<'_>>::default())) {
            if !columns.contains(&key) {
                columns.push(key);
            }
        }
    }
    columns
}

/// Appends the names of the columns.
pub(crate) fn append_header(columns: &[String], rows: &mut Vec<u8>) {
    append_row(columns.iter().map(|column| Cell::Text(column)), rows);
}

/// Appends the row. A line that stands for several records gives as many rows.
pub(crate) fn append(located: &Located<'_>, columns: &[String], rows: &mut Vec<u8>) {
    // Strings, numbers and arrays: nothing of a row can fail to be JSON.
    let Ok(json) = serde_json::to_string(&row_of(located)) else {
        return;
    };
    let Ok(Pairs(pairs)) = serde_json::from_str::<Pairs>(&json) else {
        return;
    };
    let mut row = Vec::with_capacity(json.len());
    let cells = columns.iter().map(|column| {
        pairs
            .iter()
            .find(|(key, _)| key == column)
            .map_or(Cell::Empty, |(_, value)| cell(value))
    });
    append_row(cells, &mut row);
    for _ in 0..times_of(located) {
        rows.extend_from_slice(&row);
    }
}

fn cell(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Empty,
        Value::String(text) => Cell::Text(text),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Cell::Number(value.to_string()),
        // The four delays, as Postfix writes them; the names of deviations.
        Value::Array(parts) => {
            let part = |part: &Value| match part {
                Value::String(name) => name.clone(),
                other => other.to_string(),
            };
            let parts: Vec<String> = parts.iter().map(part).collect();
            Cell::Number(parts.join("/"))
        }
    }
}

/// An object with its keys in their order.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use mailgap_core::event::{Fact, QueueFact, Source};
    use mailgap_core::survey::Record;

    use super::super::tests::{KEYS, refused};
    use super::*;
    use crate::testing::rome;

    fn rows(record: Record<'_>, all: bool) -> String {
        let columns = columns(all);
        let mut rows = Vec::new();
        append_header(&columns, &mut rows);
        let located = Located {
            input: "mail.log",
            line: 7,
            record,
        };
        append(&located, &columns, &mut rows);
        String::from_utf8(rows).unwrap()
    }

    #[test]
    fn columns_are_the_keys_of_the_contract() {
        assert_eq!(
            columns(false).join(" "),
            KEYS.split_whitespace().collect::<Vec<_>>().join(" ")
        );
        assert!(
            columns(true)
                .join(" ")
                .starts_with(&columns(false).join(" "))
        );
        assert_eq!(columns(true).len(), columns(false).len() + 7);
    }

    #[test]
    fn a_delivery_fills_its_columns() {
        let mut delivery = refused();
        delivery.recipient = b"=cmd|x@libero.it";
        delivery.text = b"host said: 550 \"no\", go";
        delivery.times = 2;
        let rows = rows(Record::Delivery(&delivery, None), false);
        let lines: Vec<&str> = rows.lines().collect();
        assert_eq!((lines.len(), lines[1]), (3, lines[2]));
        assert_eq!(
            lines[1],
            "delivery,2023-01-25T19:03:07.000Z,postfix,mail.log,7,mx1,postfix,4ABC,,,'=cmd|x@libero.it,,\
             libero.it,smtp-in.libero.it,213.209.1.129,25,bounced,fresh,rcpt,550,5.0.0,5,,,,\
             \"host said: 550 \"\"no\"\", go\",1.5,0.1/0.2/0.3/0.9,,,,,,,,"
        );
    }

    #[test]
    fn a_queue_fact_has_columns_of_its_own_behind() {
        let fact = QueueFact {
            time: rome("25 20:03:07"),
            source: Source::Postfix,
            host: b"mx1",
            instance: b"postfix",
            queue_id: b"4ABC",
            fact: Fact::Expired {
                sender: b"s@x.example",
                forced: false,
            },
            times: 1,
        };
        let rows = rows(Record::Queue(&fact), true);
        let lines: Vec<&str> = rows.lines().collect();
        assert_eq!(lines[0].matches(',').count(), lines[1].matches(',').count());
        let start =
            "queue,2023-01-25T19:03:07.000Z,postfix,mail.log,7,mx1,postfix,4ABC,,s@x.example,";
        assert!(lines[1].starts_with(start), "{}", lines[1]);
        assert!(lines[1].ends_with(",expired,,,,false,,"), "{}", lines[1]);
    }
}
