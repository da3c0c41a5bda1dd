//! Whether the journal takes records: as the newest write went, or else as a write goes that is made to
//! find out. It makes none that nobody asked for, and bounds how often.

use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use journal::Refusal;
use tokio::time::Instant;

use crate::locks::lock;

/// A write that went well is believed for so long.
const GOOD: Duration = Duration::from_secs(60);
/// One that did not is believed for so long: there may be room again.
const BAD: Duration = Duration::from_secs(1);
/// A write that takes longer has not gone well.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the journal takes records.
#[derive(Debug, Default)]
pub(crate) struct Writable {
    newest: Mutex<Option<Write>>,
    /// One write at a time; who comes meanwhile gets the same answer.
    probing: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug)]
struct Write {
    at: Instant,
    refused: Option<String>,
}

impl Writable {
    /// A write went well, or was refused in these words.
    pub(crate) fn learn(&self, refused: Option<String>) {
        *lock(&self.newest) = Some(Write { at: Instant::now(), refused });
    }

    /// Why nothing is taken; none if it is. Writes to find out, unless it is known.
    pub(crate) async fn refused<F>(&self, probe: impl FnOnce() -> F) -> Option<String>
    where
        F: Future<Output = Result<(), Refusal>>,
    {
        let _turn = self.probing.lock().await;
        if let Some(known) = self.known() {
            return known.refused;
        }
        let refused = match tokio::time::timeout(PATIENCE, probe()).await {
            Ok(answer) => answer.err().map(|refusal| refusal.to_string()),
            Err(_) => Some(format!("the journal took no write for {} s", PATIENCE.as_secs())),
        };
        self.learn(refused.clone());
        refused
    }

    fn known(&self) -> Option<Write> {
        let newest = lock(&self.newest).clone();
        newest.filter(|write| {
            let believed = if write.refused.is_some() { BAD } else { GOOD };
            write.at.elapsed() < believed
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_tried_out_at_the_start_and_while_it_is_not_but_not_too_often() {
        let (writable, probes) = (Writable::default(), Cell::new(0));
        let full = Cell::new(true);
        let refused = async || {
            let probe = async || {
                probes.set(probes.get() + 1);
                if full.get() { Err(Refusal::QueueFull) } else { Ok(()) }
            };
            writable.refused(probe).await.is_some()
        };
        assert!(refused().await && refused().await);
        assert_eq!(probes.get(), 1, "the start tells nothing; then once a second");
        tokio::time::sleep(BAD).await;
        assert!(refused().await);
        full.set(false);
        assert!(refused().await, "not known yet");
        tokio::time::sleep(BAD).await;
        assert!(!refused().await);
        assert_eq!(probes.get(), 3);
        full.set(true);
        tokio::time::sleep(GOOD / 2).await;
        assert!(!refused().await, "believed for a while");
        tokio::time::sleep(GOOD / 2).await;
        assert!(refused().await);
        writable.learn(None);
        assert!(!refused().await, "a write went well meanwhile");
        assert_eq!(probes.get(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_without_an_end_is_no_good_one() {
        let writable = Writable::default();
        let words = writable.refused(std::future::pending::<Result<(), Refusal>>).await;
        assert_eq!(words.as_deref(), Some("the journal took no write for 5 s"));
    }
}
