//! Writes a generated Postfix log to a file, and what is in it to standard output.
//!
//! ```text
//! generate-log --bytes 1GB --seed 1 --style rfc3339 -o mail.log
//! ```

use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;
use mailgap_benches::generate::{Options, Style, generate};

/// Write a realistic Postfix log from a seed.
#[derive(Debug, Parser)]
struct Args {
    /// Size, with an optional unit (kB, MB, GB).
    #[arg(long, default_value = "64MB", value_parser = size)]
    bytes: u64,
    /// Other seeds give other logs of the same kind.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How lines are stamped.
    #[arg(long, default_value = "rfc3339", value_parser = style)]
    style: Style,
    /// Days that the log spans.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// How many destinations there are.
    #[arg(long, default_value_t = 3000)]
    destinations: u32,
    /// File to write.
    #[arg(short)]
    output: PathBuf,
}

fn style(word: &str) -> Result<Style, String> {
    match word {
        "rfc3339" => Ok(Style::Rfc3339),
        "traditional" => Ok(Style::Traditional),
        _ => Err("expected rfc3339 or traditional".to_owned()),
    }
}

fn size(text: &str) -> Result<u64, String> {
    let units = [
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("kB", 1000),
        ("", 1),
    ];
    units
        .into_iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))
        .and_then(|(number, factor)| number.parse::<u64>().ok()?.checked_mul(factor))
        .ok_or_else(|| "expected a size such as 64MB".to_owned())
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let options = Options {
        bytes: args.bytes,
        seed: args.seed,
        style: args.style,
        days: args.days,
        destinations: args.destinations,
        ..Options::default()
    };
    let written = generate(&options, File::create(&args.output)?)?;
    let mut out = io::stdout().lock();
    for (name, count) in written.counts.named() {
        writeln!(out, "{name}\t{count}")?;
    }
    for outage in written.outages {
        writeln!(
            out,
            "outage\t{}\t{}\t{}\t{}\t{}\t{}",
            outage.start_s,
            outage.end_s,
            outage.failures,
            outage.host.unwrap_or("all hosts"),
            outage.kinds.join(","),
            outage.domains.join(","),
        )?;
    }
    Ok(())
}
