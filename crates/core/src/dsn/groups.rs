//! The status part: groups of fields with blank lines between them (RFC 3464 section 2.1).
//!
//! ```text
//! Reporting-MTA: dns; mta1.shop.example
//!
//! Final-Recipient: rfc822; a@libero.it
//! Action: failed
//! ```
//!
//! A group is told by what it holds, not by its place: some senders leave out the blank lines, or put one
//! into a group, or write other things before and between.

use super::deviation::{Deviation, Deviations};
use super::fields::{Action, status};
use super::headers::{MAX_VALUE, cut_line, field, unfold};

/// Recipients of one report that are kept. RFC 5321 asks for a hundred in one envelope, lists expand to
/// many more.
const MAX_RECIPIENTS: usize = 250_000;

/// Fields of one group that are kept. A group has a dozen.
const MAX_GROUP_FIELDS: usize = 200;

/// A field of the status part, unfolded, as it stands otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Vec<u8>,
    /// What follows the colon, folds joined.
    pub value: Vec<u8>,
}

/// One group of fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) fields: Vec<Field>,
    pub(super) deviations: Deviations,
}

impl Group {
    /// The value of a field, by its name in lower case.
    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        find(&self.fields, name)
    }

    fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    fn names_recipient(&self) -> bool {
        self.has("final-recipient") || self.has("original-recipient")
    }

    fn is_of_recipient(&self) -> bool {
        self.names_recipient() || self.has("action") || self.has("status")
    }
}

/// The value of the first field of that name.
pub(super) fn find<'f>(fields: &'f [Field], name: &str) -> Option<&'f [u8]> {
    fields
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case(name.as_bytes()))
        .map(|field| &*field.value)
}

/// What a status part holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Status {
    /// The fields about the message as a whole.
    pub(super) per_message: Vec<Field>,
    /// One group for each recipient.
    pub(super) recipients: Vec<Group>,
    pub(super) deviations: Deviations,
}

/// Fields that RFC 3464 section 2.2 and Postfix give to the message as a whole.
const PER_MESSAGE: [&str; 7] = [
    "original-envelope-id",
    "reporting-mta",
    "dsn-gateway",
    "received-from-mta",
    "arrival-date",
    "x-postfix-queue-id",
    "x-postfix-sender",
];

/// Fields of messages, which no group of a status has.
const RETURNED: [&str; 5] = ["from", "message-id", "received", "return-path", "subject"];

impl Status {
    /// Reads a status part.
    pub(super) fn read(&mut self, part: &[u8]) {
        self.read_groups(part, false);
    }

    /// Reads the groups that stand somewhere in a text; what follows them is the returned message.
    pub(super) fn read_from_text(&mut self, text: &[u8]) {
        self.read_groups(text, true);
    }

    fn read_groups(&mut self, part: &[u8], in_text: bool) {
        let mut group = Group::default();
        let mut rest = part;
        let mut line_of_value: Option<usize> = None;
        while !rest.is_empty() {
            let (line, after) = cut_line(rest);
            if line.trim_ascii().is_empty() {
                line_of_value = None;
                if self.end(std::mem::take(&mut group), in_text) {
                    return;
                }
            } else if matches!(line.first(), Some(b' ' | b'\t')) {
                // A fold; before any field it is junk.
                match line_of_value {
                    Some(start) => append_fold(&mut group, start, line),
                    None if in_text => {}
                    None => group.deviations.add(Deviation::Line),
                }
            } else if let Some((name, value)) = field(line) {
                if begins_another(&group, name) {
                    group.deviations.add(Deviation::Groups);
                    if self.end(std::mem::take(&mut group), in_text) {
                        return;
                    }
                    group.deviations.add(Deviation::Groups);
                }
                if group.fields.len() < MAX_GROUP_FIELDS {
                    let value = unfold(value);
                    if value.len() >= MAX_VALUE {
                        group.deviations.add(Deviation::FieldTooLong);
                    }
                    group.fields.push(Field {
                        name: name.to_vec(),
                        value,
                    });
                    line_of_value = Some(group.fields.len() - 1);
                }
            } else {
                line_of_value = None;
                if !in_text {
                    group.deviations.add(Deviation::Line);
                }
            }
            rest = after;
        }
        self.end(group, in_text);
    }

