//! Bounces: captured from real MTAs, made by hand, mangled, and of hostile size.

#![expect(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use std::fmt::Write as _;
use std::sync::LazyLock;

use common::{read, testdata};
use mailgap_core::dsn::{self, Deviation, NotBounce, Reading};
use mailgap_core::reason::Classifier;
use mailgap_core::source::Input;
use mailgap_core::survey::{Options, Record, events, survey};
use mailgap_core::time::Timestamp;
use proptest::prelude::*;

/// What a message says, one line for each event.
fn told(message: &[u8]) -> String {
    let report = match dsn::read(message) {
        Reading::Report(report) => report,
        Reading::NotBounce(kind) => return format!("not a bounce: {}\n", kind.as_str()),
        Reading::Unknown(odd) => return format!("unknown: {}\n", odd.why),
    };
    let mut lines = format!(
        "{} by {} queue id {} sender {} message id {} arrival {}\n",
        report.format.as_str(),
        shown(&report.reporting_mta),
        shown(&report.queue_id),
        shown(report.sender.as_deref().unwrap_or_default()),
        shown(report.message_id.as_deref().unwrap_or_default()),
        report.arrival.map_or("-".into(), |time| time.to_string()),
    );
    for event in report.deliveries(Timestamp::default()).take(5) {
        let verdict = Classifier::default().classify(&event);
        let deviations: Vec<&str> = event
            .dsn
            .unwrap()
            .deviations()
            .iter()
            .map(Deviation::as_str)
            .collect();
        let _ = writeln!(
            lines,
            "  {} {} {} code {} said {} status {} {} [{}] {}",
            event.time,
            shown(event.recipient),
            event.outcome.as_str(),
            event.reply_code.map_or("-".into(), |code| code.to_string()),
            event
                .reply_status
                .map_or("-".into(), |code| code.to_string()),
            event.status.map_or("-".into(), |code| code.to_string()),
            verdict.map_or("-", |verdict| verdict.reason.as_str()),
            deviations.join(" "),
            shown(event.text),
        );
    }
    if report.recipients.len() > 5 {
        let _ = writeln!(lines, "  and {} more", report.recipients.len() - 5);
    }
    lines
}

fn shown(text: &[u8]) -> String {
    if text.is_empty() {
        return "-".into();
    }
    String::from_utf8_lossy(text).into_owned()
}

