//! A fault of the receiving system, said by itself.
//!
//! `452 4.3.1 Insufficient system storage`, `421 4.3.2 mx.example Service not available, closing transmission channel`

use super::{Rule, rule};
use crate::reason::Reason::{
    DnsFailure, Protocol, Reputation, RoutingLoop, ServerError, StorageFull, TlsFailure,
    Unreachable,
};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    rule(StorageFull,
        "insufficient system storage | insufficient storage | insufficient disk | \
         insufficient system resources | system storage | disk full | disk is full | disk space | \
         no space left | out of disk | not enough disk | file system full | filesystem full | \
         partition full | system full | spool & full | low on space | insufficientresources | \
         insufficient resources | resources low | no free space",
        "452 4.3.1 Insufficient system storage"),
    rule(RoutingLoop,
        "too many hops | hop count | mail loop | mail forwarding loop | loops back | routing loop | \
         loop detected | maximum hop | too many received | loop found | hops exceeded",
        "554 5.4.6 Too many hops"),
    rule(TlsFailure,
        "starttls | tls & not available | tls & required | tls & failed | tls & handshake | \
         tls & negotiat | encryption & required | ssl required | requires tls | requires encryption | \
         must use tls | encrypted connection | encryption needed | certificate",
        "454 4.7.0 TLS not available due to local problem"),
    rule(Protocol,
        "syntax error | bad sequence | improper sequence | sequence of commands | unrecognized command | \
         command unrecognized | unknown command | command not recognized | command not implemented | \
         parameter not implemented | unsupported parameter | unimplemented | bad command | \
         invalid command | invalid argument | bad syntax | polite people | need mail before | \
         need rcpt | nested mail | send hello first | protocol error | protocol violation | pipelining | \
         sync error | synchronization error | data not expected | invalid parameter | command rejected | \
         parameters | out of order | unexpected command | not understood",
        "503 5.5.1 Error: bad sequence of commands"),
    rule(DnsFailure,
        "dns & timeout | dns & failure | dns & failed | dns & error | name server & failure | \
         nameserver & timed out | dns query | dns lookup | name service error | dns temporary",
        "451 4.4.3 DNS lookup failure, try again later"),
    rule(Unreachable,
        "connection timed out | connection refused | unable to connect | cannot connect | \
         could not connect | failed to connect | no route to host | network is unreachable | \
         network error | not responding | no answer from host | host & unreachable | \
         connect to & failed | timed out | timeout & !retry timeout",
        "451 4.4.1 Could not connect to the backend host: Connection refused"),
    rule(ServerError,
        "write error | queue file | read error | internal error | internal server error | \
         internal failure | system error | mailer error | server error | software error | configuration error | \
         misconfigur | server configuration | system config | local error | local problem | \
         error in processing | processing error | technical problem | technical difficult | database | \
         ^ldap | ^sql | mysql | backend | directory service | lookup failure | lookup error | \
         lookup failed | cannot connect to & server | could not load | unable to load | could not open | \
         cannot open | couldnt open | couldnt create | cannot create | unable to create | \
         permission denied | no such file | i/o error | out of memory | memory | ^fork | ^cpu | ^lock | \
         storedrv | exception | crashed | command died | failed to read",
        "451 4.3.0 Error: queue file write error"),
    rule(ServerError,
        "service not available | service unavailable | service is unavailable | \
         service currently unavailable | service temporarily unavailable | service temporarily | \
         service is temporarily | temporarily unavailable | temporarily not available | \
         temporary unavailable | not accepting messages | not accepting mail | not accepting new | \
         not accepting network messages | system not accepting | not accepting connections | \
         closing transmission | closing connection | shutting down | shutdown | shut down | \
         maintenance | server busy | server is busy | server too busy | too busy | system busy | \
         system is busy | busy | overload | load too high | high load | load average | server load | \
         system load | server unavailable | server not available | server is down | out of service | \
         not ready | currently unavailable | currently not available | unavailable at this time | \
         resources unavailable | resources temporarily | try later | unable to process | \
         unable to accept | cannot accept | cant accept | can not accept | out of resources",
        "421 4.3.2 mx.example Service not available, closing transmission channel"),
    rule(ServerError,
        "temporary failure | temporary error | temporary problem | temporary server | temporary system | \
         temporary local | temporary internal | transient | temporary lookup | temporarily & failed | \
         temporarily unable | temporary condition | temporarily reject | temporary reject | \
         temporarily refus | temporarily deferred | temporarily & down | temporary rejected | \
         indisponible | non disponibile | nicht verfugbar | nicht verf?gbar | nicht erreichbar | \
         no disponible | indispon?vel | indisponivel | temporairement | temporaneamente | \
         temporalmente | temporariamente | vorubergehend | vor?bergehend | временно | service refuse | \
         errore interno | erreur interne | error interno | interner fehler | riprova | reessayer | \
         essayer plus tard | intente mas tarde | spater | sp?ter | tente novamente | попробуйте | \
         повторите | しばらく | 一時 | transaction failed",
        "451 4.3.0 Temporary failure, please retry"),
    // Words that stand beside any of those above, too.
    rule(Reputation,
        "blocked | ^block | banned | ^blocking",
        "550 permanent failure for one or more recipients (a@b.example:blocked)"),
    // A host that could not verify the recipient, and does not say why.
    rule(ServerError,
        "unverified address | could not be verified | couldnt be verified | cannot be verified | unable to verify | \
         could not verify | verification failed",
        "450 4.1.1 <a@b.example>: Recipient address rejected: unverified address").temporary(),
];
