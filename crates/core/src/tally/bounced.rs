//! Bounces as evidence: each failure counts once, whether the log tells it, a bounce, or both.
//!
//! An MTA logs what it bounces. So a bounce whose (queue id, recipient) a log line of a failure has too is a
//! repetition, and so is one without a queue id whose recipient failed in a log on that day: lines of a
//! delivery name neither Message-ID nor sender, and a second refusal of one recipient on one day says nothing
//! new. The others are evidence that no log has. Which are which is known when everything was read: until
//! then bounces wait here, about 500 bytes each, and of logged failures fingerprints of 8 bytes are kept. A
//! commutative monoid like the tally. A bounce that came twice (two copies of a mailbox) counts once.
//!
//! Left out: reports of success. They are few, sent on demand, and no log's successes could be told from
//! them; a report made of bounces alone knows failures only. So a fate that only a notice of delay tells stays
//! pending.

use std::borrow::Cow;

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::cells::HOUR;
use super::{Tally, fingerprint};
use crate::event::{Contact, Delivery, Outcome, Relay, Source, Stage};
use crate::fate::Scribe;
use crate::reason::Verdict;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::time::Timestamp;

/// Bytes of a diagnostic that are kept for each bounce.
const TEXT_BYTES: usize = 200;

/// Bytes of a name that are kept: addresses have 320 at most (RFC 5321).
const NAME_BYTES: usize = 1024;

/// Failures of logs, as fingerprints, and bounces that wait to be compared with them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bounced {
    logged: HashSet<u64>,
    waiting: HashMap<u64, Box<Waiting>>,
}

/// What a bounce says of a failure, owned and small: mailboxes hold millions.
#[derive(Debug, Clone, PartialEq)]
struct Waiting {
    time: Timestamp,
    /// Reporting host, queue id, recipient, recipient before aliases, relay, text, sender and Message-ID, one
    /// behind the other.
    texts: Box<[u8]>,
    /// Where each of them ends.
    ends: [u16; 8],
    /// The sender is known, and maybe empty.
    has_sender: bool,
    /// Where the reply begins in the last one.
    reply: u16,
    outcome: Outcome,
    contact: Contact,
    stage: Option<Stage>,
    reply_code: Option<ReplyCode>,
    reply_status: Option<EnhancedStatus>,
    status: Option<EnhancedStatus>,
    delay_s: Option<f64>,
    verdict: Option<Verdict>,
}

impl Waiting {
    /// All that is counted of it, in an order: its verdict follows from the rest.
    fn rank(&self) -> impl Ord + '_ {
        (
            (&self.texts, self.ends, self.reply, self.time),
            (self.outcome as u8, self.contact as u8, self.stage),
            (self.reply_code, self.reply_status, self.status),
            self.delay_s.map(f64::to_bits),
        )
    }
}

impl Bounced {
    /// Notes a failure that a log tells.
    pub(crate) fn add_logged(&mut self, event: &Delivery<'_>) {
        if !is_failure(event.outcome) {
            return;
        }
        for recipient in [Some(event.recipient), event.original_recipient] {
            self.logged.extend(key(event.queue_id, recipient));
            self.logged.extend(key_of_day(event.time, recipient));
        }
    }

    /// Keeps what a bounce tells until all logs are known.
    pub(crate) fn add_bounce(&mut self, event: &Delivery<'_>, verdict: Option<Verdict>) {
        if !is_failure(event.outcome) {
            return;
        }
        let reply = event.text.len().saturating_sub(event.reply.len());
        let mut texts = Vec::with_capacity(512);
        let mut ends = [0; 8];
        let parts = [
            event.host,
            event.queue_id,
            event.recipient,
            event.original_recipient.unwrap_or_default(),
            event.relay.host,
            event.text.get(..TEXT_BYTES).unwrap_or(event.text),
            event.sender.unwrap_or_default(),
            event.message_id.unwrap_or_default(),
        ];
        for (part, end) in parts.into_iter().zip(&mut ends) {
            texts.extend_from_slice(part.get(..NAME_BYTES).unwrap_or(part));
            *end = u16::try_from(texts.len()).unwrap_or(u16::MAX); // eight times 1,024 at most
        }
        let waiting = Box::new(Waiting {
            time: event.time,
            texts: texts.into(),
            ends,
            has_sender: event.sender.is_some(),
            reply: u16::try_from(reply).unwrap_or(u16::MAX),
            outcome: event.outcome,
            contact: event.contact,
            stage: event.stage,
            reply_code: event.reply_code,
            reply_status: event.reply_status,
            status: event.status,
            delay_s: event.delay_s,
            verdict,
        });
        self.keep(identity(event), waiting);
    }

    /// Equal identities are copies of one bounce; which one stays must not depend on the order.
    fn keep(&mut self, identity: u64, waiting: Box<Waiting>) {
        match self.waiting.entry(identity) {
            Entry::Occupied(mut known) => {
                if waiting.rank() < known.get().rank() {
                    known.insert(waiting);
                }
            }
            Entry::Vacant(place) => {
                place.insert(waiting);
            }
        }
    }

