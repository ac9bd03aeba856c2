//! Stores and tallies as `DuckDB` reads them: the queries of the documentation give the sums that mailgap gives.
//!
//! Needs Python with the package duckdb (`MAILGAP_PYTHON`, else `python3`). Where there is none the tests say so and
//! pass; with `MAILGAP_REQUIRE_DUCKDB=1` they fail.
#![cfg(feature = "polars")]
#![expect(clippy::unwrap_used, reason = "tests may fail")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use common::mailgap;

const TALLY_DOC: &str = include_str!("../../../docs/tally.md");
const STORE_DOC: &str = include_str!("../../../docs/store.md");

/// What `DuckDB` answers to these queries, in that folder: a list of rows for each.
fn duckdb(folder: &Path, queries: &[String]) -> Option<Vec<Value>> {
    const PROGRAM: &str = "
import json, sys
import duckdb
answers = [duckdb.sql(query) for query in json.load(sys.stdin)]
print(json.dumps([[list(row) for row in answer.fetchall()] if answer else [] for answer in answers], default=str))
";
    let python = std::env::var("MAILGAP_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let input = folder.join("queries.json");
    fs::write(&input, serde_json::to_vec(queries).unwrap()).unwrap();
    let ran = Command::new(&python)
        .args(["-c", PROGRAM])
        .current_dir(folder)
        .stdin(fs::File::open(&input).unwrap())
        .output();
    let (answer, why) = match ran {
        Ok(ran) if ran.status.success() => (Some(ran.stdout), String::new()),
        Ok(ran) => {
            let why = String::from_utf8_lossy(&ran.stderr).into_owned();
            assert!(
                why.contains("No module named 'duckdb'"),
                "DuckDB refused: {why}"
            );
            (None, why)
        }
        Err(error) => (None, error.to_string()),
    };
    let Some(answer) = answer else {
        let needed = std::env::var_os("MAILGAP_REQUIRE_DUCKDB").is_some();
        assert!(!needed, "{python} has no DuckDB: {why}");
        #[expect(clippy::print_stderr, reason = "that nothing was tested must be seen")]
        {
            eprintln!("{python} has no DuckDB: nothing was tested (pip install duckdb)");
        }
        return None;
    };
    Some(serde_json::from_slice(&answer).unwrap())
}

/// The SQL of a page of the documentation, a query each.
fn queries(page: &str) -> Vec<String> {
    let blocks = page.split("```sql\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split_once("```"));
    let queries = blocks.flat_map(|(block, _)| block.split_inclusive(";\n"));
    queries
        .map(str::to_owned)
        .filter(|query| !query.trim().is_empty())
        .collect()
}

fn done(args: &[&str]) -> String {
    let (exit, out, err) = mailgap(args);
    assert_eq!(exit.status(), 0, "{args:?}: {err}");
    out
}

/// The captured log in that many parts, line by line: as if as many hosts had written it.
fn split(folder: &Path, parts: usize) -> Vec<String> {
    let log = common::unpacked(&common::libero());
    assert!(log.lines().count() > 10_000);
    (0..parts)
        .map(|part| {
            let lines = log.split_inclusive('\n').skip(part).step_by(parts);
            let path = folder.join(format!("part{part}.log"));
            fs::write(&path, lines.collect::<String>()).unwrap();
            path.display().to_string()
        })
        .collect()
}

#[test]
fn the_documented_query_sums_tallies_as_mailgap_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: String| folder.path().join(name).display().to_string();
    let mut tallies = Vec::new();
    for (n, log) in split(folder.path(), 5).iter().enumerate() {
        let tally = path(format!("mx{n}.parquet"));
        done(&["tally", "-o", &tally, log]);
        tallies.push(tally);
    }
    let documented = queries(TALLY_DOC);
    assert_eq!(documented.len(), 2, "the merge, and a question");
    let count = |files: &str| {
        format!("SELECT SUM(count)::BIGINT FROM read_parquet('{files}') WHERE record = 'attempts'")
    };
    let asked = [
        &documented[..],
        &[count("mx*.parquet"), count("all.parquet")],
    ]
    .concat();
    let Some(answers) = duckdb(folder.path(), &asked) else {
        return;
    };
    let hours = answers[1].as_array().unwrap();
    let attempts: u64 = hours.iter().filter_map(|row| row[2].as_u64()).sum();
    assert!(attempts > 10_000, "{attempts}");
    assert_eq!(answers[2][0][0].as_u64(), Some(attempts));
    assert_eq!(answers[3][0][0].as_u64(), Some(attempts));

    let report = |files: &[String]| -> Value {
        let mut args = vec!["report", "-f", "json"];
        args.extend(files.iter().map(String::as_str));
        let mut report: Value = serde_json::from_str(&done(&args)).unwrap();
        report["coverage"] = Value::Null;
        report
    };
    let ours = report(&tallies);
    let theirs = report(&[path("all.parquet".to_owned())]);
    assert!(ours["outages"].as_array().unwrap().len() > 5);
    assert_eq!(ours, theirs);
}

#[test]
fn the_documented_queries_read_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("DIR").display().to_string();
    done(&["events", "-f", "parquet", "-o", &store, &common::libero()]);
    let documented = queries(STORE_DOC);
    assert_eq!(documented.len(), 3);
    let all = "SELECT SUM(times)::BIGINT FROM read_parquet('DIR/day=*/*.parquet') WHERE record = 'delivery'";
    let asked = [&documented[..], &[all.to_owned()]].concat();
    let Some(answers) = duckdb(folder.path(), &asked) else {
        return;
    };
    let events = done(&["events", &common::libero()]);
    let rows: Vec<Value> = events
        .lines()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    assert_eq!(answers[3][0][0].as_u64(), Some(rows.len() as u64));
    let attempts = rows
        .iter()
        .filter(|row| row["domain"] == "libero.it" && row["contact"] == "fresh")
        .count();
    assert!(attempts > 2_000, "{attempts}");
    let by_hour = answers[0].as_array().unwrap();
    let asked: f64 = by_hour.iter().filter_map(|row| row[3].as_f64()).sum();
    assert!((asked - attempts as f64).abs() < 0.5, "{asked} {attempts}");
    assert!(!answers[1].as_array().unwrap().is_empty());
    assert!(!answers[2].as_array().unwrap().is_empty());
}
