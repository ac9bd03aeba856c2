//! How many fates there are of each kind in an outage.

use super::{Cause, End, Fate};

/// Fates by their ends, of one window or of one outage.
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
    /// Delays of those delivered late, in seconds, in ascending order.
    pub delays_s: Vec<f64>,
}

impl Counts {
    /// The counts of several outages together.
    pub fn sum<'c>(all: impl IntoIterator<Item = &'c Counts>) -> Counts {
        let mut sum = Counts::default();
        for counts in all {
            sum.delivered += counts.delivered;
            sum.delivered_late += counts.delivered_late;
            sum.bounced_by_outage += counts.bounced_by_outage;
            sum.bounced += counts.bounced;
            sum.expired += counts.expired;
            sum.pending += counts.pending;
            sum.delays_s.extend_from_slice(&counts.delays_s);
        }
        sum.delays_s.sort_by(f64::total_cmp);
        sum
    }

    /// The delay in seconds below which this share (0 to 1) of the late deliveries stayed.
    pub fn delay_s(&self, share: f64) -> Option<f64> {
        let last = self.delays_s.len().checked_sub(1)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in the list"
        )]
        let place = (share.clamp(0.0, 1.0) * last as f64).round() as usize;
        self.delays_s.get(place).copied()
    }

    /// How many recipients there is more to say of than that they were accepted at once.
    pub const fn failed(&self) -> u64 {
        self.delivered_late + self.bounced_by_outage + self.bounced + self.expired + self.pending
    }

    /// Counts with this many accepted, and nothing else.
    pub(super) fn of_delivered(delivered: u64) -> Counts {
        Counts {
            delivered,
            ..Counts::default()
        }
    }

    pub(super) fn add(&mut self, fate: &Fate<'_>, cause: Cause) {
        let count = match fate.end {
            End::Bounced if cause == Cause::Outage => &mut self.bounced_by_outage,
            End::Bounced => &mut self.bounced,
            End::Delivered | End::Discarded => return,
            End::DeliveredLate => {
                self.delays_s.extend(fate.delay_s());
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
    /// Those of all its windows.
    pub total: Counts,
    /// Those of each window, in order.
    pub windows: Vec<Counts>,
}
