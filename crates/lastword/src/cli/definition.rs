//! The command line: everything that may be said, for the parser, the help, the completions and the
//! manual alike. It does nothing: subcommands do.

use std::path::PathBuf;

use clap::{ArgAction, Command, CommandFactory, FromArgMatches, Parser};

use crate::command::Subcommand;

const EXAMPLES: &str = "\
Examples:
  lastword off 'rack12n[1-64]' --reason 'disk swap'
  lastword cycle n7 --no-wait
  lastword boot 'n[1-3]' pxe --and cycle
  lastword status @rack12
  lastword why n7

Exit codes:
  0  every node confirmed (with --no-wait: accepted)
  1  a node failed, or is uncertain
  2  wrong use, bad node set, unknown node
  3  superseded by a newer command, or withdrawn
  4  not authenticated, or not allowed
  5  stale: a higher sequence number or a newer command is known
  6  --timeout is over, the daemon keeps firing
  7  no daemon
  8  needs --yes; or held, protected, busy, full, or not as --if-state says
  130  interrupted; commands stay
  When several apply: 1 before 6 before 3 before 8 before 5.";

/// Power control for fleets of machines: the last command has the last word
#[derive(Debug, Parser)]
#[command(name = "lastword", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(propagate_version = false, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub subcommand: Subcommand,
    /// What holds for all subcommands.
    #[command(flatten)]
    pub globals: Globals,
}

impl Cli {
    /// What was typed; ends the program with help or a complaint if that is no command.
    #[must_use]
    pub fn typed() -> Self {
        let matches = with_usages(Self::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The usage in a complaint is that of the help: left alone it also shows options that only the
/// environment sets, as if they were required.
pub(super) fn with_usages(mut command: Command) -> Command {
    command.build();
    usages(command)
}

fn usages(mut command: Command) -> Command {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    command.override_usage(usage).mut_subcommands(usages)
}

/// Where the server is, who the caller is, and how to talk.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "For all that talk to a server")]
pub struct Globals {
    /// The server [default: the context's, or http://127.0.0.1:7473]
    #[arg(long, value_name = "URL", global = true, env = "LASTWORD_SERVER")]
    pub server: Option<String>,
    /// A server of lastword/contexts.toml in your configuration folder, with its token and certificates;
    /// not used together with --server [default: what that file says]
    #[arg(long, value_name = "NAME", global = true, env = "LASTWORD_CONTEXT")]
    pub context: Option<String>,
    /// A file with your token [env: LASTWORD_TOKEN, LASTWORD_TOKEN_FILE, if no context names one]
    /// [default: the admin token of a server on this host]
    #[arg(long, value_name = "FILE", global = true)]
    pub token_file: Option<PathBuf>,
    /// Believe only certificates that those in this file issued
    #[arg(long, value_name = "FILE", global = true, env = "LASTWORD_CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// No colours [env: NO_COLOR]
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Tell more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}
