//! Medians, ratios and the lines that people read. It measures nothing.

use std::fmt::Write as _;

use super::fleet::Speech;
use super::peer::{Peer, Work};
use super::rounds::{Rounds, Sample};

/// Medians of one peer at one work.
#[derive(Debug, Clone)]
pub struct Row {
    /// Who.
    pub peer: Peer,
    /// How many machines.
    pub nodes: usize,
    /// Seconds.
    pub wall_s: f64,
    /// CPU seconds of all processes of the peer.
    pub cpu_s: f64,
    /// MiB: the server's peak and that of the largest process beside it.
    pub peak_mib: f64,
    /// Datagrams both ways, or requests, for each machine.
    pub packets: f64,
    /// TLS handshakes for each machine.
    pub handshakes: f64,
    /// CPU seconds of the simulator.
    pub sim_cpu_s: f64,
    /// The most machines that were not there at the end of a run.
    pub astray: u64,
    /// What it said when it was not content, in the last such run.
    pub trouble: Option<String>,
}

/// A row against the yardstick, for the same number of machines.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    /// Of the wall seconds; none where a part of the fleet waits as long for a transition as all of it.
    pub wall: Option<f64>,
    /// Of the CPU seconds.
    pub cpu: f64,
}

impl Rounds {
    /// Everybody's medians at that work.
    pub fn rows(&self, work: Work) -> Vec<Row> {
        let peers = Peer::all(self.plan.speech).iter();
        peers.filter_map(|peer| self.row(*peer, work)).collect()
    }

    /// The medians of that peer.
    pub fn row(&self, peer: Peer, work: Work) -> Option<Row> {
        let its = |sample: &&Sample| sample.peer == peer && sample.work == work;
        let samples: Vec<&Sample> = self.samples.iter().filter(its).collect();
        let nodes = samples.first()?.nodes;
        let of =
            |value: &dyn Fn(&Sample) -> f64| median(samples.iter().map(|s| value(s)).collect());
        Some(Row {
            peer,
            nodes,
            wall_s: of(&|s| s.spent.wall_s),
            cpu_s: of(&|s| s.spent.cpu_s),
            peak_mib: of(&|s| s.spent.peak_kib as f64 / 1024.0),
            packets: of(&|s| self.packets(s)),
            handshakes: of(&|s| s.traffic.handshakes as f64 / s.nodes as f64),
            sim_cpu_s: of(&|s| s.sim_cpu_s),
            astray: samples.iter().map(|s| s.astray).max().unwrap_or(0),
            trouble: samples.iter().rev().find_map(|s| s.trouble.clone()),
        })
    }

    /// Who everybody is compared with.
    pub fn yardstick(&self) -> Peer {
        let candidates: &[Peer] = match self.plan.speech {
            Speech::Ipmi => &[Peer::Ipmipower],
            Speech::Redfish => &[Peer::Redfishpower, Peer::Sushy],
        };
        let there = |peer: &&Peer| self.samples.iter().any(|sample| sample.peer == **peer);
        candidates.iter().find(there).or(candidates.last()).copied().unwrap_or(Peer::Ipmipower)
    }

    /// A row against the yardstick's.
    pub fn ratio(&self, row: &Row, work: Work) -> Option<Ratio> {
        let other = self.row(self.yardstick(), work)?;
        let each = |total: f64, row: &Row| total / row.nodes as f64;
        let comparable = row.nodes == other.nodes || matches!(work, Work::Cold | Work::Warm);
        Some(Ratio {
            wall: comparable.then(|| each(row.wall_s, row) / each(other.wall_s, &other)),
            cpu: each(row.cpu_s, row) / each(other.cpu_s, &other),
        })
    }

    /// One work as a table in Markdown.
    pub fn table(&self, work: Work) -> String {
        let (unit, yardstick) = (unit(self.plan.speech), self.yardstick().name());
        let mut text = format!(
            "| {} | machines | wall s | CPU s | wall ms each | CPU ms each | peak MiB | {unit} each | \
             simulator's CPU s | wall ÷ {yardstick} | CPU ÷ {yardstick} | |\n\
             | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --- |\n",
            work.title()
        );
        for row in self.rows(work) {
            let _ = writeln!(text, "{}", self.cells(&row, work));
        }
        for (peer, why) in &self.missing {
            let _ = writeln!(text, "| {} | | | | | | | | | | | {why} |", peer.name());
        }
        text
    }

    fn cells(&self, row: &Row, work: Work) -> String {
        let each = |seconds: f64| seconds * 1e3 / row.nodes as f64;
        let ratio = self.ratio(row, work);
        let ratio = |of: fn(Ratio) -> Option<f64>| {
            ratio.and_then(of).map_or_else(String::new, |it| format!("{it:.2}"))
        };
        let times = match row.peer.processes() {
            1 => String::new(),
            many => format!(" × {many}"),
        };
        let mut remarks = Vec::new();
        if row.astray > 0 {
            remarks.push(format!("{} machines not there", thousands(row.astray as usize)));
        }
        if let Some(trouble) = &row.trouble {
            remarks.push(format!("says: {}", trouble.replace('|', "/")));
        }
        if self.plan.speech == Speech::Redfish {
            remarks.push(format!("{:.1} TLS handshakes each", row.handshakes));
        }
        format!(
            "| {} | {} | {:.3} | {:.3} | {:.2} | {:.3} | {:.0}{times} | {:.1} | {:.3} | {} | {} | {} |",
            row.peer.name(),
            thousands(row.nodes),
            row.wall_s,
            row.cpu_s,
            each(row.wall_s),
            each(row.cpu_s),
            row.peak_mib,
            row.packets,
            row.sim_cpu_s,
            ratio(|it| it.wall),
            ratio(|it| Some(it.cpu)),
            remarks.join("; "),
        )
    }

    /// For each machine: datagrams both ways over IPMI, requests over Redfish.
    fn packets(&self, sample: &Sample) -> f64 {
        let count = match self.plan.speech {
            Speech::Ipmi => sample.traffic.received + sample.traffic.sent,
            Speech::Redfish => sample.traffic.received,
        };
        count as f64 / sample.nodes as f64
    }
}

/// One measurement, as it is shown while it goes on.
pub fn line(sample: &Sample) -> String {
    let Sample { peer, work, nodes, spent, sim_cpu_s, traffic, astray, trouble } = sample;
    let mut text = format!(
        "{:<28} {:<24} {nodes:>6}  {:>7.3} s  {:>7.3} CPU s  {:>5} MiB  {:>7} in {:>7} out  sim {sim_cpu_s:.2} s",
        peer.name(),
        work.title(),
        spent.wall_s,
        spent.cpu_s,
        spent.peak_kib / 1024,
        traffic.received,
        traffic.sent,
    );
    if *astray > 0 {
        let _ = write!(text, "  {astray} not there");
    }
    if let Some(trouble) = trouble {
        let _ = write!(text, "  says: {trouble}");
    }
    text
}

/// The middle one; 0 of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[odd / 2],
        even => (values[even / 2 - 1] + values[even / 2]) / 2.0,
    }
}

/// `100,000`
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
}

const fn unit(speech: Speech) -> &'static str {
    match speech {
        Speech::Ipmi => "datagrams",
        Speech::Redfish => "requests",
    }
}
