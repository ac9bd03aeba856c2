//! Writes log lines: stamp, host, program, text; and counts them.

use std::io::{self, Write};

use super::{Counts, Style};

/// Microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;

/// The zone of the generated log is Central European winter time, so stamps are this much later than UTC.
pub(super) const OFFSET_S: i64 = 3600;

/// The programs that log.
#[derive(Debug, Clone, Copy)]
pub(super) enum Program {
    Bounce,
    Cleanup,
    Cron,
    Error,
    Imap,
    Local,
    Pickup,
    Qmgr,
    Smtp,
    Smtpd,
    Sshd,
    Submission,
    Systemd,
}

impl Program {
    /// Name in the log, and whether there are several processes of it at a time.
    const ALL: [(&'static str, bool); 13] = [
        ("postfix/bounce", true),
        ("postfix/cleanup", true),
        ("CRON", true),
        ("postfix/error", true),
        ("dovecot", false),
        ("postfix/local", true),
        ("postfix/pickup", false),
        ("postfix/qmgr", false),
        ("postfix/smtp", true),
        ("postfix/smtpd", true),
        ("sshd", true),
        ("postfix/submission/smtpd", true),
        ("systemd", false),
    ];
}

/// What the line just written is, for the counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Another program, or the mail system's talk about sessions.
    Foreign,
    /// A recipient refused before there was a message.
    Reject,
    /// A message came in.
    Arrival,
    /// The first line of a notification.
    Notification,
    /// The queue manager gave up.
    Expired,
    /// Anything else about a queued message.
    Queue,
    /// status=sent by a remote host.
    Sent,
    /// status=sent by local(8).
    Local,
    /// status=deferred, a remote host or its lookup was tried.
    Deferred,
    /// status=deferred, an earlier failure repeated.
    Echo,
    /// status=bounced.
    Bounced,
}

/// Processes of one program at a time, and hosts: the log's heads are made once for each.
const PROCESSES: usize = 8;
pub(super) const HOSTS: [&str; 2] = ["mx1", "mx2"];

/// The log being written.
#[derive(Debug)]
pub(super) struct Log<W> {
    to: W,
    style: Style,
    buffer: Vec<u8>,
    /// Where the current line begins in the buffer.
    line: usize,
    /// The second of the prefix, since 1970 in UTC.
    second: Option<i64>,
    /// The stamp of that second up to the fraction.
    prefix: Vec<u8>,
    heads: Vec<Vec<u8>>,
    /// Stamp of the line before: no line is earlier.
    pub(super) now: i64,
    limit: u64,
    pub(super) counts: Counts,
}

impl<W: Write> Log<W> {
    const FLUSH: usize = 1 << 18;

    /// Writes to `to`, up to the line that reaches `limit` bytes.
    pub(super) fn new(to: W, style: Style, limit: u64) -> Log<W> {
        let mut heads = Vec::new();
        for (h, host) in HOSTS.iter().enumerate() {
            for (p, (name, several)) in Program::ALL.iter().enumerate() {
                for process in 0..PROCESSES {
                    let process = if *several { process } else { 0 };
                    let pid = match *name {
                        "systemd" => 1,
                        _ => 600 + h * 20_011 + p * 1_733 + process * 97,
                    };
                    heads.push(format!("{host} {name}[{pid}]: ").into_bytes());
                }
            }
        }
        Log {
            to,
            style,
            buffer: Vec::with_capacity(Self::FLUSH + 4096),
            line: 0,
            second: None,
            prefix: Vec::new(),
            heads,
            now: 0,
            limit,
            counts: Counts::default(),
        }
    }

    /// True when the limit is reached; lines begun from now on are dropped.
    pub(super) fn is_full(&self) -> bool {
        self.counts.bytes >= self.limit
    }

