//! The newest requests and where they went, so that a retry is harmless.
//! It keeps a number of them, not an age.

use std::collections::{HashMap, VecDeque};

use crate::{Appended, RequestId, Seq};

/// The newest requests, in the order in which they were written.
#[derive(Debug)]
pub(super) struct Requests {
    max: usize,
    known: HashMap<RequestId, Appended>,
    order: VecDeque<RequestId>,
}

impl Requests {
    pub(super) fn new(max: usize, loaded: VecDeque<(RequestId, Appended)>) -> Self {
        let mut requests = Self { max, known: HashMap::new(), order: VecDeque::new() };
        loaded.into_iter().for_each(|(id, answer)| requests.add(id, answer));
        requests
    }

    pub(super) fn get(&self, id: RequestId) -> Option<Appended> {
        self.known.get(&id).copied()
    }

    pub(super) fn add(&mut self, id: RequestId, answer: Appended) {
        self.known.insert(id, answer);
        self.order.push_back(id);
        if self.order.len() > self.max
            && let Some(old) = self.order.pop_front()
        {
            self.known.remove(&old);
        }
    }

    /// The position before which requests are forgotten once `more` were added after `head`.
    pub(super) fn floor(&self, more: usize, head: Seq) -> Seq {
        let surplus = (self.order.len() + more).saturating_sub(self.max);
        let kept = self.order.get(surplus).and_then(|id| self.known.get(id));
        kept.map_or(head + 1, |answer| answer.first)
    }
}
