//! What the tests of the embedded journal share. It asserts nothing by itself.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::Path;

use journal::{Appended, Entry, Journal, Local, Options, RequestId, Seq};

pub(crate) const MANY: usize = 1 << 30;

pub(crate) fn id(number: u64) -> RequestId {
    RequestId(u128::from(number).to_be_bytes())
}

pub(crate) fn open(folder: &Path) -> Local {
    Local::open(folder, Options::default()).expect("the journal opens")
}

/// Appends one entry with that text, under a request id of that number.
pub(crate) async fn put(journal: &Local, number: u64, text: &str) -> Appended {
    let batch = vec![text.as_bytes().to_vec()];
    journal.append(id(number), batch).await.expect("the entry is appended")
}

pub(crate) async fn all(journal: &Local) -> Vec<Entry> {
    let oldest = journal.oldest().await.expect("the journal has an oldest entry");
    journal.read(oldest, MANY, MANY).await.expect("the journal can be read")
}

pub(crate) fn seqs(entries: &[Entry]) -> Vec<Seq> {
    entries.iter().map(|entry| entry.seq).collect()
}

/// A small generator of numbers, so that a seed tells the whole story (xorshift64*).
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}
