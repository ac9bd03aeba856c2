//! Rows to a tally: see [`rows`](super::rows). Rows come from anywhere: each value is checked.

use std::str::FromStr;

use super::cells::{Answer, AnswerKey, HOUR, MINUTE, Minute, Offsets, RelayHour};
use super::escape::unescaped;
use super::evidence::Delays;
use super::export::{MESSAGES, RECIPIENTS};
use super::recipients::Stretch;
use super::rows::{Number, RowError, RowKind, TallyRow, Text};
use super::{Counts, MAILBOX_BITS, Slot, Tally, begin};
use crate::event::Stage;
use crate::evidence::Class;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};

/// No host counts more. Sums of many such stay far below what a number holds.
pub(crate) const MOST: u64 = 1 << 40;

#[expect(clippy::cast_possible_wrap, reason = "a dozen steps")]
const LAST_STEP: i64 = Delays::STEPS as i64 - 1;

const MINUTES_PER_HOUR: i64 = HOUR / MINUTE;

impl Tally {
    /// Counts what a row says. Rows of records that are no counts of attempts (coverage, inputs) are passed over.
    ///
    /// # Errors
    /// When a column that its record needs is missing, or holds what it cannot. Then what was counted of the rows
    /// before it says nothing that can be relied on.
    pub fn add_row(&mut self, row: &TallyRow<'_>) -> Result<(), RowError> {
        match row.record {
            RowKind::TookMail => {
                self.known
                    .add(row.within(Number::Recipient, (1 << MAILBOX_BITS) - 1)?);
                return Ok(());
            }
            RowKind::Began => {
                let host = self.hosts.number(&row.bytes(Text::Host)?);
                begin(&mut self.began, host, row.minute(1)?);
                return Ok(());
            }
            RowKind::Local => {
                let domain = self.domain_number(&row.bytes(Text::Domain)?);
                self.local.insert(domain);
                return Ok(());
            }
            RowKind::Coverage
            | RowKind::Input
            | RowKind::Unread
            | RowKind::Duplicate
            | RowKind::Overlap
            | RowKind::Odd
            | RowKind::Day => return Ok(()),
            _ => {}
        }
        let (domain, host) = (row.bytes(Text::Domain)?, row.bytes(Text::Host)?);
        let key = (self.domain_number(&domain), self.hosts.number(&host));
        let relays = &mut self.relays;
        let counts = self.keys.entry(key).or_default();
        match row.record {
            RowKind::Logged => counts.logged = true,
            RowKind::Echoes => {
                counts.echoes = counts.echoes.saturating_add(count(row)?);
            }
            RowKind::Echoed | RowKind::EchoedLimit | RowKind::Oldest => add_extreme(counts, row)?,
            RowKind::Delay => counts.taken.add_whole(step(row)?, small_count(row)?),
            RowKind::DelayAged => counts.taken.add_aged(small_count(row)?),
            RowKind::Slow => {
                let slot = row.minute(Delays::SLOT_MINUTES)? / Delays::SLOT_MINUTES;
                let step = match row.number(Number::Step) {
                    Some(_) => Some(step(row)?),
                    None => None,
                };
                counts.taken.add_slow(slot, step, small_count(row)?);
            }
            RowKind::Attempts => {
                let slot = row.word(Text::Class, Slot::from_name)?;
                let (first, last) = row.span(MINUTE)?;
                let (number, count) = (row.minute(1)?, small_count(row)?);
                let minute = counts.minutes.at(number, || Minute::new(number));
                minute.add(slot, Offsets { first, last }, count);
            }
            RowKind::Failing | RowKind::FailingLimit => {
                let number = row.minute(1)?;
                let sketches = sketches(row)?;
                let minute = counts.minutes.at(number, || Minute::new(number));
                let failed = minute.failed();
                for (sketch, said) in [&mut failed.messages, &mut failed.recipients]
                    .into_iter()
                    .zip(sketches)
                {
                    match said {
                        Some(Said::Hash(hash)) => sketch.insert(hash),
                        Some(Said::Limit(limit)) => sketch.cut_at(limit),
                        None => {}
                    }
                }
            }
            RowKind::Answer => {
                let cell = answer(row)?;
                counts.answers.add(cell);
            }
            RowKind::Relay => {
                let host = relays.number(&row.bytes(Text::Relay)?);
                let hour = row.minute(MINUTES_PER_HOUR)? / MINUTES_PER_HOUR;
                let count = count(row)?;
                let failed = row.count_or_zero(Number::Failed, count)?;
                counts.relays.add(RelayHour {
                    hour,
                    host,
                    accepted: count - failed,
                    failed,
                });
            }
            RowKind::Refused | RowKind::RefusedFirst => {
                let first_only = row.record == RowKind::RefusedFirst;
                let stretch = stretch(row)?;
                counts
                    .recipients
                    .add_stretch(&stretch, first_only)
                    .ok_or_else(|| {
                        let minute = stretch.minute.to_string();
                        row.odd(Number::Minute.as_str(), &minute)
                    })?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Takes in what merges by the least: recipients of echoes, and when the oldest message arrived.
fn add_extreme(counts: &mut Counts, row: &TallyRow<'_>) -> Result<(), RowError> {
    let hash = |column| row.within(column, u32::MAX.into());
    match row.record {
        RowKind::Echoed => counts.echoed.insert(hash(Number::RecipientHash)?),
        RowKind::EchoedLimit => counts.echoed.cut_at(hash(Number::First)?),
        _ => {
            let arrival = row.within(Number::Arrival, u32::MAX.into())?;
            counts.oldest = counts.oldest.into_iter().chain([arrival]).min();
        }
    }
    Ok(())
}

/// What a row says of a sketch.
enum Said {
    Hash(u32),
    Limit(u32),
}

/// What a row says of the messages and of the recipients that failed in a minute.
fn sketches(row: &TallyRow<'_>) -> Result<[Option<Said>; 2], RowError> {
    let hash = |column| row.within(column, u32::MAX.into());
    if row.record == RowKind::FailingLimit {
        let limit = Some(Said::Limit(hash(Number::First)?));
        return row
            .word(Text::Name, |name| match name {
                MESSAGES => Some(true),
                RECIPIENTS => Some(false),
                _ => None,
            })
            .map(|of_messages| {
                if of_messages {
                    [limit, None]
                } else {
                    [None, limit]
                }
            });
    }
    let said = |column| -> Result<Option<Said>, RowError> {
        let is_said = row.number(column).is_some();
        is_said.then(|| hash(column).map(Said::Hash)).transpose()
    };
    Ok([said(Number::Message)?, said(Number::RecipientHash)?])
}

fn count(row: &TallyRow<'_>) -> Result<u64, RowError> {
    row.within(Number::Count, MOST.cast_signed())
}

/// Of what is counted with 32 bits.
fn small_count(row: &TallyRow<'_>) -> Result<u32, RowError> {
    row.within(Number::Count, u32::MAX.into())
}

fn step(row: &TallyRow<'_>) -> Result<u8, RowError> {
    row.within(Number::Step, LAST_STEP)
}

fn answer(row: &TallyRow<'_>) -> Result<Answer, RowError> {
    let class = |name: &str| Class::ALL.into_iter().find(|class| class.as_str() == name);
    let stage = |name: &str| Stage::ALL.into_iter().find(|stage| stage.as_str() == name);
    let status = |text: &str| EnhancedStatus::from_str(text).ok();
    let mut reply_code = None;
    if row.number(Number::ReplyCode).is_some() {
        let code: u16 = row.within(Number::ReplyCode, 599)?;
        let odd = || row.odd(Number::ReplyCode.as_str(), &code.to_string());
        reply_code = Some(ReplyCode::new(code).ok_or_else(odd)?);
    }
    let said = |column| row.text(column).is_some();
    let key = AnswerKey {
        hour: row.minute(MINUTES_PER_HOUR)? / MINUTES_PER_HOUR,
        class: row.word(Text::Class, class)?,
        reply_code,
        enhanced_status: said(Text::EnhancedStatus)
            .then(|| row.word(Text::EnhancedStatus, status))
            .transpose()?,
        reason: row.word(Text::Reason, Reason::from_name)?,
        stage: said(Text::Stage)
            .then(|| row.word(Text::Stage, stage))
            .transpose()?,
    };
    let count = count(row)?;
    Ok(Answer {
        key,
        count,
        given_up: row.count_or_zero(Number::GivenUp, count)?,
        sample: row.word(Text::Sample, |sample| {
            let (hash, text) = sample.split_at_checked(4)?;
            let hash = u16::from_str_radix(hash, 16).ok()?;
            let text = unescaped(text.strip_prefix(' ')?);
            Some((
                hash,
                text.get(..super::SAMPLE_BYTES).unwrap_or(&text).into(),
            ))
        })?,
    })
}

fn stretch(row: &TallyRow<'_>) -> Result<Stretch, RowError> {
    let class = row.word(Text::Class, |name| {
        [Class::TmpRcpt, Class::PermRcpt]
            .into_iter()
            .find(|class| class.as_str() == name)
    })?;
    Ok(Stretch {
        recipient: row.within(Number::Recipient, (1 << MAILBOX_BITS) - 1)?,
        class,
        minute: row.minute(1)?,
        span: row.span(super::cells::DAY)?,
        arrival: match row.number(Number::Arrival) {
            Some(_) => Some(row.within(Number::Arrival, i64::from(u32::MAX) - 1)?),
            None => None,
        },
    })
}
