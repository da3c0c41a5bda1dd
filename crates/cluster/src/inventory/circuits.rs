//! Checks `[circuits."NAMES"]`: how many nodes with that `circuit` label may start within a span. It starts
//! nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use nodeset::NodeSet;

use super::file::{CircuitBlock, Written};
use super::finding::{Findings, Report, quoted};
use super::model::{Circuit, Labels, NODES_MAX, Node};
use super::options::{duration_ms, number};
use super::source::{Place, Source, Text};

/// The label that names a node's circuit.
pub(super) const LABEL: &str = "circuit";

const STARTS: std::ops::RangeInclusive<i64> = 1..=10_000;
const WITHIN_MS: std::ops::RangeInclusive<u64> = 100..=3_600_000;
const WATTS: std::ops::RangeInclusive<i64> = 1..=10_000_000;

/// All circuits by name, with the places of their definitions.
pub(super) struct Circuits<'f> {
    known: BTreeMap<Arc<str>, (Circuit, Place<'f>)>,
    /// A definition was left out because its form is wrong.
    lost: bool,
}

pub(super) fn read<'f>(files: &'f [(Source<'f>, Written)], errors: &mut Findings) -> Circuits<'f> {
    let mut circuits = Circuits { known: BTreeMap::new(), lost: false };
    for (source, written) in files {
        circuits.lost |= written.circuits_lost;
        for (names, block) in &written.circuits {
            circuits.add(names, block, source, errors);
        }
    }
    circuits
}

impl<'f> Circuits<'f> {
    fn add(
        &mut self,
        names: &'f Text,
        block: &CircuitBlock,
        source: &'f Source<'f>,
        errors: &mut Findings,
    ) {
        let place = source.place(names.span());
        let set = NodeSet::parse(names.get_ref(), NODES_MAX).map_err(|error| {
            errors.add(&place, format!("names of circuits: {}", error.kind()));
        });
        let circuit = circuit(block, source, errors);
        self.lost |= set.is_err() || circuit.is_none();
        let (Ok(set), Some(circuit)) = (set, circuit) else { return };
        for name in set.iter() {
            if let Some((_, first)) = self.known.get(name.as_str()) {
                let message = format!("circuit {name} is defined twice");
                errors.add_pair(&place, message, (first, "first defined here"));
                continue;
            }
            self.known.insert(name.into(), (circuit, place.clone()));
        }
    }

    /// The circuits, once it is known that every node can start on its own.
    pub(super) fn check(
        self,
        nodes: &BTreeMap<Arc<str>, Node>,
        named: &BTreeMap<Arc<str>, Place<'_>>,
        report: &mut Report,
    ) -> BTreeMap<Arc<str>, Circuit> {
        let mut unknown: BTreeMap<&str, &str> = BTreeMap::new();
        for node in nodes.values() {
            let Some(name) = of(&node.labels) else { continue };
            match self.known.get(name) {
                Some((circuit, place)) => too_weak(node, name, circuit, place, report),
                None => drop(unknown.entry(name).or_insert(&node.name)),
            }
        }
        let is_used = !self.lost && !self.known.is_empty();
        for (name, node) in unknown.into_iter().filter(|_| is_used) {
            if let Some(place) = named.get(name) {
                let message = format!("no limit is given for circuit {} of {node}", quoted(name));
                report.warnings.add(place, message);
            }
        }
        self.known.into_iter().map(|(name, (circuit, _))| (name, circuit)).collect()
    }
}

/// The circuit that these labels name.
pub(super) fn of(labels: &Labels) -> Option<&str> {
    labels.get(LABEL).map(|name| &**name)
}

fn too_weak(node: &Node, name: &str, circuit: &Circuit, place: &Place<'_>, report: &mut Report) {
    let watts = node.settings.start_watts.unwrap_or(circuit.start_watts);
    if let Some(max) = circuit.watts_max.filter(|max| watts > *max) {
        let message = format!("{} starts with {watts} W, circuit {name} bears {max} W", node.name);
        report.errors.add(place, message);
    }
}

fn circuit(block: &CircuitBlock, source: &Source<'_>, errors: &mut Findings) -> Option<Circuit> {
    let starts_max = number(&block.starts, STARTS, source, errors);
    let within_ms = duration_ms(&block.within, WITHIN_MS, source, errors);
    let mut watts = |given: &Option<_>| match given {
        Some(given) => number(given, WATTS, source, errors).map(Some),
        None => Some(None),
    };
    let (watts_max, start_watts) = (watts(&block.watts), watts(&block.start_watts));
    Some(Circuit {
        starts_max: u16::try_from(starts_max?).ok()?,
        within_ms: within_ms?,
        watts_max: watts_max?,
        start_watts: start_watts?.unwrap_or(0),
    })
}
