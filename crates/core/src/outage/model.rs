//! What a destination may be doing, and how likely each count of answers then is.
//!
//! A destination is in one of 28 states: healthy, a burst of bad addresses in the list (never an outage),
//! or one kind of failure in one of up to three severities. A state gives each class of answer a mean
//! share; the counts of a minute follow a Dirichlet-multinomial law around it, so that a burst within one
//! minute, which is one cause and not many, saturates at about as many nats as the concentration. The law
//! is split in two levels (connection, name service or any reply; then which reply), so that a reply
//! without news counts as proof that the host answers and as nothing else. Recipients refused for good are told apart by
//! whether they ever took mail: a bad list names strangers, an outage refuses everyone.

use crate::evidence::Class;
use crate::tally::Slot;

use super::gamma::ln_gamma_ratio;

/// Shares by [`Class::index`]; they sum to 1.
pub(super) type Shares = [f64; Class::COUNT];

/// Counts by [`Slot::index`].
pub(super) type Counts = [u32; Slot::COUNT];

/// Log-likelihoods by state.
pub(super) type ByState = [f64; STATES.len()];

/// What a state says is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing is wrong.
    Healthy,
    /// Many unknown recipients for a while: a bad list, not a bad destination.
    BadList,
    /// Failures of one class.
    Class(Class),
    /// Failures of several classes.
    Mixed,
}

/// One state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct State {
    /// What is going on.
    pub(super) cause: Cause,
    /// Share of the attempts that it takes, 0 to 1.
    pub(super) severity: f64,
}

const fn failing(class: Class, severity: f64) -> State {
    State {
        cause: Cause::Class(class),
        severity,
    }
}

const fn mixed(severity: f64) -> State {
    State {
        cause: Cause::Mixed,
        severity,
    }
}

const fn bad_list(severity: f64) -> State {
    State {
        cause: Cause::BadList,
        severity,
    }
}

/// Index of the healthy state.
pub(super) const HEALTHY: usize = 0;

/// Index of the first state of [`Cause::BadList`]; the others follow it to the end.
pub(super) const BAD_LIST: usize = STATES.len() - 3;

/// Severity of the tail of an outage: the last few refusals while it is being restored.
pub(super) const TAIL: f64 = 0.12;

/// Every state. Those of one cause stand together. Recipient-scope classes have no mild state: a few
/// refused recipients are everyday life. Causes that end gradually have a tail, which only follows a more
/// severe state of the same cause.
pub(super) const STATES: [State; 28] = [
    State {
        cause: Cause::Healthy,
        severity: 0.0,
    },
    failing(Class::Conn, 0.3),
    failing(Class::Conn, 0.6),
    failing(Class::Conn, 0.95),
    failing(Class::Dns, 0.3),
    failing(Class::Dns, 0.6),
    failing(Class::Dns, 0.95),
    failing(Class::TmpSys, TAIL),
    failing(Class::TmpSys, 0.3),
    failing(Class::TmpSys, 0.6),
    failing(Class::TmpSys, 0.95),
    failing(Class::PermSys, 0.3),
    failing(Class::PermSys, 0.6),
    failing(Class::PermSys, 0.95),
    failing(Class::Policy, 0.3),
    failing(Class::Policy, 0.6),
    failing(Class::Policy, 0.95),
    failing(Class::TmpRcpt, TAIL),
    failing(Class::TmpRcpt, 0.6),
    failing(Class::TmpRcpt, 0.95),
    failing(Class::PermRcpt, 0.6),
    failing(Class::PermRcpt, 0.95),
    mixed(TAIL),
    mixed(0.5),
    mixed(0.9),
    bad_list(0.28),
    bad_list(0.55),
    bad_list(0.8),
];

/// First state and end of each failing cause in [`STATES`], and whether the first is a tail.
pub(super) const GROUPS: [(usize, usize, bool); 9] = [
    (1, 4, false),
    (4, 7, false),
    (7, 11, true),
    (11, 14, false),
    (14, 17, false),
    (17, 20, true),
    (20, 22, false),
    (22, 25, true),
    (25, 28, false),
];

/// States that a healthy destination may fall into.
pub(super) const ENTRIES: usize = 24;

/// Concentration (pseudo attempts) of the healthy states: how alike healthy minutes are. Results are the
/// same from 10 to 100.
const CONCENTRATION_HEALTHY: f64 = 25.0;

/// Concentration (pseudo attempts) of failing states: lower, since outages are uneven. Results are the
/// same from 4 to 25.
const CONCENTRATION_FAILING: f64 = 10.0;

/// Within the failing share: how much has the class of the state; the rest is spread as in [`MIXTURE`].
const PURITY: f64 = 0.93;

/// Shares of the classes when failures are of several kinds, as in a service that is being restored.
const MIXTURE: Shares = {
    let mut shares = [0.0; Class::COUNT];
    shares[Class::Conn.index()] = 0.25;
    shares[Class::TmpSys.index()] = 0.25;
    shares[Class::TmpRcpt.index()] = 0.25;
    shares[Class::PermRcpt.index()] = 0.15;
    shares[Class::PermSys.index()] = 0.10;
    shares
};

