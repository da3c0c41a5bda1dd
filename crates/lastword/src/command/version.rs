//! `lastword version`: the version, the context, the server's version, and who the caller is to it.
//! That no server answers is no failure here.

use crate::cli::output::{plain, print};
use crate::cli::{Exit, Globals, Place, Session};

/// The flags.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Runs it.
///
/// # Errors
/// When standard output can't be written.
pub fn run(_: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let mut text = format!("lastword {}\n", env!("CARGO_PKG_VERSION"));
    let at = Place::find(globals)?;
    if let Some(context) = &at.context {
        text += &format!("context: {}\n", plain(context));
    }
    text += &match server(&at, globals) {
        Ok(line) => line,
        Err(error) => format!("server:  {} (not asked: {})\n", at.server, first_line(&error)),
    };
    print(&text)?;
    Ok(Exit::Done)
}

fn server(at: &Place, globals: &Globals) -> anyhow::Result<String> {
    let session = Session::open_at(at, globals.verbose)?;
    let version = session.client().version()?;
    Ok(format!(
        "server:  {} at {}, cluster {}, {} nodes\nyou:     {} ({})\n",
        plain(&version.version),
        at.server,
        plain(&version.cluster),
        version.nodes,
        plain(&version.you),
        version.role
    ))
}

fn first_line(error: &anyhow::Error) -> String {
    let text = error.to_string();
    plain(text.lines().next().unwrap_or_default().trim_start_matches("lastword: "))
}
