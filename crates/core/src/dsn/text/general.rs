//! Texts of no known family: an address and what is said of it.
//!
//! ```text
//! Unable to deliver message to the following address(es).
//!
//! <kijitora@example.com>:
//! This user doesn't have a example.com account (kijitora@example.com) [0]
//! ```
//!
//! Two shapes. First lines that begin with an address: alone, or followed by a colon, a dash or a
//! parenthesis; what follows up to a blank line is said of it. Where there are none, sentences that speak
//! of a failed delivery and name an address. The addresses of the one who wrote the bounce and of the one
//! who got it are left out, and so are quoted lines.

use std::collections::HashSet;

use memchr::memmem;

use super::address::{addresses_behind, cut_word, separator, within};
use super::{MAX_RECIPIENTS, Said, append_folded, bracketed, is_address, is_quoted, lower, notice};
use crate::dsn::headers::{cut_line, field};
use crate::dsn::success;

/// Every recipient; `own`: addresses in lower case that are none.
pub(super) fn read(text: &[u8], own: &HashSet<Vec<u8>>) -> Vec<Said> {
    let is_own = |address: &[u8]| own.contains(&lower(address));
    let mut said = lists(text, &is_own);
    if said.is_empty() {
        said = sentences(text, &is_own);
    }
    if said.is_empty() && (notice::holds_reply(text) || notice::tells_of_failure(text)) {
        said = only_one(text, &is_own);
    }
    said
}

/// The only address in a text: what the sentence around it means need not be known.
fn only_one(text: &[u8], is_own: &dyn Fn(&[u8]) -> bool) -> Vec<Said> {
    let reason = notice::gist(text);
    let mut said: Vec<Said> = Vec::new();
    let mut words = Vec::new();
    for line in text.split(|&byte| byte == b'\n') {
        if !is_quoted(line.trim_ascii()) {
            words.extend_from_slice(line);
            words.push(b'\n');
        }
    }
    addresses_behind(&words, &mut |word, address| {
        let known = said
            .first()
            .is_some_and(|known| known.address.eq_ignore_ascii_case(address));
        if said.len() < 2
            && !known
            && !is_own(address)
            && !is_of_staff(address)
            && !leads_to_sender(word)
        {
            said.push(Said {
                text: reason.clone(),
                of_notice: true,
                ..Said::new(address)
            });
        }
    });
    if said.len() > 1 {
        said.clear();
    }
    said
}

/// Lines that begin with an address.
fn lists(text: &[u8], is_own: &dyn Fn(&[u8]) -> bool) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let (mut rest, mut within, mut blanks, mut current) = (text, false, 0, 0);
    // The paragraph above the addresses says what became of them.
    let (mut heading, mut delivered) = (Vec::new(), false);
    while !rest.is_empty() && said.len() < MAX_RECIPIENTS {
        let (line, after) = cut_line(rest);
        rest = after;
        let words = line.trim_ascii();
        if words.is_empty() {
            blanks += 1;
            // What is said may stand below the address, and the reason below "because:".
            within &= blanks < 2
                && said
                    .get(current)
                    .is_some_and(|one| one.text.is_empty() || one.text.ends_with(b":"));
            continue;
        }
        if is_quoted(words) {
            continue;
        }
        if let Some((address, reply)) = recipient(words)
            && !is_own(address)
            && !is_of_summary(words, after)
        {
            if !heading.is_empty() {
                delivered = success::is_told("", &heading);
                heading.clear();
            }
            if delivered {
                (within, blanks) = (false, 0);
                continue;
            }
            // sendmail names each again in its transcript, and says there what became of it.
            let first = said.len().saturating_sub(50);
            let known = said
                .get(first..)
                .unwrap_or_default()
                .iter()
                .position(|known| known.address.eq_ignore_ascii_case(address));
            current = known.map_or(said.len(), |at| first + at);
            if known.is_none() {
                said.push(Said::new(address));
            }
            if let Some(one) = said.get_mut(current) {
                append_folded(&mut one.text, reply);
            }
            (within, blanks) = (true, 0);
        } else if within && blanks > 0 && (notice::is_aside(words) || success::is_told("", words)) {
            within = false;
            blanks = 0;
            heading.clear();
            append_folded(&mut heading, words);
        } else if within && is_heading(words) {
            blanks = 0;
        } else if within && let Some(one) = said.get_mut(current) {
            append_folded(&mut one.text, words);
            blanks = 0;
        } else {
            if blanks > 0 {
                heading.clear();
            }
            // What stands right below an address is its reply.
            if blanks > 0 || !heading.is_empty() || !delivered {
                append_folded(&mut heading, words);
            }
            blanks = 0;
        }
    }
    if let [only] = &mut *said
        && !only.text.is_empty()
    {
        notice::add_answer(&mut only.text, text);
    }
    // Several addresses, and then what is said of all.
    let common = notice::gist(text);
    for said in &mut said {
        if said.text.is_empty() {
            said.text.clone_from(&common);
            said.of_notice = true;
        }
    }
    said
}

/// `----- Transcript of session follows -----`
fn is_heading(words: &[u8]) -> bool {
    words.starts_with(b"-----") && words.ends_with(b"-----")
}

