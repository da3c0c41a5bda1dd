//! The region's fold of the journal: the ledger, and a book of what became of recent commands.
//! It decides nothing: the ledger does.

mod book;
mod follow;
mod news;
mod words;

use std::collections::VecDeque;

use arbiter::{Goal, Ledger, Millis, NodeId, Record, Seq};
use nodeset::NodeSet;

pub(crate) use book::{Book, Ids, Page, is_level};
pub(crate) use follow::{FRESH_MS, follow};

/// The most leaderships that are remembered; retention ends at one of them.
const LEADS_MAX: usize = 10_000;

/// Everything that was read from the journal.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    pub(crate) ledger: Ledger,
    pub(crate) book: Book,
    /// The positions of the records by which agents took the lead, oldest first.
    pub(crate) leads: VecDeque<Seq>,
}

/// Whether a node was read in that state before that time, shortly.
pub(crate) type IsThere<'a> = &'a dyn Fn(&str, Goal, Millis) -> bool;

impl Fold {
    /// A fold of nothing that has a place for every node already: the first command to a large fleet
    /// need not make them.
    pub(crate) fn new(nodes: &NodeSet) -> Self {
        let mut fold = Self::default();
        fold.expect(nodes);
        fold
    }

    /// Makes places for nodes that no record named yet. It changes no verdict.
    pub(crate) fn expect(&mut self, nodes: &NodeSet) {
        for name in nodes.iter() {
            self.ledger.intern(&name);
        }
    }

    /// Folds one record in.
    pub(crate) fn apply(
        &mut self,
        seq: Seq,
        at: Millis,
        record: &Record,
        is_there: IsThere<'_>,
    ) -> Vec<arbiter::Change> {
        let mut changes = Vec::new();
        self.ledger.apply(seq, at, record, &mut changes);
        if matches!(record, Record::Led { .. }) {
            self.leads.push_back(seq);
            if self.leads.len() > LEADS_MAX {
                self.leads.pop_front();
            }
        }
        self.book.write(&self.ledger, seq, record, &changes, is_there);
        changes
    }

    /// The names of these nodes.
    pub(crate) fn names(&self, ids: impl IntoIterator<Item = NodeId>) -> NodeSet {
        let names = ids.into_iter().map(|id| self.ledger.name(id));
        NodeSet::from_names(names).expect("the ledger holds node names only")
    }
}
