//! Bounces with pseudonyms for people.

use super::{Redactor, names_of};
use crate::dsn::{Reading, Report};

impl Redactor {
    /// How a message is understood, with pseudonyms.
    pub fn reading(&self, reading: &Reading) -> Reading {
        match reading {
            Reading::Report(report) => Reading::Report(self.report(report).into()),
            other => other.clone(),
        }
    }

    /// The report with pseudonyms, in its fields too. Its events are those of the original, in the same order.
    ///
    /// Find their reasons before: a rule may ask for words that are hidden then.
    pub fn report(&self, report: &Report) -> Report {
        let mut hidden = report.clone();
        let mut people: Vec<&[u8]> = Vec::new();
        people.extend(report.sender.as_deref());
        for recipient in &report.recipients {
            people.push(&recipient.address);
            people.extend(recipient.original.as_deref());
        }
        let names = names_of(&people);
        let text = |text: &[u8]| {
            let mut hidden = Vec::with_capacity(text.len() + 16);
            self.push_text(text, &names, &mut hidden);
            hidden
        };
        let address = |address: &mut Vec<u8>| *address = self.address(address);
        hidden.sender.iter_mut().for_each(address);
        hidden.message_id.iter_mut().for_each(address);
        let of_recipients = hidden.recipients.iter_mut().flat_map(|it| &mut it.fields);
        for field in hidden.fields.iter_mut().chain(of_recipients) {
            field.value = text(&field.value);
        }
        for recipient in &mut hidden.recipients {
            recipient.address = self.address(&recipient.address);
            recipient.original.iter_mut().for_each(address);
            recipient.map_text(text);
        }
        hidden
    }
}
