//! Words that say little: asked after the enhanced codes.
//!
//! `554 5.7.1 <a@b.example>: Access denied`

use super::{Rule, vague};
use crate::reason::Reason::{
    ContentRejected, MailboxDisabled, NoSuchMailbox, Policy, Reputation, ServerError, Unspecified,
};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    vague(ContentRejected,
        "message rejected | message refused | mail rejected | email rejected | message was rejected | \
         message has been rejected | message blocked | message has been blocked | message was blocked | \
         mail blocked | message discarded | message not accepted | message cannot be accepted | \
         reject, id= | rejected message | messaggio rifiutato | nachricht & abgelehnt | message refuse",
        "550 Message rejected"),
    vague(Reputation,
        "access denied | werent sent | block | abuse | denied | prohibited | forbidden | banned | not welcome | \
         unwelcome | verboten | rifiutat | refuse | abgelehnt | rechazad | rejeitad | refused | 拒否",
        "550 Access denied"),
    vague(Policy,
        "not allowed | not permitted | restricted | not accepted | disallowed | suspicious | violation | \
         violat",
        "550 Message not allowed"),
    vague(ServerError,
        "try again | try later | later | retry & !retry time | deferred | temporar | delayed",
        "451 Please try again later").temporary(),
    vague(NoSuchMailbox,
        "recipient rejected | recipient refused | recipient not accepted | recipient denied | rejected recipient | \
         recipient is rejected | recipient was rejected | recipient was not accepted | does not like recipient | \
         recipient not allowed | @ rejected. / @ rejected, / address rejected. & !sender & !relay | @ reject | @: reject | \
         address rejected & !recipient address rejected & !sender & !relay & !client | undeliverable & recipient",
        "550 <u@libero.it> recipient rejected").permanent(),
    vague(NoSuchMailbox,
        "mailbox unavailable | mailbox is unavailable | mailbox not available | mailbox is not available | \
         recipient unavailable | user unavailable | account not available | account is not available | address unavailable | unavailable mailbox",
        "550 Requested action not taken: mailbox unavailable").permanent(),
    vague(MailboxDisabled,
        "mailbox unavailable | mailbox is unavailable",
        "450 Requested mail action not taken: mailbox unavailable").temporary(),
    // What follows these words says why, and nobody knows it here.
    vague(Unspecified,
        "recipient address rejected",
        "550 <a@b.example>: Recipient address rejected").permanent(),
    vague(Reputation,
        "reject",
        "550 Rejected"),
];
