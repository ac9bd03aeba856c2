//! What a command is to do, resolved from its flags and the files that they name.

pub(crate) mod announcements;
pub(crate) mod operators;
pub(crate) mod redaction;
pub(crate) mod rules;
pub(crate) mod settings;
pub(crate) mod zone;
