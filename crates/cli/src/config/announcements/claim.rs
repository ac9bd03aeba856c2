//! What an operator claims by a text: that it works again, that it does in part, that something is wrong.
//!
//! "Il problema non è ancora risolto" is no claim of recovery, nor is "we hope to have it restored by tonight". The
//! text is cut into clauses; a word of recovery counts where none of denial, hope or intention stands shortly before
//! it. In doubt no recovery is read: a claim that was never made must not be held against anybody. The column `claim`
//! of the file says what a guess gets wrong.

use super::phrases::{
    AHEAD, BUT, DENIED, GRADUALLY, IN_CASE, IN_PART, MENDING, NOT_YET, RECOVERED, RETURNING, STILL,
    TROUBLE, UNDER_WAY,
};

/// What kind of statement a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It works again.
    Recovery,
    /// It works again in part, for some, or begins to.
    PartialRecovery,
    /// Something is wrong, or not mended yet.
    Problem,
    /// Nothing of these.
    Other,
}

impl Claim {
    pub(crate) const ALL: [Claim; 4] = [
        Claim::Recovery,
        Claim::PartialRecovery,
        Claim::Problem,
        Claim::Other,
    ];

    /// The word of the file and of the JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Claim::Recovery => "recovery",
            Claim::PartialRecovery => "partial_recovery",
            Claim::Problem => "problem",
            Claim::Other => "other",
        }
    }

    /// Says that mail is taken again, if only in part.
    pub(crate) const fn is_of_recovery(self) -> bool {
        matches!(self, Claim::Recovery | Claim::PartialRecovery)
    }
}

/// Words before one of recovery that are searched for a denial.
const LOOK_BACK: usize = 8;
/// Words after it that may lay it ahead.
const LOOK_AHEAD: usize = 5;
/// Words that `...` may stand for, at most.
const GAP: usize = 4;

/// Reads a text.
pub(crate) fn read(text: &str) -> Claim {
    let text = folded(text);
    let mut heard = Heard::default();
    for clause in text.split(CLAUSE_ENDS) {
        let words: Vec<&str> = clause.split_ascii_whitespace().collect();
        for words in words.split(|word| BUT.contains(word)) {
            heard.clause(words);
        }
    }
    if heard.recovered {
        if heard.in_part || heard.returning || heard.trouble_stays {
            return Claim::PartialRecovery;
        }
        return Claim::Recovery;
    }
    if heard.returning {
        Claim::PartialRecovery
    } else if heard.trouble {
        Claim::Problem
    } else {
        Claim::Other
    }
}

/// What the clauses of a text say.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "any of them may be said beside any other"
)]
struct Heard {
    recovered: bool,
    returning: bool,
    in_part: bool,
    trouble: bool,
    /// Denied, or said to go on.
    trouble_stays: bool,
}

impl Heard {
    fn clause(&mut self, words: &[&str]) {
        if has(words, IN_CASE) {
            return;
        }
        let mut recovered = false;
        let mut denied = false;
        let mut under_way = has(words, UNDER_WAY) && has(words, MENDING);
        for (start, end) in matches(words, RECOVERED) {
            let before = start.saturating_sub(LOOK_BACK)..start;
            let before = words.get(before).unwrap_or_default();
            let after = end..words.len().min(end + LOOK_AHEAD);
            let after = words.get(after).unwrap_or_default();
            if has(before, DENIED) || has(after, AHEAD) {
                denied = true;
            } else if has(before, UNDER_WAY) {
                under_way = true;
            } else {
                recovered = true;
            }
        }
        let gradually = has(words, GRADUALLY);
        let denied = denied && !recovered;
        let mending = under_way || has(words, MENDING);
        let returning = has(words, RETURNING) && !has(words, DENIED)
            || gradually && mending && !denied && !has(words, DENIED);
        self.recovered |= recovered;
        self.returning |= returning;
        self.in_part |= gradually || has(words, IN_PART);
        let trouble = has(words, TROUBLE);
        self.trouble |= trouble || denied || mending;
        self.trouble_stays |=
            denied || !recovered && (trouble && has(words, STILL) || has(words, NOT_YET));
    }
}

const CLAUSE_ENDS: [char; 10] = ['.', '!', '?', ';', ':', ',', '\n', '(', ')', '–'];

/// Lower case without accents; apostrophes and other signs within a clause are blanks.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for char in text.chars().flat_map(char::to_lowercase) {
        match char {
            'à' | 'á' | 'â' | 'ä' | 'ã' => folded.push('a'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ò' | 'ó' | 'ô' | 'ö' | 'õ' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            '%' => folded.push_str(" percent "),
            'ß' => folded.push_str("ss"),
            // Accents that stand by themselves.
            '\u{300}'..='\u{36f}' => {}
            '—' => folded.push('–'),
            char if char.is_alphanumeric() || CLAUSE_ENDS.contains(&char) => folded.push(char),
            _ => folded.push(' '),
        }
    }
    folded
}

fn has(words: &[&str], phrases: &[&str]) -> bool {
    matches(words, phrases).next().is_some()
}

/// Where a phrase begins and ends.
fn matches<'w>(
    words: &'w [&'w str],
    phrases: &'w [&'w str],
) -> impl Iterator<Item = (usize, usize)> + 'w {
    (0..words.len()).flat_map(move |start| {
        let here = words.get(start..).unwrap_or_default();
        phrases
            .iter()
            .filter_map(move |phrase| Some((start, start + length_of(here, phrase)?)))
    })
}

/// How many words the phrase takes at the beginning of these.
fn length_of(words: &[&str], phrase: &str) -> Option<usize> {
    let (first, rest) = match phrase.split_once(' ') {
        Some((first, rest)) => (first, Some(rest)),
        None => (phrase, None),
    };
    if first == "..." {
        let rest = rest?;
        return (0..=GAP).find_map(|gap| Some(gap + length_of(words.get(gap..)?, rest)?));
    }
    let (word, after) = words.split_first()?;
    let fits = match first.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => *word == first,
    };
    match rest {
        _ if !fits => None,
        None => Some(1),
        Some(rest) => Some(1 + length_of(after, rest)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `claim`, language, text.
    const SENTENCES: &str = include_str!("../../../../../testdata/announcements/claims.tsv");

    #[test]
    fn claims_of_operators_are_told_from_promises() {
        let mut wrong = Vec::new();
        let mut read_so = 0;
        for line in SENTENCES.lines() {
            let mut fields = line.splitn(3, '\t');
            let (claim, _, text) = (
                fields.next().unwrap(),
                fields.next().unwrap(),
                fields.next().unwrap(),
            );
            let found = read(text).as_str();
            if found == claim {
                read_so += 1;
            } else {
                wrong.push(format!("{claim}, read as {found}: {text}"));
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
        assert!(read_so >= 160, "{read_so}");
    }

    #[test]
    fn texts_of_any_kind_are_read() {
        for text in [
            "",
            "   ",
            "...",
            "\0\u{202e}",
            "ripristinato\u{300}",
            "è",
            "RISOLTO!!!",
        ] {
            let expected = match text {
                "RISOLTO!!!" | "ripristinato\u{300}" => Claim::Recovery,
                _ => Claim::Other,
            };
            assert_eq!(read(text), expected, "{text:?}");
        }
    }
}
