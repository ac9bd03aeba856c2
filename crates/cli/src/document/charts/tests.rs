use mailgap_core::tally::Few;

use super::*;
use crate::testing::rome;

fn frame(first: &str, last: &str) -> Frame {
    let log = (rome("21 00:00").as_millis(), rome("30 23:41").as_millis());
    let extent = (rome(first).as_millis(), rome(last).as_millis());
    Frame::over(extent, log, Tz::Europe__Rome)
}

#[test]
fn bins_are_few_and_begin_on_the_clock() {
    let cases = [
        ("24 08:10", "24 08:31", "24 07:40", 60.0, 82),
        ("23 16:00", "29 12:10", "23 04:00", 3600.0, 164),
        ("21 00:00", "30 23:41", "21 00:00", 7200.0, 120),
    ];
    for (first, last, begin, width_s, bins) in cases {
        let frame = frame(first, last);
        assert_eq!(frame.begin(0), rome(begin), "{first}");
        assert_eq!((frame.width_s(), frame.bins()), (width_s, bins), "{first}");
    }
    let years = Frame::over((0, 400 * 86_400_000), (0, 400 * 86_400_000), Tz::UTC);
    assert!(years.bins() <= 200 && years.width_s() >= 172_800.0);
    for extreme in [i64::MIN, -1, 0, i64::MAX] {
        for other in [i64::MIN, 0, i64::MAX] {
            let (first, last) = (extreme.min(other), extreme.max(other));
            let frame = Frame::over((first, last), (first, last), Tz::Asia__Tokyo);
            assert!(frame.width > 0 && frame.bins <= 201, "{frame:?}");
            assert!(frame.place(i64::MIN).is_none_or(|bin| bin < frame.bins));
        }
    }
}

#[test]
fn what_was_given_up_in_an_hour_is_spread_over_its_minutes() {
    let frame = frame("24 08:10", "24 08:31");
    let mut counts = [0; Slot::COUNT];
    counts[Slot::Class(Class::Ok).index()] = 2;
    counts[Slot::Neutral.index()] = 3;
    counts[Slot::Class(Class::PermRcpt).index()] = 1;
    let minute = rome("24 08:10").as_millis() / MINUTE;
    let bucket = |minute| Bucket {
        minute,
        counts,
        spans: [None; Slot::COUNT],
        strangers: 0,
        messages: Few::default(),
        recipients: Few::default(),
    };
    let group = mailgap_core::tally::ReplyGroup {
        hour: minute.div_euclid(60),
        class: Class::PermRcpt,
        reply_code: ReplyCode::new(550),
        enhanced_status: None,
        reason: Reason::NoSuchMailbox,
        stage: None,
        count: 8,
        given_up: 5,
        sample: b"550 no"[..].into(),
    };
    let evidence = Evidence {
        domain: Domain::new(b"a.example"),
        hosts: 1,
        buckets: vec![bucket(minute), bucket(minute + 1)],
        replies: vec![group],
        relays: Vec::new(),
        delays: Delays::default(),
        oldest: None,
        echoed: Few::default(),
        echoes: 0,
        bounces_only: false,
    };
    let wanted = Wanted {
        incident: 0,
        frame,
        extent: (rome("24 08:00").as_millis(), rome("24 09:00").as_millis()),
    };
    let time = rome("24 08:10").as_millis();
    let late = [(time, 100.0), (time, 300.0), (time, 200.0)];
    let chart = chart(&evidence, &late, &wanted);
    let bins: Vec<_> = chart.bins.iter().filter(|bin| bin.attempts() > 0).collect();
    let told: Vec<_> = bins
        .iter()
        .map(|bin| (bin.delivered, bin.deferred, bin.bounced))
        .collect();
    assert_eq!(told, [(2, 2, 2), (2, 1, 3)]); // one each is sure, three of six are spread
    assert_eq!((chart.replies[0].count, chart.replies[0].given_up), (8, 5));
    let late = chart.late();
    assert_eq!(
        (late[0].messages, late[0].median_s, late[0].p90_s),
        (3, 200.0, 300.0)
    );
    let sum = Chart::sum(frame, [&chart, &chart].into_iter());
    let attempts: u64 = sum.bins.iter().map(Bin::attempts).sum();
    assert_eq!(
        (attempts, sum.replies[0].count, sum.late()[0].messages),
        (24, 16, 6)
    );
}

#[test]
fn hours_of_the_whole_log_are_all_in_the_picture() {
    let row = |hour: i64| HourRow {
        hour: Timestamp::from_millis(hour * HOUR),
        delivered: 3,
        deferred: 2,
        bounced: 1,
    };
    let cases = [
        (1, Tz::UTC, 1),
        (24 * 8, Tz::Europe__Rome, 1),
        (24 * 30, Tz::Asia__Kolkata, 4),
        (24 * 400, Tz::America__St_Johns, 72),
    ];
    for (hours, zone, width) in cases {
        let rows: Vec<HourRow> = (0..hours).map(|hour| row(460_000 + hour)).collect();
        let chart = Chart::of_hours(&rows, zone);
        assert_eq!(chart.frame.width / HOUR, width, "{hours}");
        assert_eq!(chart.frame.from % HOUR, 0);
        assert!(chart.frame.bins() <= 200);
        let attempts: u64 = chart.bins.iter().map(Bin::attempts).sum();
        assert_eq!(attempts, rows.len() as u64 * 6);
    }
    let none = Chart::of_hours(&[], Tz::UTC);
    assert_eq!(none.bins.iter().map(Bin::attempts).sum::<u64>(), 0);
}
