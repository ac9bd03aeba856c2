//! The edge of the program: escaped text, colour, progress, and where output goes.

pub(crate) mod console;
pub(crate) mod escape;
pub(crate) mod folder;
pub(crate) mod output;
pub(crate) mod progress;
pub(crate) mod style;
