//! What a run was worth: the clicks and answers against what really happened to the machines. docs/simulate.md tells the
//! definitions in words; here they are in code, and nothing else judges.

use std::collections::BTreeMap;

use arbiter::{Action, Goal, Millis};

use super::people::{Told, Who, Wish};
use super::world::{Click, Node, World};

/// How long what was told as done has to last unless somebody asks for something else, in milliseconds.
const LASTS_MS: Millis = 60_000;

/// Sums over nodes.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Nodes that somebody wanted something of.
    pub nodes: u64,
    /// Clicks, repeated ones included.
    pub clicks: u64,
    /// From the last word to the machine being there for good, in milliseconds, node by node; those that never
    /// were are left out.
    pub there_ms: Vec<Millis>,
    /// Nodes that were at no moment where the last word wanted them.
    pub never: u64,
    /// Nodes that at the end are not where the last word wanted them.
    pub wrong: u64,
    /// Orders sent to BMCs.
    pub orders: u64,
    /// Reads sent to BMCs.
    pub reads: u64,
    /// Changes of power away from what the newest click wanted.
    pub needless: u64,
    /// Clicks whose caller was told nothing.
    pub unanswered: u64,
    /// Clicks whose caller was told what was not so.
    pub misled: u64,
    /// Clicks that were refused.
    pub refused: u64,
    /// Fencing agents that asked.
    pub fences: u64,
    /// From a fencing agent's first click to "it is off", in milliseconds, for those that heard it.
    pub fenced_ms: Vec<Millis>,
    /// Of these, how many were told so falsely.
    pub false_offs: u64,
}

/// Whether that wish is fulfilled now: the machine is in its goal and, for a cycle, came on afresh since.
pub fn fulfilled(node: &mut Node, wish: Wish, now: Millis) -> bool {
    Seen::of(node, now).fulfils(wish, now)
}

impl Tally {
    /// What that run, which ended at `end`, was worth.
    pub fn of(world: &mut World, end: Millis) -> Self {
        let mut tally = Self { clicks: world.clicks.len() as u64, ..Self::default() };
        let mut by_node: BTreeMap<usize, Vec<Click>> = BTreeMap::new();
        for click in &world.clicks {
            by_node.entry(click.node).or_default().push(*click);
        }
        for (place, clicks) in &by_node {
            let seen = Seen::of(&mut world.nodes[*place], end);
            tally.add_node(&seen, clicks);
            for click in clicks {
                tally.add_answer(&seen, click, clicks);
            }
        }
        for node in &world.nodes {
            tally.orders += node.orders;
            tally.reads += node.reads;
        }
        for (by, caller) in world.callers.iter().enumerate() {
            if caller.who == Who::Fencer {
                let seen = Seen::of(&mut world.nodes[caller.node], end);
                tally.add_fence(&seen, by, caller.wishes()[0].at, &by_node[&caller.node]);
            }
        }
        tally
    }

    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.nodes += other.nodes;
        self.clicks += other.clicks;
        self.there_ms.extend(other.there_ms);
        self.never += other.never;
        self.wrong += other.wrong;
        self.orders += other.orders;
        self.reads += other.reads;
        self.needless += other.needless;
        self.unanswered += other.unanswered;
        self.misled += other.misled;
        self.refused += other.refused;
        self.fences += other.fences;
        self.fenced_ms.extend(other.fenced_ms);
        self.false_offs += other.false_offs;
    }

    fn add_node(&mut self, seen: &Seen, clicks: &[Click]) {
        let Some(last) = clicks.last() else { return };
        self.nodes += 1;
        if seen.fulfils(last.wish, seen.end) {
            let for_good = seen.edges.last().map_or(0, |(at, _)| *at);
            self.there_ms.push(for_good.saturating_sub(last.wish.at));
        } else {
            self.wrong += 1;
        }
        let moments = seen.edges.iter().map(|(at, _)| *at).filter(|at| *at >= last.at);
        let mut moments = moments.chain([last.at, seen.end]);
        self.never += u64::from(!moments.any(|at| seen.fulfils(last.wish, at)));
        self.needless +=
            seen.edges.iter().filter(|edge| !seen.wanted(**edge, clicks)).count() as u64;
    }

    fn add_answer(&mut self, seen: &Seen, click: &Click, clicks: &[Click]) {
        match click.told {
            None => self.unanswered += 1,
            Some((at, Told::Done)) => self.misled += u64::from(!seen.lasts(click, at, clicks)),
            Some((at, Told::Failed)) => self.misled += u64::from(seen.fulfils(click.wish, at)),
            Some((_, Told::Refused)) => self.refused += 1,
            Some((_, Told::Superseded)) => {}
        }
    }

    fn add_fence(&mut self, seen: &Seen, by: usize, asked_at: Millis, clicks: &[Click]) {
        self.fences += 1;
        let own = clicks.iter().filter(|click| click.by == by);
        let told_off = own.filter_map(|click| match click.told {
            Some((at, Told::Done)) => Some((at, click)),
            Some((_, Told::Failed | Told::Superseded | Told::Refused)) | None => None,
        });
        let Some((at, click)) = told_off.min_by_key(|(at, _)| *at) else { return };
        self.fenced_ms.push(at - asked_at);
        self.false_offs += u64::from(!seen.lasts(click, at, clicks));
    }
}

/// What really happened to a machine.
struct Seen {
    on: bool,
    edges: Vec<(Millis, bool)>,
    end: Millis,
}

impl Seen {
    fn of(node: &mut Node, end: Millis) -> Self {
        Self { on: node.on, edges: node.machine.ledger(end).edges().collect(), end }
    }

    fn is_on(&self, at: Millis) -> bool {
        self.edges.iter().rfind(|(edge, _)| *edge <= at).map_or(self.on, |(_, on)| *on)
    }

    /// As [`fulfilled`], at any time.
    fn fulfils(&self, wish: Wish, at: Millis) -> bool {
        let came_on =
            |since| self.edges.iter().any(|(edge, on)| *on && (since..=at).contains(edge));
        match wish.action.goal() {
            Some(Goal::Off) => !self.is_on(at),
            Some(Goal::On) | None => {
                self.is_on(at) && (wish.action != Action::Cycle || came_on(wish.at))
            }
        }
    }

    /// Whether what was told as done at that time was so, and remained so for a while, or until a newer click for
    /// something else.
    fn lasts(&self, click: &Click, told_at: Millis, clicks: &[Click]) -> bool {
        let is_other = |other: &&Click| {
            other.at >= click.at
                && (other.at, other.by) != (click.at, click.by)
                && (other.wish.action.goal() != click.wish.action.goal()
                    || other.wish.action == Action::Cycle)
        };
        let newer = clicks.iter().find(is_other).map_or(Millis::MAX, |other| other.at);
        let until = newer.min(told_at + LASTS_MS);
        let leaves = self.edges.iter().any(|(edge, _)| *edge > told_at && *edge < until);
        self.fulfils(click.wish, told_at) && !leaves
    }

    /// Whether the newest click before that change of power wanted it: its goal, or the one drop of a cycle.
    fn wanted(&self, (at, on): (Millis, bool), clicks: &[Click]) -> bool {
        let Some(newest) = clicks.iter().rfind(|click| click.at <= at) else { return true };
        let wish = newest.wish;
        let toward_goal = (wish.action.goal() == Some(Goal::On)) == on;
        let dropped = || self.edges.iter().any(|(edge, on)| !on && (wish.at..at).contains(edge));
        toward_goal || (wish.action == Action::Cycle && !on && !dropped())
    }
}
