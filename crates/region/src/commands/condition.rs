//! The condition on the nodes' power under which a command is meant at all.
//! It asks no machine itself, and is no verdict: who wins is decided later.

use api::{Code, OnOff, Power};
use arbiter::Command;

use crate::groups::brief;
use crate::nodes::powers;
use crate::region::Inner;
use crate::rest::{Answer, Fail};

/// Nodes that were read longer ago are read again before their state is judged, in milliseconds.
const AGE_MS_MAX: u64 = 5_000;

/// Refuses a command if one of its nodes does not read so.
pub(super) async fn in_state(region: &Inner, command: &Command, state: OnOff) -> Answer<()> {
    let mut groups = powers(region, &command.nodes, AGE_MS_MAX).await;
    groups.retain(|group| group.what != Power::from(state));
    if groups.is_empty() {
        return Ok(());
    }
    let are = groups.iter().map(|group| {
        let are = if group.nodes.len() == 1 { "is" } else { "are" };
        format!("{} {are} {}", brief(&group.nodes), group.what)
    });
    let are = are.collect::<Vec<_>>().join(", ");
    let words =
        format!("{} is refused, it is for nodes that are {state}: {are}", command.action.word());
    Err(Fail::new(Code::StateDiffers, 409, words).powers(groups))
}
