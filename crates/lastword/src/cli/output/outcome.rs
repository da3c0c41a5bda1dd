//! What a command does, and what became of it, in words. It does not know exit codes.

use api::{Action, Outcome, Phase, State, StateGroup, Verdict, VerdictGroup, Whose};

use super::line::{Line, Paint, Tone, fold};
use super::moment::clock;

/// The result of a command: a line for each thing that became of nodes.
#[must_use]
pub fn result_text(
    action: Action,
    seq: Option<u64>,
    groups: &[StateGroup],
    paint: Paint,
) -> String {
    let line = |group: &StateGroup| (state_line(action, seq, &group.state), group.nodes.clone());
    fold(groups.iter().map(line), paint)
}

/// What a command does or would do: a line for each verdict.
#[must_use]
pub fn verdict_text(groups: &[VerdictGroup], paint: Paint) -> String {
    fold(groups.iter().map(|group| (verdict_line(&group.verdict), group.nodes.clone())), paint)
}

/// A verdict in a word: `fire`, `merge(#812)`, `supersede(#811 by ops: off)`.
#[must_use]
pub fn verdict_label(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Merge(whose) => format!("merge(#{})", whose.seq),
        Verdict::Supersede(whose) | Verdict::Wait(whose) => {
            format!("{}({})", verdict.word(), numbered(whose))
        }
        Verdict::Fire
        | Verdict::Already
        | Verdict::StaleSequence { .. }
        | Verdict::StaleNewest { .. }
        | Verdict::Held { .. }
        | Verdict::Busy(_)
        | Verdict::Full { .. } => verdict.word().to_owned(),
    }
}

/// Another command: `by slurm: on, seq 881`.
#[must_use]
pub fn described(whose: &Whose) -> String {
    let by = whose.by.as_deref().unwrap_or("somebody");
    match whose.action {
        Some(action) => format!("by {by}: {action}, seq {}", whose.seq),
        None => format!("by {by}, seq {}", whose.seq),
    }
}

/// An outcome in words: `confirmed`, `superseded (by slurm: on, seq 881)`.
#[must_use]
pub fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Confirmed => "confirmed".to_owned(),
        Outcome::Merged { into, result } => {
            format!("merged into #{into}: {}", outcome_words(result.result()))
        }
        Outcome::Superseded { by } => format!("superseded ({})", described(by)),
        // a command takes back its own, after too many others failed
        Outcome::Cancelled { by } if by.action.is_some() => {
            format!("cancelled (too many other nodes of #{} failed)", by.seq)
        }
        Outcome::Cancelled { by } => {
            let reason = by.reason.as_ref().map(|reason| format!(": \"{reason}\""));
            format!("cancelled ({}{})", described(by), reason.unwrap_or_default())
        }
        Outcome::Failed { cause } => format!("failed ({cause})"),
        Outcome::Uncertain { cause } => format!("uncertain ({cause})"),
    }
}

/// Where an operation stands: `confirming, 2 tries, no answer within 5 s`.
#[must_use]
pub fn running_words(phase: Phase, attempt: u8, cause: Option<&str>) -> String {
    let tries = match attempt {
        0 => String::new(),
        1 => ", 1 try".to_owned(),
        more => format!(", {more} tries"),
    };
    let cause = cause.map(|cause| format!(", {cause}")).unwrap_or_default();
    format!("{phase}{tries}{cause}")
}

/// Why a command was refused, for the note of a line; none if it was not.
#[must_use]
pub fn refusal(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::StaleSequence { newest } => Some(format!("your newest number here is {newest}")),
        Verdict::StaleNewest { newest } if newest.seq == 0 => {
            Some("no command is known here".to_owned())
        }
        Verdict::StaleNewest { newest } => Some(format!("newest is {}", numbered(newest))),
        Verdict::Held { holder, reason, until_at_ms } => {
            Some(format!("by {holder} until {}: {reason}", clock(*until_at_ms)))
        }
        Verdict::Busy(whose) => Some(format!("{} runs", numbered(whose))),
        Verdict::Full { limit } => Some(format!("{limit} wait already")),
        Verdict::Fire
        | Verdict::Already
        | Verdict::Merge(_)
        | Verdict::Supersede(_)
        | Verdict::Wait(_) => None,
    }
}

/// What a confirmed node is: the state that the action ends in.
#[must_use]
pub const fn goal(action: Action) -> &'static str {
    match action {
        Action::On | Action::Cycle | Action::SoftCycle | Action::Reset => "on",
        Action::Off | Action::Soft => "off",
        Action::Nmi => "nmi",
    }
}

fn state_line(action: Action, seq: Option<u64>, state: &State) -> Line {
    match state {
        State::Refused { verdict } => verdict_line(verdict),
        State::Waiting => Line::new(Tone::Odd, "waiting", Some("for its turn".to_owned())),
        State::Joined { into } => {
            Line::new(Tone::Odd, "firing", Some(format!("with #{into}, {}", still(seq))))
        }
        State::Running { phase, attempt, cause, .. } => {
            let note = running_words(*phase, *attempt, cause.as_deref());
            Line::new(Tone::Odd, "firing", Some(format!("{note}, {}", still(seq))))
        }
        State::Ended { outcome } => outcome_line(action, outcome.result()),
    }
}

fn still(seq: Option<u64>) -> String {
    match seq {
        Some(seq) => format!("still firing: lastword log '#{seq}'"),
        None => "still firing".to_owned(),
    }
}

fn outcome_line(action: Action, outcome: &Outcome) -> Line {
    let (tone, label, note) = match outcome {
        Outcome::Confirmed => (Tone::Good, goal(action), None),
        Outcome::Merged { .. } => (Tone::Bad, "merged", None),
        Outcome::Superseded { by } => (Tone::Odd, "superseded", Some(described(by))),
        Outcome::Cancelled { by } => (Tone::Odd, "cancelled", Some(described(by))),
        Outcome::Failed { cause } => (Tone::Bad, "failed", Some(cause.clone())),
        Outcome::Uncertain { cause } => (Tone::Bad, "uncertain", Some(cause.clone())),
    };
    Line::new(tone, label, note)
}

fn verdict_line(verdict: &Verdict) -> Line {
    let tone = match verdict {
        Verdict::Fire | Verdict::Already | Verdict::Merge(_) => Tone::Good,
        Verdict::Supersede(_) | Verdict::Wait(_) => Tone::Even,
        Verdict::StaleSequence { .. }
        | Verdict::StaleNewest { .. }
        | Verdict::Held { .. }
        | Verdict::Busy(_)
        | Verdict::Full { .. } => Tone::Bad,
    };
    Line::new(tone, verdict_label(verdict), refusal(verdict))
}

/// Another command: `#811 by ops: off`.
fn numbered(whose: &Whose) -> String {
    let by = whose.by.as_deref().unwrap_or("somebody");
    match whose.action {
        Some(action) => format!("#{} by {by}: {action}", whose.seq),
        None => format!("#{} by {by}", whose.seq),
    }
}
