//! One file for each format, and what they share.

pub(crate) mod csv;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod moments;
pub(crate) mod numbers;
pub(crate) mod parts;
pub(crate) mod rows;
mod table;
pub(crate) mod text;
pub(crate) mod timeline;
pub(crate) mod verdict;
