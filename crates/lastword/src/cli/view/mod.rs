//! A live view of a fleet for a terminal: folded counts, what is open, what happened last. It changes nothing; into a pipe
//! nothing of it is written.

mod draw;
mod fleet;
mod screen;

#[cfg(test)]
mod tests;

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use api::{ClientError, Event, NodeQuery};
use cluster::clock::now_ms;
use nodeset::NodeSet;

use super::interrupt::at_stop;
use super::session::Session;
pub use draw::{Look, draw};
pub use fleet::Fleet;
use screen::Screen;

/// The shortest time between two drawings.
const DRAW_MIN: Duration = Duration::from_millis(200);
/// How many times longer than drawing takes the view waits until it draws again.
const DRAW_REST: u32 = 10;
/// The longest time between two drawings: ages go on.
const DRAW_MAX: Duration = Duration::from_secs(1);
/// How long the view waits before it asks a server again that is away.
const AWAY: Duration = Duration::from_secs(1);
/// How many events may wait for the view; the reader waits then.
const EVENTS_MAX: usize = 4_096;

/// What the reader of events tells the view.
enum News {
    /// Every node, read anew.
    Fleet(Vec<api::Node>),
    Event(Event),
    /// The server is away, and says so in these words.
    Away(String),
}

/// Whether there is a terminal that can be drawn on.
#[must_use]
pub fn fits() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Shows the nodes of a set, or every node, until somebody says stop or it is interrupted.
///
/// # Errors
/// When the terminal can't be written, or the server refuses.
pub fn show(
    session: Arc<Session>,
    wanted: Option<NodeSet>,
    banner: Vec<String>,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let (sender, news) = mpsc::sync_channel(EVENTS_MAX);
    let server = session.client().server().to_owned();
    // it ends with the program: a stream that is silent can't be left from outside
    thread::spawn(move || read(&session, &sender));
    let look = Look { server, banner, wanted };
    let mut screen = Screen::open()?;
    run(&news, &look, stop, &mut screen)
}

fn run(
    news: &Receiver<News>,
    look: &Look,
    stop: &AtomicBool,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let interrupted = interrupted();
    let mut fleet = Fleet::default();
    let (mut drawn, mut next) = (Instant::now(), Instant::now());
    let mut changed = true;
    loop {
        if stop.load(Ordering::Relaxed) || interrupted.load(Ordering::Relaxed) {
            return Ok(());
        }
        let now = Instant::now();
        if now >= next && (changed || now >= drawn + DRAW_MAX) {
            screen.write(&draw(&mut fleet, look, screen.size(), now_ms()))?;
            drawn = Instant::now();
            next = drawn + DRAW_MIN.max((drawn - now) * DRAW_REST);
            changed = false;
        }
        match news.recv_timeout(DRAW_MIN) {
            Ok(News::Fleet(nodes)) => fleet.replace(&nodes),
            Ok(News::Event(event)) => fleet.apply(&event),
            Ok(News::Away(words)) => fleet.lose(words),
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the server refused the events"),
        }
        changed = true;
    }
}

/// Reads every node, then follows the events; begins anew after every gap.
fn read(session: &Session, news: &SyncSender<News>) {
    loop {
        match follow(session, news) {
            Ok(()) => return,
            Err(words) => {
                if news.send(News::Away(words)).is_err() {
                    return;
                }
                thread::sleep(AWAY);
            }
        }
    }
}

/// Returns well when nobody wants news any more, and otherwise says why there is none.
fn follow(session: &Session, news: &SyncSender<News>) -> Result<(), String> {
    let words = |error: ClientError| error.to_string();
    let client = session.client();
    // the stream is opened first, so that nothing is missed between the two
    let events = client.events(None).map_err(words)?.once();
    let nodes = client.nodes(&NodeQuery::default()).map_err(words)?.nodes;
    if news.send(News::Fleet(nodes)).is_err() {
        return Ok(());
    }
    for received in events {
        let event = received.map_err(words)?.event;
        if event.what == api::What::Reset {
            let nodes = client.nodes(&NodeQuery::default()).map_err(words)?.nodes;
            if news.send(News::Fleet(nodes)).is_err() {
                return Ok(());
            }
        }
        if news.send(News::Event(event)).is_err() {
            return Ok(());
        }
    }
    Err(format!("{} closed the connection", client.server()))
}

/// Becomes true with Ctrl-C and whatever else says stop, so that the terminal can be put back as it was.
pub fn interrupted() -> Arc<AtomicBool> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let armed = FLAG.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        at_stop(move || set.store(true, Ordering::Relaxed));
        flag
    });
    Arc::clone(armed)
}
