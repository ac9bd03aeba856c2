//! The report as a document: what every format renders, and what `-f json` writes.
//!
//! Schema "mailgap.report/1"; changes only add. Times are RFC 3339 in UTC with milliseconds. What is
//! not computed yet is null or an empty list, never missing. Text of strangers stands here as it came
//! (bytes that are no UTF-8 as U+FFFD): renderers escape it.

mod advice;
mod incident;

use std::cmp::Reverse;
use std::collections::HashMap;

use chrono_tz::Tz;
use mailgap_core::coverage;
use mailgap_core::fate::{Case, Counts, OutageFates};
use mailgap_core::incident::{Incidents, OutagePlace, Scope};
use mailgap_core::operator::Operator;
use mailgap_core::outage::{self, Confidence, Findings, Kind, OutageType, find};
use mailgap_core::reply::ReplyCode;
use mailgap_core::tally::Evidence;
use mailgap_core::time::Timestamp;
use serde::{Serialize, Serializer};

use crate::render::moments::Moments;
use crate::render::verdict::{Ends, verdict};
use crate::zone::ZoneSource;

pub(crate) use advice::Advice;
pub(crate) use incident::Incident;

/// What was found about one destination.
pub(crate) struct Found {
    pub(crate) findings: Findings,
    /// Attempts that say something about it.
    attempts: u64,
    /// Its last attempt in the log.
    last_attempt: Option<LastAttempt>,
    /// What its fates are judged by; `None` when it had no outage.
    pub(crate) case: Option<Case>,
    /// Of each outage, what became of its messages; empty when that was not looked for.
    pub(crate) fates: Vec<(OutageFates, ToDo)>,
}

/// What is to be done about the messages of an outage.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ToDo {
    /// Rows of the list `resend`.
    pub(crate) resend: u64,
    /// Addresses of the list `reinstate`.
    pub(crate) reinstate: u64,
    /// `None` when nothing is queued.
    pub(crate) expiring: Option<Expiring>,
}

impl ToDo {
    /// Of several outages together.
    fn sum<'t>(all: impl Iterator<Item = &'t ToDo>) -> ToDo {
        all.fold(ToDo::default(), |sum, to_do| ToDo {
            resend: sum.resend + to_do.resend,
            reinstate: sum.reinstate + to_do.reinstate,
            expiring: match (sum.expiring, to_do.expiring) {
                (Some(a), Some(b)) => Some(Expiring {
                    first: a.first.min(b.first),
                    messages: a.messages + b.messages,
                }),
                (a, b) => a.or(b),
            },
        })
    }
}

/// The last attempt at a destination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastAttempt {
    pub(crate) time: Timestamp,
    /// It was accepted.
    pub(crate) accepted: bool,
}

/// Messages of an outage that are still queued and will be given up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expiring {
    /// When the first of them will be.
    pub(crate) first: Timestamp,
    /// How many messages, whatever the number of their recipients.
    pub(crate) messages: u64,
}

impl Found {
    /// Looks for outages of one destination; `log` is the first and the last stamp read.
    pub(crate) fn new(evidence: &Evidence, log: (Timestamp, Timestamp)) -> Found {
        let last = evidence.buckets.last();
        let findings = find(evidence, log);
        Found {
            case: Case::new(evidence, &findings),
            findings,
            attempts: evidence
                .buckets
                .iter()
                .flat_map(|bucket| bucket.counts)
                .map(u64::from)
                .sum(),
            last_attempt: last.and_then(|bucket| {
                let spans = bucket.spans.iter().flatten();
                let time = spans.map(|span| span.last).max()?;
                let [ok, ..] = &bucket.spans;
                let accepted = ok.is_some_and(|span| span.last == time);
                Some(LastAttempt { time, accepted })
            }),
            fates: Vec::new(),
        }
    }

