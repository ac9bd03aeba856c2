use chrono_tz::Tz;
use insta::assert_snapshot;
use mailgap_core::address::Domain;
use mailgap_core::coverage::{Coverage, LineCounts, Sample, Unread};
use mailgap_core::incident::Incidents;
use mailgap_core::outage::{Findings, OutageType};

use super::*;
use crate::document::{Beside, Fates};
use crate::testing::{
    analysis_of, between, coverage, full_report, libero, libero_slow, long_report, nothing_beside,
    report, rome, slow_only, standing, virgilio,
};
use mailgap_core::analysis::Waiting;

fn plain(report: &Report) -> String {
    render(report, By::Domain, Style::PLAIN, 100)
}

#[test]
fn by_operator_destinations_stand_together() {
    let text = render(&full_report(), By::Operator, Style::PLAIN, 100);
    let head: Vec<&str> = text.lines().take(60).collect();
    assert_snapshot!(head.join("\n"));
}

#[test]
fn slow_delivery_is_shown_after_refusals_and_apart_when_it_is_alone() {
    let findings = |outages| Findings {
        outages,
        ..Findings::default()
    };
    let report = report(vec![
        findings(vec![libero_slow()]),
        findings(vec![slow_only()]),
    ]);
    let page = plain(&report);
    let (page, _) = page.split_once("\nCoverage").unwrap();
    assert_snapshot!(page, @r#"
libero.it: no connection from 23 Jan 16:00, then 550 from 25 Jan 20:03, then 452 from 26 Jan
  13:14, answers again since 27 Jan 21:40, then slow (median 5 min, normally 5 s) from 28 Jan 00:00
  until 29 Jan 12:00 (1,234 attempts, 99 % failed).
note: 1 input could not be read, or not to the end, see Coverage
note: mail-iso.log and mail.log look like the same mail in other bytes, and all of it was counted:
      if they are, leave one out, see Coverage

At a glance
  libero.it     ·····███████████████████████████▒▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░░░·▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁·····
  slow.example  ··························································▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁·····
                         ╵24 Jan     ╵25 Jan     ╵26 Jan      ╵27 Jan     ╵28 Jan     ╵29 Jan

                ██ no connection   ▒▒ recipient rejected   ░░ mailbox deferred
                ▁▁ slow

Outages
1 libero.it  23 Jan 16:00 to 27 Jan 21:40, 4 days 5 h; normal again 29 Jan 12:00
  1,234 attempts, 1,222 failed (99 %): 412 messages to 388 recipients, seen by 2 hosts; certain (log
  Bayes factor 1,835)
  MX smtp-in.libero.it
  to do: send as before: mail is taken since 29 Jan 12:00

  ······███████████████████████████████▒▒▒▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░░░░░░▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁······
             ╵24 Jan       ╵25 Jan       ╵26 Jan       ╵27 Jan       ╵28 Jan        ╵29 Jan

      answer         from          until         attempts  failed  share  MX
  ██  no connection  23 Jan 16:00  25 Jan 20:03       411     411  100 %   1
  ▒▒  550            25 Jan 20:03  26 Jan 13:14       323     316   98 %   1
  ░░  452            26 Jan 13:14  27 Jan 21:40       500     495   99 %   1
  ▁▁  slow (5 min)   28 Jan 00:00  29 Jan 12:00       163       8    5 %   0
  ··  mail is taken

  no connection  connect to smtp-in.libero.it[213.209.1.129]:25: Connection refused
  550            550 <user@libero.it> recipient rejected (in reply to RCPT TO command)
  452            452 4.5.3 <user@libero.it> too many recipients

Slow, but mail was taken (not outages)
slow.example: slow (median 5 min, normally 5 s) from 28 Jan 00:00 until 29 Jan 12:00, but mail was
  taken (163 attempts, 5 % failed).
  163 attempts, 8 failed (5 %): 8 messages to 8 recipients, seen by 2 hosts; certain (log Bayes
  factor 1,835)
  to do: send as before: mail is taken since 29 Jan 12:00

Time not taking mail, by month
  not taking: at least half of the attempts failed; partly: fewer did; available: the observed time
  but for not taking. Of an operator the mean of its destinations
  destination  month    not taking mail  partly  slow        attempts  failed  available
  libero.it    2023-01  4 days 5 h       -       1 day 12 h         0       -    57.58 %
"#);
}

#[test]
fn a_report_with_everything_in_it() {
    assert_snapshot!(plain(&full_report()), @r#"
Failing now
  destination  answers now  since               waiting  first expires
  virgilio.it  mixed        23 Jan 14:20–16:50        -  -              550 <someone@virgilio.it> r…

What failed
operator italiaonline.example (libero.it, virgilio.it): no connection from 23 Jan 16:00, then
  550 from 25 Jan 20:03, then 452 from 26 Jan 13:14, answers again since 27 Jan 21:40
  (1,234 attempts, 99 % failed).
    destination  from                until           answers                  failed  recipients
    libero.it    23 Jan 16:00        27 Jan 21:40    no connection, 550, 452   1,222         388
    virgilio.it  23 Jan 14:20–16:50  beyond the log  no connection, mixed         49          17
note: 1 input could not be read, or not to the end, see Coverage
note: mail-iso.log and mail.log look like the same mail in other bytes, and all of it was counted:
      if they are, leave one out, see Coverage

At a glance
  libero.it    ·······███████████████████████▒▒▒▒▒▒▒░░░░░░░░░░░░░░░·······························
  virgilio.it  ······?██████████████████████??▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌
               ╵23 Jan   ╵24 Jan   ╵25 Jan    ╵26 Jan   ╵27 Jan    ╵28 Jan   ╵29 Jan   ╵30 Jan

               ██ no connection   ▒▒ recipient rejected   ░░ mailbox deferred
               ▌▌ mixed

Outages
1 libero.it  23 Jan 16:00 to 27 Jan 21:40, 4 days 5 h
  1,234 attempts, 1,222 failed (99 %): 412 messages to 388 recipients, seen by 2 hosts; certain (log
  Bayes factor 1,835)
  MX smtp-in.libero.it
  to do: send as before: mail is taken since 27 Jan 21:40

  ······███████████████████████████████████████████▒▒▒▒▒▒▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░░░░░░░░░░░░░░······
     ╵12:00    ╵24 Jan   ╵12:00   ╵25 Jan   ╵12:00    ╵26 Jan  ╵12:00    ╵27 Jan   ╵12:00

      answer         from          until         attempts  failed  share  MX
  ██  no connection  23 Jan 16:00  25 Jan 20:03       411     411  100 %   1
  ▒▒  550            25 Jan 20:03  26 Jan 13:14       323     316   98 %   1
  ░░  452            26 Jan 13:14  27 Jan 21:40       500     495   99 %   1
  ··  mail is taken

  no connection  connect to smtp-in.libero.it[213.209.1.129]:25: Connection refused
  550            550 <user@libero.it> recipient rejected (in reply to RCPT TO command)
  452            452 4.5.3 <user@libero.it> too many recipients

2 virgilio.it  23 Jan 14:20–16:50 to beyond the log, at least 7 days 6 h
  61 attempts, 49 failed (80 %): 17 messages to 17 recipients; strong evidence (log Bayes factor 17)
  MX smtp-in.libero.it
  to do: send less at a time: 60 % of attempts fail

  ·······??████████████████████████???▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌
  ╵23 Jan     ╵24 Jan     ╵25 Jan     ╵26 Jan     ╵27 Jan     ╵28 Jan     ╵29 Jan     ╵30 Jan

      answer         from                until           attempts  failed  share  MX
  ██  no connection  23 Jan 14:20–16:50  25 Jan evening        31      31  100 %   1
  ▌▌  mixed          25 Jan evening      beyond the log        30      18   60 %   1
  ··  mail is taken
  ??  the change lies somewhere here

  no connection  connect to smtp-in.virgilio.it[213.209.1.129]:25: Connection timed out
  mixed          550 <someone@virgilio.it> recipient rejected

Refused by policy
strict.example: refused our mail by policy (not an outage): 421 4.7.0 from about 24 Jan 08:15,
  takes our mail again since 24 Jan evening (40 attempts, 83 % failed).
  40 attempts, 33 failed (83 %): 31 messages to 30 recipients; likely (log Bayes factor 9)
  to do: send as before: it takes our mail again since 24 Jan evening
  421 4.7.0 our system has detected an unusual rate of unsolicited mail

No success in this log: dead, mistyped or down, cannot be told
  1 destination: not one attempt worked, and too little is known to say why
  destination    answer       recipients  messages  first to last attempt
  quiet.example  DNS failure          11        12  21 Jan 00:10 to 30 Jan 23:00  Host or domain na…

Never reached
  1 destination: not one attempt worked, for long or by the word of the name service: mistyped,
  dead, or taking no mail
  destination    answer       recipients  messages  first to last attempt
  gmial.example  DNS failure          11        12  21 Jan 00:10 to 30 Jan 23:00  Host or domain na…

Steady failures
  1 destination: a steady share fails from the first attempt to the last: not an outage
  destination    answer       failed  recipients  messages  first to last attempt
  drops.example  DNS failure    62 %          11        12  21 Jan 00:10 to 30 Jan 23:00

Too little to tell
  1 destination: failures of too few messages or recipients to say what was wrong
  destination   answer       failed  recipients  messages  first to last attempt
  once.example  DNS failure   100 %          11        12  21 Jan 00:10 to 30 Jan 23:00

Time not taking mail, by month
  not taking: at least half of the attempts failed; partly: fewer did; available: the observed time
  but for not taking. Of an operator the mean of its destinations
  destination                     month    not taking mail             slow         available
  operator italiaonline.example…  2023-01  5 days 18 h to 5 days 19 h  -     41.79 to 42.32 %
  libero.it                       2023-01  4 days 5 h                  -              57.58 %
  virgilio.it                     2023-01  7 days 6 h to 7 days 9 h    -     26.01 to 27.06 %

Coverage
  read            3 inputs, 12.3 MB, 59,259 lines
  span            21 Jan 2023 00:00 to 30 Jan 2023 23:41
  stray stamps    2 lines far before or after all others, left out of the span: wrong clocks?
  year            not in the stamps, judged by each file's time of change (2023); --year sets
                  another
  time zone       Europe/Rome (by --timezone)
  lines           12,345 delivery, 45,678 queue, 1,234 foreign, 1 unknown, 1 malformed
  events          12,400: 12,000 attempts, 345 echoes (failures repeated without contact), 55 within
                  this host
  messages        11,111 seen to arrive
  counted once    copy.log (the same bytes as mail.log)
  counted twice?  mail-iso.log and mail.log have near-equal numbers of attempts of mx1 from 21 Jan
                  2023 00:00 to 30 Jan 2023 23:00
  not read        mail.log.2.gz: unexpected end of file
  not understood  2 lines in 1 of 3 inputs, among them
                  mail.log:1812: column 57: expected status after "dsn="
                    Jan 23 16:00:05 mx1 postfix/smtp[12]: 4ABC: to=<u@x.example>, dsn=x
"#);
}

#[test]
fn no_outage_is_said_with_the_evidence() {
    let quiet = report((0..67).map(|_| Findings::default()).collect());
    let text = plain(&quiet);
    let answer = text.lines().next().unwrap();
    assert_snapshot!(answer, @"no outage found in 6,700 attempts to 67 destinations");
    assert!(text.contains("\nCoverage\n"));
}

#[test]
fn no_attempt_at_all_is_no_all_clear() {
    let text = plain(&report(Vec::new()));
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("no outage found in 0 attempts to 0 destinations")
    );
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("hint: the log holds deliveries, but")
    );
}

