//! Incidents in the document: outages with one cause.

use std::cmp::Reverse;
use std::collections::HashMap;

use mailgap_core::address::Domain;
use mailgap_core::fate::Counts;
use mailgap_core::incident::{self, Basis, Incidents, OutagePlace, Scope};
use mailgap_core::operator::Operator;
use mailgap_core::outage::Kind;
use serde::{Serialize, Serializer};

use super::found::FatesByOutage;
use super::words::{Word, lossy, names, word};
use super::{
    Advice, Boundary, Fates, HostCount, LastAttempt, Length, Outage, ToDo, Waiting, Window, advice,
};
use crate::words::numbers::{count, counted};
use crate::words::times::Moments;
use crate::words::verdict::{Ends, introduction, verdict};

/// Domains named in a verdict; more are counted.
const MOST_NAMED: usize = 3;

/// From this share of failed attempts on, a host of ours reached nobody.
const NEARLY_ALL: f64 = 0.95;

/// Outages with one cause.
#[derive(Debug)]
pub(crate) struct Incident {
    pub(crate) id: usize,
    pub(crate) scope: Scope,
    pub(crate) basis: Basis,
    /// Of the operator or the destination; of our own side its hosts.
    pub(crate) name: String,
    /// What its sentence begins with.
    subject: String,
    /// Destinations concerned.
    pub(crate) domains: Vec<String>,
    /// Destinations of the same operator (operators, where our side failed) with attempts meanwhile.
    pub(crate) active: usize,
    /// Hosts of ours that alone saw it; empty when all did.
    pub(crate) hosts: Vec<String>,
    /// Ids of outages.
    pub(crate) outages: Vec<usize>,
    /// All of it as one outage.
    pub(crate) whole: Outage,
    /// Its place among those found.
    pub(super) found_at: usize,
}

impl Incident {
    /// `whole` is the incident as an outage of the document, `outages` the ids of its outages there.
    pub(super) fn new(
        incident: &incident::Incident,
        (name, subject): (String, String),
        outages: Vec<usize>,
        whole: Outage,
    ) -> Incident {
        Incident {
            id: 0,
            scope: incident.scope,
            basis: incident.basis,
            name,
            subject,
            domains: incident.domains.iter().map(ToString::to_string).collect(),
            active: incident.active,
            hosts: names(&incident.from_hosts),
            outages,
            whole,
            found_at: 0,
        }
    }
}

impl Incident {
    /// Its sentence, and the subject that the sentence begins with.
    pub(crate) fn sentence(&self) -> (&str, &str) {
        (&self.subject, &self.whole.verdict)
    }

    /// That of its outages; where they are alike, the wider one first.
    fn rank(&self) -> impl Ord + use<'_> {
        (self.whole.rank(), Reverse(self.scope), &self.name)
    }

    /// Short, for a heading.
    pub(crate) fn title(&self) -> String {
        let domains = counted(self.domains.len() as u64, "destination");
        match self.scope {
            Scope::Domain => self.name.clone(),
            Scope::Operator => format!("{} ({domains})", self.name),
            Scope::Sender if self.hosts.is_empty() => format!("our own side ({domains})"),
            Scope::Sender if self.hosts.len() == 1 => format!("{} ({domains})", self.subject),
            Scope::Sender => format!("our own side: {} ({domains})", self.name),
        }
    }
}

/// What a name of an incident is in the document.
pub(super) fn name_of(incident: &incident::Incident) -> String {
    match incident.scope {
        Scope::Domain | Scope::Operator => incident.whole.domain.to_string(),
        Scope::Sender if incident.from_hosts.is_empty() => "sender".to_owned(),
        Scope::Sender => names(&incident.from_hosts).join(", "),
    }
}

/// The destinations of an incident in words, those with the most important outages (`own`, in order) first.
fn destinations_of(incident: &incident::Incident, own: &[&Outage]) -> String {
    let mut named: Vec<String> = Vec::new();
    let others = incident.domains.iter().map(ToString::to_string);
    for domain in own.iter().map(|outage| outage.domain.clone()).chain(others) {
        if named.len() < MOST_NAMED && !named.contains(&domain) {
            named.push(domain);
        }
    }
    match incident.domains.len().saturating_sub(MOST_NAMED) {
        0 => named.join(", "),
        more => format!("{} and {} more", named.join(", "), count(more as u64)),
    }
}

/// The subject that the verdict of an incident begins with, and the words between the subject and what was answered.
/// `own` are its outages, the most important first.
fn opening_of(incident: &incident::Incident, own: &[&Outage]) -> (String, String) {
    let domains = destinations_of(incident, own);
    let introduction = introduction(incident.whole.kind).to_owned();
    let subject = match incident.scope {
        Scope::Domain => incident.whole.domain.to_string(),
        Scope::Operator if incident.basis == Basis::Story => format!("{domains} at once"),
        Scope::Operator => format!("operator {} ({domains})", incident.whole.domain),
        Scope::Sender => {
            let failing = counted(incident.domains.len() as u64, "destination");
            match &incident.from_hosts[..] {
                [] => format!("our own side ({failing}: {domains})"),
                [host] => {
                    let host = lossy(host);
                    let reached = if reached_nobody(incident) {
                        " could reach nobody"
                    } else {
                        ""
                    };
                    return (
                        format!("{host}{reached}"),
                        format!("{failing} ({domains}), "),
                    );
                }
                hosts => format!(
                    "our own side ({failing} from {} alone: {domains})",
                    names(hosts).join(", ")
                ),
            }
        }
    };
    (subject, introduction)
}

