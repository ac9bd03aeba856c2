use crate::envelope::Scratch;
use crate::event::Line;
use crate::line::LineParser;
use crate::line::testing::read;
use crate::stamp::StampContext;
use crate::time::Timestamp;

const SENT: &str = "4P1Xr72xkCz9vwX: to=<a@x.example>, relay=mx.x.example[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 ok)";
const EXIM: &str = "1pJyXx-0004Qk-2A => a@x.example R=dnslookup T=remote_smtp H=mx.x.example [192.0.2.1] C=\"250 OK\"";

#[test]
fn headers_of_postfix_are_read_around_the_record() {
    // What stands before the record; the host.
    let cases = [
        ("Jan 23 16:00:01 postfix/smtp[101]: ", ""),
        ("<22>Jan 23 16:00:01 mta-out/smtp[101]: ", ""),
        ("2023-01-23T15:00:01.123456789Z postfix/smtp: ", ""),
        ("Jan 23 16:00:01 mx1 mail.info postfix/smtp[101]: ", "mx1"),
        ("Jan 23 16:00:01 mx1 mail:notice postfix/smtp[101]: ", "mx1"),
        ("Jan 23 16:00:01 <mail.info> mx1 postfix/smtp[101]: ", "mx1"),
        (
            "2023-01-23T16:00:01+01:00 mx1 [info] postfix/smtp[101]: ",
            "mx1",
        ),
        ("2023-01-23T16:00:01+01:00 warn    postfix/smtp[101]: ", ""),
        ("Jan 23 16:00:01 loghost mx1 postfix/smtp[101]: ", "mx1"),
        ("Jan 23 16:00:01 192.0.2.7 mx1 postfix/smtp[101]: ", "mx1"),
        ("Jan 23 16:00:01 mx1 192.0.2.7 postfix/smtp[101]: ", "mx1"),
        (
            "Jan 23 16:00:01 2001:db8::7 postfix/smtp[101]: ",
            "2001:db8::7",
        ),
        (
            "Jan 23 16:00:09 relay 2023-01-23T16:00:01+01:00 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        (
            "2023-01-23T15:00:01.0Z stream-1 Jan 23 01:00:00 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        (
            "Jan 23 16:00:01 node docker/mail[7]: Jan 23 15:00:01 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        (
            "Jan 23 16:00:01 node mail[7]: <22>Jan 23 15:00:01 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        (
            "Jan 23 16:00:01 node 3f2a9c1b7d5e[7]: Jan 23 15:00:01 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        (
            "Jan 23 16:00:01 node mta_out-2[7]: Jan 23 15:00:01 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        (
            "Jan 23 16:00:01 node mail[7]: Jan 23 15:00:01 postfix/smtp[101]: ",
            "node",
        ),
        ("Jan 23 16:00:01 [postfix/smtp] ", ""),
        ("2023-01-23T16:00:01+01:00 [1:mail1:postfix/smtp] ", ""),
        ("mail.log.2:Jan 23 16:00:01 mx1 postfix/smtp[101]: ", "mx1"),
        (
            "logs/a-b/mail.log:17:<22>Jan 23 16:00:01 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        (
            "[pod/mail-0/postfix] Jan 23 16:00:01 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        (
            "prod mail-0 postfix Jan 23 16:00:01 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        ("[2023-01-23 16:00:01] mx1 postfix/smtp[101]: ", "mx1"),
        (
            "17\t2023-01-23T16:00:01\t55\tmx1\t192.0.2.7\tMail\tInfo\tpostfix/smtp\t",
            "mx1",
        ),
        ("2023-01-23T16:00:01+01:00 mx1 postfix/smtp 101 - ", "mx1"),
        ("gen 23 16:00:01 mx1 postfix/smtp[101]: ", "mx1"),
        ("1月 23 16:00:01 mx1 postfix/smtp[101]: ", "mx1"),
        ("Mon Jan 23 16:00:01 2023 mail.info postfix/smtp[101]: ", ""),
        ("23/Jan/2023:16:00:01 +0100 mx1 postfix/smtp[101]: ", "mx1"),
        (
            "Jan 23, 2023 @ 16:00:01.000 Jan 23 01:00:00 mx1 postfix/smtp[101]: ",
            "mx1",
        ),
        ("1674486001 mx1 postfix/smtp[101]: ", "mx1"),
    ];
    for (header, host) in cases {
        let line = format!("{header}{SENT}");
        let expected = format!(
            "2023-01-23T15:00:01.{} {host}",
            if header.contains("123456") {
                "123Z"
            } else {
                "000Z"
            }
        );
        assert_eq!(read(&line), expected, "{line}");
    }
}

#[test]
fn headers_of_exim_are_read_around_the_record() {
    let cases = [
        ("mainlog:2023-01-23 16:00:01 ", ""),
        ("/var/log/exim4/mainlog.1:88:2023-01-23 16:00:01 [7] ", ""),
        ("2023-01-23T15:00:01.123Z 2023-01-23 16:00:01 ", ""),
        ("2023-01-23T15:00:01.123Z stdout F 2023-01-23 16:00:01 ", ""),
        ("exim-1  | 2023-01-23 16:00:01 ", ""),
        (
            r#"2023-01-23T15:00:01Z {app="exim", pod="{x}"} 2023-01-23 16:00:01 "#,
            "",
        ),
        ("mail exim-0 exim 2023-01-23 16:00:01 ", ""),
        ("Jan 23 16:00:09 exim[7]: 2023-01-23 16:00:01 ", ""),
        ("Jan 23 16:00:01 exim[7]: ", ""),
        ("Jan 23 16:00:01 notice exim4[7]: [7] ", ""),
        ("Jan 23 16:00:01 mx1 mail.info exim[7]: ", "mx1"),
        (
            "Jan 23 16:00:01 loghost Jan 23 16:00:00 mx1 exim[7]: [7] ",
            "mx1",
        ),
        ("Jan 23 16:00:09 node mail[7]: 2023-01-23 16:00:01 ", "node"),
        ("Jan 23 16:00:01 node mail[7]: ", "node"),
        (
            "Jan 23 16:00:09 mx1 exim[7]: 2023-01-23 16:00:01 [7] ",
            "mx1",
        ),
        (
            "Jan 23 16:00:09 mx1 exim[7]: [1/2] 2023-01-23 16:00:01 ",
            "mx1",
        ),
        (
            "Jan 23 10:00:01 mx1 exim[7]: 2023-01-23 10:00:01.000 -0500 ",
            "mx1",
        ),
        (
            "2023-01-23T15:00:01Z mx1 exim[7]: 2023-01-23 10:00:01 ",
            "mx1",
        ),
        (
            "2023-01-23T15:00:09Z mx1 exim[7]: 2023-01-23 16:00:01 ",
            "mx1",
        ),
        // Written after a new year, in the old one.
        ("Jan  1 00:00:00 mx1 exim[7]: 2023-01-23 16:00:01 ", "mx1"),
        (
            "<22>1 2023-01-23T15:00:01Z mx1 exim 7 - - 2023-01-23 16:00:01 ",
            "mx1",
        ),
    ];
    for (header, host) in cases {
        let line = format!("{header}{EXIM}");
        let expected = format!("2023-01-23T15:00:01.000Z {host}");
        assert_eq!(read(&line), expected, "{line}");
    }
    let foreign = "mainlog:2023-01-23 16:00:01 Start queue run: pid=7";
    assert_eq!(read(foreign), "foreign");
}

#[test]
fn the_year_of_exims_own_stamp_is_no_guess() {
    let mut parser = LineParser::new(StampContext {
        zone: chrono_tz::Europe::Rome,
        year: None,
        reference: Timestamp::from_seconds(1_800_000_000),
    });
    let mut guessed = |header: &str| {
        let line = format!("{header}{EXIM}");
        let mut scratch = Scratch::default();
        let read = parser.parse(line.as_bytes(), &mut scratch);
        assert!(matches!(read, Line::Delivery(_)), "{header}");
        parser.guessed_year()
    };
    assert_eq!(
        guessed("Dec 31 23:59:59 mx1 exim[7]: 2015-12-31 23:59:59 "),
        None
    );
    assert_eq!(guessed("Dec 31 23:59:59 mx1 exim[7]: "), Some(2026));
    assert_eq!(guessed("Dec 31 23:59:59 exim[7]: "), Some(2026));
}

/// Strangers choose names of users, subjects and the like, which other programs log.
#[test]
fn a_record_in_the_text_of_another_program_is_none() {
    let inner = format!("postfix/smtp[1]: {SENT}");
    let lines = [
        format!("Jan 23 16:00:01 mx1 sshd[7]: Invalid user {inner}"),
        format!("Jan 23 16:00:01 mx1 sshd[7]: {inner}"),
        format!("Jan 23 16:00:01 mx1 sshd[7]: Invalid user {EXIM}"),
        format!("Jan 23 16:00:01 mx1 dovecot: auth: user=<x> Jan 23 16:00:01 mx1 {inner}"),
        format!("Jan 23 16:00:01 mx1 mailman[7]: {EXIM}"),
        format!("Jan 23 16:00:01 mx1 httpd[7]: [9] {EXIM}"),
        format!("Jan 23 16:00:01 mx1 cron: Jan 23 16:00:01 mx1 {inner}"),
        format!("Jan 23 16:00:01 mx1 webmail[7]: <22>Jan 23 16:00:01 {inner}"),
        format!("Jan 23 16:00:01 mx1 exim[7]: rejected {inner}"),
        format!("Jan 23 16:00:01 mx1 postfix/smtpd[7]: warning: x: {inner}"),
        format!("Jan 23 16:00:01 mx1 postfix/smtpd[7]: NOQUEUE: reject: {EXIM}"),
    ];
    for line in &lines {
        assert_eq!(read(line), "foreign", "{line}");
    }
    let lines = [
        format!("2023-01-23T15:00:01Z Invalid user bob {inner}"),
        format!("2023-01-23T15:00:01Z stdout F Invalid user {inner}"),
        format!("Jan 23 16:00:01 mx1 mail.info perl[7]: 2023-01-23 16:00:01 {EXIM}"),
        format!("a text of words {inner}"),
        format!("words Jan 23 16:00:01 (x) {inner}"),
        inner.clone(),
        EXIM.to_owned(),
    ];
    for line in &lines {
        assert!(read(line).starts_with("unknown"), "{line}");
    }
    let json = serde_json::json!({
        "__REALTIME_TIMESTAMP": "1674486001123456",
        "SYSLOG_IDENTIFIER": "sshd",
        "MESSAGE": format!("Invalid user {inner}"),
    });
    assert_eq!(read(&json.to_string()), "foreign");
}

#[test]
fn words_without_end_are_not_followed() {
    for part in [
        "a ",
        "a:",
        "[x] ",
        "mail.info ",
        "Jan 23 16:00:01 ",
        "<22>",
        "x: Jan 23 16:00:01 ",
    ] {
        let line = format!("Jan 23 16:00:01 mx1 {}{SENT}", part.repeat(20_000));
        let read = read(&line);
        assert!(
            read == "foreign" || read.starts_with("unknown"),
            "{part}: {read}"
        );
    }
}
