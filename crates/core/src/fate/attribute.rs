//! Lays fates on outages.
//!
//! A fate belongs to the window of its failing attempts, not of its submission or its end: what was refused,
//! to the window in which it was refused; all else, to the window of its first failure. The chance that a
//! refusal was the outage's doing is 1 - b/s: b the share of its class in normal times, s that in the window.

use super::{Attribution, DestinationProfile, End, Ledger, OutageFates};
use crate::address::Domain;
use crate::outage::OutageId;
use crate::time::Timestamp;

/// What [`attribute`] says of all fates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributions {
    /// One attribution per fate, in the order of [`Ledger::iter`].
    pub fates: Vec<Attribution>,
    /// The counts of each outage, in the order of their numbers.
    pub outages: Vec<OutageFates>,
}

/// Lays fates on outages. `profiles` are those of the destinations with outages, in order of their names; `outages` is
/// how many outages there are.
pub fn attribute(ledger: &Ledger, profiles: &[DestinationProfile], outages: usize) -> Attributions {
    let mut counts = vec![OutageFates::default(); outages];
    for (id, accepted) in profiles.iter().flat_map(DestinationProfile::accepted) {
        if let Some(counts) = counts.get_mut(id.index()) {
            *counts = accepted;
        }
    }
    let mut last_domain: (Option<Domain>, Option<&DestinationProfile>) = (None, None);
    let mut fates: Vec<Attribution> = Vec::with_capacity(ledger.len());
    let mut late: Vec<(&DestinationProfile, Timestamp)> = Vec::new();
    for fate in ledger.iter() {
        let domain = fate.domain();
        if domain != last_domain.0 {
            let profile = domain.as_ref().and_then(|domain| {
                let by_name = profiles.binary_search_by(|it| it.domain().cmp(domain));
                profiles.get(by_name.ok()?)
            });
            last_domain = (domain, profile);
        }
        let profile = last_domain.1;
        let (attribution, window) = match profile {
            Some(profile) => profile.attribute(&fate, ledger),
            None => (Attribution::outside(&fate), 0),
        };
        if let Some(id) = attribution.outage
            && let Some(counts) = counts.get_mut(id.index())
        {
            counts.total.add(&fate, attribution.cause);
            if let Some(window) = counts.windows.get_mut(window) {
                window.add(&fate, attribution.cause);
            }
        }
        if fate.end == End::DeliveredLate
            && let Some(profile) = profile
        {
            late.push((profile, fate.last));
        }
        fates.push(attribution);
    }
    // What was accepted while an outage lasted, less those that had failed before.
    for (profile, time) in late {
        if let Some((id, window)) = profile.window_of_accepted(time) {
            remove_accepted(&mut counts, id, window);
        }
    }
    for counts in &mut counts {
        counts.total.delays_s.sort_by(f64::total_cmp);
        for window in &mut counts.windows {
            window.delays_s.sort_by(f64::total_cmp);
        }
    }
    Attributions {
        fates,
        outages: counts,
    }
}

fn remove_accepted(counts: &mut [OutageFates], id: OutageId, window: usize) {
    let Some(counts) = counts.get_mut(id.index()) else {
        return;
    };
    counts.total.delivered = counts.total.delivered.saturating_sub(1);
    if let Some(window) = counts.windows.get_mut(window) {
        window.delivered = window.delivered.saturating_sub(1);
    }
}
