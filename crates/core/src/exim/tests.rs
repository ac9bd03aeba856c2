//! Conformance lines, the laws, and (where the environment names the shared corpora) real logs.

use std::fmt::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::event::{Contact, Delivery, Outcome};

const CONFORMANCE: &str = include_str!("../../../../testdata/exim/conformance.tsv");

const CONTEXT: EximContext<'static> = EximContext {
    time: Timestamp::from_seconds(1_674_489_601), // 2023-01-23T16:00:01Z
    host: b"mx1",
};

/// Cuts a syslog header, a split mark and a stamp: what other modules do before this one.
fn cut_header(line: &str) -> &str {
    let mut rest = line;
    if let Some((header, after)) = line.split_once("]: ")
        && header.contains(" exim")
        && !header.contains(" => ")
    {
        rest = after;
    }
    if let Some(piece) = split::Piece::parse(rest.as_bytes()) {
        rest = std::str::from_utf8(piece.text).unwrap();
    }
    let stamped = rest.len() > 19
        && rest.is_char_boundary(19)
        && rest[..10].matches('-').count() == 2
        && rest[..19].matches(':').count() == 2;
    if !stamped {
        return rest;
    }
    let (_, mut rest) = rest[19..].split_once(' ').unwrap_or(("", ""));
    if rest.starts_with(['+', '-'])
        && rest
            .get(1..5)
            .is_some_and(|zone| zone.bytes().all(|byte| byte.is_ascii_digit()))
    {
        rest = rest.get(6..).unwrap_or("");
    }
    rest
}