/// Shares of strangers, who never took mail, among those refused for good.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Strangers {
    /// While nothing is wrong.
    pub(super) healthy: f64,
    /// By an outage. In a burst of bad addresses all are strangers.
    pub(super) outage: f64,
}

/// No parameter of the law falls below this (pseudo attempts), so that nothing is impossible.
const LEAST_PARAMETER: f64 = 1e-3;

/// Counts up to this are looked up, larger ones computed.
const TABLE: usize = 255;

/// Columns of the table beside the classes: all attempts, and those that got a reply.
const COLUMN_ALL: usize = Class::COUNT;
const COLUMN_REPLY: usize = Class::COUNT + 1;
/// Of [`Class::PermRcpt`], those who never took mail; its own column holds the others.
const COLUMN_STRANGERS: usize = Class::COUNT + 2;
const COLUMNS: usize = Class::COUNT + 3;

/// The largest count of each column over some minutes: what a [`Model`] should look up.
#[derive(Debug, Default)]
pub(super) struct Largest([u64; COLUMNS]);

impl Largest {
    /// Of these minutes.
    pub(super) fn of<'a>(minutes: impl IntoIterator<Item = &'a Counts>) -> Largest {
        let mut largest = Largest::default();
        for counts in minutes {
            let mut all = 0;
            for (&n, most) in counts.iter().zip(&mut largest.0) {
                all += u64::from(n);
                *most = u64::from(n).max(*most);
            }
            let refused = u64::from(counts[Class::PermRcpt.index()]);
            largest.0[COLUMN_STRANGERS] = largest.0[COLUMN_STRANGERS].max(refused);
            for column in [COLUMN_ALL, COLUMN_REPLY] {
                largest.0[column] = largest.0[column].max(all);
            }
        }
        largest
    }
}

/// The law of the counts in each state, for one healthy composition.
#[derive(Debug)]
pub(super) struct Model {
    /// Parameters by column, then state.
    parameters: [ByState; COLUMNS],
    /// `ln Γ(a + n) - ln Γ(a)` by column, then n, then state.
    tables: [Vec<ByState>; COLUMNS],
}

impl Model {
    /// For the healthy composition `base`; `largest` are the largest counts that will be asked for.
    pub(super) fn new(base: &Shares, strangers: Strangers, largest: &Largest) -> Model {
        let mut parameters = [[0.0; STATES.len()]; COLUMNS];
        for (s, state) in STATES.iter().enumerate() {
            let mean = mean(*state, base);
            let concentration = match state.cause {
                Cause::Healthy | Cause::BadList => CONCENTRATION_HEALTHY,
                Cause::Class(_) | Cause::Mixed => CONCENTRATION_FAILING,
            };
            let (mut all, mut reply) = (0.0, 0.0);
            for class in Class::ALL {
                let mut a = (concentration * mean[class.index()]).max(LEAST_PARAMETER);
                if class == Class::PermRcpt {
                    let healthy = (1.0 - state.severity) * base[class.index()];
                    let fault = (mean[class.index()] - healthy).max(0.0);
                    let known = match state.cause {
                        Cause::Healthy | Cause::BadList => 0.0,
                        Cause::Class(_) | Cause::Mixed => (1.0 - strangers.outage) * fault,
                    };
                    let known = concentration * (known + (1.0 - strangers.healthy) * healthy);
                    let of_strangers = (a - known).max(LEAST_PARAMETER);
                    parameters[COLUMN_STRANGERS][s] = of_strangers;
                    all += of_strangers;
                    reply += of_strangers;
                    a = known.max(LEAST_PARAMETER);
                }
                parameters[class.index()][s] = a;
                all += a;
                if is_reply(class) {
                    reply += a;
                }
            }
            parameters[COLUMN_ALL][s] = all;
            parameters[COLUMN_REPLY][s] = reply;
        }
        let tables = std::array::from_fn(|column| {
            let rows = usize::try_from(largest.0[column]).map_or(TABLE, |n| n.min(TABLE)) + 1;
            let mut row = [0.0; STATES.len()];
            let mut table = Vec::with_capacity(rows);
            table.push(row);
            for n in 1..rows {
                for (cell, parameter) in row.iter_mut().zip(&parameters[column]) {
                    *cell += (parameter + (n - 1) as f64).ln();
                }
                table.push(row);
            }
            table
        });
        Model { parameters, tables }
    }

