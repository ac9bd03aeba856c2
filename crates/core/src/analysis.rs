//! From what was read to the answer: numbered outages, the incidents that they belong to, and what became of the
//! messages.
//!
//! [`Survey::analyze`] judges each destination by its evidence ([`outage`](crate::outage)), joins outages with one cause
//! ([`incident`]), limits the result to the time of the report ([`period`](crate::period)), numbers the
//! outages by their importance, and lays the fates of messages on them ([`fate`]).

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use crate::address::Domain;
use crate::coverage::Coverage;
use crate::fate::{
    self, Attribution, Counts, DestinationProfile, Ledger, OutageFates, Pending, attribute,
};
use crate::incident::{self, Basis, Incident, Incidents, Scope};
use crate::operator::{Operator, Operators};
use crate::outage::{Findings, Outage, OutageId, OutageType, Prior, Standing, find_among};
use crate::period::Period;
use crate::survey::Survey;
use crate::tally::{Destination, Evidence};
use crate::time::Timestamp;

/// How outages are judged and joined.
#[derive(Debug, Clone)]
pub struct AnalysisOptions {
    /// Domains that belong together, beside those whose MX hosts say so.
    pub operators: Operators,
    /// How long the sending mail system keeps trying before it gives up, in seconds. The default is five days, as in
    /// Postfix's `maximal_queue_lifetime`.
    pub queue_lifetime_s: f64,
}

impl Default for AnalysisOptions {
    fn default() -> Self {
        AnalysisOptions {
            operators: Operators::new(),
            queue_lifetime_s: 5.0 * 86_400.0,
        }
    }
}

/// The answer: when each destination was not taking mail, and what became of the messages.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Analysis {
    /// What was read, and how much of it was understood.
    pub coverage: Coverage,
    /// All outages, the one that concerns most people first; [`OutageId`] is their number in this order, from 1.
    pub outages: Vec<AnalyzedOutage>,
    /// All incidents; every outage belongs to one. In the order of the outages.
    pub incidents: Vec<AnalyzedIncident>,
    /// Destinations that never once worked.
    pub unreachable: Vec<Standing>,
    /// Destinations that fail at a steady share from first to last.
    pub chronic: Vec<Standing>,
    /// Failures of too few messages or recipients to tell what was wrong.
    pub minor: Vec<Standing>,
    /// Who runs the MX hosts of the destinations; members are indexes of [`destinations`](Self::destinations).
    pub operators: Vec<Operator>,
    /// All destinations with all that is known of them, in order of their names.
    pub destinations: Vec<Destination>,
    /// The fates of recipients, in order of arrival.
    pub fates: Ledger,
    /// One attribution per fate, in the order of [`Ledger::iter`].
    pub attributions: Vec<Attribution>,
    /// Attempts that say something about a destination.
    pub attempts: u64,
    /// Destinations with such attempts.
    pub attempted: u64,
    /// The destinations with what the report is about, where that is less than all that is known.
    reported: Option<Vec<Destination>>,
}

/// An outage with its number, and with what is known about its destination and its messages.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AnalyzedOutage {
    /// Its number.
    pub id: OutageId,
    /// When it was, what was answered, and on how much evidence.
    pub outage: Outage,
    /// The index of its destination in [`Analysis::destinations`].
    pub destination: usize,
    /// Who runs the MX hosts of its destination.
    pub operator: Option<Domain>,
    /// How long it lasted.
    pub length: Length,
    /// The last attempt at its destination.
    pub last_attempt: Option<LastAttempt>,
    /// True when another outage of the same destination followed.
    pub is_past: bool,
    /// What became of the messages that failed in it; `None` where messages were not followed.
    pub fates: Option<OutageFates>,
    /// What is left to do about its messages.
    pub aftermath: Aftermath,
}

/// Outages with one cause.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AnalyzedIncident {
    /// Its number: 1 for the most important.
    pub id: usize,
    /// What the outages have in common.
    pub scope: Scope,
    /// How that is known.
    pub basis: Basis,
    /// The name of the operator or of the destination; of our own side, the names of its hosts, or `sender` for all.
    pub name: String,
    /// Destinations concerned, in order of their names; some may have had too little traffic for an outage.
    pub domains: Vec<Domain>,
    /// How many destinations of the same operator (operators, where our own side failed) had attempts meanwhile.
    pub active: usize,
    /// Our hosts that alone saw it; empty when all did.
    pub from_hosts: Vec<Box<[u8]>>,
    /// Its outages, in order of their numbers.
    pub outages: Vec<OutageId>,
    /// All of it as one outage. Its domain is the name of the operator or the destination; of our own side it is empty.
    pub total: Outage,
    /// How long it lasted.
    pub length: Length,
    /// The last attempt at any of its destinations.
    pub last_attempt: Option<LastAttempt>,
    /// What became of the messages that failed in it; `None` where messages were not followed.
    pub fates: Option<Counts>,
    /// What is left to do about its messages.
    pub aftermath: Aftermath,
}

