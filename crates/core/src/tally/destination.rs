//! One destination after the merge: compact, with what each reporting host saw of it.

use std::borrow::Cow;
use std::sync::Arc;

use super::cells::{Answer, DAY, MINUTE, Minute, RelayHour};
use super::delays::Taken;
use super::evidence::{Bucket, Evidence, RelayCount, ReplyGroup};
use super::known::{IsKnown, KnownRecipients};
use super::names::Names;
use super::recipients::Recipients;
use super::{Counts, Distinct, Few, Slot};
use crate::address::Domain;
use crate::time::Timestamp;

/// Names of the hosts that stand in counts as numbers.
#[derive(Debug)]
pub(super) struct HostNames {
    /// Reporting hosts.
    pub(super) hosts: Names,
    /// MX hosts.
    pub(super) relays: Names,
    /// Of each reporting host the minute in which its log begins.
    pub(super) began: Vec<i64>,
}

/// One destination in compact form: its [`Evidence`] is ten times as large, so make it when it is wanted.
#[derive(Debug, Clone)]
pub struct Destination {
    domain: Domain,
    /// By reporting host, in order of their names.
    counts: Vec<(u32, Counts)>,
    names: Arc<HostNames>,
    /// Recipients of all destinations that took mail.
    known: Arc<KnownRecipients>,
}

/// Attempts by [`Slot::index`]. Of recipients refused it is not known here which are news: all are neutral.
pub(crate) type Many = [u64; Slot::COUNT];

impl Destination {
    pub(super) fn new(
        domain: Domain,
        mut counts: Vec<(u32, Counts)>,
        names: &Arc<HostNames>,
        known: &Arc<KnownRecipients>,
    ) -> Destination {
        counts.sort_unstable_by(|(a, _), (b, _)| names.hosts.name(*a).cmp(names.hosts.name(*b)));
        Destination {
            domain,
            counts,
            names: Arc::clone(names),
            known: Arc::clone(known),
        }
    }

    /// Its domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The hosts of ours that sent to it, in order of their names: those whose logs tell of it. A host that only
    /// bounces name may be anybody's.
    pub fn hosts(&self) -> impl Iterator<Item = &[u8]> {
        self.logged().map(|(host, _)| host)
    }

    fn logged(&self) -> impl Iterator<Item = (&[u8], &Counts)> {
        let logged = self.counts.iter().filter(|(_, counts)| counts.logged);
        logged.map(|(host, counts)| (self.names.hosts.name(*host), counts))
    }

    /// The hosts that took its mail or refused it, by name (by address where there is none), with the number of
    /// attempts; a name comes once for each hour and reporting host.
    pub fn relays(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let cells = self
            .counts
            .iter()
            .flat_map(|(_, counts)| counts.relays.cells());
        cells.map(|cell| {
            let attempts = cell.accepted + cell.failed;
            (self.names.relays.name(cell.host), attempts)
        })
    }

    /// True when it ever took mail.
    pub(crate) fn has_accepted(&self) -> bool {
        let mut minutes = self.counts.iter().flat_map(|(_, it)| it.minutes.cells());
        minutes.any(|minute| minute.ok > 0)
    }

    /// Accepted attempts, and distinct messages that failed (an estimate beyond some hundreds).
    pub(crate) fn accepted_and_failing_messages(&self) -> (u64, u64) {
        let minutes = || self.counts.iter().flat_map(|(_, it)| it.minutes.cells());
        let accepted = minutes().map(|minute| u64::from(minute.ok)).sum();
        let failed = minutes().filter_map(|minute| minute.failed.as_deref());
        let messages = Distinct::union_of(failed.map(|failed| &failed.messages)).count();
        (accepted, messages)
    }

    /// True when bounces alone tell of it: then only failures are known.
    pub fn is_known_from_bounces_alone(&self) -> bool {
        self.counts.iter().all(|(_, counts)| !counts.logged)
    }

    /// All that is known of it, reporting hosts merged.
    pub fn evidence(&self) -> Evidence {
        pool(self.domain.clone(), [self])
    }

    /// What one reporting host saw of it.
    pub(crate) fn evidence_from(&self, host: &[u8]) -> Evidence {
        let own = self
            .counts
            .iter()
            .filter(|(number, counts)| counts.logged && self.names.hosts.name(*number) == host);
        let all: Vec<(&Counts, u32)> = own
            .map(|(number, counts)| (counts, super::began(&self.names.began, *number)))
            .collect();
        let is_known = |recipient| self.known.contains(recipient);
        let relays = &self.names.relays;
        evidence(self.domain.clone(), 1, &all, i64::MAX, relays, &is_known)
    }

    /// What is known of several destinations, taken as one with the name `domain`.
    ///
    /// ```
    /// # use mailgap_core::{address::Domain, tally::Destination};
    /// let evidence = Destination::pool(Domain::new(b"operator.example"), &[]);
    /// assert_eq!(evidence.buckets, []);
    /// ```
    pub fn pool(domain: Domain, members: &[&Destination]) -> Evidence {
        pool(domain, members.iter().copied())
    }

    /// Minutes with attempts by reporting host, each in order of time; of those that bounces alone name, none.
    pub(crate) fn minutes(&self) -> impl Iterator<Item = (&[u8], &[Minute])> {
        self.logged()
            .map(|(host, counts)| (host, counts.minutes.cells()))
    }