    /// Log-likelihood of the counts of one minute in each state, but for a constant. Of those refused for good
    /// so many are `strangers`.
    pub(super) fn likelihood(&self, counts: &Counts, strangers: u32) -> ByState {
        let mut sum = [0.0; STATES.len()];
        let neutral = u64::from(counts[Slot::Neutral.index()]);
        let (mut replies, mut all) = (0, neutral);
        for class in Class::ALL {
            let n = u64::from(counts[class.index()]);
            if n > 0 {
                let apart = match class {
                    Class::PermRcpt => u64::from(strangers).min(n),
                    _ => 0,
                };
                self.add(&mut sum, class.index(), n - apart, 1.0);
                self.add(&mut sum, COLUMN_STRANGERS, apart, 1.0);
                all += n;
                replies += if is_reply(class) { n } else { 0 };
            }
        }
        self.add(&mut sum, COLUMN_ALL, all, -1.0);
        if neutral > 0 {
            self.add(&mut sum, COLUMN_REPLY, replies + neutral, 1.0);
            self.add(&mut sum, COLUMN_REPLY, replies, -1.0);
        }
        sum
    }

    fn add(&self, sum: &mut ByState, column: usize, n: u64, sign: f64) {
        if n == 0 {
            return; // ln 1
        }
        let row = usize::try_from(n)
            .ok()
            .and_then(|n| self.tables[column].get(n));
        if let Some(row) = row {
            for (total, value) in sum.iter_mut().zip(row) {
                *total += sign * value;
            }
            return;
        }
        for (total, parameter) in sum.iter_mut().zip(&self.parameters[column]) {
            *total += sign * ln_gamma_ratio(*parameter, n as f64);
        }
    }

    /// Log-probability of a single attempt by slot, in the state of that index.
    pub(super) fn single(&self, state: usize) -> [f64; Slot::COUNT] {
        let share = |column: usize| {
            (self.parameters[column][state] / self.parameters[COLUMN_ALL][state]).ln()
        };
        let mut logs = [share(COLUMN_REPLY); Slot::COUNT];
        for class in Class::ALL {
            logs[class.index()] = share(class.index());
        }
        let refused = &mut logs[Class::PermRcpt.index()];
        *refused = (refused.exp() + share(COLUMN_STRANGERS).exp()).ln();
        logs
    }
}

/// True when an answer of that class came from the host itself.
const fn is_reply(class: Class) -> bool {
    !matches!(class, Class::Conn | Class::Dns)
}

/// Mean shares of a state: the healthy composition, and over it the failures of its cause.
fn mean(state: State, base: &Shares) -> Shares {
    let mut mean = *base;
    for (c, share) in mean.iter_mut().enumerate() {
        let one = |class: Class| f64::from(u8::from(class.index() == c));
        let fault = match state.cause {
            Cause::Healthy => 0.0,
            Cause::BadList => one(Class::PermRcpt),
            Cause::Class(class) => PURITY * one(class) + (1.0 - PURITY) * MIXTURE[c],
            Cause::Mixed => MIXTURE[c],
        };
        *share = (1.0 - state.severity) * *share + state.severity * fault;
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGERS: Strangers = Strangers {
        healthy: 0.9,
        outage: 0.4,
    };

    #[test]
    fn groups_hold_the_states_of_one_cause() {
        let mut next = HEALTHY + 1;
        let mut entries = 0;
        for (begin, end, tail) in GROUPS {
            assert_eq!(begin, next);
            assert_eq!(tail, STATES[begin].severity <= TAIL);
            entries += end - begin - usize::from(tail);
            assert!((begin..end).all(|s| STATES[s].cause == STATES[begin].cause));
            assert!(end == STATES.len() || STATES[end].cause != STATES[begin].cause);
            next = end;
        }
        assert_eq!(next, STATES.len());
        assert_eq!(entries, ENTRIES);
    }

    #[test]
    fn likelihoods_of_single_attempts_are_their_shares() {
        let base = [0.9, 0.02, 0.01, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01];
        for slot in 0..Slot::COUNT {
            let mut counts = [0; Slot::COUNT];
            counts[slot] = 1;
            let model = Model::new(&base, STRANGERS, &Largest::of([&counts]));
            let mut likelihood = model.likelihood(&counts, 0);
            if slot == Class::PermRcpt.index() {
                let of_strangers = model.likelihood(&counts, 1);
                for (value, other) in likelihood.iter_mut().zip(of_strangers) {
                    *value = (value.exp() + other.exp()).ln();
                }
            }
            for (s, value) in likelihood.iter().enumerate() {
                assert!((value - model.single(s)[slot]).abs() < 1e-9, "{slot} {s}");
            }
        }
    }

    #[test]
    fn large_counts_are_computed_as_the_table_would() {
        let base = [0.9, 0.02, 0.01, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01];
        let counts = [120, 30, 5, 20, 3, 0, 9, 2, 1, 8];
        let few = counts.map(|n: u32| n.min(4));
        let small = Model::new(&base, STRANGERS, &Largest::of([&few]));
        let large = Model::new(&base, STRANGERS, &Largest::of([&counts]));
        let (a, b) = (small.likelihood(&counts, 7), large.likelihood(&counts, 7));
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-7));
    }
}
