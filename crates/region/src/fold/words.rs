//! The ledger's words in the interface's words, with whose they are.
//! It leaves nothing out and adds nothing but names.

use api::Whose;
use arbiter::{Course, Outcome, Refusal, Seq, Verdict};

use super::{Fold, Ids, Page};
use crate::convert::{action, door};
use crate::groups::Group;

impl Fold {
    /// That record, and whose it is, as far as it is remembered.
    pub(crate) fn whose(&self, seq: Seq) -> Whose {
        let page = self.book.page(seq).map(|page| &page.command);
        if let Some(command) = page.or_else(|| self.ledger.command(seq).map(|entry| &entry.command))
        {
            return Whose {
                seq,
                by: Some(command.by.to_string()),
                door: Some(door(&command.door)),
                action: Some(action(command.action)),
                reason: command.reason.as_deref().map(str::to_owned),
            };
        }
        let note = self.book.note(seq);
        Whose {
            seq,
            by: note.map(|note| note.by.to_string()),
            door: note.map(|note| door(&note.door)),
            action: None,
            reason: note.and_then(|note| note.reason.as_deref()).map(str::to_owned),
        }
    }

    pub(crate) fn verdict(&self, verdict: &Verdict, already: bool) -> api::Verdict {
        match verdict {
            Verdict::Accepted(Course::Run) if already => api::Verdict::Already,
            Verdict::Accepted(Course::Run) => api::Verdict::Fire,
            Verdict::Accepted(Course::Merge { into }) => api::Verdict::Merge(self.whose(*into)),
            Verdict::Accepted(Course::Supersede { seq }) => {
                api::Verdict::Supersede(self.whose(*seq))
            }
            Verdict::Accepted(Course::Wait { behind }) => api::Verdict::Wait(self.whose(*behind)),
            Verdict::Refused(refusal) => self.refusal(refusal),
        }
    }

    pub(crate) fn refusal(&self, refusal: &Refusal) -> api::Verdict {
        match refusal {
            Refusal::StaleSequence { newest } => api::Verdict::StaleSequence { newest: *newest },
            Refusal::StaleNewest { newest } => {
                api::Verdict::StaleNewest { newest: self.whose(*newest) }
            }
            Refusal::Held { holder, reason, until } => api::Verdict::Held {
                holder: holder.to_string(),
                reason: reason.to_string(),
                until_at_ms: *until,
            },
            Refusal::Busy { seq } => api::Verdict::Busy(self.whose(*seq)),
            Refusal::Full { limit } => api::Verdict::Full { limit: *limit },
        }
    }

    pub(crate) fn outcome(&self, outcome: &Outcome) -> api::Outcome {
        match outcome {
            Outcome::Confirmed => api::Outcome::Confirmed,
            Outcome::Merged { into, result } => {
                api::Outcome::Merged { into: *into, result: self.outcome(result).into() }
            }
            Outcome::Superseded { by } => api::Outcome::Superseded { by: self.whose(*by) },
            Outcome::Cancelled { by } => api::Outcome::Cancelled { by: self.whose(*by) },
            Outcome::Failed { cause } => api::Outcome::Failed { cause: cause.to_string() },
            Outcome::Uncertain { cause } => api::Outcome::Uncertain { cause: cause.to_string() },
        }
    }

    /// What a command did at first.
    pub(crate) fn verdicts(&self, page: &Page) -> Vec<Group<api::Verdict>> {
        let group = |((verdict, already), ids): &((Verdict, bool), Ids)| {
            let nodes = match ids {
                Ids::All => page.command.nodes.clone(),
                Ids::Some(ids) => self.names(ids.iter().copied()),
            };
            Group { nodes, what: self.verdict(verdict, *already) }
        };
        page.verdicts.iter().map(group).collect()
    }
}