/// How long something lasted, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Length {
    /// What the attempts show: from the latest moment at which it may have begun to the earliest at which it may have
    /// ended, or to the last failed attempt where no end is known.
    #[cfg_attr(feature = "serde", serde(rename = "least"))]
    pub least_s: f64,
    /// From the earliest beginning to the latest end; `None` where the log does not show both.
    #[cfg_attr(feature = "serde", serde(rename = "most"))]
    pub most_s: Option<f64>,
}

/// The last attempt at a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastAttempt {
    /// When it was.
    pub time: Timestamp,
    /// True when it was accepted.
    pub accepted: bool,
    /// When the last attempt failed, which may be an earlier one.
    pub failed: Option<Timestamp>,
}

/// What an outage leaves to do about its messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Aftermath {
    /// Messages that it bounced or let expire, counted by recipient: rows of [`fate::resend`].
    pub resend: u64,
    /// Addresses that nothing but the outage refused: rows of [`fate::reinstate`].
    pub reinstate: u64,
    /// Messages that are still queued; `None` when there are none.
    pub waiting: Option<Waiting>,
}

/// Messages that are still queued at the end of the log and will be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Waiting {
    /// How many messages, whatever the number of their recipients.
    pub messages: u64,
    /// When the first of them will be given up.
    pub first_expires: Timestamp,
}

/// What was found about one destination.
#[derive(Debug, Clone)]
pub struct DestinationFindings {
    /// Its name.
    pub domain: Domain,
    /// Its outages, and what else its evidence says.
    pub findings: Findings,
    /// Attempts within the time of the report.
    pub attempts: u64,
    /// Its last attempt in the log.
    pub last_attempt: Option<LastAttempt>,
    /// Outages before the time of the report: they show what is not normal.
    pub past: Vec<Outage>,
}

impl Survey {
    /// Judges what was read. It runs on the current thread pool of rayon.
    ///
    /// ```
    /// use mailgap_core::{analysis::AnalysisOptions, survey::Survey};
    ///
    /// let analysis = Survey::default().analyze(&AnalysisOptions::default());
    /// assert!(analysis.outages.is_empty()); // nothing was read
    /// ```
    pub fn analyze(self, options: &AnalysisOptions) -> Analysis {
        self.analyze_with(options, &|_| ()).0
    }

    /// Like [`analyze`](Self::analyze), and asks `examine` about the evidence of each destination within the time of the
    /// report, while it is at hand: evidence is large, and made anew each time that it is asked for. The answers come
    /// in the order of [`Analysis::destinations`].
    pub fn analyze_with<T: Send>(
        self,
        options: &AnalysisOptions,
        examine: &(dyn Fn(&Evidence) -> T + Sync),
    ) -> (Analysis, Vec<T>) {
        let Survey {
            coverage,
            destinations,
            known_span,
            reported,
            fates,
            follows_messages,
        } = self;
        let mut analysis = Analysis {
            coverage,
            destinations,
            reported,
            ..Analysis::default()
        };
        let Some(span) = analysis.coverage.span else {
            analysis.attributions = attribute(&fates, &[], 0).fates;
            analysis.fates = fates;
            return (analysis, Vec::new());
        };
        let known_span = known_span.unwrap_or(span);
        let (found, examined) = analysis.find(known_span, examine);
        let (found, incidents) = analysis.join(found, options, known_span);
        let numbers = Numbers::of(&found);
        let profiles = analysis.profiles(&found, &numbers);
        let attributions = attribute(&fates, &profiles, numbers.count);
        analysis.fates = fates;
        analysis.attributions = attributions.fates;
        let followed = follows_messages.then(|| Followed {
            aftermaths: analysis.aftermaths(options.queue_lifetime_s, numbers.count),
            fates: attributions.outages,
        });
        analysis.number(found, incidents, &numbers, followed.as_ref());
        (analysis, examined)
    }
}

