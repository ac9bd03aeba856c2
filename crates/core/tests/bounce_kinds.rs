//! Bounces by what they are: what is none, who failed, how far the attempt came, whether it was given up.

#![expect(clippy::unwrap_used, reason = "tests may fail")]

use mailgap_core::dsn::{self, Reading};
use mailgap_core::event::Stage;
use mailgap_core::time::Timestamp;

/// A header for those who get the message, and the fields of the one who writes.
fn message(fields: &str, body: &str) -> Vec<u8> {
    format!("To: me@shop.example\nDate: 25 Jan 2023 20:00:00 GMT\n{fields}\n\n{body}\n")
        .into_bytes()
}

/// A report with this text for people, these groups and this returned header.
fn report(text: &str, status: &str, returned: &str) -> Vec<u8> {
    let returned = if returned.is_empty() {
        String::new()
    } else {
        format!("--b\nContent-Type: text/rfc822-headers\n\n{returned}\n\n")
    };
    message(
        "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mta1.shop.example>\nSubject: Mail delivery failed\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        &format!(
            "--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n--b\nContent-Type: message/delivery-status\n\n\
             Reporting-MTA: dns; mta1.shop.example\n\n{status}\n\n{returned}--b--"
        ),
    )
}

/// `recipient original outcome code status stage contact`, or what the message is.
fn outcomes(message: &[u8]) -> Vec<String> {
    let report = match dsn::read(message) {
        Reading::Report(report) => report,
        Reading::NotBounce(kind) => return vec![kind.as_str().to_owned()],
        Reading::Unknown(_) => return vec!["unknown".to_owned()],
    };
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    report
        .deliveries(Timestamp::default())
        .map(|event| {
            format!(
                "{} {} {} {} {} {} {}",
                shown(event.recipient),
                event.original_recipient.map_or("-".into(), shown),
                event.outcome.as_str(),
                event.reply_code.map_or("-".into(), |code| code.to_string()),
                event
                    .enhanced_status()
                    .map_or("-".into(), |status| status.to_string()),
                event.stage.map_or("-", Stage::as_str),
                event.contact.as_str(),
            )
        })
        .collect()
}

fn texts(message: &[u8]) -> Vec<String> {
    let Reading::Report(report) = dsn::read(message) else {
        return Vec::new();
    };
    let text = |one: &dsn::Recipient| String::from_utf8_lossy(&one.text).into_owned();
    report.recipients.iter().map(text).collect()
}

fn message_id(message: &[u8]) -> String {
    let Reading::Report(report) = dsn::read(message) else {
        return String::new();
    };
    String::from_utf8(report.message_id.unwrap_or_default()).unwrap()
}

#[test]
fn answers_of_programs_and_people_are_no_bounces() {
    let subjects = [
        "Abwesenheitsnotiz",
        "Automatisch antwoord: offerte",
        "=?utf-8?q?R=C3=A9ponse_automatique_=3A_devis?=",
        "=?utf-8?b?0JDQstGC0L7QvtGC0LLQtdGC?=",
        "自动回复: 订单",
        "OOO: quarterly numbers",
        "Automatyczna odpowiedź: oferta",
        "Fuori ufficio",
        "Otomatik yanıt: fatura",
        "Frånvarande till måndag",
    ];
    let body = "I shall be back. Ask the desk, it knows the mailbox:\n\nb@libero.example";
    for subject in subjects {
        let fields = format!("Return-Path: <>\nFrom: Ann <ann@libero.example>\nSubject: {subject}");
        assert_eq!(
            outcomes(&message(&fields, body)),
            ["automatic_reply"],
            "{subject}"
        );
    }
    let marks = [
        ("Auto-Submitted: auto-replied", "automatic_reply"),
        ("Auto-Submitted: auto-notified", "automatic_reply"),
        ("X-Auto-Response-Suppress: All", "automatic_reply"),
        ("Precedence: junk", "automatic_reply"),
        ("X-Autoresponder: yes", "automatic_reply"),
        ("In-Reply-To: <1@shop.example>", "automatic_reply"),
        ("List-Id: <l.libero.example>", "ordinary_mail"),
        ("X-Other: 1", "ordinary_mail"),
    ];
    for (mark, kind) in marks {
        let fields = format!(
            "Return-Path: <>\nFrom: Ann <ann@libero.example>\nSubject: Your letter\n{mark}"
        );
        assert_eq!(outcomes(&message(&fields, body)), [kind], "{mark}");
        // Telephone numbers look like replies.
        let numbers = format!("{body}\n\nTel: 555 12345, room: 501 west");
        assert_eq!(outcomes(&message(&fields, &numbers)), [kind], "{mark}");
    }
    assert_eq!((subjects.len(), marks.len()), (10, 8));
}

