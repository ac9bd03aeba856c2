//! Finds the first rule whose phrases stand in a text.
//!
//! All phrases of all rules are looked for in one pass over the folded text; then only the rules that have one
//! of the phrases found are asked, and the first in the order of the table wins.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::fold::Folded;
use super::rules::{RULES, Rule};

/// Most distinct phrases that the bit set has room for; a test watches it.
const MAX_PHRASES: usize = 64 * WORDS;
const WORDS: usize = 40;

/// The phrases that were found, by number.
#[derive(Debug, Clone, Copy)]
struct Found([u64; WORDS]);

impl Found {
    fn insert(&mut self, phrase: usize) {
        if let Some(word) = self.0.get_mut(phrase / 64) {
            *word |= 1 << (phrase % 64);
        }
    }

    /// The numbers, in no order that matters.
    fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.checked_ilog2()?;
                left ^= 1 << bit;
                Some(at * 64 + bit as usize)
            })
        })
    }

    fn contains(&self, phrase: u16) -> bool {
        let phrase = usize::from(phrase);
        self.0
            .get(phrase / 64)
            .is_some_and(|word| word & (1 << (phrase % 64)) != 0)
    }
}

/// One alternative of a rule: all these phrases stand in the text, and none of those.
#[derive(Debug, Clone, Default)]
struct Alternative {
    present: Vec<u16>,
    absent: Vec<u16>,
}

impl Alternative {
    fn holds(&self, found: &Found) -> bool {
        self.present.iter().all(|phrase| found.contains(*phrase))
            && !self.absent.iter().any(|phrase| found.contains(*phrase))
    }
}

/// The rules with their phrases numbered.
#[derive(Debug)]
pub(super) struct Matcher {
    automaton: Option<AhoCorasick>,
    rules: Vec<&'static Rule>,
    /// By the number of the first phrase that must be present: the alternatives, each with the place of its rule.
    by_phrase: Vec<Vec<(u16, Alternative)>>,
}

/// The built-in rules, ready to match.
pub(super) static MATCHER: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(RULES));

impl Matcher {
    fn new(tables: &[&'static [Rule]]) -> Matcher {
        let mut phrases = Phrases::default();
        let mut by_phrase: Vec<Vec<(u16, Alternative)>> = Vec::new();
        let rules: Vec<&'static Rule> = tables.iter().copied().flatten().collect();
        for (index, rule) in (0u16..).zip(&rules) {
            for text in rule.phrases.split('|') {
                let alternatives = phrases.read(text);
                by_phrase.resize_with(phrases.list.len(), Vec::new);
                for alternative in alternatives {
                    let first = alternative.present.first().copied().map(usize::from);
                    if let Some(list) = first.and_then(|first| by_phrase.get_mut(first)) {
                        list.push((index, alternative));
                    }
                }
            }
        }
        // A DFA scans no faster here, takes 20 ms to build, and 13 MB.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&phrases.list)
            .ok();
        Matcher {
            automaton,
            rules,
            by_phrase,
        }
    }

    /// Looks for every phrase in the folded text.
    pub(super) fn scan(&self, folded: &[u8]) -> Hits<'_> {
        let mut found = Found([0; WORDS]);
        if let Some(automaton) = &self.automaton {
            for hit in automaton.find_overlapping_iter(folded) {
                found.insert(hit.pattern().as_usize());
            }
        }
        Hits {
            matcher: self,
            found,
        }
    }

    /// The rule of that place in the table.
    pub(super) fn rule(&self, index: u16) -> Option<&'static Rule> {
        self.rules.get(usize::from(index)).copied()
    }
}

/// Distinct phrases in the order of their numbers.
#[derive(Debug, Default)]
struct Phrases {
    list: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u16>,
}

