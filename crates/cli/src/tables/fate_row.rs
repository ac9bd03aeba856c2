//! Fates and lists to act on as rows: the columns are the contract of `mailgap fates`.

use mailgap_core::fate::{Attribution, End, Fate, Grade, Listed, Pending};
use mailgap_core::reason::Reason;
use mailgap_core::reply::ReplyCode;

use crate::tables::rows::Cell;

/// Columns of a fate.
pub(crate) const FATE: &[&str] = &[
    "host",
    "queue_id",
    "message_id",
    "sender",
    "recipient",
    "original_recipient",
    "domain",
    "arrival",
    "fate",
    "first_attempt",
    "last_attempt",
    "final",
    "attempts",
    "echoes",
    "delay_s",
    "reason",
    "reply_code",
    "enhanced_status",
    "text",
    "outage",
    "cause",
    "evidence",
];

/// Columns for people: the address first.
pub(crate) const FATE_TEXT: &[&str] = &[
    "recipient",
    "fate",
    "arrival",
    "final",
    "attempts",
    "outage",
    "reason",
    "text",
];

/// Columns of the list of what to send again.
pub(crate) const RESEND: &[&str] = &[
    "address",
    "sender",
    "queue_id",
    "message_id",
    "fate",
    "reply",
];

/// Columns of the list of whom to take back.
pub(crate) const REINSTATE: &[&str] = &["address", "refusals", "first", "last", "evidence"];

/// Columns of the list of whom to leave off.
pub(crate) const GENUINE: &[&str] = &["address", "refusals", "first", "last"];

/// Columns of the list of what is still queued.
pub(crate) const PENDING: &[&str] = &["address", "queue_id", "expires"];

/// A fate under [`FATE`].
pub(crate) fn fate(fate: &Fate<'_>, attribution: Attribution) -> Vec<Cell> {
    vec![
        Cell::said(fate.host),
        Cell::said(fate.queue_id),
        Cell::bytes(fate.message_id.as_deref()),
        Cell::bytes(fate.sender),
        Cell::bytes(Some(fate.recipient)),
        Cell::bytes(fate.original_recipient),
        fate.domain()
            .map_or(Cell::Null, |domain| Cell::Text(domain.to_string())),
        Cell::time(fate.arrival),
        Cell::word(fate.end.as_str()),
        Cell::time(fate.first_attempt),
        Cell::time(fate.last_attempt),
        Cell::time(fate.ended()),
        Cell::Number(fate.attempts.into()),
        Cell::Number(fate.echoes.into()),
        match fate.delay_s() {
            Some(delay) if fate.end != End::Pending => Cell::Seconds(delay),
            _ => Cell::Null,
        },
        fate.reason
            .map(Reason::as_str)
            .map_or(Cell::Null, Cell::word),
        fate.reply_code
            .map(ReplyCode::get)
            .map_or(Cell::Null, |code| Cell::Number(code.into())),
        fate.enhanced_status
            .map_or(Cell::Null, |status| Cell::Text(status.to_string())),
        Cell::bytes(fate.text.as_deref()),
        attribution
            .outage
            .map_or(Cell::Null, |id| Cell::Number(id.get() as u64)),
        Cell::word(attribution.cause.as_str()),
        attribution
            .grade
            .map(Grade::as_str)
            .map_or(Cell::Null, Cell::word),
    ]
}

/// A fate under [`FATE_TEXT`].
pub(crate) fn fate_text(fate: &Fate<'_>, attribution: Attribution) -> Vec<Cell> {
    vec![
        Cell::bytes(Some(fate.recipient)),
        Cell::word(fate.end.as_str()),
        Cell::time(fate.arrival),
        Cell::time(fate.ended()),
        Cell::Number(fate.attempts.into()),
        attribution
            .outage
            .map_or(Cell::Null, |id| Cell::Number(id.get() as u64)),
        fate.reason
            .map(Reason::as_str)
            .map_or(Cell::Null, Cell::word),
        Cell::bytes(fate.text.as_deref()),
    ]
}

/// A message under [`RESEND`].
pub(crate) fn resend(fate: &Fate<'_>) -> Vec<Cell> {
    vec![
        Cell::bytes(Some(fate.mailed())),
        Cell::bytes(fate.sender),
        Cell::said(fate.queue_id),
        Cell::bytes(fate.message_id.as_deref()),
        Cell::word(fate.end.as_str()),
        Cell::bytes(fate.text.as_deref()),
    ]
}

/// An address under [`REINSTATE`].
pub(crate) fn reinstate(listed: &Listed) -> Vec<Cell> {
    let mut row = genuine(listed);
    row.push(
        listed
            .grade
            .map(Grade::as_str)
            .map_or(Cell::Null, Cell::word),
    );
    row
}

/// An address under [`GENUINE`].
pub(crate) fn genuine(listed: &Listed) -> Vec<Cell> {
    vec![
        Cell::bytes(Some(&listed.address)),
        Cell::Number(listed.refusals),
        Cell::time(Some(listed.first)),
        Cell::time(Some(listed.last)),
    ]
}

/// A message under [`PENDING`].
pub(crate) fn pending(pending: &Pending<'_>) -> Vec<Cell> {
    vec![
        Cell::bytes(Some(pending.fate.recipient)),
        Cell::said(pending.fate.queue_id),
        Cell::time(Some(pending.expires)),
    ]
}