    pub(crate) const fn has_outage(&self) -> bool {
        !self.findings.outages.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn known(findings: Findings, last_attempt: Timestamp) -> Found {
        Found {
            findings,
            attempts: 100,
            last_attempt: Some(LastAttempt {
                time: last_attempt,
                accepted: false,
            }),
            case: None,
            fates: Vec::new(),
        }
    }
}

/// The document.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) schema: &'static str,
    #[serde(serialize_with = "zone_name")]
    pub(crate) timezone: Tz,
    pub(crate) coverage: Coverage,
    /// The most important first.
    pub(crate) outages: Vec<Outage>,
    /// Every outage belongs to one; those of several destinations first.
    pub(crate) incidents: Vec<Incident>,
    pub(crate) unreachable: Vec<Standing>,
    pub(crate) chronic: Vec<Standing>,
    /// What the answer rests on: attempts to these destinations, the restrictions observed.
    #[serde(skip)]
    pub(crate) judged: Judged,
    /// What the flags left out, in words.
    #[serde(skip)]
    pub(crate) restrictions: Vec<String>,
    /// Whether they cut the log at its ends.
    #[serde(skip)]
    pub(crate) ends: Ends,
    #[serde(skip)]
    pub(crate) zone_source: ZoneSource,
}

/// How much evidence there was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Judged {
    pub(crate) attempts: u64,
    pub(crate) destinations: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Coverage {
    pub(crate) inputs: u64,
    pub(crate) bytes: u64,
    pub(crate) lines: Lines,
    pub(crate) bounces: Mail,
    pub(crate) messages: u64,
    pub(crate) events: u64,
    pub(crate) attempts: u64,
    pub(crate) echoes: u64,
    pub(crate) duplicate_inputs: Vec<Duplicate>,
    pub(crate) overlapping_inputs: Vec<Overlap>,
    pub(crate) unread: Vec<Unread>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) odd_inputs: u64,
    /// Nothing in them was understood: no mail logs, or of a kind that is not known.
    pub(crate) strange_inputs: u64,
    pub(crate) strange_lines: u64,
    /// Judged by the time of change of a file: the stamps name none.
    pub(crate) guessed_years: Vec<i32>,
    /// No acceptance is known: grades of addresses to reinstate are `plausible` only.
    pub(crate) plausible_only: bool,
    #[serde(serialize_with = "time_or_null")]
    pub(crate) first: Option<Timestamp>,
    #[serde(serialize_with = "time_or_null")]
    pub(crate) last: Option<Timestamp>,
    /// Lines with stamps far from all others, which `first` and `last` leave out.
    pub(crate) stray_stamps: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Lines {
    pub(crate) total: u64,
    pub(crate) delivery: u64,
    pub(crate) queue: u64,
    pub(crate) foreign: u64,
    pub(crate) unknown: u64,
    pub(crate) malformed: u64,
}

