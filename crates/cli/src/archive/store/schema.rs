//! The columns of a store, and events to and from its rows.
//!
//! They are the keys of `mailgap events -f jsonl`, of deliveries and of queue facts together, and behind them what
//! else a reader needs to have the very event again: so that the classifier, also with rules of the reader's own,
//! and the counting say the same as of the log. See `docs/store.md`.

use mailgap_core::address::Domain;
use mailgap_core::dsn::{Deviation, DsnFields};
use mailgap_core::event::{
    Contact, Delivery, Fact, Notification, Outcome, QueueFact, Relay, Source, Stage,
};
use mailgap_core::reason::{Basis, Verdict};
use mailgap_core::reply::{EnhancedStatus, ReplyCode};
use mailgap_core::survey::{Located, Record};
use mailgap_core::time::Timestamp;

use super::raw::{Raw, Unraw};
use crate::tables::columns::Kind::{Flag, Float, Floats, Int, Text, Time, UInt};
use crate::tables::columns::{Data, Field, Row, Table};

/// All columns, in their order.
pub(crate) const FIELDS: [Field; 51] = [
    ("record", Text),
    ("fact", Text),
    ("time", Time),
    ("source", Text),
    ("input", Text),
    ("line", Int),
    ("host", Text),
    ("instance", Text),
    ("queue_id", Text),
    ("message_id", Text),
    ("sender", Text),
    ("recipient", Text),
    ("original_recipient", Text),
    ("domain", Text),
    ("relay_host", Text),
    ("relay_ip", Text),
    ("relay_port", UInt),
    ("outcome", Text),
    ("contact", Text),
    ("stage", Text),
    ("reply_code", UInt),
    ("enhanced_status", Text),
    ("permanence", UInt),
    ("reason", Text),
    ("blame", Text),
    ("basis", Text),
    ("text", Text),
    ("delay_s", Float),
    ("delays_s", Floats),
    ("action", Text),
    ("status", Text),
    ("diagnostic", Text),
    ("final_recipient", Text),
    ("remote_mta", Text),
    ("reporting_mta", Text),
    ("arrival_time", Time),
    ("deviations", Text),
    ("client", Text),
    ("size", Int),
    ("recipients", UInt),
    ("forced", Flag),
    ("notification", Text),
    ("notification_queue_id", Text),
    ("times", UInt),
    ("attempt_s", Float),
    ("reply_status", Text),
    ("mta_status", Text),
    ("reply_start", UInt),
    ("reply_length", UInt),
    ("reply", Text),
    ("raw", Text),
];

/// Columns that are derived from others, or that say what neither counts nor fates ask for.
const NOT_READ: [&str; 21] = [
    "input",
    "domain",
    "enhanced_status",
    "permanence",
    "reason",
    "blame",
    "basis",
    "delays_s",
    "action",
    "status",
    "diagnostic",
    "final_recipient",
    "remote_mta",
    "reporting_mta",
    "arrival_time",
    "deviations",
    "client",
    "size",
    "recipients",
    "notification",
    "notification_queue_id",
];

/// Columns of facts about queued messages.
const OF_QUEUE: [&str; 13] = [
    "record",
    "fact",
    "time",
    "source",
    "line",
    "host",
    "instance",
    "queue_id",
    "message_id",
    "sender",
    "forced",
    "times",
    "raw",
];

/// The columns that counts and fates are made of.
pub(crate) fn fields() -> Vec<Field> {
    let read = FIELDS.iter().filter(|(name, _)| !NOT_READ.contains(name));
    read.copied().collect()
}

/// Those of them that facts about queued messages have.
pub(crate) fn queue_fields() -> Vec<Field> {
    let read = FIELDS.iter().filter(|(name, _)| OF_QUEUE.contains(name));
    read.copied().collect()
}

/// Appends what a line, or a recipient of a bounce, says. A line that stands for several records is one row, with
/// their number in `times`.
pub(crate) fn append(located: &Located<'_>, rows: &mut Table) {
    let mut texts = Raw::default();
    let line = i64::try_from(located.line).ok();
    match located.record {
        Record::Delivery(event, verdict) => {
            let row = rows.row();
            delivery(row, event, verdict, (located.input, line), &mut texts);
        }
        Record::Queue(fact) => queue(rows.row(), fact, (located.input, line), &mut texts),
    }
}

