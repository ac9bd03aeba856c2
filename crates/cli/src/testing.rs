//! Findings built by hand, for the tests of what is made of them.

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use mailgap_core::address::Domain;
use mailgap_core::analysis::{Analysis, DestinationFindings, LastAttempt};
use mailgap_core::coverage::{
    BounceCounts, Coverage, Duplicate, LineCounts, Overlap, Sample, Unread,
};
use mailgap_core::incident::{Basis, Incident, Incidents, Scope};
use mailgap_core::operator::Operator;
use mailgap_core::outage::{
    Boundary, Confidence, Findings, Kind, Outage, OutageType, Slow, Standing, Window,
};
use mailgap_core::reason::Reason;
use mailgap_core::reply::ReplyCode;
use mailgap_core::time::Timestamp;

use crate::config::announcements::{Announcement, Claim};
use crate::config::zone::ZoneSource;
use crate::document::{Beside, Charts, DomainRow, HourRow, ReplyRow, Report, Tables};
use crate::environment::Environment;
use crate::words::times::Moments;
use mailgap_core::outage::HostCount;

/// A time in Rome in January 2023: `23 16:00` or `23 16:00:05`.
pub(crate) fn rome(text: &str) -> Timestamp {
    let time = format!("2023-01-{text}");
    let format = if time.len() > 16 {
        "%Y-%m-%d %H:%M:%S"
    } else {
        "%Y-%m-%d %H:%M"
    };
    let time = NaiveDateTime::parse_from_str(&time, format).unwrap();
    let time = Tz::Europe__Rome.from_local_datetime(&time).unwrap();
    Timestamp::from_millis(time.timestamp_millis())
}

pub(crate) const MOMENTS: Moments = Moments::new(Tz::Europe__Rome, false);

/// A boundary of which the minute is known.
pub(crate) fn sharp(text: &str) -> Boundary {
    let time = rome(text);
    Boundary {
        time,
        earliest: time,
        latest: time,
    }
}

/// A boundary that lies between the two.
pub(crate) fn between(earliest: &str, latest: &str) -> Boundary {
    let (earliest, latest) = (rome(earliest), rome(latest));
    Boundary {
        time: earliest.midpoint(latest),
        earliest,
        latest,
    }
}

pub(crate) fn window(
    kind: Kind,
    label: &str,
    reason: Reason,
    (start, end): (Boundary, Option<Boundary>),
    (attempts, failures): (u64, u64),
    sample: &[u8],
) -> Window {
    Window {
        kind,
        label: label.to_owned(),
        reply_code: ReplyCode::parse_prefix(label.as_bytes()).map(|(code, _)| code),
        enhanced_status: None,
        reason,
        start,
        end,
        attempts,
        failures,
        share: failures as f64 / attempts as f64,
        mx: vec![b"smtp-in.libero.it"[..].into()],
        sample: Some(sample.into()),
        slow: None,
    }
}

/// The story that the tool was made for.
pub(crate) fn libero() -> Outage {
    let starts = [
        sharp("23 16:00"),
        sharp("25 20:03"),
        sharp("26 13:14"),
        sharp("27 21:40"),
    ];
    Outage {
        domain: Domain::new(b"libero.it"),
        kind: OutageType::Outage,
        before_log: false,
        ongoing: false,
        silent_end: false,
        start: starts[0],
        end: Some(starts[3]),
        normal_again: None,
        attempts: 1234,
        failures: 1222,
        messages: 412,
        recipients: 388,
        hosts: 2,
        by_host: Vec::new(),
        mx: vec![b"smtp-in.libero.it"[..].into()],
        mx_working: Vec::new(),
        log_bayes_factor: 1834.5678,
        confidence: Confidence::Certain,
        windows: vec![
            window(
                Kind::NoConnection,
                "no connection",
                Reason::Unreachable,
                (starts[0], Some(starts[1])),
                (411, 411),
                b"connect to smtp-in.libero.it[213.209.1.129]:25: Connection refused",
            ),
            window(
                Kind::RecipientRejected,
                "550",
                Reason::NoSuchMailbox,
                (starts[1], Some(starts[2])),
                (323, 316),
                b"550 <user@libero.it> recipient rejected (in reply to RCPT TO command)",
            ),
            window(
                Kind::MailboxDeferred,
                "452",
                Reason::MailboxFull,
                (starts[2], Some(starts[3])),
                (500, 495),
                b"452 4.5.3 <user@libero.it> too many recipients",
            ),
        ],
    }
}

