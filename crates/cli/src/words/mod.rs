//! How times, numbers, reasons and verdicts are put into words. What shows a document stands above this.

pub(crate) mod calendar;
mod hosts;
pub(crate) mod numbers;
pub(crate) mod parse_time;
pub(crate) mod terms;
pub(crate) mod times;
pub(crate) mod verdict;
