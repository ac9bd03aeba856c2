//! Which outage a fate belongs to, and whether it was the outage's doing.
//!
//! A fate belongs to the window of its failing attempts, not of its submission or its end: what was refused,
//! to the window in which it was refused; all else, to the window of its first failure. The chance that a
//! refusal was the outage's doing is 1 - b/s: b the share of its class in normal times, s that in the window.

use super::case::{Case, own_cause};
use super::{End, Fate, Ledger};
use crate::address::Domain;
use crate::time::Timestamp;

/// A window of an outage, by places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Place of the destination in the list that was judged by.
    pub destination: usize,
    /// Place of the outage among those of the destination.
    pub outage: usize,
    /// Place of the window in the outage.
    pub window: usize,
}

/// Whose doing a fate was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// The recipient's or the message's own.
    Genuine,
    /// The outage's.
    Outage,
    /// Not known.
    Unknown,
}

impl Cause {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Cause::Genuine => "genuine",
            Cause::Outage => "outage",
            Cause::Unknown => "unknown",
        }
    }
}

/// What speaks for an address that an outage refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// It took mail at another time.
    Accepted,
    /// The window refused nearly everyone.
    Plausible,
}

impl Grade {
    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Grade::Accepted => "accepted",
            Grade::Plausible => "plausible",
        }
    }
}

/// What is judged of one fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The window it belongs to.
    pub place: Option<Place>,
    /// Whose doing it was.
    pub cause: Cause,
    /// What speaks for the address, where the outage refused it.
    pub grade: Option<Grade>,
}

/// Fates by their ends: of one window, or of one outage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Accepted at the first attempt while it lasted.
    pub delivered: u64,
    /// Accepted after failing in it.
    pub delivered_late: u64,
    /// Refused for good, by the outage's doing.
    pub bounced_by_outage: u64,
    /// Refused for good for reasons of their own.
    pub bounced: u64,
    /// Given up because they waited too long.
    pub expired: u64,
    /// Still queued.
    pub pending: u64,
    /// Delays of those delivered late, in seconds, in order.
    delays: Vec<f64>,
}

impl Counts {
    /// The delay in seconds below which this share (0 to 1) of the late deliveries stayed.
    pub fn delay_s(&self, share: f64) -> Option<f64> {
        let last = self.delays.len().checked_sub(1)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in the list"
        )]
        let place = (share.clamp(0.0, 1.0) * last as f64).round() as usize;
        self.delays.get(place).copied()
    }

    /// Counts with so many accepted.
    pub(super) fn of_delivered(delivered: u64) -> Counts {
        Counts {
            delivered,
            ..Counts::default()
        }
    }

    fn add(&mut self, fate: &Fate<'_>, cause: Cause) {
        let count = match fate.end {
            End::Bounced if cause == Cause::Outage => &mut self.bounced_by_outage,
            End::Bounced => &mut self.bounced,
            End::Delivered | End::Discarded => return,
            End::DeliveredLate => {
                self.delays.extend(fate.delay_s());
                &mut self.delivered_late
            }
            End::Expired => &mut self.expired,
            End::Pending => &mut self.pending,
        };
        *count += 1;
    }
}

/// The fates of one outage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutageFates {
    /// Of all its windows.
    pub total: Counts,
    /// Of each window, in order.
    pub windows: Vec<Counts>,
}

/// What is judged of all fates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// Of each fate, in the order of the ledger.
    pub fates: Vec<Judged>,
    /// Of each destination and each of its outages, in the order of the list that was judged by.
    pub outages: Vec<Vec<OutageFates>>,
}

/// Puts fates into the windows of outages: `cases` are those of the destinations that had one, in order of
/// their names.
pub fn judge(ledger: &Ledger, cases: &[Case]) -> Judgement {
    let mut outages: Vec<Vec<OutageFates>> = cases.iter().map(Case::fates).collect();
    let mut last_domain: (Option<Domain>, Option<usize>) = (None, None);
    let mut fates: Vec<Judged> = Vec::with_capacity(ledger.len());
    let mut late: Vec<(usize, Timestamp)> = Vec::new();
    for fate in ledger.iter() {
        let domain = fate.domain();
        if domain != last_domain.0 {
            let place = domain
                .as_ref()
                .and_then(|domain| cases.binary_search_by(|case| case.domain.cmp(domain)).ok());
            last_domain = (domain, place);
        }
        let case = last_domain
            .1
            .and_then(|place| Some((place, cases.get(place)?)));
        let judged = match case {
            Some((destination, case)) => case.judge(&fate, destination, ledger),
            None => Judged {
                place: None,
                cause: own_cause(&fate),
                grade: None,
            },
        };
        if let Some(Place {
            destination,
            outage,
            window,
        }) = judged.place
            && let Some(counts) = outages
                .get_mut(destination)
                .and_then(|outages| outages.get_mut(outage))
        {
            counts.total.add(&fate, judged.cause);
            if let Some(window) = counts.windows.get_mut(window) {
                window.add(&fate, judged.cause);
            }
        }
        if fate.end == End::DeliveredLate
            && let Some((destination, _)) = case
        {
            late.push((destination, fate.last));
        }
        fates.push(judged);
    }
    // What was accepted while an outage lasted, less those that had failed before.
    for (destination, time) in late {
        if let (Some(case), Some(outages)) = (cases.get(destination), outages.get_mut(destination))
            && let Some((outage, window)) = case.place_of_accepted(time)
            && let Some(counts) = outages.get_mut(outage)
        {
            counts.total.delivered = counts.total.delivered.saturating_sub(1);
            if let Some(window) = counts.windows.get_mut(window) {
                window.delivered = window.delivered.saturating_sub(1);
            }
        }
    }
    for counts in outages.iter_mut().flatten() {
        counts.total.delays.sort_by(f64::total_cmp);
        for window in &mut counts.windows {
            window.delays.sort_by(f64::total_cmp);
        }
    }
    Judgement { fates, outages }
}
