//! The table of what each of our own sending hosts saw of an outage.

use crate::render::table::Column;
use crate::words::numbers::{count, percent};
use mailgap_core::outage::HostCount;

/// The columns of [`row`].
pub(crate) const HOST: [Column; 4] = [
    Column::words("our host"),
    Column::numbers("attempts", 0),
    Column::numbers("failed", 0),
    Column::numbers("share", 0),
];

/// A row for one host; its name may hold hostile text.
pub(crate) fn row(host: &HostCount) -> [String; 4] {
    [
        String::from_utf8_lossy(&host.host).into_owned(),
        count(host.attempts),
        count(host.failures),
        percent(host.failures, host.attempts),
    ]
}
