//! The HTML report as a browser parses it: its outline, its pictures and their tables, and what strangers wrote.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use common::{libero, page, said};

/// An element of a parsed page.
#[derive(Clone)]
struct Element(Handle);

impl Element {
    fn name(&self) -> String {
        match &self.0.data {
            NodeData::Element { name, .. } => name.local.to_string(),
            _ => "#document".to_owned(),
        }
    }

    fn attributes(&self) -> Vec<(String, String)> {
        match &self.0.data {
            NodeData::Element { attrs, .. } => attrs
                .borrow()
                .iter()
                .map(|it| (it.name.local.to_string(), it.value.to_string()))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let attributes = self.attributes().into_iter();
        attributes.filter(|it| it.0 == name).map(|it| it.1).next()
    }

    fn is_of(&self, class: &str) -> bool {
        let classes = self.attribute("class").unwrap_or_default();
        classes.split(' ').any(|it| it == class)
    }

    /// Elements below it, in order.
    fn all(&self) -> Vec<Element> {
        let mut found = Vec::new();
        for child in self.0.children.borrow().iter() {
            let child = Element(child.clone());
            let below = child.all();
            if matches!(child.0.data, NodeData::Element { .. }) {
                found.push(child);
            }
            found.extend(below);
        }
        found
    }

    fn named(&self, name: &str) -> Vec<Element> {
        let mut all = self.all();
        all.retain(|element| element.name() == name);
        all
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for child in self.0.children.borrow().iter() {
            match &child.data {
                NodeData::Text { contents } => text.push_str(&contents.borrow()),
                _ => text.push_str(&Element(child.clone()).text()),
            }
        }
        text
    }
}

fn parsed(page: &str) -> Element {
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(page);
    let errors = dom.errors.borrow();
    assert!(errors.is_empty(), "{errors:?}");
    Element(dom.document.clone())
}

fn pages_of_libero() -> [Element; 2] {
    [&[][..], &["--by", "operator"]].map(|by| {
        let (log, said) = (libero(), said());
        let args = [by, &["--announcements", &*said, &*log]].concat();
        parsed(&page(&args))
    })
}

#[test]
fn headings_are_in_order_and_every_link_leads_somewhere() {
    for page in pages_of_libero() {
        let levels: Vec<u8> = page
            .all()
            .iter()
            .filter_map(|it| it.name().strip_prefix('h')?.parse().ok())
            .collect();
        assert!(levels.len() > 10, "{levels:?}");
        assert_eq!(levels[0], 1);
        assert!(!levels[1..].contains(&1), "one title");
        for pair in levels.windows(2) {
            assert!(pair[1] <= pair[0] + 1, "{levels:?}");
        }
        let ids: Vec<String> = page
            .all()
            .iter()
            .filter_map(|it| it.attribute("id"))
            .collect();
        assert_eq!(
            ids.iter().collect::<BTreeSet<_>>().len(),
            ids.len(),
            "ids are unique"
        );
        let links = page.named("a");
        assert!(links.len() > 1);
        for link in links {
            let to = link.attribute("href").unwrap();
            assert!(ids.iter().any(|id| *id == to[1..]), "{to}");
        }
        assert_eq!(
            page.named("html")[0].attribute("lang").as_deref(),
            Some("en")
        );
    }
}

#[test]
fn every_picture_has_words_and_a_table_of_the_same_numbers() {
    for (page, pictures) in pages_of_libero().into_iter().zip([20, 9]) {
        let figures = page.named("figure");
        assert_eq!(figures.len(), pictures);
        let mut compared = 0;
        for figure in figures {
            let titles = figure.named("title");
            assert!(!titles.is_empty() && titles.iter().all(|title| !title.text().is_empty()));
            let pictures = figure.named("svg");
            let of_meaning = pictures
                .iter()
                .filter(|it| it.attribute("role").as_deref() == Some("img"));
            for picture in of_meaning {
                assert!(
                    picture
                        .attribute("aria-label")
                        .is_some_and(|label| !label.is_empty())
                );
            }
            let details = figure.named("details");
            let rows: Vec<Vec<String>> = details[0]
                .named("tbody")
                .iter()
                .flat_map(|body| body.named("tr"))
                .map(|row| row.all().iter().map(Element::text).collect())
                .collect();
            assert!(!rows.is_empty());
            if figure.is_of("attempts") {
                let bins: Vec<Element> = figure
                    .named("g")
                    .into_iter()
                    .filter(|it| it.is_of("bin"))
                    .collect();
                assert_eq!(bins.len(), rows.len());
                for (bin, row) in bins.iter().zip(&rows) {
                    let said = format!(
                        "{}: {} delivered, {} deferred, {} bounced",
                        row[0], row[1], row[2], row[3]
                    );
                    assert_eq!(bin.named("title")[0].text(), said);
                    let bars = bin.named("rect").len() - 1; // one takes the pointer
                    assert_eq!(
                        bars,
                        row[1..].iter().filter(|&number| number != "0").count()
                    );
                    compared += 1;
                }
            } else if figure.is_of("delays") {
                let late = figure.named("g").into_iter().filter(|it| it.is_of("late"));
                let mut rows = rows.iter().filter(|row| row[1] != "0");
                for late in late {
                    let row = rows.next().unwrap();
                    let title = late.named("title")[0].text();
                    assert!(title.starts_with(&row[0]), "{title}");
                    assert!(
                        title.ends_with(&format!("median {}, 90th percentile {}", row[2], row[3])),
                        "{title}"
                    );
                    compared += 1;
                }
                assert!(rows.next().is_none());
            }
        }
        assert!(compared > 100, "{compared}");
    }
}

#[test]
fn attempts_of_the_picture_are_those_of_the_windows() {
    let page = parsed(&page(&[&libero()]));
    let articles = page.named("article").into_iter();
    let mut articles = articles.filter(|it| it.attribute("id").as_deref() == Some("outage-1"));
    let article = articles.next().unwrap();
    let evidence = article.text();
    assert!(
        evidence.contains("2,607 attempts, 2,412 failed"),
        "{evidence}"
    );
    let figure = article
        .named("figure")
        .into_iter()
        .find(|it| it.is_of("attempts"))
        .unwrap();
    let mut sums = [0_u64; 3];
    for row in figure.named("tbody")[0].named("tr") {
        for (sum, cell) in sums.iter_mut().zip(row.named("td")) {
            *sum += cell.text().replace(',', "").parse::<u64>().unwrap();
        }
    }
    // The picture shows some hours before and after as well.
    assert!(sums[0] + sums[1] + sums[2] >= 2607 + 163, "{sums:?}");
    assert!(sums[1] > 1900 && (330..420).contains(&sums[2]), "{sums:?}");
}

/// What a browser would take for more than text, if it could.
const HOSTILE: &str =
    "\"'><img_src=x_onerror=alert(1)></title></style></svg><script>alert(1)</script><!--]]>&lt;";

/// A destination that works for a day, fails for half a day with these words, and works again.
fn log(word: &str, reply: &str) -> String {
    let mut log = String::new();
    for n in 0..300 {
        let (day, hour, minute) = (23 + n / 144, n / 6 % 24, n % 6 * 10);
        let said = if (144..216).contains(&n) {
            format!(
                "delay=2, delays=0.1/0/1/0.9, dsn=4.3.0, status=deferred (host mx.{word}[192.0.2.1] said: \
                 451 4.3.0 {reply} (in reply to MAIL FROM command))"
            )
        } else {
            "delay=2, delays=0.1/0/1/0.9, dsn=2.0.0, status=sent (250 2.0.0 Ok)".to_owned()
        };
        let _ = writeln!(
            log,
            "2023-01-{day}T{hour:02}:{minute:02}:05+01:00 mta1 postfix/smtp[101]: 4AAA{n:03}00: \
             to=<{word}{n}@{word}.example>, relay=mx.{word}[192.0.2.1]:25, {said}"
        );
    }
    let _ = writeln!(
        log,
        "2023-01-25T02:00:00+01:00 mta1 postfix/smtp[101]: 4AAB00: to=<a@x>, dsn=x {reply}"
    );
    log
}

/// Names of elements and of their attributes, in order.
fn structure(page: &Element) -> Vec<String> {
    page.all()
        .iter()
        .map(|element| {
            let attributes: Vec<String> = element.attributes().into_iter().map(|it| it.0).collect();
            format!("{} {}", element.name(), attributes.join(" "))
        })
        .collect()
}

#[test]
fn nothing_that_strangers_wrote_becomes_an_element_or_an_attribute() {
    let dir = tempfile::tempdir().unwrap();
    let read = |name: &str, word: &str, reply: &str| {
        let path = dir.path().join(name);
        fs::write(&path, log(word, reply)).unwrap();
        let said = dir.path().join("said.csv");
        let quoted = reply.replace('"', "\"\"");
        let statement = format!("2023-01-24 09:00,\"{quoted}\",\"{quoted}\",recovery");
        fs::write(&said, format!("time,source,text,claim\n{statement}\n")).unwrap();
        let said = said.to_str().unwrap();
        page(&["--announcements", said, path.to_str().unwrap()])
    };
    let plain = read("mail.log", "plainword", "try again later");
    let named = "\"><img src=x onerror=alert(1)>.log";
    let hostile = read(named, HOSTILE, &format!("{HOSTILE}\u{202e}\u{1b}]0;x"));
    let (plain, page) = (parsed(&plain), parsed(&hostile));
    let names = structure(&page);
    assert!(names.len() > 200 && names.iter().any(|name| name.starts_with("article")));
    assert_eq!(names, structure(&plain));
    for element in page.all() {
        assert_ne!(element.name(), "img");
        assert!(
            element
                .attributes()
                .iter()
                .all(|it| !it.0.starts_with("on")),
            "{}",
            element.name()
        );
    }
    assert_eq!(page.named("script").len(), 1);
    // It is shown all the same, as what it is.
    let text = page.text();
    let replies = page.named("blockquote");
    assert!(
        replies.iter().any(|reply| reply.text().contains(HOSTILE)),
        "{text}"
    );
    assert!(text.contains(&HOSTILE.to_ascii_lowercase()), "the domain");
    assert!(text.contains(named), "the input");
    let said = page
        .named("li")
        .into_iter()
        .filter(|it| it.attribute("id").is_some());
    assert!(
        said.map(|it| it.text())
            .any(|it| it.matches(HOSTILE).count() == 3),
        "source, text and destination of a statement"
    );
    let unsafe_char = |char: char| (char.is_control() && char != '\n') || char == '\u{202e}';
    assert!(!hostile.contains(unsafe_char));
}

#[test]
fn a_page_rests_on_nothing_else_and_is_the_same_each_time() {
    let log = libero();
    let first = page(&[&log]);
    assert_eq!(first, page(&["--jobs", "1", &log]));
    for element in parsed(&first).all() {
        for (name, value) in element.attributes() {
            assert!(
                !["src", "srcset", "action", "style", "xlink:href"].contains(&&*name),
                "{name}"
            );
            assert!(name != "href" || value.starts_with('#'), "{value}");
        }
    }
    assert!(!first.contains("url(") || first.split("url(").skip(1).all(|url| url.starts_with('#')));
    assert!(first.contains("default-src 'none'"));
    assert!(first.ends_with("</html>\n"));
}

#[test]
fn what_was_not_understood_is_a_page_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("odd.log");
    fs::write(&path, "this is <b>no</b> mail log\n").unwrap();
    let page = parsed(&page(&[path.to_str().unwrap()]));
    assert_eq!(
        page.named("h1")[0].text(),
        "Nothing was understood: the one line read says nothing about mail sent"
    );
    assert!(page.named("figure").is_empty() && page.named("b").is_empty());
}
