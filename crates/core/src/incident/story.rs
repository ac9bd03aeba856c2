//! Outages with one story: the same answers, changing at the same times.
//!
//! One operator may have a name of its own for each of its domains (`smtp-in.libero.it`, `smtp-in.virgilio.it`), so
//! that MX hosts do not tell. But when two destinations went from no connection to 550 and on to 452 at the same
//! times, chance is no explanation. Two outages have one story when they lie mostly within each other, at least one
//! change from the same kind to the same kind coincides, and all that coincides is less likely by chance than
//! 1 in 100 among all outages that might have. Times alone (both began and ended together, of one kind) are not
//! enough: that may as well be the network between.

use super::{Basis, Incident, MOST, Scope, View, part_within};
use crate::address::Domain;
use crate::operator::Operator;
use crate::outage::{self, Boundary, Kind, Outage};
use crate::tally::Destination;

/// Coincidences must be less likely than this.
const BY_CHANCE: f64 = 0.01;

/// A boundary known better than this (milliseconds) may as well be known to this.
const SHARPEST: f64 = 60_000.0;

/// Joins the incidents of single destinations or operators that have one story.
pub(super) fn join(
    all: &View<'_>,
    operators: &[Operator],
    mut incidents: Vec<Incident>,
) -> Vec<Incident> {
    let length = all.log.1.seconds_since(all.log.0) * 1000.0;
    let candidates = incidents.len() as f64;
    // The one with the most mail is told best, and gives its name.
    incidents.sort_by(|a, b| {
        let key = |it: &Incident| (it.whole.messages, it.whole.failures);
        key(b).cmp(&key(a)).then_with(|| a.domains.cmp(&b.domains))
    });
    let mut stories: Vec<Vec<Incident>> = Vec::new();
    for incident in incidents {
        let same = stories.iter_mut().find(|story| {
            story.first().is_some_and(|first| {
                let (a, b) = (&first.whole, &incident.whole);
                part_within(all.stretch(a), all.stretch(b)) >= MOST
                    && part_within(all.stretch(b), all.stretch(a)) >= MOST
                    && a.kind == b.kind
                    && by_chance(a, b, length).is_some_and(|chance| chance * candidates < BY_CHANCE)
                    && !incident.domains.iter().any(|it| first.domains.contains(it))
            })
        });
        match same {
            Some(story) => story.push(incident),
            None => stories.push(vec![incident]),
        }
    }
    stories
        .into_iter()
        .filter_map(|story| told(all, operators, story))
        .collect()
}

/// The chance that what coincides in two outages does so by accident; `None` when no change of kind does.
fn by_chance(a: &Outage, b: &Outage, length: f64) -> Option<f64> {
    let (changes_a, changes_b) = (changes(a), changes(b));
    let mut known = 0;
    let mut chance = 1.0;
    for (change, at) in &changes_a {
        let same = changes_b.iter().find(|(other, there)| {
            change == other && at.earliest <= there.latest && there.earliest <= at.latest
        });
        if let Some((_, there)) = same {
            let from = at.earliest.min(there.earliest);
            let to = at.latest.max(there.latest);
            let width = (to.seconds_since(from) * 1000.0).max(SHARPEST);
            chance *= (width / length.max(SHARPEST)).min(1.0);
            known += usize::from(matches!(change, (Some(_), Some(_))));
        }
    }
    (known > 0).then_some(chance)
}

/// From what kind to what other, and when; what the ends of the log cut off is no change.
type Change = ((Option<Kind>, Option<Kind>), Boundary);

fn changes(outage: &Outage) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut before = None;
    // Slow delivery comes after the end of refusals.
    let refusals = outage.windows.iter();
    for window in refusals.filter(|window| window.kind != Kind::Delayed) {
        if before.is_some() || !outage.before_log {
            changes.push(((before, Some(window.kind)), window.start));
        }
        before = Some(window.kind);
    }
    changes.extend(outage.end.map(|end| ((before, None), end)));
    changes
}

/// The incidents of one story as one, judged together.
fn told(all: &View<'_>, operators: &[Operator], story: Vec<Incident>) -> Option<Incident> {
    let mut story = story.into_iter();
    let mut first = story.next()?;
    let place = first.outages.first().map(|&(destination, _)| destination);
    let is_alone = story.len() == 0;
    for other in story {
        first.domains.extend(other.domains);
        first.outages.extend(other.outages);
        first.active += other.active;
    }
    if is_alone {
        return Some(first);
    }
    first.domains.sort_unstable();
    first.outages.sort_unstable();
    first.scope = Scope::Operator;
    first.basis = Basis::Story;
    let members: Vec<&Destination> = all
        .destinations
        .iter()
        .filter(|it| first.domains.binary_search(it.domain()).is_ok())
        .collect();
    let of = operators
        .iter()
        .find(|operator| place.is_some_and(|place| operator.members.contains(&place)));
    let name: Domain = of.map_or_else(|| first.whole.domain.clone(), |of| of.name.clone());
    let stretch = all.stretch(&first.whole);
    let together = outage::find(&Destination::pool(name.clone(), &members), all.log).outages;
    let together = together.into_iter().find(|whole| {
        let own = all.stretch(whole);
        whole.kind == first.whole.kind
            && part_within(own, stretch) >= MOST
            && part_within(stretch, own) >= MOST
    });
    first.whole = together.unwrap_or(first.whole);
    first.whole.domain = name;
    Some(first)
}
