//! A tally to rows: see [`rows`](super::rows).

use std::borrow::Cow;

use super::cells::{Answer, HOUR, MINUTE, Minute};
use super::escape::escaped;
use super::evidence::Delays;
use super::recipients::Stretch;
use super::rows::{Number, RowKind, TallyRow, Text};
use super::{Counts, Slot, Tally};
use crate::evidence::Class;

/// Takes one row after the other.
pub(crate) type Each<'e> = &'e mut dyn FnMut(&TallyRow<'_>);

/// Names of the two sketches of a minute.
pub(super) const MESSAGES: &str = "message";
pub(super) const RECIPIENTS: &str = "recipient";

const MINUTES_PER_HOUR: i64 = HOUR / MINUTE;

impl Slot {
    /// The word for it: that of its class, or `neutral`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Slot::Class(class) => class.as_str(),
            Slot::Neutral => "neutral",
        }
    }

    /// Every slot by its index.
    pub(super) fn all() -> impl Iterator<Item = Slot> {
        let classes = Class::ALL.into_iter().map(Slot::Class);
        classes.chain([Slot::Neutral])
    }

    pub(super) fn from_name(name: &str) -> Option<Slot> {
        Slot::all().find(|slot| slot.as_str() == name)
    }
}

impl Tally {
    /// Gives every row, in an order that depends on nothing but what was counted. Rows of one record stand together,
    /// then those of one destination and host, in order of time: so columns pack well.
    pub fn rows(&mut self, each: &mut dyn FnMut(&TallyRow<'_>)) {
        for counts in self.keys.values_mut() {
            counts.order();
        }
        let mut keys: Vec<(&[u8], &[u8], &Counts)> = self
            .keys
            .iter()
            .map(|(&(domain, host), counts)| {
                let (domain, host) = (self.domains.name(domain), self.hosts.name(host));
                (domain, host, counts)
            })
            .collect();
        keys.sort_unstable_by_key(|&(domain, host, _)| (domain, host));
        let mut began: Vec<(&[u8], i64)> = (0..self.hosts.len())
            .filter_map(|host| Some((self.hosts.name(host), *self.began.get(host as usize)?)))
            .filter(|&(_, minute)| minute != i64::MAX)
            .collect();
        began.sort_unstable();
        let mut local: Vec<&[u8]> = self
            .local
            .iter()
            .map(|&domain| self.domains.name(domain))
            .collect();
        local.sort_unstable();
        for record in RowKind::ALL {
            if record == RowKind::Local {
                for &domain in &local {
                    let row = TallyRow::new(record).with(Text::Domain, domain);
                    each(&row.set(Number::Count, 1));
                }
            }
            if record == RowKind::Began {
                for &(host, minute) in &began {
                    let row = TallyRow::new(record).with(Text::Host, host);
                    each(&row.set(Number::Minute, minute).set(Number::Count, 1));
                }
            }
            for &(domain, host, counts) in &keys {
                let row = || {
                    TallyRow::new(record)
                        .with(Text::Domain, domain)
                        .with(Text::Host, host)
                };
                match record {
                    RowKind::Logged if counts.logged => each(&row().set(Number::Count, 1)),
                    RowKind::Echoes if counts.echoes > 0 => {
                        each(&row().set(Number::Count, counts.echoes));
                    }
                    RowKind::Echoed => {
                        for &hash in counts.echoed.kept() {
                            each(&row().set(Number::RecipientHash, hash));
                        }
                    }
                    RowKind::EchoedLimit => {
                        if let Some(limit) = counts.echoed.limit() {
                            each(&row().set(Number::First, limit));
                        }
                    }
                    RowKind::Oldest => {
                        if let Some(arrival) = counts.oldest {
                            each(&row().set(Number::Arrival, arrival));
                        }
                    }
                    RowKind::Delay | RowKind::DelayAged | RowKind::Slow => {
                        delays(record, counts, &row, each);
                    }
                    RowKind::Attempts => {
                        for minute in counts.minutes.cells() {
                            attempts(minute, &row, each);
                        }
                    }
                    RowKind::Failing | RowKind::FailingLimit => {
                        for minute in counts.minutes.cells() {
                            failing(record, minute, &row, each);
                        }
                    }
                    RowKind::Answer => {
                        for cell in counts.answers.cells() {
                            answer(cell, &row, each);
                        }
                    }
                    RowKind::Relay => self.relay_rows(counts, &row, each),
                    RowKind::Refused | RowKind::RefusedFirst => {
                        let stretches = if record == RowKind::Refused {
                            counts.recipients.stretches()
                        } else {
                            counts.recipients.opening_stretches()
                        };
                        for stretch in stretches {
                            each(&refused(row(), stretch));
                        }
                    }
                    _ => {}
                }
            }
        }
        for mailbox in self.known.ordered() {
            each(&TallyRow::new(RowKind::TookMail).set(Number::Recipient, mailbox));
        }
    }

    fn relay_rows<'t>(&'t self, counts: &Counts, row: &dyn Fn() -> TallyRow<'t>, each: Each<'_>) {
        let cells = counts.relays.cells().iter();
        let mut cells: Vec<_> = cells
            .map(|cell| (cell.hour, self.relays.name(cell.host), cell))
            .collect();
        // Hosts have numbers in the order in which they came.
        cells.sort_unstable_by_key(|&(hour, host, _)| (hour, host));
        for (hour, host, cell) in cells {
            let mut row = row()
                .with(Text::Relay, host)
                .set(Number::Minute, hour * MINUTES_PER_HOUR)
                .set(Number::Count, cell.accepted.saturating_add(cell.failed));
            if cell.failed > 0 {
                row = row.set(Number::Failed, cell.failed);
            }
            each(&row);
        }
    }
}

