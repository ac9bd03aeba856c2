//! The time that mail was not taken, by month.

use crate::render::numbers::{count, length, share};
use crate::render::table::Column;
use crate::report::{Availability, Estimate};

/// The columns of [`row`].
pub(crate) const AVAILABILITY: [Column; 8] = [
    Column::words("destination"),
    Column::words("month"),
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
    Column::numbers("available", 0),
];

/// What the columns mean, for a reader who has no manual at hand.
pub(crate) const MEANING: &str = "not taking: at least half of the attempts failed; partly: fewer did; available: the \
                                  observed time but for not taking. Of an operator the mean of its destinations";

/// A row; its name may be text of strangers. `with_doubt` says the least and the most, too.
pub(crate) fn row(row: &Availability, with_doubt: bool) -> [String; 8] {
    let name = match row.scope {
        "operator" => format!("operator {} ({})", row.name, row.domains),
        _ => row.name.clone(),
    };
    [
        name,
        row.month.clone(),
        time(row.not_taking_s, with_doubt),
        time(row.partly_s, with_doubt),
        time(row.slow_s, with_doubt),
        count(row.attempts),
        row.share.map_or_else(|| "-".to_owned(), share),
        fine_percent(row.availability.best),
    ]
}

fn time(seconds: Estimate, with_doubt: bool) -> String {
    let Estimate { best, least, most } = seconds;
    let short = |seconds: f64| match seconds {
        seconds if seconds <= 0.0 => "0".to_owned(),
        seconds => length(seconds),
    };
    if most <= 0.0 {
        "-".to_owned()
    } else if with_doubt && short(least) != short(most) {
        format!("{} ({} to {})", short(best), short(least), short(most))
    } else {
        short(best)
    }
}

/// With two digits; only all is 100 %.
fn fine_percent(share: f64) -> String {
    let percent = share * 100.0;
    let percent = if share < 1.0 {
        percent.min(99.99)
    } else {
        percent
    };
    format!("{percent:.2} %")
}
