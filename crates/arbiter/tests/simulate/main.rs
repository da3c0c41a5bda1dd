//! A fleet in virtual time: the production agent over lying, lagging, dying BMCs, with crashes at any
//! record. Same seed, same run.
//!
//! `LASTWORD_SEEDS=N` runs N seeds from `LASTWORD_SEED` (default 1) on. `LASTWORD_REPLAY=SEED` prints the
//! event log of that seed instead; `cargo xtask soak` and `cargo xtask replay` set them.

#![expect(clippy::wildcard_enum_match_arm, reason = "the checks are about a few of many cases")]

mod checks;
mod machine;
mod people;
mod referee;
mod rng;
mod sim;
mod traffic;

use sim::{Plan, Sim};

const SEEDS_DEFAULT: u64 = 2_000;

/// Seeds that failed once. They stay.
const REGRESSIONS: [u64; 10] =
    [1, 424_242, 1_334, 3_995, 9_344, 14_842, 15_199, 24_651, 24_962, 46_340];

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Runs the seed; says how it can be looked at if a promise was broken.
fn run(seed: u64, plan: &Plan) -> sim::Summary {
    let mut sim = Sim::new(seed, plan.clone(), false);
    match sim.run() {
        Ok(summary) => summary,
        Err(broken) => {
            let mut again = Sim::new(seed, plan.clone(), true);
            let _ = again.run();
            let log = again.log();
            let tail = log.len().saturating_sub(60);
            println!("{}", log[tail..].join("\n"));
            panic!("seed {seed}: {broken}\nstep through it: cargo xtask replay {seed}");
        }
    }
}

#[test]
fn every_promise_holds_for_every_seed() {
    if let Some(seed) = number("LASTWORD_REPLAY") {
        let mut sim = Sim::new(seed, Plan::small(seed), true);
        let result = sim.run();
        println!("{}", sim.log().join("\n"));
        println!("seed {seed}: {result:?}");
        return;
    }
    let first = number("LASTWORD_SEED").unwrap_or(1);
    let seeds = number("LASTWORD_SEEDS").unwrap_or(SEEDS_DEFAULT);
    let mut total = sim::Summary::default();
    for seed in (first..first + seeds).chain(REGRESSIONS) {
        total.add(&run(seed, &Plan::small(seed)));
    }
    println!("{seeds} seeds: {total:?}");
    assert!(total.is_lively(), "the simulated world got too tame: {total:?}");
}

#[test]
fn thousands_of_nodes_at_once_keep_every_promise() {
    let summary = run(7, &Plan::large(3_000));
    println!("{summary:?}");
    assert!(summary.intents > 5_000);
}

#[test]
fn the_same_seed_is_the_same_run() {
    let log = || {
        let mut sim = Sim::new(99, Plan::small(99), true);
        let _ = sim.run();
        sim.log().to_vec()
    };
    assert_eq!(log(), log());
}
