use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::page::{SCRIPT, SCRIPT_HASH, STYLE};
use super::*;
use crate::render::parts::Standings;
use crate::testing::{HOSTILE, announced_report, full_report, report_with};
use mailgap_core::outage::HostCount;

const BY: [By; 2] = [By::Domain, By::Operator];

#[test]
fn what_is_put_in_unescaped_cannot_end_its_element() {
    assert!(!STYLE.contains("</") && !SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
}

#[test]
fn the_policy_of_the_page_names_its_script() {
    assert_eq!(
        SCRIPT_HASH,
        format!("sha256-{}", base64(&Sha256::digest(SCRIPT)))
    );
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_usize, |group, place| {
            group << 8 | usize::from(chunk.get(place).copied().unwrap_or_default())
        });
        for place in 0..4 {
            let letter = LETTERS[group >> (18 - 6 * place) & 63];
            text.push(if place <= chunk.len() {
                letter.into()
            } else {
                '='
            });
        }
    }
    text
}

/// The colours of the two schemes by their names.
fn schemes() -> Vec<BTreeMap<&'static str, [f64; 3]>> {
    let blocks = STYLE.split(":root {").skip(1).take(2);
    let blocks = blocks.map(|block| block.split('}').next().unwrap());
    let declared = blocks.map(|block| {
        block.split(';').filter_map(|declaration| {
            let (name, value) = declaration.trim().strip_prefix("--")?.split_once(": #")?;
            let digits = value.len() / 3;
            let channel = |place: usize| {
                let hex = &value[place * digits..(place + 1) * digits];
                f64::from(u8::from_str_radix(&hex.repeat(3 - digits), 16).unwrap()) / 255.0
            };
            Some((name, [0, 1, 2].map(channel)))
        })
    });
    declared.map(Iterator::collect).collect()
}

/// WCAG 2.2: relative luminance of sRGB, and the ratio of two.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let [red, green, blue] = colour.map(|channel| match channel {
            dark if dark <= 0.04045 => dark / 12.92,
            light => ((light + 0.055) / 1.055).powf(2.4),
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (what a picture shows).
#[test]
fn colours_stand_out_from_what_they_stand_on() {
    const FILLS: [&str; 11] = [
        "no-connection",
        "recipient-rejected",
        "rejected",
        "mailbox-deferred",
        "deferred-kind",
        "dns-failure",
        "policy",
        "mixed",
        "delayed",
        "bounced",
        "late-fill",
    ];
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    let mut pairs: Vec<(&str, &str, f64)> = Vec::new();
    for paper in ["paper", "wash"] {
        let texts = ["ink", "soft", "link", "brand"];
        pairs.extend(texts.map(|text| (text, paper, 4.5)));
        let marks = FILLS
            .into_iter()
            .chain(["taken", "delivered", "deferred", "late"]);
        pairs.extend(marks.map(|mark| (mark, paper, 3.0)));
    }
    let sorts = ["no-connection", "dns-failure", "policy", "delayed"];
    pairs.extend(sorts.map(|sort| (sort, "paper", 4.5)));
    pairs.extend(FILLS.map(|fill| ("on-fill", fill, 4.5)));
    let bars = ["bounced", "deferred", "delayed", "soft"];
    pairs.extend(bars.map(|bar| (bar, "grid", 3.0)));
    let schemes = schemes();
    assert_eq!((schemes.len(), pairs.len()), (2, 57));
    for (scheme, colours) in ["light", "dark"].into_iter().zip(&schemes) {
        for (on, below, least) in &pairs {
            let ratio = contrast(colours[on], colours[below]);
            assert!(ratio >= *least, "{scheme}: {on} on {below}: {ratio:.2}");
        }
    }
}

/// Tags of a page without the values of their attributes.
fn tags(page: &str) -> Vec<String> {
    let page = page.split("<body>").nth(1).unwrap();
    let tags = page.split('<').skip(1);
    tags.map(|tag| {
        let tag = tag.split('>').next().unwrap();
        tag.split('"').step_by(2).collect()
    })
    .collect()
}