fn delivery(
    mut row: Row<'_>,
    event: &Delivery<'_>,
    verdict: Option<Verdict>,
    (input, line): (&str, Option<i64>),
    raw: &mut Raw,
) {
    row.text(Some("delivery"));
    row.none(1);
    row.time(Some(event.time.as_millis()));
    row.text(Some(event.source.as_str()));
    row.text(Some(input));
    row.int(line);
    let mut text = |row: &mut Row<'_>, name, value: Option<&[u8]>| {
        row.text(value.map(|value| raw.text(name, value)).as_deref());
    };
    text(&mut row, "host", said(event.host));
    text(&mut row, "instance", said(event.instance));
    text(&mut row, "queue_id", said(event.queue_id));
    text(&mut row, "message_id", event.message_id);
    text(&mut row, "sender", event.sender);
    text(&mut row, "recipient", Some(event.recipient));
    text(&mut row, "original_recipient", event.original_recipient);
    let domain = event.domain().map(|domain| Domain::new(domain).to_string());
    row.text(domain.as_deref());
    text(&mut row, "relay_host", said(event.relay.host));
    text(&mut row, "relay_ip", said(event.relay.ip));
    row.uint(event.relay.port.map(u32::from));
    row.text(Some(event.outcome.as_str()));
    row.text(Some(event.contact.as_str()));
    row.text(event.stage.map(Stage::as_str));
    row.uint(event.reply_code.map(|code| u32::from(code.get())));
    let status = |status: Option<EnhancedStatus>| status.map(|status| status.to_string());
    row.text(status(event.enhanced_status()).as_deref());
    row.uint(event.permanence().map(u32::from));
    row.text(verdict.map(|verdict| verdict.reason.as_str()));
    row.text(verdict.map(|verdict| verdict.reason.blame().as_str()));
    row.text(verdict.and_then(|verdict| verdict.basis).map(Basis::as_str));
    text(&mut row, "text", said(event.text));
    row.float(event.delay_s);
    row.floats(event.delays_s.as_ref().map(<[f64; 4]>::as_slice));
    match &event.dsn {
        None => row.none(8),
        Some(dsn) => {
            for (name, field) in DSN_FIELDS {
                text(&mut row, name, field(dsn));
            }
            row.time(dsn.report.arrival.map(Timestamp::as_millis));
            let words: Vec<_> = dsn.deviations().iter().map(Deviation::as_str).collect();
            row.text(Some(&words.join(" ")));
        }
    }
    row.none(6);
    row.uint(Some(event.times));
    row.float(event.attempt_s);
    row.text(status(event.reply_status).as_deref());
    row.text(status(event.status).as_deref());
    // Nearly always it is a piece of the text, and mostly its end.
    let place = memmem(event.reply, event.text);
    let to_end = place.is_some_and(|at| at + event.reply.len() == event.text.len());
    let short = |n: usize| u32::try_from(n).ok();
    row.uint(place.and_then(short));
    row.uint(
        place
            .filter(|_| !to_end)
            .and_then(|_| short(event.reply.len())),
    );
    let apart = said(event.reply).filter(|_| place.is_none());
    text(&mut row, "reply", apart);
    row.text(raw.take().as_deref());
}

/// A field of a bounce.
type DsnField = for<'b> fn(&DsnFields<'b>) -> Option<&'b [u8]>;

const DSN_FIELDS: [(&str, DsnField); 6] = [
    ("action", |dsn| dsn.action()),
    ("status", |dsn| dsn.status()),
    ("diagnostic", |dsn| dsn.diagnostic()),
    ("final_recipient", |dsn| dsn.final_recipient()),
    ("remote_mta", |dsn| dsn.remote_mta()),
    ("reporting_mta", |dsn| dsn.reporting_mta()),
];

