//! What became of messages, from lines to fates; and that no cut of the logs shows in it.

#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use common::survey_parts;
use mailgap_core::fate::{Fate, Keep, Ledger};
use mailgap_core::survey::Options;
use proptest::prelude::*;

fn options(keep: Keep) -> Options {
    Options {
        fates: Some(keep),
        year: Some(2023),
        ..Options::new(chrono_tz::UTC)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One fate on one line.
fn show(fate: &Fate<'_>) -> String {
    let said = |bytes: Option<&[u8]>| bytes.map_or("-".to_owned(), text);
    let moment = |time: Option<mailgap_core::time::Timestamp>| {
        time.map_or("-".to_owned(), |time| {
            time.to_string().get(5..19).unwrap().replace('T', " ")
        })
    };
    format!(
        "{} {} from={} to={} orig={} {} arrival={} end={} attempts={} echoes={} {} {}",
        text(fate.host),
        text(fate.queue_id),
        said(fate.sender),
        text(fate.recipient),
        said(fate.original_recipient),
        fate.end.as_str(),
        moment(fate.arrival),
        moment(fate.ended()),
        fate.attempts,
        fate.echoes,
        fate.reason
            .map_or("-", mailgap_core::reason::Reason::as_str),
        fate.text.as_deref().map_or("-".to_owned(), text),
    )
}

fn shown(ledger: &Ledger) -> Vec<String> {
    ledger.iter().map(|fate| show(&fate)).collect()
}

/// Lines with short heads: `10:00:05 mx1 smtp A1B2C3D: ...` is of Postfix, `10:00:05 1pJ... => ...` of Exim.
fn log(lines: &[&str]) -> String {
    let line = |line: &&str| {
        let (time, rest) = line.split_once(' ').unwrap();
        let (first, after) = rest.split_once(' ').unwrap();
        if first.len() == 16 && first.as_bytes()[6] == b'-' {
            format!("2023-01-23 {time} {first} {after}\n")
        } else {
            let (program, after) = after.split_once(' ').unwrap();
            let program = if program.contains('/') {
                program.to_owned()
            } else {
                format!("postfix/{program}")
            };
            format!("2023-01-23T{time}.000000+00:00 {first} {program}[7]: {after}\n")
        }
    };
    lines.iter().map(line).collect()
}

const REFUSED: &str = "relay=none, delay=5, delays=1/1/1/2, dsn=4.4.1, status=deferred (connect to mx.d[192.0.2.1]:25: Connection refused)";
const SENT: &str =
    "relay=mx.d[192.0.2.1]:25, delay=100, delays=1/1/1/97, dsn=2.0.0, status=sent (250 ok)";
const NO: &str = "relay=mx.d[192.0.2.1]:25, delay=9, delays=1/1/1/6, dsn=5.1.1, status=bounced (host mx.d[192.0.2.1] said: 550 5.1.1 <a@d.it> unknown (in reply to RCPT TO command))";
const ECHO: &str = "relay=none, delay=9, delays=1/1/1/6, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to mx.d[192.0.2.1]:25: Connection refused)";

/// A name, the lines, and the fates.
type Story = (&'static str, Vec<String>, Vec<&'static str>);

#[expect(clippy::too_many_lines, reason = "a table")]
fn stories() -> Vec<Story> {
    let lines = |lines: &[&str]| -> Vec<String> {
        lines
            .iter()
            .map(|line| {
                line.replace("REFUSED", REFUSED)
                    .replace("SENT", SENT)
                    .replace("ECHO", ECHO)
                    .replace("NO!", NO)
            })
            .collect()
    };
    vec![
        (
            "what goes through at once leaves nothing",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:01 h qmgr A1B2C3D: from=<s@x>, size=1, nrcpt=1 (queue active)",
                "10:00:05 h smtp A1B2C3D: to=<a@d.it>, SENT",
                "10:00:05 h qmgr A1B2C3D: removed",
            ]),
            vec![],
        ),
        (
            "late, with its first failure's words",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:01 h qmgr A1B2C3D: from=<s@x>, size=1, nrcpt=2 (queue active)",
                "10:00:02 h smtp A1B2C3D: to=<a@d.it>, REFUSED",
                "10:00:05 h smtp A1B2C3D: to=<b@e.it>, SENT",
                "10:20:02 h error A1B2C3D: to=<a@d.it>, ECHO",
                "11:00:00 h smtp A1B2C3D: to=<a@d.it>, SENT",
                "11:00:00 h qmgr A1B2C3D: removed",
            ]),
            vec![
                "h A1B2C3D from=s@x to=a@d.it orig=- delivered_late arrival=01-23 10:00:00 end=01-23 11:00:00 attempts=2 echoes=1 Unreachable connect to mx.d[192.0.2.1]:25: Connection refused",
            ],
        ),
        (
            "a queue id is used again",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:01 h qmgr A1B2C3D: from=<s@x>, size=1, nrcpt=1 (queue active)",
                "10:00:02 h smtp A1B2C3D: to=<a@d.it>, NO!",
                "10:00:02 h qmgr A1B2C3D: removed",
                "12:00:00 h cleanup A1B2C3D: message-id=<n@x>",
                "12:00:01 h qmgr A1B2C3D: from=<t@x>, size=1, nrcpt=1 (queue active)",
                "12:00:02 h smtp A1B2C3D: to=<a@d.it>, REFUSED",
            ]),
            vec![
                "h A1B2C3D from=s@x to=a@d.it orig=- bounced arrival=01-23 10:00:00 end=01-23 10:00:02 attempts=1 echoes=0 NoSuchMailbox 550 5.1.1 <a@d.it> unknown",
                "h A1B2C3D from=t@x to=a@d.it orig=- pending arrival=01-23 12:00:00 end=- attempts=1 echoes=0 Unreachable connect to mx.d[192.0.2.1]:25: Connection refused",
            ],
        ),
        (
            "expired names the sender and means those still deferred",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:02 h smtp A1B2C3D: to=<a@d.it>, REFUSED",
                "10:00:02 h smtp A1B2C3D: to=<b@d.it>, NO!",
                "10:00:03 h smtp A1B2C3D: to=<c@d.it>, SENT",
                "15:00:02 h qmgr A1B2C3D: from=<s@x>, status=expired, returned to sender",
                "15:00:03 h qmgr A1B2C3D: removed",
            ]),
            vec![
                "h A1B2C3D from=s@x to=a@d.it orig=- expired arrival=01-23 10:00:00 end=01-23 15:00:02 attempts=1 echoes=0 Unreachable connect to mx.d[192.0.2.1]:25: Connection refused",
                "h A1B2C3D from=s@x to=b@d.it orig=- bounced arrival=01-23 10:00:00 end=01-23 10:00:02 attempts=1 echoes=0 NoSuchMailbox 550 5.1.1 <a@d.it> unknown",
            ],
        ),
        (
            "deleted by the operator",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:02 h smtp A1B2C3D: to=<a@d.it>, REFUSED",
                "10:30:00 h postsuper A1B2C3D: removed",
            ]),
            vec![
                "h A1B2C3D from=- to=a@d.it orig=- discarded arrival=01-23 10:00:00 end=01-23 10:30:00 attempts=1 echoes=0 Unreachable connect to mx.d[192.0.2.1]:25: Connection refused",
            ],
        ),
        (
            "two hosts and two instances with one id, and a transport with a name of its own",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:00 g cleanup A1B2C3D: message-id=<n@x>",
                "10:00:00 h out/cleanup A1B2C3D: message-id=<o@x>",
                "10:00:01 h qmgr A1B2C3D: from=<s@x>, size=1, nrcpt=1 (queue active)",
                "10:00:01 g qmgr A1B2C3D: from=<t@x>, size=1, nrcpt=1 (queue active)",
                "10:00:01 h out/qmgr A1B2C3D: from=<u@x>, size=1, nrcpt=1 (queue active)",
                "10:00:02 h postfix/relay/smtp A1B2C3D: to=<a@d.it>, NO!",
                "10:00:03 g slow/smtp A1B2C3D: to=<a@d.it>, REFUSED",
                "10:00:04 h out/smtp A1B2C3D: to=<a@d.it>, REFUSED",
                "10:00:05 h qmgr A1B2C3D: removed",
            ]),
            vec![
                "g A1B2C3D from=t@x to=a@d.it orig=- pending arrival=01-23 10:00:00 end=- attempts=1 echoes=0 Unreachable connect to mx.d[192.0.2.1]:25: Connection refused",
                "h A1B2C3D from=s@x to=a@d.it orig=- bounced arrival=01-23 10:00:00 end=01-23 10:00:02 attempts=1 echoes=0 NoSuchMailbox 550 5.1.1 <a@d.it> unknown",
                "h A1B2C3D from=u@x to=a@d.it orig=- pending arrival=01-23 10:00:00 end=- attempts=1 echoes=0 Unreachable connect to mx.d[192.0.2.1]:25: Connection refused",
            ],
        ),
        (
            "a transport with a name of its own, and an id that is used again",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:01 h slow/smtp A1B2C3D: to=<a@d.it>, REFUSED",
                "10:20:00 h qmgr A1B2C3D: from=<s@x>, size=1, nrcpt=1 (queue active)",
                "10:20:01 h slow/smtp A1B2C3D: to=<a@d.it>, NO!",
                "10:20:01 h qmgr A1B2C3D: removed",
                "12:00:00 h cleanup A1B2C3D: message-id=<n@x>",
                "12:00:01 h slow/smtp A1B2C3D: to=<b@d.it>, REFUSED",
                "12:10:00 h qmgr A1B2C3D: from=<t@x>, size=1, nrcpt=1 (queue active)",
                "12:10:01 h slow/smtp A1B2C3D: to=<b@d.it>, REFUSED",
            ]),
            vec![
                "h A1B2C3D from=s@x to=a@d.it orig=- bounced arrival=01-23 10:00:00 end=01-23 10:20:01 attempts=2 echoes=0 NoSuchMailbox 550 5.1.1 <a@d.it> unknown",
                "h A1B2C3D from=t@x to=b@d.it orig=- pending arrival=01-23 12:00:00 end=- attempts=2 echoes=0 Unreachable connect to mx.d[192.0.2.1]:25: Connection refused",
            ],
        ),
        (
            "two aliases of one mailbox",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:02 h smtp A1B2C3D: to=<a@d.it>, orig_to=<x@x>, REFUSED",
                "10:00:03 h smtp A1B2C3D: to=<a@d.it>, orig_to=<y@x>, NO!",
            ]),
            vec![
                "h A1B2C3D from=- to=a@d.it orig=x@x pending arrival=01-23 10:00:00 end=- attempts=1 echoes=0 Unreachable connect to mx.d[192.0.2.1]:25: Connection refused",
                "h A1B2C3D from=- to=a@d.it orig=y@x bounced arrival=01-23 10:00:00 end=01-23 10:00:03 attempts=1 echoes=0 NoSuchMailbox 550 5.1.1 <a@d.it> unknown",
            ],
        ),
        (
            "a content filter: two ids, one fate",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:01 h qmgr A1B2C3D: from=<s@x>, size=1, nrcpt=1 (queue active)",
                "10:00:02 h smtp A1B2C3D: to=<a@d.it>, relay=127.0.0.1[127.0.0.1]:10024, delay=2, delays=1/1/0/0, dsn=4.4.1, status=deferred (connect to 127.0.0.1[127.0.0.1]:10024: Connection refused)",
                "10:10:00 h cleanup B1B2C3D: message-id=<m@x>",
                "10:10:00 h qmgr B1B2C3D: from=<s@x>, size=1, nrcpt=1 (queue active)",
                "10:10:01 h smtp A1B2C3D: to=<a@d.it>, relay=127.0.0.1[127.0.0.1]:10024, delay=600, delays=1/1/0/0, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B1B2C3D)",
                "10:10:01 h qmgr A1B2C3D: removed",
                "10:10:05 h smtp B1B2C3D: to=<a@d.it>, NO!",
                "10:10:05 h qmgr B1B2C3D: removed",
            ]),
            vec![
                "h A1B2C3D from=s@x to=a@d.it orig=- bounced arrival=01-23 10:00:00 end=01-23 10:10:05 attempts=3 echoes=0 NoSuchMailbox 550 5.1.1 <a@d.it> unknown",
            ],
        ),
        (
            "a content filter that does not name the second id: the Message-ID joins the legs",
            lines(&[
                "10:00:00 h cleanup A1B2C3D: message-id=<m@x>",
                "10:00:01 h qmgr A1B2C3D: from=<s@x>, size=1, nrcpt=1 (queue active)",
                "10:00:02 h lmtp A1B2C3D: to=<a@d.it>, relay=127.0.0.1[127.0.0.1]:10024, delay=2, delays=1/1/0/0, dsn=4.4.1, status=deferred (connect to 127.0.0.1[127.0.0.1]:10024: Connection refused)",
                "10:10:00 h cleanup B1B2C3D: message-id=<m@x>",
                "10:10:00 h qmgr B1B2C3D: from=<s@x>, size=1, nrcpt=1 (queue active)",
                "10:10:01 h lmtp A1B2C3D: to=<a@d.it>, relay=127.0.0.1[127.0.0.1]:10024, delay=600, delays=1/1/0/0, dsn=2.5.0, status=sent (250 2.5.0 OK (C0DE))",
                "10:10:01 h qmgr A1B2C3D: removed",
                "10:10:05 h smtp B1B2C3D: to=<a@d.it>, NO!",
                "10:10:05 h qmgr B1B2C3D: removed",
                // The same Message-ID once more, later: a message of its own.
                "11:00:00 h cleanup D1B2C3D: message-id=<m@x>",
                "11:00:01 h qmgr D1B2C3D: from=<s@x>, size=1, nrcpt=1 (queue active)",
                "11:00:02 h smtp D1B2C3D: to=<a@d.it>, NO!",
                "11:00:02 h qmgr D1B2C3D: removed",
            ]),
            vec![
                "h A1B2C3D from=s@x to=a@d.it orig=- bounced arrival=01-23 10:00:00 end=01-23 10:10:05 attempts=3 echoes=0 NoSuchMailbox 550 5.1.1 <a@d.it> unknown",
                "h D1B2C3D from=s@x to=a@d.it orig=- bounced arrival=01-23 11:00:00 end=01-23 11:00:02 attempts=1 echoes=0 NoSuchMailbox 550 5.1.1 <a@d.it> unknown",
            ],
        ),
        (
            "a log that begins in the middle: the delay tells when the message came",
            lines(&[
                "10:00:02 h smtp A1B2C3D: to=<a@d.it>, relay=none, delay=7200, delays=1/1/1/2, dsn=4.4.1, status=deferred (connect to mx.d[192.0.2.1]:25: Connection refused)",
            ]),
            vec![
                "h A1B2C3D from=- to=a@d.it orig=- pending arrival=01-23 08:00:02 end=- attempts=1 echoes=0 Unreachable connect to mx.d[192.0.2.1]:25: Connection refused",
            ],
        ),
        (
            "Exim: deferred, given up in the same second as the last failure; a host long dead",
            lines(&[
                "10:00:00 1pJNDA-0005F2-2I <= s@x H=c [192.0.2.9] P=esmtp S=9 id=m@x",
                "10:00:01 1pJNDA-0005F2-2I == a@d.it R=r T=t defer (111): Connection refused H=mx.d [192.0.2.1]",
                "10:30:00 1pJNDA-0005F2-2I == a@d.it R=r T=t defer (111): Connection refused H=mx.d [192.0.2.1]",
                "10:30:00 1pJNDA-0005F2-2I ** a@d.it: retry timeout exceeded",
                "10:30:00 1pJNDA-0005F2-2I Completed",
                "11:00:00 1pJO9A-0005F2-2I <= s@x H=c [192.0.2.9] P=esmtp S=9",
                "11:00:00 1pJO9A-0005F2-2I ** b@d.it R=r T=t: all hosts for 'd.it' have been failing for a long time (and retry time not reached)",
                "11:00:00 1pJO9A-0005F2-2I Completed",
                "12:00:00 1pJP5A-0005F2-2I <= s@x H=c [192.0.2.9] P=esmtp S=9",
                "12:00:01 1pJP5A-0005F2-2I == c@d.it R=r T=t defer (-18): Remote host closed connection",
                "12:30:00 1pJP5A-0005F2-2I removed by root",
                "12:30:00 1pJP5A-0005F2-2I Completed",
                "13:00:00 1pJQ1A-0005F2-2I <= s@x H=c [192.0.2.9] P=esmtp S=9",
                "13:00:01 1pJQ1A-0005F2-2I == d@d.it R=r T=t defer (-18): Remote host closed connection",
                "13:00:02 1pJQ1A-0005F2-2I Frozen",
                "14:00:00 1pJQ1A-0005F2-2I cancelled by timeout_frozen_after",
                "14:00:00 1pJQ1A-0005F2-2I Completed",
                "14:30:00 1pJRVA-0005F2-2I <= s@x H=c [192.0.2.9] P=esmtp S=9",
                "14:30:01 1pJRVA-0005F2-2I == f@d.it R=selfloop defer (-1): lowest numbered MX record points to local host",
                "14:30:02 1pJRVA-0005F2-2I ** f@d.it: retry timeout exceeded",
                "14:30:03 1pJRVA-0005F2-2I Completed",
                "15:00:00 1pJRxA-0005F2-2I <= s@x H=c [192.0.2.9] P=esmtp S=9",
                "15:00:01 1pJRxA-0005F2-2I == e@d.it R=r T=t defer (-18): Remote host closed connection",
                "15:00:02 1pJRxA-0005F2-2I Frozen",
            ]),
            vec![
                " 1pJNDA-0005F2-2I from=s@x to=a@d.it orig=- expired arrival=01-23 10:00:00 end=01-23 10:30:00 attempts=2 echoes=1 Unreachable Connection refused",
                " 1pJO9A-0005F2-2I from=s@x to=b@d.it orig=- expired arrival=01-23 11:00:00 end=01-23 11:00:00 attempts=0 echoes=1 Unreachable all hosts for 'd.it' have been failing for a long time (and retry time not reached)",
                " 1pJP5A-0005F2-2I from=s@x to=c@d.it orig=- discarded arrival=01-23 12:00:00 end=01-23 12:30:00 attempts=1 echoes=0 ConnectionLost Remote host closed connection",
                " 1pJQ1A-0005F2-2I from=s@x to=d@d.it orig=- bounced arrival=01-23 13:00:00 end=01-23 14:00:00 attempts=1 echoes=0 ConnectionLost Remote host closed connection",
                " 1pJRVA-0005F2-2I from=s@x to=f@d.it orig=- bounced arrival=01-23 14:30:00 end=01-23 14:30:02 attempts=1 echoes=1 RoutingLoop lowest numbered MX record points to local host",
                " 1pJRxA-0005F2-2I from=s@x to=e@d.it orig=- pending arrival=01-23 15:00:00 end=- attempts=1 echoes=0 ConnectionLost Remote host closed connection",
            ],
        ),
    ]
}

