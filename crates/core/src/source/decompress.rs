//! Compressed logs, recognised by their first bytes: gz, zst, xz, bz2.
//!
//! `1f 8b` gzip (RFC 1952), `28 b5 2f fd` Zstandard (RFC 8878), `fd 37 7a 58 5a 00` xz, `BZh` bzip2. Rotated
//! logs are often several members in a row; all are read. Names do not matter.
//! What is inside may be an export of the journal, see [`super::journal`].

use std::io::{self, BufRead, BufReader, Cursor, Read};

use bzip2::read::MultiBzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;

use super::journal::{self, ExportReader};
use super::reader::{Broken, fill, fill_all};

/// What an archive may make us allocate: more than `xz -9` (65 MiB) and `zstd --ultra` (128 MiB) ask for.
const MAX_WINDOW_LOG: u32 = 27;
const MAX_XZ_KIB: u32 = 256 << 10;

/// Bytes of the buffers between the stages; larger reads go past them.
const BUFFER: usize = 128 << 10;

/// As many bytes as tell the kinds apart.
const MAGIC: usize = 6;

/// Reads what is inside as lines of text.
pub(super) fn open<'a>(raw: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut plain = unpack(raw)?;
    let mut magic = [0; journal::MAGIC.len()];
    let (n, error) = fill_all(&mut plain, &mut magic);
    let rest: Box<dyn Read> = match error {
        Some(error) => Box::new(Broken(Some(error))),
        None => plain,
    };
    let whole = BufReader::with_capacity(BUFFER, Cursor::new(magic).take(n as u64).chain(rest));
    if magic == journal::MAGIC {
        return Ok(Box::new(ExportReader::new(whole)));
    }
    Ok(Box::new(whole))
}

fn unpack<'a>(mut raw: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut magic = [0; MAGIC];
    let n = fill(&mut raw, &mut magic)?;
    let whole = Cursor::new(magic).take(n as u64).chain(raw);
    let buffered = |whole| BufReader::with_capacity(BUFFER, whole);
    Ok(match magic {
        [0x1f, 0x8b, ..] => Box::new(GzMembers::new(buffered(whole))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered(whole))?;
            decoder.window_log_max(MAX_WINDOW_LOG)?;
            Box::new(decoder)
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0] => {
            Box::new(XzReader::new_mem_limit(buffered(whole), true, MAX_XZ_KIB))
        }
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Box::new(MultiBzDecoder::new(buffered(whole))),
        _ => Box::new(whole),
    })
}

/// The members of a gzip file in a row. Zeros behind the last one are padding (of tapes and block copies), as
/// gzip(1) has it.
struct GzMembers<R> {
    /// `None` behind the last member.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzMembers<R> {
    fn new(raw: R) -> GzMembers<R> {
        GzMembers {
            member: Some(GzDecoder::new(raw)),
        }
    }
}

impl<R: BufRead> Read for GzMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(member) = &mut self.member else {
                return Ok(0);
            };
            let n = member.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            if let Some(mut raw) = self.member.take().map(GzDecoder::into_inner)
                && !pass_over_zeros(&mut raw)?
            {
                self.member = Some(GzDecoder::new(raw));
            }
        }
    }
}

/// Passes over zeros; true when nothing but zeros was left.
fn pass_over_zeros(raw: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let available = raw.fill_buf()?;
        if available.is_empty() {
            return Ok(true);
        }
        let zeros = available.iter().take_while(|&&byte| byte == 0).count();
        let all = zeros == available.len();
        raw.consume(zeros);
        if !all {
            return Ok(false);
        }
    }
}
