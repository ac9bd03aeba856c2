//! Putting together what Exim's syslog output took apart.
//!
//! `[1/3] 2023-01-23 16:00:01 1pJyXx-0004Qk-2A ** a@d ...`, `[2\3] ...`, `[3/3] ...`: a piece of a line that had
//! newlines or more than 870 bytes (`MAX_SYSLOG_LEN`). `\` in place of `/` says that a newline stood behind
//! the piece. Source: `write_syslog` in `log.c`. Only the first piece carries Exim's own stamp and the message
//! id, so the first alone says what became of the message, and later ones add to its text. A file that ends
//! between the pieces leaves the first one as it is.

use memchr::memmem;

use crate::near;

/// One piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'b> {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are; at least 2.
    pub of: u32,
    /// True when a newline followed it.
    pub newline: bool,
    /// What it holds.
    pub text: &'b [u8],
}

impl<'b> Piece<'b> {
    /// Reads the mark at the start of the text; `None` when there is none, as with `[9876] `, a process id.
    pub fn parse(text: &'b [u8]) -> Option<Piece<'b>> {
        let (number, rest) = number(text.strip_prefix(b"[")?)?;
        let (separator, rest) = rest.split_first()?;
        let newline = match separator {
            b'/' => false,
            b'\\' => true,
            _ => return None,
        };
        let (of, rest) = self::number(rest)?;
        let text = rest.strip_prefix(b"] ")?;
        (1 <= number && number <= of && of >= 2).then_some(Piece {
            number,
            of,
            newline,
            text,
        })
    }
}

/// Up to six digits.
fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(length)?;
    if length > 6 {
        return None;
    }
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((number, rest))
}

/// How far from the start of the first piece the last one may end, in bytes: other processes write in
/// between. An entry of Exim has 8 KiB at most.
pub(crate) const REACH: usize = 32 << 10;

/// How many lines on it may stand at most: what is forged must not be looked for far and wide.
const REACH_LINES: usize = 100;

/// What stands in the log before the mark of a first piece, without the separator: quick to look for.
const FIRST: &[u8] = b"]: [1";

/// True when a first piece may stand in these lines.
pub(crate) fn may_begin_in(lines: &[u8]) -> bool {
    memmem::find(lines, FIRST).is_some()
}

/// What became of the pieces of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    /// Put together.
    Whole,
    /// The lines end before the last piece.
    Open,
    /// Not the first of several pieces, or the others do not follow.
    Never,
}

/// Puts a line and the pieces of it that follow in `rest` together into `whole`, as if it had been written in
/// one; the newlines in it become spaces. The pieces of one process come in order, but others' lines may
/// stand between them.
pub(crate) fn join(line: &[u8], rest: &[u8], whole: &mut Vec<u8>) -> Join {
    let Some((origin, header, first)) = piece_of(line).filter(|(.., piece)| piece.number == 1)
    else {
        return Join::Never;
    };
    whole.clear();
    whole.extend_from_slice(header);
    let mut add = |piece: &Piece<'_>| {
        whole.extend_from_slice(piece.text);
        if piece.newline {
            whole.push(b' ');
        }
    };
    add(&first);
    let mut room = REACH.saturating_sub(line.len() + 1);
    let mut next = 2;
    for (n, line) in rest.split_inclusive(|&byte| byte == b'\n').enumerate() {
        if line.len() > room || n == REACH_LINES {
            return Join::Never;
        }
        room -= line.len();
        let line = line.trim_ascii_end();
        let Some((_, _, piece)) = piece_of(line).filter(|&(other, ..)| other == origin) else {
            continue;
        };
        if (piece.number, piece.of) != (next, first.of) {
            return Join::Never;
        }
        add(&piece);
        if piece.number == piece.of {
            return Join::Whole;
        }
        next += 1;
    }
    Join::Open
}

/// Where the first line begins whose pieces are not all in these lines, but may be in those to come.
pub(crate) fn open_at(lines: &[u8]) -> Option<usize> {
    let from = lines.len().saturating_sub(REACH);
    let mut whole = Vec::new();
    memmem::find_iter(lines.get(from..)?, FIRST).find_map(|at| {
        let before = lines.get(..from + at)?;
        let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        let (line, rest) = near::split(lines.get(start..)?, b'\n')?;
        (join(line, rest, &mut whole) == Join::Open).then_some(start)
    })
}

