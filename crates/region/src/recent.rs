//! Which record a repeated request led to, for requests that the ledger does not remember by key.
//! It forgets the oldest: a repetition that late is carried out again, which is harmless for these.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use arbiter::Seq;
use journal::RequestId;

use crate::locks::lock;

/// How many requests are remembered.
const REQUESTS_MAX: usize = 4_000;

#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<(HashMap<RequestId, Seq>, VecDeque<RequestId>)>);

impl Recent {
    pub(crate) fn seq(&self, id: RequestId) -> Option<Seq> {
        lock(&self.0).0.get(&id).copied()
    }

    pub(crate) fn remember(&self, id: RequestId, seq: Seq) {
        let mut state = lock(&self.0);
        if state.0.insert(id, seq).is_none() {
            state.1.push_back(id);
        }
        if state.1.len() > REQUESTS_MAX
            && let Some(oldest) = state.1.pop_front()
        {
            state.0.remove(&oldest);
        }
    }
}
