//! What the sending MTA says when no remote side answered.
//!
//! `connect to mx.example[192.0.2.1]:25: Connection timed out`. Postfix: `src/smtp/smtp_connect.c`,
//! `smtp_addr.c`, `smtp_trouble.c`, `smtp_session.c`, `src/local`, `src/pipe`; Exim: `deliver.c`, `transports/smtp.c`,
//! `routers/dnslookup.c`; sendmail, qmail, `OpenSMTPD` and the NDRs of Exchange and Gmail by their messages.

use super::{Rule, own};
use crate::reason::Basis::{Connection, Dns, Text};
use crate::reason::Reason::{
    ConnectionLost, DnsFailure, DomainRefusesMail, LocalProblem, NoSuchDomain, Protocol,
    RateLimited, RoutingLoop, SenderAuth, ServerError, TlsFailure, TooLarge, Unreachable,
};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    // The sending host itself. First, because its words repeat those of the network.
    own(Text, LocalProblem,
        "^private/ | ^public/",
        "connect to mx1.example[private/dovecot-lmtp]: No such file or directory"),
    own(Text, RoutingLoop,
        "loops back to myself | mail forwarding loop | routing loop | loop detected | mail loop | \
         too many hops | hop count exceeded | maximum hop",
        "mail for loop.example loops back to myself"),
    own(Text, RoutingLoop,
        "points to local host | address is the local host | points to itself | points back to",
        "lowest numbered MX record points to local host"),
    own(Text, TooLarge,
        "exceeds size limit | message size exceeds | message too big | message is too big",
        "message size 31457280 exceeds size limit 10485760 of server mx.example[192.0.2.1]"),
    own(Text, Protocol,
        "smtputf8 is required | 8bitmime is required | smtputf8 support",
        "SMTPUTF8 is required, but was not offered by host mx.example[192.0.2.1]"),
    own(Text, LocalProblem,
        "mail transport unavailable | unknown mail transport | mail system configuration error | \
         bad address syntax | null username in | bounce failed | cannot append message | \
         cannot update mailbox | unable to create lock | unable to lock | command time limit exceeded | \
         command died | command output & !user unknown & !unknown user & !quota | bounce or trace service | \
         tls engine is unavailable | server description | primary relay",
        "mail transport unavailable"),
    own(Text, LocalProblem,
        "child process of | failed to expand | transport returned | permission denied | \
         no such file or directory | system resources | local configuration error | failed to open | \
         failed to create | input/output error | couldnt create | cannot allocate memory | \
         read only file system | queue file write error",
        "Child process of address_pipe transport returned 1 from command: /bin/false"),
    own(Text, RateLimited,
        "max emails / max defers / maximum / limit / exceeded / sent & per hour / per day / per minute / hourly / daily | \
         sending limit | send limit | daily email limit",
        "Domain shop.example has exceeded the max defers and failures per hour (5/5 (100%)) allowed. Message discarded."),
    own(Text, LocalProblem,
        "outgoing mail / outgoing email / outgoing message / outbound & \
         suspend / hold / disabled / blocked / limit / denied / not allowed | mail hold | on hold | sender & suspend / disabled",
        "Outgoing mail from \"shop\" has been suspended."),
    own(Text, LocalProblem,
        "transport is unavailable | deferred transport | tls configuration problem | tls configuration error | \
         local data error | local resource | resource temporarily unavailable | too many open files | \
         disk quota exceeded & !mailbox | no space left on device",
        "delivery temporarily suspended: transport is unavailable"),
    // TLS, before the connection: its failures end in a broken or timed-out one.
    own(Connection, TlsFailure,
        "tls is required | cannot start tls | starttls failed | tls handshake | tls negotiation | \
         handshake failure | ssl_connect | a tls session is required | must issue a starttls | \
         starttls is required",
        "TLS is required, but was not offered by host mx.example[192.0.2.1]"),
    own(Connection, TlsFailure,
        "certificate not verified | certificate not trusted | certificate verif | certificate valid | \
         certificate expired | self signed certificate | certificate",
        "Server certificate not verified"),
    own(Connection, TlsFailure,
        "tls session: | tls error | gnutls | dane error | tlsa | mta sts | sts policy | ssl routines",
        "DANE error: tlsa lookup DEFER"),
    own(Text, SenderAuth,
        "sasl authentication failed | authentication failed | no worthy mechs",
        "SASL authentication failed; server relay.example[192.0.2.1] said: 535 5.7.8 Error: authentication failed"),
    // The name service.
    own(Dns, DomainRefusesMail,
        "nullmx | null mx | no smtp service | does not accept mail | doesnt accept mail | \
         doesnt receive email",
        "Domain nomail.example does not accept mail (nullMX)"),
    own(Dns, DnsFailure,
        "host not found, try again | lookup did not complete | temporary failure in | \
         temporarily unable to | name lookup failure | lookup failed temporarily | lookup failure | \
         try again later for name | responded with code servfail",
        "Host or domain name not found. Name service error for name=servfail.example type=MX: Host not found, try again"),
    own(Dns, DnsFailure,
        "malformed or unexpected name server reply | dns query failed | dns lookup failed | \
         dns failure | dns error & timeout | dns timeout | name service error & server failure | \
         dns server | name server & timed out",
        "Name service error for name=odd.example type=MX: Malformed or unexpected name server reply"),
    own(Dns, NoSuchDomain,
        "host not found | domain name not found | host or domain name not found | \
         found but no data record | no data known | host unknown | unknown host | \
         nodename nor servname | name or service not known | unable to look up host | illegal host | \
         invalid domain name | domain not found",
        "Host or domain name not found. Name service error for name=nxdomain.example type=AAAA: Host not found"),
    own(Dns, NoSuchDomain,
        "unrouteable address | unroutable address | unrouteable domain | unroutable domain | \
         non existent host | no mx host for | no mx found | no mx record | no valid mx | \
         mail exchanger or ip address | find any host | no ip address found | no valid address record | \
         domain does not exist | no such domain | unable to route | all mx records point | \
         no mail servers for | no mail hosts for",
        "Unrouteable address"),
    own(Dns, NoSuchDomain,
        "responded with code nxdomain | had no relevant answers | dns error & domain name not found | \
         domain is not reachable | domain couldnt be found | domain could not be found",
        "DNS Error: DNS type 'mx' lookup of nxdomain.example responded with code NXDOMAIN"),
    // The connection broke off after it was made.
    own(Connection, ConnectionLost,
        "lost connection with | lost connection to | timed out while | smtp timeout | \
         remote host closed | connection closed unexpectedly | closed connection | connection reset | \
         broken pipe | connection died | connection dropped | connection was dropped | \
         connection was closed | disconnected | unexpected eof | premature | timeout waiting for | \
         timeout on",
        "lost connection with mx.example[192.0.2.1] while receiving the initial server greeting"),
    own(Connection, ConnectionLost,
        "malformed smtp | malformed reply | garbage | protocol error | response was not rfc",
        "Malformed SMTP reply from mx.example [192.0.2.1] in response to RCPT TO:<a@b.example>"),
    // There was none.
    own(Connection, Unreachable,
        "connection refused | connect refused | actively refused",
        "connect to mx.example[192.0.2.1]:25: Connection refused"),
    own(Connection, Unreachable,
        "timed out | timeout & !retry timeout | timedout",
        "connect to mx.example[192.0.2.1]:25: Connection timed out"),
    own(Connection, Unreachable,
        "no route to host | network is unreachable | network is down | network unreachable | \
         host is down | host unreachable | host is unreachable | network error | \
         address family not supported | address not available | requested address",
        "connect to mx.example[192.0.2.1]:25: No route to host"),
    own(Connection, Unreachable,
        "have been failing for a long time | unable to connect | failed to connect | could not connect | \
         couldnt connect | cannot connect | cant connect | connect failed | connection failed | \
         establish an smtp connection | no answer from host | not responding | did not respond | \
         server unreachable | winsock",
        "all hosts for 'libero.it' have been failing for a long time (and retry time not reached)"),
    own(Connection, ServerError,
        "temporary failure | service unavailable | server unavailable",
        "temporary failure"),
];
