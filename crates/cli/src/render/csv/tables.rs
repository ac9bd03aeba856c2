//! What stands in each table.

use serde_json::Value;

use super::Table;
use crate::document::{
    Availability, DomainRow, Estimate, Fates, HourRow, Outage, ReplyRow, Report, Standing, Window,
};
use crate::tables::rows::Cell;
use mailgap_core::outage::Boundary;

/// Every table; announcements and the tables of the whole log only when there are some.
pub(crate) fn tables(report: &Report) -> Vec<Table> {
    let mut all = vec![
        outages(report),
        windows(report),
        incidents(report),
        standings("unreachable", &report.unreachable, Beside::Certain),
        standings("chronic", &report.chronic, Beside::Share),
        standings("minor", &report.minor, Beside::Share),
        availability(&report.availability),
        coverage(report),
    ];
    if !report.announcements.is_empty() {
        all.push(announcements(report));
    }
    if let Some(tables) = &report.tables {
        all.extend([
            hours(&tables.hours),
            replies(&tables.replies),
            domains(&tables.domains),
        ]);
    }
    all
}

const STRETCH: [&str; 14] = [
    "before_log",
    "ongoing",
    "silent_end",
    "start",
    "start_earliest",
    "start_latest",
    "end",
    "end_earliest",
    "end_latest",
    "normal_again",
    "normal_again_earliest",
    "normal_again_latest",
    "length_least_s",
    "length_most_s",
];

const FATES: [&str; 8] = [
    "delivered",
    "delivered_late",
    "bounced_by_outage",
    "bounced",
    "expired",
    "pending",
    "median_delay_s",
    "p90_delay_s",
];

/// Messages that are still queued.
const WAITING: [&str; 2] = ["waiting_messages", "waiting_first_expires"];

const NUMBERS: [&str; 6] = [
    "attempts",
    "failures",
    "messages",
    "recipients",
    "log_bayes_factor",
    "confidence",
];

/// One row for each outage.
pub(crate) fn outages(report: &Report) -> Table {
    let mut columns = vec!["id", "domain", "operator", "type"];
    columns.extend(STRETCH);
    columns.extend(NUMBERS);
    columns.extend(["mx", "mx_working"]);
    columns.extend(FATES);
    columns.extend(WAITING);
    columns.extend(["advice", "verdict"]);
    let row = |outage: &Outage| {
        let mut row = vec![
            id(outage.id),
            text(&outage.domain),
            outage.operator.as_deref().map_or(Cell::Null, text),
            Cell::word(outage.kind.as_str()),
        ];
        row.extend(stretch(outage));
        row.extend(numbers(outage));
        row.extend([list(&outage.mx), list(&outage.mx_working)]);
        row.extend(fates(outage.fates.as_ref()));
        row.extend(waiting(outage));
        row.extend(ending(outage));
        row
    };
    Table {
        name: "outages",
        columns,
        rows: report.outages.iter().map(row).collect(),
    }
}

/// One row for each incident.
fn incidents(report: &Report) -> Table {
    let mut columns = vec![
        "id", "scope", "basis", "name", "type", "domains", "active", "hosts", "outages",
    ];
    columns.extend(STRETCH);
    columns.extend(NUMBERS);
    columns.extend(FATES);
    columns.extend(WAITING);
    columns.extend(["advice", "verdict"]);
    let rows = report.incidents.iter().map(|incident| {
        let whole = &incident.whole;
        let outages: Vec<String> = incident.outages.iter().map(usize::to_string).collect();
        let mut row = vec![
            id(incident.id),
            Cell::word(incident.scope.as_str()),
            Cell::word(incident.basis.as_str()),
            text(&incident.name),
            Cell::word(whole.kind.as_str()),
            list(&incident.domains),
            id(incident.active),
            list(&incident.hosts),
            list(&outages),
        ];
        row.extend(stretch(whole));
        row.extend(numbers(whole));
        row.extend(fates(whole.fates.as_ref()));
        row.extend(waiting(whole));
        row.extend(ending(whole));
        row
    });
    Table {
        name: "incidents",
        columns,
        rows: rows.collect(),
    }
}

