//! The time zone of stamps and of display.

use chrono_tz::{TZ_VARIANTS, Tz};

use crate::environment::Environment;
use crate::exit::{Failure, Result};

/// Where the zone comes from, for the report to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZoneSource {
    /// `--timezone`.
    Flag,
    /// The system's setting.
    System,
    /// Nobody said: UTC.
    Fallback,
}

impl ZoneSource {
    /// In words.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            ZoneSource::Flag => "by --timezone",
            ZoneSource::System => "the system's time zone; --timezone sets another",
            ZoneSource::Fallback => "the system names no time zone; --timezone sets one",
        }
    }
}

/// The zone by the flag, else the system's, else UTC.
pub(crate) fn choose(flag: Option<&str>, environment: &Environment) -> Result<(Tz, ZoneSource)> {
    if let Some(name) = flag {
        return parse(name).map(|zone| (zone, ZoneSource::Flag));
    }
    let system = environment.timezone.as_deref().and_then(find);
    Ok(match system {
        Some(zone) => (zone, ZoneSource::System),
        None => (Tz::UTC, ZoneSource::Fallback),
    })
}

fn parse(name: &str) -> Result<Tz> {
    find(name).ok_or_else(|| {
        let close: Vec<&str> = TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .filter(|known| {
                known
                    .rsplit('/')
                    .next()
                    .is_some_and(|city| city.eq_ignore_ascii_case(name))
            })
            .collect();
        let hint = if close.is_empty() {
            "expected an IANA name such as Europe/Rome, America/New_York or UTC".to_owned()
        } else {
            format!("did you mean {}?", close.join(" or "))
        };
        Failure::with_hint(format!("--timezone: unknown time zone {name:?}"), hint)
    })
}

fn find(name: &str) -> Option<Tz> {
    TZ_VARIANTS
        .iter()
        .copied()
        .find(|zone| zone.name().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_whatever_the_case() {
        assert_eq!(parse("europe/rome").unwrap(), Tz::Europe__Rome);
        assert_eq!(parse("UTC").unwrap(), Tz::UTC);
    }

    #[test]
    fn an_unknown_zone_is_an_error_with_a_hint() {
        let failure = parse("Rome").unwrap_err();
        assert_eq!(failure.message(), "--timezone: unknown time zone \"Rome\"");
        assert_eq!(failure.hint(), Some("did you mean Europe/Rome?"));
        assert_eq!(
            parse("+01:00").unwrap_err().hint(),
            Some("expected an IANA name such as Europe/Rome, America/New_York or UTC")
        );
    }
}
