use super::*;

fn at(zone: Tz, year: Option<i32>, reference: &str, text: &str) -> String {
    let reference = Timestamp::from(
        chrono::DateTime::parse_from_rfc3339(reference)
            .unwrap()
            .to_utc(),
    );
    let mut stamps = Stamps::new(StampContext {
        zone,
        year,
        reference,
    });
    let first = stamps.read(text.as_bytes());
    assert_eq!(
        stamps.read(text.as_bytes()),
        first,
        "the cache answers the same: {text}"
    );
    match first {
        Stamp::At(time, rest) => format!("{time}|{}", String::from_utf8_lossy(rest)),
        Stamp::Broken => "broken".into(),
        Stamp::None => "none".into(),
    }
}

fn rome(text: &str) -> String {
    at(
        chrono_tz::Europe::Rome,
        Some(2023),
        "2023-02-01T00:00:00Z",
        text,
    )
}

#[test]
fn both_styles_give_the_same_instant() {
    let same = "2023-01-23T15:00:01.000Z| mx";
    for text in [
        "Jan 23 16:00:01 mx",
        "2023-01-23T16:00:01+01:00 mx",
        "2023-01-23T16:00:01+0100 mx",
        "2023-01-23T15:00:01Z mx",
        "2023-01-23T16:00:01 mx",
        "2023-01-23 16:00:01 mx",
        "2023-01-23 16:00:01 +0100 mx",
        "2023 Jan 23 16:00:01 mx",
        "Jan 23 2023 16:00:01 mx",
        "Mon 2023-01-23 16:00:01 CET mx",
        "Mon 2023-01-23 15:00:01 UTC mx",
        "1674486001.000000 mx",
        "2023-01-23T16:00:01+01 mx",
        "2023-01-23 15:00:01 UTC mx",
        "2023-01-23 15:00:01,000 GMT mx",
    ] {
        assert_eq!(rome(text), same, "{text}");
    }
}

#[test]
fn rare_styles_give_the_same_instant() {
    let same = "2023-01-23T15:00:01.000Z| mx";
    for text in [
        "Mon Jan 23 16:00:01 2023 mx",
        "Mon Jan 23 15:00:01 UTC 2023 mx",
        "Mon Jan 23 16:00:01 CET 2023 mx",
        "Jan 23, 2023 @ 16:00:01.000 mx",
        "23/Jan/2023:16:00:01 +0100 mx",
        "23/Jan/2023 16:00:01 mx",
        "23-Jan-2023 16:00:01.000 mx",
        "23 Jan 2023 16:00:01 mx",
        "Mon, 23 Jan 2023 16:00:01 +0100 mx",
        "2023/01/23 16:00:01 mx",
        "2023/1/23 16:00:01,000 mx",
        "23.01.2023 16:00:01 mx",
        "1674486001 mx",
        "1674486001000 mx",
        "1674486001,000 mx",
        "gen 23 16:00:01 mx",
        "janv. 23 16:00:01 mx",
        "янв 23 16:00:01 mx",
        "1月 23 16:00:01 mx",
        "lun gen 23 16:00:01 2023 mx",
        "23/gen/2023:16:00:01 mx",
    ] {
        assert_eq!(rome(text), same, "{text}");
    }
    assert_eq!(rome("Jan 3 16:00:01 mx"), rome("Jan  3 16:00:01 mx"));
    assert_eq!(rome("Okt  3 16:00:01 mx"), rome("Oct  3 16:00:01 mx"));
    for text in [
        "01/02/2023 16:00:01 mx",
        "gin 23 16:00:01 mx",
        "gen 23 16:61:01 mx",
        "gen 23 16:00:01x mx",
        "gen 23 16:00:01 +0100 mx",
        "mx1 23 16:00:01",
        "167448600 mx",
        "16744860011 mx",
        "9674486001 mx",
        "1674486001mx",
        "1674486001.x mx",
        "2023/01-23 16:00:01 mx",
        "a b c d",
        "words Jan 23 16:00:01 mx",
        "月 23 16:00:01",
    ] {
        assert_eq!(rome(text), "none", "{text}");
    }
    for text in [
        "gen 32 16:00:01 mx",
        "30/Feb/2023:16:00:01 mx",
        "13月 23 16:00:01",
    ] {
        assert_eq!(rome(text), "broken", "{text}");
    }
}

