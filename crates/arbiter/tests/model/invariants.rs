//! The promises of the design, 2.6, each as a named sentence that is checked in every state.
//!
//! What can only be seen as it happens is checked when it happens and remembered by its name.

use arbiter::{Action, Ask, Goal, IntentState, Outcome, Power, Seq};
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

/// Called whenever an exchange leaves an agent.
pub fn check_send(world: &mut World, place: usize, ask: Ask, seq: Seq) {
    if !ask.is_write() {
        return;
    }
    let ledger = world.agents[place].agent.ledger();
    let mut broken = None;
    if ledger.running(NODE).is_none() {
        broken = Some(NEWEST_FIRES);
    }
    if world.wire.iter().any(|flight| flight.ask != 0 && flight.until > world.now) {
        broken = Some(ONE_WRITE);
    }
    let by = ledger.command(seq).map(|entry| entry.command.by.clone()).unwrap_or_default();
    if ledger.hold_against(world.now, NODE, &by).is_some() {
        broken = Some(HOLD_HOLDS);
    }
    if let Ask::Fire(order @ (arbiter::Order::Reset | arbiter::Order::Nmi)) = ask {
        let step = match order {
            arbiter::Order::Reset => arbiter::Step::Reset,
            _ => arbiter::Step::Nmi,
        };
        let standing = ledger.standing(world.now, NODE);
        if !standing.charge.is_some_and(|charge| charge.steps.has(step)) {
            broken = Some(ONCE_IS_RECORDED);
        }
        if world.ghosts.once_sent.contains_key(&seq) {
            broken = Some(AT_MOST_ONCE);
        }
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
    if cycle && *outcome == Outcome::Confirmed && !world.ghosts.was_off[&seq] {
        broken = Some(CYCLE_DROPS);
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
