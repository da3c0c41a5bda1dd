//! The world that the checker explores: a journal, one or two agents, one machine behind its BMC.
//!
//! Whatever an exchange may do by the rules it may do here: land late, land unanswered, never land.

use std::collections::BTreeMap;

use arbiter::{
    Action, Agent, Answer, Ask, Cause, Change, Effect, Ledger, Millis, NodeId, Order, Outcome,
    Pacing, Power, Record, Seq, Trouble, Verdict, coalesce,
};
use stateright::{Model, Property};

use crate::invariants;

/// One exchange takes at most one tick.
const TICK_MS: Millis = 1;

/// What is explored.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: &'static str,
    /// What people ask, in this order, at any time.
    pub asks: Vec<Record>,
    /// Whether the machine is on at first.
    pub on: bool,
    /// How often an agent may die and begin anew.
    pub restarts: u8,
    /// How many agents may lead.
    pub agents: u8,
    /// How often the clock may advance.
    pub ticks: u8,
    /// The longest life of an intent; never, if none.
    pub deadline_ticks: Option<Millis>,
    /// How many exchanges an agent may begin in one life: what bounds the exploration.
    pub tickets_max: u32,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            name: "",
            asks: Vec::new(),
            on: false,
            restarts: 0,
            agents: 1,
            ticks: 2,
            deadline_ticks: None,
            tickets_max: 7,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub now: Millis,
    pub journal: Vec<(Millis, Record)>,
    pub ledger: Ledger,
    pub asked: usize,
    pub agents: Vec<Life>,
    pub restarts: u8,
    pub wire: Vec<Flight>,
    pub power: Power,
    pub ghosts: Ghosts,
}

/// One agent's life.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Life {
    pub agent: Agent,
    pub number: u8,
    pub read: usize,
    pub unwritten: Vec<Record>,
    pub started: bool,
}

/// An exchange on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Flight {
    pub life: u8,
    pub ticket: u32,
    pub ask: u8,
    pub until: Millis,
    pub seq: Seq,
    pub landed: bool,
    pub read: u8,
}

/// What only an all-seeing observer knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ghosts {
    /// How often each intent ended.
    pub ended: BTreeMap<Seq, u8>,
    /// How often an order that may be sent once of that intent left for the BMC.
    pub once_sent: BTreeMap<Seq, u8>,
    /// The intents during whose life the machine was off.
    pub was_off: BTreeMap<Seq, bool>,
    /// The first promise that was broken.
    pub broken: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Start(usize),
    Ask,
    Read(usize),
    Write(usize),
    Land(usize),
    Answer(usize),
    Refuse(usize),
    Crash(usize),
    Tick,
}

pub const NODE: NodeId = NodeId(0);
const ASKS: [Ask; 7] = [
    Ask::Power,
    Ask::Fire(Order::On),
    Ask::Fire(Order::Off),
    Ask::Fire(Order::Soft),
    Ask::Fire(Order::Reset),
    Ask::Fire(Order::Nmi),
    Ask::Boot(arbiter::Boot { device: arbiter::BootDevice::Pxe, persistent: false, uefi: true }),
];

fn pacing() -> Pacing {
    Pacing {
        endpoint: "bmc".into(),
        exchange_ms: TICK_MS,
        dwell_ms: 0,
        settle_ms: 0,
        transition_min_ms: 0,
        transition_max_ms: 0,
        confirm_ms: 0,
        attempts_max: 2,
        backoff_max_ms: 0,
        poll_ms: None,
        ..Pacing::default()
    }
}

fn life(number: u8) -> Life {
    let mut agent = Agent::new("c", &format!("a{number}"));
    agent.manage(0, [("n1".into(), pacing(), None)], &mut Vec::new());
    Life { agent, number, read: 0, unwritten: Vec::new(), started: false }
}

