use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::event::{Contact, Delivery, Outcome, Relay, Source, Stage};
use crate::reason::{Reason, Verdict};
use crate::reply::ReplyCode;
use crate::tally::Tally;
use crate::time::Timestamp;

/// (part, second, destination and host, recipient, kind, seconds it took)
type Drawn = (usize, i64, u8, u8, u8, u16);

/// Adds an attempt of one of ten kinds.
fn add(tally: &mut Tally, drawn: &Drawn) {
    let &(_, second, place, recipient, kind, took) = drawn;
    let domain: &[u8] = match place % 3 {
        0 => b"libero.it",
        1 => b"back\\slash.example",
        _ => b"caf\xe9.example",
    };
    let recipient = [format!("u{recipient}@").as_bytes(), domain].concat();
    let (outcome, code, reason) = match kind {
        0..4 => (Outcome::Delivered, 250, None),
        4 => (Outcome::Deferred, 0, Some(Reason::Unreachable)),
        5 => (Outcome::Deferred, 452, Some(Reason::MailboxFull)),
        6 => (Outcome::Bounced, 550, Some(Reason::NoSuchMailbox)),
        7 => (Outcome::Deferred, 451, Some(Reason::Greylisted)),
        8 => (Outcome::Deferred, 421, Some(Reason::RateLimited)),
        _ => (Outcome::Deferred, 0, Some(Reason::Unreachable)),
    };
    let text = format!("{code} said to u{second} \\ {}", took % 5);
    let queue_id = format!("4{}", took % 7);
    let event = Delivery {
        time: Timestamp::from_millis(1_674_486_000_000 + second * 731),
        source: if place == 5 {
            Source::Dsn
        } else {
            Source::Postfix
        },
        host: if place % 2 == 0 { b"mx1" } else { b"mx2" },
        instance: b"",
        queue_id: queue_id.as_bytes(),
        sender: None,
        message_id: None,
        recipient: &recipient,
        original_recipient: None,
        relay: Relay {
            host: if took % 3 == 0 {
                b"in1.libero.it"
            } else {
                b"in2.libero.it"
            },
            ..Relay::default()
        },
        outcome,
        contact: if kind == 9 {
            Contact::Echo
        } else {
            Contact::Fresh
        },
        stage: (kind == 6).then_some(Stage::Rcpt),
        reply_code: ReplyCode::new(code),
        reply_status: None,
        status: None,
        reply: if code == 0 { b"" } else { text.as_bytes() },
        text: text.as_bytes(),
        delay_s: Some(f64::from(took)),
        delays_s: None,
        attempt_s: (took % 2 == 0).then_some(f64::from(took)),
        times: 1 + u32::from(took % 4 == 3),
        dsn: None,
    };
    let verdict = reason.map(|reason| Verdict {
        reason,
        basis: None,
        rule: None,
    });
    tally.add(&event, verdict);
}

fn owned(row: &TallyRow<'_>) -> TallyRow<'static> {
    let mut owned = TallyRow::new(row.record);
    for column in Text::ALL {
        owned.set_text(
            column,
            row.text(column).map(|text| Cow::Owned(text.to_owned())),
        );
    }
    owned.numbers = row.numbers;
    owned
}

fn rows(tally: &mut Tally) -> Vec<TallyRow<'static>> {
    let mut rows = Vec::new();
    tally.rows(&mut |row| rows.push(owned(row)));
    rows
}

