//! The one parallel fold.
//!
//! Reader threads cut inputs into blocks; `jobs` workers fold blocks into shards; the shards of an input
//! merge when its last block is done, and inputs end in the order of their list. Buffers are used again:
//! what is held of the inputs themselves does not grow with the bytes read. One job is a number, not another
//! code path.
//!
//! Which worker gets which block is chance. So merging shards must not depend on order, and what `step`
//! returns is handed to `emit` in the order of the inputs.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::source::Input;
use crate::source::kind::Kind;
use crate::source::mbox::Messages;
use crate::source::reader::{BlockReader, Progress, Total};

/// Whole lines, or whole messages, of one input.
#[derive(Debug)]
pub(crate) struct Block {
    /// Index of the input.
    pub(crate) input: usize,
    /// What the bytes are.
    pub(crate) kind: Kind,
    /// Number of the first line, or of the first message, from 1.
    pub(crate) first_line: u64,
    /// The lines or messages.
    pub(crate) bytes: Vec<u8>,
    /// Number of the block within its input, from 0.
    pub(crate) sequence: u64,
}

/// What blocks are folded into. Merging must be associative and commutative.
pub(crate) trait Shard: Send {
    /// Takes in what another shard of the same input has.
    fn merge(&mut self, other: Self);
}

/// An input that has been read and folded.
#[derive(Debug)]
pub(crate) struct Ended<S> {
    /// Index of the input.
    pub(crate) input: usize,
    /// All its blocks; `None` when it had none.
    pub(crate) shard: Option<S>,
    /// What was read.
    pub(crate) total: Total,
    /// Why it was not read to its end.
    pub(crate) error: Option<io::Error>,
}

/// How to fold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Worker threads; at least 1.
    pub(crate) jobs: usize,
    /// Bytes of a block.
    pub(crate) block_bytes: usize,
    /// True when `emit` takes much: one reader then, and as many blocks in flight as there are buffers.
    pub(crate) ordered: bool,
}

/// Folds all inputs. The error is that of `emit`; what cannot be read is told to `ended`.
pub(crate) fn fold<S: Shard, R: Send>(
    inputs: &[Input],
    plan: Plan,
    progress: &dyn Progress,
    new: &(dyn Fn(usize) -> S + Sync),
    step: &(dyn Fn(&mut S, &Block) -> R + Sync),
    emit: &mut (dyn FnMut(R) -> io::Result<()> + Send),
    ended: &mut (dyn FnMut(Ended<S>) + Send),
) -> io::Result<()> {
    let jobs = plan.jobs.max(1);
    let readers = if plan.ordered {
        1
    } else {
        jobs.min(inputs.len())
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .build()
        .map_err(io::Error::other)?;

    let (free_in, free) = unbounded();
    for _ in 0..2 * jobs + readers {
        // The receiver lives: both ends are in this function.
        let _ = free_in.send(Vec::new());
    }
    let (blocks_in, blocks) = bounded(2 * jobs);
    let hall = Hall {
        stop: AtomicBool::new(false),
        free_in,
        ordered: plan.ordered,
        desk: Mutex::new(Desk {
            open: BTreeMap::new(),
            emitted: (0, 0),
            waiting: BTreeMap::new(),
            closed: BTreeMap::new(),
            next_closed: 0,
            error: None,
            emit,
            ended,
        }),
    };
    let next_input = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..readers {
            let (blocks_in, free) = (blocks_in.clone(), free.clone());
            let (hall, next_input) = (&hall, &next_input);
            scope.spawn(move || {
                loop {
                    let n = next_input.fetch_add(1, Ordering::Relaxed);
                    let Some(input) = inputs.get(n) else { break };
                    hall.read(n, input, plan.block_bytes, progress, &free, &blocks_in);
                }
            });
        }
        drop(blocks_in);
        pool.broadcast(|_| hall.work(&blocks, new, step));
    });
    let desk = hall
        .desk
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    desk.error.map_or(Ok(()), Err)
}

/// Where readers and workers meet.
struct Hall<'a, S, R> {
    stop: AtomicBool,
    free_in: Sender<Vec<u8>>,
    ordered: bool,
    desk: Mutex<Desk<'a, S, R>>,
}

/// What is known of the inputs under way. Held for moments only, once a block.
struct Desk<'a, S, R> {
    open: BTreeMap<usize, Open<S>>,
    /// The next (input, block) to emit.
    emitted: (usize, u64),
    waiting: BTreeMap<(usize, u64), Waiting<R>>,
    closed: BTreeMap<usize, Ended<S>>,
    next_closed: usize,
    error: Option<io::Error>,
    emit: &'a mut (dyn FnMut(R) -> io::Result<()> + Send),
    ended: &'a mut (dyn FnMut(Ended<S>) + Send),
}

/// What a block gave, and its buffer where that is held until its turn.
type Waiting<R> = (R, Option<Vec<u8>>);

/// An input under way.
struct Open<S> {
    /// Shards that no worker holds.
    shards: Vec<S>,
    /// Blocks folded.
    folded: u64,
    /// Set when all was read: number of blocks, what was read, why it broke off.
    end: Option<(u64, Total, Option<io::Error>)>,
}

impl<S> Open<S> {
    const fn new() -> Open<S> {
        Open {
            shards: Vec::new(),
            folded: 0,
            end: None,
        }
    }
}

