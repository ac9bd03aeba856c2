//! Speed of each stage on a generated log of 64 MB, on one thread.
//!
//! ```text
//! cargo bench -p mailgap-benches                  # all stages
//! cargo bench -p mailgap-benches -- parse         # one of them
//! ```
//!
//! Every bench asserts what its stage found against what the generator wrote, so that none can become fast
//! by doing nothing. Whole runs of the command beside other tools: `whole.sh`.

use std::hint::black_box;
use std::io::Write;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use mailgap_benches::generate::{
    Counts, Options, ScriptedOutage, Style, Written, generate_in_memory,
};
use mailgap_core::coverage::{Coverage, LineCounts};
use mailgap_core::envelope::Scratch;
use mailgap_core::event::{Contact, Delivery, Line, Outcome};
use mailgap_core::line::{LineParser, Lines};
use mailgap_core::outage;
use mailgap_core::reason::Classifier;
use mailgap_core::source::Input;
use mailgap_core::stamp::StampContext;
use mailgap_core::survey::{self, Survey, survey};
use mailgap_core::tally::Tally;
use mailgap_core::time::Timestamp;

/// Two months after the log begins: later than its end, so that stamps without a year get the right one.
const REFERENCE: Timestamp = Timestamp::from_seconds(1_767_567_600 + 60 * 86_400);

fn parser() -> LineParser {
    LineParser::new(StampContext {
        zone: chrono_tz::Europe::Rome,
        year: None,
        reference: REFERENCE,
    })
}

/// The delivery events of a log, which borrow it and one scratch each.
fn deliveries<'b>(log: &'b [u8], scratches: &'b mut [Scratch]) -> Vec<Delivery<'b>> {
    let mut parser = parser();
    Lines::new(log)
        .zip(scratches)
        .filter_map(|(line, scratch)| match parser.parse(line, scratch) {
            Line::Delivery(delivery) => Some(delivery),
            _ => None,
        })
        .collect()
}

fn scratches(written: &Written) -> Vec<Scratch> {
    let lines = usize::try_from(written.counts.lines).expect("64 MB have fewer lines");
    vec![Scratch::default(); lines]
}

/// The generator's counts as the reader has them: a recipient refused before there was a message is
/// nothing about a queued message.
fn expected_lines(counts: &Counts) -> LineCounts {
    LineCounts {
        delivery: counts.delivery,
        queue: counts.queue,
        foreign: counts.foreign + counts.rejects,
        unknown: 0,
        malformed: 0,
    }
}

fn assert_coverage(coverage: &Coverage, counts: &Counts) {
    assert_eq!(coverage.lines, expected_lines(counts));
    assert_eq!(coverage.bytes, counts.bytes);
    assert_eq!(coverage.attempts, counts.attempts());
    assert_eq!(coverage.echoes, counts.echoes);
    assert_eq!(coverage.messages, counts.messages + counts.notifications);
}

fn lines(criterion: &mut Criterion) {
    let (log, written) = generate_in_memory(&Options::default());
    let mut group = criterion.benchmark_group("lines");
    group.throughput(Throughput::Bytes(written.counts.bytes));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("split", |bencher| {
        bencher.iter(|| {
            let lines = Lines::new(black_box(&log)).count();
            assert_eq!(lines as u64, written.counts.lines);
        });
    });
    group.finish();
}

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (name, style) in [
        ("rfc3339", Style::Rfc3339),
        ("traditional", Style::Traditional),
    ] {
        let (log, written) = generate_in_memory(&Options {
            style,
            ..Options::default()
        });
        group.throughput(Throughput::Bytes(written.counts.bytes));
        group.sampling_mode(SamplingMode::Flat).sample_size(10);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut found = LineCounts::default();
                let (mut delivered, mut deferred, mut bounced, mut echoes) = (0, 0, 0, 0);
                let (mut parser, mut scratch) = (parser(), Scratch::default());
                for line in Lines::new(black_box(&log)) {
                    match parser.parse(line, &mut scratch) {
                        Line::Delivery(event) => {
                            found.delivery += 1;
                            delivered += u64::from(event.outcome == Outcome::Delivered);
                            deferred += u64::from(event.outcome == Outcome::Deferred);
                            bounced += u64::from(event.outcome == Outcome::Bounced);
                            echoes += u64::from(event.contact == Contact::Echo);
                        }
                        Line::Queue(_) => found.queue += 1,
                        Line::Foreign => found.foreign += 1,
                        Line::Unknown(_) => found.unknown += 1,
                        Line::Malformed(_) => found.malformed += 1,
                    }
                }
                let counts = &written.counts;
                assert_eq!(found, expected_lines(counts));
                assert_eq!(delivered, counts.sent + counts.local);
                assert_eq!(deferred, counts.deferred + counts.echoes);
                assert_eq!((bounced, echoes), (counts.bounced, counts.echoes));
            });
        });
    }
    group.finish();
}