#[test]
fn a_stamp_is_known_to_name_year_and_zone_or_not() {
    let mut stamps = Stamps::new(StampContext {
        zone: chrono_tz::Europe::Rome,
        year: Some(2023),
        reference: Timestamp::from_seconds(0),
    });
    let cases = [
        ("Jan 23 16:00:01 mx", false, false),
        ("gen 23 16:00:01 mx", false, false),
        ("2023-01-23 16:00:01 mx", true, false),
        ("2023-01-23 16:00:01 +0100 mx", true, true),
        ("2023-01-23T15:00:01Z mx", true, true),
        ("Mon 2023-01-23 16:00:01 CET mx", true, false),
        ("Mon 2023-01-23 15:00:01 UTC mx", true, true),
        ("Jan 23 2023 16:00:01 mx", true, false),
        ("23/Jan/2023:16:00:01 mx", true, false),
        ("23/Jan/2023:16:00:01 +0100 mx", true, true),
        ("1674486001 mx", true, true),
    ];
    for (text, year, zone) in cases {
        for _ in 0..2 {
            let Stamp::At(time, _) = stamps.read(text.as_bytes()) else {
                panic!("{text}");
            };
            assert_eq!(stamps.moment(time).named, Named { year, zone }, "{text}");
        }
    }
}

#[test]
fn fractions_are_cut_to_milliseconds() {
    assert_eq!(
        rome("Jan 23 16:00:01.123456 mx"),
        "2023-01-23T15:00:01.123Z| mx"
    );
    assert_eq!(
        rome("2023-01-23T16:00:01.5Z mx"),
        "2023-01-23T16:00:01.500Z| mx"
    );
}

#[test]
fn a_day_may_be_padded_with_a_space_or_a_zero() {
    assert_eq!(rome("Jan  3 16:00:01 x"), rome("Jan 03 16:00:01 x"));
}

#[test]
fn what_is_no_stamp_and_what_is_a_broken_one() {
    for text in [
        "",
        "Jan",
        "Foo 23 16:00:01",
        "Jan 23 16:61:01 x",
        "mx1 postfix",
        "2023-01-23T16:0",
    ] {
        assert_eq!(rome(text), "none", "{text}");
    }
    for text in [
        "Feb 30 16:00:01 x",
        "Jan 23 25:00:01 x",
        "2023-02-29T00:00:00Z x",
    ] {
        assert_eq!(rome(text), "broken", "{text}");
    }
}

#[test]
fn without_a_year_the_latest_that_is_not_a_day_after_the_reference() {
    let utc = |reference: &str, text: &str| at(Tz::UTC, None, reference, text);
    assert_eq!(
        utc("2023-01-02T00:00:00Z", "Dec 31 23:00:00 x"),
        "2022-12-31T23:00:00.000Z| x"
    );
    assert_eq!(
        utc("2023-01-02T00:00:00Z", "Jan  1 01:00:00 x"),
        "2023-01-01T01:00:00.000Z| x"
    );
    // Up to a day after the reference is a clock that runs ahead, beyond it is last year.
    assert_eq!(
        utc("2023-01-02T12:30:00Z", "Jan  3 12:30:00 x"),
        "2023-01-03T12:30:00.000Z| x"
    );
    assert_eq!(
        utc("2023-01-02T12:30:00Z", "Jan  3 12:30:01 x"),
        "2022-01-03T12:30:01.000Z| x"
    );
    // 29 February belongs to the latest leap year.
    assert_eq!(
        utc("2023-06-01T00:00:00Z", "Feb 29 01:00:00 x"),
        "2020-02-29T01:00:00.000Z| x"
    );
}

#[test]
fn the_limit_inside_an_hour_is_not_remembered() {
    let reference = Timestamp::from_millis(1_672_662_600_000); // 2023-01-02T12:30:00Z
    let mut stamps = Stamps::new(StampContext {
        zone: Tz::UTC,
        year: None,
        reference,
    });
    let mut year = |text: &str| match stamps.read(text.as_bytes()) {
        Stamp::At(time, _) => time.to_utc().unwrap().year(),
        other => panic!("{other:?}"),
    };
    assert_eq!(year("Jan  3 12:10:00"), 2023);
    assert_eq!(year("Jan  3 12:50:00"), 2022);
    assert_eq!(year("Jan  3 12:10:00"), 2023);
}

