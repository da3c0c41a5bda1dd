//! The ledger's words in the interface's words, with whose they are.
//! It leaves nothing out but what is said twice, and adds nothing but names.

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
            Outcome::Failed { cause } => api::Outcome::Failed { cause: once(cause) },
            Outcome::Uncertain { cause } => api::Outcome::Uncertain { cause: once(cause) },
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

/// An end names its endpoint, and so does the cause that it quotes.
fn once(cause: &str) -> String {
    let (Some((place, _)), Some((end, last))) =
        (cause.split_once(": "), cause.split_once("; last: "))
    else {
        return cause.to_owned();
    };
    let last = last.strip_prefix(place).and_then(|it| it.strip_prefix(": ")).unwrap_or(last);
    format!("{end}; last: {last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_cause_does_not_say_again_what_was_said() {
        for (cause, told) in [
            (
                "[::1]:623: the account was refused; last: [::1]:623: wrong password",
                "[::1]:623: the account was refused; last: wrong password",
            ),
            (
                "h: not confirmed within 5 s; last: h: no answer",
                "h: not confirmed within 5 s; last: no answer",
            ),
            ("h: off fired 3 times; last: g: x", "h: off fired 3 times; last: g: x"),
            ("h: off refused", "h: off refused"),
            ("off", "off"),
        ] {
            assert_eq!(once(cause), told);
        }
    }
}
