//! The time that mail was not taken, by month.

use super::length;
use crate::document::{Availability, Estimate};
use crate::render::table::Column;
use crate::words::numbers::{count, share};

/// The columns of [`row`].
pub(crate) const AVAILABILITY: [Column; 8] = [
    Column::words("destination"),
    Column {
        spare: 5,
        ..Column::words("month")
    },
    Column::words("not taking mail"),
    Column {
        spare: 3,
        ..Column::words("partly")
    },
    Column {
        spare: 4,
        ..Column::words("slow")
    },
    Column::numbers("attempts", 1),
    Column::numbers("failed", 2),
    Column::numbers("available", 6),
];

/// What the columns mean, for a reader who has no manual at hand.
pub(crate) const MEANING: &str = "not taking: at least half of the attempts failed; partly: fewer did; available: the \
                                  observed time but for not taking. Of an operator the mean of its destinations";

/// A row; its name may be text of strangers. Lengths and shares are ranges as far as the attempts leave them open.
pub(crate) fn row(row: &Availability) -> [String; 8] {
    let name = match row.scope {
        "operator" => format!("operator {} ({})", row.name, row.domains),
        _ => row.name.clone(),
    };
    [
        name,
        row.month.clone(),
        time(row.not_taking_s),
        time(row.partly_s),
        time(row.slow_s),
        count(row.attempts),
        row.share.map_or_else(|| "-".to_owned(), share),
        fine_percent(row.availability),
    ]
}

fn time(seconds: Estimate) -> String {
    if seconds.most <= 0.0 {
        "-".to_owned()
    } else {
        length::range(seconds.least, seconds.most)
    }
}

/// With two digits; only all is 100 %.
fn fine_percent(shares: Estimate) -> String {
    let percent = |share: f64| {
        let percent = share * 100.0;
        let percent = if share < 1.0 {
            percent.min(99.99)
        } else {
            percent
        };
        format!("{percent:.2}")
    };
    let (least, most) = (percent(shares.least), percent(shares.most));
    if least == most {
        format!("{least} %")
    } else {
        format!("{least} to {most} %")
    }
}