#[test]
fn stories_end_as_they_should_wherever_the_log_is_cut() {
    let stories = stories();
    for (name, lines, expected) in &stories {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let whole = log(&lines);
        for block in [1, 300, 1 << 20] {
            let options = Options {
                block_bytes: Some(block),
                jobs: 2,
                ..options(Keep::Failing)
            };
            let survey = survey_parts(&[("a", whole.as_bytes())], &options);
            assert_eq!(shown(&survey.fates), *expected, "{name}, blocks of {block}");
        }
        for at in 1..lines.len() {
            let (a, b) = lines.split_at(at);
            let (a, b) = (log(a), log(b));
            let parts = [("z", a.as_bytes()), ("b", b.as_bytes())];
            let survey = survey_parts(&parts, &options(Keep::Failing));
            assert_eq!(shown(&survey.fates), *expected, "{name}, cut at {at}");
        }
    }
    assert_eq!(stories.len(), 12);
}

/// Within, a byte 0 marks the recipient's address; a remote side may say one too.
#[test]
fn a_reply_with_any_bytes_is_kept_as_it_was_said() {
    let replies = [
        "550 5.1.1 no\0such user",
        "550 5.1.1 no\0such user a@d.it",
        "550 5.1.1 a@d.it\0",
        "\0",
        "\0\0a@d.it\0",
        "550 5.1.1 <a@d.it> unknown",
        "a@d.it and a@d.it",
    ];
    for reply in replies {
        let line = |id: &str, to: &str| {
            let head = NO.split_once('(').unwrap().0;
            format!("10:00:02 h smtp {id}: to=<{to}>, {head}({reply})")
        };
        let lines = [line("A1B2C3D", "a@d.it"), line("A1B2C3E", "b@d.it")];
        let whole = log(&[&lines[0], &lines[1]]);
        let survey = survey_parts(&[("a", whole.as_bytes())], &options(Keep::Failing));
        let texts: Vec<String> = survey
            .fates
            .iter()
            .filter_map(|fate| fate.text.map(|said| text(&said)))
            .collect();
        assert_eq!(texts, [reply, reply], "{reply:?}");
    }
    assert_eq!(replies.len(), 7);
}