fn classify(criterion: &mut Criterion) {
    let (log, written) = generate_in_memory(&Options::default());
    let counts = written.counts;
    let mut scratches = scratches(&written);
    let failures: Vec<_> = deliveries(&log, &mut scratches)
        .into_iter()
        .filter(|event| matches!(event.outcome, Outcome::Deferred | Outcome::Bounced))
        .collect();
    assert_eq!(
        failures.len() as u64,
        counts.deferred + counts.echoes + counts.bounced
    );
    let mut group = criterion.benchmark_group("classify");
    group.throughput(Throughput::Elements(failures.len() as u64));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("failures", |bencher| {
        bencher.iter(|| {
            let classifier = Classifier::default();
            let verdicts = failures
                .iter()
                .filter(|event| classifier.classify(black_box(event)).is_some())
                .count();
            assert_eq!(verdicts, failures.len());
        });
    });
    group.finish();
}

fn tally(criterion: &mut Criterion) {
    let (log, written) = generate_in_memory(&Options::default());
    let classifier = Classifier::default();
    let mut scratches = scratches(&written);
    let events: Vec<_> = deliveries(&log, &mut scratches)
        .into_iter()
        .map(|event| {
            let verdict = classifier.classify(&event);
            (event, verdict)
        })
        .collect();
    let mut group = criterion.benchmark_group("tally");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("events", |bencher| {
        bencher.iter(|| {
            let mut tally = Tally::new();
            for (event, verdict) in &events {
                tally.add(black_box(event), *verdict);
            }
            let echoes: u64 = tally
                .into_destinations()
                .into_iter()
                .map(|to| to.evidence().echoes)
                .sum();
            assert_eq!(echoes, written.counts.echoes);
        });
    });
    group.finish();
}

/// Exim's lines: the shapes of the test data, again and again.
fn parse_exim(criterion: &mut Criterion) {
    let shapes = include_str!("../../testdata/exim/shapes.log");
    let once = shapes
        .lines()
        .map(|line| format!("2023-01-23 16:00:01 {line}\n"))
        .collect::<Vec<_>>()
        .concat();
    let times = 64_000_000 / once.len();
    let log = once.repeat(times);
    let count = |log: &str| {
        let mut found = LineCounts::default();
        let (mut parser, mut scratch) = (parser(), Scratch::default());
        for line in Lines::new(log.as_bytes()) {
            match parser.parse(line, &mut scratch) {
                Line::Delivery(_) => found.delivery += 1,
                Line::Queue(_) => found.queue += 1,
                Line::Foreign => found.foreign += 1,
                Line::Unknown(_) => found.unknown += 1,
                Line::Malformed(_) => found.malformed += 1,
            }
        }
        found
    };
    let one = count(&once);
    assert!(one.delivery > 40 && one.total() == shapes.lines().count() as u64);
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("exim", |bencher| {
        bencher.iter(|| {
            let found = count(black_box(&log));
            assert_eq!(found.delivery, one.delivery * times as u64);
            assert_eq!(found.total(), one.total() * times as u64);
        });
    });
    group.finish();
}