impl Analysis {
    /// The answer from findings that were made elsewhere: `found` are those of the destinations in order of their names,
    /// `incidents` what [`incident::judge`] made of them. No messages are followed.
    pub fn of_findings(
        found: Vec<DestinationFindings>,
        incidents: Incidents,
        coverage: Coverage,
    ) -> Analysis {
        let mut analysis = Analysis {
            coverage,
            ..Analysis::default()
        };
        let numbers = Numbers::of(&found);
        analysis.number(found, incidents, &numbers, None);
        analysis
    }

    /// The outages of an incident, in order of their numbers.
    pub fn outages_of(&self, incident: &AnalyzedIncident) -> impl Iterator<Item = &AnalyzedOutage> {
        incident.outages.iter().filter_map(|id| self.outage(*id))
    }

    /// The outage with this number.
    pub fn outage(&self, id: OutageId) -> Option<&AnalyzedOutage> {
        self.outages.get(id.index())
    }

    /// What is known of a destination within the time of the report.
    pub fn evidence(&self, destination: &Destination) -> Evidence {
        self.reported_evidence(destination)
            .unwrap_or_else(|| destination.evidence())
    }

    /// The part of the evidence that the report is about; `None` where that is all.
    fn reported_evidence(&self, destination: &Destination) -> Option<Evidence> {
        let all = self.reported.as_deref()?;
        let domain = destination.domain();
        let found = index_of(all, domain).and_then(|index| all.get(index));
        Some(found.map_or_else(
            || Destination::pool(domain.clone(), &[]),
            Destination::evidence,
        ))
    }

    /// Judges each destination by itself.
    fn find<T: Send>(
        &self,
        known_span: (Timestamp, Timestamp),
        examine: &(dyn Fn(&Evidence) -> T + Sync),
    ) -> (Vec<DestinationFindings>, Vec<T>) {
        let prior = Prior::of(&self.destinations);
        self.destinations
            .par_iter()
            .map(|destination| {
                let evidence = destination.evidence();
                let reported = self.reported_evidence(destination);
                let reported = reported.as_ref().unwrap_or(&evidence);
                let findings = find_among(&evidence, known_span, prior);
                let counts = reported.buckets.iter().flat_map(|bucket| bucket.counts);
                let found = DestinationFindings {
                    attempts: counts.map(u64::from).sum(),
                    last_attempt: LastAttempt::of(&evidence),
                    ..DestinationFindings::new(evidence.domain.clone(), findings)
                };
                (found, examine(reported))
            })
            .unzip()
    }

    /// Joins outages with one cause, and drops what lies outside the time of the report.
    fn join(
        &self,
        mut found: Vec<DestinationFindings>,
        options: &AnalysisOptions,
        known_span: (Timestamp, Timestamp),
    ) -> (Vec<DestinationFindings>, Incidents) {
        let destinations = &self.destinations;
        // Without a history everything that is known is reported.
        let span = self.coverage.span.filter(|_| self.reported.is_some());
        let period = span.map(|(first, last)| Period { first, last });
        let take = |found: &mut DestinationFindings| std::mem::take(&mut found.findings);
        let mut findings: Vec<Findings> = found.iter_mut().map(take).collect();
        incident::add_outages_of_hosts(destinations, &mut findings, known_span);
        if let Some(period) = &period {
            for (found, findings) in found.iter_mut().zip(&mut findings) {
                found.past = period.limit_outages(findings, found.has_attempts());
            }
        }
        let (mut findings, mut incidents) =
            incident::judge(destinations, findings, &options.operators, known_span);
        if let Some(period) = &period {
            for (found, findings) in found.iter().zip(&mut findings) {
                period.limit_standings(findings, found.has_attempts());
            }
            period.limit_incidents(&mut incidents, |domain| {
                let found = index_of(destinations, domain).and_then(|index| found.get(index));
                found.is_some_and(DestinationFindings::has_attempts)
            });
        }
        for (found, findings) in found.iter_mut().zip(findings) {
            found.findings = findings;
        }
        (found, incidents)
    }

