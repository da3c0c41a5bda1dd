//! One document or row per node. The fields are stable; new ones may come. It decides nothing.

use std::collections::BTreeMap;

use api::{
    Action, CommandAnswer, HeldBy, Intent, Node, Outcome, Power, Problem, State, StateGroup,
    Verdict, VerdictGroup, Whose,
};
use nodeset::NodeSet;
use serde::Serialize;

use super::moment::{ago, rfc3339};
use super::outcome::{outcome_words, refusal};
use super::table::{Column, Layout, Row};
use crate::cli::selection::NODES_MAX;

/// A node as `status` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct NodeRow {
    node: String,
    power: Power,
    confirmed_at: Option<String>,
    age_s: Option<f64>,
    intent: Option<IntentRow>,
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_known: Option<LastRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<HeldBy>,
}

/// A node as a power command prints it: the node, and what became of the command.
#[derive(Clone, Debug, Serialize)]
pub struct ResultRow {
    #[serde(flatten)]
    row: NodeRow,
    /// `fire`, `already`, `merge`, `supersede`, `wait`; or `stale`, `held`, `busy`, `full`.
    verdict: Option<&'static str>,
    /// `confirmed`, `superseded`, `cancelled`, `failed`, `uncertain`; null while open or if refused.
    outcome: Option<&'static str>,
    /// The older command whose operation it shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<u64>,
    /// Whose command it met, or who had the last word.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<Whose>,
}

#[derive(Clone, Debug, Serialize)]
struct IntentRow {
    id: String,
    action: Action,
    phase: Option<&'static str>,
    by: Option<String>,
    via: Option<&'static str>,
    seq: u64,
    reason: Option<String>,
    tries: Option<u8>,
    accepted_at: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct LastRow {
    power: Power,
    at: Option<String>,
}

/// What is known of the command beside its nodes.
#[derive(Clone, Debug)]
pub struct Known {
    action: Action,
    seq: Option<u64>,
    by: Option<String>,
    via: Option<&'static str>,
    reason: Option<String>,
    accepted_at_ms: Option<u64>,
}

impl From<&api::Command> for Known {
    fn from(command: &api::Command) -> Self {
        Self {
            action: command.action,
            seq: Some(command.seq),
            by: Some(command.by.clone()),
            via: Some(command.door.word()),
            reason: command.reason.clone(),
            accepted_at_ms: Some(command.accepted_at_ms),
        }
    }
}

impl Known {
    fn bare(action: Action, seq: Option<u64>) -> Self {
        Self { action, seq, by: None, via: None, reason: None, accepted_at_ms: None }
    }
}

impl NodeRow {
    /// The row of a node.
    #[must_use]
    pub fn of(node: &Node) -> Self {
        let last = node.last_known.as_ref();
        Self {
            node: node.node.clone(),
            power: node.power,
            confirmed_at: node.observed_at_ms.and_then(rfc3339),
            age_s: node.age_ms.map(seconds),
            intent: node.intent.as_ref().map(|intent| IntentRow::running(&node.node, intent)),
            error: node.unknown_because.clone().or_else(|| node.intent.as_ref()?.cause.clone()),
            last_known: last.map(|last| LastRow { power: last.power, at: rfc3339(last.at_ms) }),
            holds: node.holds.clone(),
        }
    }

    fn unread(node: String) -> Self {
        Self {
            node,
            power: Power::Unknown,
            confirmed_at: None,
            age_s: None,
            intent: None,
            error: None,
            last_known: None,
            holds: Vec::new(),
        }
    }
}

impl IntentRow {
    fn running(node: &str, intent: &Intent) -> Self {
        Self {
            id: format!("{node}#{}", intent.seq),
            action: intent.action,
            phase: Some(intent.phase.word()),
            by: Some(intent.by.clone()),
            via: Some(intent.door.word()),
            seq: intent.seq,
            reason: intent.reason.clone(),
            tries: Some(intent.attempt),
            accepted_at: rfc3339(intent.accepted_at_ms),
        }
    }

