//! Counts of attempts per destination and reporting host, which merge exactly.
//!
//! A commutative monoid: any split of the input, any order of the parts gives the same [`Evidence`].
//! What a line adds is a pure function of the line; what needs the lines around it (is this refusal news?)
//! is decided after the merge. Memory grows with destinations, the minutes in which they had traffic, the
//! recipients that were refused (up to 100 bytes for each on a day), and by eight bytes for each that took mail.

mod bounced;
mod cells;
mod delays;
mod destination;
mod escape;
mod evidence;
mod export;
mod import;
mod known;
mod names;
mod recent;
mod recipients;
mod rows;
mod series;
mod sketch;
mod slot;

pub(crate) use bounced::{Bounced, News};
pub(crate) use cells::{MINUTE, Minute};
pub use destination::Destination;
pub(crate) use destination::Many;
pub(crate) use escape::unescaped;
pub(crate) use evidence::bucket;
pub use evidence::{Bucket, Delays, Evidence, RelayCount, ReplyGroup, SlowCount, Span};
pub(crate) use known::{IsKnown, Known, KnownRecipients};
pub(crate) use recent::{Recent, end_of, minute_of};
pub use rows::{Number, RowError, RowKind, TallyRow, Text};
pub(crate) use series::Cell;
pub use sketch::{Distinct, Few};
pub use slot::Slot;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::address::Domain;
use crate::event::{Contact, Delivery, Outcome, Source};
use crate::evidence::{Class, class_of};
use crate::near;
use crate::overlap::Hours;
use crate::reason::{Reason, Verdict};
use crate::redact::Redactor;
use crate::time::Timestamp;

use cells::{Answer, AnswerKey, HOUR, RelayHour};
use delays::Taken;
use destination::HostNames;
use names::Names;
use recipients::{Attempt, Recipients, second};
use series::Series;

/// Greylisting younger than this is the normal dance; older it is a fault of the receiver. Seconds.
pub const GREYLISTING_S: f64 = 1800.0;

/// Bytes that are kept of a sample reply: as much as a reader reads.
const SAMPLE_BYTES: usize = 400;

/// The counts of everything read so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    domains: Names,
    hosts: Names,
    relays: Names,
    keys: HashMap<(u32, u32), Counts>,
    known: Known,
    /// Of each reporting host, by its number, the minute of the first attempt in its logs: when these begin.
    began: Vec<i64>,
    /// Domains, by their numbers, whose mail a reporting host delivers itself.
    local: HashSet<u32>,
}

/// The counts of one destination as one reporting host saw it.
#[derive(Debug, Clone, Default)]
struct Counts {
    minutes: Series<Minute>,
    relays: Series<RelayHour>,
    answers: Series<Answer>,
    recipients: Recipients,
    taken: Taken,
    /// When the oldest message that failed here arrived, in seconds since 1970.
    oldest: Option<u32>,
    echoes: u64,
    /// Recipients of echoes.
    echoed: Few,
    /// True when a log tells of it, not bounces alone.
    logged: bool,
}

impl Tally {
    /// Nothing counted.
    pub fn new() -> Tally {
        Tally::default()
    }

    /// Counts one event, with the verdict of the classifier.
    pub fn add(&mut self, event: &Delivery<'_>, verdict: Option<Verdict>) {
        let class = class_of(event, verdict);
        if class.is_none() && event.contact != Contact::Echo {
            if is_local_delivery(event)
                && let Some(domain) = event.domain()
            {
                let number = self.domain_number(domain);
                self.local.insert(number);
            }
            return;
        }
        let Some(domain) = event.domain() else { return };
        let key = (self.domain_number(domain), self.hosts.number(event.host));
        let counts = self.keys.entry(key).or_default();
        counts.logged |= event.source != Source::Dsn;
        let Some(class) = class else {
            counts.echoes += u64::from(event.times);
            counts.echoed.insert(sketched(mailbox(event.recipient)));
            return;
        };
        let time = event.time.as_millis();
        let (minute, hour) = (time.div_euclid(MINUTE), time.div_euclid(HOUR));
        if event.source != Source::Dsn {
            begin(&mut self.began, key.1, minute);
        }
        let offset = u16::try_from(time.rem_euclid(MINUTE)).unwrap_or_default(); // below 60,000

        let relay = if event.relay.host.is_empty() {
            event.relay.ip
        } else {
            event.relay.host
        };
        if !relay.is_empty() {
            let host = self.relays.number(relay);
            let cell = counts.relays.at((hour, host), || RelayHour {
                hour,
                host,
                accepted: 0,
                failed: 0,
            });
            let count = if class == Class::Ok {
                &mut cell.accepted
            } else {
                &mut cell.failed
            };
            *count += u64::from(event.times);
        }
        let minute = counts.minutes.at(minute, || Minute::new(minute));
        if class == Class::Ok {
            minute.add_ok(offset, event.times);
            self.known.add(mailbox(event.recipient));
            counts.taken.add(event);
            return;
        }
        let recipient = mailbox(event.recipient);
        if class.is_recipient_scope() {
            counts
                .recipients
                .add(recipient, class, event.time, Attempt::of(event));
        }
        let arrival = second(time as f64 / 1000.0 - event.delay_s.unwrap_or_default());
        counts.oldest = Some(counts.oldest.map_or(arrival, |oldest| oldest.min(arrival)));
        let slot = slot_at_once(class, event.delay_s);
        // Queue ids are unique on their host only.
        let message = high_half(xxh3_64_with_seed(event.queue_id, xxh3_64(event.host)));
        minute.add_failed(slot, offset, event.times, message, sketched(recipient));
        let key = AnswerKey {
            hour,
            class,
            reply_code: event.reply_code,
            enhanced_status: event.enhanced_status(),
            reason: verdict.map_or(Reason::Unspecified, |verdict| verdict.reason),
            stage: event.stage,
        };
        counts.add_answer(key, event);
    }

