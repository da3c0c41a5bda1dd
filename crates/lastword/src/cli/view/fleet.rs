//! What is known of a fleet from its nodes and the events since. It does not draw.

use std::collections::{BTreeMap, VecDeque};

use api::{Action, Event, Node, Phase, Power, What};
use nodeset::NodeSet;

use crate::cli::output::event_line;
use crate::cli::selection::NODES_MAX;

/// Events that are remembered.
const EVENTS_MAX: usize = 200;
/// Commands that are remembered beyond those that are open.
const COMMANDS_MAX: usize = 2_000;

/// A fleet as it was told.
#[derive(Debug, Default)]
pub struct Fleet {
    nodes: BTreeMap<String, Seen>,
    commands: BTreeMap<u64, Asked>,
    events: VecDeque<String>,
    away: Option<String>,
    known: bool,
    folded: Option<Folded>,
}

/// What is known of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    power: Power,
    phase: Phase,
    seq: Option<u64>,
}

/// Who asked for what.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What.
    pub action: Action,
    /// Who.
    pub by: String,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: u64,
}

/// The nodes, grouped.
#[derive(Debug, Default, Clone)]
pub struct Folded {
    /// By power.
    pub power: BTreeMap<Power, NodeSet>,
    /// What is open: by command, then by step.
    pub open: BTreeMap<(u64, Phase), NodeSet>,
}

impl Fleet {
    /// Every node, read anew.
    pub fn replace(&mut self, nodes: &[Node]) {
        self.away = None;
        self.known = true;
        self.folded = None;
        self.nodes.clear();
        for node in nodes {
            let intent = node.intent.as_ref();
            let phase = intent.map_or(Phase::Idle, |intent| intent.phase);
            let seq = intent.map(|intent| intent.seq);
            self.nodes.insert(node.node.clone(), Seen { power: node.power, phase, seq });
            if let Some(intent) = intent {
                let (action, by) = (intent.action, intent.by.clone());
                let asked = Asked { action, by, at_ms: intent.accepted_at_ms };
                self.commands.insert(intent.seq, asked);
            }
        }
    }

    /// Something happened.
    pub fn apply(&mut self, event: &Event) {
        self.away = None;
        match &event.what {
            What::Command { seq, action, by, .. } => {
                let asked = Asked { action: *action, by: by.clone(), at_ms: event.at_ms };
                self.commands.insert(*seq, asked);
                self.forget_commands();
            }
            What::Status { power, phase, seq, .. } => {
                let seen = Seen { power: *power, phase: *phase, seq: *seq };
                self.note(&event.nodes, seen);
                // what a node does step by step is in the list of what is open
                return;
            }
            What::Verdict { .. }
            | What::Outcome { .. }
            | What::Hold { .. }
            | What::Observed { .. }
            | What::Report { .. }
            | What::Inventory { .. }
            | What::Reset => {}
        }
        if self.events.len() == EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(event_line(event));
    }

    /// The server is away.
    pub fn lose(&mut self, words: String) {
        self.away = Some(words);
    }

    /// Why nothing is known any more, if so.
    #[must_use]
    pub fn away(&self) -> Option<&str> {
        self.away.as_deref()
    }

    /// Whether the nodes were told at all.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.known
    }

    /// The newest events, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.events.iter().map(String::as_str)
    }

    /// Who asked, if it is known.
    #[must_use]
    pub fn asked(&self, seq: u64) -> Option<&Asked> {
        self.commands.get(&seq)
    }

    /// The nodes that are wanted, grouped. It is kept until something changes.
    pub fn folded(&mut self, wanted: Option<&NodeSet>) -> &Folded {
        let nodes = &self.nodes;
        self.folded.get_or_insert_with(|| fold(nodes, wanted))
    }

    fn note(&mut self, nodes: &str, seen: Seen) {
        let Ok(nodes) = NodeSet::parse(nodes, NODES_MAX) else { return };
        for name in nodes.iter() {
            if self.nodes.insert(name, seen) != Some(seen) {
                self.folded = None;
            }
        }
    }

    /// The oldest commands, unless something of them is open.
    fn forget_commands(&mut self) {
        if self.commands.len() < COMMANDS_MAX * 2 {
            return;
        }
        let open: Vec<u64> = self.nodes.values().filter_map(|seen| seen.seq).collect();
        let oldest: Vec<u64> = self.commands.keys().copied().take(COMMANDS_MAX).collect();
        for seq in oldest.into_iter().filter(|seq| !open.contains(seq)) {
            self.commands.remove(&seq);
        }
    }
}

fn fold(nodes: &BTreeMap<String, Seen>, wanted: Option<&NodeSet>) -> Folded {
    let mut power: BTreeMap<Power, Vec<&String>> = BTreeMap::new();
    let mut open: BTreeMap<(u64, Phase), Vec<&String>> = BTreeMap::new();
    for (name, seen) in nodes {
        if wanted.is_some_and(|wanted| !wanted.contains(name)) {
            continue;
        }
        power.entry(seen.power).or_default().push(name);
        if let Some(seq) = seen.seq {
            open.entry((seq, seen.phase)).or_default().push(name);
        }
    }
    Folded { power: sets(power), open: sets(open) }
}

fn sets<K: Ord>(groups: BTreeMap<K, Vec<&String>>) -> BTreeMap<K, NodeSet> {
    let set = |(key, names)| Some((key, NodeSet::from_names(names).ok()?));
    groups.into_iter().filter_map(set).collect()
}
