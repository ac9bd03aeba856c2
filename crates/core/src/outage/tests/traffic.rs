//! Made-up attempts to one destination.

use std::collections::BTreeMap;

use crate::address::Domain;
use crate::evidence::Class;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::tally::{Bucket, Delays, Evidence, Few, RelayCount, ReplyGroup, Slot, SlowCount, Span};
use crate::time::Timestamp;

/// Seconds.
pub(super) const HOUR: i64 = 3600;

/// Length of every log.
pub(super) const DAYS: i64 = 12;

/// 2023-01-19T00:00Z, in seconds.
const START: i64 = 1_674_086_400;

/// The moment that many hours into the log.
#[expect(clippy::cast_possible_truncation, reason = "a few hundred hours")]
pub(super) fn at(hour: f64) -> Timestamp {
    Timestamp::from_millis(START * 1000 + (hour * 3_600_000.0) as i64)
}

/// First and last stamp of the log.
pub(super) fn log() -> (Timestamp, Timestamp) {
    let end = Timestamp::from_seconds(START + DAYS * 24 * HOUR);
    (Timestamp::from_seconds(START), end)
}

/// Failures of one class over some hours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phase {
    from: f64,
    to: f64,
    class: Class,
    severity: f64,
    code: u16,
    status: Option<(u8, u16, u16)>,
    strangers: bool,
}

/// Failures from one hour to another; `severity` is the share of the attempts.
pub(super) fn phase(from: f64, to: f64, class: Class, severity: f64) -> Phase {
    Phase {
        from,
        to,
        class,
        severity,
        code: 0,
        status: None,
        strangers: false,
    }
}

impl Phase {
    /// To recipients who never took mail.
    pub(super) fn to_strangers(self) -> Phase {
        Phase {
            strangers: true,
            ..self
        }
    }

    /// With this reply.
    pub(super) fn saying(self, code: u16, status: Option<(u8, u16, u16)>) -> Phase {
        Phase {
            code,
            status,
            ..self
        }
    }
}

/// One attempt.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    /// Milliseconds since the start of the log.
    millis: i64,
    slot: Slot,
    message: u32,
    recipient: u32,
    /// True when it never took mail.
    stranger: bool,
    code: u16,
    status: Option<(u8, u16, u16)>,
    /// Seconds that it took, if it was accepted; `None` when the log does not tell.
    took_s: Option<f64>,
    /// What is told is the age of the message.
    aged: bool,
}

impl Attempt {
    fn new(seconds: i64, slot: Slot, recipient: u32) -> Attempt {
        Attempt {
            millis: seconds * 1000,
            slot,
            message: recipient.wrapping_mul(31).wrapping_add(7),
            recipient,
            stranger: false,
            code: 0,
            status: None,
            took_s: Some(2.0),
            aged: false,
        }
    }

    /// The same, after so many seconds.
    pub(super) fn taking(self, took_s: Option<f64>) -> Attempt {
        Attempt { took_s, ..self }
    }

    /// The same in a log that tells ages only.
    pub(super) fn aged(self) -> Attempt {
        Attempt { aged: true, ..self }
    }

    /// A failure that many seconds into the log.
    pub(super) fn failed(seconds: i64, class: Class, recipient: u32) -> Attempt {
        Attempt::new(seconds, Slot::Class(class), recipient)
    }

    /// A recipient refused for good who never took mail.
    pub(super) fn refused_stranger(seconds: i64, recipient: u32) -> Attempt {
        Attempt {
            stranger: true,
            ..Attempt::failed(seconds, Class::PermRcpt, recipient)
        }
    }

    /// An old failure repeated.
    pub(super) fn neutral(seconds: i64, recipient: u32) -> Attempt {
        Attempt::new(seconds, Slot::Neutral, recipient)
    }

    /// An accepted attempt.
    pub(super) fn accepted(seconds: i64) -> Attempt {
        Attempt::new(seconds, Slot::Class(Class::Ok), 1)
    }

    /// Makes the recipient of a burst one who took mail at another time.
    pub(super) fn know(&mut self) {
        self.stranger &= self.recipient < 8_000_000;
    }

    /// Hours since the start of the log.
    pub(super) fn hour(&self) -> f64 {
        self.millis as f64 / 3_600_000.0
    }
}

/// A stream of attempts at random times.
#[derive(Debug)]
pub(super) struct Traffic {
    per_day: u32,
    state: u64,
}

impl Traffic {
    /// That many attempts a day.
    pub(super) fn new(per_day: u32, seed: u64) -> Traffic {
        Traffic {
            per_day,
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        }
    }

