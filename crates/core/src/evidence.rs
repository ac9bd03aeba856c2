//! What an attempt says about its destination.
//!
//! The classes of design note "outages": an attempt is evidence of one class, or of none. A pure
//! function of one event and its verdict: no clock, no line before it.

use crate::event::{Contact, Delivery, Outcome};
use crate::reason::Verdict;

/// The kind of answer that an attempt got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Accepted.
    Ok,
    /// No connection, or lost before any reply to a command.
    Conn,
    /// A failure of the name service.
    Dns,
    /// A temporary fault of the receiving system.
    TmpSys,
    /// Temporarily refused for this recipient.
    TmpRcpt,
    /// Greylisted.
    Grey,
    /// Permanently refused for this recipient.
    PermRcpt,
    /// Permanently refused for a fault of the receiving system.
    PermSys,
    /// Refused for what the receiver thinks of the sender.
    Policy,
}

impl Class {
    /// How many there are.
    pub const COUNT: usize = 9;

    /// Every class, in the order of their numbers.
    pub const ALL: [Class; Class::COUNT] = [
        Class::Ok,
        Class::Conn,
        Class::Dns,
        Class::TmpSys,
        Class::TmpRcpt,
        Class::Grey,
        Class::PermRcpt,
        Class::PermSys,
        Class::Policy,
    ];

    /// Its number, 0 to 8: the index into arrays by class.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// True for the classes that may be a property of one recipient.
    pub const fn is_recipient_scope(self) -> bool {
        matches!(self, Class::TmpRcpt | Class::PermRcpt)
    }
}

/// The class of an event; `None` when it is no evidence about the destination.
pub fn class_of(event: &Delivery<'_>, _verdict: Option<Verdict>) -> Option<Class> {
    (event.contact == Contact::Fresh && event.outcome == Outcome::Delivered).then_some(Class::Ok)
}
