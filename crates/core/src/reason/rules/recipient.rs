//! Refused for the recipient: no such mailbox, disabled, full; or for the recipient's domain.
//!
//! `550 5.1.1 <a@b.example>... User unknown`, `550 <u@libero.it> recipient rejected`

use super::{Rule, rule};
use crate::reason::Reason::{
    DomainRefusesMail, MailboxDisabled, MailboxFull, NoSuchDomain, NoSuchMailbox, ServerError,
};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    // Full.
    rule(MailboxFull,
        "left in mailbox | mailbox too full | mailbox size | mailbox exceed | mailbox has exceeded | \
         mailbox would exceed | mailbox & over | mailbox quota | mailbox space | mailbox storage | \
         mailbox & full | inbox & full | inbox is out of | inbox full | mailfolder is full | \
         maildir full | mail box full | mailbox_full | mailboxfull | user is full | account is full | \
         account full | storage full | box is full | folder is full | recipient & full | \
         recipient storage | recipients mailbox has | number of messages in recipients mailbox",
        "552 5.2.2 <a@b.example>: mailbox size exceeded"),
    rule(MailboxFull,
        "over quota | overquota | over the quota | over its quota | over their quota | over his quota | \
         over disk quota | over storage | over the maximum | over allowed | over & quota | \
         quota exceed | quota would be exceeded | exceeded & quota | exceeds & quota | exceed quota | \
         exceeded storage | exceeded its | exceeding & quota | quota full | quota is full | \
         quota reached | reached & quota | quota limit | quota has been | quota violation | \
         out of quota | storage limit | storage quota | storage allocation | out of storage | \
         not enough storage space in | enough space | insufficient quota | insufficient space in | \
         exceeded the space | no space left for | shutoffquota | overquotaperm | overquotatemp | \
         quota for | disk quota | user quota | account quota | quota",
        "552-5.2.2 The email account that you tried to reach is over quota. Please direct"),
    rule(MailboxFull,
        "ist voll | postfach voll | mailbox ist voll | mailbox voll | speicherplatz | kontingent | \
         ueberfuellt | quota epuise | boite pleine | bo?te pleine | boite aux lettres pleine | \
         est pleine | quota depasse | depasse son quota | espace disque | casella piena | \
         casella & piena | piena | spazio esaurito | spazio insufficiente | quota superata | buzon lleno | buz?n lleno | \
         lleno | cuota | llena | caixa & cheia | cheia | переполнен | квота | メールボックス & いっぱい | いっぱい | \
         一杯 | 容量 | 已满 | 已滿",
        "550 5.2.2 Das Postfach ist voll"),

    // Disabled, moved.
    rule(MailboxDisabled,
        "account disabled | account temporarily | temporarily disabled | account is not accepting | account not accepting | account is disabled | account has been disabled | \
         account that you tried to reach is disabled | account is inactive | reach is inactive | \
         account inactive | inactive account | inactive user | inactive mailbox | mailbox inactive | \
         user inactive | user is inactive | is inactive & !email address | account not active | \
         account is not active | user is not active | not activated | has not been activated | \
         mailbox is not active | mailbox not active | disabled recipient | recipient disabled | \
         recipient is disabled | mailbox disabled | mailbox is disabled | mailbox has been disabled | \
         user disabled | user is disabled | user account disabled | user account is disabled | \
         disabled user | disabled mailbox | disabled account | address is disabled | address disabled | \
         address has been disabled | account is unavailable | account unavailable | \
         account is currently unavailable | disabled or discontinued | discontinued | deactivated | \
         account & expired | mailbox & expired | account closed | account has been closed | \
         account is closed | mailbox closed | account & frozen | mailbox frozen | is frozen",
        "550-5.2.1 The email account that you tried to reach is inactive. For more 550 5.2.1 information, go to https://support.google.com/mail/?p=DisabledUser"),
    rule(MailboxDisabled,
        "suspend | temporarily locked | temporary locked | account locked | account is locked | \
         mailbox is locked | mailbox locked | user locked | user is locked | address & locked | \
         account & blocked | mailbox & blocked | recipient & blocked | recipient blocked | \
         user is blocked | deaktiviert | gesperrt | stillgelegt | desactive | desactivee | disabilitat | \
         disattivat | sospes | deshabilitad | inactiva | suspendid | desativad | bloquead | \
         заблокирован | отключ | неактивн | 停止 | retired | resigned",
        "554 5.2.1 <a@b.example> account has been suspended"),
    rule(MailboxDisabled,
        "has moved | mailbox moved | user has moved | address has changed | address changed | \
         new address | has been replaced by | recipient no longer on server | no longer on server | \
         no longer on this server | not our user | not our customer | no forwarding address | \
         please use & instead | has a new email | moved to & please",
        "550 5.1.6 recipient no longer on server: a@b.example"),
    rule(MailboxDisabled,
        "not accepting messages & mailbox | not accepting mail & mailbox | mailbox busy | \
         mailbox is busy | mailbox in use | mailbox temporarily | mailbox is temporarily | \
         mailbox currently | mailbox is currently | mailbox not available | mailbox is not available",
        "450 mailbox busy"),
    rule(MailboxDisabled,
        "mailbox unavailable | mailbox is unavailable",
        "450 Requested mail action not taken: mailbox unavailable").temporary(),

    // A host that asks another one about the recipient, and gets no answer.
    rule(ServerError,
        "unverified address & connect to | unverified address & timed out | \
         unverified address & in progress | verification in progress | could not verify recipient | unable to verify recipient | recipient verify & temporar | \
         callout & recipient | recipient callout",
        "450 4.1.1 <a@b.example>: Recipient address rejected: unverified address: Address verification in progress").temporary(),

    // The domain, said by a host.
    rule(NoSuchDomain,
        "invalid domain | unknown domain | no such domain | domain not found | domain does not exist | \
         domain doesnt exist | domain is not known | domain not exist | domain unknown | \
         domain is unknown | domain is not local | domain not local | domain is not hosted | \
         domain not hosted | not a local domain | not a valid domain | domain is not valid | \
         domain not valid | domain name not found | domain is not configured | not a relay domain | \
         no such host | host unknown | unknown host | host not found | bad destination system | \
         bad domain | no mail service for & domain | domain isnt | domaine & inconnu | \
         domaine & existe | dominio & esiste | dominio & existe | dominio inesistente | \
         domain existiert nicht | domain & unbekannt | домен",
        "550 5.1.2 <a@libero.it> invalid domain"),
    rule(NoSuchDomain,
        "unrouteable address | unroutable address | unrouteable domain | unrouteable mail domain | \
         unroutable mail domain | domain & not reachable | not handle mail for & domain | no mx record | \
         illegal host",
        "550 Unrouteable address"),
    rule(DomainRefusesMail,
        "null mx | nullmx | domain no longer | domain is disabled | domain disabled | domain suspended | \
         domain has been suspended | domain expired | domain not accepting | domain is not accepting | \
         host not accepting | no longer accept mail | no longer accepts mail & domain | \
         no longer receives mail",
        "550 5.1.10 Recipient domain has a null MX"),

    // Unknown.
    rule(NoSuchMailbox,
        "user unknown | unknown user | user is unknown | unknown recipient | recipient unknown | \
         recipient is unknown | recipients unknown | unknown address & !unknown address error | \
         address unknown | address is unknown | unknown mailbox | mailbox unknown | mailbox is unknown | \
         unknown account | account unknown | unknown email | unknown local | unknown or illegal | \
         unknown user name | unknown virtual | local part unknown | addressee unknown | unknown to | \
         unknown alias | not known | not a known user | no known | unknown userid | userid unknown | \
         is unknown",
        "550 5.1.1 <a@b.example>... User unknown"),
    rule(NoSuchMailbox,
        "no such user | no such recipient | no such mailbox | no such address | no such account | \
         no such email | no such mail | no such local | no such person | no such name | no such alias | \
         no such e mail | no such id | no such customer | no such member | no such subscriber | \
         no such inbox | nosuchuser | no such domain user | no such group | no such & here | \
         no mailbox | no user | no account | no one by that | no one with that | no valid recipient | \
         no valid mailbox | no recipient | no matches to nameserver | no matching & recipient | \
         no mail box",
        "550 a@b.example... No such user here"),
    rule(NoSuchMailbox,
        "does not exist | doesnt exist | do not exist | dont exist | did not exist | not exist | \
         non existent | nonexistent | non existant | no longer exist | existiert nicht | nexiste pas | \
         n?existe pas | existe pas | non esiste | inesistente | no existe | nao existe | n?o existe | \
         inexistente | inexistant | nie istnieje | bestaat niet | не существует | 存在し | 不存在 | \
         existerar inte | findes ikke",
        "550-5.1.1 The email account that you tried to reach does not exist."),
    rule(NoSuchMailbox,
        "user not found | mailbox not found | recipient not found | address not found | \
         account not found | could not be found & !domain | couldnt be found & !domain | \
         cannot be found | recipnotfound | recipientnotfound | not found in | not found by | \
         not found & recipient | email address not found | alias not found | user not exist | \
         cannot find & user | cant find user | could not find user | user lookup | \
         not found on this server | not listed in | name not found | directory & not found",
        "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
    rule(NoSuchMailbox,
        "invalid recipient | recipient invalid | recipient is invalid | recipient not valid | \
         recipient is not valid | invalid user | invalid mailbox | mailbox invalid | \
         mailbox name & not allowed | mailbox name is invalid | mailbox name invalid | invalid address | \
         address invalid | address is invalid | address is not valid | address not valid | \
         invalid account | invalid email address | invalid alias | invalid username | invalid local | \
         not a valid recipient | not a valid user | not a valid mailbox | not a valid email | \
         not a valid address | not valid & mailbox | user not valid | invalid destination | \
         bad destination | bad recipient | bad address | bad mailbox | bad user | illegal user | \
         illegal alias | illegal recipient | illegal address | illegal mailbox | recipient syntax | \
         malformed address & recipient | valid recipient",
        "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]"),
    rule(NoSuchMailbox,
        "mailbox unavailable | mailbox is unavailable | mailbox not available | recipient unavailable | \
         user unavailable | address unavailable | unavailable mailbox | ^mailbox & unavailable",
        "550 Requested action not taken: mailbox unavailable").permanent(),
    rule(NoSuchMailbox,
        "doesnt have a & account | does not have a & account | doesnt have an account | \
         does not have an account | dont have & account | not have an account | dd this user doesnt | \
         not a user | not our customers | not local | user not local | not hosted here | \
         not handled here | not found here | not here | unable to find & recipient | user doesnt | \
         not in our | not in directory | not on this server | not on this host | not on our | \
         delivery to this recipient not | no longer available | no longer valid | no longer in use | \
         no longer active | no longer with | no longer works | no longer employed | no longer used | \
         no longer a | left the company | has left | inactive email address | no longer receiving | \
         not a current | address not listed | email address is not | verify the recipient | \
         verification failed for & recipient | undeliverable address | unverified address | \
         address couldnt be verified | unable to verify & recipient | unable to deliver to & address",
        "554 delivery error: dd This user doesn't have a yahoo.com account (a@yahoo.com) [0] - mta1061.mail.ne1.yahoo.com"),
    rule(NoSuchMailbox,
        "unbekannt | empfanger & nicht | empf?nger & nicht | empfaenger & nicht | keine mailbox | \
         kein postfach | ungultig | ung?ltig | inconnu | destinataire invalide | \
         destinataire & invalide | inesistent | sconosciut | destinatario errato | destinatario non | \
         casella & non | indirizzo & non | utente non | desconocid | destinatario desconocido | \
         destinatario no | usuario no | buzon no | desconhecid | usuario nao | usu?rio n | conta n | \
         destinatario nao | неизвест | пользовател & не | не найден | ящик & не | 見つかり | 宛先 | ユーザ | 用户 | \
         收件人 | onbekend | ukendt | okand | ukjent | nieznany | tuntematon | neznam | bilinmeyen",
        "550 Bo?te inconnue"),
    rule(NoSuchMailbox,
        "recipient rejected | @ reject | @: reject | \
         recipient address rejected & !blocked & !sender & !try & !later | rejected recipient | \
         recipient refused | recipient not accepted | recipient denied | recipient is rejected | \
         recipient was rejected | address rejected & !sender & !relay | address reject & !sender | \
         recipient not allowed | recipient & rejected | recipient address is | rcpt & rejected | \
         recipient was not | does not like recipient | address & refused | undeliverable & recipient",
        "550 <u@libero.it> recipient rejected").permanent(),
];
