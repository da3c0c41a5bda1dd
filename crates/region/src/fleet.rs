//! What the region knows of the inventory: names, labels, groups, policies, limits.
//! It knows no BMC, address or credential.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arbiter::Policy;
use nodeset::{Groups, NodeSet, ParseError};

/// The label that protects a node from disruptive commands, whatever its value, unless that is `false`:
/// who writes `yes` means it.
const PROTECT: &str = "protect";

/// The label that names the circuit of a node.
const CIRCUIT: &str = "circuit";

/// What the region knows of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetNode {
    /// Its labels.
    pub labels: Arc<BTreeMap<String, String>>,
    /// What happens when a newer command meets a running operation.
    pub policy: Policy,
    /// How long an operation may take unless the command says otherwise, in milliseconds.
    pub deadline_ms: u64,
    /// How its machine is asked, in one word of a closed list: a label of figures and nothing else.
    pub driver: &'static str,
}

/// How many nodes of a circuit may be powered on within a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitLimit {
    /// At most so many.
    pub starts_max: u16,
    /// The span, in milliseconds.
    pub within_ms: u64,
    /// At most so many watts may be drawn by those that start.
    pub watts_max: Option<u32>,
    /// What a node draws while it starts, in watts; 0 if that is not told.
    pub start_watts: u32,
}

/// What nodes have to do with each other, and with lastword.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The circuits by name: the nodes' label `circuit`.
    pub circuits: BTreeMap<Box<str>, CircuitLimit>,
    /// The nodes that depend on others, each with the one that it depends on.
    pub parents: HashMap<Box<str>, Box<str>>,
    /// The nodes that lastword itself runs on: protected like those with the label `protect`.
    pub hosts_lastword: NodeSet,
}

/// Bounds on what one request may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Above so many nodes a disruptive command needs its node count repeated.
    pub confirm_over: usize,
    /// The most nodes that one request may name.
    pub nodes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { confirm_over: 16, nodes_max: 200_000 }
    }
}

/// The inventory, as far as a region needs it.
#[derive(Clone, Debug)]
pub struct Fleet {
    cluster: Box<str>,
    nodes: HashMap<Box<str>, FleetNode>,
    groups: BTreeMap<String, NodeSet>,
    limits: Limits,
    all: NodeSet,
    protected: NodeSet,
    /// Those of fewest nodes first.
    by_policy: Vec<(Policy, NodeSet)>,
    by_deadline: BTreeMap<u64, NodeSet>,
    drivers: BTreeSet<&'static str>,
    site: Site,
    children: HashMap<Box<str>, Vec<Box<str>>>,
    on_circuits: BTreeMap<Box<str>, NodeSet>,
}

impl Fleet {
    /// A fleet of one cluster. A name that comes twice counts once, as it came last.
    ///
    /// # Errors
    /// [`ParseError`] if a name is no node name.
    pub fn new(
        cluster: &str,
        nodes: impl IntoIterator<Item = (Box<str>, FleetNode)>,
        groups: BTreeMap<String, NodeSet>,
        limits: Limits,
    ) -> Result<Self, ParseError> {
        let nodes: HashMap<Box<str>, FleetNode> = nodes.into_iter().collect();
        let mut policies: HashMap<Policy, Vec<&str>> = HashMap::new();
        let mut deadlines: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
        let mut protected = Vec::new();
        for (name, node) in &nodes {
            policies.entry(node.policy).or_default().push(name);
            deadlines.entry(node.deadline_ms).or_default().push(name);
            if node.labels.get(PROTECT).is_some_and(|value| value != "false") {
                protected.push(name);
            }
        }
        let drivers = nodes.values().map(|node| node.driver).collect();
        let all = NodeSet::from_names(nodes.keys())?;
        let protected = NodeSet::from_names(protected)?;
        let by_policy = policies.into_iter().map(|(key, names)| set(key, names));
        let mut by_policy = by_policy.collect::<Result<Vec<_>, _>>()?;
        by_policy.sort_by_key(|(_, nodes)| nodes.len());
        let by_deadline =
            deadlines.into_iter().map(|(key, names)| set(key, names)).collect::<Result<_, _>>()?;
        let cluster = cluster.into();
        let fleet = Self {
            cluster,
            nodes,
            groups,
            limits,
            all,
            protected,
            by_policy,
            by_deadline,
            drivers,
            site: Site::default(),
            children: HashMap::new(),
            on_circuits: BTreeMap::new(),
        };
        Ok(fleet)
    }

