//! The report as a table of 80 columns. It judges nothing.

use std::fmt::Write as _;

use super::report::{Cell, Report};

/// Columns of the measures' names; each policy has ten more.
const NAME_WIDTH: usize = 30;

/// A measure: its name, and how it is written.
type Row = (&'static str, fn(&Cell) -> String);

const ROWS: [Row; 14] = [
    ("clicks, a node", |cell| one(cell.clicks as f64 / (cell.nodes.max(1)) as f64)),
    ("there for good after, p50 s", |cell| one(cell.there_p50_s)),
    ("there for good after, p95 s", |cell| one(cell.there_p95_s)),
    ("never there, % of nodes", |cell| one(cell.never_percent)),
    ("wrong at the end, % of nodes", |cell| one(cell.wrong_percent)),
    ("  the same in the worst seed", |cell| one(cell.wrong_worst_percent)),
    ("orders sent, a node", |cell| one(cell.orders)),
    ("reads sent, a node", |cell| one(cell.reads)),
    ("needless changes, 100 nodes", |cell| whole(cell.needless_per_100)),
    ("refused, % of clicks", |cell| one(cell.refused as f64 * 100.0 / (cell.clicks.max(1)) as f64)),
    ("never answered, % of clicks", |cell| one(cell.unanswered_percent)),
    ("answered wrongly, % of clicks", |cell| one(cell.misled_percent)),
    ("fencing: \"off\" after, p50 s", |cell| one(cell.fenced_p50_s)),
    ("fencing: \"off\" after, p95 s", |cell| one(cell.fenced_p95_s)),
];

/// The report for people.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut text = format!(
        "seeds {}-{}, {} nodes each, {} s of new wishes, watched for {} s more\n",
        report.seed,
        report.seed.saturating_add(report.seeds).saturating_sub(1),
        report.nodes,
        report.storm_s,
        report.watch_s
    );
    for fleet in report.fleets() {
        let cells: Vec<&Cell> = report.of(fleet).collect();
        let _ = writeln!(text, "\n{}: {}", fleet.word(), fleet.what());
        let words = cells.iter().map(|cell| cell.policy.word().to_owned());
        line(&mut text, "", words);
        for (name, write) in ROWS {
            line(&mut text, name, cells.iter().map(|cell| write(cell)));
        }
        line(
            &mut text,
            "fencing: told \"off\", of asked",
            cells.iter().map(|cell| format!("{}/{}", cell.told_off, cell.fences)),
        );
        line(
            &mut text,
            "fencing: told so falsely",
            cells.iter().map(|cell| cell.false_offs.to_string()),
        );
    }
    text
}

fn line(text: &mut String, name: &str, values: impl Iterator<Item = String>) {
    let mut line = format!("{name:NAME_WIDTH$}");
    for value in values {
        let _ = write!(line, "{value:>10}");
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

fn one(value: f64) -> String {
    format!("{value:.1}")
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}
