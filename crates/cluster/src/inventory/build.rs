//! From what was written to what it means: all files together, every check that needs more than
//! one key. It reads no files.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use nodeset::NodeSet;
use toml::Spanned;

use super::access::{check_keys, trust_key, wrong_system};
use super::contact::Contact;
use super::credentials::{self, Known, wrong_user};
use super::endpoint::{Access, Endpoint, Transport};
use super::file::{Block, Written};
use super::finding::{Findings, Report, quoted};
use super::model::{Driver, Inventory, Labels, NODES_MAX, Node, Second, Settings, names};
use super::options::{Options, wrong_word};
use super::source::{Place, Source, Text};
use super::{bmc, circuits, groups, kin, second};

/// Builds the inventory. It is worth something only when `report` has no errors afterwards.
pub(super) fn build(files: &mut [(Source<'_>, Written)], report: &mut Report) -> Inventory {
    let known = credentials::check(files, report);
    let files = &*files;
    let defaults = Defaults::read(files, &known, &mut report.errors);
    let mut builder = Builder::new(&known, report);
    for (source, written) in files {
        for block in &written.nodes {
            builder.add_block(block, source, &defaults);
        }
    }
    let complete = !builder.nodes_lost && files.iter().all(|(_, written)| !written.nodes_lost);
    let Made { nodes, depending, circuits: named } = builder.finish();
    let seconds = seconds(files, &known, &nodes, report);
    let parents = kin::parents(&depending, &nodes, complete, report);
    let circuits = circuits::read(files, &mut report.errors).check(&nodes, &named, report);
    let all = names(nodes.keys().map(|name| &**name));
    let groups = groups::resolve(files, &all, complete, &mut report.errors);
    let identities = kin::identities(files, &nodes, complete, &mut report.errors);
    let credentials = known.into_iter().filter_map(|(name, known)| Some((name, known?))).collect();
    let warnings = Findings::default();
    Inventory { nodes, seconds, groups, credentials, circuits, parents, identities, warnings, all }
}

/// Second ways are read as if they were nodes of their own, to which no defaults apply.
fn seconds(
    files: &[(Source<'_>, Written)],
    known: &Known,
    nodes: &BTreeMap<Arc<str>, Node>,
    report: &mut Report,
) -> BTreeMap<Arc<str>, Second> {
    let mut builder = Builder::new(known, report);
    for (source, written) in files {
        for block in &written.seconds {
            second::missing_terms(block, source, &mut builder.report.errors);
            builder.add_block(block, source, &Defaults::default());
        }
    }
    second::seconds(files, builder.finish().nodes, nodes, &mut report.errors)
}

/// The `[defaults]` of all files together.
#[derive(Default)]
struct Defaults<'s> {
    options: Options<'s>,
    /// All keys that are set, rightly or wrongly.
    keys: BTreeMap<&'s str, Place<'s>>,
}

impl<'s> Defaults<'s> {
    fn read(files: &'s [(Source<'s>, Written)], known: &Known, errors: &mut Findings) -> Self {
        let mut merged = Self::default();
        for (source, written) in files {
            for key in &written.default_keys {
                merged.add_key(key.get_ref(), source.place(key.span()), errors);
            }
            if let Some(block) = &written.defaults {
                let options = Options::read(block, source, known, errors);
                merged.options = options.over(&merged.options);
            }
        }
        merged
    }

    fn add_key(&mut self, key: &'s str, place: Place<'s>, errors: &mut Findings) {
        if let Some(first) = self.keys.get(key) {
            let message = format!("default {key} is set twice");
            errors.add_pair(&place, message, (first, "first set here"));
        } else if key == "names" || key == "bmc" {
            errors.add(&place, format!("{key} belongs in [[nodes]]"));
        }
        self.keys.entry(key).or_insert(place);
    }
}

/// Makes nodes out of blocks, and keeps what it takes to find doubles and to share what is equal.
struct Builder<'s, 'r> {
    known: &'r Known,
    report: &'r mut Report,
    /// Where the names of each block are.
    blocks: Vec<Place<'s>>,
    /// Each node with the index of its block.
    nodes: BTreeMap<Arc<str>, (Node, usize)>,
    /// Names that are in two blocks, by the pair of blocks.
    doubles: BTreeMap<(usize, usize), Vec<Arc<str>>>,
    /// The first node of each address.
    firsts: HashMap<Door, Arc<str>>,
    /// Addresses of several nodes: where the second is, and their names.
    shared: BTreeMap<Door, (Place<'s>, Vec<Arc<str>>)>,
    labels: HashSet<Arc<Labels>>,
    words: HashSet<Arc<str>>,
    settings: HashSet<Arc<Settings>>,
    /// What nodes depend on, and where that is written.
    depending: Depending<'s>,
    /// The circuits that labels name, and where they do first.
    circuits: BTreeMap<Arc<str>, Place<'s>>,
    nodes_lost: bool,
}

/// Nodes with what they depend on, and where that is written.
type Depending<'s> = BTreeMap<Arc<str>, (Arc<str>, Place<'s>)>;

/// What blocks came to.
struct Made<'s> {
    nodes: BTreeMap<Arc<str>, Node>,
    depending: Depending<'s>,
    circuits: BTreeMap<Arc<str>, Place<'s>>,
}