#[test]
fn the_doubled_hour_is_its_first_run_and_the_missing_hour_keeps_the_old_offset() {
    let rome = |text| {
        at(
            chrono_tz::Europe::Rome,
            Some(2023),
            "2024-01-01T00:00:00Z",
            text,
        )
    };
    assert_eq!(rome("Oct 29 01:59:59 x"), "2023-10-28T23:59:59.000Z| x");
    assert_eq!(rome("Oct 29 02:30:00 x"), "2023-10-29T00:30:00.000Z| x");
    assert_eq!(
        rome("Sun 2023-10-29 02:30:00 CEST x"),
        "2023-10-29T00:30:00.000Z| x"
    );
    assert_eq!(
        rome("Sun 2023-10-29 02:30:00 CET x"),
        "2023-10-29T01:30:00.000Z| x"
    );
    assert_eq!(rome("Oct 29 03:00:00 x"), "2023-10-29T02:00:00.000Z| x");
    assert_eq!(rome("Mar 26 01:59:59 x"), "2023-03-26T00:59:59.000Z| x");
    assert_eq!(rome("Mar 26 02:30:00 x"), "2023-03-26T01:30:00.000Z| x");
    assert_eq!(rome("Mar 26 03:00:00 x"), "2023-03-26T01:00:00.000Z| x");
}

#[test]
fn a_leap_of_half_an_hour_is_right_on_both_sides() {
    let howe = |text| {
        at(
            chrono_tz::Australia::Lord_Howe,
            Some(2023),
            "2024-01-01T00:00:00Z",
            text,
        )
    };
    // On 1 October 2023 at 02:00 (+10:30) the clock leapt to 02:30 (+11:00).
    assert_eq!(howe("Oct  1 01:59:00 x"), "2023-09-30T15:29:00.000Z| x");
    assert_eq!(howe("Oct  1 02:45:00 x"), "2023-09-30T15:45:00.000Z| x");
}

#[test]
fn the_cached_reader_agrees_with_chrono_over_two_years_of_minutes() {
    let zone = chrono_tz::Europe::Rome;
    let reference = Timestamp::from_seconds(1_700_000_000);
    let mut stamps = Stamps::new(StampContext {
        zone,
        year: None,
        reference,
    });
    let mut cases = 0;
    for step in 0..8760 {
        let utc = Timestamp::from_seconds(1_700_000_000 - step * 3607);
        let local = zone.from_utc_datetime(&utc.to_utc().unwrap().naive_utc());
        let ambiguous = zone
            .offset_from_local_datetime(&local.naive_local())
            .single()
            .is_none();
        if ambiguous || step * 3607 > 364 * 86400 {
            continue;
        }
        for text in [
            local.format("%b %e %H:%M:%S").to_string(),
            local.to_rfc3339(),
        ] {
            assert_eq!(stamps.read(text.as_bytes()), Stamp::At(utc, b""), "{text}");
            cases += 1;
        }
    }
    assert!(cases > 17_000, "{cases}");
}

#[test]
fn a_year_is_a_guess_only_where_nobody_named_one() {
    let cases = [
        (None, "Jan 23 16:00:01 mx", Some(2023)),
        (None, "Jan 23 16:59:59 mx", Some(2023)),
        (None, "Mar 23 16:00:01 mx", Some(2022)),
        (None, "Feb 30 16:00:01 mx", None),
        (None, "Jan 23 2023 16:00:01 mx", None),
        (None, "2023-01-23T16:00:01+01:00 mx", None),
        (None, "Dear diary", None),
        (Some(2021), "Jan 23 16:00:01 mx", None),
    ];
    for (year, text, guessed) in cases {
        let mut stamps = Stamps::new(StampContext {
            zone: chrono_tz::Europe::Rome,
            year,
            reference: Timestamp::from_seconds(1_675_000_000),
        });
        for _ in 0..2 {
            stamps.read(text.as_bytes());
            assert_eq!(stamps.guessed_year(), guessed, "{text}");
        }
    }
}
