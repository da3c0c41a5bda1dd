//! Sorts nodes into blocks: those that are reached alike and whose texts follow from their names in the same way. It
//! writes no TOML.

use std::collections::BTreeMap;

use cluster::inventory::WEBHOOK_KEYS;
use nodeset::{NodeSet, TEXT_BYTES_MAX};

use super::chain;
use super::template::choose;
use crate::import::found::Reach;
use crate::import::reach::written;
use crate::import::settle::Node;

/// `[[nodes]]` as it is written.
pub(super) struct Block {
    pub(super) names: String,
    pub(super) bmc: Option<String>,
    /// The system or the URLs in it are templates.
    pub(super) reach: Reach,
    pub(super) account: Option<usize>,
    pub(super) labels: BTreeMap<String, String>,
}

/// What nodes of one block have in common, but for their addresses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    account: Option<usize>,
    reach: Reach,
    labels: BTreeMap<String, String>,
}

/// The blocks of some nodes, which are in the order of their names.
pub(super) fn blocks(nodes: &[Node]) -> Vec<Block> {
    let mut shapes: BTreeMap<Shape, Vec<&Node>> = BTreeMap::new();
    let mut order = Vec::new();
    for (shape, node) in shapes_of(nodes).into_iter().zip(nodes) {
        let members = shapes.entry(shape.clone()).or_default();
        if members.is_empty() {
            order.push(shape);
        }
        members.push(node);
    }
    let mut blocks = Vec::new();
    for shape in order {
        add_blocks(&shape, &shapes[&shape], &mut blocks);
    }
    blocks
}

fn shapes_of(nodes: &[Node]) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = nodes
        .iter()
        .map(|node| Shape {
            account: node.account,
            reach: node.bmc.reach.clone(),
            labels: BTreeMap::new(),
        })
        .collect();
    let systems = nodes.iter().enumerate().filter_map(|(index, node)| {
        let Reach::Redfish { system: Some(system), .. } = &node.bmc.reach else { return None };
        Some((index, (&*node.name, &**system)))
    });
    for (index, template) in chosen(systems.collect()) {
        if let Reach::Redfish { system, .. } = &mut shapes[index].reach {
            *system = Some(template);
        }
    }
    set_urls(nodes, &mut shapes);
    let mut labels: BTreeMap<&str, Vec<Numbered<'_>>> = BTreeMap::new();
    for (index, node) in nodes.iter().enumerate() {
        for (label, value) in &node.labels {
            labels.entry(label).or_default().push((index, (&node.name, value)));
        }
    }
    for (label, values) in labels {
        for (index, template) in chosen(values) {
            shapes[index].labels.insert(label.to_owned(), template);
        }
    }
    shapes
}

/// The URLs of webhooks as templates.
fn set_urls(nodes: &[Node], shapes: &mut [Shape]) {
    for place in 0..WEBHOOK_KEYS.len() {
        let urls = nodes.iter().enumerate().filter_map(|(index, node)| {
            let Reach::Webhook(webhook) = &node.bmc.reach else { return None };
            Some((index, (&*node.name, &*webhook.urls[place])))
        });
        for (index, template) in chosen(urls.collect()) {
            if let Reach::Webhook(webhook) = &mut shapes[index].reach {
                webhook.urls[place] = template;
            }
        }
    }
}

/// The index of a node, with its name and a text.
type Numbered<'n> = (usize, (&'n str, &'n str));

/// A template for each text, with the index of its node.
fn chosen(texts: Vec<Numbered<'_>>) -> Vec<(usize, String)> {
    let (indexes, texts): (Vec<usize>, Vec<(&str, &str)>) = texts.into_iter().unzip();
    indexes.into_iter().zip(choose(&texts)).collect()
}

/// One block for each template that gives the addresses of half of the nodes that are left, one for each address
/// that several share, and lists for the rest.
fn add_blocks(shape: &Shape, nodes: &[&Node], blocks: &mut Vec<Block>) {
    let Some(addresses): Option<Vec<String>> =
        nodes.iter().map(|node| written(&node.bmc)).collect()
    else {
        let names: Vec<&str> = nodes.iter().map(|node| &*node.name).collect();
        return add_names(shape, &names, None, blocks);
    };
    let mut left: Vec<Pair<'_>> =
        nodes.iter().zip(&addresses).map(|(node, address)| (&*node.name, &**address)).collect();
    loop {
        let templates = choose(&left);
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for template in templates.iter().filter(|template| template.contains('{')) {
            *sizes.entry(template).or_default() += 1;
        }
        let largest = sizes.into_iter().max_by_key(|(_, size)| *size);
        let largest = largest.filter(|(_, size)| size * 2 >= left.len());
        let Some(template) = largest.map(|(template, _)| template.to_owned()) else { break };
        let pairs = left.into_iter().zip(templates);
        let (fits, rest): (Vec<_>, Vec<_>) = pairs.partition(|(_, own)| *own == template);
        let names: Vec<&str> = fits.into_iter().map(|((name, _), _)| name).collect();
        add_names(shape, &names, Some(&template), blocks);
        left = rest.into_iter().map(|(pair, _)| pair).collect();
    }
    let left = add_shared(shape, left, blocks);
    if !left.is_empty() {
        add_lists(shape, &left, blocks);
    }
}

/// A name and an address.
type Pair<'n> = (&'n str, &'n str);

/// One block for each address of several nodes; those that have one to themselves are handed back.
fn add_shared<'n>(shape: &Shape, pairs: Vec<Pair<'n>>, blocks: &mut Vec<Block>) -> Vec<Pair<'n>> {
    let mut sharers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, address) in &pairs {
        sharers.entry(address).or_default().push(name);
    }
    for (address, names) in sharers.iter().filter(|(_, names)| names.len() > 1) {
        add_names(shape, names, Some(address), blocks);
    }
    pairs.into_iter().filter(|(_, address)| sharers[address].len() == 1).collect()
}

/// Nodes whose BMC follows from one template, or that have none.
fn add_names(shape: &Shape, names: &[&str], bmc: Option<&str>, blocks: &mut Vec<Block>) {
    let text = NodeSet::from_names(names).expect("every name was checked before").to_string();
    if text.len() > TEXT_BYTES_MAX {
        let (one, other) = names.split_at(names.len() / 2);
        add_names(shape, one, bmc, blocks);
        return add_names(shape, other, bmc, blocks);
    }
    blocks.push(block(shape, text, bmc.map(str::to_owned)));
}

fn add_lists(shape: &Shape, pairs: &[Pair<'_>], blocks: &mut Vec<Block>) {
    let names = chain::fold(pairs.iter().map(|(name, _)| *name));
    let addresses = chain::fold(pairs.iter().map(|(_, address)| *address));
    if names.len().max(addresses.len()) > LIST_MAX_BYTES && pairs.len() > 1 {
        let (one, other) = pairs.split_at(pairs.len() / 2);
        add_lists(shape, one, blocks);
        return add_lists(shape, other, blocks);
    }
    blocks.push(block(shape, names, Some(addresses)));
}

/// A list is at most so long, so that people can still read it, in bytes.
const LIST_MAX_BYTES: usize = 2_000;

fn block(shape: &Shape, names: String, bmc: Option<String>) -> Block {
    let Shape { account, reach, labels } = shape.clone();
    Block { names, bmc, reach, account, labels }
}
