//! What people tell of nodes that only people switch.
//! It does not decide what that proves: the agent reads it, and the core believes no reading that an order came after.

use api::{Code, Observed, ObservedAnswer, OnOff, Role, What};
use arbiter::Goal;

use crate::accounts::Caller;
use crate::commands::{Chosen, choose};
use crate::groups::brief;
use crate::region::Inner;
use crate::rest::{Answer, Fail};

/// Takes over what the caller saw, of all the nodes or of none.
pub(crate) fn observed(region: &Inner, caller: &Caller, told: &Observed) -> Answer<ObservedAnswer> {
    caller.needs(Role::Operator)?;
    let chosen = Chosen { nodes: &told.nodes, selector: None };
    let nodes = choose(&region.fleet(), caller, chosen)?;
    let goal = match told.power {
        OnOff::On => Goal::On,
        OnOff::Off => Goal::Off,
    };
    region.live.observed(&nodes, goal, &caller.name).map_err(|read| {
        let words = format!("{}: the power is read, nobody has to tell it", brief(&read));
        Fail::new(Code::NotManual, 409, words).nodes(&read)
    })?;
    let (by, power, door) = (caller.name.clone(), told.power, caller.door);
    tracing::info!(by, %nodes, %power, %door, "observed");
    region.ring.push(region.now(), nodes.clone(), What::Observed { power, by, door });
    Ok(ObservedAnswer { nodes: nodes.to_string(), count: nodes.len(), power })
}
