//! What is going on with a node, in a sentence.
//! It says nothing that is not in the fields beside it.

use api::{Intent, Node, Order, Outcome, PastIntent, Phase, Power, State};

/// Who wants what of the node, how far that is, and what comes next.
pub(super) fn sentence(
    node: &Node,
    last: Option<&PastIntent>,
    agent: Option<&str>,
    now: u64,
) -> String {
    let mut text = format!("{} {}", node.node, power(node));
    match &node.intent {
        Some(intent) => {
            text.push_str(&format!("; {}", asked(intent, now)));
            text.push_str(&format!("; {}", doing(intent)));
            text.push_str(&next(intent, now));
            if agent.is_none() {
                text.push_str(
                    "; but no agent leads its cluster, so nothing is sent until one does",
                );
            }
        }
        None => {
            text.push_str("; nothing is being done with it");
            text.push_str(&last.map_or_else(String::new, |last| ended(last, now)));
        }
    }
    for hold in &node.holds {
        let left = span(hold.until_at_ms.saturating_sub(now));
        text.push_str(&format!("; {} holds it for {left} more ({})", hold.holder, hold.reason));
    }
    text.push('.');
    text
}

fn power(node: &Node) -> String {
    let age = node.age_ms.map_or_else(String::new, |age| format!(", read {} ago", span(age)));
    match node.power {
        Power::On => format!("is on{age}"),
        Power::Off => format!("is off{age}"),
        Power::Unknown => {
            let because = node.unknown_because.as_deref().unwrap_or("nobody knows why");
            let last = node.last_known.map_or_else(String::new, |last| {
                format!(", last seen {} {} ago", last.power, span(last.age_ms))
            });
            format!("is unknown ({because}{last})")
        }
    }
}

fn asked(intent: &Intent, now: u64) -> String {
    let ago = span(now.saturating_sub(intent.accepted_at_ms));
    let reason = intent.reason.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
    let joined = match intent.joined.len() {
        0 => String::new(),
        1 => format!(", joined by {}", intent.joined[0]),
        more => format!(", joined by {more} more"),
    };
    format!(
        "{} asked for {} by {} {ago} ago{reason}, seq {}{joined}",
        intent.by, intent.action, intent.door, intent.seq
    )
}

fn doing(intent: &Intent) -> String {
    let order = intent.order.map_or("an order", spoken);
    let attempt =
        if intent.attempt > 1 { format!(", attempt {}", intent.attempt) } else { String::new() };
    let mut text = match intent.phase {
        Phase::Pending => "its agent has not taken that up yet".to_owned(),
        Phase::Idle => "its agent is about to take that up".to_owned(),
        Phase::Draining => "waiting for what was sent before to be over".to_owned(),
        Phase::Reading => "reading its power".to_owned(),
        Phase::SettingBoot => "setting its boot override".to_owned(),
        Phase::Firing => format!("sending {order}{attempt}"),
        Phase::Confirming => format!("{order} was sent{attempt}, waiting to see it"),
        Phase::BackingOff => format!("waiting after an error{attempt}"),
        Phase::Recording => "putting that on record".to_owned(),
        Phase::Held => "somebody else's hold forbids it".to_owned(),
        Phase::Watching => "confirmed, watching whether it stays".to_owned(),
        Phase::Returning => format!("bringing it back with {order}{attempt}"),
    };
    if let Some(cause) = &intent.cause {
        text.push_str(&format!("; last trouble: {cause}"));
    }
    text
}

fn next(intent: &Intent, now: u64) -> String {
    let next = intent.next_at_ms.filter(|at| *at > now);
    let next = next.map_or_else(String::new, |at| format!("; next step in {}", span(at - now)));
    let left = intent.deadline_at_ms.saturating_sub(now);
    let end =
        if left == 0 { "; its time is up".into() } else { format!("; given up in {}", span(left)) };
    next + &end
}

fn ended(last: &PastIntent, now: u64) -> String {
    let State::Ended { outcome } = &last.state else { return String::new() };
    let ago = span(now.saturating_sub(last.accepted_at_ms));
    let end = match outcome.result() {
        Outcome::Failed { cause } => format!("failed: {cause}"),
        Outcome::Uncertain { cause } => format!("uncertain: {cause}"),
        Outcome::Superseded { by } => {
            format!("superseded by {} ({})", by.by.as_deref().unwrap_or("somebody"), by.seq)
        }
        Outcome::Cancelled { by } => {
            format!("cancelled by {} ({})", by.by.as_deref().unwrap_or("somebody"), by.seq)
        }
        Outcome::Confirmed | Outcome::Merged { .. } => "confirmed".to_owned(),
    };
    format!(
        "; the last word was {}'s {} by {} {ago} ago, seq {}: {end}",
        last.by, last.action, last.door, last.seq
    )
}

const fn spoken(order: Order) -> &'static str {
    match order {
        Order::On => "power-on",
        Order::Off => "power-off",
        Order::Soft => "a soft shutdown",
        Order::Reset => "a reset",
        Order::Nmi => "a diagnostic interrupt",
    }
}

/// A span for people, in its two largest units at most.
fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0 => format!("{ms} ms"),
        1..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