fn delays<'t>(record: RowKind, counts: &Counts, row: &dyn Fn() -> TallyRow<'t>, each: Each<'_>) {
    let delays = counts.taken.delays();
    match record {
        RowKind::Delay => {
            for (step, &count) in delays.whole.iter().enumerate().filter(|(_, n)| **n > 0) {
                each(&row().set(Number::Step, step).set(Number::Count, count));
            }
        }
        RowKind::DelayAged if delays.aged > 0 => each(&row().set(Number::Count, delays.aged)),
        RowKind::DelayAged => {}
        _ => {
            for slow in &delays.slow {
                let mut row = row()
                    .set(Number::Minute, slow.slot * Delays::SLOT_MINUTES)
                    .set(Number::Count, slow.count);
                row.set_number(Number::Step, slow.step.map(i64::from));
                each(&row);
            }
        }
    }
}

fn attempts<'t>(minute: &Minute, row: &dyn Fn() -> TallyRow<'t>, each: Each<'_>) {
    let counts = minute.counts().into_iter().zip(minute.offsets());
    for (slot, (count, offsets)) in Slot::all().zip(counts).filter(|(_, (n, _))| *n > 0) {
        let row = row()
            .with(Text::Class, slot.as_str().as_bytes())
            .set(Number::Minute, minute.number)
            .set(Number::Count, count);
        each(&row.between(offsets.first, offsets.last));
    }
}

fn failing<'t>(record: RowKind, minute: &Minute, row: &dyn Fn() -> TallyRow<'t>, each: Each<'_>) {
    let Some(failed) = &minute.failed else { return };
    let row = || row().set(Number::Minute, minute.number);
    let (messages, recipients) = (&failed.messages, &failed.recipients);
    if record == RowKind::FailingLimit {
        for (name, sketch) in [(MESSAGES, messages), (RECIPIENTS, recipients)] {
            if let Some(limit) = sketch.limit() {
                each(
                    &row()
                        .with(Text::Name, name.as_bytes())
                        .set(Number::First, limit),
                );
            }
        }
        return;
    }
    // Two sets, side by side: half as many rows.
    let (messages, recipients) = (messages.kept(), recipients.kept());
    for place in 0..messages.len().max(recipients.len()) {
        let mut row = row();
        let at = |hashes: &[u32]| hashes.get(place).map(|&hash| i64::from(hash));
        row.set_number(Number::Message, at(messages));
        row.set_number(Number::RecipientHash, at(recipients));
        each(&row);
    }
}

fn answer<'t>(answer: &Answer, row: &dyn Fn() -> TallyRow<'t>, each: Each<'_>) {
    let key = answer.key;
    let status = key.enhanced_status.map(|status| status.to_string());
    let (hash, text) = &answer.sample;
    let sample = format!("{hash:04x} {}", escaped(text));
    let mut row = row()
        .with(Text::Class, key.class.as_str().as_bytes())
        .with(Text::Reason, key.reason.as_str().as_bytes())
        .set(Number::Minute, key.hour * MINUTES_PER_HOUR)
        .set(Number::Count, answer.count);
    row.set_number(
        Number::ReplyCode,
        key.reply_code.map(|code| code.get().into()),
    );
    row.set_text(Text::EnhancedStatus, status.map(Cow::Owned));
    row.set_text(Text::Stage, key.stage.map(|stage| stage.as_str().into()));
    row.set_text(Text::Sample, Some(Cow::Owned(sample)));
    if answer.given_up > 0 {
        row = row.set(Number::GivenUp, answer.given_up);
    }
    each(&row);
}

fn refused(row: TallyRow<'_>, stretch: Stretch) -> TallyRow<'_> {
    let (first, last) = stretch.span;
    let mut row = row
        .with(Text::Class, stretch.class.as_str().as_bytes())
        .set(Number::Recipient, stretch.recipient)
        .set(Number::Minute, stretch.minute)
        .between(first, last);
    row.set_number(Number::Arrival, stretch.arrival.map(i64::from));
    row
}
