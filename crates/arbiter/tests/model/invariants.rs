//! The promises of the design, 2.6, each as a named sentence that is checked in every state.
//!
//! What can only be seen as it happens is checked when it happens and remembered by its name.

use arbiter::{Action, Ask, Change, Goal, IntentState, Order, Outcome, Power, Record, Seq, Step};
use stateright::Property;

use crate::world::{NODE, Scenario, World};

pub const ONE_OUTCOME: &str = "every intent ends in exactly one outcome";
pub const NEWEST_FIRES: &str = "nothing is fired for an intent that is not the running one";
pub const ONE_WRITE: &str = "at most one write is in flight, across restarts and take-overs";
pub const AT_MOST_ONCE: &str = "reset and nmi are sent at most once for an intent";
pub const CONFIRMED_IS_TRUE: &str =
    "what is confirmed stays so while nobody asks for anything else";
pub const CYCLE_DROPS: &str = "a confirmed cycle was off after it was accepted";
pub const HOLD_HOLDS: &str = "nothing is fired under somebody else's hold";
pub const NOTHING_LOST: &str = "an open intent is carried on or ended, never forgotten";
pub const ONCE_IS_RECORDED: &str = "an at-most-once step is on record before it is sent";
pub const HALF_IS_RECORDED: &str =
    "the first half of a cycle is on record before the second begins";
pub const DEPOSED_IS_MUTE: &str = "the records of a deposed leader change nothing";
pub const UNSEEN_IS_OPEN: &str =
    "an intent that its leader had not seen is not ended by the leader";

/// Called whenever an exchange leaves an agent.
pub fn check_send(world: &mut World, place: usize, ask: Ask, seq: Seq) {
    if !ask.is_write() {
        return;
    }
    let agent = &world.agents[place].agent;
    let ledger = agent.ledger();
    let mut broken = None;
    let pursued = agent.status(world.now, NODE).and_then(|(_, progress)| progress.seq);
    if pursued.is_none() || pursued != ledger.running(NODE).map(|(seq, _)| seq) {
        broken = Some(NEWEST_FIRES);
    }
    if world.wire.iter().any(|flight| flight.ask != 0 && flight.until > world.now) {
        broken = Some(ONE_WRITE);
    }
    let by = ledger.command(seq).map(|entry| entry.command.by.clone()).unwrap_or_default();
    if ledger.hold_against(world.now, NODE, &by).is_some() {
        broken = Some(HOLD_HOLDS);
    }
    let charge = ledger.standing(world.now, NODE).charge;
    let has = |step| charge.as_ref().is_some_and(|charge| charge.steps.has(step));
    let cycle = matches!(world.action(seq), Some(Action::Cycle | Action::SoftCycle));
    let once = match ask {
        Ask::Fire(Order::Reset) => Some(Step::Reset),
        Ask::Fire(Order::Nmi) => Some(Step::Nmi),
        Ask::Fire(Order::Soft) => Some(Step::Asked),
        Ask::Fire(Order::On) if cycle && !has(Step::Dropped) => {
            broken = Some(HALF_IS_RECORDED);
            None
        }
        _ => None,
    };
    if once.is_some_and(|step| !has(step)) {
        broken = Some(ONCE_IS_RECORDED);
    }
    if once.is_some() && world.ghosts.once_sent.contains_key(&seq) {
        broken = Some(AT_MOST_ONCE);
    }
    world.ghosts.broken = world.ghosts.broken.or(broken);
}

/// Called whenever an intent ends.
pub fn check_end(world: &mut World, seq: Seq, outcome: &Outcome) {
    let mut broken = None;
    if world.ghosts.ended[&seq] > 1 {
        broken = Some(ONE_OUTCOME);
    }
    let cycle = matches!(world.action(seq), Some(Action::Cycle | Action::SoftCycle));
    if cycle && *outcome.result() == Outcome::Confirmed && !world.ghosts.was_off[&seq] {
        broken = Some(CYCLE_DROPS);
    }
    world.ghosts.broken = world.ghosts.broken.or(broken);
}

/// Called with every record of a leader, with the epoch before it and all that the fold made of it.
pub fn check_leader(world: &mut World, reigning: Option<Seq>, record: &Record, changes: &[Change]) {
    let (Record::Fired { epoch, .. } | Record::Settled { epoch, .. }) = record else { return };
    let mut broken = None;
    if reigning != Some(*epoch) && !changes.is_empty() {
        broken = Some(DEPOSED_IS_MUTE);
    }
    if let Record::Settled { seen, .. } = record
        && changes.iter().any(|change| matches!(change, Change::Ended { seq, .. } if seq > seen))
    {
        broken = Some(UNSEEN_IS_OPEN);
    }
    world.ghosts.broken = world.ghosts.broken.or(broken);
}

