//! JSON of log shippers and forwarders, which have names of their own for the same few fields.
//!
//! `{"@timestamp":"2023-01-23T16:00:01Z","sysloghost":"mx1","programname":"postfix/smtp","message":"4P1Xr7...: to=..."}`
//!
//! rsyslog, syslog-ng, Logstash, Filebeat, Fluentd, Fluent Bit, Vector, Graylog. The message is a whole line of a log,
//! or the text of a program that another field names.
#![deny(clippy::indexing_slicing)]

use serde_json::{Map, Value};

use super::{Inner, Scratch};
use crate::postfix;
use crate::stamp::{Stamp, Stamps};
use crate::syslog::Record;
use crate::time::Timestamp;

/// Names of a field, the surer ones first; a dot leads into an object.
type Names = &'static [&'static str];

const MESSAGE: Names = &[
    "message",
    "MESSAGE",
    "Message",
    "msg",
    "log",
    "short_message",
    "syslog_message",
    "line",
    "_raw",
];

const PROGRAM: Names = &[
    "programname",
    "program",
    "PROGRAM",
    "ident",
    "SYSLOG_IDENTIFIER",
    "syslog_program",
    "syslogtag",
    "appname",
    "app_name",
    "app-name",
    "application_name",
    "tag",
    "process.name",
    "log.syslog.appname",
];

const HOST: Names = &[
    "sysloghost",
    "hostname",
    "HOST",
    "_HOSTNAME",
    "syslog_hostname",
    "host.hostname",
    "host.name",
    "host",
    "log.syslog.hostname",
    "source",
];

const TIME: Names = &[
    "@timestamp",
    "timestamp",
    "timereported",
    "time",
    "ISODATE",
    "DATE",
    "date",
    "ts",
    "_time",
];

/// Takes such a record apart; `time` is that of a stamp before the JSON, for records without one.
pub(super) fn unwrap<'b>(
    json: &Map<String, Value>,
    time: Option<Timestamp>,
    scratch: &'b mut Scratch,
    stamps: &mut Stamps,
) -> Inner<'b> {
    let Some(message) = text(json, MESSAGE) else {
        return Inner::Foreign;
    };
    let time = TIME
        .iter()
        .find_map(|name| time_of(field(json, name)?, stamps))
        .or(time);
    let Scratch { line, host, tag } = scratch;
    line.clear();
    line.extend_from_slice(message.trim_end_matches(['\r', '\n']).as_bytes());
    // What follows a line end is part of the remote side's words.
    line.iter_mut()
        .filter(|byte| matches!(byte, b'\n' | b'\r'))
        .for_each(|byte| *byte = b' ');
    let program = text(json, PROGRAM).unwrap_or_default();
    let end = program.find(['[', ':']).unwrap_or(program.len());
    let program = program.get(..end).unwrap_or_default();
    let is_mail = program.starts_with("exim") || postfix::program_of(program.as_bytes()).is_some();
    let (true, Some(time)) = (is_mail, time) else {
        return Inner::Message(line, time);
    };
    host.clear();
    host.extend_from_slice(text(json, HOST).unwrap_or_default().as_bytes());
    tag.clear();
    tag.extend_from_slice(program.as_bytes());
    Inner::Record(Record {
        time,
        host,
        tag,
        text: line.trim_ascii_start(),
        times: 1,
    })
}

/// The first of these fields that is text.
fn text(json: &Map<String, Value>, names: Names) -> Option<&str> {
    names.iter().find_map(|name| field(json, name)?.as_str())
}

/// A field, by a name that may be spelt out or lead into objects.
fn field<'j>(json: &'j Map<String, Value>, name: &str) -> Option<&'j Value> {
    json.get(name).or_else(|| {
        let (outer, inner) = name.split_once('.')?;
        field(json.get(outer)?.as_object()?, inner)
    })
}

