//! Asks before many nodes are changed at once: the number of nodes has to be typed.
//! It does not know how many are many: the server and `--max-nodes` do.

use std::io::{self, BufRead, IsTerminal, Write};

use api::{Action, CommandAnswer, Problem, Verdict, VerdictGroup};

use super::arguments::Order;
use super::output::{described, plain};
use super::{Exit, Failure};

/// The most characters of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 64;

/// A command that is for many nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    action: Action,
    nodes: String,
    count: usize,
    on: Option<usize>,
    verdicts: Vec<VerdictGroup>,
}

impl Bulk {
    /// As the server tells when it wants the number repeated; none if it tells no number.
    #[must_use]
    pub fn of_problem(action: Action, problem: &Problem) -> Option<Self> {
        Some(Self {
            action,
            nodes: problem.nodes.clone().unwrap_or_default(),
            count: problem.count?,
            on: problem.on,
            verdicts: problem.verdicts.clone(),
        })
    }

    /// As the server predicts.
    #[must_use]
    pub fn of_answer(answer: &CommandAnswer) -> Self {
        Self {
            action: answer.action,
            nodes: answer.nodes.clone(),
            count: answer.count,
            on: None,
            verdicts: answer.verdicts.clone(),
        }
    }

    /// How many nodes.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Goes on if the flags or a person say so.
    ///
    /// # Errors
    /// A [`Failure`] if not.
    pub fn confirm(&self, order: &Order) -> Result<(), Failure> {
        match order.max_nodes {
            Some(max) if self.count > max && order.yes => Err(self.too_many(max)),
            Some(max) if self.count <= max => Ok(()),
            None if order.yes => Ok(()),
            Some(_) | None => self.ask(),
        }
    }

    /// What [`Bulk::confirm`] would do instead of going on, told beforehand. `needed` says that the server
    /// wants the number.
    #[must_use]
    pub fn foreseen(&self, order: &Order, needed: bool) -> Option<String> {
        let count = self.count;
        match order.max_nodes {
            Some(max) if count > max && order.yes => {
                Some(format!("would refuse: {count} nodes are more than --max-nodes {max}"))
            }
            Some(max) if count <= max => None,
            None if order.yes || !needed => None,
            Some(_) | None => Some(format!("would ask for the count: {count} nodes (--yes)")),
        }
    }

    fn ask(&self) -> Result<(), Failure> {
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            let hint = format!("if you mean it: --yes, or --max-nodes {}", self.count);
            let summary = self.summary();
            let mut lines = summary.lines();
            let first = lines.next().unwrap_or_default();
            let failure = Failure::new(Exit::Refused, format!("needs a confirmation: {first}"));
            let failure = lines.fold(failure, |failure, line| failure.hint(line.trim_start()));
            return Err(failure.hint(hint));
        }
        match self.typed() {
            Ok(answer) if answer.trim() == self.count.to_string() => Ok(()),
            Ok(_) => Err(Failure::new(
                Exit::Refused,
                format!("that is not {}: nothing was done", self.count),
            )),
            Err(error) => Err(Failure::new(
                Exit::Refused,
                format!("can't read the answer, so nothing was done: {error}"),
            )),
        }
    }

    fn typed(&self) -> io::Result<String> {
        let mut stderr = io::stderr();
        write!(stderr, "{}type the number of nodes to go on: ", self.summary())?;
        stderr.flush()?;
        let mut answer = String::new();
        io::Read::take(io::stdin().lock(), ANSWER_BYTES_MAX).read_line(&mut answer)?;
        Ok(answer)
    }

    /// `off for 120 nodes, 118 of them on: n[1-120]`, and whose commands that supersedes.
    fn summary(&self) -> String {
        let on = self.on.map(|on| format!(", {on} of them on")).unwrap_or_default();
        let (action, count, nodes) = (self.action, self.count, plain(&self.nodes));
        let mut text = format!("{action} for {count} nodes{on}: {nodes}\n");
        for group in &self.verdicts {
            if let Verdict::Supersede(whose) = &group.verdict {
                let (nodes, whose) = (plain(&group.nodes), plain(&described(whose)));
                text += &format!("  supersedes on {} of them: {nodes} ({whose})\n", group.count);
            }
        }
        text
    }

    fn too_many(&self, max: usize) -> Failure {
        let (count, nodes) = (self.count, &self.nodes);
        let message = format!("{count} nodes are more than --max-nodes {max}: {nodes}");
        Failure::new(Exit::Refused, message).hint(format!("if you mean it: --max-nodes {count}"))
    }
}

#[cfg(test)]
mod tests {
    use api::Whose;

    use super::*;

    fn bulk() -> Bulk {
        let whose = Whose {
            seq: 881,
            by: Some("slurm".into()),
            door: None,
            action: Some(Action::On),
            reason: None,
        };
        let group =
            |nodes: &str, count, verdict| VerdictGroup { nodes: nodes.into(), count, verdict };
        Bulk {
            action: Action::Off,
            nodes: "n[1-120]".into(),
            count: 120,
            on: Some(118),
            verdicts: vec![
                group("n[1-117]", 117, Verdict::Fire),
                group("n[118-120]", 3, Verdict::Supersede(whose)),
            ],
        }
    }

    #[test]
    fn the_question_tells_the_nodes_how_many_are_on_and_whose_command_ends() {
        assert_eq!(
            bulk().summary(),
            "off for 120 nodes, 118 of them on: n[1-120]\n  \
             supersedes on 3 of them: n[118-120] (by slurm: on, seq 881)\n"
        );
    }

    #[test]
    fn flags_answer_the_question_but_never_beyond_max_nodes() {
        let order = |yes, max_nodes| Order { yes, max_nodes, ..Order::default() };
        assert!(bulk().confirm(&order(true, None)).is_ok());
        assert!(bulk().confirm(&order(false, Some(120))).is_ok());
        let foreseen = |yes, max_nodes| bulk().foreseen(&order(yes, max_nodes), true);
        let asks = Some("would ask for the count: 120 nodes (--yes)".to_owned());
        assert_eq!((foreseen(false, None), foreseen(false, Some(9))), (asks.clone(), asks));
        assert_eq!((foreseen(true, None), foreseen(false, Some(120))), (None, None));
        assert!(foreseen(true, Some(119)).unwrap().starts_with("would refuse: "));
        assert_eq!(bulk().foreseen(&order(false, None), false), None);
        let failure = bulk().confirm(&order(true, Some(119))).unwrap_err();
        assert_eq!(failure.exit(), Exit::Refused);
        assert!(failure.to_string().contains("--max-nodes 120"), "{failure}");
    }
}
