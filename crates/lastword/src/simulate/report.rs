//! What came of a plan, in numbers: the shape of `-o json`. It does not print.

use serde::Serialize;

use super::Plan;
use super::controller::Policy;
use super::fleet::Fleet;
use super::people::STORM_MS;
use super::score::Tally;
use super::world::WATCH_MS;

/// All results of a plan.
#[derive(Debug, PartialEq, Serialize)]
pub struct Report {
    /// The first seed.
    pub seed: u64,
    /// How many seeds.
    pub seeds: u64,
    /// How many nodes for each seed.
    pub nodes: usize,
    /// For how long new wishes came up, in seconds.
    pub storm_s: u64,
    /// For how long it was watched after that, in seconds.
    pub watch_s: u64,
    /// The results, fleet by fleet.
    pub results: Vec<Cell>,
}

/// The result of one policy on one fleet, over all seeds.
#[derive(Debug, PartialEq, Serialize)]
pub struct Cell {
    /// The fleet.
    pub fleet: Fleet,
    /// The policy.
    pub policy: Policy,
    /// Nodes, over all seeds, that somebody wanted something of.
    pub nodes: u64,
    /// Clicks, over all nodes.
    pub clicks: u64,
    /// Clicks that were refused.
    pub refused: u64,
    /// Until the machine was for good where the last word wanted it, in seconds: half of the nodes that got there.
    pub there_p50_s: f64,
    /// The same: 95 of a hundred of them.
    pub there_p95_s: f64,
    /// Nodes at no moment where the last word wanted them, in percent.
    pub never_percent: f64,
    /// Nodes at the end not where the last word wanted them, in percent.
    pub wrong_percent: f64,
    /// The same in the worst seed.
    pub wrong_worst_percent: f64,
    /// Orders sent, a node.
    pub orders: f64,
    /// Reads sent, a node.
    pub reads: f64,
    /// Changes of power that the newest click did not want, for a hundred nodes.
    pub needless_per_100: f64,
    /// Clicks whose caller was told nothing, in percent.
    pub unanswered_percent: f64,
    /// Clicks whose caller was told what was not so, in percent.
    pub misled_percent: f64,
    /// Fencing agents that asked for off.
    pub fences: u64,
    /// Of these, how many were told that it is off.
    pub told_off: u64,
    /// Of these, how many were told so falsely.
    pub false_offs: u64,
    /// Until a fencing agent was told, in seconds: half of those that were.
    pub fenced_p50_s: f64,
    /// The same: 95 of a hundred of them.
    pub fenced_p95_s: f64,
}

impl Report {
    pub(super) fn new(plan: &Plan, results: Vec<Cell>) -> Self {
        Self {
            seed: plan.seed,
            seeds: plan.seeds,
            nodes: plan.nodes,
            storm_s: STORM_MS / 1_000,
            watch_s: WATCH_MS / 1_000,
            results,
        }
    }

    /// The results on that fleet, policy by policy.
    pub fn of(&self, fleet: Fleet) -> impl Iterator<Item = &Cell> {
        self.results.iter().filter(move |cell| cell.fleet == fleet)
    }

    /// The fleets that there are results of.
    pub fn fleets(&self) -> impl Iterator<Item = Fleet> {
        Fleet::ALL.into_iter().filter(|fleet| self.of(*fleet).next().is_some())
    }
}

impl Cell {
    pub(super) fn new(fleet: Fleet, policy: Policy, tallies: Vec<Tally>) -> Self {
        let wrong = tallies.iter().map(|tally| share(tally.wrong, tally.nodes));
        let wrong_worst_percent = wrong.fold(0.0, f64::max);
        let mut all = Tally::default();
        tallies.into_iter().for_each(|tally| all.add(tally));
        all.there_ms.sort_unstable();
        all.fenced_ms.sort_unstable();
        Self {
            fleet,
            policy,
            nodes: all.nodes,
            clicks: all.clicks,
            refused: all.refused,
            there_p50_s: quantile_s(&all.there_ms, 50),
            there_p95_s: quantile_s(&all.there_ms, 95),
            never_percent: share(all.never, all.nodes),
            wrong_percent: share(all.wrong, all.nodes),
            wrong_worst_percent,
            orders: ratio(all.orders, all.nodes),
            reads: ratio(all.reads, all.nodes),
            needless_per_100: share(all.needless, all.nodes),
            unanswered_percent: share(all.unanswered, all.clicks),
            misled_percent: share(all.misled, all.clicks),
            fences: all.fences,
            told_off: all.fenced_ms.len() as u64,
            false_offs: all.false_offs,
            fenced_p50_s: quantile_s(&all.fenced_ms, 50),
            fenced_p95_s: quantile_s(&all.fenced_ms, 95),
        }
    }
}

fn share(some: u64, all: u64) -> f64 {
    ratio(some * 100, all)
}

/// Rounded to hundredths, so that it reads well as JSON.
fn ratio(some: u64, all: u64) -> f64 {
    let hundredths = (some * 200 + all) / (all * 2).max(1);
    hundredths as f64 / 100.0
}

/// The smallest of the sorted values that so many of a hundred do not exceed, in seconds; 0 if there are none.
fn quantile_s(sorted_ms: &[u64], percent: usize) -> f64 {
    let place = (sorted_ms.len() * percent).div_ceil(100).saturating_sub(1);
    sorted_ms.get(place).map_or(0.0, |ms| *ms as f64 / 1_000.0)
}
