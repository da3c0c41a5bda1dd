//! What happens, a line each, for people who watch. It leaves nothing out and adds nothing.

use api::{Event, What};

use super::moment::clock;
use super::outcome::{outcome_words, refusal, verdict_label};
use super::plain;

/// An event as a line.
#[must_use]
pub fn event_line(event: &Event) -> String {
    let nodes = if event.nodes.is_empty() { "-" } else { &event.nodes };
    plain(&format!("{}  {nodes}  {}", clock(event.at_ms), words(&event.what))) + "\n"
}

fn words(what: &What) -> String {
    match what {
        What::Command { seq, action, by, door, reason } => {
            let reason = reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("#{seq} {action} by {by} ({door}){reason}")
        }
        What::Verdict { seq, verdict } => {
            let why = refusal(verdict).map(|why| format!(" ({why})")).unwrap_or_default();
            format!("#{seq} {}{why}", verdict_label(verdict))
        }
        What::Outcome { seq, outcome } => format!("#{seq} {}", outcome_words(outcome)),
        What::Status { power, phase, seq: Some(seq), .. } => format!("{power}, {phase} for #{seq}"),
        What::Status { power, phase, seq: None, .. } => format!("{power}, {phase}"),
        What::Hold { holder: Some(holder), reason, until_at_ms } => {
            let until = until_at_ms.map(|at| format!(" until {}", clock(at))).unwrap_or_default();
            format!("held by {holder}{until}: {}", reason.as_deref().unwrap_or("no reason given"))
        }
        What::Hold { holder: None, .. } => "hold ended".to_owned(),
        What::Observed { power, by, door } => format!("seen {power} by {by} ({door})"),
        What::Report { report, goal, cause } => {
            let cause = cause.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            format!("{report}: goal is {goal}{cause}")
        }
        What::Inventory { changed } => format!("inventory reloaded: {changed}"),
        What::Reset => "events are missing here: see lastword status".to_owned(),
    }
}
