//! An append whose answer is lost: it is found out, and the command is carried out once.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::{Client, Code, Door, Secret};
use common::{FakeLive, fleet, key, on, problem};
use journal::{AppendError, Appended, Entry, Journal, Local, ReadError, Refusal, RequestId, Seq};
use region::{Board, Options, Region, Tls};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// A journal that does what it is asked and loses so many answers.
struct Losing {
    journal: Local,
    losses: AtomicUsize,
}

impl Journal for Losing {
    async fn append(&self, id: RequestId, batch: Vec<Vec<u8>>) -> Result<Appended, AppendError> {
        let answer = self.journal.append(id, batch).await;
        let lose = |left: usize| left.checked_sub(1);
        match self.losses.fetch_update(Ordering::SeqCst, Ordering::SeqCst, lose) {
            Ok(_) => Err(AppendError::Unknown { reason: "the answer was lost".to_owned() }),
            Err(_) => answer,
        }
    }

    async fn read(&self, from: Seq, entries: usize, bytes: usize) -> Result<Vec<Entry>, ReadError> {
        self.journal.read(from, entries, bytes).await
    }

    fn head(&self) -> watch::Receiver<Seq> {
        self.journal.head()
    }

    async fn oldest(&self) -> Result<Seq, ReadError> {
        self.journal.oldest().await
    }

    async fn trim(&self, before: Seq) -> Result<Seq, Refusal> {
        self.journal.trim(before).await
    }

    async fn probe(&self) -> Result<(), Refusal> {
        self.journal.probe().await
    }

    async fn size_bytes(&self) -> Result<u64, ReadError> {
        self.journal.size_bytes().await
    }
}

fn client_of(losses: usize) -> (Runtime, TempDir, Arc<Losing>, Client) {
    let (runtime, dir) = (Runtime::new().unwrap(), TempDir::new().unwrap());
    let journal = Local::open(dir.path().join("journal"), journal::Options::default()).unwrap();
    let journal = Arc::new(Losing { journal, losses: losses.into() });
    let (board, live) = (Arc::new(Board::new()), Arc::new(FakeLive::default()));
    let entered = runtime.enter();
    let options = Options::new(dir.path());
    let region = Region::open(journal.clone(), fleet(), board, live, options).unwrap();
    drop(entered);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { region.serve(listener, Tls::Off, std::future::pending()).await });
    let token = std::fs::read_to_string(dir.path().join("admin.token")).unwrap();
    let token = Secret::parse(&token).unwrap();
    let client = Client::new(&format!("http://{address}"), token, None, Door::Cli).unwrap();
    (runtime, dir, journal, client)
}

#[test]
fn a_lost_answer_is_found_out_by_asking_again() {
    let (_runtime, _dir, journal, client) = client_of(2);
    assert_eq!(client.post_command(&on("n1"), &key()).unwrap().seq, Some(1));
    assert_eq!(*journal.head().borrow(), 1, "it is there once");
}

#[test]
fn one_that_stays_unknown_is_told_as_such_and_may_be_asked_again() {
    let (_runtime, _dir, journal, client) = client_of(5);
    let key = key();
    let unknown = problem(client.post_command(&on("n1"), &key), 503, Code::JournalUnknown);
    assert!(unknown.detail.contains("same idempotency key"), "{}", unknown.detail);
    let again = client.post_command(&on("n1"), &key).unwrap();
    assert_eq!((again.seq, *journal.head().borrow()), (Some(1), 1));
}
