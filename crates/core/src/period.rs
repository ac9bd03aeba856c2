//! Limits what was found to the time that a report is about.
//!
//! Outages are found in all that is known: the history tells when one began, and what is normal. A report is about
//! less, the logs of a day for example, and says nothing of an outage that was over before that day.

use crate::address::Domain;
use crate::incident::Incidents;
use crate::outage::{Findings, Outage, Standing};
use crate::time::Timestamp;

/// The first and the last stamp of what a report is about.
///
/// ```
/// use mailgap_core::outage::Findings;
/// use mailgap_core::period::Period;
/// use mailgap_core::time::Timestamp;
///
/// let period = Period { first: Timestamp::from_seconds(86_400), last: Timestamp::from_seconds(172_800) };
/// let mut findings = Findings::default(); // of all that is known
/// let has_attempts = true; // within the period
/// period.limit_outages(&mut findings, has_attempts);
/// // Here `incident::judge` joins what is left.
/// period.limit_standings(&mut findings, has_attempts);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
}

impl Period {
    /// True for an outage that began before the end of the period and was not over before it, slow delivery after it
    /// included.
    pub fn reaches(&self, outage: &Outage) -> bool {
        let end = outage.windows.last().map_or(outage.end, |last| last.end);
        outage.start.time <= self.last && end.is_none_or(|end| end.time >= self.first)
    }

    /// Drops the outages of a destination that do not reach into the period; all of them when the destination had
    /// no attempt in it, since nothing is known then of how they went on. Those that stay keep their true start; those
    /// that are dropped are returned.
    ///
    /// To be called before [`judge`](crate::incident::judge), which needs the other findings as they are.
    pub fn limit_outages(&self, findings: &mut Findings, has_attempts: bool) -> Vec<Outage> {
        let is_dropped = |outage: &mut Outage| !has_attempts || !self.reaches(outage);
        findings
            .weak
            .retain_mut(|weak| !is_dropped(&mut weak.outage));
        findings.outages.extract_if(.., is_dropped).collect()
    }

    /// Drops what is said of a destination as a whole unless it had an attempt in the period, and failures of single
    /// messages that lie outside of it. To be called after [`judge`](crate::incident::judge).
    pub fn limit_standings(&self, findings: &mut Findings, has_attempts: bool) {
        let reaches =
            |standing: &Standing| standing.first <= self.last && standing.last >= self.first;
        findings.unreachable.take_if(|_| !has_attempts);
        findings.chronic.take_if(|_| !has_attempts);
        findings
            .minor
            .retain(|standing| has_attempts && reaches(standing));
    }

