//! One input as blocks of whole lines, or of whole messages.
//!
//! A block of lines ends at a line end, except the last one of an input; a block of messages ends where a
//! message does. What an input holds is told by its first bytes: see [`kind`](super::kind).

use std::fs::File;
use std::io::{self, Read};

use xxhash_rust::xxh3::Xxh3;

use super::kind::{self, HEAD_BYTES, Kind, recognise};
use super::{Input, Place, decompress, mbox};
use crate::exim::split;

/// Bytes of a block. Tiny in debug builds, so that every test crosses block borders.
pub(crate) const BLOCK_BYTES: usize = if cfg!(debug_assertions) { 256 } else { 1 << 20 };

/// What is kept of a line; the rest is passed over. Postfix cuts its records at 2,000 bytes, Exim at
/// 8 KiB; what is longer than this is no log.
pub(crate) const MAX_LINE: usize = 256 << 10;

/// What is kept of a message: one byte more than is read of it, so that the cut is seen.
const MAX_MESSAGE: usize = crate::dsn::MAX_MESSAGE + 1;

/// Told how many bytes were read from disk or pipe.
pub trait Progress: Sync {
    /// So many more bytes were read, before decompression.
    fn add_bytes(&self, read: u64);
}

/// Nobody watches.
impl Progress for () {
    fn add_bytes(&self, _: u64) {}
}

/// What is known when an input has been read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Total {
    /// Bytes after decompression.
    pub(crate) bytes: u64,
    /// A hash of those bytes: equal for the same log, however compressed.
    pub(crate) fingerprint: u128,
}

/// Cuts an input into blocks.
pub(crate) struct BlockReader<'a> {
    reader: Box<dyn Read + 'a>,
    kind: Kind,
    block_bytes: usize,
    /// The start of a line, or of a message, whose end was not yet read.
    carry: Vec<u8>,
    /// The rest of a line or a message that is too long is passed over.
    skipping: bool,
    ended: bool,
    bytes: u64,
    hash: Xxh3,
}

