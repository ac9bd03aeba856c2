//! What one bounce says, and the events in it.
//!
//! A report owns what it holds: fields are unfolded and decoded, so little of it stands in the message as
//! it is. One report of a real mailbox has one recipient.

use super::deviation::{Deviation, Deviations};
use super::fields::{self, Action, Said};
use super::groups::{Field, Group, Status, find};
use super::headers::Headers;
use super::text::{self, Families, Waited};
use super::{contact, date, domain, exit_code, expiry, stage};
use crate::event::{Contact, Delivery, Outcome, Relay, Source, Stage};
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::time::Timestamp;

/// How a bounce says what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Status fields (RFC 3464).
    DeliveryStatus,
    /// The text that Exim writes.
    Exim,
    /// Another text, read by its shape.
    General,
    /// The text that Postfix writes.
    Postfix,
    /// The text of qmail (QSBMF).
    Qmail,
}

impl Format {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::DeliveryStatus => "delivery_status",
            Format::Exim => "exim",
            Format::General => "general",
            Format::Postfix => "postfix",
            Format::Qmail => "qmail",
        }
    }
}

/// One bounce, understood.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// How it says what it says.
    pub format: Format,
    /// The host that wrote it; empty when it does not say.
    pub reporting_mta: Vec<u8>,
    /// When the message came into its queue.
    pub arrival: Option<Timestamp>,
    /// When the report was written.
    pub date: Option<Timestamp>,
    /// The message's id in the queue of the reporting MTA; empty when it does not say.
    pub queue_id: Vec<u8>,
    /// The envelope sender of the message.
    pub sender: Option<Vec<u8>>,
    /// The Message-ID of the message, without angle brackets.
    pub message_id: Option<Vec<u8>>,
    /// The per-message fields as they stand.
    pub fields: Vec<Field>,
    /// Each recipient.
    pub recipients: Vec<Recipient>,
    /// What was odd about the message as a whole.
    pub deviations: Deviations,
}

/// What a bounce says of one recipient.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recipient {
    /// The address, its domain in A-label form; may be empty or have no `@`.
    pub address: Vec<u8>,
    /// The address before aliases, where the report names it and it differs.
    pub original: Option<Vec<u8>>,
    /// What was done.
    pub action: Option<Action>,
    /// The Status field's code.
    pub status: Option<EnhancedStatus>,
    /// The reply code in the diagnostic.
    pub reply_code: Option<ReplyCode>,
    /// The enhanced code in the diagnostic.
    pub reply_status: Option<EnhancedStatus>,
    /// The diagnostic, else the words for people about this recipient.
    pub text: Vec<u8>,
    /// Where the reply of the remote side begins in `text`; its length when there is none.
    reply: usize,
    /// The host that answered, or was tried.
    pub remote_mta: Vec<u8>,
    stage: Option<Stage>,
    /// The notice around the fields says that the message waited for too long.
    waited: bool,
    /// When it was last tried.
    pub last_attempt: Option<Timestamp>,
    /// The fields of its group as they stand.
    pub fields: Vec<Field>,
    /// What was odd about it.
    pub deviations: Deviations,
}

/// What an event has from the bounce it was read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DsnFields<'b> {
    /// The whole bounce.
    pub report: &'b Report,
    /// The group of this recipient.
    pub recipient: &'b Recipient,
}

impl<'b> DsnFields<'b> {
    /// Action: its word, or the field as it stands where the word is unknown. A comment may follow the word.
    pub fn action(&self) -> Option<&'b [u8]> {
        let field = self.field("action")?;
        Some(match self.recipient.action {
            Some(action) => action.as_str().as_bytes(),
            None => field,
        })
    }

    /// Status as it stands.
    pub fn status(&self) -> Option<&'b [u8]> {
        self.field("status")
    }

    /// Diagnostic-Code as it stands, folds joined.
    pub fn diagnostic(&self) -> Option<&'b [u8]> {
        self.field("diagnostic-code")
    }

    /// Final-Recipient as it stands.
    pub fn final_recipient(&self) -> Option<&'b [u8]> {
        self.field("final-recipient")
    }

    /// Remote-MTA as it stands.
    pub fn remote_mta(&self) -> Option<&'b [u8]> {
        self.field("remote-mta")
    }

    /// Reporting-MTA as it stands.
    pub fn reporting_mta(&self) -> Option<&'b [u8]> {
        find(&self.report.fields, "reporting-mta")
    }

    /// What was odd about the message and about this recipient.
    pub fn deviations(&self) -> Deviations {
        self.report.deviations.and(self.recipient.deviations)
    }

    fn field(&self, name: &str) -> Option<&'b [u8]> {
        find(&self.recipient.fields, name)
    }
}

