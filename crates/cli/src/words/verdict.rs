//! The sentence that answers the question.
//!
//! "libero.it: no connection from 23 Jan 16:00, then 550 from 25 Jan 20:03, then 452 from 26 Jan 13:14,
//! answers again since 27 Jan 21:40 (1,234 attempts, 99 % failed)."

use std::fmt::Write;

use mailgap_core::analysis::{Aftermath, LastAttempt};
use mailgap_core::fate::Counts;
use mailgap_core::outage::{Kind, Outage, OutageType, Slow, Window};

use super::hosts;
use super::numbers::{count, counted, delay, length, percent, share};
use super::times::Moments;

/// Below this share of failures a window says how many failed: a reader takes "452" for "always 452".
const NEARLY_ALL: f64 = 0.8;

/// Windows of a sentence; more are counted.
const MOST_WINDOWS: usize = 6;

/// What the first and the last stamp are the ends of, in words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ends {
    /// `--since` left lines out.
    pub(crate) since: bool,
    /// `--until` left lines out.
    pub(crate) until: bool,
}

impl Ends {
    /// After "since": of what began earlier.
    const fn before(self) -> &'static str {
        if self.since {
            "before --since"
        } else {
            "before the log begins"
        }
    }

    /// After "still failing".
    const fn at_end(self) -> &'static str {
        if self.until {
            "at --until"
        } else {
            "at the end of the log"
        }
    }

    /// In a table, where it began earlier.
    pub(crate) const fn before_cell(self) -> &'static str {
        if self.since {
            "before --since"
        } else {
            "before the log"
        }
    }

    /// In a table, where it ended later.
    pub(crate) const fn beyond_cell(self) -> &'static str {
        if self.until {
            "beyond --until"
        } else {
            "beyond the log"
        }
    }
}

/// What stands between the subject of a sentence and what was answered.
pub(crate) const fn introduction(kind: OutageType) -> &'static str {
    match kind {
        OutageType::Outage => "",
        OutageType::Policy => "refused our mail by policy (not an outage): ",
        OutageType::Sender => "not sent, since our own side failed: ",
    }
}

/// The sentence of one outage: its subject, its introduction, what was answered and when. `last_attempt` is the last at
/// its destination.
pub(crate) fn verdict(
    (subject, introduction): (&str, &str),
    outage: &Outage,
    last_attempt: Option<LastAttempt>,
    fates: Option<(&Counts, Aftermath)>,
    ends: Ends,
    moments: Moments,
) -> String {
    let mut sentence = format!("{subject}: {introduction}");
    // Writing to a String cannot fail.
    let _ = push_windows(&mut sentence, outage, ends, moments);
    if !outage.mx_working.is_empty() {
        let all = outage.mx.len() + outage.mx_working.len();
        let failing = if outage.mx.len() == 1 {
            "one".to_owned()
        } else {
            count(outage.mx.len() as u64)
        };
        let _ = write!(sentence, ", at {failing} of {all} MX hosts");
    }
    let last = push_end(&mut sentence, outage, last_attempt, ends, moments);
    if !outage.is_slow_only() {
        push_slow(&mut sentence, outage, ends, moments);
    }
    let attempts = match outage.attempts {
        1 => "1 attempt".to_owned(),
        attempts => format!("{} attempts", count(attempts)),
    };
    let _ = write!(
        sentence,
        " ({last}{attempts}, {} failed).",
        percent(outage.failures, outage.attempts)
    );
    if let Some(hosts) = hosts::sentence(&outage.by_host) {
        let _ = write!(sentence, " {hosts}");
    }
    if let Some((fates, aftermath)) = fates {
        push_fates(&mut sentence, outage, fates, aftermath, moments);
    }
    sentence
}

