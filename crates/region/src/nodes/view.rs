//! A node in the interface's words.
//! It shows what was read and asked, and guesses nothing.

use std::collections::BTreeMap;

use api::{HeldBy, Intent, LastKnown, Node, PastIntent, Phase, Power, State};
use arbiter::{IntentState, NodeId, Progress, Seen, Way};

use crate::commands::running;
use crate::convert::{action, door, goal, order, phase, power};
use crate::fleet::Fleet;
use crate::fold::Fold;
use crate::region::Inner;

/// Why a power is unknown that was read.
pub(crate) const IN_TRANSITION: &str = "its BMC says that it is in transition";

/// A node as it is known. What was read before `since` is not shown as its state.
pub(super) fn node(
    region: &Inner,
    fold: &Fold,
    fleet: &Fleet,
    name: &str,
    now: u64,
    since: Option<u64>,
) -> Node {
    let status = region.board.status(name);
    let (seen, progress) = match status {
        Some(status) => (status.seen, Some(status.progress)),
        None => (Seen::default(), None),
    };
    let id = fold.ledger.id(name);
    let labels = fleet.node(name).map(|node| BTreeMap::clone(&node.labels));
    let known = Known::of(&seen, now, since);
    Node {
        node: name.to_owned(),
        power: known.power,
        observed_at_ms: Some(seen.at).filter(|at| *at > 0),
        age_ms: Some(now.saturating_sub(seen.at)).filter(|_| seen.at > 0),
        by_second_way: seen.way == Way::Second,
        unknown_because: known.because,
        last_known: known.last,
        labels: labels.unwrap_or_default(),
        newest: id.map_or(0, |id| fold.ledger.newest(id)),
        intent: id.and_then(|id| intent(fold, id, now, progress.as_ref())),
        waiting: id.map(|id| waiting(fold, id)).unwrap_or_default(),
        holds: id.map(|id| holds(fold, id, now)).unwrap_or_default(),
    }
}

/// A node's power as it is known. What was read before `since` does not count.
pub(super) fn read_power(region: &Inner, name: &str, now: u64, since: Option<u64>) -> Power {
    let seen = region.board.status(name).map(|status| status.seen).unwrap_or_default();
    Known::of(&seen, now, since).power
}

/// The node's intents that are remembered, oldest first.
pub(super) fn history(region: &Inner, fold: &Fold, name: &str) -> Vec<PastIntent> {
    let Some(id) = fold.ledger.id(name) else { return Vec::new() };
    let past = |intent: &arbiter::Intent| {
        let entry = fold.ledger.command(intent.seq)?;
        let state = match &intent.state {
            IntentState::Refused(refusal) => State::Refused { verdict: fold.refusal(refusal) },
            IntentState::Waiting => State::Waiting,
            IntentState::Joined { into } => State::Joined { into: *into },
            IntentState::Running => running(region, name, intent.seq),
            IntentState::Ended(outcome) => State::Ended { outcome: fold.outcome(outcome) },
        };
        let page = fold.book.page(intent.seq);
        let ended_at_ms = match &intent.state {
            IntentState::Ended(outcome) => page.and_then(|page| page.ended_at(id, outcome)),
            IntentState::Refused(_)
            | IntentState::Waiting
            | IntentState::Running
            | IntentState::Joined { .. } => None,
        };
        let command = &entry.command;
        Some(PastIntent {
            seq: intent.seq,
            action: action(command.action),
            by: command.by.to_string(),
            door: door(&command.door),
            accepted_at_ms: entry.at,
            reason: command.reason.as_deref().map(str::to_owned),
            sequence: command.sequence,
            ended_at_ms,
            escalated: page.is_some_and(|page| page.escalated.contains(&id)),
            state,
        })
    };
    fold.ledger.intents(id).iter().filter_map(past).collect()
}

/// What is known of a node's power.
struct Known {
    power: Power,
    because: Option<String>,
    last: Option<LastKnown>,
}

impl Known {
    fn of(seen: &Seen, now: u64, since: Option<u64>) -> Self {
        let too_old = since.is_some_and(|since| seen.at < since);
        let shown = if too_old { Power::Unknown } else { power(seen.power) };
        if shown != Power::Unknown {
            return Self { power: shown, because: None, last: None };
        }
        let because = match &seen.cause {
            _ if seen.at == 0 => "it was not read yet".to_owned(),
            Some(cause) => cause.words.to_string(),
            None if too_old => "it could not be read in time".to_owned(),
            None => IN_TRANSITION.to_owned(),
        };
        let last = seen.last_known.map(|(state, at_ms)| LastKnown {
            power: goal(state),
            at_ms,
            age_ms: now.saturating_sub(at_ms),
        });
        Self { power: shown, because: Some(because), last }
    }
}

fn intent(fold: &Fold, id: NodeId, now: u64, progress: Option<&Progress>) -> Option<Intent> {
    let (seq, joined) = fold.ledger.running(id)?;
    let entry = fold.ledger.command(seq)?;
    let charge = fold.ledger.standing(now, id).charge?;
    let progress = progress.filter(|progress| progress.seq == Some(seq));
    let command = &entry.command;
    Some(Intent {
        seq,
        action: action(command.action),
        by: command.by.to_string(),
        door: door(&command.door),
        reason: command.reason.as_deref().map(str::to_owned),
        sequence: command.sequence,
        accepted_at_ms: entry.at,
        started_at_ms: known(charge.started),
        deadline_at_ms: known(charge.deadline),
        phase: progress.map_or(Phase::Pending, |it| phase(it.phase)),
        order: progress.and_then(|it| it.phase.order()).map(order),
        attempt: progress.map_or(0, |it| it.attempt),
        next_at_ms: progress.and_then(|it| it.next_at),
        escalated: progress.is_some_and(|it| it.escalated),
        cause: progress.and_then(|it| it.cause.as_ref()).map(ToString::to_string),
        joined: joined.to_vec(),
    })
}

fn known(at: u64) -> Option<u64> {
    (at != u64::MAX).then_some(at)
}

fn waiting(fold: &Fold, id: NodeId) -> Vec<u64> {
    let intents = fold.ledger.intents(id).iter();
    intents.filter(|it| it.state == IntentState::Waiting).map(|it| it.seq).collect()
}

fn holds(fold: &Fold, id: NodeId, now: u64) -> Vec<HeldBy> {
    let holds = fold.ledger.live_holds(now, id).map(|(_, hold)| HeldBy {
        holder: hold.by.to_string(),
        reason: hold.reason.to_string(),
        until_at_ms: hold.until,
    });
    holds.collect()
}