    /// Looks at all groups together: what stands among the fields of the message, or in a group that names
    /// nobody, is said of those who are named.
    pub(super) fn settle(&mut self) {
        if !self.recipients.iter().any(Group::names_recipient) {
            return;
        }
        let before = self.recipients.len();
        let mut nameless = Vec::new();
        self.recipients.retain_mut(|group| {
            let named = group.names_recipient();
            if !named {
                nameless.push(std::mem::take(group));
            }
            named
        });
        if self.recipients.len() == before {
            return;
        }
        self.deviations.add(Deviation::Groups);
        let common: Vec<&Field> = ["action", "status", "diagnostic-code"]
            .iter()
            .filter_map(|name| {
                let mut fields = nameless.iter().flat_map(|group| &group.fields);
                fields.find(|field| field.name.eq_ignore_ascii_case(name.as_bytes()))
            })
            .collect();
        for group in &mut self.recipients {
            for field in &common {
                let lacks = find(&group.fields, &String::from_utf8_lossy(&field.name)).is_none();
                if lacks && group.fields.len() < MAX_GROUP_FIELDS {
                    group.fields.push(Field::clone(field));
                }
            }
        }
    }

    /// Takes in a group; `true` when what follows is no status any more.
    fn end(&mut self, mut group: Group, in_text: bool) -> bool {
        // The header of the returned message may hold anything, also fields of an earlier bounce.
        if in_text && RETURNED.iter().any(|name| group.has(name)) {
            return !self.recipients.is_empty();
        }
        if !group.is_of_recipient() {
            let known = |field: &Field| {
                PER_MESSAGE
                    .iter()
                    .any(|name| field.name.eq_ignore_ascii_case(name.as_bytes()))
            };
            if !in_text {
                self.add_per_message(group.fields);
                self.deviations = self.deviations.and(group.deviations);
            } else if group.fields.iter().any(known) {
                self.add_per_message(group.fields.into_iter().filter(known));
            } else {
                return !self.recipients.is_empty() && !group.fields.is_empty();
            }
            return false;
        }
        // Words such as "Status: ..." stand in ordinary text and in headers.
        if in_text && !(group.names_recipient() && (group.has("action") || group.has("status"))) {
            return !self.recipients.is_empty();
        }
        self.lift_per_message(&mut group);
        // A blank line within the group, or a field that came twice.
        if !group.names_recipient()
            && let Some(before) = self.recipients.last_mut()
            && before.names_recipient()
            && (group.deviations.has(Deviation::Groups)
                || !(before.has("action") && before.has("status")))
            && before.fields.len() + group.fields.len() <= MAX_GROUP_FIELDS
        {
            before.fields.append(&mut group.fields);
            before.deviations.add(Deviation::Groups);
            return false;
        }
        if !group.names_recipient()
            && group.value("action").and_then(Action::parse).is_none()
            && group.value("status").and_then(status).is_none()
        {
            self.deviations.add(Deviation::Groups); // says nothing of nobody
            return false;
        }
        if self.recipients.len() >= MAX_RECIPIENTS {
            self.deviations.add(Deviation::RecipientsTooMany);
            return true;
        }
        self.recipients.push(group);
        false
    }

    /// Fields of the whole message that stand in the group of a recipient.
    fn lift_per_message(&mut self, group: &mut Group) {
        for name in PER_MESSAGE {
            if group.has(name) && find(&self.per_message, name).is_none() {
                if name == "reporting-mta" {
                    group.deviations.add(Deviation::Groups);
                }
                let is_it = |field: &&Field| field.name.eq_ignore_ascii_case(name.as_bytes());
                let lifted = group.fields.iter().find(is_it).cloned();
                self.add_per_message(lifted);
            }
        }
    }

    fn add_per_message(&mut self, fields: impl IntoIterator<Item = Field>) {
        let room = MAX_GROUP_FIELDS.saturating_sub(self.per_message.len());
        self.per_message.extend(fields.into_iter().take(room));
    }
}

/// A recipient begins where the field that names one comes again. (Exim begins with Action, RFC 3464's
/// grammar with Original-Recipient.)
fn begins_another(group: &Group, name: &[u8]) -> bool {
    let again = |known: &str| name.eq_ignore_ascii_case(known.as_bytes()) && group.has(known);
    again("final-recipient")
        || again("original-recipient")
        || ((again("action") || again("status")) && group.names_recipient())
}

fn append_fold(group: &mut Group, place: usize, line: &[u8]) {
    let Some(field) = group.fields.get_mut(place) else {
        return;
    };
    let room = MAX_VALUE.saturating_sub(field.value.len() + 1);
    if room == 0 {
        group.deviations.add(Deviation::FieldTooLong);
        return;
    }
    let line = line.trim_ascii();
    if !field.value.is_empty() {
        field.value.push(b' ');
    }
    field
        .value
        .extend_from_slice(line.get(..room).unwrap_or(line));
}