/// The windows of outages, then those of incidents of several destinations.
fn windows(report: &Report) -> Table {
    let mut columns = vec![
        "outage",
        "incident",
        "name",
        "window",
        "kind",
        "label",
        "reply_code",
        "enhanced_status",
        "reason",
        "start",
        "start_earliest",
        "start_latest",
        "end",
        "end_earliest",
        "end_latest",
        "attempts",
        "failures",
        "share",
        "mx",
        "delay_median_s",
        "delay_normal_s",
    ];
    columns.extend(FATES);
    columns.push("sample");
    let outages = report.outages.iter();
    let mut rows: Vec<Vec<Cell>> = outages
        .flat_map(|outage| of_windows(&[id(outage.id), Cell::Null], &outage.domain, outage))
        .collect();
    for incident in report.shared_incidents() {
        let of = [Cell::Null, id(incident.id)];
        rows.extend(of_windows(&of, &incident.name, &incident.whole));
    }
    Table {
        name: "windows",
        columns,
        rows,
    }
}

fn of_windows(of: &[Cell; 2], name: &str, outage: &Outage) -> Vec<Vec<Cell>> {
    let windows = (1..).zip(&outage.windows);
    let row = |(number, window): (usize, &Window)| {
        let mut row = of.to_vec();
        row.extend([
            text(name),
            id(number),
            Cell::word(window.kind.as_str()),
            text(&window.label),
            window
                .reply_code
                .map_or(Cell::Null, |code| Cell::Number(code.into())),
            window.enhanced_status.as_deref().map_or(Cell::Null, text),
            Cell::word(window.reason),
        ]);
        row.extend(boundary(Some(&window.start)));
        row.extend(boundary(window.end.as_ref()));
        row.extend([
            Cell::Number(window.attempts),
            Cell::Number(window.failures),
            decimal(window.share),
            list(&window.mx),
            window
                .delay_s
                .map_or(Cell::Null, |slow| decimal(slow.median)),
            window
                .delay_s
                .map_or(Cell::Null, |slow| decimal(slow.normal)),
        ]);
        row.extend(fates(window.fates.as_ref()));
        row.push(window.sample.as_deref().map_or(Cell::Null, text));
        row
    };
    windows.map(row).collect()
}

/// What a table of destinations has beside the columns that all of them have.
#[derive(Clone, Copy)]
enum Beside {
    Certain,
    Share,
}

fn standings(name: &'static str, standings: &[Standing], beside: Beside) -> Table {
    let mut columns = vec![
        "domain",
        "kind",
        "label",
        "attempts",
        "messages",
        "recipients",
        "first",
        "last",
        "sample",
    ];
    columns.insert(
        3,
        match beside {
            Beside::Certain => "certain",
            Beside::Share => "share",
        },
    );
    let row = |standing: &Standing| {
        let mut row = vec![
            text(&standing.domain),
            Cell::word(standing.kind.as_str()),
            text(&standing.label),
            Cell::Number(standing.attempts),
            Cell::Number(standing.messages),
            Cell::Number(standing.recipients),
            Cell::Time(standing.first),
            Cell::Time(standing.last),
            standing.sample.as_deref().map_or(Cell::Null, text),
        ];
        row.insert(
            3,
            match beside {
                Beside::Certain => boolean(standing.certain),
                Beside::Share => standing.share.map_or(Cell::Null, decimal),
            },
        );
        row
    };
    Table {
        name,
        columns,
        rows: standings.iter().map(row).collect(),
    }
}