fn queue(
    mut row: Row<'_>,
    fact: &QueueFact<'_>,
    (input, line): (&str, Option<i64>),
    raw: &mut Raw,
) {
    let (mut client, mut sender, mut message_id, mut said_text) = (None, None, None, None);
    let (mut size, mut recipients, mut forced) = (None, None, None);
    let mut notification = None;
    match fact.fact {
        Fact::Arrival {
            client: of,
            sender: by,
            message_id: id,
        } => (client, sender, message_id) = (said(of), by, id),
        Fact::Active {
            sender: by,
            size: bytes,
            recipients: to,
        } => {
            sender = Some(by);
            size = bytes.and_then(|bytes| i64::try_from(bytes).ok());
            recipients = to;
        }
        Fact::Expired {
            sender: by,
            forced: by_operator,
        } => (sender, forced) = (Some(by), Some(by_operator)),
        Fact::HostFailed { text } => said_text = said(text),
        Fact::MessageId(id) => message_id = Some(id),
        Fact::Notification { queue_id, kind } => notification = Some((kind, queue_id)),
        Fact::Cancelled | Fact::Held | Fact::NotificationFailed | Fact::Other | Fact::Removed => {}
    }
    row.text(Some("queue"));
    row.text(Some(fact.fact.as_str()));
    row.time(Some(fact.time.as_millis()));
    row.text(Some(fact.source.as_str()));
    row.text(Some(input));
    row.int(line);
    let mut text = |row: &mut Row<'_>, name, value: Option<&[u8]>| {
        row.text(value.map(|value| raw.text(name, value)).as_deref());
    };
    text(&mut row, "host", said(fact.host));
    text(&mut row, "instance", said(fact.instance));
    text(&mut row, "queue_id", said(fact.queue_id));
    text(&mut row, "message_id", message_id);
    text(&mut row, "sender", sender);
    row.none(15);
    text(&mut row, "text", said_text);
    row.none(10);
    text(&mut row, "client", client);
    row.int(size);
    row.uint(recipients);
    row.flag(forced);
    row.text(notification.map(|(kind, _)| word_of(kind)));
    let other_id = notification.and_then(|(_, queue_id)| said(queue_id));
    text(&mut row, "notification_queue_id", other_id);
    row.uint(Some(fact.times));
    row.none(6);
    row.text(raw.take().as_deref());
}

const fn word_of(kind: Notification) -> &'static str {
    match kind {
        Notification::Delay => "delay",
        Notification::Failure => "failure",
        Notification::Success => "success",
    }
}

