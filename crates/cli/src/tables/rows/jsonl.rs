//! Rows as JSON, one object a line: `{"address":"a@libero.it","refusals":2}`.

use serde_json::{Number, Value};

use super::Cell;
use crate::term::escape;

/// Appends one row.
pub(crate) fn append(columns: &[&str], row: Vec<Cell>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (place, (name, cell)) in columns.iter().zip(row).enumerate() {
        if place > 0 {
            out.push(b',');
        }
        let value = match cell {
            Cell::Null => Value::Null,
            Cell::Number(number) => Value::Number(number.into()),
            Cell::Seconds(seconds) => {
                let rounded = (seconds * 1000.0).round() / 1000.0;
                Number::from_f64(rounded).map_or(Value::Null, Value::Number)
            }
            Cell::Decimal(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            Cell::Text(text) => Value::String(text),
            Cell::Time(time) => Value::String(time.to_string()),
        };
        out.extend_from_slice(format!("\"{name}\":").as_bytes());
        out.extend_from_slice(escape::json(value.to_string()).as_bytes());
    }
    out.extend_from_slice(b"}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_the_columns() {
        let mut out = Vec::new();
        let row = vec![
            Cell::Text("\u{202e}a\"b".into()),
            Cell::Null,
            Cell::Seconds(1.5),
        ];
        append(&["z", "a", "m"], row, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"z\":\"\\u202ea\\\"b\",\"a\":null,\"m\":1.5}\n"
        );
    }
}