/// A contact; an address, of UDP or of TCP.
type Door = (Driver, Contact);

/// What all nodes of a block have in common.
struct Common<'b, 's> {
    names: &'b Text,
    /// Where it says who is contacted.
    contact: Place<'s>,
    driver: Driver,
    credentials: Option<Arc<str>>,
    options: Options<'s>,
    /// Where the block itself says whom to trust.
    trust: Option<Place<'s>>,
}

impl<'s, 'r> Builder<'s, 'r> {
    fn new(known: &'r Known, report: &'r mut Report) -> Self {
        Self {
            known,
            report,
            blocks: Vec::new(),
            nodes: BTreeMap::new(),
            doubles: BTreeMap::new(),
            firsts: HashMap::new(),
            shared: BTreeMap::new(),
            labels: HashSet::new(),
            words: HashSet::new(),
            settings: HashSet::new(),
            depending: BTreeMap::new(),
            circuits: BTreeMap::new(),
            nodes_lost: false,
        }
    }

    fn add_block(
        &mut self,
        block: &Spanned<Block>,
        source: &'s Source<'s>,
        defaults: &Defaults<'s>,
    ) {
        let added = self.try_add_block(block, source, defaults).is_some();
        self.nodes_lost |= !added;
    }

    /// `None` when nodes of the block had to be left out, for reasons that were reported.
    fn try_add_block(
        &mut self,
        block: &Spanned<Block>,
        source: &'s Source<'s>,
        defaults: &Defaults<'s>,
    ) -> Option<()> {
        let place = source.place(block.span());
        let block = block.get_ref();
        let errors = &mut self.report.errors;
        let options = Options::read(block, source, self.known, errors).over(&defaults.options);
        for key in missing(block, &options, defaults) {
            errors.add(&place, format!("{key} is missing"));
        }
        let names = block.names.as_ref()?;
        if options.driver.is_none_or(Driver::has_bmc) && block.bmc.is_none() {
            return None;
        }
        let unreachable = match options.driver {
            Some(Driver::Fence) => !options.fence.is_complete(),
            Some(Driver::Webhook) => options.webhook.missing().is_some(),
            Some(Driver::Ipmi | Driver::Redfish | Driver::Manual) | None => false,
        };
        let set = node_names(names, source, errors)?;
        if unreachable {
            return None;
        }
        if self.nodes.len() + set.len() > NODES_MAX {
            errors.add(&source.place(names.span()), format!("more than {NODES_MAX} nodes in all"));
            return None;
        }
        let (pairs, contact) = match &block.bmc {
            Some(bmc) => {
                let pairs = bmc::pairs((names, &set), bmc, source, errors)?;
                (pairs, source.place(bmc.span()))
            }
            None => (set.iter().map(|name| (name, String::new())).collect(), place),
        };
        let driver = options.driver?;
        check_keys(block, driver, source, errors);
        let credentials = options.credentials.clone().filter(|_| driver != Driver::Manual);
        if driver.has_bmc() && credentials.is_none() {
            return None;
        }
        self.blocks.push(source.place(names.span()));
        let trust = trust_key(block, source);
        let common = Common { names, contact, driver, credentials, options, trust };
        self.check_user_name(&common)?;
        self.add_nodes(&common, pairs)
    }

    fn add_nodes(&mut self, common: &Common<'_, 's>, pairs: Vec<bmc::Pair>) -> Option<()> {
        let settings = intern(&mut self.settings, common.options.settings);
        for (name, bmc) in pairs {
            let labels = self.labels(common, &name)?;
            let endpoint = self.endpoint(common, &name, &bmc)?;
            let name: Arc<str> = name.into();
            self.depend(common, &name)?;
            let settings = Arc::clone(&settings);
            self.add_node(common, Node { name, endpoint: endpoint.into(), labels, settings });
        }
        Some(())
    }

    fn add_node(&mut self, common: &Common<'_, 's>, node: Node) {
        let block = self.blocks.len() - 1;
        let name = Arc::clone(&node.name);
        if let Some((_, first)) = self.nodes.get(&name) {
            self.doubles.entry((*first, block)).or_default().push(name);
            return;
        }
        let address = (common.driver, node.endpoint.contact.clone());
        match self.firsts.get(&address) {
            // what it is asked for tells nodes behind one webhook apart
            Some(_) if common.driver == Driver::Webhook => {}
            Some(first) => {
                let start = || (common.contact.clone(), vec![Arc::clone(first)]);
                self.shared.entry(address).or_insert_with(start).1.push(Arc::clone(&name));
            }
            None => {
                self.firsts.insert(address, Arc::clone(&name));
            }
        }
        self.nodes.insert(name, (node, block));
    }

