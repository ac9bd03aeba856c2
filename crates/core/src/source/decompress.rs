//! Compressed logs, recognised by their first bytes: gz, zst, xz, bz2.
//!
//! `1f 8b` gzip (RFC 1952), `28 b5 2f fd` Zstandard (RFC 8878), `fd 37 7a 58 5a 00` xz, `BZh` bzip2. Rotated
//! logs are often several members in a row; all are read. Names do not matter.
//! What is inside may be an export of the journal, see [`super::journal`].

use std::io::{self, BufRead, BufReader, Cursor, Read};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::journal::{self, ExportReader};
use super::reader::fill;

/// What an archive may make us allocate: more than `xz -9` (65 MiB) and `zstd --ultra` (128 MiB) ask for.
const MAX_WINDOW_LOG: u32 = 27;
const MAX_XZ_KIB: u32 = 256 << 10;

/// Bytes of the buffers between the stages; larger reads go past them.
const BUFFER: usize = 128 << 10;

/// As many bytes as tell the kinds apart.
const MAGIC: usize = 6;

/// Reads what is inside as lines of text.
pub(super) fn open<'a>(raw: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut plain = BufReader::with_capacity(BUFFER, unpack(raw)?);
    // A look into the buffer takes nothing away.
    if plain.fill_buf()?.starts_with(journal::MAGIC) {
        return Ok(Box::new(ExportReader::new(plain)));
    }
    Ok(Box::new(plain))
}

fn unpack<'a>(mut raw: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut magic = [0; MAGIC];
    let n = fill(&mut raw, &mut magic)?;
    let whole = Cursor::new(magic).take(n as u64).chain(raw);
    let buffered = |whole| BufReader::with_capacity(BUFFER, whole);
    Ok(match magic {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(buffered(whole))),
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