fn made() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(testdata("dsn/made"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

fn with_line_end(message: &[u8], end: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = message.split(|&byte| byte == b'\n').collect();
    lines.join(end)
}

#[test]
fn bounces_made_by_hand_say_what_they_should_whatever_their_line_ends() {
    let mut all = String::new();
    let files = made();
    for (name, message) in &files {
        let lf = told(message);
        assert_eq!(told(&with_line_end(message, b"\r\n")), lf, "{name}");
        let cr = told(&with_line_end(message, b"\r"));
        assert_eq!(without(&cr), without(&lf), "{name}");
        let _ = writeln!(all, "{name}: {lf}");
    }
    assert_eq!(files.len(), 38);
    insta::assert_snapshot!(all);
}

/// Without the deviation that only lone CRs make.
fn without(told: &str) -> String {
    told.replace("[carriage_returns ", "[")
        .replace(" carriage_returns", "")
        .replace("carriage_returns", "")
}

#[test]
fn people_who_quote_a_bounce_send_no_bounce() {
    let texts = [
        "qmail",
        "exim-text",
        "postfix-text",
        "general-list",
        "general-sentence",
    ];
    let headers = [
        "From: Ann <ann@shop.example>\nSubject: Re: Undelivered Mail Returned to Sender\n",
        "From: Ann <ann@shop.example>\nSubject: Mail delivery failed: what is this?\n",
        "From: postmaster@shop.example\nSubject: your question\n",
        "From: list@shop.example\nPrecedence: list\nSubject: digest 7\n",
    ];
    let mut cases = 0;
    for name in texts {
        let bounce = String::from_utf8(read(&format!("dsn/made/{name}.eml"))).unwrap();
        assert!(
            matches!(dsn::read(bounce.as_bytes()), Reading::Report(_)),
            "{name}"
        );
        let (_, text) = bounce.split_once("\n\n").unwrap();
        let quoted: Vec<String> = text.lines().map(|line| format!("> {line}")).collect();
        for header in headers {
            for text in [text, &quoted.join("\n"), &format!("I got this:\n\n{text}")] {
                let mail = format!(
                    "To: me@shop.example\n{header}Date: 25 Jan 2023 20:00:00 GMT\n\n{text}\n"
                );
                let reading = dsn::read(mail.as_bytes());
                let none = Reading::NotBounce(NotBounce::OrdinaryMail);
                assert_eq!(reading, none, "{name}: {header}");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 60);
}

#[test]
fn captured_bounces_have_every_recipient_action_status_and_diagnostic() {
    let truth = String::from_utf8(read("dsn/captured.tsv")).unwrap();
    let mut expected: Vec<String> = truth.lines().skip(1).map(folded).collect();
    expected.sort();
    let mailbox = read("dsn/captured.mbox.gz");
    for (end, jobs, block_bytes) in [("\n", 1, None), ("\r\n", 2, Some(100)), ("\n", 2, Some(1))] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mailbox");
        std::fs::write(&path, with_line_end(&mailbox, end.as_bytes())).unwrap();
        let input = Input::file(&path, Timestamp::default()).unwrap();
        let mut options = Options::new(chrono_tz::Europe::Rome);
        (options.jobs, options.block_bytes) = (jobs, block_bytes);
        let mut rows = Vec::new();
        let coverage = events(
            &[input],
            &options,
            &(),
            &|located, out| {
                let Record::Delivery(event, _) = located.record else {
                    return;
                };
                let dsn = event.dsn.unwrap();
                let field = |field: Option<&[u8]>| {
                    let words: Vec<String> = shown(field.unwrap_or_default())
                        .split_whitespace()
                        .map(str::to_owned)
                        .collect();
                    words.join(" ")
                };
                let row = format!(
                    "{}\t{}\t{}\t{}\t{}\n",
                    located.line,
                    shown(event.recipient),
                    field(dsn.action()),
                    field(dsn.status()),
                    field(dsn.diagnostic())
                );
                out.extend_from_slice(row.as_bytes());
            },
            &mut |rows_of_block| {
                rows.extend_from_slice(rows_of_block);
                Ok(())
            },
        )
        .unwrap();
        let mut got: Vec<String> = String::from_utf8(rows)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        got.sort();
        assert_eq!(got, expected);
        let bounces = coverage.bounces;
        assert_eq!(
            (bounces.messages, bounces.reports, bounces.events),
            (40, 40, 97)
        );
        assert_eq!(coverage.lines.total(), 0);
    }
    assert_eq!(expected.len(), 97);
}

/// A row of the truth as an event says it: the action's word, no MTA.
fn folded(row: &str) -> String {
    let mut columns: Vec<&str> = row.split('\t').collect();
    columns.remove(1);
    columns[2] = columns[2].split(['(', ' ']).next().unwrap();
    for column in &mut columns {
        if column.is_empty() {
            *column = "-";
        }
    }
    columns.join("\t")
}

#[test]
fn folders_of_messages_and_maildirs_are_read_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cur", "new", "tmp"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    for (n, (name, message)) in made().iter().enumerate() {
        let place = ["cur", "new"][n % 2];
        std::fs::write(folder.path().join(place).join(name), message).unwrap();
    }
    std::fs::write(folder.path().join("tmp/half"), "Return-Path: <>\n").unwrap();
    std::fs::write(folder.path().join("dovecot-uidlist"), "3 V1 N1\n").unwrap();
    let inputs =
        mailgap_core::source::collect(&[folder.path().to_path_buf()], Timestamp::default());
    let coverage = survey(&inputs.inputs, &Options::new(chrono_tz::UTC), &()).coverage;
    let bounces = coverage.bounces;
    assert_eq!(coverage.inputs, 38);
    assert_eq!(bounces.messages, 38);
    assert_eq!(bounces.reports + bounces.not_bounces + bounces.unknown, 38);
    assert_eq!((bounces.not_bounces, bounces.unknown), (9, 1));
    assert_eq!(coverage.lines.total(), 0);
}

fn report_with(status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@x.example\nDate: 25 Jan 2023 20:00:00 GMT\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n{status}\n--b--\n"
    )
}

