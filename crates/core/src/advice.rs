//! What to do about an outage, each piece with its reason.
//!
//! `554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org` → ask for delisting at
//! zen.spamhaus.org.
//!
//! A pure function of what is known of the outage; nothing is advised that the log does not call for.

use crate::outage::{Boundary, Kind, Outage, OutageType, Window};
use crate::reason::Reason;
use crate::time::Timestamp;

/// What is known beside the outage itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Circumstances {
    /// Messages that it bounced or let expire, by recipient.
    pub resend: u64,
    /// Addresses that only it refused.
    pub reinstate: u64,
    /// Another outage of the same destination followed: this one is history.
    pub is_past: bool,
    /// The last attempt was accepted, too few to say that it is over.
    pub last_accepted: bool,
    /// When the first of the messages still queued will be given up, and how many will be.
    pub expiring: Option<(Timestamp, u64)>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Advice {
    /// Look at our own network, name service and hosts: the receivers are well.
    CheckOwnSide,
    /// Send nothing more for now.
    Hold {
        /// What is sent now bounces, though the mailboxes exist; else it waits in the queue.
        bounces: bool,
    },
    /// Send a few and see: the last attempt was accepted, or nothing was sent after the last failure.
    Probe,
    /// Send less at a time: part of the attempts fail, 0 to 1; `None` when mail is taken slowly.
    Throttle(Option<f64>),
    /// Let the queue keep messages longer than until then, when the first of so many is given up.
    ExtendQueueLifetime(Timestamp, u64),
    /// Send as before; it answers again since then.
    Resume(Boundary),
    /// Send that many messages again.
    Resend(u64),
    /// Take that many addresses back.
    Reinstate(u64),
    /// Ask for delisting, at the block list that the replies name, if they name one.
    Delist(Option<String>),
    /// Mend SPF, DKIM, DMARC or the name of the sending host.
    MendAuthentication,
    /// Ask the receiver what it has against our mail.
    AskReceiver,
}

impl Advice {
    /// The word used in JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Advice::CheckOwnSide => "check_own_side",
            Advice::Hold { .. } => "hold",
            Advice::Probe => "probe",
            Advice::Throttle(_) => "throttle",
            Advice::ExtendQueueLifetime(..) => "extend_queue_lifetime",
            Advice::Resume(_) => "resume",
            Advice::Resend(_) => "resend",
            Advice::Reinstate(_) => "reinstate",
            Advice::Delist(_) => "delist",
            Advice::MendAuthentication => "mend_authentication",
            Advice::AskReceiver => "ask_receiver",
        }
    }
}

/// Below this share of failures part of the mail goes through.
const NEARLY_ALL: f64 = 0.8;

/// What to do, the most urgent first; nothing for what is over and left no trace.
pub fn advise(outage: &Outage, known: &Circumstances) -> Vec<Advice> {
    let mut advice = Vec::new();
    if !known.is_past {
        advice.extend(about_now(outage, known));
    }
    if known.resend > 0 {
        advice.push(Advice::Resend(known.resend));
    }
    if known.reinstate > 0 {
        advice.push(Advice::Reinstate(known.reinstate));
    }
    advice
}

/// What the last outage of a destination calls for.
fn about_now(outage: &Outage, known: &Circumstances) -> Vec<Advice> {
    let mut advice = Vec::new();
    if outage.kind == OutageType::Sender {
        advice.push(Advice::CheckOwnSide);
    }
    if let Some((first, messages)) = known.expiring
        && (outage.ongoing || outage.silent_end)
    {
        advice.push(Advice::ExtendQueueLifetime(first, messages));
    }
    let last = outage.windows.last();
    let is_slow = last.is_some_and(|window| window.kind == Kind::Delayed);
    if is_slow && outage.normal_again.is_none() {
        advice.push(Advice::Throttle(None));
    } else if outage.silent_end {
        advice.push(Advice::Probe);
    } else if !outage.ongoing || is_slow {
        let again = outage.normal_again.or(outage.end);
        advice.extend(again.map(Advice::Resume));
    } else if known.last_accepted {
        advice.push(Advice::Probe);
    } else {
        match outage.kind {
            OutageType::Policy => advice.extend(about_policy(outage)),
            OutageType::Outage => advice.extend(last.map(while_it_lasts)),
            OutageType::Sender => {}
        }
    }
    advice
}

fn while_it_lasts(window: &Window) -> Advice {
    if window.share < NEARLY_ALL {
        return Advice::Throttle(Some(window.share));
    }
    let for_good = window.reply_code.is_some_and(|code| code.get() >= 500)
        || matches!(
            window.reason,
            Reason::NoSuchDomain | Reason::DomainRefusesMail
        );
    Advice::Hold {
        bounces: for_good || matches!(window.kind, Kind::RecipientRejected | Kind::Rejected),
    }
}