/// What became of the messages, and what to do: `665 messages bounced, 41 delivered late (median 14 h), 29 still
/// queued, counted by recipient: 660 to send again.` A message has a fate for each of its recipients.
fn push_fates(
    sentence: &mut String,
    outage: &Outage,
    fates: &Counts,
    aftermath: Aftermath,
    moments: Moments,
) {
    let late = match fates.delay_s(0.5).map(f64::round) {
        Some(median) => format!("delivered late (median {})", length(median)),
        None => "delivered late".to_owned(),
    };
    // Policy judges the sender or the message: whose doing each bounce was is not known.
    let own = match outage.kind {
        OutageType::Policy => "bounced",
        OutageType::Outage | OutageType::Sender => "bounced for reasons of their own",
    };
    let parts = [
        (fates.bounced_by_outage, "bounced"),
        (fates.bounced, own),
        (fates.expired, "expired"),
        (fates.delivered_late, &late),
        (fates.pending, "still queued"),
    ];
    let mut told = 0;
    for (number, words) in parts.into_iter().filter(|&(number, _)| number > 0) {
        let _ = match told {
            0 => write!(sentence, " {} {words}", counted(number, "message")),
            _ => write!(sentence, ", {} {words}", count(number)),
        };
        told += number;
    }
    if told > 1 {
        sentence.push_str(", counted by recipient");
    }
    if aftermath.resend > 0 {
        let when = if outage.ongoing { " when it ends" } else { "" };
        let _ = write!(
            sentence,
            ": {} to send again{when}",
            count(aftermath.resend)
        );
    }
    if told > 0 {
        sentence.push('.');
    }
    // Once mail is accepted again, the queue empties by itself.
    if let Some(waiting) = aftermath.waiting.filter(|_| !outage.has_recovered()) {
        let _ = write!(
            sentence,
            " {} will expire from {} on: extend the queue lifetime now.",
            counted(waiting.messages, "message"),
            moments.exact(waiting.first_expires)
        );
    }
}

fn push_windows(
    sentence: &mut String,
    outage: &Outage,
    ends: Ends,
    moments: Moments,
) -> Result<(), std::fmt::Error> {
    // Slow delivery comes after the end of refusals.
    let refusing = |window: &&Window| window.kind != Kind::Delayed || outage.is_slow_only();
    let windows: Vec<&Window> = outage.windows.iter().filter(refusing).collect();
    let n = windows.len();
    for (place, window) in windows.into_iter().enumerate() {
        if n > MOST_WINDOWS && place >= MOST_WINDOWS / 2 && place + 1 < n {
            if place == MOST_WINDOWS / 2 {
                let left_out = n - 1 - MOST_WINDOWS / 2;
                write!(sentence, ", then {left_out} more changes")?;
            }
            continue;
        }
        if place > 0 {
            sentence.push_str(", then ");
        }
        sentence.push_str(&answer(window));
        if place == 0 && outage.before_log {
            let begin = moments.exact(outage.start.time);
            write!(sentence, " since {} ({begin})", ends.before())?;
        } else {
            // The first window begins where the outage does.
            let start = if place == 0 {
                &outage.start
            } else {
                &window.start
            };
            write!(sentence, " from {}", moments.phrase(start))?;
        }
    }
    Ok(())
}

fn answer(window: &Window) -> String {
    if let Some(slow) = &window.slow {
        format!("{} {}", window.label, medians(slow))
    } else if window.share < NEARLY_ALL && window.kind != Kind::Delayed {
        format!("{} to {} of attempts", window.label, share(window.share))
    } else {
        window.label.clone()
    }
}

/// `(median 5 min, normally 5 s)`
fn medians(slow: &Slow) -> String {
    let (median, normal) = (delay(slow.median_s), delay(slow.normal_s));
    format!("(median {median}, normally {normal})")
}

/// Says how slow it was once it answered again, and until when.
fn push_slow(sentence: &mut String, outage: &Outage, ends: Ends, moments: Moments) {
    let slow = outage.windows.iter();
    for window in slow.filter(|window| window.kind == Kind::Delayed) {
        let medians = window.slow.as_ref().map(medians).unwrap_or_default();
        let _ = if outage.end == Some(window.start) {
            write!(sentence, ", but slowly {medians}")
        } else {
            let start = moments.phrase(&window.start);
            write!(sentence, ", then slow {medians} from {start}")
        };
        let _ = match &window.end {
            Some(end) => write!(sentence, " until {}", moments.phrase(end)),
            None => write!(sentence, ", still slow {}", ends.at_end()),
        };
    }
}