impl Phrases {
    /// `mailbox / account & suspend & !your`: one alternative for each choice among the phrases between the slashes.
    fn read(&mut self, text: &str) -> Vec<Alternative> {
        let mut alternatives = vec![Alternative::default()];
        for part in text.split('&') {
            if let Some(absent) = part.trim().strip_prefix('!') {
                let absent: Vec<u16> = choices(absent).filter_map(|it| self.number(it)).collect();
                for alternative in &mut alternatives {
                    alternative.absent.extend(&absent);
                }
                continue;
            }
            let present: Vec<u16> = choices(part).filter_map(|it| self.number(it)).collect();
            let with_each = |alternative: Alternative| {
                let add = |&phrase: &u16| {
                    let mut with = alternative.clone();
                    with.present.push(phrase);
                    with
                };
                present.iter().map(add).collect::<Vec<_>>()
            };
            alternatives = alternatives.into_iter().flat_map(with_each).collect();
        }
        alternatives
    }

    /// The number of a phrase; a leading `^` means that it begins a word.
    fn number(&mut self, phrase: &str) -> Option<u16> {
        let phrase = phrase.trim();
        let folded = Folded::new(phrase.trim_start_matches('^').as_bytes());
        let mut bytes = folded.as_bytes().trim_ascii().to_vec();
        if bytes.is_empty() {
            return None;
        }
        if phrase.starts_with('^') {
            bytes.insert(0, b' ');
        }
        if let Some(&number) = self.numbers.get(&bytes) {
            return Some(number);
        }
        let number = self.list.len();
        if number >= MAX_PHRASES {
            return None;
        }
        let number = u16::try_from(number).ok()?;
        self.list.push(bytes.clone());
        self.numbers.insert(bytes, number);
        Some(number)
    }
}

/// The phrases that stand in one text.
#[derive(Debug)]
pub(super) struct Hits<'m> {
    matcher: &'m Matcher,
    found: Found,
}

impl Hits<'_> {
    /// The first rule that the filter lets through and whose conditions hold, with its place in the table.
    pub(super) fn first(&self, filter: impl Fn(&Rule) -> bool) -> Option<(u16, &'static Rule)> {
        let mut best: Option<(u16, &'static Rule)> = None;
        for phrase in self.found.iter() {
            let list = self.matcher.by_phrase.get(phrase);
            for (index, alternative) in list.into_iter().flatten() {
                if best.is_some_and(|(least, _)| least <= *index) {
                    break; // the list is in the order of the rules
                }
                if let Some(rule) = self.matcher.rule(*index)
                    && filter(rule)
                    && alternative.holds(&self.found)
                {
                    best = Some((*index, rule));
                }
            }
        }
        best
    }

    /// Every rule whose conditions hold, in the order of the table, with its place there.
    pub(super) fn all(&self) -> Vec<(u16, &'static Rule)> {
        let alternatives = self
            .found
            .iter()
            .filter_map(|phrase| self.matcher.by_phrase.get(phrase));
        let mut places: Vec<u16> = alternatives
            .flatten()
            .filter(|(_, alternative)| alternative.holds(&self.found))
            .map(|(index, _)| *index)
            .collect();
        places.sort_unstable();
        places.dedup();
        let rule = |place| Some((place, self.matcher.rule(place)?));
        places.into_iter().filter_map(rule).collect()
    }
}

/// The phrases between slashes that stand apart.
fn choices(part: &str) -> impl Iterator<Item = &str> {
    part.split(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_has_a_number_and_the_automaton_is_built() {
        let matcher = &*MATCHER;
        let automaton = matcher.automaton.as_ref().unwrap();
        assert!(automaton.patterns_len() > 300);
        assert!(
            automaton.patterns_len() <= MAX_PHRASES,
            "{} phrases",
            automaton.patterns_len()
        );
        let of = |text: &str| -> usize {
            let present = text.split('&').filter(|part| !part.trim().starts_with('!'));
            present.map(|part| choices(part).count()).product()
        };
        let wanted: usize = matcher
            .rules
            .iter()
            .map(|rule| rule.phrases.split('|').map(of).sum::<usize>())
            .sum();
        let kept: usize = matcher.by_phrase.iter().map(Vec::len).sum();
        assert_eq!(
            kept, wanted,
            "an alternative needs a phrase that must be present"
        );
    }
}
