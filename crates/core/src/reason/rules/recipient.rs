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
         mailbox would exceed | mailbox is over | mailbox over | mailbox & over its / over the / over quota | mailbox quota | mailbox space | mailbox storage | \
         mailbox & full & !full details & !full explanation | inbox & full & !full details | inbox is out of | inbox full | mailfolder is full | \
         maildir full | mail box full | mailbox_full | mailboxfull | user is full | account is full | \
         account full | storage full | box is full | folder is full | recipient & is full | \
         recipient storage | recipients mailbox has | number of messages in recipients mailbox | \
         too many messages / too many mails / too many emails & mailbox / inbox / on the server / on server | \
         zuviele mails auf / zu viele mails auf / zu viele nachrichten auf",
        "552 5.2.2 <a@b.example>: mailbox size exceeded"),
    rule(MailboxFull,
        "over quota | overquota | over the quota | over its quota | over their quota | over his quota | \
         over disk quota | over storage | over & quota | \
         quota exceed | quota would be exceeded | exceeded & quota | exceeds & quota | exceed quota | \
         exceeded storage | exceeded its & storage / space / disk / size | exceeding & quota | quota full | quota is full | \
         quota reached | reached & quota | quota limit | quota has been | quota violation | \
         out of quota | storage limit | storage quota | storage allocation | out of storage | \
         not enough storage space in | enough space | insufficient quota | insufficient space in | \
         exceeded the space | no space left for | shutoffquota | overquotaperm | overquotatemp | \
         quota for & !^ip & !connection | disk quota | user quota & !connection | account quota | \
         storage for user / for mailbox / for recipient | storage allotment | maildir / mailbox & over limit | ^quota",
        "552-5.2.2 The email account that you tried to reach is over quota. Please direct"),
    rule(MailboxFull,
        "ist voll | postfach voll | mailbox ist voll | mailbox voll | speicherplatz | kontingent | \
         ueberfuellt | quota epuise | boite pleine | bo?te pleine | boite aux lettres pleine | \
         est pleine | quota depasse | depasse son quota | espace disque | casella piena | \
         casella & piena | piena | spazio esaurito | spazio insufficiente | quota superata | buzon lleno | buz?n lleno | \
         mailbox vol | postbus vol | postvak vol | kutusu dolu | lleno | cuota | cota excedida | spazio & esaurito | llena | caixa & cheia | cheia | переполнен | квота | メールボックス & いっぱい | いっぱい | \
         一杯 | 容量 | 已满 | 已滿",
        "550 5.2.2 Das Postfach ist voll"),

    // Disabled, moved.
    rule(MailboxDisabled,
        "account disabled | account temporarily & !your | \
         mailbox / account / user / address & temporarily disabled | account is not accepting | account not accepting | account is disabled | account has been disabled | \
         account that you tried to reach is disabled | account is inactive | reach is inactive | \
         account inactive | inactive account | inactive user | inactive mailbox | mailbox inactive | \
         user inactive | user is inactive | \
         mailbox / account / user / recipient / @ & is inactive & !email address | account not active | \
         account is not active | user is not active | \
         mailbox / account / user / recipient & not activated / not been activated | \
         mailbox is not active | mailbox not active | disabled recipient | recipient disabled | \
         recipient is disabled | mailbox disabled | mailbox is disabled | mailbox has been disabled | \
         user disabled | user is disabled | user account disabled | user account is disabled | \
         disabled user | disabled mailbox | disabled account | address is disabled | address disabled | \
         address has been disabled | account is unavailable | account unavailable | \
         account is currently unavailable | disabled or discontinued | \
         mailbox / account / user / address / recipient & discontinued / deactivated | \
         account & expired | mailbox & expired | account closed | account has been closed | \
         account is closed | mailbox closed | account & frozen | mailbox frozen",
        "550-5.2.1 The email account that you tried to reach is inactive. For more 550 5.2.1 information, go to https://support.google.com/mail/?p=DisabledUser"),
    rule(MailboxDisabled,
        "mailbox / account / user / recipient / address & suspend & !outgoing & !sending & !access | @ suspended | @ is suspended | \
         mailbox / account / user & temporarily locked / temporary locked | account locked | \
         account is locked | mailbox is locked | mailbox locked | user locked | user is locked | \
         address & locked | mailbox blocked | mailbox is blocked | mailbox has been blocked | account blocked | \
         account is blocked | account has been blocked | user is blocked | \
         postfach / konto / benutzer / empfanger / empfaenger / empf?nger / mailbox / account & deaktiviert / gesperrt / stillgelegt | \
         boite / bo?te / compte / adresse / utilisateur / destinataire & desactive | \
         casella / account / utente / indirizzo / destinatario & disabilitat / disattivat / sospes | \
         cuenta / buzon / usuario / direccion / destinatario / caixa & \
         deshabilitad / desactivad / inactiva / suspendid / desativad / bloquead | \
         conta desativada | conta suspensa | conta bloqueada | conta inativa | \
         ящик / пользовател / аккаунт / адрес & заблокирован / отключ / неактивн & !^ip | \
         アカウント / ユーザ / メールボックス / 用户 / 帐号 & 停止 / 停用 / 禁用 | \
         user / recipient / employee & retired / resigned",
        "554 5.2.1 <a@b.example> account has been suspended"),
    rule(MailboxDisabled,
        "has moved | mailbox moved | user has moved | address has changed | address changed | \
         new address | has been replaced by | recipient no longer on server | no longer on server | \
         no longer on this server | not our user | not our customer | no forwarding address | has a new email | moved to & please",
        "550 5.1.6 recipient no longer on server: a@b.example"),
    rule(MailboxDisabled,
        "not accepting messages & mailbox | not accepting mail & mailbox | mailbox busy | \
         mailbox is busy | mailbox in use | mailbox temporarily | mailbox is temporarily | \
         mailbox currently | mailbox is currently | mailbox not available | mailbox is not available",
        "450 mailbox busy").temporary(),
    // A host that asks another one about the recipient, and gets no answer.
    rule(ServerError,
        "unverified address & connect to / lost connection / timed out / refused to talk / in progress / name service | \
         verification in progress | could not verify recipient | unable to verify recipient | \
         recipient verify & temporar | callout & recipient | recipient callout | \
         recipient / address / mailbox / user / alias & lookup failed / lookup failure / lookup error / lookup timed out | \
         recipient / address & verification & timeout / timed out / unavailable / temporar",
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
         domain existiert nicht | domain & unbekannt | домен & не | \
         domain & does not exist / doesnt exist / not exist / not found & !mailbox & !account & !user & !recipient & \
         !address | domain of the recipient / recipient domain / recipients domain & not exist / not found / unknown | infodomainnonexistent | nxdomain | bad destination host | dns hard error",
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
         unknown account | account unknown | unknown email | unknown e mail | unknown local | unknown or illegal | \
         unknown user name | unknown virtual | local part unknown | addressee unknown | \
         unknown alias | person unknown | recipient @ unknown | user @ unknown | mailbox @ unknown | @ unknown. | \
         @: unknown & !error | not a known user | unknown userid | userid unknown | \
         recipients / addresses / users / mailboxes & are unknown / are not known / are invalid / not found / do not exist | \
         @ is unknown | @ not known | @ is not known | not recognized & recipient / user / address / mailbox | no_such_user | \
         match any user | validrcptto | cuda_nsu | cannot find your recipient | \
         mailbox / account / user / recipient / address / alias & is unknown / not known / unknown to / no known & \
         !error & !host is & !server is & !client",
        "550 5.1.1 <a@b.example>... User unknown"),
    rule(NoSuchMailbox,
        "no such user | no such recipient | no such mailbox | no such address | no such account | \
         no such email | no such mail | no such local | no such person | no such name | no such alias | \
         no such e mail | no such id | no such customer | no such member | no such subscriber | \
         no such inbox | nosuchuser | no such domain user | no such group | no such & here | \
         no mailbox & !manager | no user by / no user with / no user here / no user found / no user at / no user account | \
         no account by / no account with / no account here / no account for / no account found / no account at | no one by that | no one with that | \
         no valid mailbox | no valid recipient | address / mailbox / account / user & no longer accept & !from | no recipient & !specified & !given | no matches to nameserver | no matching & recipient | \
         no mail box",
        "550 a@b.example... No such user here"),
    rule(NoSuchMailbox,
        "mailbox / account / user / recipient / address / alias / email address / inbox / member / person / customer / \
         subscriber / local part / @ & not exist / doesnt exist / dosnt exist / dont exist / non exist / nonexist / \
         no longer exist / exist not & !file & !directory & !your domain | \
         existiert nicht & !datei | nexiste pas | n?existe pas | existe pas | non esiste | inesistente | no existe | \
         nao existe | n?o existe | inexistente | inexistant | nie istnieje | bestaat niet | не существует | 存在し | \
         不存在 | existerar inte | finns inte | findes ikke | finnes ikke | ei ole olemassa | nie znaleziono",
        "550-5.1.1 The email account that you tried to reach does not exist."),
    rule(NoSuchMailbox,
        "user not found | mailbox not found | recipient not found | address not found | \
         account not found | email address not found | alias not found | recipnotfound | recipientnotfound | \
         @ not found | @: not found | mailbox / account / user / recipient / address / alias & could not be found / couldnt be found / \
         cannot be found / cant be found / not found / not listed in & !domain & !sender & !file & !your & !record | \
         cannot find & user | cant find user | could not find user",
        "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
    rule(NoSuchMailbox,
        "invalid recipient | recipient invalid | recipient is invalid | recipient not valid | \
         recipient is not valid | invalid user & !password & !username | invalid mailbox | mailbox invalid | \
         mailbox name & not allowed | mailbox name is invalid | mailbox name invalid | invalid address | \
         address invalid | address is invalid | address is not valid | address not valid | \
         invalid account | invalid email address | invalid alias | invalid local | \
         not a valid recipient | not a valid user | not a valid mailbox | not a valid email | \
         not a valid address | not valid & mailbox | user not valid | invalid destination | \
         bad destination | bad recipient | bad address | bad mailbox | bad user | illegal user | \
         illegal alias | illegal recipient | illegal address | illegal mailbox | recipient syntax | \
         malformed address & recipient",
        "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]"),
    rule(NoSuchMailbox,
        "do not have a & mailbox / user / account | not in route list | doesnt have a & account | does not have a & account | doesnt have an account | \
         does not have an account | dont have & account | not have an account | dd this user doesnt | \
         not a user & !authorized | user not local | not hosted here | not handled here | \
         unable to find & recipient | nosuchuser | mi:nba | \
         mailbox / account / user / recipient / address / @ & not local / not found here / not here / not in our / \
         not in directory / not on this server / not on this host / not on our & !relay & !list | \
         mailbox / account / user / recipient / address / @ / person / employee & no longer available / no longer valid / \
         no longer in use / no longer active / no longer with / no longer works / no longer employed / no longer used / \
         left the company / has left / no longer receiving | \
         inactive email address | address not listed | undeliverable address",
        "554 delivery error: dd This user doesn't have a yahoo.com account (a@yahoo.com) [0] - mta1061.mail.ne1.yahoo.com"),
    rule(NoSuchMailbox,
        "kein solcher / keinen solchen / kein benutzer | benutzer / empfanger / empfaenger / empf?nger / postfach / adresse & nicht gefunden / nicht bekannt / \
         nicht vorhanden | brak takiego | nie ma takiego | нет такого | нет такой | нет пользователя | нет почтового ящика | \
         aucun utilisateur | aucune boite | utilisateur / destinataire / boite / adresse & introuvable / nest pas connu / \
         non trouve | nessun utente | utente / casella & non conosciut | no existe tal | no hay tal | geen gebruiker | \
         gebruiker / postbus / ontvanger & niet gevonden / niet bekend | neexistuje | kullan & bulunamad / yok | ^alici bulunamad | ismeretlen & cimzett / felhasznal | nem letezik | necunoscut & !eroare | \
         kayttajaa ei | γνωστος | не існує | 无此用户 | 没有这个用户 | 查無此人 | いません | \
         nincs ilyen | ei loydy | hittades inte | ikke fundet | ikke funnet | 존재하지 않 | 없는 사용자",
        "550 Kein solcher Benutzer"),
    rule(NoSuchMailbox,
        "unbekannt & !fehler & !host & !absender & !befehl & !grund | keine mailbox | \
         kein postfach | empfanger / empf?nger / adresse / benutzer / postfach & ungultig / ung?ltig | \
         inconnu & !erreur & !hote & !commande | destinataire invalide | \
         destinataire & invalide | inesistent & !dominio | sconosciut & !errore & !comando | \
         destinatario errato | destinatario / casella / indirizzo / utente & non valid / non trovat / non esist | \
         desconocid & !error & !comando | destinatario / usuario / buzon / direccion & no valid / no es valid / \
         no encontrad / no se encuentra / no se encontro | desconhecid & !erro & !comando | \
         usuario / usu?rio / destinatario / caixa / endereco & nao encontrad / n?o encontrad / nao cadastrad | conta nao | conta n?o | \
         неизвест & !ошибк | пользовател / ящик / адрес / получател & не найден / не зарегистрирован / не обслуживает | \
         宛先 / ユーザ / メールボックス / アドレス / 用户 / 收件人 / 邮箱 & 見つかり / ありません / 不明 / 找不到 / 无效 / 無效 / 未知 | \
         onbekend & !fout | ukendt & !fejl | okand & !fel | ukjent & !feil | nieznany & !blad | tuntematon & !virhe | \
         neznam & !chyba | bilinmeyen & !hata",
        "550 Bo?te inconnue"),
];
