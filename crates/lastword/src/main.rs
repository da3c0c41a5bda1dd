//! Starts: the one program. It decides nothing itself: each subcommand is a file of its own, and
//! what a command line may say is the definition in `cli`.

mod cli;
mod command;
mod defaults;
mod demo;
mod house;
mod import;
mod inventory;
mod private;
mod sim;
mod simulate;

use std::process::ExitCode;

use clap::CommandFactory;

fn main() -> ExitCode {
    clap_complete::CompleteEnv::with_factory(cli::Cli::command).var(defaults::COMPLETE).complete();
    let cli::Cli { subcommand, globals } = cli::Cli::typed();
    match subcommand.run(&globals) {
        Ok(code) => code,
        Err(error) => cli::report(&error).into(),
    }
}
