//! Commands and the history of nodes, for people. It does not know what is going on now: `why` does.

use api::{Boot, Command, History, PastIntent, State};

use super::line::Paint;
use super::moment::clock;
use super::outcome::{outcome_words, refusal, result_text, running_words};
use super::plain;

/// What a node was asked: a line for each command, oldest first.
#[must_use]
pub fn history_text(history: &History) -> String {
    if history.intents.is_empty() {
        return format!("{}: no command is remembered\n", plain(&history.node));
    }
    history.intents.iter().map(past_line).collect()
}

/// One command and what became of it.
#[must_use]
pub fn command_text(command: &Command, paint: Paint) -> String {
    let mut text = format!(
        "#{}  {}  {}{}  by {} ({})  {} {}: {}",
        command.seq,
        clock(command.accepted_at_ms),
        command.action,
        command.boot.map(boot_words).unwrap_or_default(),
        command.by,
        command.door,
        command.count,
        if command.count == 1 { "node" } else { "nodes" },
        command.nodes,
    );
    if let Some(reason) = &command.reason {
        text += &format!("  \"{reason}\"");
    }
    let result = result_text(command.action, Some(command.seq), &command.states, paint);
    let escalated = command.escalated.as_ref();
    let escalated = escalated.map(|nodes| format!("escalated to the second way: {nodes}\n"));
    plain(&text) + "\n" + &result + &escalated.unwrap_or_default()
}

fn boot_words(boot: Boot) -> String {
    let persist = if boot.persistent { ", persistent" } else { "" };
    let uefi = if boot.uefi { ", uefi" } else { "" };
    format!(" (boot {}{persist}{uefi})", boot.device)
}

fn past_line(intent: &PastIntent) -> String {
    let mut text = format!(
        "#{}  {}  {:<10}  by {} ({})  {}",
        intent.seq,
        clock(intent.accepted_at_ms),
        intent.action.word(),
        intent.by,
        intent.door,
        state_words(&intent.state)
    );
    if intent.escalated {
        text += "  escalated to its second way";
    }
    if let Some(reason) = &intent.reason {
        text += &format!("  \"{reason}\"");
    }
    plain(&text) + "\n"
}

fn state_words(state: &State) -> String {
    match state {
        State::Refused { verdict } => match refusal(verdict) {
            Some(why) => format!("refused: {} ({why})", verdict.word()),
            None => format!("refused: {}", verdict.word()),
        },
        State::Waiting => "waiting for its turn".to_owned(),
        State::Joined { into } => format!("joined #{into}"),
        State::Running { phase, attempt, cause, .. } => {
            running_words(*phase, *attempt, cause.as_deref())
        }
        State::Ended { outcome } => outcome_words(outcome),
    }
}
