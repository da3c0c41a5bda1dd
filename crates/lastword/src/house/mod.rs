//! One process that is a whole house: a journal, an agent over it, a region over it, and the doors.
//!
//! It only joins the rooms: what they do is theirs.

mod bridge;
mod data;
mod fleet;

use std::io::IsTerminal as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use cluster::Agent;
use cluster::clock::now_ms;
use journal::Local;
use region::{Board, Region, Tls};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::defaults::ADMIN_TOKEN;
use crate::private;
use bridge::Bridge;
pub use data::lost_journal;
pub use fleet::{CLUSTER, DEADLINE_MS, QUEUE_MAX, fleet};

/// How long the agent may take to close its sessions at the end.
const STOP_MS: u64 = 5_000;

/// What the house is made of.
#[derive(Debug)]
pub struct Settings {
    /// The inventory's file or folder.
    pub inventory: PathBuf,
    /// The data folder.
    pub data: PathBuf,
    /// How they are locked.
    pub tls: Tls,
    /// Above how many nodes a disruptive command needs its count repeated.
    pub confirm_over: Option<usize>,
}

/// Runs until `until` is ready, with its doors where `listener` listens.
///
/// # Errors
/// When the inventory, the data folder or the address can't be used, or the journal can't be followed.
pub async fn run(
    settings: Settings,
    listener: TcpListener,
    until: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    log_to_stderr();
    let inventory = crate::inventory::load(&settings.inventory)?;
    let (inventory, watched) = watch::channel(Arc::new(inventory));
    data::make_private(&settings.data)?;
    if let Some(words) = data::lost_journal(&settings.data) {
        anyhow::bail!(words);
    }
    if let Some(warning) = private::warning(&settings.data.join(ADMIN_TOKEN)) {
        tracing::warn!("{warning}");
    }
    let options = journal::Options { clock: now_ms, ..journal::Options::default() };
    let journal = Arc::new(Local::open(&settings.data, options)?);

    let board = Arc::new(Board::new());
    let bridge = Arc::new(Bridge::new(&settings, inventory, Arc::clone(&board)));
    let (agent, looks) = Agent::new(CLUSTER, Arc::clone(&journal), watched, Arc::clone(&bridge))?;
    let people = agent.people();
    let fleet = bridge.fleet()?;
    let nodes = fleet.nodes().len();
    let options = region::Options { clock: now_ms, ..region::Options::new(settings.data.clone()) };
    let region =
        Region::open(Arc::clone(&journal), fleet, board, Arc::clone(&bridge) as _, options)
            .context("can't open the accounts")?;
    bridge.join(looks, people, region.clone());

    let (stop, stopped) = watch::channel(false);
    tokio::spawn(reload_on_hangup(region.clone()));
    tokio::spawn(async move {
        until.await;
        tracing::info!("stopping");
        stop.send_replace(true);
    });
    let mut agent = tokio::spawn(agent.run(wait(stopped.clone())));
    let address = listener.local_addr()?;
    let page = page(address, &settings.tls);
    tracing::info!(%address, nodes, data = %settings.data.display(), page, "serving");
    let served = tokio::select! {
        served = region.serve(listener, settings.tls, wait(stopped)) => served.context("can't serve"),
        ended = &mut agent => {
            ended.context("the agent broke")?.context("the agent ended")?;
            Ok(())
        }
    };
    if !agent.is_finished() {
        let _ = tokio::time::timeout(Duration::from_millis(STOP_MS), agent).await;
    }
    journal.close();
    served
}

/// What can't be served is refused before anything else begins: an agent that led for a moment would
/// carry out what is open.
///
/// # Errors
/// When the address is taken or not of this host, or others would read what is said there.
pub fn listen(address: SocketAddr, tls: &Tls) -> anyhow::Result<TcpListener> {
    if matches!(tls, Tls::Off) && !address.ip().is_loopback() {
        return Err(region::ServeError::PlainOffLoopback(address).into());
    }
    let listener =
        TcpListener::bind(address).with_context(|| format!("can't listen on {address}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Where the web page is, or why there is none.
fn page(address: SocketAddr, tls: &Tls) -> String {
    let scheme = if matches!(tls, Tls::Off) { "http" } else { "https" };
    match region::has_page() {
        Ok(()) => format!("{scheme}://{address}{}", region::PAGE_PATH),
        Err(why) => format!("none: {why}"),
    }
}

async fn wait(mut stopped: watch::Receiver<bool>) {
    // a sender that is gone means stop as well
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Ready once a signal says stop.
pub async fn told_to_stop() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

async fn reload_on_hangup(region: Region) {
    let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
    while hangups.recv().await.is_some() {
        let region = region.clone();
        let reload = tokio::task::spawn_blocking(move || region.reload());
        match reload.await {
            Ok(Ok(changed)) => tracing::info!("inventory reloaded:\n{changed}"),
            Ok(Err(wrong)) => tracing::error!("the old inventory stays in place:\n{wrong}"),
            Err(error) => tracing::error!(%error, "the reload broke"),
        }
    }
}

fn log_to_stderr() {
    log_to(std::io::stderr, std::io::stderr().is_terminal());
}

/// Begins the log, as `RUST_LOG` has it. A second house in the same process keeps the log of the first.
pub fn log_to<W>(writer: W, colours: bool)
where
    W: for<'w> tracing_subscriber::fmt::MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::INFO.into())
        .from_env_lossy();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
    let _ = log.with_writer(writer).try_init();
}