impl<'a, S: Shard, R: Send> Hall<'a, S, R> {
    fn desk(&self) -> MutexGuard<'_, Desk<'a, S, R>> {
        // A worker that panicked takes the whole process down with it; until then go on.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads one input into blocks.
    fn read(
        &self,
        n: usize,
        input: &Input,
        block_bytes: usize,
        progress: &dyn Progress,
        free: &Receiver<Vec<u8>>,
        blocks: &Sender<Block>,
    ) {
        let mut end = (
            0,
            Total {
                bytes: 0,
                fingerprint: 0,
            },
            None,
        );
        match BlockReader::open(input, block_bytes, progress) {
            Ok(mut reader) => {
                let mut line = 1;
                while !self.stop.load(Ordering::Relaxed) {
                    let Ok(mut bytes) = free.recv() else { break };
                    match reader.next(&mut bytes) {
                        Ok(true) => {}
                        Ok(false) => {
                            let _ = self.free_in.send(bytes);
                            break;
                        }
                        Err(error) => {
                            let _ = self.free_in.send(bytes);
                            end.2 = Some(error);
                            continue; // what was read before the error comes next
                        }
                    }
                    let kind = reader.kind();
                    let lines = match kind {
                        Kind::Lines => count_lines(&bytes),
                        Kind::Mbox => Messages::new(&bytes).count() as u64,
                        Kind::Message => 1,
                    };
                    let block = Block {
                        input: n,
                        kind,
                        first_line: line,
                        bytes,
                        sequence: end.0,
                    };
                    if blocks.send(block).is_err() {
                        break;
                    }
                    line += lines;
                    end.0 += 1;
                }
                end.1 = reader.total();
            }
            Err(error) => end.2 = Some(error),
        }
        let mut desk = self.desk();
        desk.open.entry(n).or_insert_with(Open::new).end = Some(end);
        self.close(desk, n);
    }

    /// Folds blocks until there are no more.
    fn work(
        &self,
        blocks: &Receiver<Block>,
        new: &(dyn Fn(usize) -> S + Sync),
        step: &(dyn Fn(&mut S, &Block) -> R + Sync),
    ) {
        for block in blocks {
            let idle = {
                let mut desk = self.desk();
                desk.open
                    .entry(block.input)
                    .or_insert_with(Open::new)
                    .shards
                    .pop()
            };
            let mut shard = idle.unwrap_or_else(|| new(block.input));
            let result = if self.stop.load(Ordering::Relaxed) {
                None
            } else {
                Some(step(&mut shard, &block))
            };
            let Block {
                input,
                sequence,
                bytes,
                ..
            } = block;
            let held = if self.ordered {
                Some(bytes)
            } else {
                let _ = self.free_in.send(bytes);
                None
            };
            let mut desk = self.desk();
            match result {
                Some(result) => {
                    desk.waiting.insert((input, sequence), (result, held));
                }
                None => {
                    let _ = held.map(|bytes| self.free_in.send(bytes));
                }
            }
            let open = desk.open.entry(input).or_insert_with(Open::new);
            open.shards.push(shard);
            open.folded += 1;
            self.close(desk, input);
        }
    }

    /// Emits what is next in order, and closes the input when it is all folded.
    fn close(&self, mut desk: MutexGuard<'_, Desk<'a, S, R>>, input: usize) {
        self.emit(&mut desk);
        let done = desk.open.get(&input).is_some_and(|open| {
            open.end
                .as_ref()
                .is_some_and(|&(blocks, ..)| blocks == open.folded)
        });
        if !done {
            return;
        }
        let Some(Open {
            shards,
            end: Some((_, total, error)),
            ..
        }) = desk.open.remove(&input)
        else {
            return;
        };
        drop(desk);
        // Merging takes its time: not while others wait for the desk.
        let shard = shards.into_iter().reduce(|mut sum, shard| {
            sum.merge(shard);
            sum
        });
        let mut desk = self.desk();
        desk.closed.insert(
            input,
            Ended {
                input,
                shard,
                total,
                error,
            },
        );
        let Desk {
            closed,
            next_closed,
            ended,
            ..
        } = &mut *desk;
        while let Some(next) = closed.remove(next_closed) {
            *next_closed += 1;
            ended(next);
        }
        self.emit(&mut desk);
    }

    fn emit(&self, desk: &mut Desk<'a, S, R>) {
        loop {
            if let Some((result, held)) = desk.waiting.remove(&desk.emitted) {
                let _ = held.map(|bytes| self.free_in.send(bytes));
                desk.emitted.1 += 1;
                if desk.error.is_none()
                    && let Err(error) = (desk.emit)(result)
                {
                    desk.error = Some(error);
                    self.stop.store(true, Ordering::Relaxed);
                }
                continue;
            }
            let (input, block) = desk.emitted;
            let over = match desk.open.get(&input) {
                Some(open) => open
                    .end
                    .as_ref()
                    .is_some_and(|&(blocks, ..)| blocks == block),
                None => desk.closed.contains_key(&input) || input < desk.next_closed,
            };
            if !over {
                return;
            }
            desk.emitted = (input + 1, 0);
        }
    }
}

/// Lines of a block; the last one need not end.
fn count_lines(bytes: &[u8]) -> u64 {
    let ends = memchr::memchr_iter(b'\n', bytes).count() as u64;
    ends + u64::from(bytes.last().is_some_and(|&byte| byte != b'\n'))
}
