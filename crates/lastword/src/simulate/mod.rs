//! The question of the RFC of 2014 answered with numbers: the same storm of clicks against the same fleets under lastword's
//! policies and under what the field does today, in virtual time. It opens no socket and asks no server.

mod agenda;
mod chart;
mod controller;
mod field;
mod fleet;
mod house;
mod people;
mod report;
mod score;
mod table;
mod world;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

pub use chart::svg;
pub use controller::Policy;
pub use fleet::Fleet;
pub use report::Report;
pub use table::text;

use report::Cell;
use score::Tally;
use world::World;

/// What is simulated.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The first seed.
    pub seed: u64,
    /// How many seeds, counted on from the first.
    pub seeds: u64,
    /// How many nodes for each seed.
    pub nodes: usize,
    /// Under which policies.
    pub policies: Vec<Policy>,
    /// On which fleets.
    pub fleets: Vec<Fleet>,
}

/// Simulates all of it, on all processors. The same plan gives the same report.
#[must_use]
pub fn run(plan: &Plan) -> Report {
    let pairs = plan
        .fleets
        .iter()
        .flat_map(|fleet| plan.policies.iter().map(move |policy| (*fleet, *policy)));
    let pairs: Vec<(Fleet, Policy)> = pairs.collect();
    let seeds = plan.seed..plan.seed.saturating_add(plan.seeds);
    let runs: Vec<_> =
        pairs.iter().flat_map(|pair| seeds.clone().map(move |seed| (*pair, seed))).collect();
    let tallies = on_all_processors(&runs, |((fleet, policy), seed)| {
        let mut world = World::new(*policy, *fleet, plan.nodes, *seed);
        let end = world.run();
        Tally::of(&mut world, end)
    });
    let mut tallies = tallies.into_iter();
    let cell = |(fleet, policy): (Fleet, Policy)| {
        Cell::new(fleet, policy, tallies.by_ref().take(seeds.clone().count()).collect())
    };
    Report::new(plan, pairs.into_iter().map(cell).collect())
}

/// Does each, and returns the results in the order of what was to be done.
fn on_all_processors<T: Sync, R: Send>(all: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((place, one)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            all.get(place).map(|one| (place, one))
        } {
            done.push((place, act(one)));
        }
        done
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let ended = running.into_iter().map(|thread| thread.join().expect("a run does not panic"));
        ended.flatten().collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
