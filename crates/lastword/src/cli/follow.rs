//! Waits until a command has ended on all of its nodes, also across restarts of the server.
//! It does not give commands.

use std::time::{Duration, Instant};

use api::{Command, LongPoll};

use super::progress::Progress;
use super::{Failure, Session};

/// How long the server may let one question wait when nobody watches.
const POLL_MS: u64 = 20_000;
/// The same when somebody watches the progress.
const WATCHED_POLL_MS: u64 = 1_000;

/// Follows a command until nothing of it is open or the time is over.
///
/// # Errors
/// When the server stays away: the command stays all the same.
pub fn follow(
    session: &Session,
    seq: u64,
    timeout: Option<Duration>,
    mut progress: Progress,
) -> anyhow::Result<Command> {
    let until = timeout.map(|timeout| Instant::now() + timeout);
    let longest = if progress.is_shown() { WATCHED_POLL_MS } else { POLL_MS };
    let mut poll = None;
    loop {
        let command = session.ask(|client| client.command(seq, poll)).map_err(|error| {
            let failure = Failure::of_client(&error);
            failure.hint(format!("#{seq} was accepted and stays: lastword log '#{seq}'"))
        })?;
        progress.draw(&command);
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if command.open == 0 || left.is_some_and(|left| left.is_zero()) {
            return Ok(command);
        }
        let wait_ms = left.map_or(longest, |left| longest.min(whole_ms(left)));
        poll = Some(LongPoll { wait_ms, open: Some(command.open) });
    }
}

/// What to say when the time is over.
#[must_use]
pub fn still_firing(seq: u64, open: usize) -> String {
    format!(
        "the time is over; {open} open, and the daemon keeps firing: lastword log '#{seq}'; \
         withdraw it: lastword cancel '#{seq}'"
    )
}

/// At least a millisecond, so that a rest of less does not spin.
fn whole_ms(left: Duration) -> u64 {
    u64::try_from(left.as_millis()).unwrap_or(u64::MAX).max(1)
}
