//! Pseudonyms for people: the local parts of addresses, wherever they stand.
//!
//! `to=<mario.rossi@libero.it>, ... said: 550 <mario.rossi>: user unknown` →
//! `to=<anon-5f1c09ab37@libero.it>, ... said: 550 <anon-5f1c09ab37>: user unknown`
//!
//! A pseudonym is made with a key (HMAC-SHA-256, RFC 2104, cut to 40 bits): the same person has the same one
//! everywhere, and who has not the key cannot try names. Letters count in lower case. Domains and hosts stay:
//! they are what a report is about.
//!
//! In free text three things are hidden: whatever stands before an `@` (or `%40`, as links in replies have it); the
//! local parts that the record itself names, as whole words; and a single word in angle brackets that is no
//! host. A nickname that a remote host makes up and puts into running text is not known as a name: it stays.

mod event;
mod report;

pub use event::Redacted;

use std::borrow::Cow;
use std::ops::Range;

use hmac::{Hmac, KeyInit, Mac};
use memchr::{memchr, memchr2, memrchr};
use sha2::Sha256;

/// Bytes of the code that are shown: 40 bits, so that two of a million people hardly meet.
const CODE_BYTES: usize = 5;

/// What a pseudonym begins with.
const MARK: &[u8] = b"anon-";

/// Longer words are no names that a host would say; RFC 5321 allows 64.
const LONGEST_NAME: usize = 256;

/// Shorter names are words of a language too: they are hidden only where brackets or quotes say that they are names.
const SHORTEST_WORD: usize = 3;

/// Gives people pseudonyms.
///
/// ```
/// # use mailgap_core::redact::Redactor;
/// let redactor = Redactor::new(b"a key of our own");
/// let hidden = redactor.address(b"Mario@libero.it");
/// assert!(hidden.starts_with(b"anon-") && hidden.ends_with(b"@libero.it"));
/// assert_eq!(hidden, redactor.address(b"mario@libero.it"));
/// let said = redactor.text(b"550 mario is unknown", &[b"mario@libero.it"]);
/// assert!(said.starts_with(b"550 anon-") && said.ends_with(b" is unknown"));
/// ```
#[derive(Clone)]
pub struct Redactor {
    keyed: Hmac<Sha256>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor") // the key is a secret
    }
}

impl Redactor {
    /// With this key, of any length; fewer than 16 bytes can be guessed.
    #[expect(clippy::missing_panics_doc, reason = "it takes keys of any length")]
    pub fn new(key: &[u8]) -> Redactor {
        Redactor {
            keyed: Hmac::new_from_slice(key).expect("because HMAC takes keys of any length"),
        }
    }

    /// An address with a pseudonym for its local part; a name without `@` is a local part. An empty one stays.
    pub fn address(&self, address: &[u8]) -> Vec<u8> {
        let mut hidden = Vec::with_capacity(address.len() + 16);
        self.push_address(address, &mut hidden);
        hidden
    }

    fn push_address(&self, address: &[u8], to: &mut Vec<u8>) {
        let (local, domain) = address.split_at(local_len(address));
        if !local.is_empty() {
            self.push_name(local, to);
        }
        to.extend_from_slice(domain);
    }

    /// Text with pseudonyms for all people in it. `people` are the addresses that the record names: where the
    /// text says one of their local parts by itself, it is hidden too.
    pub fn text<'t>(&self, text: &'t [u8], people: &[&[u8]]) -> Cow<'t, [u8]> {
        let mut hidden = Vec::new();
        if self.push_text(text, &names_of(people), &mut hidden) {
            Cow::Owned(hidden)
        } else {
            Cow::Borrowed(text)
        }
    }

    /// Appends the redacted text; `false` when nothing was hidden.
    fn push_text(&self, text: &[u8], names: &[&[u8]], to: &mut Vec<u8>) -> bool {
        let before = to.len();
        let mut done = 0;
        let mut any = false;
        while let Some(place) = next_place(text, done) {
            self.push_words(text.get(done..place.start).unwrap_or_default(), names, to);
            self.push_name(text.get(place.clone()).unwrap_or_default(), to);
            done = place.end;
            any = true;
        }
        any |= self.push_words(text.get(done..).unwrap_or_default(), names, to);
        debug_assert!(any || to.get(before..) == Some(text));
        any
    }

    /// Text without an address: only the names that are known are hidden.
    fn push_words(&self, text: &[u8], names: &[&[u8]], to: &mut Vec<u8>) -> bool {
        let mut any = false;
        let mut done = 0;
        let mut from = 0;
        while from < text.len() {
            let is_start = from == 0
                || text
                    .get(from - 1)
                    .is_some_and(|&before| !is_of_word(before));
            let named = names
                .iter()
                .filter(|name| is_start && says(text, from, name));
            if let Some(name) = named.max_by_key(|name| name.len()) {
                to.extend_from_slice(text.get(done..from).unwrap_or_default());
                self.push_name(name, to);
                from += name.len();
                done = from;
                any = true;
            } else {
                from += 1;
            }
        }
        to.extend_from_slice(text.get(done..).unwrap_or_default());
        any
    }

    /// The pseudonym of a local part; a pseudonym has itself, so that hiding twice is hiding once.
    fn push_name(&self, name: &[u8], to: &mut Vec<u8>) {
        if is_pseudonym(name) {
            to.extend_from_slice(name);
            return;
        }
        let mut keyed = self.keyed.clone();
        keyed.update(&name.to_ascii_lowercase());
        to.extend_from_slice(MARK);
        for byte in keyed.finalize().into_bytes().iter().take(CODE_BYTES) {
            for digit in [byte >> 4, byte & 15] {
                to.extend(char::from_digit(u32::from(digit), 16).map(|digit| digit as u8));
            }
        }
    }
}

