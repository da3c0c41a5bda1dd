//! The circuits that limit power-ons, with how much of each is used.
//! It limits nothing: the agents do.

use api::{Circuit, CircuitList};

use crate::accounts::Caller;
use crate::groups::cut;
use crate::region::Inner;

/// The circuits with nodes that the caller may see.
pub(crate) fn list(region: &Inner, caller: &Caller) -> CircuitList {
    let (fleet, now) = (region.fleet(), region.now());
    let circuits = fleet.circuits().iter().filter_map(|(name, limit)| {
        let nodes = cut(fleet.on_circuit(name), caller.scope.as_ref());
        if nodes.is_empty() && caller.scope.is_some() {
            return None;
        }
        let load = region.board.load(name);
        let (starting, watts) = load.as_ref().map_or((0, 0), |load| load.starting(now));
        Some(Circuit {
            circuit: name.to_string(),
            nodes: nodes.to_string(),
            count: nodes.len(),
            starts: limit.starts_max,
            within_ms: limit.within_ms,
            starting,
            waiting: load.map_or(0, |load| load.waiting),
            watts: limit.watts_max.map(|_| watts),
            watts_max: limit.watts_max,
        })
    });
    CircuitList { circuits: circuits.collect() }
}