impl World {
    pub fn new(scenario: &Scenario) -> Self {
        let mut ledger = Ledger::new();
        ledger.intern("n1");
        Self {
            now: 0,
            journal: Vec::new(),
            ledger,
            asked: 0,
            agents: (0..scenario.agents).map(life).collect(),
            restarts: 0,
            wire: Vec::new(),
            power: if scenario.on { Power::On } else { Power::Off },
            ghosts: Ghosts::default(),
        }
    }

    /// Nothing goes wrong: takes the first possible step until there is none.
    pub fn run_straight(&mut self, scenario: &Scenario) {
        for _ in 0..500 {
            let mut steps = Vec::new();
            scenario.actions(self, &mut steps);
            let Some(step) = steps
                .into_iter()
                .find(|step| !matches!(step, Step::Crash(_) | Step::Tick | Step::Refuse(_)))
            else {
                return;
            };
            *self = scenario.next_state(self, step).expect("every step leads on");
        }
    }

    fn append(&mut self, record: Record) {
        let seq = self.journal.len() as Seq + 1;
        let mut changes = Vec::new();
        let reigning = self.ledger.epoch("c");
        self.ledger.apply(seq, self.now, &record, &mut changes);
        invariants::check_leader(self, reigning, &record, &changes);
        self.journal.push((self.now, record));
        for change in changes {
            self.observe(&change);
        }
    }

    fn observe(&mut self, change: &Change) {
        match change {
            Change::Judged { seq, verdict: Verdict::Accepted(_), .. } => {
                self.ghosts.was_off.insert(*seq, self.power == Power::Off);
            }
            Change::Ended { seq, outcome, .. } => {
                *self.ghosts.ended.entry(*seq).or_default() += 1;
                invariants::check_end(self, *seq, outcome);
            }
            _ => {}
        }
    }

    fn perform(&mut self, place: usize, effects: Vec<Effect>) {
        let mut records = Vec::new();
        for effect in effects {
            match effect {
                Effect::Exchange { ticket, ask, until, .. } => self.send(place, ticket, ask, until),
                Effect::Append(record) => records.push(record),
                Effect::Notice(_) => {}
            }
        }
        self.agents[place].unwritten.extend(coalesce(records));
    }

    fn send(&mut self, place: usize, ticket: u32, ask: Ask, until: Millis) {
        let life = &self.agents[place];
        let seq = life.agent.ledger().running(NODE).map_or(0, |(seq, _)| seq);
        let number = life.number;
        let ask_number = ASKS.iter().position(|known| *known == ask).expect("a known ask") as u8;
        invariants::check_send(self, place, ask, seq);
        if let Ask::Fire(Order::Reset | Order::Nmi | Order::Soft) = ask {
            *self.ghosts.once_sent.entry(seq).or_default() += 1;
        }
        self.wire.push(Flight {
            life: number,
            ticket,
            ask: ask_number,
            until,
            seq,
            landed: false,
            read: 0,
        });
        self.wire.sort();
    }

    fn land(&mut self, place: usize) {
        let ask = ASKS[self.wire[place].ask as usize];
        match ask {
            Ask::Fire(Order::On) => self.power = Power::On,
            Ask::Fire(Order::Off | Order::Soft) => self.power = Power::Off,
            Ask::Fire(Order::Reset | Order::Nmi) | Ask::Boot(_) | Ask::Power => {}
        }
        if self.power == Power::Off {
            self.ghosts.was_off.values_mut().for_each(|off| *off = true);
        }
        self.wire[place].landed = true;
        self.wire[place].read = u8::from(self.power == Power::On);
        self.wire.sort();
    }

    fn answer(&mut self, place: usize, answer: Option<Answer>) {
        let flight = self.wire.remove(place);
        let Some(owner) = self.agents.iter().position(|life| life.number == flight.life) else {
            return;
        };
        let answer = answer.unwrap_or(match (ASKS[flight.ask as usize], flight.read) {
            (Ask::Power, 1) => Answer::Power(Power::On),
            (Ask::Power, _) => Answer::Power(Power::Off),
            (Ask::Fire(_) | Ask::Boot(_), _) => Answer::Done,
        });
        let mut effects = Vec::new();
        let now = self.now;
        self.agents[owner].agent.answered(now, NODE, flight.ticket, answer, &mut effects);
        self.perform(owner, effects);
    }