    /// Number of a domain, whatever its case.
    fn domain_number(&mut self, domain: &[u8]) -> u32 {
        let domain = domain.strip_suffix(b".").unwrap_or(domain);
        let mut lower = [0; 256];
        match lower.get_mut(..domain.len()) {
            Some(lower) => {
                lower.copy_from_slice(domain);
                lower.make_ascii_lowercase();
                self.domains.number(lower)
            }
            // Longer than RFC 1035 allows: rare, so it may cost an allocation.
            None => self.domains.number(&domain.to_ascii_lowercase()),
        }
    }

    /// The number of the destination of an event; as long as this tally lives it does not change.
    pub(crate) fn destination_of(&mut self, event: &Delivery<'_>) -> Option<u32> {
        event.domain().map(|domain| self.domain_number(domain))
    }

    /// The number of a destination, if anything was counted.
    pub(crate) fn number_of(&self, domain: &Domain) -> Option<u32> {
        self.domains.find(domain.as_bytes())
    }

    /// What is known so far of the destination of that number, up to that minute. `is_known` is true for
    /// recipients that took mail.
    pub(crate) fn evidence_of(
        &self,
        number: u32,
        until: i64,
        is_known: IsKnown<'_>,
    ) -> Option<Evidence> {
        let hosts = 0..self.hosts.len();
        let all: Vec<(&Counts, u32)> = hosts
            .filter_map(|host| Some((self.keys.get(&(number, host))?, began(&self.began, host))))
            .collect();
        if all.is_empty()
            || self.local.contains(&number) && all.iter().all(|(it, _)| it.lacks_user())
        {
            return None;
        }
        let domain = Domain::new(self.domains.name(number));
        let hosts = all.len();
        let relays = &self.relays;
        Some(destination::evidence(
            domain, hosts, &all, until, relays, is_known,
        ))
    }

    /// Forgets what happened before the hour of `time`, but for the number of echoes and for who took mail (8
    /// bytes for each recipient).
    pub fn forget_before(&mut self, time: Timestamp) {
        let hour = time.as_millis().div_euclid(HOUR);
        let day = recipients::day_of(time) - 1; // it says which refusals are news on the next
        for counts in self.keys.values_mut() {
            counts.minutes.retain(|cell| cell.hour() >= hour);
            counts.relays.retain(|cell| cell.hour >= hour);
            counts.answers.retain(|cell| cell.key.hour >= hour);
            counts.recipients.forget_before(day);
            counts.taken.forget_before(time);
            counts.oldest = counts
                .oldest
                .filter(|&second| i64::from(second) * 1000 >= hour * HOUR);
            counts.echoed = Few::default();
        }
    }

    /// Keeps the counts of such destinations; who took mail stays known of all.
    pub(crate) fn retain_domains(&mut self, keep: impl Fn(&[u8]) -> bool) {
        let domains = &self.domains;
        self.keys
            .retain(|&(domain, _), _| keep(domains.name(domain)));
    }

