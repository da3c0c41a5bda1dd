//! One line on standard error, redrawn while a command is waited for. It prints nothing into a pipe.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use api::{Command, State};

use super::arguments::RowFormat;
use super::output::{goal, plain};

/// How long a command runs before its progress is shown.
const DELAY: Duration = Duration::from_millis(300);
/// The characters of the bar.
const BAR_CHARS: usize = 24;

/// The progress of one command.
#[derive(Debug)]
pub struct Progress {
    shown: bool,
    drawn: bool,
    typed: String,
    since: Instant,
}

impl Progress {
    /// Of a command for the nodes that were typed so.
    #[must_use]
    pub fn new(typed: &str, format: RowFormat) -> Self {
        Self {
            shown: format.is_for_people() && std::io::stderr().is_terminal(),
            drawn: false,
            typed: plain(typed),
            since: Instant::now(),
        }
    }

    /// Whether anybody sees it.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        self.shown
    }

    /// Draws the line anew.
    pub fn draw(&mut self, command: &Command) {
        if !self.shown || self.since.elapsed() < DELAY {
            return;
        }
        // without wrapping a line that is too long ends at the edge instead of filling the screen
        let line = line(&self.typed, command, self.since.elapsed());
        self.write(&format!("\r\x1b[K\x1b[?7l{line}\x1b[?7h"));
        self.drawn = true;
    }

    fn write(&self, text: &str) {
        let mut stderr = std::io::stderr();
        // progress that can't be shown is no reason to stop
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn {
            self.write("\r\x1b[K");
        }
    }
}

/// `rack12: 64 nodes  [####    ] 52 off  11 firing   14 s    (Ctrl-C leaves it running)`
fn line(typed: &str, command: &Command, elapsed: Duration) -> String {
    let mut words: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    let mut ended = 0;
    for group in &command.states {
        let open = is_open(&group.state);
        *words.entry((open, word(command, &group.state))).or_default() += group.count;
        ended += if open { 0 } else { group.count };
    }
    let filled = (ended * BAR_CHARS).checked_div(command.count).unwrap_or(0).min(BAR_CHARS);
    let bar = "#".repeat(filled) + &" ".repeat(BAR_CHARS - filled);
    let counts: Vec<_> = words.iter().map(|((_, word), count)| format!("{count} {word}")).collect();
    let noun = if command.count == 1 { "node" } else { "nodes" };
    format!(
        "{typed}: {} {noun}  [{bar}] {}   {} s    (Ctrl-C leaves it running)",
        command.count,
        counts.join("  "),
        elapsed.as_secs()
    )
}

const fn is_open(state: &State) -> bool {
    matches!(state, State::Waiting | State::Joined { .. } | State::Running { .. })
}

fn word<'a>(command: &Command, state: &'a State) -> &'a str {
    match state {
        State::Refused { verdict } => verdict.word(),
        State::Waiting => "waiting",
        State::Joined { .. } => "joined",
        State::Running { phase, .. } => phase.word(),
        State::Ended { outcome } if *outcome.result() == api::Outcome::Confirmed => {
            goal(command.action)
        }
        State::Ended { outcome } => outcome.result().word(),
    }
}

#[cfg(test)]
mod tests {
    use api::{Action, Door, Outcome, Phase, Policy, StateGroup};

    use super::*;

    fn running(phase: Phase) -> State {
        State::Running { phase, order: None, attempt: 1, cause: None }
    }

    fn command(states: Vec<(usize, State)>) -> Command {
        let group = |(count, state)| StateGroup { nodes: String::new(), count, state };
        Command {
            seq: 1,
            accepted_at_ms: 0,
            action: Action::Off,
            nodes: String::new(),
            count: states.iter().map(|(count, _)| count).sum(),
            by: "ops".into(),
            door: Door::Cli,
            reason: None,
            sequence: None,
            if_newest: None,
            boot: None,
            force_after_ms: None,
            batch: None,
            deadline_ms: 0,
            policy: Policy::Supersede,
            open: 0,
            escalated: None,
            verdicts: Vec::new(),
            states: states.into_iter().map(group).collect(),
        }
    }

    #[test]
    fn progress_tells_what_ended_before_what_is_open() {
        let command = command(vec![
            (11, running(Phase::Firing)),
            (48, State::Ended { outcome: Outcome::Confirmed }),
            (4, State::Ended { outcome: Outcome::Failed { cause: "x".into() } }),
            (1, running(Phase::BackingOff)),
        ]);
        assert_eq!(
            line("rack12", &command, Duration::from_millis(14_900)),
            "rack12: 64 nodes  [###################     ] 4 failed  48 off  1 backing-off  11 firing   \
             14 s    (Ctrl-C leaves it running)"
        );
    }

    #[test]
    fn progress_of_nothing_is_an_empty_bar() {
        let text = line("n1", &command(Vec::new()), Duration::ZERO);
        assert!(text.starts_with("n1: 0 nodes  [                        ]"), "{text}");
    }
}
