//! Goes through a journal entry by entry and past what is damaged.
//! It holds no transaction, so that a journal in use is not held up.

use std::ops::RangeInclusive;

use rusqlite::Connection;

use crate::store::{self, StoreError};
use crate::{Entry, Fault, Seq};

/// So many positions in a row that can't be read end the walk: then a damaged number led it astray.
const UNREADABLE_RUN_MAX: u32 = 1 << 20;

/// What is at a position.
pub(super) enum Found {
    Entry(Entry),
    Lost(RangeInclusive<Seq>, Fault),
}

impl Found {
    /// The last position that it is about.
    pub(super) fn last(&self) -> Seq {
        match self {
            Self::Entry(entry) => entry.seq,
            Self::Lost(range, _) => *range.end(),
        }
    }
}

pub(super) struct Walk<'c> {
    connection: &'c Connection,
    next: Seq,
    head: Seq,
    unreadable_run: u32,
}

impl<'c> Walk<'c> {
    /// Starts at `from`, or at the oldest entry if that is later. Where the state can't be read, the
    /// entries tell how far they go.
    pub(super) fn new(connection: &'c Connection, from: Seq) -> Self {
        let state = store::state(connection).ok();
        let highest = store::highest(connection).ok().flatten().unwrap_or(0);
        let lowest = store::lowest(connection).ok().flatten().unwrap_or(1);
        let oldest = state.map_or(lowest, |state| state.oldest);
        let head = state.map_or(highest, |state| state.head.max(highest));
        Self { connection, next: from.max(oldest), head, unreadable_run: 0 }
    }

    fn found(&mut self) -> Found {
        let at = self.next;
        let found = store::entry_from(self.connection, at);
        self.unreadable_run = if found.is_ok() { 0 } else { self.unreadable_run + 1 };
        match found {
            Ok(Some(entry)) if entry.seq == at => Found::Entry(entry),
            Ok(Some(entry)) => Found::Lost(at..=entry.seq - 1, Fault::Missing),
            Ok(None) => Found::Lost(at..=self.head, Fault::Missing),
            Err(StoreError::Damaged(Some(seq), _)) if seq > at => {
                Found::Lost(at..=seq - 1, Fault::Missing)
            }
            Err(StoreError::Damaged(_, fault)) => Found::Lost(at..=at, fault),
            Err(error) => Found::Lost(at..=at, Fault::Database(error.into_reason())),
        }
    }

    /// The journal may be in use: what left it since the walk began is not lost but trimmed.
    fn trimmed_to(&self) -> Option<Seq> {
        let oldest = store::state(self.connection).ok()?.oldest;
        (oldest > self.next).then_some(oldest)
    }
}

impl Iterator for Walk<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        while self.next <= self.head && self.unreadable_run < UNREADABLE_RUN_MAX {
            let found = self.found();
            match &found {
                Found::Entry(entry) => self.next = entry.seq + 1,
                Found::Lost(..) if let Some(oldest) = self.trimmed_to() => {
                    self.next = oldest;
                    continue;
                }
                Found::Lost(range, _) => self.next = range.end() + 1,
            }
            return Some(found);
        }
        None
    }
}