    /// A number from 0 to 1 (xorshift64*).
    pub(super) fn random(&mut self) -> f64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let bits = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40;
        bits as f64 / f64::from(1 << 24)
    }

    /// The whole log: 2 % unknown recipients, 1 % of other trouble, and the phases.
    #[expect(clippy::cast_possible_truncation, reason = "twelve days")]
    pub(super) fn with(mut self, phases: &[Phase]) -> Vec<Attempt> {
        let (mut attempts, mut hour, mut k) = (Vec::new(), 0.0, 0);
        loop {
            hour -= (1.0 - self.random()).ln() * 24.0 / f64::from(self.per_day);
            if hour >= DAYS as f64 * 24.0 {
                return attempts;
            }
            k += 1;
            let mut attempt = Attempt::accepted(0);
            attempt.millis = (hour * 3_600_000.0) as i64;
            attempt.message = k;
            attempt.recipient = k;
            let active = phases.iter().filter(|p| p.from <= hour && hour < p.to);
            let background = self.random();
            if background < 0.02 {
                attempt.slot = Slot::Class(Class::PermRcpt);
                attempt.stranger = true;
            } else if background < 0.025 {
                attempt.slot = Slot::Class(Class::Conn);
            } else if background < 0.03 {
                attempt.slot = Slot::Class(Class::TmpSys);
            }
            for phase in active {
                if self.random() < phase.severity {
                    attempt.slot = Slot::Class(phase.class);
                    attempt.stranger = phase.strangers;
                    (attempt.code, attempt.status) = (phase.code, phase.status);
                }
            }
            attempts.push(attempt);
        }
    }
}

/// A well-mixed hash.
fn mixed(n: u32) -> u32 {
    let n = (n ^ (n >> 16)).wrapping_mul(0x7FEB_352D);
    let n = (n ^ (n >> 15)).wrapping_mul(0x846C_A68B);
    n ^ (n >> 16)
}

/// The attempts as a merged tally would give them.
pub(super) fn evidence(attempts: &[Attempt]) -> Evidence {
    let mut buckets: BTreeMap<i64, Bucket> = BTreeMap::new();
    let mut replies: BTreeMap<_, ReplyGroup> = BTreeMap::new();
    let mut relays: BTreeMap<i64, RelayCount> = BTreeMap::new();
    let mut delays = Delays::default();
    let mut slow: BTreeMap<(i64, Option<u8>), u32> = BTreeMap::new();
    for attempt in attempts {
        let time = Timestamp::from_millis(START * 1000 + attempt.millis);
        let minute = time.as_millis().div_euclid(60_000);
        let (hour, slot) = (minute.div_euclid(60), attempt.slot.index());
        let bucket = buckets.entry(minute).or_insert_with(|| empty(minute));
        bucket.counts[slot] += 1;
        bucket.strangers +=
            u32::from(attempt.stranger && attempt.slot == Slot::Class(Class::PermRcpt));
        bucket.spans[slot] = Some(match bucket.spans[slot] {
            Some(span) => Span {
                first: span.first.min(time),
                last: span.last.max(time),
            },
            None => Span {
                first: time,
                last: time,
            },
        });
        let accepted = attempt.slot == Slot::Class(Class::Ok);
        let relay = relays.entry(hour).or_insert_with(|| RelayCount {
            hour,
            host: b"mx1.example"[..].into(),
            accepted: 0,
            failed: 0,
        });
        relay.accepted += u64::from(accepted);
        relay.failed += u64::from(!accepted);
        if accepted {
            let step = attempt.took_s.map(Delays::step_of);
            if let Some(step) = step {
                delays.whole[usize::from(step)] += 1;
                delays.aged += u64::from(attempt.aged);
            }
            if step.is_none_or(|step| step >= Delays::SLOW) {
                *slow.entry((minute.div_euclid(10), step)).or_default() += 1;
            }
            continue;
        }
        bucket.messages.insert(mixed(attempt.message));
        bucket.recipients.insert(mixed(attempt.recipient));
        let Slot::Class(class) = attempt.slot else {
            continue;
        };
        let key = (hour, class, attempt.code, attempt.status);
        let group = replies.entry(key).or_insert_with(|| ReplyGroup {
            hour,
            class,
            reply_code: ReplyCode::new(attempt.code),
            enhanced_status: attempt
                .status
                .and_then(|(class, subject, detail)| EnhancedStatus::new(class, subject, detail)),
            reason: Reason::Unspecified,
            stage: None,
            count: 0,
            given_up: 0,
            sample: format!("{} {class:?}", attempt.code).into_bytes().into(),
        });
        group.count += 1;
    }
    Evidence {
        bounces_only: false,
        domain: Domain::new(b"target.example"),
        hosts: 1,
        buckets: buckets.into_values().collect(),
        replies: replies.into_values().collect(),
        relays: relays.into_values().collect(),
        delays: Delays {
            slow: slow
                .into_iter()
                .map(|((slot, step), count)| SlowCount { slot, step, count })
                .collect(),
            ..delays
        },
        oldest: None,
        echoed: Few::default(),
        echoes: 0,
    }
}

/// A minute without attempts.
pub(super) fn empty(minute: i64) -> Bucket {
    Bucket {
        minute,
        counts: [0; Slot::COUNT],
        spans: [None; Slot::COUNT],
        strangers: 0,
        messages: Few::default(),
        recipients: Few::default(),
    }
}