    /// The same fleet with what its nodes have to do with each other.
    ///
    /// # Errors
    /// [`ParseError`] if a name is no node name.
    pub fn with_site(mut self, site: Site) -> Result<Self, ParseError> {
        for (child, parent) in &site.parents {
            self.children.entry(parent.clone()).or_default().push(child.clone());
        }
        let mut on_circuits: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, node) in self.nodes.iter().filter(|_| !site.circuits.is_empty()) {
            if let Some(circuit) = node.labels.get(CIRCUIT) {
                on_circuits.entry(circuit).or_default().push(name);
            }
        }
        let on_circuits =
            on_circuits.into_iter().map(|(circuit, names)| set(circuit.into(), names));
        self.on_circuits = on_circuits.collect::<Result<_, _>>()?;
        self.protected.extend(&site.hosts_lastword);
        self.site = site;
        Ok(self)
    }

    /// The circuits that limit power-ons.
    pub(crate) const fn circuits(&self) -> &BTreeMap<Box<str>, CircuitLimit> {
        &self.site.circuits
    }

    /// The circuit of the node.
    pub(crate) fn circuit_of(&self, node: &str) -> Option<&str> {
        Some(self.node(node)?.labels.get(CIRCUIT)?.as_str())
    }

    /// The nodes on that circuit.
    pub(crate) fn on_circuit(&self, circuit: &str) -> &NodeSet {
        static NONE: std::sync::LazyLock<NodeSet> = std::sync::LazyLock::new(NodeSet::default);
        self.on_circuits.get(circuit).unwrap_or(&NONE)
    }

    /// Whether any node depends on another.
    pub(crate) fn has_kin(&self) -> bool {
        !self.children.is_empty()
    }

    /// What the node depends on.
    pub(crate) fn parent(&self, node: &str) -> Option<&str> {
        self.site.parents.get(node).map(|parent| &**parent)
    }

    /// What depends on the node.
    pub(crate) fn children(&self, node: &str) -> impl Iterator<Item = &str> {
        self.children.get(node).into_iter().flatten().map(|child| &**child)
    }

    /// The nodes that lastword itself runs on.
    pub(crate) const fn hosts_lastword(&self) -> &NodeSet {
        &self.site.hosts_lastword
    }

    /// The cluster's name.
    #[must_use]
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// The bounds.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// The groups by their names.
    pub(crate) const fn groups(&self) -> &BTreeMap<String, NodeSet> {
        &self.groups
    }

    /// Every node.
    #[must_use]
    pub const fn nodes(&self) -> &NodeSet {
        &self.all
    }

    /// What is known of that node.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&FleetNode> {
        self.nodes.get(name)
    }

    /// The nodes that are protected from disruptive commands.
    #[must_use]
    pub const fn protected(&self) -> &NodeSet {
        &self.protected
    }

    /// The words for how machines are asked.
    pub(crate) fn drivers(&self) -> impl Iterator<Item = &'static str> {
        self.drivers.iter().copied()
    }

    /// The policy of most of these nodes, and the others'.
    pub(crate) fn policies(&self, nodes: &NodeSet) -> (Policy, BTreeMap<NodeSet, Policy>) {
        let parts = self.by_policy.iter().map(|(policy, all)| (all.intersection(nodes), *policy));
        let mut parts: Vec<(NodeSet, Policy)> =
            parts.filter(|(part, _)| !part.is_empty()).collect();
        parts.sort_by_key(|(part, _)| part.len());
        let (_, policy) = parts.pop().unwrap_or_default();
        (policy, parts.into_iter().collect())
    }

    /// The longest deadline of these nodes, in milliseconds.
    pub(crate) fn deadline_ms(&self, nodes: &NodeSet) -> Option<u64> {
        let mut longest_first = self.by_deadline.iter().rev();
        longest_first.find(|(_, all)| !all.intersection(nodes).is_empty()).map(|(ms, _)| *ms)
    }

    /// Those of the nodes that have all of these labels.
    pub(crate) fn select(&self, nodes: &NodeSet, labels: &[(String, String)]) -> NodeSet {
        let has = |name: &String| {
            self.node(name).is_some_and(|node| {
                labels.iter().all(|(label, value)| node.labels.get(label) == Some(value))
            })
        };
        NodeSet::from_names(nodes.iter().filter(has)).expect("the names come from a node set")
    }
}

impl Groups for Fleet {
    fn group(&self, name: &str) -> Option<NodeSet> {
        self.groups.get(name).cloned()
    }

    fn all(&self) -> NodeSet {
        self.all.clone()
    }

    fn wildcard(&self, pattern: &str) -> NodeSet {
        self.all.matching(pattern)
    }
}

fn set<K>(key: K, names: Vec<&str>) -> Result<(K, NodeSet), ParseError> {
    Ok((key, NodeSet::from_names(names)?))
}