#[test]
fn a_bounce_is_one_whatever_marks_it_has() {
    let text = "Your message could not be delivered.\n\n<a@libero.example>:\n550 5.1.1 nobody";
    for fields in [
        "Return-Path: <>\nFrom: MAILER-DAEMON@libero.example\nSubject: hello\nAuto-Submitted: auto-replied",
        "Return-Path: <>\nFrom: x@libero.example\nSubject: Unzustellbar: Brief\nAuto-Submitted: auto-replied",
        "Return-Path: <>\nFrom: x@libero.example\nSubject: Brief\nAuto-Submitted: auto-generated",
        "From: Postmaster@libero.example\nSubject: =?utf-8?q?=C3=89chec_de_la_remise?=\nX-Auto-Response-Suppress: All",
        "From: Mail service <no-reply@libero.example>\nSubject: Undeliverable mail",
    ] {
        let expected = ["a@libero.example - bounced 550 5.1.1 - fresh"];
        assert_eq!(outcomes(&message(fields, text)), expected, "{fields}");
    }
}

/// Names that carriers and people share with programs make a bounce only beside another mark of one.
#[test]
fn names_that_programs_share_with_others_prove_nothing() {
    let cases = [
        (
            "Return-Path: <news@parcels.example>\nFrom: City Mail Delivery <news@parcels.example>\nList-Unsubscribe: <https://parcels.example/u>\nSubject: Your parcel",
            "ordinary_mail",
        ),
        (
            "From: Swift Mail Delivery Ltd <desk@parcels.example>\nSubject: New hours",
            "ordinary_mail",
        ),
        (
            "From: Mail Administrator <it@corp.example>\nSubject: Moving on Monday",
            "ordinary_mail",
        ),
        (
            "From: \"Mail Delivery\" <it@corp.example>\nSubject: Moving on Monday",
            "ordinary_mail",
        ),
        (
            "From: Mail Administrator <it@corp.example>\nSubject: Undeliverable mail",
            "a@libero.example - bounced - - - fresh",
        ),
        (
            "Return-Path: <>\nFrom: robot@corp.example (Mail Delivery Service)\nSubject: Your letter",
            "a@libero.example - bounced - - - fresh",
        ),
    ];
    for (fields, expected) in cases {
        let body = "The mailbox of this account will be moved:\n\n<a@libero.example>";
        assert_eq!(outcomes(&message(fields, body)), [expected], "{fields}");
    }
    assert_eq!(cases.len(), 6);
}

#[test]
fn notices_of_success_are_no_bounces() {
    let daemon = "Return-Path: <>\nFrom: MAILER-DAEMON@libero.example\nSubject: Delivery report";
    for text in [
        "Your message was delivered successfully:\n\na@libero.example",
        "Ihre Nachricht wurde erfolgreich zugestellt an:\n\na@libero.example",
        "Le message a été remis avec succès à :\n\na@libero.example",
        "Il messaggio è stato consegnato con successo:\n\na@libero.example",
        "Uw bericht is succesvol bezorgd:\n\na@libero.example",
    ] {
        assert_eq!(
            outcomes(&message(daemon, text)),
            ["success_notice"],
            "{text}"
        );
    }
    for text in [
        "Your message was not delivered successfully:\n\na@libero.example",
        "Ihre Nachricht konnte nicht erfolgreich zugestellt werden an:\n\na@libero.example",
    ] {
        let expected = ["a@libero.example - bounced - - - fresh"];
        assert_eq!(outcomes(&message(daemon, text)), expected, "{text}");
    }
    // Some got it, others did not.
    for text in [
        "The letter was delivered to these recipients:\n\ny@libero.example\nz@libero.example\n\nIt was not delivered to:\n\na@libero.example",
        "It was not delivered to:\n\na@libero.example\n\nIt was delivered to the following:\n\ny@libero.example",
        "Die Nachricht wurde zugestellt an:\ny@libero.example\n\nSie wurde nicht zugestellt an:\na@libero.example",
        "The letter was delivered to these recipients: y@libero.example. It was not delivered to: a@libero.example.",
        "It was delivered to the following:\n\ny@libero.example\n250 ok\nz@libero.example\n250 ok\n\nThese failed:\n\na@libero.example",
    ] {
        let events = outcomes(&message(daemon, text));
        let [only] = &*events else {
            panic!("{text}: {events:?}");
        };
        assert!(
            only.starts_with("a@libero.example - bounced"),
            "{text}: {only}"
        );
    }
}

const STATUS: &str = "Final-Recipient: rfc822; a@libero.example\nAction: failed\nStatus: 5.1.1\n";