pub fn properties() -> Vec<Property<Scenario>> {
    vec![
        always(ONE_OUTCOME),
        always(NEWEST_FIRES),
        always(ONE_WRITE),
        always(AT_MOST_ONCE),
        always(CYCLE_DROPS),
        always(HOLD_HOLDS),
        always(ONCE_IS_RECORDED),
        always(HALF_IS_RECORDED),
        always(DEPOSED_IS_MUTE),
        always(UNSEEN_IS_OPEN),
        Property::always(CONFIRMED_IS_TRUE, |_, world: &World| confirmed_is_true(world)),
        Property::always(NOTHING_LOST, |_, world: &World| nothing_is_lost(world)),
        Property::sometimes("the newest of all that was asked is confirmed", |scenario, world| {
            let scenario: &Scenario = scenario;
            let world: &World = world;
            world.asked == scenario.asks.len() && newest_is_confirmed(world)
        }),
    ]
}

fn always(name: &'static str) -> Property<Scenario> {
    let condition: fn(&Scenario, &World) -> bool = match name {
        ONE_OUTCOME => |_, world| world.ghosts.broken != Some(ONE_OUTCOME),
        NEWEST_FIRES => |_, world| world.ghosts.broken != Some(NEWEST_FIRES),
        ONE_WRITE => |_, world| world.ghosts.broken != Some(ONE_WRITE),
        AT_MOST_ONCE => |_, world| world.ghosts.broken != Some(AT_MOST_ONCE),
        CYCLE_DROPS => |_, world| world.ghosts.broken != Some(CYCLE_DROPS),
        HOLD_HOLDS => |_, world| world.ghosts.broken != Some(HOLD_HOLDS),
        ONCE_IS_RECORDED => |_, world| world.ghosts.broken != Some(ONCE_IS_RECORDED),
        HALF_IS_RECORDED => |_, world| world.ghosts.broken != Some(HALF_IS_RECORDED),
        DEPOSED_IS_MUTE => |_, world| world.ghosts.broken != Some(DEPOSED_IS_MUTE),
        UNSEEN_IS_OPEN => |_, world| world.ghosts.broken != Some(UNSEEN_IS_OPEN),
        _ => |_, _| false,
    };
    Property::always(name, condition)
}

/// The newest accepted intent was confirmed and nothing is open: the machine is in its goal.
fn confirmed_is_true(world: &World) -> bool {
    let newest = world.ledger.newest(NODE);
    let Some(Outcome::Confirmed) = world.outcome(newest).map(Outcome::result) else { return true };
    match world.action(newest).and_then(Action::goal) {
        Some(Goal::On) => world.power == Power::On,
        Some(Goal::Off) => world.power == Power::Off,
        None => true,
    }
}

fn newest_is_confirmed(world: &World) -> bool {
    let ended = world.ledger.intents(NODE).iter().rev().find_map(|intent| match &intent.state {
        IntentState::Ended(outcome) => Some(outcome.result() == &Outcome::Confirmed),
        _ => None,
    });
    ended == Some(true)
}

/// When nothing is left to read, to write or to answer, and the leader has no exchange to wait for,
/// nothing may be open.
fn nothing_is_lost(world: &World) -> bool {
    let all = world.journal.len();
    let quiet = world.wire.is_empty()
        && world
            .agents
            .iter()
            .all(|life| life.started && life.unwritten.is_empty() && life.read == all)
        && world.agents.iter().any(|life| life.agent.leads() && life.agent.next_due().is_none());
    let open = world.ledger.intents(NODE).iter().any(|intent| intent.state.is_open());
    !(quiet && open)
}

/// That the worlds are not empty shells: what was reached when nothing went wrong.
#[derive(Default)]
pub struct Reached {
    confirmed: usize,
    superseded: usize,
}

impl Reached {
    pub fn note(&mut self, world: &World) {
        for intent in world.ledger.intents(NODE) {
            match &intent.state {
                IntentState::Ended(Outcome::Confirmed) => self.confirmed += 1,
                IntentState::Ended(Outcome::Superseded { .. }) => self.superseded += 1,
                _ => {}
            }
        }
    }

    pub fn assert_all(&self) {
        assert!(self.confirmed > 0, "something is confirmed");
    }
}