/// The same with the end that it really had: refusals ended, and mail was slow for another day and a half.
pub(crate) fn libero_slow() -> Outage {
    let mut outage = libero();
    let (start, end) = (sharp("28 00:00"), sharp("29 12:00"));
    outage.windows.push(Window {
        slow: Some(Slow {
            median_s: 288.0,
            normal_s: 5.2,
        }),
        reply_code: None,
        sample: None,
        mx: Vec::new(),
        ..window(
            Kind::Delayed,
            "slow",
            Reason::Unspecified,
            (start, Some(end)),
            (163, 8),
            b"",
        )
    });
    outage.normal_again = Some(end);
    outage
}

/// Slow delivery and nothing else.
pub(crate) fn slow_only() -> Outage {
    let mut outage = libero_slow();
    outage.domain = Domain::new(b"slow.example");
    outage.windows.drain(..3);
    let window = &outage.windows[0];
    (outage.start, outage.end) = (window.start, window.end);
    (outage.attempts, outage.failures) = (window.attempts, window.failures);
    (outage.messages, outage.recipients) = (8, 8);
    outage.mx = Vec::new();
    outage
}

/// A small destination with the same fault: hours lie between its attempts, and it did not come back.
pub(crate) fn virgilio() -> Outage {
    let starts = [
        between("23 14:20", "23 16:50"),
        between("25 18:20", "25 23:40"),
    ];
    Outage {
        domain: Domain::new(b"virgilio.it"),
        ongoing: true,
        silent_end: false,
        start: starts[0],
        end: None,
        attempts: 61,
        failures: 49,
        messages: 17,
        recipients: 17,
        hosts: 1,
        by_host: Vec::new(),
        log_bayes_factor: 17.2,
        confidence: Confidence::Strong,
        windows: vec![
            window(
                Kind::NoConnection,
                "no connection",
                Reason::Unreachable,
                (starts[0], Some(starts[1])),
                (31, 31),
                b"connect to smtp-in.virgilio.it[213.209.1.129]:25: Connection timed out",
            ),
            window(
                Kind::Mixed,
                "mixed",
                Reason::NoSuchMailbox,
                (starts[1], None),
                (30, 18),
                b"550 <someone@virgilio.it> recipient rejected",
            ),
        ],
        ..libero()
    }
}

/// A refusal that is no outage.
pub(crate) fn policy() -> Outage {
    Outage {
        domain: Domain::new(b"strict.example"),
        kind: OutageType::Policy,
        attempts: 40,
        failures: 33,
        messages: 31,
        recipients: 30,
        hosts: 1,
        by_host: Vec::new(),
        confidence: Confidence::Likely,
        log_bayes_factor: 9.0,
        start: between("24 08:10", "24 08:20"),
        end: Some(between("24 18:20", "24 23:10")),
        windows: vec![window(
            Kind::Policy,
            "421 4.7.0",
            Reason::RateLimited,
            (
                between("24 08:10", "24 08:20"),
                Some(between("24 18:20", "24 23:10")),
            ),
            (40, 33),
            b"421 4.7.0 our system has detected an unusual rate of unsolicited mail",
        )],
        ..libero()
    }
}

pub(crate) fn standing(domain: &[u8], share: f64) -> Standing {
    Standing {
        domain: Domain::new(domain),
        certain: true,
        kind: Kind::DnsFailure,
        label: "DNS failure".to_owned(),
        share,
        attempts: 57,
        messages: 12,
        recipients: 11,
        first: rome("21 00:10"),
        last: rome("30 23:00"),
        sample: Some(b"Host or domain name not found"[..].into()),
    }
}

