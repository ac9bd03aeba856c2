//! Finds the first rule whose phrases stand in a text.
//!
//! All phrases of all rules are looked for in one pass over the folded text; then the rules are asked in order.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::fold::Folded;
use super::rules::{RULES, Rule};

/// Most distinct phrases that the bit set has room for; a test watches it.
const MAX_PHRASES: usize = 64 * WORDS;
const WORDS: usize = 32;

/// The phrases that were found, by number.
#[derive(Debug, Clone, Copy)]
struct Found([u64; WORDS]);

impl Found {
    fn insert(&mut self, phrase: usize) {
        if let Some(word) = self.0.get_mut(phrase / 64) {
            *word |= 1 << (phrase % 64);
        }
    }

    fn contains(&self, phrase: u16) -> bool {
        let phrase = usize::from(phrase);
        self.0
            .get(phrase / 64)
            .is_some_and(|word| word & (1 << (phrase % 64)) != 0)
    }
}

/// One alternative of a rule: all these phrases stand in the text, and none of those.
#[derive(Debug, Default)]
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
    rules: Vec<(&'static Rule, Vec<Alternative>)>,
}

/// The built-in rules, ready to match.
pub(super) static MATCHER: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(RULES));

impl Matcher {
    fn new(rules: &[&'static [Rule]]) -> Matcher {
        let mut phrases: Vec<Vec<u8>> = Vec::new();
        let mut numbered = Vec::new();
        for rule in rules.iter().copied().flatten() {
            let alternatives = rule
                .phrases
                .split('|')
                .map(|alternative| {
                    let mut conditions = Alternative::default();
                    for phrase in alternative.split('&') {
                        let phrase = phrase.trim();
                        match phrase.strip_prefix('!') {
                            Some(phrase) => conditions.absent.extend(number(&mut phrases, phrase)),
                            None => conditions.present.extend(number(&mut phrases, phrase)),
                        }
                    }
                    conditions
                })
                .collect();
            numbered.push((rule, alternatives));
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&phrases)
            .ok();
        Matcher {
            automaton,
            rules: numbered,
        }
    }

    /// Looks for every phrase in the text.
    pub(super) fn scan(&self, text: &Folded) -> Hits<'_> {
        let mut found = Found([0; WORDS]);
        if let Some(automaton) = &self.automaton {
            for hit in automaton.find_overlapping_iter(text.as_bytes()) {
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
        self.rules.get(usize::from(index)).map(|(rule, _)| *rule)
    }
}

/// The number of a phrase; a leading `^` means that it begins a word.
fn number(phrases: &mut Vec<Vec<u8>>, phrase: &str) -> Option<u16> {
    let phrase = phrase.trim();
    let folded = Folded::new(phrase.trim_start_matches('^').as_bytes());
    let mut bytes = folded.as_bytes().trim_ascii().to_vec();
    if bytes.is_empty() {
        return None;
    }
    if phrase.starts_with('^') {
        bytes.insert(0, b' ');
    }
    let at = phrases
        .iter()
        .position(|known| *known == bytes)
        .unwrap_or_else(|| {
            phrases.push(bytes);
            phrases.len() - 1
        });
    if at >= MAX_PHRASES {
        return None;
    }
    u16::try_from(at).ok()
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
        if self.found.0.iter().all(|word| *word == 0) {
            return None;
        }
        (0u16..)
            .zip(&self.matcher.rules)
            .find(|(_, (rule, alternatives))| {
                filter(rule) && alternatives.iter().any(|one| one.holds(&self.found))
            })
            .map(|(index, (rule, _))| (index, *rule))
    }
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
        for (rule, alternatives) in &matcher.rules {
            let n = alternatives
                .iter()
                .filter(|one| !one.present.is_empty())
                .count();
            assert_eq!(n, rule.phrases.split('|').count(), "{}", rule.phrases);
        }
    }
}
