//! One file for each command: its flags and what it does.

pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod fates;
pub(crate) mod generate;
pub(crate) mod report;

use mailgap_core::coverage::Unread;

use crate::Console;
use crate::exit::Exit;

/// Names the inputs that could not be read, each as an error. The status is then 2 whatever was found.
fn say_unread(unread: &[Unread], console: &mut Console<'_>) -> Option<Exit> {
    for unread in unread {
        console.error(&format!("{}: {}", unread.input, unread.why), None);
    }
    (!unread.is_empty()).then_some(Exit::Error)
}
