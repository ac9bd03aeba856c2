//! Prints when each destination was not taking mail: `cargo run --example outages -- mail.log`

use mailgap_core::{analysis::AnalysisOptions, source, survey, time::Timestamp};

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program prints and knows the time"
)]
fn main() {
    let paths: Vec<_> = std::env::args_os().skip(1).map(Into::into).collect();
    let inputs = source::collect(&paths, Timestamp::from(std::time::SystemTime::now())).inputs;
    let read = survey::survey(&inputs, &survey::Options::new(chrono_tz::UTC), &());
    for found in read.analyze(&AnalysisOptions::default()).outages {
        let end = found.outage.end.map(|end| end.time.to_string());
        println!(
            "{} {} to {}",
            found.outage.domain,
            found.outage.start.time,
            end.unwrap_or_default()
        );
    }
}