/// What was read for them.
pub(crate) fn coverage() -> Coverage {
    Coverage {
        inputs: 3,
        bytes: 12_345_678,
        lines: LineCounts {
            delivery: 12_345,
            queue: 45_678,
            foreign: 1_234,
            unknown: 1,
            malformed: 1,
        },
        bounces: BounceCounts::default(),
        messages: 11_111,
        events: 12_400,
        attempts: 12_000,
        echoes: 345,
        duplicates: vec![Duplicate {
            input: "copy.log".to_owned(),
            same_as: "mail.log".to_owned(),
        }],
        tallies: 0,
        twice: Vec::new(),
        overlaps: vec![Overlap {
            input: "mail-iso.log".to_owned(),
            other: "mail.log".to_owned(),
            host: b"mx1"[..].into(),
            first: rome("21 00:00"),
            last: rome("30 23:00"),
            attempts: 11_987,
        }],
        unread: vec![Unread {
            input: "mail.log.2.gz".to_owned(),
            why: "unexpected end of file".to_owned(),
        }],
        samples: vec![Sample {
            input: "mail.log".to_owned(),
            line: 1812,
            why: "column 57: expected status after \"dsn=\"".to_owned(),
            text: b"Jan 23 16:00:05 mx1 postfix/smtp[12]: 4ABC: to=<u@x.example>, dsn=x"[..].into(),
        }],
        odd_inputs: 1,
        strange_inputs: 0,
        strange_lines: 0,
        cut_before: false,
        cut_after: false,
        guessed_years: [2023].into(),
        span: Some((rome("21 00:00:05"), rome("30 23:41:17"))),
        strays: 2,
        history: None,
    }
}

/// A report of these findings, each outage an incident of its own.
pub(crate) fn report(findings: Vec<Findings>) -> Report {
    let places = findings.iter().enumerate();
    let outages = places.flat_map(|(destination, found)| {
        let outages = found.outages.iter().enumerate();
        outages.map(move |(number, outage)| ((destination, number), outage))
    });
    let all = outages.map(|(at, outage)| Incident {
        scope: Scope::Domain,
        basis: Basis::Operator,
        domains: vec![outage.domain.clone()],
        active: 1,
        from_hosts: Vec::new(),
        outages: vec![at],
        total: outage.clone(),
    });
    let incidents = Incidents {
        all: all.collect(),
        operators: Vec::new(),
    };
    report_of(findings, incidents)
}

/// An incident of our own side: one host of ours, or several, or all of them where none is named.
pub(crate) fn own_side(hosts: &[&str], total: &Outage) -> Report {
    let domains = ["a.example", "b.example"].map(|domain| Domain::new(domain.as_bytes()));
    let findings = domains.iter().map(|domain| Findings {
        outages: vec![Outage {
            domain: domain.clone(),
            kind: OutageType::Sender,
            ..total.clone()
        }],
        ..Findings::default()
    });
    let incident = Incident {
        scope: Scope::Sender,
        basis: Basis::Hosts,
        domains: domains.to_vec(),
        active: 2,
        from_hosts: hosts.iter().map(|host| host.as_bytes().into()).collect(),
        outages: vec![(0, 0), (1, 0)],
        total: Outage {
            domain: Domain::new(b""),
            kind: OutageType::Sender,
            ..total.clone()
        },
    };
    let incidents = Incidents {
        all: vec![incident],
        operators: Vec::new(),
    };
    report_of(findings.collect(), incidents)
}

/// A report of three hundred outages, the most important first, some of them going on, with as much beside them as a log
/// of one day holds.
pub(crate) fn long_report() -> Report {
    let mut findings: Vec<Findings> = (0..300_u32)
        .map(|number| {
            let mut outage = if number % 60 == 0 {
                virgilio()
            } else {
                libero()
            };
            outage.domain = Domain::new(format!("d{number:03}.example").as_bytes());
            outage.recipients = u64::from(1_000 - number);
            Findings {
                outages: vec![outage],
                ..Findings::default()
            }
        })
        .collect();
    for number in 0..30_u32 {
        let named = |sort: &str| format!("{sort}{number:02}.example");
        let unreachable = |sort: &str, certain| Standing {
            certain,
            ..standing(named(sort).as_bytes(), 1.0)
        };
        let mut refused = policy();
        refused.domain = Domain::new(named("policy").as_bytes());
        let mut slow = slow_only();
        slow.domain = Domain::new(named("slow").as_bytes());
        findings.extend([
            Findings {
                outages: vec![refused],
                unreachable: Some(unreachable("dead", true)),
                chronic: Some(standing(named("chronic").as_bytes(), 0.4)),
                ..Findings::default()
            },
            Findings {
                outages: vec![slow],
                unreachable: Some(unreachable("unsure", false)),
                minor: vec![standing(named("minor").as_bytes(), 1.0)],
                ..Findings::default()
            },
        ]);
    }
    report(findings)
}

