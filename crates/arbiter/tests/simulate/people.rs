//! What people, programs and fencing agents ask for, drawn by the seed. It judges nothing.

use std::collections::BTreeMap;

use arbiter::{
    Action, Batch, Boot, BootDevice, Command, Goal, Held, HoldTerms, NodeId, Policy, Record,
    Released, Seq, Withdrawn,
};
use nodeset::NodeSet;

use crate::rng::Rng;

/// What may be asked next. `newest` is the newest record at that time.
pub fn draw_record(rng: &mut Rng, nodes: u32, newest: Seq) -> Record {
    let nodes = draw_nodes(rng, nodes);
    let by: Box<str> = (*rng.pick(&["ann", "bob", "slurm", "fence"])).into();
    let door: Box<str> = "sim".into();
    match rng.below(20) {
        0 => {
            let seq = rng.percent(60).then(|| recent(rng, newest));
            Record::Withdrawn(Withdrawn { nodes, by, door, seq, reason: None })
        }
        1 => {
            Record::Held(Held { nodes, by, door, reason: "sim".into(), for_ms: rng.below(20_000) })
        }
        2 => Record::Released(Released { nodes, by, door, anybodys: rng.percent(60) }),
        _ => Record::Command(draw_command(rng, nodes, by, newest).into()),
    }
}

pub fn name(node: u32) -> String {
    format!("n{node}")
}

/// The nodes of a simulated fleet are named once and in their order.
pub fn id(name: &str) -> NodeId {
    NodeId(name.trim_start_matches('n').parse().expect("a simulated node"))
}

fn recent(rng: &mut Rng, newest: Seq) -> Seq {
    newest.saturating_sub(rng.below(6))
}

fn draw_nodes(rng: &mut Rng, count: u32) -> NodeSet {
    let count = u64::from(count);
    let (first, width) = (rng.below(count), 1 + rng.below(count));
    let names = (first..count.min(first + width)).map(|node| name(node as u32));
    NodeSet::from_names(names).expect("simulated names are names")
}

fn draw_command(rng: &mut Rng, nodes: NodeSet, by: Box<str>, newest: Seq) -> Command {
    let action = *rng.pick(&[
        Action::On,
        Action::On,
        Action::Off,
        Action::Off,
        Action::Soft,
        Action::Cycle,
        Action::SoftCycle,
        Action::Reset,
        Action::Nmi,
    ]);
    let policies = [Policy::Supersede, Policy::Supersede, Policy::Supersede, Policy::Next];
    let boot = (action.goal() == Some(Goal::On) && rng.percent(15)).then(|| draw_boot(rng));
    let policy = if rng.percent(10) { Policy::Queue { limit: 3 } } else { *rng.pick(&policies) };
    let batched = policy == Policy::Supersede && rng.percent(20);
    Command {
        action,
        nodes,
        cluster: "c".into(),
        by,
        door: "sim".into(),
        reason: None,
        sequence: rng.percent(20).then(|| rng.below(10)),
        if_newest: rng.percent(5).then(|| recent(rng, newest)),
        key: rng.percent(10).then(|| format!("k{}", rng.below(4)).into()),
        policy,
        exceptions: BTreeMap::new(),
        hold: rng
            .percent(8)
            .then(|| HoldTerms { reason: "fencing".into(), for_ms: rng.below(15_000) }),
        boot,
        force_after_ms: rng.percent(50).then_some(4_000),
        batch: batched.then(|| draw_batch(rng)),
        deadline_ms: 60_000 + rng.below(120_000),
    }
}

fn draw_batch(rng: &mut Rng) -> Batch {
    let stop_after = rng.percent(50).then(|| 1 + rng.below(2) as u32);
    Batch { size: 1 + rng.below(3) as u32, delay_ms: rng.below(3_000), stop_after }
}

fn draw_boot(rng: &mut Rng) -> Boot {
    let device = *rng.pick(&[BootDevice::Pxe, BootDevice::Disk]);
    Boot { device, persistent: false, uefi: true }
}
