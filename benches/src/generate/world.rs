//! The receiving side: destinations, the operators that run their mail hosts, and what is wrong with them.
//!
//! All names are under `example` (RFC 2606), all addresses in the benchmarking and documentation
//! ranges (RFC 2544, RFC 3849).

use super::answer::Answer;
use super::log::SECOND;
use super::random::{below, mix2};
use super::{Kind, ScriptedOutage};

/// What a destination does when nothing scripted is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Normal,
    /// Defers what it has not seen before.
    Greylisting,
    /// Never answers.
    Dead,
    /// A mistyped name: no such domain.
    Mistyped,
    /// TLS never works.
    BrokenTls,
    /// Drops every second session.
    Flaky,
}

#[derive(Debug)]
pub(super) struct Destination {
    pub(super) name: String,
    pub(super) operator: usize,
    nature: Nature,
    /// How many different recipients get mail there.
    users: u32,
    fault: Option<usize>,
}

/// One mail host of an operator.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) name: String,
    /// `name[ip]`, as it stands in the log.
    pub(super) both: String,
}

#[derive(Debug)]
pub(super) struct Operator {
    pub(super) name: String,
    pub(super) hosts: Vec<Host>,
    /// Which software's words it answers in.
    pub(super) words: u32,
}

/// What is wrong during one phase of a scripted outage.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Connections are refused or time out.
    NoConnection,
    Dns,
    Greeting,
    ServerError,
    StorageFull,
    /// Every recipient is said not to exist.
    Rejected,
    MailboxDeferred,
    Blocked,
}

impl Trouble {
    const fn answer(self, bits: u64) -> Answer {
        match self {
            Trouble::NoConnection if bits & 64 == 0 => Answer::Refused,
            Trouble::NoConnection => Answer::TimedOut,
            Trouble::Dns => Answer::DnsFailure,
            Trouble::Greeting => Answer::NoGreeting,
            Trouble::ServerError => Answer::ServerError,
            Trouble::StorageFull => Answer::StorageFull,
            Trouble::Rejected => Answer::NoUser,
            Trouble::MailboxDeferred => Answer::MailboxFull,
            Trouble::Blocked => Answer::Blocked,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Trouble::NoConnection => "no_connection",
            Trouble::Dns => "dns_failure",
            Trouble::Greeting => "no_greeting",
            Trouble::ServerError => "server_error",
            Trouble::StorageFull => "storage_full",
            Trouble::Rejected => "rejected",
            Trouble::MailboxDeferred => "mailbox_deferred",
            Trouble::Blocked => "blocked",
        }
    }
}

/// Start in hours of a log of 30 days, hours, what, share of attempts that fail in per mille.
type Phase = (i64, i64, Trouble, u32);

/// A scripted outage: of the operator that runs the destination of this rank, or of that one alone.
struct Story {
    name: &'static str,
    rank: u32,
    whole_operator: bool,
    /// Only as seen by this reporting host.
    host: Option<usize>,
    phases: &'static [Phase],
}

const STORIES: &[Story] = &[
    Story {
        name: "three days: no connection, then every recipient refused, then deferred",
        rank: 3,
        whole_operator: true,
        host: None,
        phases: &[
            (400, 52, Trouble::NoConnection, 980),
            (452, 17, Trouble::Rejected, 900),
            (469, 35, Trouble::MailboxDeferred, 700),
        ],
    },
    Story {
        name: "name service down for five hours",
        rank: 5,
        whole_operator: true,
        host: None,
        phases: &[(130, 5, Trouble::Dns, 1000)],
    },
    Story {
        name: "server errors for a working day",
        rank: 4,
        whole_operator: false,
        host: None,
        phases: &[(224, 12, Trouble::ServerError, 950)],
    },
    Story {
        name: "one sending host on a blocklist",
        rank: 1,
        whole_operator: true,
        host: Some(1),
        phases: &[(298, 20, Trouble::Blocked, 970)],
    },
    Story {
        name: "disk full for a night and a day",
        rank: 11,
        whole_operator: true,
        host: None,
        phases: &[(345, 22, Trouble::StorageFull, 930)],
    },
    Story {
        name: "no greeting for three hours",
        rank: 2,
        whole_operator: false,
        host: None,
        phases: &[(562, 3, Trouble::Greeting, 1000)],
    },
    Story {
        name: "a small destination switched off for two days",
        rank: 29,
        whole_operator: false,
        host: None,
        phases: &[(610, 48, Trouble::NoConnection, 1000)],
    },
];

/// One story on the log's clock.
#[derive(Debug)]
struct Fault {
    host: Option<usize>,
    /// Start and end in microseconds since 1970, what, share.
    phases: Vec<(i64, i64, Trouble, u32)>,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) destinations: Vec<Destination>,
    pub(super) operators: Vec<Operator>,
    pub(super) users: Vec<String>,
    faults: Vec<Fault>,
}