/// `To: list@b` above `Subject: hello`: what the returned message was, not who failed.
fn is_of_summary(words: &[u8], after: &[u8]) -> bool {
    let name_of = |line: &[u8]| {
        let line = line.trim_ascii();
        let line = line.strip_prefix(b"* ").unwrap_or(line);
        field(line).map(|(name, _)| lower(name))
    };
    let next = name_of(cut_line(after).0);
    name_of(words).is_some_and(|name| name == b"to")
        && next.is_some_and(|next| {
            [&b"subject"[..], b"from", b"date", b"sent", b"cc"]
                .iter()
                .any(|name| next == *name)
        })
}

/// A line that begins with an address, maybe behind a mark of a list.
fn recipient(words: &[u8]) -> Option<(&[u8], &[u8])> {
    let words = words.strip_prefix(b">>> ").unwrap_or(words);
    let words = words
        .strip_prefix(b"* ")
        .or_else(|| words.strip_prefix(b"-- "))
        .or_else(|| words.strip_prefix(b"- "))
        .unwrap_or(words);
    let words = behind_label(words).unwrap_or(words);
    if let Some(inner) = words.strip_prefix(b"[")
        && let Some(end) = memmem::find(inner, b"]:")
        && let Some((address, rest)) = inner.split_at_checked(end)
        && is_address(address)
    {
        return Some((address, rest.get(2..).unwrap_or_default()));
    }
    if let Some((address, rest)) = bracketed(words) {
        let rest = rest.trim_ascii_start();
        let ends = rest.is_empty()
            || matches!(rest.first(), Some(b':' | b'-' | b'(' | b'.' | b',' | b';'));
        return ends.then(|| (address, rest.strip_prefix(b":").unwrap_or(rest)));
    }
    unbracketed(words)
}

/// `a@b: no`, `“a@b” - no`, `a@b… no`: an address that begins a line, and what follows a mark behind it.
fn unbracketed(words: &[u8]) -> Option<(&[u8], &[u8])> {
    let quoted = opening_mark(words);
    let words = words.get(quoted..).unwrap_or(words);
    let (mut word, mut rest) = cut_word(words);
    if quoted == 0 && rest.starts_with(b"'") {
        // o'neil@b
        let length = word.len() + 1 + cut_word(rest.get(1..)?).0.len();
        (word, rest) = words.split_at_checked(length)?;
    }
    let (bare, dots) = match memmem::find(word, b"...") {
        Some(at) => (word.get(..at).unwrap_or(word), true),
        None => (word, false),
    };
    let (bare, colon) = match memchr::memchr(b':', bare) {
        Some(at) => (bare.get(..at).unwrap_or(bare), true),
        None => (bare, false),
    };
    if !is_address(bare) || within(bare) != bare {
        return None;
    }
    let rest = if dots || colon {
        let behind = words.get(bare.len()..)?;
        behind.strip_prefix(b":").unwrap_or(behind)
    } else {
        rest
    };
    // The mark behind a name in quotation marks, or another one that is no part of the reply.
    let mark = match rest.first() {
        Some(byte) if byte.is_ascii() => {
            usize::from(matches!(byte, b',' | b';') || (quoted > 0 && matches!(byte, b'"' | b'\'')))
        }
        Some(_) => separator(rest),
        None => 0,
    };
    let rest = rest.get(mark..)?.trim_ascii_start();
    // Exchange: `a@b on Mon, 4 Aug 2025 08:00:00 +0000`.
    let ends = dots
        || colon
        || mark > 0
        || rest.is_empty()
        || rest.starts_with(b"on ")
        || matches!(rest.first(), Some(b'-' | b'(' | b':' | b'<' | b'.'));
    let rest = if mark > 0 {
        rest.strip_prefix(b":").unwrap_or(rest)
    } else {
        rest
    };
    ends.then_some((bare, rest.trim_ascii_start()))
}

/// The length of the quotation marks or brackets outside ASCII, and of the blanks, before a name; or of one plain
/// quotation mark.
fn opening_mark(words: &[u8]) -> usize {
    if matches!(words.first(), Some(b'"' | b'\'')) {
        return 1;
    }
    let mut length = 0;
    while let Some(rest) = words.get(length..)
        && rest.first().is_some_and(|byte| !byte.is_ascii())
        && separator(rest) > 0
    {
        length += separator(rest);
    }
    length
}

