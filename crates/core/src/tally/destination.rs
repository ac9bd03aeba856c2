//! One destination after the merge: compact, with what each reporting host saw of it.

use std::borrow::Cow;
use std::sync::Arc;

use super::cells::{DAY, MINUTE, Minute};
use super::evidence::{Bucket, Evidence, RelayCount};
use super::known::{IsKnown, KnownRecipients};
use super::names::Names;
use super::{Counts, Slot};
use crate::address::Domain;
use crate::time::Timestamp;

/// Names of the hosts that stand in counts as numbers.
#[derive(Debug)]
pub(super) struct HostNames {
    /// Reporting hosts.
    pub(super) hosts: Names,
    /// MX hosts.
    pub(super) relays: Names,
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

    /// The hosts of ours that sent to it, in order of their names.
    pub fn hosts(&self) -> impl Iterator<Item = &[u8]> {
        self.counts
            .iter()
            .map(|&(host, _)| self.names.hosts.name(host))
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

    /// True when bounces alone tell of it: then only failures are known.
    pub fn is_known_from_bounces_alone(&self) -> bool {
        self.counts.iter().all(|(_, counts)| !counts.logged)
    }

    /// All that is known of it, reporting hosts merged.
    pub fn evidence(&self) -> Evidence {
        pool(self.domain.clone(), [self])
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

    /// Minutes with attempts by reporting host, each in order of time.
    pub(crate) fn minutes(&self) -> impl Iterator<Item = (&[u8], &[Minute])> {
        self.counts
            .iter()
            .map(|(host, counts)| (self.names.hosts.name(*host), counts.minutes.cells()))
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
    let mut whole: Option<(Cow<'d, Counts>, &'d Destination)> = None;
    let mut hosts: Vec<&[u8]> = Vec::new();
    for member in members {
        hosts.extend(member.hosts());
        for (_, counts) in &member.counts {
            match &mut whole {
                None => whole = Some((Cow::Borrowed(counts), member)),
                Some((sum, _)) => sum.to_mut().merge(counts.clone()),
            }
        }
    }
    hosts.sort_unstable();
    hosts.dedup();
    let Some((mut counts, member)) = whole else {
        let (counts, names) = (Counts::default(), Names::default());
        return evidence(domain, 0, &counts, i64::MAX, &names, &|_| false);
    };
    if let Cow::Owned(counts) = &mut counts {
        counts.order();
    }
    let is_known = |recipient| member.known.contains(recipient);
    let names = &member.names.relays;
    evidence(domain, hosts.len(), &counts, i64::MAX, names, &is_known)
}

/// The evidence of counts that are in order, as so many reporting hosts saw them. Attempts of the minutes after
/// `until` are left out, and have no say in which refusals before them are news.
pub(super) fn evidence(
    domain: Domain,
    hosts: usize,
    counts: &Counts,
    until: i64,
    relays: &Names,
    is_known: IsKnown<'_>,
) -> Evidence {
    let minutes = counts.minutes.cells();
    let minutes = minutes.get(..minutes.partition_point(|cell| cell.number <= until));
    let minutes = minutes.unwrap_or_default().iter();
    let mut days: Vec<i64> = minutes
        .clone()
        .map(|cell| cell.number.div_euclid(DAY / MINUTE))
        .collect();
    days.dedup();
    let mut buckets: Vec<Bucket> = minutes.map(super::evidence::bucket).collect();
    for fresh in counts.recipients.fresh(is_known, &days, until) {
        let minute = fresh.time.as_millis().div_euclid(MINUTE);
        if let Ok(place) = buckets.binary_search_by_key(&minute, |bucket| bucket.minute)
            && let Some(bucket) = buckets.get_mut(place)
        {
            bucket.count_fresh(&fresh);
        }
    }
    if !counts.logged {
        // Bounces do not tell who took mail.
        for bucket in &mut buckets {
            bucket.strangers = 0;
        }
    }
    let mut relays: Vec<RelayCount> = counts
        .relays
        .cells()
        .iter()
        .map(|cell| RelayCount {
            hour: cell.hour,
            host: relays.name(cell.host).into(),
            accepted: cell.accepted,
            failed: cell.failed,
        })
        .collect();
    relays.sort_unstable_by(|a, b| (a.hour, &a.host).cmp(&(b.hour, &b.host)));
    let answers = counts.answers.cells().iter();
    Evidence {
        domain,
        hosts,
        buckets,
        replies: answers.map(super::evidence::reply_group).collect(),
        relays,
        delays: counts.taken.delays(),
        echoes: counts.echoes,
        bounces_only: !counts.logged,
    }
}
