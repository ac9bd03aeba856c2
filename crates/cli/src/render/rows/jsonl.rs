//! Rows as JSON, one object a line: `{"address":"a@libero.it","refusals":2}`.

use serde_json::{Number, Value};

use super::Cell;
use crate::escape;

/// Appends one row.
pub(crate) fn append(columns: &[&str], row: Vec<Cell>, out: &mut String) {
    out.push('{');
    for (place, (name, cell)) in columns.iter().zip(row).enumerate() {
        if place > 0 {
            out.push(',');
        }
        let value = match cell {
            Cell::Null => Value::Null,
            Cell::Number(number) => Value::Number(number.into()),
            Cell::Seconds(seconds) => {
                let rounded = (seconds * 1000.0).round() / 1000.0;
                Number::from_f64(rounded).map_or(Value::Null, Value::Number)
            }
            Cell::Text(text) => Value::String(text),
            Cell::Time(time) => Value::String(time.to_string()),
        };
        out.push_str(&format!("\"{name}\":{}", escape::json(value.to_string())));
    }
    out.push_str("}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_the_columns() {
        let mut out = String::new();
        let row = vec![
            Cell::Text("\u{202e}a\"b".into()),
            Cell::Null,
            Cell::Seconds(1.5),
        ];
        append(&["z", "a", "m"], row, &mut out);
        assert_eq!(out, "{\"z\":\"\\u202ea\\\"b\",\"a\":null,\"m\":1.5}\n");
    }
}
