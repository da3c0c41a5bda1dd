//! `cargo xtask bench NAME`: measures on this machine and prints a table. Each bench is an example of
//! the crate that it measures; nothing is judged here.

use anyhow::{Result, bail};

use crate::{machine, shell};

/// A bench.
struct Bench {
    /// What it is called.
    name: &'static str,
    /// The crate that has it.
    package: &'static str,
    /// Its example.
    example: &'static str,
    /// Whether it compares with other programs, which are installed for it.
    has_peers: bool,
}

const BENCHES: [Bench; 2] = [
    Bench { name: "core", package: "lastword", example: "bench_core", has_peers: false },
    Bench { name: "peers", package: "lastword", example: "bench_peers", has_peers: true },
];

pub fn run(args: &[String]) -> Result<()> {
    let known = BENCHES.map(|bench| bench.name).join(", ");
    let Some((name, rest)) = args.split_first() else { bail!("which bench? {known}") };
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        bail!("unknown bench {name:?}; there is: {known}");
    };
    // both measure the program as it is shipped, beside their own example
    shell::must(shell::cargo(&["build", "--release", "--locked", "-p", bench.package]))?;
    let mut cargo = shell::cargo(&["run", "--release", "--locked", "-p", bench.package]);
    cargo.args(["--example", bench.example, "--"]);
    if bench.has_peers {
        peers(&mut cargo);
    }
    cargo.args(rest);
    shell::must(cargo)
}

/// Installs what is compared with. What can't be is left out by the bench, which says so.
fn peers(cargo: &mut std::process::Command) {
    if let Err(error) = machine::bench_packages() {
        println!("not every peer can be installed: {error:#}");
    }
    match machine::python() {
        Ok(python) => {
            cargo.arg("--python").arg(python);
        }
        Err(error) => println!("no peer in Python can be installed: {error:#}"),
    }
}
