//! Where a command writes: data to standard output, everything else to standard error.

use std::io::Write;

use super::escape;
use crate::environment::Environment;

/// Where a command says things: data, and all else.
pub(crate) struct Console<'a> {
    pub(crate) environment: &'a Environment,
    /// Data only.
    pub(crate) out: &'a mut (dyn Write + Send),
    /// Everything else.
    pub(crate) err: &'a mut dyn Write,
}

impl Console<'_> {
    /// Says that something failed. Remote text and file names in it are escaped here.
    pub(crate) fn error(&mut self, message: &str, hint: Option<&str>) {
        // Nobody is left to be told when standard error is closed.
        let _ = writeln!(self.err, "error: {}", escape::line(message));
        if let Some(hint) = hint {
            self.hint(hint);
        }
    }

    /// Says something worth knowing that is no error.
    pub(crate) fn note(&mut self, message: &str, hint: Option<&str>) {
        let _ = writeln!(self.err, "note: {}", escape::line(message));
        if let Some(hint) = hint {
            self.hint(hint);
        }
    }

    fn hint(&mut self, hint: &str) {
        let _ = writeln!(self.err, "hint: {}", escape::line(hint));
    }
}
