//! Warewulf's nodes.conf: nodes, and the profiles that they take what they lack from. Images and networks are not
//! read.

use super::fields::may_be_secret;
use super::found::{Bmc, Found, Login, Machine, secret};
use super::source::{Place, Source, SourceError, quoted};
use super::tree::{Tree, documents};

/// A node follows so many profiles at most.
const PROFILES_MAX: usize = 64;
/// The profile of nodes that name none.
const DEFAULT: &str = "default";

/// Reads the files.
///
/// # Errors
/// When one is no YAML or has no nodes.
pub(super) fn read(sources: &[Source], found: &mut Found) -> Result<(), SourceError> {
    for source in sources {
        for document in documents(source)? {
            let Some(nodes) = document.get("nodes") else {
                return Err(source.at(document.line).wrong("no nodes of Warewulf in it"));
            };
            for (name, node) in nodes.entries() {
                read_node(name, node, &document, &source.at(node.line), found);
            }
        }
    }
    Ok(())
}

fn read_node(name: &str, node: &Tree, document: &Tree, place: &Place, found: &mut Found) {
    let profiles = profiles(node, document);
    let text = |key: &str| {
        let mut blocks = [node].into_iter().chain(profiles.iter().copied());
        blocks.find_map(|block| block.get("ipmi")?.text(key))
    };
    let Some(address) = text("ipaddr") else {
        return found.leave(name, place, "no ipmi address");
    };
    let mut bmc = match Bmc::ipmi(address, text("port")) {
        Ok(bmc) => bmc,
        Err(reason) => return found.leave(name, place, reason),
    };
    if text("interface") == Some("lan") {
        found.leave(name, place, "IPMI 1.5 is not spoken: 2.0 is");
    }
    bmc.login = Login {
        username: text("username").map(str::to_owned),
        password: secret(text("password")),
        ..Login::default()
    };
    let mut machine = Machine { bmc: Some(bmc), ..Machine::new(name, place.clone()) };
    let tags = node.get("tags");
    for (tag, value) in tags.iter().flat_map(|tags| tags.entries()) {
        if may_be_secret(tag) {
            found.leave(name, place, format!("tag {} may be a secret", quoted(tag)));
            continue;
        }
        machine.labels.insert(tag.to_owned(), value.as_text().unwrap_or_default().to_owned());
    }
    let cluster = [node].into_iter().chain(profiles).find_map(|it| it.text("cluster name"));
    machine.labels.extend(cluster.map(|cluster| ("cluster".to_owned(), cluster.to_owned())));
    found.machines.push(machine);
}

/// The profiles of a node, those that count more before others, and the profiles of profiles.
fn profiles<'d>(node: &'d Tree, document: &'d Tree) -> Vec<&'d Tree> {
    let all = document.get("nodeprofiles");
    let named = |block: &'d Tree| {
        let names = block.get("profiles").map_or(&[][..], Tree::items).iter();
        names.filter_map(Tree::as_text).rev()
    };
    let mut names: Vec<&str> = named(node).collect();
    if node.get("profiles").is_none() {
        names.push(DEFAULT);
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(name) = names.get(at).copied().filter(|_| at < PROFILES_MAX) {
        if let Some(profile) = all.and_then(|all| all.get(name)) {
            found.push(profile);
            names.extend(named(profile));
        }
        at += 1;
    }
    found
}