    /// What the fates of messages are judged by, of the destinations with outages.
    fn profiles(
        &self,
        found: &[DestinationFindings],
        numbers: &Numbers,
    ) -> Vec<DestinationProfile> {
        let all = self.destinations.par_iter().zip(found).zip(&numbers.ids);
        let with_outages = all.filter(|(_, ids)| !ids.is_empty());
        let profiles = with_outages.map(|((destination, found), ids)| {
            let own = found
                .findings
                .outages
                .iter()
                .zip(ids.iter().copied().map(Some));
            let past = found.past.iter().map(|outage| (outage, None));
            let mut outages: Vec<(&Outage, Option<OutageId>)> = past.chain(own).collect();
            outages.sort_by_key(|(outage, _)| outage.start.time);
            let evidence = destination.evidence();
            let reported = self.reported_evidence(destination);
            DestinationProfile::new(&evidence, reported.as_ref().unwrap_or(&evidence), &outages)
        });
        profiles.collect()
    }

    /// What each outage leaves to do, in order of their numbers.
    fn aftermaths(&self, lifetime_s: f64, outages: usize) -> Vec<Aftermath> {
        let (fates, attributions) = (&self.fates, &self.attributions[..]);
        let mut all = vec![Aftermath::default(); outages];
        let mut at = |id: OutageId, add: &dyn Fn(&mut Aftermath)| {
            if let Some(aftermath) = all.get_mut(id.index()) {
                add(aftermath);
            }
        };
        for (_, attribution) in fate::resend(fates, attributions) {
            if let Some(id) = attribution.outage {
                at(id, &|aftermath| aftermath.resend += 1);
            }
        }
        for (id, addresses) in fate::reinstate_by_outage(fates, attributions) {
            at(id, &|aftermath| aftermath.reinstate = addresses);
        }
        for (id, waiting) in self.waiting(lifetime_s) {
            at(id, &|aftermath| aftermath.waiting = Some(waiting));
        }
        all
    }

    /// What will expire of each outage, and when; not before the end of the log.
    fn waiting(&self, lifetime_s: f64) -> BTreeMap<OutageId, Waiting> {
        let last = self.coverage.span.map(|(_, last)| last).unwrap_or_default();
        // What expires makes a bounce: of which none came by then was delivered, or no bounce tells.
        let bounces_alone = self.coverage.lines.delivery == 0;
        let mut all: BTreeMap<OutageId, Waiting> = BTreeMap::new();
        let mut messages = HashSet::new();
        for Pending {
            fate,
            attribution,
            expires,
        } in fate::pending(&self.fates, &self.attributions, lifetime_s)
        {
            let Some(id) = attribution.outage else {
                continue;
            };
            if bounces_alone && expires <= last {
                continue;
            }
            let waiting = all.entry(id).or_insert(Waiting {
                messages: 0,
                first_expires: expires.max(last), // they come in order of time
            });
            // Of a bounce without a queue id, nothing tells its message from others.
            let recipient = if fate.queue_id.is_empty() {
                fate.recipient
            } else {
                b""
            };
            let is_new = messages.insert((id, fate.host, fate.queue_id, recipient));
            waiting.messages += u64::from(is_new);
        }
        all
    }

    /// Puts numbered outages, incidents and standings in their order.
    fn number(
        &mut self,
        found: Vec<DestinationFindings>,
        incidents: Incidents,
        numbers: &Numbers,
        followed: Option<&Followed>,
    ) {
        let operators: HashMap<usize, &Operator> = incidents
            .operators
            .iter()
            .flat_map(|operator| {
                operator
                    .members
                    .iter()
                    .map(move |&member| (member, operator))
            })
            .collect();
        let mut last_attempts = HashMap::new();
        for (index, (found, ids)) in found.into_iter().zip(&numbers.ids).enumerate() {
            self.attempts += found.attempts;
            self.attempted += u64::from(found.has_attempts());
            let last_attempt = found.last_attempt;
            last_attempts.extend(last_attempt.map(|last| (found.domain, last)));
            let findings = found.findings;
            let last_id = ids.last().copied();
            for (outage, &id) in findings.outages.into_iter().zip(ids) {
                let fates = followed.and_then(|it| it.fates.get(id.index()));
                let aftermath = followed.and_then(|it| it.aftermaths.get(id.index()));
                self.outages.push(AnalyzedOutage {
                    id,
                    destination: index,
                    operator: operators.get(&index).map(|operator| operator.name.clone()),
                    length: Length::of(&outage, last_attempt),
                    outage,
                    last_attempt,
                    is_past: last_id != Some(id),
                    fates: fates.cloned(),
                    aftermath: aftermath.copied().unwrap_or_default(),
                });
            }
            self.unreachable.extend(findings.unreachable);
            self.chronic.extend(findings.chronic);
            self.minor.extend(findings.minor);
        }
        self.outages.sort_by_key(|outage| outage.id);
        for standings in [&mut self.unreachable, &mut self.chronic, &mut self.minor] {
            standings.sort_by(|a, b| a.rank().cmp(&b.rank()));
        }
        let mut all: Vec<AnalyzedIncident> = incidents
            .all
            .into_iter()
            .map(|incident| self.incident(incident, numbers, &last_attempts))
            .collect();
        all.sort_by(|a, b| a.rank().cmp(&b.rank()));
        for (id, incident) in (1..).zip(&mut all) {
            incident.id = id;
        }
        self.incidents = all;
        self.operators = incidents.operators;
    }

