//! A storm over real sockets: a thousand virtual BMCs with mixed faults, by IPMI and by Redfish, fifty callers, and a
//! server that is killed. Then the machines' own ledgers prove promises 2 to 5.
//!
//! `LASTWORD_STORM_SECONDS`, `LASTWORD_STORM_NODES` and `LASTWORD_SEED` make it longer, larger or another one: `cargo
//! xtask soak --sockets`.

#[path = "../e2e/house.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod house;
mod machines;
mod people;
mod proof;

/// The BMCs' password, as the other tests have it.
mod fleet {
    pub const PASSWORD: &str = "canary-storm-90b1";
}

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use house::House;
use machines::Machines;

/// How long one exchange with a BMC may take, in milliseconds; the inventory says the same.
const EXCHANGE_MS: u64 = 2_000;
/// Lines for every node's block of the inventory.
const SETTINGS: &str = "settle = \"4s\"\ntransition = \"1500ms\"\ndwell = \"100ms\"\npoll = \"4s\"\n\
                        exchange_timeout = \"2s\"\ndeadline = \"25s\"\n";
/// How many callers there are.
const CALLERS: usize = 50;
/// The server is killed so often.
const KILLS: u32 = 3;
/// Everything has ended so long after the storm: deadlines, settle windows, and a busy machine.
const CALM: Duration = Duration::from_secs(120);

#[test]
fn the_machines_own_ledgers_prove_the_promises_after_a_storm() {
    let seconds = number("LASTWORD_STORM_SECONDS", 20);
    let nodes = usize::try_from(number("LASTWORD_STORM_NODES", 1_000)).expect("a number of nodes");
    let seed = number("LASTWORD_SEED", 1);
    let folder = tempfile::tempdir().expect("a folder");
    let machines = Machines::start(nodes, seed);
    let inventory = machines.inventory(folder.path(), SETTINGS);
    let mut house = House::start_with(folder.path(), &inventory);

    let over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..CALLERS)
        .map(|number| people::caller(&house, number, seed, machines.names().collect(), &over))
        .collect();
    for _ in 0..KILLS {
        thread::sleep(Duration::from_millis(seconds * 1_000 / u64::from(KILLS + 1)));
        house.kill();
        house.serve();
    }
    thread::sleep(Duration::from_millis(seconds * 1_000 / u64::from(KILLS + 1)));
    over.store(true, Ordering::Relaxed);
    let asked: Vec<people::Asked> =
        callers.into_iter().flat_map(|caller| caller.join().expect("a caller breaks")).collect();

    let client = people::admin(&house);
    let since = Instant::now();
    let open = || people::open(&client);
    while open() > 0 {
        assert!(since.elapsed() < CALM, "{} commands never end", open());
        thread::sleep(Duration::from_millis(500));
    }
    // settle windows end, and what a BMC had kept back comes
    thread::sleep(Duration::from_secs(6));
    proof::check(&client, &machines, &asked, seed);
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}
