//! Laws that hold for any input: no panic, nothing lost, nothing counted twice, no matter how it is cut.

mod common;

use std::sync::LazyLock;

use common::{Said, read, rome, survey_parts};
use mailgap_core::coverage::LineCounts;
use mailgap_core::envelope::Scratch;
use mailgap_core::event::Line;
use mailgap_core::line::{LineParser, Lines};
use mailgap_core::source;
use mailgap_core::stamp::StampContext;
use mailgap_core::survey::{self, Options, Record};
use mailgap_core::time::Timestamp;
use proptest::prelude::*;

/// Some thousand real lines around the start of the 550 answers.
static LINES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let log = read("incidents/libero/mail.log.gz");
    let iso = read("incidents/libero/mail-iso.log.gz");
    let pick = |log: &[u8], from: usize, n: usize| -> Vec<Vec<u8>> {
        Lines::new(log)
            .skip(from)
            .take(n)
            .map(<[u8]>::to_vec)
            .collect()
    };
    let lines = [pick(&log, 40_000, 1500), pick(&iso, 41_500, 1500)].concat();
    assert_eq!(lines.len(), 3000);
    lines
});

fn parser() -> LineParser {
    LineParser::new(StampContext {
        zone: chrono_tz::Europe::Rome,
        year: None,
        reference: Timestamp::from_seconds(1_700_000_000),
    })
}

/// Parses all lines and looks at every field; gives the counts.
fn parse_all(bytes: &[u8]) -> LineCounts {
    let mut parser = parser();
    let mut counts = LineCounts::default();
    for line in Lines::new(bytes) {
        match parser.parse(line, &mut Scratch::default()) {
            Line::Delivery(event) => {
                assert!(event.times >= 1);
                let _ = format!("{event:?} {:?} {:?}", event.domain(), event.permanence());
                counts.delivery += 1;
            }
            Line::Queue(fact) => {
                let _ = format!("{fact:?}");
                counts.queue += 1;
            }
            Line::Foreign => counts.foreign += 1,
            Line::Unknown(odd) => {
                assert!(odd.column <= line.len(), "{odd}");
                counts.unknown += 1;
            }
            Line::Malformed(odd) => {
                assert!(odd.column <= line.len(), "{odd}");
                counts.malformed += 1;
            }
        }
    }
    counts
}

#[expect(clippy::naive_bytecount, reason = "an oracle is plain")]
fn naive_line_count(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
    ends + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"))
}

/// The bytes folded into what log lines are made of.
fn fold_alphabet(bytes: &[u8]) -> Vec<u8> {
    const WORDS: [&str; 40] = [
        "Jan 23 16:00:01 mx1 postfix/smtp[1]: ",
        "2023-01-23T16:00:01+01:00 mx1 postfix/qmgr[1]: ",
        "4P1Xr72xkCz9vwX: ",
        "A1B2C3D4: ",
        "to=<",
        ">, ",
        "orig_to=<",
        "relay=",
        "none",
        "m.x[1.2.3.4]:25",
        ", ",
        "delay=",
        "delays=",
        "1.5",
        "/",
        "dsn=",
        "5.1.1",
        "status=",
        "sent",
        "deferred",
        "bounced",
        " (",
        ")",
        "host ",
        " said: ",
        "550 ",
        "refused to talk to me: ",
        "(in reply to ",
        "from=<",
        "size=",
        "message-id=<",
        "removed",
        "\"",
        "\\",
        "[",
        "]",
        ":",
        "@",
        "\n",
        "message repeated 3 times: [ ",
    ];
    bytes
        .iter()
        .flat_map(|&byte| WORDS[usize::from(byte) % WORDS.len()].bytes())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic_and_every_line_is_counted(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert_eq!(parse_all(&bytes).total(), naive_line_count(&bytes));
    }

    #[test]
    fn folded_bytes_never_panic_and_every_line_is_counted(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let folded = fold_alphabet(&bytes);
        prop_assert_eq!(parse_all(&folded).total(), naive_line_count(&folded));
    }

    #[test]
    fn mangled_real_lines_never_panic_and_every_line_is_counted(
        at in 0..3000_usize, place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()
    ) {
        let mut line = LINES[at].clone();
        let n = place.index(line.len());
        line[n] = byte;
        line.truncate(cut.index(line.len() + 1));
        prop_assert_eq!(parse_all(&line).total(), naive_line_count(&line));
    }

    #[test]
    fn surveys_of_arbitrary_bytes_count_every_line(
        bytes in prop::collection::vec(any::<u8>(), 0..1500), block in 1..300_usize, jobs in 1..4_usize
    ) {
        let folded = [bytes.clone(), fold_alphabet(&bytes[..bytes.len() / 10])].concat();
        let options = Options { jobs, block_bytes: Some(block), ..rome() };
        let coverage = survey_parts(&[("a.log", &folded)], &options).coverage;
        // The first two bytes may say gzip by chance.
        prop_assume!(coverage.unread.is_empty());
        prop_assert_eq!(coverage.lines.total(), naive_line_count(&folded));
        prop_assert_eq!(coverage.bytes, folded.len() as u64);
    }
}

