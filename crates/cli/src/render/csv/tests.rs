use std::collections::BTreeMap;

use super::*;
use crate::document::Report;
use crate::testing::{HOSTILE, announced_report, report, report_with};

/// Every table as a reader of CSV sees it: name, head, rows.
fn read(report: &Report) -> BTreeMap<String, (Vec<String>, Vec<Vec<String>>)> {
    let tables = tables(report).into_iter().map(|table| {
        let bytes = table.render();
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let strings = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let head = strings(reader.headers().unwrap());
        let rows = reader.records().map(|row| strings(&row.unwrap())).collect();
        (table.file_name(), (head, rows))
    });
    tables.collect()
}

fn column<'t>((head, rows): &'t (Vec<String>, Vec<Vec<String>>), name: &str) -> Vec<&'t str> {
    let place = head.iter().position(|it| it == name).unwrap();
    rows.iter().map(|row| row[place].as_str()).collect()
}

#[test]
fn every_table_has_its_rows_and_unique_columns() {
    let tables = read(&announced_report("It works, they say"));
    let rows: Vec<(&str, usize)> = tables
        .iter()
        .map(|(name, (_, rows))| (name.as_str(), rows.len()))
        .collect();
    assert_eq!(
        rows[..3],
        [
            ("announcements.csv", 1),
            ("availability.csv", 4),
            ("chronic.csv", 1)
        ]
    );
    let counts: BTreeMap<&str, usize> = rows.into_iter().collect();
    assert_eq!(counts["incidents.csv"], 2);
    assert_eq!(counts["outages.csv"], 3);
    assert_eq!(counts["unreachable.csv"], 2);
    assert_eq!(counts["minor.csv"], 1);
    // Six of outages, three of the one incident of several destinations.
    assert_eq!(counts["windows.csv"], 9);
    assert!(counts["coverage.csv"] > 30);
    assert_eq!(
        (
            counts["hours.csv"],
            counts["replies.csv"],
            counts["domains.csv"]
        ),
        (4, 2, 1)
    );
    assert_eq!(counts.len(), 12);
    for (head, rows) in tables.values() {
        let mut unique = head.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), head.len());
        assert!(rows.iter().all(|row| row.len() == head.len()));
    }
}

#[test]
fn values_stand_under_the_keys_of_the_json() {
    let announced = announced_report("It works, they say");
    let tables = read(&announced);
    let outages = &tables["outages.csv"];
    assert_eq!(
        column(outages, "domain"),
        ["libero.it", "virgilio.it", "strict.example"]
    );
    assert_eq!(column(outages, "start")[0], "2023-01-23T15:00:00.000Z");
    assert_eq!(column(outages, "end")[1], "");
    assert_eq!(column(outages, "ongoing"), ["false", "true", "false"]);
    assert_eq!(column(outages, "log_bayes_factor")[0], "1834.57");
    assert_eq!(
        column(outages, "length_least_s"),
        ["366000", "629400", "36000"]
    );
    assert_eq!(column(outages, "length_most_s"), ["366000", "", "54000"]);
    assert_eq!(column(outages, "silent_end"), ["false"; 3]);
    assert_eq!(
        column(&tables["unreachable.csv"], "certain"),
        ["true", "false"]
    );
    assert_eq!(column(&tables["windows.csv"], "share")[1], "0.9783");
    let announcements = &tables["announcements.csv"];
    assert_eq!(column(announcements, "text"), ["It works, they say"]);
    assert_eq!(column(announcements, "went_on_s"), ["111600"]);
    assert_eq!(column(announcements, "claim"), ["recovery"]);
    let coverage = &tables["coverage.csv"];
    let json = serde_json::to_value(&announced.coverage).unwrap();
    let total = column(coverage, "key")
        .iter()
        .position(|key| *key == "lines.total")
        .unwrap();
    assert_eq!(
        column(coverage, "value")[total],
        json["lines"]["total"].to_string()
    );
}

#[test]
fn text_of_strangers_comes_back_and_is_no_formula() {
    let plain = read(&report_with("plain"));
    let starts = ['=', '+', '-', '@', '\t', '\r', '＝'];
    let formulas = starts.map(|start| format!("{start}1+1,\"x\""));
    let mut cases = 0;
    for hostile in HOSTILE
        .into_iter()
        .chain(formulas.iter().map(String::as_str))
    {
        let tables = read(&report_with(hostile));
        let shown = crate::term::escape::line(hostile).into_owned();
        for (name, (head, rows)) in &tables {
            let (plain_head, plain_rows) = &plain[name];
            assert_eq!((head, rows.len()), (plain_head, plain_rows.len()), "{name}");
            for (row, plain_row) in rows.iter().zip(plain_rows) {
                for (cell, plain_cell) in row.iter().zip(plain_row) {
                    assert!(
                        !cell.starts_with(starts) || cell.parse::<f64>().is_ok(),
                        "{name}: {cell:?}"
                    );
                    if plain_cell == "plain" {
                        let cell = cell
                            .strip_prefix('\'')
                            .filter(|_| shown != *cell)
                            .unwrap_or(cell);
                        assert_eq!(cell, shown);
                        cases += 1;
                    }
                }
            }
        }
    }
    assert!(cases > 47 * 20, "{cases}");
}

#[test]
fn a_report_without_findings_has_heads_alone() {
    let tables = read(&report(Vec::new()));
    assert_eq!(tables.len(), 8);
    for (name, (head, rows)) in &tables {
        assert!(
            head.len() > 1 && (rows.is_empty() || name == "coverage.csv"),
            "{name}"
        );
    }
}

/// The columns are a contract: the page that tells them names each.
#[test]
fn the_page_of_columns_names_them_all() {
    let page = include_str!("../../../../../docs/csv.md");
    let mut named = 0;
    for table in tables(&announced_report("It works")) {
        let (_, section) = page
            .split_once(&format!("## {}", table.file_name()))
            .unwrap();
        let section = section.split("\n## ").next().unwrap();
        for column in &table.columns {
            assert!(
                section.contains(&format!("`{column}`")),
                "{}: {column}",
                table.name
            );
            named += 1;
        }
    }
    assert!(named > 150, "{named}");
}
