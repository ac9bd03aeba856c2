//! Who runs the hosts that take the mail of a destination: domains of one operator fail together.
//!
//! `libero.it`, `virgilio.it` and `iol.it` all have `smtp-in.libero.it` as MX: one operator, `libero.it`.
//!
//! The operator of a destination is what the user says; else the registrable domain (by the Mozilla public suffix
//! list) of the MX hosts that most attempts went to; else, where no host has a name, the set of their addresses;
//! else the destination itself. A name without a registrable domain stands for itself.

use std::collections::{BTreeMap, HashMap};

use crate::address::Domain;
use crate::tally::Destination;

/// Addresses that name an operator, at most: larger sets differ from day to day.
const MOST_ADDRESSES: usize = 8;

/// Domains that belong together by what the user knows.
#[derive(Debug, Clone, Default)]
pub struct Operators {
    exact: HashMap<Domain, Domain>,
    /// With the leading dot; the longest that fits decides.
    suffixes: Vec<(Domain, Domain)>,
}

/// Destinations of one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Its name: what the user calls it, else a domain, an address or several in order, joined by blanks.
    pub name: Domain,
    /// Places of its destinations, in order.
    pub members: Vec<usize>,
}

impl Operators {
    /// As the MX hosts tell.
    pub fn new() -> Operators {
        Operators::default()
    }

    /// Lays a domain to an operator; with a leading dot its subdomains too. What is said first of a domain holds.
    ///
    /// ```
    /// # use mailgap_core::operator::Operators;
    /// let mut operators = Operators::new();
    /// operators.lay("libero.it", "Italiaonline");
    /// operators.lay(".libero.it", "Somebody");
    /// assert_eq!(operators.said_of(b"libero.it").map(ToString::to_string).as_deref(), Some("Italiaonline"));
    /// assert_eq!(operators.said_of(b"a.libero.it").map(ToString::to_string).as_deref(), Some("Somebody"));
    /// ```
    pub fn lay(&mut self, domain: &str, operator: &str) {
        // An operator's name is for people: it keeps its letters.
        let operator = Domain::named(operator.as_bytes());
        let domain = domain.as_bytes();
        if let Some(parent) = domain.strip_prefix(b".") {
            self.suffixes.push((Domain::new(domain), operator.clone()));
            self.exact.entry(Domain::new(parent)).or_insert(operator);
        } else {
            self.exact.entry(Domain::new(domain)).or_insert(operator);
        }
    }

    /// What the user said of a domain.
    pub fn said_of(&self, domain: &[u8]) -> Option<&Domain> {
        let domain = Domain::new(domain);
        let within = |suffix: &Domain| domain.as_bytes().ends_with(suffix.as_bytes());
        self.exact.get(&domain).or_else(|| {
            let fitting = self.suffixes.iter().filter(|(suffix, _)| within(suffix));
            let longest = fitting.max_by_key(|(suffix, _)| suffix.as_bytes().len());
            longest.map(|(_, operator)| operator)
        })
    }

    /// The operators of these destinations, in order of their names; each destination has one.
    pub fn of(&self, destinations: &[Destination]) -> Vec<Operator> {
        let mut known: HashMap<Box<[u8]>, Option<Domain>> = HashMap::new();
        let mut all: BTreeMap<Domain, Vec<usize>> = BTreeMap::new();
        for (place, destination) in destinations.iter().enumerate() {
            let name = self
                .said_of(destination.domain().as_bytes())
                .cloned()
                .or_else(|| by_hosts(destination, &mut known))
                .unwrap_or_else(|| destination.domain().clone());
            all.entry(name).or_default().push(place);
        }
        all.into_iter()
            .map(|(name, members)| Operator { name, members })
            .collect()
    }
}

/// The operator that the MX hosts of a destination tell of; `known` remembers those of host names.
fn by_hosts(
    destination: &Destination,
    known: &mut HashMap<Box<[u8]>, Option<Domain>>,
) -> Option<Domain> {
    let mut names: BTreeMap<Domain, u64> = BTreeMap::new();
    let mut addresses: BTreeMap<&[u8], u64> = BTreeMap::new();
    for (host, attempts) in destination.relays() {
        if !known.contains_key(host) {
            known.insert(host.into(), operator_of(host));
        }
        match known.get(host).and_then(Option::as_ref) {
            Some(operator) => *names.entry(operator.clone()).or_default() += attempts,
            None => *addresses.entry(host).or_default() += attempts,
        }
    }
    let top = names
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
    if let Some((operator, _)) = top {
        return Some(operator);
    }
    if addresses.is_empty() || addresses.len() > MOST_ADDRESSES {
        return None;
    }
    let addresses: Vec<&[u8]> = addresses.into_keys().collect();
    Some(Domain::new(&addresses.join(&b' ')))
}

/// Who runs a host, by its name; `None` for an address.
fn operator_of(host: &[u8]) -> Option<Domain> {
    let text = std::str::from_utf8(host).ok()?;
    if text.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let host = Domain::new(host);
    let registrable = psl::domain(host.as_bytes()).map(|domain| Domain::new(domain.as_bytes()));
    Some(registrable.unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_belong_to_registrable_domains() {
        let cases = [
            ("smtp-in.libero.it", Some("libero.it")),
            ("ASPMX.L.Google.COM.", Some("google.com")),
            ("a.b.mail.example.co.uk", Some("example.co.uk")),
            ("mx2.op3.example", Some("op3.example")),
            ("localhost", Some("localhost")),
            ("co.uk", Some("co.uk")),
            ("192.0.2.7", None),
            ("2001:db8::7", None),
        ];
        assert_eq!(cases.len(), 8);
        for (host, operator) in cases {
            let found = operator_of(host.as_bytes()).map(|operator| operator.to_string());
            assert_eq!(found.as_deref(), operator, "{host}");
        }
    }
}