fn report_of(findings: Vec<Findings>, incidents: Incidents) -> Report {
    let analysis = analysis_of(findings, incidents, coverage());
    Report::new(&analysis, nothing_beside())
}

/// The analysis of findings with a hundred attempts at each destination, of which the last one failed.
pub(crate) fn analysis_of(
    findings: Vec<Findings>,
    incidents: Incidents,
    coverage: Coverage,
) -> Analysis {
    let last = rome("30 23:40");
    let found = findings.into_iter().map(|findings| {
        let domain = findings.outages.first().map(|outage| outage.domain.clone());
        let domain = domain.unwrap_or_else(|| Domain::new(b"none.example"));
        DestinationFindings {
            attempts: 100,
            last_attempt: Some(LastAttempt {
                time: last,
                accepted: false,
                failed: Some(last),
            }),
            ..DestinationFindings::new(domain, findings)
        }
    });
    Analysis::of_findings(found.collect(), incidents, coverage)
}

/// Nothing beside the analysis, in Rome.
pub(crate) fn nothing_beside() -> Beside {
    Beside {
        zone: Tz::Europe__Rome,
        zone_source: ZoneSource::Flag,
        tried: Vec::new(),
        charts: Charts::default(),
        tables: None,
        restrictions: Vec::new(),
    }
}

/// The incidents of [`full_report`]: one operator, and one destination alone.
fn incidents() -> Incidents {
    let both = Incident {
        scope: Scope::Operator,
        basis: Basis::Operator,
        domains: vec![Domain::new(b"libero.it"), Domain::new(b"virgilio.it")],
        active: 2,
        from_hosts: Vec::new(),
        outages: vec![(0, 0), (2, 0)],
        total: Outage {
            domain: Domain::new(b"italiaonline.example"),
            ..libero()
        },
    };
    let alone = Incident {
        scope: Scope::Domain,
        domains: vec![Domain::new(b"strict.example")],
        active: 1,
        outages: vec![(1, 0)],
        total: policy(),
        ..both.clone()
    };
    Incidents {
        all: vec![alone, both],
        operators: vec![Operator {
            name: Domain::new(b"italiaonline.example"),
            members: vec![0, 2],
        }],
    }
}

/// Everything that a report can hold.
pub(crate) fn full_report() -> Report {
    let findings = vec![
        Findings {
            outages: vec![libero()],
            ..Findings::default()
        },
        Findings {
            outages: vec![policy()],
            ..Findings::default()
        },
        Findings {
            outages: vec![virgilio()],
            ..Findings::default()
        },
        Findings {
            unreachable: Some(standing(b"gmial.example", 1.0)),
            ..Findings::default()
        },
        Findings {
            chronic: Some(standing(b"drops.example", 0.62)),
            ..Findings::default()
        },
        Findings {
            unreachable: Some(Standing {
                certain: false,
                ..standing(b"quiet.example", 1.0)
            }),
            minor: vec![standing(b"once.example", 1.0)],
            ..Findings::default()
        },
    ];
    let mut report = report_of(findings, incidents());
    report.tables = Some(tables());
    report
}

/// Of the whole log, as a build that can sum them makes them.
fn tables() -> Tables {
    let hours = ["22 10:00", "23 16:00", "23 17:00", "30 23:00"];
    let hours = hours
        .into_iter()
        .zip([[90, 2, 0], [3, 40, 7], [0, 51, 0], [88, 0, 1]]);
    let reply = |reply_code, attempts, sample: &str| ReplyRow {
        reply_code,
        enhanced_status: None,
        reason: "MailboxFull".to_owned(),
        attempts,
        domains: 2,
        sample: sample.to_owned(),
    };
    Tables {
        hours: hours
            .map(|(hour, [delivered, deferred, bounced])| HourRow {
                hour: rome(hour),
                delivered,
                deferred,
                bounced,
            })
            .collect(),
        replies: vec![
            reply(Some(452), 61, "452 full"),
            reply(None, 40, "timed out"),
        ],
        domains: vec![DomainRow {
            domain: "libero.it".to_owned(),
            delivered: 3,
            deferred: 91,
            bounced: 7,
        }],
    }
}