impl Report {
    /// The events, one for each recipient. `reference` stands in where the report has no date.
    pub fn deliveries(&self, reference: Timestamp) -> impl Iterator<Item = Delivery<'_>> {
        self.recipients
            .iter()
            .map(move |recipient| recipient.delivery(self, reference))
    }

    /// From the fields of a status part, and what the message's own headers and the returned message add.
    pub(super) fn from_status(status: Status) -> Report {
        let fields = status.per_message;
        let mut deviations = status.deviations;
        let reporting_mta = find(&fields, "reporting-mta").map_or(Vec::new(), host_of);
        if reporting_mta.is_empty() {
            deviations.add(Deviation::ReportingMtaMissing);
        }
        let arrival = find(&fields, "arrival-date").map(|value| (value, date::parse(value)));
        if matches!(arrival, Some((value, None)) if !value.is_empty()) {
            deviations.add(Deviation::Date);
        }
        let sender = find(&fields, "x-postfix-sender").map(|value| {
            let (kind, value) = fields::typed(value);
            fields::address(value, kind)
        });
        Report {
            format: Format::DeliveryStatus,
            reporting_mta,
            arrival: arrival.and_then(|(_, time)| time),
            date: None,
            queue_id: find(&fields, "x-postfix-queue-id")
                .unwrap_or_default()
                .to_vec(),
            sender,
            message_id: None,
            recipients: status.recipients.into_iter().map(Recipient::of).collect(),
            fields,
            deviations,
        }
    }

    /// From the words for people.
    pub(super) fn from_text(format: Format, recipients: Vec<Recipient>) -> Report {
        let mut deviations = Deviations::default();
        deviations.add(Deviation::TextOnly);
        Report {
            format,
            reporting_mta: Vec::new(),
            arrival: None,
            date: None,
            queue_id: Vec::new(),
            sender: None,
            message_id: None,
            fields: Vec::new(),
            recipients,
            deviations,
        }
    }

    /// What the header of the bounce says.
    pub(super) fn take_headers(&mut self, headers: &Headers<'_>) {
        let own = headers.value(b"date");
        self.date = own.as_deref().and_then(date::parse).or_else(|| {
            // Behind the last semicolon of the line that its receiver wrote.
            let received = headers.value(b"received")?;
            date::parse(received.rsplit(|&byte| byte == b';').next()?)
        });
        if own.as_deref().is_some_and(|own| date::parse(own).is_none()) {
            self.deviations.add(Deviation::Date);
        }
    }

    /// The message that the bounce answers, where nothing else names the one that failed. The last of
    /// several references is the message itself (RFC 5322 section 3.6.4).
    pub(super) fn take_references(&mut self, headers: &Headers<'_>) {
        if self.message_id.is_some() {
            return;
        }
        let original = self.recipients.iter().find_map(|recipient| {
            find(&recipient.fields, "original-message-id").map(<[u8]>::to_vec)
        });
        self.message_id = original
            .or_else(|| headers.value(b"in-reply-to"))
            .iter()
            .chain(headers.value(b"references").iter())
            .find_map(|ids| last_message_id(ids));
    }

    /// Notes of whom the words for people say that the message waited for too long.
    pub(super) fn take_notice(&mut self, families: &Families, words: &[u8]) {
        let alone = self.recipients.len() == 1;
        let waited = if alone && expiry::is_in(words) {
            Waited::All
        } else {
            text::waited(families, words)
        };
        for recipient in &mut self.recipients {
            recipient.waited = waited.has(&recipient.address);
        }
    }

    /// What the header of the returned message says.
    pub(super) fn take_returned(&mut self, returned: &Headers<'_>) {
        self.message_id = returned
            .value(b"message-id")
            .map(|id| fields::address(&id, None))
            .filter(|id| !id.is_empty());
        if self.sender.is_none() {
            self.sender = returned
                .value(b"return-path")
                .map(|path| fields::address(&path, None));
        }
        if let Some(received) = returned.value(b"received") {
            let (host, id) = by_and_id(&received);
            if self.reporting_mta.is_empty() && self.format != Format::DeliveryStatus {
                self.reporting_mta = host.to_vec();
            }
            if self.queue_id.is_empty() && host.eq_ignore_ascii_case(&self.reporting_mta) {
                self.queue_id = id.to_vec();
            }
        }
    }
}