fn availability(all: &[Availability]) -> Table {
    let columns = vec![
        "scope",
        "name",
        "month",
        "from",
        "until",
        "observed_s",
        "domains",
        "not_taking_s",
        "not_taking_s_least",
        "not_taking_s_most",
        "partly_s",
        "partly_s_least",
        "partly_s_most",
        "slow_s",
        "slow_s_least",
        "slow_s_most",
        "policy_s",
        "policy_s_least",
        "policy_s_most",
        "own_side_s",
        "own_side_s_least",
        "own_side_s_most",
        "attempts",
        "failures",
        "share",
        "availability",
        "availability_least",
        "availability_most",
    ];
    let row = |it: &Availability| {
        let mut row = vec![
            Cell::word(it.scope),
            text(&it.name),
            text(&it.month),
            Cell::Time(it.from),
            Cell::Time(it.until),
            Cell::Seconds(it.observed_s),
            id(it.domains),
        ];
        let times = [
            it.not_taking_s,
            it.partly_s,
            it.slow_s,
            it.policy_s,
            it.own_side_s,
        ];
        row.extend(times.into_iter().flat_map(estimate));
        row.extend([
            Cell::Number(it.attempts),
            Cell::Number(it.failures),
            it.share.map_or(Cell::Null, decimal),
        ]);
        row.extend(estimate(it.availability));
        row
    };
    Table {
        name: "availability",
        columns,
        rows: all.iter().map(row).collect(),
    }
}

/// Keys and values, the keys as paths of the JSON: `lines.total`, `unread.0.input`.
fn coverage(report: &Report) -> Table {
    let mut rows = Vec::new();
    if let Ok(json) = serde_json::to_value(&report.coverage) {
        flatten("", &json, &mut rows);
    }
    rows.push(vec![text("timezone"), text(report.timezone.name())]);
    Table {
        name: "coverage",
        columns: vec!["key", "value"],
        rows,
    }
}

fn flatten(path: &str, value: &Value, rows: &mut Vec<Vec<Cell>>) {
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                flatten(&below(key), value, rows);
            }
        }
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                flatten(&below(&place.to_string()), value, rows);
            }
        }
        Value::Null => rows.push(vec![Cell::Text(path.to_owned()), Cell::Null]),
        Value::String(value) => rows.push(vec![Cell::Text(path.to_owned()), text(value)]),
        Value::Bool(_) | Value::Number(_) => {
            rows.push(vec![
                Cell::Text(path.to_owned()),
                Cell::Text(value.to_string()),
            ]);
        }
    }
}

/// A row for each incident or outage that an announcement is about and each sort of failure that went on; one row for
/// an announcement that is about none.
fn announcements(report: &Report) -> Table {
    let columns = vec![
        "time",
        "source",
        "text",
        "claim",
        "domain",
        "incident",
        "outage",
        "name",
        "after_start_s",
        "kind",
        "until",
        "until_earliest",
        "until_latest",
        "went_on_s",
        "went_on_s_least",
        "went_on_s_most",
        "verdict",
    ];
    let mut rows = Vec::new();
    for checked in &report.announcements {
        let announcement = &checked.announcement;
        let head = [
            Cell::Time(announcement.time),
            text(&announcement.source),
            text(&announcement.text),
            announcement
                .claim
                .map_or(Cell::Null, |it| Cell::word(it.as_str())),
            announcement.domain.as_deref().map_or(Cell::Null, text),
        ];
        if checked.concerns.is_empty() {
            let nulls = std::iter::repeat_n(Cell::Null, columns.len() - head.len());
            rows.push(head.iter().cloned().chain(nulls).collect());
        }
        for concern in &checked.concerns {
            let mut of = head.to_vec();
            of.extend([
                concern.incident.map_or(Cell::Null, id),
                concern.outage.map_or(Cell::Null, id),
                text(&concern.name),
                Cell::Seconds(concern.after_start_s),
            ]);
            let verdict = concern.verdict.as_deref().map_or(Cell::Null, text);
            if concern.went_on.is_empty() {
                let mut row = of.clone();
                row.extend(std::iter::repeat_n(Cell::Null, 7));
                row.push(verdict.clone());
                rows.push(row);
            }
            for it in &concern.went_on {
                let mut row = of.clone();
                row.push(Cell::word(it.kind));
                row.extend(boundary(it.until.as_ref()));
                row.extend(estimate(it.seconds));
                row.push(verdict.clone());
                rows.push(row);
            }
        }
    }
    Table {
        name: "announcements",
        columns,
        rows,
    }
}

/// Attempts of the whole log by hour.
fn hours(rows: &[HourRow]) -> Table {
    let row = |row: &HourRow| {
        let outcomes = [row.delivered, row.deferred, row.bounced].map(Cell::Number);
        [Cell::Time(row.hour)].into_iter().chain(outcomes).collect()
    };
    Table {
        name: "hours",
        columns: vec!["hour", "delivered", "deferred", "bounced"],
        rows: rows.iter().map(row).collect(),
    }
}

