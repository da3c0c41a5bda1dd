//! The power of nodes, and what is being done about it, in folded lines. It asks nobody.

use std::collections::BTreeSet;

use api::{Node, Power, PowerGroup};

use super::line::{Line, Paint, Tone, fold};
use super::moment::{ago, clock};

/// With more different causes than this they are told without the addresses, so that nodes fold.
const CAUSES_MAX: usize = 16;

/// Powerman's three lines, then what is being changed and what is held.
#[must_use]
pub fn status_text(nodes: &[Node], paint: Paint) -> String {
    let causes: BTreeSet<_> =
        nodes.iter().filter_map(|node| node.unknown_because.as_ref()).collect();
    let addressed = causes.len() <= CAUSES_MAX;
    let mut text = String::new();
    for power in Power::ALL.iter().copied() {
        let those = nodes.iter().filter(|node| node.power == power);
        text += &fold(those.map(|node| (power_line(node, addressed), node.node.clone())), paint);
    }
    text +=
        &fold(nodes.iter().filter_map(|node| Some((change_line(node)?, node.node.clone()))), paint);
    text += &fold(nodes.iter().flat_map(hold_lines), paint);
    text
}

/// What nodes read, a line each.
#[must_use]
pub fn powers_text(groups: &[PowerGroup], paint: Paint) -> String {
    let line = |group: &PowerGroup| (line(group.power, None), group.nodes.clone());
    fold(groups.iter().map(line), paint)
}

fn power_line(node: &Node, addressed: bool) -> Line {
    line(node.power, unknown_note(node, addressed))
}

fn line(power: Power, note: Option<String>) -> Line {
    let tone = match power {
        Power::On => Tone::Good,
        Power::Off => Tone::Even,
        Power::Unknown => Tone::Bad,
    };
    Line::new(tone, power.word(), note)
}

fn unknown_note(node: &Node, addressed: bool) -> Option<String> {
    if node.power != Power::Unknown {
        return None;
    }
    let seen = match &node.last_known {
        Some(last) => format!("last seen {}, {} ago", last.power, ago(last.age_ms)),
        None => "never seen".to_owned(),
    };
    match &node.unknown_because {
        Some(cause) if addressed => Some(format!("{seen}: {cause}")),
        Some(cause) => Some(format!("{seen}: {}", without_address(cause))),
        None => Some(seen),
    }
}

/// `10.0.0.5:623: no answer` without the endpoint, which `why` tells.
fn without_address(cause: &str) -> &str {
    match cause.split_once(": ") {
        Some((address, words)) if !address.contains(' ') => words,
        Some(_) | None => cause,
    }
}

fn change_line(node: &Node) -> Option<Line> {
    let intent = node.intent.as_ref()?;
    let note = format!("{} by {}, #{}, {}", intent.action, intent.by, intent.seq, intent.phase);
    Some(Line::new(Tone::Odd, "changing", Some(note)))
}

fn hold_lines(node: &Node) -> impl Iterator<Item = (Line, String)> + '_ {
    node.holds.iter().map(|hold| {
        let until = clock(hold.until_at_ms);
        let note = format!("by {} until {until}: {}", hold.holder, hold.reason);
        (Line::new(Tone::Odd, "held", Some(note)), node.node.clone())
    })
}
