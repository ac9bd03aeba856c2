//! What a store says of an input: `inputs/<fingerprint>.json`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use mailgap_core::coverage::{BounceCounts, Coverage, LineCounts, Sample};
use mailgap_core::survey::Origin;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::SCHEMA;

/// `mailgap-store.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) schema: String,
    /// Which mailgap began it.
    #[serde(default)]
    pub(super) written_by: String,
}

/// An input of the store, and the files that hold its events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) schema: String,
    /// As it was named when it was read.
    pub(super) name: String,
    /// Of its bytes after decompression, in hexadecimal digits.
    pub(super) fingerprint: String,
    /// Bytes after decompression.
    pub(super) bytes: u64,
    /// `lines` or `messages`.
    pub(super) kind: String,
    /// What stamps without a zone were read in.
    pub(super) timezone: String,
    /// What stamps without a year were given by `--year`.
    pub(super) year: Option<i32>,
    pub(super) lines: Lines,
    pub(super) messages: Messages,
    /// Years that were guessed for stamps without one.
    #[serde(default)]
    pub(super) guessed_years: BTreeSet<i32>,
    /// Some lines that were not understood.
    #[serde(default)]
    pub(super) samples: Vec<Odd>,
    pub(super) files: Vec<Part>,
}

/// Lines by what they are.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Lines {
    delivery: u64,
    queue: u64,
    foreign: u64,
    unknown: u64,
    malformed: u64,
}

/// Messages by what they are.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Messages {
    total: u64,
    reports: u64,
    events: u64,
    not_bounces: u64,
    unknown: u64,
}

/// A line that was not understood.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Odd {
    line: u64,
    why: String,
    text: String,
}

/// A file of rows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Part {
    /// Within the store, with `/` between folder and file.
    pub(super) path: String,
    pub(super) bytes: u64,
    /// Of its bytes (XXH3, 64 bits), in hexadecimal digits.
    pub(super) checksum: String,
    pub(super) rows: u64,
    /// Rows that are deliveries told by a log, by a bounce, and those that are queue facts.
    pub(super) deliveries: u64,
    pub(super) bounces: u64,
    pub(super) queue: u64,
    /// Time of the first row in time, and of the last; milliseconds since 1970.
    pub(super) first_ms: i64,
    pub(super) last_ms: i64,
    pub(super) groups: Vec<Group>,
}

/// A group of rows of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) rows: u64,
    pub(super) first_line: i64,
    pub(super) last_line: i64,
}

/// True for a layout that we read: the number before a dot, if there is one.
pub(super) fn is_known(schema: &str) -> bool {
    schema.split('.').take(2).collect::<Vec<_>>().join(".") == SCHEMA
}

/// A checksum as it stands in manifests and file names.
pub(super) fn hex(fingerprint: u128) -> String {
    format!("{fingerprint:032x}")
}

impl Manifest {
    /// Of an input that was read.
    pub(super) fn new(
        name: &str,
        (fingerprint, bytes): (u128, u64),
        (timezone, year): (&str, Option<i32>),
        coverage: &Coverage,
        files: Vec<Part>,
    ) -> Manifest {
        let LineCounts {
            delivery,
            queue,
            foreign,
            unknown,
            malformed,
        } = coverage.lines;
        let bounces = coverage.bounces;
        let samples = coverage.samples.iter().map(|sample| Odd {
            line: sample.line,
            why: sample.why.clone(),
            text: String::from_utf8_lossy(&sample.text).into_owned(),
        });
        Manifest {
            schema: SCHEMA.to_owned(),
            name: name.to_owned(),
            fingerprint: hex(fingerprint),
            bytes,
            kind: if bounces.messages > 0 {
                "messages"
            } else {
                "lines"
            }
            .to_owned(),
            timezone: timezone.to_owned(),
            year,
            lines: Lines {
                delivery,
                queue,
                foreign,
                unknown,
                malformed,
            },
            messages: Messages {
                total: bounces.messages,
                reports: bounces.reports,
                events: bounces.events,
                not_bounces: bounces.not_bounces,
                unknown: bounces.unknown,
            },
            guessed_years: coverage.guessed_years.clone(),
            samples: samples.collect(),
            files,
        }
    }

    pub(super) fn read(path: &Path) -> Result<Manifest> {
        let text = fs::read(path)?;
        let head: Head = serde_json::from_slice(&text).context("it is no manifest of a store")?;
        if !is_known(&head.schema) {
            bail!(
                "it has the layout {:?}, and this mailgap knows {SCHEMA:?}",
                head.schema
            );
        }
        let manifest: Manifest =
            serde_json::from_slice(&text).context("it is no manifest of a store")?;
        let listed = manifest.files.iter().any(|file| {
            file.path.starts_with('/') || file.path.split('/').any(|name| name == "..")
        });
        if listed {
            bail!("it names files outside of the store");
        }
        u128::from_str_radix(&manifest.fingerprint, 16).context("its fingerprint is no number")?;
        Ok(manifest)
    }

    /// Where its events come from. `left_out` are the files whose deliveries were not handed in as they are too
    /// early, or whose rows were not as they are too late.
    pub(super) fn origin(&self, early: &[&Part], late: &[&Part]) -> Origin {
        let mut lines = LineCounts {
            foreign: self.lines.foreign,
            unknown: self.lines.unknown,
            malformed: self.lines.malformed,
            ..LineCounts::default()
        };
        let mut bounces = BounceCounts {
            messages: self.messages.total,
            reports: self.messages.reports,
            not_bounces: self.messages.not_bounces,
            unknown: self.messages.unknown,
            ..BounceCounts::default()
        };
        for part in early.iter().chain(late) {
            lines.delivery += part.deliveries;
            bounces.events += part.bounces;
        }
        lines.queue += late.iter().map(|part| part.queue).sum::<u64>();
        let samples = self.samples.iter().map(|odd| Sample {
            input: self.name.clone(),
            line: odd.line,
            why: odd.why.clone(),
            text: odd.text.as_bytes().into(),
        });
        Origin {
            name: self.name.clone(),
            bytes: self.bytes,
            fingerprint: u128::from_str_radix(&self.fingerprint, 16).unwrap_or_default(), // it was read
            coverage: Coverage {
                lines,
                bounces,
                cut_before: !early.is_empty(),
                cut_after: !late.is_empty(),
                guessed_years: self.guessed_years.clone(),
                samples: samples.collect(),
                ..Coverage::default()
            },
        }
    }
}

/// Size and checksum of a file.
pub(super) fn checksum(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, format!("{:016x}", hasher.digest())));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
        bytes += read as u64;
    }
}
