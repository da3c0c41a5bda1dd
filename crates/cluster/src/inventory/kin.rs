//! Checks `depends_on` and `[identity]`: what a node depends on, and which machine it has to be. It asks no
//! machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::file::{IdentityBlock, Written};
use super::finding::{Findings, Report, quoted};
use super::model::{Driver, Identity, Node};
use super::source::{Place, Source, Text};

/// Nodes depend on nodes that depend on nodes so many times at most.
const DEPTH_MAX: usize = 8;
/// A serial number is at most so long, in bytes.
const SERIAL_MAX_BYTES: usize = 64;
/// UUIDs that say nothing.
const NOBODYS: [[u8; 16]; 2] = [[0; 16], [0xff; 16]];

/// Who depends on whom, child first.
pub(super) type Parents = BTreeMap<Arc<str>, Arc<str>>;

/// Which machine each node has to be.
pub(super) type Identities = BTreeMap<Arc<str>, Arc<Identity>>;

/// Checks what was written: every parent is a node, and nobody depends on itself, however far around.
/// `complete` says that all nodes are known.
pub(super) fn parents<'s>(
    written: &BTreeMap<Arc<str>, (Arc<str>, Place<'s>)>,
    nodes: &BTreeMap<Arc<str>, Node>,
    complete: bool,
    report: &mut Report,
) -> Parents {
    let mut told = BTreeSet::new();
    for (child, (parent, place)) in written {
        let message = if !nodes.contains_key(parent) && complete {
            format!("{child} depends on {}, which is no node", quoted(parent))
        } else if let Some(message) = circle(child, written) {
            message
        } else {
            continue;
        };
        // one finding for each place: the others are the same
        if told.insert(place.key()) {
            report.errors.add(place, message);
        }
    }
    let pair = |(child, (parent, _)): (&Arc<str>, &(Arc<str>, Place<'s>))| {
        (Arc::clone(child), Arc::clone(parent))
    };
    written.iter().map(pair).collect()
}

fn circle(child: &Arc<str>, written: &BTreeMap<Arc<str>, (Arc<str>, Place<'_>)>) -> Option<String> {
    let mut path = vec![&**child];
    let mut at = child;
    while let Some((parent, _)) = written.get(at) {
        path.push(parent);
        if **parent == **child {
            return Some(format!("nodes that depend on each other: {}", path.join(" > ")));
        }
        if path.len() > DEPTH_MAX + 1 {
            return Some(format!(
                "nodes depend on nodes more than {DEPTH_MAX} times: {}",
                path.join(" > ")
            ));
        }
        at = parent;
    }
    None
}

/// Reads `[identity]`: names of nodes with what their machines say of themselves.
pub(super) fn identities(
    files: &[(Source<'_>, Written)],
    nodes: &BTreeMap<Arc<str>, Node>,
    complete: bool,
    errors: &mut Findings,
) -> Identities {
    let mut known = Identities::new();
    let mut places: BTreeMap<&str, Place<'_>> = BTreeMap::new();
    let mut owners: BTreeMap<Identity, &str> = BTreeMap::new();
    for (source, written) in files {
        for (name, block) in &written.identities {
            let place = source.place(name.span());
            let node = name.get_ref().as_str();
            if let Some(first) = places.get(node) {
                let message = format!("the identity of {node} is given twice");
                errors.add_pair(&place, message, (first, "first given here"));
                continue;
            }
            let there = nodes.get(node);
            if complete && there.is_none() {
                errors.add(&place, format!("{} is no node", quoted(node)));
            }
            places.insert(node, place.clone());
            let Some(identity) = identity(name, block, source, errors) else { continue };
            let driver = there.map(|node| node.endpoint.driver());
            if let Some(wrong) = driver.and_then(|driver| not_read(driver, &identity)) {
                errors.add(&place, format!("{wrong} of {node}"));
            }
            if let Some(owner) = owners.insert(identity.clone(), node) {
                errors.add(&place, format!("{owner} and {node} can't be the same machine"));
            }
            known.insert(node.into(), identity.into());
        }
    }
    known
}

/// What can't be compared, because nothing tells it.
fn not_read(driver: Driver, identity: &Identity) -> Option<&'static str> {
    if !driver.has_bmc() {
        return Some(
            "only ipmi and redfish tell which machine it is: there is nothing to compare with the identity",
        );
    }
    let serial = driver == Driver::Ipmi && identity.serial.is_some();
    serial.then_some("over ipmi a serial number is not read: pin the uuid")
}

fn identity(
    name: &Text,
    block: &IdentityBlock,
    source: &Source<'_>,
    errors: &mut Findings,
) -> Option<Identity> {
    let mut identity = Identity::default();
    if let Some(text) = &block.uuid {
        identity.uuid = Identity::parse_uuid(text.get_ref());
        if identity.uuid.is_none() {
            let message = "a UUID is 32 hexadecimal digits, with hyphens or without".to_owned();
            errors.add(&source.place(text.span()), message);
            return None;
        }
        if identity.uuid.is_some_and(|uuid| NOBODYS.contains(&uuid)) {
            let message = "this UUID is no machine's: BMCs tell it that know none";
            errors.add(&source.place(text.span()), message);
            return None;
        }
    }
    if let Some(text) = &block.serial {
        let serial = text.get_ref().trim();
        if serial.is_empty() || serial.len() > SERIAL_MAX_BYTES {
            let message = format!("a serial number has 1 to {SERIAL_MAX_BYTES} bytes");
            errors.add(&source.place(text.span()), message);
            return None;
        }
        identity.serial = Some(serial.into());
    }
    if identity == Identity::default() {
        errors.add(&source.place(name.span()), "neither uuid nor serial is given");
        return None;
    }
    Some(identity)
}