/// All that must not depend on how the input is cut: everything but numbers of inputs and where odd lines stand.
fn essence(mut survey: Said) -> Said {
    survey.coverage.inputs = 0;
    survey.coverage.odd_inputs = 0;
    survey.coverage.strange_inputs = 0;
    survey.coverage.strange_lines = 0;
    survey.coverage.samples.clear();
    survey
}

#[test]
fn jobs_blocks_files_and_their_order_do_not_show() {
    let whole = LINES.join(&b'\n');
    let whole = [&whole[..], b"\n"].concat();
    let reference = survey_parts(&[("a", &whole)], &rome());
    assert!(reference.evidence.len() > 10 && reference.coverage.attempts > 300);
    for jobs in [1, 2, 7] {
        for block in [1, 100, 4096, 1 << 20] {
            let options = Options {
                jobs,
                block_bytes: Some(block),
                ..rome()
            };
            assert_eq!(
                survey_parts(&[("a", &whole)], &options),
                reference,
                "{jobs} {block}"
            );
        }
    }
    let reference = essence(reference);
    let mut splits = 0;
    for at in (0..LINES.len()).step_by(97) {
        let first: usize = LINES[..at].iter().map(|line| line.len() + 1).sum();
        let (a, b) = whole.split_at(first);
        let options = Options { jobs: 2, ..rome() };
        assert_eq!(
            essence(survey_parts(&[("a", a), ("b", b)], &options)),
            reference,
            "{at}"
        );
        assert_eq!(
            essence(survey_parts(&[("a", b), ("b", a)], &options)),
            reference,
            "{at}"
        );
        splits += 1;
    }
    assert_eq!(splits, 31);
}

#[test]
fn the_same_bytes_are_counted_once_however_they_are_packed() {
    use std::io::Write;
    let log = [LINES.join(&b'\n'), b"\n".to_vec()].concat();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&log).unwrap();
    let packed = encoder.finish().unwrap();
    let once = survey_parts(&[("a", &log)], &rome());
    let twice = survey_parts(&[("b.gz", &packed), ("a", &log), ("c", &log)], &rome());
    assert_eq!(twice.evidence, once.evidence);
    assert_eq!(twice.coverage.lines, once.coverage.lines);
    assert_eq!(twice.coverage.bytes, once.coverage.bytes);
    assert_eq!(twice.coverage.inputs, 3);
    let left_out: Vec<_> = twice
        .coverage
        .duplicates
        .iter()
        .map(|d| d.input.ends_with('a'))
        .collect();
    assert_eq!(left_out, [false, false]);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_goes_on() {
    let log = LINES.join(&b'\n');
    let survey = survey_parts(
        &[("a", &log), ("broken.gz", b"\x1f\x8b\x08\x00garbage")],
        &rome(),
    );
    assert_eq!(survey.coverage.lines.total(), 3000);
    assert_eq!(survey.coverage.unread.len(), 1);
    assert!(survey.coverage.unread[0].input.ends_with("broken.gz"));
}

