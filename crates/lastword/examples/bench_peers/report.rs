//! Writes everything down in `docs/benchmarks.md`: the machine, the versions, the tables, the targets and what is to be
//! said for honesty. It measures nothing.

use std::fmt::Write as _;

use super::big::Big;
use super::fleet::Speech;
use super::idle::{self, Idle};
use super::peer::{Peer, Work};
use super::rounds::Rounds;
use super::{Bench, targets, versions};

/// What everything is measured by, and what is to be known of it.
const HEAD: &str = include_str!("head.md");

/// What stays true between two runs; whoever measures again and sees something else changes it.
const WHY: &str = "\
## What is missed, and why

- Everything to confirmed on 10,000 machines. Within the second of the transition the server spends about a second of CPU and the simulator 0.65 s, on the
  same two cores; the last column of that table counts the simulator's share into the floor. The server's profile is flat: a third is the kernel's UDP, one call a
  datagram each way, then the ciphers, the engine's one task and the journal. What would help: several datagrams a call (`sendmmsg`, `recvmmsg`), fewer
  reads before a transition time that is known, random bytes drawn in blocks.
- A cold status over Redfish is three requests over one connection, not one: a session is begun, so that the next status is one request without a password,
  and the system is looked up, so that it is never the first of many. It takes less wall and CPU than redfishpower's one request all the same.
";

/// All that was measured.
#[derive(Debug)]
pub struct Report {
    /// Everybody in turns.
    pub rounds: Vec<Rounds>,
    /// Large fleets.
    pub bigs: Vec<Big>,
    /// Idle servers.
    pub idle: Vec<Idle>,
    /// The load of the machine before it began.
    pub load: String,
}

impl Report {
    /// The whole page.
    pub fn page(&self, bench: &Bench) -> String {
        let mut text = format!("{HEAD}\n## Where and with what\n\n{}\n", self.ground(bench));
        let _ = writeln!(text, "## Targets\n\n{}", self.targets());
        let _ = writeln!(text, "{WHY}");
        for rounds in &self.rounds {
            let _ = writeln!(text, "## {}\n", rounds.plan.title());
            for work in Work::ALL {
                let _ = writeln!(text, "{}", rounds.table(work));
            }
        }
        for big in &self.bigs {
            let (title, floor) = (big.plan.title(), big.floor_s);
            let _ = writeln!(
                text,
                "## {title}, lastword alone\n\nThe floor is {floor:.3} s: an order's round trip, the transition, a \
                 reading's round trip. The last column adds what the simulator itself needs of the cores. An idle \
                 node with an open session took {:.0} bytes more than one without.\n\n{}",
                big.open_session,
                big.table()
            );
        }
        if !self.idle.is_empty() {
            let _ = writeln!(text, "## Idle nodes\n\n{}", idle::table(&self.idle));
        }
        text.trim_end().to_owned() + "\n"
    }

    /// The targets as a table.
    pub fn targets(&self) -> String {
        targets::table(&targets::all(&self.rounds, &self.bigs, &self.idle))
    }

    fn ground(&self, bench: &Bench) -> String {
        let (runs, slow) = (bench.runs, bench.slow_nodes);
        let mut text = format!(
            "- {}; load average {} before and {} after, the measuring itself included\n\
             - medians of {runs} runs in turns; the slow ones on the first {slow} machines\n\
             - measured at commit {}\n",
            versions::machine(),
            self.load,
            versions::load(),
            versions::commit(),
        );
        let mut named = Vec::new();
        for peer in [Speech::Ipmi, Speech::Redfish].iter().flat_map(|s| Peer::all(*s)) {
            if !named.contains(peer) {
                named.push(*peer);
                let version = versions::version(*peer, &bench.program, bench.python.as_deref());
                let version = version.unwrap_or_else(|why| why);
                let _ = writeln!(text, "- {}: {version}", peer.name());
            }
        }
        text
    }
}