impl<'a> BlockReader<'a> {
    /// Opens an input and finds out how it is compressed.
    pub(crate) fn open(
        input: &Input,
        block_bytes: usize,
        progress: &'a dyn Progress,
    ) -> io::Result<BlockReader<'a>> {
        let raw: Box<dyn Read> = match &input.place {
            Place::File(path) => Box::new(File::open(path)?),
            Place::Stdin => Box::new(io::stdin()),
        };
        // Buffers of a megabyte would be most of the work for a folder of small messages.
        let size = input.size().and_then(|size| usize::try_from(size).ok());
        let small = size.filter(|size| (1..HEAD_BYTES).contains(size));
        let block_bytes = small.map_or(block_bytes, |size| block_bytes.min(size + 1));
        BlockReader::new(Counted { raw, progress }, block_bytes)
    }

    fn new(raw: impl Read + 'a, block_bytes: usize) -> io::Result<BlockReader<'a>> {
        let mut reader = decompress::open(raw)?;
        let mut head = vec![0; HEAD_BYTES];
        let (n, error) = fill_all(&mut reader, &mut head);
        head.truncate(n);
        if let Some(what) = kind::no_text(&head) {
            return Err(io::Error::other(what));
        }
        let kind = recognise(&head);
        let head = io::Cursor::new(head);
        let reader: Box<dyn Read + 'a> = match error {
            Some(error) => Box::new(head.chain(Broken(Some(error)))),
            None => Box::new(head.chain(reader)),
        };
        Ok(BlockReader {
            reader,
            kind,
            block_bytes: block_bytes.max(1),
            carry: Vec::new(),
            skipping: false,
            ended: false,
            bytes: 0,
            hash: Xxh3::new(),
        })
    }

    /// What the input holds.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Fills `block` with the next whole lines or messages; `false` at the end. After an error what was read before it
    /// has been given, and the next call says `false`.
    pub(crate) fn next(&mut self, block: &mut Vec<u8>) -> io::Result<bool> {
        let mut filled = self.carry.len();
        if block.len() < self.block_bytes.max(filled + 1) {
            block.resize(self.block_bytes.max(filled + 1), 0);
        }
        if let Some(start) = block.get_mut(..filled) {
            start.copy_from_slice(&self.carry);
        }
        self.carry.clear();
        if self.ended {
            block.truncate(filled);
            return Ok(filled > 0);
        }
        loop {
            let free = block.get_mut(filled..).unwrap_or_default();
            let (n, error) = fill_all(&mut self.reader, free);
            let fresh = free.get(..n).unwrap_or_default();
            self.hash.update(fresh);
            self.bytes += n as u64;
            let mut searched = filled;
            filled += n;
            self.ended = error.is_some() || filled < block.len();
            if self.skipping {
                filled = self.skip(block, filled);
                searched = 0;
            }
            if let Some(error) = error {
                self.carry
                    .extend_from_slice(block.get(..filled).unwrap_or_default());
                return Err(error);
            }
            if self.ended {
                block.truncate(filled);
                return Ok(filled > 0);
            }
            if let Some(end) = self.last_end(block.get(..filled).unwrap_or_default(), searched) {
                self.carry
                    .extend_from_slice(block.get(end..filled).unwrap_or_default());
                block.truncate(end);
                return Ok(true);
            }
            let most = self.most_bytes();
            if filled >= most {
                block.truncate(filled);
                self.skipping = true;
                return Ok(true);
            }
            let larger = (block.len() * 2).min(most.max(self.block_bytes));
            block.resize(larger.max(filled + 1), 0);
        }
    }

    /// Where the last whole line or message ends, of which those before `searched` are known not to.
    fn last_end(&self, block: &[u8], searched: usize) -> Option<usize> {
        match self.kind {
            Kind::Lines => {
                let end = searched + memchr::memrchr(b'\n', block.get(searched..)?)? + 1;
                // A line in pieces stays in one block.
                match split::open_at(block.get(..end)?) {
                    Some(0) => None,
                    Some(start) => Some(start),
                    None => Some(end),
                }
            }
            Kind::Mbox => mbox::last_border(block),
            Kind::Message => None,
        }
    }

    /// What is kept of a line or a message.
    fn most_bytes(&self) -> usize {
        match self.kind {
            Kind::Lines => MAX_LINE,
            Kind::Mbox | Kind::Message => MAX_MESSAGE,
        }
    }

    /// Drops what is left of a line or a message that is too long; gives how many bytes remain.
    fn skip(&mut self, block: &mut [u8], filled: usize) -> usize {
        let bytes = block.get(..filled).unwrap_or_default();
        let next = match self.kind {
            Kind::Lines => memchr::memchr(b'\n', bytes).map(|end| end + 1),
            Kind::Mbox => mbox::first_separator(bytes),
            Kind::Message => None,
        };
        let keep_from = match next {
            Some(next) => {
                self.skipping = false;
                next
            }
            // A separator may have begun.
            None if self.kind == Kind::Mbox && !self.ended => {
                filled.saturating_sub(SEPARATOR_BYTES)
            }
            None => filled,
        };
        block.copy_within(keep_from..filled, 0);
        filled - keep_from
    }

    /// What was read so far.
    pub(crate) fn total(&self) -> Total {
        Total {
            bytes: self.bytes,
            fingerprint: self.hash.digest128(),
        }
    }
}

/// What a file holds, by its first bytes.
pub(super) fn recognise_file(path: &std::path::Path) -> io::Result<Kind> {
    let mut head = vec![0; HEAD_BYTES];
    let (n, _) = fill_all(&mut decompress::open(File::open(path)?)?, &mut head);
    head.truncate(n);
    Ok(recognise(&head))
}

/// A separator of a mailbox and the first field behind it are shorter.
const SEPARATOR_BYTES: usize = 4096;

/// Says once what went wrong, and then that it is over.
pub(super) struct Broken(pub(super) Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Reads until the buffer is full or the input ends.
pub(super) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    match fill_all(reader, buffer) {
        (n, None) => Ok(n),
        (_, Some(error)) => Err(error),
    }
}