/// A line as a piece: host and process that wrote it, the header, the piece.
fn piece_of(line: &[u8]) -> Option<(&[u8], &[u8], Piece<'_>)> {
    let bracket = memmem::find(line, b"]: [")?;
    let (header, piece) = line.split_at_checked(bracket + b"]: ".len())?;
    let piece = Piece::parse(piece)?;
    let process = header.get(..bracket)?;
    let program = memchr::memrchr(b' ', process)?;
    if !process.get(program + 1..)?.starts_with(b"exim") {
        return None;
    }
    let host = memchr::memrchr(b' ', process.get(..program)?).map_or(0, |space| space + 1);
    Some((process.get(host..)?, header, piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_marked_by_number_and_total() {
        let piece = Piece::parse(b"[1/2] 2023-01-23 16:00:01 x").unwrap();
        assert_eq!((piece.number, piece.of, piece.newline), (1, 2, false));
        assert_eq!(piece.text, b"2023-01-23 16:00:01 x");
        assert!(Piece::parse(b"[2\\3] x").unwrap().newline);
        for not in [
            "[9876] x",
            "[3/2] x",
            "[0/2] x",
            "[1/1] x",
            "[1/2]x",
            "[1-2] x",
            "[1234567/2] x",
            "[",
            "",
        ] {
            assert_eq!(Piece::parse(not.as_bytes()), None, "{not}");
        }
    }

    const FIRST_LINE: &[u8] = b"Jan 23 16:00:01 mx1 exim[7]: [1/3] ab";

    #[test]
    fn a_line_is_whole_when_all_its_pieces_follow_in_order() {
        let far = vec![b'x'; REACH];
        let cases: [(&[u8], Join); 8] = [
            (b"Jan 23 16:00:01 mx1 exim[7]: [2\\3]  cd\nJan 23 16:00:01 mx1 exim[7]: [3/3] ef\n", Join::Whole),
            (
                b"Jan 23 16:00:01 mx1 exim[8]: [1/2] x\nJan 23 16:00:02 mx1 exim[7]: [2\\3]  cd\r\nother\n\
                  Jan 23 16:00:02 mx1 exim[7]: [3/3] ef",
                Join::Whole,
            ),
            (b"", Join::Open),
            (b"Jan 23 16:00:01 mx1 exim[7]: [2/3] cd\nother\n", Join::Open),
            (b"Jan 23 16:00:01 mx1 exim[7]: [3/3] ef\n", Join::Never),
            (b"Jan 23 16:00:01 mx1 exim[7]: [2/4] ef\n", Join::Never),
            (b"Jan 23 16:00:01 mx1 exim[7]: [1/3] ab\n", Join::Never),
            (&far, Join::Never),
        ];
        let mut whole = Vec::new();
        for (rest, expected) in cases {
            let found = join(FIRST_LINE, rest, &mut whole);
            assert_eq!(found, expected, "{}", String::from_utf8_lossy(rest));
            if found == Join::Whole {
                assert_eq!(whole, b"Jan 23 16:00:01 mx1 exim[7]: ab cd ef");
            }
        }
        assert_eq!(
            join(
                b"Jan 23 16:00:01 mx1 postfix[7]: [1/3] ab",
                cases[0].0,
                &mut whole
            ),
            Join::Never
        );
    }

    #[test]
    fn what_is_open_is_told_as_long_as_it_may_be_closed() {
        let before = b"a line\n".as_slice();
        let mut lines = [before, FIRST_LINE, b"\nother\n"].concat();
        assert_eq!(open_at(&lines), Some(before.len()));
        lines.extend_from_slice(b"Jan 23 16:00:01 mx1 exim[7]: [2/3] cd\n");
        assert_eq!(open_at(&lines), Some(before.len()));
        let mut whole = lines.clone();
        whole.extend_from_slice(b"Jan 23 16:00:01 mx1 exim[7]: [3/3] ef\n");
        assert_eq!(open_at(&whole), None);
        lines.extend(b"other\n".repeat(REACH / 6));
        assert_eq!(open_at(&lines), None);
    }
}
