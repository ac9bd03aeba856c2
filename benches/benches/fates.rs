//! What fates cost: memory per recipient whose mail failed, and time beside a report without them.
//!
//! ```text
//! cargo bench -p mailgap-benches --bench fates             # memory, counted and asserted
//! cargo bench -p mailgap-benches --bench fates -- mail.log # and the time of a log, best of five
//! ```
//!
//! The allocator counts what is asked of it. The log is the worst of its kind: every message fails, each has
//! a queue id, a Message-ID and a recipient of its own, and each reply names the recipient.
#![expect(clippy::print_stdout, reason = "a bench")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use mailgap_core::fate::{End, Keep};
use mailgap_core::source::Input;
use mailgap_core::survey::{Options, survey};
use mailgap_core::time::Timestamp;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Messages of the log, one recipient each.
const MESSAGES: usize = 200_000;

/// Bytes that a recipient whose mail failed may cost when all is read: issue 5.
const MOST_BYTES: f64 = 120.0;

fn options(fates: Option<Keep>) -> Options {
    Options {
        fates,
        jobs: 1,
        ..Options::new(chrono_tz::UTC)
    }
}

fn input(path: &Path) -> Input {
    Input::file(path, Timestamp::from_seconds(1_800_000_000)).expect("the log is there")
}

/// Four in eight are delivered late, two bounce, one expires, one stays queued; ten hours each.
fn log() -> String {
    const HEAD: &str = "+00:00 mx1.sender.example postfix";
    const CONNECT: &str = "Connection timed out";
    let mut lines: Vec<(usize, String)> = Vec::new();
    for n in 0..MESSAGES {
        let (id, to) = (
            format!("4P{n:07}Zz9vwX"),
            format!("name.surname{n}@mail{}.example", n % 500),
        );
        let begin = n; // seconds
        let mut say = |after: usize, words: &str| {
            let time = Timestamp::from_seconds(
                1_767_225_600 + i64::try_from(begin + after).expect("some days"),
            );
            let mut line = time.to_string().replace('Z', "");
            writeln!(line, "{HEAD}/{words}").expect("a string takes all");
            lines.push((begin + after, line));
        };
        say(
            0,
            &format!(
                "cleanup[7]: {id}: message-id=<{n:08x}.ab087439611e@app{}.shop.example>",
                n % 9
            ),
        );
        say(
            0,
            &format!(
                "qmgr[7]: {id}: from=<news{}@shop.example>, size=8613, nrcpt=1 (queue active)",
                n % 20
            ),
        );
        let mut refused = |after: usize| {
            say(
                after,
                &format!(
                    "smtp[7]: {id}: to=<{to}>, relay=none, delay={after}, delays=1/1/{after}/0, dsn=4.4.1, status=deferred (connect to mx.mail{}.example[192.0.2.{}]:25: {CONNECT})",
                    n % 500,
                    n % 250
                ),
            );
        };
        (0..5).for_each(|hour| refused(30 + 7200 * hour));
        let ended = match n % 8 {
            0..4 => format!(
                "smtp[7]: {id}: to=<{to}>, relay=mx.mail{0}.example[192.0.2.9]:25, delay=36000, delays=1/1/9/9, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4P{n:07}A)",
                n % 500
            ),
            4 | 5 => format!(
                "smtp[7]: {id}: to=<{to}>, relay=mx.mail{0}.example[192.0.2.9]:25, delay=36000, delays=1/1/9/9, dsn=5.1.1, status=bounced (host mx.mail{0}.example[192.0.2.9] said: 550 5.1.1 <{to}>: Recipient address rejected: User unknown (in reply to RCPT TO command))",
                n % 500
            ),
            6 => format!(
                "qmgr[7]: {id}: from=<news{}@shop.example>, status=expired, returned to sender",
                n % 20
            ),
            _ => continue,
        };
        say(36_000, &ended);
        say(36_001, &format!("qmgr[7]: {id}: removed"));
    }
    lines.sort_by_key(|line| line.0);
    lines.into_iter().map(|line| line.1).collect()
}

fn memory() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(log().as_bytes()).expect("there is room");
    let mut peaks = [0; 2];
    let mut held = 0;
    for (keep, peak) in [None, Some(Keep::Failing)].into_iter().zip(&mut peaks) {
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let read = survey(&[input(file.path())], &options(keep), &());
        *peak = MEMORY.peak_usage() - before;
        assert_eq!(read.coverage.messages, MESSAGES as u64);
        if keep.is_some() {
            let ended = |end: End| read.fates.iter().filter(|fate| fate.end == end).count();
            let ends = [End::DeliveredLate, End::Bounced, End::Expired, End::Pending].map(ended);
            assert_eq!(ends, [4, 2, 1, 1].map(|part| MESSAGES / 8 * part));
            let with = MEMORY.current_usage();
            drop(read.fates);
            held = with - MEMORY.current_usage();
        }
    }
    let each = |bytes: usize| bytes as f64 / MESSAGES as f64;
    println!(
        "held when all is read: {:.1} bytes per failing recipient",
        each(held)
    );
    println!(
        "most while reading:    {:.1} bytes per failing recipient above a report without fates",
        each(peaks[1].saturating_sub(peaks[0]))
    );
    assert!(each(held) <= MOST_BYTES, "more than {MOST_BYTES} bytes");
}

fn time(log: &Path) {
    let run = |fates: Option<Keep>| -> Duration {
        let begin = Instant::now();
        let read = survey(&[input(log)], &options(fates), &());
        assert!(read.coverage.attempts > 0 && read.fates.is_empty() == fates.is_none());
        begin.elapsed()
    };
    // In turn, so that a busy machine hurts both.
    let runs: Vec<(Duration, Duration)> = (0..5)
        .map(|_| (run(None), run(Some(Keep::Failing))))
        .collect();
    let without = runs.iter().map(|run| run.0).min().unwrap_or_default();
    let with = runs.iter().map(|run| run.1).min().unwrap_or_default();
    println!(
        "{}: {with:.2?} with fates, {without:.2?} without: {:+.0} %",
        log.display(),
        (with.as_secs_f64() / without.as_secs_f64() - 1.0) * 100.0
    );
}

fn main() {
    memory();
    // Cargo adds flags of its own.
    for log in std::env::args().skip(1).filter(|arg| !arg.starts_with('-')) {
        time(Path::new(&log));
    }
}
