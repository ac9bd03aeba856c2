//! What became of the messages of the captured Libero incident, against what really happened.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{input, read, rome, testdata};
use mailgap_core::analysis::{Analysis, AnalysisOptions};
use mailgap_core::fate::{End, Grade, Keep, Listed, genuine, pending, reinstate, resend};
use mailgap_core::survey::{Options, survey};

/// A recipient of a message, as the remote side and the final queue tell it.
struct Truth {
    queue_id: String,
    recipient: String,
    /// `ok`, or why the mailbox takes no mail.
    mailbox: String,
    fate: String,
    phase_final: String,
}

fn truth() -> Vec<Truth> {
    let table = String::from_utf8(read("incidents/libero/recipients.tsv.gz")).unwrap();
    let rows: Vec<Truth> = table
        .lines()
        .skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.split('\t').collect();
            let cell = |place: usize| cells[place].to_owned();
            Truth {
                queue_id: cell(0),
                recipient: cell(2).to_lowercase(),
                mailbox: cell(5),
                fate: cell(6),
                phase_final: cell(8),
            }
        })
        .collect();
    assert!(rows.len() > 5000);
    rows
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_lowercase()
}

const OPERATOR: [&str; 5] = [
    "@libero.it",
    "@virgilio.it",
    "@inwind.it",
    "@iol.it",
    "@blu.it",
];

/// The analysis of a log or a mailbox.
fn read_in(name: &str) -> Analysis {
    let options = Options {
        jobs: 2,
        block_bytes: Some(1 << 18),
        fates: Some(Keep::All),
        ..rome()
    };
    let read = survey(&[input(&testdata(name))], &options, &());
    read.analyze(&AnalysisOptions::default())
}

#[test]
fn fates_and_lists_are_what_happened() {
    let analysis = read_in("incidents/libero/mail-iso.log.gz");
    let (ledger, attributions) = (&analysis.fates, &analysis.attributions[..]);

    let mut ends: BTreeMap<(String, String), End> = BTreeMap::new();
    for fate in ledger.iter() {
        let named = [Some(fate.recipient), fate.original_recipient];
        for name in named.into_iter().flatten() {
            let id = String::from_utf8_lossy(fate.queue_id).into_owned();
            ends.insert((id, text(name)), fate.end);
        }
    }
    let truth = truth();
    let (mut told, mut right) = (0, 0);
    for row in truth.iter().filter(|row| !row.queue_id.is_empty()) {
        let expected = match row.fate.as_str() {
            "sent" => End::Delivered,
            "deferred_then_sent" => End::DeliveredLate,
            "bounced_5xx" | "bounced_dns" => End::Bounced,
            "expired" => End::Expired,
            "queued_at_end" => End::Pending,
            _ => continue,
        };
        told += 1;
        let key = (row.queue_id.clone(), row.recipient.clone());
        right += usize::from(ends.get(&key) == Some(&expected));
    }
    assert!(told > 5000);
    assert!(right * 1000 >= told * 999, "{right} of {told}");

    let of = |row: &&Truth| OPERATOR.iter().any(|end| row.recipient.ends_with(end));
    let bounced = truth.iter().filter(|row| row.fate == "bounced_5xx");
    let wrongly: BTreeSet<&str> = bounced
        .clone()
        .filter(|row| row.phase_final != "normal" && row.mailbox == "ok")
        .filter(of)
        .map(|row| row.recipient.as_str())
        .collect();
    let rightly: BTreeSet<&str> = bounced
        .filter(|row| row.mailbox != "ok" && (row.phase_final == "normal" || !of(row)))
        .map(|row| row.recipient.as_str())
        .collect();
    assert!(wrongly.len() > 200 && rightly.len() > 20);
    let resend: BTreeSet<String> = resend(ledger, attributions)
        .iter()
        .map(|(fate, _)| text(fate.recipient))
        .collect();
    let found = wrongly.iter().filter(|name| resend.contains(**name));
    assert!(found.count() * 100 >= wrongly.len() * 99);
    assert!(rightly.iter().all(|name| !resend.contains(*name)));

    let names = |all: Vec<Listed>| -> BTreeSet<String> {
        all.iter().map(|listed| text(&listed.address)).collect()
    };
    let reinstate = names(reinstate(ledger, attributions));
    let genuine = names(genuine(ledger, attributions));
    assert!(reinstate.is_disjoint(&genuine));
    let alive = reinstate
        .iter()
        .filter(|name| wrongly.contains(name.as_str()));
    assert!(alive.count() * 100 >= reinstate.len() * 95);

    let pending = pending(ledger, attributions, 5.0 * 86_400.0);
    let queued = truth.iter().filter(|row| row.fate == "queued_at_end");
    assert_eq!(pending.len(), queued.count());
    assert!(pending.is_sorted_by_key(|pending| pending.expires));
}

#[test]
fn bounces_alone_tell_fates_too() {
    let analysis = read_in("incidents/libero/bounces.mbox.xz");
    let (ledger, attributions) = (&analysis.fates, &analysis.attributions[..]);
    let truth = truth();
    let by_id: BTreeMap<(&str, &str), &Truth> = truth
        .iter()
        .map(|row| ((&*row.queue_id, &*row.recipient), row))
        .collect();
    let (mut told, mut right) = (0, 0);
    let mut wrongly: BTreeSet<&str> = BTreeSet::new();
    let mut rightly: BTreeSet<&str> = BTreeSet::new();
    for fate in ledger.iter() {
        assert_eq!(fate.host, b"mta1.shop.example");
        let (id, name) = (text(fate.queue_id).to_uppercase(), text(fate.recipient));
        let Some(row) = by_id.get(&(&*id, &*name)) else {
            continue; // an alias, or mail of the host itself
        };
        told += 1;
        right += usize::from(match fate.end {
            End::Bounced => row.fate.starts_with("bounced"),
            End::Expired => row.fate == "expired",
            // No bounce tells how the wait ended.
            End::Pending => ["queued_at_end", "deferred_then_sent"].contains(&&*row.fate),
            End::Delivered | End::DeliveredLate | End::Discarded => false,
        });
        let of_operator = OPERATOR.iter().any(|end| name.ends_with(end));
        if row.fate == "bounced_5xx" && row.mailbox == "ok" && row.phase_final != "normal" {
            wrongly.extend(of_operator.then_some(&*row.recipient));
        } else if row.fate == "bounced_5xx" && row.mailbox != "ok" && row.phase_final == "normal" {
            rightly.insert(&row.recipient);
        }
    }
    assert!(told > 700);
    assert!(right * 1000 >= told * 998, "{right} of {told}");
    assert!(wrongly.len() > 150 && rightly.len() > 10);
    let resend: BTreeSet<String> = resend(ledger, attributions)
        .iter()
        .map(|(fate, _)| text(fate.recipient))
        .collect();
    let found = wrongly.iter().filter(|name| resend.contains(**name));
    assert!(found.count() * 100 >= wrongly.len() * 99);
    assert!(rightly.iter().all(|name| !resend.contains(*name)));
    // What was accepted is not known, so no address has more than the window to speak for it.
    let reinstate = reinstate(ledger, attributions);
    assert!(reinstate.len() > 150);
    let plausible = |listed: &Listed| listed.grade == Some(Grade::Plausible);
    assert!(reinstate.iter().all(plausible));
}
