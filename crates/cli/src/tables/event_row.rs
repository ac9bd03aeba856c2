//! An event as a row of JSON: `{"record":"delivery","time":"2023-01-23T15:00:05.000Z",…}`.
//!
//! The keys are the contract of `mailgap events`; what a line does not say is null. Bytes that are no
//! UTF-8 become U+FFFD.

pub(crate) mod csv;

use std::borrow::Cow;

use mailgap_core::address::Domain;
use mailgap_core::dsn::{Deviation, DsnFields};
use mailgap_core::event::{Delivery, Fact, Notification, QueueFact, Stage};
use mailgap_core::reason::{Basis, Verdict};
use mailgap_core::reply::ReplyCode;
use mailgap_core::survey::{Located, Record};
use mailgap_core::syslog::MAX_REPEAT;
use serde::Serialize;

use crate::term::escape;

/// The row of a delivery.
#[derive(Debug, Default, Serialize)]
pub(crate) struct DeliveryRow<'b> {
    record: &'static str,
    time: String,
    source: &'static str,
    input: &'b str,
    line: u64,
    host: Option<Cow<'b, str>>,
    instance: Option<Cow<'b, str>>,
    queue_id: Option<Cow<'b, str>>,
    message_id: Option<Cow<'b, str>>,
    sender: Option<Cow<'b, str>>,
    recipient: Cow<'b, str>,
    original_recipient: Option<Cow<'b, str>>,
    domain: Option<String>,
    relay_host: Option<Cow<'b, str>>,
    relay_ip: Option<Cow<'b, str>>,
    relay_port: Option<u16>,
    outcome: &'static str,
    contact: &'static str,
    stage: Option<&'static str>,
    reply_code: Option<u16>,
    enhanced_status: Option<String>,
    permanence: Option<u8>,
    reason: Option<&'static str>,
    blame: Option<&'static str>,
    basis: Option<&'static str>,
    text: Option<Cow<'b, str>>,
    delay_s: Option<f64>,
    delays_s: Option<[f64; 4]>,
    action: Option<Cow<'b, str>>,
    status: Option<Cow<'b, str>>,
    diagnostic: Option<Cow<'b, str>>,
    final_recipient: Option<Cow<'b, str>>,
    remote_mta: Option<Cow<'b, str>>,
    reporting_mta: Option<Cow<'b, str>>,
    arrival_time: Option<String>,
    deviations: Option<Vec<&'static str>>,
}

/// The row of a fact about a queued message.
#[derive(Debug, Default, Serialize)]
pub(crate) struct QueueRow<'b> {
    record: &'static str,
    fact: &'static str,
    time: String,
    source: &'static str,
    input: &'b str,
    line: u64,
    host: Option<Cow<'b, str>>,
    instance: Option<Cow<'b, str>>,
    queue_id: Option<Cow<'b, str>>,
    message_id: Option<Cow<'b, str>>,
    sender: Option<Cow<'b, str>>,
    client: Option<Cow<'b, str>>,
    size: Option<u64>,
    recipients: Option<u32>,
    forced: Option<bool>,
    notification: Option<&'static str>,
    notification_queue_id: Option<Cow<'b, str>>,
    text: Option<Cow<'b, str>>,
}

/// A row of either kind.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Row<'b> {
    Delivery(Box<DeliveryRow<'b>>),
    Queue(Box<QueueRow<'b>>),
}

/// The row of a record.
pub(crate) fn row_of<'b>(located: &Located<'b>) -> Row<'b> {
    match located.record {
        Record::Delivery(delivery, verdict) => {
            Row::Delivery(Box::new(delivery_row(located, delivery, verdict)))
        }
        Record::Queue(fact) => Row::Queue(Box::new(queue_row(located, fact))),
    }
}

/// How many rows a record gives.
pub(crate) fn times_of(located: &Located<'_>) -> u32 {
    let times = match located.record {
        Record::Delivery(delivery, _) => delivery.times,
        Record::Queue(fact) => fact.times,
    };
    times.clamp(1, MAX_REPEAT)
}

