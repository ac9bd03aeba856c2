//! A tally as rows: what one host sends to where many are summed.
//!
//! ```text
//! {"schema":"mailgap.tally/1","record":"attempts","domain":"libero.it","host":"mx1","class":"ok","minute":27908160,"count":2,"first":1037,"last":58210}
//! ```
//!
//! Every row has a key (all columns but the last seven) and measures. Rows with one key merge in any engine: `count`,
//! `failed` and `given_up` by SUM, `first`, `arrival` and `sample` by MIN, `last` by MAX. `docs/tally.md` describes each record
//! and gives the query. Rows come in any order and any split; what was merged elsewhere is read as if it had been
//! merged here.
//!
//! A name or a text that is no UTF-8 is written with `\xNN` for each byte that is none, and for each backslash.

use std::borrow::Cow;
use std::fmt;

use super::escape::{escaped, unescaped};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKind {
    /// Attempts of one class in one minute.
    Attempts,
    /// Hashes of a message and of a recipient that failed in one minute.
    Failing,
    /// From which hash on they were not kept.
    FailingLimit,
    /// Failures of one hour with one kind of answer.
    Answer,
    /// Attempts of one hour by one MX host.
    Relay,
    /// A recipient that was refused, within twelve hours.
    Refused,
    /// The same of first attempts of messages only, within two hours.
    RefusedFirst,
    /// When the oldest message that failed arrived.
    Oldest,
    /// The minute of a host's first attempt: when its logs begin. The least of several counts.
    Began,
    /// A domain whose mail a reporting host delivers itself.
    Local,
    /// Accepted attempts that took one step of time.
    Delay,
    /// Of these, how many were timed by the age of the message.
    DelayAged,
    /// Slow accepted attempts of ten minutes, and those of which nothing is known.
    Slow,
    /// Echoes.
    Echoes,
    /// Hash of a recipient of an echo.
    Echoed,
    /// From which hash on they were not kept.
    EchoedLimit,
    /// A log, and not bounces alone, tells of a destination.
    Logged,
    /// A recipient that took mail, of any destination.
    TookMail,
    /// Lines about messages on one day.
    Day,
    /// A figure of the coverage.
    Coverage,
    /// An input that was counted.
    Input,
    /// An input that was not read to its end.
    Unread,
    /// An input that was left out, as another has the same bytes.
    Duplicate,
    /// Two inputs that may hold the same mail.
    Overlap,
    /// A line that was not understood.
    Odd,
}

impl RowKind {
    /// Every record, in the order in which they are written.
    pub const ALL: [RowKind; 25] = [
        RowKind::Coverage,
        RowKind::Input,
        RowKind::Unread,
        RowKind::Duplicate,
        RowKind::Overlap,
        RowKind::Odd,
        RowKind::Day,
        RowKind::Began,
        RowKind::Local,
        RowKind::Logged,
        RowKind::Echoes,
        RowKind::Echoed,
        RowKind::EchoedLimit,
        RowKind::Oldest,
        RowKind::Delay,
        RowKind::DelayAged,
        RowKind::Slow,
        RowKind::Attempts,
        RowKind::Failing,
        RowKind::FailingLimit,
        RowKind::Answer,
        RowKind::Relay,
        RowKind::Refused,
        RowKind::RefusedFirst,
        RowKind::TookMail,
    ];

    /// The word in the column `record`.
    pub const fn as_str(self) -> &'static str {
        match self {
            RowKind::Attempts => "attempts",
            RowKind::Failing => "failing",
            RowKind::FailingLimit => "failing_limit",
            RowKind::Answer => "answer",
            RowKind::Relay => "relay",
            RowKind::Refused => "refused",
            RowKind::RefusedFirst => "refused_first",
            RowKind::Oldest => "oldest",
            RowKind::Began => "began",
            RowKind::Local => "local",
            RowKind::Delay => "delay",
            RowKind::DelayAged => "delay_aged",
            RowKind::Slow => "slow",
            RowKind::Echoes => "echoes",
            RowKind::Echoed => "echoed",
            RowKind::EchoedLimit => "echoed_limit",
            RowKind::Logged => "logged",
            RowKind::TookMail => "took_mail",
            RowKind::Day => "day",
            RowKind::Coverage => "coverage",
            RowKind::Input => "input",
            RowKind::Unread => "unread",
            RowKind::Duplicate => "duplicate",
            RowKind::Overlap => "overlap",
            RowKind::Odd => "odd",
        }
    }

    /// The record of that word.
    pub fn from_name(name: &str) -> Option<RowKind> {
        RowKind::ALL
            .into_iter()
            .find(|record| record.as_str() == name)
    }
}