    /// Fills in the labels; the first mistake of a block is reported, the rest are the same.
    fn labels(&mut self, common: &Common<'_, 's>, name: &str) -> Option<Arc<Labels>> {
        let mut labels = Labels::new();
        for (label, (template, place)) in &common.options.labels {
            let message = match template.render(name) {
                Ok(value) => match wrong_word(&value) {
                    None => {
                        let label = intern_word(&mut self.words, label);
                        let value = intern_word(&mut self.words, &value);
                        if *label == *circuits::LABEL {
                            let known = self.circuits.entry(Arc::clone(&value));
                            known.or_insert_with(|| place.clone());
                        }
                        labels.insert(label, value);
                        continue;
                    }
                    Some(wrong) => format!("label value {} of {name}: {wrong}", quoted(&value)),
                },
                Err(number) => bmc::no_number(common.names, number),
            };
            self.report.errors.add(place, message);
            return None;
        }
        Some(intern(&mut self.labels, labels))
    }

    /// Fills in what the node depends on.
    fn depend(&mut self, common: &Common<'_, 's>, name: &Arc<str>) -> Option<()> {
        let Some((template, place)) = &common.options.depends_on else { return Some(()) };
        match template.render(name) {
            Ok(parent) => {
                let parent = intern_word(&mut self.words, &parent);
                self.depending.insert(Arc::clone(name), (parent, place.clone()));
                Some(())
            }
            Err(number) => {
                self.report.errors.add(place, bmc::no_number(common.names, number));
                None
            }
        }
    }

    fn endpoint(&mut self, common: &Common<'_, 's>, name: &str, bmc: &str) -> Option<Endpoint> {
        let (contact, access) = match common.driver {
            Driver::Ipmi | Driver::Redfish => self.bmc(common, name, bmc)?,
            Driver::Fence => {
                let reached = common.options.fence.reach(name);
                let (contact, fence) = self.reached(common, reached)?;
                (contact, Access::Fence(fence.into()))
            }
            Driver::Webhook => {
                let trust = common.options.access.trust();
                let reached = common.options.webhook.reach(name, trust);
                let (contact, webhook) = self.reached(common, reached)?;
                (contact, Access::Webhook(webhook.into()))
            }
            Driver::Manual => (Contact::Person(name.into()), Access::Manual),
        };
        let credentials = common.credentials.as_ref();
        let credentials = credentials.map(|name| intern_word(&mut self.words, name));
        let endpoint = Endpoint { contact, credentials, access };
        if let (Some(place), Some(Transport::Plain)) = (&common.trust, endpoint.transport()) {
            let what = if bmc.is_empty() { name } else { bmc };
            let message = format!("{} is without TLS: no certificate to trust", quoted(what));
            self.report.errors.add(place, message);
            return None;
        }
        Some(endpoint)
    }

    fn bmc(&mut self, common: &Common<'_, 's>, name: &str, bmc: &str) -> Option<(Contact, Access)> {
        let system = self.system(common, name)?;
        match common.options.access.reach(common.driver, bmc, system) {
            Ok((address, access)) => Some((Contact::Host(address), access)),
            Err(wrong) => {
                let message = format!("bmc {} of {name}: {wrong}", quoted(bmc));
                self.report.errors.add(&common.contact, message);
                None
            }
        }
    }

