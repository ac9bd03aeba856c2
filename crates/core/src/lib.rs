//! Reads mail logs and bounces and finds when each destination was not taking mail.
//!
//! **bytes → lines → events → tallies → evidence → outages → incidents**: data flows one way, and no stage knows the
//! next.
//!
//! The main job: [`source::collect`] lists inputs, [`survey::survey`] reads them all in parallel, and
//! [`Survey::analyze`](survey::Survey::analyze) says when each destination was not taking mail.
//!
//! ```
//! use std::path::PathBuf;
//! use mailgap_core::{analysis::AnalysisOptions, incident::Scope, source, survey, time::Timestamp};
//!
//! let now = Timestamp::from_seconds(1_675_200_000);
//! # let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/incidents/libero/mail-iso.log.gz");
//! let collected = source::collect(&[PathBuf::from(log)], now);
//! let options = survey::Options::new(chrono_tz::Europe::Rome);
//! let analysis = survey::survey(&collected.inputs, &options, &()).analyze(&AnalysisOptions::default());
//!
//! let first = &analysis.outages[0].outage; // the one that concerns most people
//! assert_eq!(first.domain.to_string(), "libero.it");
//! let kinds: Vec<_> = first.windows.iter().map(|window| window.kind.as_str()).collect();
//! assert_eq!(kinds, ["no_connection", "recipient_rejected", "mailbox_deferred", "delayed"]);
//! let widest = &analysis.incidents[0]; // libero.it and four more of the same operator
//! assert_eq!((widest.scope, widest.domains.len()), (Scope::Operator, 5));
//! ```
//!
//! [`advice::advise`] says what to do about each outage.
//!
//! One line at a time: [`line::LineParser`] turns a line into an event that borrows it,
//! [`reason::Classifier`] says why it failed, [`evidence::class_of`] what that says of its destination.
//!
//! ```
//! use mailgap_core::envelope::Scratch;
//! use mailgap_core::event::Line;
//! use mailgap_core::evidence::{Class, class_of};
//! use mailgap_core::line::LineParser;
//! use mailgap_core::reason::{Classifier, Reason};
//! use mailgap_core::stamp::StampContext;
//! use mailgap_core::time::Timestamp;
//!
//! let context = StampContext {
//!     zone: chrono_tz::Europe::Rome,
//!     year: None,
//!     reference: Timestamp::from_seconds(1_675_200_000), // when the log was last written
//! };
//! let line = b"Jan 26 14:00:01 mx1 postfix/smtp[101]: 4P1Xr72xkCz9vwX: to=<a@libero.it>, \
//!     relay=smtp-in.libero.it[213.209.1.129]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=4.2.2, \
//!     status=deferred (host smtp-in.libero.it[213.209.1.129] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))";
//! let mut scratch = Scratch::default();
//! let Line::Delivery(event) = LineParser::new(context).parse(line, &mut scratch) else { panic!() };
//! assert_eq!(event.time.to_string(), "2023-01-26T13:00:01.000Z");
//!
//! let verdict = Classifier::default().classify(&event);
//! assert_eq!(verdict.map(|verdict| verdict.reason), Some(Reason::MailboxFull));
//! assert_eq!(class_of(&event, verdict), Some(Class::TmpRcpt));
//! ```
//!
//! A message: [`dsn::read`] says whether it is a bounce, and what of.
//!
//! ```
//! use mailgap_core::dsn::{self, Reading};
//! use mailgap_core::event::Outcome;
//! use mailgap_core::time::Timestamp;
//!
//! # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/dsn/made/expired.eml");
//! let message = std::fs::read(file)?;
//! let Reading::Report(report) = dsn::read(&message) else { panic!() };
//! let outcomes: Vec<_> = report.deliveries(Timestamp::default()).map(|event| event.outcome).collect();
//! assert_eq!(outcomes, [Outcome::Expired, Outcome::Expired]);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Events from elsewhere, a program's own log say, go through [`survey::Recorder`] into the same counts and fates
//! (`examples/feed.rs`; `examples/outages.rs` prints the outages of files); a log that is still being written through [`stream::Watcher`] (`examples/follow.rs`). Counts of
//! many hosts travel as rows and are summed: [`survey::tally`], [`tally::TallyRow`]. [`redact::Redactor`] hides people
//! before anything is counted.
//!
//! | to do this | begin here |
//! | --- | --- |
//! | a report of files | [`source::collect`], [`survey::survey`], [`Survey::analyze`](survey::Survey::analyze) |
//! | what became of each message | [`analysis::Analysis::fates`], [`fate::reinstate`], [`fate::resend`] |
//! | one line, one reply, one bounce | [`line::LineParser`], [`reason::Classifier`], [`dsn::read`] |
//! | events of your own | [`survey::Recorder`], [`survey::survey_with`] |
//! | a stream | [`stream::Watcher`] |
//! | many hosts | [`survey::tally`], [`survey::Tallied`] |
//! | logs of a day, and what is known from before | [`survey::survey_with_history`], [`period::Period`] |
//!
//! # Versions
//!
//! Semantic versioning, as cargo reads it: before 1.0 a new minor version may break, a new patch may not. What will grow
//! is `#[non_exhaustive]`: match it with a last arm for all else. Build [`survey::Options`] as
//! `Options { jobs: 4, ..Options::new(zone) }`, so that new fields find their defaults. What is judged (windows,
//! boundaries, reasons) gets better in any version; the changelog says when it does. The words of enums (`as_str`) and
//! the rows of tallies change only with the number of their schema. The oldest Rust that is tested is `rust-version`; to
//! raise it takes a minor version.
//!
//! Nothing here prints, asks for the time or looks at the environment: what a function needs it is given.
//! Odd input is a value, counted and sampled in [`coverage`]; only I/O is an error.

pub mod address;
pub mod advice;
pub mod analysis;
mod binomial;
pub mod coverage;
pub mod dsn;
pub mod envelope;
pub mod event;
pub mod evidence;
pub mod exim;
pub mod fate;
pub mod incident;
#[cfg(feature = "serde")]
mod json;
pub mod line;
mod near;
pub mod operator;
pub mod outage;
mod overlap;
mod parallel;
pub mod period;
pub mod postfix;
pub mod reason;
pub mod redact;
pub mod reply;
pub mod source;
mod span;
pub mod stamp;
pub mod stream;
pub mod survey;
pub mod syslog;
pub mod tally;
pub mod time;
