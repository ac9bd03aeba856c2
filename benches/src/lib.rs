//! Seeded log generator for the benches of mailgap.
