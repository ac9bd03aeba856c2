//! How a run ends: the exit status, and errors with a hint.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Status 0.
    Done,
    /// Status 1: `--check` was given and an outage found.
    OutageFound,
    /// Status 2: an error, also when only one of several inputs could not be read.
    Error,
}

impl Exit {
    /// The exit status of the process.
    pub const fn status(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::OutageFound => 1,
            Exit::Error => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.status())
    }
}

/// An error that ends a command, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    error: anyhow::Error,
    hint: Option<String>,
}

/// The result of whatever can end a command.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure with a hint, which follows the message on its own line.
    pub(crate) fn with_hint(message: String, hint: impl Into<String>) -> Failure {
        Failure {
            error: anyhow::Error::msg(message),
            hint: Some(hint.into()),
        }
    }

    /// A failure that speaks for itself.
    pub(crate) fn new(message: String) -> Failure {
        anyhow::Error::msg(message).into()
    }

    /// What failed, with its causes, on one line.
    pub(crate) fn message(&self) -> String {
        format!("{:#}", self.error)
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure {
            error: error.into(),
            hint: None,
        }
    }
}