    /// An incident with the numbers of its outages.
    fn incident(
        &self,
        incident: Incident,
        numbers: &Numbers,
        last_attempts: &HashMap<Domain, LastAttempt>,
    ) -> AnalyzedIncident {
        let mut outages: Vec<OutageId> = incident
            .outages
            .iter()
            .filter_map(|&(destination, number)| numbers.ids.get(destination)?.get(number).copied())
            .collect();
        outages.sort_unstable();
        let own = || outages.iter().filter_map(|&id| self.outage(id));
        let name = name_of(&incident);
        let alone = match outages[..] {
            [id] if incident.scope == Scope::Domain => self.outage(id),
            _ => None,
        };
        let total = alone.map_or(incident.total, |alone| alone.outage.clone());
        let last_attempt = match alone {
            Some(alone) => alone.last_attempt,
            None => LastAttempt::latest(
                incident
                    .domains
                    .iter()
                    .filter_map(|it| last_attempts.get(it).copied()),
            ),
        };
        let fates: Vec<&Counts> = own()
            .filter_map(|outage| Some(&outage.fates.as_ref()?.total))
            .collect();
        let fates = (!fates.is_empty()).then(|| Counts::sum(fates));
        let aftermath = Aftermath::sum(own().map(|outage| outage.aftermath));
        AnalyzedIncident {
            id: 0, // given by the order of all
            scope: incident.scope,
            basis: incident.basis,
            name,
            domains: incident.domains,
            active: incident.active,
            from_hosts: incident.from_hosts,
            length: Length::of(&total, last_attempt),
            total,
            last_attempt,
            fates,
            aftermath,
            outages,
        }
    }
}

/// What became of the messages of each outage, in order of their numbers.
struct Followed {
    fates: Vec<OutageFates>,
    aftermaths: Vec<Aftermath>,
}

/// The numbers of the outages of each destination.
struct Numbers {
    ids: Vec<Vec<OutageId>>,
    count: usize,
}

impl Numbers {
    fn of(found: &[DestinationFindings]) -> Numbers {
        let mut all: Vec<(usize, usize, &Outage)> = Vec::new();
        for (destination, found) in found.iter().enumerate() {
            let own = found.findings.outages.iter().enumerate();
            all.extend(own.map(|(number, outage)| (destination, number, outage)));
        }
        all.sort_by(|(.., a), (.., b)| a.rank().cmp(&b.rank()));
        let none =
            |found: &DestinationFindings| vec![OutageId::FIRST; found.findings.outages.len()];
        let mut ids: Vec<Vec<OutageId>> = found.iter().map(none).collect();
        for (index, &(destination, number, _)) in all.iter().enumerate() {
            let id = ids.get_mut(destination).and_then(|own| own.get_mut(number));
            if let Some(id) = id {
                *id = OutageId::of_index(index);
            }
        }
        Numbers {
            ids,
            count: all.len(),
        }
    }
}

/// The index of a destination in a list in order of names.
fn index_of(destinations: &[Destination], domain: &Domain) -> Option<usize> {
    destinations
        .binary_search_by(|it| it.domain().cmp(domain))
        .ok()
}

/// The name of an incident: see [`AnalyzedIncident::name`].
fn name_of(incident: &Incident) -> String {
    match incident.scope {
        Scope::Domain | Scope::Operator => incident.total.domain.to_string(),
        Scope::Sender if incident.from_hosts.is_empty() => "sender".to_owned(),
        Scope::Sender => {
            let hosts = incident.from_hosts.iter();
            let hosts: Vec<_> = hosts.map(|host| String::from_utf8_lossy(host)).collect();
            hosts.join(", ")
        }
    }
}

