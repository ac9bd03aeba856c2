//! Incidents in the document: outages with one cause.

use mailgap_core::analysis::{AnalyzedIncident, Length, Waiting};
use mailgap_core::incident::{Basis, Scope};
use mailgap_core::outage::{Boundary, HostCount, Kind};
use serde::{Serialize, Serializer};

use super::words::{Word, lossy, names, word};
use super::{Advice, Chart, Fates, Outage, Window, advice};
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
    /// Numbers of outages.
    pub(crate) outages: Vec<usize>,
    /// All of it as one outage.
    pub(crate) whole: Outage,
}

impl Incident {
    /// An incident; `all` are the outages of the document in order of their numbers.
    pub(super) fn new(
        found: &AnalyzedIncident,
        all: &[Outage],
        chart: Option<Chart>,
        ends: Ends,
        moments: Moments,
    ) -> Incident {
        let own = found.outages.iter();
        let own: Vec<&Outage> = own.filter_map(|id| all.get(id.index())).collect();
        let (subject, introduction) = opening_of(found, &own);
        let whole = match own[..] {
            [outage] if found.scope == Scope::Domain => Outage {
                chart,
                ..outage.clone()
            },
            _ => {
                let total = &found.total;
                let told = found.fates.as_ref().map(|fates| (fates, found.aftermath));
                let opening = (&*subject, &*introduction);
                Outage {
                    verdict: verdict(opening, total, None, told, ends, moments),
                    advice: advice::of(total, &found.aftermath, (false, false), "", moments),
                    fates: found.fates.as_ref().map(Fates::new),
                    waiting: found.aftermath.waiting,
                    chart,
                    ..Outage::of_figures(total, found.length, found.last_attempt)
                }
            }
        };
        Incident {
            id: found.id,
            scope: found.scope,
            basis: found.basis,
            name: found.name.clone(),
            subject,
            domains: found.domains.iter().map(ToString::to_string).collect(),
            active: found.active,
            hosts: names(&found.from_hosts),
            outages: found.outages.iter().map(|id| id.get()).collect(),
            whole,
        }
    }

    /// Its sentence, and the subject that the sentence begins with.
    pub(crate) fn sentence(&self) -> (&str, &str) {
        (&self.subject, &self.whole.verdict)
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

/// The destinations of an incident in words, those with the most important outages (`own`, in order) first.
fn destinations_of(incident: &AnalyzedIncident, own: &[&Outage]) -> String {
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
fn opening_of(incident: &AnalyzedIncident, own: &[&Outage]) -> (String, String) {
    let domains = destinations_of(incident, own);
    let introduction = introduction(incident.total.kind).to_owned();
    let subject = match incident.scope {
        Scope::Domain => incident.total.domain.to_string(),
        Scope::Operator if incident.basis == Basis::SamePattern => format!("{domains} at once"),
        Scope::Operator => format!("operator {} ({domains})", incident.total.domain),
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
fn reached_nobody(incident: &AnalyzedIncident) -> bool {
    let total = &incident.total;
    let no_answer = |kind| matches!(kind, Kind::NoConnection | Kind::DnsFailure);
    total.failures as f64 >= NEARLY_ALL * total.attempts as f64
        && total.windows.iter().all(|window| no_answer(window.kind))
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