/// Like [`fill`], but what was read before an error is not lost.
pub(super) fn fill_all(reader: &mut impl Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
        match reader.read(free) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

struct Counted<'a> {
    raw: Box<dyn Read>,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.raw.read(buffer)?;
        self.progress.add_bytes(n as u64);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn blocks(bytes: &[u8], block_bytes: usize) -> (Vec<Vec<u8>>, Total, Option<String>) {
        let mut reader = BlockReader::new(bytes, block_bytes).unwrap();
        let (mut blocks, mut block, mut error) = (Vec::new(), Vec::new(), None);
        loop {
            match reader.next(&mut block) {
                Ok(true) => blocks.push(block.clone()),
                Ok(false) => break,
                Err(found) => error = Some(found.to_string()),
            }
        }
        (blocks, reader.total(), error)
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn bz2(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zst(bytes: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(bytes, 1).unwrap()
    }

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let options = lzma_rust2::XzOptions::with_preset(0);
        let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// A way to compress.
    type Pack = fn(&[u8]) -> Vec<u8>;

    const PACKERS: [(&str, Pack); 4] = [("gz", gz), ("bz2", bz2), ("zst", zst), ("xz", xz)];

    #[test]
    fn blocks_end_at_line_ends_and_lose_nothing() {
        let text = b"one\ntwo two two\n\nthree\r\nlast";
        for block_bytes in 1..40 {
            let (blocks, total, error) = blocks(text, block_bytes);
            assert_eq!(blocks.concat(), text, "{block_bytes}");
            let (_, but_last) = blocks.split_last().unwrap();
            assert!(
                but_last.iter().all(|block| block.ends_with(b"\n")),
                "{block_bytes}"
            );
            assert_eq!((total.bytes, error), (text.len() as u64, None));
        }
    }

    #[test]
    fn empty_input_has_no_block() {
        assert!(blocks(b"", 10).0.is_empty());
        assert_eq!(blocks(b"\n", 10).0, [b"\n"]);
    }

    #[test]
    fn members_in_a_row_are_one_log_with_the_fingerprint_of_its_bytes() {
        for (name, pack) in PACKERS {
            let packed = [pack(b"one\n"), pack(b"two\n")].concat();
            let (unpacked, total, error) = blocks(&packed, 3);
            assert_eq!(
                (unpacked.concat(), error),
                (b"one\ntwo\n".to_vec(), None),
                "{name}"
            );
            assert_eq!(total, blocks(b"one\ntwo\n", 100).1, "{name}");
        }
    }

    #[test]
    fn an_export_of_the_journal_is_lines_plain_and_packed() {
        let export: &[u8] = b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1674486001123456\n_HOSTNAME=mx1\n\
            SYSLOG_IDENTIFIER=postfix/smtp\nSYSLOG_PID=7\nMESSAGE=text\n\n";
        let lines = b"2023-01-23T15:00:01.123456Z mx1 postfix/smtp[7]: text\n";
        assert_eq!(blocks(export, 100).0.concat(), lines);
        for (name, pack) in PACKERS {
            assert_eq!(blocks(&pack(export), 100).0.concat(), lines, "{name}");
        }
    }

    #[test]
    fn zeros_behind_a_gzip_member_are_padding() {
        for padding in [1, 512, 300_000] {
            let packed = [gz(b"one\n"), vec![0; padding]].concat();
            let (unpacked, _, error) = blocks(&packed, 100);
            assert_eq!((unpacked.concat(), error), (b"one\n".to_vec(), None));
        }
        let packed = [gz(b"one\n"), b"\0\0junk".to_vec()].concat();
        let (unpacked, _, error) = blocks(&packed, 100);
        assert_eq!(unpacked.concat(), b"one\n");
        assert!(error.is_some());
    }

    #[test]
    fn a_truncated_archive_gives_what_it_has_and_then_the_error() {
        // Numbers without a pattern, so that no packer puts everything into its last bytes.
        let mut number = 1_u32;
        let text: Vec<u8> = (0..60_000)
            .flat_map(|_| {
                number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                format!("line {number}\n").into_bytes()
            })
            .collect();
        for (name, pack) in PACKERS {
            let packed = pack(&text);
            let (given, _, error) = blocks(&packed[..packed.len() * 3 / 4], 64);
            let given = given.concat();
            assert!(
                given.len() > 1000 && text.starts_with(&given),
                "{name} {}",
                given.len()
            );
            assert!(error.is_some(), "{name}");
        }
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        for block_bytes in [16, 1 << 20] {
            let mut text = vec![b'x'; 3 * MAX_LINE + 7];
            text.extend_from_slice(b"\nnext\n");
            let (blocks, total, _) = blocks(&text, block_bytes);
            let all = blocks.concat();
            assert_eq!(total.bytes, text.len() as u64);
            assert!(all.ends_with(b"next\n"), "{block_bytes}");
            if block_bytes < MAX_LINE {
                assert_eq!(all.len(), MAX_LINE + 5);
                assert_eq!(blocks[1], b"next\n");
            }
        }
    }
}
