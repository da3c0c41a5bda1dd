//! The guard against hitting many nodes, or protected ones, by mistake. All doors pass it.
//! It does not look at roles and scopes.

use std::collections::BTreeMap;

use api::{Code, CommandRequest};
use arbiter::{Command, Verdict};
use nodeset::NodeSet;

use crate::convert::asked;
use crate::fleet::Fleet;
use crate::fold::{Fold, is_level};
use crate::groups::{Group, brief};
use crate::locks::read;
use crate::region::Inner;
use crate::rest::{Answer, Fail};

/// What a command needs beside, because it is disruptive.
pub(super) struct Needs {
    /// The nodes that are protected from it.
    pub(super) protected: NodeSet,
    /// The number to repeat.
    pub(super) confirm: Option<usize>,
}

/// What a request still needs before it is carried out.
pub(super) fn needs(fleet: &Fleet, request: &CommandRequest, nodes: &NodeSet) -> Needs {
    if !asked(request.action).is_disruptive() {
        return Needs { protected: NodeSet::default(), confirm: None };
    }
    let protected = if request.force_protected {
        NodeSet::default()
    } else {
        nodes.intersection(fleet.protected())
    };
    let count = nodes.len();
    let many = count > fleet.limits().confirm_over && request.confirm.is_none();
    Needs { protected, confirm: many.then_some(count) }
}

/// Refuses a disruptive command for protected nodes, or for many whose number was not repeated.
pub(super) fn guard(
    region: &Inner,
    fleet: &Fleet,
    request: &CommandRequest,
    command: &Command,
) -> Answer<()> {
    let count = command.nodes.len();
    if let Some(confirm) = request.confirm
        && confirm != count
    {
        let words = format!("confirm says {confirm} nodes, but {count} are meant");
        return Err(confirm_count(region, command, words));
    }
    let Needs { protected, confirm } = needs(fleet, request, &command.nodes);
    if !protected.is_empty() {
        let own = protected.intersection(fleet.hosts_lastword());
        let words = if own.is_empty() {
            format!("{} protected: force_protected is needed", are(&protected))
        } else {
            format!("lastword itself runs on {own}: force_protected is needed")
        };
        return Err(Fail::new(Code::Protected, 409, words).nodes(&protected));
    }
    if confirm.is_some() {
        let words = format!("{} for {count} nodes", request.action);
        return Err(confirm_count(region, command, words));
    }
    Ok(())
}

/// What a command would do, by the very code that decides.
pub(super) fn predict(region: &Inner, fold: &Fold, command: &Command) -> Vec<Group<api::Verdict>> {
    let now = region.now();
    let goal = command.action.goal().filter(|_| is_level(command));
    let mut groups: BTreeMap<(Verdict, bool), Vec<String>> = BTreeMap::new();
    for name in command.nodes.iter() {
        let verdict = fold.ledger.predict(now, &name, command);
        let runs = verdict == Verdict::Accepted(arbiter::Course::Run);
        let since = now.saturating_sub(crate::fold::FRESH_MS);
        let already =
            runs && goal.is_some_and(|goal| region.board.was_seen(&name, goal, since, u64::MAX));
        groups.entry((verdict, already)).or_default().push(name);
    }
    let group = |((verdict, already), names): ((Verdict, bool), Vec<String>)| Group {
        nodes: NodeSet::from_names(names).expect("the names come from a node set"),
        what: fold.verdict(&verdict, already),
    };
    groups.into_iter().map(group).collect()
}

fn confirm_count(region: &Inner, command: &Command, words: String) -> Fail {
    let count = command.nodes.len();
    let on = region.board.count_on(&command.nodes);
    let verdicts = predict(region, &read(&region.fold), command);
    let superseded = superseded(&verdicts);
    let words = format!(
        "{words}: {on} of {} are on{superseded}; repeat the number as confirm: {count}",
        brief(&command.nodes)
    );
    Fail::new(Code::ConfirmCount, 409, words)
        .nodes(&command.nodes)
        .counts(count, on)
        .verdicts(verdicts)
}

fn superseded(verdicts: &[Group<api::Verdict>]) -> String {
    let mut text = String::new();
    for group in verdicts {
        if let api::Verdict::Supersede(older) = &group.what {
            let by = older.by.as_deref().unwrap_or("somebody");
            let action = older.action.map_or("command", api::Action::word);
            text.push_str(&format!(
                ", {by}'s {action} ({}) would be superseded on {}",
                older.seq,
                brief(&group.nodes)
            ));
        }
    }
    text
}

fn are(nodes: &NodeSet) -> String {
    format!("{} {}", brief(nodes), if nodes.len() == 1 { "is" } else { "are" })
}