/// Appends the row and a line end. A line that stands for several records gives as many rows.
pub(crate) fn append(located: &Located<'_>, rows: &mut Vec<u8>) {
    // Strings, numbers and arrays: nothing of a row can fail to be JSON.
    let Ok(row) = serde_json::to_string(&row_of(located)) else {
        return;
    };
    let row = escape::json(row);
    for _ in 0..times_of(located) {
        rows.extend_from_slice(row.as_bytes());
        rows.push(b'\n');
    }
}

fn delivery_row<'b>(
    located: &Located<'b>,
    delivery: &'b Delivery<'b>,
    verdict: Option<Verdict>,
) -> DeliveryRow<'b> {
    DeliveryRow {
        record: "delivery",
        time: delivery.time.to_string(),
        source: delivery.source.as_str(),
        input: located.input,
        line: located.line,
        host: said(delivery.host),
        instance: said(delivery.instance),
        queue_id: said(delivery.queue_id),
        message_id: delivery.message_id.map(lossy),
        sender: delivery.sender.map(lossy),
        recipient: lossy(delivery.recipient),
        original_recipient: delivery.original_recipient.map(lossy),
        domain: delivery
            .domain()
            .map(|domain| Domain::new(domain).to_string()),
        relay_host: said(delivery.relay.host),
        relay_ip: said(delivery.relay.ip),
        relay_port: delivery.relay.port,
        outcome: delivery.outcome.as_str(),
        contact: delivery.contact.as_str(),
        stage: delivery.stage.map(Stage::as_str),
        reply_code: delivery.reply_code.map(ReplyCode::get),
        enhanced_status: delivery.enhanced_status().map(|status| status.to_string()),
        permanence: delivery.permanence(),
        reason: verdict.map(|verdict| verdict.reason.as_str()),
        blame: verdict.map(|verdict| verdict.reason.blame().as_str()),
        basis: verdict.and_then(|verdict| verdict.basis).map(Basis::as_str),
        text: said(delivery.text),
        delay_s: delivery.delay_s,
        delays_s: delivery.delays_s,
        action: of_dsn(delivery, DsnFields::action),
        status: of_dsn(delivery, DsnFields::status),
        diagnostic: of_dsn(delivery, DsnFields::diagnostic),
        final_recipient: of_dsn(delivery, DsnFields::final_recipient),
        remote_mta: of_dsn(delivery, DsnFields::remote_mta),
        reporting_mta: of_dsn(delivery, DsnFields::reporting_mta),
        arrival_time: delivery
            .dsn
            .and_then(|dsn| dsn.report.arrival)
            .map(|time| time.to_string()),
        deviations: delivery
            .dsn
            .map(|dsn| dsn.deviations().iter().map(Deviation::as_str).collect()),
    }
}

/// A field of a bounce as it stands.
fn of_dsn<'b>(
    delivery: &Delivery<'b>,
    field: fn(&DsnFields<'b>) -> Option<&'b [u8]>,
) -> Option<Cow<'b, str>> {
    field(delivery.dsn.as_ref()?).map(lossy)
}

fn queue_row<'b>(located: &Located<'b>, fact: &'b QueueFact<'b>) -> QueueRow<'b> {
    let row = QueueRow {
        record: "queue",
        fact: fact.fact.as_str(),
        time: fact.time.to_string(),
        source: fact.source.as_str(),
        input: located.input,
        line: located.line,
        host: said(fact.host),
        instance: said(fact.instance),
        queue_id: said(fact.queue_id),
        ..QueueRow::default()
    };
    match &fact.fact {
        Fact::Arrival {
            client,
            sender,
            message_id,
        } => QueueRow {
            client: said(client),
            sender: sender.map(lossy),
            message_id: message_id.map(lossy),
            ..row
        },
        Fact::Active {
            sender,
            size,
            recipients,
        } => QueueRow {
            sender: Some(lossy(sender)),
            size: *size,
            recipients: *recipients,
            ..row
        },
        Fact::Expired { sender, forced } => QueueRow {
            sender: Some(lossy(sender)),
            forced: Some(*forced),
            ..row
        },
        Fact::HostFailed { text } => QueueRow {
            text: said(text),
            ..row
        },
        Fact::MessageId(message_id) => QueueRow {
            message_id: Some(lossy(message_id)),
            ..row
        },
        Fact::Notification { queue_id, kind } => QueueRow {
            notification: Some(match kind {
                Notification::Delay => "delay",
                Notification::Failure => "failure",
                Notification::Success => "success",
            }),
            notification_queue_id: said(queue_id),
            ..row
        },
        Fact::Cancelled | Fact::Held | Fact::NotificationFailed | Fact::Other | Fact::Removed => {
            row
        }
    }
}