/// The class of a line in the words of the conformance file.
fn class(line: &Line<'_>) -> &'static str {
    match line {
        Line::Delivery(delivery) => match delivery.outcome {
            Outcome::Delivered => "sent",
            outcome => outcome.as_str(),
        },
        Line::Queue(queue) => match queue.fact {
            Fact::Arrival { .. } => "arrival",
            Fact::Cancelled | Fact::Removed => "done",
            Fact::Held => "frozen",
            _ => "other",
        },
        Line::Foreign => "other",
        Line::Unknown(_) => "unknown",
        Line::Malformed(_) => "malformed",
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One line for people: what was understood.
fn meaning(line: &Line<'_>) -> String {
    let delivery = match line {
        Line::Delivery(delivery) => delivery,
        Line::Queue(queue) => {
            return match &queue.fact {
                Fact::Arrival {
                    client,
                    sender,
                    message_id,
                } => format!(
                    "arrival client={} sender=<{}> id={}",
                    text(client),
                    text(sender.unwrap_or_default()),
                    text(message_id.unwrap_or_default())
                ),
                Fact::HostFailed { text: words } => format!("host_failed {}", text(words)),
                fact => fact.as_str().to_owned(),
            };
        }
        Line::Foreign => return "foreign".to_owned(),
        Line::Unknown(odd) | Line::Malformed(odd) => return odd.to_string(),
    };
    let mut said = format!(
        "{} {} <{}>",
        delivery.outcome.as_str(),
        delivery.contact.as_str(),
        text(delivery.recipient)
    );
    if let Some(original) = delivery.original_recipient {
        write!(said, " original=<{}>", text(original)).unwrap();
    }
    if let Some(sender) = delivery.sender {
        write!(said, " from=<{}>", text(sender)).unwrap();
    }
    if !delivery.relay.is_unknown() {
        write!(
            said,
            " relay={}[{}]",
            text(delivery.relay.host),
            text(delivery.relay.ip)
        )
        .unwrap();
        if let Some(port) = delivery.relay.port {
            write!(said, ":{port}").unwrap();
        }
    }
    if let Some(stage) = delivery.stage {
        write!(said, " {}", stage.as_str()).unwrap();
    }
    if let Some(code) = delivery.reply_code {
        write!(said, " {code}").unwrap();
    }
    if let Some(status) = delivery.reply_status {
        write!(said, " {status}").unwrap();
    }
    if let Some(delay) = delivery.delay_s {
        write!(said, " delay={delay}").unwrap();
    }
    write!(
        said,
        " | {} | {}",
        text(delivery.reply),
        text(delivery.text)
    )
    .unwrap();
    said
}

fn parse_text(rest: &str) -> Line<'_> {
    parse(rest.as_bytes(), &CONTEXT)
}

#[test]
fn conformance_lines_have_the_expected_class() {
    let mut cases = 0;
    let mut meanings = String::new();
    for row in CONFORMANCE.lines() {
        let columns: Vec<&str> = row.split('\t').collect();
        let [id, line, expected, _why] = columns[..] else {
            panic!("four columns: {row}");
        };
        let rest = cut_header(line);
        let parsed = parse_text(rest);
        // Thawing is no freezing, and a dry run has an outcome of its own that is no delivery.
        let expected = match id {
            "unfrozen" => "frozen",
            "supp" => "probe",
            _ => expected,
        };
        assert_eq!(class(&parsed), expected, "{id}: {line}");
        assert!(looks_like(rest.as_bytes()), "{id}");
        writeln!(meanings, "{id}: {}", meaning(&parsed)).unwrap();
        cases += 1;
    }
    assert_eq!(cases, 58);
    insta::assert_snapshot!("conformance", meanings);
}

/// Lines of shapes that the conformance file lacks, by version and `log_selector`.
#[test]
fn other_shapes_are_understood() {
    let lines = include_str!("../../../../testdata/exim/shapes.log");
    let mut meanings = String::new();
    let mut cases = 0;
    for line in lines.lines() {
        writeln!(meanings, "{line}\n    {}", meaning(&parse_text(line))).unwrap();
        cases += 1;
    }
    assert_eq!(cases, 72);
    insta::assert_snapshot!("shapes", meanings);
}

#[test]
fn other_programs_lines_do_not_look_like_exim() {
    let lines = [
        "postfix/smtp[1]: 4P1: to=<a@d>, relay=none",
        "connect from unknown[192.0.2.1]",
        "Started Session 1 of user root.",
        "[1] something",
        "",
    ];
    for line in lines {
        assert!(!looks_like(line.as_bytes()), "{line}");
        assert_eq!(parse_text(line), Line::Foreign, "{line}");
    }
}

#[test]
fn lines_without_a_message_id_look_like_exim_all_the_same() {
    let lines = [
        "[20099] cwd=/ 3 args: /usr/sbin/exim4 -bd -q30m",
        "exim 4.96 daemon started: pid=20101, -q30m, listening for SMTP on [127.0.0.1]:25",
        "H=(x) [192.0.2.1] F=<s@y> rejected RCPT <a@d>: relay not permitted",
        "dovecot_login authenticator failed for (u) [192.0.2.1]: 535 Incorrect authentication data",
        "Start queue run: pid=1",
    ];
    for line in lines {
        assert!(looks_like(line.as_bytes()), "{line}");
        assert_eq!(parse_text(line), Line::Foreign, "{line}");
    }
}

#[test]
fn columns_point_into_the_line() {
    let cases = [
        (
            "1pJyXx-0004Qk-2A =>",
            19,
            "expected an address and its end after the flag",
        ),
        (
            "[7] 1pJyXx-0004Qk-2A == a@d R=r",
            31,
            "expected defer (n) after the fields",
        ),
        (
            "1pJyXx-0004Qk-2A == a@d defer (1",
            31,
            "expected ) after the number of the deferral",
        ),
        (
            "1pJyXx-0004Qk-2A ** a@d",
            23,
            "expected a reason after the address",
        ),
        (
            "1pJyXx-0004Qk-2A => a@d",
            23,
            "expected R= or T= after the address",
        ),
        (
            "1pJyXx-0004Qk-2A <= ",
            19,
            "expected the sender after the flag",
        ),
        (
            "1pJyXx-0004Qk-2 => a@d R=r",
            0,
            "expected a message id before the flag",
        ),
    ];
    for (line, column, why) in cases {
        assert_eq!(
            parse_text(line),
            Line::Malformed(Odd { why, column }),
            "{line}"
        );
    }
    assert!(matches!(
        parse_text("1pJyXx-0004Qk-2A my own words"),
        Line::Unknown(Odd { column: 17, .. })
    ));
}

#[test]
fn an_overflowed_line_keeps_what_was_before() {
    let line = r#"1pJyXx-0004Qk-2A => a@d R=r T=t H=m [192.0.2.1] C="250 ok **** log string overflowed log buffer ****"#;
    let Line::Delivery(delivery) = parse_text(line) else {
        panic!("a delivery");
    };
    assert_eq!(text(delivery.reply), "250 ok");
}

#[test]
fn the_delay_is_the_queue_time_or_comes_from_the_id() {
    let delay = |line: &str| match parse(line.as_bytes(), &CONTEXT) {
        Line::Delivery(delivery) => delivery.delay_s,
        other => panic!("{other:?}"),
    };
    // 1pJNDA is 2023-01-21T23:23:48Z, and the line is of 2023-01-23T16:00:01Z.
    let from_id = Some(146_173.0);
    assert_eq!(
        delay("1pJNDA-0004Qk-2A => a@d R=r T=t H=m [192.0.2.1] QT=1h2m3.5s DT=1s"),
        Some(3723.5)
    );
    assert_eq!(
        delay("1pJNDA-0004Qk-2A => a@d R=r T=t H=m [192.0.2.1]"),
        from_id
    );
    assert_eq!(
        delay("1pJNDA-00000003cAB-1abc ** a@d: Unrouteable address"),
        from_id
    );
    assert_eq!(delay("zzzzzz-0004Qk-2A ** a@d: Unrouteable address"), None);
}

/// Opens a file of the shared corpora; nothing where there are none.
#[expect(
    clippy::disallowed_methods,
    reason = "tests may look for corpora that are not in the project"
)]
fn shared(path: &str) -> Option<Vec<u8>> {
    let root = PathBuf::from(std::env::var_os("MAILGAP_SHARED")?);
    Some(std::fs::read(root.join("corpus").join(path)).expect(path))
}