fn is_pseudonym(name: &[u8]) -> bool {
    name.strip_prefix(MARK)
        .is_some_and(|code| code.len() == 2 * CODE_BYTES && code.iter().all(u8::is_ascii_hexdigit))
}

/// Bytes before the last `@`: all where there is none.
fn local_len(address: &[u8]) -> usize {
    memrchr(b'@', address).unwrap_or(address.len())
}

/// What remote hosts may call these people: their local parts, also without a tag (`mario+news`).
fn names_of<'p>(people: &[&'p [u8]]) -> Vec<&'p [u8]> {
    let mut names: Vec<&[u8]> = Vec::new();
    for person in people {
        let local = person.get(..local_len(person)).unwrap_or_default();
        let untagged = memchr(b'+', local).and_then(|tag| local.get(..tag));
        names.extend(
            [Some(local), untagged]
                .into_iter()
                .flatten()
                .filter(|name| !name.is_empty()),
        );
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// True when this name stands here, as a word.
fn says(text: &[u8], from: usize, name: &[u8]) -> bool {
    let Some(found) = text.get(from..from + name.len()) else {
        return false;
    };
    if !found.eq_ignore_ascii_case(name) {
        return false;
    }
    let before = from.checked_sub(1).and_then(|before| text.get(before));
    let after = text.get(from + name.len());
    let quoted = matches!(before, Some(b'<' | b'"' | b'\'' | b'(' | b'[' | b'='))
        && matches!(
            after,
            Some(b'>' | b'"' | b'\'' | b')' | b']' | b',' | b'&') | None
        );
    after.is_none_or(|&after| !is_of_word(after)) && (name.len() >= SHORTEST_WORD || quoted)
}

/// Letters and digits of any script.
const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// The next local part of an address, or name in angle brackets, at or after `from`.
fn next_place(text: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    while let Some(found) = memchr::memchr3(b'@', b'%', b'<', text.get(at..)?) {
        let place = at + found;
        let named = match text.get(place) {
            Some(b'<') => in_brackets(text, place),
            Some(b'%') if text.get(place + 1..place + 3) != Some(b"40") => None,
            _ => before_at(text, place, from),
        };
        if named.is_some() {
            return named;
        }
        at = place + 1;
    }
    None
}

/// A word between `<` and `>` that is no address (those are found by their `@`) and no host.
fn in_brackets(text: &[u8], open: usize) -> Option<Range<usize>> {
    let start = open + 1;
    let rest = text.get(start..)?;
    let end = memchr2(b'>', b'@', rest.get(..LONGEST_NAME).unwrap_or(rest))?;
    let word = rest.get(..end)?;
    let is_name = rest.get(end) == Some(&b'>')
        && !word.is_empty()
        && word.iter().all(|&byte| is_of_local(byte))
        && !is_host(word);
    is_name.then_some(start..start + end)
}

/// True for a name under a public suffix: `mx1.libero.it`.
fn is_host(word: &[u8]) -> bool {
    memchr(b'.', word).is_some() && psl::suffix(word).is_some_and(|suffix| suffix.is_known())
}

/// The local part that ends where this `@` stands; what lies before `from` is done.
fn before_at(text: &[u8], at: usize, from: usize) -> Option<Range<usize>> {
    let before = text.get(from..at)?;
    // In a link these part its fields.
    let in_link = text.get(at) == Some(&b'%');
    let ends = |byte: u8| !is_of_local(byte) || in_link && b"/?&=#".contains(&byte);
    let start = match before.last()? {
        b'"' => memrchr(b'"', before.get(..before.len() - 1)?)?,
        _ => before
            .iter()
            .rposition(|&byte| ends(byte))
            .map_or(0, |place| place + 1),
    };
    let word = before.get(start..)?;
    let start = start + key_len(word);
    (start < before.len()).then_some(from + start..at)
}

/// Bytes of a `to=`, `for=` in front of an address: the `=` may belong to a local part as well.
fn key_len(word: &[u8]) -> usize {
    const KEYS: [&[u8]; 14] = [
        b"to",
        b"from",
        b"orig_to",
        b"orcpt",
        b"rcpt",
        b"sender",
        b"recipient",
        b"user",
        b"mail",
        b"email",
        b"for",
        b"id",
        b"F",
        b"T",
    ];
    let Some(end) = memchr(b'=', word) else {
        return 0;
    };
    let key = word.get(..end).unwrap_or_default();
    let is_key = KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
    if is_key { end + 1 } else { 0 }
}

/// Characters of an unquoted local part (RFC 5321 with RFC 6531).
const fn is_of_local(byte: u8) -> bool {
    is_of_word(byte)
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'&'
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
                | b'.'
                | b'\''
                | b'%'
        )
}

#[cfg(test)]
mod tests;
