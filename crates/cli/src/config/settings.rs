//! From flags to what core works with.

use std::path::PathBuf;

use chrono_tz::Tz;
use mailgap_core::analysis::AnalysisOptions;
use mailgap_core::operator::Operators;
use mailgap_core::reason::Classifier;
use mailgap_core::source::{self, Collected, Input};
use mailgap_core::survey::{DomainFilter, Options};
use mailgap_core::time::Timestamp;

use crate::archive::store::{self, Listed};
use crate::archive::tallies;
use crate::config::operators;
use crate::config::redaction;
use crate::config::rules;
use crate::config::zone::{self, ZoneSource};
use crate::environment::Environment;
use crate::exit::{Failure, Result};
use crate::flags::{Known, Reading};
use crate::words::parse_time::{self, End};

/// The flags of [`Reading`], understood.
pub(crate) struct Settings {
    pub(crate) options: Options,
    pub(crate) zone_source: ZoneSource,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    /// As given; empty takes all.
    pub(crate) domains: Vec<String>,
}

impl Settings {
    /// The same without restrictions of what is read.
    pub(crate) fn unrestricted(&self) -> Settings {
        Settings {
            options: Options {
                since: None,
                until: None,
                domains: DomainFilter::default(),
                fates: None,
                ..self.options.clone()
            },
            since: None,
            until: None,
            domains: Vec::new(),
            ..*self
        }
    }
}

impl Settings {
    /// Understands the flags, or says which one makes no sense.
    pub(crate) fn resolve(reading: &Reading, environment: &Environment) -> Result<Settings> {
        let (zone, zone_source) = zone::choose(reading.timezone.as_deref(), environment)?;
        let (since, until) = period(reading, environment.now, zone)?;
        for domain in &reading.domain {
            check_domain(domain)?;
        }
        let classifier = match &reading.rules {
            Some(path) => rules::read(path)?,
            None => Classifier::default(),
        };
        Ok(Settings {
            options: Options {
                year: reading.year,
                since,
                until,
                domains: DomainFilter::new(&reading.domain),
                jobs: reading.jobs.map_or(environment.jobs, usize::from).max(1),
                classifier,
                redactor: redaction::redactor(reading, environment)?,
                ..Options::new(zone)
            },
            zone_source,
            since,
            until,
            domains: reading.domain.clone(),
        })
    }
}

/// The flags of [`Known`], understood.
pub(crate) struct Judging {
    pub(crate) options: AnalysisOptions,
    /// Whether charts are to be drawn: they take another look at the evidence.
    pub(crate) charts: bool,
    /// The tables of the whole log are wanted.
    pub(crate) tables: bool,
}

impl Judging {
    /// Reads what the flags name, or says what is wrong with it.
    pub(crate) fn resolve(known: &Known) -> Result<Judging> {
        Ok(Judging {
            options: AnalysisOptions {
                operators: match &known.operators {
                    Some(path) => operators::read(path)?,
                    None => Operators::new(),
                },
                queue_lifetime_s: known.queue_lifetime,
            },
            charts: false,
            tables: false,
        })
    }
}

/// What `--since` and `--until` say; relative times are counted from `now`.
fn period(
    reading: &Reading,
    now: Timestamp,
    zone: Tz,
) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
    let parse = |text: &Option<String>, end| {
        text.as_deref()
            .map(|text| parse_time::parse(text, now, zone, end))
            .transpose()
    };
    let since = parse(&reading.since, End::Since)?;
    let until = parse(&reading.until, End::Until)?;
    if let (Some(since), Some(until)) = (since, until)
        && since >= until
    {
        let typed = |text: &Option<String>| text.clone().unwrap_or_default();
        return Err(Failure::new(format!(
            "--since {} is not before --until {}",
            typed(&reading.since),
            typed(&reading.until)
        )));
    }
    Ok((since, until))
}

fn check_domain(domain: &str) -> Result<()> {
    if let Some((_, after)) = domain.rsplit_once('@') {
        return Err(Failure::with_hint(
            format!("--domain: expected a domain, found the address {domain:?}"),
            format!("--domain {after} takes all of its recipients"),
        ));
    }
    if domain.trim_matches('.').is_empty() || domain.contains('*') {
        return Err(Failure::with_hint(
            format!("--domain: expected a domain, found {domain:?}"),
            "a leading dot takes subdomains along: --domain .example.com",
        ));
    }
    Ok(())
}