fn tally(rows: &[TallyRow<'_>]) -> Tally {
    let mut tally = Tally::new();
    for row in rows {
        tally.add_row(row).unwrap();
    }
    tally
}

/// What any engine makes of the rows: GROUP BY the key, SUM, MIN and MAX of the measures.
fn grouped(rows: &[TallyRow<'static>]) -> Vec<TallyRow<'static>> {
    let sums = [Number::Count, Number::Failed, Number::GivenUp];
    let mut groups: BTreeMap<String, TallyRow<'static>> = BTreeMap::new();
    for row in rows {
        let mut key = row.clone();
        key.set_text(Text::Sample, None);
        for column in sums.into_iter().chain([Number::First, Number::Last]) {
            key.set_number(column, None);
        }
        let last = row.number(Number::Last).or(row.number(Number::First));
        let Some(group) = groups.get_mut(&format!("{key:?}")) else {
            let mut row = row.clone();
            row.set_number(Number::Last, last);
            groups.insert(format!("{key:?}"), row);
            continue;
        };
        for column in sums {
            let sum = match (group.number(column), row.number(column)) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            };
            group.set_number(column, sum);
        }
        let first = group.number(Number::First).min(row.number(Number::First));
        group.set_number(Number::First, first);
        group.set_number(Number::Last, group.number(Number::Last).max(last));
        let samples = [group.text(Text::Sample), row.text(Text::Sample)];
        let sample = samples.into_iter().min().flatten().map(str::to_owned);
        group.set_text(Text::Sample, sample.map(Cow::Owned));
    }
    groups.into_values().collect()
}

proptest! {
    #[test]
    fn rows_are_the_tally_whatever_the_split_the_order_and_who_merged_them(
        drawn in prop::collection::vec((0..3_usize, 0..40_000_i64, 0..6_u8, 0..5_u8, 0..10_u8, 0..90_u16), 0..120),
        mix in any::<u64>(),
    ) {
        let mut parts: [Tally; 3] = Default::default();
        let mut whole = Tally::new();
        for event in &drawn {
            add(&mut parts[event.0], event);
            add(&mut whole, event);
        }
        let whole = rows(&mut whole);
        // There and back.
        prop_assert_eq!(&rows(&mut tally(&whole)), &whole);
        // Of parts, in any order.
        let mut all: Vec<_> = parts.iter_mut().flat_map(rows).collect();
        prop_assert_eq!(&rows(&mut tally(&all)), &whole);
        all.sort_by_cached_key(|row| xxhash_rust::xxh3::xxh3_64_with_seed(format!("{row:?}").as_bytes(), mix));
        prop_assert_eq!(&rows(&mut tally(&all)), &whole);
        // Merged by somebody else, all or some of them.
        prop_assert_eq!(&rows(&mut tally(&grouped(&all))), &whole);
        let (some, others) = all.split_at(all.len() / 2);
        let some = [&grouped(some), others].concat();
        prop_assert_eq!(&rows(&mut tally(&some)), &whole);
        // Each as a tally that is merged here.
        let mut merged = parts.iter_mut().map(|part| tally(&rows(part))).fold(Tally::new(), |mut sum, part| { sum.merge(part); sum });
        prop_assert_eq!(&rows(&mut merged), &whole);
    }

    #[test]
    fn bytes_come_back_from_text(bytes in prop::collection::vec(prop::sample::select(b"\\x5ca\xe9\xff\xc3".to_vec()), 0..12)) {
        let text = escaped(&bytes);
        prop_assert_eq!(&*unescaped(&text), &*bytes);
    }

    #[test]
    fn rows_of_anything_never_panic(
        record in 0..RowKind::ALL.len(),
        texts in prop::collection::vec(prop::option::of(prop::sample::select(vec![
            "", "x", "ok", "neutral", "tmp_rcpt", "perm_rcpt", "5.1.1", "MailboxFull", "rcpt", "message", "00ff 550 no", "\\x", "1é5",
        ])), Text::ALL.len()),
        numbers in prop::collection::vec(prop::option::of(prop_oneof![
            Just(i64::MIN), Just(-1), Just(0), Just(1), Just(600), Just(27_908_160), Just(1 << 40), Just(i64::MAX), any::<i64>(),
        ]), Number::ALL.len()),
    ) {
        let mut row = TallyRow::new(RowKind::ALL[record]);
        for (column, text) in Text::ALL.into_iter().zip(texts) {
            row.set_text(column, text.map(Cow::Borrowed));
        }
        for (column, number) in Number::ALL.into_iter().zip(numbers) {
            row.set_number(column, number);
        }
        let mut tally = Tally::new();
        if tally.add_row(&row).is_ok() {
            let again = rows(&mut tally);
            prop_assert!(again.len() <= 1, "{:?}", again);
            for destination in tally.into_destinations() {
                destination.evidence();
            }
        }
    }
}

#[test]
fn what_no_row_can_hold_is_an_error_that_names_it() {
    let attempts = || {
        TallyRow::new(RowKind::Attempts)
            .with(Text::Domain, b"libero.it")
            .with(Text::Host, b"mx1")
            .with(Text::Class, b"ok")
            .set(Number::Minute, 27_908_160)
            .set(Number::Count, 2)
            .between(5, 9)
    };
    assert_eq!(Tally::new().add_row(&attempts()), Ok(()));
    let cases = [
        (
            attempts().set(Number::Count, -5),
            "count is -5: expected 0 to 4294967295",
        ),
        (
            attempts().set(Number::Count, i64::MAX),
            "count is 9223372036854775807: expected 0 to 4294967295",
        ),
        (
            attempts().with(Text::Class, b"okay"),
            "class is \"okay\", which is not known",
        ),
        (
            attempts().set(Number::First, 60_000),
            "first is 60000: expected 0 to 59999",
        ),
        (attempts().between(9, 5), "last comes before first"),
        (
            attempts().set(Number::Minute, i64::MAX),
            "minute is 9223372036854775807: beyond the year 9999",
        ),
        (
            TallyRow {
                record: RowKind::Relay,
                ..attempts()
            },
            "relay is missing",
        ),
        (
            TallyRow {
                record: RowKind::Slow,
                ..attempts()
            }
            .set(Number::Minute, 27_908_161),
            "minute is 27908161: expected a multiple of 10",
        ),
        (
            TallyRow {
                record: RowKind::Delay,
                ..attempts()
            }
            .set(Number::Step, 12),
            "step is 12: expected 0 to 11",
        ),
        (
            TallyRow::new(RowKind::TookMail).set(Number::Recipient, 1_i64 << 36),
            "recipient is 68719476736: expected 0 to 68719476735",
        ),
        (TallyRow::new(RowKind::Echoes), "domain is missing"),
    ];
    assert_eq!(cases.len(), 11);
    for (row, expected) in cases {
        let error = Tally::new().add_row(&row).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("record {:?}: {expected}", row.record.as_str())
        );
    }
}