#[test]
fn flags_that_leave_all_out_are_named_as_the_cause() {
    let mut empty = report(Vec::new());
    empty.restrictions = vec!["only libero.it".to_owned()];
    let text = plain(&empty);
    assert!(
        text.contains("\nhint: the flags leave out all that was read"),
        "{text}"
    );
    assert!(
        text.contains("\n  restricted to   only libero.it\n"),
        "{text}"
    );
}

#[test]
fn what_reaches_beyond_the_log_is_said_to() {
    let mut outage = libero();
    outage.before_log = true;
    outage.ongoing = true;
    outage.end = None;
    outage.windows.truncate(1);
    outage.windows[0].end = None;
    let text = plain(&report(vec![Findings {
        outages: vec![outage],
        ..Findings::default()
    }]));
    for part in [
        "1 libero.it  before the log to beyond the log, at least 7 days 7 h\n",
        "\n  ██  no connection  before the log  beyond the log ",
    ] {
        assert!(text.contains(part), "{part:?} not in {text}");
    }
    assert!(
        !text.contains("At a glance"),
        "one destination needs no overview"
    );
}

#[test]
fn nothing_understood_is_said_with_what_to_do() {
    let read = Coverage {
        inputs: 1,
        bytes: 40,
        lines: LineCounts {
            unknown: 2,
            ..LineCounts::default()
        },
        samples: vec![Sample {
            input: "notes.txt".to_owned(),
            line: 1,
            why: "no header of a log".to_owned(),
            text: b"Dear diary,"[..].into(),
        }],
        ..Coverage::default()
    };
    let analysis = analysis_of(Vec::new(), Incidents::default(), read);
    let nothing = Report::new(&analysis, nothing_beside());
    assert_snapshot!(plain(&nothing), @"
nothing was understood: none of the 2 lines read says anything about mail sent
hint: mailgap reads the logs of a sending mail server: for Postfix usually /var/log/mail.log or
      /var/log/maillog (or journalctl -u 'postfix*' | mailgap report), for Exim
      /var/log/exim4/mainlog. The lines below were not understood

Coverage
  read            1 input, 40 bytes, 2 lines
  time zone       Europe/Rome (by --timezone)
  lines           0 delivery, 0 queue, 0 foreign, 2 unknown, 0 malformed
  events          0: 0 attempts, 0 echoes (failures repeated without contact), 0 within this host
  messages        0 seen to arrive
  not understood  2 lines, among them
                  notes.txt:1: no header of a log
                    Dear diary,
");
}

/// Long lists are cut, say so, and stand in full in the other formats.
#[test]
fn three_hundred_outages_make_a_short_text() {
    let report = long_report();
    for (columns, most) in [(80, 165), (100, 150)] {
        let text = render(&report, By::Domain, Style::PLAIN, columns);
        let lines = text.lines().count();
        assert!(lines < most, "{lines} lines of {columns} columns\n{text}");
        // Eight have a sentence, twelve a row.
        assert!(text.contains("\n  and 280 more: -f html, csv or json has them all\n"));
        // Of each thirty, five have a row.
        let brief = "\n  and 25 more: -f html, csv or json has them all\n";
        assert_eq!(text.matches(brief).count(), 2);
        let (_, failing) = text.split_once("Failing now\n").unwrap();
        let (failing, _) = failing.split_once("\n\n").unwrap();
        for number in [0, 60, 120, 180, 240] {
            assert!(failing.contains(&format!("\n  d{number:03}.example  ")));
        }
        assert!(text.contains("\nd000.example: no connection"));
        // How much was refused by policy is said on any page: attempts, failures, recipients.
        let row = text
            .lines()
            .find(|line| line.starts_with("  policy04.example "));
        let cells: Vec<&str> = row.unwrap().split_whitespace().collect();
        assert!(cells.ends_with(&["40", "33", "30"]), "{cells:?}");
        assert!(!text.contains("d299.example"));
    }
    let markdown = super::super::markdown::render(&report, By::Domain);
    assert!(markdown.lines().count() < 200);
    let tables = super::super::csv::tables(&report);
    let csv: Vec<Vec<u8>> = tables
        .iter()
        .map(super::super::csv::Table::render)
        .collect();
    let csv = String::from_utf8(csv.concat()).unwrap();
    let json = super::super::json::render(&report).unwrap();
    let html = [By::Domain, By::Operator].map(|by| super::super::html::render(&report, by));
    let long = (0..300).map(|number| format!("d{number:03}.example"));
    let short = ["policy", "slow", "dead", "unsure", "chronic", "minor"];
    let short = short
        .iter()
        .flat_map(|sort| (0..30).map(move |number| format!("{sort}{number:02}.example")));
    let mut found = 0;
    for domain in long.chain(short) {
        for page in html.iter().chain([&csv, &json]) {
            assert!(page.contains(&domain), "{domain}");
            found += 1;
        }
    }
    assert_eq!(found, 4 * (300 + 6 * 30));
}

#[test]
fn what_expires_first_stands_on_top_of_what_is_failing() {
    let failing = |domain: &str, kind| {
        let mut outage = virgilio();
        outage.domain = Domain::new(domain.as_bytes());
        outage.kind = kind;
        Findings {
            outages: vec![outage],
            ..Findings::default()
        }
    };
    let mut report = report(vec![
        failing("never.example", OutageType::Outage),
        failing("late.example", OutageType::Outage),
        failing("policy.example", OutageType::Policy),
        failing("soon.example", OutageType::Sender),
        Findings {
            outages: vec![libero()],
            ..Findings::default()
        },
    ]);
    for outage in &mut report.outages {
        outage.fates = Some(Fates::default());
        outage.waiting = match &*outage.domain {
            "late.example" => Some(("31 20:00", 1_200)),
            "policy.example" => Some(("31 01:00", 2)),
            "soon.example" => Some(("31 18:30", 7)),
            _ => None,
        }
        .map(|(time, messages)| Waiting {
            messages,
            first_expires: rome(time),
        });
    }
    let text = plain(&report);
    let (table, _) = text.split_once("\n\nWhat failed\n").unwrap();
    assert_snapshot!(table, @r#"
Failing now
  destination     answers now  since               waiting  first expires
  soon.example    mixed        23 Jan 14:20–16:50        7  31 Jan 18:30   550 <someone@virgilio.it…
  late.example    mixed        23 Jan 14:20–16:50    1,200  31 Jan 20:00   550 <someone@virgilio.it…
  never.example   mixed        23 Jan 14:20–16:50        0  -              550 <someone@virgilio.it…
  policy.example  mixed        23 Jan 14:20–16:50        2  31 Jan 01:00   550 <someone@virgilio.it…
"#);
}

#[test]
fn an_incident_has_its_destinations_below_it_and_what_differs() {
    let mut full = full_report();
    let [libero, virgilio, ..] = &mut full.outages[..] else {
        panic!("two outages")
    };
    // Both began at once: that stands in the sentence.
    virgilio.start = libero.start;
    let text = plain(&full);
    let (_, table) = text.split_once("failed).\n    ").unwrap();
    let (table, _) = table.split_once("\nnote").unwrap();
    assert_snapshot!(table, @r#"
destination  until           answers                  attempts  failed  recipients
    libero.it    27 Jan 21:40    no connection, 550, 452     1,234   1,222         388
    virgilio.it  beyond the log  no connection, mixed           61      49          17
"#);
}

#[test]
fn silence_is_no_end_and_no_failure() {
    let mut outage = libero();
    outage.windows.truncate(1);
    outage.silent_end = true;
    outage.end = Some(between("25 14:20", "30 23:41"));
    outage.windows[0].end = outage.end;
    let text = plain(&report(vec![Findings {
        outages: vec![outage],
        ..Findings::default()
    }]));
    for expected in [
        "\n1 libero.it  23 Jan 16:00, last failed 25 Jan 14:20, nothing sent since, at least 1 day 22 h\n",
        "\n  to do: send a few and see: nothing was sent after its last failure",
        "\n  ██  no connection  23 Jan 16:00  last failed 25 Jan 14:20 ",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(!text.contains("Failing now") && !text.contains("beyond the log"));
}

#[test]
fn narrow_pages_keep_what_matters_and_no_line_is_too_long() {
    let mut full = full_report();
    for outage in &mut full.outages {
        let fates = Fates {
            delivered_late: 12_345,
            bounced_by_outage: 665,
            bounced: 12,
            expired: 12,
            pending: 1_029,
            median_delay_s: Some(50_000.0),
            ..Fates::default()
        };
        outage.fates = Some(fates);
        for window in &mut outage.windows {
            window.fates = Some(fates);
        }
    }
    let mut pages = 0;
    for columns in 60..=140 {
        let text = render(&full, By::Domain, Style::PLAIN, columns);
        for line in text.lines() {
            assert!(escape::width(line) <= columns, "{columns}: {line}");
        }
        pages += 1;
    }
    assert_eq!(pages, 81);
    let narrow = render(&full, By::Domain, Style::PLAIN, 60);
    let (_, narrow) = narrow.split_once("\n2 virgilio.it").unwrap();
    let (_, tables) = narrow.split_once("30 Jan\n\n").unwrap();
    let (tables, _) = tables.split_once("\n\n  no connection").unwrap();
    assert_snapshot!(tables, @"
      answer         from                share
  ██  no connection  23 Jan 14:20–16:50  100 %
  ▌▌  mixed          25 Jan evening       60 %
  ··  mail is taken
  ??  the change lies somewhere here

      failed in      delivered  bounced  expired  queued
                          late       by
                                     it
  ██  no connection     12,345      665       12   1,029
  ▌▌  mixed             12,345      665       12   1,029
      all               12,345      665       12   1,029
");
}

#[test]
fn a_reply_of_several_lines_stands_on_one() {
    let mut outage = libero();
    outage.windows.truncate(1);
    outage.windows[0].sample = Some(b"550-first\\n550 second\r\n550 third"[..].into());
    let mut dead = standing(b"dead.example", 1.0);
    dead.sample = outage.windows[0].sample.clone();
    let report = report(vec![Findings {
        outages: vec![outage],
        unreachable: Some(dead),
        ..Findings::default()
    }]);
    let text = render(&report, By::Domain, Style::PLAIN, 140);
    let replies = text.matches("550-first 550 second 550 third\n").count();
    assert_eq!(replies, 2, "{text}");
}

/// What strangers write reaches the page as text, whatever it is.
#[test]
fn hostile_text_stays_text() {
    let hostile: &[u8] =
        b"550 \x1b]0;owned\x07\x9b31m \xff\xfe \xe2\x80\xaemoc\xe2\x80\xa8 \r\n\0 no";
    let mut outage = libero();
    outage.domain = Domain::new(hostile);
    outage.mx = vec![hostile.into()];
    for window in &mut outage.windows {
        window.sample = Some(hostile.into());
        window.label = String::from_utf8_lossy(hostile).into_owned();
        window.mx = vec![hostile.into()];
    }
    let findings = Findings {
        outages: vec![outage, libero()], // two domains make an overview
        unreachable: Some(standing(hostile, 1.0)),
        chronic: Some(standing(hostile, 0.5)),
        minor: vec![standing(hostile, 1.0)],
        weak: Vec::new(),
    };
    let mut read = coverage();
    let name = String::from_utf8_lossy(hostile).into_owned();
    read.unread = vec![Unread {
        input: name.clone(),
        why: name.clone(),
    }];
    read.samples = vec![Sample {
        input: name.clone(),
        line: 1,
        why: name.clone(),
        text: hostile.into(),
    }];
    let analysis = analysis_of(vec![findings], Incidents::default(), read);
    let report = Report::new(
        &analysis,
        Beside {
            zone: Tz::UTC,
            restrictions: vec![name],
            ..nothing_beside()
        },
    );

    let text = plain(&report);
    let json = super::super::json::render(&report).unwrap();
    for page in [&text, &json] {
        let bad: Vec<char> = page
            .chars()
            .filter(|&char| {
                char != '\n' && (char.is_control() || matches!(char, '\u{202e}' | '\u{2028}'))
            })
            .collect();
        assert!(bad.is_empty(), "{bad:?}");
    }
    assert!(text.matches("\\x1b]0;owned\\x07").count() >= 7);
    assert!(json.contains("\\u001b]0;owned\\u0007"));
    // With colours the only controls are ours: they all end in m.
    let styled = render(
        &report,
        By::Domain,
        Style::choose(
            crate::term::style::When::Always,
            &crate::testing::environment(),
            false,
        ),
        100,
    );
    let parts: Vec<&str> = styled.split('\x1b').skip(1).collect();
    assert!(parts.len() > 10);
    for part in parts {
        let end = part.find('m').unwrap();
        assert!(
            part[1..end].bytes().all(|byte| byte.is_ascii_digit()),
            "{part:?}"
        );
    }
}

#[test]
fn no_line_is_wider_than_the_page() {
    for columns in [60, 80, 100, 200] {
        let text = render(&full_report(), By::Domain, Style::PLAIN, columns);
        let widest = text.lines().map(escape::width).max().unwrap();
        assert!(widest <= columns.max(88), "{widest} > {columns}");
    }
}

#[test]
fn fates_stand_below_the_windows() {
    let mut report = full_report();
    let outage = &mut report.outages[0];
    outage.fates = Some(Fates {
        delivered: 2,
        delivered_late: 41,
        bounced_by_outage: 1665,
        bounced: 3,
        expired: 12,
        pending: 29,
        median_delay_s: Some(50_400.0),
        p90_delay_s: Some(90_000.0),
    });
    for window in &mut outage.windows {
        window.fates = Some(Fates::default());
    }
    outage.windows[1].fates = outage.fates;
    let text = plain(&report);
    let table: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.contains("failed in"))
        .take(5)
        .collect();
    assert_snapshot!(table.join("\n"), @r"
        failed in      delivered late  median  bounced by it  of their own  expired  queued
    ██  no connection               0       -              0             0        0       0
    ▒▒  550                        41    14 h          1,665             3       12      29
    ░░  452                         0       -              0             0        0       0
        all                        41    14 h          1,665             3       12      29
    ");
}
