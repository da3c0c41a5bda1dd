//! `cargo xtask fix`: writes what a person need not write. It is the only command that changes files
//! of the repository.

use anyhow::{Result, bail};

use crate::shell;

pub fn run(args: &[String]) -> Result<()> {
    let clippy = match args {
        [] => false,
        [flag] if flag == "--clippy" => true,
        _ => bail!("fix takes --clippy or nothing"),
    };
    if clippy {
        let args = ["clippy", "--fix", "--allow-dirty", "--workspace", "--all-targets"];
        shell::must(shell::cargo(&args))?;
    }
    shell::must(shell::cargo(&["fmt", "--all"]))?;
    openapi()?;
    simulation()
}

/// The description of the REST interface is made from the code, by the test that compares it.
fn openapi() -> Result<()> {
    let mut cargo = shell::cargo(&["test", "--quiet", "-p", "region", "openapi"]);
    cargo.env("LASTWORD_UPDATE", "1");
    shell::must(cargo)
}

/// The table and the chart in docs/simulate.md are what the program prints, written by the test that compares them.
fn simulation() -> Result<()> {
    let mut cargo = shell::cargo(&["test", "--quiet", "-p", "lastword", "--bin", "lastword"]);
    cargo.arg("simulate::tests::documented").env("LASTWORD_UPDATE", "1");
    shell::must(cargo)
}
