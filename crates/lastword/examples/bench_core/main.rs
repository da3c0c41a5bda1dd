//! Prints the figures of the core: how fast the journal folds, how fast commands are accepted, what an
//! idle fleet costs. `cargo xtask bench core` runs it. It asserts nothing.

mod bmc;
mod house;
#[path = "../support/server.rs"]
mod server;

use std::time::Instant;

use arbiter::{Action, Command, Ledger, Record, Settlement};
use nodeset::NodeSet;

const RECORDS: u64 = 1_000_000;
const NODES: u64 = 100_000;

fn main() {
    println!("{:<58}{:>14}{:>14}", "what", "measured", "target");
    fold();
    wide();
    house::run();
}

/// Prints one figure beside its target.
pub fn row(what: &str, measured: &str, target: &str) {
    println!("{what:<58}{measured:>14}{target:>14}");
}

fn command(action: Action, nodes: NodeSet) -> Record {
    let whose = ("default", "bench", "cli");
    Record::Command(Box::new(Command::plain(action, nodes, whose, 300_000)))
}

/// A year of single commands and their ends on 10,000 nodes, as bytes from the journal.
fn fold() {
    let mut entries = Vec::new();
    let led = Record::Led { cluster: "default".into(), agent: "a".into() };
    entries.push(serde_json::to_vec(&led).expect("JSON"));
    while (entries.len() as u64) < RECORDS {
        let seq = entries.len() as u64 + 1;
        let node = format!("r{}n{}", seq / 64 % 157, seq % 64);
        let nodes = NodeSet::parse(&node, 1).expect("a node");
        let action = if seq % 4 < 2 { Action::On } else { Action::Off };
        entries.push(serde_json::to_vec(&command(action, nodes.clone())).expect("JSON"));
        let settled = Record::Settled {
            cluster: "default".into(),
            epoch: 1,
            seq,
            seen: seq,
            outcome: Settlement::Confirmed,
            nodes,
        };
        entries.push(serde_json::to_vec(&settled).expect("JSON"));
    }
    let started = Instant::now();
    let (mut ledger, mut changes) = (Ledger::new(), Vec::new());
    for (place, entry) in entries.iter().enumerate() {
        let record: Record = serde_json::from_slice(entry).expect("a record");
        changes.clear();
        ledger.apply(place as u64 + 1, place as u64, &record, &mut changes);
    }
    let took = started.elapsed();
    row("fold of 1,000,000 records, from bytes", &format!("{:.2} s", took.as_secs_f64()), "2 s");
}

/// One command to a large fleet: decode and fold.
fn wide() {
    let text = format!("r[0-{}]n[0-63]", NODES / 64 - 1);
    let nodes = NodeSet::parse(&text, NODES as usize).expect("a fleet");
    let bytes = serde_json::to_vec(&command(Action::On, nodes)).expect("JSON");
    let (mut ledger, mut changes) = (Ledger::new(), Vec::new());
    for round in ["first", "again"] {
        let started = Instant::now();
        let record: Record = serde_json::from_slice(&bytes).expect("a record");
        changes.clear();
        ledger.apply(ledger.seq() + 1, 1, &record, &mut changes);
        let took = started.elapsed();
        let what = format!("one command to {NODES} nodes, decoded and folded ({round})");
        row(&what, &format!("{:.0} ms", took.as_secs_f64() * 1e3), "100 ms");
    }
    println!("its record is {} bytes", bytes.len());
}