/// [`full_report`] with an announcement of recovery in these words.
pub(crate) fn announced_report(text: &str) -> Report {
    full_report().with_announcements(vec![Announcement {
        time: rome("26 14:40"),
        source: "press".to_owned(),
        text: text.to_owned(),
        claim: Some(Claim::Recovery),
        domain: None,
    }])
}

/// Nobody looks on: no terminal anywhere, and a clock that stands still.
pub(crate) fn environment() -> Environment {
    Environment {
        now: rome("31 12:00"),
        timezone: Some("Europe/Rome".to_owned()),
        jobs: 2,
        columns: None,
        terminal_columns: None,
        stdin_is_terminal: false,
        stdout_is_terminal: false,
        stderr_is_terminal: false,
        color: None,
        random: Some([1; 32]),
        dumb: false,
    }
}

/// Everything that a report can hold, with this text wherever a stranger may write.
pub(crate) fn report_with(text: &str) -> Report {
    let mut report = announced_report(text);
    let said = || text.to_owned();
    let rewrite = |outage: &mut crate::document::Outage| {
        outage.verdict = format!("{text}: no connection");
        outage.domain = said();
        outage.operator = Some(said());
        outage.mx = vec![said()];
        outage.mx_working = vec![said()];
        outage.by_host = vec![
            HostCount {
                host: said().into_bytes().into(),
                attempts: 90,
                failures: 80,
            };
            3
        ];
        for advice in &mut outage.advice {
            advice.text = format!("resume {text}");
        }
        for window in &mut outage.windows {
            window.label = said();
            window.mx = vec![said()];
            window.sample = Some(said());
        }
    };
    report.outages.iter_mut().for_each(rewrite);
    for incident in &mut report.incidents {
        rewrite(&mut incident.whole);
        incident.name = said();
        incident.domains = vec![said()];
        incident.hosts = vec![said()];
    }
    let standings = report.unreachable.iter_mut();
    for standing in standings
        .chain(&mut report.chronic)
        .chain(&mut report.minor)
    {
        (standing.domain, standing.label) = (said(), said());
        standing.sample = Some(said());
    }
    for row in &mut report.availability {
        row.name = said();
    }
    for checked in &mut report.announcements {
        checked.announcement.source = said();
        checked.announcement.domain = Some(said());
        for concern in &mut checked.concerns {
            (concern.name, concern.title) = (said(), said());
        }
    }
    if let Some(tables) = &mut report.tables {
        for row in &mut tables.replies {
            (row.enhanced_status, row.sample) = (Some(said()), said());
        }
        for row in &mut tables.domains {
            row.domain = said();
        }
    }
    let coverage = &mut report.coverage;
    for sample in &mut coverage.samples {
        (sample.input, sample.why, sample.text) = (said(), said(), said());
    }
    for unread in &mut coverage.unread {
        (unread.input, unread.why) = (said(), said());
    }
    for overlap in &mut coverage.overlapping_inputs {
        (overlap.input, overlap.other, overlap.host) = (said(), said(), said());
    }
    for duplicate in &mut coverage.duplicate_inputs {
        (duplicate.input, duplicate.same_as) = (said(), said());
    }
    report.restrictions = vec![said()];
    report
}

/// What strangers may write to break out of a format.
pub(crate) const HOSTILE: [&str; 40] = [
    "a | b || c",
    "\\",
    "a\\|b",
    "\\\\|",
    "`code`",
    "``` fence",
    "a ` b `` c",
    "|`|",
    "*strong* _emphasis_ **x** __y__",
    "~~gone~~ ~a~ ^b^",
    "[text](http://evil.example)",
    "![image](http://evil.example/x.png)",
    "[ref]: http://evil.example",
    "[^1]: note",
    "[x] done",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<http://evil.example>",
    "<!-- hidden",
    "http://evil.example https://evil.example ftp://x",
    "www.evil.example",
    "mailto:me@evil.example me@evil.example",
    "@everyone @org/team",
    "#1 GH-1 org/repo#1",
    "# heading",
    "### heading",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "> quote",
    "=== rule",
    "--- rule",
    "    indented",
    "$a$ $$b$$",
    "&amp; &lt;b&gt; &#60;b&#62;",
    "line\r\n# heading\n\n- item",
    "\u{1b}]0;owned\u{7}\u{202e}gpj.exe\0",
    ":smile: {#id .class}",
    "=cmd|' /C calc'!A0",
];
