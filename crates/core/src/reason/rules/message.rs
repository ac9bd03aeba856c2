//! Refused for the message itself: spam, viruses, forbidden content, size, form; and the receiver's policy.
//!
//! `550 5.7.1 Message content rejected, UBE, id=00000-00-000`

use super::{Rule, rule};
use crate::reason::Reason::{ContentRejected, Policy, Protocol, TooLarge};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    rule(ContentRejected,
        "virus | malware | trojan | ^worm | phish | infizier | virale",
        "554 5.7.1 Virus Win.Test.EICAR found in message"),
    rule(ContentRejected,
        "^spam | antispam | anti spam | ^ube, | ^uce | junk mail | bulk mail | bulk email | unsolicited | \
         unwanted mail | unwanted email | looks like advert | spamassassin | pourriel | спам | スパム | \
         迷惑メール | 垃圾邮件 | ^scam | fraudulent",
        "554 5.7.1 Probable junk mail"),
    rule(ContentRejected,
        "content reject | content type | file of a type | type of file | content filter | \
         content rejected | content policy | content scan | content is not | message content | \
         content denied | inappropriate content | prohibited content | forbidden content | \
         unacceptable content | suspicious content | restricted content | unsafe content | \
         its content presents | content violation | content blocked | content has been | \
         due to content | because of its content | because of the content | mail rejete | \
         mail rejected. ofr | blocked content | contenu | conteudo",
        "550 5.7.1 Message content rejected, id=00000-00-000"),
    rule(ContentRejected,
        "attachment | file type | filetype | file extension | executable | zip file | archive file | \
         piece jointe | allegat & !destinat | anhang | вложен | ^macro",
        "552 5.7.0 The attachment type .exe is not allowed"),
    rule(ContentRejected,
        "bad url | in message body | contains a url | contains url | subject contains | keyword | \
         header too large | headers too large | header size",
        "552 5.6.0 Headers too large (32768 max)"),
    rule(Protocol,
        "rfc 5322 | rfc5322 | rfc 2822 | rfc2822 | rfc 822 | rfc822 | rfc compliant | rfc 5321 | \
         rfc5321 | not rfc | non rfc | violates rfc | rfc violation | from: header | from header | \
         multiple from | multiple addresses | missing header | header missing | \
         missing required header | missing & header | invalid header | header is invalid | \
         header invalid | duplicate header | malformed header | bad header | message id & missing | \
         message id & invalid | missing message id | missing or invalid | invalid date | no date | \
         line too long | lines too long | line length | line limit | bare lf | bare line feed | bare linefeed | \
         bare cr | bare newline | non ascii | 8 bit | 8bit | mime error | invalid mime | bad mime | \
         malformed mime | malformed message | header syntax | null character | nul character | \
         internationalized | non compliant | smtputf8",
        "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds"),
    rule(TooLarge,
        "too large | too big | size limit & !mailbox | size exceeds | size exceed & !mailbox | \
         exceeds size | exceeds the size | exceeds the maximum | exceeds maximum & size | maximum size | \
         max message size | maximum message | maximum allowed size | allowed size & !mailbox | \
         larger than | larger message | message length | message size | message exceeds | trop gros | \
         trop volumineux | trop grand | zu gross | dimensione massima | tamano maximo | tamanho maximo | taille maximale | zu gros | zu gro? | troppo grande | \
         demasiado grande | muito grande | слишком больш | 大きすぎ | サイズ",
        "552 5.3.4 Your message is larger than the limit of this system"),

    // Relaying, and rules that name no more than a policy.
    rule(Policy,
        "relay access denied | relaying denied | relay denied | not permitted to relay | \
         not allowed to relay | relay not permitted | relaying not permitted | relaying not allowed | \
         relay not allowed | relaying is not | unable to relay | no relaying | relaying prohibited | \
         not relay | prohibited relay | mail relay | relay operation | to relay through | \
         we do not relay | dont relay | relay is prohibited | rcpthosts | relaying mail | \
         relay rejected | relaying disabled | cannot relay | cant relay | insecure mail relay | \
         allowed rcpthosts | is not permitted & relay | tenantattribution | relais refus | \
         relay verboten | attributed & relay | as a relay | use me & relay",
        "554 5.7.1 <a@b.example>: Relay access denied"),
    rule(Policy,
        "policy & !policy server & !policy service | policies | politique | politica | politik | \
         policyrejection | richtlinie | criteri & sicurezza | политик | 政策",
        "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.verizonmedia.com/error-codes"),
    rule(Policy,
        "not authorized | not authorised | authorization | unauthorized | not permitted to send | \
         not allowed to send | permission to | not have permission | only accepts messages from | \
         only accepts mail from | restricted & send | allowed to post | not a member | members only | \
         closed list | moderated | delivery not authorized | security reason | local restriction | \
         administrative prohibition | administratively | prohibited by | rejected by administrator | \
         access restriction | restrictions",
        "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized"),
];
