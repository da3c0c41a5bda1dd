//! Nodes that depend on others, at the door: who else is meant, and what can't be done on its face.
//! It puts nothing in order: the agents do.

use std::collections::BTreeSet;

use api::{Code, CommandRequest};
use arbiter::{Action, Command, Goal};
use nodeset::NodeSet;

use crate::fleet::Fleet;
use crate::fold::Fold;
use crate::groups::brief;
use crate::locks::read;
use crate::region::Inner;
use crate::rest::{Answer, Fail};

/// The nodes with what depends on them, or what they depend on, if the request says so.
pub(super) fn with_kin(fleet: &Fleet, request: &CommandRequest, nodes: NodeSet) -> NodeSet {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for name in nodes.iter() {
        if request.with_children {
            collect(&name, &mut names, |node| fleet.children(node).map(str::to_owned).collect());
        }
        if request.with_parents {
            collect(&name, &mut names, |node| {
                fleet.parent(node).map(str::to_owned).into_iter().collect()
            });
        }
    }
    if names.is_empty() {
        return nodes;
    }
    let mut all = NodeSet::from_names(&names).expect("the inventory has parsed names only");
    all.extend(&nodes);
    all
}

fn collect(of: &str, into: &mut BTreeSet<String>, next: impl Fn(&str) -> Vec<String>) {
    let mut open = next(of);
    while let Some(name) = open.pop() {
        if into.insert(name.clone()) {
            open.extend(next(&name));
        }
    }
}

/// Refuses to take power from under a node that is not off, and to power a node on whose parent is off, unless those
/// are asked for as well or are on their way.
pub(super) fn check(
    region: &Inner,
    fleet: &Fleet,
    command: &Command,
    scope: Option<&NodeSet>,
) -> Answer<()> {
    if !fleet.has_kin() {
        return Ok(());
    }
    refuse_batches(fleet, command)?;
    let fold = read(&region.fold);
    let comes = |name: &str, goal: Goal| {
        command.nodes.contains(name)
            || region.board.was_seen(name, goal, 0, u64::MAX)
            || is_asked(&fold, name, goal)
    };
    if command.action.may_order(Goal::Off) {
        let standing = |node: &String| fleet.children(node).any(|child| !comes(child, Goal::Off));
        let under: Vec<String> = command.nodes.iter().filter(standing).collect();
        if !under.is_empty() {
            let children = under.iter().flat_map(|node| fleet.children(node));
            let children: Vec<&str> = children.filter(|child| !comes(child, Goal::Off)).collect();
            let (under, children) = (named(&under), named(&children));
            let Some(children) = seen(children, scope) else { return Err(unseen()) };
            let words = format!(
                "{} not known to be off, and {} on {}: with_children is needed",
                are(&children),
                if children.len() == 1 { "depends" } else { "depend" },
                brief(&under)
            );
            return Err(Fail::new(Code::Depends, 409, words).nodes(&children));
        }
    }
    if command.action == Action::On {
        let is_off = |parent: &&str| {
            region.board.was_seen(parent, Goal::Off, 0, u64::MAX) && !comes(parent, Goal::On)
        };
        let parents: BTreeSet<String> = command
            .nodes
            .iter()
            .filter_map(|node| fleet.parent(&node).filter(is_off).map(str::to_owned))
            .collect();
        if !parents.is_empty() {
            let Some(parents) = seen(named(&parents), scope) else { return Err(unseen()) };
            let it = if parents.len() == 1 { "it" } else { "them" };
            let words = format!(
                "{} off, and what is asked for depends on {it}: with_parents is needed",
                are(&parents)
            );
            return Err(Fail::new(Code::Depends, 409, words).nodes(&parents));
        }
    }
    Ok(())
}

/// Who waits for another batch than its own does so in vain: batches begin when the former have ended.
fn refuse_batches(fleet: &Fleet, command: &Command) -> Answer<()> {
    if command.batch.is_none() {
        return Ok(());
    }
    let meant = |node: &String| fleet.parent(node).is_some_and(|it| command.nodes.contains(it));
    let depending: Vec<String> = command.nodes.iter().filter(meant).collect();
    let Some(first) = depending.first() else { return Ok(()) };
    let parent = fleet.parent(first).unwrap_or_default();
    let words = format!(
        "{first} depends on {parent}: nodes that depend on each other don't go in batches, as one would wait for the other's"
    );
    Err(Fail::new(Code::Depends, 409, words).nodes(&named(&depending)))
}

/// Whether an open command takes the node there.
fn is_asked(fold: &Fold, name: &str, goal: Goal) -> bool {
    let running = fold.ledger.id(name).and_then(|id| fold.ledger.running(id));
    let entry = running.and_then(|(seq, _)| fold.ledger.command(seq));
    entry.is_some_and(|entry| entry.command.action.goal() == Some(goal))
}

/// What of them the caller may know of, if that is anything.
fn seen(nodes: NodeSet, scope: Option<&NodeSet>) -> Option<NodeSet> {
    let seen = scope.map_or_else(|| nodes.clone(), |scope| nodes.intersection(scope));
    (!seen.is_empty()).then_some(seen)
}

fn unseen() -> Fail {
    let words = "what these depend on, or what depends on them, is not where it has to be, and outside of the scope";
    Fail::new(Code::Depends, 409, words.to_owned())
}

fn named<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> NodeSet {
    NodeSet::from_names(names).expect("the inventory has parsed names only")
}

fn are(nodes: &NodeSet) -> String {
    format!("{} {}", brief(nodes), if nodes.len() == 1 { "is" } else { "are" })
}