    /// What an endpoint's own options came to; what is wrong with them is reported.
    fn reached<T>(
        &mut self,
        common: &Common<'_, 's>,
        reached: Result<T, (Option<Place<'s>>, String)>,
    ) -> Option<T> {
        let wrong = |(place, message): (Option<Place<'s>>, String)| {
            let place = place.as_ref().unwrap_or(&common.contact);
            self.report.errors.add(place, message);
        };
        reached.map_err(wrong).ok()
    }

    /// Reports a user name that the driver can't use.
    fn check_user_name(&mut self, common: &Common<'_, 's>) -> Option<()> {
        let Some(name) = common.credentials.as_deref() else { return Some(()) };
        let Some(Some(credential)) = self.known.get(name) else { return Some(()) };
        let is_basic = common.options.webhook.is_basic();
        let wrong = wrong_user(common.driver, is_basic, &credential.username);
        let Some(wrong) = wrong else { return Some(()) };
        self.report.errors.add(&common.contact, format!("credentials {name}: {wrong}"));
        None
    }

    /// Fills in the system; `None` when it is wrong and reported.
    fn system(&mut self, common: &Common<'_, 's>, name: &str) -> Option<Option<Arc<str>>> {
        let system = common.options.access.system();
        let Some((template, place)) = system.filter(|_| common.driver == Driver::Redfish) else {
            return Some(None);
        };
        let message = match template.render(name) {
            Ok(value) => match wrong_system(&value) {
                None => return Some(Some(intern_word(&mut self.words, &value))),
                Some(wrong) => format!("system {} of {name}: {wrong}", quoted(&value)),
            },
            Err(number) => bmc::no_number(common.names, number),
        };
        self.report.errors.add(place, message);
        None
    }

    fn finish(self) -> Made<'s> {
        for ((first, second), doubles) in &self.doubles {
            let set = names(doubles.iter().map(|name| &**name));
            let other = (&self.blocks[*first], "first listed here");
            let message = format!("listed twice: {set}");
            self.report.errors.add_pair(&self.blocks[*second], message, other);
        }
        for ((driver, address), (place, sharers)) in &self.shared {
            let set = names(sharers.iter().map(|name| &**name));
            let endpoints =
                sharers.iter().filter_map(|name| Some((name, &self.nodes.get(name)?.0.endpoint)));
            let mut systems: BTreeMap<_, Vec<&str>> = BTreeMap::new();
            let mut door = None;
            let mut different = false;
            for (name, endpoint) in endpoints {
                let own = endpoint.door();
                different |= *door.get_or_insert_with(|| own.clone()) != own;
                systems.entry(endpoint.system()).or_default().push(name);
            }
            // devices without an address may be called the same
            if different && *driver == Driver::Fence {
                continue;
            }
            if different {
                let message = format!("{set} share bmc {address}, and reach it in different ways");
                self.report.errors.add(place, message);
                continue;
            }
            for sharers in systems.into_values().filter(|it| it.len() > 1) {
                let set = names(sharers.into_iter());
                let what = match driver {
                    Driver::Ipmi => "which over ipmi has one power switch",
                    Driver::Redfish => "and name no different `system`s behind it",
                    Driver::Fence => "which are switched together",
                    Driver::Webhook | Driver::Manual => "which is one power switch",
                };
                let message = format!("{set} share bmc {address}, {what}");
                self.report.warnings.add(place, message);
            }
        }
        let nodes = self.nodes.into_iter().map(|(name, (node, _))| (name, node)).collect();
        Made { nodes, depending: self.depending, circuits: self.circuits }
    }
}

/// The keys that a block needs and that are set nowhere.
fn missing<'s>(block: &Block, options: &Options<'s>, defaults: &Defaults<'s>) -> Vec<&'static str> {
    let driver = options.driver;
    let known = |key| defaults.keys.contains_key(key);
    let account = options.credentials.is_some() || known("credentials");
    let mut missing = Vec::new();
    for (key, is_set) in [
        ("names", block.names.is_some()),
        ("bmc", block.bmc.is_some() || !driver.is_none_or(Driver::has_bmc)),
        ("driver", block.driver.is_some() || known("driver")),
        ("credentials", account || !driver.is_none_or(Driver::has_bmc)),
        ("agent", driver != Some(Driver::Fence) || block.agent.is_some() || known("agent")),
    ] {
        missing.extend((!is_set).then_some(key));
    }
    let url = options
        .webhook
        .missing()
        .filter(|key| driver == Some(Driver::Webhook) && !known(key) && !block.sets_url(key));
    missing.extend(url);
    missing
}

/// Parses the names of a block. Groups and wildcards aren't accepted: they are made of nodes.
fn node_names(names: &Text, source: &Source<'_>, errors: &mut Findings) -> Option<NodeSet> {
    let set = match NodeSet::parse(names.get_ref(), NODES_MAX) {
        Ok(set) => set,
        Err(error) => {
            let place = source.inside(names, error.column() - 1);
            errors.add(&place, error.kind().to_string());
            return None;
        }
    };
    if set.is_empty() {
        errors.add(&source.place(names.span()), "no names");
        return None;
    }
    let odd = set.iter().find(|name| !name.starts_with(|c: char| c.is_ascii_alphanumeric()));
    if let Some(odd) = odd {
        let message = format!("node {} does not start with a letter or digit", quoted(&odd));
        errors.add(&source.place(names.span()), message);
        return None;
    }
    Some(set)
}

fn intern<T: Eq + Hash>(known: &mut HashSet<Arc<T>>, value: T) -> Arc<T> {
    if let Some(same) = known.get(&value) {
        return Arc::clone(same);
    }
    let new = Arc::new(value);
    known.insert(Arc::clone(&new));
    new
}

fn intern_word(known: &mut HashSet<Arc<str>>, word: &str) -> Arc<str> {
    if let Some(same) = known.get(word) {
        return Arc::clone(same);
    }
    let new: Arc<str> = word.into();
    known.insert(Arc::clone(&new));
    new
}