/// `<one@a> <two@b>` → `two@b`.
fn last_message_id(ids: &[u8]) -> Option<Vec<u8>> {
    let open = memchr::memrchr(b'<', ids)?;
    let id = fields::address(ids.get(open..)?, None);
    (!id.is_empty()).then_some(id)
}

/// `from x by HOST (Postfix) with ESMTP id ID for ...` → the host and the id.
fn by_and_id(received: &[u8]) -> (&[u8], &[u8]) {
    // Comments in parentheses say other things by and with other programs.
    let mut depth = 0_usize;
    let mut words = received
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty() && !is_within_comment(word, &mut depth));
    let (mut host, mut id) = (&b""[..], &b""[..]);
    while let Some(word) = words.next() {
        if host.is_empty() && word.eq_ignore_ascii_case(b"by") {
            host = words.next().unwrap_or_default();
        } else if !host.is_empty() && word.eq_ignore_ascii_case(b"id") {
            id = words.next().unwrap_or_default();
            break;
        }
    }
    (host, id.strip_suffix(b";").unwrap_or(id))
}

/// True for a word of a comment; `depth`: how many parentheses are open before it, and then behind it.
fn is_within_comment(word: &[u8], depth: &mut usize) -> bool {
    let before = *depth;
    for &byte in word {
        *depth = match byte {
            b'(' => *depth + 1,
            b')' => depth.saturating_sub(1),
            _ => *depth,
        };
    }
    before > 0 || word.starts_with(b"(")
}

/// `dns; mx.example.org (192.0.2.1)` → the name.
fn host_of(value: &[u8]) -> Vec<u8> {
    let (_, name) = fields::typed(value);
    name.split(|&byte| byte.is_ascii_whitespace() || byte == b'(')
        .next()
        .unwrap_or_default()
        .to_vec()
}

impl Recipient {
    fn of(group: Group) -> Recipient {
        let mut deviations = group.deviations;
        let (last, original) = (
            named(&group, "final-recipient"),
            named(&group, "original-recipient"),
        );
        let untyped = |named: &Option<Named>| named.as_ref().is_some_and(|named| !named.typed);
        if untyped(&last) || untyped(&original) {
            deviations.add(Deviation::TypeMissing);
        }
        let last = last.map(|named| named.address).unwrap_or_default();
        let original = original
            .map(|named| named.address)
            .filter(|named| !named.is_empty());
        let (address, original) = match original {
            Some(original) if last.is_empty() => (original, None),
            original => (last, original),
        };
        let action = group.value("action");
        let parsed = action.and_then(Action::parse);
        match action {
            None => deviations.add(Deviation::ActionMissing),
            Some(_) if parsed.is_none() => deviations.add(Deviation::ActionUnknown),
            Some(_) => {}
        }
        let status = group.value("status");
        let code = status.and_then(fields::status);
        match status {
            None => deviations.add(Deviation::StatusMissing),
            Some(_) if code.is_none() => deviations.add(Deviation::StatusInvalid),
            Some(_) => {}
        }
        let last_attempt = group.value("last-attempt-date");
        let time = last_attempt.and_then(date::parse);
        if time.is_none() && last_attempt.is_some_and(|value| !value.is_empty()) {
            deviations.add(Deviation::Date);
        }
        let mut recipient = Recipient {
            action: parsed,
            status: code,
            remote_mta: group.value("remote-mta").map_or(Vec::new(), host_of),
            last_attempt: time,
            deviations,
            ..Recipient::default()
        };
        recipient.set_address(address, original);
        if let Some(value) = group.value("diagnostic-code") {
            let (kind, text) = fields::typed(value);
            let is = |name: &[u8]| kind.is_some_and(|kind| kind.eq_ignore_ascii_case(name));
            recipient.set_text(text.to_vec(), is(b"x-postfix"));
            if is(b"x-unix") {
                // A mailer of the reporting host.
                recipient.stage = Some(Stage::Local);
                recipient.reply_status = recipient.reply_status.or(exit_code::status(text));
            }
        }
        recipient.fields = group.fields;
        recipient
    }

