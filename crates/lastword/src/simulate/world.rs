//! One run: callers, a controller, wires and machines on one agenda. It counts what is sent and logs what is said; what that
//! is worth is judged in `score`.

use std::sync::Arc;

use arbiter::{Answer, Ask, Cause, Millis, Order, Power, Trouble};
use bmc_sim::{Machine, Reading, Refusal};
use fastrand::Rng;

use super::agenda::Agenda;
use super::controller::{Controller, Due, Effect, Policy, Question, Request};
use super::fleet::{Fleet, Wire};
use super::people::{self, Caller, Moment, STORM_MS, Told, Wish};
use super::score::fulfilled;

/// For how long a run is watched after new wishes have stopped coming up, in milliseconds.
pub const WATCH_MS: Millis = 900_000;

/// A click, and what its caller was told.
#[derive(Clone, Copy, Debug)]
pub struct Click {
    /// When.
    pub at: Millis,
    /// Which caller.
    pub by: usize,
    /// Of which node.
    pub node: usize,
    /// For what.
    pub wish: Wish,
    /// When the answer came, and which.
    pub told: Option<(Millis, Told)>,
}

/// One node.
pub struct Node {
    /// The machine, with its ledger.
    pub machine: Machine,
    /// Whether it was on at the start.
    pub on: bool,
    wire: Wire,
    rng: Rng,
    /// Orders sent to its BMC.
    pub orders: u64,
    /// Reads sent to its BMC.
    pub reads: u64,
}

/// One run.
pub struct World {
    pub(super) now: Millis,
    agenda: Agenda<Event>,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The callers.
    pub callers: Vec<Caller>,
    /// Every click, oldest first.
    pub clicks: Vec<Click>,
    controller: Controller,
}

enum Event {
    Caller(usize, Moment),
    Controller(Due),
    Arrives(Question),
    Answered(Question, Answer),
}

impl World {
    /// The run of that seed: the same machines and the same people for every policy.
    pub fn new(policy: Policy, fleet: Fleet, nodes: usize, seed: u64) -> Self {
        let mut seeds = Rng::with_seed(seed);
        let (mut machines, mut callers) = (Vec::new(), Vec::new());
        for node in 0..nodes {
            let mut rng = Rng::with_seed(seeds.u64(..));
            callers.extend(people::draw(node, &mut rng));
            let (machine, wire) = fleet.draw(&mut rng);
            machines.push(Node::new(machine, wire, rng));
        }
        Self::of(policy, machines, callers)
    }

    /// A run with these.
    pub fn of(policy: Policy, nodes: Vec<Node>, callers: Vec<Caller>) -> Self {
        let mut effects = Vec::new();
        let controller = Controller::new(policy, nodes.len(), &mut effects);
        let (now, agenda, clicks) = (0, Agenda::new(), Vec::new());
        let mut world = Self { now, agenda, nodes, callers, clicks, controller };
        world.perform(effects);
        for (by, caller) in world.callers.iter().enumerate() {
            for (number, wish) in caller.wishes().iter().enumerate() {
                world.agenda.enter(wish.at, Event::Caller(by, Moment::Wish(number)));
            }
        }
        world
    }

    /// Runs to the end, and tells when that was.
    pub fn run(&mut self) -> Millis {
        let end = STORM_MS + WATCH_MS;
        while let Some((at, event)) = self.agenda.next_before(end) {
            self.now = at;
            self.happen(event);
        }
        end
    }

    fn happen(&mut self, event: Event) {
        let mut effects = Vec::new();
        match event {
            Event::Caller(by, moment) => self.act(by, moment, &mut effects),
            Event::Controller(due) => self.controller.due(self.now, due, &mut effects),
            Event::Arrives(question) => self.arrive(question),
            Event::Answered(question, answer) => {
                self.controller.answered(self.now, question.asker, answer, &mut effects);
            }
        }
        self.perform(effects);
    }