/// A log without arrivals: far more messages of one id than wait for their other parts.
#[test]
fn an_id_that_is_used_very_often_has_all_its_fates_in_any_cut() {
    const TIMES: usize = 100;
    let mut lines = Vec::new();
    for n in 0..TIMES {
        let at = format!("{:02}:{:02}", 10 + n / 60, n % 60);
        lines.push(format!(
            "{at}:01 h qmgr A1B2C3D: from=<s{n}@x>, size=1, nrcpt=1 (queue active)"
        ));
        lines.push(format!("{at}:02 h smtp A1B2C3D: to=<u{n}@d.it>, {REFUSED}"));
        lines.push(format!("{at}:09 h smtp A1B2C3D: to=<u{n}@d.it>, {NO}"));
        lines.push(format!("{at}:09 h qmgr A1B2C3D: removed"));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let whole = log(&lines);
    let mut cuts = 0;
    let mut first: Option<Vec<String>> = None;
    for block in [1, 300, 5000, 1 << 20] {
        for jobs in [1, 2] {
            let options = Options {
                block_bytes: Some(block),
                jobs,
                ..options(Keep::Failing)
            };
            let survey = survey_parts(&[("a", whole.as_bytes())], &options);
            assert_eq!(survey.fates.len(), TIMES, "blocks of {block}");
            let fates = shown(&survey.fates);
            for (n, fate) in fates.iter().enumerate() {
                let expected = format!("h A1B2C3D from=s{n}@x to=u{n}@d.it orig=- bounced");
                assert!(fate.starts_with(&expected), "blocks of {block}: {fate}");
            }
            assert_eq!(first.get_or_insert_with(|| fates.clone()), &fates);
            cuts += 1;
        }
    }
    assert_eq!(cuts, 8);
}

/// One message: host and instance, queue id, recipients with what happens to them, seconds before it comes,
/// and whether it leaves the queue in the end.
type Message = (u8, u8, Vec<(u8, Vec<u8>)>, u8, bool);

/// The lines of the messages, with their seconds and hosts. Each host has two instances of Postfix on one file
/// system (so that no id is used twice at one time), and a transport with a name of its own.
fn lines_of(messages: &[Message], arrivals: bool) -> Vec<(u32, u8, String)> {
    let mut free = [[0u32; 4]; 3];
    let mut all = Vec::new();
    for (n, (host, id, recipients, gap, ends)) in messages.iter().enumerate() {
        let (h, q) = (usize::from(host % 3), usize::from(id % 4));
        let instance = if host / 3 % 3 == 2 { "out" } else { "postfix" };
        // An id is used again only when it is free.
        let mut time = free[h][q] + 1 + u32::from(*gap) * 7;
        let mut say = |time: u32, program: &str, words: String| {
            let at = format!("{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60);
            all.push((
                time,
                host % 3,
                format!("{at} h{h} {program} A{q}B2C3D: {words}"),
            ));
        };
        let of_queue = |program: &str| format!("{instance}/{program}");
        let arrival = time;
        if arrivals {
            say(time, &of_queue("cleanup"), format!("message-id=<m{n}@x>"));
        }
        say(
            time,
            &of_queue("qmgr"),
            format!("from=<s{n}@x>, size=1, nrcpt=1 (queue active)"),
        );
        for (recipient, events) in recipients {
            for event in events {
                time += u32::from(event / 4) * 13 + 1;
                let delay = time - arrival;
                let with_delay = |words: &str, was: &str| {
                    words.replace(&format!("delay={was}"), &format!("delay={delay}"))
                };
                let (program, what) = match event % 4 {
                    0 => ("smtp", with_delay(SENT, "100")),
                    1 => ("smtp", with_delay(REFUSED, "5")),
                    2 => ("smtp", with_delay(NO, "9")),
                    _ => ("error", with_delay(ECHO, "9")),
                };
                let program = match recipient {
                    4 => format!("slow/{program}"),
                    _ => of_queue(program),
                };
                say(time, &program, format!("to=<u{recipient}@d.it>, {what}"));
                if event % 4 == 0 || event % 4 == 2 {
                    break;
                }
                if event % 16 == 1 {
                    let words = format!("from=<s{n}@x>, size=1, nrcpt=1 (queue active)");
                    say(time, &of_queue("qmgr"), words);
                }
            }
        }
        if *ends {
            time += 1;
            say(time, &of_queue("qmgr"), "removed".to_owned());
            free[h][q] = time + 1;
        } else {
            free[h][q] = u32::MAX / 8; // it stays queued
        }
    }
    all.retain(|&(time, _, _)| time < 86_400);
    all.sort_by_key(|line| line.0);
    all
}

/// Where a log is cut, and how it is read.
#[derive(Clone, Copy)]
struct Cut {
    block: usize,
    second: u32,
    jobs: usize,
    keep: Keep,
}

/// Reads these lines at once, in blocks, and in parts by host and time, and compares the fates.
fn assert_no_cut_shows(lines: &[(u32, u8, String)], how: Cut) {
    let Cut {
        block,
        second: cut,
        jobs,
        keep,
    } = how;
    let pick = |wanted: &dyn Fn(u32, u8) -> bool| {
        let lines: Vec<&str> = lines
            .iter()
            .filter(|&&(time, host, _)| wanted(time, host))
            .map(|line| line.2.as_str())
            .collect();
        log(&lines)
    };
    let whole = pick(&|_, _| true);
    let once = Options {
        block_bytes: Some(1 << 20),
        ..options(keep)
    };
    let once = survey_parts(&[("a", whole.as_bytes())], &once).fates;
    let cut_up = Options {
        block_bytes: Some(block),
        jobs,
        ..options(keep)
    };
    let again = survey_parts(&[("a", whole.as_bytes())], &cut_up).fates;
    assert_eq!(shown(&again), shown(&once));
    assert_eq!(&again, &once);
    // The names give the order of the parts, which is not that of time.
    let names = ["f", "b", "e", "a", "d", "c"];
    let parts: Vec<String> = (0..6_u8)
        .map(|n| pick(&|time, host| host == n % 3 && (time < cut) == (n < 3)))
        .collect();
    let named: Vec<(&str, &[u8])> = names
        .iter()
        .copied()
        .zip(parts.iter().map(String::as_bytes))
        .collect();
    let apart = survey_parts(&named, &cut_up).fates;
    assert_eq!(shown(&apart), shown(&once));
    assert_eq!(&apart, &once);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn no_split_by_host_and_time_shows(
        messages in prop::collection::vec(
            (any::<u8>(), any::<u8>(), prop::collection::vec((0..5_u8, prop::collection::vec(any::<u8>(), 1..5)), 1..4), any::<u8>(), prop::bool::weighted(0.9)),
            1..25,
        ),
        block in 1..3000_usize,
        cut in 0..86_400_u32,
        jobs in 1..4_usize,
        all in any::<bool>(),
        arrivals in any::<bool>(),
    ) {
        let keep = if all { Keep::All } else { Keep::Failing };
        let how = Cut { block, second: cut, jobs, keep };
        assert_no_cut_shows(&lines_of(&messages, arrivals), how);
    }

    /// Whatever lines of one id are there, in whatever order: each recipient has one fate.
    #[test]
    fn nothing_is_lost_or_told_twice_however_often_an_id_is_used(
        kinds in prop::collection::vec((0..9_u8, 0..3_u8), 1..400),
        block in 1..6000_usize,
        jobs in 1..4_usize,
    ) {
        let mut deliveries = 0;
        let lines: Vec<String> = kinds.iter().enumerate().map(|(n, (kind, instance))| {
            let at = format!("10:{:02}:{:02}", n / 60, n % 60);
            let instance = ["postfix", "out", "slow"][usize::from(*instance)];
            let (program, words) = match kind {
                0 => ("cleanup", format!("message-id=<m{n}@x>")),
                1 | 2 => ("qmgr", format!("from=<s{n}@x>, size=1, nrcpt=1 (queue active)")),
                3 | 4 => ("qmgr", "removed".to_owned()),
                5 => ("qmgr", format!("from=<s{n}@x>, status=expired, returned to sender")),
                6 => ("smtp", format!("to=<u{n}@d.it>, {REFUSED}")),
                7 => ("smtp", format!("to=<u{n}@d.it>, {NO}")),
                _ => ("smtp", format!("to=<u{n}@d.it>, {SENT}")),
            };
            deliveries += usize::from(*kind > 5);
            format!("{at} h {instance}/{program} A1B2C3D: {words}")
        }).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let whole = log(&lines);
        for block in [block, 1 << 20] {
            let options = Options { block_bytes: Some(block), jobs, ..options(Keep::All) };
            let fates = survey_parts(&[("a", whole.as_bytes())], &options).fates;
            let mut recipients: Vec<&[u8]> = fates.iter().map(|fate| fate.recipient).collect();
            recipients.sort_unstable();
            recipients.dedup();
            prop_assert_eq!((fates.len(), recipients.len()), (deliveries, deliveries));
        }
    }
}

/// A recipient that a message names twice: one copy is accepted before the other one fails.
#[test]
fn an_acceptance_before_the_first_failure_shows_in_no_cut() {
    let messages = [
        (0, 0, vec![(0, vec![20])], 0, false),
        (44, 0, vec![(0, vec![89, 0])], 0, true),
        (9, 0, vec![(0, vec![0])], 0, false),
        (32, 0, vec![(0, vec![0])], 0, false),
        (0, 65, vec![(4, vec![128]), (4, vec![1])], 0, false),
    ];
    for keep in [Keep::Failing, Keep::All] {
        let how = Cut {
            block: 516,
            second: 20_492,
            jobs: 2,
            keep,
        };
        for arrivals in [true, false] {
            assert_no_cut_shows(&lines_of(&messages, arrivals), how);
        }
    }
}