    /// Takes in what another part of the input has.
    pub(crate) fn merge(&mut self, other: Bounced) {
        self.logged.extend(other.logged);
        for (identity, waiting) in other.waiting {
            self.keep(identity, waiting);
        }
    }

    /// The bounces that no log repeats, and how many failures were repeated.
    pub(crate) fn into_news(self) -> (News, u64) {
        let Bounced { logged, waiting } = self;
        let all = waiting.len();
        let repeats = |bounce: &Waiting| {
            bounce
                .keys()
                .iter()
                .flatten()
                .any(|key| logged.contains(key))
        };
        let mut news: Vec<Waiting> = waiting
            .into_values()
            .filter(|bounce| !repeats(bounce))
            .map(|bounce| *bounce)
            .collect();
        // The order that a tally is quick in, and the same one whatever the order of inputs.
        news.sort_unstable_by(|a, b| (a.time, &a.texts, a.ends).cmp(&(b.time, &b.texts, b.ends)));
        let repeated = (all - news.len()) as u64;
        (News(news), repeated)
    }
}

/// Bounces that no log repeats, in order of time.
#[derive(Debug)]
pub(crate) struct News(Vec<Waiting>);

impl News {
    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Counts them.
    pub(crate) fn count_into(&self, tally: &mut Tally) {
        for bounce in &self.0 {
            tally.add(&bounce.event(), bounce.verdict);
            if let Some(first) = bounce.first_attempt().filter(|_| bounce.is_young()) {
                tally.add(&first, bounce.verdict);
            }
        }
    }

    /// Takes down what became of their messages.
    pub(crate) fn tell(&self, scribe: &mut Scribe) {
        for bounce in &self.0 {
            let id = bounce.message();
            if let Some(first) = bounce.first_attempt() {
                let verdict = bounce.verdict.filter(|_| bounce.is_young());
                let first = Delivery {
                    outcome: Outcome::Deferred,
                    ..first
                };
                scribe.bounce(&first, &id, verdict);
            }
            scribe.bounce(&bounce.event(), &id, bounce.verdict);
        }
    }
}

impl Waiting {
    fn text(&self, n: usize) -> &[u8] {
        let start = n.checked_sub(1).and_then(|before| self.ends.get(before));
        let (start, end) = (start.copied().unwrap_or(0), self.ends.get(n).copied());
        let range = usize::from(start)..usize::from(end.unwrap_or(start));
        self.texts.get(range).unwrap_or_default()
    }

    /// What a log would have noted of this failure: see [`Bounced::add_logged`].
    fn keys(&self) -> [Option<u64>; 4] {
        let [_, queue_id, recipient, original, ..] = [0, 1, 2, 3].map(|n| self.text(n));
        if is_known(queue_id) {
            let of = |recipient| key(queue_id, Some(recipient));
            return [of(recipient), of(original), None, None];
        }
        // The bounce is written a little later than the log, maybe after midnight.
        let earlier = Timestamp::from_millis(self.time.as_millis().saturating_sub(HOUR));
        let of = |recipient| key_of_day(self.time, Some(recipient));
        let before = |recipient| key_of_day(earlier, Some(recipient));
        [
            of(recipient),
            of(original),
            before(recipient),
            before(original),
        ]
    }

    /// What names the message on its host: the queue id, else the Message-ID; else it stands by itself.
    fn message(&self) -> Cow<'_, [u8]> {
        match (self.text(1), self.text(7)) {
            (id, _) if is_known(id) => Cow::Borrowed(id),
            (_, id) if !id.is_empty() => Cow::Borrowed(id),
            _ => Cow::Owned(identity(&self.event()).to_le_bytes().to_vec()),
        }
    }

    /// True when its first failure was probably like the last one: after hours it need not have been.
    fn is_young(&self) -> bool {
        /// MTAs tell the sender of a delay after four hours (Postfix, sendmail) or a day (Exim).
        const LONGEST_S: f64 = 12.0 * 3600.0;
        self.delay_s.is_some_and(|delay| delay < LONGEST_S)
    }

    /// A message that waits was tried when it came, and failed.
    fn first_attempt(&self) -> Option<Delivery<'_>> {
        /// Shorter ones are one attempt, which took its time.
        const SHORTEST_S: f64 = 600.0;
        let waited = matches!(self.outcome, Outcome::Deferred | Outcome::Expired);
        let delay = self.delay_s.filter(|&delay| delay >= SHORTEST_S)?;
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        let arrival = self
            .time
            .as_millis()
            .saturating_sub((delay * 1000.0) as i64);
        let time = Timestamp::from_millis(arrival);
        waited.then(|| Delivery {
            time,
            delay_s: Some(0.0),
            ..self.event()
        })
    }

    fn event(&self) -> Delivery<'_> {
        let text = self.text(5);
        let said = |n| Some(self.text(n)).filter(|text| !text.is_empty());
        Delivery {
            time: self.time,
            source: Source::Dsn,
            host: self.text(0),
            instance: b"",
            queue_id: self.text(1),
            sender: self.has_sender.then(|| self.text(6)),
            message_id: said(7),
            recipient: self.text(2),
            original_recipient: said(3),
            relay: Relay {
                host: self.text(4),
                ..Relay::default()
            },
            outcome: self.outcome,
            contact: self.contact,
            stage: self.stage,
            reply_code: self.reply_code,
            reply_status: self.reply_status,
            status: self.status,
            reply: text.get(usize::from(self.reply)..).unwrap_or_default(),
            text,
            delay_s: self.delay_s,
            delays_s: None,
            attempt_s: None,
            times: 1,
            dsn: None,
        }
    }
}

