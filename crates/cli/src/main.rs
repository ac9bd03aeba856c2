//! The `mailgap` command.

fn main() {}
