//! The sentence that says what each of our own sending hosts saw of an outage, where they clearly differ.

use std::cmp::Ordering;

use mailgap_core::outage::HostCount;

use super::numbers::count;

/// Hosts named in a sentence; more are counted.
const MOST_NAMED: usize = 3;

/// `330 of 378 attempts from relay3 failed, 1 of 1,919 from the 4 others.` Host names may hold hostile text. `None` for
/// fewer than two hosts.
pub(crate) fn sentence(hosts: &[HostCount]) -> Option<String> {
    let mut hosts: Vec<&HostCount> = hosts.iter().collect();
    hosts.sort_by(|a, b| by_share(a, b).then_with(|| a.host.cmp(&b.host)));
    // Those that failed end where the share of failures falls most.
    let falls = hosts.windows(2).enumerate().map(|(number, pair)| {
        let fall = match pair {
            [above, below] => share(above) - share(below),
            _ => 0.0,
        };
        (number + 1, fall)
    });
    let (split, _) = falls.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    let (failing, others) = hosts.split_at_checked(split)?;
    let others_named = match others {
        [one] => String::from_utf8_lossy(&one.host).into_owned(),
        _ => format!("the {} others", count(others.len() as u64)),
    };
    Some(format!(
        "{} attempts from {} failed, {} from {others_named}.",
        failures_of(failing),
        named(failing),
        failures_of(others)
    ))
}

/// The host that failed most first.
fn by_share(a: &HostCount, b: &HostCount) -> Ordering {
    share(b).total_cmp(&share(a))
}

fn share(host: &HostCount) -> f64 {
    host.failures as f64 / host.attempts.max(1) as f64
}

/// `330 of 378`
fn failures_of(hosts: &[&HostCount]) -> String {
    let sum = |of: fn(&HostCount) -> u64| hosts.iter().map(|host| of(host)).sum::<u64>();
    let (failures, attempts) = (sum(|host| host.failures), sum(|host| host.attempts));
    format!("{} of {}", count(failures), count(attempts))
}

fn named(hosts: &[&HostCount]) -> String {
    let names = hosts.iter().take(MOST_NAMED);
    let names: Vec<_> = names
        .map(|host| String::from_utf8_lossy(&host.host))
        .collect();
    match hosts.len().saturating_sub(MOST_NAMED) {
        0 => names.join(", "),
        more => format!("{} and {} more", names.join(", "), count(more as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, attempts, failures.
    type Counts<'c> = (&'c str, u64, u64);

    fn hosts(counts: &[Counts<'_>]) -> Vec<HostCount> {
        let host = |&(host, attempts, failures): &Counts<'_>| HostCount {
            host: host.as_bytes().into(),
            attempts,
            failures,
        };
        counts.iter().map(host).collect()
    }

    #[test]
    fn hosts_that_failed_are_named_and_the_others_summed() {
        let cases: [(&[Counts<'_>], &str); 4] = [
            (
                &[
                    ("relay1", 500, 0),
                    ("relay3", 378, 330),
                    ("relay2", 500, 1),
                    ("relay4", 500, 0),
                    ("relay5", 419, 0),
                ],
                "330 of 378 attempts from relay3 failed, 1 of 1,919 from the 4 others.",
            ),
            (
                &[("mx1", 10, 0), ("mx2", 20, 19)],
                "19 of 20 attempts from mx2 failed, 0 of 10 from mx1.",
            ),
            (
                &[("a", 10, 9), ("b", 10, 8), ("c", 10, 1)],
                "17 of 20 attempts from a, b failed, 1 of 10 from c.",
            ),
            (
                &[
                    ("a", 9, 9),
                    ("b", 9, 9),
                    ("c", 9, 9),
                    ("d", 9, 9),
                    ("e", 0, 0),
                ],
                "36 of 36 attempts from a, b, c and 1 more failed, 0 of 0 from e.",
            ),
        ];
        for (counts, expected) in cases {
            assert_eq!(sentence(&hosts(counts)).as_deref(), Some(expected));
        }
        assert_eq!(sentence(&hosts(&[("mx1", 10, 9)])), None);
        assert_eq!(sentence(&[]), None);
    }
}
