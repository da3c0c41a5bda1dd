//! What `ansible-inventory --list` prints: hosts with their variables, and groups. It evaluates no templates and opens no
//! vault.

use std::collections::{BTreeMap, BTreeSet};

use super::Hints;
use super::fields::{Field, Kind, Record};
use super::found::{Found, Machine};
use super::source::{Source, SourceError};
use super::tree::{Tree, documents};

/// Groups that every inventory has.
const ALWAYS: [&str; 3] = ["all", "ungrouped", "_meta"];

/// Reads the files.
///
/// # Errors
/// When one is no such list.
pub(super) fn read(
    sources: &[Source],
    hints: &Hints<'_>,
    found: &mut Found,
) -> Result<(), SourceError> {
    for source in sources {
        for document in documents(source)? {
            let Some(hosts) = document.at(&["_meta", "hostvars"]) else {
                let words = "no _meta.hostvars: is it what `ansible-inventory --list` prints?";
                return Err(source.at(document.line).wrong(words));
            };
            for (host, variables) in hosts.entries() {
                read_host(host, variables, source, hints, found);
            }
            read_groups(&document, found);
        }
    }
    Ok(())
}

fn read_host(host: &str, variables: &Tree, source: &Source, hints: &Hints<'_>, found: &mut Found) {
    let place = source.at(variables.line);
    // a map in place of a text is something that Ansible would still have to open
    let get = |name: &str| {
        let value = variables.get(name)?;
        Some(value.as_text().map_or_else(|| "{{ }}".to_owned(), str::to_owned))
    };
    let record = Record { kind: Kind::Any, node: host, place: &place, get: &get };
    if record.find(Field::Bmc, hints).is_none() {
        let words = "no variable tells its BMC: --map bmc=VARIABLE names one";
        return found.leave(host, &place, words);
    }
    if let Some(bmc) = record.bmc(hints, found) {
        found.machines.push(Machine { bmc: Some(bmc), ..Machine::new(host, place) });
    }
}

/// Groups with what is in their children.
fn read_groups(document: &Tree, found: &mut Found) {
    let groups: BTreeMap<&str, &Tree> =
        document.entries().filter(|(name, _)| !ALWAYS.contains(name)).collect();
    for name in groups.keys() {
        let mut seen = BTreeSet::new();
        let mut open = vec![*name];
        while let Some(group) = open.pop() {
            let Some(tree) = groups.get(group).filter(|_| seen.insert(group)) else { continue };
            for host in texts(tree, "hosts") {
                found.join(name, host);
            }
            open.extend(texts(tree, "children"));
        }
    }
}

fn texts<'t>(tree: &'t Tree, key: &str) -> impl Iterator<Item = &'t str> {
    tree.get(key).map_or(&[][..], Tree::items).iter().filter_map(Tree::as_text)
}
