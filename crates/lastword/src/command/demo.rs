//! `lastword demo`: everything at once, on this host alone. It switches no real machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::cli::arguments::Format;
use crate::cli::output::{Emitter, print};
use crate::cli::span::Span;
use crate::cli::{Exit, Globals, Session, view};
use crate::defaults::LISTEN;
use crate::demo::{Demo, People};
use crate::sim::control;

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword demo
  lastword demo --nodes 2000
  lastword demo --keep /tmp/demo --for 1m")]
pub struct Args {
    /// How many machines, in racks of forty
    #[arg(long, value_name = "N", default_value_t = 200)]
    nodes: usize,
    /// Keep its journal and inventory there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// End by itself after so long
    #[arg(long = "for", value_name = "SPAN")]
    lasts: Option<Span>,
    /// Nobody fights: the machines are yours
    #[arg(long)]
    quiet: bool,
}

/// Runs it until it is interrupted.
///
/// # Errors
/// When something can't be started.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let demo = Demo::start(args.nodes, args.keep)?;
    let globals = Globals {
        server: Some(demo.url()),
        token_file: Some(demo.token_file()),
        ca_file: None,
        ..globals.clone()
    };
    let session = Arc::new(Session::open(&globals)?);
    let names: Vec<String> = demo.layout.nodes().map(|(name, _)| name).collect();
    let people = match args.quiet {
        false => Some(People::begin(session.client(), &names, 1)?),
        true => None,
    };
    let stop = Arc::new(AtomicBool::new(false));
    if let Some(lasts) = args.lasts {
        let stop = Arc::clone(&stop);
        thread::spawn(move || {
            thread::sleep(lasts.duration());
            stop.store(true, Ordering::Relaxed);
        });
    }
    let shown = show(&demo, session, &names[0], &stop);
    if let Some(people) = people {
        people.stop();
    }
    demo.stop()?;
    shown.map(|()| Exit::Done)
}

fn show(
    demo: &Demo,
    session: Arc<Session>,
    first: &str,
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let banner = banner(demo, first)?;
    if view::fits() {
        return view::show(session, None, banner, stop);
    }
    print(&(banner.join("\n") + "\n"))?;
    let (told, interrupted) = (Arc::clone(&session), view::interrupted());
    let over = Arc::clone(stop);
    // it ends with the program; before that only when nobody reads any more
    thread::spawn(move || {
        let followed = super::watch::follow(&told, None, Emitter::new(Format::Text));
        over.store(true, Ordering::Relaxed);
        followed
    });
    while !stop.load(Ordering::Relaxed) && !interrupted.load(Ordering::Relaxed) {
        thread::sleep(std::time::Duration::from_millis(50));
    }
    Ok(())
}

/// What to type next.
fn banner(demo: &Demo, first: &str) -> anyhow::Result<Vec<String>> {
    let usual = |address: SocketAddr, usual: &str| address.to_string() == usual;
    let count = demo.layout.len();
    let machines = if count == 1 { "machine" } else { "machines" };
    let mut lines = vec![format!(
        "{count} simulated {machines}. In another terminal (Ctrl-C here ends {}):",
        if count == 1 { "it" } else { "them" }
    )];
    if let Some(folder) = unreachable_folder() {
        lines.push(format!("  export PATH={}:$PATH", folder.display()));
    }
    if !usual(demo.server, LISTEN) {
        lines.push(format!("  export LASTWORD_SERVER={}", demo.url()));
    }
    lines.push(format!("  export LASTWORD_TOKEN_FILE={}", demo.token_file().display()));
    lines.push(format!("  lastword on {first}; lastword why {first}; lastword log {first}"));
    let control = match usual(demo.control, control::USUAL) {
        true => String::new(),
        false => format!(" --control {}", demo.control),
    };
    lines.push(format!("  lastword sim set {first} ignores-first=2{control}"));
    match region::has_page() {
        Ok(()) => lines.extend(["Or in a browser:".to_owned(), format!("  {}", demo.page()?)]),
        Err(why) => lines.push(format!("There is no web page: {why}.")),
    }
    lines.push(String::new());
    Ok(lines)
}

/// The program's folder, unless a shell finds the program by its name.
fn unreachable_folder() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?.canonicalize().ok()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("lastword"));
    let mut found = found.filter_map(|program| program.canonicalize().ok());
    if found.next().as_ref() == Some(&own) {
        return None;
    }
    own.parent().map(PathBuf::from)
}
