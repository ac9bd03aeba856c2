//! Tables of named, typed columns with gaps: what Parquet files and group-bys are made of.
//!
//! Nothing here knows who writes, reads or groups them: that is `frame.rs`, the only file that names the library
//! for it. Texts and lists of one column stand in one buffer, so that a row costs no allocation.
#![cfg_attr(
    not(feature = "polars"),
    expect(dead_code, reason = "nobody reads or writes them then")
)]

use std::ops::Range;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// UTF-8.
    Text,
    /// 64 bits with a sign.
    Int,
    /// 32 bits without one.
    UInt,
    /// 64 bits.
    Float,
    /// True or false.
    Flag,
    /// Milliseconds since 1970, UTC.
    Time,
    /// A list of floats.
    Floats,
}

/// Name and kind of a column.
pub(crate) type Field = (&'static str, Kind);

/// The values of a column; `None` where nothing is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    Text(Texts),
    Int(Vec<Option<i64>>),
    UInt(Vec<Option<u32>>),
    Float(Vec<Option<f64>>),
    Flag(Vec<Option<bool>>),
    Time(Vec<Option<i64>>),
    Floats(Lists),
}

/// Columns of one length.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    columns: Vec<(&'static str, Data)>,
}

impl Table {
    /// No rows yet.
    pub(crate) fn new(fields: &[Field]) -> Table {
        let columns = fields.iter().map(|&(name, kind)| (name, Data::new(kind)));
        Table {
            columns: columns.collect(),
        }
    }

    /// Of these columns. They are of one length.
    pub(crate) fn of(columns: Vec<(&'static str, Data)>) -> Table {
        debug_assert!(
            columns
                .windows(2)
                .all(|two| matches!(two, [a, b] if a.1.len() == b.1.len()))
        );
        Table { columns }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.columns.first().map_or(0, |(_, data)| data.len())
    }

    /// Names and values, in their order.
    pub(crate) fn columns(&self) -> &[(&'static str, Data)] {
        &self.columns
    }

    /// Starts a row: its values are given in the order of the columns.
    pub(crate) fn row(&mut self) -> Row<'_> {
        Row(self.columns.iter_mut())
    }

    /// Adds the rows of a table with the same columns.
    pub(crate) fn append(&mut self, other: &Table) {
        for ((_, mine), (_, theirs)) in self.columns.iter_mut().zip(&other.columns) {
            mine.append(theirs);
        }
    }
}

/// A row in the making. Which value comes when is the writer's care: a value of another kind than its column's is
/// left out there, so that the columns keep one length.
#[derive(Debug)]
pub(crate) struct Row<'t>(std::slice::IterMut<'t, (&'static str, Data)>);

impl Row<'_> {
    fn next(&mut self) -> Option<&mut Data> {
        self.0.next().map(|(_, data)| data)
    }

    /// A text.
    pub(crate) fn text(&mut self, value: Option<&str>) {
        match self.next() {
            Some(Data::Text(texts)) => texts.push(value),
            other => wrong(other),
        }
    }

    /// A whole number.
    pub(crate) fn int(&mut self, value: Option<i64>) {
        match self.next() {
            Some(Data::Int(values)) => values.push(value),
            other => wrong(other),
        }
    }

    /// A number that is not negative.
    pub(crate) fn uint(&mut self, value: Option<u32>) {
        match self.next() {
            Some(Data::UInt(values)) => values.push(value),
            other => wrong(other),
        }
    }

    /// A number with a fraction.
    pub(crate) fn float(&mut self, value: Option<f64>) {
        match self.next() {
            Some(Data::Float(values)) => values.push(value),
            other => wrong(other),
        }
    }

    /// True or false.
    pub(crate) fn flag(&mut self, value: Option<bool>) {
        match self.next() {
            Some(Data::Flag(values)) => values.push(value),
            other => wrong(other),
        }
    }

    /// Milliseconds since 1970.
    pub(crate) fn time(&mut self, value: Option<i64>) {
        match self.next() {
            Some(Data::Time(values)) => values.push(value),
            other => wrong(other),
        }
    }

    /// A list of numbers.
    pub(crate) fn floats(&mut self, value: Option<&[f64]>) {
        match self.next() {
            Some(Data::Floats(lists)) => lists.push(value),
            other => wrong(other),
        }
    }

    /// Nothing, for so many columns.
    pub(crate) fn none(&mut self, columns: usize) {
        for _ in 0..columns {
            if let Some(data) = self.next() {
                data.push_none();
            }
        }
    }
}

fn wrong(data: Option<&mut Data>) {
    debug_assert!(false, "a value for another column than this: {data:?}");
    if let Some(data) = data {
        data.push_none();
    }
}

impl Data {
    /// No values yet.
    pub(crate) fn new(kind: Kind) -> Data {
        match kind {
            Kind::Text => Data::Text(Texts::default()),
            Kind::Int => Data::Int(Vec::new()),
            Kind::UInt => Data::UInt(Vec::new()),
            Kind::Float => Data::Float(Vec::new()),
            Kind::Flag => Data::Flag(Vec::new()),
            Kind::Time => Data::Time(Vec::new()),
            Kind::Floats => Data::Floats(Lists::default()),
        }
    }