    /// Takes in the counts of another part of the input.
    pub fn merge(&mut self, mut other: Tally) {
        self.known.take(&mut other.known);
        if self.keys.is_empty() && self.began.is_empty() && self.local.is_empty() {
            std::mem::swap(&mut self.known, &mut other.known);
            *self = other;
            return;
        }
        let domains = self.domains.numbers_of(&other.domains);
        let hosts = self.hosts.numbers_of(&other.hosts);
        for (&host, &minute) in hosts.iter().zip(&other.began) {
            begin(&mut self.began, host, minute);
        }
        let relays = self.relays.numbers_of(&other.relays);
        let renamed = |numbers: &[u32], number: u32| {
            numbers.get(number as usize).copied().unwrap_or(u32::MAX)
        };
        let local = other.local.iter().map(|&domain| renamed(&domains, domain));
        self.local.extend(local);
        for ((domain, host), mut counts) in other.keys {
            for cell in counts.relays.cells_mut() {
                cell.host = renamed(&relays, cell.host);
            }
            let key = (renamed(&domains, domain), renamed(&hosts, host));
            self.keys.entry(key).or_default().merge(counts);
        }
    }

    /// Hides people in the samples of answers; the recipients of which they tell are not known here.
    pub(crate) fn redact(&mut self, redactor: &Redactor) {
        for counts in self.keys.values_mut() {
            for answer in counts.answers.cells_mut() {
                let (_, text) = &mut answer.sample;
                if let Cow::Owned(hidden) = redactor.text(text, &[]) {
                    *text = hidden.into();
                }
            }
        }
    }

    /// Attempts by reporting host and hour.
    pub(crate) fn hours(&self) -> BTreeMap<Box<[u8]>, Hours> {
        let mut hosts: BTreeMap<Box<[u8]>, Hours> = BTreeMap::new();
        for (&(_, host), counts) in &self.keys {
            let hours = hosts.entry(self.hosts.name(host).into()).or_default();
            for cells in counts.minutes.cells().chunk_by(|a, b| a.hour() == b.hour()) {
                if let Some(first) = cells.first() {
                    *hours.entry(first.hour()).or_default() +=
                        cells.iter().map(Minute::attempts).sum::<u64>();
                }
            }
        }
        hosts
    }

    /// Moves the recipients that took mail, who are many, to a set that several tallies share.
    pub(crate) fn move_known(&mut self, to: &mut Known) {
        to.take(&mut self.known);
    }

    /// Gives back what was moved.
    pub(crate) fn add_known(&mut self, known: Known) {
        self.known.merge(known);
    }

    /// The destinations, in order of their names, with what each reporting host saw of them.
    pub fn into_destinations(self) -> Vec<Destination> {
        self.into_destinations_and_known().0
    }

    /// The same, and the recipients that took mail.
    pub(crate) fn into_destinations_and_known(self) -> (Vec<Destination>, Arc<KnownRecipients>) {
        let Tally {
            domains,
            hosts,
            relays,
            keys,
            known,
            began,
            local,
        } = self;
        let known = Arc::new(known.into_ordered());
        let mut by_domain: HashMap<u32, Vec<(u32, Counts)>> = HashMap::new();
        for ((domain, host), mut counts) in keys {
            counts.order();
            by_domain.entry(domain).or_default().push((host, counts));
        }
        let names = Arc::new(HostNames {
            hosts,
            relays,
            began,
        });
        let lacks_user = |(_, counts): &(u32, Counts)| counts.lacks_user();
        by_domain
            .retain(|domain, counts| !(local.contains(domain) && counts.iter().all(lacks_user)));
        let mut all: Vec<Destination> = by_domain
            .into_iter()
            .map(|(domain, counts)| {
                Destination::new(Domain::new(domains.name(domain)), counts, &names, &known)
            })
            .collect();
        all.sort_unstable_by(|a, b| a.domain().cmp(b.domain()));
        (all, known)
    }
}

impl Counts {
    fn add_answer(&mut self, key: AnswerKey, event: &Delivery<'_>) {
        let text = event.text;
        // Enough to choose by, and two bytes where a tally travels.
        let hash = (xxh3_64(text) >> (u64::BITS - u16::BITS)) as u16;
        let text = text.get(..SAMPLE_BYTES).unwrap_or(text);
        let answer = self.answers.at(key, || Answer {
            key,
            count: 0,
            given_up: 0,
            sample: (hash, text.into()),
        });
        let times = u64::from(event.times);
        answer.count += times;
        if matches!(event.outcome, Outcome::Bounced | Outcome::Expired) {
            answer.given_up += times;
        }
        if (hash, text) < (answer.sample.0, &*answer.sample.1) {
            answer.sample = (hash, text.into());
        }
    }

