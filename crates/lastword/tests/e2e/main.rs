//! End to end on real sockets: the program, OpenIPMI's `ipmi_sim`, `ipmitool`.
//!
//! Each test starts its own machines and its own server, and reads what really happened from the machines.

mod bmcs;
mod crash;
mod demo;
mod electricity;
mod faults;
mod fence;
mod fight;
mod fleet;
mod house;
mod interrupt;
mod kindness;
mod ladder;
mod manual;
mod pages;
mod readme;
mod redfish;
mod refusals;
mod relay;
mod secrets;
mod sushy;
mod webhook;

use std::path::Path;

use fleet::Fleet;
use house::House;

/// Machines that change their power within a second, and a server for them.
fn scene(dir: &Path, nodes: usize) -> (Fleet, House) {
    scene_with(dir, nodes, 900, house::QUICK)
}

fn scene_with(dir: &Path, nodes: usize, transition_ms: u64, settings: &str) -> (Fleet, House) {
    let fleet = Fleet::start(dir, nodes, transition_ms);
    let ports: Vec<u16> = (1..=nodes).map(|node| fleet.port(node)).collect();
    let house = House::start(dir, &ports, settings);
    (fleet, house)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}