    fn given(node: &str, seq: u64, known: &Known, state: Option<&State>) -> Self {
        let (phase, tries) = match state {
            Some(State::Running { phase, attempt, .. }) => (Some(phase.word()), Some(*attempt)),
            Some(State::Waiting) => (Some("waiting"), None),
            Some(State::Joined { .. }) => (Some("joined"), None),
            Some(State::Ended { .. }) => (Some("ended"), None),
            Some(State::Refused { .. }) | None => (None, None),
        };
        Self {
            id: format!("{node}#{seq}"),
            action: known.action,
            phase,
            by: known.by.clone(),
            via: known.via,
            seq,
            reason: known.reason.clone(),
            tries,
            accepted_at: known.accepted_at_ms.and_then(rfc3339),
        }
    }
}

impl ResultRow {
    /// The rows of a command that was followed.
    #[must_use]
    pub fn of_command(command: &api::Command, nodes: &[Node]) -> Vec<Self> {
        let verdicts: BTreeMap<String, &Verdict> =
            by_node(&command.verdicts, |group| (&group.nodes, &group.verdict))
                .into_iter()
                .collect();
        let known = Known::from(command);
        let states = by_node(&command.states, |group: &StateGroup| (&group.nodes, &group.state));
        let read = read(nodes);
        let row = |(node, state): (String, &State)| {
            let verdict = verdicts.get(&node).copied();
            Self::made(node, &known, verdict, Some(state), &read)
        };
        states.into_iter().map(row).collect()
    }

    /// The rows of a command that was not followed.
    #[must_use]
    pub fn of_answer(answer: &CommandAnswer, nodes: &[Node]) -> Vec<Self> {
        Self::of_verdicts(&Known::bare(answer.action, answer.seq), &answer.verdicts, nodes)
    }

    /// The rows of a command that was refused.
    #[must_use]
    pub fn of_problem(action: Action, problem: &Problem, nodes: &[Node]) -> Vec<Self> {
        Self::of_verdicts(&Known::bare(action, problem.seq), &problem.verdicts, nodes)
    }

    fn of_verdicts(known: &Known, groups: &[VerdictGroup], nodes: &[Node]) -> Vec<Self> {
        let read = read(nodes);
        by_node(groups, |group| (&group.nodes, &group.verdict))
            .into_iter()
            .map(|(node, verdict)| Self::made(node, known, Some(verdict), None, &read))
            .collect()
    }