    /// Attempts in the minutes from the one to the other, by reporting host.
    pub(crate) fn between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = (&[u8], Many)> {
        let minute = |time: Timestamp| time.as_millis().div_euclid(MINUTE);
        let (from, to) = (minute(from), minute(to));
        self.minutes().map(move |(host, minutes)| {
            let begin = minutes.partition_point(|cell| cell.number < from);
            let end = minutes.partition_point(|cell| cell.number <= to);
            let mut sum = Many::default();
            for cell in minutes.get(begin..end).unwrap_or_default() {
                for (sum, n) in sum.iter_mut().zip(cell.counts()) {
                    *sum += u64::from(n);
                }
            }
            (host, sum)
        })
    }
}

/// The evidence of these, as of one.
fn pool<'d>(domain: Domain, members: impl IntoIterator<Item = &'d Destination>) -> Evidence {
    let mut all: Vec<(&Counts, u32)> = Vec::new();
    let mut hosts: Vec<&[u8]> = Vec::new();
    let mut any: Option<&Destination> = None;
    for member in members {
        hosts.extend(member.hosts());
        let began = |host: u32| super::began(&member.names.began, host);
        all.extend(
            member
                .counts
                .iter()
                .map(|(host, counts)| (counts, began(*host))),
        );
        any = Some(member);
    }
    hosts.sort_unstable();
    hosts.dedup();
    let Some(member) = any else {
        return evidence(domain, 0, &[], i64::MAX, &Names::default(), &|_| false);
    };
    let is_known = |recipient| member.known.contains(recipient);
    let names = &member.names.relays;
    evidence(domain, hosts.len().max(1), &all, i64::MAX, names, &is_known)
}

/// The evidence of these counts together, as so many reporting hosts saw them; with each of them stands when the log of
/// its host begins, in seconds since 1970. Attempts of the minutes after `until` are left out, and have no say in which
/// refusals before them are news. Nothing large is copied.
pub(super) fn evidence(
    domain: Domain,
    hosts: usize,
    of_hosts: &[(&Counts, u32)],
    until: i64,
    relays: &Names,
    is_known: IsKnown<'_>,
) -> Evidence {
    let all: Vec<&Counts> = of_hosts.iter().map(|&(counts, _)| counts).collect();
    let mut minutes: Vec<&Minute> = all.iter().flat_map(|it| it.minutes.cells()).collect();
    // Runs that are in order, one for each part: sorting joins them.
    minutes.sort_by_key(|cell| cell.number);
    minutes.truncate(minutes.partition_point(|cell| cell.number <= until));
    let mut buckets: Vec<Bucket> = minutes
        .chunk_by(|a, b| a.number == b.number)
        .filter_map(super::evidence::bucket)
        .collect();
    let mut days: Vec<i64> = buckets
        .iter()
        .map(|bucket| bucket.minute.div_euclid(DAY / MINUTE))
        .collect();
    days.dedup();
    let (recipients, began) = recipients(of_hosts);
    for fresh in recipients.fresh(is_known, &days, until, began) {
        let minute = fresh.time.as_millis().div_euclid(MINUTE);
        if let Ok(place) = buckets.binary_search_by_key(&minute, |bucket| bucket.minute)
            && let Some(bucket) = buckets.get_mut(place)
        {
            bucket.count_fresh(&fresh);
        }
    }
    let logged = all.iter().any(|counts| counts.logged);
    if !logged {
        // Bounces do not tell who took mail.
        for bucket in &mut buckets {
            bucket.strangers = 0;
        }
    }
    Evidence {
        domain,
        hosts,
        buckets,
        replies: replies(&all),
        relays: relay_counts(&all, relays),
        delays: taken(&all).delays(),
        oldest: all
            .iter()
            .filter_map(|counts| counts.oldest)
            .min()
            .map(|second| Timestamp::from_millis(i64::from(second) * 1000)),
        echoes: all.iter().map(|counts| counts.echoes).sum(),
        echoed: all.iter().fold(Few::default(), |mut sum, counts| {
            sum.merge(&counts.echoed);
            sum
        }),
        bounces_only: !logged,
    }
}

/// Who was refused, and the time (seconds since 1970) before which a message is older than the log.
fn recipients<'c>(all: &[(&'c Counts, u32)]) -> (Cow<'c, Recipients>, u32) {
    if let [(counts, began)] = all {
        return (Cow::Borrowed(&counts.recipients), *began);
    }
    let mut sum = Recipients::default();
    for (counts, began) in all {
        let mut own = counts.recipients.clone();
        own.settle_arrivals(*began);
        sum.merge(own);
    }
    (Cow::Owned(sum), 1)
}

fn taken(all: &[&Counts]) -> Taken {
    let mut sum = Taken::default();
    for counts in all {
        sum.merge(counts.taken.clone());
    }
    sum.order();
    sum
}

fn replies(all: &[&Counts]) -> Vec<ReplyGroup> {
    let mut answers: Vec<&Answer> = all.iter().flat_map(|it| it.answers.cells()).collect();
    answers.sort_by_key(|answer| answer.key);
    let same = answers.chunk_by(|a, b| a.key == b.key);
    same.filter_map(super::evidence::reply_group).collect()
}

fn relay_counts(all: &[&Counts], names: &Names) -> Vec<RelayCount> {
    let mut cells: Vec<&RelayHour> = all.iter().flat_map(|it| it.relays.cells()).collect();
    cells.sort_by(|a, b| {
        let name = |cell: &RelayHour| names.name(cell.host);
        a.hour.cmp(&b.hour).then_with(|| name(a).cmp(name(b)))
    });
    let same = cells.chunk_by(|a, b| (a.hour, a.host) == (b.hour, b.host));
    same.filter_map(|cells| {
        let first = cells.first()?;
        Some(RelayCount {
            hour: first.hour,
            host: names.name(first.host).into(),
            accepted: cells.iter().map(|cell| cell.accepted).sum(),
            failed: cells.iter().map(|cell| cell.failed).sum(),
        })
    })
    .collect()
}