/// Says how it ended; of one that did not end, returns what the parenthesis begins with.
fn push_end(
    sentence: &mut String,
    outage: &Outage,
    last_attempt: Option<LastAttempt>,
    ends: Ends,
    moments: Moments,
) -> String {
    if let (Some(end), false) = (&outage.end, outage.ongoing) {
        if outage.silent_end {
            let last = moments.exact(end.earliest);
            let _ = write!(sentence, ", last failed {last}, nothing sent since");
            return String::new();
        }
        if outage.is_slow_only() {
            let _ = write!(
                sentence,
                " until {}, but mail was taken",
                moments.phrase(end)
            );
            return String::new();
        }
        let again = match outage.kind {
            OutageType::Outage => "answers again",
            OutageType::Policy => "takes our mail again",
            OutageType::Sender => "sent again",
        };
        let _ = write!(sentence, ", {again} since {}", moments.phrase(end));
        return String::new();
    }
    let accepted = last_attempt.is_some_and(|last| last.accepted);
    let still = match outage.kind {
        _ if accepted => "not known to be over",
        OutageType::Outage => "still failing",
        OutageType::Policy => "still refused",
        OutageType::Sender => "still not sent",
    };
    let _ = write!(sentence, ", {still} {}", ends.at_end());
    match last_attempt {
        Some(last) if accepted => {
            format!("last attempt {}, accepted; ", moments.exact(last.time))
        }
        Some(last) => format!("last attempt {}; ", moments.exact(last.time)),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use mailgap_core::analysis::Waiting;
    use mailgap_core::outage::HostCount;
    use mailgap_core::reason::Reason;

    use super::*;
    use crate::testing::{
        MOMENTS, between, libero, libero_slow, policy, rome, sharp, slow_only, window,
    };

    fn last(accepted: bool) -> LastAttempt {
        let time = rome("30 23:40");
        LastAttempt {
            time,
            accepted,
            failed: Some(time),
        }
    }

    fn sentence(outage: &Outage) -> String {
        let subject = outage.domain.to_string();
        verdict(
            (&subject, introduction(outage.kind)),
            outage,
            Some(last(false)),
            None,
            Ends::default(),
            MOMENTS,
        )
    }

    #[test]
    fn windows_follow_each_other_until_recovery() {
        assert_snapshot!(sentence(&libero()), @"libero.it: no connection from 23 Jan 16:00, then 550 from 25 Jan 20:03, then 452 from 26 Jan 13:14, answers again since 27 Jan 21:40 (1,234 attempts, 99 % failed).");
    }

    #[test]
    fn boundaries_are_said_at_their_precision() {
        let mut outage = libero();
        outage.start = between("23 15:52", "23 16:04");
        outage.windows[1].start = between("25 18:20", "25 22:50");
        outage.windows[2].start = between("26 12:20", "26 13:10");
        outage.end = Some(between("27 22:00", "28 03:30"));
        assert_snapshot!(sentence(&outage), @"libero.it: no connection from about 23 Jan 16:00, then 550 from 25 Jan evening, then 452 from about 26 Jan 12:45, answers again since some time between 27 Jan 22:00 and 28 Jan 03:30 (1,234 attempts, 99 % failed).");
    }

    #[test]
    fn an_ongoing_outage_has_no_recovery() {
        let mut outage = libero();
        outage.ongoing = true;
        outage.end = None;
        outage.windows.truncate(1);
        outage.windows[0].end = None;
        assert_snapshot!(sentence(&outage), @"libero.it: no connection from 23 Jan 16:00, still failing at the end of the log (last attempt 30 Jan 23:40; 1,234 attempts, 99 % failed).");
    }

    #[test]
    fn a_last_attempt_that_was_accepted_is_said() {
        let mut outage = libero();
        outage.ongoing = true;
        outage.end = None;
        outage.windows.truncate(1);
        let sentence = verdict(
            ("libero.it", ""),
            &outage,
            Some(last(true)),
            None,
            Ends::default(),
            MOMENTS,
        );
        assert_snapshot!(sentence, @"libero.it: no connection from 23 Jan 16:00, not known to be over at the end of the log (last attempt 30 Jan 23:40, accepted; 1,234 attempts, 99 % failed).");
    }

    #[test]
    fn silence_after_the_last_failure_is_neither_recovery_nor_failure() {
        let mut outage = libero();
        outage.windows.truncate(1);
        outage.silent_end = true;
        outage.end = Some(between("25 14:20", "30 23:41"));
        assert_snapshot!(sentence(&outage), @"libero.it: no connection from 23 Jan 16:00, last failed 25 Jan 14:20, nothing sent since (1,234 attempts, 99 % failed).");
    }

    #[test]
    fn hosts_of_ours_that_differ_are_told_apart() {
        let mut outage = policy();
        outage.by_host = [(&b"relay3"[..], 378, 330), (b"relay1", 1_919, 1)]
            .map(|(host, attempts, failures)| HostCount {
                host: host.into(),
                attempts,
                failures,
            })
            .into();
        assert_snapshot!(sentence(&outage), @"strict.example: refused our mail by policy (not an outage): 421 4.7.0 from about 24 Jan 08:15, takes our mail again since 24 Jan evening (40 attempts, 83 % failed). 330 of 378 attempts from relay3 failed, 1 of 1,919 from relay1.");
    }

    #[test]
    fn an_outage_older_than_the_log_has_no_beginning() {
        let mut outage = libero();
        outage.before_log = true;
        outage.start = sharp("21 00:00:05");
        outage.windows[0].start = outage.start;
        assert_snapshot!(sentence(&outage), @"libero.it: no connection since before the log begins (21 Jan 00:00), then 550 from 25 Jan 20:03, then 452 from 26 Jan 13:14, answers again since 27 Jan 21:40 (1,234 attempts, 99 % failed).");
    }

    #[test]
    fn what_the_flags_cut_is_not_laid_on_the_log() {
        let mut outage = libero();
        outage.windows.truncate(1);
        outage.before_log = true;
        outage.ongoing = true;
        outage.end = None;
        let ends = Ends {
            since: true,
            until: true,
        };
        let sentence = verdict(("libero.it", ""), &outage, None, None, ends, MOMENTS);
        assert_snapshot!(sentence, @"libero.it: no connection since before --since (23 Jan 16:00), still failing at --until (1,234 attempts, 99 % failed).");
    }

    #[test]
    fn a_refusal_by_policy_is_said_to_be_no_outage() {
        assert_snapshot!(sentence(&policy()), @"strict.example: refused our mail by policy (not an outage): 421 4.7.0 from about 24 Jan 08:15, takes our mail again since 24 Jan evening (40 attempts, 83 % failed).");
        let mut ongoing = policy();
        ongoing.ongoing = true;
        ongoing.end = None;
        assert_snapshot!(sentence(&ongoing), @"strict.example: refused our mail by policy (not an outage): 421 4.7.0 from about 24 Jan 08:15, still refused at the end of the log (last attempt 30 Jan 23:40; 40 attempts, 83 % failed).");
    }

    #[test]
    fn a_fault_of_our_own_is_not_laid_on_the_receiver() {
        let mut outage = libero();
        outage.kind = OutageType::Sender;
        outage.windows.truncate(1);
        assert_snapshot!(sentence(&outage), @"libero.it: not sent, since our own side failed: no connection from 23 Jan 16:00, sent again since 27 Jan 21:40 (1,234 attempts, 99 % failed).");
    }

    #[test]
    fn a_partial_failure_says_how_much_failed() {
        let mut outage = libero();
        outage.windows.truncate(1);
        outage.windows[0].share = 0.304;
        assert_snapshot!(sentence(&outage), @"libero.it: no connection to 30 % of attempts from 23 Jan 16:00, answers again since 27 Jan 21:40 (1,234 attempts, 99 % failed).");
    }

    #[test]
    fn slow_delivery_is_told_after_the_end_of_refusals() {
        let mut outage = libero_slow();
        assert_snapshot!(sentence(&outage), @"libero.it: no connection from 23 Jan 16:00, then 550 from 25 Jan 20:03, then 452 from 26 Jan 13:14, answers again since 27 Jan 21:40, then slow (median 5 min, normally 5 s) from 28 Jan 00:00 until 29 Jan 12:00 (1,234 attempts, 99 % failed).");
        outage.windows[3].start = outage.end.unwrap();
        outage.windows[3].end = None;
        outage.normal_again = None;
        assert_snapshot!(sentence(&outage), @"libero.it: no connection from 23 Jan 16:00, then 550 from 25 Jan 20:03, then 452 from 26 Jan 13:14, answers again since 27 Jan 21:40, but slowly (median 5 min, normally 5 s), still slow at the end of the log (1,234 attempts, 99 % failed).");
    }

    #[test]
    fn slow_delivery_alone_is_said_to_have_taken_mail() {
        let mut outage = slow_only();
        assert_snapshot!(sentence(&outage), @"slow.example: slow (median 5 min, normally 5 s) from 28 Jan 00:00 until 29 Jan 12:00, but mail was taken (163 attempts, 5 % failed).");
        outage.ongoing = true;
        (outage.end, outage.normal_again, outage.windows[0].end) = (None, None, None);
        assert_snapshot!(sentence(&outage), @"slow.example: slow (median 5 min, normally 5 s) from 28 Jan 00:00, still failing at the end of the log (last attempt 30 Jan 23:40; 163 attempts, 5 % failed).");
    }

    #[test]
    fn many_windows_are_counted_and_not_told() {
        let mut outage = libero();
        let flaps = (0..9).map(|n| {
            let start = sharp(&format!("24 {:02}:00", n + 1));
            let (kind, label) = if n % 2 == 0 {
                (Kind::Deferred, "421")
            } else {
                (Kind::NoConnection, "no connection")
            };
            window(
                kind,
                label,
                Reason::Unreachable,
                (start, None),
                (9, 9),
                b"421 no",
            )
        });
        outage.windows = flaps.collect();
        assert_snapshot!(sentence(&outage), @"libero.it: 421 from 23 Jan 16:00, then no connection from 24 Jan 02:00, then 421 from 24 Jan 03:00, then 5 more changes, then 421 from 24 Jan 09:00, answers again since 27 Jan 21:40 (1,234 attempts, 99 % failed).");
    }

    fn words_of_fates(fates: &Counts, resend: u64, expires: Option<&str>) -> String {
        let waiting = expires.map(|time| Waiting {
            messages: 20,
            first_expires: rome(time),
        });
        let last = Some(last(false));
        let sentence = verdict(
            ("libero.it", ""),
            &libero(),
            last,
            Some((
                fates,
                Aftermath {
                    resend,
                    reinstate: 0,
                    waiting,
                },
            )),
            Ends::default(),
            MOMENTS,
        );
        let (_, words) = sentence.split_once(" failed).").unwrap();
        words.to_owned()
    }

    #[test]
    fn fates_say_what_to_do() {
        let all = Counts {
            delivered: 7,
            delivered_late: 41,
            bounced_by_outage: 1665,
            bounced: 3,
            expired: 12,
            pending: 29,
            delays_s: vec![1_000.0, 50_400.0, 90_000.0],
        };
        assert_snapshot!(words_of_fates(&all, 1_671, Some("28 16:00")), @" 1,665 messages bounced, 3 bounced for reasons of their own, 12 expired, 41 delivered late (median 14 h), 29 still queued, counted by recipient: 1,671 to send again.");
        let one = Counts {
            delivered: 7,
            delivered_late: 1,
            delays_s: vec![720.0],
            ..Counts::default()
        };
        assert_snapshot!(words_of_fates(&one, 0, None), @" 1 message delivered late (median 12 min).");
        assert_snapshot!(words_of_fates(&Counts::default(), 0, None), @"");
    }
}
