//! What the command takes from its surroundings, gathered in one place and in one moment.

use std::env;
use std::io::{self, IsTerminal};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use mailgap_core::time::Timestamp;

/// The surroundings of a run. Tests build one by hand.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts, not states of one thing"
)]
pub struct Environment {
    /// Now: the reference for stamps without a year that come by a pipe.
    pub now: Timestamp,
    /// IANA name of the system's time zone, where it has one.
    pub timezone: Option<String>,
    /// How many threads to use unless told.
    pub jobs: usize,
    /// `COLUMNS`: how wide to write, terminal or not.
    pub columns: Option<usize>,
    /// Columns of the terminal.
    pub terminal_columns: Option<usize>,
    /// Standard input is a terminal: nobody pipes a log in.
    pub stdin_is_terminal: bool,
    /// Standard output is a terminal.
    pub stdout_is_terminal: bool,
    /// Standard error is a terminal.
    pub stderr_is_terminal: bool,
    /// What `NO_COLOR`, `CLICOLOR_FORCE` and `CLICOLOR` ask for; `None` when they say nothing.
    pub color: Option<bool>,
    /// Random bytes, for a key of this run; `None` when the system has none to give.
    pub random: Option<[u8; 32]>,
    /// `TERM` is `dumb`: no colour, no moving cursor.
    pub dumb: bool,
}

impl Environment {
    /// As this process finds it.
    pub fn from_system() -> Environment {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or_default();
        Environment {
            now: Timestamp::from_millis(now),
            timezone: system_timezone(),
            jobs: thread::available_parallelism().map_or(1, usize::from),
            columns: columns(env::var("COLUMNS").ok().as_deref()),
            terminal_columns: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal: io::stdout().is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
            color: color(|name| env::var(name).ok()),
            random: random(),
            dumb: env::var_os("TERM").is_some_and(|value| value == "dumb"),
        }
    }
}

fn random() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok().map(|()| bytes)
}

/// Whether the user wants colour: <https://no-color.org>, then <https://bixense.com/clicolors/>.
fn color(variable: impl Fn(&str) -> Option<String>) -> Option<bool> {
    let said = |name: &str| variable(name).filter(|value| !value.is_empty());
    match (said("NO_COLOR"), said("CLICOLOR_FORCE"), said("CLICOLOR")) {
        (Some(_), _, _) => Some(false),
        (None, Some(force), _) if force != "0" => Some(true),
        (None, _, Some(color)) if color == "0" => Some(false),
        _ => None,
    }
}

/// `COLUMNS` as POSIX has it: a decimal number; anything else says nothing.
fn columns(value: Option<&str>) -> Option<usize> {
    value?.trim().parse().ok().filter(|&columns| columns > 0)
}

/// `TZ` where it is an IANA name (other forms of POSIX are not), else what the system is set to.
fn system_timezone() -> Option<String> {
    if let Ok(name) = env::var("TZ") {
        let name = name.trim_start_matches(':');
        if name.parse::<chrono_tz::Tz>().is_ok() {
            return Some(name.to_owned());
        }
    }
    iana_time_zone::get_timezone().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_asked_for_by_three_variables_of_which_the_first_wins() {
        let cases = [
            ("", None),
            ("NO_COLOR=1", Some(false)),
            ("NO_COLOR=", None),
            ("NO_COLOR=1 CLICOLOR_FORCE=1", Some(false)),
            ("CLICOLOR_FORCE=1", Some(true)),
            ("CLICOLOR_FORCE=1 CLICOLOR=0", Some(true)),
            ("CLICOLOR_FORCE=0", None),
            ("CLICOLOR_FORCE=0 CLICOLOR=0", Some(false)),
            ("CLICOLOR=1", None),
        ];
        for (set, expected) in cases {
            let variable = |name: &str| {
                let mut set = set.split(' ').filter_map(|set| set.split_once('='));
                set.find(|(set, _)| *set == name)
                    .map(|(_, value)| value.to_owned())
            };
            assert_eq!(color(variable), expected, "{set}");
        }
    }

    #[test]
    fn columns_are_a_number_or_nothing() {
        let cases = [
            (None, None),
            (Some(""), None),
            (Some("0"), None),
            (Some("-80"), None),
            (Some("wide"), None),
            (Some("72"), Some(72)),
        ];
        for (value, expected) in cases {
            assert_eq!(columns(value), expected, "{value:?}");
        }
    }
}
