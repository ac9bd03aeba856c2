//! Reads mail logs and bounces and finds when each destination was not taking mail.
#![doc = ""]

pub mod address;
pub mod coverage;
pub mod envelope;
pub mod event;
pub mod evidence;
pub mod exim;
pub mod line;
pub mod outage;
mod parallel;
pub mod postfix;
pub mod reason;
pub mod reply;
pub mod source;
pub mod stamp;
pub mod survey;
pub mod syslog;
pub mod tally;
pub mod time;
