//! The project's own commands: `cargo xtask COMMAND`. They are for people and for CI; nothing that is
//! shipped depends on them.

mod bench;
mod fix;
mod machine;
mod mutants;
mod page;
mod replay;
mod shell;
mod soak;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  test                       installs what the tests need, runs all of them and the mutation check;
                             never changes a file of the repository
  fix [--clippy]             formats, regenerates openapi.json and the numbers in docs/simulate.md;
                             with --clippy applies its suggestions
  soak --seeds N [--from S]  simulates N fleets, each from a seed of its own
  soak --kindness --seeds N [--from S]
                             simulates N sites with the real drivers
  soak --sockets [--seconds N] [--nodes N] [--seed S]
                             a storm of callers over simulated BMCs on real sockets, and kills
  replay SEED [--node n3] [--step]
                             prints the event log of one simulated fleet, a line at each Enter with --step
  mutants [NAME...]          breaks each rule of the core on purpose and shows which proof notices
  bench core                 measures and prints the table of speed and size
  bench web                  measures what the page costs the server, and a browser
  bench peers [--quick] [--runs N] [--nodes N] [--only PART]
                             measures beside other programs; writes docs/benchmarks.md unless --quick or
                             --only is given";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let Some((command, rest)) = args.split_first() else { bail!("no command\n\n{HELP}") };
    match command.as_str() {
        "test" => test::run(rest),
        "fix" => fix::run(rest),
        "soak" => soak::run(rest),
        "replay" => replay::run(rest),
        "mutants" => mutants::run(rest),
        "bench" => bench::run(rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("unknown command {other:?}\n\n{HELP}"),
    }
}
