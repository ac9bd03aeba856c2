//! What to do, in words.

use mailgap_core::advice::{self, Circumstances, advise};
use mailgap_core::analysis::Aftermath;
use mailgap_core::outage::{Outage, OutageType};
use serde::Serialize;

use crate::words::numbers::{count, counted, share};
use crate::words::times::Moments;

/// One piece of advice with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Advice {
    /// The word of a closed list.
    pub(crate) action: &'static str,
    /// For people.
    pub(crate) text: String,
}

/// What to do about an outage. `only` is what the lists are to be restricted to: ` --domain libero.it`.
pub(super) fn of(
    outage: &Outage,
    aftermath: &Aftermath,
    (is_past, last_accepted): (bool, bool),
    only: &str,
    moments: Moments,
) -> Vec<Advice> {
    let known = Circumstances {
        resend: aftermath.resend,
        reinstate: aftermath.reinstate,
        is_past,
        last_accepted,
        expiring: aftermath.waiting.map(|it| (it.first_expires, it.messages)),
    };
    let advice = advise(outage, &known);
    advice
        .iter()
        .map(|piece| Advice {
            action: piece.as_str(),
            text: text(piece, outage, only, moments),
        })
        .collect()
}

/// The flag that restricts a list to a domain; nothing where a shell might read more into the name.
pub(super) fn restriction(domain: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if domain.bytes().all(is_plain) && !domain.starts_with('-') {
        format!(" --domain {domain}")
    } else {
        String::new()
    }
}

fn text(advice: &advice::Advice, outage: &Outage, only: &str, moments: Moments) -> String {
    use advice::Advice as Of;
    let later = if outage.ongoing { " when it ends" } else { "" };
    match advice {
        Of::CheckOwnSide => {
            "look at our own network, name service and hosts: the receivers are not to blame".into()
        }
        Of::Hold { bounces: true } => {
            "hold mail to it: what is sent now bounces, whether the mailbox exists or not".into()
        }
        Of::Hold { bounces: false } => {
            "hold mailings to it: what is sent now only waits in the queue".into()
        }
        Of::Probe if outage.silent_end => {
            "send a few and see: nothing was sent after its last failure, so that nothing shows whether it is over"
                .into()
        }
        Of::Probe => {
            "send a few and see: the last attempt was accepted, which is too little to say that it is over".into()
        }
        Of::Throttle(Some(failed)) => {
            format!("send less at a time: {} of attempts fail", share(*failed))
        }
        Of::Throttle(None) => "send less at a time: mail is taken slowly".into(),
        Of::ExtendQueueLifetime(first, messages) => format!(
            "extend the queue lifetime: {} will be given up from {} on",
            counted(*messages, "message"),
            moments.exact(*first)
        ),
        Of::Resume(since) => {
            let taken = match outage.kind {
                OutageType::Policy => "it takes our mail again",
                OutageType::Outage | OutageType::Sender => "mail is taken",
            };
            format!("send as before: {taken} since {}", moments.phrase(since))
        }
        Of::Resend(messages) => format!(
            "send again{later} what it bounced or let expire ({}, counted by recipient): mailgap fates --list resend{only}",
            count(*messages)
        ),
        Of::Reinstate(addresses) => format!(
            "put {} back on your lists{later}, which nothing else refused: mailgap fates --list reinstate{only}",
            match addresses {
                1 => "1 address".to_owned(),
                _ => format!("{} addresses", count(*addresses)),
            }
        ),
        Of::Delist(Some(list)) => format!("ask for delisting at {list}, which the refusals name"),
        Of::Delist(None) => {
            "ask the receiver for delisting: it refuses our address or domain for its reputation"
                .into()
        }
        Of::MendAuthentication => {
            "mend SPF, DKIM, DMARC or the name of the sending host: that is what it refuses".into()
        }
        _ => "ask the postmaster of the receiver what it has against our mail".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_may_paste_holds_no_name_that_a_shell_would_read() {
        assert_eq!(restriction("libero.it"), " --domain libero.it");
        for domain in ["a.example;id", "$(id)", "-o", "a b", "`id`.example"] {
            assert_eq!(restriction(domain), "", "{domain}");
        }
    }
}
