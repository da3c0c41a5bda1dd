//! What an idle node costs: the memory of servers with few and many nodes that nobody asks. No BMC is there.

use std::fmt::Write as _;
use std::time::Duration;

use super::Bench;
use super::server::Server;
use super::table::thousands;

/// How long a server is left alone before it is looked at.
const REST: Duration = Duration::from_secs(5);

/// One server.
#[derive(Debug, Clone, Copy)]
pub struct Idle {
    /// How many nodes it has.
    pub nodes: usize,
    /// What it has in memory, in KiB.
    pub resident_kib: u64,
    /// The CPU seconds of ten seconds.
    pub cpu_s: f64,
}

/// Measures servers with one node and with so many. The first is the fixed base.
pub fn run(bench: &Bench, sizes: &[usize]) -> anyhow::Result<Vec<Idle>> {
    println!("\n## idle nodes, lastword alone");
    let mut all = Vec::new();
    for &nodes in [1].iter().chain(sizes) {
        let server = Server::start(&bench.program, &inventory(nodes), &bench.scratch.join("idle"))?;
        std::thread::sleep(REST);
        let before = server.process.cpu_s();
        std::thread::sleep(2 * REST);
        let (resident_kib, cpu_s) =
            (server.process.resident_kib(), server.process.cpu_s() - before);
        println!("{:>7} nodes  {resident_kib:>8} KiB  {cpu_s:.3} CPU s in 10 s", thousands(nodes));
        all.push(Idle { nodes, resident_kib, cpu_s });
    }
    Ok(all)
}

/// Bytes for each node beyond the base, of the largest server; none if there is only the base.
pub fn bytes_each(all: &[Idle]) -> Option<f64> {
    let (base, largest) = (all.first()?, all.last()?);
    (largest.nodes > base.nodes).then(|| beyond(base, largest))
}

/// The table in Markdown.
pub fn table(all: &[Idle]) -> String {
    let mut text = String::from(
        "| nodes | resident MiB | bytes a node beyond the base | CPU of 10 s, polling off |\n| --: | --: | --: | --: |\n",
    );
    for idle in all {
        let each = match all.first() {
            Some(base) if idle.nodes > base.nodes => format!("{:.0}", beyond(base, idle)),
            Some(_) | None => "the base".into(),
        };
        let (nodes, mib) = (thousands(idle.nodes), idle.resident_kib as f64 / 1024.0);
        let _ = writeln!(text, "| {nodes} | {mib:.1} | {each} | {:.3} s |", idle.cpu_s);
    }
    text
}

fn beyond(base: &Idle, other: &Idle) -> f64 {
    let more = other.resident_kib.saturating_sub(base.resident_kib);
    more as f64 * 1024.0 / (other.nodes - base.nodes) as f64
}

/// Racks of 250 nodes, each with an address of its own.
fn inventory(nodes: usize) -> String {
    let mut text =
        String::from("[defaults]\ndriver = \"ipmi\"\ncredentials = \"c\"\npoll = \"off\"\n");
    for rack in 0..nodes.div_ceil(250) {
        let (width, row) = (250.min(nodes - rack * 250), rack / 250);
        let _ = writeln!(
            text,
            "[[nodes]]\nnames = \"r{rack}n[1-{width}]\"\nbmc = \"127.{}.{}.{{2}}\"\nlabels = {{ rack = \"r{rack}\" }}",
            row + 10,
            rack % 250
        );
    }
    text + "[credentials.c]\nusername = \"admin\"\npassword = \"none\"\n"
}