/// Messages of mailboxes by what they are.
#[derive(Debug, Serialize)]
pub(crate) struct Mail {
    pub(crate) messages: u64,
    pub(crate) reports: u64,
    pub(crate) events: u64,
    pub(crate) repeated: u64,
    pub(crate) added: u64,
    pub(crate) not_bounces: u64,
    pub(crate) unknown: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Duplicate {
    pub(crate) input: String,
    pub(crate) same_as: String,
}

/// Two inputs that may hold the same mail.
#[derive(Debug, Serialize)]
pub(crate) struct Overlap {
    pub(crate) input: String,
    pub(crate) other: String,
    pub(crate) host: String,
    #[serde(serialize_with = "time")]
    pub(crate) first: Timestamp,
    #[serde(serialize_with = "time")]
    pub(crate) last: Timestamp,
    pub(crate) attempts: u64,
}

impl Overlap {
    fn new(overlap: &coverage::Overlap) -> Overlap {
        Overlap {
            input: overlap.input.clone(),
            other: overlap.other.clone(),
            host: lossy(&overlap.host),
            first: overlap.first,
            last: overlap.last,
            attempts: overlap.attempts,
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Unread {
    pub(crate) input: String,
    pub(crate) why: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Sample {
    pub(crate) input: String,
    pub(crate) line: u64,
    pub(crate) why: String,
    pub(crate) text: String,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Boundary {
    #[serde(serialize_with = "time")]
    pub(crate) time: Timestamp,
    #[serde(serialize_with = "time")]
    pub(crate) earliest: Timestamp,
    #[serde(serialize_with = "time")]
    pub(crate) latest: Timestamp,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outage {
    pub(crate) id: usize,
    pub(crate) domain: String,
    /// Who runs its MX hosts; the destination itself when that is not known.
    pub(crate) operator: Option<String>,
    pub(crate) mx: Vec<String>,
    /// Those that took mail meanwhile, when others clearly did not.
    pub(crate) mx_working: Vec<String>,
    #[serde(rename = "type", serialize_with = "word")]
    pub(crate) kind: OutageType,
    pub(crate) before_log: bool,
    pub(crate) ongoing: bool,
    pub(crate) start: Boundary,
    pub(crate) end: Option<Boundary>,
    pub(crate) normal_again: Option<Boundary>,
    pub(crate) attempts: u64,
    pub(crate) failures: u64,
    pub(crate) messages: u64,
    pub(crate) recipients: u64,
    pub(crate) log_bayes_factor: f64,
    #[serde(serialize_with = "word")]
    pub(crate) confidence: Confidence,
    pub(crate) windows: Vec<Window>,
    pub(crate) fates: Option<Fates>,
    pub(crate) verdict: String,
    /// What to do, the most urgent first.
    pub(crate) advice: Vec<Advice>,
    /// How many hosts of ours report attempts to it.
    #[serde(skip)]
    pub(crate) hosts: usize,
    /// Places of the destination among those with outages and of the outage among its own, as found.
    #[serde(skip)]
    pub(crate) place: (usize, usize),
    /// The same among all destinations.
    #[serde(skip)]
    found_at: OutagePlace,
}

/// What became of the messages that failed in an outage or a window.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Fates {
    pub(crate) delivered: u64,
    pub(crate) delivered_late: u64,
    pub(crate) bounced_by_outage: u64,
    pub(crate) bounced: u64,
    pub(crate) expired: u64,
    pub(crate) pending: u64,
    pub(crate) median_delay_s: Option<f64>,
    pub(crate) p90_delay_s: Option<f64>,
}

impl Fates {
    fn new(counts: &Counts) -> Fates {
        Fates {
            delivered: counts.delivered,
            delivered_late: counts.delivered_late,
            bounced_by_outage: counts.bounced_by_outage,
            bounced: counts.bounced,
            expired: counts.expired,
            pending: counts.pending,
            median_delay_s: counts.delay_s(0.5).map(f64::round),
            p90_delay_s: counts.delay_s(0.9).map(f64::round),
        }
    }

    /// Of how many messages there is more to say than that they were accepted at once.
    pub(crate) const fn failed(&self) -> u64 {
        self.delivered_late + self.bounced_by_outage + self.bounced + self.expired + self.pending
    }
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Window {
    #[serde(serialize_with = "word")]
    pub(crate) kind: Kind,
    pub(crate) label: String,
    pub(crate) reply_code: Option<u16>,
    pub(crate) enhanced_status: Option<String>,
    pub(crate) reason: &'static str,
    pub(crate) start: Boundary,
    pub(crate) end: Option<Boundary>,
    pub(crate) attempts: u64,
    pub(crate) failures: u64,
    pub(crate) share: f64,
    pub(crate) mx: Vec<String>,
    pub(crate) sample: Option<String>,
    /// Of slow delivery only.
    pub(crate) delay_s: Option<Slow>,
    pub(crate) fates: Option<Fates>,
}

/// Seconds that accepted mail took.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Slow {
    pub(crate) median: f64,
    pub(crate) normal: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Standing {
    pub(crate) domain: String,
    #[serde(serialize_with = "word")]
    pub(crate) kind: Kind,
    pub(crate) label: String,
    /// Of the chronic ones; the others failed always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) share: Option<f64>,
    pub(crate) attempts: u64,
    pub(crate) messages: u64,
    pub(crate) recipients: u64,
    #[serde(serialize_with = "time")]
    pub(crate) first: Timestamp,
    #[serde(serialize_with = "time")]
    pub(crate) last: Timestamp,
    pub(crate) sample: Option<String>,
}

impl Report {
    /// Puts together what was read and what was found in it.
    pub(crate) fn new(
        found: Vec<Found>,
        incidents: &Incidents,
        coverage: &coverage::Coverage,
        zone: Tz,
    ) -> Report {
        let moments = Moments::of_log(zone, coverage.span);
        let ends = Ends {
            since: coverage.cut_before,
            until: coverage.cut_after,
        };
        let mut judged = Judged::default();
        let mut outages = Vec::new();
        let mut unreachable = Vec::new();
        let mut chronic = Vec::new();
        let mut destination = 0;
        let operators = operators_by_place(incidents);
        let mut all_fates = FatesByOutage::new();
        for (destination_place, found) in found.into_iter().enumerate() {
            let Found {
                findings,
                attempts,
                last_attempt,
                case: _,
                fates,
            } = found;
            judged.attempts += attempts;
            judged.destinations += u64::from(attempts > 0);
            let mut fates = fates.into_iter();
            let outages_before = outages.len();
            let last_place = findings.outages.len();
            for (place, outage) in findings.outages.into_iter().enumerate() {
                let fates = fates.next();
                let told = fates
                    .as_ref()
                    .map(|(fates, to_do)| (Fates::new(&fates.total), *to_do));
                let subject = outage.domain.to_string();
                let verdict = verdict(&subject, &outage, last_attempt, told, ends, moments);
                let to_do = told.map(|(_, to_do)| to_do).unwrap_or_default();
                let only = format!(" --domain {subject}");
                let accepted = last_attempt.is_some_and(|last| last.accepted);
                let is_past = place + 1 < last_place;
                let advice = advice::of(&outage, &to_do, (is_past, accepted), &only, moments);
                if let Some((fates, _)) = &fates {
                    all_fates.insert((destination_place, place), (fates.total.clone(), to_do));
                }
                let mut outage = Outage::new(outage, verdict);
                outage.advice = advice;
                outage.place = (destination, place);
                outage.found_at = (destination_place, place);
                outage.operator = operators.get(&destination_place).cloned();
                if let (Some((fates, _)), Some((total, _))) = (fates, told) {
                    outage.fates = Some(total);
                    for (window, counts) in outage.windows.iter_mut().zip(&fates.windows) {
                        window.fates = Some(Fates::new(counts));
                    }
                }
                outages.push(outage);
            }
            destination += usize::from(outages.len() > outages_before);
            unreachable.extend(findings.unreachable.map(Standing::unreachable));
            chronic.extend(findings.chronic.map(Standing::chronic));
        }
        outages.sort_by(|a, b| a.rank().cmp(&b.rank()));
        for (id, outage) in (1..).zip(&mut outages) {
            outage.id = id;
        }
        let incidents = incidents_of(incidents, &outages, &all_fates, ends, moments);
        unreachable.sort_by(|a, b| a.rank().cmp(&b.rank()));
        chronic.sort_by(|a, b| a.rank().cmp(&b.rank()));
        Report {
            schema: "mailgap.report/1",
            timezone: zone,
            coverage: Coverage::new(coverage),
            outages,
            incidents,
            unreachable,
            chronic,
            judged,
            restrictions: Vec::new(),
            ends,
            zone_source: ZoneSource::Flag,
        }
    }

    /// Incidents that no outage of a destination alone tells of.
    pub(crate) fn shared_incidents(&self) -> impl Iterator<Item = &Incident> {
        let incidents = self.incidents.iter();
        incidents.filter(|incident| incident.scope != Scope::Domain)
    }

    /// The outages of an incident.
    pub(crate) fn outages_of(&self, incident: &Incident) -> impl Iterator<Item = &Outage> {
        // Ids count from 1 in the order of the outages.
        let places = incident.outages.iter().map(|id| id.wrapping_sub(1));
        places.filter_map(|place| self.outages.get(place))
    }

    /// Says where the zone comes from.
    pub(crate) fn with_zone_source(self, zone_source: ZoneSource) -> Report {
        Report {
            zone_source,
            ..self
        }
    }

    /// Says what the flags left out.
    pub(crate) fn with_restrictions(self, restrictions: Vec<String>) -> Report {
        Report {
            restrictions,
            ..self
        }
    }

    /// True when mail was not taken, or not sent: neither refusals by policy nor slow delivery are outages.
    pub(crate) fn has_outage(&self) -> bool {
        let wholes = self.incidents.iter().map(|incident| &incident.whole);
        self.outages
            .iter()
            .chain(wholes)
            .any(|outage| outage.kind != OutageType::Policy && !outage.is_slow_only())
    }

    /// How times are shown.
    pub(crate) fn moments(&self) -> Moments {
        Moments::of_log(self.timezone, self.coverage.first.zip(self.coverage.last))
    }
}

impl Coverage {
    fn new(coverage: &coverage::Coverage) -> Coverage {
        let lines = coverage.lines;
        Coverage {
            inputs: coverage.inputs,
            bytes: coverage.bytes,
            lines: Lines {
                total: lines.total(),
                delivery: lines.delivery,
                queue: lines.queue,
                foreign: lines.foreign,
                unknown: lines.unknown,
                malformed: lines.malformed,
            },
            bounces: Mail {
                messages: coverage.bounces.messages,
                reports: coverage.bounces.reports,
                events: coverage.bounces.events,
                repeated: coverage.bounces.repeated,
                added: coverage.bounces.added,
                not_bounces: coverage.bounces.not_bounces,
                unknown: coverage.bounces.unknown,
            },
            messages: coverage.messages,
            events: coverage.events,
            attempts: coverage.attempts,
            echoes: coverage.echoes,
            duplicate_inputs: coverage
                .duplicates
                .iter()
                .map(|duplicate| Duplicate {
                    input: duplicate.input.clone(),
                    same_as: duplicate.same_as.clone(),
                })
                .collect(),
            stray_stamps: coverage.strays,
            overlapping_inputs: coverage.overlaps.iter().map(Overlap::new).collect(),
            unread: coverage
                .unread
                .iter()
                .map(|unread| Unread {
                    input: unread.input.clone(),
                    why: unread.why.clone(),
                })
                .collect(),
            plausible_only: false,
            samples: coverage
                .samples
                .iter()
                .map(|sample| Sample {
                    input: sample.input.clone(),
                    line: sample.line,
                    why: sample.why.clone(),
                    text: lossy(&sample.text),
                })
                .collect(),
            odd_inputs: coverage.odd_inputs,
            strange_inputs: coverage.strange_inputs,
            strange_lines: coverage.strange_lines,
            guessed_years: coverage.guessed_years.iter().copied().collect(),
            first: coverage.span.map(|(first, _)| first),
            last: coverage.span.map(|(_, last)| last),
        }
    }

    /// Lines of a mail system, and bounces, that were not understood.
    pub(crate) const fn odd(&self) -> u64 {
        self.lines.unknown + self.lines.malformed + self.bounces.unknown
    }

    /// True when what was accepted is not known.
    pub(crate) const fn bounces_alone(&self) -> bool {
        self.lines.delivery == 0 && self.bounces.reports > 0
    }

    /// Lines and messages of which something was understood.
    pub(crate) const fn understood(&self) -> u64 {
        self.lines.delivery + self.lines.queue + self.bounces.reports
    }
}

/// What became of the messages of outages, and what is to be done, by their places.
type FatesByOutage = HashMap<OutagePlace, (Counts, ToDo)>;

/// The operators of destinations by their places, where they are known.
fn operators_by_place(incidents: &Incidents) -> HashMap<usize, String> {
    let of = |operator: &Operator| {
        let name = operator.name.to_string();
        let members = operator.members.clone();
        members.into_iter().map(move |place| (place, name.clone()))
    };
    incidents.operators.iter().flat_map(of).collect()
}

/// The incidents with the ids of these outages, the widest and most important first.
fn incidents_of(
    incidents: &Incidents,
    outages: &[Outage],
    fates: &FatesByOutage,
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
        .map(|found| {
            let mut own: Vec<&Outage> = found
                .outages
                .iter()
                .filter_map(|at| ids.get(at).copied())
                .collect();
            own.sort_by_key(|outage| outage.id);
            let subject = incident::subject_of(found, &own);
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
                    let verdict = verdict(&subject, &whole, None, told, ends, moments);
                    let advice = advice::of(&whole, &to_do, (false, false), "", moments);
                    Outage {
                        advice,
                        fates: total,
                        ..Outage::new(whole, verdict)
                    }
                }
            };
            let own = own.into_iter().map(|outage| outage.id).collect();
            Incident::new(found, (incident::name_of(found), subject), own, whole)
        })
        .collect();
    all.sort_by(|a, b| (Reverse(a.scope), a.whole.rank()).cmp(&(Reverse(b.scope), b.whole.rank())));
    for (id, incident) in (1..).zip(&mut all) {
        incident.id = id;
    }
    all
}

impl Outage {
    fn new(outage: outage::Outage, verdict: String) -> Outage {
        Outage {
            id: 0,
            domain: outage.domain.to_string(),
            operator: None,
            mx: names(&outage.mx),
            mx_working: names(&outage.mx_working),
            kind: outage.kind,
            before_log: outage.before_log,
            ongoing: outage.ongoing,
            start: outage.start.into(),
            end: outage.end.map(Boundary::from),
            normal_again: outage.normal_again.map(Boundary::from),
            attempts: outage.attempts,
            failures: outage.failures,
            messages: outage.messages,
            recipients: outage.recipients,
            log_bayes_factor: rounded(outage.log_bayes_factor, 100.0),
            confidence: outage.confidence,
            windows: outage.windows.into_iter().map(Window::new).collect(),
            fates: None,
            verdict,
            advice: Vec::new(),
            hosts: outage.hosts,
            place: (0, 0),
            found_at: (0, 0),
        }
    }

    /// True when mail was taken all the time, only slowly.
    pub(crate) fn is_slow_only(&self) -> bool {
        let mut windows = self.windows.iter();
        windows.all(|window| window.kind == Kind::Delayed)
    }

    /// The most important first: whose fault, then how much mail failed; the rest makes it one order.
    fn rank(&self) -> impl Ord + use<'_> {
        let whose = match self.kind {
            OutageType::Outage if self.is_slow_only() => 2,
            OutageType::Outage => 0,
            OutageType::Sender => 1,
            OutageType::Policy => 3,
        };
        (
            whose,
            Reverse(self.messages),
            Reverse(self.failures),
            &self.domain,
            self.start.time,
        )
    }
}

impl Window {
    fn new(window: outage::Window) -> Window {
        Window {
            kind: window.kind,
            label: window.label,
            reply_code: window.reply_code.map(ReplyCode::get),
            enhanced_status: window.enhanced_status.map(|status| status.to_string()),
            reason: window.reason.as_str(),
            start: window.start.into(),
            end: window.end.map(Boundary::from),
            attempts: window.attempts,
            failures: window.failures,
            share: rounded(window.share, 10_000.0),
            mx: names(&window.mx),
            sample: window.sample.as_deref().map(lossy),
            delay_s: window.slow.map(|slow| Slow {
                median: rounded(slow.median_s, 10.0),
                normal: rounded(slow.normal_s, 10.0),
            }),
            fates: None,
        }
    }
}

impl Standing {
    fn unreachable(standing: outage::Standing) -> Standing {
        Standing {
            domain: standing.domain.to_string(),
            kind: standing.kind,
            label: standing.label,
            share: None,
            attempts: standing.attempts,
            messages: standing.messages,
            recipients: standing.recipients,
            first: standing.first,
            last: standing.last,
            sample: standing.sample.as_deref().map(lossy),
        }
    }

    fn chronic(standing: outage::Standing) -> Standing {
        let share = rounded(standing.share, 10_000.0);
        Standing {
            share: Some(share),
            ..Standing::unreachable(standing)
        }
    }

    fn rank(&self) -> impl Ord + use<'_> {
        (Reverse(self.messages), Reverse(self.attempts), &self.domain)
    }
}

impl From<outage::Boundary> for Boundary {
    fn from(boundary: outage::Boundary) -> Boundary {
        Boundary {
            time: boundary.time,
            earliest: boundary.earliest,
            latest: boundary.latest,
        }
    }
}

/// The words that core has for its closed lists.
pub(crate) trait Word {
    /// The word of the JSON.
    fn as_word(&self) -> &'static str;
}

impl Word for Confidence {
    fn as_word(&self) -> &'static str {
        self.as_str()
    }
}

impl Word for Kind {
    fn as_word(&self) -> &'static str {
        self.as_str()
    }
}

impl Word for OutageType {
    fn as_word(&self) -> &'static str {
        self.as_str()
    }
}

fn word<W: Word, S: Serializer>(word: &W, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word.as_word())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn time<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
fn time_or_null<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn zone_name<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

fn names(names: &[Box<[u8]>]) -> Vec<String> {
    names.iter().map(|name| lossy(name)).collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Digits that mean nothing only make reports differ.
fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

#[cfg(test)]
mod tests;
