//! What a window is called, and the answer that stands for it.

use std::collections::BTreeMap;

use crate::evidence::Class;
use crate::reason::Reason;
use crate::reply::{EnhancedStatus, ReplyCode};
use crate::tally::{Evidence, ReplyGroup};
use crate::time::Timestamp;

use super::Kind;
use super::counts::kind_of;

/// A code is named when it has this share of the answers.
const PREVAILS: f64 = 0.5;

const MILLIS_PER_HOUR: i64 = 60 * 60 * 1000;

/// What the answers of a window have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// Short, for people.
    pub(super) label: String,
    /// The reply code that prevails.
    pub(super) reply_code: Option<ReplyCode>,
    /// The enhanced status that prevails.
    pub(super) enhanced_status: Option<EnhancedStatus>,
    /// The reason that prevails.
    pub(super) reason: Reason,
    /// One real answer.
    pub(super) sample: Option<Box<[u8]>>,
}

/// Hours since 1970 that a stretch of time touches.
pub(super) fn hours(from: Timestamp, to: Timestamp) -> std::ops::RangeInclusive<i64> {
    from.as_millis().div_euclid(MILLIS_PER_HOUR)..=to.as_millis().div_euclid(MILLIS_PER_HOUR)
}

/// Describes the answers of that kind from the first to the last attempt of a window.
pub(super) fn answer(evidence: &Evidence, kind: Kind, from: Timestamp, to: Timestamp) -> Answer {
    let hours = hours(from, to);
    let begin = evidence
        .replies
        .partition_point(|group| group.hour < *hours.start());
    let end = evidence
        .replies
        .partition_point(|group| group.hour <= *hours.end());
    let within = evidence.replies.get(begin..end).unwrap_or_default();
    let failed = |group: &&ReplyGroup| group.class != Class::Ok;
    let own = |group: &&ReplyGroup| kind == Kind::Mixed || kind_of(group.class) == kind;
    let mut groups: Vec<&ReplyGroup> = within.iter().filter(failed).filter(own).collect();
    if groups.is_empty() {
        groups = within.iter().filter(failed).collect();
    }
    let (reply_code, of_code) = prevailing(&groups, |group| group.reply_code);
    let reply_code = reply_code.flatten();
    let (enhanced_status, of_status) = prevailing(&of_code, |group| group.enhanced_status);
    let enhanced_status = enhanced_status
        .flatten()
        .filter(|status| !status.is_generic());
    let (reason, _) = commonest(&groups, |group| group.reason);
    let typical = if of_status.is_empty() {
        &groups
    } else {
        &of_status
    };
    let (_, of_reason) = commonest(typical, |group| Some(group.reason) == reason);
    let sample = of_reason
        .iter()
        .max_by_key(|group| (group.count, std::cmp::Reverse(group.hour)))
        .map(|group| group.sample.clone());
    let reason = reason.unwrap_or(Reason::Unspecified);
    Answer {
        label: label(kind, reply_code, enhanced_status, reason),
        reply_code,
        enhanced_status,
        reason,
        sample,
    }
}

/// The commonest value and the groups that have it; all groups and no value when none prevails.
fn prevailing<'a, T: Ord + Copy>(
    groups: &[&'a ReplyGroup],
    value: impl Fn(&ReplyGroup) -> T,
) -> (Option<T>, Vec<&'a ReplyGroup>) {
    let total: u64 = groups.iter().map(|group| group.count).sum();
    let (top, having) = commonest(groups, value);
    let count: u64 = having.iter().map(|group| group.count).sum();
    if (count as f64) < PREVAILS * total as f64 {
        return (None, groups.to_vec());
    }
    (top, having)
}

/// The commonest value, the smallest of several, and the groups that have it.
fn commonest<'a, T: Ord + Copy>(
    groups: &[&'a ReplyGroup],
    value: impl Fn(&ReplyGroup) -> T,
) -> (Option<T>, Vec<&'a ReplyGroup>) {
    let mut counts: BTreeMap<T, u64> = BTreeMap::new();
    for group in groups {
        *counts.entry(value(group)).or_default() += group.count;
    }
    let top = counts
        .iter()
        .max_by_key(|&(value, count)| (count, std::cmp::Reverse(value)))
        .map(|(&value, _)| value);
    let having = groups
        .iter()
        .filter(|group| Some(value(group)) == top)
        .copied()
        .collect();
    (top, having)
}

/// A few words for people.
fn label(
    kind: Kind,
    code: Option<ReplyCode>,
    status: Option<EnhancedStatus>,
    reason: Reason,
) -> String {
    match (kind, code) {
        (Kind::NoConnection, _) => "no connection".into(),
        (Kind::DnsFailure, _) => match reason {
            Reason::NoSuchDomain => "no such domain".into(),
            Reason::DomainRefusesMail => "takes no mail".into(),
            _ => "DNS failure".into(),
        },
        (Kind::Delayed, _) => "slow".into(),
        (Kind::Mixed, _) => "mixed".into(),
        (_, Some(code)) => match status {
            Some(status) => format!("{code} {status}"),
            None => code.to_string(),
        },
        (Kind::Deferred, None) => match reason {
            Reason::TlsFailure => "TLS failure".into(),
            Reason::ConnectionLost => "connection lost".into(),
            _ => "deferred".into(),
        },
        (Kind::MailboxDeferred, None) => "mailboxes deferred".into(),
        (Kind::RecipientRejected, None) => "recipients rejected".into(),
        (Kind::Rejected, None) => "rejected".into(),
        (Kind::Policy, None) => "policy".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_people() {
        let code = ReplyCode::new(550);
        let status = EnhancedStatus::new(5, 1, 1);
        let cases = [
            (
                Kind::NoConnection,
                None,
                None,
                Reason::Unreachable,
                "no connection",
            ),
            (
                Kind::DnsFailure,
                None,
                None,
                Reason::DnsFailure,
                "DNS failure",
            ),
            (
                Kind::DnsFailure,
                None,
                None,
                Reason::NoSuchDomain,
                "no such domain",
            ),
            (
                Kind::RecipientRejected,
                code,
                status,
                Reason::NoSuchMailbox,
                "550 5.1.1",
            ),
            (
                Kind::RecipientRejected,
                code,
                None,
                Reason::NoSuchMailbox,
                "550",
            ),
            (
                Kind::Deferred,
                None,
                None,
                Reason::TlsFailure,
                "TLS failure",
            ),
            (Kind::Mixed, code, status, Reason::NoSuchMailbox, "mixed"),
        ];
        assert_eq!(cases.len(), 7);
        for (kind, code, status, reason, words) in cases {
            assert_eq!(label(kind, code, status, reason), words);
        }
    }
}