/// What there is to read.
pub(crate) struct Inputs {
    /// Logs and bounces.
    pub(crate) collected: Collected,
    /// Stores of events.
    pub(crate) stores: Vec<Listed>,
    /// Counts of `mailgap tally`.
    pub(crate) tallies: Vec<Input>,
}

/// What the paths hold, stores of events among them.
pub(crate) fn collect_all(
    reading: &Reading,
    command: &str,
    environment: &Environment,
) -> Result<Inputs> {
    let (stores, paths) = store::take_stores(&reading.paths);
    let collected = if paths.is_empty() && !stores.is_empty() {
        Collected::default()
    } else {
        collect_paths(&paths, command, environment)?
    };
    let inputs = Inputs::of(collected, &stores)?;
    if !inputs.tallies.is_empty() {
        check_unrestricted(reading)?;
    }
    Ok(inputs)
}

/// What the paths of `--history` hold; `None` without it. A folder without a file is no failure: on the first day
/// nothing is known from before.
pub(crate) fn collect_history(
    paths: &[PathBuf],
    reading: &Reading,
    environment: &Environment,
) -> Result<Option<Inputs>> {
    if paths.is_empty() {
        return Ok(None);
    }
    if reading.paths.is_empty() {
        return Err(Failure::with_hint(
            "--history: no log named to report on: all paths after --history are history"
                .to_owned(),
            "name the logs first (mailgap report mail.log --history tallies/), or - for standard input",
        ));
    }
    let (stores, paths) = store::take_stores(paths);
    let collected = source::collect(&paths, environment.now);
    Inputs::of(collected, &stores).map(Some)
}

impl Inputs {
    /// Tells tallies from logs, and opens the stores.
    fn of(mut collected: Collected, stores: &[PathBuf]) -> Result<Inputs> {
        let tallies = tallies::take(&mut collected);
        let mut stores: Vec<&PathBuf> = stores.iter().collect();
        stores.dedup();
        let stores = stores.into_iter().map(|folder| Listed::open(folder));
        Ok(Inputs {
            collected,
            stores: stores.collect::<Result<_>>()?,
            tallies,
        })
    }
}

/// A tally is summed as it is: what it says of recipients and of the span of the log has no parts to leave out.
fn check_unrestricted(reading: &Reading) -> Result<()> {
    let flags = [
        ("--since", reading.since.is_some()),
        ("--until", reading.until.is_some()),
        ("--domain", !reading.domain.is_empty()),
    ];
    match flags.iter().find(|(_, is_given)| *is_given) {
        Some((flag, _)) => Err(Failure::with_hint(
            format!("{flag}: counts of mailgap tally cannot be restricted"),
            format!("give {flag} to mailgap tally where the logs are"),
        )),
        None => Ok(()),
    }
}

/// What the paths hold; without a path, standard input. Inputs that cannot be opened are no failure. Stores are
/// refused.
pub(crate) fn collect(
    reading: &Reading,
    command: &str,
    environment: &Environment,
) -> Result<Collected> {
    if let Some(store) = reading.paths.iter().find(|path| store::is_store(path)) {
        return Err(Failure::with_hint(
            format!(
                "{}: is a store of events, which mailgap {command} does not read",
                store.display()
            ),
            "mailgap report and mailgap fates do; its files are Parquet, which DuckDB and others read",
        ));
    }
    collect_paths(&reading.paths, command, environment)
}

fn collect_paths(paths: &[PathBuf], command: &str, environment: &Environment) -> Result<Collected> {
    let standard_input = [PathBuf::from("-")];
    let paths: &[PathBuf] = if paths.is_empty() {
        if environment.stdin_is_terminal {
            return Err(Failure::with_hint(
                "no log named, and standard input is a terminal".to_owned(),
                format!(
                    "name a log or a folder (mailgap {command} /var/log/mail.log), or pipe one in \
                     (zcat mail.log*.gz | mailgap {command})"
                ),
            ));
        }
        &standard_input
    } else {
        paths
    };
    let collected = source::collect(paths, environment.now);
    if collected.inputs.is_empty() && collected.unread.is_empty() {
        let names: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        return Err(Failure::with_hint(
            format!("{}: no file in it", names.join(", ")),
            "name a log, or a folder that holds one",
        ));
    }
    Ok(collected)
}
