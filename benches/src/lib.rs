//! What the benches of mailgap need: a seeded generator of Postfix logs.
//!
//! `generate-log` writes such a log to a file; the benches make theirs in memory. What was written is
//! counted while writing, so that a bench can assert that the reader found the same.

pub mod generate;
