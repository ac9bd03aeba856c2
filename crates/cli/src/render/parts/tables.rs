//! The tables of the whole log, in words.

use mailgap_core::reason::Reason;

use super::outage::on_one_line;
use crate::document::{DomainRow, ReplyRow};
use crate::render::table::Column;
use crate::words::numbers::{count, percent};
use crate::words::terms;

/// What the two tables hold.
pub(crate) const REPLIES: &str = "The commonest answers to attempts that failed";
pub(crate) const DOMAINS: &str = "The destinations with most failed attempts";

/// The columns of [`reply`].
pub(crate) const REPLY: [Column; 5] = [
    Column::words("answer"),
    Column::words("meaning"),
    Column::numbers("attempts", 0),
    Column::numbers("destinations", 0),
    Column::words("one real answer"),
];

/// The columns of [`domain`].
pub(crate) const DOMAIN: [Column; 5] = [
    Column::words("destination"),
    Column::numbers("delivered", 0),
    Column::numbers("deferred", 0),
    Column::numbers("bounced", 0),
    Column::numbers("failed", 0),
];

/// A row; code and answer may hold text of strangers.
pub(crate) fn reply(row: &ReplyRow) -> [String; 5] {
    let code = answer(row.reply_code, row.enhanced_status.as_deref());
    let reason = Reason::from_name(&row.reason).unwrap_or(Reason::Unspecified);
    [
        code,
        terms::reason(reason).to_owned(),
        count(row.attempts),
        count(row.domains),
        on_one_line(&row.sample),
    ]
}

/// `550 5.1.1`, `no reply (4.4.1)`
pub(crate) fn answer(code: Option<impl ToString>, enhanced: Option<&str>) -> String {
    match (code, enhanced) {
        (Some(code), Some(enhanced)) => format!("{} {enhanced}", code.to_string()),
        (Some(code), None) => code.to_string(),
        (None, Some(enhanced)) => format!("no reply ({enhanced})"),
        (None, None) => "no reply".to_owned(),
    }
}

/// A row; the name may be text of strangers.
pub(crate) fn domain(row: &DomainRow) -> [String; 5] {
    let failed = row.deferred + row.bounced;
    [
        row.domain.clone(),
        count(row.delivered),
        count(row.deferred),
        count(row.bounced),
        percent(failed, failed + row.delivered),
    ]
}
