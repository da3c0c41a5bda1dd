//! `cargo xtask bench core`: measures on this machine and prints a table. Each bench is an example of
//! the crate that it measures; nothing is judged here.

use anyhow::{Result, bail};

use crate::shell;

/// Bench, the crate that has it, and its example.
const BENCHES: [(&str, &str, &str); 1] = [("core", "lastword", "bench_core")];

pub fn run(args: &[String]) -> Result<()> {
    let known = BENCHES.map(|(name, ..)| name).join(", ");
    let Some((name, rest)) = args.split_first() else { bail!("which bench? {known}") };
    let Some((_, package, example)) = BENCHES.iter().find(|(bench, ..)| bench == name) else {
        bail!("unknown bench {name:?}; there is: {known}");
    };
    let mut cargo = shell::cargo(&["run", "--release", "--locked", "-p", package]);
    cargo.args(["--example", example, "--"]).args(rest);
    shell::must(cargo)
}
