//! What tests of headers ask of a line.

use super::LineParser;
use crate::envelope::Scratch;
use crate::event::Line;
use crate::stamp::StampContext;
use crate::time::Timestamp;

/// Time and host of a delivery to `a@x.example`, read in the zone of Rome and the year 2023; else what the line is.
pub(crate) fn read(line: &str) -> String {
    let mut parser = LineParser::new(StampContext {
        zone: chrono_tz::Europe::Rome,
        year: Some(2023),
        reference: Timestamp::from_seconds(0),
    });
    match parser.parse(line.as_bytes(), &mut Scratch::default()) {
        Line::Delivery(event) => {
            assert_eq!(event.recipient, b"a@x.example", "{line}");
            let host = String::from_utf8_lossy(event.host).into_owned();
            format!("{} {host}", event.time)
        }
        Line::Foreign => "foreign".to_owned(),
        Line::Unknown(odd) => format!("unknown {odd}"),
        other => format!("{other:?}"),
    }
}
