//! Puts records into the journal, in order, until each is there. What they mean is not known here.

use std::sync::Arc;
use std::time::Duration;

use arbiter::{Record, coalesce};
use journal::{AppendError, Journal, RequestId};
use tokio::sync::mpsc::UnboundedReceiver;

/// Records taken for one batch before they are folded.
const BATCH_MAX: usize = 100_000;
/// A batch has at most so many records after folding.
const ENTRIES_MAX: usize = 500;
/// The first wait after a refusal, in milliseconds; it doubles.
const RETRY_MS: u64 = 50;
/// The longest wait between two tries, in milliseconds.
const RETRY_MAX_MS: u64 = 2_000;

/// Runs until nobody sends records any more. The queue is bounded by what can be open: each node has at
/// most one record on its way.
pub(super) async fn run<J: Journal>(journal: Arc<J>, mut records: UnboundedReceiver<Record>) {
    let mut batch = Vec::new();
    while records.recv_many(&mut batch, BATCH_MAX).await > 0 {
        for entries in coalesce(batch.drain(..)).chunks(ENTRIES_MAX) {
            append(&*journal, entries).await;
        }
    }
}

/// Tries until the journal has it. The request id makes a repeated try harmless.
pub(super) async fn append<J: Journal>(journal: &J, records: &[Record]) {
    let id = request_id();
    let payloads: Vec<Vec<u8>> = records.iter().map(encode).collect();
    let mut wait_ms = RETRY_MS;
    loop {
        match journal.append(id, payloads.clone()).await {
            Ok(_) => return,
            Err(AppendError::Refused(journal::Refusal::Closed)) => return,
            Err(error) => {
                tracing::warn!(%error, "a record is not in the journal yet; trying again")
            }
        }
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        wait_ms = (wait_ms * 2).min(RETRY_MAX_MS);
    }
}

fn encode(record: &Record) -> Vec<u8> {
    serde_json::to_vec(record).expect("a record is plain data with text keys")
}

fn request_id() -> RequestId {
    let mut id = [0; 16];
    getrandom::fill(&mut id).expect("the operating system has randomness");
    RequestId(id)
}