    /// Drops the incidents without an outage that is left, unless the incident itself reaches into the period and one
    /// of its destinations had an attempt in it.
    pub fn limit_incidents(
        &self,
        incidents: &mut Incidents,
        has_attempts: impl Fn(&Domain) -> bool,
    ) {
        incidents.all.retain(|incident| {
            !incident.outages.is_empty()
                || self.reaches(&incident.total) && incident.domains.iter().any(&has_attempts)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Basis, Incident, Scope};
    use crate::outage::{Boundary, Confidence, Kind, OutageType, Window};
    use crate::reason::Reason;

    const HOUR: i64 = 3600;

    /// The second of three days.
    const PERIOD: Period = Period {
        first: Timestamp::from_seconds(24 * HOUR),
        last: Timestamp::from_seconds(48 * HOUR),
    };

    fn at(hour: i64) -> Boundary {
        let time = Timestamp::from_seconds(hour * HOUR);
        Boundary {
            time,
            earliest: time,
            latest: time,
        }
    }

    fn window(kind: Kind, start: i64, end: Option<i64>) -> Window {
        Window {
            kind,
            label: String::new(),
            reply_code: None,
            enhanced_status: None,
            reason: Reason::Unspecified,
            start: at(start),
            end: end.map(at),
            attempts: 20,
            failures: 20,
            share: 1.0,
            mx: Vec::new(),
            sample: None,
            slow: None,
        }
    }

    fn outage(start: i64, end: Option<i64>) -> Outage {
        Outage {
            domain: Domain::new(b"a.example"),
            kind: OutageType::Outage,
            before_log: false,
            ongoing: end.is_none(),
            silent_end: false,
            start: at(start),
            end: end.map(at),
            normal_again: None,
            attempts: 20,
            failures: 20,
            messages: 10,
            recipients: 10,
            hosts: 1,
            by_host: Vec::new(),
            mx: Vec::new(),
            mx_working: Vec::new(),
            log_bayes_factor: 50.0,
            confidence: Confidence::Certain,
            windows: vec![window(Kind::NoConnection, start, end)],
        }
    }

    fn standing(first: i64, last: i64) -> Standing {
        Standing {
            domain: Domain::new(b"a.example"),
            certain: true,
            kind: Kind::NoConnection,
            label: String::new(),
            share: 1.0,
            attempts: 4,
            messages: 1,
            recipients: 1,
            first: at(first).time,
            last: at(last).time,
            sample: None,
        }
    }

    #[test]
    fn outages_that_were_over_before_or_began_later_are_dropped() {
        let mut slow_after = outage(10, Some(20));
        let slow = window(Kind::Delayed, 20, Some(30));
        slow_after.windows.push(slow);
        let cases = [
            (outage(1, Some(10)), false),
            (outage(1, Some(24)), true),
            (outage(1, Some(30)), true),
            (outage(1, Some(60)), true),
            (outage(1, None), true),
            (outage(30, Some(40)), true),
            (outage(48, None), true),
            (outage(50, Some(60)), false),
            (outage(50, None), false),
            (slow_after, true),
        ];
        for (outage, stays) in cases {
            let mut findings = Findings {
                outages: vec![outage.clone()],
                ..Findings::default()
            };
            PERIOD.limit_outages(&mut findings, true);
            // What stays keeps its true start.
            let expected: Vec<Outage> = stays.then(|| outage.clone()).into_iter().collect();
            assert_eq!(findings.outages, expected);
            PERIOD.limit_outages(&mut findings, false);
            assert_eq!(findings.outages, []);
        }
    }

    #[test]
    fn destinations_without_an_attempt_in_the_period_are_not_listed() {
        let all = Findings {
            outages: Vec::new(),
            unreachable: Some(standing(1, 60)),
            chronic: Some(standing(1, 60)),
            minor: vec![standing(1, 2), standing(20, 30), standing(50, 51)],
            weak: Vec::new(),
        };
        let mut findings = all.clone();
        PERIOD.limit_standings(&mut findings, true);
        let expected = Findings {
            minor: vec![standing(20, 30)],
            ..all.clone()
        };
        assert_eq!(findings, expected);
        let mut findings = all;
        PERIOD.limit_standings(&mut findings, false);
        assert_eq!(findings, Findings::default());
    }

    #[test]
    fn incidents_without_an_outage_that_is_left_must_reach_into_the_period_themselves() {
        let incident = |outages: &[(usize, usize)], total: Outage| Incident {
            scope: Scope::Sender,
            basis: Basis::Operators,
            domains: vec![Domain::new(b"a.example"), Domain::new(b"b.example")],
            active: 2,
            from_hosts: Vec::new(),
            outages: outages.to_vec(),
            total,
        };
        let cases = [
            (incident(&[], outage(1, Some(10))), true, false),
            (incident(&[(0, 0)], outage(1, Some(10))), true, true),
            (incident(&[], outage(1, Some(30))), true, true),
            (incident(&[], outage(1, None)), true, true),
            (incident(&[], outage(1, None)), false, false),
        ];
        for (incident, has_attempts, stays) in cases {
            let mut incidents = Incidents {
                all: vec![incident.clone()],
                ..Incidents::default()
            };
            let active = |domain: &Domain| has_attempts && domain.as_bytes() == b"b.example";
            PERIOD.limit_incidents(&mut incidents, active);
            assert_eq!(incidents.all.len(), usize::from(stays), "{incident:?}");
        }
    }
}
