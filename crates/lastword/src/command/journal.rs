//! `lastword journal`: looks at the journal of a server that does not run. It repairs nothing.

use std::io::{self, BufWriter};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword journal check /var/lib/lastword
  lastword journal export /var/lib/lastword --from 812")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What can be done with a journal.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Look for damage
    Check {
        /// The data folder
        dir: PathBuf,
    },
    /// Print the records, one JSON document a line
    Export {
        /// The data folder
        dir: PathBuf,
        /// From this sequence number on
        #[arg(long, value_name = "SEQ")]
        from: Option<u64>,
    },
}

/// Runs it. Damage is exit code 1.
///
/// # Errors
/// When the journal can't be read at all, or nothing can be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Check { dir } => {
            let report = journal::check(&dir)?;
            println!("{}", report.to_string().trim_end());
            Ok(code(report.is_sound()))
        }
        What::Export { dir, from } => {
            let out = BufWriter::new(io::stdout().lock());
            let exported = journal::export(&dir, from.unwrap_or(1), out)?;
            if exported.lost > 0 {
                eprintln!("{} entries could not be read; the export says which", exported.lost);
            }
            Ok(code(exported.lost == 0))
        }
    }
}

fn code(sound: bool) -> ExitCode {
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
