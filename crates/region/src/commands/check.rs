//! What is wrong with a command on its face.
//! It does not look at any state.

use api::{Action, CommandRequest, REASON_BYTES_MAX};

use crate::rest::{Answer, Fail};

/// The shortest deadline, in milliseconds.
const DEADLINE_MS_MIN: u64 = 1_000;
/// The longest deadline, in milliseconds: a week.
const DEADLINE_MS_MAX: u64 = 7 * 24 * 3_600_000;
/// The largest batch, in nodes.
const BATCH_MAX: u64 = 1_000_000;
/// The longest hold, in milliseconds: a year.
const HOLD_MS_MAX: u64 = 365 * 24 * 3_600_000;

/// Refuses a request that makes no sense whatever the nodes do.
pub(super) fn check(request: &CommandRequest) -> Answer<()> {
    let action = request.action;
    reason(request.reason.as_deref())?;
    let ends_on = matches!(action, Action::On | Action::Cycle | Action::SoftCycle | Action::Reset);
    if request.boot.is_some() && !ends_on {
        return Err(Fail::value(format!("{action} does not end in on: it takes no boot override")));
    }
    let soft = matches!(action, Action::Soft | Action::SoftCycle);
    if request.force_after_ms.is_some() && !soft {
        return Err(Fail::value(format!(
            "force_after_ms is for soft and soft-cycle, not {action}"
        )));
    }
    if let Some(deadline_ms) = request.deadline_ms {
        between("deadline_ms", deadline_ms, DEADLINE_MS_MIN, DEADLINE_MS_MAX)?;
    }
    if let Some(force_after_ms) = request.force_after_ms {
        between("force_after_ms", force_after_ms, 0, DEADLINE_MS_MAX)?;
    }
    if let Some(batch) = &request.batch {
        between("batch.size", batch.size.into(), 1, BATCH_MAX)?;
        between("batch.delay_ms", batch.delay_ms, 0, DEADLINE_MS_MAX)?;
        between("batch.stop_after", batch.stop_after.map_or(1, u64::from), 1, BATCH_MAX)?;
    }
    match &request.hold {
        Some(hold) => hold_terms(&hold.reason, hold.for_ms),
        None => Ok(()),
    }
}

/// Refuses the terms of a hold that make no sense.
pub(crate) fn hold_terms(words: &str, for_ms: u64) -> Answer<()> {
    if words.trim().is_empty() {
        return Err(Fail::value("a hold needs a reason"));
    }
    reason(Some(words))?;
    between("for_ms", for_ms, 1, HOLD_MS_MAX)
}

/// Refuses a reason that is too long.
pub(crate) fn reason(reason: Option<&str>) -> Answer<()> {
    if reason.is_some_and(|reason| reason.len() > REASON_BYTES_MAX) {
        return Err(Fail::value(format!("a reason has {REASON_BYTES_MAX} bytes at most")));
    }
    Ok(())
}

fn between(name: &str, value: u64, min: u64, max: u64) -> Answer<()> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(Fail::value(format!("{name} is {value}: it is between {min} and {max}")))
}
