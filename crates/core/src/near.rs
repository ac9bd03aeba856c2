//! Finds bytes that stand close by, eight at a time.
//!
//! `mail-out1 postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@libero.it>, ...`
//!
//! What ends a part of such a line is mostly a dozen bytes ahead. A plain loop costs four steps for each
//! of them, and to set up a vector search costs as much as both together; so eight bytes are looked at as
//! one number. For what may be far ahead there is `memchr`.
#![deny(clippy::indexing_slicing)]

/// One in every byte.
const ONES: u64 = u64::from_ne_bytes([1; 8]);
/// The highest bit of every byte.
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Sets the highest bit of the first byte that is zero, and none of a byte before it.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH
}

/// Place of the first such byte.
#[inline]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    let (words, tail) = text.as_chunks::<8>();
    for (n, word) in words.iter().enumerate() {
        let found = zeros(u64::from_le_bytes(*word) ^ (ONES * u64::from(byte)));
        if found != 0 {
            return Some(n * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let at = tail.iter().position(|&other| other == byte)?;
    Some(words.len() * 8 + at)
}

/// Place of the first such pair of bytes, near or far; `memmem` would build a searcher each time.
#[inline]
pub(crate) fn find_pair([first, second]: [u8; 2], text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(first, text).find(|at| text.get(at + 1) == Some(&second))
}

/// Place of the first such address: `@` is rare in a text. An empty one is nowhere.
pub(crate) fn find_name(name: &[u8], text: &[u8]) -> Option<usize> {
    let rare = memchr::memchr(b'@', name).unwrap_or(0);
    memchr::memchr_iter(*name.get(rare)?, text)
        .filter_map(|at| at.checked_sub(rare))
        .find(|&start| text.get(start..).is_some_and(|rest| rest.starts_with(name)))
}

/// True when both are the same: of short names a call of `memcmp` costs more than it does.
#[inline]
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    // The last eight may overlap those before them.
    if let (Some(last), Some(others)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) {
        let words = one.as_chunks::<8>().0.iter();
        return last == others && words.zip(other.as_chunks::<8>().0).all(|(a, b)| a == b);
    }
    match (one.last_chunk::<4>(), other.last_chunk::<4>()) {
        (Some(last), Some(others)) => {
            last == others && one.first_chunk::<4>() == other.first_chunk::<4>()
        }
        _ => one.iter().zip(other).all(|(a, b)| a == b),
    }
}

/// The same with small letters.
#[inline]
pub(crate) const fn lower(word: [u8; 8]) -> [u8; 8] {
    let word = u64::from_le_bytes(word);
    let low = word & !HIGH;
    // The highest bit says "at least `A`", and "beyond `Z`"; what has it already is no letter.
    let from_a = low + ONES * (0x80 - b'A') as u64;
    let beyond_z = low + ONES * (0x7f - b'Z') as u64;
    let capital = from_a & !beyond_z & !word & HIGH;
    (word | (capital >> 2)).to_le_bytes()
}

/// Splits at the first such byte and drops it.
#[inline]
pub(crate) fn split(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = find(byte, text)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_is_found_wherever_it_stands(
            text in prop::collection::vec(prop::sample::select(b"a@b,:\x00\x01\x7f\x80\x81\xff".to_vec()), 0..40)
        ) {
            for byte in [b',', 0, 1, 0x80, 0xff] {
                prop_assert_eq!(
                    find(byte, &text),
                    text.iter().position(|&other| other == byte)
                );
            }
            for pair in [[b',', b','], [b'a', 0], [0xff, b':']] {
                prop_assert_eq!(
                    find_pair(pair, &text),
                    text.windows(2).position(|other| other == pair)
                );
            }
            for name in [&b"a@b"[..], b"@@a", b"ab", b"\xff"] {
                prop_assert_eq!(find_name(name, &text), memchr::memmem::find(&text, name));
            }
            prop_assert_eq!(find_name(b"", &text), None);
        }

        #[test]
        fn letters_are_folded_as_they_are_one_by_one(word in any::<[u8; 8]>()) {
            prop_assert_eq!(lower(word), word.map(|byte| byte.to_ascii_lowercase()));
        }

        #[test]
        fn the_same_is_told_from_all_else(text in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(same(&text, &text));
            for at in 0..text.len() {
                let mut other = text.clone();
                other[at] ^= 1;
                prop_assert!(!same(&text, &other) && !same(&text, &text[..at]));
            }
        }
    }
}