const fn is_failure(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Bounced | Outcome::Deferred | Outcome::Expired
    )
}

/// The failure of a recipient in one queue. Hosts are left out: a log calls its host `mta1`, the bounce
/// `mta1.shop.example`, and an Exim log nothing at all.
fn key(queue_id: &[u8], recipient: Option<&[u8]>) -> Option<u64> {
    let recipient = recipient.filter(|recipient| !recipient.is_empty())?;
    is_known(queue_id).then(|| xxh3_64_with_seed(queue_id, fingerprint(recipient)))
}

fn is_known(queue_id: &[u8]) -> bool {
    !queue_id.is_empty() && queue_id != b"NOQUEUE"
}

/// A failure of a recipient on a day, in UTC.
fn key_of_day(time: Timestamp, recipient: Option<&[u8]>) -> Option<u64> {
    let recipient = recipient.filter(|recipient| !recipient.is_empty())?;
    let day = time.as_millis().div_euclid(24 * HOUR);
    Some(xxh3_64_with_seed(
        &day.to_le_bytes(),
        fingerprint(recipient),
    ))
}

/// One bounce about one recipient, told from the others by what it says.
fn identity(event: &Delivery<'_>) -> u64 {
    let message = event.message_id.unwrap_or_default();
    let mut seed = fingerprint(event.recipient);
    for part in [
        event.host,
        event.queue_id,
        message,
        event.outcome.as_str().as_bytes(),
    ] {
        seed = xxh3_64_with_seed(part, seed);
    }
    xxh3_64_with_seed(&event.time.as_millis().to_le_bytes(), seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Classifier;

    fn failure(
        source: Source,
        queue_id: &'static str,
        recipient: &'static str,
        second: i64,
    ) -> Delivery<'static> {
        Delivery {
            time: Timestamp::from_seconds(second),
            source,
            host: if source == Source::Dsn {
                b"mta1.shop.example"
            } else {
                b"mta1"
            },
            instance: b"",
            queue_id: queue_id.as_bytes(),
            sender: None,
            message_id: None,
            recipient: recipient.as_bytes(),
            original_recipient: None,
            relay: Relay::default(),
            outcome: Outcome::Bounced,
            contact: Contact::Fresh,
            stage: None,
            reply_code: ReplyCode::new(550),
            reply_status: None,
            status: None,
            reply: b"550 system down",
            text: b"550 system down",
            delay_s: None,
            delays_s: None,
            attempt_s: None,
            times: 1,
            dsn: None,
        }
    }

    fn attempts(parts: Vec<Bounced>) -> u32 {
        let mut all = Bounced::default();
        for part in parts {
            all.merge(part);
        }
        let mut tally = Tally::new();
        all.into_news().0.count_into(&mut tally);
        let evidence = tally
            .into_destinations()
            .into_iter()
            .map(|to| to.evidence());
        let buckets = evidence.flat_map(|evidence| evidence.buckets);
        buckets.flat_map(|bucket| bucket.counts).sum()
    }

    #[test]
    fn a_bounce_counts_once_whatever_the_order() {
        let mut log = Bounced::default();
        log.add_logged(&failure(Source::Postfix, "4ABC", "A@libero.it", 1));
        let bounce = |queue_id, recipient, second| {
            let mut part = Bounced::default();
            let event = failure(Source::Dsn, queue_id, recipient, second);
            part.add_bounce(&event, Classifier::default().classify(&event));
            part
        };
        let parts = [
            log,
            bounce("4ABC", "a@libero.it", 2),
            bounce("4ABC", "b@libero.it", 2),
            bounce("4DEF", "a@libero.it", 3),
            bounce("4DEF", "a@libero.it", 3),
            bounce("", "c@libero.it", 4),
            bounce("", "a@libero.it", 5),
        ];
        assert_eq!(attempts(parts.to_vec()), 3);
        assert_eq!(attempts(parts.into_iter().rev().collect()), 3);
    }
}