/// True when nearly all attempts of an incident failed before any host answered.
fn reached_nobody(incident: &incident::Incident) -> bool {
    let whole = &incident.whole;
    let no_answer = |kind| matches!(kind, Kind::NoConnection | Kind::DnsFailure);
    whole.failures as f64 >= NEARLY_ALL * whole.attempts as f64
        && whole.windows.iter().all(|window| no_answer(window.kind))
}

impl Serialize for Incident {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document<'i> {
            id: usize,
            #[serde(serialize_with = "word")]
            scope: Scope,
            #[serde(serialize_with = "word")]
            basis: Basis,
            name: &'i str,
            #[serde(rename = "type")]
            kind: &'static str,
            domains: &'i [String],
            active: usize,
            hosts: &'i [String],
            outages: &'i [usize],
            before_log: bool,
            ongoing: bool,
            silent_end: bool,
            start: Boundary,
            end: Option<Boundary>,
            normal_again: Option<Boundary>,
            length_s: Length,
            attempts: u64,
            failures: u64,
            messages: u64,
            recipients: u64,
            log_bayes_factor: f64,
            confidence: &'static str,
            windows: &'i [Window],
            fates: Option<Fates>,
            waiting: Option<Waiting>,
            verdict: &'i str,
            advice: &'i [Advice],
            by_host: &'i [HostCount],
        }
        let whole = &self.whole;
        Document {
            id: self.id,
            scope: self.scope,
            basis: self.basis,
            name: &self.name,
            kind: whole.kind.as_word(),
            domains: &self.domains,
            active: self.active,
            hosts: &self.hosts,
            outages: &self.outages,
            before_log: whole.before_log,
            ongoing: whole.ongoing,
            silent_end: whole.silent_end,
            start: whole.start,
            end: whole.end,
            normal_again: whole.normal_again,
            length_s: whole.length_s,
            attempts: whole.attempts,
            failures: whole.failures,
            messages: whole.messages,
            recipients: whole.recipients,
            log_bayes_factor: whole.log_bayes_factor,
            confidence: whole.confidence.as_word(),
            windows: &whole.windows,
            fates: whole.fates,
            waiting: whole.waiting,
            verdict: &whole.verdict,
            advice: &whole.advice,
            by_host: &whole.by_host,
        }
        .serialize(serializer)
    }
}

impl Word for Basis {
    fn as_word(&self) -> &'static str {
        self.as_str()
    }
}

impl Word for Scope {
    fn as_word(&self) -> &'static str {
        self.as_str()
    }
}

/// The operators of destinations by their places, where they are known.
pub(super) fn operators_by_place(incidents: &Incidents) -> HashMap<usize, String> {
    let of = |operator: &Operator| {
        let name = operator.name.to_string();
        let members = operator.members.clone();
        members.into_iter().map(move |place| (place, name.clone()))
    };
    incidents.operators.iter().flat_map(of).collect()
}

/// The operators with the places of their destinations.
pub(super) fn members_by_operator(incidents: &Incidents) -> Vec<(String, Vec<usize>)> {
    let of = |operator: &Operator| (operator.name.to_string(), operator.members.clone());
    incidents.operators.iter().map(of).collect()
}

/// The incidents with the ids of these outages, in the order of outages. `known` is what became of the messages of
/// outages, and the last attempt at each destination.
pub(super) fn incidents_of(
    incidents: &Incidents,
    outages: &[Outage],
    (fates, last_attempts): (&FatesByOutage, &HashMap<Domain, LastAttempt>),
    ends: Ends,
    moments: Moments,
) -> Vec<Incident> {
    let ids: HashMap<OutagePlace, &Outage> = outages
        .iter()
        .map(|outage| (outage.found_at, outage))
        .collect();
    let mut all: Vec<Incident> = incidents
        .all
        .iter()
        .enumerate()
        .map(|(place, found)| {
            let mut own: Vec<&Outage> = found
                .outages
                .iter()
                .filter_map(|at| ids.get(at).copied())
                .collect();
            own.sort_by_key(|outage| outage.id);
            let (subject, introduction) = opening_of(found, &own);
            let whole = match own[..] {
                [outage] if found.scope == Scope::Domain => outage.clone(),
                _ => {
                    let own: Vec<_> = found
                        .outages
                        .iter()
                        .filter_map(|at| fates.get(at))
                        .collect();
                    let to_do = ToDo::sum(own.iter().map(|(_, to_do)| to_do));
                    let total = Fates::new(&Counts::sum(own.iter().map(|(counts, _)| counts)));
                    let total = (!own.is_empty()).then_some(total);
                    let told = total.map(|total| (total, to_do));
                    let whole = found.whole.clone();
                    let opening = (&*subject, &*introduction);
                    let verdict = verdict(opening, &whole, None, told, ends, moments);
                    let domains = found.domains.iter();
                    let last_attempt = LastAttempt::latest(
                        domains.filter_map(|it| last_attempts.get(it).copied()),
                    );
                    let advice = advice::of(&whole, &to_do, (false, false), "", moments);
                    Outage {
                        advice,
                        fates: total,
                        waiting: Waiting::new(&to_do),
                        ..Outage::new(whole, last_attempt, verdict)
                    }
                }
            };
            let own = own.into_iter().map(|outage| outage.id).collect();
            let names = (name_of(found), subject);
            Incident {
                found_at: place,
                ..Incident::new(found, names, own, whole)
            }
        })
        .collect();
    all.sort_by(|a, b| a.rank().cmp(&b.rank()));
    for (id, incident) in (1..).zip(&mut all) {
        incident.id = id;
    }
    all
}