    fn tick(&mut self) {
        self.now += TICK_MS;
        let now = self.now;
        self.wire.retain(|flight| flight.until > now);
        for place in 0..self.agents.len() {
            let mut effects = Vec::new();
            self.agents[place].agent.due(now, &mut effects);
            self.perform(place, effects);
        }
    }

    /// Everybody has read everything: only then may the clock advance. An agent that does not follow the
    /// journal for a whole exchange deadline must not act: that is the shell's part of the promise.
    fn in_step(&self) -> bool {
        let all = self.journal.len();
        self.agents.iter().all(|life| !life.started || life.read == all)
    }

    pub fn outcome(&self, seq: Seq) -> Option<&Outcome> {
        match &self.ledger.intent(NODE, seq)?.state {
            arbiter::IntentState::Ended(outcome) => Some(outcome),
            _ => None,
        }
    }

    pub fn action(&self, seq: Seq) -> Option<Action> {
        self.ledger.command(seq).map(|entry| entry.command.action)
    }

    fn timed(&self, mut record: Record, scenario: &Scenario) -> Record {
        if let (Record::Command(command), Some(ticks)) = (&mut record, scenario.deadline_ticks) {
            command.deadline_ms = ticks * TICK_MS;
        }
        record
    }
}

impl Model for Scenario {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        for (place, life) in world.agents.iter().enumerate() {
            if !life.started {
                steps.push(Step::Start(place));
            }
            if life.read < world.journal.len() {
                steps.push(Step::Read(place));
            }
            if !life.unwritten.is_empty() {
                steps.push(Step::Write(place));
            }
        }
        if world.asked < self.asks.len() {
            steps.push(Step::Ask);
        }
        for (place, flight) in world.wire.iter().enumerate() {
            if flight.landed {
                steps.push(Step::Answer(place));
            } else {
                steps.push(Step::Land(place));
                if ASKS[flight.ask as usize].is_write() {
                    steps.push(Step::Refuse(place));
                }
            }
        }
        for place in 0..world.agents.len() {
            if world.restarts < self.restarts && world.agents[place].started {
                steps.push(Step::Crash(place));
            }
        }
        if world.now < Millis::from(self.ticks) && world.in_step() {
            steps.push(Step::Tick);
        }
    }

    fn next_state(&self, last: &World, step: Step) -> Option<World> {
        let mut world = last.clone();
        match step {
            Step::Start(place) => {
                let claim = world.agents[place].agent.claim();
                world.agents[place].unwritten.push(claim);
                world.agents[place].started = true;
            }
            Step::Ask => {
                let record = world.timed(self.asks[world.asked].clone(), self);
                world.asked += 1;
                world.append(record);
            }
            Step::Read(place) => {
                let read = world.agents[place].read;
                let (at, record) = world.journal[read].clone();
                let mut effects = Vec::new();
                let (now, seq) = (world.now, read as Seq + 1);
                world.agents[place].read += 1;
                world.agents[place].agent.fold(now, (seq, at), &record, &mut effects);
                world.perform(place, effects);
            }
            Step::Write(place) => {
                let record = world.agents[place].unwritten.remove(0);
                world.append(record);
            }
            Step::Land(place) => world.land(place),
            Step::Answer(place) => world.answer(place, None),
            Step::Refuse(place) => {
                let cause = Cause { trouble: Trouble::Passing, words: "refused".into() };
                world.answer(place, Some(Answer::Refused(cause)));
            }
            Step::Crash(place) => {
                let number = world.agents.len() as u8 + world.restarts;
                world.agents[place] = life(number);
                world.restarts += 1;
            }
            Step::Tick => world.tick(),
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        invariants::properties()
    }

    fn within_boundary(&self, world: &World) -> bool {
        let within = |flight: &Flight| flight.ticket <= self.tickets_max;
        world.wire.iter().all(within)
    }
}
