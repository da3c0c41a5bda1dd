//! genders files: each attribute is a group of the nodes that have it, each value a label, and attributes that
//! are named as fields tell how BMCs are reached. Queries are not read.

use std::collections::BTreeMap;

use cluster::inventory::{NODES_MAX, expand};

use super::Hints;
use super::fields::{Field, Kind, Record, may_be_secret};
use super::found::{Found, Machine};
use super::source::{Place, Source, SourceError, quoted};

/// Reads the files.
///
/// # Errors
/// When the nodes of a line can't be read.
pub(super) fn read(
    sources: &[Source],
    hints: &Hints<'_>,
    found: &mut Found,
) -> Result<(), SourceError> {
    for source in sources {
        let mut nodes = 0;
        for (index, line) in source.text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                nodes += read_line(line, &source.line(index + 1), nodes, hints, found)?;
            }
        }
    }
    Ok(())
}

/// Reads one line; says how many nodes it names.
fn read_line(
    line: &str,
    place: &Place,
    before: usize,
    hints: &Hints<'_>,
    found: &mut Found,
) -> Result<usize, SourceError> {
    let (nodes, attributes) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let left = NODES_MAX.saturating_sub(before);
    let nodes = expand(nodes, left).map_err(|error| place.wrong(error.message))?.items;
    let attributes: Vec<&str> =
        attributes.split([',', ' ', '\t']).filter(|attribute| !attribute.is_empty()).collect();
    for node in &nodes {
        let mut values = BTreeMap::new();
        for attribute in &attributes {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            values.insert(filled(name, node), filled(value, node));
        }
        add_node(node, values, place, hints, found);
    }
    Ok(nodes.len())
}

fn add_node(
    node: &str,
    values: BTreeMap<String, String>,
    place: &Place,
    hints: &Hints<'_>,
    found: &mut Found,
) {
    let get = |name: &str| values.get(name).cloned();
    let record = Record { kind: Kind::Any, node, place, get: &get };
    let tells = record.find(Field::Bmc, hints).is_some();
    let bmc = record.bmc(hints, found);
    let mut machine = Machine { bmc, ..Machine::new(node, place.clone()) };
    for (name, value) in values.clone() {
        if tells && Field::of(&name, Kind::Any, &hints.map).is_some() {
            continue;
        }
        if may_be_secret(&name) && !value.is_empty() {
            let words = "may be a secret, and tells no BMC";
            found.leave(node, place, format!("attribute {} {words}", quoted(&name)));
            continue;
        }
        found.join(&name, node);
        if !value.is_empty() {
            machine.labels.insert(name, value);
        }
    }
    found.machines.push(machine);
}

/// With the node's name for `%n`, and one `%` for two.
fn filled(text: &str, node: &str) -> String {
    let parts: Vec<String> = text.split("%%").map(|part| part.replace("%n", node)).collect();
    parts.join("%")
}