/// By the reason that most failures had.
fn about_policy(outage: &Outage) -> Option<Advice> {
    let of_policy = |window: &Window| (window.kind == Kind::Policy, window.failures);
    let main = outage
        .windows
        .iter()
        .max_by_key(|window| of_policy(window))?;
    Some(match main.reason {
        Reason::RateLimited => Advice::Throttle(Some(main.share)),
        Reason::SenderAuth => Advice::MendAuthentication,
        Reason::Reputation => Advice::Delist(
            main.sample
                .as_deref()
                .and_then(block_list)
                .map(str::to_owned),
        ),
        _ => Advice::AskReceiver,
    })
}

/// Zones and sites of block lists.
const LISTS: [&str; 20] = [
    "0spam.org",
    "abuseat.org",
    "abusix.zone",
    "backscatterer.org",
    "barracudacentral.org",
    "dronebl.org",
    "gbudb.net",
    "hostkarma.junkemailfilter.com",
    "invaluement.com",
    "mailspike.net",
    "manitu.net",
    "nixspam.org",
    "senderscore.org",
    "sorbs.net",
    "spamcop.net",
    "spameatingmonkey.net",
    "spamhaus.org",
    "spamrats.com",
    "surriel.com",
    "uceprotect.net",
];

/// The block list that a refusal names: the name after `using`, `listed in` and the like (RFC 5782, section 2.4,
/// asks for it), else one that is well known. The words of our own mail system before `said:` name the host that
/// refused, and addresses whom it refused.
pub fn block_list(text: &[u8]) -> Option<&str> {
    let said = memchr::memmem::find(text, b" said: ").and_then(|at| text.get(at..));
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'@');
    let words = said.unwrap_or(text).split(move |byte| !is_of_word(byte));
    let words: Vec<&str> = words
        .filter_map(|word| std::str::from_utf8(word).ok())
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
        .collect();
    let is_one_of = |word: &str, all: &[&str]| all.iter().any(|one| word.eq_ignore_ascii_case(one));
    let named = words.iter().enumerate().find_map(|(place, &word)| {
        let before = |back: usize| place.checked_sub(back).and_then(|it| words.get(it));
        let is_said = before(1).is_some_and(|last| {
            is_one_of(last, &["using"])
                || is_one_of(last, &["in", "on", "at", "by"])
                    && before(2).is_some_and(|first| is_one_of(first, &["listed"]))
        });
        (is_said && is_host(word)).then_some(word)
    });
    let is_known = |word: &&&str| {
        let lower = word.to_ascii_lowercase();
        LISTS.iter().any(|list| {
            lower
                .strip_suffix(list)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    };
    named.or_else(|| words.iter().find(is_known).copied())
}

/// At least two labels, and no address.
fn is_host(word: &str) -> bool {
    !word.contains('@')
        && word.rsplit_once('.').is_some_and(|(_, top)| {
            top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Domain;
    use crate::outage::Confidence;

    #[test]
    fn replies_name_block_lists() {
        let cases = [
            (
                "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1",
                Some("zen.spamhaus.org"),
            ),
            (
                "550 5.7.1 blocked using rbl.isp.example",
                Some("rbl.isp.example"),
            ),
            (
                "550 Your address 192.0.2.1 is listed in B.BARRACUDACENTRAL.ORG.",
                Some("B.BARRACUDACENTRAL.ORG"),
            ),
            ("550 listed on our own list", None),
            ("554 using 192.0.2.1 is not allowed", None),
            ("550 see https://notspamhaus.org/", None),
            ("550 mail from mx.example.org blocked", None),
            (
                "host mx.sorbs.net[192.0.2.1] said: 554 5.7.1 <u@sorbs.net>: refused",
                None,
            ),
        ];
        assert_eq!(cases.len(), 8);
        for (text, list) in cases {
            assert_eq!(block_list(text.as_bytes()), list, "{text}");
        }
    }

    fn window(kind: Kind, share: f64, reason: Reason, sample: &str) -> Window {
        Window {
            kind,
            label: String::new(),
            reply_code: None,
            enhanced_status: None,
            reason,
            start: moment(0),
            end: None,
            attempts: 100,
            failures: 90,
            share,
            mx: Vec::new(),
            sample: Some(sample.as_bytes().into()),
            slow: None,
        }
    }

    fn moment(hour: i64) -> Boundary {
        let time = Timestamp::from_seconds(hour * 3600);
        Boundary {
            time,
            earliest: time,
            latest: time,
        }
    }

    fn outage(kind: OutageType, end: Option<i64>, windows: Vec<Window>) -> Outage {
        Outage {
            domain: Domain::new(b"target.example"),
            kind,
            before_log: false,
            ongoing: end.is_none(),
            silent_end: false,
            start: moment(0),
            end: end.map(moment),
            normal_again: None,
            attempts: 100,
            failures: 90,
            messages: 90,
            recipients: 90,
            hosts: 1,
            by_host: Vec::new(),
            mx: Vec::new(),
            mx_working: Vec::new(),
            log_bayes_factor: 100.0,
            confidence: Confidence::Certain,
            windows,
        }
    }

    fn assert_advised(cases: Vec<(Outage, Circumstances, &str)>) {
        for (outage, known, expected) in cases {
            let advice = advise(&outage, &known);
            let words: Vec<_> = advice.iter().map(Advice::as_str).collect();
            assert_eq!(words.join(" "), expected, "{outage:?}");
        }
    }

    fn plain(kind: Kind, share: f64) -> Vec<Window> {
        vec![window(kind, share, Reason::Unreachable, "")]
    }

    fn policy(reason: Reason, sample: &str) -> Vec<Window> {
        vec![window(Kind::Policy, 0.9, reason, sample)]
    }

    #[test]
    fn advice_for_what_goes_on() {
        let none = Circumstances::default();
        let expiring = Circumstances {
            expiring: Some((Timestamp::from_seconds(9), 20)),
            ..none
        };
        let accepted = Circumstances {
            last_accepted: true,
            ..none
        };
        let ongoing = |kind, windows| outage(kind, None, windows);
        let (of_receiver, of_policy) = (OutageType::Outage, OutageType::Policy);
        let slow = outage(of_receiver, Some(5), plain(Kind::Delayed, 0.0));
        let refused = plain(Kind::RecipientRejected, 0.95);
        assert_advised(vec![
            (ongoing(of_receiver, refused.clone()), none, "hold"),
            (ongoing(of_receiver, refused), accepted, "probe"),
            (
                ongoing(of_receiver, plain(Kind::NoConnection, 1.0)),
                expiring,
                "extend_queue_lifetime hold",
            ),
            (
                ongoing(of_receiver, plain(Kind::Deferred, 0.3)),
                none,
                "throttle",
            ),
            (
                ongoing(of_policy, policy(Reason::RateLimited, "")),
                none,
                "throttle",
            ),
            (
                ongoing(of_policy, policy(Reason::SenderAuth, "")),
                none,
                "mend_authentication",
            ),
            (
                ongoing(of_policy, policy(Reason::Policy, "")),
                none,
                "ask_receiver",
            ),
            (
                ongoing(of_policy, plain(Kind::Mixed, 0.9)),
                none,
                "ask_receiver",
            ),
            (slow, none, "throttle"),
        ]);
        let gone = vec![window(Kind::DnsFailure, 1.0, Reason::NoSuchDomain, "")];
        let gone = advise(&ongoing(of_receiver, gone), &none);
        assert_eq!(gone, [Advice::Hold { bounces: true }]);
        let listed = policy(Reason::Reputation, "blocked using zen.spamhaus.org");
        let at = Some("zen.spamhaus.org".to_owned());
        assert_eq!(
            advise(&ongoing(of_policy, listed), &none),
            [Advice::Delist(at)]
        );
    }

    #[test]
    fn advice_for_what_is_over() {
        let none = Circumstances::default();
        let lists = Circumstances {
            resend: 3,
            reinstate: 2,
            ..none
        };
        let past = Circumstances {
            is_past: true,
            ..lists
        };
        let expiring = Circumstances {
            expiring: Some((Timestamp::from_seconds(9), 20)),
            ..none
        };
        let over = |kind, windows| outage(kind, Some(5), windows);
        let of_receiver = OutageType::Outage;
        let refused = plain(Kind::RecipientRejected, 0.9);
        assert_advised(vec![
            (
                over(of_receiver, refused.clone()),
                lists,
                "resume resend reinstate",
            ),
            (over(of_receiver, refused), past, "resend reinstate"),
            (
                over(OutageType::Sender, plain(Kind::NoConnection, 1.0)),
                none,
                "check_own_side resume",
            ),
            (
                over(OutageType::Policy, policy(Reason::Reputation, "")),
                none,
                "resume",
            ),
            (
                over(of_receiver, plain(Kind::NoConnection, 1.0)),
                expiring,
                "resume",
            ),
        ]);
        let mut slow = over(of_receiver, plain(Kind::Delayed, 0.0));
        slow.normal_again = slow.end;
        assert_eq!(advise(&slow, &none), [Advice::Resume(moment(5))]);
        // Nothing shows that mail is accepted again.
        let mut silent = over(of_receiver, plain(Kind::NoConnection, 1.0));
        silent.silent_end = true;
        assert_advised(vec![(silent, expiring, "extend_queue_lifetime probe")]);
    }
}
