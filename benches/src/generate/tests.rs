use super::*;

fn small(seed: u64, style: Style) -> Options {
    Options {
        bytes: 6_000_000,
        seed,
        style,
        ..Options::default()
    }
}

/// FNV-1a: a change of the generator must be seen, since kept runs name a seed.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (first, counts) = generate_in_memory(&small(1, Style::Rfc3339));
    let (again, counts_again) = generate_in_memory(&small(1, Style::Rfc3339));
    assert_eq!(hash(&first), hash(&again));
    assert_eq!(counts, counts_again);
    let (other, _) = generate_in_memory(&small(2, Style::Rfc3339));
    assert_ne!(hash(&first), hash(&other));
    assert_eq!(
        hash(&first),
        0x70f2_6c9a_e797_4c24,
        "the bytes of seed 1 changed: kept runs are no longer comparable"
    );
}

#[test]
fn counts_are_those_of_the_bytes() {
    let mut cases = 0;
    for style in [Style::Rfc3339, Style::Traditional] {
        for seed in 0..3 {
            let (log, Written { counts, .. }) = generate_in_memory(&small(seed, style));
            let text = String::from_utf8(log).expect("the generator writes ASCII");
            let lines = |part: &str| text.lines().filter(|line| line.contains(part)).count() as u64;
            assert_eq!(counts.bytes, text.len() as u64);
            assert_eq!(counts.lines, text.lines().count() as u64);
            assert_eq!(
                counts.lines,
                counts.delivery + counts.queue + counts.foreign + counts.rejects
            );
            assert_eq!(
                counts.delivery,
                counts.attempts() + counts.local + counts.echoes
            );
            assert_eq!(counts.delivery, lines(": to=<"));
            assert_eq!(counts.sent + counts.local, lines(", status=sent ("));
            assert_eq!(
                counts.deferred + counts.echoes,
                lines(", status=deferred (")
            );
            assert_eq!(counts.echoes, lines("delivery temporarily suspended: "));
            assert_eq!(counts.bounced, lines(", status=bounced ("));
            assert_eq!(
                counts.expired,
                lines(", status=expired, returned to sender")
            );
            assert_eq!(counts.local, lines(", relay=local, "));
            assert_eq!(counts.messages, lines(": client=") + lines(": uid="));
            assert_eq!(
                counts.notifications,
                lines("sender non-delivery notification: ")
            );
            assert_eq!(counts.rejects, lines(": NOQUEUE: reject: "));
            for (name, count) in counts.named() {
                assert!(count > 0, "no {name} in a log of seed {seed}");
            }
            cases += 1;
        }
    }
    assert_eq!(cases, 6);
}

#[test]
fn size_span_and_order_are_as_asked() {
    for bytes in [6_000_000, 20_000_000] {
        let options = Options {
            bytes,
            ..Options::default()
        };
        let (log, written) = generate_in_memory(&options);
        let text = String::from_utf8(log).expect("the generator writes ASCII");
        assert!(written.counts.bytes >= bytes && written.counts.bytes < bytes + 2000);
        let stamps: Vec<&str> = text.lines().map(|line| &line[..26]).collect();
        assert!(stamps.is_sorted());
        assert!(stamps[0].starts_with("2026-01-05T00:"));
        let last = stamps[stamps.len() - 1];
        assert!(
            ("2026-02-02T12"..="2026-02-04T12").contains(&last),
            "ends at {last}"
        );
    }
}

#[test]
fn scripted_outages_have_failures() {
    let options = Options {
        bytes: 64_000_000,
        ..Options::default()
    };
    let (_, written) = generate_in_memory(&options);
    assert_eq!(written.outages.len(), 7);
    for outage in written.outages {
        assert!(
            outage.failures >= 3,
            "{} has only {} failures",
            outage.name,
            outage.failures
        );
        assert!(!outage.domains.is_empty() && outage.start_s < outage.end_s);
    }
}