/// In core an empty slice means: not said.
fn said(bytes: &[u8]) -> Option<&[u8]> {
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

fn memmem(piece: &[u8], text: &[u8]) -> Option<usize> {
    if piece.is_empty() || piece.len() > text.len() {
        return None;
    }
    if text.ends_with(piece) {
        return Some(text.len() - piece.len());
    }
    text.windows(piece.len()).position(|window| window == piece)
}

/// What a row says.
pub(crate) enum Said<'t> {
    Delivery(Box<Delivery<'t>>),
    Queue(QueueFact<'t>),
}

/// Rows that were read: each column at its place.
pub(crate) struct Rows {
    table: Table,
    places: Vec<Option<usize>>,
    /// Bytes that are no UTF-8, of the row that is being read.
    unraw: Unraw,
}

impl Rows {
    /// Some columns of a store.
    pub(crate) fn new(table: Table) -> Rows {
        let place = |name| table.columns().iter().position(|column| column.0 == name);
        Rows {
            places: FIELDS.iter().map(|&(name, _)| place(name)).collect(),
            table,
            unraw: Unraw::default(),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// The line of a row.
    pub(crate) fn line(&self, row: usize) -> Option<i64> {
        match self.data(LINE)? {
            Data::Int(values) => *values.get(row)?,
            _ => None,
        }
    }

    /// What a row says.
    ///
    /// # Errors
    /// The name of the column whose value makes no sense.
    pub(crate) fn said(&mut self, row: usize) -> Result<Said<'_>, &'static str> {
        let raw = self.text(RAW, row).map(Unraw::read);
        self.unraw = raw.unwrap_or_default();
        let rows = &*self;
        let time = rows.time(row).ok_or("time")?;
        let source = match rows.text(SOURCE, row) {
            Some("postfix") => Source::Postfix,
            Some("exim") => Source::Exim,
            Some("dsn") => Source::Dsn,
            _ => return Err("source"),
        };
        let times = rows.uint(TIMES, row).ok_or("times")?.max(1);
        match rows.text(RECORD, row) {
            Some("delivery") => {
                let event = rows.delivery(row, time, source, times)?;
                Ok(Said::Delivery(Box::new(event)))
            }
            Some("queue") => Ok(Said::Queue(QueueFact {
                time,
                source,
                host: rows.bytes(HOST, row).unwrap_or_default(),
                instance: rows.bytes(INSTANCE, row).unwrap_or_default(),
                queue_id: rows.bytes(QUEUE_ID, row).unwrap_or_default(),
                fact: rows.fact(row)?,
                times,
            })),
            _ => Err("record"),
        }
    }

    /// True for a row about a queued message.
    pub(crate) fn is_queue(&self, row: usize) -> bool {
        self.text(RECORD, row) == Some("queue")
    }

    fn delivery(
        &self,
        row: usize,
        time: Timestamp,
        source: Source,
        times: u32,
    ) -> Result<Delivery<'_>, &'static str> {
        let text = self.bytes(TEXT, row).unwrap_or_default();
        let reply = match self.uint(REPLY_START, row) {
            None => self.bytes(REPLY, row).unwrap_or_default(),
            Some(start) => {
                let start = start as usize;
                let end = self
                    .uint(REPLY_LENGTH, row)
                    .map_or(text.len(), |length| start.saturating_add(length as usize));
                text.get(start..end).ok_or("reply_start")?
            }
        };
        let code = self.uint(REPLY_CODE, row).map(|code| {
            let code = u16::try_from(code).ok();
            code.and_then(ReplyCode::new).ok_or("reply_code")
        });
        let port = self.uint(RELAY_PORT, row);
        let port = port.map(|port| u16::try_from(port).map_err(|_| "relay_port"));
        let status = |column, name| {
            let text = self.text(column, row);
            text.map(|text| text.parse::<EnhancedStatus>().map_err(|_| name))
                .transpose()
        };
        Ok(Delivery {
            time,
            source,
            host: self.bytes(HOST, row).unwrap_or_default(),
            instance: self.bytes(INSTANCE, row).unwrap_or_default(),
            queue_id: self.bytes(QUEUE_ID, row).unwrap_or_default(),
            sender: self.bytes(SENDER, row),
            message_id: self.bytes(MESSAGE_ID, row),
            recipient: self.bytes(RECIPIENT, row).ok_or("recipient")?,
            original_recipient: self.bytes(ORIGINAL_RECIPIENT, row),
            relay: Relay {
                host: self.bytes(RELAY_HOST, row).unwrap_or_default(),
                ip: self.bytes(RELAY_IP, row).unwrap_or_default(),
                port: port.transpose()?,
            },
            outcome: self
                .word(OUTCOME, row, &OUTCOMES, Outcome::as_str)
                .ok_or("outcome")?,
            contact: self
                .word(CONTACT, row, &CONTACTS, Contact::as_str)
                .ok_or("contact")?,
            stage: match self.text(STAGE, row) {
                None => None,
                Some(_) => Some(
                    self.word(STAGE, row, &STAGES, Stage::as_str)
                        .ok_or("stage")?,
                ),
            },
            reply_code: code.transpose()?,
            reply_status: status(REPLY_STATUS, "reply_status")?,
            status: status(MTA_STATUS, "mta_status")?,
            reply,
            text,
            delay_s: self.float(DELAY_S, row),
            delays_s: None,
            attempt_s: self.float(ATTEMPT_S, row),
            times,
            dsn: None,
        })
    }

    fn fact(&self, row: usize) -> Result<Fact<'_>, &'static str> {
        Ok(match self.text(FACT, row) {
            Some("arrival") => Fact::Arrival {
                client: b"",
                sender: self.bytes(SENDER, row),
                message_id: self.bytes(MESSAGE_ID, row),
            },
            Some("active") => Fact::Active {
                sender: self.bytes(SENDER, row).ok_or("sender")?,
                size: None,
                recipients: None,
            },
            Some("cancelled") => Fact::Cancelled,
            Some("expired") => Fact::Expired {
                sender: self.bytes(SENDER, row).ok_or("sender")?,
                forced: self.flag(FORCED, row).ok_or("forced")?,
            },
            Some("message_id") => Fact::MessageId(self.bytes(MESSAGE_ID, row).ok_or("message_id")?),
            Some("removed") => Fact::Removed,
            // Neither counts nor fates ask for more of them than that there was a line.
            Some("held" | "host_failed" | "notification" | "notification_failed" | "other") => {
                Fact::Other
            }
            _ => return Err("fact"),
        })
    }

    fn data(&self, column: usize) -> Option<&Data> {
        let place = (*self.places.get(column)?)?;
        self.table.columns().get(place).map(|(_, data)| data)
    }

    fn text(&self, column: usize, row: usize) -> Option<&str> {
        match self.data(column)? {
            Data::Text(texts) => texts.get(row),
            _ => None,
        }
    }

    /// As it stood in the log.
    fn bytes(&self, column: usize, row: usize) -> Option<&[u8]> {
        let text = self.text(column, row)?;
        let name = FIELDS.get(column).map_or("", |field| field.0);
        Some(self.unraw.bytes(name).unwrap_or(text.as_bytes()))
    }

    fn uint(&self, column: usize, row: usize) -> Option<u32> {
        match self.data(column)? {
            Data::UInt(values) => *values.get(row)?,
            _ => None,
        }
    }

    fn float(&self, column: usize, row: usize) -> Option<f64> {
        match self.data(column)? {
            Data::Float(values) => *values.get(row)?,
            _ => None,
        }
    }

    fn flag(&self, column: usize, row: usize) -> Option<bool> {
        match self.data(column)? {
            Data::Flag(values) => *values.get(row)?,
            _ => None,
        }
    }

    fn time(&self, row: usize) -> Option<Timestamp> {
        match self.data(TIME)? {
            Data::Time(values) => (*values.get(row)?).map(Timestamp::from_millis),
            _ => None,
        }
    }

    fn word<W: Copy>(
        &self,
        column: usize,
        row: usize,
        words: &[W],
        as_str: fn(W) -> &'static str,
    ) -> Option<W> {
        let text = self.text(column, row)?;
        words.iter().copied().find(|&word| as_str(word) == text)
    }
}

// The commonest first.
const OUTCOMES: [Outcome; 7] = [
    Outcome::Delivered,
    Outcome::Deferred,
    Outcome::Bounced,
    Outcome::Relayed,
    Outcome::Expired,
    Outcome::Discarded,
    Outcome::Probe,
];
const CONTACTS: [Contact; 3] = [Contact::Fresh, Contact::Echo, Contact::None];
const STAGES: [Stage; 10] = [
    Stage::EndOfData,
    Stage::Rcpt,
    Stage::Connect,
    Stage::Dns,
    Stage::Local,
    Stage::Greeting,
    Stage::Helo,
    Stage::Tls,
    Stage::Mail,
    Stage::Data,
];

const RECORD: usize = place("record");
const FACT: usize = place("fact");
const TIME: usize = place("time");
const SOURCE: usize = place("source");
const LINE: usize = place("line");
const HOST: usize = place("host");
const INSTANCE: usize = place("instance");
const QUEUE_ID: usize = place("queue_id");
const MESSAGE_ID: usize = place("message_id");
const SENDER: usize = place("sender");
const RECIPIENT: usize = place("recipient");
const ORIGINAL_RECIPIENT: usize = place("original_recipient");
const RELAY_HOST: usize = place("relay_host");
const RELAY_IP: usize = place("relay_ip");
const RELAY_PORT: usize = place("relay_port");
const OUTCOME: usize = place("outcome");
const CONTACT: usize = place("contact");
const STAGE: usize = place("stage");
const REPLY_CODE: usize = place("reply_code");
const TEXT: usize = place("text");
const DELAY_S: usize = place("delay_s");
const FORCED: usize = place("forced");
const TIMES: usize = place("times");
const ATTEMPT_S: usize = place("attempt_s");
const REPLY_STATUS: usize = place("reply_status");
const MTA_STATUS: usize = place("mta_status");
const REPLY_START: usize = place("reply_start");
const REPLY_LENGTH: usize = place("reply_length");
const REPLY: usize = place("reply");
const RAW: usize = place("raw");

/// Where a column stands in [`FIELDS`], found when this is compiled.
const fn place(name: &str) -> usize {
    let mut at = 0;
    while at < FIELDS.len() {
        if same(FIELDS[at].0.as_bytes(), name.as_bytes()) {
            return at;
        }
        at += 1;
    }
    panic!("no such column")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}
