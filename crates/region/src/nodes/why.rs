//! What is going on with a node, in a sentence.
//! It says nothing that is not in the fields beside it, but what is done without a command.

use api::{Action, Intent, Node, Order, Outcome, PastIntent, Phase, Power, State, Whose};
use arbiter::{Progress, Report};

use crate::convert::{goal, order};

/// What is done with a node while no command is carried out.
pub(super) struct Rest {
    /// What its agent does.
    pub(super) progress: Option<Progress>,
    /// What the agent told of it last.
    pub(super) report: Option<Report>,
}

/// Who wants what of the node, how far that is, and what comes next.
pub(super) fn sentence(
    node: &Node,
    rest: &Rest,
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
            text.push_str(leaderless(agent));
        }
        None => {
            match resting(rest, now) {
                Some(words) => text.push_str(&format!("; {words}{}", leaderless(agent))),
                None => text.push_str("; nothing is being done with it"),
            }
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

const fn leaderless(agent: Option<&str>) -> &'static str {
    match agent {
        Some(_) => "",
        None => "; but no agent leads its cluster, so nothing is sent until one does",
    }
}

/// What its agent does by itself; none if that is nothing.
fn resting(rest: &Rest, now: u64) -> Option<String> {
    let progress = rest.progress.as_ref().filter(|progress| progress.seq.is_none())?;
    let next = upcoming(progress.next_at, now);
    match progress.phase {
        arbiter::Phase::Watching => {
            let returned = matches!(rest.report, Some(Report::BroughtBack { .. }));
            let before = if returned { "was brought back and " } else { "" };
            Some(format!("it {before}is being watched whether it stays{next}"))
        }
        arbiter::Phase::Returning(kept) => {
            let late = matches!(rest.report, Some(Report::LateFire { .. }));
            let because = if late { " (an order fired late)" } else { "" };
            let (goal, order) = (goal(kept), spoken(order(kept.order())));
            let attempt = attempt(u32::from(progress.attempt));
            let cause = progress.cause.as_ref();
            let cause = cause.map_or_else(String::new, |cause| format!("; last trouble: {cause}"));
            Some(format!(
                "it left {goal} by itself{because} and is being brought back with {order}{attempt}{cause}{next}"
            ))
        }
        arbiter::Phase::Idle
        | arbiter::Phase::Draining
        | arbiter::Phase::Reading
        | arbiter::Phase::Batched
        | arbiter::Phase::Gated
        | arbiter::Phase::InLine
        | arbiter::Phase::SettingBoot
        | arbiter::Phase::Firing(_)
        | arbiter::Phase::Confirming(_)
        | arbiter::Phase::BackingOff
        | arbiter::Phase::Recording
        | arbiter::Phase::Held => None,
    }
}

fn power(node: &Node) -> String {
    let way = if node.by_second_way { " by its second way" } else { "" };
    let age = node.age_ms.map_or_else(String::new, |age| format!(", read{way} {} ago", span(age)));
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
    let attempt = attempt(intent.attempt.into());
    let mut text = match intent.phase {
        Phase::Pending => "its agent has not taken that up yet".to_owned(),
        Phase::Idle => "its agent is about to take that up".to_owned(),
        Phase::Draining => "waiting for what was sent before to be over".to_owned(),
        Phase::Reading => "reading its power".to_owned(),
        Phase::Batched => "waiting until the nodes before it have ended".to_owned(),
        Phase::Gated => gated(intent),
        Phase::InLine => "waiting for its turn to be powered on, on its circuit".to_owned(),
        Phase::SettingBoot => "setting its boot override".to_owned(),
        Phase::Firing => format!("sending {order}{attempt}"),
        Phase::Confirming => format!("{order} was sent{attempt}, waiting to see it"),
        Phase::BackingOff => format!("waiting after an error{attempt}"),
        Phase::Recording => "putting that on record".to_owned(),
        Phase::Held => "somebody else's hold forbids it".to_owned(),
        Phase::Watching => "confirmed, watching whether it stays".to_owned(),
        Phase::Returning => format!("bringing it back with {order}{attempt}"),
    };
    if intent.escalated {
        text.push_str("; escalated to its second way");
    }
    if let Some(cause) = &intent.cause {
        text.push_str(&format!("; last trouble: {cause}"));
    }
    text
}

fn gated(intent: &Intent) -> String {
    let other = if intent.action == Action::On {
        "waiting until what it depends on is on"
    } else {
        "waiting for nodes that it depends on, or that depend on it"
    };
    other.to_owned()
}

fn next(intent: &Intent, now: u64) -> String {
    let next = upcoming(intent.next_at_ms, now);
    let Some(deadline) = intent.deadline_at_ms else { return next };
    let left = deadline.saturating_sub(now);
    let end =
        if left == 0 { "; its time is up".into() } else { format!("; given up in {}", span(left)) };
    next + &end
}

fn attempt(number: u32) -> String {
    if number > 1 { format!(", attempt {number}") } else { String::new() }
}

fn upcoming(at: Option<u64>, now: u64) -> String {
    let at = at.filter(|at| *at > now);
    at.map_or_else(String::new, |at| format!("; next step in {}", span(at - now)))
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
        Outcome::Cancelled { by } => cancelled(by, last.seq),
        Outcome::Confirmed | Outcome::Merged { .. } => "confirmed".to_owned(),
    };
    let way = if last.escalated { ", escalated to its second way" } else { "" };
    format!(
        "; the last word was {}'s {} by {} {ago} ago, seq {}{way}: {end}",
        last.by, last.action, last.door, last.seq
    )
}

fn cancelled(by: &Whose, seq: u64) -> String {
    if by.seq == seq {
        return "taken back, because too many other nodes of the command failed".to_owned();
    }
    format!("cancelled by {} ({})", by.by.as_deref().unwrap_or("somebody"), by.seq)
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