impl AnalyzedIncident {
    /// Incidents stand in the order of outages; where they are alike, the wider one comes first.
    fn rank(&self) -> impl Ord + use<'_> {
        (self.total.rank(), Reverse(self.scope), &self.name)
    }
}

impl Outage {
    /// The order of outages: first those in which mail was not delivered, then slow delivery, then refusals by policy;
    /// each by the number of people concerned. The rest makes it one order.
    fn rank(&self) -> impl Ord + use<'_> {
        let sort = match self.kind {
            OutageType::Policy => 2,
            _ if self.is_slow_only() => 1,
            OutageType::Outage | OutageType::Sender => 0,
        };
        (
            sort,
            Reverse(self.recipients),
            Reverse(self.messages),
            &self.domain,
            self.start.time,
        )
    }
}

impl Standing {
    /// The order of standings: by the number of people concerned; the rest makes it one order.
    fn rank(&self) -> impl Ord + use<'_> {
        (
            Reverse(self.recipients),
            Reverse(self.messages),
            Reverse(self.attempts),
            &self.domain,
            self.first,
        )
    }
}

impl DestinationFindings {
    /// Findings without attempts beside them.
    pub fn new(domain: Domain, findings: Findings) -> DestinationFindings {
        DestinationFindings {
            domain,
            findings,
            attempts: 0,
            last_attempt: None,
            past: Vec::new(),
        }
    }

    /// True when there was an attempt within the time of the report.
    const fn has_attempts(&self) -> bool {
        self.attempts > 0
    }
}

impl LastAttempt {
    /// The last attempt that the evidence shows.
    fn of(evidence: &Evidence) -> Option<LastAttempt> {
        let bucket = evidence.buckets.last()?;
        let time = bucket.spans.iter().flatten().map(|span| span.last).max()?;
        let [ok, ..] = &bucket.spans;
        let failed = evidence.buckets.iter().rev().find_map(|bucket| {
            let [_ok, failures @ ..] = &bucket.spans;
            failures.iter().flatten().map(|span| span.last).max()
        });
        Some(LastAttempt {
            time,
            accepted: ok.is_some_and(|span| span.last == time),
            failed,
        })
    }

    /// When an attempt last showed that something goes on: the last one for slow delivery, else the last that failed.
    pub const fn shows(self, is_slow: bool) -> Option<Timestamp> {
        if is_slow {
            Some(self.time)
        } else {
            self.failed
        }
    }

    /// The last attempt at any of several destinations.
    fn latest(all: impl Iterator<Item = LastAttempt>) -> Option<LastAttempt> {
        all.reduce(|a, b| LastAttempt {
            time: a.time.max(b.time),
            accepted: if a.time < b.time {
                b.accepted
            } else {
                a.accepted
            },
            failed: a.failed.max(b.failed),
        })
    }
}

impl Length {
    /// How long an outage lasted; `last_attempt` is the last at its destination.
    fn of(outage: &Outage, last_attempt: Option<LastAttempt>) -> Length {
        let end = outage.end.filter(|_| !outage.ongoing);
        let shown = match end {
            Some(end) => Some(end.earliest),
            None => last_attempt.and_then(|last| last.shows(outage.is_slow_only())),
        };
        let seconds =
            |from: Timestamp, until: Timestamp| until.seconds_since(from).max(0.0).round();
        let is_open = outage.before_log || outage.silent_end;
        Length {
            least_s: shown.map_or(0.0, |shown| seconds(outage.start.latest, shown)),
            most_s: end
                .filter(|_| !is_open)
                .map(|end| seconds(outage.start.earliest, end.latest)),
        }
    }
}

impl Waiting {
    /// The messages of several outages together; `None` of none.
    pub fn sum(all: impl Iterator<Item = Waiting>) -> Option<Waiting> {
        all.reduce(|a, b| Waiting {
            messages: a.messages + b.messages,
            first_expires: a.first_expires.min(b.first_expires),
        })
    }
}

impl Aftermath {
    /// What several outages together leave to do.
    fn sum(all: impl Iterator<Item = Aftermath>) -> Aftermath {
        all.fold(Aftermath::default(), |sum, one| Aftermath {
            resend: sum.resend + one.resend,
            reinstate: sum.reinstate + one.reinstate,
            waiting: Waiting::sum(sum.waiting.into_iter().chain(one.waiting)),
        })
    }
}