#[test]
fn text_of_strangers_changes_no_markup() {
    let mut cases = 0;
    for by in BY {
        // Long enough that no label fits its bar.
        let pad = |text: &str| format!("{text}{}", " and so on".repeat(9));
        let plain = tags(&render(&report_with(&pad("plain")), by));
        assert!(plain.len() > 400);
        for hostile in HOSTILE {
            let page = render(&report_with(&pad(hostile)), by);
            assert_eq!(tags(&page), plain, "{hostile:?}");
            let unsafe_char =
                |char: char| (char.is_control() && char != '\n') || char == '\u{202e}';
            assert!(!page.contains(unsafe_char), "{hostile:?}");
            cases += 1;
        }
    }
    assert_eq!(cases, 80);
}

#[test]
fn the_page_has_what_text_and_markdown_have_in_their_order() {
    let report = announced_report("It works again");
    for by in BY {
        let page = render(&report, by);
        let headings: Vec<&str> = page
            .split("<h2>")
            .skip(1)
            .map(|heading| heading.split('<').next().unwrap())
            .collect();
        let sections = sections(&report, by)
            .into_iter()
            .map(|section| match section {
                Section::Incidents(heading, _)
                | Section::Outages(heading, _)
                | Section::Brief(heading, _)
                | Section::Standings(Standings { heading, .. })
                | Section::Availability(heading, _)
                | Section::Announcements(heading, _)
                | Section::Tables(heading, _) => heading,
            });
        let shared = (by == By::Domain).then_some("Several destinations at once");
        let expected = ["Failing now", "At a glance", "What failed"]
            .into_iter()
            .chain(shared)
            .chain(sections)
            .chain(["Coverage and limits"]);
        assert_eq!(headings, expected.collect::<Vec<_>>());
        assert!(headings.len() >= 7, "{headings:?}");
    }
}

#[test]
fn what_was_announced_is_marked_and_told() {
    let page = render(&announced_report("It works again"), By::Domain);
    for expected in [
        "href=\"#announced-1\" aria-label=\"26 Jan 14:40, press, says that it is solved: “It works again”\"",
        "<li id=\"announced-1\">",
        "<blockquote>It works again</blockquote>",
        "announced as solved 26 Jan 14:40; refusals went on for 1 day 7 h",
        "<td>26 Jan 14:40</td><td>press</td>",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    let silent = render(&full_report(), By::Domain);
    assert!(!silent.contains("announced") || !silent.contains("id=\"announced"));
}

#[test]
fn the_whole_log_is_drawn_and_its_hours_add_up() {
    let page = render(&full_report(), By::Domain);
    let (_, chapter) = page.split_once("<h2>The whole log</h2>").unwrap();
    let chapter = chapter.split("</section>").next().unwrap();
    assert!(
        chapter.contains("181 delivered, 93 deferred, 8 bounced"),
        "{chapter}"
    );
    assert_eq!(chapter.matches("class=\"bin\"").count(), 3); // two of the four hours share a bin
    for expected in [
        "<th scope=\"row\">452</th><td>the mailbox is over its quota</td>",
        "<th scope=\"row\">no reply</th>",
        "<th scope=\"row\">libero.it</th><td class=\"n\">3</td><td class=\"n\">91</td><td class=\"n\">7</td><td class=\"n\">97 %</td>",
    ] {
        assert!(chapter.contains(expected), "{expected}\n{chapter}");
    }
}

#[test]
fn more_than_two_hosts_of_ours_have_a_table() {
    let mut report = full_report();
    let host = |host: &str, attempts, failures| HostCount {
        host: host.as_bytes().into(),
        attempts,
        failures,
    };
    let hosts = [
        host("relay3", 378, 330),
        host("relay1", 1_000, 1),
        host("relay2", 919, 0),
    ];
    report.outages[0].by_host = hosts[..2].to_vec();
    let of_two = render(&report, By::Domain);
    assert!(!of_two.contains("<h4>Our hosts</h4>"));
    report.outages[0].by_host = hosts.to_vec();
    let of_three = render(&report, By::Domain);
    assert_eq!(of_three.matches("<h4>Our hosts</h4>").count(), 1);
    assert!(of_three.contains(
        "<th scope=\"row\">relay3</th><td class=\"n\">378</td><td class=\"n\">330</td><td class=\"n\">87 %</td>"
    ));
}