/// Operators of many destinations: the big ones, and the hosters of small firms.
const BIG: u32 = 13;
const HOSTERS: u32 = 24;

impl World {
    /// `start` and `span` of the log in microseconds.
    pub(super) fn new(seed: u64, ranks: u32, start: i64, span: i64) -> World {
        let mut operators = Vec::new();
        for index in 0..BIG {
            let name = format!("{}mail.example", word(index));
            operators.push(operator(seed, operators.len(), &name, 3));
        }
        for index in 0..HOSTERS {
            let name = format!("{}-hosting.example", word(100 + index));
            operators.push(operator(seed, operators.len(), &name, 2));
        }
        let mut destinations = Vec::new();
        for rank in 0..ranks {
            let bits = mix2(seed ^ 0x0D0, u64::from(rank));
            let name = match rank {
                0..BIG => format!("{}mail.example", word(rank)),
                _ if bits.is_multiple_of(5) => {
                    format!("{}-{}.example", word(rank), word(rank / 7 + 31))
                }
                _ => format!("{}{}.example", word(rank), rank),
            };
            let owner = match rank {
                0..40 => (rank % BIG) as usize,
                _ if bits % 100 < 62 => (BIG + below(bits << 7, HOSTERS)) as usize,
                _ => {
                    operators.push(operator(seed, operators.len(), &name, 1 + (bits >> 20 & 1)));
                    operators.len() - 1
                }
            };
            destinations.push(Destination {
                name,
                operator: owner,
                nature: nature(rank, bits),
                users: 3 + 60_000 / (rank + 4),
                fault: None,
            });
        }
        let faults = script(&mut destinations, start, span);
        World {
            destinations,
            operators,
            users: users(),
            faults,
        }
    }

    /// A recipient of this destination; those at the start of the list get more mail.
    pub(super) fn pick_user(&self, destination: usize, bits: u64) -> u32 {
        let users = self.destinations[destination].users;
        below(bits, below(bits << 32, users) + 1)
    }

    /// What the destination answers to this attempt. A pure function of its arguments.
    pub(super) fn answer(
        &self,
        destination: usize,
        user: u32,
        attempt: u32,
        host: usize,
        time: i64,
        bits: u64,
    ) -> Answer {
        let here = &self.destinations[destination];
        if let Some(fault) = here.fault.map(|fault| &self.faults[fault])
            && fault.host.is_none_or(|only| only == host)
        {
            for &(start, end, trouble, share) in &fault.phases {
                if (start..end).contains(&time) && below(bits, 1000) < share {
                    return trouble.answer(bits);
                }
            }
        }
        match here.nature {
            Nature::Greylisting if attempt == 0 => return Answer::Greylisted,
            Nature::Dead => return Answer::TimedOut,
            Nature::Mistyped => return Answer::NoDomain,
            Nature::BrokenTls => return Answer::BrokenTls,
            Nature::Flaky if bits & 512 == 0 => return Answer::Lost,
            Nature::Normal | Nature::Greylisting | Nature::Flaky => {}
        }
        let person = mix2(destination as u64, u64::from(user));
        let two_days = (time / SECOND / 86_400 / 2).unsigned_abs();
        if person % 1000 < 14 {
            return Answer::NoUser;
        }
        if mix2(person, two_days) % 1000 < 1 {
            return Answer::MailboxFull;
        }
        match below(bits << 9, 10_000) {
            0..25 => Answer::Blocked,
            25..40 => Answer::TooLarge,
            40..60 => Answer::RateLimited,
            60..72 => Answer::Lost,
            72..80 => Answer::ServerError,
            80..84 => Answer::TimedOut,
            _ => Answer::Accepted,
        }
    }

    /// The script as it stands in the log, failures not yet counted.
    pub(super) fn outages(&self) -> Vec<ScriptedOutage> {
        let mut outages = Vec::new();
        for (fault, story) in STORIES.iter().enumerate() {
            let domains = self
                .destinations
                .iter()
                .filter(|destination| destination.fault == Some(fault))
                .map(|destination| destination.name.clone());
            let phases = &self.faults[fault].phases;
            outages.push(ScriptedOutage {
                name: story.name,
                domains: domains.collect(),
                host: story.host.map(|host| super::log::HOSTS[host]),
                kinds: phases.iter().map(|phase| phase.2.as_str()).collect(),
                start_s: phases.iter().map(|phase| phase.0).min().unwrap_or(0) / SECOND,
                end_s: phases.iter().map(|phase| phase.1).max().unwrap_or(0) / SECOND,
                failures: 0,
            });
        }
        outages
    }