#[test]
fn reports_that_a_person_passes_on_are_no_bounces_and_wrapped_ones_are() {
    let parts = format!(
        "--c\nContent-Type: text/plain\n\nsee below\n\n--c\nContent-Type: message/delivery-status\n\n{STATUS}\n--c--"
    );
    let mixed = "Content-Type: multipart/mixed; boundary=c";
    for fields in [
        "From: Ann <ann@shop.example>\nSubject: WG: Unzustellbar",
        "From: Ann <ann@shop.example>\nSubject: look\nReturn-Path: <ann@shop.example>",
    ] {
        let fields = format!("{fields}\n{mixed}");
        assert_eq!(
            outcomes(&message(&fields, &parts)),
            ["forwarded_bounce"],
            "{fields}"
        );
    }
    let wrap = |from: &str, inner_to: &str| {
        let inner = format!(
            "From: MAILER-DAEMON@libero.example\nTo: {inner_to}\nSubject: failed\nContent-Type: multipart/report; \
             report-type=delivery-status; boundary=d\n\n--d\nContent-Type: message/delivery-status\n\n{STATUS}\n--d--"
        );
        let fields = format!("Return-Path: <>\n{from}\nSubject: Undeliverable\n{mixed}");
        let body = format!(
            "--c\nContent-Type: text/plain\n\nOur footer\n\n--c\nContent-Type: message/rfc822\n\n{inner}\n--c--"
        );
        outcomes(&message(&fields, &body))
    };
    let event = "a@libero.example - bounced - 5.1.1 - fresh";
    assert_eq!(
        wrap("From: postmaster@shop.example", "me@shop.example"),
        [event]
    );
    assert_eq!(
        wrap("From: postmaster@shop.example", "ann@shop.example"),
        ["unknown"]
    );
    assert_eq!(
        wrap("From: MAILER-DAEMON@gate.example", "ann@shop.example"),
        [event]
    );
}

#[test]
fn a_refusal_by_disposition_notification_is_a_refusal_and_a_receipt_is_none() {
    let notification = |from: &str, text: &str, disposition: &str| {
        let fields = format!(
            "Return-Path: <>\nFrom: {from}\nSubject: about your mail\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b"
        );
        let body = format!(
            "--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n--b\nContent-Type: message/disposition-notification\n\n\
             Final-Recipient: rfc822; a@libero.example\nOriginal-Message-ID: <7@shop.example>\nDisposition: {disposition}\n\n--b--"
        );
        message(&fields, &body)
    };
    let sieve = "automatic-action/MDN-sent-automatically; deleted";
    let cases = [
        ("postmaster@libero.example", "No room.", sieve, true),
        (
            "a@libero.example",
            "Ihre Nachricht wurde abgelehnt.",
            sieve,
            true,
        ),
        (
            "a@libero.example",
            "Votre message a été refusé.",
            sieve,
            true,
        ),
        (
            "a@libero.example",
            "Deleted without being read.",
            sieve,
            false,
        ),
        (
            "postmaster@libero.example",
            "Read.",
            "automatic-action/MDN-sent-automatically; displayed",
            false,
        ),
        (
            "a@libero.example",
            "I reject this.",
            "manual-action/MDN-sent-manually; deleted",
            false,
        ),
    ];
    for (from, text, disposition, refused) in cases {
        let message = notification(from, text, disposition);
        if refused {
            let expected = ["a@libero.example - bounced - - - fresh"];
            assert_eq!(outcomes(&message), expected, "{text}");
            assert_eq!(
                (texts(&message), message_id(&message)),
                (vec![text.to_owned()], "7@shop.example".to_owned())
            );
        } else {
            assert_eq!(outcomes(&message), ["disposition_notification"], "{text}");
        }
    }
    assert_eq!(cases.len(), 6);
}