    fn made(
        node: String,
        known: &Known,
        verdict: Option<&Verdict>,
        state: Option<&State>,
        read: &BTreeMap<&str, &Node>,
    ) -> Self {
        let intent = known.seq.map(|seq| IntentRow::given(&node, seq, known, state));
        let mut row =
            read.get(node.as_str()).map_or_else(|| NodeRow::unread(node), |node| NodeRow::of(node));
        row.intent = intent;
        let error = verdict.and_then(refusal).or_else(|| state.and_then(error));
        row.error = error.or(row.error);
        let outcome = state.and_then(ended);
        Self {
            row,
            verdict: verdict.map(Verdict::word),
            outcome: outcome.map(|outcome| outcome.result().word()),
            merged_into: outcome.and_then(merged_into),
            other: outcome.and_then(winner).or_else(|| verdict.and_then(met)).cloned(),
        }
    }
}

impl Row for NodeRow {
    fn columns(layout: Layout) -> Vec<Column<Self>> {
        let mut columns = vec![
            Column::new("node", |row: &Self| Some(row.node.clone())),
            Column::new("power", |row: &Self| Some(row.power.to_string())),
        ];
        match layout {
            Layout::Wide => columns.push(Column::new("age", |row: &Self| {
                let age_s = std::time::Duration::try_from_secs_f64(row.age_s?).ok()?;
                Some(ago(u64::try_from(age_s.as_millis()).ok()?).replace(' ', ""))
            })),
            Layout::Csv => columns.extend([
                Column::new("confirmed_at", |row: &Self| row.confirmed_at.clone()),
                Column::new("age_s", |row: &Self| row.age_s.map(|age_s| age_s.to_string())),
            ]),
        }
        columns.extend([
            of_intent("action", |intent| Some(intent.action.to_string())),
            of_intent("seq", |intent| Some(intent.seq.to_string())),
            of_intent("phase", |intent| intent.phase.map(str::to_owned)),
            of_intent("by", |intent| intent.by.clone()),
            of_intent("via", |intent| intent.via.map(str::to_owned)),
            of_intent("tries", |intent| intent.tries.map(|tries| tries.to_string())),
        ]);
        if layout == Layout::Csv {
            columns.extend([
                of_intent("reason", |intent| intent.reason.clone()),
                of_intent("accepted_at", |intent| intent.accepted_at.clone()),
            ]);
        }
        columns.push(Column::new("error", |row: &Self| row.error.clone()));
        columns
    }
}

impl Row for ResultRow {
    fn columns(layout: Layout) -> Vec<Column<Self>> {
        let of_node = NodeRow::columns(layout).into_iter();
        let mut columns: Vec<Column<Self>> =
            of_node.map(|column| column.within(|row: &Self| &row.row)).collect();
        let error = columns.pop();
        columns.extend([
            Column::new("verdict", |row: &Self| row.verdict.map(str::to_owned)),
            Column::new("outcome", |row: &Self| row.outcome.map(str::to_owned)),
        ]);
        columns.extend(error);
        columns
    }
}

fn of_intent(
    head: &'static str,
    cell: impl Fn(&IntentRow) -> Option<String> + 'static,
) -> Column<NodeRow> {
    Column::new(head, move |row: &NodeRow| row.intent.as_ref().and_then(&cell))
}

fn read(nodes: &[Node]) -> BTreeMap<&str, &Node> {
    nodes.iter().map(|node| (node.node.as_str(), node)).collect()
}

fn seconds(ms: u64) -> f64 {
    std::time::Duration::from_millis(ms).as_secs_f64()
}

/// Each node with what its group says, in the order of node sets.
fn by_node<'a, G, T>(
    groups: &'a [G],
    parts: impl Fn(&'a G) -> (&'a String, &'a T),
) -> Vec<(String, &'a T)> {
    let mut said = BTreeMap::new();
    let mut all = NodeSet::default();
    for (nodes, what) in groups.iter().map(parts) {
        let set = NodeSet::parse(nodes, NODES_MAX).unwrap_or_default();
        all.extend(&set);
        said.extend(set.iter().map(|node| (node, what)));
    }
    all.iter().filter_map(|node| said.remove_entry(&node)).collect()
}

fn error(state: &State) -> Option<String> {
    match state {
        State::Running { cause, .. } => cause.clone(),
        State::Ended { outcome } => match outcome.result() {
            Outcome::Failed { cause } | Outcome::Uncertain { cause } => Some(cause.clone()),
            Outcome::Superseded { .. } | Outcome::Cancelled { .. } => {
                Some(outcome_words(outcome.result()))
            }
            Outcome::Confirmed | Outcome::Merged { .. } => None,
        },
        State::Refused { verdict } => refusal(verdict),
        State::Waiting | State::Joined { .. } => None,
    }
}

const fn ended(state: &State) -> Option<&Outcome> {
    if let State::Ended { outcome } = state { Some(outcome) } else { None }
}

const fn merged_into(outcome: &Outcome) -> Option<u64> {
    if let Outcome::Merged { into, .. } = outcome { Some(*into) } else { None }
}

fn winner(outcome: &Outcome) -> Option<&Whose> {
    if let Outcome::Superseded { by } | Outcome::Cancelled { by } = outcome.result() {
        Some(by)
    } else {
        None
    }
}

const fn met(verdict: &Verdict) -> Option<&Whose> {
    match verdict {
        Verdict::Merge(whose)
        | Verdict::Supersede(whose)
        | Verdict::Wait(whose)
        | Verdict::Busy(whose)
        | Verdict::StaleNewest { newest: whose } => Some(whose),
        Verdict::Fire
        | Verdict::Already
        | Verdict::StaleSequence { .. }
        | Verdict::Held { .. }
        | Verdict::Full { .. } => None,
    }
}