/// A gz log beside its decompression alone, by the same library.
fn gz(criterion: &mut Criterion) {
    let (log, written) = generate_in_memory(&Options::default());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&log).expect("memory");
    let packed = encoder.finish().expect("memory");
    let (_file, input) = on_disk(&packed);
    let mut group = criterion.benchmark_group("gz");
    group.throughput(Throughput::Bytes(written.counts.bytes));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("decompression", |bencher| {
        bencher.iter(|| {
            let mut decoder = MultiGzDecoder::new(black_box(&*packed));
            let bytes = std::io::copy(&mut decoder, &mut std::io::sink()).expect("gz");
            assert_eq!(bytes, written.counts.bytes);
        });
    });
    for jobs in [1, 2] {
        group.bench_function(format!("fold-{jobs}-jobs"), |bencher| {
            bencher.iter(|| {
                let Survey { coverage, .. } = read(&input, jobs);
                assert_coverage(&coverage, &written.counts);
            });
        });
    }
    group.finish();
}

/// The whole fold: file, blocks, events, verdicts, tally, merged evidence.
fn fold(criterion: &mut Criterion) {
    let (log, written) = generate_in_memory(&Options::default());
    let (_file, input) = on_disk(&log);
    let mut group = criterion.benchmark_group("fold");
    group.throughput(Throughput::Bytes(written.counts.bytes));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    for jobs in [1, 2] {
        group.bench_function(format!("{jobs}-jobs"), |bencher| {
            bencher.iter(|| {
                let Survey { coverage, .. } = read(&input, jobs);
                assert_coverage(&coverage, &written.counts);
            });
        });
    }
    group.finish();
}

fn outages(criterion: &mut Criterion) {
    let (log, written) = generate_in_memory(&Options::default());
    let (_file, input) = on_disk(&log);
    let Survey {
        coverage,
        destinations,
        ..
    } = read(&input, 2);
    let evidence: Vec<_> = destinations.into_iter().map(|to| to.evidence()).collect();
    let span = coverage.span.expect("because the log has lines");
    let mut group = criterion.benchmark_group("outages");
    group.throughput(Throughput::Elements(evidence.len() as u64));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("find", |bencher| {
        bencher.iter(|| {
            let mut missed: Vec<&ScriptedOutage> = written
                .outages
                .iter()
                .filter(|outage| outage.failures >= ENOUGH_FAILURES)
                .collect();
            for one in &evidence {
                let found = outage::find(black_box(one), span);
                let name = one.domain.to_string();
                missed.retain(|scripted| {
                    !(scripted.domains.contains(&name)
                        && found
                            .outages
                            .iter()
                            .any(|outage| overlaps(scripted, outage)))
                });
            }
            assert!(missed.is_empty(), "not found: {missed:?}");
        });
    });
    group.finish();
}

/// With fewer failing attempts a scripted outage may rightly go unseen.
const ENOUGH_FAILURES: u64 = 100;

fn overlaps(scripted: &ScriptedOutage, found: &outage::Outage) -> bool {
    let end = found.end.map_or(i64::MAX, |end| end.time.as_millis());
    found.start.time.as_millis() < scripted.end_s * 1000 && scripted.start_s * 1000 < end
}

fn on_disk(log: &[u8]) -> (tempfile::NamedTempFile, Input) {
    let mut file = tempfile::NamedTempFile::new().expect("a folder for temporary files");
    file.write_all(log).expect("room for 64 MB");
    let input = Input::file(file.path(), REFERENCE).expect("the file just written");
    (file, input)
}

fn read(input: &Input, jobs: usize) -> Survey {
    let options = survey::Options {
        jobs,
        ..survey::Options::new(chrono_tz::Europe::Rome)
    };
    survey(std::slice::from_ref(input), &options, &())
}

criterion_group!(
    stages, lines, parse, parse_exim, classify, tally, fold, gz, outages
);
criterion_main!(stages);