/// Flags in the order of [`FLAGS`], and what else a log held.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    flags: [u64; 8],
    deliveries: u64,
    echoes: u64,
    unknown: u64,
    malformed: u64,
}

const FLAGS: [&str; 8] = ["=>", "->", ">>", "*>", "**", "==", "<=", "(="];

fn count(log: &[u8], counts: &mut Counts, mut each: impl FnMut(&str, &Line<'_>)) {
    for line in text(log).lines() {
        let rest = cut_header(line);
        let parsed = parse_text(rest);
        let id_cut = message_id::split(strip_pid(rest.as_bytes())).map(|(_, rest)| text(rest));
        let flag = id_cut.and_then(|rest| {
            FLAGS
                .iter()
                .position(|flag| rest.split(' ').nth(1) == Some(flag))
        });
        if let Some(flag) = flag {
            counts.flags[flag] += 1;
            assert!(
                matches!(parsed, Line::Delivery(_) | Line::Queue(_)),
                "{line}: {parsed:?}"
            );
        } else {
            assert!(!matches!(parsed, Line::Delivery(_)), "{line}");
        }
        match &parsed {
            Line::Delivery(Delivery { contact, .. }) => {
                counts.deliveries += 1;
                counts.echoes += u64::from(*contact == Contact::Echo);
            }
            Line::Unknown(_) => counts.unknown += 1,
            Line::Malformed(_) => counts.malformed += 1,
            Line::Queue(_) | Line::Foreign => {}
        }
        each(line, &parsed);
    }
}

#[test]
fn captured_logs_are_understood_to_the_last_line() {
    let logs = [
        // From corpus/capture/shapes, where they are given.
        (
            "capture/run-a/exim/mainlog",
            [2247, 265, 0, 0, 0, 6573, 2297, 0],
        ),
        (
            "capture/run-a/exim-all/mainlog",
            [0, 160, 0, 0, 245, 6419, 1409, 0],
        ),
        ("capture/realtime/exim/mainlog", [0; 8]),
    ];
    for (path, flags) in logs {
        let Some(log) = shared(path) else { return };
        let mut counts = Counts::default();
        count(&log, &mut counts, |_, _| {});
        for (at, expected) in flags.into_iter().enumerate() {
            assert!(
                expected == 0 || counts.flags[at] == expected,
                "{path}: {} {counts:?}",
                FLAGS[at]
            );
        }
        assert!(counts.deliveries > 200, "{path}: {counts:?}");
        assert_eq!((counts.unknown, counts.malformed), (0, 0), "{path}");
        if path == "capture/run-a/exim/mainlog" {
            assert!(counts.echoes >= 6075, "retry time not reached: {counts:?}");
        }
    }
}

#[test]
fn the_exporters_log_has_the_exporters_counts() {
    let Some(log) = shared("logs/exim_exporter/mainlog") else {
        return;
    };
    let mut counts = Counts::default();
    let mut refusals = Vec::new();
    let mut done = 0;
    count(&log, &mut counts, |_, line| match line {
        Line::Delivery(delivery) if delivery.permanence().is_some_and(|class| class > 3) => {
            let status = delivery.reply_status.map(|status| status.to_string());
            refusals.push(format!(
                "{} {}",
                delivery.reply_code.unwrap(),
                status.unwrap_or_default()
            ));
        }
        Line::Queue(queue) if queue.fact == Fact::Removed => done += 1,
        _ => {}
    });
    // As in tail.metrics beside it.
    assert_eq!(counts.flags, [3, 1, 0, 0, 7, 2, 14, 0]);
    assert_eq!(done, 7);
    refusals.sort();
    let expected = [
        "450 4.7.1",
        "540 5.7.1",
        "550 ",
        "554 5.2.0",
        "554 5.2.0",
        "554 5.2.0",
    ];
    assert_eq!(refusals, expected);
    assert_eq!((counts.unknown, counts.malformed), (0, 0));
}

#[test]
fn the_testsuite_of_exim_is_understood() {
    let Some(archive) = shared("logs/exim-testsuite/mainlog.tar.gz") else {
        return;
    };
    let mut tar = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&archive[..]), &mut tar).unwrap();
    let mut counts = Counts::default();
    let mut rest = &tar[..];
    while rest.len() > 512 && rest[0] != 0 {
        let size = text(&rest[124..135]);
        let size = usize::from_str_radix(size.trim_matches(['\0', ' ']), 8).unwrap();
        if rest[156] == b'0' {
            count(&rest[512..512 + size], &mut counts, |_, _| {});
        }
        rest = &rest[(512 + size.next_multiple_of(512)).min(rest.len())..];
    }
    // ` -> ` stands in 742 lines, in 33 of them within the words of an access list.
    assert_eq!(counts.flags, [2370, 709, 34, 50, 601, 688, 3251, 3]);
    assert_eq!(counts.malformed, 0);
}