#[test]
fn lines_in_pieces_are_whole_whatever_the_blocks() {
    let log: String = (0..30)
        .map(|n| {
            let id = format!("1pJyXx-0004{}k-2A", char::from(b'A' + n % 26));
            let stamp = format!("Jan 23 16:00:0{} mx1 exim", n % 10);
            [
                format!("{stamp}[{n}]: [1/3] 2023-01-23 16:00:01 {id} ** a@libero.it R=r T=t H=mx.libero.it [192.0.2.1]: "),
                "SMTP error from remote mail server after RCPT TO:<a@libero.it>: 550-go \n".into(),
                format!("{stamp}[9{n}]: 2023-01-23 16:00:01 {id} Completed\n"),
                format!("{stamp}[{n}]: [2\\3] away,\n{stamp}[{n}]: [3/3] user unknown\n"),
            ]
            .concat()
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mainlog");
    std::fs::write(&path, &log).unwrap();
    let inputs = source::collect(&[path], Timestamp::from_seconds(0)).inputs;
    let mut cases = 0;
    for block_bytes in [1, 50, 100, 333, 1000, 1 << 20] {
        for jobs in [1, 2, 7] {
            let options = Options {
                jobs,
                block_bytes: Some(block_bytes),
                year: Some(2023),
                ..rome()
            };
            let mut texts = Vec::new();
            let coverage = survey::events(
                &inputs,
                &options,
                &(),
                &|located, out| {
                    if let Record::Delivery(event, _) = located.record {
                        out.extend_from_slice(event.reply);
                        out.push(b'\n');
                    }
                },
                &mut |out| {
                    texts.extend_from_slice(out);
                    Ok(())
                },
            )
            .unwrap();
            assert_eq!(coverage.lines.total(), 120);
            assert_eq!((coverage.lines.delivery, coverage.lines.foreign), (30, 60));
            assert_eq!(
                texts,
                b"550-go away, user unknown\n".repeat(30),
                "{block_bytes}"
            );
            cases += 1;
        }
    }
    assert_eq!(cases, 18);
}

#[test]
fn a_forged_stamp_does_not_move_the_span() {
    let log = LINES.join(&b'\n');
    let forged = b"2099-01-01T00:00:00Z mx1 postfix/qmgr[1]: AAAAAAA: removed\n\
        1971-01-01T00:00:00Z mx1 postfix/qmgr[1]: AAAAAAA: removed\n";
    let plain = survey_parts(&[("a", &log)], &rome()).coverage;
    let moved = survey_parts(&[("a", &[&forged[..], &log].concat())], &rome()).coverage;
    assert_eq!((moved.span, moved.strays), (plain.span, 2));
    assert_eq!(plain.strays, 0);
    assert_eq!(moved.lines.total(), plain.lines.total() + 2);
}

#[test]
fn the_same_mail_in_two_stamp_styles_is_told_and_a_rotated_set_is_not() {
    let log = read("incidents/libero/mail.log.gz");
    let iso = read("incidents/libero/mail-iso.log.gz");
    let options = Options {
        block_bytes: Some(1 << 20),
        ..rome()
    };
    let both = survey_parts(&[("b", &iso), ("a", &log)], &options);
    let overlaps = &both.coverage.overlaps;
    assert_eq!(overlaps.len(), 1);
    assert!(overlaps[0].other.ends_with('a') && overlaps[0].input.ends_with('b'));
    assert_eq!(&*overlaps[0].host, b"mta1");

    let log = LINES.join(&b'\n');
    let cuts: Vec<usize> = (1..4)
        .map(|n| memchr::memchr(b'\n', &log[log.len() * n / 4..]).unwrap() + log.len() * n / 4 + 1)
        .collect();
    let rotated = survey_parts(
        &[
            ("3", &log[..cuts[0]]),
            ("2", &log[cuts[0]..cuts[1]]),
            ("1", &log[cuts[1]..cuts[2]]),
            ("0", &log[cuts[2]..]),
        ],
        &options,
    );
    assert_eq!(rotated.coverage.inputs, 4);
    assert_eq!(rotated.coverage.overlaps, []);
}

#[test]
fn both_stamp_styles_of_one_log_give_the_same_evidence() {
    let log = read("incidents/libero/mail.log.gz");
    let iso = read("incidents/libero/mail-iso.log.gz");
    let options = Options {
        jobs: 2,
        block_bytes: Some(1 << 20),
        ..rome()
    };
    let (log, iso) = (
        survey_parts(&[("a", &log)], &options),
        survey_parts(&[("a", &iso)], &options),
    );
    assert_eq!(log.coverage.lines, iso.coverage.lines);
    assert_eq!(
        (log.coverage.lines.unknown, log.coverage.lines.malformed),
        (0, 0)
    );
    let totals = |survey: &Said| -> Vec<(String, u32)> {
        survey
            .evidence
            .iter()
            .map(|e| {
                (
                    e.domain.to_string(),
                    e.buckets.iter().flat_map(|b| b.counts).sum(),
                )
            })
            .collect()
    };
    assert_eq!(totals(&log), totals(&iso));
    assert!(totals(&log).len() > 25);
}