/// A stamp with a year, or seconds since 1970 or thousandths of them.
fn time_of(value: &Value, stamps: &mut Stamps) -> Option<Timestamp> {
    let number;
    let text = match value {
        Value::String(text) => text,
        Value::Number(value) => {
            number = value.to_string();
            &number
        }
        _ => return None,
    };
    match stamps.read(text.as_bytes()) {
        Stamp::At(time, _) if stamps.moment(time).named.year => Some(time),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::line::testing::read;

    const TEXT: &str =
        "4P1Xr72xkCz9vwX: to=<a@x.example>, relay=none, delay=1, status=sent (250 ok)";

    #[test]
    fn shippers_have_names_of_their_own() {
        let line = format!("Jan 23 16:00:01 mx1 postfix/smtp[7]: {TEXT}");
        let exim = "2023-01-23 16:00:01 1pJyXx-0004Qk-2A => a@x.example R=r T=t H=m [192.0.2.1]";
        let cases = [
            r#"{"timereported":"2023-01-23T16:00:01+01:00","hostname":"mx1","syslogtag":"postfix/smtp[7]:","msg":" TEXT"}"#,
            r#"{"@timestamp":"2023-01-23T15:00:01Z","sysloghost":"mx1","programname":"postfix\/smtp","message":"TEXT"}"#,
            r#"{"ISODATE":"2023-01-23T16:00:01+01:00","HOST":"mx1","PROGRAM":"postfix/smtp","MESSAGE":"TEXT"}"#,
            r#"{"date":1674486001.000000,"host":"mx1","ident":"postfix/smtp","pid":"7","message":"TEXT"}"#,
            r#"{"@timestamp":"2023-01-23T15:00:01Z","host":{"name":"mx1"},"process":{"name":"postfix/smtp","pid":7},"message":"TEXT"}"#,
            r#"{"@timestamp":"2023-01-23T15:09:01.123Z","log":{"file":{"path":"mail.log"}},"message":"LINE"}"#,
            r#"{"timestamp":"2023-01-23T15:00:01Z","message":"LINE","host":"shipper"}"#,
            r#"{"message":"LINE"}"#,
            "2023-01-23T16:00:01+01:00\tmail.info\t{\"host\":\"mx1\",\"ident\":\"postfix/smtp\",\"message\":\"TEXT\"}",
            "2023-01-23T15:00:01.000Z {\"hostname\":\"mx1\",\"program\":\"postfix/smtp\",\"msg\":\"TEXT\"}",
        ];
        for case in cases {
            let case = case.replace("TEXT", TEXT).replace("LINE", &line);
            // A shipper's time is later than that of the line, which has no year.
            let expected = if case.contains("15:09:01.123") {
                "2023-01-23T15:09:01.123Z mx1"
            } else {
                "2023-01-23T15:00:01.000Z mx1"
            };
            assert_eq!(read(&case), expected, "{case}");
        }
        let exim = format!(r#"{{"@timestamp":"2023-01-23T15:00:09Z","message":"{exim}"}}"#);
        assert_eq!(read(&exim), "2023-01-23T15:00:01.000Z ");
    }

    #[test]
    fn json_of_other_programs_is_foreign() {
        for line in [
            r#"{"message":"hello"}"#.to_owned(),
            r#"{"message":7,"time":"x"}"#.to_owned(),
            r#"{"@timestamp":"2023-01-23T15:00:01Z","message":"hello mx1"}"#.to_owned(),
            format!(r#"{{"time":"2023-01-23T15:00:01Z","msg":"user postfix/smtp[1]: {TEXT}"}}"#),
            format!(r#"{{"time":"2023-01-23T15:00:01Z","program":"sshd","msg":"user {TEXT}"}}"#),
        ] {
            assert_eq!(read(&line), "foreign", "{line}");
        }
        for line in ["{\"message\":", "2023-01-23T15:00:01Z {x}", "x {}"] {
            assert!(read(line).starts_with("unknown"), "{line}");
        }
    }
}
