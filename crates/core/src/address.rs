//! Mail addresses and destinations, as bytes.
//!
//! `info@Example.COM` → `example.com`. Addresses are never validated: logs hold what was typed.
#![deny(clippy::indexing_slicing)]

use std::fmt;

/// The part after the last `@`, as written; `None` when there is no `@` or nothing after it.
pub fn domain_of(address: &[u8]) -> Option<&[u8]> {
    let at = memchr::memrchr(b'@', address)?;
    match address.get(at + 1..) {
        Some(domain) if !domain.is_empty() => Some(domain),
        _ => None,
    }
}

/// A destination: the domain of a recipient in lower case, without a final dot.
///
/// Any bytes are allowed; [`fmt::Display`] replaces what is not UTF-8. Ordered by bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(Box<[u8]>);

impl Domain {
    /// Lower-cases ASCII letters and drops one final dot.
    pub fn new(domain: &[u8]) -> Domain {
        let domain = domain.strip_suffix(b".").unwrap_or(domain);
        Domain(domain.to_ascii_lowercase().into_boxed_slice())
    }

    /// A name that stands where a destination does, as it is written: that of an operator.
    pub(crate) fn named(name: &[u8]) -> Domain {
        Domain(name.into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_is_what_follows_the_last_at() {
        assert_eq!(domain_of(b"a@b@C.example"), Some(&b"C.example"[..]));
        assert_eq!(domain_of(b"\"a@b\"@c"), Some(&b"c"[..]));
        assert_eq!(domain_of(b"root"), None);
        assert_eq!(domain_of(b"root@"), None);
        assert_eq!(domain_of(b""), None);
    }

    #[test]
    fn domains_are_compared_in_lower_case_without_the_final_dot() {
        assert_eq!(Domain::new(b"Libero.IT."), Domain::new(b"libero.it"));
        assert_eq!(Domain::new(b"\xff").to_string(), "\u{fffd}");
    }
}
