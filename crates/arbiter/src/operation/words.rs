//! Ends and causes in words a person can act on: which endpoint, what was tried how often, what it said.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use super::work::Wire;
use super::{Ask, Cause, Operation, Pacing, Start, Trouble};
use crate::action::{Action, Boot, Order, Power, Step};
use crate::ledger::Charge;
use crate::record::Settlement;

pub(super) fn no_answer(pacing: &Pacing) -> Cause {
    let seconds = pacing.exchange_ms.div_ceil(1000);
    let words = format!("{}: no answer within {seconds} s", pacing.endpoint);
    Cause { trouble: Trouble::Passing, words: words.into() }
}

/// The deadline passed. What may have happened without a proof is uncertain, the rest has failed.
pub(super) fn deadline_passed(op: &Operation, charge: &Charge, pacing: &Pacing) -> Settlement {
    let seconds = charge.deadline.saturating_sub(charge.started).div_ceil(1000);
    let words = format!(
        "{}: not confirmed within {seconds} s; {}{}{}",
        pacing.endpoint,
        tried(op, charge),
        kept_waiting(op, charge, pacing),
        last_trouble(op, charge, pacing)
    );
    let fired_once = charge.steps.has(Step::Reset) || charge.steps.has(Step::Nmi);
    if fired_once { Settlement::Uncertain(words) } else { Settlement::Failed(words) }
}

pub(super) fn denied(op: &Operation, pacing: &Pacing) -> Settlement {
    Settlement::Failed(format!(
        "{}: the account was refused, and is not tried again for this command{}",
        pacing.endpoint,
        last_cause(op)
    ))
}

pub(super) fn stranger(op: &Operation, pacing: &Pacing) -> Settlement {
    let orders = match (op.work().fired, op.work().fires) {
        (Some((order, _)), fires) if fires > 0 => {
            format!("{} was fired {}, and may still happen", order.word(), times(fires))
        }
        _ => String::from("nothing was fired"),
    };
    Settlement::Failed(format!("{}: {orders}{}", pacing.endpoint, last_cause(op)))
}

pub(super) fn out_of_attempts(op: &Operation, order: Order, pacing: &Pacing) -> Settlement {
    let power = op.seen().power.word();
    Settlement::Failed(format!(
        "{}: {} fired {}, still reads {power}{}",
        pacing.endpoint,
        order.word(),
        times(op.work().fires),
        last_cause(op)
    ))
}

pub(super) fn no_boot(op: &Operation, boot: Boot, pacing: &Pacing) -> Settlement {
    Settlement::Failed(format!(
        "{}: boot override {} not set after {} tries{}",
        pacing.endpoint,
        boot.device.word(),
        op.work().boot_tries,
        last_cause(op)
    ))
}

pub(super) fn refused(op: &Operation, order: Order, cause: &Cause, pacing: &Pacing) -> Settlement {
    let power = op.seen().power.word();
    Settlement::Failed(format!(
        "{}: {} refused while it reads {power}: {}",
        pacing.endpoint,
        order.word(),
        cause.words
    ))
}

pub(super) fn lost(order: Order, cause: &Cause) -> Settlement {
    Settlement::Uncertain(format!(
        "{} was sent once and not answered: {}; it is not repeated",
        order.word(),
        cause.words
    ))
}

pub(super) fn interrupted(order: Order, pacing: &Pacing) -> Settlement {
    Settlement::Uncertain(format!(
        "{}: a restart came between recording and confirming the {}; it may or may not have been \
         sent and is not repeated",
        pacing.endpoint,
        order.word()
    ))
}

pub(super) fn not_returned(op: &Operation, now: crate::Millis, pacing: &Pacing) -> Arc<str> {
    if op.held(now) {
        return "held by somebody else".into();
    }
    format!("{}: {} errors in a row{}", pacing.endpoint, op.work().errors, last_cause(op)).into()
}

fn tried(op: &Operation, charge: &Charge) -> String {
    let work = op.work();
    let asked =
        charge.steps.has(Step::Asked) && matches!(charge.action, Action::Soft | Action::SoftCycle);
    match (work.fired, asked) {
        (Some((order, _)), _) => {
            format!("{} fired {}, reads {}", order.word(), times(work.fires), power(op))
        }
        (None, true) => {
            format!("the operating system was asked once to shut down, reads {}", power(op))
        }
        (None, false) if charge.steps.has(Step::Dropped) => {
            format!("power was taken, and nothing was fired since, reads {}", power(op))
        }
        (None, false) => format!("nothing was fired, power reads {}", power(op)),
    }
}

/// Who else it waited for when its time was up.
fn kept_waiting(op: &Operation, charge: &Charge, pacing: &Pacing) -> String {
    let order = charge.next_order();
    if order.is_some_and(|order| op.gate().bars(order)) {
        let other = match order {
            Some(Order::On) => "what it depends on was not on, or was to go off",
            _ => "what depends on it was not off",
        };
        return format!("; {other}");
    }
    match (&pacing.circuit, op.start()) {
        (Some(circuit), Start::Waiting) => format!("; it waited for its turn on circuit {circuit}"),
        _ => String::new(),
    }
}

fn times(count: u8) -> String {
    if count == 1 { String::from("once") } else { format!("{count} times") }
}

fn power(op: &Operation) -> &'static str {
    match op.seen().power {
        Power::On => "on",
        Power::Off => "off",
        Power::Unknown => "unknown",
    }
}

fn last_cause(op: &Operation) -> String {
    match &op.work().cause {
        Some(cause) => format!("; last: {}", cause.words),
        None => String::new(),
    }
}

/// The last cause even if it is older than the intent; without one, what the deadline cut short.
fn last_trouble(op: &Operation, charge: &Charge, pacing: &Pacing) -> String {
    if let Some(cause) = op.work().cause.as_ref().or(op.seen().cause.as_ref()) {
        return format!("; last: {}", cause.words);
    }
    let Wire::Asked { ask, at, .. } = op.wire else { return String::new() };
    let asked = match ask {
        Ask::Power => "a read",
        Ask::Boot(_) => "the boot override",
        Ask::Fire(order) => order.word(),
    };
    let seconds = charge.deadline.saturating_sub(at).div_ceil(1000);
    format!("; last: {}: {asked} not answered for {seconds} s", pacing.endpoint)
}
