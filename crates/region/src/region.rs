//! The region: everything that its doors share, and the tasks that keep it up to date.
//! It never asks a BMC: it has a board and somebody to ask.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use api::What;
use arbiter::Seq;
use journal::Journal;
use nodeset::NodeSet;
use tokio::sync::watch;

use crate::accounts::{Accounts, AccountsError};
use crate::board::{Board, Live};
use crate::events::{self, Places, Ring};
use crate::fleet::Fleet;
use crate::fold::{self, Fold};
use crate::locks::{read, write};
use crate::log::Log;
use crate::metrics::Metrics;
use crate::recent::Recent;
use crate::retention::{self, Retention};
use crate::snapshot::Drawings;
use crate::watchers::Watchers;

/// The most event streams at once.
const SSE_CLIENTS_MAX: usize = 256;
/// The most event streams at once with one token: several people may share one.
const SSE_CLIENTS_OF_TOKEN_MAX: usize = 32;

/// The longest silence of an event stream.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// How often who wants snapshots is told how old the readings are.
const AGES: Duration = Duration::from_secs(30);

/// How a region works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where tokens and the own certificate are kept.
    pub data_dir: PathBuf,
    /// What is forgotten of the journal.
    pub retention: Retention,
    /// The most event streams at once.
    pub sse_clients_max: usize,
    /// The most event streams at once with one token.
    pub sse_clients_of_token_max: usize,
    /// The longest silence of an event stream: a comment is sent then.
    pub silence_max: Duration,
    /// How often a listener that wants snapshots is told how old the readings are.
    pub ages_every: Duration,
    /// The most connections at once.
    pub connections_max: usize,
    /// The longest wait of a command for its verdict, in milliseconds.
    pub verdict_ms_max: u64,
    /// Unix time in milliseconds.
    pub clock: fn() -> u64,
}

impl Options {
    /// The defaults, with that data folder.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            retention: Retention::default(),
            sse_clients_max: SSE_CLIENTS_MAX,
            sse_clients_of_token_max: SSE_CLIENTS_OF_TOKEN_MAX,
            silence_max: SILENCE_MAX,
            ages_every: AGES,
            connections_max: 4_096,
            verdict_ms_max: 10_000,
            clock: system_clock_ms,
        }
    }
}

/// A region. Clones are the same one; its tasks end with the last of them.
#[derive(Clone)]
pub struct Region(pub(crate) Shared);

/// What the clones of a region share.
pub(crate) type Shared = Arc<Inner>;

pub(crate) struct Inner {
    pub(crate) log: Log,
    pub(crate) fleet: RwLock<Arc<Fleet>>,
    pub(crate) board: Arc<Board>,
    pub(crate) live: Arc<dyn Live>,
    pub(crate) fold: RwLock<Fold>,
    /// How far the fold is.
    pub(crate) folded: watch::Sender<Seq>,
    pub(crate) watchers: Watchers,
    pub(crate) ring: Ring,
    pub(crate) drawings: Drawings,
    pub(crate) recent: Recent,
    pub(crate) accounts: Accounts,
    pub(crate) metrics: Metrics,
    pub(crate) health: Health,
    /// True once the server stops: streams and long polls end.
    pub(crate) stopping: watch::Sender<bool>,
    pub(crate) sse_places: Arc<Places>,
    pub(crate) options: Options,
}

#[derive(Debug, Default)]
pub(crate) struct Health {
    /// Whether the fold has been at the end of the journal since it began.
    pub(crate) caught_up: AtomicBool,
    /// Why the journal can't be read.
    pub(crate) fold_trouble: Mutex<Option<String>>,
}

impl Region {
    /// Opens a region over a journal and starts to follow it. Must be called within a tokio runtime.
    ///
    /// The first time it writes a token for the administrator to `admin.token` in the data folder.
    ///
    /// # Errors
    /// [`AccountsError`] if the tokens in the data folder can't be read or made.
    pub fn open(
        journal: Arc<impl Journal>,
        fleet: Fleet,
        board: Arc<Board>,
        live: Arc<dyn Live>,
        options: Options,
    ) -> Result<Self, AccountsError> {
        let now = (options.clock)();
        let accounts = Accounts::open(&options.data_dir, now)?;
        let metrics = Metrics::new(&board.exchanges);
        let inner = Arc::new(Inner {
            log: Log::new(journal),
            fleet: RwLock::new(Arc::new(fleet)),
            board,
            live,
            fold: RwLock::default(),
            folded: watch::Sender::new(0),
            watchers: Watchers::default(),
            ring: Ring::new(now),
            drawings: Drawings::default(),
            recent: Recent::default(),
            accounts,
            metrics,
            health: Health::default(),
            stopping: watch::Sender::new(false),
            sse_places: Places::new(options.sse_clients_max, options.sse_clients_of_token_max),
            options,
        });
        tokio::spawn(fold::follow(Arc::downgrade(&inner)));
        tokio::spawn(events::pump(Arc::downgrade(&inner)));
        tokio::spawn(retention::keep(Arc::downgrade(&inner)));
        Ok(Self(inner))
    }

    /// The inventory as it is now.
    #[must_use]
    pub fn fleet(&self) -> Arc<Fleet> {
        self.0.fleet()
    }

    /// Puts another inventory in place. A node that is gone keeps its status while something is being
    /// done with it.
    pub fn set_fleet(&self, fleet: Fleet) {
        let fleet = Arc::new(fleet);
        write(&self.0.fold).expect(fleet.nodes());
        *write(&self.0.fleet) = Arc::clone(&fleet);
        self.0.board.retain(|node| fleet.node(node).is_some());
    }

    /// Reads the inventory again, puts it to use, and tells what changed, to listeners too. Called on a thread
    /// of its own.
    ///
    /// # Errors
    /// What is wrong with the inventory; nothing changed then.
    pub fn reload(&self) -> Result<String, String> {
        let changed = self.0.live.reload()?;
        let what = What::Inventory { changed: changed.clone() };
        self.0.ring.push(self.0.now(), NodeSet::default(), what);
        Ok(changed)
    }

    /// Waits until the fold has been at the end of the journal.
    pub async fn caught_up(&self) {
        let mut folded = self.0.folded.subscribe();
        while !self.0.health.caught_up.load(Ordering::Acquire) {
            if folded.changed().await.is_err() {
                return;
            }
        }
    }
}

impl std::fmt::Debug for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Region").field("data_dir", &self.0.options.data_dir).finish_non_exhaustive()
    }
}

impl Inner {
    pub(crate) fn fleet(&self) -> Arc<Fleet> {
        Arc::clone(&read(&self.fleet))
    }

    pub(crate) fn now(&self) -> u64 {
        (self.options.clock)()
    }

    /// Waits until the fold is at that position, as long as a command waits for its verdict.
    pub(crate) async fn folded_to(&self, seq: Seq) -> bool {
        let mut folded = self.folded.subscribe();
        let limit = Duration::from_millis(self.options.verdict_ms_max);
        let there = folded.wait_for(|at| *at >= seq);
        matches!(tokio::time::timeout(limit, there).await, Ok(Ok(_)))
    }
}

fn system_clock_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