    /// Begins a line at `time` (microseconds since 1970), or just after the line before it.
    pub(super) fn line(
        &mut self,
        time: i64,
        host: usize,
        program: Program,
        process: u64,
    ) -> &mut Log<W> {
        self.now = time.max(self.now + 7);
        let second = self.now.div_euclid(SECOND);
        if self.second != Some(second) {
            let before = self.second.map(|before| before + OFFSET_S);
            stamp(self.style, before, second + OFFSET_S, &mut self.prefix);
            self.second = Some(second);
        }
        self.buffer.extend_from_slice(&self.prefix);
        if self.style == Style::Rfc3339 {
            let mut digits = *b".000000+01:00 ";
            let mut micros = self.now.rem_euclid(SECOND).unsigned_abs();
            for digit in digits[1..7].iter_mut().rev() {
                *digit = b'0' + (micros % 10) as u8;
                micros /= 10;
            }
            self.buffer.extend_from_slice(&digits);
        }
        let programs = Program::ALL.len();
        let process = (process % PROCESSES as u64) as usize;
        let head = &self.heads[(host * programs + program as usize) * PROCESSES + process];
        self.buffer.extend_from_slice(head);
        self
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Log<W> {
        self.buffer.extend_from_slice(bytes);
        self
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Log<W> {
        self.bytes(text.as_bytes())
    }

    /// A decimal number, padded with zeros to `width`.
    pub(super) fn number(&mut self, mut number: u64, width: usize) -> &mut Log<W> {
        let mut digits = [b'0'; 20];
        let mut at = digits.len();
        while number > 0 || at > digits.len() - width.max(1) {
            at -= 1;
            digits[at] = b'0' + (number % 10) as u8;
            number /= 10;
        }
        self.bytes(&digits[at..])
    }

    /// `n` hexadecimal digits, lower case.
    pub(super) fn hex(&mut self, bits: u64, n: u32) -> &mut Log<W> {
        for nibble in (0..n).rev() {
            let digit = (bits >> (nibble * 4)) as usize & 15;
            self.buffer.push(b"0123456789abcdef"[digit]);
        }
        self
    }

    /// Seconds the way Postfix writes them: two significant digits, and no more than hundredths.
    pub(super) fn seconds(&mut self, micros: i64) -> &mut Log<W> {
        let micros = micros.max(0).unsigned_abs();
        if micros >= 10_000_000 {
            return self.number(micros / 1_000_000, 1);
        }
        let hundredths = if micros >= 1_000_000 {
            micros / 100_000 * 10
        } else {
            micros / 10_000
        };
        self.number(hundredths / 100, 1);
        match hundredths % 100 {
            0 => self,
            tenths if tenths % 10 == 0 => self.text(".").number(tenths / 10, 1),
            rest => self.text(".").number(rest, 2),
        }
    }

    /// Ends the line and counts it.
    pub(super) fn end(&mut self, kind: Kind) -> io::Result<()> {
        if self.is_full() {
            self.buffer.truncate(self.line);
            return Ok(());
        }
        self.buffer.push(b'\n');
        let counts = &mut self.counts;
        counts.bytes += (self.buffer.len() - self.line) as u64;
        counts.lines += 1;
        match kind {
            Kind::Foreign => counts.foreign += 1,
            Kind::Reject => counts.rejects += 1,
            Kind::Arrival => counts.messages += 1,
            Kind::Notification => counts.notifications += 1,
            Kind::Expired => counts.expired += 1,
            Kind::Queue => {}
            Kind::Sent => counts.sent += 1,
            Kind::Local => counts.local += 1,
            Kind::Deferred => counts.deferred += 1,
            Kind::Echo => counts.echoes += 1,
            Kind::Bounced => counts.bounced += 1,
        }
        match kind {
            Kind::Foreign | Kind::Reject => {}
            Kind::Arrival | Kind::Notification | Kind::Expired | Kind::Queue => counts.queue += 1,
            Kind::Sent | Kind::Local | Kind::Deferred | Kind::Echo | Kind::Bounced => {
                counts.delivery += 1;
            }
        }
        if self.buffer.len() >= Self::FLUSH || self.is_full() {
            self.to.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        self.line = self.buffer.len();
        Ok(())
    }
}

/// Writes the stamp of a second of local time, up to where a fraction goes. `before` is the second that
/// `prefix` holds, if any: within a day only the digits of the time change.
fn stamp(style: Style, before: Option<i64>, local: i64, prefix: &mut Vec<u8>) {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let day = local.div_euclid(86_400);
    if before.is_none_or(|before| before.div_euclid(86_400) != day) {
        let (year, month, day) = civil(day);
        *prefix = match style {
            Style::Rfc3339 => format!("{year:04}-{month:02}-{day:02}T00:00:00"),
            Style::Traditional => format!("{} {day:2} 00:00:00 ", MONTHS[month - 1]),
        }
        .into_bytes();
    }
    let second = local.rem_euclid(86_400);
    let at = match style {
        Style::Rfc3339 => "2026-01-05T".len(),
        Style::Traditional => "Jan  5 ".len(),
    };
    for (place, number) in [(0, second / 3600), (3, second / 60 % 60), (6, second % 60)] {
        let number = number.unsigned_abs() as u8;
        prefix[at + place] = b'0' + number / 10;
        prefix[at + place + 1] = b'0' + number % 10;
    }
}

/// Year, month (1 to 12) and day of the `days`th day after 1970-01-01, not before that day.
fn civil(days: i64) -> (i64, usize, i64) {
    let is_leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let mut year = 1970;
    let mut rest = days;
    while rest >= 365 + i64::from(is_leap(year)) {
        rest -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + i64::from(is_leap(year));
    for (month, length) in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        .into_iter()
        .enumerate()
    {
        if rest < length {
            return (year, month + 1, rest + 1);
        }
        rest -= length;
    }
    (year, 12, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_in_both_styles() {
        let cases = [
            (1_674_676_800, "2023-01-25T20:00:00", "Jan 25 20:00:00 "),
            (1_674_680_461, "2023-01-25T21:01:01", "Jan 25 21:01:01 "),
            (1_709_164_799, "2024-02-28T23:59:59", "Feb 28 23:59:59 "),
            (1_709_164_800, "2024-02-29T00:00:00", "Feb 29 00:00:00 "),
            (1_767_225_600, "2026-01-01T00:00:00", "Jan  1 00:00:00 "),
        ];
        for (style, column) in [(Style::Rfc3339, 0), (Style::Traditional, 1)] {
            let mut before = None;
            let mut prefix = Vec::new();
            for (second, rfc3339, traditional) in cases {
                stamp(style, before, second, &mut prefix);
                assert_eq!(prefix, [rfc3339, traditional][column].as_bytes());
                before = Some(second);
            }
        }
    }

    #[test]
    fn seconds_as_postfix_writes_them() {
        let cases = [
            (0, "0"),
            (9_999, "0"),
            (10_000, "0.01"),
            (230_000, "0.23"),
            (500_000, "0.5"),
            (1_000_000, "1"),
            (5_190_000, "5.1"),
            (63_350_000_000, "63350"),
        ];
        for (micros, text) in cases {
            let mut out = Vec::new();
            let mut log = Log::new(&mut out, Style::Rfc3339, u64::MAX);
            log.seconds(micros);
            assert_eq!(log.buffer, text.as_bytes());
        }
    }
}
