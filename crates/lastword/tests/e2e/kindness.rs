//! What BMCs and accounts are spared: on real sockets.

use std::thread::sleep;
use std::time::Duration;

use super::bmcs::Bmcs;
use super::folder;
use super::house::{House, until};

#[test]
fn an_account_that_nobody_accepts_is_tried_at_a_few_bmcs_and_not_all_over_the_fleet() {
    let (dir, bmcs) = (folder(), Bmcs::start(false, &["wrong-password"; 40]));
    let house = bmcs.house(dir.path(), "poll = \"off\"\n");
    let on = house.say(&["on", "n[1-40]", "--yes"]);
    assert_eq!(on.code, 1, "{}", on.all());
    assert!(on.out.contains("refused the account"), "{}", on.all());
    let log_ins: Vec<u64> =
        (1..=40).map(|node| bmcs.traffic(&format!("n{node}")).received).collect();
    // four refused it, and two more may have been asked meanwhile
    assert!((4..=6).contains(&log_ins.iter().sum::<u64>()), "{log_ins:?}");
}

#[test]
fn a_fleet_that_was_silent_is_read_again_without_a_rush() {
    const NODES: usize = 40;
    let (dir, bmcs) = (folder(), Bmcs::start(false, &[""; NODES]));
    let inventory = bmcs.inventory(dir.path(), "poll = \"1s\"\nsettle = \"0s\"\n");
    let house = House::start_with(dir.path(), &inventory);
    let names: Vec<String> = (1..=NODES).map(|node| format!("n{node}")).collect();
    let received = || names.iter().map(|name| bmcs.traffic(name).received).sum::<u64>();
    until("all are read", || house.say(&["status"]).out.starts_with("off:"));
    for name in &names {
        bmcs.set_faults(name, "silent");
    }
    until("nobody answers", || house.say(&["status"]).out.starts_with("unknown: n[1-40]"));
    sleep(Duration::from_secs(10));
    for name in &names {
        bmcs.set_faults(name, "");
    }
    let mut seconds = Vec::new();
    until("all are read again", || {
        let before = received();
        sleep(Duration::from_secs(1));
        seconds.push(received() - before);
        house.say(&["status"]).out.starts_with("off:     n[1-40]")
    });
    let most = seconds.iter().max().copied().unwrap_or_default();
    assert!(
        most <= NODES as u64 * 3 / 2,
        "{most} questions a second, usually {NODES}: {seconds:?}"
    );
}