/// A column of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Text {
    /// Destination, in lower case.
    Domain,
    /// Reporting host.
    Host,
    /// MX host by name, else by address.
    Relay,
    /// Class of the attempts, or `neutral`.
    Class,
    /// Enhanced status: 5.1.1.
    EnhancedStatus,
    /// Why: the name of a reason.
    Reason,
    /// How far the attempt came.
    Stage,
    /// Name of a figure, an input or a sketch.
    Name,
    /// What is said of an input or a line; the other input.
    Why,
    /// Measure, by MIN: one real text, behind four hexadecimal digits of its hash where there may be several.
    Sample,
}

/// A column of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Number {
    /// Minutes since 1970-01-01T00:00Z at which the stretch of the row begins.
    Minute,
    /// Reply code of the host: 550.
    ReplyCode,
    /// A recipient: 36 bits of a hash.
    Recipient,
    /// The upper 32 of these bits.
    RecipientHash,
    /// A message: 32 bits of a hash.
    Message,
    /// How long an attempt took: step 0 is less than a second, step n from 2^(n-1) to 2^n seconds.
    Step,
    /// Number of a line, or of a message in its mailbox, from 1; a year.
    Line,
    /// Measure, by SUM: how many.
    Count,
    /// Measure, by SUM: of these, how many failed.
    Failed,
    /// Measure, by SUM: of these, how many the MTA gave up.
    GivenUp,
    /// Measure, by MIN: the first, in milliseconds after the minute; a limit of hashes.
    First,
    /// Measure, by MAX: the last, in milliseconds after the minute; null where it is the first.
    Last,
    /// Measure, by MIN: when the oldest message that failed arrived (of a recipient that was refused: that was tried
    /// again), in seconds since 1970-01-01T00:00Z.
    Arrival,
}

impl Text {
    /// Every column of text, in the order in which they are written.
    pub const ALL: [Text; 10] = [
        Text::Domain,
        Text::Host,
        Text::Relay,
        Text::Class,
        Text::EnhancedStatus,
        Text::Reason,
        Text::Stage,
        Text::Name,
        Text::Why,
        Text::Sample,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Text::Domain => "domain",
            Text::Host => "host",
            Text::Relay => "relay",
            Text::Class => "class",
            Text::EnhancedStatus => "enhanced_status",
            Text::Reason => "reason",
            Text::Stage => "stage",
            Text::Name => "name",
            Text::Why => "why",
            Text::Sample => "sample",
        }
    }
}

impl Number {
    /// Every column of numbers, in the order in which they are written.
    pub const ALL: [Number; 13] = [
        Number::Minute,
        Number::ReplyCode,
        Number::Recipient,
        Number::RecipientHash,
        Number::Message,
        Number::Step,
        Number::Line,
        Number::Count,
        Number::Failed,
        Number::GivenUp,
        Number::First,
        Number::Last,
        Number::Arrival,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Number::Minute => "minute",
            Number::ReplyCode => "reply_code",
            Number::Recipient => "recipient",
            Number::RecipientHash => "recipient_hash",
            Number::Message => "message",
            Number::Step => "step",
            Number::Line => "line",
            Number::Count => "count",
            Number::Failed => "failed",
            Number::GivenUp => "given_up",
            Number::First => "first",
            Number::Last => "last",
            Number::Arrival => "arrival",
        }
    }
}

/// One row of a tally. A column that says nothing is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyRow<'t> {
    /// What it is about.
    pub record: RowKind,
    texts: [Option<Cow<'t, str>>; Text::ALL.len()],
    numbers: [Option<i64>; Number::ALL.len()],
}

impl<'t> TallyRow<'t> {
    /// What the column `schema` holds in every row: a reader knows a tally by it, whatever became of its file.
    pub const SCHEMA: &'static str = "mailgap.tally/1";

    /// What every version of the schema begins with.
    pub const SCHEMA_NAME: &'static str = "mailgap.tally/";