/// The commonest answers.
fn replies(rows: &[ReplyRow]) -> Table {
    let row = |row: &ReplyRow| {
        vec![
            row.reply_code
                .map_or(Cell::Null, |code| Cell::Number(code.into())),
            row.enhanced_status.as_deref().map_or(Cell::Null, text),
            text(&row.reason),
            Cell::Number(row.attempts),
            Cell::Number(row.domains),
            text(&row.sample),
        ]
    };
    Table {
        name: "replies",
        columns: vec![
            "reply_code",
            "enhanced_status",
            "reason",
            "attempts",
            "domains",
            "sample",
        ],
        rows: rows.iter().map(row).collect(),
    }
}

/// The destinations with most failures.
fn domains(rows: &[DomainRow]) -> Table {
    let row = |row: &DomainRow| {
        let outcomes = [row.delivered, row.deferred, row.bounced].map(Cell::Number);
        [text(&row.domain)].into_iter().chain(outcomes).collect()
    };
    Table {
        name: "domains",
        columns: vec!["domain", "delivered", "deferred", "bounced"],
        rows: rows.iter().map(row).collect(),
    }
}

fn stretch(outage: &Outage) -> Vec<Cell> {
    let flags = [outage.before_log, outage.ongoing, outage.silent_end];
    let mut cells: Vec<Cell> = flags.map(boolean).into();
    cells.extend(boundary(Some(&outage.start)));
    cells.extend(boundary(outage.end.as_ref()));
    cells.extend(boundary(outage.normal_again.as_ref()));
    let length_s = outage.length_s;
    cells.push(Cell::Seconds(length_s.least_s));
    cells.push(length_s.most_s.map_or(Cell::Null, Cell::Seconds));
    cells
}

fn boundary(boundary: Option<&Boundary>) -> [Cell; 3] {
    match boundary {
        Some(at) => [at.time, at.earliest, at.latest].map(Cell::Time),
        None => [Cell::Null, Cell::Null, Cell::Null],
    }
}

fn numbers(outage: &Outage) -> [Cell; 6] {
    [
        Cell::Number(outage.attempts),
        Cell::Number(outage.failures),
        Cell::Number(outage.messages),
        Cell::Number(outage.recipients),
        decimal(outage.log_bayes_factor),
        Cell::word(outage.confidence.as_str()),
    ]
}

fn fates(fates: Option<&Fates>) -> Vec<Cell> {
    let Some(fates) = fates else {
        return vec![Cell::Null; FATES.len()];
    };
    let seconds = |seconds: Option<f64>| seconds.map_or(Cell::Null, Cell::Seconds);
    vec![
        Cell::Number(fates.delivered),
        Cell::Number(fates.delivered_late),
        Cell::Number(fates.bounced_by_outage),
        Cell::Number(fates.bounced),
        Cell::Number(fates.expired),
        Cell::Number(fates.pending),
        seconds(fates.median_delay_s),
        seconds(fates.p90_delay_s),
    ]
}

fn waiting(outage: &Outage) -> [Cell; 2] {
    outage.waiting.map_or([Cell::Null, Cell::Null], |waiting| {
        [
            Cell::Number(waiting.messages),
            Cell::Time(waiting.first_expires),
        ]
    })
}

fn ending(outage: &Outage) -> [Cell; 2] {
    let actions: Vec<String> = outage
        .advice
        .iter()
        .map(|it| it.action.to_owned())
        .collect();
    [list(&actions), text(&outage.verdict)]
}

fn estimate(estimate: Estimate) -> [Cell; 3] {
    [estimate.best, estimate.least, estimate.most].map(decimal)
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn list(values: &[String]) -> Cell {
    if values.is_empty() {
        Cell::Null
    } else {
        Cell::Text(values.join(" "))
    }
}

fn id(number: usize) -> Cell {
    Cell::Number(number as u64)
}

fn boolean(yes: bool) -> Cell {
    Cell::word(if yes { "true" } else { "false" })
}

fn decimal(number: f64) -> Cell {
    Cell::Decimal(number)
}
