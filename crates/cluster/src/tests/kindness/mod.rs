//! What BMCs and accounts are spared, for every seed: the agent with its real drivers, in virtual time, against simulated
//! BMCs on a network that counts.
//!
//! `LASTWORD_SEEDS=N` runs N seeds from `LASTWORD_SEED` (default 1) on. A seed draws the same site and the same commands
//! every time; what happens within one millisecond may come in another order.

mod checks;
mod door;
mod network;
mod world;

pub use network::{Network, Port};

use checks::Summary;
use world::{Size, World};

/// When the simulated time begins, in milliseconds since the Unix epoch.
const BEGINS_MS: u64 = 1_000_000_000_000;
const SEEDS_DEFAULT: u64 = 24;
const SMALL: Size = Size { doors: 30, ill: 6 };
const WELL: Size = Size { doors: 300, ill: 0 };
/// More are dead than may be connected to at a time.
const LARGE: Size = Size { doors: 700, ill: 640 };

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

fn run(seed: u64, size: Size) -> Result<Summary, String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        crate::clock::begin_at(BEGINS_MS);
        let mut world = World::new(seed, size);
        world.run().await;
        checks::all(&world)
    })
}

#[test]
fn bmcs_and_accounts_are_spared_for_every_seed() {
    let first = number("LASTWORD_SEED").unwrap_or(1);
    let seeds = number("LASTWORD_SEEDS").unwrap_or(SEEDS_DEFAULT);
    let mut total = Summary::default();
    for seed in first..first + seeds {
        let told = run(seed, SMALL).unwrap_or_else(|broken| {
            panic!("LASTWORD_SEED={seed} LASTWORD_SEEDS=1 breaks it again: {broken}")
        });
        total.add(&told);
    }
    println!("{seeds} seeds: {total:?}");
    assert!(total.is_lively(), "the simulated sites got too tame: {total:?}");
}

/// Runs seeds until so many of them had an outage.
fn run_outages(size: Size, outages: usize) -> Summary {
    let mut total = Summary::default();
    for seed in 1.. {
        total.add(&run(seed, size).unwrap_or_else(|broken| panic!("seed {seed}: {broken}")));
        if total.outages == outages {
            break;
        }
    }
    total
}

#[test]
fn hundreds_that_were_silent_are_read_again_without_a_rush() {
    println!("{:?}", run_outages(WELL, 2));
}

#[test]
fn hundreds_of_dead_bmcs_keep_nobody_else_waiting() {
    println!("{:?}", run_outages(LARGE, 1));
}