    /// From the words for people.
    pub(super) fn of_text(
        address: &[u8],
        original: Option<Vec<u8>>,
        text: Vec<u8>,
        action: Action,
    ) -> Recipient {
        let mut recipient = Recipient {
            action: Some(action),
            ..Recipient::default()
        };
        recipient.set_address(fields::address(address, None), original);
        recipient.set_text(text, false);
        recipient
    }

    /// Another address than the fields name; the one before aliases where it differs.
    pub(super) fn set_address(&mut self, address: Vec<u8>, original: Option<Vec<u8>>) {
        self.address = domain::to_a_labels(address);
        self.original = original
            .map(domain::to_a_labels)
            .filter(|original| !original.eq_ignore_ascii_case(&self.address));
        if self.address.is_empty() {
            self.deviations.add(Deviation::RecipientMissing);
        }
    }

    /// Takes these words as what was said; `postfix`: in Postfix's own way.
    pub(super) fn set_text(&mut self, text: Vec<u8>, postfix: bool) {
        let Said {
            code,
            status,
            reply,
        } = fields::diagnostic(&text);
        self.reply_code = code;
        self.reply_status = status;
        self.reply = reply;
        self.stage = stage::of_diagnostic(&text, reply);
        if postfix && code.is_none() {
            self.stage = crate::postfix::stage_of(&text).or(self.stage);
        }
        self.text = text;
    }

    /// How far the attempt came, as far as it is known.
    pub(super) const fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// Takes a stage that stands beside the diagnostic.
    pub(super) const fn set_stage(&mut self, stage: Option<Stage>) {
        self.stage = stage;
    }

    /// True when the Status field says why: not only its class and its subject, nor that time ran out.
    pub(super) fn has_specific_status(&self) -> bool {
        self.status.is_some_and(|status| {
            status.detail() != 0 && (status.subject(), status.detail()) != (4, 7)
        })
    }

    fn outcome(&self) -> Outcome {
        match self.action {
            Some(Action::Delayed) => Outcome::Deferred,
            Some(Action::Deliverable) => Outcome::Probe,
            Some(Action::Delivered) => Outcome::Delivered,
            Some(Action::Relayed | Action::Expanded) => Outcome::Relayed,
            Some(Action::Failed) | None => {
                let status = self.status.or(self.reply_status);
                let delivered = status.is_some_and(|status| status.class() == 2);
                if self.action.is_none() && delivered {
                    Outcome::Delivered
                } else if self.is_expired() {
                    Outcome::Expired
                } else {
                    Outcome::Bounced
                }
            }
        }
    }