    fn act(&mut self, by: usize, moment: Moment, effects: &mut Vec<Effect>) {
        let (now, caller) = (self.now, &mut self.callers[by]);
        let node = &mut self.nodes[caller.node];
        let content = fulfilled(node, caller.wish(), now);
        if !caller.acts(moment, content) {
            return;
        }
        let wish = caller.wish();
        if let Some((span, moment)) = caller.looks_again() {
            self.agenda.enter(now + span, Event::Caller(by, moment));
        }
        let node = caller.node;
        let id = self.clicks.len();
        self.clicks.push(Click { at: now, by, node, wish, told: None });
        let request = Request { id, by, node, action: wish.action };
        self.controller.asked(now, request, effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(question) => self.send(question),
                Effect::Later(at, due) => self.agenda.enter(at, Event::Controller(due)),
                Effect::Tell(id, told) => self.tell(id, told),
            }
        }
    }

    fn tell(&mut self, id: usize, told: Told) {
        let click = &mut self.clicks[id];
        if click.told.is_some() {
            return;
        }
        click.told = Some((self.now, told));
        let (by, wish) = (click.by, click.wish);
        if let Some((span, moment)) = self.callers[by].hears(wish, told) {
            self.agenda.enter(self.now + span, Event::Caller(by, moment));
        }
    }

    fn send(&mut self, question: Question) {
        let node = &mut self.nodes[question.node];
        match question.ask {
            Ask::Power => node.reads += 1,
            Ask::Fire(_) | Ask::Boot(_) => node.orders += 1,
        }
        match node.wire.carry(&mut node.rng) {
            Some(span) => self.agenda.enter(self.now + span, Event::Arrives(question)),
            None => self.lose(question),
        }
    }

    fn arrive(&mut self, question: Question) {
        let node = &mut self.nodes[question.node];
        let answer = node.ask(self.now, question.ask);
        match node.wire.carry(&mut node.rng) {
            Some(span) if self.now + span < question.until => {
                self.agenda.enter(self.now + span, Event::Answered(question, answer));
            }
            Some(_) | None => self.lose(question),
        }
    }

    fn lose(&mut self, question: Question) {
        let lost = Answer::Lost(cause("no answer"));
        self.agenda.enter(question.until, Event::Answered(question, lost));
    }
}

impl Node {
    /// A node whose BMC is reached so.
    pub fn new(mut machine: Machine, wire: Wire, rng: Rng) -> Self {
        let on = machine.is_on(0);
        Self { machine, on, wire, rng, orders: 0, reads: 0 }
    }

    fn ask(&mut self, now: Millis, ask: Ask) -> Answer {
        match ask {
            Ask::Power => self.read(now),
            Ask::Boot(_) => Answer::Done,
            Ask::Fire(order) => match self.machine.order(now, bmcs(order)) {
                Ok(()) => Answer::Done,
                Err(refusal) => Answer::Refused(cause(words(refusal))),
            },
        }
    }

    fn read(&mut self, now: Millis) -> Answer {
        match self.machine.read(now) {
            Ok(Reading::On) => Answer::Power(Power::On),
            Ok(Reading::Off) => Answer::Power(Power::Off),
            Ok(
                Reading::TurningOn
                | Reading::TurningOff
                | Reading::Nothing
                | Reading::Reset
                | Reading::Paused
                | Reading::Unknown,
            ) => Answer::Power(Power::Unknown),
            Err(refusal) => Answer::Refused(cause(words(refusal))),
        }
    }
}

const fn bmcs(order: Order) -> bmc_sim::Order {
    match order {
        Order::On => bmc_sim::Order::On,
        Order::Off => bmc_sim::Order::Off,
        Order::Soft => bmc_sim::Order::Soft,
        Order::Reset => bmc_sim::Order::Reset,
        Order::Nmi => bmc_sim::Order::Nmi,
    }
}

const fn words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Busy => "busy",
        Refusal::NotNow => "not in this state",
        Refusal::Failed => "failed",
    }
}

fn cause(words: &str) -> Cause {
    Cause { trouble: Trouble::Passing, words: Arc::from(words) }
}
