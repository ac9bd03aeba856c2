//! Months as the common locales abbreviate them: `Okt`, `gen`, `févr.`, `янв`, `1月`.
//!
//! `journalctl`, `logread` and loggers that call `strftime` with `%b` write them. The names are those of glibc and
//! CLDR without the full stop. Left out are locales whose name for one month is the name of another month in a
//! locale with more speakers (Croatian `lip`, June, is July in Polish).

/// The names beside English ones, by month, in small letters.
const NAMES: [&[&str]; 12] = [
    &[
        "jan", "janv", "januar", "jän", "jänn", "ene", "gen", "sty", "led", "ian", "oca", "jaan",
        "tammi", "xan", "urt", "saus", "янв", "січ", "яну", "ιαν",
    ],
    &[
        "feb", "febr", "fév", "févr", "fev", "lut", "úno", "şub", "veebr", "helmi", "ots", "vas",
        "фев", "лют", "φεβ",
    ],
    &[
        "mar", "mär", "märz", "mars", "març", "marts", "märts", "márc", "mrt", "maa", "maalis",
        "bře", "kov", "мар", "мрт", "бер", "μαρ", "μάρ",
    ],
    &[
        "apr", "abr", "avr", "avril", "april", "ápr", "kwi", "dub", "nis", "huhti", "api", "bal",
        "апр", "кві", "απρ",
    ],
    &[
        "may", "mai", "mag", "maig", "maj", "máj", "maí", "maijs", "mei", "kvě", "touko", "geg",
        "май", "мая", "мај", "тра", "μαϊ", "μαΐ", "μάι",
    ],
    &[
        "jun", "juin", "juni", "juny", "jún", "jūn", "giu", "iun", "cze", "čen", "haz", "juuni",
        "kesä", "xuñ", "eka", "birž", "июн", "јун", "юни", "чер", "ιουν", "ιούν",
    ],
    &[
        "jul", "juil", "juli", "júl", "jūl", "lug", "iul", "lip", "čec", "tem", "juuli", "heinä",
        "xul", "uzt", "liep", "июл", "јул", "юли", "лип", "ιουλ", "ιούλ",
    ],
    &[
        "aug", "ago", "ag", "aoû", "août", "avg", "agu", "agt", "ágú", "sie", "srp", "ağu", "elo",
        "abu", "rugp", "авг", "сер", "αυγ", "αύγ",
    ],
    &[
        "sep", "sept", "set", "szept", "wrz", "zář", "eyl", "syys", "ira", "rugs", "сен", "сент",
        "сеп", "вер", "σεπ",
    ],
    &[
        "oct", "okt", "ott", "out", "paź", "říj", "eki", "loka", "urr", "spal", "окт", "жов", "οκτ",
    ],
    &[
        "nov", "nóv", "lis", "kas", "marras", "aza", "lapkr", "ноя", "нояб", "ное", "нов", "лис",
        "νοε", "νοέ",
    ],
    &[
        "dec", "dez", "dic", "des", "déc", "gru", "pro", "ara", "dets", "joulu", "abe", "gruod",
        "дек", "дец", "гру", "δεκ",
    ],
];

/// The month of such a name, with or without a full stop, in UTF-8 or Latin-1.
pub(super) fn month_of(name: &[u8]) -> Option<u32> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let is_in = |names: &&[&str]| names.iter().any(|known| is_same(name, known));
    let index = NAMES.iter().position(is_in)?;
    u32::try_from(index + 1).ok()
}

/// True when both are the same in small letters.
fn is_same(name: &[u8], known: &str) -> bool {
    match std::str::from_utf8(name) {
        Ok(name) => name.chars().flat_map(char::to_lowercase).eq(known.chars()),
        Err(_) => name
            .iter()
            .flat_map(|&byte| char::from(byte).to_lowercase())
            .eq(known.chars()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_months_in_many_languages() {
        let years: &[&str] = &[
            "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
            "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.",
            "ene feb mar abr may jun jul ago sep oct nov dic",
            "gen feb mar apr mag giu lug ago set ott nov dic",
            "jan fev mar abr mai jun jul ago set out nov dez",
            "jan feb mrt apr mei jun jul aug sep okt nov dec",
            "sty lut mar kwi maj cze lip sie wrz paź lis gru",
            "led úno bře dub kvě čen čec srp zář říj lis pro",
            "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
            "янв фев мар апр мая июн июл авг сен окт ноя дек",
            "jan. feb. mars april mai juni juli aug. sep. okt. nov. des.",
            "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
            "jan febr márc ápr máj jún júl aug szept okt nov dec",
            "ian feb mar apr mai iun iul aug sep oct nov dec",
            "Ιαν Φεβ Μάρ Απρ Μάι Ιούν Ιούλ Αύγ Σεπ Οκτ Νοέ Δεκ",
        ];
        for year in years {
            let months: Vec<u32> = year
                .split(' ')
                .filter_map(|name| month_of(name.as_bytes()))
                .collect();
            assert_eq!(months, (1..=12).collect::<Vec<_>>(), "{year}");
        }
        assert_eq!(month_of(b"M\xe4r"), Some(3));
        assert_eq!(month_of(b"D\xc9C."), Some(12));
        for other in [&b""[..], b".", b"Jax", b"\xff\xff", b"mx1"] {
            assert_eq!(month_of(other), None);
        }
    }

    #[test]
    fn no_name_is_that_of_two_months() {
        let mut names = NAMES.concat();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