    /// Given up after temporary failures. Exim writes Status 5.0.0 whatever the last reply was, so the reply
    /// comes before it; x.4.7 says that the message waited for too long.
    fn is_expired(&self) -> bool {
        let too_long = |status: EnhancedStatus| (status.subject(), status.detail()) == (4, 7);
        let status = self.status.or(self.reply_status);
        if self.status.is_some_and(too_long)
            || self.reply_status.is_some_and(too_long)
            || status.is_some_and(|status| status.class() == 4)
        {
            return true;
        }
        // Whatever the words are, a code that says why is no loss of patience.
        let says_why = |status: EnhancedStatus| status.subject() != 4 && status.detail() != 0;
        if status.is_some_and(says_why) {
            return false;
        }
        let own_words = self.text.get(..self.reply).unwrap_or_default();
        match self.reply_code.map(ReplyCode::class) {
            Some(4) => true,
            // Exchange writes its own words as a reply: `550 5.4.300 Message expired -> 421 4.4.1 timed out`.
            Some(_) => {
                let of_way = self
                    .reply_status
                    .or(self.status)
                    .is_some_and(|status| status.subject() == 4);
                expiry::is_in(own_words) || (of_way && expiry::is_in(&self.text))
            }
            None => {
                // 5.4.x speaks of the way to the host, which can fail for a time.
                let refused =
                    |status: EnhancedStatus| !status.is_generic() && status.subject() != 4;
                expiry::is_in(own_words)
                    || (!status.is_some_and(refused)
                        && (self.waited || stage::fails_to_connect(own_words)))
            }
        }
    }

    /// The MTA's own words, without a reply, say that an earlier failure held the message back, or that its
    /// own side did.
    fn contact(&self, report: &Report) -> Contact {
        const WORDS: [&[u8]; 4] = [
            b"delivery temporarily suspended",
            b"have been failing for a long time",
            b"retry time not reached",
            b"retry timeout exceeded",
        ];
        let has = |words: &[u8]| memchr::memmem::find(&self.text, words).is_some();
        let remote = !self.remote_mta.is_empty()
            && !self.remote_mta.eq_ignore_ascii_case(&report.reporting_mta);
        if self.reply_code.is_none() && WORDS.iter().any(|words| has(words)) {
            Contact::Echo
        } else if self.stage == Some(Stage::Local)
            || (!remote
                && !self.stage.is_some_and(is_of_session)
                && contact::is_of_own_side(&self.text, self.reply_code.is_some()))
        {
            Contact::None
        } else {
            Contact::Fresh
        }
    }

    /// Puts other words in the place of the text, in front of the reply and in it.
    pub(crate) fn map_text(&mut self, change: impl Fn(&[u8]) -> Vec<u8>) {
        let (words, reply) = self.text.split_at(self.reply.min(self.text.len()));
        let mut text = change(words);
        let start = text.len();
        text.append(&mut change(reply));
        (self.text, self.reply) = (text, start);
    }

    fn delivery<'b>(&'b self, report: &'b Report, reference: Timestamp) -> Delivery<'b> {
        let time = self
            .last_attempt
            .or(report.date)
            .or(report.arrival)
            .unwrap_or(reference);
        let reply = self.text.get(self.reply..).unwrap_or_default();
        Delivery {
            time,
            source: Source::Dsn,
            host: &report.reporting_mta,
            instance: b"",
            queue_id: &report.queue_id,
            sender: report.sender.as_deref(),
            message_id: report.message_id.as_deref(),
            recipient: &self.address,
            original_recipient: self.original.as_deref(),
            relay: Relay {
                host: &self.remote_mta,
                ..Relay::default()
            },
            outcome: self.outcome(),
            contact: self.contact(report),
            stage: self.stage,
            reply_code: self.reply_code,
            reply_status: self.reply_status,
            status: self.status,
            reply,
            text: &self.text,
            delay_s: report.arrival.map(|arrival| time.seconds_since(arrival)),
            delays_s: None,
            attempt_s: None,
            times: 1,
            dsn: Some(DsnFields {
                report,
                recipient: self,
            }),
        }
    }
}

/// True for a stage that only a session with a remote host reaches.
fn is_of_session(stage: Stage) -> bool {
    !matches!(stage, Stage::Dns | Stage::Connect | Stage::Local)
}

/// An address field, taken apart.
struct Named {
    address: Vec<u8>,
    typed: bool,
}

fn named(group: &Group, name: &str) -> Option<Named> {
    let value = group.value(name)?;
    let (kind, value) = fields::typed(value);
    Some(Named {
        address: fields::address(value, kind),
        typed: kind.is_some() || value.is_empty(),
    })
}
