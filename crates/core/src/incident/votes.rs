//! All operators as one destination, in which each has one weight.
//!
//! Counted by attempts, the largest operator would be all that is seen; so each operator counts once for each kind
//! of answer that it gave in a minute. What is left is the share of operators that fail: near nothing on any day,
//! most of them when our own side fails.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::View;
use crate::address::Domain;
use crate::operator::Operator;
use crate::tally::{Cell, Delays, Evidence, Few, Minute, bucket};

/// The minutes of each operator, as one reporting host saw them or as all did.
pub(super) type Seen<'d> = BTreeMap<usize, Vec<&'d [Minute]>>;

/// What all hosts of ours saw of each operator.
pub(super) fn seen_by_all<'d>(all: &View<'d>, operators: &'d [Operator]) -> Seen<'d> {
    let mut seen = Seen::new();
    for (index, operator) in operators.iter().enumerate() {
        for (_, destination) in all.informative(operator) {
            let cells = destination.minutes().map(|(_, cells)| cells);
            seen.entry(index).or_default().extend(cells);
        }
    }
    seen
}

/// What each host of ours saw of each operator.
pub(super) fn seen_by_hosts<'d>(
    all: &View<'d>,
    operators: &'d [Operator],
) -> BTreeMap<&'d [u8], Seen<'d>> {
    let mut hosts: BTreeMap<&[u8], Seen<'d>> = BTreeMap::new();
    for (index, operator) in operators.iter().enumerate() {
        for (_, destination) in all.informative(operator) {
            for (host, cells) in destination.minutes() {
                let seen = hosts.entry(host).or_default();
                seen.entry(index).or_default().push(cells);
            }
        }
    }
    hosts
}

/// What the hosts of ours but one saw of each operator.
pub(super) fn seen_by_others<'d>(hosts: &BTreeMap<&'d [u8], Seen<'d>>, but: &[u8]) -> Seen<'d> {
    let mut others = Seen::new();
    for seen in hosts
        .iter()
        .filter(|(host, _)| **host != but)
        .map(|it| it.1)
    {
        for (&operator, cells) in seen {
            others.entry(operator).or_default().extend(cells);
        }
    }
    others
}

/// Parts that are counted at once, at most: each has its own map of all minutes.
const MOST_PARTS: usize = 4;

/// What the operators said in each minute, as evidence about our own side. Refused recipients and what receivers
/// think of our mail are no concern of it: they are neutral.
pub(super) fn of(seen: &Seen<'_>) -> Evidence {
    let operators: Vec<&Vec<&[Minute]>> = seen.values().collect();
    let parts = operators.par_chunks(operators.len().div_ceil(MOST_PARTS).max(1));
    let parts: Vec<HashMap<i64, Minute>> = parts
        .map(|part| {
            let mut minutes = HashMap::new();
            for cells in part {
                add(&mut minutes, cells);
            }
            minutes
        })
        .collect();
    let mut minutes: HashMap<i64, Minute> = HashMap::new();
    for part in parts {
        if minutes.is_empty() {
            minutes = part;
            continue;
        }
        for (minute, cell) in part {
            match minutes.get_mut(&minute) {
                Some(sum) => sum.absorb(cell),
                None => {
                    minutes.insert(minute, cell);
                }
            }
        }
    }
    let mut cells: Vec<Minute> = minutes.into_values().collect();
    cells.sort_unstable_by_key(|cell| cell.number);
    let buckets = cells.iter().filter_map(|cell| bucket(&[cell])).collect();
    Evidence {
        domain: Domain::new(b""),
        hosts: 1,
        buckets,
        replies: Vec::new(),
        relays: Vec::new(),
        delays: Delays::default(),
        oldest: None,
        echoed: Few::default(),
        echoes: 0,
        bounces_only: false,
    }
}

/// Adds the weight of one operator in each minute.
fn add(minutes: &mut HashMap<i64, Minute>, cells: &[&[Minute]]) {
    if let [cells] = cells {
        for cell in *cells {
            vote(minutes, cell.number, &[cell]);
        }
        return;
    }
    let mut cells: Vec<&Minute> = cells.iter().copied().flatten().collect();
    cells.sort_by_key(|cell| cell.number);
    for same in cells.chunk_by(|a, b| a.number == b.number) {
        if let Some(first) = same.first() {
            vote(minutes, first.number, same);
        }
    }
}

/// One weight for each kind of answer in the cells of one minute.
fn vote(minutes: &mut HashMap<i64, Minute>, minute: i64, cells: &[&Minute]) {
    let sum = minutes.entry(minute).or_insert_with(|| Minute::new(minute));
    if cells.iter().any(|cell| cell.failed.is_some()) {
        let mut all = Minute::new(minute);
        for cell in cells {
            all.absorb(Minute::clone(cell));
        }
        sum.absorb(all.into_voices());
        return;
    }
    // Nearly all minutes of nearly all operators: mail was taken and nothing failed.
    let taken = cells.iter().filter(|cell| cell.ok > 0);
    for (index, cell) in taken.enumerate() {
        sum.ok = sum.ok.saturating_add(u32::from(index == 0));
        sum.ok_offsets.widen(cell.ok_offsets);
    }
}
