//! Reads mail logs and bounces and finds when each destination was not taking mail.
#![doc = ""]

pub mod address;
pub mod coverage;
pub mod event;
pub mod evidence;
pub mod outage;
pub mod reason;
pub mod reply;
pub mod tally;
pub mod time;