fn recipients(message: &[u8]) -> (usize, Vec<Deviation>) {
    match dsn::read(message) {
        Reading::Report(report) => {
            let all = report
                .recipients
                .iter()
                .fold(report.deviations, |all, one| all.and(one.deviations));
            (report.recipients.len(), all.iter().collect())
        }
        _ => (0, Vec::new()),
    }
}

#[test]
fn hostile_sizes_end_at_a_limit_that_is_named() {
    const GROUP: &str = "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n";
    let many = format!("{GROUP}\n").repeat(250_001);
    assert_eq!(
        recipients(report_with(&many).as_bytes()),
        (250_000, vec![Deviation::RecipientsTooMany])
    );
    assert_eq!(
        recipients(report_with(&GROUP.repeat(1000)).as_bytes()),
        (1000, vec![Deviation::Groups])
    );

    let headers = format!("{}{}", "X-A: b\n".repeat(200_000), report_with(GROUP));
    assert_eq!(
        recipients(headers.as_bytes()),
        (1, vec![Deviation::HeaderTooLong])
    );
    let long = format!("Subject: {}\n{}", "x".repeat(2 << 20), report_with(GROUP));
    assert_eq!(
        recipients(long.as_bytes()),
        (1, vec![Deviation::HeaderTooLong])
    );
    let endless = [
        b"From: MAILER-DAEMON@x\nSubject: ",
        &vec![b'x'; dsn::MAX_MESSAGE][..],
    ]
    .concat();
    let Reading::Unknown(odd) = dsn::read(&endless) else {
        panic!("a header without end is no bounce and no ordinary mail");
    };
    assert_eq!(odd.why, "expected a header of at most 64 MiB");

    let field = format!("{GROUP}Diagnostic-Code: smtp; {}\n", "x".repeat(10 << 20));
    assert_eq!(
        recipients(report_with(&field).as_bytes()),
        (1, vec![Deviation::FieldTooLong])
    );
    let folded = format!("{GROUP}Diagnostic-Code: smtp\n{}", " x\n".repeat(1 << 20));
    assert_eq!(
        recipients(report_with(&folded).as_bytes()),
        (1, vec![Deviation::FieldTooLong])
    );

    let nested = "Content-Type: message/rfc822\n\n".repeat(40_000);
    let message = report_with(GROUP).replace("--b--", &format!("--b\n{nested}\n--b--"));
    assert_eq!(recipients(message.as_bytes()), (1, vec![]));
    let deep: Vec<String> = (0..10_000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=n{n}\n\n--n{n}"))
        .collect();
    let deep = deep.join("\n");
    let message = report_with(GROUP).replace("--b--", &format!("--b\n{deep}\n--b--"));
    let (count, deviations) = recipients(message.as_bytes());
    assert_eq!(count, 1);
    assert!(deviations.contains(&Deviation::NestedTooDeep));

    let parts =
        report_with(GROUP).replace("--b--", &format!("{}--b--", "--b\n\nx\n".repeat(100_000)));
    assert_eq!(
        recipients(parts.as_bytes()),
        (1, vec![Deviation::PartsTooMany])
    );

    let mut long = report_with(GROUP).into_bytes();
    long.resize(dsn::MAX_MESSAGE + 1, b'x');
    assert_eq!(recipients(&long), (1, vec![Deviation::MessageTooLong]));

    // Torn groups without end, and lines of nothing else.
    let torn = format!("{GROUP}\n{}", "Status: 5.0.0\n\n".repeat(100_000));
    assert!(recipients(report_with(&torn).as_bytes()).0 > 0);
    let text = format!(
        "From: MAILER-DAEMON@x\nDate: 25 Jan 2023 20:00:00 GMT\nSubject: failure\n\n{}",
        "<a@b.example>: x\n".repeat(100_000)
    );
    assert!(recipients(text.as_bytes()).0 > 0);
    // Each line announces the returned message, and nothing before them names anybody.
    let announced = format!(
        "From: MAILER-DAEMON\nSubject: failure\n\n{}",
        "-- copy of\n".repeat(400_000)
    );
    assert_eq!(recipients(announced.as_bytes()), (0, vec![]));
    let everybody: Vec<String> = (0..100_000).map(|n| format!("u{n}@x.example, ")).collect();
    let everybody = everybody.concat();
    let listed = format!(
        "From: MAILER-DAEMON@x\nTo: {everybody}\nSubject: failure\n\n{}",
        "<nobody@b.example>: x\n".repeat(100_000)
    );
    assert!(recipients(listed.as_bytes()).0 > 0);
    let nuls = vec![0; 1 << 20];
    assert_eq!(recipients(&nuls), (0, vec![]));
}

#[test]
fn a_message_longer_than_the_limit_is_cut_and_the_next_one_is_whole() {
    let first =
        report_with("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n");
    let mut mailbox = format!("From x@y Wed Jan 25 19:46:09 2023\n{first}\n").into_bytes();
    mailbox.resize(dsn::MAX_MESSAGE + (1 << 20), b'x');
    let next = first.replace("a@b", "c@d");
    mailbox
        .extend_from_slice(format!("\n\nFrom x@y Wed Jan 25 19:46:09 2023\n{next}\n").as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mailbox");
    std::fs::write(&path, &mailbox).unwrap();
    let input = Input::file(&path, Timestamp::default()).unwrap();
    let mut options = Options::new(chrono_tz::UTC);
    options.block_bytes = Some(1 << 20);
    let coverage = survey(&[input], &options, &()).coverage;
    assert_eq!(
        (coverage.bounces.reports, coverage.bytes),
        (2, mailbox.len() as u64)
    );
}

/// Bounces to mangle: those that MTAs wrote, and those made by hand.
static REAL_AND_MADE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mailbox = String::from_utf8_lossy(&read("dsn/captured.mbox.gz")).into_owned();
    let captured = format!("\n{mailbox}");
    let captured = captured.split("\nFrom ").skip(1).filter_map(|message| {
        let (_, message) = message.split_once('\n')?;
        Some(message.as_bytes().to_vec())
    });
    let all: Vec<_> = captured
        .chain(made().into_iter().map(|(_, message)| message))
        .collect();
    assert_eq!(all.len(), 78);
    all
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mangled_bounces_never_panic(
        which in 0..78_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..6_u8, any::<u8>(), 1..200_usize), 0..20)
    ) {
        let mut message = REAL_AND_MADE[which].clone();
        for (place, kind, byte, length) in edits {
            let at = place.index(message.len().max(1)).min(message.len());
            let end = (at + length).min(message.len());
            match kind {
                0 => message.insert(at, byte),
                1 => { message.drain(at..end); }
                2 => if let Some(one) = message.get_mut(at) { *one = byte },
                3 => { let piece = message[at..end].to_vec(); message.splice(at..at, piece); }
                4 => message.truncate(at.max(50)),
                _ => message.splice(at..at, b"\n\n--b1\n".iter().copied()).for_each(drop),
            }
            if message.is_empty() { break }
        }
        let _ = told(&message);
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = told(&bytes);
        let message = [b"From: MAILER-DAEMON@x\nReturn-Path: <>\n\n", &bytes[..]].concat();
        let _ = told(&message);
    }
}
