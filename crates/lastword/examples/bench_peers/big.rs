//! A large fleet with lastword alone: everything off and on to confirmed, against the least that the fleet itself needs.

use super::Bench;
use super::fleet::{Fleet, Plan};
use super::peer::{Peer, Place, Work};
use super::rounds::{self, Sample, Seat};
use super::table::median;

/// How long a machine takes to go on or off, in milliseconds.
const TRANSITION_MS: f64 = 1_000.0;

/// What came of it.
#[derive(Debug)]
pub struct Big {
    /// The fleet.
    pub plan: Plan,
    /// The least seconds that it needs: an order's round trip, a transition, a reading's round trip.
    pub floor_s: f64,
    /// The first "off" and "on" of a server that never saw the machines move.
    pub first: Vec<Sample>,
    /// The others.
    pub later: Vec<Sample>,
    /// What an idle node costs whose session is open, in bytes.
    pub open_session: f64,
}

/// Measures it.
pub fn run(bench: &Bench, plan: Plan) -> anyhow::Result<Big> {
    println!("\n## {}, lastword alone", plan.title());
    let port = bench.port(plan.speech);
    let fleet = Fleet::start(&bench.program, plan, port, &bench.scratch.join("fleet"))?;
    let (floor_s, scratch) = ((TRANSITION_MS + 2.0 * plan.round_trip_ms) / 1e3, &*bench.scratch);
    let place = Place { fleet: &fleet, nodes: plan.nodes, python: None, scratch };
    let seat = Seat::take(Peer::Lastword, &bench.program, &place)?;
    let before = seat.resident_kib();
    let mut big = Big { plan, floor_s, first: Vec::new(), later: Vec::new(), open_session: 0.0 };
    let measured = |work| -> anyhow::Result<Sample> {
        let sample = rounds::measure(Peer::Lastword, work, &seat, &place)?;
        println!("{}", super::table::line(&sample));
        Ok(sample)
    };
    measured(Work::Cold)?;
    let opened = seat.resident_kib().saturating_sub(before);
    big.open_session = opened as f64 * 1024.0 / plan.nodes as f64;
    for run in 0..=bench.runs {
        for work in [Work::Off, Work::On] {
            rounds::dwell();
            let sample = measured(work)?;
            if run == 0 { big.first.push(sample) } else { big.later.push(sample) }
        }
    }
    Ok(big)
}

impl Big {
    /// The median seconds of that work, and of the CPU of ours and of the simulator.
    pub fn medians(&self, work: Work) -> (f64, f64, f64) {
        let its = || self.later.iter().filter(|sample| sample.work == work);
        (
            median(its().map(|sample| sample.spent.wall_s).collect()),
            median(its().map(|sample| sample.spent.cpu_s).collect()),
            median(its().map(|sample| sample.sim_cpu_s).collect()),
        )
    }

    /// The slower of "off" and "on", against the floor.
    pub fn ratio(&self) -> f64 {
        let slower = self.medians(Work::Off).0.max(self.medians(Work::On).0);
        slower / self.floor_s
    }

    /// The table in Markdown.
    pub fn table(&self) -> String {
        let cores = std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
        let mut text = String::from(
            "| lastword | wall s | ÷ floor | CPU s | simulator's CPU s | ÷ floor with the simulator's CPU |\n\
             | --- | --: | --: | --: | --: | --: |\n",
        );
        let mut line = |what: &str, (wall, cpu, sim): (f64, f64, f64)| {
            let (ratio, shared) = (wall / self.floor_s, wall / (self.floor_s + sim / cores));
            text += &format!(
                "| {what} | {wall:.2} | {ratio:.2} | {cpu:.2} | {sim:.2} | {shared:.2} |\n"
            );
        };
        for sample in &self.first {
            let what = format!("{}, the first one after a start", sample.work.title());
            line(&what, (sample.spent.wall_s, sample.spent.cpu_s, sample.sim_cpu_s));
        }
        for work in [Work::Off, Work::On] {
            line(work.title(), self.medians(work));
        }
        text
    }
}
