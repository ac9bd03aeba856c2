//! How a message departs from the standards, or where a limit cut it: a closed list.

/// One departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deviation {
    /// A recipient has no Action field.
    ActionMissing,
    /// An Action that RFC 3464 section 2.3.3 does not know.
    ActionUnknown,
    /// No boundary line of the declared boundary: another one was guessed.
    BoundaryGuessed,
    /// The closing boundary is missing.
    BoundaryNotClosed,
    /// Lines end in a lone CR.
    CarriageReturns,
    /// The status fields stand under another container than `multipart/report; report-type=delivery-status`.
    Container,
    /// A date that cannot be read.
    Date,
    /// No date at all: the event has the time of the input.
    DateMissing,
    /// A transfer encoding that cannot be decoded.
    Encoding,
    /// A limit: the value of a field is longer than 64 KiB.
    FieldTooLong,
    /// Groups that no blank line parts, or one group that a blank line tears apart.
    Groups,
    /// A limit: a header is longer than 1 MiB or 2,000 fields.
    HeaderTooLong,
    /// A line of the status part that is no field.
    Line,
    /// A limit: the message is longer than 64 MiB.
    MessageTooLong,
    /// A limit: multiparts are nested deeper than 8.
    NestedTooDeep,
    /// A limit: more than 1,000 parts.
    PartsTooMany,
    /// A recipient without an address.
    RecipientMissing,
    /// A limit: more than 250,000 recipients.
    RecipientsTooMany,
    /// No Reporting-MTA field.
    ReportingMtaMissing,
    /// The status part is declared as text.
    StatusAsText,
    /// A Status that is no code of RFC 3463.
    StatusInvalid,
    /// A recipient has no Status field.
    StatusMissing,
    /// No status part: read from the words for people.
    TextOnly,
    /// A field that should begin with a type and `;` does not.
    TypeMissing,
}

impl Deviation {
    /// Every deviation, in the order of the names.
    pub const ALL: [Deviation; 24] = [
        Deviation::ActionMissing,
        Deviation::ActionUnknown,
        Deviation::BoundaryGuessed,
        Deviation::BoundaryNotClosed,
        Deviation::CarriageReturns,
        Deviation::Container,
        Deviation::Date,
        Deviation::DateMissing,
        Deviation::Encoding,
        Deviation::FieldTooLong,
        Deviation::Groups,
        Deviation::HeaderTooLong,
        Deviation::Line,
        Deviation::MessageTooLong,
        Deviation::NestedTooDeep,
        Deviation::PartsTooMany,
        Deviation::RecipientMissing,
        Deviation::RecipientsTooMany,
        Deviation::ReportingMtaMissing,
        Deviation::StatusAsText,
        Deviation::StatusInvalid,
        Deviation::StatusMissing,
        Deviation::TextOnly,
        Deviation::TypeMissing,
    ];

    /// The word used in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Deviation::ActionMissing => "action_missing",
            Deviation::ActionUnknown => "action_unknown",
            Deviation::BoundaryGuessed => "boundary_guessed",
            Deviation::BoundaryNotClosed => "boundary_not_closed",
            Deviation::CarriageReturns => "carriage_returns",
            Deviation::Container => "container",
            Deviation::Date => "date",
            Deviation::DateMissing => "date_missing",
            Deviation::Encoding => "encoding",
            Deviation::FieldTooLong => "field_too_long",
            Deviation::Groups => "groups",
            Deviation::HeaderTooLong => "header_too_long",
            Deviation::Line => "line",
            Deviation::MessageTooLong => "message_too_long",
            Deviation::NestedTooDeep => "nested_too_deep",
            Deviation::PartsTooMany => "parts_too_many",
            Deviation::RecipientMissing => "recipient_missing",
            Deviation::RecipientsTooMany => "recipients_too_many",
            Deviation::ReportingMtaMissing => "reporting_mta_missing",
            Deviation::StatusAsText => "status_as_text",
            Deviation::StatusInvalid => "status_invalid",
            Deviation::StatusMissing => "status_missing",
            Deviation::TextOnly => "text_only",
            Deviation::TypeMissing => "type_missing",
        }
    }
}

/// A set of deviations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deviations(u32);

impl Deviations {
    /// Adds one.
    pub fn add(&mut self, deviation: Deviation) {
        self.0 |= 1 << deviation as u32;
    }

    /// True when it was added.
    pub fn has(self, deviation: Deviation) -> bool {
        self.0 & (1 << deviation as u32) != 0
    }

    /// Both sets together.
    #[must_use]
    pub fn and(self, other: Deviations) -> Deviations {
        Deviations(self.0 | other.0)
    }

    /// What is in the set, in the order of the names.
    pub fn iter(self) -> impl Iterator<Item = Deviation> {
        Deviation::ALL
            .into_iter()
            .filter(move |&deviation| self.has(deviation))
    }
}
