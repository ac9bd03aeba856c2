//! Lists the destinations of a log with their attempts: `cargo run --example destinations -- mail.log`

use std::path::PathBuf;

use mailgap_core::source;
use mailgap_core::survey::{Options, survey};
use mailgap_core::time::Timestamp;

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program prints and knows the time"
)]
fn main() {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let now = Timestamp::from(std::time::SystemTime::now());
    let inputs = source::collect(&paths, now).inputs;
    let survey = survey(&inputs, &Options::new(chrono_tz::Tz::UTC), &());
    for destination in survey.destinations {
        let evidence = destination.evidence();
        let attempts: u32 = evidence
            .buckets
            .iter()
            .flat_map(|bucket| bucket.counts)
            .sum();
        println!("{attempts:8} {}", evidence.domain);
    }
    println!("{:#?}", survey.coverage);
}