    fn merge(&mut self, other: Counts) {
        self.minutes.merge(other.minutes);
        self.relays.merge(other.relays);
        self.answers.merge(other.answers);
        self.recipients.merge(other.recipients);
        self.taken.merge(other.taken);
        self.oldest = [self.oldest, other.oldest].into_iter().flatten().min();
        self.echoes += other.echoes;
        self.echoed.merge(&other.echoed);
        self.logged |= other.logged;
    }

    /// True when nothing was counted but that no host was found for the domain (Exim's `Unrouteable address`). Of a
    /// domain whose mail a reporting host delivers itself that says that it has no such user.
    fn lacks_user(&self) -> bool {
        let no_domain = |answer: &Answer| {
            answer.key.class == Class::Dns && answer.key.reason == Reason::NoSuchDomain
        };
        let failures: u64 = self.answers.cells().iter().map(|answer| answer.count).sum();
        let attempts: u64 = self.minutes.cells().iter().map(Minute::attempts).sum();
        attempts == failures && self.answers.cells().iter().all(no_domain)
    }

    /// Puts the cells in order of time, for good.
    fn order(&mut self) {
        self.minutes.order();
        self.relays.order();
        self.answers.order();
        self.taken.order();
    }
}

/// A delivery to a mailbox of the reporting host, in an Exim log: Postfix calls unknown users of its own domains by that
/// name. What is given to a content filter at a port of this host goes on.
fn is_local_delivery(event: &Delivery<'_>) -> bool {
    event.contact == Contact::None
        && event.outcome == Outcome::Delivered
        && event.relay.port.is_none()
        && event.source == Source::Exim
}

/// Notes an attempt of the host of that number.
fn begin(began: &mut Vec<i64>, host: u32, minute: i64) {
    let host = host as usize;
    if began.len() <= host {
        began.resize(host + 1, i64::MAX);
    }
    if let Some(began) = began.get_mut(host) {
        *began = minute.min(*began);
    }
}

/// When the logs of the host of that number begin, in seconds since 1970; 0 where there are none.
fn began(began: &[i64], host: u32) -> u32 {
    let minute = began.get(host as usize).copied();
    minute
        .filter(|&minute| minute != i64::MAX)
        .map_or(0, |minute| second(minute as f64 * 60.0))
}

/// What an attempt counts as at once; whether a refusal of a recipient is news is known later.
fn slot_at_once(class: Class, delay_s: Option<f64>) -> Slot {
    match class {
        Class::TmpRcpt | Class::PermRcpt => Slot::Neutral,
        Class::Grey if delay_s.is_none_or(|delay| delay < GREYLISTING_S) => Slot::Neutral,
        Class::Grey => Slot::Class(Class::TmpSys),
        class => Slot::Class(class),
    }
}

/// A recipient as a number: letters count in lower case, as mailboxes do in practice.
pub(crate) fn fingerprint(recipient: &[u8]) -> u64 {
    let mut lower = [0; 64]; // to clear more takes longer than most addresses do
    let Some(lower) = lower.get_mut(..recipient.len()) else {
        return xxh3_64(&recipient.to_ascii_lowercase());
    };
    // Eight at a time, without a call; the last eight may overlap those before them.
    match (recipient.last_chunk(), lower.last_chunk_mut()) {
        (Some(last), Some(to)) => {
            *to = near::lower(*last);
            let words = recipient.as_chunks().0.iter();
            for (to, word) in lower.as_chunks_mut().0.iter_mut().zip(words) {
                *to = near::lower(*word);
            }
        }
        _ => {
            for (to, byte) in lower.iter_mut().zip(recipient) {
                *to = byte.to_ascii_lowercase();
            }
        }
    }
    xxh3_64(lower)
}

/// A recipient in the counts of a tally: the upper 36 bits of its fingerprint. Tallies that travel hold one for each
/// recipient that took mail, and bits cost; beside ten million recipients that took mail, one stranger in
/// 7,000 is taken for one of them.
pub(crate) fn mailbox(recipient: &[u8]) -> u64 {
    fingerprint(recipient) >> (u64::BITS - MAILBOX_BITS)
}

/// Bits of [`mailbox`].
pub(crate) const MAILBOX_BITS: u32 = 36;

/// What the sketches of minutes keep of a recipient: 32 of its bits.
#[expect(clippy::cast_possible_truncation, reason = "32 bits are left")]
const fn sketched(mailbox: u64) -> u32 {
    (mailbox >> (MAILBOX_BITS - u32::BITS)) as u32
}

const fn high_half(hash: u64) -> u32 {
    (hash >> 32) as u32
}
