//! Putting together what Exim's syslog output took apart.
//!
//! `[1/3] 2023-01-23 16:00:01 1pJyXx-0004Qk-2A ** a@d ...`, `[2\3] ...`, `[3/3] ...`: a piece of a line that had
//! newlines or more than 870 bytes (`MAX_SYSLOG_LEN`). `\` in place of `/` says that a newline stood behind
//! the piece. Source: `write_syslog` in `log.c`. Only the first piece carries Exim's own stamp and the message
//! id, so the first alone says what became of the message, and later ones add to its text.

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

/// The line that the pieces make up; `None` unless they are all there, in order. The caller sees to it that
/// they come from one process: other lines may stand between them.
pub fn join(pieces: &[Piece<'_>]) -> Option<Vec<u8>> {
    let of = pieces.first()?.of;
    let complete = usize::try_from(of) == Ok(pieces.len());
    let in_order = pieces
        .iter()
        .zip(1..)
        .all(|(piece, number)| piece.number == number && piece.of == of);
    if !complete || !in_order {
        return None;
    }
    let mut line = Vec::with_capacity(pieces.iter().map(|piece| piece.text.len() + 1).sum());
    for piece in pieces {
        line.extend_from_slice(piece.text);
        if piece.newline {
            line.push(b'\n');
        }
    }
    Some(line)
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

    #[test]
    fn a_line_is_whole_when_all_its_pieces_are_there_in_order() {
        let pieces =
            [&b"[1/3] ab"[..], b"[2\\3] cd", b"[3/3] ef"].map(|piece| Piece::parse(piece).unwrap());
        assert_eq!(join(&pieces).unwrap(), b"abcd\nef");
        assert_eq!(join(&pieces[..2]), None);
        assert_eq!(join(&[pieces[1], pieces[0], pieces[2]]), None);
        assert_eq!(join(&[]), None);
    }
}
