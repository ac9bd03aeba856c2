//! How far reading has come, on standard error, for people who wait.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use mailgap_core::source::Input;
use mailgap_core::survey;

use crate::environment::Environment;
use crate::term::style::When;

/// Work that is done sooner than this needs no bar.
const PATIENCE: Duration = Duration::from_millis(700);

/// A bar over the bytes on disk, or nothing.
pub(crate) struct Progress {
    shown: bool,
    after: Duration,
    started: Instant,
    read: AtomicU64,
    total: Option<u64>,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// `writing` says that data goes to the terminal meanwhile, where a bar would stand in the way.
    pub(crate) fn new(
        when: When,
        quiet: bool,
        writing: bool,
        inputs: &[Input],
        environment: &Environment,
    ) -> Progress {
        let auto = environment.stderr_is_terminal && !environment.dumb && !quiet && !writing;
        Progress {
            shown: when == When::Always || (when == When::Auto && auto),
            after: if when == When::Always {
                Duration::ZERO
            } else {
                PATIENCE
            },
            started: Instant::now(),
            read: AtomicU64::new(0),
            total: inputs.iter().map(Input::size).sum(),
            bar: OnceLock::new(),
        }
    }

    /// With so many bytes beside those of the inputs.
    pub(crate) fn with_more(self, bytes: u64) -> Progress {
        let total = self.total.map(|total| total + bytes);
        Progress { total, ..self }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }

    fn bar(&self) -> ProgressBar {
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(StandardError), 8);
        let bar = ProgressBar::with_draw_target(self.total, target);
        let style = match self.total {
            Some(_) => "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            None => "{spinner} {bytes} read, {bytes_per_sec}",
        };
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("█▌░"));
        }
        bar
    }
}

impl survey::Progress for Progress {
    fn add_bytes(&self, read: u64) {
        if !self.shown {
            return;
        }
        let read = self.read.fetch_add(read, Ordering::Relaxed) + read;
        if self.bar.get().is_some() || self.started.elapsed() >= self.after {
            self.bar.get_or_init(|| self.bar()).set_position(read);
        }
    }
}

/// Standard error as it is, since `--progress always` must not ask whether it is a terminal.
#[derive(Debug)]
struct StandardError;

impl StandardError {
    fn control(n: usize, letter: char) -> io::Result<()> {
        if n > 0 {
            write!(io::stderr(), "\x1b[{n}{letter}")?;
        }
        Ok(())
    }
}

impl TermLike for StandardError {
    fn width(&self) -> u16 {
        80
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        StandardError::control(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        StandardError::control(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        StandardError::control(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        StandardError::control(n, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        writeln!(io::stderr(), "{text}")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        write!(io::stderr(), "{text}")
    }

    fn clear_line(&self) -> io::Result<()> {
        write!(io::stderr(), "\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        io::stderr().flush()
    }
}