    /// What its values are.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Data::Text(_) => Kind::Text,
            Data::Int(_) => Kind::Int,
            Data::UInt(_) => Kind::UInt,
            Data::Float(_) => Kind::Float,
            Data::Flag(_) => Kind::Flag,
            Data::Time(_) => Kind::Time,
            Data::Floats(_) => Kind::Floats,
        }
    }

    /// How many values there are, gaps included.
    pub(crate) fn len(&self) -> usize {
        match self {
            Data::Text(texts) => texts.ends.len(),
            Data::Int(values) | Data::Time(values) => values.len(),
            Data::UInt(values) => values.len(),
            Data::Float(values) => values.len(),
            Data::Flag(values) => values.len(),
            Data::Floats(lists) => lists.ends.len(),
        }
    }

    fn push_none(&mut self) {
        match self {
            Data::Text(texts) => texts.push(None),
            Data::Int(values) | Data::Time(values) => values.push(None),
            Data::UInt(values) => values.push(None),
            Data::Float(values) => values.push(None),
            Data::Flag(values) => values.push(None),
            Data::Floats(lists) => lists.push(None),
        }
    }

    fn append(&mut self, other: &Data) {
        match (self, other) {
            (Data::Text(mine), Data::Text(theirs)) => mine.append(theirs),
            (Data::Int(mine), Data::Int(theirs)) | (Data::Time(mine), Data::Time(theirs)) => {
                mine.extend_from_slice(theirs);
            }
            (Data::UInt(mine), Data::UInt(theirs)) => mine.extend_from_slice(theirs),
            (Data::Float(mine), Data::Float(theirs)) => mine.extend_from_slice(theirs),
            (Data::Flag(mine), Data::Flag(theirs)) => mine.extend_from_slice(theirs),
            (Data::Floats(mine), Data::Floats(theirs)) => mine.append(theirs),
            (mine, theirs) => {
                debug_assert!(false, "{:?} is not {:?}", mine.kind(), theirs.kind());
                (0..theirs.len()).for_each(|_| mine.push_none());
            }
        }
    }
}

/// Texts one behind the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<End>,
}

/// Where a text or list ends, and whether it is there at all.
type End = (u32, bool);

impl Texts {
    /// Adds one, or a gap.
    pub(crate) fn push(&mut self, value: Option<&str>) {
        self.text.push_str(value.unwrap_or_default());
        self.ends.push((short(self.text.len()), value.is_some()));
    }

    /// The text of that row; `None` for a gap.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.text.get(range(&self.ends, row)?)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.ends.len()).map(|row| self.get(row))
    }

    fn append(&mut self, other: &Texts) {
        let start = short(self.text.len());
        self.text.push_str(&other.text);
        let moved = other
            .ends
            .iter()
            .map(|&(end, is_some)| (end.saturating_add(start), is_some));
        self.ends.extend(moved);
    }
}

/// Lists of numbers one behind the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Lists {
    values: Vec<f64>,
    ends: Vec<End>,
}

impl Lists {
    /// Adds one, or a gap.
    pub(crate) fn push(&mut self, value: Option<&[f64]>) {
        self.values.extend_from_slice(value.unwrap_or_default());
        self.ends.push((short(self.values.len()), value.is_some()));
    }

    /// The list of that row; `None` for a gap.
    pub(crate) fn get(&self, row: usize) -> Option<&[f64]> {
        self.values.get(range(&self.ends, row)?)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&[f64]>> {
        (0..self.ends.len()).map(|row| self.get(row))
    }

    fn append(&mut self, other: &Lists) {
        let start = short(self.values.len());
        self.values.extend_from_slice(&other.values);
        let moved = other
            .ends
            .iter()
            .map(|&(end, is_some)| (end.saturating_add(start), is_some));
        self.ends.extend(moved);
    }
}

fn range(ends: &[End], row: usize) -> Option<Range<usize>> {
    let &(end, is_some) = ends.get(row)?;
    let start = row.checked_sub(1).and_then(|before| ends.get(before));
    let start = start.map_or(0, |start| start.0);
    is_some.then_some(start as usize..end as usize)
}

/// A table has some ten thousand rows of some hundred bytes: what is beyond 4 GB reads as a gap.
fn short(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
