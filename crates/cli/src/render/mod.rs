//! One file for each format, and what they share.

pub(crate) mod coverage;
pub(crate) mod facts;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod moments;
pub(crate) mod numbers;
pub(crate) mod rows;
mod standing;
mod table;
pub(crate) mod text;
pub(crate) mod timeline;
pub(crate) mod verdict;
