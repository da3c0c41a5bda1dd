//! `cargo xtask bench NAME`: measures on this machine and prints a table. Each bench is an example of
//! the crate that it measures; nothing is judged here.

use anyhow::{Result, bail};

use crate::{machine, page, shell};

/// A bench.
struct Bench {
    /// What it is called.
    name: &'static str,
    /// The crate that has it.
    package: &'static str,
    /// Its example.
    example: &'static str,
    /// What it needs beside.
    beside: Beside,
}

/// What a bench needs beside the program and its own example.
#[derive(PartialEq, Eq)]
enum Beside {
    Nothing,
    /// Other programs to compare with, which are installed for it.
    Peers,
    /// A browser, which the page's own bench starts.
    Browser,
}

const BENCHES: [Bench; 3] = [
    Bench { name: "core", package: "lastword", example: "bench_core", beside: Beside::Nothing },
    Bench { name: "peers", package: "lastword", example: "bench_peers", beside: Beside::Peers },
    Bench { name: "web", package: "lastword", example: "bench_web", beside: Beside::Browser },
];

pub fn run(args: &[String]) -> Result<()> {
    let known = BENCHES.map(|bench| bench.name).join(", ");
    let Some((name, rest)) = args.split_first() else { bail!("which bench? {known}") };
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        bail!("unknown bench {name:?}; there is: {known}");
    };
    // they measure the program as it is shipped, beside their own example
    shell::must(shell::cargo(&["build", "--release", "--locked", "-p", bench.package]))?;
    let mut cargo = shell::cargo(&["run", "--release", "--locked", "-p", bench.package]);
    cargo.args(["--example", bench.example, "--"]);
    if bench.beside == Beside::Peers {
        peers(&mut cargo);
    }
    cargo.args(rest);
    shell::must(cargo)?;
    if bench.beside == Beside::Browser { page::bench() } else { Ok(()) }
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