/// In core an empty slice means: not said.
fn said(bytes: &[u8]) -> Option<Cow<'_, str>> {
    (!bytes.is_empty()).then(|| lossy(bytes))
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use mailgap_core::event::{Contact, Outcome, Relay, Source};
    use mailgap_core::reason::Reason;
    use mailgap_core::reply::EnhancedStatus;
    use serde_json::Value;

    use super::*;
    use crate::testing::rome;

    /// The contract of `mailgap events`, in its order.
    pub(super) const KEYS: &str = "record time source input line host instance queue_id message_id sender recipient \
        original_recipient domain relay_host relay_ip relay_port outcome contact stage reply_code \
        enhanced_status permanence reason blame basis text delay_s delays_s action status \
        diagnostic final_recipient remote_mta reporting_mta arrival_time deviations";

    pub(super) fn refused<'b>() -> Delivery<'b> {
        Delivery {
            time: rome("25 20:03:07"),
            source: Source::Postfix,
            host: b"mx1",
            instance: b"postfix",
            queue_id: b"4ABC",
            sender: None,
            message_id: None,
            recipient: b"User@Libero.IT",
            original_recipient: None,
            relay: Relay {
                host: b"smtp-in.libero.it",
                ip: b"213.209.1.129",
                port: Some(25),
            },
            outcome: Outcome::Bounced,
            contact: Contact::Fresh,
            stage: Some(Stage::Rcpt),
            reply_code: ReplyCode::new(550),
            reply_status: None,
            status: EnhancedStatus::new(5, 0, 0),
            reply: b"550 recipient rejected",
            text: b"host smtp-in.libero.it said: 550 recipient rejected",
            delay_s: Some(1.5),
            delays_s: Some([0.1, 0.2, 0.3, 0.9]),
            attempt_s: None,
            times: 1,
            dsn: None,
        }
    }

    fn unnamed<'b>() -> Delivery<'b> {
        Delivery {
            host: b"",
            instance: b"",
            queue_id: b"",
            recipient: b"",
            relay: Relay::default(),
            outcome: Outcome::Delivered,
            stage: None,
            reply_code: None,
            status: None,
            reply: b"",
            text: b"",
            delay_s: None,
            delays_s: None,
            attempt_s: None,
            ..refused()
        }
    }

    fn rows(record: Record<'_>) -> Vec<String> {
        let mut rows = Vec::new();
        let located = Located {
            input: "mail.log",
            line: 7,
            record,
        };
        append(&located, &mut rows);
        let rows = String::from_utf8(rows).unwrap();
        assert!(rows.ends_with('\n'));
        rows.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_delivery_has_the_keys_of_the_contract() {
        let verdict = Verdict {
            reason: Reason::NoSuchMailbox,
            basis: Some(Basis::Text),
            rule: None,
        };
        let rows = rows(Record::Delivery(&refused(), Some(verdict)));
        insta::assert_snapshot!(rows.join("\n"), @r#"{"record":"delivery","time":"2023-01-25T19:03:07.000Z","source":"postfix","input":"mail.log","line":7,"host":"mx1","instance":"postfix","queue_id":"4ABC","message_id":null,"sender":null,"recipient":"User@Libero.IT","original_recipient":null,"domain":"libero.it","relay_host":"smtp-in.libero.it","relay_ip":"213.209.1.129","relay_port":25,"outcome":"bounced","contact":"fresh","stage":"rcpt","reply_code":550,"enhanced_status":"5.0.0","permanence":5,"reason":"NoSuchMailbox","blame":"recipient","basis":"text","text":"host smtp-in.libero.it said: 550 recipient rejected","delay_s":1.5,"delays_s":[0.1,0.2,0.3,0.9],"action":null,"status":null,"diagnostic":null,"final_recipient":null,"remote_mta":null,"reporting_mta":null,"arrival_time":null,"deviations":null}"#);
        let mut from = 0;
        for key in KEYS.split_whitespace() {
            let place = rows[0][from..].find(&format!("\"{key}\":"));
            from += place.unwrap_or_else(|| panic!("{key} is missing or out of order"));
        }
        let row: Value = serde_json::from_str(&rows[0]).unwrap();
        assert_eq!(
            row.as_object().unwrap().len(),
            KEYS.split_whitespace().count()
        );
    }

    #[test]
    fn what_is_not_known_is_null_and_never_missing() {
        let rows = rows(Record::Delivery(&unnamed(), None));
        let row: Value = serde_json::from_str(&rows[0]).unwrap();
        let row = row.as_object().unwrap();
        assert_eq!(row.len(), KEYS.split_whitespace().count());
        let known: Vec<&str> = row
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, _)| key.as_str())
            .collect();
        let expected = "contact input line outcome recipient record source time";
        assert_eq!(known, expected.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn hostile_bytes_become_safe_json() {
        let delivery = Delivery {
            text: b"\x1b[2J \xff \xc2\x9b \xe2\x80\xae \x7f",
            ..refused()
        };
        let rows = rows(Record::Delivery(&delivery, None));
        assert!(
            rows[0].contains(r"\u001b[2J � \u009b \u202e \u007f"),
            "{}",
            rows[0]
        );
        let row: Value = serde_json::from_str(&rows[0]).unwrap();
        assert_eq!(row["text"], "\u{1b}[2J \u{fffd} \u{9b} \u{202e} \u{7f}");
    }

    #[test]
    fn a_repeated_line_gives_a_row_for_each_time() {
        let mut delivery = refused();
        for (times, expected) in [(0, 1), (1, 1), (3, 3), (u32::MAX, MAX_REPEAT)] {
            delivery.times = times;
            let rows = rows(Record::Delivery(&delivery, None));
            assert_eq!(rows.len(), usize::try_from(expected).unwrap());
        }
    }

    #[test]
    fn a_queue_fact_says_what_it_is() {
        let facts = [
            (
                Fact::Arrival {
                    client: b"c.example[192.0.2.1]",
                    sender: Some(b""),
                    message_id: None,
                },
                r#""fact":"arrival","client":"c.example[192.0.2.1]","sender":"""#,
            ),
            (
                Fact::MessageId(b"a@b"),
                r#""fact":"message_id","message_id":"a@b""#,
            ),
            (
                Fact::Expired {
                    sender: b"s@x.example",
                    forced: false,
                },
                r#""fact":"expired","sender":"s@x.example","forced":false"#,
            ),
            (
                Fact::Notification {
                    queue_id: b"5DEF",
                    kind: Notification::Failure,
                },
                r#""fact":"notification","notification":"failure","notification_queue_id":"5DEF""#,
            ),
            (Fact::Removed, r#""fact":"removed""#),
        ];
        for (fact, parts) in facts {
            let fact = QueueFact {
                time: rome("25 20:03:07"),
                source: Source::Postfix,
                host: b"mx1",
                instance: b"postfix",
                queue_id: b"4ABC",
                fact,
                times: 1,
            };
            let rows = rows(Record::Queue(&fact));
            assert!(rows[0].starts_with(r#"{"record":"queue","#));
            for part in parts.split(',') {
                assert!(rows[0].contains(part), "{part} not in {}", rows[0]);
            }
        }
    }
}
