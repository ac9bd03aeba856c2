//! Refused for what the receiver thinks of the sender: greylisting, authentication, reputation, rate.
//!
//! `554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org`

use super::{Rule, of_sender, rule};
use crate::reason::Reason::{
    ContentRejected, DomainRefusesMail, Greylisted, MailboxFull, NoSuchDomain, NoSuchMailbox,
    Policy, Protocol, RateLimited, Reputation, SenderAuth, ServerError, StorageFull, TooLarge,
};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    // Words of the sender's side that in these replies mean something else.
    rule(NoSuchMailbox,
        "recipient address rejected: access denied",
        "550 5.4.1 Recipient address rejected: Access denied [DB5EUR01FT013.eop-EUR01.prod.protection.outlook.com]").permanent(),
    rule(Reputation,
        "sender / identities / identity & not verified / unverified | email address is not verified & !recipient",
        "554 Message rejected: Email address is not verified. The following identities failed the check: a@b.example"),
    of_sender(
        "^sender | your domain | your account | your server | your host | your mail server | your mta | your ip | \
         your network | your isp | your mailbox has | mail from | email from | from address | from: address | header from | \
         reply to address | envelope from | return path | on behalf of | dns check failed | client host | signature key | \
         username or password | approved your | ^url | ip address | adresse ip | indirizzo ip | direccion ip | \
         endereco ip | ^afzender | nadawc | ^afsender | ^avsandar | expediteur | absender | mittente | remitente | \
         remetente | отправител | 送信者 | 差出人 | 发件人 | 發件人 | ihre domain | votre domaine | su dominio | \
         ^serveur inconnu | allowed to send | signature",
        "550 The From address could not be verified, user unknown"),
    rule(ContentRejected,
        "reject, id= | infected & !your host & !your server & !your computer & !your machine & !client & !^ip | \
         banned & file / content / attachment / extension | nature of the content",
        "554 5.7.0 Reject, id=12345-01 - INFECTED: Eicar-Test-Signature"),
    rule(RateLimited,
        "sender quota | message quota | connection quota | \
         quota & for sender / ^client / connections / per hour / hourly / daily / your ip / your domain / your host / of messages | \
         zu viele mails von",
        "554 5.7.1 Sender quota exceeded"),
    rule(ServerError,
        "quota system down | store offline | server down | server is down | store is offline | lookup timeout",
        "554 5.3.0 Mailbox store offline"),
    rule(ServerError,
        "queue quota | queue & quota & exceed | mail queue & full | queue full | queue is full",
        "450 4.7.3 Organization queue quota exceeded."),
    rule(ServerError,
        "virus / malware / spam / content / message & scan & failed / failure / error / timeout / timed out / unavailable / \
         not available / unable | scanners failed | scanner & unavailable / not available / failed",
        "451 4.7.1 virus scanner is not available, try again later").temporary(),
    rule(ServerError,
        "file does not exist | directory does not exist | no such file | no such directory | unable to switch to | \
         unable to chdir | unable to read | home directory",
        "451 Unable to switch to /var/qmail/mailnames/b.example/a/: file does not exist. (#4.3.0)"),
    rule(StorageFull,
        "domain & size limit / quota / storage limit & exceed & !per hour & !per day & !hourly & !daily & !sending & !your domain",
        "452 <a@b.example> Domain size limit exceeded"),
    rule(Protocol,
        "missing & ^from: / ^header / ^headers / ^date: / ^to: | multiple & headers / addresses in | \
         rfc 5322 & compliant / compliance | rfc 2822 & compliant / compliance",
        "550-5.7.1 Messages missing a valid address in From: 550-5.7.1 header, or having no From: header, are not accepted."),
    rule(NoSuchDomain,
        "account or domain may not exist & !sender verif & !verification failed",
        "The mail server could not deliver mail to a@b.example. The account or domain may not exist, they may be blacklisted, or missing the proper dns entries."),
    rule(Policy,
        "groups.google.com/ | allowed to post | permission to post",
        "550 5.7.1 You may not have permission to post messages to the group. https://groups.google.com/support/"),
    rule(MailboxFull,
        "mailbox is full | mailbox full",
        "552 5.2.2 This message is larger than the current system limit or the recipient's mailbox is full."),
    rule(TooLarge,
        "message size exceeds | message is too large | message too large | message length exceeds | \
         message too big | maximum message size | message size limit",
        "552 5.3.4 Message size exceeds fixed limit"),
    rule(ContentRejected,
        "spam classification | due to spam | classified as spam | detected as spam | \
         identified as spam | considered spam | considered as spam | rejected as spam | spam detected | \
         spamdetected | spamsignature | spam message | message is spam | spam content | spam score | \
         looks like spam | likely spam | likely unsolicited | dt:spm | dt:sum | blacklisted url | \
         url & block | url & listed | urls & listed | links in | domain in the body | body contains | \
         uribl | surbl | uribl.com | surbl.org | ^dangerous",
        "554 5.7.1 Rejected: message contains a URL listed by URIBL"),
    rule(DomainRefusesMail,
        "does not accept / doesnt accept / does not receive & mail / email / any mail & !mail from & !email from & !messages from | \
         not accept smtp mail & !from",
        "550 5.1.10 Domain does not accept mail"),

    // Greylisting.
    rule(Greylisted,
        "greylist | graylist | grey list | gray list | tempgrey | liste grise | lista gris | lista grigia | graue liste | szara lista | grey_list | greysql | postgrey | sqlgrey | \
         milter greylist",
        "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/b.example.html"),
    rule(Greylisted,
        "first time | first contact | not seen you before | triplet | new sender | come back later | \
         try again in & minutes | try again in & seconds | please wait & retry | retry in & seconds | \
         retry after & minutes | try & again & in 5 min | \
         not yet & authorized / authorised / known / seen | not yet & deliver",
        "451 4.7.1 Please try again in 5 minutes").temporary(),

    // SPF, DKIM, DMARC, logins.
    rule(SenderAuth,
        "dmarc",
        "550 5.7.1 Email rejected per DMARC policy for example.org"),
    rule(SenderAuth,
        "^spf | ^sender policy framework | openspf | openspf.org | openspf.net | sender id | purported responsible | not designate | \
         forged | sender address forgery | does not designate",
        "550 5.7.23 The message was rejected because of Sender Policy Framework violation"),
    rule(SenderAuth,
        "dkim | domainkeys",
        "550 5.7.20 No passing DKIM signature found"),
    rule(SenderAuth,
        "smtp auth & !relay | ^auth is required | turn on smtp auth | without authentication | requires authentication | \
         unauthenticated | authentication required | authentication is required | \
         authentication failed | authentication checks failed | authentication check failed | \
         multiple authentication | not authenticated | must authenticate | authenticate first | \
         must be authenticated | please authenticate | required authentication | \
         authentication information | fails to pass authentication | authentication credentials | \
         authentication unsuccessful | authentication failure | ^sasl | auth required | \
         bad credentials | log in first | pop before | not logged in",
        "530 5.7.0 Authentication required"),

    // Rate, volume, connections.
    rule(RateLimited,
        "rate limit | rate limited | ratelimit | rate control | throttl | too fast | too quickly | \
         slow down | too frequent | frequency limited | frequency limit | frequency",
        "421 4.7.0 mx.example throttled, please slow down"),
    rule(RateLimited,
        "too many connection | too many concurrent | too many session | too many simultaneous | \
         concurrent connection | connection limit | connections limit | max connection | \
         maximum number of connections | simultaneous connections | too much connection | \
         number of connections | many open connections | connections from your ip | \
         connections from your host | concurrency limit | hl:icc | hl:ifc | hl:mep | hl:rep | mi:cel | \
         mi:dmc | mi:ccl | mi:stc | rp:drc | rp:ccl | rp:qrc | rp:trc | too many errors",
        "421 4.7.0 mx.example Error: too many connections from 192.0.2.1"),
    rule(RateLimited,
        "too many recipients | too many rcpt | recipients exceeded | maximum recipients | \
         recipient limit | recipients limit | number of recipients | many recipients | \
         exceeded the maximum number of recipient | max rcpt | maximum number of recipients | rcpts per",
        "452 4.5.3 Error: too many recipients"),
    rule(RateLimited,
        "too many messages & !on the server & !mailbox & !inbox | too many recent | message per connection | \
         messages per connection | too many mails & !on the server & !mailbox | \
         too many emails & !on the server & !mailbox | send limit | sending limits | send quota | \
         busy / try again & from & ^ip | too much mail | too many unknown | too many invalid | too many bad | \
         too many failed | messages per | mails per | emails per | per hour | per day | per minute | \
         this hour | hourly | daily & limit | daily & quota | daily limit | sending limit | \
         sending quota | message limit | message rate | messaging limits | relay quota | relay limit | \
         maximum number of messages | number of messages from | limit exceeded for | limits for | \
         sent too many | exceeded & limit & sender",
        "450 4.2.1 The user you are trying to contact is receiving mail at a rate too many messages per hour"),
    rule(RateLimited,
        "unusual rate | unusual sending | receiving mail at a rate | receiving mail too | \
         at a rate that | excessive rate | high volume | volume of mail | \
         unexpected volume & !complaint | excessive volume | mail volume | \
         deferred due to user & !complaint | excessively | suspicious rate",
        "421-4.7.0 [192.0.2.1] Our system has detected an unusual rate of 421-4.7.0 unsolicited mail originating from your IP address."),
    rule(RateLimited,
        "demasiados destinatarios | demasiadas conexiones | demasiados mensajes | trop de connexion | \
         trop de connections | trop de message | trop de destinataire | zu viele verbindungen | \
         zu viele nachrichten | zu viele empf | troppe connessioni | troppi destinatari | \
         troppi messaggi | muitas conex | muitos destinat | слишком много | слишком часто | 接続数",
        "421 4.7.0 mwinf5c10 ME Trop de connexions, veuillez verifier votre configuration. OFR004_104 [104]"),

    // Block lists and bad names of hosts and addresses.
    rule(Reputation,
        "blocked using | listed in & !not listed | listed on | listed at | listed by | dnsbl | ^rbl | \
         .rbl | rbl. | rbl: | blacklist | black list | blocklist | block list | blocked list | \
         denylist | deny list | banned | block listed | black listed | is listed | are listed | \
         ip in blacklist | wm:bl | dt:rbl | hl:ih | hl:ip | mi:spb | on our list | currently listed | lista negra | liste noire | lista nera | schwarze liste | черн & списк / список",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1"),
    rule(Reputation,
        "spamhaus.org | spamcop.net | senderbase.org | senderscore.org | trustedsource.org | talosintelligence.com | \
         spamrats.com | backscatterer.org | abusix.com | abusix.org | invaluement.com | cloudmark.com | sorbs.net | barracudacentral.org | abuseat.org | uceprotect.net | \
         mailspike.net | manitu.net | spameatingmonkey.net | spamhaus | spamcop | sorbs | \
         barracudacentral | abuseat | uceprotect | senderbase | cloudmark | senderscore | mailspike | \
         nixspam | abusix | invaluement | proofpoint.com/ | ipcheck | trustedsource | backscatterer | \
         spamrats | ^cbl | ^pbl | ^css | hostkarma | ironport & reputation | cisco & reputation | \
         talosintelligence",
        "550 5.7.1 Mail from 192.0.2.1 refused, see https://check.spamhaus.org/"),
    rule(Reputation,
        "reputation | poor rep | complaint | bad history | untrusted | not trusted | sender score | \
         low trust | bounce attack | harvest | blocked for spam & !message | spam source | known spam | \
         source of spam | spammer | spam sender | sending spam | sends spam | sent spam | \
         spam from your | unsolicited mail from | unsolicited email from | \
         unwanted messages have been sent | intrusion prevention | spamming | snowshoe | botnet | zombie | open relay | \
         open proxy | compromised | infected | abusive | ^abuse | blocked for abuse | malicious & ^ip",
        "550-5.7.1 Our system has detected that this message is 550 5.7.1 likely suspicious due to the very low reputation of the sending IP address."),
    rule(Reputation,
        "reverse dns | ^rdns | ^ptr | fcrdns | no reverse | cannot find your hostname | \
         cannot find your reverse | could not find your reverse | name lookup failed | reverse lookup | \
         reverse address | reverse entry | reverse mapping | reverse hostname | inverse dns | \
         dns inverse | resolve your | not resolve to | does not resolve | doesnt resolve | \
         not have a valid hostname | hostname does not match | dynamic ip | dynamic address | \
         dynamic dns | dialup | dial up | residential | generic hostname | generic host | \
         generic reverse | dynamically | unverifyable | unverifiable | dns record for your | \
         invalid hostname & client | client host & not found",
        "550 5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup"),
    rule(Reputation,
        "^ip & blocked | ^ip & block | ^ip & denied | ^ip & refused | ^ip & rejected | \
         ^ip & not allowed | ^ip & not accepted | ^ip & prohibited | ^ip & temporarily deferred | \
         ^ip & restricted | ^ips & blocked | ^ip & banned | invalid ip | ip address sending | \
         sending ip | ^ip= & problem occurred",
        "550 5.7.1 Your IP 192.0.2.1 has been blocked"),
    rule(Reputation,
        "client host & blocked | client host & rejected & !unknown user | client host rejected | \
         host rejected | your host | your server & block | your mail server & block | \
         your server & refus | your mail server & refus | host & blocked | network & blocked | \
         client & blocked | server & blocked | messages from & deferred | mail from & deferred | \
          mail from & refused | mail from & not allowed | \
         mail from & not accepted | not accept mail from | not accept message from | \
         not accept messages from | not accepting mail from | not accepting messages from | \
         not accept connection | not accept email from | will not accept mail | reject mail from | \
         dont accept mail from | refuse mail from | refuses mail from | connections not accepted | \
         no smtp service here | access forbidden | connection rejected | connection refused by policy | \
         connection denied | from your network | from your address | connection & blocked | \
         refused & your ip",
        "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"),

    // The sender's address and domain.
    rule(Reputation,
        "sender address & reject | sender & rejected | sender address & denied | rejected sender | \
         sender is denied | sender denied | sender not allowed | sender is not allowed | \
         sender blocked | blocked sender | sender is blocked | sender has been blocked | \
         sender & block | bad sender | invalid sender | sender invalid | sender is invalid | \
         unknown sender | sender unknown | sender unverified | unverified sender | sender verify | \
         sender verification | verify sender | verifying sender | verify the sender | \
         verifying the sender | verify return | callout & !user unknown & !unknown user & !recipient | \
         callback & !user unknown & !recipient | unroutable sender | unrouteable sender | \
         sender domain | domain of sender | senders domain | sending domain | envelope sender | \
         envelope from | return path | refuse & sender | from address & invalid | \
         from address & not valid | from: & invalid | from: & not & valid | mail from & domain & not | \
         mail from: & invalid | sender & does not exist | sender & not exist | sender & not found | \
         domain & sender & does | expéditeur | absender | remitente & !destin | mittente & !destin | \
         отправител | sender domain must | sender is not",
        "553 <root@host.example>... Domain of sender address root@host.example does not exist"),
    rule(Reputation,
        "^helo | ^ehlo | your name was rejected | my name was rejected",
        "550 5.7.1 Helo command rejected: Host not found"),
    rule(Reputation,
        "^adresse ip & blo | ip & gesperrt | ip & bloquead | ip & bloccat | ip & заблокирован",
        "550 5.7.1 Votre adresse IP est bloquee"),
];