/// `Failed Recipient: a@b` → what follows the label.
fn behind_label(words: &[u8]) -> Option<&[u8]> {
    /// Labels of the one who failed, in the languages of notices, in lower case.
    const LABELS: [&str; 42] = [
        "a",
        "address",
        "addressee",
        "adres",
        "adresat",
        "adresse",
        "an",
        "destinataire",
        "destinatario",
        "destinatário",
        "e-mail address",
        "email address",
        "empfänger",
        "empfängeradresse",
        "failed address",
        "failed recipient",
        "mottagare",
        "ontvanger",
        "para",
        "recipient",
        "recipient address",
        "recipient(s)",
        "recipients",
        "to",
        "user",
        "à",
        "получатель",
        "кому",
        "адрес",
        "адресат",
        "受信者",
        "宛先",
        "收件人",
        "收件人地址",
        "收件人邮件地址",
        "收件者",
        "收信人",
        "送信先",
        "받는 사람",
        "받는사람",
        "수신인",
        "수신자",
    ];
    /// No label is longer.
    const MAX_LABEL: usize = 40;
    const WIDE_COLON: &[u8] = "：".as_bytes();
    let start = words.get(..MAX_LABEL).unwrap_or(words);
    let (colon, length) = memmem::find(start, WIDE_COLON)
        .map(|at| (at, WIDE_COLON.len()))
        .or_else(|| Some((memchr::memchr(b':', start)?, 1)))?;
    let label = String::from_utf8_lossy(words.get(..colon)?).to_lowercase();
    LABELS.contains(&label.trim()).then(|| {
        words
            .get(colon + length..)
            .unwrap_or_default()
            .trim_ascii_start()
    })
}

/// Words of a sentence about a failed delivery, in lower case.
const FAILURE: [&str; 56] = [
    "account",
    "bounced",
    "could not be",
    "deliver",
    "did not reach",
    "does not exist",
    "error",
    "fail",
    "mailbox",
    "no such",
    "not found",
    "quota",
    "rcpt to",
    "reachable",
    "recipient",
    "reject",
    "returned",
    "undeliver",
    "unknown",
    "was not",
    // German and Dutch
    "zustell",
    "zugestellt",
    "zustellbar",
    "unbekannt",
    "nicht gefunden",
    "bestaat niet",
    "bezorg",
    "afgelever",
    // Romance languages
    "distribu",
    "remis",
    "inconnu",
    "n'existe",
    "consegn",
    "recapit",
    "entreg",
    "no existe",
    "não existe",
    // Slavic languages
    "dostarcz",
    "nie istnieje",
    "doruč",
    "достав",
    "не найден",
    "не существует",
    // East Asia
    "退信",
    "退回",
    "失败",
    "失敗",
    "无法",
    "無法",
    "不存在",
    "配信",
    "配達",
    "届け",
    "送信できません",
    "반송",
    "전송",
];

/// Paragraphs that speak of a failure and name an address.
fn sentences(text: &[u8], is_own: &dyn Fn(&[u8]) -> bool) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let mut paragraph = Vec::new();
    let mut rest = text;
    loop {
        let (line, after) = cut_line(rest);
        let words = line.trim_ascii();
        if !words.is_empty() && !is_quoted(words) {
            append_folded(&mut paragraph, words);
        }
        if words.is_empty() || after.is_empty() {
            take_sentence(&paragraph, is_own, &mut said);
            paragraph.clear();
        }
        if after.is_empty() || said.len() >= MAX_RECIPIENTS {
            break;
        }
        rest = after;
    }
    let common = notice::gist(text);
    for said in &mut said {
        said.text.clone_from(&common);
        said.of_notice = true;
    }
    said
}

fn take_sentence(paragraph: &[u8], is_own: &dyn Fn(&[u8]) -> bool, said: &mut Vec<Said>) {
    if !paragraph.contains(&b'@') {
        return;
    }
    let lowered = String::from_utf8_lossy(paragraph).to_lowercase();
    if !FAILURE.iter().any(|words| lowered.contains(words)) {
        return;
    }
    let mut take = |word: &[u8], address: &[u8]| {
        let known = said
            .iter()
            .rev()
            .take(50)
            .any(|known| known.address.eq_ignore_ascii_case(address));
        if !known && !is_own(address) && !is_of_staff(address) && !leads_to_sender(word) {
            said.push(Said::new(address));
        }
    };
    // Of some it may say that they got the message.
    let mut rest = paragraph;
    while !rest.is_empty() {
        let end = memmem::find(rest, b". ").map_or(rest.len(), |at| at + 2);
        let (sentence, after) = rest.split_at_checked(end).unwrap_or((rest, b""));
        if !success::is_told("", sentence) {
            addresses_behind(sentence, &mut take);
        }
        rest = after;
    }
}

/// `they are not accepting mail from a@b`
fn leads_to_sender(word: &[u8]) -> bool {
    const WORDS: [&str; 21] = [
        "absender",
        "expéditeur",
        "fra",
        "from",
        "från",
        "mittente",
        "od",
        "remetente",
        "remitente",
        "sender",
        "sender:",
        "von",
        "vom",
        "от",
        "отправитель",
        "寄件人",
        "差出人",
        "送信者",
        "发件人",
        "発信者",
        "보낸사람",
    ];
    let word = String::from_utf8_lossy(word).to_lowercase();
    WORDS.contains(&word.trim_end_matches(':'))
}

/// `For help write to postmaster@...`
fn is_of_staff(address: &[u8]) -> bool {
    let address = lower(address);
    [
        &b"postmaster@"[..],
        b"mailer-daemon@",
        b"abuse@",
        b"support@",
        b"helpdesk@",
        b"hostmaster@",
    ]
    .iter()
    .any(|name| address.starts_with(name))
}
