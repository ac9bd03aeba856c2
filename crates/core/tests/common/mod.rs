//! What the tests of core share.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "each test binary uses its part; tests may fail and look around"
)]

use std::io::Read;
use std::path::{Path, PathBuf};

use mailgap_core::coverage::Coverage;
use mailgap_core::fate::Ledger;
use mailgap_core::source::Input;
use mailgap_core::survey::{Options, Survey, survey};
use mailgap_core::tally::Evidence;
use mailgap_core::time::Timestamp;

/// A file of the project's test data.
pub fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata")
        .join(name)
}

/// The bytes of a test file, decompressed when its name ends in `.gz`.
pub fn read(name: &str) -> Vec<u8> {
    let bytes = std::fs::read(testdata(name)).unwrap();
    if Path::new(name)
        .extension()
        .is_none_or(|ending| ending != "gz")
    {
        return bytes;
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..])
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

/// The corpora that are not part of the project, when the environment names them.
pub fn shared() -> Option<PathBuf> {
    std::env::var_os("MAILGAP_SHARED").map(PathBuf::from)
}

pub fn rome() -> Options {
    Options {
        year: Some(2023),
        ..Options::new(chrono_tz::Europe::Rome)
    }
}

pub fn input(path: &Path) -> Input {
    Input::file(path, Timestamp::from_seconds(0)).unwrap()
}

/// What a survey says, in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub coverage: Coverage,
    pub evidence: Vec<Evidence>,
    pub fates: Ledger,
}

/// Writes the parts to files of these names and surveys them in this order.
pub fn survey_of(parts: &[(&str, &[u8])], options: &Options) -> Survey {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<Input> = parts
        .iter()
        .map(|(name, bytes)| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            input(&path)
        })
        .collect();
    survey(&inputs, options, &())
}

/// The same, all evidence made.
pub fn survey_parts(parts: &[(&str, &[u8])], options: &Options) -> Said {
    let survey = survey_of(parts, options);
    Said {
        coverage: survey.coverage,
        evidence: survey
            .destinations
            .into_iter()
            .map(|to| to.evidence())
            .collect(),
        fates: survey.fates,
    }
}
