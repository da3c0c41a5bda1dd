//! Measures lastword and its peers side by side on one simulated fleet, and writes `docs/benchmarks.md`. `cargo xtask
//! bench peers` runs it. It judges by the targets alone and never fails because of them.

mod big;
mod fleet;
mod idle;
mod measure;
mod peer;
mod report;
mod rounds;
mod server;
mod table;
mod targets;
mod versions;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use clap::Parser;

use fleet::{Plan, Speech};
use peer::Peer;
use report::Report;

/// Answers that come at once, and answers that come late.
const LAGS: [(&str, f64); 2] = [("", 0.0), (",lag=5ms,jitter=2ms", 6.0)];

/// What is measured. Without `--quick` and `--only` the page is written.
#[derive(Debug, Parser)]
struct Args {
    /// How often everybody has a turn
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// The machines of the IPMI fleet
    #[arg(long, default_value_t = 1_000)]
    nodes: usize,
    /// How many of them the slow ones are asked for
    #[arg(long, default_value_t = 100)]
    slow_nodes: usize,
    /// The machines of the large fleet
    #[arg(long, default_value_t = 10_000)]
    big_nodes: usize,
    /// The machines of the Redfish fleet
    #[arg(long, default_value_t = 100)]
    redfish_nodes: usize,
    /// Only these peers and parts, by a part of their names: `ipmi`, `redfish`, `big`, `idle`, `peer:powerman` (repeat it)
    #[arg(long)]
    only: Vec<String>,
    /// One run on small fleets, to see whether all works
    #[arg(long)]
    quick: bool,
    /// A Python with pyghmi, sushy and redfishtool
    #[arg(long)]
    python: Option<PathBuf>,
    /// Where the page is written
    #[arg(long, default_value = "docs/benchmarks.md")]
    page: PathBuf,
}

/// What all measurements need to know.
#[derive(Debug)]
pub struct Bench {
    runs: usize,
    slow_nodes: usize,
    only: Vec<String>,
    python: Option<PathBuf>,
    program: PathBuf,
    scratch: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let mut args = Args::parse();
    if args.quick {
        args =
            Args { runs: 1, nodes: 80, slow_nodes: 20, big_nodes: 400, redfish_nodes: 20, ..args };
    }
    let folder = tempfile::Builder::new().prefix("lastword-bench-").tempdir()?;
    // powermand reads its configuration as a user of its own
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let bench = Bench {
        runs: args.runs.max(1),
        slow_nodes: args.slow_nodes,
        only: args.only.clone(),
        python: args.python.clone(),
        program: versions::program()?,
        scratch: folder.path().to_owned(),
    };
    let report = measure(&bench, &args)?;
    let page = report.page(&bench);
    if args.quick || !args.only.is_empty() {
        println!("\n{page}");
    } else {
        fs::write(&args.page, page)?;
        println!("\n{}\nwritten: {}", report.targets(), args.page.display());
    }
    Ok(())
}

fn measure(bench: &Bench, args: &Args) -> anyhow::Result<Report> {
    let load = versions::load();
    let mut report = Report { rounds: Vec::new(), bigs: Vec::new(), idle: Vec::new(), load };
    let plan = |speech, nodes, (lag, round_trip_ms)| Plan { speech, nodes, lag, round_trip_ms };
    for (part, speech, nodes) in
        [("ipmi", Speech::Ipmi, args.nodes), ("redfish", Speech::Redfish, args.redfish_nodes)]
    {
        for lag in LAGS.iter().filter(|_| bench.has(part)) {
            report.rounds.push(rounds::run(bench, plan(speech, nodes, *lag))?);
        }
    }
    for lag in LAGS.iter().filter(|_| bench.has("big")) {
        report.bigs.push(big::run(bench, plan(Speech::Ipmi, args.big_nodes, *lag))?);
    }
    if bench.has("idle") {
        let sizes: &[usize] = if args.quick { &[1_000] } else { &[10_000, 100_000] };
        report.idle = idle::run(bench, sizes)?;
    }
    Ok(report)
}

impl Bench {
    /// Where the BMCs listen: at the usual port if this user may, because one peer can't be told any other.
    fn port(&self, speech: Speech) -> u16 {
        let (usual, other) = match speech {
            Speech::Ipmi => (623, 6_230),
            Speech::Redfish => (443, 8_443),
        };
        let may = std::net::TcpListener::bind(("127.255.255.1", usual)).is_ok();
        if may { usual } else { other }
    }

    /// Whether that part is wanted.
    fn has(&self, part: &str) -> bool {
        let mut parts = self.only.iter().filter(|word| !word.starts_with("peer:")).peekable();
        parts.peek().is_none() || parts.any(|word| word == part)
    }

    /// Whether that peer is wanted.
    fn wants(&self, peer: Peer) -> bool {
        let mut names = self.only.iter().filter_map(|word| word.strip_prefix("peer:")).peekable();
        names.peek().is_none() || names.any(|name| peer.name().starts_with(name))
    }
}
