//! The subcommands: a file each, listed once. It does not do what they do.

mod boot;
mod cancel;
mod check_config;
mod circuits;
mod completions;
mod demo;
mod hold;
mod holds;
mod import;
mod inventory;
mod journal;
mod log;
mod man;
mod nodes;
mod observed;
mod power;
mod serve;
mod sim;
mod simulate;
mod status;
mod token;
mod unhold;
mod version;
mod wait;
mod watch;
mod why;

use std::process::ExitCode;

use api::Action;

use crate::cli::Globals;

/// Declares the subcommands: the words that people type, the flags, and what is run.
macro_rules! subcommands {
    ($($(#[$meta:meta])* $name:ident($args:ty) => $run:expr),+ $(,)?) => {
        /// What can be asked on the command line.
        #[derive(Debug, clap::Subcommand)]
        pub enum Subcommand {
            $($(#[$meta])* $name(Box<$args>)),+
        }

        impl Subcommand {
            /// Does it.
            ///
            /// # Errors
            /// Whatever keeps it from being done; [`crate::cli::report`] tells it to people.
            pub fn run(self, globals: &Globals) -> anyhow::Result<ExitCode> {
                match self {
                    $(Self::$name(args) => ($run)(*args, globals).map(ExitCode::from)),+
                }
            }
        }
    };
}

subcommands! {
    /// Power nodes on; never power-cycles
    On(power::Args) => |args, globals| power::run(Action::On, &args, globals),
    /// Power nodes off, hard
    Off(power::Args) => |args, globals| power::run(Action::Off, &args, globals),
    /// Ask the operating system to shut down
    #[command(visible_aliases = ["softoff", "shutdown"])]
    Soft(power::SoftArgs) => |args, globals| power::run_soft(Action::Soft, &args, globals),
    /// Power nodes off, see them off, and power them on
    Cycle(power::Args) => |args, globals| power::run(Action::Cycle, &args, globals),
    /// As cycle, but ask the operating system to shut down at first
    SoftCycle(power::SoftArgs) => |args, globals| power::run_soft(Action::SoftCycle, &args, globals),
    /// Reset nodes, hard, once; nodes that are off are powered on
    Reset(power::Args) => |args, globals| power::run(Action::Reset, &args, globals),
    /// Send a diagnostic interrupt, once
    Nmi(power::Args) => |args, globals| power::run(Action::Nmi, &args, globals),
    /// Choose what nodes boot from, and power them
    Boot(boot::Args) => boot::run,
    /// Show the power of nodes
    #[command(visible_aliases = ["stat", "query"])]
    Status(status::Args) => status::run,
    /// Show what happens, as it happens
    #[command(visible_alias = "top")]
    Watch(watch::Args) => watch::run,
    /// Wait until nodes are on, off or idle
    Wait(wait::Args) => wait::run,
    /// Withdraw open commands
    Cancel(cancel::Args) => cancel::run,
    /// Show what a node was asked, or what became of a command
    Log(log::Args) => log::run,
    /// Say what is going on with a node
    Why(why::Args) => why::run,
    /// Keep others from changing nodes, for a while
    Hold(hold::Args) => hold::run,
    /// End a hold
    Unhold(unhold::Args) => unhold::run,
    /// List the holds
    Holds(holds::Args) => holds::run,
    /// Show how much of each circuit is used
    Circuits(circuits::Args) => circuits::run,
    /// Tell that you looked at nodes which only people switch, and what they are
    Observed(observed::Args) => observed::run,
    /// Expand, fold and count node sets
    Nodes(nodes::Args) => nodes::run,
    /// Manage who may come in
    Token(token::Args) => token::run,
    /// Check, compare, import or export inventories
    Inventory(inventory::Args) => |args, _| inventory::run(args),
    /// Check or export a journal
    Journal(journal::Args) => |args, _| journal::run(args),
    /// Run the server
    Serve(serve::Args) => |args, _| serve::run(args),
    /// See it work in a minute, without hardware
    Demo(demo::Args) => demo::run,
    /// Simulate machines to try things on
    Sim(sim::Args) => |args, _| sim::run(args),
    /// Check what the server would use, without starting it
    CheckConfig(check_config::Args) => check_config::run,
    /// Show with numbers what each policy does with the same clicks
    Simulate(simulate::Args) => |args, _| simulate::run(&args),
    /// Print a completion script for a shell
    Completions(completions::Args) => |args, _| completions::run(&args),
    /// Write the manual pages into a folder
    Man(man::Args) => |args, _| man::run(&args),
    /// Show the version, the server's version, and who you are to it
    Version(version::Args) => version::run,
}
