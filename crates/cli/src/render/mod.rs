//! One file for each format, and what they share.

pub(crate) mod csv;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod parts;
mod table;
pub(crate) mod text;
pub(crate) mod timeline;
