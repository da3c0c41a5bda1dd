//! `lastword completions`: a script by which a shell asks this program what to offer. It does not
//! install it.

use anyhow::anyhow;
use clap::ValueEnum;
use clap_complete::env::Shells;

use crate::cli::Exit;
use crate::cli::output::print;
use crate::defaults::COMPLETE;

/// In bash a word is split at @, so that it would not be known that a group is meant.
const BASH_WHOLE_GROUPS: &str = "COMP_WORDBREAKS=${COMP_WORDBREAKS//@}\n";

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Nodes and groups are completed as the server knows them; without a server nothing is.
Read it anew when lastword is upgraded, best whenever a shell starts:
  bash: source <(lastword completions bash)
  zsh:  source <(lastword completions zsh)
  fish: lastword completions fish | source

Examples:
  lastword completions bash
  lastword completions zsh")]
pub struct Args {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Elvish,
    Powershell,
}

impl Shell {
    const fn word(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Elvish => "elvish",
            Self::Powershell => "powershell",
        }
    }
}

/// Runs it.
///
/// # Errors
/// When standard output can't be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let shells = Shells::builtins();
    let word = args.shell.word();
    let shell = shells.completer(word).ok_or_else(|| anyhow!("no completions for {word}"))?;
    let mut script = Vec::new();
    shell.write_registration(COMPLETE, "lastword", "lastword", "lastword", &mut script)?;
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if args.shell == Shell::Bash {
        script += BASH_WHOLE_GROUPS;
    }
    print(&script)?;
    Ok(Exit::Done)
}