    /// A row with nothing in it.
    pub const fn new(record: RowKind) -> TallyRow<'t> {
        TallyRow {
            record,
            texts: [const { None }; _],
            numbers: [None; _],
        }
    }

    /// What stands in a column of text.
    pub fn text(&self, column: Text) -> Option<&str> {
        self.texts.get(column as usize)?.as_deref()
    }

    /// What stands in a column of numbers.
    pub fn number(&self, column: Number) -> Option<i64> {
        self.numbers.get(column as usize).copied().flatten()
    }

    /// Puts text into a column.
    pub fn set_text(&mut self, column: Text, text: Option<Cow<'t, str>>) {
        if let Some(place) = self.texts.get_mut(column as usize) {
            *place = text;
        }
    }

    /// Puts a number into a column.
    pub fn set_number(&mut self, column: Number, number: Option<i64>) {
        if let Some(place) = self.numbers.get_mut(column as usize) {
            *place = number;
        }
    }

    /// The same with these bytes in a column of text.
    pub(crate) fn with(mut self, column: Text, bytes: &'t [u8]) -> TallyRow<'t> {
        self.set_text(column, Some(escaped(bytes)));
        self
    }

    /// The same with a number in a column; what no column holds is cut.
    pub(crate) fn set(mut self, column: Number, number: impl TryInto<i64>) -> TallyRow<'t> {
        self.set_number(column, Some(number.try_into().unwrap_or(i64::MAX)));
        self
    }

    /// The same with the first and the last of what it counts.
    pub(crate) fn between(self, first: impl Into<i64>, last: impl Into<i64>) -> TallyRow<'t> {
        let (first, last) = (first.into(), last.into());
        let mut row = self.set(Number::First, first);
        row.set_number(Number::Last, (last != first).then_some(last));
        row
    }

    pub(super) fn bytes(&self, column: Text) -> Result<Cow<'_, [u8]>, RowError> {
        let text = self.text(column).ok_or(RowError::missing(self, column))?;
        Ok(unescaped(text))
    }

    pub(crate) fn required(&self, column: Text) -> Result<&str, RowError> {
        self.text(column).ok_or(RowError::missing(self, column))
    }

    /// A word of a closed list.
    pub(super) fn word<T>(
        &self,
        column: Text,
        from_name: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, RowError> {
        let word = self.required(column)?;
        from_name(word).ok_or_else(|| self.odd(column.as_str(), &format!("{word:?}")))
    }

    /// A number within a range.
    pub(crate) fn within<T: TryFrom<i64>>(&self, column: Number, most: i64) -> Result<T, RowError> {
        let number = self.number(column).ok_or_else(|| RowError {
            record: self.record,
            column: column.as_str(),
            why: "is missing".to_owned(),
        })?;
        if !(0..=most).contains(&number) {
            let why = format!("is {number}: expected 0 to {most}");
            return Err(self.wrong(column, why));
        }
        T::try_from(number).map_err(|_| self.odd(column.as_str(), &number.to_string()))
    }

    /// A count, or 0 where it is null.
    pub(super) fn count_or_zero(&self, column: Number, most: u64) -> Result<u64, RowError> {
        match self.number(column) {
            None => Ok(0),
            Some(_) => self.within(column, i64::try_from(most).unwrap_or(i64::MAX)),
        }
    }

    /// First and last, below `length` milliseconds.
    pub(crate) fn span<T: TryFrom<i64> + Copy>(&self, length: i64) -> Result<(T, T), RowError> {
        let first = self.within(Number::First, length - 1)?;
        if self.number(Number::Last).is_none() {
            return Ok((first, first));
        }
        if self.number(Number::Last) < self.number(Number::First) {
            return Err(self.wrong(Number::Last, "comes before first".to_owned()));
        }
        Ok((first, self.within(Number::Last, length - 1)?))
    }

    /// The minute, a multiple of `step`, of the years 0 to 9999.
    pub(crate) fn minute(&self, step: i64) -> Result<i64, RowError> {
        const YEAR_0: i64 = -1_036_130_000;
        const YEAR_10_000: i64 = 4_223_380_000; // some days of either side for zones
        match self.number(Number::Minute) {
            Some(minute) if !(YEAR_0..YEAR_10_000).contains(&minute) => {
                Err(self.wrong(Number::Minute, format!("is {minute}: beyond the year 9999")))
            }
            Some(minute) if minute.rem_euclid(step) != 0 => {
                let why = format!("is {minute}: expected a multiple of {step}");
                Err(self.wrong(Number::Minute, why))
            }
            Some(minute) => Ok(minute),
            None => Err(self.wrong(Number::Minute, "is missing".to_owned())),
        }
    }

    pub(crate) fn wrong(&self, column: Number, why: String) -> RowError {
        RowError {
            record: self.record,
            column: column.as_str(),
            why,
        }
    }

    /// What is no value of a column.
    pub(crate) fn odd(&self, column: &'static str, found: &str) -> RowError {
        RowError {
            record: self.record,
            column,
            why: format!("is {found}, which is not known"),
        }
    }
}

/// Why a row says nothing that can be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    record: RowKind,
    column: &'static str,
    why: String,
}

impl RowError {
    fn missing(row: &TallyRow<'_>, column: Text) -> RowError {
        RowError {
            record: row.record,
            column: column.as_str(),
            why: "is missing".to_owned(),
        }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RowError {
            record,
            column,
            why,
        } = self;
        write!(f, "record {:?}: {column} {why}", record.as_str())
    }
}

impl std::error::Error for RowError {}

#[cfg(test)]
mod tests;