    /// Which outage of [`World::outages`] an attempt that ended as `kind` is a failure of.
    pub(super) fn outage_at(
        &self,
        destination: usize,
        host: usize,
        time: i64,
        kind: Kind,
    ) -> Option<usize> {
        let index = self.destinations[destination].fault?;
        let fault = &self.faults[index];
        (matches!(kind, Kind::Deferred | Kind::Bounced)
            && fault.host.is_none_or(|only| only == host)
            && fault
                .phases
                .iter()
                .any(|&(start, end, ..)| (start..end).contains(&time)))
        .then_some(index)
    }
}

/// Puts the stories on the clock and onto their destinations.
fn script(destinations: &mut [Destination], start: i64, span: i64) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, story) in STORIES.iter().enumerate() {
        let owner = destinations
            .get(story.rank as usize)
            .map(|first| first.operator);
        for (rank, destination) in destinations.iter_mut().enumerate() {
            let hit = rank == story.rank as usize
                || (story.whole_operator && Some(destination.operator) == owner);
            if hit {
                destination.fault = Some(index);
                destination.nature = Nature::Normal;
            }
        }
        let hour = span / 720;
        let phases = story.phases.iter().map(|&(from, hours, trouble, share)| {
            let from = start + from * hour;
            (from, from + hours * hour, trouble, share)
        });
        faults.push(Fault {
            host: story.host,
            phases: phases.collect(),
        });
    }
    faults
}

/// The busiest destinations are well; of the others some are not, and of the small ones some never are:
/// each message to those is tried a hundred times.
fn nature(rank: u32, bits: u64) -> Nature {
    match below(bits << 13, 1000) {
        _ if rank < 60 => Nature::Normal,
        0..70 => Nature::Greylisting,
        70..86 => Nature::Mistyped,
        86..89 => Nature::Flaky,
        89..91 if rank >= 300 => Nature::Dead,
        91..93 if rank >= 300 => Nature::BrokenTls,
        _ => Nature::Normal,
    }
}

fn operator(seed: u64, index: usize, name: &str, hosts: u64) -> Operator {
    let bits = mix2(seed ^ 0x095, index as u64);
    let hosts = (0..hosts).map(|host| {
        let label = ["mx", "mail", "smtp-in.l", "inbound"][(bits % 4) as usize];
        let host_name = format!("{label}{}.{name}", host + 1);
        let ip = if index.is_multiple_of(5) && host == 0 {
            format!("2001:db8:{index:x}::{:x}", bits & 0xfff)
        } else {
            let low = bits >> 8 & 0x7f;
            format!("198.{}.{}.{}", 18 + (index >> 8), index & 255, low + host)
        };
        let both = format!("{host_name}[{ip}]");
        Host {
            name: host_name,
            both,
        }
    });
    Operator {
        name: name.to_owned(),
        hosts: hosts.collect(),
        words: below(bits, 6),
    }
}

/// A word to make names of, three syllables, different for the first 4000 numbers.
fn word(number: u32) -> String {
    const FIRST: [&str; 20] = [
        "al", "bor", "cas", "del", "fon", "gran", "ist", "lam", "mer", "nor", "ol", "pie", "quin",
        "ros", "sel", "tor", "um", "val", "wen", "zan",
    ];
    const MIDDLE: [&str; 10] = ["a", "be", "di", "ga", "li", "mo", "ni", "ro", "ta", "ve"];
    const LAST: [&str; 20] = [
        "bia", "cco", "dena", "fi", "glia", "kon", "lto", "mar", "nde", "polo", "rino", "ska",
        "stra", "tek", "tti", "una", "via", "wald", "xis", "zzo",
    ];
    let n = number as usize;
    format!(
        "{}{}{}",
        FIRST[n % 20],
        MIDDLE[n / 400 % 10],
        LAST[(n / 20 + n * 7) % 20]
    )
}

/// Local parts of recipients.
fn users() -> Vec<String> {
    const GIVEN: [&str; 32] = [
        "anna", "bea", "carlo", "dario", "elena", "franco", "giulia", "hans", "ivo", "jonas",
        "katrin", "luca", "matteo", "nina", "oscar", "paolo", "quirin", "rita", "sara", "tom",
        "ugo", "vera", "walter", "xenia", "yann", "zoe", "info", "sales", "office", "m", "a", "p",
    ];
    const FAMILY: [&str; 32] = [
        "bianchi", "bruno", "costa", "conti", "ferrari", "gallo", "greco", "riva", "rossi",
        "russo", "serra", "keller", "maier", "weber", "novak", "horvat", "dupont", "moreau",
        "jansen", "devries", "garcia", "lopez", "silva", "santos", "nagy", "kovacs", "berg",
        "lund", "holm", "smith", "jones", "taylor",
    ];
    let mut users = Vec::with_capacity(1024);
    for given in GIVEN {
        for (index, family) in FAMILY.iter().enumerate() {
            let joint = [".", "_", "", "+"][index % 4];
            users.push(format!("{given}{joint}{family}"));
        }
    }
    users
}