#[test]
fn the_reply_is_found_where_it_stands() {
    let daemon = "Return-Path: <>\nFrom: Mailer Daemon <mailer-daemon@web.example>\nSubject: Mail delivery failed";
    let cases = [
        (
            "Diese Nachricht wurde automatisch erzeugt. Sie konnte nicht zugestellt werden:\n\na@libero.example:\n\
             SMTP error from remote server for MAIL FROM command, host: mx (192.0.2.1) reason: 550 5.7.1 no\n\nGruß",
            "a@libero.example - bounced 550 5.7.1 mail fresh",
        ),
        (
            "Not delivered to:\n\n  a@libero.example\n\nfor this reason:\n\n  550 5.2.1 disabled\n",
            "a@libero.example - bounced 550 5.2.1 - fresh",
        ),
        (
            "It could not be delivered to:\n-- a@libero.example\n\nThe problem appears to be:\n-- Address possibly wrong\n\n\
             More information:\n-- 5.4.1 Access denied\n",
            "a@libero.example - bounced - 5.4.1 - fresh",
        ),
        (
            "Sent <<< RCPT TO:<a@libero.example>\nReceived >>> 553 5.1.3 bad\n\nUnable to deliver message to <a@libero.example>.",
            "a@libero.example - bounced 553 5.1.3 rcpt fresh",
        ),
        (
            "Empfänger: a@libero.example\nGrund: 552 5.2.2 voll",
            "a@libero.example - bounced 552 5.2.2 - fresh",
        ),
        (
            "Undelivered, since they take no mail from rob@shop.example:\n\na@libero.example",
            "a@libero.example - bounced - - - fresh",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(outcomes(&message(daemon, text)), [expected], "{text}");
    }
    assert_eq!(cases.len(), 6);
    let only_sender = "They are not accepting mail from rob@shop.example:\n\n\tann";
    assert_eq!(outcomes(&message(daemon, only_sender)), ["unknown"]);
}

#[test]
fn a_status_that_says_why_needs_no_words_of_the_notice() {
    let footer = "Delivery failed.\n\n   a@libero.example\n\n____________________\nscanned for spam and viruses";
    assert_eq!(texts(&report(footer, STATUS, "")), [""]);
    let vague = STATUS.replace("5.1.1", "5.0.0");
    let text = "The mailbox is closed.\n\n--\nOur filter stops spam";
    assert_eq!(texts(&report(text, &vague, "")), ["The mailbox is closed."]);
}

#[test]
fn fields_in_a_text_and_notifications_as_json_are_read() {
    let text = "We could not deliver it.\n\nReporting-MTA: dns; out.example\n\nAction: failed\nFinal-Recipient: rfc822; a@libero.example\n\
         Diagnostic-Code: smtp; 550 5.2.1 off\nStatus: 5.2.1\n";
    let body = format!(
        "--c\nContent-Type: text/plain\n\n{text}\n--c\nContent-Type: message/rfc822\n\nMessage-ID: <8@shop.example>\nFrom: me@shop.example\n\nhello\n--c--"
    );
    for from in [
        "Hosted mail <no-reply@out.example>",
        "out.example",
        "Support <desk@out.example>",
    ] {
        let fields = format!(
            "From: {from}\nSubject: Undelivered Mail Returned to Sender\nContent-Type: multipart/mixed; boundary=c"
        );
        let message = message(&fields, &body);
        assert_eq!(
            outcomes(&message),
            ["a@libero.example - bounced 550 5.2.1 - fresh"],
            "{from}"
        );
        assert_eq!(message_id(&message), "8@shop.example");
    }
    let json = r#"{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","reportingMTA":"dsn; a1.ses.example","bouncedRecipients":[{"emailAddress":"a@libero.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"},{"emailAddress":"b@libero.example"}]},"mail":{"messageId":"01","commonHeaders":{"messageId":"<9@shop.example>"}}}"#;
    let wrapped = format!("{{\"Type\":\"Notification\",\"Message\":{json:?}}}");
    for document in [json, &wrapped] {
        let body = format!("{document}\n\n--\nIf you wish to stop receiving notifications, click.");
        let message = message(
            "From: AWS <no-reply@sns.example>\nSubject: AWS Notification Message",
            &body,
        );
        let expected = [
            "a@libero.example - bounced 550 5.1.1 - fresh",
            "b@libero.example - bounced - - - fresh",
        ];
        assert_eq!(outcomes(&message), expected);
        assert_eq!(message_id(&message), "9@shop.example");
    }
    let delivery = message(
        "From: AWS <no-reply@sns.example>\nSubject: AWS Notification Message",
        r#"{"notificationType":"Delivery","delivery":{"recipients":["a@libero.example"]}}"#,
    );
    assert_eq!(outcomes(&delivery), ["ordinary_mail"]);
}

#[test]
fn the_one_who_failed_is_named_by_header_text_or_returned_message() {
    let exim = "This message was created automatically by mail delivery software.\n\n";
    let of = |address: &str| {
        format!("Action: failed\nFinal-Recipient: rfc822;{address}\nStatus: 5.0.0\n")
    };
    let two = format!(
        "{exim}  x@box.example\n    (generated from all@shop.example)\n    550 no\n  y@box.example\n    (generated from all@shop.example)\n    551 no\n"
    );
    let groups = format!("{}\n{}", of("all@shop.example"), of("all@shop.example"));
    assert_eq!(
        outcomes(&report(&two, &groups, "")),
        [
            "x@box.example all@shop.example bounced 550 5.0.0 - fresh",
            "y@box.example all@shop.example bounced 551 5.0.0 - fresh"
        ]
    );
    let failed = |status: &str, returned: &str| {
        let message = String::from_utf8(report("Failed.", status, returned)).unwrap();
        outcomes(
            message
                .replacen("From:", "X-Failed-Recipients: z@box.example\nFrom:", 1)
                .as_bytes(),
        )
    };
    assert_eq!(
        failed(&of("all@shop.example"), "To: all@shop.example"),
        ["z@box.example all@shop.example bounced - 5.0.0 - fresh"]
    );
    assert_eq!(
        failed(&of("final@box.example"), "To: z@box.example"),
        ["final@box.example z@box.example bounced - 5.0.0 - fresh"]
    );
    let local = "Original-Recipient: rfc822;<f.b@libero.example>\nFinal-Recipient: LOCAL;<f.b>\nAction: failed\nStatus: 5.2.2\n";
    assert_eq!(
        outcomes(&report("", local, "")),
        ["f.b@libero.example - bounced - 5.2.2 - fresh"]
    );
    let other = "Final-Recipient: x-local; ann\nAction: failed\nStatus: 5.2.2\n";
    assert_eq!(
        outcomes(&report("", other, "To: Ann <ann@libero.example>")),
        ["ann@libero.example - bounced - 5.2.2 - fresh"]
    );
    assert_eq!(
        outcomes(&report("", other, "To: Bob <bob@libero.example>")),
        ["ann - bounced - 5.2.2 - fresh"]
    );
}

#[test]
fn groups_that_name_nobody_are_no_recipients() {
    for status in [
        format!(
            "Action: failed\nRemote-MTA: dns; x\nArrival-Date: 25 Jan 2023 19:00:00 GMT\n\n{}",
            STATUS.replace("Action: failed\n", "")
        ),
        format!("{STATUS}\nAction: failed\nStatus: 5.0.0\n"),
        format!("Status: 5.0.0\n\n{STATUS}"),
    ] {
        let expected = ["a@libero.example - bounced - 5.1.1 - fresh"];
        assert_eq!(outcomes(&report("", &status, "")), expected, "{status}");
    }
}

#[test]
fn an_address_that_the_end_of_the_message_cuts_is_taken_from_the_text() {
    let text = "This is the mail system at host mta1.shop.example.\n\n<a@libero.example>: host mx[192.0.2.1] said: 550 5.1.1 no (in reply to RCPT TO command)";
    let complete = report(text, "Final-Recipient: rfc822; a@libero.ex", "");
    let end = complete.len() - b"\n\n--b--\n".len();
    for message in [&complete[..end], &complete[..]] {
        assert_eq!(
            outcomes(message),
            ["a@libero.example - bounced 550 5.1.1 rcpt fresh"]
        );
    }
    // The returned message follows: nothing was cut.
    let named = "Final-Recipient: rfc822; eve@libero.ex";
    let complete = report("Failed.", named, "To: eve@libero.example");
    assert!(outcomes(&complete)[0].starts_with("eve@libero.ex - "));
    // More fields follow.
    let text = "Failed:\n\n<eve@libero.example>: no";
    let complete = report(text, &format!("{named}\nRemote-MTA: dns; mx.libero.ex"), "");
    assert!(outcomes(&complete)[0].starts_with("eve@libero.ex - "));
}

#[test]
fn the_stage_is_read_from_the_diagnostic_the_text_and_the_transcript() {
    let with = |text: &str, diagnostic: &str| {
        let status = format!("{STATUS}Diagnostic-Code: smtp; {diagnostic}\n");
        outcomes(&report(text, &status, "")).remove(0)
    };
    let postfix = "This is the mail system at host mta1.shop.example.\n\n<a@libero.example>: host mx[192.0.2.1] said:\n    554 5.7.1 no (in reply to end of DATA command)";
    assert!(with(postfix, "554 5.7.1 no").contains(" end_of_data "));
    let exim = "This message was created automatically by mail delivery software.\n\n  a@libero.example\n    host mx [192.0.2.1]\n    SMTP error from remote mail server after pipelined MAIL FROM:<me@shop.example>:\n    554 5.7.1 no";
    assert!(with(exim, "554 5.7.1 no").contains(" mail "));
    let sendmail = "   ----- Transcript of session follows -----\n... while talking to mx.libero.example.:\n>>> RCPT To:<a@libero.example>\n<<< 554 5.7.1 no such thing\n554 5.0.0 Service unavailable";
    assert!(with(sendmail, "554 5.7.1 no such thing").contains(" rcpt "));
    // Another reply is that of another attempt.
    assert!(with(postfix, "451 4.3.0 later").contains(" - fresh"));
}

#[test]
fn given_up_after_temporary_failures_is_expired() {
    let daemon = "Return-Path: <>\nFrom: MAILER-DAEMON@mta1.shop.example\nSubject: Undelivered";
    let texts = [
        ("<a@libero.example>: 451 4.7.1 later", "expired"),
        (
            "<a@libero.example>: connect to mx[192.0.2.1]:25: No route to host",
            "expired",
        ),
        (
            "<a@libero.example>: lost connection with mx[192.0.2.1] while receiving the initial server greeting",
            "expired",
        ),
        (
            "Could not be delivered within 4 days:\n\n<a@libero.example>\n",
            "expired",
        ),
        (
            "Die Nachricht konnte nach 3 Tagen nicht zugestellt werden:\n\n<a@libero.example>\n",
            "expired",
        ),
        (
            "<a@libero.example>: 550 5.1.1 nobody. We tried for 5 days.",
            "bounced",
        ),
        ("<a@libero.example>: 552 5.2.2 full", "bounced"),
        ("<a@libero.example>: no such mailbox", "bounced"),
        (
            "<a@libero.example>: the box is full. Please retry delivery in 36 hours.",
            "bounced",
        ),
    ];
    for (text, expected) in texts {
        let event = outcomes(&message(daemon, text)).remove(0);
        assert!(event.contains(expected), "{text}: {event}");
    }
    let fields = [
        (
            "Status: 5.0.0\nDiagnostic-Code: smtp; 450 4.2.0 busy",
            "expired",
        ),
        (
            "Status: 5.4.7\nDiagnostic-Code: smtp; 554 5.4.7 took too long",
            "expired",
        ),
        (
            "Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 nobody",
            "bounced",
        ),
        ("Status: 5.1.1", "bounced"),
        (
            "Status: 5.2.1\nDiagnostic-Code: x-local; this box expired and its mail expired after 9 days",
            "bounced",
        ),
        (
            "Status: 5.0.0\nDiagnostic-Code: x-local; message expired after 9 days",
            "expired",
        ),
    ];
    for (fields, expected) in fields {
        let status =
            format!("Final-Recipient: rfc822; a@libero.example\nAction: failed\n{fields}\n");
        let event = outcomes(&report("Delivery was given up after 5 days.", &status, "")).remove(0);
        assert!(event.contains(expected), "{fields}: {event}");
    }
    assert_eq!((texts.len(), fields.len()), (9, 6));
}

#[test]
fn what_the_own_side_refuses_is_no_contact() {
    let with = |diagnostic: &str, remote: &str| {
        let status = format!("{STATUS}Diagnostic-Code: {diagnostic}\n{remote}");
        outcomes(&report("", &status, "")).remove(0)
    };
    let remote = "Remote-MTA: dns; mx.libero.example\n";
    for diagnostic in [
        "smtp; 550 5.7.1 recipient address suppressed due to system policy",
        "smtp; 605 Not delivering to previously bounced address",
        "x-local; shop.example has reached its limit of messages per hour",
        "x-unix; 67",
    ] {
        assert!(with(diagnostic, "").ends_with(" none"), "{diagnostic}");
    }
    assert!(with("smtp; 550 address suppressed", remote).ends_with(" fresh"));
    assert!(with("smtp; 554 5.2.1 Inactive recipient, go away", "").ends_with(" fresh"));
    assert!(with("smtp; 552 5.2.2 quota exceeded", "").ends_with(" fresh"));
    assert!(with("x-unix; 67", "").contains(" 5.1.1 local "));
}

#[test]
fn the_message_is_named_by_what_came_back_and_then_by_references() {
    let with = |fields: &str, returned: &str| {
        let message = String::from_utf8(report("", STATUS, returned)).unwrap();
        message_id(
            message
                .replacen("From:", &format!("{fields}From:"), 1)
                .as_bytes(),
        )
    };
    assert_eq!(with("References: <1@a> <2@a>\n", ""), "2@a");
    assert_eq!(with("In-Reply-To: <3@a>\nReferences: <2@a>\n", ""), "3@a");
    assert_eq!(with("References: <2@a>\n", "Message-ID: <4@a>"), "4@a");
    assert_eq!(with("References: 2\n", ""), "");
}

/// Texts in which other scripts and marks touch the address.
#[test]
fn addresses_end_where_other_scripts_and_marks_begin() {
    let daemon = "Return-Path: <>\nFrom: MAILER-DAEMON@web.example\nSubject: hello\nContent-Type: text/plain; charset=utf-8";
    let cases = [
        ("宛先：a@libero.example\n550 5.1.1 nobody", "550 5.1.1"),
        (
            "メールを配信できませんでした。\n\n送信先：a@libero.example\n理由：550 5.1.1 nobody",
            "550 5.1.1",
        ),
        ("수신자：a@libero.example\n550 5.1.1 nobody", "550 5.1.1"),
        (
            "很抱歉，您发送给a@libero.example的邮件被退回。\n\nhost mx said: 550 5.1.1 nobody",
            "550 5.1.1",
        ),
        (
            "收件人邮件地址（a@libero.example）不存在，邮件无法送达。\nhost mx3.libero.example[192.0.2.4] said: 550 Mailbox not found.",
            "550 -",
        ),
        (
            "Delivery failed for “a@libero.example”: 550 5.1.1 nobody",
            "550 5.1.1",
        ),
        ("“a@libero.example”: 550 5.1.1 nobody", "550 5.1.1"),
        ("'a@libero.example' - 550 5.1.1 nobody", "550 5.1.1"),
        (
            "Die Nachricht an „a@libero.example“ wurde nicht zugestellt: 550 5.1.1 nobody",
            "550 5.1.1",
        ),
        (
            "a@libero.example… was not delivered\n550 5.1.1 nobody",
            "550 5.1.1",
        ),
        ("a@libero.example—550 5.1.1 nobody", "550 5.1.1"),
        (
            "«a@libero.example» — пользователь не найден\n\nСообщение не доставлено: 550 No such user",
            "550 -",
        ),
        (
            "Votre message à « a@libero.example » est refusé : 550 5.1.1 nobody",
            "550 5.1.1",
        ),
        (
            "ไม่สามารถส่งถึงa@libero.exampleได้\n\nhost mx said: 550 5.1.1 nobody",
            "550 5.1.1",
        ),
        (
            "発信者：rob@shop.example様\n宛先：a@libero.example様\n\n配信に失敗しました。host mx said: 550 5.1.1 nobody",
            "550 5.1.1",
        ),
    ];
    for (text, codes) in cases {
        let expected = format!("a@libero.example - bounced {codes} - fresh");
        assert_eq!(outcomes(&message(daemon, text)), [expected], "{text}");
    }
    assert_eq!(cases.len(), 15);
    let text = "an δοκιμή@παράδειγμα.example nicht zugestellt: 550 5.1.1 nobody";
    let expected = ["δοκιμή@xn--hxajbheg2az3al.example - bounced 550 5.1.1 - fresh"];
    assert_eq!(outcomes(&message(daemon, text)), expected);
}

#[test]
fn what_a_notice_says_of_one_recipient_holds_for_no_other() {
    let daemon = "Return-Path: <>\nFrom: MAILER-DAEMON@web.example\nSubject: failure notice";
    let qmail = "Hi. This is the qmail-send program at web.example.\nI'm afraid I wasn't able to deliver your message.\n\n\
                 <a@libero.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n\
                 <b@libero.example>:\nCould not connect.\nI'm not going to try again; this message has been in the queue too long.\n\n\
                 <c@libero.example>:\nSorry, this one is closed.\n\n--- Below this line is a copy of the message.\n\nTo: x\n";
    let exim = "This message was created automatically by mail delivery software.\n\n  a@libero.example\n    no such user\n  \
                b@libero.example\n    retry timeout exceeded\n  c@libero.example\n    mailbox is closed\n";
    for text in [qmail, exim] {
        let outcomes: Vec<String> = outcomes(&message(daemon, text))
            .iter()
            .filter_map(|event| event.split(' ').nth(2).map(str::to_owned))
            .collect();
        assert_eq!(outcomes, ["bounced", "expired", "bounced"], "{text}");
    }
    let all = "These addresses were tried for 5 days:\n\na@libero.example\nb@libero.example\n";
    let events = outcomes(&message(daemon, all));
    assert!(
        events.len() == 2 && events.iter().all(|event| event.contains(" expired ")),
        "{events:?}"
    );
}

#[test]
fn a_reply_is_read_behind_a_colon_and_in_parentheses() {
    let daemon = "Return-Path: <>\nFrom: MAILER-DAEMON@web.example\nSubject: failure notice";
    for (text, codes) in [
        (
            "Unable to deliver:\n\n<a@libero.example>:\n550: 5.1.1 <a@libero.example>: nobody",
            "550 5.1.1",
        ),
        (
            "Unable to deliver:\n\n<a@libero.example>:\n552: 5.2.2 full",
            "552 5.2.2",
        ),
        (
            "Unable to deliver:\n\n<a@libero.example>:\n554: delivery error",
            "554 -",
        ),
        (
            "The message could not be delivered:\n  a@libero.example (550 user unknown)",
            "550 -",
        ),
    ] {
        let expected = format!("a@libero.example - bounced {codes} - fresh");
        assert_eq!(outcomes(&message(daemon, text)), [expected], "{text}");
    }
    for diagnostic in [
        "550 5.4.300 Message expired -> 421 4.4.1 Connection timed out",
        "550 5.4.316 Message expired, connection refused(Socket error code 10061)",
    ] {
        let status = diagnostic.split(' ').nth(1).unwrap();
        let fields = format!(
            "Final-Recipient: rfc822; a@libero.example\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp;{diagnostic}\n"
        );
        let event = outcomes(&report("", &fields, "")).remove(0);
        assert!(event.contains(" expired "), "{event}");
    }
}

#[test]
fn a_message_cut_by_exim_has_its_id_behind_the_marks() {
    let daemon = "Return-Path: <>\nFrom: MAILER-DAEMON@web.example\nSubject: failure notice";
    for marks in [
        "------ This is a copy of the message, including all the headers. ------\n\
         ------ The body of the message is 700000 characters long; only the first\n------ 9000 or so are included here.\n",
        "------ This is a copy of your message, including all the headers.\n------ No more than 1K characters of the body are included.\n",
        "------ This is a copy of the message, including all the headers. ------\n",
    ] {
        let text = format!(
            "This message was created automatically by mail delivery software.\n\n  a@libero.example\n    550 no\n\n{marks}\n\
             Return-path: <me@shop.example>\nMessage-ID: <5@shop.example>\nTo: a@libero.example\n\nhello\n"
        );
        assert_eq!(
            message_id(&message(daemon, &text)),
            "5@shop.example",
            "{marks}"
        );
    }
}

#[test]
fn what_a_transcript_says_of_a_recipient_is_its_text() {
    let group = |address: &str, action: &str, status: &str| {
        format!("Final-Recipient: RFC822; {address}\nAction: {action}\nStatus: {status}\n")
    };
    let failed = "   ----- The following addresses had permanent fatal errors -----\n<a@libero.example>\n\n   \
                  ----- Transcript of session follows -----\n<a@libero.example>... Deferred: Connection timed out with mx.libero.example.\n\
                  Message could not be delivered for 5 days\nMessage will be deleted from queue\n";
    let failed_text = texts(&report(
        failed,
        &group("a@libero.example", "failed", "4.4.7"),
        "",
    ));
    assert!(
        failed_text[0]
            .contains("Deferred: Connection timed out with mx.libero.example. Message could"),
        "{failed_text:?}"
    );
    let warning = "   ----- The following addresses had transient non-fatal errors -----\n<a@libero.example>\n<b@libero.example>\n\n   \
                   ----- Transcript of session follows -----\n<a@libero.example>... Deferred: Connection refused by mx1.libero.example.\n\
                   <b@libero.example>... Deferred: Connection refused by mx2.libero.example.\nWarning: message still undelivered after 4 hours\n";
    let groups = format!(
        "{}\n{}",
        group("a@libero.example", "delayed", "4.2.0"),
        group("b@libero.example", "delayed", "4.2.0")
    );
    let texts_read = texts(&report(warning, &groups, ""));
    for (text, host) in texts_read.iter().zip(["mx1", "mx2"]) {
        assert!(
            text.contains(&format!("Deferred: Connection refused by {host}.")),
            "{texts_read:?}"
        );
    }
    assert_eq!(texts_read.len(), 2);
}

#[test]
fn housekeeping_and_tickets_that_quote_bounces_are_none() {
    let session = "Transcript of session follows.\n\n Out: 220 mx ESMTP\n In:  RCPT TO:<a@libero.example>\n \
                   Out: 550 5.1.1 <a@libero.example>: Recipient address rejected\n\nFor other details, see the local mail logfile";
    let quoted = "Opened for this:\n\n<a@libero.example>: host mx.libero.example[192.0.2.4] said: 550 5.1.1 nobody";
    let daemon = "MAILER-DAEMON@web.example (Mail Delivery System)";
    let cases = [
        (
            daemon,
            "Postfix SMTP server: errors from unknown[192.0.2.4]",
            session,
            "ordinary_mail",
        ),
        (
            daemon,
            "Quarantine digest: 5 messages",
            "a@libero.example  Undelivered: mailbox unknown",
            "ordinary_mail",
        ),
        (
            "postmaster@web.example",
            "Spam Digest for all",
            "a@libero.example: mailbox, 5 held",
            "ordinary_mail",
        ),
        (
            "postmaster@web.example",
            "Mailbox warning",
            "Your mailbox a@libero.example has reached 90% of quota.",
            "ordinary_mail",
        ),
        (
            "root@web.example",
            "Mail queue on mx:",
            "4A1*  10 me@shop.example\n (host mx said: 450 4.2.0 later)\n    a@libero.example",
            "ordinary_mail",
        ),
        (
            "JIRA <jira@web.example>",
            "[JIRA] (MAIL-55) Undelivered Mail Returned to Sender",
            quoted,
            "automatic_reply",
        ),
        (
            "Ann <ann@web.example>",
            "[Ticket#4711] Undelivered Mail Returned to Sender",
            quoted,
            "automatic_reply",
        ),
        (
            "helpdesk@web.example",
            "Undelivered Mail Returned to Sender",
            quoted,
            "automatic_reply",
        ),
    ];
    for (from, subject, text, kind) in cases {
        let fields = format!(
            "Return-Path: <>\nFrom: {from}\nSubject: {subject}\nAuto-Submitted: auto-generated"
        );
        assert_eq!(outcomes(&message(&fields, text)), [kind], "{subject}");
    }
    assert_eq!(cases.len(), 8);
    // A daemon writes bounces whatever the subject of the message was.
    for subject in [
        "[SPAM] weekly report",
        "[Ticket#4711] hello",
        "Undeliverable: Quarantine digest: 5 messages",
    ] {
        let fields = format!(
            "Return-Path: <>\nFrom: {daemon}\nSubject: {subject}\nAuto-Submitted: auto-replied"
        );
        let text = "Your message could not be delivered.\n\n<a@libero.example>: host mx said: 550 5.1.1 nobody";
        let expected = ["a@libero.example - bounced 550 5.1.1 - fresh"];
        assert_eq!(outcomes(&message(&fields, text)), expected, "{subject}");
    }
}
