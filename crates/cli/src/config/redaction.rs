//! The key of pseudonyms: from the file of `--redact-key-file`, else made for this run.

use std::fs;
use std::path::Path;

use anyhow::Context;
use mailgap_core::redact::Redactor;

use crate::environment::Environment;
use crate::exit::{Failure, Result};
use crate::flags::Reading;

/// A shorter key can be guessed, in bytes.
const SHORTEST_KEY: usize = 16;

/// What hides people, if that is asked for.
pub(crate) fn redactor(reading: &Reading, environment: &Environment) -> Result<Option<Redactor>> {
    if let Some(path) = &reading.redact_key_file {
        return Ok(Some(Redactor::new(&key(path)?)));
    }
    if !reading.redact {
        return Ok(None);
    }
    let key = environment.random.ok_or_else(|| {
        Failure::with_hint(
            "--redact: the system gives no random numbers for a key".to_owned(),
            "name a file with a key: --redact-key-file FILE",
        )
    })?;
    Ok(Some(Redactor::new(&key)))
}

fn key(path: &Path) -> Result<Vec<u8>> {
    let key =
        fs::read(path).with_context(|| format!("--redact-key-file: reading {}", path.display()));
    let key = key.map_err(|error| Failure::with_hint(format!("{error:#}"), hint(path)))?;
    if key.len() < SHORTEST_KEY {
        return Err(Failure::with_hint(
            format!(
                "--redact-key-file: {} holds {} bytes, which is too short for a key",
                path.display(),
                key.len()
            ),
            hint(path),
        ));
    }
    Ok(key)
}

fn hint(path: &Path) -> String {
    format!(
        "a key is {SHORTEST_KEY} random bytes or more: head -c 32 /dev/urandom > {}",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::environment;

    fn asked(file: Option<&Path>) -> Reading {
        Reading {
            redact: true,
            redact_key_file: file.map(Path::to_owned),
            ..Reading::default()
        }
    }

    #[test]
    fn a_key_of_a_file_gives_the_same_pseudonyms_in_every_run() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let error = redactor(&asked(Some(&file)), &environment()).unwrap_err();
        assert!(error.message().contains("key"), "{}", error.message());
        fs::write(&file, "short").unwrap();
        let error = redactor(&asked(Some(&file)), &environment()).unwrap_err();
        assert!(error.message().contains("5 bytes"), "{}", error.message());
        assert!(error.hint().is_some_and(|hint| hint.contains("head -c 32")));
        fs::write(&file, "0123456789abcdef").unwrap();
        let other = Environment {
            random: Some([7; 32]),
            ..environment()
        };
        let name = |file, environment: &Environment| {
            let redactor = redactor(&asked(file), environment).unwrap();
            redactor.map(|redactor| redactor.address(b"a@x"))
        };
        assert_eq!(name(Some(&file), &environment()), name(Some(&file), &other));
        assert_ne!(name(None, &environment()), name(None, &other));
        assert_ne!(name(None, &other), name(Some(&file), &other));
        assert!(redactor(&Reading::default(), &other).unwrap().is_none());
    }
}