fn keyword() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "1pJyXx-0004Qk-2A ",
        "[1/2] ",
        "[12] ",
        "=> ",
        "-> ",
        ">> ",
        "*> ",
        "== ",
        "** ",
        "<= ",
        "(= ",
        "a@d",
        "bob",
        " <",
        ">",
        "\"",
        "\\",
        " (",
        ")",
        ", ",
        "|",
        "/",
        ":blackhole:",
        "discarded",
        "save ",
        " R=",
        " T=",
        " F=<",
        " P=<",
        " H=",
        "[",
        "]",
        ":25",
        "*",
        " DS",
        " C=\"",
        " DN=\"",
        " X=",
        " ST=",
        " QT=",
        " DT=",
        "1w2d",
        "3s",
        " defer (",
        "-44",
        "110",
        ")",
        ": ",
        " : ",
        " routing",
        "Connection timed out",
        "retry time not reached",
        "SMTP error from remote mail server after ",
        "RCPT TO:<",
        "end of data",
        "Malformed SMTP reply",
        " in response to ",
        "host m [",
        "550 5.1.1 ",
        "550-",
        "\\n",
        "retry timeout exceeded",
        "Completed",
        "Frozen",
        "H=",
        " id=",
        " for ",
        "**** log string overflowed log buffer ****",
        "mua_wrapper is set but ",
        "blackhole (",
    ])
}

proptest! {
    #[test]
    fn any_bytes_give_a_line(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        parse(&bytes, &CONTEXT);
        looks_like(&bytes);
    }

    #[test]
    fn any_bytes_behind_a_flag_give_a_line(flag in keyword(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut line = b"1pJyXx-0004Qk-2A ".to_vec();
        line.extend_from_slice(flag.as_bytes());
        line.extend_from_slice(&bytes);
        parse(&line, &CONTEXT);
    }

    #[test]
    fn words_of_the_format_in_any_order_give_a_line(words in prop::collection::vec(keyword(), 0..40)) {
        let line = format!("1pJyXx-0004Qk-2A {}", words.concat());
        check_columns(line.as_bytes())?;
        check_columns(words.concat().as_bytes())?;
    }

    #[test]
    fn mangled_lines_give_a_line(row in 0..58_usize, at in 0..400_usize, gone in 0..40_usize, new in prop::collection::vec(any::<u8>(), 0..4)) {
        let line = CONFORMANCE.lines().nth(row).unwrap().split('\t').nth(1).unwrap();
        let mut bytes = cut_header(line).as_bytes().to_vec();
        let start = at.min(bytes.len());
        let end = (start + gone).min(bytes.len());
        bytes.splice(start..end, new);
        check_columns(&bytes)?;
    }
}

/// Columns lie inside the line, and what is borrowed from it too.
fn check_columns(line: &[u8]) -> Result<(), TestCaseError> {
    looks_like(line);
    match parse(line, &CONTEXT) {
        Line::Unknown(odd) | Line::Malformed(odd) => prop_assert!(odd.column <= line.len()),
        Line::Delivery(delivery) => {
            prop_assert!(
                delivery.text.len() <= line.len() && delivery.reply.len() <= delivery.text.len()
            );
            prop_assert!(delivery.delay_s.is_none_or(|delay| delay >= 0.0));
        }
        Line::Queue(_) | Line::Foreign => {}
    }
    Ok(())
}
